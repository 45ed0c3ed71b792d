"""Every text that stands in a folder of files, whatever their format, so that a test can look for what must not be there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(where, text): names of files, every value, name and comment of DuckDB and Parquet files, every part of a workbook,
    and the bytes of every file as they stand. Links are not followed.
    """
    for file in sorted(folder.rglob("*")):
        if file.is_symlink():
            continue
        name = str(file.relative_to(folder))
        yield f"name of {name}", name
        if not file.is_file():
            continue
        if file.suffix == ".duckdb":
            yield from _of_database(file, name)
        elif file.suffix == ".parquet":
            yield from _of_parquet(file, name)
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as parts:
                for part in parts.namelist():
                    yield f"{name}, {part}", f"{part}\n{parts.read(part).decode('utf-8', 'replace')}"
        yield f"bytes of {name}", file.read_bytes().decode("latin-1")


def _of_database(file: Path, name: str) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        relations = connection.execute(
            "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() where not internal union all "
            "select schema_name, view_name, coalesce(sql, '') from duckdb_views() where not internal"
        ).fetchall()
        for schema, table, comment in relations:
            yield f"{name}, comment of {table}", f"{schema} {table} {comment}"
            yield f"{name}, {table}", _values(connection, f'"{schema}"."{table}"')
        columns = connection.execute(
            "select table_name, column_name || ' ' || coalesce(comment, '') || ' ' || coalesce(column_default, '') "
            "from duckdb_columns() where not internal"
        ).fetchall()
        for table, text in columns:
            yield f"{name}, columns of {table}", text


def _of_parquet(file: Path, name: str) -> Iterator[tuple[str, str]]:
    metadata = pq.read_metadata(file)
    yield f"{name}, metadata", f"{metadata.metadata} {metadata.created_by} {metadata.schema}"
    with duckdb.connect() as connection:
        yield f"{name}, rows", _values(connection, f"read_parquet('{file}')")


def _values(connection: duckdb.DuckDBPyConnection, source: str) -> str:
    return "\n".join(row for (row,) in connection.execute(f"select t::varchar from {source} as t").fetchall())


def found(folder: Path, *wanted: str) -> list[str]:
    """Where any of the texts `wanted` stands, whatever its case, with what stands around it."""
    places = []
    for where, text in texts(folder):
        folded = text.lower()
        for each in wanted:
            at = folded.find(each.lower())
            if at >= 0:
                places.append(f"{where}: ...{text[max(0, at - 60) : at + 60]}...")
    return places
