"""Reading and restoring archives on somebody's behalf: approved, logged in ops.archive_access, audited.

Models see archived rows without this; deleting them is erasing's. Source: fund-admin 1.12.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from calculations.approvals.policy import SubjectType
from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.retention.approved import approvers, content_to_restore
from orchestration.retention.archive_files import BrokenArchive, of_file, refuse_unless_whole, rows_sha256
from orchestration.retention.archived_tables import show, stored_in
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, own_tables


class Access(StrEnum):
    READ = "READ"
    RESTORE = "RESTORE"
    DELETE = "DELETE"


class NoReason(WrongRequest):
    """Whoever takes something out of the archive says why."""


@dataclass(frozen=True)
class Taken:
    """What was read or restored."""

    archive_id: str
    relation: str
    load_id: str
    row_count: int
    approved_by: tuple[str, ...]


@dataclass(frozen=True)
class _Archive:
    relation: str
    load_id: str
    path: Path
    row_count: int
    sha256: str
    rows_sha256: str
    organization_id: str | None


def read_archive(warehouse: Warehouse, settings: Settings, archive_id: str, reason: str, out: Path) -> Taken:
    """Copy an archive's file, verified, to `out`. Raises NotApproved, NoReason, BrokenArchive, FileExistsError."""
    if out.exists():
        raise FileExistsError(f"{out}: expected a file that does not exist yet")
    archive, by, content = _approved(warehouse, settings, archive_id, reason)
    shutil.copyfile(archive.path, out)
    with writing(warehouse) as connection:
        log_access(connection, [archive_id], Access.READ, audit.command_actor(settings), by, content, reason)
        entry = _entry("VIEW", settings, archive_id, archive, reason, {"approved_by": (None, list(by))})
        audit.record(connection, settings, [entry])
    return Taken(archive_id, archive.relation, archive.load_id, archive.row_count, by)


def restore_archive(warehouse: Warehouse, settings: Settings, archive_id: str, reason: str) -> Taken:
    """Put an archive's rows back into the warehouse; its file stays. Raises NotApproved, NoReason, BrokenArchive."""
    archive, by, content = _approved(warehouse, settings, archive_id, reason)
    columns = own_tables()[archive.relation]
    source = of_file(archive.relation, archive.path)
    names = ", ".join(f'"{column}"' for column in columns)
    with writing(warehouse) as connection:
        found = rows_sha256(connection, archive.relation, source)
        if found != (archive.row_count, archive.rows_sha256):
            raise BrokenArchive(f"{archive.path.name}: expected {archive.row_count} rows as archived, found {found[0]}")
        stored = stored_in(connection, archive.relation)
        connection.execute(f"insert into {stored} ({names}) select {names} from ({source})")
        connection.execute("update ops.archives set restored_at = ? where archive_id = ?", [utc_now(), archive_id])
        show(connection, archive.relation, columns)
        log_access(connection, [archive_id], Access.RESTORE, audit.command_actor(settings), by, content, reason)
        changes = {"restored_rows": (None, archive.row_count), "approved_by": (None, list(by))}
        audit.record(connection, settings, [_entry("RESTORE", settings, archive_id, archive, reason, changes)])
    return Taken(archive_id, archive.relation, archive.load_id, archive.row_count, by)


def log_access(
    connection: duckdb.DuckDBPyConnection,
    archive_ids: Sequence[str],
    access: Access,
    actor: str,
    approved_by: Sequence[str],
    approval_hash: str,
    reason: str,
) -> None:
    """Append to ops.archive_access in the caller's transaction."""
    rows = [
        {
            "access_id": uuid.uuid4().hex,
            "archive_id": archive_id,
            "action": str(access),
            "actor": actor,
            "approved_by": "; ".join(approved_by),
            "approval_hash": approval_hash,
            "reason": reason,
            "accessed_at": utc_now(),
        }
        for archive_id in archive_ids
    ]
    append_rows(connection, "ops.archive_access", rows)


def _approved(
    warehouse: Warehouse, settings: Settings, archive_id: str, reason: str
) -> tuple[_Archive, tuple[str, ...], str]:
    if not reason.strip():
        raise NoReason("expected a reason, found none")
    organization_id, content = content_to_restore(warehouse, archive_id)
    by = approvers(warehouse, settings, organization_id, SubjectType.RESTORE, archive_id, content)
    ((relation, load_id, path, *others),) = warehouse.rows(
        "select relation, load_id, path, row_count, sha256, rows_sha256, organization_id from ops.archives "
        "where archive_id = ?",
        [archive_id],
    )
    archive = _Archive(relation, load_id, settings.home / path, *others)
    refuse_unless_whole(archive.path, archive.sha256)
    return archive, by, content


def _entry(
    action: str,
    settings: Settings,
    archive_id: str,
    archive: _Archive,
    reason: str,
    changes: Mapping[str, tuple[object, object]],
) -> AuditEntry:
    return AuditEntry(
        action,
        "archive",
        archive_id,
        actor=audit.command_actor(settings),
        source=audit.COMMAND_LINE,
        organization_id=archive.organization_id,
        changes=changes,
        reason=reason,
        correlation_id=archive.load_id,
    )
