"""Distributions that LPs return, for indemnities: how much can be asked for, and what it reopens. Clawback of carry is not here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import divided
from calculations.funds.waterfall import deals, lots
from calculations.funds.waterfall.book import Key
from calculations.funds.waterfall.state import EXPENSES, State
from calculations.funds.waterfall.terms import REALISED_SET


def most_given_back(state: State, date: dt.date) -> Ints:
    """What LPs can still be asked to return on `date`: (partners,), 0 without giveback terms.

    The share of the terms of what each had in the years before, less what it gave back already.
    Source: fund-admin 2.6.
    """
    giveback = state.terms.giveback
    if giveback is None:
        return state.nothing
    since = _years_before(date, giveback.years)
    received = sum((lp for paid_on, lp in state.lp_paid if paid_on >= since), state.nothing)
    cap, _ = divided(received, *giveback.cap_share.as_integer_ratio())
    return np.maximum(cap - state.given_back, 0)


def give_back(state: State, amount: Ints, date: dt.date) -> State:
    """The state after LPs return `amount` (partners,): capital to be returned again, which earns from `date` on.

    It is no contribution: multiples of contributed capital do not grow. Deal by deal it is borne as expenses are.
    Raises ValueError for more than `most_given_back`. Source: fund-admin 2.6.
    """
    most = most_given_back(state, date)
    if (amount > most).any() or (amount < 0).any():
        raise ValueError(f"giveback: expected amounts from 0 to {most.tolist()}, found {amount.tolist()}")
    state = deals.accrue(state, date)
    key = Key(date, EXPENSES, deals.WHOLE_FUND)
    fund_book = (
        None if state.fund_book is None else lots.contribute(state.fund_book, amount, key, is_contribution=False)
    )
    is_borne_by_deals = fund_book is not None and state.terms.style not in REALISED_SET
    expenses = state.deals.expenses + amount if is_borne_by_deals else state.deals.expenses
    return replace(
        state,
        book=lots.contribute(state.book, amount, key, is_contribution=False),
        fund_book=fund_book,
        deals=replace(state.deals, expenses=expenses),
        given_back=state.given_back + amount,
    )


def _years_before(date: dt.date, years: int) -> dt.date:
    try:
        return date.replace(year=date.year - years)
    except ValueError:  # 29 February
        return dt.date(date.year - years, 2, 28)
