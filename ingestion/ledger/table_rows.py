"""Rows of an extract of one table, each cell under its column, read or refused by name. What a system's columns mean does not belong here.

A ledger that lacks a line is wrong everywhere, so that a cell which cannot be read refuses the file. Source: fund-admin 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from ingestion.column import SHOWN
from ingestion.delimited import first_rows, normal_form, read_grid
from ingestion.extract import FileRejected, RowCount
from ingestion.ledger.canonical import control_total

DELIMITERS = (",", ";", "\t", "|")
DELETED = "_fivetran_deleted"  # how a replicated table marks a row that its source has no longer

_NUMBER = re.compile(r"^(?P<sign>-?)(?P<number>\d{1,20}(?:\.\d{1,12})?|\.\d{1,12})(?P<trailing>-?)$", re.ASCII)
_DECIMALS = 4  # that money keeps
_TRUE = frozenset(("x", "y", "true", "1"))


_form = cache(normal_form)  # of the few names that layouts ask every row for


@dataclass(frozen=True)
class TableRow:
    """One row of `file`. `places` maps a column, in normal form, to its cell."""

    file: str
    line: int
    cells: Sequence[str]
    places: dict[str, int]

    def text(self, column: str) -> str | None:
        """The text under `column`; None where it is empty, and where the extract has no such column."""
        place = self.places.get(_form(column))
        return (self.cells[place] or None) if place is not None else None

    def needed(self, column: str) -> str:
        """The text under `column`, which must be there."""
        text = self.text(column)
        if text is None:
            raise self.refusal(column, "filled", None)
        return text

    def amount(self, column: str) -> Decimal | None:
        """An exact amount of at most four decimals with its minus before or behind; None where the cell is empty."""
        text = self.text(column)
        if text is None:
            return None
        value = read_number(text)
        if value is None or value != value.quantize(Decimal(1).scaleb(-_DECIMALS)):
            raise self.refusal(column, f"an amount of at most {_DECIMALS} decimals such as -1234.50 or 1234.50-", text)
        return value

    def number(self, column: str) -> Decimal | None:
        """An exact number of up to twelve decimals, as a rate has; None where the cell is empty."""
        text = self.text(column)
        if text is None:
            return None
        value = read_number(text)
        if value is None:
            raise self.refusal(column, "a number such as 1.24000", text)
        return value

    def flag(self, column: str) -> bool:
        """Whether a mark such as X, Y or TRUE stands under `column`."""
        return (self.text(column) or "").casefold() in _TRUE

    def refusal(self, column: str, expected: str, found: str | None) -> FileRejected:
        """The refusal of the file for what stands under `column`."""
        shown = "nothing" if found is None else repr(found[:SHOWN])
        return control_total(f"{self.file}, line {self.line}: {column} must be {expected}, found {shown}")


@dataclass(frozen=True)
class TableExtract:
    """The rows in force of one table, and where the other lines below its header went."""

    header_line: int
    rows: tuple[TableRow, ...]
    lines_in_range: int
    lines_comment: int  # comments, and rows that the source has deleted since
    lines_blank: int

    def row_count(self, table_name: str) -> RowCount:
        """Where every line went, if each row became one of `table_name`."""
        return RowCount(
            "", "lines", table_name, self.lines_in_range, len(self.rows), 0, self.lines_comment, self.lines_blank
        )


def read_number(text: str) -> Decimal | None:
    """A plain decimal with a decimal point and its minus before or behind; None for any other text."""
    match = _NUMBER.match(text)
    if not match or (match["sign"] and match["trailing"]):
        return None
    value = Decimal(match["number"])
    return -value if match["sign"] or match["trailing"] else value


def find_columns(text: str, columns: Sequence[str]) -> tuple[int, str] | None:
    """(line, delimiter) of the first of the first ten rows that has all `columns`, in any order and case; else None."""
    wanted = {normal_form(column) for column in columns}
    for delimiter in DELIMITERS:
        for line, cells in first_rows(text, delimiter):
            if wanted <= {normal_form(cell) for cell in cells}:
                return line, delimiter
    return None


def read_table(text: str, columns: Sequence[str], name: str) -> TableExtract:
    """Every row below the header that has `columns`. Raises FileRejected: CONTROL_TOTAL for a line with more cells than
    the header, and those of `read_grid`."""
    found = find_columns(text, columns)
    assert found is not None, "called for a text that has the columns"
    line, delimiter = found
    grid = read_grid(text, delimiter, line, name)
    if grid.long_lines:
        long = grid.long_lines[0]
        raise control_total(
            f"{name}, line {long.line}: a row must have at most {len(grid.header)} cells, as the header has, "
            f"found {len(long.cells)}"
        )
    places = {normal_form(cell): place for place, cell in enumerate(grid.header) if cell.strip()}
    stated = zip(grid.lines.to_pylist(), *(column.to_pylist() for column in grid.columns), strict=True)
    rows = [TableRow(name, number, [cell.strip() for cell in cells], places) for number, *cells in stated]
    kept = tuple(row for row in rows if not row.flag(DELETED))
    return TableExtract(
        header_line=line,
        rows=kept,
        lines_in_range=grid.lines_in_range,
        lines_comment=grid.lines_comment + len(rows) - len(kept),
        lines_blank=grid.lines_blank,
    )


def refuse_repetitions(rows: Sequence[TableRow], records: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """FileRejected CONTROL_TOTAL where two records, one for each of `rows`, have one `key`: it would be counted twice."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, record in zip(rows, records, strict=True):
        identity = tuple(record[column] for column in key)
        earlier = seen.setdefault(identity, row.line)
        if earlier != row.line:
            named = ", ".join(f"{column} {value}" for column, value in zip(key, identity, strict=True))
            raise control_total(
                f"{row.file}, line {row.line}: {named} must stand once, found it in lines {earlier} and {row.line}"
            )
