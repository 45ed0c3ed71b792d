"""Dry runs of deletes: what would go with a content that was loaded, why it may not, and the hash that is approved.

A delete takes a content whole, every load of it: a part of a file says nothing that could be proved. Deleting is erasing's.
Source: input-contracts 2.6; fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from ingestion.inbox import SIDECAR_SUFFIX, scan
from orchestration import audit
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.retention.archive_files import of_load, rows_sha256
from orchestration.retention.legal_holds import vetoes
from orchestration.retention.policies import RetentionPolicy, retention_policy
from orchestration.retention.terms import LoadTerms, load_terms
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows


class Reason(StrEnum):
    """Source: input-contracts 2.6."""

    RETENTION = "RETENTION"
    ERASURE = "ERASURE"


class NotDeletable(WrongRequest):
    """There is no such content, or it has to be kept; the message says why."""


@dataclass(frozen=True)
class RowsOf:
    """Rows of a load in one table."""

    load_id: str
    relation: str
    row_count: int
    rows_sha256: str


@dataclass(frozen=True)
class DeletionPlan:
    """`kept_because`: what forbids the delete, empty where nothing does. Files are paths as ops.pending_file_deletions has them."""

    file_sha256: str
    reason: Reason
    policy: str
    load_ids: tuple[str, ...]
    organizations: tuple[str, ...]
    rows: tuple[RowsOf, ...]
    archive_ids: tuple[str, ...]
    files: tuple[str, ...]
    kept_because: tuple[str, ...]

    @property
    def contents(self) -> str:
        """What goes, as JSON."""
        stated = asdict(self)
        return json.dumps({name: value for name, value in stated.items() if name != "kept_because"}, sort_keys=True)

    @property
    def plan_hash(self) -> str:
        """Hash of what goes and why: a load, a row or a file more, and it is another plan."""
        return hashlib.sha256(self.contents.encode()).hexdigest()


def sha256_of(warehouse: Warehouse, load_id: str | None = None, archive_id: str | None = None) -> str:
    """The content that a load, or an archive, holds. Raises NotDeletable."""
    table, column, name = ("raw.loads", "load_id", load_id) if load_id else ("ops.archives", "archive_id", archive_id)
    found = warehouse.rows(f"select file_sha256 from {table} where {column} = ?", [name])
    if not found:
        raise NotDeletable(f"there is no {column.removesuffix('_id')} {name}")
    return str(found[0][0])


def plan_deletion(
    connection: duckdb.DuckDBPyConnection, settings: Settings, file_sha256: str, reason: Reason, policy: str
) -> DeletionPlan:
    """What would go with the content of that hash. Raises NotDeletable where it never came, went already, or the policy is unknown."""
    rules = retention_policy()
    known = rules.rules if reason is Reason.RETENTION else rules.erasures
    if policy not in known:
        raise NotDeletable(f"policy must be one of {', '.join(sorted(known))} for {reason}, found {policy!r}")
    loads = [terms for terms in load_terms(connection, rules).values() if terms.file_sha256 == file_sha256]
    status = connection.execute("select status from raw.source_files where file_sha256 = ?", [file_sha256]).fetchone()
    if status is None or not loads:
        raise NotDeletable(f"no content with SHA-256 {file_sha256} was ever loaded")
    if status[0] == "expunged":
        raise NotDeletable(f"the content with SHA-256 {file_sha256} was deleted already")
    ids = tuple(terms.load_id for terms in loads)
    archives = connection.execute(
        "select archive_id, path from ops.archives where load_id in (select unnest(?)) and deleted_at is null "
        "and status <> 'FAILED' order by archive_id",
        [list(ids)],
    ).fetchall()
    return DeletionPlan(
        file_sha256=file_sha256,
        reason=reason,
        policy=policy,
        load_ids=ids,
        organizations=tuple(sorted({terms.organization_id or settings.organization_id for terms in loads})),
        rows=tuple(
            RowsOf(terms.load_id, relation, *rows_sha256(connection, relation, of_load(relation, terms.load_id)))
            for terms in loads
            for relation in sorted(terms.rows)
        ),
        archive_ids=tuple(archive_id for archive_id, _ in archives),
        files=(*(path for _, path in archives), *_in_inbox(settings, file_sha256), *_homes_of_the_past(settings)),
        kept_because=tuple(_kept_because(connection, loads, reason, policy, rules, utc_now().date())),
    )


def _in_inbox(settings: Settings, file_sha256: str) -> list[str]:
    """Files with the content, and their sidecars."""
    paths = [file.path for file in scan(settings.inbox_path, settle_seconds=0).files if file.sha256 == file_sha256]
    sidecars = [Path(f"{path}{SIDECAR_SUFFIX}") for path in paths]
    return sorted(str(path.absolute()) for path in [*paths, *sidecars] if path.exists())


def _homes_of_the_past(settings: Settings) -> list[str]:
    """Homes as known at an instant: copies of the warehouse, which `weir run --as-known-at` makes again."""
    return sorted(str(path.relative_to(settings.home)) for path in settings.home.glob("as_known_at/*"))


def _kept_because(
    connection: duckdb.DuckDBPyConnection,
    loads: Sequence[LoadTerms],
    reason: Reason,
    policy: str,
    rules: RetentionPolicy,
    today: dt.date,
) -> list[str]:
    because = [f"legal: {hold}" for hold in vetoes(connection, [terms.load_id for terms in loads], today)]
    if reason is Reason.ERASURE:
        return because
    for terms in loads:
        if terms.rule is None or terms.keep_until is None:
            because.append(f"load {terms.load_id} holds data that no rule covers: it is kept")
            continue
        if terms.rule != policy:
            because.append(f"load {terms.load_id} is kept by rule {terms.rule}, the longest of its rules, not {policy}")
        if terms.keep_until >= today:
            because.append(f"load {terms.load_id} is kept until {terms.keep_until} by rule {terms.rule}")
        if terms.is_in_state:
            # A return since inception needs the flows of long ago: what its feed still states is no matter of age.
            because.append(f"load {terms.load_id} is part of what its feed states today: withdraw it first")
    return because


def record_dry_run(connection: duckdb.DuckDBPyConnection, settings: Settings, plan: DeletionPlan) -> None:
    """Append the plan, so that it can be approved."""
    row = {
        "plan_hash": plan.plan_hash,
        "file_sha256": plan.file_sha256,
        "reason": str(plan.reason),
        "policy": plan.policy,
        "contents": plan.contents,
        "planned_at": utc_now(),
        "actor": audit.command_actor(settings),
    }
    append_rows(connection, "ops.deletion_plans", [{"organization_id": of, **row} for of in plan.organizations])


def due_for_deletion(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[DeletionPlan]:
    """Plans for the contents whose retention is over and that nothing else keeps but, perhaps, a hold."""
    policy, today = retention_policy(), utc_now().date()
    by_content: dict[str, list[LoadTerms]] = {}
    for terms in load_terms(connection, policy).values():
        by_content.setdefault(terms.file_sha256, []).append(terms)
    gone = {
        sha
        for (sha,) in connection.execute(
            "select file_sha256 from raw.source_files where status = 'expunged'"
        ).fetchall()
    }
    return [
        plan_deletion(connection, settings, sha256, Reason.RETENTION, loads[0].rule or "")
        for sha256, loads in sorted(by_content.items())
        if sha256 not in gone
        and all(terms.keep_until is not None and terms.keep_until < today and not terms.is_in_state for terms in loads)
    ]
