"""A distribution to the partners of a fund: what it realises, its tiers, and where the carry goes. The tiers are in `tiers`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_total
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.book import ALL, Book, receive, return_capital
from calculations.funds.waterfall.carry_terms import Deduction
from calculations.funds.waterfall.lots import without_closed
from calculations.funds.waterfall.rounding import Precise, half_up, precise
from calculations.funds.waterfall.state import EXPENSES, State
from calculations.funds.waterfall.terms import Order, Style
from calculations.funds.waterfall.tiers import CapitalSet, Payment, Tier
from calculations.money import round_half_up


class Proceeds(StrEnum):
    """CAPITAL: of a sale. INCOME: current income. RECAPITALISATION: cost of the deal first, all of it, then profit."""

    CAPITAL = "CAPITAL"
    INCOME = "INCOME"
    RECAPITALISATION = "RECAPITALISATION"


@dataclass(frozen=True)
class Distribution:
    """What one distribution came to, (partners,) in minor units.

    `tiers` in order; amounts of all tiers add up to the distribution. Carry of the tiers = `advance_deducted` +
    `escrowed` + `carry_paid`; `advances` is what the GP had been advanced and not yet earned before it.
    """

    date: dt.date
    investment: str
    tiers: tuple[Tier, ...]
    advances: Ints
    advance_deducted: Ints
    escrowed: Ints
    carry_paid: Ints

    @property
    def to_lp(self) -> Ints:
        total: Ints = np.sum([tier.amount_lp for tier in self.tiers], axis=0)
        return total

    @property
    def to_gp(self) -> Ints:
        """Carry: paid, held in escrow or deducted from advances."""
        total: Ints = np.sum([tier.amount_gp for tier in self.tiers], axis=0)
        return total


def distribute(
    state: State,
    amount: Ints,
    date: dt.date,
    investment: str = EXPENSES,
    proceeds: Proceeds = Proceeds.CAPITAL,
    cost_relieved: Ints | None = None,
    off_the_top: Mapping[str, Ints] | None = None,
) -> tuple[State, Distribution]:
    """Pay `amount` (partners,) through the tiers of the state's terms on `date`.

    Preferred return is accrued to `date` first. What a tier needs is rounded half up to the minor unit, then the
    LP's part of what it gets; the GP has the difference. `cost_relieved` (partners,) is the cost of the investment
    that was sold, all that remains where it is None; `off_the_top` what each partner bears of each deduction that is
    a fixed amount, by name, in proportion to `amount` where it is None. Raises ValueError for a date before the
    event before. Source: fund-admin 2.3 to 2.5.
    """
    state = deals.accrue(state, date)
    if investment != EXPENSES:
        state = _sell(state, amount, investment, proceeds, cost_relieved)
    state = deals.bear_expenses(state, investment)
    payment = Payment(state.terms, state.book, amount, date, _capital_set(state, investment))
    for deduction in state.terms.off_the_top:
        _deduct(payment, deduction, amount, off_the_top, state.minor_unit)
    is_income = proceeds == Proceeds.INCOME and not state.terms.carry_on_current_income
    if is_income:
        state = replace(state, current_income=state.current_income + payment.left)
        payment.pay_income()
    else:
        payment.run()
    lp = sum((tier.amount_lp for tier in payment.tiers), state.nothing)
    gp = sum((tier.amount_gp for tier in payment.tiers), state.nothing)
    state = replace(state, book=without_closed(payment.book), fund_book=_pay_whole(state, lp, date, is_income))
    if state.terms.giveback is not None:
        state = replace(state, lp_paid=(*state.lp_paid, (date, lp)))
    advance, held = _hold_back(state, gp)
    before = state.advances
    state = replace(state, advances=before - advance, escrow=state.escrow + held)
    return state, Distribution(date, investment, tuple(payment.tiers), before, advance, held, gp - advance - held)


def _sell(state: State, amount: Ints, investment: str, proceeds: Proceeds, cost_relieved: Ints | None) -> State:
    remaining = deals.remaining_cost(state, investment)
    if proceeds == Proceeds.RECAPITALISATION:
        # No carry before all that was invested in the deal is back. Source: fund-admin 2.5.
        return deals.realise(state, np.minimum(remaining, amount), investment)
    if proceeds == Proceeds.INCOME:
        return state
    return deals.realise(state, remaining if cost_relieved is None else cost_relieved, investment)


def _capital_set(state: State, investment: str) -> CapitalSet:
    style, book = state.terms.style, state.book
    account = deals.account_of(state, investment)
    if style == Style.EUROPEAN:
        return CapitalSet((ALL,), ALL, account)
    own = book.rows_of(account)
    everything = list(range(len(book.lots.keys)))
    if style == Style.HYBRID_CAPITAL_THEN_DEAL:
        others = [row for row in everything if row not in own]
        return CapitalSet((own, others), own, account)
    return CapitalSet((own,), ALL if style == Style.HYBRID_AGGREGATE_HURDLE else own, account)


def _deduct(
    payment: Payment, deduction: Deduction, amount: Ints, given: Mapping[str, Ints] | None, minor_unit: Decimal
) -> None:
    if deduction.amount is None:
        share = np.full(amount.size, precise(deduction.share), dtype=np.longdouble)
        due = scaled(amount, deduction.share)
        values: dict[str, Precise | Ints] = {"share": share, "distribution": amount}
        payment.deduct(deduction.name, due, "share * distribution", values)
        return
    due = fixed_deduction(deduction.amount, amount, minor_unit) if given is None else given[deduction.name]
    payment.deduct(deduction.name, due, "part", {"part": due})


def fixed_deduction(total: Decimal, amount: Ints, minor_unit: Decimal) -> Ints:
    """What each partner bears of a fixed deduction, in proportion to `amount` (partners,), at most all of that."""
    units = int(round_half_up(total, minor_unit) / minor_unit)
    return allocate_total(min(units, int(amount.sum())), amount) if amount.any() else amount


def _pay_whole(state: State, lp: Ints, date: dt.date, is_income: bool) -> Book | None:
    """The book of the whole fund after the LPs had `lp`, capital and preferred return in the order of the terms."""
    if state.fund_book is None or not lp.any():
        return state.fund_book
    return without_closed(receive_as_a_whole(state.fund_book, state, lp, date, is_income))


def receive_as_a_whole(book: Book, state: State, lp: Ints, date: dt.date, is_income: bool = False) -> Book:
    """A book of the whole fund after money to LPs, whichever tier it came from."""
    floor = state.terms.hurdle_floor
    left = lp
    if is_income:
        return receive(book, left, ALL, deals.WHOLE_FUND, floor, date)
    if state.terms.order == Order.PREFERRED_FIRST and state.terms.levels:
        preferred = np.minimum(left, half_up(np.maximum(book.preferred(0, ALL, deals.WHOLE_FUND), 0)))
        book = receive(book, preferred, ALL, deals.WHOLE_FUND, floor, date)
        left = left - preferred
    capital = np.minimum(left, book.unreturned(ALL))
    book = return_capital(book, capital, ALL)
    left = left - capital
    return receive(book, left, ALL, deals.WHOLE_FUND, floor, date) if left.any() else book


def _hold_back(state: State, carry: Ints) -> tuple[Ints, Ints]:
    """Of carry: what repays tax advances, then what goes into escrow. Source: fund-admin D-6, 2.5."""
    advance = np.minimum(carry, state.advances)
    escrow = state.terms.escrow
    if escrow is None or not carry.any():
        return advance, state.nothing
    rest = carry - advance
    held = scaled(rest, escrow.share)
    return advance, np.where(is_covered(state), held, rest)


def is_covered(state: State) -> NDArray[np.bool_]:
    """Whether fair value is at least the coverage that carry asks for, in proportion to unreturned capital."""
    escrow = state.terms.escrow
    if escrow is None or escrow.nav_coverage is None:
        return np.ones(state.partners, dtype=np.bool_)
    fair_value = sum(state.deals.fair_value.values(), state.nothing)
    return fair_value >= precise(escrow.nav_coverage) * state.unreturned_capital


def release_escrow(state: State) -> tuple[State, Ints]:
    """The state after escrow is paid out where the coverage test is passed, and what was; (partners,).

    Without a coverage test escrow stays until the last clawback. Source: fund-admin 2.5.
    """
    has_test = state.terms.escrow is not None and state.terms.escrow.nav_coverage is not None
    released = np.where(is_covered(state), state.escrow, 0) if has_test else state.nothing
    return replace(state, escrow=state.escrow - released), released


def tax_advance_due(state: State, allocated: Ints) -> Ints:
    """Tax on carry `allocated` to the GP (partners,), as far as it is not advanced yet; 0 without terms for it."""
    if state.terms.tax_advance is None:
        return state.nothing
    return np.maximum(scaled(allocated, state.terms.tax_advance) - state.advances, 0)


def advance_tax(state: State, amount: Ints) -> State:
    """The state after the GP is advanced `amount` (partners,), deducted from its next carry. Source: fund-admin D-6."""
    return replace(state, advances=state.advances + amount)
