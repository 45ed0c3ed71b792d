"""Raw tables of which rows lie in the archive: the rows still in the warehouse stand in schema `hot`, and a view in raw shows both.

Whoever reads raw sees every row, wherever it lies; only what writes needs to know. Which rows go where does not belong here.
Source: fund-admin 1.12 (archived flows stay queryable).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

HOT = "hot"
IN_PLACE = (
    "status = 'VERIFIED' and restored_at is null and deleted_at is null"  # of ops.archives: rows that only it holds
)


def stored_in(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """The table to write rows of `relation` to: itself, or its part in the warehouse where others are archived."""
    schema, name = relation.split(".")
    if schema != "raw":
        return relation
    separated = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [HOT, name]
    ).fetchone()
    return f"{HOT}.{name}" if separated else relation


def separate(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> str:
    """Make `relation` a view over its part in the warehouse and its archives, where it is not one yet; returns that part.

    Belongs in the caller's transaction: nobody sees the table gone.
    """
    stored = stored_in(connection, relation)
    if stored != relation:
        return stored
    stored = f"{HOT}.{relation.split('.')[1]}"
    connection.execute(f"create table {stored} as select * from {relation}")
    connection.execute(f"drop table {relation}")
    show(connection, relation, columns)
    return stored


def show(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> None:
    """Make the view anew from the archives in place. Does nothing for a table of which nothing was ever archived.

    Paths are relative to the home, which every connection searches: a home that was moved or restored elsewhere finds its
    archives. An archive that is missing fails whoever reads the table, so that its rows are never left out unseen.
    """
    stored = stored_in(connection, relation)
    if stored == relation:
        return
    files = connection.execute(
        f"select path from ops.archives where relation = ? and {IN_PLACE} order by load_id, archive_id", [relation]
    ).fetchall()
    names = ", ".join(f'"{column}"' for column in columns)
    typed = ", ".join(f'cast("{column}" as {kind}) as "{column}"' for column, kind in columns.items())
    selects = [f"select {names} from {stored}"]
    if files:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for (path,) in files)
        # By name: an archive of before a column was added lacks it, and one at least has all of them.
        sample = ", ".join(f'null::{kind} as "{column}"' for column, kind in columns.items())
        archived = f"select * from read_parquet([{listed}], union_by_name = true)"
        selects.insert(0, f"select {typed} from (select {sample} where false union all by name {archived})")
    connection.execute(f"create or replace view {relation} as {' union all '.join(selects)}")


def forget_loads(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str], later: str) -> None:
    """Take the rows of the loads that query `later` returns out of a copy of the warehouse; the archives stay as they are."""
    connection.execute(f"delete from {stored_in(connection, relation)} where _load_id in ({later})")
    connection.execute(f"delete from ops.archives where relation = ? and load_id in ({later})", [relation])
    show(connection, relation, columns)
