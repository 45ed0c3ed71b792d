"""Puts the rows of an increment into a warehouse that is being restored, as they were: load, instants and all. Which increments
are replayed does not belong here.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from orchestration.backup.packing import BUFFER, tar_in, unpacked
from orchestration.backup.positions import tables_by_load
from orchestration.backup.sealing import BackupKey
from orchestration.backup.targets import Entry, Increment
from orchestration.warehouse import own_tables, whole


def replay(
    connection: duckdb.DuckDBPyConnection, increment: Increment, entry: Entry, key: BackupKey | None, scratch: Path
) -> None:
    """Apply an increment whole or not at all; its tables are unpacked below `scratch`. Raises BrokenBackup, WrongKey."""
    with tempfile.TemporaryDirectory(prefix=".replaying-", dir=scratch) as folder:
        with unpacked(increment.path, key, increment.purpose) as stream, tar_in(stream, increment.path) as tar:
            for member in tar:
                content = tar.extractfile(member)
                if member.name.endswith(".parquet") and content is not None:
                    with (Path(folder) / Path(member.name).name).open("wb") as file:
                        shutil.copyfileobj(content, file, BUFFER)
        with whole(connection):
            for table in entry.replaced:
                connection.execute(f"delete from {table}")
            for table in (*entry.replaced, *entry.appended):
                rows = Path(folder) / f"{table}.parquet"
                if rows.exists():
                    connection.execute(f"insert into {table} by name select * from read_parquet('{rows}')")


def apply_tombstones(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete again what was deleted from raw since the backup was made. Source: input-contracts 2.6."""
    placed = [table for table in tables_by_load() if {"_sheet", "_row"} <= set(own_tables()[table])]
    if connection.execute("select 1 from raw.tombstones limit 1").fetchone() is None:
        return
    with whole(connection):
        for table in placed:
            connection.execute(
                f"""
                delete from {table} as t using raw.tombstones as d
                where t._load_id = d.load_id and (d.sheet is null or t._sheet is not distinct from d.sheet)
                    and (d.first_row is null or t._row >= d.first_row) and (d.last_row is null or t._row <= d.last_row)
                """
            )


def expunged(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Hashes of contents that were erased on request and do not come back."""
    found = connection.execute("select file_sha256 from raw.source_files where status = 'expunged'").fetchall()
    return frozenset(sha256 for (sha256,) in found)
