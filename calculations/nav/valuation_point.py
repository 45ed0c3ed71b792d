"""When a product is valued: its day, its cut-off and its calendar, and how old an input is then. No wall clock.

Ages are measured to the valuation, never to now, so that a strike of last year comes out the same today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

AsOf = dt.date | dt.datetime


@dataclass(frozen=True)
class AgeLimit:
    """The greatest age at which an input may still be used."""

    count: int
    unit: Literal["BUSINESS_DAYS", "DAYS", "HOURS"]


@dataclass(frozen=True)
class ValuationPoint:
    """`cutoff` is an instant with a zone; an as-of that is a day without time means the cut-off of that day.

    Days are business days unless they fall on a weekend or in `holidays`. Raises ValueError for a cut-off without a
    zone. Source: nav 3, input-contracts 4.2 (Prices).
    """

    date: dt.date
    cutoff: dt.datetime
    holidays: frozenset[dt.date] = field(default=frozenset())
    # many inputs have one instant, and turning it into a zone takes longer than all else that is done with it
    _days: dict[dt.datetime, dt.date] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_zone("cut-off", self.cutoff)

    @cached_property
    def cutoff_utc(self) -> dt.datetime:
        """The cut-off in UTC, as prices and rates have their instants."""
        # instants in one zone are compared without asking the zone, which takes ten times as long
        return self.cutoff.astimezone(dt.UTC)

    def day_of(self, as_of: AsOf) -> dt.date:
        """The day an as-of belongs to, in the zone of the cut-off."""
        if isinstance(as_of, dt.datetime):
            day = self._days.get(as_of)
            if day is None:
                _require_zone("as-of instant", as_of)
                day = self._days[as_of] = as_of.astimezone(self.cutoff.tzinfo).date()
            return day
        return as_of

    def instant_of(self, as_of: AsOf) -> dt.datetime:
        """The as-of as an instant."""
        if isinstance(as_of, dt.datetime):
            _require_zone("as-of instant", as_of)
            return as_of
        return self.cutoff + (as_of - self.date)

    def includes(self, as_of: AsOf) -> bool:
        """Whether an input of that time was there at the cut-off."""
        return self.instant_of(as_of) <= self.cutoff_utc

    def is_business_day(self, day: dt.date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def is_same_business_day(self, as_of: AsOf) -> bool:
        """Whether no business day has begun between an as-of and the valuation date."""
        return not self.is_older(as_of, AgeLimit(0, "BUSINESS_DAYS"))

    def is_older(self, as_of: AsOf, limit: AgeLimit) -> bool:
        """Whether an as-of is too old by `limit`. Business days are counted after its day, up to the valuation date."""
        if limit.unit == "HOURS":
            return self.cutoff - self.instant_of(as_of) > dt.timedelta(hours=limit.count)
        days = (self.date - self.day_of(as_of)).days
        if limit.unit == "DAYS" or days <= limit.count:
            return days > limit.count
        passed = 0
        for back in range(days):
            passed += self.is_business_day(self.date - dt.timedelta(days=back))
            if passed > limit.count:
                return True
        return False


def _require_zone(name: str, instant: dt.datetime) -> None:
    if instant.tzinfo is None:
        raise ValueError(f"{name} must have a time zone, found {instant.isoformat()}")
