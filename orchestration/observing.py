"""Looks at a home without changing it, whatever state it is in: no warehouse, one that a run holds, one that cannot be read.
What the figures are is health's, what of them is a concern conditions'.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb

from orchestration.alert_log import Logged
from orchestration.alerts import Alert, Kind
from orchestration.clock import utc_now
from orchestration.conditions import CHECKED, standing
from orchestration.health import Health, LastPublication, nothing_known, rates_of_queries, rates_of_runs
from orchestration.operations_policy import OperationsPolicy, operations_policy
from orchestration.response_times import ResponseTime, measure
from orchestration.run_lock import WarehouseBusy, held_since
from orchestration.run_outcomes import RunOutcome, run_outcomes
from orchestration.settings import Settings, shown
from orchestration.telling import judged
from orchestration.warehouse import Warehouse, unreadable


@dataclass(frozen=True)
class Observed:
    """What a look at a home found. `unread` says why the warehouse was not read and what to do; then of `state` only the
    publication, runs and queries are known."""

    state: Health
    published: str | None
    concerns: tuple[Alert, ...]
    unread: str | None = None

    @property
    def reasons(self) -> tuple[Alert, ...]:
        """Why a monitor should call somebody: limits that are exceeded, what is held or late, open critical alerts."""
        found = [a for a in self.concerns if a.kind in CHECKED or a.severity == "critical"]
        known = {alert.key for alert in self.concerns}
        others = [
            o.alert for o in self.state.open_alerts if o.alert.severity == "critical" and o.alert.key not in known
        ]
        return (*found, *others)

    def as_json(self) -> str:
        """One document for monitoring. Instants are UTC, ages in the unit of their name, what is unknown null."""
        document = {
            "at": self.state.at,
            "is_healthy": not self.reasons,
            "published": self.published,
            "unread": self.unread,
            "reasons": [_alert(alert) for alert in self.reasons],
            "concerns": [_alert(alert) for alert in self.concerns],
            **{name: value for name, value in asdict(self.state).items() if name not in ("at", "open_alerts")},
            "open_alerts": [_open(logged) for logged in self.state.open_alerts],
            "run_error_rate": None if self.state.runs is None else self.state.runs.error_rate,
            "query_error_rate": self.state.queries.error_rate,
        }
        return json.dumps(document, indent=2, default=_plain)


def _alert(alert: Alert) -> dict[str, Any]:
    return {**asdict(alert), "kind": str(alert.kind)}


def _open(logged: Logged) -> dict[str, Any]:
    return {**_alert(logged.alert), "raised_at": logged.raised_at}


def _plain(value: object) -> str:
    return f"{value.isoformat()}Z" if isinstance(value, dt.datetime) else str(value)


def observe(settings: Settings) -> Observed:
    """Look at the home of `settings`: ask the published copy the policy's queries, and read the warehouse if nobody holds it.

    Raises WrongPolicy.
    """
    policy, now = operations_policy(settings), utc_now()
    link = settings.published_link
    times = measure(link, policy.response.queries) if link.exists() else []
    runs = run_outcomes(settings, now - dt.timedelta(hours=policy.window_hours))
    if not settings.warehouse_path.exists():
        return _unread(
            settings, policy, now, times, runs, f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one."
        )
    try:
        warehouse = Warehouse(settings.warehouse_path, open_attempts=1)
        state, concerns = judged(warehouse, settings, policy, now, runs, times)
    except WarehouseBusy:
        why = "A run is in progress and holds the warehouse; the published files can be read meanwhile."
        seen = _unread(settings, policy, now, times, runs, why)
        return replace(seen, concerns=(*seen.concerns, *_held_long(settings, policy, now)))
    except duckdb.CatalogException as error:
        why = f"The warehouse is of an older version of Weir: `weir run` brings it up to date. ({_first_line(error)})"
        seen = _unread(settings, policy, now, times, runs, why)
        wrong = Alert("warning", "The warehouse is of an older version", why, Kind.WAREHOUSE_UNREADABLE)
        return replace(seen, concerns=(wrong, *seen.concerns))
    except duckdb.Error as error:
        why = unreadable(error)
        seen = _unread(settings, policy, now, times, runs, why)
        wrong = Alert("critical", "The warehouse cannot be read", why, Kind.WAREHOUSE_UNREADABLE)
        return replace(seen, concerns=(wrong, *seen.concerns))
    return Observed(state, _published(settings), tuple(concerns))


def _unread(
    settings: Settings,
    policy: OperationsPolicy,
    now: dt.datetime,
    times: Sequence[ResponseTime],
    runs: Sequence[RunOutcome] | None,
    why: str,
) -> Observed:
    """What is known without the warehouse: the publication in place, from its manifest, the queries and the runs."""
    state = replace(
        nothing_known(now),
        publication=_manifest(settings, now),
        queries=rates_of_queries(times),
        runs=None if runs is None else rates_of_runs(runs),
    )
    return Observed(state, _published(settings), tuple(standing(state, policy, (), runs, ())), why)


def _published(settings: Settings) -> str | None:
    return settings.published_link.resolve().name if settings.published_link.exists() else None


def _manifest(settings: Settings, now: dt.datetime) -> LastPublication | None:
    file = settings.published_link / "manifest.json"
    if not file.exists():
        return None
    stated = json.loads(file.read_text())
    published_at = dt.datetime.fromisoformat(stated["published_at"]).replace(tzinfo=None)
    age = (now - published_at).total_seconds() / 3600
    return LastPublication(stated["publication_id"], published_at, stated["run_id"], age)


def _held_long(settings: Settings, policy: OperationsPolicy, now: dt.datetime) -> list[Alert]:
    since = held_since(settings.lock_path)
    if since is None or now - since <= dt.timedelta(hours=policy.longest_run_hours):
        return []
    body = f"Since {since:%Y-%m-%d %H:%M} UTC; expected at most {policy.longest_run_hours:g} hours. See what it does, or end it."
    return [Alert("critical", "The warehouse is held for long", body, Kind.WAREHOUSE_HELD)]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."
