"""Opens an Excel workbook once and serves its sheets, names and cells. What the sheets mean does not belong here."""

from __future__ import annotations

import datetime as dt
import gc
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.archive import Archive, not_a_workbook, open_archive
from ingestion.cells import NO_VALUE, CellBlock, CellError, cells_of
from ingestion.extract import CELLS_SCHEMA, FileRejected
from ingestion.limits import WorkbookLimits, limits
from ingestion.sheet_xml import (
    LOW_ROWS,
    NARROW_COLUMNS,
    SheetScan,
    bad_xml,
    column_number,
    content_extent,
    empty_shared_strings,
    guarded,
    scan_sheet,
    shared_string_lengths,
    text_bytes,
)
from ingestion.workbook_parts import (
    DefinedName,
    SheetPart,
    date_system_of,
    defined_names_of,
    parse_part,
    sheets_of,
)

__all__ = ["NO_VALUE", "CellError", "DefinedName", "Workbook", "open_workbook"]


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
    _blocks: Mapping[str, CellBlock] = field(repr=False)

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

    def cells(self) -> pa.Table:
        """Every non-empty cell of every sheet, in CELLS_SCHEMA, sheet by sheet, row by row."""
        tables = [block.table for block in self._blocks.values()]
        return pa.concat_tables(tables) if tables else CELLS_SCHEMA.empty_table()


def open_workbook(path: Path, name: str, limit: WorkbookLimits | None = None) -> Workbook:
    """Read the workbook at `path`; `name` is what messages call it. Without a `limit`, the limits in force count.

    Raises FileRejected: EMPTY_FILE, NOT_A_WORKBOOK, UNREADABLE_ARCHIVE, ENCRYPTED, TOO_LARGE, ARCHIVE_BOMB, BAD_XML.
    Source: input-contracts 1.2, 1.4.
    """
    limit = limit or limits().workbook
    with path.open("rb") as file:
        data = file.read(limit.packed_bytes + 1)  # one byte more shows that there are too many
    archive = open_archive(data, name, limit)
    if "xl/workbook.xml" not in archive:
        raise not_a_workbook(archive)
    book = parse_part(archive, "xl/workbook.xml")
    sheets = sheets_of(archive, book)
    if len(sheets) > limit.sheets:
        raise _too_large(name, f"at most {limit.sheets} sheets", f"{len(sheets)}")
    scans, rows, blocks = _read_sheets(archive, sheets, limit)
    return Workbook(
        name=name,
        sheet_names=tuple(sheet.name for sheet in sheets),
        hidden_sheets=frozenset(sheet.name for sheet in sheets if sheet.is_hidden),
        defined_names=defined_names_of(book),
        date_system=date_system_of(book),
        cells_in_file=sum(scan.values for scan in scans.values()),
        _scans=scans,
        _rows=rows,
        _blocks=blocks,
    )


def _read_sheets(
    archive: Archive, sheets: Sequence[SheetPart], limit: WorkbookLimits
) -> tuple[dict[str, SheetScan], dict[str, list[list[Any]]], dict[str, CellBlock]]:
    """Scan, rows and cells of every sheet, in workbook order. A part is scanned before the cell reader opens it.

    The cell reader works without the interpreter's lock, so it reads one sheet while another is scanned or unfolded.
    """
    budget = _Budget(archive, limit)
    empty = _scan_common_parts(archive, budget)
    scans: dict[str, SheetScan] = {}
    rows: dict[str, list[list[Any]]] = {}
    blocks: dict[str, CellBlock] = {}
    with uncollected(), ThreadPoolExecutor(1, "cell-reader") as reader:
        try:
            book = reader.submit(CalamineWorkbook.from_filelike, io.BytesIO(archive.data))
            contents = {}
            for sheet in sheets:
                scan = scan_sheet(guarded(archive.chunks(sheet.part), sheet.part, archive.name, limit.row_bytes), empty)
                budget.take(sheet, scan)
                scans[sheet.name] = scan
                contents[sheet.name] = reader.submit(book.result().get_sheet_by_name, sheet.name)
            for name, content in contents.items():
                rows[name] = content.result().to_python(skip_empty_area=False)
                _patch(rows[name], scans[name])
                blocks[name] = cells_of(name, rows[name])
        except CalamineError as error:
            raise bad_xml(archive.name, "of a worksheet", str(error)) from error
        finally:
            reader.shutdown(cancel_futures=True)
    return scans, rows, blocks


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the garbage collector: going through cells by the hundred thousand, it finds nothing and costs a tenth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _scan_common_parts(archive: Archive, budget: _Budget) -> frozenset[int]:
    """Inflate what all sheets share before the cell reader does; indices of the shared strings without text."""
    empty = frozenset[int]()
    for part in archive.names():
        if part.lower().startswith("xl/sharedstrings"):
            archive.check_size(part, budget.limit.shared_strings_bytes)
            text = b"".join(guarded(archive.chunks(part), part, archive.name))
            empty = empty_shared_strings(text)
            budget.lengths = shared_string_lengths(text)
        elif part.lower().startswith("xl/styles"):
            parse_part(archive, part)
    return empty


@dataclass
class _Budget:
    """What the sheets seen so far come to, against the limits of a workbook. Figures are bounds until they would not do, then exact."""

    archive: Archive
    limit: WorkbookLimits
    lengths: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))  # of shared strings, in bytes
    cells: int = 0
    area: int = 0
    text: int = 0

    def take(self, sheet: SheetPart, scan: SheetScan) -> None:
        """Count one more sheet, or refuse the workbook: before the cell reader lays the sheet out as a rectangle."""
        limit, name = self.limit, self.archive.name
        self.cells += scan.values
        if self.cells > limit.cells:
            raise _too_large(name, f"at most {limit.cells:,} non-empty cells", f"{self.cells:,} and more")
        area, found = LOW_ROWS * NARROW_COLUMNS, ""
        if scan.may_be_large or self.area + area > limit.area:
            rows, columns = content_extent(self.archive.chunks(sheet.part))
            area, found = rows * columns, f"{rows:,} rows by {columns:,} columns in '{sheet.name}'"
        self.area += area
        if self.area > limit.area:
            expected = f"at most {limit.area:,} cells between A1 and the last cells of all sheets"
            raise _too_large(name, expected, f"{self.area:,}, of them {found}")
        text = scan.inflated + scan.references * int(self.lengths.max(initial=0))
        if self.text + text > limit.text_bytes:
            text = text_bytes(self.archive.chunks(sheet.part), self.lengths)
        self.text += text
        if self.text > limit.text_bytes:
            found = f"{self.text:,} up to sheet '{sheet.name}'"
            raise _too_large(name, f"at most {limit.text_bytes:,} bytes of text in all cells", found)


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
