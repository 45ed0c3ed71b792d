"""Reports of the audit trail as Excel and Parquet: by entity, actor, action and period. What the trail holds is audit's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from orchestration.sealed_log import AUDIT_TRAIL
from orchestration.warehouse import Warehouse

EXCEL, PARQUET = ".xlsx", ".parquet"


@dataclass(frozen=True)
class Wanted:
    """Which rows; None for all. `until` is exclusive, both instants in UTC without a zone, of when rows were recorded."""

    entity_type: str | None = None
    entity_id: str | None = None
    actor: str | None = None
    action: str | None = None
    organization_id: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def entries(warehouse: Warehouse, wanted: Wanted) -> pa.Table:
    """Rows of the trail in the order in which they were written."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for column in ("entity_type", "entity_id", "actor", "action", "organization_id"):
        if (value := getattr(wanted, column)) is not None:
            conditions.append(f"{column} = ${column}")
            values[column] = value
    if wanted.since is not None:
        conditions.append("recorded_at >= $since")
        values["since"] = wanted.since
    if wanted.until is not None:
        conditions.append("recorded_at < $until")
        values["until"] = wanted.until
    where = f"where {' and '.join(conditions)}" if conditions else ""
    return warehouse.table(f"select * from {AUDIT_TRAIL.table} {where} order by entry_number", values)


def write_report(table: pa.Table, path: Path) -> Path:
    """Write rows to `path`, as its ending says. Raises ValueError for another ending than .xlsx and .parquet."""
    if path.suffix not in (EXCEL, PARQUET):
        raise ValueError(f"{path.name}: expected a name that ends with {EXCEL} or {PARQUET}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == PARQUET:
        pq.write_table(table, path, compression="zstd")
    else:
        _write_workbook(table, path)
    return path


def _write_workbook(table: pa.Table, path: Path) -> None:
    # What people typed stands in these rows: text is written as text, whatever it begins with.
    options = {"constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Audit trail")
        sheet.freeze_panes(1, 0)
        bold, instant = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for column, name in enumerate(table.column_names):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(table.to_pylist(), start=1):
            for column, value in enumerate(row.values()):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(number, column, value, instant)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(value))
        sheet.autofilter(0, 0, table.num_rows, table.num_columns - 1)
        sheet.set_column(0, table.num_columns - 1, 20)
