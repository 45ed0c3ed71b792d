"""Net asset values and fair values of many series in arrays, by day: looking them up and summing them. No flows, no measures.

Series are numbered as in `histories`; money is int64 minor units of one currency per series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.performance.histories import LEFT_OUT, NEVER, Histories, split_keys
from calculations.ragged import counted, day_keys, first_rows
from calculations.reasons import Reasons, is_given, no_reasons

NAV_MISSING = "NAV_MISSING"  # no net asset value of the day


@dataclass(frozen=True, eq=False)
class Known:
    """Values of points: `units` (points,), 0 and without meaning where `reasons` has a text; `day` is that of the value."""

    units: Ints
    reasons: Reasons
    day: Days


@dataclass(frozen=True, eq=False)
class Values:
    """Net asset values, or fair values, in order of series and day; built with `of`.

    Where `is_carried`, a value holds until the next one (fair values of investments, with a 0 on the day of the exit);
    else only on its own day (net asset values of partners and funds).
    """

    keys: Ints
    units: Ints
    reasons: Reasons
    is_carried: bool

    @classmethod
    def of(
        cls, series: Ints, day: Days, units: Ints, is_carried: bool = False, reasons: Reasons | None = None
    ) -> Values:
        """From values in any order, all (values,). Raises ValueError for two values of a series on one day."""
        keys = day_keys(series, day)
        order = np.argsort(keys, kind="stable")
        twice = np.flatnonzero(np.diff(keys[order]) == 0)
        if twice.size:
            place = order[twice[0]]
            raise ValueError(f"a series must have one value a day, found two of series {series[place]} on {day[place]}")
        if reasons is None:
            reasons = no_reasons(units.size)
        return cls(keys[order], units[order].astype(np.int64), reasons[order], is_carried)

    def at(self, series: Ints, day: Days) -> Known:
        """The values of series on days; NAV_MISSING where there is none."""
        if not self.keys.size:
            return Known(
                np.zeros(series.size, dtype=np.int64), np.full(series.size, NAV_MISSING, dtype=object), day.copy()
            )
        wanted = day_keys(series, day)
        place = np.searchsorted(self.keys, wanted, side="right") - 1
        of_series, value_day = split_keys(self.keys[np.maximum(place, 0)])
        found = (place >= 0) & (of_series == series)
        if not self.is_carried:
            found &= value_day == day.astype("datetime64[D]")
        place = np.maximum(place, 0)
        reasons = np.where(found, self.reasons[place], NAV_MISSING)
        return Known(
            np.where(is_given(reasons), 0, self.units[place]),
            reasons,
            np.where(found, value_day, np.datetime64("NaT", "D")),
        )

    @property
    def points(self) -> tuple[Ints, Days]:
        """Series and day of every value."""
        return split_keys(self.keys)

    def or_else(self, other: Values) -> Values:
        """These values and, on days without a known one, those of `other`, both of the same kind."""
        series, day = split_keys(np.union1d(self.keys, other.keys))
        first = Values(self.keys, self.units, self.reasons, is_carried=False).at(series, day)
        second = Values(other.keys, other.units, other.reasons, is_carried=False).at(series, day)
        is_second = is_given(first.reasons) & ~is_given(second.reasons)
        return Values(
            day_keys(series, day),
            np.where(is_second, second.units, first.units),
            np.where(is_second, second.reasons, first.reasons),
            self.is_carried,
        )

    def pooled(self, group: Ints, histories: Histories) -> Values:
        """The values of groups on every day on which one of their series has one: `group` (series,) as in `Legs.pooled`.

        A group's value is not known while that of one of its series is not, once that one's `histories` have begun.
        """
        count = int(group.max(initial=LEFT_OUT)) + 1
        members = np.flatnonzero(group != LEFT_OUT)
        members = members[np.argsort(group[members], kind="stable")]
        sizes = np.bincount(group[members], minlength=count)
        series, day = self.points
        kept = group[series] != LEFT_OUT
        keys = day_keys(group[series[kept]], day[kept])
        begun = histories.first_day(members)
        if self.is_carried:
            # from its first flow on, what is held counts: until it is valued, the group's value is not known
            has_flows = begun < NEVER
            keys = np.concatenate([keys, day_keys(group[members[has_flows]], begun[has_flows])])
        of_group, on_day = split_keys(np.unique(keys))
        row, place = counted(sizes[of_group])
        member = members[first_rows(sizes)[of_group[row]] + place]
        found = self.at(member, on_day[row])
        has_begun = histories.first_day(member) <= on_day[row]
        units = np.zeros(of_group.size, dtype=np.int64)
        np.add.at(units, row, found.units)
        reasons = no_reasons(of_group.size)
        lacks = has_begun & is_given(found.reasons)
        reasons[row[lacks][::-1]] = found.reasons[lacks][::-1]
        return Values.of(of_group, on_day, units, self.is_carried, reasons)
