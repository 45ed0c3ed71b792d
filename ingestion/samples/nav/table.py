"""Sheets of the NAV workbook as rows of named values, and how they become a file. What the rows state does not belong here.

The same rows give the same bytes: no clock enters the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from ingestion.samples.grid import CREATED, FORMATS, uncollected

Cell = str | int | float | bool | Decimal | dt.date | None
Row = Mapping[str, Cell]
# What a spreadsheet number holds exactly; a longer decimal is written as text. Source: input-contracts 1.3.
EXACT_DIGITS = 15
COLUMN_WIDTH = 16


def write_tables(path: Path, tables: Mapping[str, Iterable[Row]], title: str) -> None:
    """Write each table as a sheet: a header of the columns that its rows name, then one line a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with uncollected(), xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"title": title, "author": "Weir demo", "created": CREATED})
        day_format = book.add_format({"num_format": FORMATS["date"]})
        for name, rows in tables.items():
            listed = list(rows)
            columns = list(dict.fromkeys(column for row in listed for column in row))
            places = {column: place for place, column in enumerate(columns)}
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(columns), COLUMN_WIDTH)
            sheet.write_row(0, 0, columns)
            for line, row in enumerate(listed, 1):
                for column, value in row.items():
                    _write(sheet, line, places[column], value, day_format)


def _write(sheet: xlsxwriter.worksheet.Worksheet, line: int, place: int, value: Cell, day_format: object) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(line, place, value)
    elif isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, Decimal):
        plain = value.normalize()
        if len(plain.as_tuple().digits) <= EXACT_DIGITS:
            sheet.write_number(line, place, float(plain))
        else:
            sheet.write_string(line, place, f"{plain:f}")
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, place, dt.datetime(value.year, value.month, value.day), day_format)
    else:
        sheet.write_number(line, place, value)
