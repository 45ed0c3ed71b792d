"""Capital and hurdle balances of partners, lot by lot, and how money changes them. Tiers and carry do not belong here.

Arrays are (lots, partners): capital int64 in minor units, preferred return `np.longdouble`, unrounded. Where what a
lot earns does not depend on its date, all lots with one key are one row. Hurdle balance = unreturned capital +
preferred; all money of an LP beside its capital reduces the preferred part of every hurdle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.preferred import ON_ONE_BALANCE
from calculations.funds.waterfall.rounding import Precise, half_up, precise
from calculations.funds.waterfall.terms import Hurdle, HurdleBase, HurdleFloor, MultipleHurdle, RateHurdle

Amounts = TypeVar("Amounts", Ints, Precise)
Rows = slice | list[int]
ALL = slice(None)


class Key(NamedTuple):
    """When a lot was contributed, for which investment ('' for fees and expenses), in which set it counts."""

    start: dt.date
    investment: str
    sleeve: str


@dataclass(frozen=True)
class Lots:
    """Open contributions, oldest first; of each rate hurdle, the preferred return that itself earns and the rest.

    `committed` is what earns under rate hurdles on the commitment, 0 where the terms have none.
    """

    keys: tuple[Key, ...]
    capital: Ints
    committed: Ints
    capitalised: tuple[Precise, ...]
    accrued: tuple[Precise, ...]


@dataclass(frozen=True)
class Credits:
    """What LPs had beyond one rate hurdle, as lots of negative capital: it earns against later contributions."""

    keys: tuple[Key, ...]
    capital: Precise
    capitalised: Precise
    accrued: Precise

    def preferred(self, sleeve: str) -> Precise:
        rows = [row for row, key in enumerate(self.keys) if key.sleeve == sleeve]
        total: Precise = (self.capital[rows] + self.capitalised[rows] + self.accrued[rows]).sum(axis=0)
        return total


@dataclass(frozen=True)
class Account:
    """Money that passed between one set of capital, the LP and the GP; `counted` towards each multiple hurdle."""

    contributed: Ints
    profit: Ints
    carry: Ints
    counted: tuple[Precise, ...]


@dataclass(frozen=True)
class Book:
    """The balances of `partners` on `as_of`, None before the first event; `commitment` (partners,) where known."""

    partners: int
    hurdles: tuple[Hurdle, ...]
    commitment: Ints | None
    as_of: dt.date | None
    lots: Lots
    credits: tuple[Credits, ...]
    accounts: Mapping[str, Account]

    @property
    def rates(self) -> tuple[RateHurdle, ...]:
        return tuple(hurdle for hurdle in self.hurdles if isinstance(hurdle, RateHurdle))

    @property
    def multiples(self) -> tuple[MultipleHurdle, ...]:
        return tuple(hurdle for hurdle in self.hurdles if isinstance(hurdle, MultipleHurdle))

    def rows_of(self, sleeve: str) -> list[int]:
        return [row for row, key in enumerate(self.lots.keys) if key.sleeve == sleeve]

    def account(self, sleeve: str) -> Account:
        found = self.accounts.get(sleeve)
        if found is None:
            nothing = np.zeros(self.partners, dtype=np.int64)
            unearned = np.zeros(self.partners, dtype=np.longdouble)
            found = Account(nothing, nothing, nothing, tuple(unearned for _ in self.multiples))
        return found

    def with_account(self, sleeve: str, account: Account) -> Book:
        return replace(self, accounts={**self.accounts, sleeve: account})

    def unreturned(self, rows: Rows) -> Ints:
        """Capital of the rows not yet returned: (partners,)."""
        capital: Ints = self.lots.capital[rows].sum(axis=0)
        return capital

    def preferred(self, hurdle: int, rows: Rows, sleeve: str) -> Precise:
        """What LPs lack to a hurdle beside the capital of the rows: (partners,); negative where they have more."""
        place = sum(isinstance(other, RateHurdle) == self._is_rate(hurdle) for other in self.hurdles[:hurdle])
        if self._is_rate(hurdle):
            earned: Precise = (self.lots.capitalised[place][rows] + self.lots.accrued[place][rows]).sum(axis=0)
            return earned + self.credits[place].preferred(sleeve) if self.credits[place].keys else earned
        multiple, account = self.multiples[place], self.account(sleeve)
        base = account.contributed if multiple.base == HurdleBase.CONTRIBUTED else self.commitment
        if base is None:
            raise ValueError(f"commitment: expected an amount for {multiple}, found none")
        return precise(multiple.multiple) * base - account.contributed - account.counted[place]

    @property
    def earns_on_commitment(self) -> bool:
        return any(hurdle.base == HurdleBase.COMMITMENT for hurdle in self.rates)

    def _is_rate(self, hurdle: int) -> bool:
        return isinstance(self.hurdles[hurdle], RateHurdle)


def open_book(hurdles: Sequence[Hurdle], partners: int, commitment: Ints | None) -> Book:
    """The book before the first contribution."""
    rates = sum(isinstance(hurdle, RateHurdle) for hurdle in hurdles)
    nothing = np.zeros((0, partners), dtype=np.longdouble)
    no_capital = np.zeros((0, partners), dtype=np.int64)
    lots = Lots((), no_capital, no_capital, (nothing,) * rates, (nothing,) * rates)
    credits = (Credits((), nothing, nothing, nothing),) * rates
    return Book(partners, tuple(hurdles), commitment, None, lots, credits, {})


def is_merged(hurdles: Sequence[Hurdle]) -> bool:
    """Whether contributions of all dates can be one row."""
    return all(hurdle.convention in ON_ONE_BALANCE for hurdle in hurdles if isinstance(hurdle, RateHurdle))


def return_capital(book: Book, amount: Ints, rows: Rows) -> Book:
    """`amount` (partners,) of capital returned, the oldest of the rows first; it must not exceed what they hold."""
    lots = book.lots
    capital = lots.capital.copy()
    capital[rows] -= oldest_first(amount, capital[rows])
    if book.earns_on_commitment:
        committed = lots.committed.copy()
        committed[rows] -= oldest_first(amount, committed[rows])
        lots = replace(lots, committed=committed)
    return replace(book, lots=replace(lots, capital=capital))


def receive(book: Book, amount: Ints, rows: Rows, sleeve: str, floor: HurdleFloor, date: dt.date) -> Book:
    """`amount` (partners,) to LPs beside capital; the oldest preferred return of the rows is paid first.

    In a lot, what was earned since it was last capitalised is paid first. Money beyond a hurdle is dropped or kept
    as a credit dated `date`, as the floor says.
    """
    lots, account = book.lots, book.account(sleeve)
    capitalised, accrued, credits = list(lots.capitalised), list(lots.accrued), list(book.credits)
    rate, multiple, counted = 0, 0, list(account.counted)
    for hurdle in range(len(book.hurdles)):
        preferred = book.preferred(hurdle, rows, sleeve)
        paid = _settled(amount, preferred)
        if isinstance(book.hurdles[hurdle], MultipleHurdle):
            within = paid if floor == HurdleFloor.NEGATIVE else np.minimum(paid, np.maximum(preferred, 0))
            counted[multiple] = counted[multiple] + within
            multiple += 1
            continue
        z, a, rest = _pay_lots(capitalised[rate], accrued[rate], rows, paid)
        capitalised[rate], accrued[rate] = z, a
        if floor == HurdleFloor.NEGATIVE and (rest > 0).any():
            merged = book.rates[rate].convention in ON_ONE_BALANCE
            credits[rate] = _add_credit(credits[rate], Key(date, "", sleeve), -rest, merged)
        rate += 1
    lots = replace(lots, capitalised=tuple(capitalised), accrued=tuple(accrued))
    if counted:
        book = book.with_account(sleeve, replace(account, counted=tuple(counted)))
    return replace(book, lots=lots, credits=tuple(credits))


def _settled(paid: Ints, preferred: Precise) -> Precise:
    """The unrounded preferred return where exactly its rounded amount was paid, so that no dust is left to earn."""
    is_settled = (paid > 0) & (preferred > 0) & (half_up(preferred) == paid)
    return np.where(is_settled, preferred, paid.astype(np.longdouble))


def _pay_lots(z: Precise, a: Precise, rows: Rows, amount: Precise) -> tuple[Precise, Precise, Precise]:
    z, a = z.copy(), a.copy()
    accrued, capitalised = a[rows], z[rows]
    owed = np.empty((2 * len(accrued), amount.size), dtype=np.longdouble)
    owed[0::2], owed[1::2] = accrued, capitalised
    total = (accrued + capitalised).sum(axis=0)
    paid = np.where(amount >= total, owed, oldest_first(amount, owed))
    a[rows], z[rows] = owed[0::2] - paid[0::2], owed[1::2] - paid[1::2]
    return z, a, np.maximum(amount - total, 0)


def oldest_first(amount: Amounts, owed: Amounts) -> Amounts:
    """How much of `amount` (partners,) each of the rows of `owed` (rows, partners) gets, the first rows first."""
    if len(owed) == 1:
        whole: Amounts = np.minimum(amount, owed)
        return whole
    before = np.cumsum(owed, axis=0) - owed
    paid: Amounts = np.minimum(np.maximum(amount - before, 0), owed)
    return paid


def _add_credit(credits: Credits, key: Key, amount: Precise, merged: bool) -> Credits:
    same = [i for i, k in enumerate(credits.keys) if k.sleeve == key.sleeve and (merged or k.start == key.start)]
    if same:
        capital = credits.capital.copy()
        capital[same[0]] += amount
        return replace(credits, capital=capital)
    nothing = np.zeros((1, amount.size), dtype=np.longdouble)
    return Credits(
        (*credits.keys, key),
        np.vstack([credits.capital, amount[None, :]]),
        np.vstack([credits.capitalised, nothing]),
        np.vstack([credits.accrued, nothing]),
    )
