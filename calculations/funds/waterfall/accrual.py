"""What time makes of a book: preferred return that lots and credits earn until a day. How money changes them is in `book`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.book import Book, Credits, Key, Lots
from calculations.funds.waterfall.preferred import ON_ONE_BALANCE, SIMPLE, growth
from calculations.funds.waterfall.rounding import Precise, precise
from calculations.funds.waterfall.terms import HurdleBase, RateHurdle


def accrue(book: Book, date: dt.date) -> Book:
    """The book with preferred return accrued to `date`, which itself does not earn yet.

    Raises ValueError where the book is already later: events come in the order of their dates.
    """
    since = book.as_of
    if since is None or since == date:
        return replace(book, as_of=date)
    if date < since:
        raise ValueError(f"event date: expected {since} or later, the date of the event before, found {date}")
    lots, credits = book.lots, book.credits
    if lots.keys:
        grown = [
            _grow(hurdle, lots.keys, since, date, _earning(hurdle, lots), lots.capitalised[i], lots.accrued[i])
            for i, hurdle in enumerate(book.rates)
        ]
        lots = replace(lots, capitalised=tuple(z for z, _ in grown), accrued=tuple(a for _, a in grown))
    if any(credit.keys for credit in credits):
        credits = tuple(_grow_credits(h, c, since, date) for h, c in zip(book.rates, credits, strict=True))
    return replace(book, as_of=date, lots=lots, credits=credits)


def _earning(hurdle: RateHurdle, lots: Lots) -> Ints:
    return lots.committed if hurdle.base == HurdleBase.COMMITMENT else lots.capital


def _grow_credits(hurdle: RateHurdle, credits: Credits, since: dt.date, date: dt.date) -> Credits:
    if not credits.keys:
        return credits
    z, a = _grow(hurdle, credits.keys, since, date, credits.capital, credits.capitalised, credits.accrued)
    return replace(credits, capitalised=z, accrued=a)


def _grow(
    hurdle: RateHurdle, keys: Sequence[Key], since: dt.date, until: dt.date, c: Ints | Precise, z: Precise, a: Precise
) -> tuple[Precise, Precise]:
    """Capitalised and accrued preferred return after a stretch; the terms are those of `Growth`."""
    if hurdle.convention in ON_ONE_BALANCE:
        one = growth(hurdle.rate, hurdle.convention, since, since, until)
        if not one.compounds:
            return z, a + c * precise(one.first)
        return (c + z + a) * precise(one.middle) - c, np.zeros_like(a)
    each = [growth(hurdle.rate, hurdle.convention, key.start, since, until) for key in keys]
    first, middle, last = (
        np.array([[precise(number)] for number in numbers])
        for numbers in zip(*((one.first, one.middle, one.last) for one in each), strict=True)
    )
    if hurdle.convention in SIMPLE:
        return z, a + c * first
    compounds = np.array([[one.compounds] for one in each])
    balance = ((c + z) * (1 + first) + a) * middle
    return np.where(compounds, balance - c, z), np.where(compounds, balance * last, a + (c + z) * first)
