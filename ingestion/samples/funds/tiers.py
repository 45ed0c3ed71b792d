"""How much of a distribution of a demo fund is carry: a hurdle balance, a catch-up, a split. Who receives it does not belong here.

One balance per pool of capital: the whole fund, the deals sold so far, or one deal. Amounts are cents as floats; the caller rounds.
Source: fund-admin 2.3.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

COMPOUNDING = ("IRR", "ANNUAL_CALENDAR", "ANNUAL_ANNIVERSARY", "QUARTERLY_ACTUAL")


@dataclass
class Tiers:
    """State of one pool between distributions: hurdle balance, unreturned capital, profit of the partners, carry."""

    hurdle: float
    carry: float
    catch_up: float
    compounds: bool
    balance: float = 0.0
    capital: float = 0.0
    profit: float = 0.0
    paid: float = 0.0
    day: dt.date | None = None

    def copy(self) -> Tiers:
        return replace(self)

    def contribute(self, day: dt.date, amount: float) -> None:
        """Capital paid in on `day`, which may lie before the last event."""
        if self.day is None or day > self.day:
            self._accrue(day)
        assert self.day is not None
        self.balance += amount * (1.0 + self._growth(day, self.day))
        self.capital += amount

    def distribute(self, day: dt.date, amount: float) -> float:
        """The carry in a distribution of `amount`."""
        self._accrue(day)
        rest = max(amount, 0.0)
        first = min(rest, max(self.balance, 0.0))
        returned = min(first, self.capital)
        self.capital -= returned
        self.profit += first - returned
        rest -= first
        wanted = max(self.carry * (self.profit + self.paid) - self.paid, 0.0) / (self.catch_up - self.carry)
        caught = min(rest, wanted)
        earned = self.catch_up * caught + self.carry * (rest - caught)
        self.profit += caught + rest - caught - earned
        self.paid += earned
        self.balance = max(self.balance - (amount - earned), 0.0)
        return earned

    def _accrue(self, day: dt.date) -> None:
        if self.day is not None and day > self.day:
            base = self.balance if self.compounds else min(self.balance, self.capital)
            self.balance += max(base, 0.0) * self._growth(self.day, day)
        self.day = day if self.day is None else max(day, self.day)

    def _growth(self, start: dt.date, end: dt.date) -> float:
        years = (end - start).days / 365.0
        return (1.0 + self.hurdle) ** years - 1.0 if self.compounds else self.hurdle * years
