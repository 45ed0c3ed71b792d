"""How far the tables of a home and its inbox have come, so that only what came since need be shipped. Shipping is shipping's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache

import duckdb
from pydantic import BaseModel, ConfigDict

from ingestion.inbox import SIDECAR_SUFFIX, InboxFile, Scan
from orchestration.backup.policy import backup_policy
from orchestration.warehouse import own_tables

LOADS = "raw.loads"


class TablePosition(BaseModel):
    """Rows of a table, and a digest of them whatever their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int = 0
    digest: str = "0"
    columns: int = 0  # a table that gained a column since has other digests for the same rows

    def has_rows_of(self, other: TablePosition) -> bool:
        return (self.rows, self.digest) == (other.rows, other.digest)


class ListedFile(BaseModel):
    """A file of the inbox with its contents by their hashes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str
    sidecar_sha256: str | None = None
    byte_size: int

    def contents(self) -> Iterator[tuple[str, str]]:
        """Its own name and hash, and those of the sidecar where it has one."""
        yield self.name, self.sha256
        if self.sidecar_sha256 is not None:
            yield self.name + SIDECAR_SUFFIX, self.sidecar_sha256


class Position(BaseModel):
    """Tables that are followed row by row, and the inbox."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tables: Mapping[str, TablePosition] = {}
    inbox_digest: str = ""

    def of(self, table: str) -> TablePosition:
        return self.tables.get(table, TablePosition())


@cache
def followed_tables() -> tuple[str, ...]:
    """Every table that cannot be recomputed, raw.loads first; the rows of a load go with the load."""
    derived = backup_policy().derived
    tables = [
        name
        for name, columns in own_tables().items()
        if name not in derived and (name.startswith("ops.") or (name.startswith("raw.") and "_load_id" not in columns))
    ]
    return (LOADS, *sorted(set(tables) - {LOADS}))


@cache
def tables_by_load() -> tuple[str, ...]:
    """Every raw table whose rows name the load that brought them."""
    return tuple(sorted(t for t, columns in own_tables().items() if t.startswith("raw.") and "_load_id" in columns))


def position_of(connection: duckdb.DuckDBPyConnection, found: Scan) -> Position:
    """Where the home stands now."""
    tables = {table: table_position(connection, table) for table in followed_tables()}
    return Position(tables=tables, inbox_digest=inbox_digest(listed(found)))


def table_position(connection: duckdb.DuckDBPyConnection, table: str, first_rows: int | None = None) -> TablePosition:
    """Position of a table, or of the `first_rows` that were appended to it."""
    those = "" if first_rows is None else f" where rowid < {first_rows}"
    found = connection.execute(
        f"select count(*), coalesce(sum(hash(t)), 0)::varchar from {table} as t{those}"
    ).fetchall()
    ((rows, digest),) = found
    return TablePosition(rows=rows, digest=digest, columns=len(own_tables()[table]))


def differing_tables(connection: duckdb.DuckDBPyConnection, expected: Position) -> list[str]:
    """Followed tables that do not stand where they should, in words."""
    lines = []
    for table, wanted in expected.tables.items():
        found = table_position(connection, table)
        if found.rows != wanted.rows:
            lines.append(f"{table}: expected {wanted.rows} rows, found {found.rows}")
        elif found.columns == wanted.columns and found.digest != wanted.digest:
            lines.append(f"{table}: its {found.rows} rows are not the ones that were shipped")
    return lines


def listed(found: Scan) -> tuple[ListedFile, ...]:
    return tuple(_listed(file) for file in found.files)


def _listed(file: InboxFile) -> ListedFile:
    return ListedFile(name=file.name, sha256=file.sha256, sidecar_sha256=file.sidecar_sha256, byte_size=file.size)


def inbox_digest(files: tuple[ListedFile, ...]) -> str:
    said = [(file.name, file.sha256, file.sidecar_sha256) for file in files]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
