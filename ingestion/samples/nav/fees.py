"""Fees of the demo's share classes: what is owed on a day and the rows that state it. Who bears other lines does not belong here.

A month's fee is a rate on the class's net assets at the month end before, owed until it is paid in the middle of the next month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.samples.nav.money import ZERO
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import ClassTerms

YEAR = 365


@dataclass(frozen=True)
class Fee:
    """`rate` on `basis` from `start`, or the stated `amount`; in force up to and including `end`. In the class's currency."""

    accrual_id: str
    terms: ClassTerms
    start: dt.date
    basis: Decimal = ZERO
    accrued_to: dt.date | None = None
    end: dt.date | None = None
    amount: Decimal | None = None

    def owed(self, day: dt.date) -> Decimal:
        """What is owed on `day`, unrounded: the first day accrues, the day itself does not. ACT/365F."""
        if day < self.start or (self.end is not None and day > self.end):
            return ZERO
        if self.amount is not None:
            return self.amount
        until = day if self.accrued_to is None else min(day, self.accrued_to)
        return self.basis * self.terms.fee * (until - self.start).days / YEAR

    def paid_on(self, day: dt.date) -> Fee:
        """The fee that is owed no more from `day` on."""
        return replace(self, end=day - dt.timedelta(days=1))

    def row(self, product_id: str) -> Row:
        """The fee in sheet Accruals & Fees."""
        row: dict[str, object] = {
            "product_id": product_id,
            "share_class_id": self.terms.id,
            "accrual_id": self.accrual_id,
            "kind": "MANAGEMENT_FEE" if self.amount is None else "PERFORMANCE_FEE",
            "side": "LIABILITY",
            "method": "RATE" if self.amount is None else "STATED",
            "currency": self.terms.currency,
            "amount": self.amount,
            "start_date": self.start,
            "end_date": self.end,
        }
        if self.amount is None:
            row |= {
                "rate": self.terms.fee,
                "basis": "STATED",
                "basis_amount": self.basis,
                "accrued_from": self.start,
                "accrued_to": self.accrued_to,
                "day_count": "ACT_365F",
            }
        return row  # type: ignore[return-value]


class FeeBook:
    """The fees of one product's classes, in the order in which they began."""

    def __init__(self) -> None:
        self._fees: list[Fee] = []

    def add(self, fee: Fee) -> None:
        """Begin a fee."""
        self._fees.append(fee)

    def owed(self, class_id: str, day: dt.date) -> Decimal:
        """All fees that a class owes on `day`, unrounded, in its currency."""
        return sum((fee.owed(day) for fee in self._fees if fee.terms.id == class_id), ZERO)

    def pay(self, day: dt.date) -> Iterator[tuple[ClassTerms, Decimal]]:
        """Settle the months that are over: the classes and what each pays, unrounded, in its currency."""
        for place, fee in enumerate(self._fees):
            if fee.end is None and fee.accrued_to is not None and fee.accrued_to <= day:
                self._fees[place] = fee.paid_on(day)
                yield fee.terms, fee.owed(fee.accrued_to)

    def rows(self, product_id: str) -> list[Row]:
        """Sheet Accruals & Fees."""
        return [fee.row(product_id) for fee in self._fees]
