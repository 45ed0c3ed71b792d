"""Rows of a ledger export below a header: values by column, and what is wrong with a row. What the columns mean belongs to each layout.

A row with a fault is quarantined whole; nothing of it reaches the journal. Source: input-contracts 1.2, 1.4.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from ingestion.column import EXCEL_ERRORS, SHOWN
from ingestion.delimited import Grid, first_rows, normal_form, read_grid
from ingestion.extract import FileRejected, RejectedRow
from ingestion.ledger.days import DayForm
from ingestion.sheet_xml import column_letters

DUPLICATE_ROW = "DUPLICATE_ROW"
Code = TypeVar("Code", bound=str)
_NULLS = frozenset({"", "n/a", "null"})
_PLAIN = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)$", re.ASCII)
_TRUE, _FALSE = frozenset({"true", "1", "yes", "y", "t"}), frozenset({"false", "0", "no", "n", "f"})
_WHOLE_DIGITS, _DECIMALS = 20, 4  # decimal(24, 4)


@dataclass(frozen=True)
class Columns:
    """The columns of a layout by name, each with the headers that it may have. A header in `forbidden` tells another layout."""

    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbidden: tuple[str, ...] = ()
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def places(self, cells: Sequence[str]) -> dict[str, int] | None:
        """Place of each column in a header, or None where a required one is missing or a forbidden one is there."""
        by_form = {normal_form(cell): place for place, cell in reversed(list(enumerate(cells)))}
        if any(normal_form(name) in by_form for name in self.forbidden):
            return None
        found = {
            column: next((by_form[form] for form in map(normal_form, names) if form in by_form), None)
            for column, names in {**self.required, **self.optional, **self.dimensions}.items()
        }
        if any(found[column] is None for column in self.required):
            return None
        return {column: place for column, place in found.items() if place is not None}


@dataclass(frozen=True)
class Header:
    """Where the header stands, the place of each column in it, and the lines above it."""

    line: int
    places: Mapping[str, int]
    preamble: tuple[str, ...]


def find_header(text: str, columns: Columns, delimiter: str = ",") -> Header | None:
    """The header among the first ten lines, or None."""
    preamble: list[str] = []
    for line, cells in first_rows(text, delimiter):
        places = columns.places(cells)
        if places is not None:
            return Header(line, places, tuple(preamble))
        if said := ", ".join(cell.strip() for cell in cells if cell.strip()):
            preamble.append(said)
    return None


def has_header(columns: Columns, delimiter: str = ",") -> Callable[[str], bool]:
    """Whether a text has the header of a layout, for recognising it."""
    return lambda text: find_header(text, columns, delimiter) is not None


@dataclass
class LedgerRow:
    """One row of `file`. Methods return typed values and note a fault where the text is none; None is an empty cell."""

    file: str
    table_name: str
    line: int
    cells: Sequence[str]
    places: Mapping[str, int]
    faults: list[RejectedRow] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults

    @property
    def is_repetition(self) -> bool:
        """Whether the row says what an earlier one says, so that nothing is lost with it."""
        return any(fault.reason_code == DUPLICATE_ROW for fault in self.faults)

    def raw(self, column: str) -> str:
        """The text as it stands, without outer spaces; '' where the file has no such column."""
        place = self.places.get(column)
        return "" if place is None or place >= len(self.cells) else self.cells[place].strip()

    def text(self, column: str, *, is_required: bool = False) -> str | None:
        text = self.raw(column)
        if text in EXCEL_ERRORS:
            self.fault("CELL_ERROR", column, "a text", repr(text))
            return None
        if text.casefold() in _NULLS:
            if is_required:
                self.fault("MISSING_VALUE", column, "a value", "none")
            return None
        return text

    def name(self, column: str) -> str:
        """A value that the row must have; '' with a fault where it has none."""
        return self.text(column, is_required=True) or ""

    def amount(self, column: str, decimals: int = _DECIMALS) -> Decimal | None:
        """A plain number: no separators, signs of currency or brackets. At most `decimals` decimals."""
        text = self.text(column)
        if text is None:
            return None
        if not _PLAIN.match(text):
            self.fault("BAD_TYPE", column, "a number without separators and signs of currency", repr(text[:SHOWN]))
            return None
        return self.fitting(column, Decimal(text), decimals)

    def one_sided_amount(self, debit: str, credit: str, decimals: int = _DECIMALS) -> Decimal | None:
        """The amount of two columns of which one is filled, debit positive. A zero beside an amount counts as empty."""
        amounts = {column: self.amount(column, decimals) for column in (debit, credit)}
        if not self.is_sound:
            return None
        filled = [column for column, amount in amounts.items() if amount]
        filled = filled or [column for column, amount in amounts.items() if amount is not None][:1]
        if len(filled) != 1:
            found = f"{amounts[debit]} and {amounts[credit]}" if filled else "neither"
            self.fault("EXCLUSIVE_FIELDS", None, f"filled in one of {debit}, {credit}", found)
            return None
        amount = amounts[filled[0]]
        return amount if amount is None or filled[0] == debit else -amount

    def dimensions(self, names: Collection[str]) -> dict[str, str]:
        """What the row states of the dimensions that it is analysed by; empty ones are left out."""
        return {name: text for name in names if (text := self.raw(name))}

    def fitting(self, column: str, value: Decimal, decimals: int = _DECIMALS) -> Decimal | None:
        """`value` if its field can hold it exactly; a longer one is refused, never rounded."""
        exponent = value.normalize().as_tuple().exponent
        assert isinstance(exponent, int), "a plain number is finite"
        if -exponent > decimals:
            self.fault("PRECISION_EXCEEDED", column, f"at most {decimals} decimals", repr(self.raw(column)[:SHOWN]))
            return None
        if value.adjusted() >= _WHOLE_DIGITS:
            self.fault(
                "OUT_OF_RANGE", column, f"at most {_WHOLE_DIGITS} digits before the point", repr(str(value)[:SHOWN])
            )
            return None
        return value

    def day(self, column: str, form: DayForm, *, is_required: bool = True) -> dt.date | None:
        text = self.text(column, is_required=is_required)
        if text is None:
            return None
        day = form.read(text)
        if day is None:
            self.fault("BAD_DATE", column, form.shape, repr(text[:SHOWN]))
        return day

    def code(self, column: str, codes: Mapping[str, Code], default: Code | None = None) -> Code | None:
        """The meaning of a code by `codes` (upper case); `default` for an empty cell, or MISSING_VALUE without one."""
        text = self.text(column, is_required=default is None)
        if text is None:
            return default
        if text.upper() not in codes:
            self.fault("BAD_ENUM", column, f"one of {', '.join(codes)}", repr(text[:SHOWN]))
            return None
        return codes[text.upper()]

    def flag(self, column: str) -> bool:
        """A yes or no; empty is no."""
        text = (self.text(column) or "no").casefold()
        if text not in _TRUE | _FALSE:
            self.fault("BAD_TYPE", column, "TRUE or FALSE", repr(text[:SHOWN]))
        return text in _TRUE

    def fault(self, code: str, column: str | None, expected: str, found: str) -> None:
        """Note what is wrong; `column` None is the whole row."""
        place = None if column is None else self.places.get(column)
        letters = None if place is None else column_letters(place + 1)
        where = f", column {letters}" if letters else ""
        self.faults.append(
            RejectedRow(
                table_name=self.table_name,
                sheet="",
                row=self.line,
                column=letters,
                reason_code=code,
                message=f"{self.file}, line {self.line}{where}: {column or 'row'} must be {expected}, found {found} ({code})",
                payload={column_letters(at + 1): cell for at, cell in enumerate(self.cells) if cell.strip()},
            )
        )


@dataclass(frozen=True)
class LedgerTable:
    """The rows below a header, each once; `lines_in_range` is counted on the text and comments and blanks are none of them."""

    header_line: int
    rows: Sequence[LedgerRow]
    lines_in_range: int
    lines_comment: int
    lines_blank: int


def read_table(file: str, text: str, header: Header, table_name: str, delimiter: str = ",") -> LedgerTable:
    """Every row below `header`; one with more cells than the header is there with a fault. FileRejected as `read_grid`."""
    grid = read_grid(text, delimiter, header.line, file)
    rows = [LedgerRow(file, table_name, line, cells, header.places) for line, cells in _cells_of(grid)]
    for long in grid.long_lines:
        row = LedgerRow(file, table_name, long.line, long.cells, header.places)
        row.fault("BAD_TYPE", None, f"of at most {len(grid.header)} cells, as the header is", str(len(long.cells)))
        rows.append(row)
    rows.sort(key=lambda row: row.line)
    return LedgerTable(header.line, rows, grid.lines_in_range, grid.lines_comment, grid.lines_blank)


def _cells_of(grid: Grid) -> list[tuple[int, tuple[str, ...]]]:
    lines = grid.lines.to_pylist()
    return list(zip(lines, zip(*(column.to_pylist() for column in grid.columns), strict=True), strict=True))


def refuse_repeats(rows: Sequence[tuple[tuple[str | None, ...], LedgerRow]], what: str) -> None:
    """Fault rows that share a key: of identical ones all but the first, of differing ones all. Source: input-contracts 1.4."""
    by_key: dict[tuple[str | None, ...], list[LedgerRow]] = {}
    for key, row in rows:
        if row.is_sound:
            by_key.setdefault(key, []).append(row)
    for key, same in by_key.items():
        if len(same) == 1:
            continue
        named = " / ".join(str(part) for part in key)
        lines = ", ".join(str(row.line) for row in same)
        is_identical = len({tuple(row.cells) for row in same}) == 1
        for row in same[1:] if is_identical else same:
            code = DUPLICATE_ROW if is_identical else "DUPLICATE_KEY"
            row.fault(code, None, f"the only one of {what} {named}", f"it in lines {lines}")


def missing_columns(file: str, line: int, missing: Collection[str]) -> FileRejected:
    """The refusal of a file that lacks columns it cannot do without."""
    return FileRejected(
        "MISSING_COLUMN", f"{file}, line {line}: expected the columns {', '.join(missing)}, found none (MISSING_COLUMN)"
    )
