"""Deletes raw rows for retention or erasure: approved, vetoed by holds, in one transaction that leaves tombstones; files go after it.

What would go is deletion_plans'. Source: input-contracts 2.6.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from calculations.approvals.policy import SubjectType
from ingestion.inbox import SIDECAR_SUFFIX
from orchestration import audit
from orchestration.audit import AuditEntry, Outcome
from orchestration.clock import utc_now
from orchestration.errors import Refused
from orchestration.retention.approved import NotApproved, approvers
from orchestration.retention.archive_access import Access, log_access
from orchestration.retention.archive_files import file_sha256 as sha256_of_file
from orchestration.retention.archive_files import of_load, remove_files, rows_sha256
from orchestration.retention.archived_tables import show, stored_in
from orchestration.retention.deletion_plans import DeletionPlan, NotDeletable, Reason, plan_deletion, record_dry_run
from orchestration.retention.legal_holds import UnderLegalHold, refuse_if_held, vetoes
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, own_tables


class StalePlan(Refused):
    """What would go now is not what the dry run printed."""


def dry_run(warehouse: Warehouse, settings: Settings, file_sha256: str, reason: Reason, policy: str) -> DeletionPlan:
    """Say what would go, and keep the plan for approval. Raises NotDeletable."""
    with warehouse.transaction() as connection:
        plan = plan_deletion(connection, settings, file_sha256, reason, policy)
        record_dry_run(connection, settings, plan)
    return plan


def erase(
    warehouse: Warehouse, settings: Settings, file_sha256: str, reason: Reason, policy: str, plan_hash: str
) -> DeletionPlan:
    """Delete a content as its dry run said, and the files that held it. A refusal stands in the audit trail.

    Raises NotDeletable, StalePlan, NotApproved, UnderLegalHold; then nothing was deleted.
    """
    finish_deletions(warehouse, settings)
    try:
        plan = _erase(warehouse, settings, file_sha256, reason, policy, plan_hash)
    except (NotDeletable, StalePlan, NotApproved, UnderLegalHold) as refused:
        entry = _entry(settings, file_sha256, None, Outcome.REFUSED, str(refused), {"plan": (None, plan_hash)})
        audit.write(warehouse, settings, [entry])
        raise
    finish_deletions(warehouse, settings)
    return plan


def _erase(
    warehouse: Warehouse, settings: Settings, file_sha256: str, reason: Reason, policy: str, plan_hash: str
) -> DeletionPlan:
    with warehouse.connect() as connection:
        plan = plan_deletion(connection, settings, file_sha256, reason, policy)
    refuse_what_is_kept(plan)
    if plan.plan_hash != plan_hash:
        raise StalePlan(
            f"expected the hash that the dry run of this delete prints, {plan.plan_hash}, found {plan_hash}"
        )
    by = {
        organization: approvers(
            warehouse, settings, organization, SubjectType.RETENTION_DELETE, file_sha256, plan.plan_hash
        )
        for organization in plan.organizations
    }
    approved_by = tuple(sorted({person for persons in by.values() for person in persons}))
    with writing(warehouse) as connection:
        refuse_if_held(connection, plan.load_ids, f"content {file_sha256}")
        _bury(connection, plan, approved_by)
        _delete_rows(connection, plan)
        _forget_archives(connection, settings, plan, approved_by)
        _mark_as_gone(connection, settings, plan)
        changes = {
            "loads": (list(plan.load_ids), None),
            "rows": (sum(rows.row_count for rows in plan.rows), 0),
            "archives": (list(plan.archive_ids), None),
            "plan": (None, plan_hash),
            "approved_by": (None, list(approved_by)),
        }
        said = f"{reason} by {policy}"
        audit.record(
            connection,
            settings,
            [_entry(settings, file_sha256, of, Outcome.DONE, said, changes) for of in plan.organizations],
        )
    return plan


def refuse_what_is_kept(plan: DeletionPlan) -> None:
    """Raises UnderLegalHold, NotDeletable where something forbids the delete."""
    if plan.kept_because:
        kind = UnderLegalHold if plan.kept_because[0].startswith("legal: ") else NotDeletable
        raise kind(f"content {plan.file_sha256} may not be deleted: {'; '.join(plan.kept_because)}")


def _bury(connection: duckdb.DuckDBPyConnection, plan: DeletionPlan, approved_by: Sequence[str]) -> None:
    """A tombstone per load and sheet, one for what stands on none; of a load without rows one as well."""
    now = utc_now()
    tombstones = []
    for load_id in plan.load_ids:
        relations = [rows.relation for rows in plan.rows if rows.load_id == load_id]
        for sheet in _sheets(connection, load_id, relations) or [None]:
            tombstones.append(
                _tombstone(connection, plan, load_id, sheet, relations, approved_by) | {"deleted_at": now}
            )
    append_rows(connection, "raw.tombstones", tombstones)


def _sheets(connection: duckdb.DuckDBPyConnection, load_id: str, relations: Sequence[str]) -> list[str | None]:
    if not relations:
        return []
    each = " union ".join(f"select _sheet from ({of_load(relation, load_id)})" for relation in relations)
    return [sheet for (sheet,) in connection.execute(f"select _sheet from ({each}) order by 1 nulls last").fetchall()]


def _tombstone(
    connection: duckdb.DuckDBPyConnection,
    plan: DeletionPlan,
    load_id: str,
    sheet: str | None,
    relations: Sequence[str],
    approved_by: Sequence[str],
) -> dict[str, object]:
    """Which rows went, by number and hash, and nothing of what they said. Rows are those of typed tables and refused ones."""
    first: list[int] = []
    last: list[int] = []
    counts = {"cells": 0, "rows": 0}
    hashes = []
    for relation in relations:
        where = "_sheet is null" if sheet is None else "_sheet = '" + sheet.replace("'", "''") + "'"
        source = f"select * from ({of_load(relation, load_id)}) where {where}"
        ((low, high),) = connection.execute(f"select min(_row), max(_row) from ({source})").fetchall()
        first += [] if low is None else [low]
        last += [] if high is None else [high]
        count, digest = rows_sha256(connection, relation, source)
        hashes.append(f"{relation}:{digest}")
        counts["cells" if relation == "raw.cells" else "rows"] += 0 if relation == "raw.findings" else count
    archived = connection.execute(
        "select string_agg(path, '; ' order by path) from ops.archives where load_id = ? and deleted_at is null "
        "and status = 'VERIFIED'",
        [load_id],
    ).fetchone()
    ((digest,),) = connection.execute("select sha256(?)", ["\n".join(hashes)]).fetchall()
    return {
        "tombstone_id": uuid.uuid4().hex,
        "file_sha256": plan.file_sha256,
        "load_id": load_id,
        "sheet": sheet,
        "first_row": min(first, default=None),
        "last_row": max(last, default=None),
        "row_count": counts["rows"],
        "cell_count": counts["cells"],
        "rows_sha256": digest,
        "reason": str(plan.reason),
        "policy": plan.policy,
        "approved_by": "; ".join(approved_by),
        "archive_path": archived[0] if archived else None,
    }


def _delete_rows(connection: duckdb.DuckDBPyConnection, plan: DeletionPlan) -> None:
    for relation in sorted({rows.relation for rows in plan.rows}):
        stored = stored_in(connection, relation)
        connection.execute(f"delete from {stored} where _load_id in (select unnest(?))", [list(plan.load_ids)])


def _forget_archives(
    connection: duckdb.DuckDBPyConnection, settings: Settings, plan: DeletionPlan, approved_by: Sequence[str]
) -> None:
    """Show the archived rows no more; their files go after the commit."""
    now = utc_now()
    for archive_id in plan.archive_ids:
        connection.execute("update ops.archives set deleted_at = ? where archive_id = ?", [now, archive_id])
    for relation in sorted({rows.relation for rows in plan.rows}):
        show(connection, relation, own_tables()[relation])
    actor, said = audit.command_actor(settings), f"{plan.reason} by {plan.policy}"
    log_access(connection, plan.archive_ids, Access.DELETE, actor, approved_by, plan.plan_hash, said)


def _mark_as_gone(connection: duckdb.DuckDBPyConnection, settings: Settings, plan: DeletionPlan) -> None:
    """The content is never taken in again, its loads are in force no more, and its files are to be removed."""
    now = utc_now()
    connection.execute("update raw.source_files set status = 'expunged' where file_sha256 = ?", [plan.file_sha256])
    connection.execute(
        "insert into ops.withdrawals select load_id, ?, ?, ? from raw.loads where load_id in (select unnest(?)) "
        "and status = 'loaded' and load_id not in (select load_id from ops.withdrawals)",
        [now, audit.command_actor(settings), f"deleted: {plan.reason} by {plan.policy}", list(plan.load_ids)],
    )
    files = [{"path": path, "file_sha256": plan.file_sha256, "requested_at": now} for path in plan.files]
    append_rows(connection, "ops.pending_file_deletions", files)


def finish_deletions(warehouse: Warehouse, settings: Settings) -> int:
    """Remove the files of deletes that were committed, whatever interrupted them. Files under a hold stay.

    Returns how many were removed.
    """
    removed = 0
    with warehouse.connect() as connection:
        pending = connection.execute(
            "select p.path, p.file_sha256, list(l.load_id) from ops.pending_file_deletions as p "
            "inner join raw.loads as l using (file_sha256) where p.removed_at is null group by all order by p.path"
        ).fetchall()
        for path, content, load_ids in pending:
            if vetoes(connection, load_ids):
                continue
            removed += _remove(settings.home / path, content, is_sent=Path(path).is_absolute())
            connection.execute(
                "update ops.pending_file_deletions set removed_at = ? where path = ? and removed_at is null",
                [utc_now(), path],
            )
    return removed


def _remove(file: Path, content: str, *, is_sent: bool) -> int:
    """A file that was sent goes while it still holds the content; another may have taken its name, and its sidecar, since."""
    if file.is_dir():
        shutil.rmtree(file)
        return 1
    if is_sent and file.exists():
        of_sidecar = Path(str(file).removesuffix(SIDECAR_SUFFIX))
        if of_sidecar.exists() if of_sidecar != file else sha256_of_file(file) != content:
            return 0
    return remove_files([file])


def _entry(
    settings: Settings,
    file_sha256: str,
    organization_id: str | None,
    outcome: Outcome,
    reason: str,
    changes: Mapping[str, tuple[object, object]],
) -> AuditEntry:
    return AuditEntry(
        "ERASE",
        "content",
        file_sha256,
        actor=audit.command_actor(settings),
        source=audit.COMMAND_LINE,
        organization_id=organization_id,
        outcome=outcome,
        changes=changes,
        reason=reason,
        correlation_id=file_sha256,
    )
