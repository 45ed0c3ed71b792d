"""Opens an Excel workbook once and serves its sheets, names and cells. What the sheets mean does not belong here."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.archive import Archive, WorkbookLimits, not_a_workbook, open_archive
from ingestion.cells import NO_VALUE, CellBlock, CellError, cells_of
from ingestion.extract import CELLS_SCHEMA, FileRejected
from ingestion.sheet_xml import (
    SheetScan,
    bad_xml,
    column_number,
    content_extent,
    empty_shared_strings,
    guarded,
    scan_sheet,
)
from ingestion.workbook_parts import (
    DefinedName,
    SheetPart,
    date_system_of,
    defined_names_of,
    parse_part,
    sheets_of,
)

__all__ = ["NO_VALUE", "CellError", "DefinedName", "Workbook", "WorkbookLimits", "open_workbook"]

_TWO_LETTER_COLUMNS = 702  # A to ZZ


@dataclass(frozen=True)
class Workbook:
    """One opened workbook. Sheets are read once; every list of rows starts at A1, whatever the sheet's used range.

    A cell is '' when empty, else a float, text, boolean, date, datetime, time or timedelta; an error cell is a
    `CellError`, a formula saved without its result is `NO_VALUE`.
    """

    name: str
    sheet_names: tuple[str, ...]  # in workbook order, hidden ones included
    hidden_sheets: frozenset[str]
    defined_names: tuple[DefinedName, ...]
    date_system: int  # 1900 or 1904
    cells_in_file: int  # counted on the XML
    _scans: Mapping[str, SheetScan] = field(repr=False)
    _rows: Mapping[str, list[list[Any]]] = field(repr=False)

    def rows(self, sheet: str) -> list[list[Any]]:
        """All rows of a sheet, aligned to A1: `rows(s)[0][0]` is A1. All rows have one length."""
        return self._rows[sheet]

    def filled(self, sheet: str) -> npt.NDArray[np.bool_]:
        """(rows, columns) of a sheet: True where a cell is not empty. Blanks-only text counts as filled."""
        codes: npt.NDArray[np.int8] = self._blocks[sheet].codes
        return codes != 0

    def formulas_without_value(self, sheet: str) -> frozenset[tuple[int, int]]:
        """0-based (row, column) of formulas saved without a cached result."""
        return frozenset(self._scans[sheet].formulas_without_value)

    def used_width(self, sheet: str) -> int:
        """Columns of the used range that the sheet states, formatted blanks included; at least those with cells."""
        stated = re.match(r"^[A-Z]+\d+:([A-Z]+)\d+$", self._scans[sheet].dimension or "")
        rows = self._rows[sheet]
        return max(column_number(stated.group(1)) if stated else 0, len(rows[0]) if rows else 0)

    @cached_property
    def _blocks(self) -> dict[str, CellBlock]:
        return {sheet: cells_of(sheet, rows) for sheet, rows in self._rows.items()}

    def cells(self) -> pa.Table:
        """Every non-empty cell of every sheet, in CELLS_SCHEMA, sheet by sheet, row by row."""
        tables = [block.table for block in self._blocks.values()]
        return pa.concat_tables(tables) if tables else CELLS_SCHEMA.empty_table()


def open_workbook(path: Path, name: str, limits: WorkbookLimits = WorkbookLimits()) -> Workbook:  # noqa: B008
    """Read the workbook at `path`; `name` is what messages call it.

    Raises FileRejected: EMPTY_FILE, NOT_A_WORKBOOK, UNREADABLE_ARCHIVE, ENCRYPTED, TOO_LARGE, ARCHIVE_BOMB, BAD_XML.
    Source: input-contracts 1.2, 1.4.
    """
    with path.open("rb") as file:
        data = file.read(limits.packed_bytes + 1)  # one byte more shows that there are too many
    archive = open_archive(data, name, limits)
    if "xl/workbook.xml" not in archive:
        raise not_a_workbook(archive)
    book = parse_part(archive, "xl/workbook.xml")
    sheets = sheets_of(archive, book)
    if len(sheets) > limits.sheets:
        raise _too_large(name, f"at most {limits.sheets} sheets", f"{len(sheets)}")
    scans = _scan_parts(archive, sheets, limits)
    rows = _read_rows(data, name, sheets, scans)
    return Workbook(
        name=name,
        sheet_names=tuple(sheet.name for sheet in sheets),
        hidden_sheets=frozenset(sheet.name for sheet in sheets if sheet.is_hidden),
        defined_names=defined_names_of(book),
        date_system=date_system_of(book),
        cells_in_file=sum(scan.values for scan in scans.values()),
        _scans=scans,
        _rows=rows,
    )


def _scan_parts(archive: Archive, sheets: Sequence[SheetPart], limits: WorkbookLimits) -> dict[str, SheetScan]:
    """Inflate and scan every part the cell reader will open, before it does."""
    name, empty = archive.name, frozenset[int]()
    for part in archive.names():
        if part.lower().startswith("xl/sharedstrings"):
            empty = empty_shared_strings(guarded(archive.chunks(part), part, name))
        elif part.lower().startswith("xl/styles"):
            parse_part(archive, part)
    scans: dict[str, SheetScan] = {}
    for sheet in sheets:
        scan = scan_sheet(guarded(archive.chunks(sheet.part), sheet.part, name), empty)
        scans[sheet.name] = scan
        # Columns are only looked at where there may be too many of them.
        if scan.is_wide or scan.last_row * _TWO_LETTER_COLUMNS > limits.sheet_area:
            rows, columns = content_extent(archive.chunks(sheet.part))
            if rows * columns > limits.sheet_area:
                found = f"{rows:,} rows by {columns:,} columns in '{sheet.name}'"
                raise _too_large(name, f"at most {limits.sheet_area:,} cells between A1 and a sheet's last cell", found)
    cells = sum(scan.values for scan in scans.values())
    if cells > limits.cells:
        raise _too_large(name, f"at most {limits.cells:,} non-empty cells", f"{cells:,}")
    return scans


def _read_rows(
    data: bytes, name: str, sheets: Sequence[SheetPart], scans: Mapping[str, SheetScan]
) -> dict[str, list[list[Any]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = {sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False) for sheet in sheets}
    except CalamineError as error:
        raise bad_xml(name, "of a worksheet", str(error)) from error
    for sheet, scan in scans.items():
        _patch(rows[sheet], scan)
    return rows


def _patch(rows: list[list[Any]], scan: SheetScan) -> None:
    """Put errors and missing results where the cell reader left ''."""
    marks: dict[tuple[int, int], Any] = {at: CellError(text) for at, text in scan.errors.items()}
    marks |= dict.fromkeys(scan.formulas_without_value, NO_VALUE)
    if not marks:
        return
    height = max(max(row for row, _ in marks) + 1, len(rows))
    width = max(max(column for _, column in marks) + 1, len(rows[0]) if rows else 0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    rows.extend([""] * width for _ in range(height - len(rows)))
    for (row_index, column), mark in marks.items():
        rows[row_index][column] = mark


def _too_large(name: str, expected: str, found: str) -> FileRejected:
    return FileRejected(
        "TOO_LARGE",
        f"{name}: expected {expected}, found {found} (TOO_LARGE)",
        "Remove sheets that are not inputs and clear stray cells, or raise the limit in the settings.",
    )


def serial_date(serial: float, date_system: int) -> dt.date | None:
    """The day of an Excel serial, or None where there is none: 42452 is 2016-03-23 in the 1900 system.

    Serials up to 60 are refused in the 1900 system, which invents 1900-02-29 as 60. Source: input-contracts 1.3.
    """
    if serial != int(serial) or serial > 2_958_465:
        return None
    if date_system == 1904:
        return dt.date(1904, 1, 1) + dt.timedelta(days=int(serial)) if serial > 0 else None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(serial)) if serial > 60 else None
