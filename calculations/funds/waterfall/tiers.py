"""The tiers that one distribution passes through, for partners with equal terms. What counts as capital is in `deals`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.funds.waterfall.book import Book, Rows, receive, return_capital
from calculations.funds.waterfall.rounding import Precise, half_up, precise
from calculations.funds.waterfall.terms import Level, Order, WaterfallTerms

ZERO = Decimal(0)


class TierName(StrEnum):
    OFF_THE_TOP = "OFF_THE_TOP"
    CURRENT_INCOME = "CURRENT_INCOME"
    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL"
    PREFERRED_RETURN = "PREFERRED_RETURN"
    CATCH_UP = "CATCH_UP"
    SPLIT = "SPLIT"


CAPITAL_DUE = "unreturned_capital"
PREFERRED_DUE = "max(preferred_return, 0)"
UNTIL_DUE = "max(preferred_return, 0) / (1 - gp_share)"
MISSING_CARRY = "max(carry * (lp_profit + gp_carry) - gp_carry, 0)"
CATCH_UP_DUE = f"0 if round_half_up({MISSING_CARRY}) == 0 else {MISSING_CARRY} / (gp_share - carry)"
ALL_THAT_IS_LEFT = "available"


@dataclass(frozen=True)
class Tier:
    """One tier of one distribution: what each partner's part of it can be recomputed from, alone.

    Arrays are (partners,) in minor units. amount = min(available, round_half_up(`formula`)), amount_other of it to
    third parties, amount_lp = round_half_up((1 - gp_share) x the rest), amount_gp = what is left of it; `values` are
    the names in the formula, beside available and gp_share. `hurdles_met` counts the hurdles below the tier;
    `before` and `after` are the books around it, `rows` and `sleeve` the set of capital that it pays.
    """

    number: int
    name: TierName
    label: str
    hurdles_met: int
    available: Ints
    due: Ints
    gp_share: Decimal
    formula: str
    values: Mapping[str, Precise | Ints]
    amount_lp: Ints
    amount_gp: Ints
    amount_other: Ints
    before: Book
    after: Book
    rows: Rows
    sleeve: str


@dataclass(frozen=True)
class CapitalSet:
    """What a distribution pays to: whose capital, the order of its rows, whose preferred return, whose profit."""

    capital: tuple[Rows, ...]
    preferred: Rows
    sleeve: str


class Payment:
    """One distribution on its way through the tiers of the terms; `amount` (partners,) in minor units."""

    def __init__(self, terms: WaterfallTerms, book: Book, amount: Ints, date: dt.date, paid_to: CapitalSet) -> None:
        self.terms, self.book, self.left, self.date, self.to = terms, book, amount, date, paid_to
        self.tiers: list[Tier] = []
        self.nothing = np.zeros(book.partners, dtype=np.int64)

    def deduct(self, label: str, due: Ints, formula: str, values: Mapping[str, Precise | Ints]) -> None:
        """Off the top, to third parties."""
        taken = np.minimum(self.left, due)
        self._record(TierName.OFF_THE_TOP, 0, due, ZERO, formula, values, self.book, (None, None, taken), label)

    def pay_income(self) -> None:
        """Income on which there is no carry: all to the LP, and towards its hurdles, but no profit to catch up on."""
        lp = self.left
        book = receive(self.book, lp, self.to.preferred, self.to.sleeve, self.terms.hurdle_floor, self.date)
        self._record(TierName.CURRENT_INCOME, 0, lp, ZERO, ALL_THAT_IS_LEFT, {}, book, (lp, None, None))

    def run(self) -> None:
        """The tiers in the order of the terms. Source: fund-admin 2.3."""
        if self.terms.order == Order.PREFERRED_FIRST:
            self._pay_preferred()
            self._return_capital()
        else:
            self._return_capital()
            self._pay_preferred()
        carry, first = self.terms.carry, 0
        for met, level in enumerate(self.terms.levels, start=1):
            if met > 1:
                lacking = self._lacking(first, level)
                need = np.maximum(lacking, 0) / precise(1 - carry)
                self._share(TierName.SPLIT, met - 1, half_up(need), carry, UNTIL_DUE, {"preferred_return": lacking})
            first += len(level.hurdles)
            self._catch_up(met, level)
            carry = level.carry
        self._share(TierName.SPLIT, len(self.terms.levels), self.left, carry, ALL_THAT_IS_LEFT, {})

    def _return_capital(self) -> None:
        owed = [self.book.unreturned(rows) for rows in self.to.capital]
        due = owed[0] if len(owed) == 1 else np.sum(owed, axis=0)
        returned = left = np.minimum(self.left, due)
        book = self.book
        for rows, part in zip(self.to.capital, owed, strict=True):
            paid = np.minimum(left, part)
            if paid.any():
                book = return_capital(book, paid, rows)
            left = left - paid
        paid_out = (returned, None, None)
        self._record(TierName.RETURN_OF_CAPITAL, 0, due, ZERO, CAPITAL_DUE, {CAPITAL_DUE: due}, book, paid_out)

    def _pay_preferred(self) -> None:
        if self.terms.levels:
            lacking = self._lacking(0, self.terms.levels[0])
            due = half_up(np.maximum(lacking, 0))
            self._share(TierName.PREFERRED_RETURN, 0, due, ZERO, PREFERRED_DUE, {"preferred_return": lacking})

    def _catch_up(self, met: int, level: Level) -> None:
        if level.catch_up <= level.carry:
            return
        account = self.book.account(self.to.sleeve)
        carry = precise(level.carry)
        missing = np.maximum(carry * (account.profit + account.carry) - account.carry, 0)
        # Less than half a unit is dust of earlier rounding, which a catch-up just above carry would magnify.
        need = np.where(half_up(missing) == 0, 0, missing / precise(level.catch_up - level.carry))
        values = {
            "lp_profit": account.profit,
            "gp_carry": account.carry,
            "carry": np.full(missing.size, carry, dtype=np.longdouble),
        }
        self._share(TierName.CATCH_UP, met, half_up(need), level.catch_up, CATCH_UP_DUE, values)

    def _lacking(self, first: int, level: Level) -> Precise:
        """What the LP lacks, beside its capital, to meet every hurdle of a level, whose first hurdle is `first`."""
        lacking = [self.book.preferred(first + i, self.to.preferred, self.to.sleeve) for i in range(len(level.hurdles))]
        return lacking[0] if len(lacking) == 1 else np.max(lacking, axis=0)

    def _share(
        self, name: TierName, met: int, due: Ints, gp_share: Decimal, formula: str, values: Mapping[str, Precise | Ints]
    ) -> None:
        """A tier that is profit: all money of the LP beside its capital counts towards every hurdle."""
        amount = np.minimum(self.left, due)
        lp = scaled(amount, 1 - gp_share) if gp_share else amount
        gp = amount - lp
        book = self.book
        if lp.any():
            book = receive(book, lp, self.to.preferred, self.to.sleeve, self.terms.hurdle_floor, self.date)
        if lp.any() or gp.any():
            account = book.account(self.to.sleeve)
            paid = replace(account, profit=account.profit + lp, carry=account.carry + gp)
            book = book.with_account(self.to.sleeve, paid)
        self._record(name, met, due, gp_share, formula, values, book, (lp, gp, None))

    def _record(
        self,
        name: TierName,
        met: int,
        due: Ints,
        gp_share: Decimal,
        formula: str,
        values: Mapping[str, Precise | Ints],
        book: Book,
        paid: tuple[Ints | None, Ints | None, Ints | None],
        label: str = "",
    ) -> None:
        lp, gp, other = (self.nothing if amount is None else amount for amount in paid)
        self.tiers.append(
            Tier(
                number=len(self.tiers) + 1,
                name=name,
                label=label,
                hurdles_met=met,
                available=self.left,
                due=due,
                gp_share=gp_share,
                formula=formula,
                values=values,
                amount_lp=lp,
                amount_gp=gp,
                amount_other=other,
                before=self.book,
                after=book,
                rows=self.to.preferred,
                sleeve=self.to.sleeve,
            )
        )
        for amount in paid:
            if amount is not None:
                self.left = self.left - amount
        self.book = book
