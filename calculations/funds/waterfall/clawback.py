"""Carry that the GP has to return: tests, what they ask for, who pays it and who gets it. Escrow is filled in `distribution`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_total
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.book import ALL, Book
from calculations.funds.waterfall.carry_terms import Clawback, ClawbackTest, Guarantee, Interim
from calculations.funds.waterfall.distribution import receive_as_a_whole
from calculations.funds.waterfall.rounding import half_up, precise
from calculations.funds.waterfall.state import State
from calculations.funds.waterfall.terms import Unrealised


@dataclass(frozen=True)
class ClawbackDue:
    """What each partner's carry fails its tests by, (partners,) in minor units.

    `gross` = min(carry, the larger of the tests that the terms name), `due` is `gross`, at most the carry left after
    the taxes on it.
    """

    excess: Ints
    shortfall: Ints
    gross: Ints
    due: Ints


def clawback_due(state: State, date: dt.date, interim: bool) -> ClawbackDue:
    """The clawback on `date`. Final: what is unrealised counts as nothing. Interim: at lower of cost or market or cost.

    Excess: carry above its share of all profit. Shortfall: what the LP misses of capital and preferred return, over
    the whole fund. Without clawback terms nothing is due. Source: fund-admin 2.6.
    """
    state = deals.accrue(state, date)
    terms, carry = state.terms, state.gp_carry
    value = unrealised_value(state) if interim else state.nothing
    profit = state.lp_profit - state.unreturned_capital + value
    excess = half_up(np.maximum(carry - precise(terms.highest_carry) * (profit + carry), 0))
    shortfall = state.nothing
    if terms.levels:
        first = range(len(terms.levels[0].hurdles))
        lacking = np.max([state.whole.preferred(hurdle, ALL, deals.WHOLE_FUND) for hurdle in first], axis=0)
        shortfall = half_up(np.maximum(state.whole.unreturned(ALL) + lacking - value, 0))
    clawback = terms.clawback or Clawback(tests=())
    tested = {ClawbackTest.EXCESS: excess, ClawbackTest.SHORTFALL: shortfall}
    worst = np.max([state.nothing, *(tested[test] for test in clawback.tests)], axis=0)
    gross = np.minimum(carry, worst)
    after_tax = carry - scaled(carry, clawback.tax_rate)
    return ClawbackDue(excess, shortfall, gross, np.minimum(gross, after_tax))


def unrealised_value(state: State) -> Ints:
    """Investments not yet sold, each at cost or at the lower of cost and its latest fair value: (partners,).

    Cost is what is left of it after permanent write-downs.
    """
    total = state.nothing
    for investment in state.deals.cost:
        permanent = state.deals.permanent.get(investment, state.nothing)
        cost = deals.remaining_cost(state, investment) - permanent
        fair_value = state.deals.fair_value.get(investment, cost)
        total = total + (cost if state.terms.unrealised == Unrealised.COST else np.minimum(cost, fair_value))
    return total


def assess_interim(state: State, date: dt.date) -> tuple[State, Ints]:
    """The state after an interim test, and what it adds to the clawback accrued; negative takes an earlier one back."""
    due = clawback_due(state, date, interim=True).due
    change = due - state.clawback_accrued
    return replace(deals.accrue(state, date), clawback_accrued=due), change


def interim_test_dates(clawback: Clawback | None, investment_period_end: dt.date, until: dt.date) -> list[dt.date]:
    """Days of the interim tests: each 31 December after the investment period, `until` included, where they are ANNUAL.

    A TRIGGER is an event that somebody records, so it has no days of its own. Source: fund-admin 2.6.
    """
    if clawback is None or clawback.interim != Interim.ANNUAL:
        return []
    ends = (dt.date(year, 12, 31) for year in range(investment_period_end.year, until.year + 1))
    return [end for end in ends if investment_period_end < end <= until]


def repay(state: State, amount: Ints, date: dt.date) -> tuple[State, Ints]:
    """The state after `amount` (partners,) of carry goes back to LPs, and how much of it came out of escrow.

    Escrow pays first. Carry and hurdle balances fall by what LPs get: their capital and preferred return in the order
    of the terms. Raises ValueError for more than the carry. Source: fund-admin 2.6.
    """
    state = deals.accrue(state, date)
    if (amount > state.gp_carry).any() or (amount < 0).any():
        raise ValueError(
            f"clawback: expected amounts from 0 to the carry, {state.gp_carry.tolist()}, found {amount.tolist()}"
        )
    from_escrow = np.minimum(state.escrow, amount)
    # In the book of a deal-by-deal fund the money belongs to no deal: the oldest capital of all of them is first.
    book = receive_as_a_whole(state.book, state, amount, date)
    capital = state.book.unreturned(ALL) - book.unreturned(ALL)
    fund_book = None if state.fund_book is None else receive_as_a_whole(state.fund_book, state, amount, date)
    state = replace(
        state,
        book=_less_carry(book, amount, profit=amount - capital),
        fund_book=fund_book,
        escrow=state.escrow - from_escrow,
        clawback_paid=state.clawback_paid + amount,
        clawback_accrued=np.maximum(state.clawback_accrued - amount, 0),
    )
    return state, from_escrow


def _less_carry(book: Book, amount: Ints, profit: Ints) -> Book:
    left = amount
    for name, account in sorted(book.accounts.items()):
        returned = np.minimum(left, account.carry)
        book = book.with_account(name, replace(account, carry=account.carry - returned))
        left = left - returned
    whole = book.account(deals.WHOLE_FUND)
    return book.with_account(deals.WHOLE_FUND, replace(whole, profit=whole.profit + profit))


def share_among_lps(paid: int, due: Ints) -> Ints:
    """What each LP gets of `paid`, in proportion to what it was short: (partners,), adding up to `paid`."""
    return allocate_total(paid, due)


def share_among_members(
    total: int, shares: Ints, guarantee: Guarantee = Guarantee.SEVERAL, able: Ints | None = None
) -> Ints:
    """What each member of the GP pays of `total` minor units, by its share of carry: (members,).

    `able` is the most that each can pay. SEVERAL: nobody pays for another, so less than `total` may come in.
    JOINT_AND_SEVERAL: what a member cannot pay, the others do, as far as they can. Source: fund-admin 2.6.
    """
    owed = allocate_total(total, shares)
    if able is None:
        return owed
    paid = np.minimum(owed, able)
    while guarantee == Guarantee.JOINT_AND_SEVERAL and (missing := total - int(paid.sum())):
        solvent = np.where(paid < able, shares, 0)
        if not solvent.any():
            break
        paid = np.minimum(paid + allocate_total(missing, solvent), able)
    return paid
