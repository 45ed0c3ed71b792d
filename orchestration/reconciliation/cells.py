"""The cells of a workbook, read by a second reader and laid beside raw.cells. Loading a file does not belong here.

The reader is openpyxl, which shares no code with the reader that filled raw.cells, so that a fault of one shows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.escape import unescape

from ingestion.sheet_xml import column_letters

SHOWN = 10  # differences told of a sheet
SOURCE_SCHEMA = pa.schema(
    [
        ("sheet", pa.string()),
        ("row", pa.int32()),
        ("column", pa.int32()),
        ("kind", pa.string()),  # number, moment, boolean, text, error
        ("number", pa.float64()),  # of a moment or a length of time the serial in days
        ("text", pa.string()),
        ("unescaped", pa.string()),  # where the file writes a control character as _x000D_
    ]
)
EPOCH = {1900: dt.datetime(1899, 12, 30), 1904: dt.datetime(1904, 1, 1)}
# A formula's result or a date is a number beside its format, and readers differ on formats only: the serial decides, to a
# millisecond, which is what the finer of the two keeps. Source: input-contracts 1.3.
RAW = """
    select _sheet as sheet, _row as "row", _column as "column", text_value as text,
        case when cell_type in ('date', 'datetime', 'time', 'duration') then 'moment' else cell_type end as kind,
        case
            when cell_type in ('date', 'datetime')
                then (epoch(try_cast(text_value as timestamp)) - epoch(cast($epoch as timestamp))) / 86400.0
            when cell_type = 'time' then epoch(try_cast(text_value as time)) / 86400.0
            when cell_type = 'duration' then
                try_cast(regexp_extract(text_value, '^P(-?[0-9]+)D', 1) as double)
                + try_cast(regexp_extract(text_value, 'T([0-9]+)H', 1) as double) / 24
                + try_cast(regexp_extract(text_value, 'H([0-9]+)M', 1) as double) / 1440
                + try_cast(regexp_extract(text_value, 'M([0-9.]+)S', 1) as double) / 86400
            else number_value
        end as number
    from raw.cells where _load_id = $load_id
"""
COMPARED = f"""
    with raw_cells as ({RAW}),
    compared as (
        select coalesce(f.sheet, r.sheet) as sheet, coalesce(f."row", r."row") as "row",
            coalesce(f."column", r."column") as "column",
            f.kind as file_kind, f.number as file_number, f.text as file_text,
            r.kind as raw_kind, r.number as raw_number, r.text as raw_text,
            coalesce(case
                when f.kind in ('number', 'moment') and r.kind in ('number', 'moment') then
                    f.number = r.number or ('moment' in (f.kind, r.kind) and abs(f.number - r.number) < 2e-8)
                when f.kind <> r.kind then false
                when f.kind = 'boolean' then f.number = r.number
                else r.text in (f.text, f.unescaped)
            end, false) as is_equal
        from source_cells as f
        full join raw_cells as r on f.sheet = r.sheet and f."row" = r."row" and f."column" = r."column"
    )
    select sheet, count(file_kind) as cells_in_file, count(raw_kind) as cells_in_raw,
        count(*) filter (is_equal) as cells_equal, count(*) filter (not is_equal) as cells_different,
        list(("row", "column", file_kind, file_number, file_text, raw_kind, raw_number, raw_text)
            order by "row", "column") filter (not is_equal)[:{SHOWN}] as differences
    from compared group by sheet order by sheet
"""


class UnreadBySecond(Exception):
    """The second reader fails where the first one read, so that nothing can be compared; the message shows no content."""


@dataclass(frozen=True)
class Compared:
    """What came of comparing one sheet, or one delimited file. `differences` name the first cells that differ."""

    sheet: str
    cells_in_file: int
    cells_in_raw: int
    cells_equal: int
    cells_different: int
    differences: tuple[str, ...] = ()
    note: str | None = None


def compare_workbook(connection: duckdb.DuckDBPyConnection, load_id: str, path: Path) -> list[Compared]:
    """Every non-empty cell of the workbook at `path` against raw.cells of a load, sheet by sheet.

    Numbers, booleans, errors and texts must be equal; dates, times and durations by their serial, to a millisecond. A formula
    counts by its saved result, and one without a result is no cell. A sheet that only one side has is told with its cells.
    Raises UnreadBySecond.
    """
    try:
        cells, date_system = read_cells(path)
    # A file that Weir could read fails openpyxl in ways that it names nowhere; the reason stands in the mart, no run stops.
    except Exception as error:
        raise UnreadBySecond(f"the second reader cannot read the workbook ({type(error).__name__})") from error
    connection.register("source_cells", cells)
    try:
        parameters = {"load_id": load_id, "epoch": EPOCH[date_system]}
        found = connection.execute(COMPARED, parameters).fetchall()
    finally:
        connection.unregister("source_cells")
    return [
        Compared(sheet, in_file, in_raw, equal, different, tuple(_told(sheet, each) for each in first or ()))
        for sheet, in_file, in_raw, equal, different, first in found
    ]


def read_cells(path: Path) -> tuple[pa.Table, int]:
    """(cells in SOURCE_SCHEMA, date system) of a workbook as openpyxl reads it."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    columns: dict[str, list[Any]] = {name: [] for name in SOURCE_SCHEMA.names}
    add = [columns[name].append for name in SOURCE_SCHEMA.names]
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its size may be too small, and cells beyond would be left out
            for row in sheet.iter_rows():
                for cell in row:
                    value = cell.value
                    if value is None or value == "":
                        continue
                    known = _form(value, cell.data_type, book.epoch)
                    for append, each in zip(add, (sheet.title, cell.row, cell.column, *known), strict=True):
                        append(each)
        date_system = 1904 if book.epoch.year == 1904 else 1900
    finally:
        book.close()
    return pa.table(columns, SOURCE_SCHEMA), date_system


def _form(value: Any, data_type: str, epoch: dt.datetime) -> tuple[str, float | None, str | None, str | None]:
    """(kind, number, text, text unescaped) of one value."""
    kind = type(value)
    if kind is float or kind is int:
        return "number", float(value), None, None
    if kind is str:
        return ("error" if data_type == "e" else "text"), None, value, unescape(value) if "_x" in value else value
    if kind is bool:
        return "boolean", float(value), None, None
    if kind is dt.timedelta:
        return "moment", value / dt.timedelta(days=1), None, None
    if kind is dt.time:
        since = dt.datetime.combine(dt.date.min, value) - dt.datetime.min
        return "moment", since / dt.timedelta(days=1), None, None
    return "moment", float(to_excel(value, epoch)), None, None


def _told(sheet: str, difference: tuple[Any, ...]) -> str:
    row, column, *both = difference
    at = f"'{sheet}'!{column_letters(column)}{row}"
    return f"{at}: the file has {_shown(*both[:3])}, raw.cells has {_shown(*both[3:])}"


def _shown(kind: str | None, number: float | None, text: str | None) -> str:
    if kind is None:
        return "no cell"
    # A text may be a name or a bank account, and differences stand where those are masked: its place says where to look.
    if kind == "text":
        return f"a text of {len(text or '')} characters"
    return f"{kind} {text if number is None else number}"
