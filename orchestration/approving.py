"""The write path of approvals: everything that asks for an action goes through here, taken or refused, and stands in ops.approvals.

The rules are in calculations.approvals; what is asked comes from the command line, the launchpad and feeds.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import duckdb

from calculations.approvals.decide import Decision, decide
from calculations.approvals.log import Asked, LogEntry, Refusal, Request
from calculations.approvals.policy import Action, ApprovalPolicy, SubjectType, approval_policy
from orchestration import audit
from orchestration.alerts import Alert, Kind
from orchestration.approval_subjects import Subject, subjects
from orchestration.audit import AuditEntry, Outcome
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows

LOG = "ops.approvals"
COMMAND_LINE, LAUNCHPAD, FEED = "COMMAND_LINE", "LAUNCHPAD", "FEED"
OF_LOG = (
    *("organization_id", "subject_type", "subject_id", "content_hash", "action", "tier", "amount", "currency", "actor"),
    *("role", "on_behalf_of", "occurred_at", "reason", "from_state", "to_state", "refusal", "message"),
)
NO_CONTENT = ""  # the hash of what the warehouse does not know: nobody can have seen it


class UnknownSubject(WrongRequest):
    """Nothing, or more than one thing, in the warehouse is called so; the message says what would be."""


def act(warehouse: Warehouse, settings: Settings, asked: Asked, source: str, run_id: str) -> Decision:
    """Take the action or refuse it, and append the row. Raises UnknownSubject; ValueError for a policy that is wrong."""
    policy = approval_policy(settings.approval_policy)
    subject = _the_one(warehouse, asked)
    seen = asked.content_hash or subject.content_hash
    request = Request(
        organization_id=subject.organization_id,
        subject_type=asked.subject_type,
        subject_id=asked.subject_id,
        content_hash=seen,
        current_hash=subject.content_hash,
        action=asked.action,
        actor=asked.actor,
        occurred_at=utc_now().replace(tzinfo=dt.UTC),
        amount=subject.amount,
        currency=subject.currency,
        tier=asked.tier,
        role=asked.role,
        on_behalf_of=asked.on_behalf_of,
        reason=asked.reason,
    )
    with writing(warehouse) as connection:
        decision = _decided(connection, request, policy, str(uuid.uuid4()), source, run_id)
        audit.record(connection, settings, [_audited(decision.entry, source, run_id)])
    return decision


def _the_one(warehouse: Warehouse, asked: Asked) -> Subject:
    found = [
        subject
        for subject in subjects(warehouse, asked.subject_type, asked.subject_id)
        if asked.organization_id in (None, subject.organization_id)
    ]
    name = f"{asked.subject_type} {asked.subject_id}"
    if not found:
        raise UnknownSubject(f"expected a subject that the warehouse knows, found none called {name}")
    if len(found) > 1:
        owners = ", ".join(subject.organization_id for subject in found)
        raise UnknownSubject(f"{name}: expected one organisation's, found those of {owners}; name the organisation")
    return found[0]


def take_stated(warehouse: Warehouse, settings: Settings, run_id: str) -> list[Decision]:
    """Decide every row that feeds state and that was not decided yet, in the order in which it happened.

    Content that the warehouse does not know is stale, whoever saw it.
    """
    stated = warehouse.records(
        f"select s.* from intermediate.int_approval__stated as s anti join {LOG} as d "
        f"on s.organization_id = d.organization_id and s.feed_id = d.feed_id and s.approval_id = d.approval_id "
        f"order by s.occurred_at, s.known_at, s.load_id, s.source_row"
    )
    if not stated:
        return []
    policy = approval_policy(settings.approval_policy)
    known = {
        (subject.organization_id, subject.subject_type, subject.subject_id): subject
        for kind in {SubjectType(row["subject_type"]) for row in stated}
        for subject in subjects(warehouse, kind)
    }
    decisions = []
    with writing(warehouse) as connection:
        for row in stated:
            key = row["organization_id"], SubjectType(row["subject_type"]), row["subject_id"]
            request = _stated_request(row, known.get(key))
            decisions.append(
                _decided(connection, request, policy, row["approval_id"], FEED, run_id, row["feed_id"], row["load_id"])
            )
        audit.record(connection, settings, [_audited(decision.entry, FEED, run_id) for decision in decisions])
    return decisions


def _stated_request(row: Mapping[str, Any], subject: Subject | None) -> Request:
    """The amount is the subject's own: a row cannot state a lower one to come into a lower tier."""
    return Request(
        organization_id=row["organization_id"],
        subject_type=SubjectType(row["subject_type"]),
        subject_id=row["subject_id"],
        content_hash=row["content_hash"],
        current_hash=subject.content_hash if subject else NO_CONTENT,
        action=Action(row["action"]),
        actor=row["actor"],
        occurred_at=row["occurred_at"].replace(tzinfo=dt.UTC),
        amount=subject.amount if subject else row["amount"],
        currency=subject.currency if subject else row["currency"],
        tier=row["tier"],
        role=row["role"],
        on_behalf_of=row["on_behalf_of"],
        reason=row["reason"],
        feed=row["feed_id"],
    )


def _decided(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    policy: ApprovalPolicy,
    approval_id: str,
    source: str,
    run_id: str,
    feed_id: str | None = None,
    load_id: str | None = None,
) -> Decision:
    """One transition, in the transaction that reads the log: two at once cannot both find the subject as it was."""
    found = connection.execute(
        f"select {', '.join(OF_LOG)} from {LOG} where organization_id = ? and subject_type = ? and subject_id = ? "
        "order by entry_number",
        [request.organization_id, request.subject_type, request.subject_id],
    )
    decision = decide([_entry(row) for row in found.to_arrow_table().to_pylist()], request, policy)
    ((number,),) = connection.execute(f"select coalesce(max(entry_number), 0) + 1 from {LOG}").fetchall()
    row = {
        **_row(decision.entry),
        "entry_number": number,
        "approval_id": approval_id,
        "current_hash": request.current_hash or None,
        "missing_approvals": decision.missing_approvals,
        "source": source,
        "feed_id": feed_id,
        "load_id": load_id,
        "recorded_at": utc_now(),
        "run_id": run_id,
    }
    append_rows(connection, LOG, [row])
    return decision


def _audited(entry: LogEntry, source: str, run_id: str) -> AuditEntry:
    """An action in an approval, as the audit trail keeps it."""
    return AuditEntry(
        "APPROVAL",
        str(entry.subject_type).lower(),
        entry.subject_id,
        actor=entry.actor,
        role=entry.role,
        source=source,
        organization_id=entry.organization_id,
        outcome=Outcome.DONE if entry.refusal is None else Outcome.REFUSED,
        changes={"state": (entry.from_state, entry.to_state)},
        reason=entry.reason or entry.message,
        correlation_id=run_id,
        occurred_at=entry.occurred_at.astimezone(dt.UTC).replace(tzinfo=None),
    )


def _row(entry: LogEntry) -> dict[str, Any]:
    row = asdict(entry)
    return row | {
        **{name: str(row[name]) for name in ("subject_type", "action")},
        "refusal": None if entry.refusal is None else str(entry.refusal),
        "occurred_at": entry.occurred_at.astimezone(dt.UTC).replace(tzinfo=None),
    }


def _entry(row: Mapping[str, Any]) -> LogEntry:
    typed = {
        "subject_type": SubjectType(row["subject_type"]),
        "action": Action(row["action"]),
        "refusal": None if row["refusal"] is None else Refusal(row["refusal"]),
        "occurred_at": row["occurred_at"].replace(tzinfo=dt.UTC),
    }
    return LogEntry(**{**row, **typed})


def read_log(
    warehouse: Warehouse, subject_type: SubjectType | None = None, subject_id: str | None = None
) -> list[LogEntry]:
    """Rows of the log in the order in which they were written: all, of one type, or of one subject."""
    rows = warehouse.records(
        f"select {', '.join(OF_LOG)} from {LOG} where ? in ('', subject_type) and ? in ('', subject_id) "
        "order by entry_number",
        [subject_type or "", subject_id or ""],
    )
    return [_entry(row) for row in rows]


def refusal_alerts(entries: Sequence[LogEntry]) -> Iterator[Alert]:
    """What people are told of actions that were refused."""
    for entry in entries:
        if entry.refusal is not None:
            subject = f"{entry.subject_type} {entry.subject_id}"
            yield Alert(
                "warning",
                f"Approval refused ({entry.refusal}): {subject} of {entry.organization_id}",
                f"{entry.action} by {entry.actor}: {entry.message}",
                Kind.APPROVAL_REFUSED,
                entry.organization_id,
                subject,
                f"{entry.action} by {entry.actor} at {entry.occurred_at.astimezone(dt.UTC).isoformat()}",
                is_news=True,
            )
