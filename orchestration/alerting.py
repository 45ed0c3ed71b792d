"""What of a run people must be told: refusals, holds, failed checks, tests newly breached or cured. Sending is alerts'."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.alerts import Alert
from orchestration.holds import ENTITY_STATUSES
from orchestration.lifecycle_alerts import news_of_lifecycle
from orchestration.nav_approval_rows import event_of, log_rows, refusal_alerts
from orchestration.warehouse import Warehouse


def alerts_of_runs(warehouse: Warehouse, run_ids: Sequence[str], failure: str | None = None) -> list[Alert]:
    """Alerts of the runs that one start caused; `failure` is the message of a run that failed."""
    alerts: list[Alert] = []
    if failure is not None:
        alerts.append(Alert("critical", "Run failed, nothing was published", failure))
    alerts += _files(warehouse, run_ids)
    alerts += _holds(warehouse, run_ids)
    alerts += _checks(warehouse, run_ids)
    alerts += _coverage(warehouse, run_ids)
    alerts += _compliance(warehouse, run_ids)
    alerts += _refused_approvals(warehouse, run_ids)
    alerts += _refused_nav_approvals(warehouse, run_ids)
    alerts += news_of_lifecycle(warehouse, run_ids[-1]) if run_ids else []
    return alerts


def _in(values: Sequence[str]) -> str:
    return "(" + ", ".join("?" for _ in values) + ")" if values else "(null)"


def _files(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    refused = warehouse.rows(
        f"select l.file_name, l.status, l.message, l.advice from ops.inbox_files f join raw.loads l using (load_id) "
        f"where f.run_id in {_in(run_ids)} and f.outcome in ('rejected', 'held') order by 1",
        run_ids,
    )
    quarantined = warehouse.rows(
        f"select f.file_name, count(*), min(r.message) from ops.inbox_files f join raw.rejected_rows r "
        f"on r._load_id = f.load_id where f.run_id in {_in(run_ids)} and f.outcome = 'loaded' group by 1 order by 1",
        run_ids,
    )
    return [
        Alert("critical", f"File {status}: {name}", f"{message} {advice or ''}".strip())
        for name, status, message, advice in refused
    ] + [
        Alert("warning", f"{count} rows quarantined: {name}", f"First: {message}")
        for name, count, message in quarantined
    ]


def _holds(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    changed = warehouse.rows(
        f"select organization_id, entity_type, entity_id, status, message, last_good_known_at from {ENTITY_STATUSES} "
        f"where run_id in {_in(run_ids)} order by 1, 2, 3",
        run_ids,
    )
    once_held = set(
        warehouse.rows(
            f"select distinct organization_id, entity_type, entity_id from {ENTITY_STATUSES} where status <> 'current'"
        )
    )
    alerts = []
    for organization, kind, entity, status, message, last_good in changed:
        name = f"{kind} {entity} of {organization}"
        if status == "held":
            alerts.append(Alert("critical", f"Held: {name}", f"{message} Its figures stay as known at {last_good}."))
        elif status == "never_published":
            alerts.append(Alert("critical", f"Not published: {name}", f"{message} It has no good version yet."))
        elif (organization, kind, entity) in once_held:
            alerts.append(Alert("recovered", f"Current again: {name}", "Every critical rule passes."))
    return alerts


def _checks(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    failed = warehouse.rows(
        f"select asset, check_name, severity, status, observed, message from ops.quality_results "
        f"where run_id in {_in(run_ids)} and not passed and severity <> 'info' and entity_id is null order by 3, 1, 2",
        run_ids,
    )
    return [
        Alert(severity, f"Check {status}: {check} on {asset}", f"{message} {observed}".strip())
        for asset, check, severity, status, observed, message in failed
    ]


def _coverage(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    """Tests that a newly loaded state breaches or cures, against the as-of date before it."""
    if not _is_built(warehouse, "fact_oc_tests"):
        return []
    changed = warehouse.rows(
        f"""
        with tests as (
            select *, lag(passed) over (partition by organization_id, deal_id, tranche_name order by event_date) as before
            from marts.fact_oc_tests
            where scenario_id = 'reported'  -- a breach that a scenario projects is no news of the deal
        )
        select organization_id, deal_id, tranche_name, event_date, ratio, threshold, passed from tests
        where before is distinct from passed and before is not null
          and load_id in (select load_id from ops.inbox_files where run_id in {_in(run_ids)} and outcome = 'loaded')
        order by 1, 2, event_date, 3
        """,
        run_ids,
    )
    return [
        Alert(
            "recovered" if passed else "warning",
            f"OC test {'cured' if passed else 'breached'}: {deal} {tranche}",
            f"{deal} of {organization}, {tranche}, as of {as_of}: ratio {ratio:.4%}, trigger {threshold:.4%}.",
        )
        for organization, deal, tranche, as_of, ratio, threshold, passed in changed
    ]


def _compliance(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    """Tests of a deal's list that a newly loaded state breaches or cures, against the last date before it that decided them."""
    if not _is_built(warehouse, "fact_compliance_results"):
        return []
    changed = warehouse.rows(
        f"""
        with tests as (
            select *, lag(passed) over (
                partition by organization_id, deal_id, test_number order by event_date
            ) as before
            from marts.fact_compliance_results
            where is_listed and passed is not null  -- a date that decides nothing neither breaches nor cures
        )
        select t.organization_id, t.deal_id, t.test_number, d.test_name, d.unit, t.event_date, t.result, t.threshold,
            t.direction, t.comment, t.passed
        from tests as t
        left join marts.dim_compliance_test as d using (test_number)
        where t.before <> t.passed
          and t.load_id in (select load_id from ops.inbox_files where run_id in {_in(run_ids)} and outcome = 'loaded')
        order by 1, 2, t.event_date, 3
        """,
        run_ids,
    )
    return [
        Alert(
            "recovered" if passed else "warning",
            f"Compliance test {'cured' if passed else 'breached'}: {deal} {number} {name}",
            f"{deal} of {organization}, test {number}, as of {as_of}: result {_figure(result, unit)}, "
            f"{'at least' if direction == 'MIN' else 'at most'} {_figure(threshold, unit)}"
            f"{f' ({comment})' if comment else ''}.",
        )
        for organization, deal, number, name, unit, as_of, result, threshold, direction, comment, passed in changed
    ]


def _refused_approvals(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    """Actions of feeds and of the launchpad that were refused; the command line tells its own."""
    refused = warehouse.rows(
        f"select subject_type, subject_id, organization_id, action, actor, refusal, message from ops.approvals "
        f"where run_id in {_in(run_ids)} and refusal is not null order by entry_number",
        run_ids,
    )
    return [
        Alert("warning", f"Approval refused ({why}): {kind} {subject} of {house}", f"{action} by {actor}: {message}")
        for kind, subject, house, action, actor, why, message in refused
    ]


def _refused_nav_approvals(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    """Steps of the launchpad that were refused; the command line tells its own."""
    with warehouse.connect() as connection:
        return list(refusal_alerts([event_of(row) for row in log_rows(connection, run_ids=run_ids)]))


def _figure(value: float, unit: str) -> str:
    return f"{value:.4%}" if unit in ("fraction", "ratio") else f"{value:,.2f}"


def _is_built(warehouse: Warehouse, mart: str) -> bool:
    return bool(
        warehouse.rows(
            "select 1 from information_schema.tables where table_schema = 'marts' and table_name = ?", [mart]
        )
    )
