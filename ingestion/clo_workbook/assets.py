"""Reads sheet All Assets: one row an asset, columns found by their headers. What deals hold does not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.clo_workbook.grid import Grid, Names
from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.layout import Block
from ingestion.clo_workbook.lists import Rows, read_rows
from ingestion.clo_workbook.report import Report, payload, shown
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import is_blank, read_asset_id
from ingestion.extract import RowCount, Scope, Severity

HEADER_ROWS = 10


@dataclass(frozen=True)
class Assets:
    """What other sheets need to know: usable ids, ids that stand there but were quarantined, rows with an id."""

    usable: frozenset[str]
    quarantined: frozenset[str]
    rows_with_id: int
    named_columns: int


NO_ASSETS = Assets(frozenset(), frozenset(), 0, 0)


def read_assets(grid: Grid, block: Block, names: Names, tables: Tables, report: Report) -> Assets:
    """Stage `clo_assets`. Mandatory per asset: id, maturity, currency; maturity not before issue. Source: clo-workbook 1.2."""
    table = block.table or ""
    head = _header_row(grid, block)
    columns, headers_twice = _map(grid, head, block)
    lacking = [spec.name for spec in block.fields if spec.required and spec.name not in columns]
    if lacking or headers_twice:
        return _refuse_sheet(grid, head, block, lacking, headers_twice, report)
    _report_columns(grid, head, block, columns, report)
    others = [column for column in range(grid.width) if column not in columns.values()]
    rows = read_rows(
        grid,
        head + 1,
        columns,
        block.fields,
        table,
        report,
        key=block.key,
        others=others,
        block_name=block.name,
    )
    rows = _drop_matured_before_issue(grid, rows, columns, table, report)
    tables.add(table, dict(rows.values), grid.sheet, rows.rows)
    _report_extent(grid, names, head, columns["asset_id"], report)
    ids = [read_asset_id(cell).value for cell in grid.column(columns["asset_id"], head + 1, grid.height - 1)]
    usable = frozenset(rows.values["asset_id"])
    present = [asset_id for asset_id in ids if asset_id]
    return Assets(usable, frozenset(present) - usable, len(present), sum(not is_blank(v) for v in grid.rows[head]))


def _header_row(grid: Grid, block: Block) -> int:
    """The first of the top rows with every required column, else the one with most known headers."""
    best, most = 0, -1
    for row in range(min(HEADER_ROWS, grid.height)):
        keys = {label_key(value) for value in grid.rows[row]}
        if all(keys & spec.headers for spec in block.fields if spec.required):
            return row
        known = sum(bool(keys & spec.headers) for spec in block.fields)
        if known > most:
            best, most = row, known
    return best


def _map(grid: Grid, head: int, block: Block) -> tuple[dict[str, int], list[str]]:
    columns: dict[str, int] = {}
    twice = []
    by_key = {header: spec.name for spec in block.fields for header in spec.headers}
    for column in range(grid.width):
        name = by_key.get(label_key(grid.at(head, column)))
        if name in columns:
            twice.append(name)
        elif name is not None:
            columns[name] = column
    return columns, twice


def _report_columns(grid: Grid, head: int, block: Block, columns: Mapping[str, int], report: Report) -> None:
    for spec in block.fields:
        if spec.name not in columns:
            report.find(
                "MISSING_COLUMN",
                Severity.WARNING,
                f"expected a column {plain(spec.name)}, found none; it is read as empty",
                sheet=grid.sheet,
                row=head + 1,
                column=1,
                scope=Scope.FEED,
                advice="Older layouts have 66 columns; use the layout with 70.",
            )
    for column in range(grid.width):
        header = grid.at(head, column)
        if column not in columns.values() and bool(grid.filled[head:, column].any()):
            report.find(
                "EXTRA_COLUMN",
                Severity.INFO,
                f"column {shown(header)} is not known; its cells are kept",
                sheet=grid.sheet,
                row=head + 1,
                column=column + 1,
                scope=Scope.FEED,
            )


def _refuse_sheet(
    grid: Grid, head: int, block: Block, lacking: list[str], headers_twice: list[str], report: Report
) -> Assets:
    """Without its key columns no row can be read: all of them are quarantined."""
    code = "MISSING_COLUMN" if lacking else "DUPLICATE_HEADER"
    fields = ", ".join(plain(name) for name in lacking or headers_twice)
    text = f"the header must hold {fields} {'' if lacking else 'only '}once, found {'none' if lacking else 'more'}"
    report.find(
        code,
        Severity.CRITICAL,
        f"{text}; no asset can be read",
        sheet=grid.sheet,
        row=head + 1,
        column=1,
        scope=Scope.FEED,
        advice="Restore the header row of the sheet.",
    )
    last = grid.last_filled_row(head + 1, range(grid.width))
    refused = 0
    for row in range(head + 1, last + 1):
        if not all(map(is_blank, grid.rows[row])):
            report.reject(block.table or "", grid.sheet, row + 1, None, code, text, payload(grid.rows[row], 1))
            refused += 1
    in_range = last - head
    report.counts.append(
        RowCount(grid.sheet, block.name, block.table or "", in_range, 0, refused, 0, in_range - refused)
    )
    return NO_ASSETS


def _drop_matured_before_issue(grid: Grid, rows: Rows, columns: Mapping[str, int], table: str, report: Report) -> Rows:
    issued, matures = rows.values["issue_date"], rows.values["maturity"]
    wrong = {i for i, (issue, maturity) in enumerate(zip(issued, matures, strict=True)) if issue and maturity < issue}
    if not wrong:
        return rows
    for index in sorted(wrong):
        row = rows.rows[index]
        text = f"maturity must not be before the issue date {issued[index]}, found '{matures[index]}'"
        cells = payload(grid.rows[row - 1], 1)
        report.reject(table, grid.sheet, row, columns["maturity"] + 1, "RULE_VIOLATION", text, cells)
    count = report.counts.pop()
    report.counts.append(
        RowCount(
            count.sheet,
            count.block,
            count.table_name,
            count.rows_in_range,
            count.rows_staged - len(wrong),
            count.rows_quarantined + len(wrong),
            count.rows_comment,
            count.rows_blank,
        )
    )
    keep = [index for index in range(len(rows)) if index not in wrong]
    return Rows(
        {name: [values[index] for index in keep] for name, values in rows.values.items()},
        [rows.rows[index] for index in keep],
        rows.columns,
        sorted({*rows.quarantined, *(rows.rows[index] for index in wrong)}),
        rows.identical_copies,
    )


def _report_extent(grid: Grid, names: Names, head: int, id_column: int, report: Report) -> None:
    """The name may reach over formatted blanks below the data, but must not stop short of them."""
    area = names.on_sheet(grid.sheet, "allassets")
    last = grid.last_filled_row(head + 1, (id_column,))
    if area is not None and area.last_row < last:
        report.find(
            "NAME_EXTENT_STALE",
            Severity.INFO,
            f"assets end in row {last + 1} by their ids, in row {area.last_row + 1} by the defined name AllAssets; "
            f"the data count",
            sheet=grid.sheet,
            row=last + 1,
            column=id_column + 1,
            scope=Scope.FEED,
        )
