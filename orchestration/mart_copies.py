"""Copies of the marts, as DuckDB and Parquet files, of which each holds one reader's rows and is proved to hold no other.

When a copy may be made, and which of them readers see, does not belong here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.masking import unmasked
from orchestration.tenancy import Mart, NotPublishable, quoted, refuse_leaks, visible
from orchestration.warehouse import beside, current_database, whole


@dataclass(frozen=True)
class View:
    """Whose rows a folder shows, all for none, and whether restricted values stand in it as they came."""

    organization: str | None = None
    is_restricted: bool = False

    def rows(self, mart: Mart) -> str:
        """SQL of what the folder shows of a mart."""
        seen = visible(mart, self.organization)
        return unmasked(mart, seen) if self.is_restricted else seen


def copy_marts(
    connection: duckdb.DuckDBPyConnection,
    building: Path,
    marts: tuple[Mart, ...],
    views: Mapping[str, View],
) -> dict[str, dict[str, int]]:
    """Copy what each of `views` shows of the marts into its folder below `building`.

    Returns folder -> mart -> rows. Raises `NotPublishable` when a copy, read back, is not the mart, and `TenantLeak` when it
    shows another organisation than its own.
    """
    blank = building / "blank.duckdb"
    _write_blank(connection, blank, marts)
    database = current_database(connection)

    def copied(folder: str) -> dict[str, int]:
        # Each folder is a transaction of its own.
        with beside(connection, database) as own:
            counts = _copy(own, blank, building / folder, marts, views[folder])
            _prove(own, building / folder, marts, views[folder])
        return counts

    # Most marts are too small for DuckDB to spread one over cores, so folders are.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(views, pool.map(copied, views), strict=True))
    blank.unlink()
    return counts


def _write_blank(connection: duckdb.DuckDBPyConnection, path: Path, marts: tuple[Mart, ...]) -> None:
    """A publication without a row: every mart with its columns and what is said of them, written once for all folders."""
    connection.execute(f"attach {quoted(str(path))} as blank")
    try:
        # One transaction: committed one by one, thousands of comments would each wait for the disk.
        with whole(connection):
            connection.execute("create schema blank.marts")
            for mart in marts:
                target = f"blank.marts.{mart.name}"
                connection.execute(f"create table {target} as select * from {mart.relation} limit 0")
                comments = [f"comment on table {target} is {quoted(mart.description)}"] + [
                    f'comment on column {target}."{column}" is {quoted(text)}' for column, text in mart.columns.items()
                ]
                connection.execute(";".join(comments))
    finally:
        connection.execute("detach blank")


def _copy(
    connection: duckdb.DuckDBPyConnection,
    blank: Path,
    folder: Path,
    marts: tuple[Mart, ...],
    view: View,
) -> dict[str, int]:
    """Fill a copy of `blank` and the Parquet files of one folder; returns the rows of each mart."""
    (folder / "parquet").mkdir(parents=True)
    counts = {}
    file = Path(shutil.copyfile(blank, folder / "warehouse.duckdb"))
    with _attached(connection, file) as publication, whole(connection):
        for mart in marts:
            target = f"{publication}.marts.{mart.name}"
            # Readers skip row groups by their least and greatest values, which are far apart only in sorted rows.
            order = f" order by {', '.join(mart.sorted_by)}" if mart.sorted_by else ""
            connection.execute(f"insert into {target} {view.rows(mart)}{order}")
            counted = connection.execute(
                f"copy {target} to {quoted(str(folder / 'parquet' / f'{mart.name}.parquet'))} "
                f"(format parquet, compression zstd)"
            ).fetchone()
            counts[mart.name] = counted[0] if counted else 0
    return counts


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path, options: str = "") -> Iterator[str]:
    """Attach a folder's file within the block, under a name that nothing else in the same DuckDB has."""
    name = f'"copy for {file.parent.name}"'
    connection.execute(f"attach {quoted(str(file))} as {name} {options}")
    try:
        yield name
    finally:
        connection.execute(f"detach {name}")


def _prove(connection: duckdb.DuckDBPyConnection, folder: Path, marts: tuple[Mart, ...], view: View) -> None:
    """The copies, read back from disk, hold the marts' rows and no other tenant's."""
    with _attached(connection, folder / "warehouse.duckdb", "(read_only)") as publication:
        for mart in marts:
            parquet = quoted(str(folder / "parquet" / f"{mart.name}.parquet"))
            expected = _digest(connection, f"({view.rows(mart)})")
            for name, source in (("file", f"{publication}.marts.{mart.name}"), ("Parquet", f"read_parquet({parquet})")):
                found = _digest(connection, source)
                if found != expected:
                    raise NotPublishable(
                        f"nothing is published: the {name} copy of {mart.relation} for {folder.name} differs from the mart: "
                        f"expected {expected[0]} rows, found {found[0]}, digests {expected[1]} and {found[1]}"
                    )
        if view.organization is not None:
            refuse_leaks(connection, publication, marts, view.organization)


def _digest(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[int, int]:
    """(rows, order-free digest of every value)."""
    row = connection.execute(
        f"select count(*), coalesce(bit_xor(hash(t)), 0), sum(hash(t)) from {source} as t"
    ).fetchone()
    assert row is not None
    return row[0], hash((row[1], row[2]))
