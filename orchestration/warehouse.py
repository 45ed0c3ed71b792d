"""The one place that opens the database, makes the tables Weir writes itself, and moves frames in and out of it.

What a table means stands in the contracts and in tables.yaml; models are dbt's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pandas as pd
import pyarrow as pa
import yaml

from ingestion.contracts import raw_tables
from orchestration.encryption import VARIABLE, EncryptionError, attach_warehouse, warehouse_key
from orchestration.retention.archived_tables import HOT, show, stored_in
from orchestration.run_lock import WarehouseBusy

SCHEMAS = ("raw", HOT, "staging", "intermediate", "calc", "marts", "ops", "seeds")
PROVENANCE = {
    "_load_id": "varchar",
    "_file_sha256": "varchar",
    "_sheet": "varchar",
    "_row": "integer",
    "_column": "integer",
    "_loaded_at": "timestamp",
    "organization_id": "varchar",
}
SQL_TYPES = {"text": "varchar"}
OPEN_ATTEMPTS = 60
SIGNS_OF_DAMAGE = ("not a valid DuckDB database", "Corrupt database", "Could not read enough bytes")
# Decides the file's format when it is made: since 1.4 repeated text, which provenance is full of, is written twice as fast.
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.4.0"}


@cache
def own_tables() -> Mapping[str, Mapping[str, str]]:
    """`schema.table` -> column -> SQL type, of every table that Weir itself writes."""
    declared = yaml.safe_load((Path(__file__).parent / "tables.yaml").read_text())
    tables = {
        f"{schema}.{name}": dict(table["columns"])
        for schema, group in declared.items()
        for name, table in group.items()
    }
    for name, table in raw_tables().items():
        fields = {column: SQL_TYPES.get(kind, kind) for column, kind in table.columns.items()}
        tables[f"raw.{name}"] = fields | PROVENANCE
    return tables


@cache
def table_descriptions() -> Mapping[str, str]:
    """`schema.table` -> its description, for comments and the catalogue."""
    declared = yaml.safe_load((Path(__file__).parent / "tables.yaml").read_text())
    described = {f"{schema}.{n}": t["description"] for schema, group in declared.items() for n, t in group.items()}
    return described | {f"raw.{name}": table.description for name, table in raw_tables().items()}


def unreadable(error: duckdb.Error) -> str:
    """What to tell a person whose database could not be opened, read or written."""
    said = str(error).splitlines()[0]
    if not any(sign in said for sign in SIGNS_OF_DAMAGE):
        return said
    return (
        f"The warehouse cannot be read: {said} The published files can be read still. `weir restore` brings the home back "
        "from its newest backup and moves what is here aside; `weir run` then takes in what came since."
    )


class Warehouse:
    """A DuckDB file. Every connection is opened here, always the same way, and closed before dbt runs."""

    kept: ClassVar[dict[Path, duckdb.DuckDBPyConnection]] = {}

    def __init__(self, path: Path, open_attempts: int = OPEN_ATTEMPTS) -> None:
        self.path = path
        self.open_attempts = open_attempts

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the file open within the block, so that the hundreds of connections of a run share one opened database.

        Opening and closing the file is a tenth of a second each time. Blocks do not nest.
        """
        self.kept[self.path] = self._open()
        try:
            yield
        finally:
            self.kept.pop(self.path).close()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Close the file within the block, for another process to write to it."""
        kept = self.kept.pop(self.path, None)
        if kept is not None:
            kept.close()
        try:
            yield
        finally:
            if kept is not None:
                self.kept[self.path] = self._open()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose work is kept whole or not at all."""
        with self.connect() as connection, whole(connection):
            yield connection

    @contextmanager
    def loading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for appending many files; the caller commits each.

        One thread: several write row groups ahead of the commit, half filled, and closing writes them all again.
        """
        with self.connect() as connection:
            # A setting of the opened database, which others share when it is kept open.
            connection.execute("set threads = 1")
            try:
                yield connection
            finally:
                connection.execute("reset threads")

    def _open(self) -> duckdb.DuckDBPyConnection:
        # A dbt process whose parent was killed may still hold the file for a moment: wait for it, within bounds.
        for attempt in range(self.open_attempts):
            try:
                connection = self._opened()
            except duckdb.IOException as error:
                # Errors of damaged files speak of blocks.
                if "could not set lock" not in str(error).lower():
                    raise
                if attempt == self.open_attempts - 1:
                    raise WarehouseBusy(
                        f"{self.path} is opened by another program ({str(error).splitlines()[0]}). Close it, and let BI "
                        f"tools read the published copy instead."
                    ) from error
                time.sleep(0.5)
            else:
                connection.execute("set timezone = 'UTC'")
                # Views over archived rows name their files below the home, wherever it lies.
                connection.execute(f"set global file_search_path = '{_quoted(self.path.parent.absolute())}'")
                # A checkpoint per file costs more than the file; closing the connection writes one anyway.
                connection.execute("set checkpoint_threshold = '1GB'")
                return connection
        raise AssertionError("unreachable")

    def _opened(self) -> duckdb.DuckDBPyConnection:
        key = warehouse_key()
        if key is None:
            try:
                return duckdb.connect(str(self.path), config=CONFIGURATION)
            except duckdb.CatalogException as error:
                if "without a key" not in str(error):
                    raise
                raise EncryptionError(f"{self.path} is encrypted: set {VARIABLE} to its key") from None
        # DuckDB opens a file with a key by attaching it. Connections of one process share what bears the same name.
        connection = duckdb.connect(f":memory:{self.path}", config=CONFIGURATION)
        try:
            attach_warehouse(connection, self.path, key)
        except BaseException:
            connection.close()
            raise
        return connection

    def create_tables(self) -> None:
        """Create schemas and own tables; add columns that a newer version of a contract brought."""
        with self.transaction() as connection:
            for schema in SCHEMAS:
                connection.execute(f"create schema if not exists {schema}")
            known = connection.execute(
                "select table_schema || '.' || table_name, list(column_name) from information_schema.columns group by 1"
            ).fetchall()
            existing = dict(known)
            for relation, columns in own_tables().items():
                if relation not in existing:
                    body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
                    connection.execute(f"create table {relation} ({body})")
                    continue
                new = {column: kind for column, kind in columns.items() if column not in existing[relation]}
                for column, kind in new.items():
                    connection.execute(f'alter table {stored_in(connection, relation)} add column "{column}" {kind}')
                if new:
                    show(connection, relation, columns)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql, parameters).fetchall()

    def records(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows by column name, decimals exact."""
        with self.connect() as connection:
            records: list[dict[str, Any]] = connection.execute(sql, parameters).to_arrow_table().to_pylist()
            return records

    def table(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """An Arrow table, where rows are many; decimals exact."""
        with self.connect() as connection:
            return connection.execute(sql, parameters).to_arrow_table()

    def frame(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """A pandas frame, for checks. Decimals become floats on this way out: never for a figure of record."""
        with self.connect() as connection:
            return connection.execute(sql, parameters).df()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def without_a_file() -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own in memory, for what needs its parser and no data."""
    return duckdb.connect()


def open_publication(folder: Path) -> duckdb.DuckDBPyConnection:
    """The published copy in `folder`, for reading; it never changes, so that any number of readers may hold it open."""
    return duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True)


def current_database(connection: duckdb.DuckDBPyConnection) -> str:
    """The name under which DuckDB knows the database that a connection uses."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def beside(connection: duckdb.DuckDBPyConnection, database: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another connection for work beside that of the first, in the `database` that the first uses."""
    with connection.cursor() as own:
        # A cursor begins in the database that was opened, which is not the warehouse where that is attached with a key.
        own.execute(f'use "{database}"')
        yield own


@contextmanager
def whole(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A transaction on an open connection: all of the block is kept, or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def append(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    table: pa.Table,
    constants: Mapping[str, Any] | None = None,
) -> int:
    """Append an Arrow table to an own table, by column name; `constants` fill the columns every row shares.

    Casts are by the declared type, so a decimal never passes through a float. Returns the rows appended.
    """
    if table.num_rows == 0:
        return 0
    constants = constants or {}
    columns = own_tables()[relation]
    given = [c for c in columns if c in table.column_names and c not in constants]
    unknown = set(table.column_names) - set(columns)
    if unknown:
        raise ValueError(f"{relation}: no such columns: {sorted(unknown)}")
    fixed = [c for c in columns if c in constants]
    select = [f'"{c}"::{columns[c]}' for c in given] + [f"?::{columns[c]}" for c in fixed]
    names = ", ".join(f'"{c}"' for c in [*given, *fixed])
    connection.register("_incoming", table)
    try:
        connection.execute(
            f"insert into {stored_in(connection, relation)} ({names}) select {', '.join(select)} from _incoming",
            [constants[c] for c in fixed],
        )
    finally:
        connection.unregister("_incoming")
    return table.num_rows


def append_rows(connection: duckdb.DuckDBPyConnection, relation: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Append a few records (a Python loop is fine here) to an own table."""
    if not rows:
        return 0
    columns = list(rows[0])
    marks = ", ".join(f"?::{own_tables()[relation][c]}" for c in columns)
    names = ", ".join(f'"{c}"' for c in columns)
    connection.executemany(
        f"insert into {stored_in(connection, relation)} ({names}) values ({marks})",
        [[row[c] for c in columns] for row in rows],
    )
    return len(rows)
