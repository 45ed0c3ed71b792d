"""Flows of many series in arrays: booked legs by day, and their sums up to a day. Values and measures do not belong here.

A series is a partner, a fund, an investment or a pool of funds, numbered from 0. Money is int64 minor units of one
currency per series; what had to be converted was converted before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance import kernel
from calculations.ragged import SPAN, day_keys, first_rows
from calculations.reasons import Reasons, is_given, no_reasons

LEFT_OUT = -1  # in place of a group: the series belongs to none
NEVER = np.datetime64("9999-12-31", "D")  # in place of a day that never comes
_SHIFT = SPAN // 2  # days before 1970 are negative


@dataclass(frozen=True, eq=False)
class Legs:
    """Booked legs in any order, all (legs,): both amounts from zero up, negative only where a reversal or an equalisation
    takes back. A leg that has a text in `reasons` is one whose amount is not known."""

    series: Ints
    day: Days
    called: Ints
    distributed: Ints
    reasons: Reasons | None = None

    def pooled(self, group: Ints) -> Legs:
        """The same legs by `group` (series,) of their series; those of LEFT_OUT go. Flows are summed, never rates."""
        series = group[self.series]
        kept = series != LEFT_OUT
        reasons = None if self.reasons is None else self.reasons[kept]
        return Legs(series[kept], self.day[kept], self.called[kept], self.distributed[kept], reasons)


def joined(*parts: Legs) -> Legs:
    """Legs of the same series, one part after the other."""
    reasons = [no_reasons(part.series.size) if part.reasons is None else part.reasons for part in parts]
    return Legs(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.called for part in parts]),
        np.concatenate([part.distributed for part in parts]),
        np.concatenate(reasons),
    )


@dataclass(frozen=True, eq=False)
class Histories:
    """Legs summed by series and day, in that order: `first` (series + 1,) the rows of each; `day`, `called`, `distributed`
    (rows,); running totals (rows + 1,) over all series. From `unknown_from` (series,) on the sums of a series are not
    known, for the reason beside it. Built with `of`."""

    first: Ints
    day: Days
    called: Ints
    distributed: Ints
    total_called: Ints
    total_distributed: Ints
    unknown_from: Days
    unknown_reason: Reasons

    @classmethod
    def of(cls, legs: Legs, count: int) -> Histories:
        """The histories of `count` series. Raises ValueError for a missing day, a series out of range, and for sums that
        63 bits do not hold."""
        if np.isnat(legs.day).any():
            raise ValueError(f"every leg needs a day, found none at leg {int(np.flatnonzero(np.isnat(legs.day))[0])}")
        if legs.series.size and not (legs.series.min() >= 0 and legs.series.max() < count):
            raise ValueError(
                f"series of legs must be 0 to {count - 1}, found {legs.series.min()} to {legs.series.max()}"
            )
        for name, money in (("called", legs.called), ("distributed", legs.distributed)):
            if np.abs(money).astype(np.float64).sum() >= 2.0**62:
                raise ValueError(f"sums of {name} must stay below 2^62 minor units")
        unknown_from = np.full(count, NEVER)
        unknown_reason = no_reasons(count)
        known = np.ones(legs.series.size, dtype=np.bool_)
        if legs.reasons is not None:
            known = ~is_given(legs.reasons)
            for leg in np.flatnonzero(~known).tolist():
                number = legs.series[leg]
                if legs.day[leg] < unknown_from[number]:
                    unknown_from[number], unknown_reason[number] = legs.day[leg], legs.reasons[leg]
        keys = day_keys(legs.series[known], legs.day[known])
        found, where = np.unique(keys, return_inverse=True)
        called, distributed = (np.zeros(found.size, dtype=np.int64) for _ in range(2))
        np.add.at(called, where, legs.called[known])
        np.add.at(distributed, where, legs.distributed[known])
        moved = (called != 0) | (distributed != 0)
        found, called, distributed = found[moved], called[moved], distributed[moved]
        series, day = split_keys(found)
        return cls(
            first_rows(np.bincount(series, minlength=count)),
            day,
            called,
            distributed,
            first_rows(called),
            first_rows(distributed),
            unknown_from,
            unknown_reason,
        )

    @property
    def count(self) -> int:
        return self.first.size - 1

    @property
    def owner(self) -> Ints:
        """The series of each row."""
        return np.repeat(np.arange(self.count), np.diff(self.first))

    def stop(self, series: Ints, day: Days) -> Ints:
        """The row after the last one of each series up to and on a day."""
        return np.searchsorted(day_keys(self.owner, self.day), day_keys(series, day), side="right").astype(np.int64)

    def first_day(self, series: Ints) -> Days:
        """The day of the first row of each series; a day that never comes where there is none."""
        is_empty = self.first[series] == self.first[series + 1]
        padded = np.append(self.day, NEVER)
        return np.where(is_empty, NEVER, padded[np.minimum(self.first[series], self.day.size)])

    def sums(self, series: Ints, day: Days) -> tuple[Ints, Ints]:
        """Called and distributed up to and on a day."""
        first, stop = self.first[series], self.stop(series, day)
        return (
            self.total_called[stop] - self.total_called[first],
            self.total_distributed[stop] - self.total_distributed[first],
        )

    def weighted(self, amounts: ArrayLike, series: Ints, day: Days) -> Floats:
        """Sums of other `amounts` (rows,) of the rows of a series up to and on a day."""
        sums = np.zeros(self.day.size + 1)
        kernel.running_sums(self.first, np.asarray(amounts, dtype=np.float64), sums)
        stop = self.stop(series, day)
        return np.where(stop > self.first[series], sums[stop - 1], 0.0)

    def reasons(self, series: Ints, day: Days) -> Reasons:
        """Why the sums of a day are not known; None where they are."""
        return np.where(self.unknown_from[series] <= day, self.unknown_reason[series], no_reasons(series.size))


def split_keys(keys: ArrayLike) -> tuple[Ints, Days]:
    """Series and day of `ragged.day_keys`."""
    series, number = np.divmod(np.asarray(keys, dtype=np.int64) + _SHIFT, SPAN)
    return series, (number - _SHIFT).astype("datetime64[D]")
