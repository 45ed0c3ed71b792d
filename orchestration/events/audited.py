"""Domain events as rows of the audit trail, written with them: who stated what, and each field's old and new value.

Of many events of one kind that one load or run made, one row says how many there are and seals them with a digest, so that the trail
stays as long as people read it. Source: fund-admin 1.10 (G-5, G-6).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb

from orchestration import audit
from orchestration.audit import AuditEntry, audit_policy
from orchestration.events.digests import DIGEST, SAID
from orchestration.events.store import EVENTS

_NEWS = f"select *, coalesce(load_id, run_id) as caused_by from {EVENTS} where event_number > ?"


def entries_after(connection: duckdb.DuckDBPyConnection, number: int) -> list[AuditEntry]:
    """A row for each event after event `number`, or for all of one aggregate type that one cause made of many."""
    return [*_single(connection, number), *_many(connection, number)]


def _single(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[AuditEntry]:
    found = connection.execute(
        f"select * from ({_NEWS}) qualify count(*) over (partition by organization_id, aggregate_type, caused_by) <= ? "
        "order by event_number",
        [number, audit_policy().events_one_by_one],
    )
    for row in found.to_arrow_table().to_pylist():
        data = json.loads(row["event_data"])
        changes = {name: (change["old"], change["new"]) for name, change in data["changes"].items()}
        is_new = not changes and data["state"] is not None
        if is_new:
            changes = {name: (None, value) for name, value in data["state"].items() if value is not None}
        yield AuditEntry(
            "DELETE" if data["state"] is None else "CREATE" if is_new else "UPDATE",
            row["aggregate_type"].lower(),
            row["aggregate_id"],
            source=audit.FEED if row["load_id"] else audit.SYSTEM,
            organization_id=row["organization_id"],
            changes=changes,
            reason=row["event_type"],
            correlation_id=row["caused_by"],
            occurred_at=row["occurred_at"],
        )


def _many(connection: duckdb.DuckDBPyConnection, number: int) -> Iterator[AuditEntry]:
    found = connection.execute(
        f"select organization_id, aggregate_type, caused_by, count(*), min(event_number), max(event_number), {SAID} "
        f"from ({_NEWS}) group by 1, 2, 3 having count(*) > ? order by 5",
        [number, audit_policy().events_one_by_one],
    )
    for organization_id, kind, caused_by, count, first, last, digest in found.fetchall():
        yield AuditEntry(
            "UPDATE",
            DIGEST,
            kind,
            organization_id=organization_id,
            changes={"events": (None, count), "first": (None, first), "last": (None, last), "sha256": (None, digest)},
            reason=f"{count} events of one cause, each in {EVENTS}",
            correlation_id=caused_by,
        )
