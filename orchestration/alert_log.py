"""Which alerts are open, and of which people are told now: each once when it is raised, again after a time while it stays open,
once when it has recovered. Deciding is pure; the log is appended to in the transaction that queues what is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

import duckdb

from orchestration.alerts import RECOVERED, SEVERITIES, Alert, Kind
from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append_rows

LOG, DELIVERIES, TOLD_RUNS = "ops.alerts", "ops.alert_deliveries", "ops.alerted_runs"
_ONE_AT_A_TIME = Lock()  # two threads of one process would number rows alike


class Event(StrEnum):
    RAISED = "RAISED"
    REMINDED = "REMINDED"
    RECOVERED = "RECOVERED"
    TOLD = "TOLD"


class Logged(NamedTuple):
    """The last row of the log of one key; severity, title and body of when it was raised last."""

    event: Event
    recorded_at: dt.datetime
    alert: Alert
    raised_at: dt.datetime

    @property
    def is_open(self) -> bool:
        return self.event in (Event.RAISED, Event.REMINDED)


@dataclass(frozen=True)
class Findings:
    """What was found now. `standing` is all that is wrong of the kinds in `judged`, so that an open alert of such a kind that is
    not among it has recovered; `news` are events and turns, each told once."""

    news: Sequence[Alert] = ()
    standing: Sequence[Alert] = ()
    judged: Collection[Kind] = ()


def events(
    last: Mapping[str, Logged],
    found: Findings,
    now: dt.datetime,
    remind_after_hours: Mapping[str, float | None],
) -> list[tuple[Event, Alert]]:
    """What is told now, in order, given the last row of each key."""
    states = {key: (logged.event, logged.alert.severity) for key, logged in last.items()}
    told: list[tuple[Event, Alert]] = []

    def tell(event: Event, alert: Alert) -> None:
        states[alert.key] = (event, alert.severity)
        told.append((event, alert))

    for alert in (*found.news, *found.standing):
        event, severity = states.get(alert.key, (None, ""))
        if alert.is_news:
            if event is None:
                tell(Event.TOLD, alert)
        elif alert.severity == RECOVERED:
            if event is not Event.RECOVERED:
                tell(Event.RECOVERED, alert)
        elif event not in (Event.RAISED, Event.REMINDED) or _is_worse(alert.severity, severity):
            tell(Event.RAISED, alert)
    standing = {alert.key: alert for alert in found.standing}
    for key, logged in last.items():
        if not logged.is_open or states[key][0] is not logged.event or any(a.key == key for _, a in told):
            continue
        if logged.alert.kind in found.judged and key not in standing:
            tell(Event.RECOVERED, _recovery(logged))
        elif _is_due(logged, now, remind_after_hours):
            tell(Event.REMINDED, standing.get(key, logged.alert))
    return told


def _is_worse(severity: str, than: str) -> bool:
    return SEVERITIES.index(severity) > SEVERITIES.index(than)


def _recovery(logged: Logged) -> Alert:
    body = f"Raised at {logged.raised_at:%Y-%m-%d %H:%M} UTC: {logged.alert.body}"
    return replace(logged.alert, severity=RECOVERED, title=f"Recovered: {logged.alert.title}", body=body)


def _is_due(logged: Logged, now: dt.datetime, remind_after_hours: Mapping[str, float | None]) -> bool:
    hours = remind_after_hours[logged.alert.severity]
    return hours is not None and now - logged.recorded_at >= dt.timedelta(hours=hours)


def last_events(connection: duckdb.DuckDBPyConnection) -> dict[str, Logged]:
    """The last row of each key."""
    rows = connection.execute(
        f"""
        select alert_key, max_by(event, event_number), max(recorded_at),
            max_by(severity, event_number) filter (event in ('RAISED', 'TOLD')),
            max_by(title, event_number) filter (event in ('RAISED', 'TOLD')),
            max_by(body, event_number) filter (event in ('RAISED', 'TOLD')),
            any_value(kind), any_value(organization_id), any_value(entity), any_value(rule_code),
            max(recorded_at) filter (event in ('RAISED', 'TOLD'))
        from {LOG} group by 1 order by min(event_number)
        """
    ).fetchall()
    return {
        key: Logged(
            Event(event),
            recorded_at,
            Alert(
                severity or RECOVERED, title or "", body or "", Kind(kind), organization_id, entity, rule,
                is_news=event == Event.TOLD,
            ),
            raised_at or recorded_at,
        )
        for key, event, recorded_at, severity, title, body, kind, organization_id, entity, rule, raised_at in rows
    }  # fmt: skip


def open_alerts(connection: duckdb.DuckDBPyConnection) -> list[Logged]:
    """What is open, the worst first, then the oldest."""
    found = [logged for logged in last_events(connection).values() if logged.is_open]
    return sorted(found, key=lambda logged: (-SEVERITIES.index(logged.alert.severity), logged.raised_at))


def record(
    warehouse: Warehouse,
    run_id: str,
    found: Findings,
    receivers: Iterable[str],
    remind_after_hours: Mapping[str, float | None],
    told_runs: Iterable[str] = (),
    more_news: Callable[[duckdb.DuckDBPyConnection], Sequence[Alert]] = lambda connection: (),
) -> list[tuple[Event, Alert]]:
    """Append what is told now, queued for every receiver, and the runs whose news it holds: all of it or nothing.

    `more_news` finds news that it marks as told by itself, in the same transaction.
    """
    now = utc_now()
    with _ONE_AT_A_TIME, warehouse.transaction() as connection:
        found = replace(found, news=[*found.news, *more_news(connection)])
        told = events(last_events(connection), found, now, remind_after_hours)
        ((number,),) = connection.execute(f"select coalesce(max(event_number), 0) from {LOG}").fetchall()
        numbered = list(enumerate(told, number + 1))
        append_rows(connection, LOG, [_row(n, now, run_id, event, alert) for n, (event, alert) in numbered])
        queued = [
            {"event_number": n, "receiver": receiver, "outcome": "QUEUED", "recorded_at": now}
            for receiver in receivers
            for n, _ in numbered
        ]
        append_rows(connection, DELIVERIES, queued)
        append_rows(connection, TOLD_RUNS, [{"run_id": run, "alerted_at": now} for run in sorted(set(told_runs))])
    return told


def _row(number: int, now: dt.datetime, run_id: str, event: Event, alert: Alert) -> dict[str, object]:
    return {
        "event_number": number,
        "recorded_at": now,
        "alert_key": alert.key,
        "event": str(event),
        "kind": str(alert.kind),
        "organization_id": alert.organization_id,
        "entity": alert.entity,
        "rule_code": alert.rule,
        "severity": alert.severity,
        "title": alert.title,
        "body": alert.body,
        "run_id": run_id,
    }
