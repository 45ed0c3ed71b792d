"""Values that hold from a day until the next one: the last value on or before a day. No limits on age, no meaning."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class DatedValues:
    """`days` rising, one of `values` above zero for each; built with `of`."""

    days: tuple[dt.date, ...]
    values: tuple[Decimal, ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[dt.date, Decimal]], what: str) -> DatedValues:
        """From (day, value) in any order. Raises ValueError, naming `what`, for two values on one day or for a value
        that is not above zero; TypeError for one that is no Decimal.
        """
        values: dict[dt.date, Decimal] = {}
        for day, value in rows:
            if not isinstance(value, Decimal):
                raise TypeError(f"{what} on {day} must be a Decimal, found {type(value).__name__} {value!r}")
            if not value.is_finite() or value <= 0:
                raise ValueError(f"{what} on {day} must be a number above zero, found {value}")
            if values.setdefault(day, value) != value:
                raise ValueError(f"{what} must have one value a day, found {values[day]} and {value} on {day}")
        days = tuple(sorted(values))
        return cls(days, tuple(values[day] for day in days))

    def latest(self, day: dt.date) -> tuple[dt.date, Decimal] | None:
        """The last day on or before `day` and its value; None where the first value comes later."""
        position = bisect_right(self.days, day) - 1
        return (self.days[position], self.values[position]) if position >= 0 else None
