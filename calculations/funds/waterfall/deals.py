"""Which capital counts as realised: contributions, sales, write-downs and expenses, deal by deal. Payments are not here.

Amounts are (partners,) int64 in minor units: each partner's part by its participation in the investment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import half_up
from calculations.funds.waterfall import lots
from calculations.funds.waterfall.accrual import accrue as accrue_book
from calculations.funds.waterfall.book import Book, Key, Rows, return_capital
from calculations.funds.waterfall.state import EXPENSES, Deals, State
from calculations.funds.waterfall.terms import (
    ACCOUNT_PER_DEAL,
    REALISED_SET,
    ExpenseAllocation,
    Style,
    Unrealised,
)

WHOLE_FUND = ""  # the one set of capital of a fund whose deals share it
NOT_REALISED = "not realised"


def accrue(state: State, date: dt.date) -> State:
    """The state with preferred return accrued to `date`. Raises ValueError where the state is already later."""
    fund_book = None if state.fund_book is None else accrue_book(state.fund_book, date)
    return replace(state, book=accrue_book(state.book, date), fund_book=fund_book)


def account_of(state: State, investment: str) -> str:
    """The set of capital that proceeds of an investment pay to."""
    return investment if state.terms.style in ACCOUNT_PER_DEAL else WHOLE_FUND


def contribute(state: State, amount: Ints, date: dt.date, investment: str = EXPENSES) -> State:
    """The state after partners pay in `amount`, which earns from `date` on, that day included.

    Contributions for fees and expenses count like those for investments. Source: fund-admin 2.2, 2.4, 2.5.
    """
    state = accrue(state, date)
    if not amount.any():
        return state
    deals = state.deals
    if investment == EXPENSES:
        deals = replace(deals, expenses=deals.expenses + amount)
    else:
        deals = replace(deals, cost=_plus(deals.cost, investment, amount))
    sleeve = _first_sleeve(state, investment)
    key = Key(date, "" if state.terms.style == Style.EUROPEAN else investment, sleeve)
    book = lots.contribute(state.book, amount, key)
    if sleeve != NOT_REALISED or state.terms.style == Style.HYBRID_AGGREGATE_HURDLE:
        book = _contributed(book, account_of(state, investment), amount)
    fund_book = state.fund_book
    if fund_book is not None:
        fund_book = _contributed(lots.contribute(fund_book, amount, Key(date, "", "")), WHOLE_FUND, amount)
    state = replace(state, book=book, fund_book=fund_book, deals=deals)
    if sleeve == WHOLE_FUND and state.terms.style in REALISED_SET:
        return _set_off(state, amount)
    return state


def _first_sleeve(state: State, investment: str) -> str:
    if state.terms.style in REALISED_SET:
        enters = investment == EXPENSES and state.terms.expense_allocation == ExpenseAllocation.ALL_TO_DATE
        return WHOLE_FUND if enters else NOT_REALISED
    return account_of(state, investment)


def remaining_cost(state: State, investment: str) -> Ints:
    """Cost contributed for an investment and not yet realised."""
    deals = state.deals
    return deals.cost.get(investment, state.nothing) - deals.realised.get(investment, state.nothing)


def realise(state: State, cost: Ints, investment: str) -> State:
    """The state after `cost` of an investment is sold; more than remains is what remains.

    What a write-down had already counted as realised does not count again; what is sold has no fair value left in the
    fund. Source: fund-admin 2.5.
    """
    deals, remaining = state.deals, remaining_cost(state, investment)
    cost = np.minimum(cost, remaining)
    written = deals.written.get(investment, state.nothing)
    relieved = half_up(written, cost, np.maximum(remaining, 1))
    permanent = deals.permanent.get(investment, state.nothing)
    fair_value = deals.fair_value
    if investment in fair_value:
        held = fair_value[investment]
        fair_value = {**fair_value, investment: held - half_up(held, cost, np.maximum(remaining, 1))}
    state = replace(
        state,
        deals=replace(
            deals,
            fair_value=fair_value,
            realised=_plus(deals.realised, investment, cost),
            written={**deals.written, investment: written - relieved},
            permanent={**deals.permanent, investment: permanent - np.minimum(permanent, relieved)},
        ),
    )
    return _enter(state, cost - relieved, investment) if state.terms.style in REALISED_SET else state


def write_down(state: State, amount: Ints, date: dt.date, investment: str) -> State:
    """The state after a permanent write-down of `amount` of cost; a negative amount takes one back.

    Under terms that return realised capital it counts as realised until it is taken back. Source: fund-admin 2.5.
    """
    state = accrue(state, date)
    permanent = np.maximum(state.deals.permanent.get(investment, state.nothing) + amount, 0)
    permanent = np.minimum(permanent, remaining_cost(state, investment))
    fair_value = state.deals.fair_value
    if investment in fair_value:
        left = np.minimum(fair_value[investment], remaining_cost(state, investment) - permanent)
        fair_value = {**fair_value, investment: np.where(amount > 0, left, fair_value[investment])}
    deals = replace(state.deals, fair_value=fair_value, permanent={**state.deals.permanent, investment: permanent})
    return _test_for_impairment(replace(state, deals=deals), investment, date)


def value(state: State, fair_value: Ints, date: dt.date, investment: str) -> State:
    """The state after a valuation; below cost it counts as a write-down where the terms say lower of cost or market."""
    state = accrue(state, date)
    deals = replace(state.deals, fair_value={**state.deals.fair_value, investment: fair_value})
    return _test_for_impairment(replace(state, deals=deals), investment, date)


def _test_for_impairment(state: State, investment: str, date: dt.date) -> State:
    if state.terms.style not in REALISED_SET:
        return state
    deals, remaining = state.deals, remaining_cost(state, investment)
    target = deals.permanent.get(investment, state.nothing)
    if state.terms.unrealised == Unrealised.LOWER_COST_MARKET and investment in deals.fair_value:
        target = np.maximum(target, remaining - deals.fair_value[investment])
    target = np.clip(target, 0, remaining)
    change = target - deals.written.get(investment, state.nothing)
    state = replace(state, deals=replace(deals, written={**deals.written, investment: target}))
    state = _enter(state, np.maximum(change, 0), investment)
    return _leave(state, np.maximum(-change, 0), investment, date)


def _enter(state: State, amount: Ints, investment: str) -> State:
    """Capital of an investment comes into the realised set."""
    rows = [i for i, key in enumerate(state.book.lots.keys) if key[1:] == (investment, NOT_REALISED)]
    book, moved = lots.move(state.book, amount, rows, lambda key: key._replace(sleeve=WHOLE_FUND))
    if state.terms.style == Style.AMERICAN_REALISED:
        book = _contributed(book, WHOLE_FUND, moved)
    return _set_off(replace(state, book=book), moved)


def _leave(state: State, amount: Ints, investment: str, date: dt.date) -> State:
    """A write-down is taken back: what is not yet returned of it leaves the set; what was counts as returned ahead.

    The capital that was returned is as if it had been contributed again on that day.
    """
    rows = [i for i, key in enumerate(state.book.lots.keys) if key[1:] == (investment, WHOLE_FUND)]
    book, moved = lots.move(state.book, amount, rows, lambda key: key._replace(sleeve=NOT_REALISED))
    ahead = amount - moved
    if ahead.any():
        book = lots.contribute(book, ahead, Key(date, investment, NOT_REALISED))
    if state.terms.style == Style.AMERICAN_REALISED:
        book = _contributed(book, WHOLE_FUND, -amount)
    return replace(state, book=book, deals=replace(state.deals, returned_ahead=state.deals.returned_ahead + ahead))


def _set_off(state: State, entered: Ints) -> State:
    """Capital returned ahead counts as the return of capital that has just entered the set."""
    offset = np.minimum(state.deals.returned_ahead, entered)
    if not offset.any():
        return state
    book = return_capital(state.book, offset, state.book.rows_of(WHOLE_FUND))
    return replace(state, book=book, deals=replace(state.deals, returned_ahead=state.deals.returned_ahead - offset))


def bear_expenses(state: State, investment: str) -> State:
    """The state after the proceeds of an investment have taken over the expenses that they must return.

    ALL_TO_DATE: all expenses contributed. PRO_RATA_COST: in the ratio of the cost of the set to all cost, as of now;
    what a set has borne stays with it. Source: fund-admin 2.5.
    """
    style, terms, deals = state.terms.style, state.terms, state.deals
    if style == Style.EUROPEAN or (investment == EXPENSES and style in ACCOUNT_PER_DEAL):
        return state
    sleeve = account_of(state, investment)
    source = EXPENSES if style in ACCOUNT_PER_DEAL else NOT_REALISED
    if style in REALISED_SET and terms.expense_allocation == ExpenseAllocation.ALL_TO_DATE:
        return state  # they came into the set when they were contributed
    borne = deals.expenses_borne.get(sleeve, state.nothing)
    due = deals.expenses
    if terms.expense_allocation == ExpenseAllocation.PRO_RATA_COST:
        all_cost = sum(deals.cost.values(), state.nothing)
        of_set = deals.cost.get(investment, state.nothing) if style in ACCOUNT_PER_DEAL else _cost_of_set(deals, state)
        due = half_up(deals.expenses, of_set, np.maximum(all_cost, 1))
    rows: Rows = [i for i, key in enumerate(state.book.lots.keys) if key[1:] == (EXPENSES, source)]
    book, moved = lots.move(state.book, np.maximum(due - borne, 0), rows, lambda key: key._replace(sleeve=sleeve))
    if style in ACCOUNT_PER_DEAL:
        book = _contributed(_contributed(book, EXPENSES, -moved), sleeve, moved)
    elif style == Style.AMERICAN_REALISED:
        book = _contributed(book, sleeve, moved)
    state = replace(state, book=book, deals=replace(deals, expenses_borne=_plus(deals.expenses_borne, sleeve, moved)))
    return _set_off(state, moved) if style in REALISED_SET else state


def _cost_of_set(deals: Deals, state: State) -> Ints:
    return sum((*deals.realised.values(), *deals.written.values()), state.nothing)


def _contributed(book: Book, sleeve: str, amount: Ints) -> Book:
    account = book.account(sleeve)
    return book.with_account(sleeve, replace(account, contributed=account.contributed + amount))


def _plus(amounts: Mapping[str, Ints], name: str, amount: Ints) -> Mapping[str, Ints]:
    return {**amounts, name: amounts[name] + amount if name in amounts else amount}
