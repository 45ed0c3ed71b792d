"""Reads generated output sheets as recorded results, block by block. They are references, never inputs.

Source: clo-workbook 1.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.key_values import cell_text
from ingestion.clo_workbook.labels import deal_in_text, label_key, slug
from ingestion.clo_workbook.layout import Layout
from ingestion.clo_workbook.report import Report
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import is_blank
from ingestion.extract import RowCount
from ingestion.sheet_xml import column_letters

TABLE = "clo_recorded_results"


@dataclass(frozen=True)
class _Block:
    head: int
    columns: dict[int, str]  # 0-based column -> field


def output_kind(sheet: str, layout: Layout) -> str | None:
    """Kind of a generated sheet by the prefix before its first hyphen; None for other sheets."""
    prefix, hyphen, _ = sheet.partition("-")
    return layout.output_sheets.get(label_key(prefix)) if hyphen else None


def read_output(grid: Grid, kind: str, tables: Tables, report: Report) -> None:
    """Stage every value of an output sheet. Counted in cells: one record for each non-empty cell below the headers."""
    deal = deal_in_text(grid.sheet)
    for number, block in enumerate(_blocks(grid), start=1):
        first = block.head + 1
        last = grid.last_filled_row(first, list(block.columns))
        records: dict[str, list[Any]] = {name: [] for name in ("record_number", "field", "value_number", "value_text")}
        rows, columns = [], []
        for row in range(first, last + 1):
            for column, name in block.columns.items():
                cell = grid.at(row, column)
                text = None if is_blank(cell) else cell_text(cell) or str(cell)
                if text is None:
                    continue
                is_number = isinstance(cell, float)
                records["record_number"].append(row - first + 1)
                records["field"].append(name)
                records["value_number"].append(cell if is_number else None)
                records["value_text"].append(None if is_number else text)
                rows.append(row + 1)
                columns.append(column + 1)
        constants = {"sheet_name": grid.sheet, "output_kind": kind, "deal_id": deal, "block": number}
        tables.add(TABLE, records | constants, grid.sheet, rows, columns)
        in_range = (last - first + 1) * len(block.columns)
        report.counts.append(
            RowCount(grid.sheet, f"results {number}", TABLE, in_range, len(rows), 0, 0, in_range - len(rows))
        )


def _blocks(grid: Grid) -> list[_Block]:
    """Titles in row 1 over headers in row 2 begin a block each; without titles row 1 is the header of one block."""
    if grid.height == 0:
        return []
    top = [column for column in range(grid.width) if not is_blank(grid.at(0, column))]
    second = [column for column in range(grid.width) if not is_blank(grid.at(1, column))]
    if top and len(top) * 2 > len(second):
        return [_Block(0, _fields(grid, 0, top[0], grid.width))]
    if not top:
        return [_Block(1, _fields(grid, 1, second[0], grid.width))] if second else []
    starts = [min(top[0], second[0]), *top[1:]]
    return [
        _Block(1, _fields(grid, 1, start, end)) for start, end in zip(starts, [*starts[1:], grid.width], strict=True)
    ]


def _fields(grid: Grid, head: int, start: int, end: int) -> dict[int, str]:
    """Field names of a block's columns that hold anything; a column without a header is named by its letters."""
    fields: dict[int, str] = {}
    for column in range(start, end):
        if not bool(grid.filled[head:, column].any()):
            continue
        header = grid.at(head, column)
        name = (
            slug(header) if isinstance(header, str) and slug(header) else f"column_{column_letters(column + 1).lower()}"
        )
        while name in fields.values():
            name = f"{name}_{column_letters(column + 1).lower()}"
        fields[column] = name
    return fields
