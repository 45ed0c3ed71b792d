"""Control totals of a warehouse: rows of every table, and exact sums of every decimal column of the marts. Where they are kept and
compared does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

SCHEMAS = ("raw", "calc", "ops", "marts")

Totals = Mapping[str, Mapping[str, str | None]]  # table -> "rows" or column -> digits


def control_totals(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str | None]]:
    """Table -> its row count, and for a mart the sum of each decimal column; a sum of no figure is None."""
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in (select unnest(?)) "
        "and database_name = current_database() order by 1",
        [list(SCHEMAS)],
    ).fetchall()
    decimals: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where schema_name = 'marts' "
        "and database_name = current_database() and data_type like 'DECIMAL%' order by 1, column_index"
    ).fetchall():
        decimals.setdefault(table, []).append(column)
    totals = {}
    for (table,) in tables:
        columns = decimals.get(table, [])
        sums = "".join(f', sum("{column}")::varchar' for column in columns)
        (found,) = connection.execute(f"select count(*)::varchar{sums} from {table}").fetchall()
        totals[table] = dict(zip(["rows", *columns], found, strict=True))
    return totals


def differences(expected: Totals, found: Totals) -> list[str]:
    """What differs, in words, table by table."""
    lines = []
    for table in sorted({*expected, *found}):
        before, after = expected.get(table, {}), found.get(table, {})
        lines += [
            f"{table}.{column}: expected {before.get(column)}, found {after.get(column)}"
            for column in {**before, **after}
            if before.get(column) != after.get(column)
        ]
    return lines
