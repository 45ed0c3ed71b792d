"""The management fee of a quarter of a demo fund, class by class, with what is waived and offset. Other costs do not belong here.

Source: fund-admin F-1 to F-6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.story import WaiverPlan


@dataclass(frozen=True)
class FeePart:
    """What one class is charged. Cents; net = gross less waiver, rebate and offset."""

    class_code: str
    basis_amount: int
    gross: int
    waiver: int = 0
    rebate: int = 0
    offset: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.waiver - self.rebate - self.offset


@dataclass
class OffsetBalance:
    """Portfolio fees that have not reduced a management fee yet; what exceeds a fee is carried forward."""

    plan: FundPlan
    open_amount: int = 0
    seen_until: dt.date = dt.date.min

    def receive(self, until: dt.date) -> None:
        """Take in the fund's share of what portfolio companies paid before `until`."""
        for item in self.plan.portfolio_fees:
            if self.seen_until <= item.date < until:
                self.open_amount += round(from_millions(item.gross) * item.fund_share)
        self.seen_until = until

    def apply(self, parts: tuple[FeePart, ...]) -> tuple[FeePart, ...]:
        """Reduce the fee by what is open, at most to zero."""
        applied = min(self.open_amount, sum(part.net for part in parts))
        if not applied:
            return parts
        self.open_amount -= applied
        by_class = share_out(applied, {part.class_code: part.net for part in parts})
        return tuple(replace(part, offset=by_class[part.class_code]) for part in parts)


def fee_parts(basis: Mapping[str, int], rate: float, waivers: Iterable[WaiverPlan]) -> tuple[FeePart, ...]:
    """A quarter's fee on `basis` (cents by class) at `rate` a year, less the waivers and rebates in force."""
    parts = tuple(FeePart(code, amount, round(amount * rate / 4)) for code, amount in basis.items() if amount)
    for item in waivers:
        given_up = _given_up(item, {part.class_code: part.gross for part in parts})
        if item.type == "REBATE":
            parts = tuple(replace(part, rebate=given_up[part.class_code]) for part in parts)
        else:
            parts = tuple(replace(part, waiver=given_up[part.class_code]) for part in parts)
    return parts


def _given_up(item: WaiverPlan, gross: Mapping[str, int]) -> dict[str, int]:
    if item.share is not None:
        return {code: round(amount * item.share) for code, amount in gross.items()}
    assert item.amount is not None
    return share_out(min(from_millions(item.amount), sum(gross.values())), gross)
