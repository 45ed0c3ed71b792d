"""Scenarios that have gone over to rarer payment dates: which dates they pay on, and what they have collected between.

The deal's own dates go on underneath: on those between, nothing falls due and cash waits. What is due on a date is in
`loop`. Source: clo-extensions 4.14.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.amounts import Numbers
from calculations.clo.deal.collateral_terms import FrequencySwitch
from calculations.clo.deal.parts import (
    Note,
)
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor


class Frequency:
    """Payment dates by scenario; arrays of shape (scenarios,), periods counted from 0."""

    def __init__(self, terms: FrequencySwitch, months: int, longer_index: Floats, scenarios: int) -> None:
        self.terms, self.longer_index = terms, longer_index
        self.every = terms.to_months // months
        self.since = np.full(scenarios, -1)  # the period whose date switched; -1 where none has
        self.paid_last = np.full(scenarios, -1)
        self.pays: Flags = np.ones(scenarios, dtype=np.bool_)
        self.interest, self.principal = np.zeros(scenarios), np.zeros(scenarios)  # collected, and not spent yet

    @property
    def switched(self) -> Flags:
        return np.asarray(self.since >= 0, dtype=np.bool_)

    def open(self, i: int, ends: Any) -> Flags:
        """Where period `i` ends with a payment date: everywhere before a switch, and where the deal `ends`."""
        self.pays = np.asarray(~self.switched | ((i - self.since) % self.every == 0) | ends, dtype=np.bool_)
        return self.pays

    def factor(self, note: Note, name: str, dates: PaymentDates, i: int, index: Any, numbers: Numbers) -> Floats:
        """Coupon times day-count fraction since the payment date before, at the index of when it began."""
        found = np.zeros(self.pays.shape)
        for first in np.unique(self.paid_last[self.pays]) + 1:
            for is_longer in (False, True):
                mask = self.pays & (self.paid_last + 1 == first) & (self.switched == is_longer)
                if mask.any():
                    level = self._level(int(first)) if is_longer else index
                    found = np.where(mask, coupon_factor(note, name, dates, i, level, numbers, first=int(first)), found)
        return found

    def fraction(self, dates: PaymentDates, i: int, day_count: str, numbers: Numbers) -> Floats:
        """Day-count fraction of fees since the payment date before; 0 where nothing is paid."""
        found = np.zeros(self.pays.shape)
        for first in np.unique(self.paid_last[self.pays]) + 1:
            begins = dates.accrual(int(first))[0]
            fraction = numbers.year_fraction(begins, dates.accrual(i)[1], day_count)
            found = np.where(self.pays & (self.paid_last + 1 == first), fraction, found)
        return found

    def collected(self, interest: Floats, principal: Floats) -> tuple[Floats, Floats]:
        """Collections with what waited for this date."""
        return interest + self.interest, principal + self.principal

    def spendable(self, interest: Floats, principal: Floats) -> tuple[Floats, Floats]:
        """What is paid out today; the rest waits, while an overdrawn account stays with the caller."""
        waits = ~self.pays
        self.interest = np.where(waits, interest, 0.0)
        self.principal = np.where(waits, np.maximum(principal, 0.0), 0.0)
        return np.where(waits, 0.0, interest), np.where(waits, np.minimum(principal, 0.0), principal)

    def close(self, i: int, switches: Any, accelerated: Any) -> None:
        """Go over from the next period where the condition holds on a payment date and nothing is accelerated."""
        newly = self.pays & ~self.switched & np.asarray(switches) & ~np.asarray(accelerated)
        self.since = np.where(newly, i, self.since)
        self.paid_last = np.where(self.pays, i, self.paid_last)

    def _level(self, i: int) -> Any:
        return self.longer_index[:, i] if self.longer_index.ndim == 2 else float(self.longer_index[i])
