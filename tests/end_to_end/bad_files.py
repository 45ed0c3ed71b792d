"""Makes small CLO workbooks with one thing changed and puts files into an inbox. Files that must be refused are samples of ingestion."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from ingestion.samples import write_scaled_clo_workbook

ASSETS = "All Assets"
FIRST_ASSET_ROW = 2
# Copies of the demo's templates: three deals are 14, 16 and 17, a fourth is 6.
DEALS = ("MAG14", "MAG16", "MAG17")
LONG_AGO = dt.timedelta(hours=1)  # beyond the patience with files that do not close

Change = Callable[[openpyxl.Workbook], None]


def sheet_of(deal_id: str) -> str:
    return f"Mag {deal_id.removeprefix('MAG')} Inputs"


def small_workbook(path: Path, deals: int = 3) -> Path:
    """A sound workbook of 50 assets without a correlation sheet; every value is a constant, so that it can be edited."""
    return write_scaled_clo_workbook(path, deals=deals, assets=50, correlation_ids=0)


def variant(source: Path, target: Path, *changes: Change) -> Path:
    """A copy of `source` with the changes made in turn."""
    book = openpyxl.load_workbook(source)
    for change in changes:
        change(book)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def cells(sheet: str, values: Mapping[str, Any]) -> Change:
    """Put values at addresses of a sheet."""

    def change(book: openpyxl.Workbook) -> None:
        for address, value in values.items():
            book[sheet][address] = value

    return change


def asset_cells(row: int, values: Mapping[str, Any]) -> Change:
    """Put values into a row of the asset list, by heading."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book[ASSETS]
        columns = {str(cell.value).strip(): number for number, cell in enumerate(sheet[1], start=1)}
        for heading, value in values.items():
            sheet.cell(row, columns[heading]).value = value

    return change


def without_sheets(*titles: str) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        for title in titles:
            book.remove(book[title])

    return change


def without_collateral(deal_id: str) -> Change:
    """Clear the block, its title, its entry in the link list and its defined name, as a person who deletes it does."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book[sheet_of(deal_id)]
        clear(sheet, "D1:E440")
        del sheet.defined_names["DealCollateral"]

    return change


def with_asset_row(row: Sequence[Any]) -> Change:
    """Put one more row below the asset list, with the first columns as given and the others as in the row above."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book[ASSETS]
        last = last_asset_row(sheet)
        for column in range(1, 71):
            value = row[column - 1] if column <= len(row) and row[column - 1] is not ... else None
            keep = column > len(row) or row[column - 1] is ...
            sheet.cell(last + 1, column).value = sheet.cell(last, column).value if keep else value

    return change


def keeping_only(deal_id: str, lines: int) -> Change:
    """Leave one deal with its first `lines` of collateral, and in the asset list what those lines name."""

    def change(book: openpyxl.Workbook) -> None:
        without_sheets(*(sheet_of(other) for other in DEALS if other != deal_id))(book)
        deal, assets = book[sheet_of(deal_id)], book[ASSETS]
        clear(deal, f"D{4 + lines}:E440")
        kept = {deal.cell(4 + line, 4).value for line in range(lines)}
        for row in range(last_asset_row(assets), FIRST_ASSET_ROW - 1, -1):
            if assets.cell(row, 1).value not in kept:
                assets.delete_rows(row)

    return change


def clear(sheet: Worksheet, area: str) -> None:
    for row in sheet[area]:
        for cell in row:
            cell.value = None


def last_asset_row(sheet: Worksheet) -> int:
    row = FIRST_ASSET_ROW
    while sheet.cell(row + 1, 1).value is not None:
        row += 1
    return row


def drop(inbox: Path, name: str, content: bytes | str | Path, sidecar: str | None = None, age: Any = LONG_AGO) -> Path:
    """Put a file, and its sidecar, into the inbox as if it had been there for `age`."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    paths = [path]
    if sidecar is not None:
        paths.append(path.with_name(path.name + ".feed.yaml"))
        paths[-1].write_text(sidecar, encoding="utf-8")
    moment = (dt.datetime.now(dt.UTC) - age).timestamp()
    for item in paths:
        os.utime(item, (moment, moment))
    return path
