"""Archive files: writing the rows of a table and load to one, reading it back, and the hash of rows wherever they lie.

Which rows and when do not belong here. Source: fund-admin 1.12.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import Refused
from orchestration.warehouse import own_tables

COMPRESSION = "zstd"


class BrokenArchive(Refused):
    """A file of the archive is not as it was written, or is not there; the message says which."""


@dataclass(frozen=True)
class Written:
    row_count: int
    byte_size: int
    sha256: str
    rows_sha256: str


def rows_sha256(connection: duckdb.DuckDBPyConnection, relation: str, source: str) -> tuple[int, str]:
    """How many rows `source`, a query, returns, and their hash by the columns of `relation`, whatever their order."""
    # A NULL is told from an empty text, and a text with a separator from two texts.
    fields = ", ".join(
        f"""case when "{column}" is null then '-' else length("{column}"::varchar) || ':' || "{column}"::varchar end"""
        for column in own_tables()[relation]
    )
    ((count, digest),) = connection.execute(
        f"select count(*), sha256(coalesce(string_agg(row_hash, '' order by row_hash), '')) "
        f"from (select sha256(concat_ws(',', {fields})) as row_hash from ({source}))"
    ).fetchall()
    return count, digest


def of_load(relation: str, load_id: str) -> str:
    """The query for the rows of a load."""
    return f"select * from {relation} where _load_id = '{load_id.replace(chr(39), chr(39) * 2)}'"


def of_file(relation: str, path: Path) -> str:
    """The query for the rows of an archive file."""
    columns = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in own_tables()[relation].items())
    sample = ", ".join(f'null::{kind} as "{column}"' for column, kind in own_tables()[relation].items())
    file = str(path).replace("'", "''")
    return f"select {columns} from (select {sample} where false union all by name select * from read_parquet('{file}'))"


def write_archive(connection: duckdb.DuckDBPyConnection, relation: str, load_id: str, path: Path) -> Written:
    """Write the rows of a load to `path` whole and safe on the disk, or not at all, and read them back.

    Raises BrokenArchive where what is read back is not what was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    file = str(unfinished).replace("'", "''")
    source = of_load(relation, load_id)
    connection.execute(f"copy ({source}) to '{file}' (format parquet, compression {COMPRESSION})")
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(unfinished, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    stated = rows_sha256(connection, relation, source)
    found = rows_sha256(connection, relation, of_file(relation, path))
    if stated != found:
        raise BrokenArchive(
            f"{path.name}: expected {stated[0]} rows as in {relation}, read back {found[0]} that differ"
        )
    return Written(stated[0], path.stat().st_size, file_sha256(path), stated[1])


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_unless_whole(path: Path, sha256: str) -> None:
    """Raises BrokenArchive where the file is missing or is not the one of that hash."""
    if not path.exists():
        raise BrokenArchive(f"{path.name}: expected a file of the archive, found none; restore it from a backup")
    if (found := file_sha256(path)) != sha256:
        raise BrokenArchive(f"{path.name}: expected SHA-256 {sha256}, found {found}; restore it from a backup")


def remove_files(paths: Iterable[Path]) -> int:
    """Remove files that nothing refers to any more; those that are gone already are fine. Returns how many there were."""
    removed = 0
    for path in paths:
        removed += path.exists()
        path.unlink(missing_ok=True)
    return removed
