"""Business days: rolling dates and counting days back. Month arithmetic, payment schedules and day counts do not belong here.

Days are numpy datetime64, taken as whole days; scalars give arrays of shape ().
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations.clo.presets import STANDARD, Preset

Days = NDArray[np.datetime64]
DaysLike = ArrayLike | dt.date | Sequence[dt.date]
Flags = NDArray[np.bool_]


class Convention(StrEnum):
    """What happens to a date that is no business day."""

    UNADJUSTED = "unadjusted"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified following"
    PRECEDING = "preceding"


# Spellings met on tapes and in documents, compared in upper case with single blanks and without hyphens.
ALIASES = {
    Convention.UNADJUSTED: ("", "NONE", "UNADJUSTED", "NO ADJUSTMENT"),
    Convention.FOLLOWING: ("FOLLOWING", "F"),
    Convention.MODIFIED_FOLLOWING: ("MODIFIED FOLLOWING", "MOD FOLLOWING", "MODFOLLOWING", "MF"),
    Convention.PRECEDING: ("PREVIOUS", "PRECEDING", "P"),
}
_CONVENTION_OF = {alias: convention for convention, aliases in ALIASES.items() for alias in aliases}


@cache
def convention(text: str | None) -> Convention:
    """The business-day convention a text names; blank is unadjusted.

    Raises ValueError, listing the known texts, where it names none: the old model read a misspelling as unadjusted.
    Source: clo-collateral-engine 1.1.
    """
    found = _CONVENTION_OF.get(" ".join((text or "").replace("-", " ").replace("_", " ").upper().split()))
    if found is None:
        known = "; ".join(f"{name} ({', '.join(filter(None, aliases))})" for name, aliases in ALIASES.items())
        raise ValueError(f"business-day convention must be one of {known}, or blank; found {text!r}")
    return found


@dataclass(frozen=True)
class BusinessCalendar:
    """Monday to Friday without the holidays."""

    holidays: frozenset[dt.date] = frozenset()

    @classmethod
    def of(cls, holidays: Iterable[dt.date]) -> BusinessCalendar:
        """A calendar with these holidays; those on weekends change nothing."""
        return cls(frozenset(holidays))

    @cached_property
    def _busdays(self) -> np.busdaycalendar:
        return np.busdaycalendar(holidays=np.array(sorted(self.holidays), dtype="datetime64[D]"))

    def is_business_day(self, days: DaysLike) -> Flags:
        """Which of the days are business days; same shape."""
        return np.asarray(np.is_busday(as_days(days), busdaycal=self._busdays))

    def roll_forward(self, days: DaysLike) -> Days:
        """Each day, or the next business day where it is none; same shape."""
        return np.asarray(np.busday_offset(as_days(days), 0, roll="forward", busdaycal=self._busdays))

    def roll_back(self, days: DaysLike) -> Days:
        """Each day, or the last business day before it where it is none; same shape."""
        return np.asarray(np.busday_offset(as_days(days), 0, roll="backward", busdaycal=self._busdays))

    def adjust(self, days: DaysLike, how: Convention, preset: Preset = STANDARD) -> Days:
        """Days moved to business days as the convention says; same shape.

        Modified following goes back where following would leave the month; under COL-02 only from the last calendar
        day of a month. Source: clo-collateral-engine 1.2, Q2.
        """
        day = as_days(days)
        if how is Convention.UNADJUSTED:
            return day
        if how is Convention.FOLLOWING:
            return self.roll_forward(day)
        if how is Convention.PRECEDING:
            return self.roll_back(day)
        if "COL-02" in preset:
            return np.where(day == end_of_month(day), self.roll_back(day), self.roll_forward(day))
        return np.asarray(np.busday_offset(day, 0, roll="modifiedfollowing", busdaycal=self._busdays))

    def adjust_terminal(self, days: DaysLike, how: Convention, preset: Preset = STANDARD) -> Days:
        """Maturities, instalment dates and deal payment dates moved to business days; same shape.

        As any other date, except that under COL-03 a blank convention and the preceding one both roll forward.
        Source: clo-collateral-engine 1.2, Q3, 4.1.
        """
        if "COL-03" in preset and how is not Convention.MODIFIED_FOLLOWING:
            return self.roll_forward(days)
        return self.adjust(days, how, preset)

    def days_before(self, days: DaysLike, count: int, preset: Preset = STANDARD) -> Days:
        """The day that is `count` business days before each day; same shape. Zero is the day rolled back.

        Under COL-19 the last step back is one calendar day and may end on a weekend or holiday. Raises ValueError for
        a negative count. Source: clo-collateral-engine 4.1, Q19.
        """
        if count < 0:
            raise ValueError(f"business days before a date must be a count >= 0, found {count}")
        day = as_days(days)
        if count == 0:
            return self.roll_back(day)
        if "COL-19" not in preset:
            return np.asarray(np.busday_offset(day, -count, roll="forward", busdaycal=self._busdays))
        # A start that is no business day uses up one step by rolling back.
        before = np.asarray(np.busday_offset(self.roll_back(day), 1 - count, busdaycal=self._busdays))
        shorter = np.asarray(np.busday_offset(self.roll_back(day), min(0, 2 - count), busdaycal=self._busdays))
        step = np.timedelta64(1, "D")
        from_weekend = shorter - step if count > 1 else self.roll_back(day)
        return np.where(self.is_business_day(day), before - step, from_weekend)

    def days_after(self, days: DaysLike, count: int) -> Days:
        """The day that is `count` business days after each day; same shape. A day that is none starts from the one before it.

        Zero is therefore the day rolled back. Raises ValueError for a negative count. Source: fund-admin CC-6, CC-7.
        """
        if count < 0:
            raise ValueError(f"business days after a date must be a count >= 0, found {count}")
        return np.asarray(np.busday_offset(as_days(days), count, roll="backward", busdaycal=self._busdays))


def as_days(days: DaysLike) -> Days:
    """Whole days from dates or datetime64 of any shape."""
    return np.asarray(days, dtype="datetime64[D]")


def end_of_month(days: DaysLike) -> Days:
    """The last calendar day of each day's month; same shape."""
    next_month = as_days(days).astype("datetime64[M]") + np.timedelta64(1, "M")
    return as_days(next_month.astype("datetime64[D]") - np.timedelta64(1, "D"))
