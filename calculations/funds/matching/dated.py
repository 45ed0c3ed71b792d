"""Finds what shares a key and lies within a span of days. What the keys mean does not belong here."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

WINDOW = dt.timedelta(days=5)  # calendar days before and after, both included. Source: input-contracts 5.5

T = TypeVar("T")


class DatedIndex(Generic[T]):
    """Items by key, in the order of their days."""

    def __init__(self, items: Iterable[tuple[Hashable, dt.date, T]]) -> None:
        self._days: dict[Hashable, list[dt.date]] = defaultdict(list)
        self._items: dict[Hashable, list[T]] = defaultdict(list)
        for key, day, item in sorted(items, key=lambda entry: entry[1]):
            self._days[key].append(day)
            self._items[key].append(item)

    def between(self, key: Hashable, first: dt.date, last: dt.date) -> list[T]:
        """Items of the key from `first` to `last`, both included."""
        days = self._days.get(key)
        if days is None:
            return []
        return self._items[key][bisect_left(days, first) : bisect_right(days, last)]

    def around(self, key: Hashable, day: dt.date) -> list[T]:
        """Items of the key within the window around `day`."""
        return self.between(key, day - WINDOW, day + WINDOW)
