"""The state of one delimited file while it is read: its units, their typed columns, faults and notes. Reading and rules do not belong here.

A unit is what becomes a row of the table: a line, or a cell of a layout with one column per key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.column import Fault, Lists
from ingestion.contracts import RawTable, price_currencies, raw_tables
from ingestion.delimited import Grid, normal_form
from ingestion.extract import Finding, RejectedRow, RowCount, Scope
from ingestion.layouts import FoundLayout, known_currencies
from ingestion.reasons import advice_for, reason
from ingestion.sheet_xml import column_letters

WHOLE_ROW = ""
MASK = "***"
JsonCheck = Callable[[Any], tuple[str, str] | None]  # a document -> where and what is wrong with its shape


@dataclass(frozen=True)
class Source:
    """Whose file it is: what rows are compared with, and what an empty source defaults to. `mode` is full or delta."""

    name: str
    organization_id: str
    feed_name: str
    mode: str
    known_at: dt.datetime | None = None  # when the load counts as known, UTC without its zone
    loaded_at: dt.datetime | None = None
    is_backload: bool = False


@dataclass(frozen=True)
class Register:
    """Rows of a raw table in the states that a feed may refer to: their keys, and the keys by identifier and its value."""

    keys: frozenset[str] = frozenset()
    by_identifier: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass
class Units:
    """`columns` (n,) by field; `faults` by (unit, field or WHOLE_ROW); `row` and `place` (n,) point into the grid."""

    grid: Grid
    found: FoundLayout
    source: Source
    sheet: str = ""  # a delimited file has no sheets
    shapes: Mapping[str, JsonCheck] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)  # by raw table of another kind
    table: RawTable = field(init=False)
    row: npt.NDArray[np.int64] = field(init=False)
    place: npt.NDArray[np.int64] | None = field(init=False)  # column of the cell, where a unit is a cell
    says_nothing: npt.NDArray[np.bool_] = field(init=False)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    faults: dict[tuple[int, str], Fault] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows, places = len(self.grid.lines), self.found.pivot_positions
        name = self.found.layout.table
        self.table = self.found.contract.tables.get(name) or raw_tables()[name]  # a sheet may fill another kind's table
        self.row = np.repeat(np.arange(rows, dtype=np.int64), self.per_line)
        self.place = np.tile(np.array(places, dtype=np.int64), rows) if places else None
        self.says_nothing = np.zeros(len(self.row), dtype=bool)

    @property
    def lists(self) -> Lists:
        return Lists(known_currencies(self.found.contract), price_currencies(), self.shapes)

    @property
    def key(self) -> tuple[str, ...]:
        """Fields that identify a unit among the others of its file."""
        return self.found.layout.key or self.table.key

    def mark_cells(self) -> None:
        """Take over what was wrong with cells before they were text: errors, formulas without a value."""
        names = {place: name for name, place in self.found.positions.items()}
        for (row, place), fault in self.grid.cell_faults.items():
            if place in names:
                self.faults[row, names[place]] = fault

    def where(self, line: int | None, place: int | None) -> str:
        """A place as a person looks it up: `file, 'Sheet'!E14` in a workbook, `file, line 14, column 'rate'` in a text."""
        name = self.source.name
        if self.sheet:
            letters = "" if place is None else column_letters(place + 1)
            at = f"!{letters}{line or ''}" if letters else f", row {line}" if line else ""
            return f"{name}, '{self.sheet}'{at}"
        in_line = f", {self.grid.counted_in} {line}" if line else ""
        return name + in_line + (f", column {self.found.header[place].strip()!r}" if place is not None else "")

    @cached_property
    def restricted(self) -> frozenset[int]:
        """Columns with personal or bank data, which no quarantined row may show. Source: input-contracts 2.8."""
        fields = self.found.layout.fields
        others = {normal_form(header) for header in self.found.layout.restricted_headers}
        return frozenset(
            at for name, at in self.found.positions.items() if name in fields and fields[name].is_restricted
        ) | frozenset(at for at, header in enumerate(self.found.header) if normal_form(header) in others)

    @property
    def per_line(self) -> int:
        return len(self.found.pivot_positions) or 1

    @property
    def count(self) -> int:
        return len(self.row)

    def without_fault(self) -> npt.NDArray[np.bool_]:
        """(n,) True where nothing is wrong, whether or not the unit says anything."""
        good = np.ones(self.count, dtype=bool)
        good[[unit for unit, _ in self.faults]] = False
        return good

    def is_sound(self) -> npt.NDArray[np.bool_]:
        """(n,) True where the unit becomes a row of the table."""
        return self.without_fault() & ~self.says_nothing

    def line(self, unit: int) -> int:
        return int(self.grid.lines[int(self.row[unit])].as_py())

    def note(self, code: str, expected: str, found: str, place: int | None, line: int | None = None) -> None:
        """Note something about a column; the data it speaks of is kept."""
        self.findings.append(
            Finding(
                code=code,
                severity=reason(code).severity,
                scope=Scope.FEED,
                message=f"{self.where(line, place)}: expected {expected}, found {found} ({code})",
                sheet=self.sheet,
                row=line or None,
                column=None if place is None else column_letters(place + 1),
                expected=expected,
                found=found,
                advice=advice_for(code),
            )
        )

    def row_count(self, staged: int) -> RowCount:
        """Where the units went, counted one by one; the range is counted on the text."""
        faulty = ~self.without_fault()
        grid = self.grid
        return RowCount(
            sheet=self.sheet,
            block=self.found.layout.name,
            table_name=self.table.name,
            rows_in_range=grid.lines_in_range * self.per_line,
            rows_staged=staged,
            rows_quarantined=int(faulty.sum()) + len(grid.long_lines) * self.per_line,
            rows_comment=grid.lines_comment * self.per_line,
            rows_blank=grid.lines_blank * self.per_line + int((self.says_nothing & ~faulty).sum()),
        )

    def rejected(self) -> tuple[RejectedRow, ...]:
        """One line per breach with the whole row as it stood; a breach that all cells of a line share is one breach."""
        rejected: list[RejectedRow] = []
        seen: set[tuple[int, str, int | None]] = set()
        for unit, name in sorted(self.faults):
            fault, row, place = self.faults[unit, name], int(self.row[unit]), self._place(unit, name)
            if (row, name, place) in seen:
                continue
            seen.add((row, name, place))
            texts = tuple(column[row].as_py() for column in self.grid.columns)
            rejected.append(self._rejected_row(self.line(unit), name, place, fault, texts))
        for long in self.grid.long_lines:
            expected = f"of at most {len(self.found.header)} cells, as the header is"
            fault = Fault("BAD_TYPE", expected, f"{len(long.cells)} cells", is_quote=False)
            rejected.append(self._rejected_row(long.line, WHOLE_ROW, None, fault, long.cells))
        return tuple(sorted(rejected, key=lambda breach: breach.row))

    def _place(self, unit: int, name: str) -> int | None:
        pivot = self.found.layout.pivot
        if self.place is not None and pivot is not None and name in (WHOLE_ROW, pivot.value):
            return int(self.place[unit])
        return self.found.positions.get(name)

    def _rejected_row(
        self, line: int, name: str, place: int | None, fault: Fault, texts: tuple[str, ...]
    ) -> RejectedRow:
        label = name.replace("_", " ") or "a row"
        return RejectedRow(
            table_name=self.table.name,
            sheet=self.sheet,
            row=line,
            column=None if place is None else column_letters(place + 1),
            reason_code=fault.code,
            message=f"{self.where(line, place)}: {label} must be {fault.expected}, found {MASK if place in self.restricted and fault.is_quote else fault.shown} ({fault.code})",
            payload={
                column_letters(at + 1): MASK if at in self.restricted else cell for at, cell in enumerate(texts) if cell
            },
        )
