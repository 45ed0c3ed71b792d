"""The waterfall between one LP and the GP, in Decimal amounts: the engine with one partner. What the engine does is elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall import changes, deals, distribution
from calculations.funds.waterfall.book import ALL
from calculations.funds.waterfall.rounding import Precise
from calculations.funds.waterfall.state import State
from calculations.funds.waterfall.state import open_state as open_states
from calculations.funds.waterfall.terms import Hurdle, WaterfallTerms
from calculations.funds.waterfall.tiers import ALL_THAT_IS_LEFT, TierName
from calculations.money import round_half_up

ZERO = Decimal(0)
_STORED = Decimal(1).scaleb(-12)  # decimals of unrounded money. Source: input-contracts 2.1


@dataclass(frozen=True)
class WaterfallState:
    """What is carried between the events of one LP, all amounts in its currency and as of the latest event.

    Capital, profit and carry are whole minor units; what is unrounded shows twelve decimals. Source: fund-admin 2.1.
    """

    engine: State

    @property
    def minor_unit(self) -> Decimal:
        return self.engine.minor_unit

    @property
    def as_of(self) -> dt.date | None:
        return self.engine.book.as_of

    @property
    def contributed(self) -> Decimal:
        return self._money(self.engine.contributed)

    @property
    def unreturned_capital(self) -> Decimal:
        return self._money(self.engine.unreturned_capital)

    @property
    def lp_profit(self) -> Decimal:
        return self._money(self.engine.lp_profit)

    @property
    def gp_carry(self) -> Decimal:
        return self._money(self.engine.gp_carry)

    @property
    def hurdles(self) -> tuple[Hurdle, ...]:
        return self.engine.book.hurdles

    @property
    def unpaid_preferred(self) -> tuple[Decimal, ...]:
        """A of each hurdle over the whole fund: what the LP lacks beside its capital; negative means a credit."""
        whole = self.engine.whole
        return tuple(self._unrounded(whole.preferred(i, ALL, deals.WHOLE_FUND)) for i in range(len(self.hurdles)))

    @property
    def hurdle_balances(self) -> tuple[Decimal, ...]:
        """H of each hurdle: what the LP lacks to it; negative means a credit."""
        return tuple(self.unreturned_capital + preferred for preferred in self.unpaid_preferred)

    def _money(self, amount: Ints) -> Decimal:
        return int(amount[0]) * self.minor_unit

    def _unrounded(self, amount: Precise) -> Decimal:
        return round_half_up(Decimal(str(amount[0])) * self.minor_unit, _STORED)


@dataclass(frozen=True)
class TierPayment:
    """One tier of one distribution, explained by its own fields.

    amount_lp + amount_gp = min(available, due), and amount_lp is (1 - gp_share) of that, rounded half up; `due` is
    None in the last tier, which takes all that is left. `hurdles_met` counts the hurdles below the tier;
    `amount_other` goes to third parties, off the top.
    """

    number: int
    name: TierName
    hurdles_met: int
    available: Decimal
    due: Decimal | None
    gp_share: Decimal
    amount_lp: Decimal
    amount_gp: Decimal
    amount_other: Decimal = ZERO


def open_state(terms: WaterfallTerms, minor_unit: Decimal, commitment: Decimal | None = None) -> WaterfallState:
    """The state of an LP before its first contribution; `minor_unit` is that of its currency.

    Raises ValueError where a hurdle is on the commitment and none is given.
    """
    committed = None if commitment is None else _units("commitment", commitment, minor_unit)
    return WaterfallState(open_states(terms, 1, committed, minor_unit))


def accrue(state: WaterfallState, date: dt.date) -> WaterfallState:
    """The state with preferred return accrued to `date`. Raises ValueError where the state is already later."""
    return replace(state, engine=deals.accrue(state.engine, date))


def contribute(state: WaterfallState, amount: Decimal, date: dt.date, investment: str = "") -> WaterfallState:
    """The state after the LP pays in `amount`, which earns from `date` on, that day included.

    Raises ValueError for an amount that is negative or no whole number of minor units, and for a date before the
    event before. Source: fund-admin 2.2, 2.4.
    """
    units = _units("contribution", amount, state.minor_unit)
    return replace(state, engine=deals.contribute(state.engine, units, date, investment))


def adopt_terms(state: WaterfallState, terms: WaterfallTerms, date: dt.date) -> WaterfallState:
    """The state under terms that come into force on `date`; see `changes.adopt_terms`."""
    return replace(state, engine=changes.adopt_terms(state.engine, terms, date))


def distribute(
    terms: WaterfallTerms, state: WaterfallState, amount: Decimal, date: dt.date, investment: str = ""
) -> tuple[WaterfallState, tuple[TierPayment, ...]]:
    """Pay `amount` through the tiers on `date`; returns the state after it and every tier of the terms, in order.

    Preferred return is accrued to `date` first. What a tier needs is rounded half up to the minor unit, then the
    LP's part of what it gets; the GP has the difference, so the tiers add up to `amount` exactly. Under a
    deal-by-deal style `amount` is the proceeds of selling all of `investment`.
    Raises ValueError for an amount that is negative or no whole number of minor units, for a date before the event
    before, and for a state whose hurdles are not those of the terms. Source: fund-admin 2.3 to 2.5.
    """
    units = _units("distribution", amount, state.minor_unit)
    if state.hurdles != terms.hurdles:
        raise ValueError(
            f"hurdles of the state: expected {terms.hurdles}, found {state.hurdles}; adopt the terms first"
        )
    engine, paid = distribution.distribute(replace(state.engine, terms=terms), units, date, investment)
    unit = state.minor_unit
    tiers = tuple(
        TierPayment(
            number=tier.number,
            name=tier.name,
            hurdles_met=tier.hurdles_met,
            available=int(tier.available[0]) * unit,
            due=None if tier.formula == ALL_THAT_IS_LEFT else int(tier.due[0]) * unit,
            gp_share=tier.gp_share,
            amount_lp=int(tier.amount_lp[0]) * unit,
            amount_gp=int(tier.amount_gp[0]) * unit,
            amount_other=int(tier.amount_other[0]) * unit,
        )
        for tier in paid.tiers
    )
    return replace(state, engine=engine), tiers


def _units(name: str, amount: Decimal, minor_unit: Decimal) -> Ints:
    if round_half_up(amount, minor_unit) != amount or amount < 0:
        raise ValueError(f"{name}: expected a whole number >= 0 of minor units of {minor_unit}, found {amount}")
    return np.array([int(amount / minor_unit)], dtype=np.int64)
