"""From gross to net fees: waivers, rebates and offsets in the order agreed, each step on record. Gross fees are not here.

All amounts are int64 minor units of one fund's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.funds.fees.concessions import ConcessionKind, Due
from calculations.funds.fees.terms import NetStep


@dataclass(frozen=True, eq=False)
class NetFees:
    """Net fees and how they came about; all (partners, periods) but `used` (concessions, partners, periods).

    net = gross - waiver - rebate - offset_applied, never below zero; offset_carried = offset_opening + offset_added -
    offset_applied, and opens the next period. `before` of a step is what the steps earlier in `order` left of the fee.
    """

    order: tuple[NetStep, ...]
    gross: Ints
    waiver: Ints
    rebate: Ints
    offset_opening: Ints
    offset_added: Ints
    offset_applied: Ints
    used: Ints

    @property
    def net(self) -> Ints:
        return self.gross - self.waiver - self.rebate - self.offset_applied

    @property
    def offset_carried(self) -> Ints:
        return self.offset_opening + self.offset_added - self.offset_applied

    def amount(self, step: NetStep) -> Ints:
        """What a step took off the fee, (partners, periods)."""
        return {NetStep.WAIVERS: self.waiver, NetStep.REBATES: self.rebate, NetStep.OFFSETS: self.offset_applied}[step]

    def before(self, step: NetStep) -> Ints:
        """The fee as the step found it, (partners, periods)."""
        earlier = self.order[: self.order.index(step)]
        taken = sum((self.amount(each) for each in earlier), start=np.zeros_like(self.gross))
        return self.gross - taken

    def paid_at_liquidation(self, later: Ints) -> Ints:
        """Offsets that no fee could use, paid to partners (partners,) once the fund is wound up; `later` are those that
        became usable after the last period. Source: fund-admin F-3.
        """
        unused = self.offset_carried[:, -1] if self.gross.shape[1] else np.zeros_like(later)
        return unused + later


def net_fees(
    gross: Ints,
    dues: Sequence[Due],
    offset_added: Ints,
    order: tuple[NetStep, ...] = tuple(NetStep),
    offset_opening: Ints | None = None,
) -> NetFees:
    """Net fees of partners (partners, periods), period after period.

    Concessions of one step are taken in the order given, each up to what is left of the fee; an offset that finds no
    fee left is carried forward. `offset_opening` (partners,) is what was carried into the first period.
    Source: fund-admin F-3 to F-6.
    """
    partners, periods = gross.shape
    left_in_all = [each.in_all.copy() for each in dues]
    used = np.zeros((len(dues), partners, periods), dtype=np.int64)
    opening, applied = np.zeros_like(gross), np.zeros_like(gross)
    carried = np.zeros(partners, dtype=np.int64) if offset_opening is None else offset_opening
    for period in range(periods):
        left = gross[:, period].copy()
        opening[:, period] = carried
        for step in order:
            if step == NetStep.OFFSETS:
                available = carried + offset_added[:, period]
                applied[:, period] = np.minimum(available, left)
                carried = available - applied[:, period]
                left -= applied[:, period]
                continue
            for number, each in enumerate(dues):
                if each.concession.net_step == step:
                    taken = np.minimum(np.minimum(each.by_period[:, period], left_in_all[number]), left)
                    used[number, :, period] = taken
                    left_in_all[number] -= taken
                    left -= taken
    return NetFees(
        order=order,
        gross=gross,
        waiver=_taken(dues, used, NetStep.WAIVERS),
        rebate=_taken(dues, used, NetStep.REBATES),
        offset_opening=opening,
        offset_added=offset_added,
        offset_applied=applied,
        used=used,
    )


def deemed_contributions(fees: NetFees, dues: Sequence[Due]) -> Ints:
    """Fees waived against a GP commitment, (partners, periods) of the partners whose fee was waived.

    They are a ledger of their own: no cash contribution, entitled only to a priority share of later profits.
    Source: fund-admin F-4.
    """
    is_deemed = [each.concession.kind == ConcessionKind.DEEMED_CONTRIBUTION for each in dues]
    deemed: Ints = fees.used[np.array(is_deemed, dtype=bool)].sum(axis=0, dtype=np.int64)
    return deemed


def by_group(amounts: Ints, group: Ints, groups: int) -> Ints:
    """Amounts of partners (partners, periods) summed to their class or fund (groups, periods). Source: fund-admin F-1."""
    total = np.zeros((groups, amounts.shape[1]), dtype=np.int64)
    np.add.at(total, group, amounts)
    return total


def _taken(dues: Sequence[Due], used: Ints, step: NetStep) -> Ints:
    of_step = np.array([each.concession.net_step == step for each in dues], dtype=bool)
    total: Ints = used[of_step].sum(axis=0, dtype=np.int64)
    return total
