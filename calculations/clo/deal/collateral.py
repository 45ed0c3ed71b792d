"""What the waterfall takes from the collateral each period: proceeds, balances at its end, the CCC excess, and what a
sale brings. How loans pay does not belong here (see `pool_flows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.amounts import is_any
from calculations.clo.deal.collateral_terms import CccHaircut
from calculations.clo.pool_flows import PoolFlows, RatedBalances

EMPTY_POOL = 0.01  # collateral at or below this is none


class ReinvestedPool(Protocol):
    """Loans bought with principal proceeds. `flows` has the shapes of the deal's own; periods count from 1."""

    @property
    def flows(self) -> PoolFlows: ...

    def buy(self, period: int, cash: Floats) -> Floats:
        """Buy for `cash` (scenarios,) on a payment date, flows beginning in the next period; returns the par."""

    def liquidate(self, period: int, price: Floats | float, mask: Flags) -> Floats:
        """Cash (scenarios,) for what is left at the end of `period` where `mask` holds; nothing flows there after."""


@dataclass(frozen=True, eq=False)
class PeriodCollateral:
    """One period of the pools together; arrays of shape (scenarios,), balances at the period's end."""

    interest: Floats
    principal: Floats
    recoveries: Floats  # the part of principal that defaulted par brought
    unscheduled: Floats
    performing: Floats
    defaulted: Floats
    defaulted_value: Floats


class Pools:
    """The deal's own pool and the reinvested one; a scenario whose pool is sold collects nothing more of it."""

    def __init__(self, flows: PoolFlows, bought: ReinvestedPool | None) -> None:
        self.flows, self.bought = flows, bought
        self.held: Flags | None = None  # None while no scenario has sold

    def period(self, i: int) -> PeriodCollateral:
        own, kept = self.flows, self.kept
        parts = [
            kept(own.interest[:, i]),
            kept(own.scheduled[:, i] + own.unscheduled[:, i] + own.recoveries[:, i]),
            kept(own.recoveries[:, i]),
            kept(own.unscheduled[:, i]),
            kept(own.performing[:, i + 1]),
            kept(own.defaulted[:, i + 1]),
            kept(own.defaulted_value[:, i + 1]),
        ]
        if self.bought is not None:
            more = self.bought.flows
            added = (
                more.interest[:, i],
                more.scheduled[:, i] + more.unscheduled[:, i] + more.recoveries[:, i],
                more.recoveries[:, i],
                more.unscheduled[:, i],
                more.performing[:, i + 1],
                more.defaulted[:, i + 1],
                more.defaulted_value[:, i + 1],
            )
            parts = [part + extra for part, extra in zip(parts, added, strict=True)]
        return PeriodCollateral(*parts)

    def own_share(self, i: int, performing: Floats) -> Floats | float:
        """The part of `performing` par (scenarios,) at the end of period `i` that is not of loans bought."""
        if self.bought is None:
            return 1.0
        more = self.bought.flows.performing[:, i + 1]
        return np.divide(performing - more, performing, out=np.ones(performing.shape), where=performing > 0)

    def kept(self, column: Floats) -> Floats:
        """`column` (scenarios,) of the deal's own pool where it is not sold, 0 where it is."""
        return column if self.held is None else np.where(self.held, column, 0.0)

    def pays_after(self, i: int) -> Flags:
        """Where the deal's own pool still pays or holds something after period `i`, (scenarios,): loans that are repaid may
        owe fees on what they can draw, or draw again; what is left may be interest that tests do not count as par."""
        own = self.flows
        paid = (own.interest, own.scheduled, own.unscheduled, own.recoveries)
        held = (own.performing, own.defaulted_value)
        found: Flags = np.logical_or.reduce(
            [flow[:, i + 1 :].any(axis=1) for flow in paid]
            + [(balance[:, i + 2 :] > EMPTY_POOL).any(axis=1) for balance in held]
        )
        return found if self.held is None else found & self.held

    def counted_default(self, i: int, periods: int, value: Floats) -> Floats:
        """The part of `value` (scenarios,) at the end of period `i` that defaulted within the last `periods` periods.

        What defaults first is recovered first, so that the stock is what defaulted last; what is in default at the
        beginning is as old as the projection.
        """
        if i < periods:
            return value
        recent = self.flows.default_value[:, i + 1 - periods : i + 1].sum(axis=1)
        if self.bought is not None:
            recent = recent + self.bought.flows.default_value[:, i + 1 - periods : i + 1].sum(axis=1)
        return np.minimum(value, recent)

    def sell(self, i: int, price: Floats | float, mask: Flags, *, forgets: bool = True) -> Floats:
        """Cash (scenarios,) for the pools at the end of period `i` where `mask` holds: performing par at `price`,
        defaulted par at what it is expected to recover.

        Without `forgets` (quirk LIA-11) the flows of what was sold are collected again. Source:
        clo-liabilities-waterfall 1.3 step 10.
        """
        own = self.flows
        cash = own.performing[:, i + 1] * price + own.defaulted_value[:, i + 1]
        cash = np.where(mask if self.held is None else mask & self.held, cash, 0.0)
        if forgets:
            self.held = ~mask if self.held is None else self.held & ~mask
        if self.bought is not None:
            cash = cash + self.bought.liquidate(i + 1, price, mask)
        return cash


def discount_haircut(discount: RatedBalances, i: int) -> Any:
    """What par of discount obligations at a period's end exceeds their purchase prices by, (scenarios,).

    Source: clo-extensions 4.12.
    """
    return _taken_off(discount.balances[:, i + 1], discount.loss, i)


def _taken_off(par: Floats, loss: Floats, i: int) -> Any:
    """Par (scenarios, assets) at the end of period `i` times what of it is lost."""
    return par @ loss if loss.ndim == 1 else (par * loss[:, i + 1]).sum(axis=1)


def ccc_haircut(
    terms: CccHaircut,
    buckets: Sequence[RatedBalances],
    i: int,
    performing: Floats,
    principal: Floats,
    pool: Floats | None,
) -> Any:
    """Haircut (scenarios,) on low-rated par above `limit` times performing par and principal proceeds.

    Of the bucket with the larger excess, what is above the limit is taken from the cheapest asset up, at its price (or
    at the one price of the deal). `pool` (scenarios,) stands for the old way (quirk COL-21): if a bucket is above the
    limit, everything in the whole pool above it is taken, at the one price, on balances of the period's start.
    Source: clo-liabilities-waterfall 4.1; clo-extensions 4.11; clo-collateral-engine 4.4.
    """
    limit = np.maximum((performing + principal) * float(terms.limit), 0.0)
    flat = None if isinstance(terms.carry, str) else float(terms.carry)
    if pool is not None:
        if flat is None:
            raise ValueError("haircuts.ccc.carry: expected one price, which the old haircut needs, found market_value")
        above = np.zeros(limit.shape, dtype=np.bool_)
        for bucket in buckets:
            above |= bucket.balances[:, i].sum(axis=1) > limit
        return np.where(above, np.maximum(pool - limit, 0.0) * (1.0 - flat), 0.0)
    worst, haircut = np.zeros_like(limit), np.zeros_like(limit)
    for bucket in buckets:
        par = bucket.balances[:, i + 1]
        if not par.shape[1]:
            continue
        running = np.cumsum(par, axis=1)
        excess = np.maximum(running[:, -1] - limit, 0.0)
        if not is_any(excess):
            continue
        taken = np.clip(excess[:, None] - (running - par), 0.0, par)
        priced = bucket if flat is None else replace(bucket, prices=np.full(bucket.prices.shape, flat))
        haircut = np.where(excess > worst, _taken_off(taken, priced.loss, i), haircut)
        worst = np.maximum(worst, excess)
    return haircut
