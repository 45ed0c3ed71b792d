"""Reads the transposed block of a deal's classes: one column a class, labels at the left. Holding deals is for holds."""

from __future__ import annotations

from typing import Any

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.lists import Rows
from ingestion.clo_workbook.locate import Located
from ingestion.clo_workbook.report import Report, address, payload, shown
from ingestion.clo_workbook.values import is_blank, read_column
from ingestion.extract import RowCount, Scope, Severity
from ingestion.sheet_xml import column_letters


def read_classes(grid: Grid, location: Located, report: Report, *, deal: str) -> Rows:
    """The classes of a deal, left to right; `Rows.rows` are their 1-based columns. Source: clo-workbook 1.4.

    Classes end with the data in the rows of numbers and names. Where a block follows, every column before it with
    anything in the block's rows is a class, so that one without a number and a name cannot slip away.
    """
    block = location.block
    table = block.table or ""
    rows = _map_rows(grid, location, report)
    is_bounded = location.end_column < grid.width
    heading = [row for name, row in rows.items() if is_bounded or name in ("tranche_number", "tranche_name")]
    columns = [
        column
        for column in range(location.column + 1, min(location.end_column, grid.width))
        if any(not is_blank(grid.at(row, column)) for row in heading)
    ]
    values: dict[str, list[Any]] = {}
    unnamed: dict[int, str] = {}
    for spec in block.fields:
        if spec.name not in rows:
            values[spec.name] = [None] * len(columns)
            continue
        row = rows[spec.name]
        reading = read_column([grid.at(row, column) for column in columns], spec, grid.date_system)
        values[spec.name] = reading.values
        cells = [(row + 1, column + 1) for column in columns]
        if spec.required:
            unnamed |= {columns[i]: "MISSING_VALUE" for i, value in enumerate(reading.values) if value is None}
        else:
            report.column(grid.sheet, spec, reading.problems, cells, is_note=False, deal=deal)
        report.column(grid.sheet, spec, reading.notes, cells, is_note=True, deal=deal)
        report.place(table, grid.sheet, spec.name, "row", row + 1)
    twice = _named_twice(values["tranche_name"])
    refused = unnamed | {columns[index]: "DUPLICATE_KEY" for index in twice}
    for column, code in refused.items():
        row = rows.get("tranche_name", location.head)
        body = [grid.at(r, column) for r in sorted(rows.values())]
        found = "nothing" if code == "MISSING_VALUE" else f"{shown(grid.at(row, column))} again"
        report.reject(
            table,
            grid.sheet,
            row + 1,
            column + 1,
            code,
            f"tranche name must be a text that stands once, found {found}",
            {
                f"{column_letters(column + 1)}{r + 1}": text
                for r, text in zip(sorted(rows.values()), _texts(body), strict=True)
                if text
            },
        )
    staged = [index for index, column in enumerate(columns) if column not in refused]
    width = (columns[-1] - location.column) if columns else 0
    report.counts.append(
        RowCount(grid.sheet, block.name, table, width, len(staged), len(refused), 0, width - len(columns))
    )
    return Rows(
        {name: [column_values[index] for index in staged] for name, column_values in values.items()},
        [columns[index] + 1 for index in staged],
        rows,
        sorted(column + 1 for column in refused),
    )


def _texts(cells: list[Any]) -> list[str]:
    return [payload([cell], 1).get("A", "") for cell in cells]


def _map_rows(grid: Grid, location: Located, report: Report) -> dict[str, int]:
    """Row of each field: by its label, else by its place below the block's first row."""
    block = location.block
    count = len(block.fields)
    labels = {r: label_key(grid.at(r, location.column)) for r in range(location.head, location.head + count + 5)}
    mapped: dict[str, int] = {}
    for spec in block.fields:
        row = next((r for r, key in labels.items() if key in spec.headers and r not in mapped.values()), None)
        if row is not None:
            mapped[spec.name] = row
    for place, spec in enumerate(block.fields):
        row = location.head + place
        if spec.name in mapped or row in mapped.values():
            if spec.name not in mapped:
                _report_missing(grid, location, spec, report)
            continue
        mapped[spec.name] = row
        report.find(
            "HEADER_BY_PLACE",
            Severity.INFO,
            f"{plain(spec.name)} must have a known label, found {shown(grid.at(row, location.column))}; the row is read by its place",
            sheet=grid.sheet,
            row=row + 1,
            column=location.column + 1,
            scope=Scope.FEED,
        )
    return mapped


def _report_missing(grid: Grid, location: Located, spec: FieldSpec, report: Report) -> None:
    report.find(
        "MISSING_COLUMN",
        Severity.WARNING,
        f"block {plain(location.block.name)} must have a row {plain(spec.name)}, found none from "
        f"{address(location.head + 1, location.column + 1)} on",
        sheet=grid.sheet,
        row=location.head + 1,
        column=location.column + 1,
        scope=Scope.FEED,
    )


def _named_twice(names: list[str | None]) -> set[int]:
    keys = [name.casefold() if name else None for name in names]
    return {index for index, key in enumerate(keys) if key is not None and keys.count(key) > 1}
