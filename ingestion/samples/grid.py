"""A worksheet as a grid of values, and how grids become a workbook file. What stands in the cells does not belong here.

The same grids give the same bytes: document properties carry a fixed instant and the zip members a fixed date.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name


@dataclass(frozen=True)
class Formula:
    """A cell that calculates: its text from `=` on, and the result saved with it; an empty one means none was saved."""

    text: str
    result: str = ""


Value = str | float | int | bool | dt.date | Formula | None
FORMATS = {"date": "m/d/yyyy", "money": "#,##0.00", "percent": "0.000%"}
# Document properties must not depend on the clock, or two runs would differ.
CREATED = dt.datetime(2016, 3, 23, 9, 0, 0)


@dataclass
class Grid:
    """Cells of one sheet by 1-based (row, column), each a value and the name of its number format.

    `names` are defined names as (name, range, sheet-scoped); `blanks` are empty formatted ranges (first row, first column,
    last row, last column), which legacy sheets carry far beyond their data. `arrays` are blocks of numbers by their upper left cell,
    kept apart because a matrix has too many cells for one entry each.
    """

    name: str
    cells: dict[tuple[int, int], tuple[Value, str]] = field(default_factory=dict)
    names: list[tuple[str, str, bool]] = field(default_factory=list)
    blanks: list[tuple[int, int, int, int]] = field(default_factory=list)
    arrays: list[tuple[int, int, npt.NDArray[np.float64]]] = field(default_factory=list)
    is_hidden: bool = False
    is_protected: bool = False
    frozen_rows: int = 0

    def put(self, row: int, column: int, value: Value, style: str = "") -> None:
        """Set a cell; None and empty text leave it empty."""
        if value is not None and value != "":
            self.cells[row, column] = (value, style)

    def across(self, row: int, column: int, values: Iterable[Value], style: str = "") -> None:
        """Set cells of a row from `column` to the right."""
        for offset, value in enumerate(values):
            self.put(row, column + offset, value, style)

    def down(self, row: int, column: int, values: Iterable[Value], style: str = "") -> None:
        """Set cells of a column from `row` downward."""
        for offset, value in enumerate(values):
            self.put(row + offset, column, value, style)

    def table(self, row: int, column: int, rows: Iterable[Iterable[Value]]) -> int:
        """Set a block of rows; returns the row after the last one."""
        for values in rows:
            self.across(row, column, values)
            row += 1
        return row

    def define(self, name: str, first: tuple[int, int], last: tuple[int, int], scoped: bool = True) -> None:
        """Give a range a defined name, on this sheet only or for the whole workbook."""
        ends = [f"${xl_col_to_name(column - 1)}${row}" for row, column in (first, last)]
        self.names.append((name, ends[0] if first == last else ":".join(ends), scoped))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cyclic garbage, which goes through all cells of a workbook again and again as it fills."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def write_workbook(path: Path, grids: Sequence[Grid], title: str = "CLO Reinvestment Model") -> None:
    """Write the grids as sheets of one .xlsx file, in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with uncollected(), xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"title": title, "author": "Weir demo", "created": CREATED})
        formats = {name: book.add_format({"num_format": code}) for name, code in FORMATS.items()}
        for grid in grids:
            sheet = book.add_worksheet(grid.name)
            for first_row, first_column, last_row, last_column in grid.blanks:
                for row in range(first_row - 1, last_row):
                    for column in range(first_column - 1, last_column):
                        sheet.write_blank(row, column, None, formats["money"])
            for (row, column), (value, style) in grid.cells.items():
                _write(sheet, row - 1, column - 1, value, formats.get("date" if isinstance(value, dt.date) else style))
            for first_row, first_column, numbers in grid.arrays:
                for row, values in enumerate(numbers.tolist(), start=first_row - 1):
                    for column, value in enumerate(values, start=first_column - 1):
                        sheet.write_number(row, column, value)
            if grid.frozen_rows:
                sheet.freeze_panes(grid.frozen_rows, 0)
            if grid.is_hidden:
                sheet.hide()
            if grid.is_protected:
                sheet.protect()
            for name, area, scoped in grid.names:
                quoted = f"'{grid.name}'"
                book.define_name(f"{quoted}!{name}" if scoped else name, f"={quoted}!{area}")


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, cell_format: object) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, cell_format, value.result)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, cell_format)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, cell_format)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), cell_format)
    elif value is not None:
        sheet.write_number(row, column, float(value), cell_format)
