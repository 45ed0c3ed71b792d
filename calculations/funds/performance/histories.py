"""Flows of many series in arrays: booked legs by day, and their sums up to a day. Values and measures do not belong here.

A series is a partner, a fund, an investment or a pool of funds, numbered from 0. Money is int64 minor units of one
currency per series; what had to be converted was converted before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance import kernel
from calculations.ragged import SPAN, day_keys, first_rows
from calculations.reasons import Reasons, either, is_given, no_reasons

LEFT_OUT = -1  # in place of a group: the series belongs to none
NEVER = np.datetime64("9999-12-31", "D")  # in place of a day that never comes
_SHIFT = SPAN // 2  # days before 1970 are negative


@dataclass(frozen=True, eq=False)
class Legs:
    """Booked legs in any order, all (legs,): both amounts from zero up, negative only where a reversal or an equalisation
    takes back. Where `called_reasons` or `distributed_reasons` has a text, that amount of the leg is not known."""

    series: Ints
    day: Days
    called: Ints
    distributed: Ints
    called_reasons: Reasons | None = None
    distributed_reasons: Reasons | None = None

    def pooled(self, group: Ints) -> Legs:
        """The same legs by `group` (series,) of their series; those of LEFT_OUT go. Flows are summed, never rates."""
        series = group[self.series]
        return replace(self, series=series).chosen(series != LEFT_OUT)

    def chosen(self, kept: NDArray[np.bool_]) -> Legs:
        """The legs that are flagged."""
        return Legs(
            self.series[kept],
            self.day[kept],
            self.called[kept],
            self.distributed[kept],
            None if self.called_reasons is None else self.called_reasons[kept],
            None if self.distributed_reasons is None else self.distributed_reasons[kept],
        )


def joined(*parts: Legs) -> Legs:
    """Legs of the same series, one part after the other."""
    return Legs(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.called for part in parts]),
        np.concatenate([part.distributed for part in parts]),
        np.concatenate([_given(part.called_reasons, part) for part in parts]),
        np.concatenate([_given(part.distributed_reasons, part) for part in parts]),
    )


def _given(reasons: Reasons | None, legs: Legs) -> Reasons:
    return no_reasons(legs.series.size) if reasons is None else reasons


@dataclass(frozen=True, eq=False)
class Unknown:
    """From which day on the sums of each series are not known, (series,), NEVER where they always are, and why."""

    since: Days
    reason: Reasons

    @classmethod
    def of(cls, legs: Legs, reasons: Reasons | None, count: int) -> Unknown:
        """From the first leg of each of `count` series that has a text in `reasons`."""
        since, reason = np.full(count, NEVER), no_reasons(count)
        if reasons is not None:
            rows = np.flatnonzero(is_given(reasons))
            rows = rows[np.argsort(legs.day[rows], kind="stable")][::-1]  # the first day is written last
            since[legs.series[rows]], reason[legs.series[rows]] = legs.day[rows], reasons[rows]
        return cls(since, reason)

    def at(self, series: Ints, day: Days) -> Reasons:
        """Why the sums of a day are not known; None where they are."""
        return np.where(self.since[series] <= day, self.reason[series], no_reasons(series.size))


@dataclass(frozen=True, eq=False)
class Histories:
    """Legs summed by series and day, in that order: `first` (series + 1,) the rows of each; `day`, `called`, `distributed`
    (rows,); running totals (rows + 1,) over all series; from when on either sum of a series is not known. Built with `of`."""

    first: Ints
    day: Days
    called: Ints
    distributed: Ints
    total_called: Ints
    total_distributed: Ints
    unknown_called: Unknown
    unknown_distributed: Unknown

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
        found, where = np.unique(day_keys(legs.series, legs.day), return_inverse=True)
        called, distributed = (np.zeros(found.size, dtype=np.int64) for _ in range(2))
        for sums, amounts, reasons in (
            (called, legs.called, legs.called_reasons),
            (distributed, legs.distributed, legs.distributed_reasons),
        ):
            np.add.at(sums, where, amounts if reasons is None else np.where(is_given(reasons), 0, amounts))
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
            Unknown.of(legs, legs.called_reasons, count),
            Unknown.of(legs, legs.distributed_reasons, count),
        )

    @property
    def count(self) -> int:
        return self.first.size - 1

    @property
    def owner(self) -> Ints:
        """The series of each row."""
        return np.repeat(np.arange(self.count), np.diff(self.first))

    @property
    def legs(self) -> Legs:
        """The rows as legs, with one more of an unknown amount where the sums of a series stop to be known."""
        parts = [Legs(self.owner, self.day, self.called, self.distributed)]
        for unknown, is_called in ((self.unknown_called, True), (self.unknown_distributed, False)):
            series = np.flatnonzero(unknown.since < NEVER)
            nothing = np.zeros(series.size, dtype=np.int64)
            sides = (unknown.reason[series], None) if is_called else (None, unknown.reason[series])
            parts.append(Legs(series, unknown.since[series], nothing, nothing, *sides))
        return joined(*parts)

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

    def called_reasons(self, series: Ints, day: Days) -> Reasons:
        """Why what was called up to a day is not known; None where it is."""
        return self.unknown_called.at(series, day)

    def distributed_reasons(self, series: Ints, day: Days) -> Reasons:
        """Why what was distributed up to a day is not known; None where it is."""
        return self.unknown_distributed.at(series, day)

    def reasons(self, series: Ints, day: Days) -> Reasons:
        """Why one of the two is not known, as a rate of return needs both; None where both are."""
        return either(self.called_reasons(series, day), self.distributed_reasons(series, day))


def split_keys(keys: ArrayLike) -> tuple[Ints, Days]:
    """Series and day of `ragged.day_keys`."""
    series, number = np.divmod(np.asarray(keys, dtype=np.int64) + _SHIFT, SPAN)
    return series, (number - _SHIFT).astype("datetime64[D]")
