"""Reads row-shaped blocks: maps headers, types columns, sorts rows into staged, quarantined, comment and blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.locate import Located
from ingestion.clo_workbook.report import Report, shown
from ingestion.clo_workbook.row_sorter import RowSorter
from ingestion.clo_workbook.values import read_column
from ingestion.extract import Scope, Severity


@dataclass(frozen=True)
class Rows:
    """Staged rows of one block: `values` by field, `rows` 1-based; and the rows that were quarantined."""

    values: dict[str, list[Any]]
    rows: list[int]
    columns: Mapping[str, int]  # 0-based column of each field
    quarantined: list[int] = field(default_factory=list)
    identical_copies: frozenset[int] = frozenset()  # quarantined, but their first copy is staged

    def __len__(self) -> int:
        return len(self.rows)


def map_columns(grid: Grid, location: Located, report: Report) -> dict[str, int]:
    """Column of each field: by header where one is recognised, else by its place. Extra columns are reported."""
    block = location.block
    headers = {c: label_key(grid.at(location.head, c)) for c in range(location.column, location.end_column)}
    mapped: dict[str, int] = {}
    for spec in block.fields:
        column = next((c for c, key in headers.items() if key in spec.headers and c not in mapped.values()), None)
        if column is not None:
            mapped[spec.name] = column
    for place, spec in enumerate(block.fields):
        column = location.column + place
        if spec.name in mapped:
            continue
        if column < location.end_column and column not in mapped.values():
            mapped[spec.name] = column
            report.find(
                "HEADER_BY_PLACE",
                Severity.INFO,
                f"{plain(spec.name)} must have a known header, found {shown(grid.at(location.head, column))}; "
                f"the column is read by its place",
                sheet=grid.sheet,
                row=location.head + 1,
                column=column + 1,
                scope=Scope.FEED,
            )
        else:
            report.find(
                "MISSING_COLUMN",
                Severity.WARNING,
                f"block {plain(block.name)} must have a column {plain(spec.name)}, found none",
                sheet=grid.sheet,
                row=location.head + 1,
                column=location.column + 1,
                scope=Scope.FEED,
            )
    return mapped


def read_list(grid: Grid, location: Located, report: Report, *, deal: str | None = None) -> Rows:
    """All rows of a list block, below the header to the last row with anything in its columns."""
    block = location.block
    columns = map_columns(grid, location, report)
    rows = read_rows(
        grid,
        location.head + 1,
        columns,
        block.fields,
        block.table or "",
        report,
        key=block.key,
        deal=deal,
        block_name=block.name,
    )
    if location.extent_row is not None and rows.rows:
        last = grid.last_filled_row(location.head + 1, [columns[f.name] for f in block.fields if f.name in columns][:1])
        if last != location.extent_row:
            report.find(
                "NAME_EXTENT_STALE",
                Severity.INFO,
                f"block {plain(block.name)} ends in row {last + 1} by its data, in row {location.extent_row + 1} by its "
                f"defined name; the data count",
                sheet=grid.sheet,
                row=last + 1,
                column=location.column + 1,
                scope=Scope.FEED,
            )
    return rows


def read_rows(
    grid: Grid,
    first: int,
    columns: Mapping[str, int],
    fields: Sequence[FieldSpec],
    table: str,
    report: Report,
    *,
    key: Sequence[str] = (),
    deal: str | None = None,
    last: int | None = None,
    block_name: str = "",
    others: Sequence[int] = (),
) -> Rows:
    """Rows `first` to the last filled one (0-based), or to `last`, under their fields' rules.

    `others` are further columns of the block that hold no field but count as content. Source: input-contracts 1.2, 1.4.
    """
    used = sorted({*columns.values(), *others})
    end = grid.last_filled_row(first, used)
    end = min(end, last) if last is not None else end
    sorter = RowSorter(grid, first, end, used, columns, table, report)
    kept = sorter.content_rows()
    values: dict[str, list[Any]] = {}
    for spec in fields:
        if spec.name not in columns:
            values[spec.name] = [None] * len(kept)
            continue
        column = columns[spec.name]
        cells = grid.column(column, first, end)
        reading = read_column([cells[row - first] for row in kept], spec, grid.date_system)
        values[spec.name] = reading.values
        places = [(row + 1, column + 1) for row in kept]
        if spec.required:
            problems = {problem.place: problem for problem in reading.problems}
            for index, value in enumerate(reading.values):
                if value is None:
                    problem = problems.get(index)
                    sorter.quarantine(kept[index], spec, problem.code if problem else "MISSING_VALUE")
        else:
            report.column(grid.sheet, spec, reading.problems, places, is_note=False, deal=deal)
        report.column(grid.sheet, spec, reading.notes, places, is_note=True, deal=deal)
        report.place(table, grid.sheet, spec.name, "column", column + 1)
    copies = sorter.quarantine_duplicates(kept, values, key)
    staged = [index for index, row in enumerate(kept) if row not in sorter.quarantined]
    sorter.count(block_name or table, len(staged))
    return Rows(
        {name: [column_values[index] for index in staged] for name, column_values in values.items()},
        [kept[index] + 1 for index in staged],
        columns,
        sorted(row + 1 for row in sorter.quarantined),
        copies,
    )
