"""Cuts a sheet into a header and columns of text, and says where every row went. What the columns mean does not belong here.

Numbers become their shortest decimal at 15 digits, so that from here on a sheet is read like any delimited text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingestion.cells import NO_VALUE, CellError, iso_duration
from ingestion.column import Fault
from ingestion.contracts import Layout, TabularContract
from ingestion.delimited import HEADER_ROWS, Grid, normal_form
from ingestion.layouts import COMMON_COLUMNS, FoundLayout
from ingestion.workbook import serial_date

# Serials of a spreadsheet count days; a number with a fraction has a time part, which no day may have.
_SERIAL_TYPES = ("day",)


@dataclass(frozen=True)
class BadHeader:
    """Why no row of a sheet can be its header; `row` (1-based) comes nearest."""

    code: str
    row: int
    expected: str
    found: str


def find_header(sheet: Layout, contract: TabularContract, rows: Sequence[Sequence[Any]]) -> FoundLayout | BadHeader:
    """The first of the first ten rows that holds every required column. Source: input-contracts 1.2."""
    needed = [name for name, field in sheet.fields.items() if field.is_key or field.is_required]
    needed = [name for name in needed if sheet.fields[name].default is None and not sheet.fields[name].default_form]
    needed = [name for name in needed if sheet.fields[name].default_from is None]
    best: BadHeader | None = None
    fewest = len(needed) + 1
    for place, row in enumerate(rows[:HEADER_ROWS]):
        header = tuple(_text(cell) or "" for cell in row)
        places = _places(sheet, header)
        missing = [name for name in needed if name not in places]
        if missing:
            if len(missing) < fewest:
                fewest = len(missing)
                lacking = ", ".join(sheet.fields[name].header or name for name in missing)
                best = BadHeader(
                    "MISSING_COLUMN", place + 1, "every required column in one row", f"one that lacks {lacking}"
                )
            continue
        twice = _twice(sheet, header)
        if twice is not None:
            return BadHeader("DUPLICATE_HEADER", place + 1, "each column once", twice)
        positions = {name: found[0] for name, found in places.items()}
        return FoundLayout(contract, sheet, place + 1, header, positions)
    return best or BadHeader("MISSING_COLUMN", 1, "a header row", "an empty sheet")


def _places(sheet: Layout, header: Sequence[str]) -> dict[str, list[int]]:
    """Columns of each field, and of the columns that any sheet may have."""
    names: dict[str, str] = {normal_form(name): name for name in COMMON_COLUMNS}
    for name, field in sheet.fields.items():
        for title in (field.header or name, *field.other_headers):
            names[normal_form(title)] = name
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        form = normal_form(cell)
        if form in names:
            places.setdefault(names[form], []).append(place)
    return places


def _twice(sheet: Layout, header: Sequence[str]) -> str | None:
    for name, found in _places(sheet, header).items():
        if len(found) > 1:
            return f"{name} in {len(found)} columns: {', '.join(repr(header[place]) for place in found)}"
    forms = [normal_form(cell) for cell in header if cell.strip()]
    repeated = next((form for form in forms if forms.count(form) > 1), None)
    return None if repeated is None else f"{repeated!r} more than once"


def sheet_grid(found: FoundLayout, rows: Sequence[Sequence[Any]], date_system: int) -> Grid:
    """The rows below the header as columns of text. A row whose first filled cell begins with # is a comment."""
    below = rows[found.header_line :]
    data: list[Sequence[Any]] = []
    lines: list[int] = []
    comments = 0
    for line, row in enumerate(below, start=found.header_line + 1):
        first = next((cell for cell in row if cell != "" and not (type(cell) is str and not cell.strip())), None)
        if first is None:
            continue
        if type(first) is str and first.lstrip().startswith("#"):
            comments += 1
            continue
        data.append(row)
        lines.append(line)
    types = {place: name for name, place in found.positions.items()}
    days = {
        place
        for place, name in types.items()
        if name in found.layout.fields and found.layout.fields[name].type in _SERIAL_TYPES
    }
    faults: dict[tuple[int, int], Fault] = {}
    columns = []
    for place, cells in enumerate(zip(*data, strict=True) if data else ((),) * len(found.header)):
        columns.append(_texts(cells, place, faults, date_system if place in days else None))
    return Grid(
        header=found.header,
        header_line=found.header_line,
        lines=pa.array(lines, pa.int32()),
        columns=tuple(columns),
        long_lines=(),
        lines_in_range=len(below),
        lines_comment=comments,
        lines_blank=len(below) - len(data) - comments,
        counted_in="row",
        cell_faults=faults,
    )


def _texts(cells: Sequence[Any], place: int, faults: dict[tuple[int, int], Fault], date_system: int | None) -> pa.Array:
    """(n,) texts of a column, '' where a cell is empty; what is no value is a fault."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return pa.array(cells, pa.string())
    if kinds <= {str, float} and date_system is None:
        return pa.array([cell if type(cell) is str else f"{cell:.15g}" for cell in cells], pa.string())
    texts = []
    for row, cell in enumerate(cells):
        if isinstance(cell, CellError):
            faults[row, place] = Fault("CELL_ERROR", "a value", str(cell))
        elif cell is NO_VALUE:
            faults[row, place] = Fault(
                "FORMULA_NO_VALUE", "a value", "a formula saved without its result", is_quote=False
            )
        texts.append(_text(cell, date_system) or "")
    return pa.array(texts, pa.string())


def _text(cell: Any, date_system: int | None = None) -> str | None:
    """The text form of a cell. A moment of a spreadsheet has no zone and is taken as UTC. Source: input-contracts 1.3."""
    if isinstance(cell, CellError) or cell is NO_VALUE:
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        day = serial_date(cell, date_system) if date_system is not None else None
        return day.isoformat() if day is not None else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return f"{cell.isoformat()}Z"
    if isinstance(cell, dt.timedelta):
        return iso_duration(cell)
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
