"""The European (whole fund) waterfall between one LP and the GP. Terms, accrual and clawback do not belong here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from calculations.funds.waterfall.terms import (
    Hurdle,
    HurdleBase,
    Level,
    MultipleHurdle,
    Order,
    WaterfallTerms,
)
from tests.calculations.waterfall_reference.hurdles import HurdleBalance, open_balance
from tests.calculations.waterfall_reference.preferred import ZERO, round_half_up, working_precision


class TierName(StrEnum):
    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL"
    PREFERRED_RETURN = "PREFERRED_RETURN"
    CATCH_UP = "CATCH_UP"
    SPLIT = "SPLIT"


@dataclass(frozen=True)
class WaterfallState:
    """What is carried between the events of one LP, all amounts in its currency and as of the latest event.

    `unreturned_capital` (U), `lp_profit` (P) and `gp_carry` (G) are whole minor units; the hurdle balances are
    unrounded. Preferred return is accrued to `as_of`, None before the first contribution.
    Source: fund-admin 2.1.
    """

    minor_unit: Decimal
    balances: tuple[HurdleBalance, ...]
    contributed: Decimal = ZERO
    unreturned_capital: Decimal = ZERO
    lp_profit: Decimal = ZERO
    gp_carry: Decimal = ZERO
    as_of: dt.date | None = None

    @property
    def hurdles(self) -> tuple[Hurdle, ...]:
        return tuple(balance.hurdle for balance in self.balances)

    @property
    def unpaid_preferred(self) -> tuple[Decimal, ...]:
        """A of each hurdle: what the LP lacks to it beside its unreturned capital; negative means a credit."""
        return tuple(balance.preferred for balance in self.balances)

    @property
    def hurdle_balances(self) -> tuple[Decimal, ...]:
        """H of each hurdle: what the LP lacks to it; negative means a credit."""
        with working_precision():
            return tuple(self.unreturned_capital + preferred for preferred in self.unpaid_preferred)


@dataclass(frozen=True)
class TierPayment:
    """One tier of one distribution, explained by its own fields.

    amount_lp + amount_gp = min(available, due), and amount_lp is (1 - gp_share) of that, rounded half up; `due` is
    None in the last tier, which takes all that is left. `hurdles_met` counts the hurdles below the tier.
    """

    number: int
    name: TierName
    hurdles_met: int
    available: Decimal
    due: Decimal | None
    gp_share: Decimal
    amount_lp: Decimal
    amount_gp: Decimal


def open_state(terms: WaterfallTerms, minor_unit: Decimal, commitment: Decimal | None = None) -> WaterfallState:
    """The state of an LP before its first contribution; `minor_unit` is that of its currency.

    Raises ValueError where a hurdle is on the commitment and none is given.
    """
    on_commitment = [h for h in terms.hurdles if isinstance(h, MultipleHurdle) and h.base == HurdleBase.COMMITMENT]
    if on_commitment and commitment is None:
        raise ValueError(f"commitment: expected an amount for {on_commitment[0]}, found none")
    return WaterfallState(minor_unit, tuple(open_balance(hurdle, commitment) for hurdle in terms.hurdles))


def accrue(state: WaterfallState, date: dt.date) -> WaterfallState:
    """The state with preferred return accrued to `date`, which itself does not earn yet.

    Raises ValueError where the state is already later: events come in the order of their dates.
    """
    if state.as_of is None or state.as_of == date:
        return replace(state, as_of=date)
    if date < state.as_of:
        raise ValueError(f"event date: expected {state.as_of} or later, the date of the event before, found {date}")
    return replace(state, as_of=date, balances=tuple(b.accrue(state.as_of, date) for b in state.balances))


def contribute(state: WaterfallState, amount: Decimal, date: dt.date) -> WaterfallState:
    """The state after the LP pays in `amount`, which earns from `date` on, that day included.

    Contributions for fees and expenses count like those for investments. Raises ValueError for an amount that is
    negative or no whole number of minor units, and for a date before the event before. Source: fund-admin 2.2, 2.4.
    """
    _require_money("contribution", amount, state.minor_unit)
    state = accrue(state, date)
    with working_precision():
        return replace(
            state,
            contributed=state.contributed + amount,
            unreturned_capital=state.unreturned_capital + amount,
            balances=tuple(balance.contribute(amount, date) for balance in state.balances)
            if amount
            else state.balances,
        )


def adopt_terms(state: WaterfallState, terms: WaterfallTerms, date: dt.date) -> WaterfallState:
    """The state under terms that come into force on `date`: what was earned before stays, the new rates earn from then.

    Raises ValueError where the new hurdles are not as many and of the same kinds as the old ones.
    """
    state = accrue(state, date)
    if len(terms.hurdles) != len(state.hurdles):
        raise ValueError(f"hurdles: expected {len(state.hurdles)} as before, found {len(terms.hurdles)}")
    adopted = tuple(b.adopt(hurdle) for b, hurdle in zip(state.balances, terms.hurdles, strict=True))
    return replace(state, balances=adopted)


def distribute(
    terms: WaterfallTerms, state: WaterfallState, amount: Decimal, date: dt.date
) -> tuple[WaterfallState, tuple[TierPayment, ...]]:
    """Pay `amount` through the tiers on `date`; returns the state after it and every tier of the terms, in order.

    Preferred return is accrued to `date` first. What a tier needs is rounded half up to the minor unit, then the
    LP's part of what it gets; the GP has the difference, so the tiers add up to `amount` exactly.
    Raises ValueError for an amount that is negative or no whole number of minor units, for a date before the event
    before, and for a state whose hurdles are not those of the terms. Source: fund-admin 2.3, 2.4.
    """
    _require_money("distribution", amount, state.minor_unit)
    if state.hurdles != terms.hurdles:
        raise ValueError(
            f"hurdles of the state: expected {terms.hurdles}, found {state.hurdles}; adopt the terms first"
        )
    with working_precision():
        payment = _Payment(terms, accrue(state, date), amount, date)
        if terms.order == Order.PREFERRED_FIRST:
            payment.pay_preferred()
            payment.return_capital()
        else:
            payment.return_capital()
            payment.pay_preferred()
        carry = terms.carry
        for met, level in enumerate(terms.levels, start=1):
            if met > 1:
                payment.split(met - 1, carry, until=level)
            payment.catch_up(met, level)
            carry = level.carry
        payment.split(len(terms.levels), carry)
        return payment.state, tuple(payment.tiers)


class _Payment:
    """One distribution on its way through the tiers."""

    def __init__(self, terms: WaterfallTerms, state: WaterfallState, amount: Decimal, date: dt.date) -> None:
        self.terms, self.state, self.left, self.date = terms, state, amount, date
        self.tiers: list[TierPayment] = []

    def return_capital(self) -> None:
        amount, _ = self._pay(TierName.RETURN_OF_CAPITAL, 0, self.state.unreturned_capital, gp_share=ZERO)
        if amount:
            self.state = replace(
                self.state,
                unreturned_capital=self.state.unreturned_capital - amount,
                balances=tuple(balance.return_capital(amount) for balance in self.state.balances),
            )

    def pay_preferred(self) -> None:
        if self.terms.levels:
            due = self._lacking(self.terms.levels[0])
            self._profit(*self._pay(TierName.PREFERRED_RETURN, 0, due, gp_share=ZERO))

    def catch_up(self, met: int, level: Level) -> None:
        if level.catch_up > level.carry:
            profit = self.state.lp_profit + self.state.gp_carry
            lacking = max(level.carry * profit - self.state.gp_carry, ZERO)
            # Less than half a unit is dust of earlier rounding, which a catch-up just above carry would magnify.
            has_caught_up = round_half_up(lacking, self.state.minor_unit) == 0
            due = ZERO if has_caught_up else lacking / (level.catch_up - level.carry)
            self._profit(*self._pay(TierName.CATCH_UP, met, due, level.catch_up))

    def split(self, met: int, carry: Decimal, until: Level | None = None) -> None:
        due = None if until is None else self._lacking(until) / (1 - carry)
        self._profit(*self._pay(TierName.SPLIT, met, due, carry))

    def _lacking(self, level: Level) -> Decimal:
        """What the LP lacks, beside its capital, to meet every hurdle of a level."""
        return max([ZERO, *(b.preferred for b in self.state.balances if b.hurdle in level.hurdles)])

    def _pay(self, name: TierName, met: int, due: Decimal | None, gp_share: Decimal) -> tuple[Decimal, Decimal]:
        unit, available = self.state.minor_unit, self.left
        due = due if due is None else round_half_up(due, unit)
        amount = available if due is None else min(available, due)
        lp = round_half_up((1 - gp_share) * amount, unit)
        self.left -= amount
        self.tiers.append(
            TierPayment(len(self.tiers) + 1, name, met, available, due, gp_share, amount_lp=lp, amount_gp=amount - lp)
        )
        return lp, amount - lp

    def _profit(self, lp: Decimal, gp: Decimal) -> None:
        """All money of the LP beside its capital counts towards every hurdle."""
        state = self.state
        self.state = replace(state, lp_profit=state.lp_profit + lp, gp_carry=state.gp_carry + gp)
        if lp:
            floor, unit = self.terms.hurdle_floor, state.minor_unit
            self.state = replace(
                self.state, balances=tuple(b.receive_profit(lp, self.date, floor, unit) for b in state.balances)
            )


def _require_money(name: str, amount: Decimal, minor_unit: Decimal) -> None:
    if round_half_up(amount, minor_unit) != amount or amount < 0:
        raise ValueError(f"{name}: expected a whole number >= 0 of minor units of {minor_unit}, found {amount}")
