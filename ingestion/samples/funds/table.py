"""A sheet of a fund workbook as rows of named values, and its grid. Which rows there are does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from ingestion.samples.grid import Grid, Value

Row = Mapping[str, Value]
PLAIN = ("share", "rate", "percentage_called", "fraction", "cap_ratio")


def money(cents: int) -> float:
    """The amount of so many cents."""
    return cents / 100


def instant(day: dt.date, hour: int) -> str:
    """An hour of a day, UTC, as text."""
    return f"{day}T{hour:02d}:00:00Z"


def sheet(name: str, rows: Iterable[Row]) -> Grid:
    """A grid with the names of the fields in its first row and one row per entity."""
    listed = list(rows)
    columns = list(dict.fromkeys(name for row in listed for name in row))
    grid = Grid(name, frozen_rows=1)
    grid.across(1, 1, columns)
    for place, row in enumerate(listed, 2):
        for column, header in enumerate(columns, 1):
            value = row.get(header)
            style = "money" if isinstance(value, float) and not header.endswith(PLAIN) else ""
            grid.put(place, column, value, style)
    return grid
