"""Moves rows of old loads from the warehouse to the archive. They stay in sight of every reader; nothing is deleted.

A load's file is written, read back and compared before its rows leave the warehouse, and they leave in one transaction for all.
Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import duckdb

from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.clock import utc_now
from orchestration.retention.archive_files import COMPRESSION, BrokenArchive, Written, remove_files, write_archive
from orchestration.retention.archived_tables import IN_PLACE, separate, show
from orchestration.retention.policies import RetentionPolicy, retention_policy
from orchestration.retention.terms import LoadTerms, load_terms
from orchestration.sealed_log import writing
from orchestration.settings import ARCHIVE, Settings
from orchestration.warehouse import Warehouse, append_rows, own_tables


@dataclass(frozen=True)
class Part:
    """The rows of a load in one table."""

    relation: str
    terms: LoadTerms
    row_count: int


@dataclass(frozen=True)
class Archived:
    """What was archived, or would be; `failed` are parts whose file could not be verified and whose rows stay."""

    parts: tuple[Part, ...]
    failed: tuple[str, ...] = ()
    byte_size: int = 0
    written: dict[str, Written] = field(default_factory=dict)


def due(
    connection: duckdb.DuckDBPyConnection, policy: RetentionPolicy, today: dt.date, before: dt.date | None = None
) -> list[Part]:
    """Rows in the warehouse that may go to the archive: of loads past the archive age of their rule; with `before`, of all loads of
    earlier business days, those that no rule covers too, which the archive then keeps for ever."""
    archived = set(
        connection.execute(f"select load_id, relation from ops.archives where {IN_PLACE}").fetchall(),
    )
    parts = []
    for terms in load_terms(connection, policy).values():
        if before is not None:
            is_due = terms.as_of < before
        else:
            is_due = terms.archive_from is not None and terms.archive_from <= today
        if is_due:
            parts += [
                Part(relation, terms, count)
                for relation, count in sorted(terms.rows.items())
                if (terms.load_id, relation) not in archived
            ]
    return parts


def archive(
    warehouse: Warehouse, settings: Settings, *, before: dt.date | None = None, is_dry_run: bool = False
) -> Archived:
    """Archive what is due, and write it to the audit trail. A part that cannot be verified stays where it is, status FAILED."""
    policy = retention_policy()
    now = utc_now()
    if not is_dry_run:
        remove_unfinished(warehouse, settings)
    with warehouse.connect() as connection:
        parts = due(connection, policy, now.date(), before)
    if is_dry_run or not parts:
        return Archived(tuple(parts))
    actor = audit.command_actor(settings)
    named = {f"{now:%Y%m%dT%H%M%S%f}-{number:05}": part for number, part in enumerate(parts, start=1)}
    with warehouse.transaction() as connection:
        append_rows(connection, "ops.archives", [_row(key, part, actor, now) for key, part in named.items()])
    written: dict[str, Written] = {}
    failed: dict[str, str] = {}
    with warehouse.connect() as connection:
        for key, part in named.items():
            path = settings.home / _path(key, part)
            try:
                written[key] = write_archive(connection, part.relation, part.terms.load_id, path)
            except (BrokenArchive, OSError, duckdb.IOException) as error:
                failed[key] = str(error)
    with writing(warehouse) as connection:
        for key, message in failed.items():
            connection.execute(
                "update ops.archives set status = 'FAILED', message = ? where archive_id = ?", [message, key]
            )
        _move(connection, {key: named[key] for key in written}, written)
        audit.record(connection, settings, _audited(named, written, failed, actor))
    remove_files(settings.home / _path(key, named[key]) for key in failed)
    moved = tuple(part for key, part in named.items() if key in written)
    return Archived(moved, tuple(failed.values()), sum(file.byte_size for file in written.values()), written)


def _path(archive_id: str, part: Part) -> str:
    return f"{ARCHIVE}/{part.relation.removeprefix('raw.')}/{archive_id}.parquet"


def _row(archive_id: str, part: Part, actor: str, now: dt.datetime) -> dict[str, object]:
    terms = part.terms
    return {
        "archive_id": archive_id,
        "relation": part.relation,
        "load_id": terms.load_id,
        "file_sha256": terms.file_sha256,
        "organization_id": terms.organization_id,
        "path": _path(archive_id, part),
        "row_count": part.row_count,
        "compression": COMPRESSION,
        "encryption": "none",
        "retention_class": terms.retention_class,
        "delete_after": terms.keep_until,
        "status": "CREATED",
        "created_at": now,
        "actor": actor,
    }


def _move(connection: duckdb.DuckDBPyConnection, named: dict[str, Part], written: dict[str, Written]) -> None:
    """Take the rows of verified files out of the warehouse, and show them from there, in the caller's transaction."""
    now = utc_now()
    by_relation: dict[str, list[str]] = {}
    for key, file in written.items():
        by_relation.setdefault(named[key].relation, []).append(named[key].terms.load_id)
        connection.execute(
            "update ops.archives set status = 'VERIFIED', verified_at = ?, row_count = ?, byte_size = ?, sha256 = ?, "
            "rows_sha256 = ? where archive_id = ?",
            [now, file.row_count, file.byte_size, file.sha256, file.rows_sha256, key],
        )
    for relation, load_ids in by_relation.items():
        stored = separate(connection, relation, own_tables()[relation])
        connection.execute(f"delete from {stored} where _load_id in (select unnest(?))", [load_ids])
        show(connection, relation, own_tables()[relation])


def _audited(
    named: dict[str, Part], written: dict[str, Written], failed: dict[str, str], actor: str
) -> list[AuditEntry]:
    """One entry per load and outcome."""
    by_load: dict[tuple[str, bool], list[str]] = {}
    for key, part in named.items():
        by_load.setdefault((part.terms.load_id, key in written), []).append(key)
    entries = []
    for (load_id, is_done), keys in by_load.items():
        terms = named[keys[0]].terms
        entries.append(
            AuditEntry(
                "ARCHIVE",
                "load",
                load_id,
                actor=actor,
                source=audit.COMMAND_LINE,
                organization_id=terms.organization_id,
                outcome=audit.Outcome.DONE if is_done else audit.Outcome.FAILED,
                changes={
                    "archives": (None, keys),
                    "rows": (None, sum(named[key].row_count for key in keys)),
                    "delete_after": (None, terms.keep_until),
                },
                reason=terms.rule if is_done else failed[keys[0]],
                correlation_id=load_id,
            )
        )
    return entries


def remove_unfinished(warehouse: Warehouse, settings: Settings) -> None:
    """Files of an archiving that died: their rows are still in the warehouse, so the files hold nothing that is not there."""
    with warehouse.transaction() as connection:
        left = connection.execute("select archive_id, path from ops.archives where status = 'CREATED'").fetchall()
        connection.execute(
            "update ops.archives set status = 'FAILED', message = 'archiving ended before the file was verified' "
            "where status = 'CREATED'"
        )
    for _, path in left:
        remove_files([settings.home / path, (settings.home / path).with_suffix(".unfinished")])
