"""Lots entering a book, changing sets and coming under new terms. What lots earn and how they are paid is in `book`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.waterfall.book import Book, Credits, Key, Lots, Rows, is_merged, oldest_first
from calculations.funds.waterfall.rounding import Precise, ratio
from calculations.funds.waterfall.terms import Hurdle, RateHurdle


class Piece(NamedTuple):
    """Part of one lot on its way: (partners,) each, preferred return for each rate hurdle."""

    key: Key
    capital: Ints
    committed: Ints
    capitalised: tuple[Precise, ...]
    accrued: tuple[Precise, ...]


def contribute(book: Book, amount: Ints, key: Key, is_contribution: bool = True) -> Book:
    """The book with `amount` (partners,) paid in on the date of the key; one row per key, so that order cannot matter."""
    unearned = (np.zeros(book.partners, dtype=np.longdouble),) * len(book.rates)
    return put(book, Piece(key, amount, _newly_committed(book, amount, is_contribution), unearned, unearned))


def _newly_committed(book: Book, amount: Ints, is_contribution: bool) -> Ints:
    """What starts to earn under hurdles on the commitment: all of it with the first contribution, then only what goes
    beyond it. Money given back is capital to be returned once more, not a contribution that the commitment covers.
    """
    if not book.earns_on_commitment or book.commitment is None:
        return np.zeros_like(amount)
    if not is_contribution:
        return amount
    before = book.account("").contributed
    after = before + amount
    of_before, of_after = (np.where(paid > 0, np.maximum(paid, book.commitment), 0) for paid in (before, after))
    return of_after - of_before


def put(book: Book, piece: Piece) -> Book:
    """The book with a piece added to the row of its key; where dates do not matter, that of any date."""
    lots, key = book.lots, piece.key
    merged = is_merged(book.hurdles)
    same = [i for i, k in enumerate(lots.keys) if k[1:] == key[1:] and (merged or k.start == key.start)]
    if same:
        capital = lots.capital.copy()
        capital[same[0]] += piece.capital
        if piece.committed.any():
            committed = lots.committed.copy()
            committed[same[0]] += piece.committed
            lots = replace(lots, committed=committed)
        if any(part.any() for part in (*piece.capitalised, *piece.accrued)):
            lots = replace(
                lots,
                capitalised=_added(lots.capitalised, same[0], piece.capitalised),
                accrued=_added(lots.accrued, same[0], piece.accrued),
            )
        return replace(book, lots=replace(lots, capital=capital))
    keys = (*lots.keys, key)
    order = sorted(range(len(keys)), key=keys.__getitem__)  # oldest first
    return replace(
        book,
        lots=Lots(
            tuple(keys[i] for i in order),
            np.vstack([lots.capital, piece.capital[None, :]])[order],
            np.vstack([lots.committed, piece.committed[None, :]])[order],
            _stacked(lots.capitalised, piece.capitalised, order),
            _stacked(lots.accrued, piece.accrued, order),
        ),
    )


def _added(rows: Sequence[Precise], row: int, parts: Sequence[Precise]) -> tuple[Precise, ...]:
    changed = [one.copy() for one in rows]
    for one, part in zip(changed, parts, strict=True):
        one[row] += part
    return tuple(changed)


def _stacked(rows: Sequence[Precise], parts: Sequence[Precise], order: list[int]) -> tuple[Precise, ...]:
    return tuple(np.vstack([one, part[None, :]])[order] for one, part in zip(rows, parts, strict=True))


def move(book: Book, amount: Ints, rows: Rows, new_key: Callable[[Key], Key]) -> tuple[Book, Ints]:
    """Lots of the rows with up to `amount` (partners,) of open capital, the oldest first, brought under new keys.

    Preferred return goes with its capital in proportion. Returns the book and the capital moved.
    """
    lots = book.lots
    places = list(range(len(lots.keys))) if isinstance(rows, slice) else rows
    if not places or not amount.any():
        return book, np.zeros_like(amount)
    taken = oldest_first(amount, lots.capital[places])
    share = ratio(taken, lots.capital[places])
    capital = lots.capital.copy()
    capital[places] -= taken
    moved_z = [one[places] * share for one in lots.capitalised]
    moved_a = [one[places] * share for one in lots.accrued]
    left = replace(
        lots,
        capital=capital,
        capitalised=_added_rows(lots.capitalised, places, moved_z),
        accrued=_added_rows(lots.accrued, places, moved_a),
    )
    book = replace(book, lots=left)
    for i, place in enumerate(places):
        if taken[i].any():
            key = new_key(lots.keys[place])
            z, a = tuple(z[i] for z in moved_z), tuple(a[i] for a in moved_a)
            # hurdles on the commitment are of the whole fund, where no lot changes its set
            book = put(book, Piece(key, taken[i], np.zeros_like(amount), z, a))
    return book, taken.sum(axis=0)


def _added_rows(rows: Sequence[Precise], places: list[int], taken: Sequence[Precise]) -> tuple[Precise, ...]:
    changed = [one.copy() for one in rows]
    for one, part in zip(changed, taken, strict=True):
        one[places] -= part
    return tuple(changed)


def without_closed(book: Book) -> Book:
    """The book without lots in which nobody has anything left, so that an old fund is not slower than a young one."""
    lots = book.lots
    if len(lots.keys) < 2:
        return book
    is_open: NDArray[np.bool_] = np.asarray(lots.capital.any(axis=1) | lots.committed.any(axis=1))
    for earned in (*lots.capitalised, *lots.accrued):
        is_open |= earned.any(axis=1)
    if is_open.all():
        return book
    return replace(
        book,
        lots=Lots(
            tuple(key for key, keep in zip(lots.keys, is_open, strict=True) if keep),
            lots.capital[is_open],
            lots.committed[is_open],
            tuple(one[is_open] for one in lots.capitalised),
            tuple(one[is_open] for one in lots.accrued),
        ),
    )


def adopt_hurdles(book: Book, hurdles: Sequence[Hurdle], date: dt.date) -> Book:
    """The book under changed hurdles from `date`; it must be accrued to that day.

    What was earned stays. Lots that were one row and whose dates matter from now on are dated `date`: their next
    anniversary is a year away. Raises ValueError where hurdles are not as many and of the same kinds as before.
    """
    if len(hurdles) != len(book.hurdles):
        raise ValueError(f"hurdles: expected {len(book.hurdles)} as before, found {len(hurdles)}")
    for before, after in zip(book.hurdles, hurdles, strict=True):
        if type(before) is not type(after):
            kind = "rate" if before in book.rates else "multiple"
            raise ValueError(f"hurdle: expected a {kind} hurdle as before, found {after}")
        if isinstance(after, RateHurdle) and after.base != before.base:
            raise ValueError(f"hurdle: expected base {before.base.value} as before, found {after.base.value}")
    was_merged, now_merged = is_merged(book.hurdles), is_merged(hurdles)
    adopted = replace(book, hurdles=tuple(hurdles))
    if was_merged == now_merged:
        return adopted
    lots = book.lots
    adopted = replace(adopted, lots=_emptied(lots), credits=tuple(_redated(credit, date) for credit in book.credits))
    for i, key in enumerate(lots.keys):
        dated = key._replace(start=date) if was_merged else key
        z, a = tuple(one[i] for one in lots.capitalised), tuple(one[i] for one in lots.accrued)
        adopted = put(adopted, Piece(dated, lots.capital[i], lots.committed[i], z, a))
    return adopted


def _emptied(lots: Lots) -> Lots:
    none = tuple(one[:0] for one in lots.capitalised)
    return Lots((), lots.capital[:0], lots.committed[:0], none, none)


def _redated(credits: Credits, date: dt.date) -> Credits:
    return replace(credits, keys=tuple(key._replace(start=date) for key in credits.keys))
