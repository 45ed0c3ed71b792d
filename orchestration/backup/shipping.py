"""Ships what came since the last time to every target: files of the inbox, the rows of new loads, and what people decided.

A target that cannot be written to is told to people and stops nothing. Whole backups are making's.
Source: fund-admin 1.12 (recovery point).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from ingestion.inbox import SIDECAR_SUFFIX, InboxFile, Scan, scan
from orchestration.alerts import Alert, Kind
from orchestration.backup.errors import BackupError
from orchestration.backup.identity import Identity, claim, identity_of
from orchestration.backup.packing import UNFINISHED, add_bytes, ending, packed, sync_folder, tar_of
from orchestration.backup.positions import (
    LOADS,
    Position,
    followed_tables,
    listed,
    position_of,
    table_position,
    tables_by_load,
)
from orchestration.backup.sealing import BackupKey
from orchestration.backup.targets import (
    ENTRY,
    INSTANT,
    SHIPPED,
    Entry,
    content_path,
    content_purpose,
    increment_purpose,
    newest_position,
    targets_of,
)
from orchestration.clock import utc_now
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings
from orchestration.telling import raise_alerts
from orchestration.warehouse import Warehouse

FAULTS = (BackupError, OSError, ValueError, duckdb.Error)  # what a target or a key can do to shipping

OF_LOADS = "_load_id in (select load_id from shipped_loads)"


@dataclass(frozen=True)
class Shipped:
    """What one target was given; `sequence` None where nothing had come."""

    target: Path
    sequence: int | None
    loads: int = 0
    files: int = 0
    failure: str | None = None


def ship(settings: Settings) -> list[Shipped]:
    """Bring every target up to date with the home, one after the other; a target that fails leaves the others alone.

    Raises WarehouseBusy; WrongKey where the configured key is malformed.
    """
    key = BackupKey.configured(settings.backup_key_file)
    if not settings.warehouse_path.exists():
        return []
    with hold_warehouse(settings.lock_path, "shipping to backups", settings.lock_timeout_seconds):
        found = scan(settings.inbox_path, settle_seconds=settings.settle_seconds)
        identity = identity_of(settings)
        with Warehouse(settings.warehouse_path).connect() as connection:
            position = position_of(connection, found)
            outcomes = []
            for target in targets_of(settings):
                try:
                    outcomes.append(ship_to(target, connection, identity, position, found, key, settings.home))
                except FAULTS as error:
                    outcomes.append(Shipped(target, None, failure=str(error)))
    return outcomes


def ship_and_tell(settings: Settings, run_id: str) -> list[Shipped]:
    """Ship where targets are configured, and alert where it fails: whoever calls goes on in any case."""
    if not settings.backup_targets:
        return []
    try:
        outcomes = ship(settings)
    except FAULTS as error:
        outcomes = [Shipped(target, None, failure=str(error)) for target in settings.backup_targets]
    failed = [each for each in outcomes if each.failure is not None]
    alerts = [
        Alert(
            "critical",
            f"Not shipped to backup target {each.target}",
            str(each.failure),
            Kind.NOT_SHIPPED,
            entity=str(each.target),
            rule=f"{utc_now():%Y-%m-%dT%H:%M:%S.%f}",
            is_news=True,
        )
        for each in failed
    ]
    raise_alerts(settings, run_id, alerts)
    return outcomes


def ship_to(
    target: Path,
    connection: duckdb.DuckDBPyConnection,
    identity: Identity,
    position: Position,
    found: Scan,
    key: BackupKey | None,
    scratch: Path,
) -> Shipped:
    """Ship what a target lacks of `position`; parquet files are made below `scratch`. Raises one of FAULTS."""
    claim(target, identity)
    files = ship_contents(target, found, key)
    _forget_erased(target, connection, key)
    last = newest_position(target, identity.life, key)
    sequence, before = (last[0], last[1]) if last else (0, Position())
    if last is not None and before == position:
        return Shipped(target, None, files=files)
    loads = _new_loads(connection, before)
    with tempfile.TemporaryDirectory(prefix=".shipping-", dir=scratch) as folder:
        appended, replaced = _export(connection, before, position, loads, Path(folder))
        entry = Entry(
            home_id=identity.home_id,
            life=identity.life,
            ancestors=identity.ancestors,
            sequence=sequence + 1,
            taken_at=utc_now(),
            position=position,
            appended=tuple(appended),
            replaced=tuple(replaced),
            loads=tuple(loads),
            inbox=listed(found),
            code_version=version("weir"),
        )
        _write(target, entry, Path(folder), key)
    return Shipped(target, entry.sequence, loads=len(loads), files=files)


def ship_contents(target: Path, found: Scan, key: BackupKey | None) -> int:
    """Copy every file of the inbox that the target has not, by its content. Returns how many."""
    count = 0
    for file in found.files:
        for sha256, path in _contents(file):
            final = content_path(target, sha256, key)
            if final.exists():
                continue
            final.parent.mkdir(parents=True, exist_ok=True)
            temporary = final.with_name(f"{UNFINISHED}{final.name}")
            with packed(temporary, key, content_purpose(sha256)) as (stream, _), path.open("rb") as source:
                shutil.copyfileobj(source, stream, 1 << 20)
            os.replace(temporary, final)
            sync_folder(final.parent)
            count += 1
    return count


def _forget_erased(target: Path, connection: duckdb.DuckDBPyConnection, key: BackupKey | None) -> None:
    """Contents that were erased on request are erased here too; backups made before lose them with their age."""
    for (sha256,) in connection.execute(
        "select file_sha256 from raw.source_files where status = 'expunged'"
    ).fetchall():
        content_path(target, sha256, key).unlink(missing_ok=True)


def _contents(file: InboxFile) -> Sequence[tuple[str, Path]]:
    own = [(file.sha256, file.path)]
    if file.sidecar_sha256 is not None:
        own.append((file.sidecar_sha256, file.path.with_name(file.path.name + SIDECAR_SUFFIX)))
    return own


def _is_appended(connection: duckdb.DuckDBPyConnection, table: str, before: Position) -> bool:
    """Whether the rows that the table had are still there, as they were and first."""
    return table_position(connection, table, before.of(table).rows).has_rows_of(before.of(table))


def _new_loads(connection: duckdb.DuckDBPyConnection, before: Position) -> list[dict[str, Any]]:
    """Loads that the target lacks; all of them where the list of loads was rewritten."""
    first = before.of(LOADS).rows if _is_appended(connection, LOADS, before) else 0
    found = connection.execute(
        f"select load_id, file_name, file_sha256, organization_id, kind, feed_name, status, loaded_at, known_at "
        f"from {LOADS} where rowid >= {first} order by load_id"
    )
    rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return rows


def _export(
    connection: duckdb.DuckDBPyConnection, before: Position, now: Position, loads: list[dict[str, Any]], folder: Path
) -> tuple[list[str], list[str]]:
    """Write a Parquet file for each table with rows to ship; returns those that come on top, and those that stand instead."""
    appended: list[str] = []
    replaced: list[str] = []
    for table in followed_tables():
        if now.of(table).has_rows_of(before.of(table)):
            continue
        is_appended = _is_appended(connection, table, before)
        (appended if is_appended else replaced).append(table)
        _copy_out(connection, table, f"rowid >= {before.of(table).rows if is_appended else 0}", folder)
    if not loads:
        return appended, replaced
    # All loads at once means that they stand instead of what the target has of them.
    of_loads = replaced if LOADS in replaced else appended
    connection.execute("create or replace temp table shipped_loads (load_id varchar)")
    connection.executemany("insert into shipped_loads values (?)", [[load["load_id"]] for load in loads])
    stating = _stating(connection)
    for table in stating:
        _copy_out(connection, table, OF_LOADS, folder)
    of_loads += tables_by_load() if of_loads is replaced else stating
    return appended, replaced


def _stating(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The raw tables with rows of the loads to ship, asked for at once: there are more tables than a load fills."""
    each = (f"select '{table}' where exists (from {table} where {OF_LOADS})" for table in tables_by_load())
    return [table for (table,) in connection.execute(" union all ".join(each)).fetchall()]


def _copy_out(connection: duckdb.DuckDBPyConnection, table: str, condition: str, folder: Path) -> None:
    connection.execute(
        f"copy (select * from {table} where {condition} order by rowid) to '{folder / table}.parquet' "
        f"(format parquet, compression zstd)"
    )


def _write(target: Path, entry: Entry, folder: Path, key: BackupKey | None) -> None:
    """Write an increment under a temporary name, and give it its own in one step."""
    lives = target / SHIPPED / entry.life
    lives.mkdir(parents=True, exist_ok=True)
    for unfinished in lives.glob(f"{UNFINISHED}*"):
        unfinished.unlink()
    temporary = lives / f"{UNFINISHED}{entry.sequence}"
    with (
        packed(temporary, key, increment_purpose(entry.life, entry.sequence)) as (stream, stored),
        tar_of(stream) as tar,
    ):
        add_bytes(tar, ENTRY, entry.model_dump_json().encode())
        for path in sorted(folder.glob("*.parquet")):
            tar.add(path, path.name)
    name = f"{entry.sequence:08d}-{entry.taken_at.strftime(INSTANT)}-{stored.sha256}.tar{ending(key)}"
    os.replace(temporary, lives / name)
    sync_folder(lives)
