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

from orchestration.warehouse import whole

SHARED = "_shared"
# Marts without a tenant: the same calendar, currencies and test catalogue for everybody.
TENANT_FREE = frozenset({"dim_date", "dim_currency", "dim_compliance_test", "dim_ilpa_transaction_type"})


class NotPublishable(Exception):
    """A run-scope verdict failed, is missing, or is older than its mart; or the copy is not the marts. Nothing changed."""


@dataclass(frozen=True)
class Mart:
    """A mart as its manifest describes it."""

    name: str
    description: str
    columns: Mapping[str, str]  # column -> description
    run_checks: frozenset[str]  # checks that must have passed since it was built
    sorted_by: tuple[str, ...] = ()  # columns whose order its copies are written in; none: as the mart gives them

    @property
    def relation(self) -> str:
        return f"marts.{self.name}"


def copy_marts(
    connection: duckdb.DuckDBPyConnection,
    building: Path,
    marts: tuple[Mart, ...],
    views: Mapping[str, str | None],
) -> dict[str, dict[str, int]]:
    """Copy the marts into each folder of `views` below `building`, what its organisation may see or all for none.

    Returns folder -> mart -> rows. Raises `NotPublishable` when a copy, read back, is not the mart.
    """
    blank = building / "blank.duckdb"
    _write_blank(connection, blank, marts)

    def copied(folder: str) -> dict[str, int]:
        # A cursor is a connection of its own, so each folder is a transaction of its own.
        with connection.cursor() as own:
            counts = _copy(own, blank, building / folder, marts, views[folder])
            _prove(own, building / folder, marts, views[folder])
        return counts

    # Most marts are too small for DuckDB to spread one over cores, so folders are.
    with ThreadPoolExecutor(os.cpu_count()) as beside:
        counts = dict(zip(views, beside.map(copied, views), strict=True))
    blank.unlink()
    return counts


def _visible(connection: duckdb.DuckDBPyConnection, mart: Mart, organization: str | None) -> str:
    """The rows an organisation may see; marts without a tenant column are the same for everybody."""
    if organization is None or mart.name in TENANT_FREE:
        return f"select * from {mart.relation}"
    literal = connection.execute("select ?::varchar", [organization]).fetchone()
    assert literal is not None
    return f"select * from {mart.relation} where organization_id in ('{literal[0]}', '{SHARED}')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_blank(connection: duckdb.DuckDBPyConnection, path: Path, marts: tuple[Mart, ...]) -> None:
    """A publication without a row: every mart with its columns and what is said of them, written once for all folders."""
    connection.execute(f"attach {_quoted(str(path))} as blank")
    try:
        # One transaction: committed one by one, thousands of comments would each wait for the disk.
        with whole(connection):
            connection.execute("create schema blank.marts")
            for mart in marts:
                target = f"blank.marts.{mart.name}"
                connection.execute(f"create table {target} as select * from {mart.relation} limit 0")
                comments = [f"comment on table {target} is {_quoted(mart.description)}"] + [
                    f'comment on column {target}."{column}" is {_quoted(text)}' for column, text in mart.columns.items()
                ]
                connection.execute(";".join(comments))
    finally:
        connection.execute("detach blank")


def _copy(
    connection: duckdb.DuckDBPyConnection,
    blank: Path,
    folder: Path,
    marts: tuple[Mart, ...],
    organization: str | None,
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
            connection.execute(f"insert into {target} {_visible(connection, mart, organization)}{order}")
            counted = connection.execute(
                f"copy {target} to {_quoted(str(folder / 'parquet' / f'{mart.name}.parquet'))} "
                f"(format parquet, compression zstd)"
            ).fetchone()
            counts[mart.name] = counted[0] if counted else 0
    return counts


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path, options: str = "") -> Iterator[str]:
    """Attach a folder's file within the block, under a name that no other folder of the same DuckDB has."""
    name = f'"{file.parent.name}"'
    connection.execute(f"attach {_quoted(str(file))} as {name} {options}")
    try:
        yield name
    finally:
        connection.execute(f"detach {name}")


def _prove(
    connection: duckdb.DuckDBPyConnection, folder: Path, marts: tuple[Mart, ...], organization: str | None
) -> None:
    """The copies, read back from disk, hold the marts' rows and no other tenant's."""
    with _attached(connection, folder / "warehouse.duckdb", "(read_only)") as publication:
        for mart in marts:
            parquet = _quoted(str(folder / "parquet" / f"{mart.name}.parquet"))
            expected = _digest(connection, f"({_visible(connection, mart, organization)})")
            for name, source in (("file", f"{publication}.marts.{mart.name}"), ("Parquet", f"read_parquet({parquet})")):
                found = _digest(connection, source)
                if found != expected:
                    raise NotPublishable(
                        f"nothing is published: the {name} copy of {mart.relation} for {folder.name} differs from the mart: "
                        f"expected {expected[0]} rows, found {found[0]}, digests {expected[1]} and {found[1]}"
                    )
            if organization is None or mart.name in TENANT_FREE:
                continue
            others = connection.execute(
                f"select count(*) from {publication}.marts.{mart.name} where organization_id is null "
                f"or organization_id not in (?, ?)",
                [organization, SHARED],
            ).fetchone()
            if others and others[0]:
                raise NotPublishable(
                    f"nothing is published: {others[0]} rows of {mart.relation} in the folder of {organization} "
                    f"belong to another organisation"
                )


def _digest(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[int, int]:
    """(rows, order-free digest of every value)."""
    row = connection.execute(
        f"select count(*), coalesce(bit_xor(hash(t)), 0), sum(hash(t)) from {source} as t"
    ).fetchone()
    assert row is not None
    return row[0], hash((row[1], row[2]))
