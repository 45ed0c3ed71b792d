"""Prices and rates laid out by time, so that a strike is given the few that can matter to it. Choosing among them is elsewhere."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
Name = TypeVar("Name", bound=Hashable)


class Series(Generic[Item, Name]):
    """Items of many series, each in order of its instants.

    `series_of` names the series of an item, `instant_of` its instant with a zone, and `is_final` says whether nothing
    before an item of its series can matter any more.
    """

    def __init__(
        self,
        items: Iterable[Item],
        series_of: Callable[[Item], Name],
        instant_of: Callable[[Item], dt.datetime],
        is_final: Callable[[Item], bool] = lambda item: True,
    ) -> None:
        self.is_final = is_final
        listed: dict[Name, list[tuple[dt.datetime, Item]]] = {}
        for item in items:
            listed.setdefault(series_of(item), []).append((instant_of(item), item))
        self.series: dict[Name, tuple[list[dt.datetime], list[Item]]] = {}
        for name, pairs in listed.items():
            pairs.sort(key=lambda pair: pair[0])
            self.series[name] = [instant for instant, _ in pairs], [item for _, item in pairs]

    def until(self, names: Iterable[Name], instant: dt.datetime) -> Iterator[Item]:
        """Of each series, the items of its last instant on or before `instant`, and earlier ones back to a final one."""
        for name in names:
            instants, items = self.series.get(name, ([], []))
            at = bisect_right(instants, instant) - 1
            while at >= 0:
                yield items[at]
                at -= 1
                # items of one instant may contradict each other, so they are given together
                if at >= 0 and instants[at] != instants[at + 1] and self.is_final(items[at + 1]):
                    break
