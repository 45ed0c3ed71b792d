"""The state of one partner handed to another: a transferee steps into the history of its part. Commitments are in `funds.transfers`.

What is given and what is kept add up to what there was, in every balance and lot by lot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.book import Account, Book, Credits, Lots
from calculations.funds.waterfall.lots import Piece, put
from calculations.funds.waterfall.rounding import Precise
from calculations.funds.waterfall.state import Deals, State

Node = TypeVar("Node")
Array = NDArray[Any]
_CARRIED = (State, Book, Lots, Credits, Account, Deals)
_BALANCES = ("escrow", "advances", "clawback_accrued", "clawback_paid", "given_back", "current_income")
_BY_INVESTMENT = ("cost", "realised", "permanent", "written", "fair_value", "expenses_borne")


def transfer(giver: State, place: int, taker: State, to: int, share: Fraction, date: dt.date) -> tuple[State, State]:
    """Both states after `share` of all that partner `place` of the giver's group carries goes to partner `to` of the taker's.

    The two may be one state. Preferred return is accrued to `date` first. Money is rounded half up, lots as running
    totals; the giver keeps the rest. Raises ValueError for a share not above 0 and up to 1, and where terms differ in
    style or in the kinds of hurdles, since balances would have no counterpart. Source: fund-admin 1.8.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: expected more than 0 and up to 1, found {share}")
    _require_alike(giver, taker)
    is_one = giver is taker
    giver = deals.accrue(giver, date)
    kept, moved = give(giver, place, share)
    if is_one:
        one = absorb(kept, to, moved)
        return one, one
    return kept, absorb(deals.accrue(taker, date), to, moved)


def _require_alike(giver: State, taker: State) -> None:
    kinds = [[type(hurdle).__name__ for hurdle in state.book.hurdles] for state in (giver, taker)]
    if giver.terms.style != taker.terms.style or kinds[0] != kinds[1]:
        raise ValueError(
            f"terms of the transferee: expected style {giver.terms.style.value} and hurdles {kinds[0]} as the transferor "
            f"has, found style {taker.terms.style.value} and hurdles {kinds[1]}"
        )


def give(state: State, place: int, share: Fraction) -> tuple[State, State]:
    """The state without `share` of partner `place`, and that part as the state of one partner."""
    taken = _changed(state, lambda amounts: _part(amounts, place, share))
    kept = _joined(state, taken, lambda amounts, part: _less(amounts, part, place))
    one = replace(taken, book=replace(taken.book, partners=1))
    if one.fund_book is not None:
        one = replace(one, fund_book=replace(one.fund_book, partners=1))
    return kept, one


def absorb(state: State, to: int, one: State) -> State:
    """The state after partner `to` has also what the state of one partner holds."""

    def widened(amounts: Array) -> Array:
        wide = np.zeros((*amounts.shape[:-1], state.partners), dtype=amounts.dtype)
        wide[..., to] = amounts[..., 0]
        return wide

    wide = _changed(one, widened)
    fund_book = state.fund_book
    if fund_book is not None and wide.fund_book is not None:
        fund_book = _merged_book(fund_book, wide.fund_book)
    balances = {name: getattr(state, name) + getattr(wide, name) for name in _BALANCES}
    return replace(
        state,
        book=_merged_book(state.book, wide.book),
        fund_book=fund_book,
        deals=_merged_deals(state.deals, wide.deals),
        lp_paid=tuple(sorted((*state.lp_paid, *wide.lp_paid), key=lambda paid: paid[0])),
        **balances,
    )


def _merged_book(book: Book, other: Book) -> Book:
    for i, key in enumerate(other.lots.keys):
        z, a = tuple(one[i] for one in other.lots.capitalised), tuple(one[i] for one in other.lots.accrued)
        book = put(book, Piece(key, other.lots.capital[i], other.lots.committed[i], z, a))
    for name, more in other.accounts.items():
        account = book.account(name)
        counted = tuple(one + two for one, two in zip(account.counted, more.counted, strict=True))
        merged = Account(
            account.contributed + more.contributed, account.profit + more.profit, account.carry + more.carry, counted
        )
        book = book.with_account(name, merged)
    credits = tuple(_stacked(one, two) for one, two in zip(book.credits, other.credits, strict=True))
    commitment = book.commitment
    if commitment is not None and other.commitment is not None:
        commitment = commitment + other.commitment
    return replace(book, credits=credits, commitment=commitment)


def _stacked(one: Credits, two: Credits) -> Credits:
    """Credits of both; each is a row of its own, so that a date is kept."""
    if not two.keys:
        return one
    return Credits(
        (*one.keys, *two.keys),
        np.vstack([one.capital, two.capital]),
        np.vstack([one.capitalised, two.capitalised]),
        np.vstack([one.accrued, two.accrued]),
    )


def _merged_deals(one: Deals, two: Deals) -> Deals:
    by_investment: dict[str, Mapping[str, Ints]] = {}
    for name in _BY_INVESTMENT:
        merged = dict(getattr(one, name))
        for investment, amounts in getattr(two, name).items():
            merged[investment] = merged[investment] + amounts if investment in merged else amounts
        by_investment[name] = merged
    return Deals(one.expenses + two.expenses, one.returned_ahead + two.returned_ahead, **by_investment)


def _part(amounts: Array, place: int, share: Fraction) -> Array:
    """The share of one partner's amounts, (..., 1); whole amounts as running totals, so that lists add up to their part."""
    own = amounts[..., [place]]
    if share == 1 or not own.size:
        return own
    if own.dtype != np.int64:
        unrounded: Precise = own * (np.longdouble(share.numerator) / np.longdouble(share.denominator))
        return unrounded
    if own.ndim == 1:
        return scaled(own, share)
    reached = scaled(np.cumsum(own, axis=0), share)
    return np.diff(reached, axis=0, prepend=np.zeros((1, *own.shape[1:]), dtype=np.int64))


def _less(amounts: Array, part: Array, place: int) -> Array:
    left = amounts.copy()
    left[..., place] -= part[..., 0]
    return left


def _changed(node: Node, change: Callable[[Array], Array]) -> Node:
    """A state, or part of one, with every array of amounts changed."""
    return _joined(node, node, lambda amounts, _: change(amounts))


def _joined(node: Any, other: Any, change: Callable[[Array, Array], Array]) -> Any:
    """Two states of one structure, array by array."""
    if isinstance(node, np.ndarray):
        return change(node, other)
    if isinstance(node, _CARRIED):
        parts = {f.name: _joined(getattr(node, f.name), getattr(other, f.name), change) for f in fields(node)}
        return replace(node, **parts)
    if isinstance(node, Mapping):
        return {name: _joined(each, other[name], change) for name, each in node.items()}
    if type(node) is tuple:
        return tuple(_joined(*pair, change) for pair in zip(node, other, strict=True))
    return node
