"""Counts and keys of loads: rows told by the reader against rows kept, each as expected and found. Cells do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ingestion.contracts import raw_tables, workbook_contracts


@dataclass(frozen=True)
class Counted:
    """One control of one load. `reason` says what a difference means, and None where there is none."""

    load_id: str
    item: str
    expected: int | None
    found: int | None
    reason: str | None


def count_records(connection: duckdb.DuckDBPyConnection, load_ids: Sequence[str]) -> list[Counted]:
    """Every control of the loads' records. Stored rows are not counted where rows were deleted under a logged decision.

    Rows in range = staged + quarantined + comments + blanks, block by block; staged = stored, table by table; a key of a sheet
    stands once; every quarantined row stands whole; cells of the file's XML = rows of raw.cells.
    """
    if not load_ids:
        return []
    wanted = {"loads": list(load_ids)}

    def told(sql: str, item: str, reason: str) -> list[Counted]:
        return [
            Counted(load, item.format(*names), expected, found, None if expected == found else reason)
            for load, expected, found, *names in connection.execute(sql, wanted).fetchall()
        ]

    counted = told(
        "select l.load_id, l.cells_in_file, (select count(*) from raw.cells c where c._load_id = l.load_id) + "
        "coalesce((select sum(t.cell_count) from raw.tombstones t where t.load_id = l.load_id), 0)::bigint "
        "from raw.loads l where list_contains($loads, l.load_id) and l.cells_in_file is not null",
        "cells kept",
        "the XML of the file holds another number of cells than raw.cells",
    )
    counted += told(
        "select _load_id, sum(rows_in_range)::bigint, "
        "sum(rows_staged + rows_quarantined + rows_comment + rows_blank)::bigint, _sheet, block from raw.row_counts "
        "where list_contains($loads, _load_id) group by _load_id, _sheet, block order by all",
        "rows accounted for: {0}, {1}",
        "rows of the range are neither staged nor quarantined nor comments nor blank",
    )
    tables = connection.execute(
        "select distinct table_name from raw.row_counts where list_contains($loads, _load_id) order by 1", wanted
    ).fetchall()
    keys = {name: table.key for contract in workbook_contracts().values() for name, table in contract.tables.items()}
    for (table,) in tables:
        if table not in raw_tables():
            continue
        counted += told(
            "with counted as (select _load_id, sum(rows_staged)::bigint as n from raw.row_counts "
            f"where list_contains($loads, _load_id) and table_name = '{table}' group by 1) "
            f"select k._load_id, k.n, (select count(*) from raw.{table} s where s._load_id = k._load_id) "
            "from counted k where k._load_id not in (select load_id from raw.tombstones) order by 1",
            f"rows stored: {table}",
            "the typed table holds another number of rows than the reader staged",
        )
        if keys.get(table):
            columns = ", ".join(keys[table])
            counted += told(
                f"select k._load_id, 0, (select count(*) from (select 1 from raw.{table} s where s._load_id = k._load_id "
                f"group by {columns} having count(*) > 1)) from (select distinct _load_id from raw.row_counts "
                f"where list_contains($loads, _load_id) and table_name = '{table}') k order by 1",
                f"keys repeated: {table}",
                f"({columns}) stands more than once",
            )
    counted += told(
        "select k._load_id, k.n, (select count(distinct (r._sheet, r._row)) from raw.rejected_rows r "
        "where r._load_id = k._load_id and r.table_name = k.table_name and r.payload is not null), k.table_name from ("
        "select _load_id, table_name, sum(rows_quarantined)::bigint as n from raw.row_counts "
        "where list_contains($loads, _load_id) group by all) k where k.n > 0 order by all",
        "quarantined rows kept: {0}",
        "quarantined rows do not stand whole in raw.rejected_rows",
    )
    return counted
