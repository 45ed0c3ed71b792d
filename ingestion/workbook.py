"""Opens an Excel workbook once and serves its sheets, names and cells. What the sheets mean does not belong here."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
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
    reaches_beyond_zz,
    scan_sheet,
)

__all__ = ["NO_VALUE", "CellError", "DefinedName", "Workbook", "WorkbookLimits", "open_workbook"]

_AREA = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")
_MOST_COLUMNS, _TWO_LETTER_COLUMNS = 16_384, 702


@dataclass(frozen=True)
class Area:
    """A rectangle of cells; rows and columns 0-based, the ends included."""

    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class DefinedName:
    """A name and its scope, a sheet or None for the whole workbook; `area` is None where it is no rectangle."""

    name: str
    scope: str | None
    refers_to: str
    area: Area | None

    @property
    def is_dangling(self) -> bool:
        return "#REF!" in self.refers_to


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


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    is_hidden: bool


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
    book = _parse(archive, "xl/workbook.xml")
    sheets = _sheets(archive, book)
    if len(sheets) > limits.sheets:
        raise _too_large(name, f"at most {limits.sheets} sheets", f"{len(sheets)}")
    scans = _scan_parts(archive, sheets, limits)
    rows = _read_rows(data, name, sheets, scans)
    return Workbook(
        name=name,
        sheet_names=tuple(sheet.name for sheet in sheets),
        hidden_sheets=frozenset(sheet.name for sheet in sheets if sheet.is_hidden),
        defined_names=_defined_names(book, [sheet.name for sheet in sheets]),
        date_system=_date_system(book),
        cells_in_file=sum(scan.values for scan in scans.values()),
        _scans=scans,
        _rows=rows,
    )


def _parse(archive: Archive, part: str) -> Element:
    text = b"".join(guarded(archive.chunks(part), part, archive.name))
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise bad_xml(archive.name, part, str(error)) from error
    return root


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(parent: Element, *path: str) -> list[Element]:
    found = [parent]
    for step in path:
        found = [child for element in found for child in element if _local(child) == step]
    return found


def _sheets(archive: Archive, book: Element) -> list[_Sheet]:
    """Worksheets in workbook order. Relationship files and chart sheets are not worksheets."""
    relations = {
        relation.get("Id"): (relation.get("Type", ""), relation.get("Target", ""))
        for relation in _parse(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets = []
    for sheet in _children(book, "sheets", "sheet"):
        identifier = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
        kind, target = relations.get(identifier, ("", ""))
        if not kind.endswith("/worksheet"):
            continue
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        sheets.append(_Sheet(sheet.get("name", ""), part, sheet.get("state", "visible") != "visible"))
    return sheets


def _date_system(book: Element) -> int:
    properties = _children(book, "workbookPr")
    return 1904 if properties and properties[0].get("date1904") in ("1", "true") else 1900


def _defined_names(book: Element, sheets: Sequence[str]) -> tuple[DefinedName, ...]:
    every_sheet = [sheet.get("name", "") for sheet in _children(book, "sheets", "sheet")]
    names = []
    for element in _children(book, "definedNames", "definedName"):
        scope = element.get("localSheetId")
        # The index counts all sheets of the workbook, chart sheets too.
        sheet = every_sheet[int(scope)] if scope is not None and int(scope) < len(every_sheet) else None
        refers_to = (element.text or "").strip()
        names.append(DefinedName(element.get("name", ""), sheet, refers_to, _area(refers_to)))
    return tuple(names)


def _area(refers_to: str) -> Area | None:
    found = _AREA.match(refers_to)
    if not found:
        return None
    quoted, plain, left, top, right, bottom = found.groups()
    first_column, first_row = column_number(left) - 1, int(top) - 1
    return Area(
        sheet=quoted.replace("''", "'") if quoted else plain,
        first_row=first_row,
        first_column=first_column,
        last_row=int(bottom) - 1 if bottom else first_row,
        last_column=column_number(right) - 1 if right else first_column,
    )


def _scan_parts(archive: Archive, sheets: Sequence[_Sheet], limits: WorkbookLimits) -> dict[str, SheetScan]:
    """Inflate and scan every part the cell reader will open, before it does."""
    name, empty = archive.name, frozenset[int]()
    for part in archive.names():
        if part.lower().startswith("xl/sharedstrings"):
            empty = empty_shared_strings(guarded(archive.chunks(part), part, name))
        elif part.lower().startswith("xl/styles"):
            _parse(archive, part)
    scans: dict[str, SheetScan] = {}
    for sheet in sheets:
        scan = scan_sheet(guarded(archive.chunks(sheet.part), sheet.part, name), empty)
        scans[sheet.name] = scan
        if _may_be_vast(scan, archive, sheet, limits):
            rows, columns = content_extent(archive.chunks(sheet.part))
            if rows * columns > limits.sheet_area:
                found = f"{rows:,} rows by {columns:,} columns in '{sheet.name}'"
                raise _too_large(name, f"at most {limits.sheet_area:,} cells between A1 and a sheet's last cell", found)
    cells = sum(scan.values for scan in scans.values())
    if cells > limits.cells:
        raise _too_large(name, f"at most {limits.cells:,} non-empty cells", f"{cells:,}")
    return scans


def _may_be_vast(scan: SheetScan, archive: Archive, sheet: _Sheet, limits: WorkbookLimits) -> bool:
    if scan.last_row * _MOST_COLUMNS <= limits.sheet_area:
        return False
    return scan.last_row * _TWO_LETTER_COLUMNS > limits.sheet_area or reaches_beyond_zz(archive.chunks(sheet.part))


def _read_rows(
    data: bytes, name: str, sheets: Sequence[_Sheet], scans: Mapping[str, SheetScan]
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
