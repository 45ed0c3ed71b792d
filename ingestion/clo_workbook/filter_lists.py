"""Reads the Filter Sheet: independent drop-down lists under a header row. Filters themselves stand on Run Model."""

from __future__ import annotations

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.key_values import cell_text
from ingestion.clo_workbook.labels import label_key, slug
from ingestion.clo_workbook.layout import Layout
from ingestion.clo_workbook.report import Report, payload, shown
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import is_blank
from ingestion.extract import RowCount, Scope, Severity

TABLE = "clo_filter_lists"


def read_filter_lists(grid: Grid, layout: Layout, tables: Tables, report: Report) -> None:
    """Stage `clo_filter_lists`, every column to its own length. Source: clo-workbook 1.7."""
    seen: set[str] = set()
    for column in range(grid.width):
        header = grid.at(0, column)
        if is_blank(header):
            continue
        name = layout.filter_lists.get(label_key(header)) or slug(str(header))
        if label_key(header) not in layout.filter_lists:
            report.find(
                "EXTRA_COLUMN",
                Severity.INFO,
                f"list {shown(header)} is not known; it is read as {name}",
                sheet=grid.sheet,
                row=1,
                column=column + 1,
                scope=Scope.FEED,
            )
        last = grid.last_filled_row(1, (column,))
        cells = {row: grid.at(row, column) for row in range(1, last + 1)}
        entries = {row: text for row, cell in cells.items() if (text := cell_text(cell))}
        if name in seen:
            for row, text in entries.items():
                message = f"a list must stand once, found {shown(header)} again"
                report.reject(
                    TABLE, grid.sheet, row + 1, column + 1, "DUPLICATE_KEY", message, payload([text], column + 1)
                )
        else:
            rows = [row + 1 for row in entries]
            values = {"list_name": name, "sequence": list(range(1, len(rows) + 1)), "value": list(entries.values())}
            tables.add(TABLE, values, grid.sheet, rows, [column + 1] * len(rows))
        staged = 0 if name in seen else len(entries)
        refused = len(entries) - staged
        report.counts.append(RowCount(grid.sheet, f"list {name}", TABLE, last, staged, refused, 0, last - len(entries)))
        seen.add(name)
