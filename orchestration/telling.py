"""Tells people, from the command line and the UI alike: what happened and what is wrong is put into the log of alerts, then sent.
What is worth an alert is alerting's and conditions'; how one reaches people alert_delivery's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from orchestration.alert_delivery import deliver, receivers
from orchestration.alert_log import Findings, record
from orchestration.alerting import refused_steps, turned_tests, untold_runs
from orchestration.alerts import Alert, Kind
from orchestration.audit import breaches
from orchestration.clock import utc_now
from orchestration.conditions import JUDGED, refused_files, standing
from orchestration.health import Health, health
from orchestration.lifecycle_alerts import news_of_lifecycle
from orchestration.operations_policy import OperationsPolicy, operations_policy
from orchestration.response_times import recorded
from orchestration.run_outcomes import RunOutcome
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


def window(settings: Settings) -> dt.datetime:
    """Since when runs and queries are judged (UTC)."""
    return utc_now() - dt.timedelta(hours=operations_policy(settings).window_hours)


def raise_alerts(settings: Settings, run_id: str, alerts: Sequence[Alert]) -> bool:
    """Tell of `alerts` alone, each once. False where a receiver did not get all that waits for it."""
    if not alerts:
        return True
    warehouse, policy = Warehouse(settings.warehouse_path), operations_policy(settings)
    warehouse.create_tables()
    record(warehouse, run_id, Findings(news=alerts), receivers(settings), policy.alerts.remind_after_hours)
    return deliver(warehouse, settings, policy.alerts.send_timeout_seconds)


def tell(
    warehouse: Warehouse,
    settings: Settings,
    run_ids: Sequence[str],
    runs: Sequence[RunOutcome] | None,
    *,
    failure: str | None = None,
    news: Sequence[Alert] = (),
) -> bool:
    """Tell of everything that is new: of `run_ids` and of runs whose process died before it told, of what began to be wrong, of
    what has recovered, of what is still open after the time of the policy.

    `runs`: outcomes within the policy's window, None where there is no history. `failure`: why the last run failed.
    False where a receiver did not get all that waits for it.
    """
    policy, now = operations_policy(settings), utc_now()
    untold = sorted({*run_ids, *untold_runs(warehouse)})
    _, wrong = judged(warehouse, settings, policy, now, runs)
    if failure is not None:
        wrong = [alert for alert in wrong if alert.kind is not Kind.RUN_FAILED]
        wrong.insert(0, Alert("critical", "Run failed, nothing was published", failure, Kind.RUN_FAILED))
    found = Findings(
        news=[*news, *turned_tests(warehouse, untold), *refused_steps(warehouse)],
        standing=wrong,
        judged=[kind for kind in JUDGED if runs is not None or kind not in (Kind.RUN_FAILED, Kind.RUN_ERRORS)],
    )
    last = run_ids[-1] if run_ids else f"alerts {now.isoformat()}"
    record(
        warehouse,
        last,
        found,
        receivers(settings),
        policy.alerts.remind_after_hours,
        told_runs=untold,
        more_news=lambda connection: news_of_lifecycle(connection, last),
    )
    return deliver(warehouse, settings, policy.alerts.send_timeout_seconds)


def judged(
    warehouse: Warehouse,
    settings: Settings,
    policy: OperationsPolicy,
    now: dt.datetime,
    runs: Sequence[RunOutcome] | None,
    asked_now: Sequence[Any] = (),
) -> tuple[Health, list[Alert]]:
    """The state of the warehouse, and all that is wrong with it. `asked_now`: response times that are not recorded."""
    with warehouse.connect() as connection:
        times = recorded(connection, now - dt.timedelta(hours=policy.window_hours))
        state = health(connection, policy, now, runs, [*times, *asked_now])
    trail, _ = breaches(warehouse, settings)
    return state, standing(state, policy, refused_files(warehouse, settings), runs, trail)
