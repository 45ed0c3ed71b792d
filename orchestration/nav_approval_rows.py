"""The log of approvals of strikes in the warehouse: its rows, and what people are told of them. What is decided, and whether the log is whole, do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from calculations.approvals.log import Refusal
from calculations.nav.approval_log import Day, NavEvent, Restatement, Status, Step
from orchestration.alerts import Alert, Kind
from orchestration.sealed_log import STRIKE_APPROVALS

LOG, HEAD = TABLES = (STRIKE_APPROVALS.table, STRIKE_APPROVALS.head)
_PLAIN = (
    *("version", "strike_id", "content_hash", "seen_hash", "actor", "stated_actor", "is_automatic", "requested_by"),
    *(
        "comment",
        "move",
        "is_override_used",
        "approvals",
        "approvals_needed",
        "restates_version",
        "correction",
        "message",
    ),
)


def append_events(
    connection: duckdb.DuckDBPyConnection, key: bytes, events: Sequence[NavEvent], source: str, run_id: str
) -> None:
    """Append events within the caller's transaction."""
    STRIKE_APPROVALS.append(connection, key, [{**event_row(e), "source": source, "run_id": run_id} for e in events])


def event_row(event: NavEvent) -> dict[str, Any]:
    """An event as the log keeps it, but for its place, source and seals."""
    stated = event.restatement
    return {
        **event.day._asdict(),
        **{name: getattr(event, name) for name in _PLAIN},
        "step": str(event.step),
        "from_status": str(event.from_status),
        "to_status": str(event.to_status),
        "recorded_at": event.occurred_at.astimezone(dt.UTC).replace(tzinfo=None),
        "warnings": ", ".join(event.warnings) or None,
        "restatement_id": stated and stated.restatement_id,
        "cause": stated and stated.cause,
        "first_bad_date": stated and stated.first_bad_date,
        "refusal": None if event.refusal is None else str(event.refusal),
    }


def event_of(row: Mapping[str, Any]) -> NavEvent:
    """A row of the log as an event. Raises ValueError where it holds what no event can."""
    stated = None
    if row["restatement_id"] is not None:
        stated = Restatement(row["restatement_id"], row["cause"], row["first_bad_date"])
    return NavEvent(
        day=Day(row["organization_id"], row["product_id"], row["valuation_date"]),
        step=Step(row["step"]),
        from_status=Status(row["from_status"]),
        to_status=Status(row["to_status"]),
        occurred_at=row["recorded_at"].replace(tzinfo=dt.UTC),
        warnings=tuple(row["warnings"].split(", ")) if row["warnings"] else (),
        restatement=stated,
        refusal=None if row["refusal"] is None else Refusal(row["refusal"]),
        **{name: row[name] for name in _PLAIN},
    )


def log_rows(
    connection: duckdb.DuckDBPyConnection,
    organization_id: str | None = None,
    product_id: str | None = None,
    run_ids: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Rows of the log in their order: all, or those of an organisation, of a product, of runs."""
    found = connection.execute(
        f"select * from {LOG} where (? is null or organization_id = ?) and (? is null or product_id = ?) "
        "and (? or run_id in (select unnest(?::varchar[]))) order by event_number",
        [organization_id, organization_id, product_id, product_id, run_ids is None, list(run_ids or ())],
    )
    rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return rows


def refusal_alerts(events: Sequence[NavEvent]) -> Iterator[Alert]:
    """What people are told of steps that were refused."""
    for event in events:
        if event.refusal is not None:
            product = f"{event.day.product_id} of {event.day.valuation_date}, version {event.version}"
            yield Alert(
                "warning",
                f"NAV approval refused ({event.refusal}): {product}, {event.day.organization_id}",
                f"{event.step} by {event.stated_actor}: {event.message}",
                Kind.NAV_APPROVAL_REFUSED,
                event.day.organization_id,
                product,
                f"{event.step} by {event.stated_actor} at {event.occurred_at.isoformat()}",
                is_news=True,
            )
