"""Reads the Reference Table: holidays, index history, vectors, schedules, matrices, curve. Deal sheets do not belong here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from ingestion.clo_workbook.grid import Grid, Names
from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.layout import FieldSpec, Layout
from ingestion.clo_workbook.lists import Rows, map_columns, read_list, read_rows
from ingestion.clo_workbook.locate import Located, locate, report_extra_columns
from ingestion.clo_workbook.report import Report, payload, shown
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import Remark, is_blank, read_cell, read_column, read_date, read_text
from ingestion.extract import RowCount, Scope, Severity
from ingestion.workbook import serial_date

_LOOKUP_KEY = re.compile(r"^(\d{5})(.+)$")  # a date serial of five digits, then the tenor: 419891 MONTH LIBOR


def read_reference(grid: Grid, layout: Layout, names: Names, tables: Tables, report: Report) -> None:
    """Stage all tables of the sheet. Source: clo-workbook 1.6."""
    located = locate(grid, layout.reference_blocks, names, report)
    used: list[int] = []
    for name, block in layout.reference_blocks.items():
        location = located.get(name)
        if location is None:
            report.find(
                "MISSING_BLOCK",
                Severity.WARNING,
                f"expected a block {plain(name)}, found none by defined name, title or headers",
                sheet=grid.sheet,
                scope=Scope.FEED,
            )
        elif block.shape == "vectors":
            used += _read_vectors(grid, location, tables, report)
        elif block.shape == "matrices":
            used += _read_matrices(grid, location, tables, report)
        elif name == "index_history":
            used += _read_index_history(grid, location, tables, report)
        else:
            rows = read_list(grid, location, report)
            used += rows.columns.values()
            tables.add(block.table or "", _numbered(location, rows), grid.sheet, rows.rows)
    report_extra_columns(grid, located.values(), used, report)


def _numbered(location: Located, rows: Rows) -> dict[str, Any]:
    values: dict[str, Any] = dict(rows.values)
    if location.block.number:
        values[location.block.number] = list(range(1, len(rows) + 1))
    if location.block.name == "sink_schedules":
        # Two repayments of one asset on one day are two records.
        seen: Counter[tuple[Any, Any]] = Counter()
        sequence = []
        for key in zip(values["asset_id"], values["sink_date"], strict=True):
            seen[key] += 1
            sequence.append(seen[key])
        values["sequence"] = sequence
    return values


def _read_index_history(grid: Grid, location: Located, tables: Tables, report: Report) -> list[int]:
    """Fixings; the columns of date and tenor count, the concatenated key fills in for them. `rate` = yield / 100."""
    block = location.block
    columns = map_columns(grid, location, report)
    first, last = location.head + 1, grid.last_filled_row(location.head + 1, sorted(columns.values()))
    fallback = _fill_from_key(grid, columns, first, last, report)
    filled = Grid(grid.sheet, fallback, grid.filled, grid.date_system) if fallback is not None else grid
    fields = [
        FieldSpec(**{**vars(spec), "required": True}) if spec.name in ("rate_date", "tenor") else spec
        for spec in block.fields
    ]
    rows = read_rows(filled, first, columns, fields, block.table or "", report, key=block.key, block_name=block.name)
    if "yield_pct" in columns:
        report.place(block.table or "", grid.sheet, "rate", "column", columns["yield_pct"] + 1)
    rates = [None if pct is None else pct / 100 for pct in rows.values["yield_pct"]]
    tables.add(block.table or "", rows.values | {"rate": rates}, grid.sheet, rows.rows)
    return list(columns.values())


def _fill_from_key(
    grid: Grid, columns: dict[str, int], first: int, last: int, report: Report
) -> list[list[Any]] | None:
    """The sheet's rows with dates and tenors taken from the key where their own cells are empty; None if nowhere."""
    if not {"lookup_key", "rate_date", "tenor"} <= set(columns):
        return None
    keys = [read_text(cell).value for cell in grid.column(columns["lookup_key"], first, last)]
    dates = grid.column(columns["rate_date"], first, last)
    tenors = grid.column(columns["tenor"], first, last)
    rows = grid.rows
    filled = False
    differing: list[tuple[int, str]] = []
    for index, (key, date, tenor) in enumerate(zip(keys, dates, tenors, strict=True)):
        parts = _LOOKUP_KEY.match(key or "")
        if not parts:
            continue
        day, name = serial_date(float(parts[1]), grid.date_system), parts[2].strip()
        if is_blank(date) or is_blank(tenor):
            rows = list(rows) if not filled else rows
            rows[first + index] = row = list(rows[first + index])
            row[columns["rate_date"]] = day if is_blank(date) and day else date
            row[columns["tenor"]] = name if is_blank(tenor) else tenor
            filled = True
        elif read_date(date, grid.date_system).value != day or str(tenor).strip().casefold() != name.casefold():
            differing.append((first + index, key or ""))
    _report_keys(grid, columns, differing, filled, report)
    return rows if filled else None


def _report_keys(
    grid: Grid, columns: dict[str, int], differing: list[tuple[int, str]], filled: bool, report: Report
) -> None:
    if differing:
        row, key = differing[0]
        report.find(
            "KEY_DISAGREES",
            Severity.WARNING,
            f"the key must repeat the row's date and tenor, found '{key}' and {len(differing) - 1} more such; "
            f"the columns count",
            sheet=grid.sheet,
            row=row + 1,
            column=columns["lookup_key"] + 1,
            scope=Scope.FEED,
        )
    if filled:
        report.find(
            "DATE_FROM_KEY",
            Severity.INFO,
            "empty cells of date or tenor are read from the concatenated key beside them",
            sheet=grid.sheet,
            column=columns["lookup_key"] + 1,
            scope=Scope.FEED,
        )


def _read_vectors(grid: Grid, location: Located, tables: Tables, report: Report) -> list[int]:
    """Named vectors, one a column, by period; a cell that is no number is 0. Counted in cells, one record each."""
    table, period_spec = location.block.table or "", location.block.fields[0]
    header = {c: grid.at(location.head, c) for c in range(location.column + 1, location.end_column)}
    vectors = {c: str(name).strip() for c, name in header.items() if not is_blank(name)}
    first = location.head + 1
    last = grid.last_filled_row(first, [location.column, *vectors])
    periods = read_column(grid.column(location.column, first, last), period_spec, grid.date_system)
    twice = {period for period, count in Counter(periods.values).items() if count > 1 and period is not None}
    staged, quarantined, blank = [], 0, 0
    for index, period in enumerate(periods.values):
        row = first + index
        cells = [grid.at(row, column) for column in (location.column, *vectors)]
        if all(map(is_blank, cells)):
            blank += 1
        elif period is None or period in twice:
            quarantined += 1
            code = "DUPLICATE_KEY" if period in twice else "MISSING_VALUE"
            text = f"period must be a whole number that stands once, found {shown(cells[0])}"
            report.reject(
                table, grid.sheet, row + 1, location.column + 1, code, text, payload(cells, location.column + 1)
            )
        else:
            staged.append((row, period))
    _check_names(grid, location, vectors, report)
    number = FieldSpec("value", "double")
    for column, name in vectors.items():
        readings = [read_cell(grid.at(row, column), number, grid.date_system) for row, _ in staged]
        replaced = [
            Remark(index, "NOT_NUMERIC_AS_ZERO", grid.at(staged[index][0], column))
            for index, reading in enumerate(readings)
            if reading.value is None and not is_blank(grid.at(staged[index][0], column))
        ]
        places = [(row + 1, column + 1) for row, _ in staged]
        report.column(grid.sheet, number, replaced, places, is_note=True)
        tables.add(
            table,
            {
                "vector_name": name,
                "period": [period for _, period in staged],
                "value": [reading.value or 0.0 for reading in readings],
            },
            grid.sheet,
            [row + 1 for row, _ in staged],
            [column + 1] * len(staged),
        )
    width = len(vectors)
    in_range = (last - first + 1) * width
    report.counts.append(
        RowCount(
            grid.sheet, location.block.name, table, in_range, len(staged) * width, quarantined * width, 0, blank * width
        )
    )
    return [location.column, *vectors]


def _check_names(grid: Grid, location: Located, vectors: dict[int, str], report: Report) -> None:
    columns = defaultdict(list)
    for column, name in vectors.items():
        columns[name.casefold()].append(column)
    for name, places in columns.items():
        if len(places) > 1:
            report.find(
                "DUPLICATE_HEADER",
                Severity.WARNING,
                f"a vector's name must stand once, found '{name}' {len(places)} times; the first is read",
                sheet=grid.sheet,
                row=location.head + 1,
                column=places[1] + 1,
                scope=Scope.FEED,
            )
            for column in places[1:]:
                del vectors[column]


def _read_matrices(grid: Grid, location: Located, tables: Tables, report: Report) -> list[int]:
    """The rating matrix and its copies below it: each begins where the first rating recurs. Counted in cells."""
    table = location.block.table or ""
    header = range(location.column + 1, min(location.end_column, grid.width))
    states = {c: str(grid.at(location.head, c)).strip() for c in header if not is_blank(grid.at(location.head, c))}
    first = location.head + 1
    last = grid.last_filled_row(first, [location.column, *states])
    labels = {row: str(grid.at(row, location.column)).strip() for row in range(first, last + 1)}
    start = labels.get(first, "")
    number, matrix_at, used = FieldSpec("value", "double"), -1, 0
    staged, quarantined, blank = 0, 0, 0
    for row, label in labels.items():
        cells = [grid.at(row, column) for column in states]
        is_start = bool(label) and label_key(label) == label_key(start)
        matrix_at, used = (matrix_at + 1, 0) if is_start and label == start else (matrix_at, used)
        if not label and all(map(is_blank, cells)):
            blank += len(states)
            continue
        name = location.block.matrices[matrix_at] if 0 <= matrix_at < len(location.block.matrices) else None
        if name is None or not label or used >= len(states):
            quarantined += len(states)
            text = f"a row must belong to one of the {len(location.block.matrices)} matrices, found {shown(label)}"
            report.reject(
                table,
                grid.sheet,
                row + 1,
                location.column + 1,
                "RULE_VIOLATION",
                text,
                payload([label, *cells], location.column + 1),
            )
            continue
        used += 1
        staged += len(states)
        reading = read_column(cells, number, grid.date_system)
        places = [(row + 1, column + 1) for column in states]
        report.column(grid.sheet, number, reading.problems, places, is_note=False)
        tables.add(
            table,
            {"matrix": name, "from_rating": label, "to_rating": list(states.values()), "value": reading.values},
            grid.sheet,
            [row + 1] * len(states),
            [column + 1 for column in states],
        )
    in_range = (last - first + 1) * len(states)
    report.counts.append(RowCount(grid.sheet, location.block.name, table, in_range, staged, quarantined, 0, blank))
    return [location.column, *states]
