"""What happened in runs that people must be told: tests newly breached or cured, events of the lifecycle, refused approvals.
What is wrong until it is cured is conditions'; whether it is told telling's and alert_log's.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.alerts import Alert, Kind
from orchestration.approving import read_log
from orchestration.approving import refusal_alerts as refused_actions
from orchestration.nav_approval_rows import event_of, log_rows
from orchestration.nav_approval_rows import refusal_alerts as refused_nav_steps
from orchestration.warehouse import Warehouse


def turned_tests(warehouse: Warehouse, run_ids: Sequence[str]) -> list[Alert]:
    """Tests that what these runs loaded newly breaches or cures."""
    return [*_coverage(warehouse, run_ids), *_compliance(warehouse, run_ids)]


def dead_run(run_id: str) -> Alert:
    """A run whose process died before it ended; whoever started next found it."""
    body = "Its process died before it ended. What it had begun is done again by the run that found it."
    return Alert("warning", f"Run died: {run_id}", body, Kind.RUN_DIED, entity=run_id, is_news=True)


def untold_runs(warehouse: Warehouse) -> list[str]:
    """Runs that took files in and whose process died before it told of them."""
    rows = warehouse.rows(
        "select distinct run_id from ops.inbox_files where run_id not in (select run_id from ops.alerted_runs) order by 1"
    )
    return [run_id for (run_id,) in rows]


def refused_steps(warehouse: Warehouse) -> list[Alert]:
    """Every action and step of an approval that was refused; who was told of one is not told again."""
    with warehouse.connect() as connection:
        events = [event_of(row) for row in log_rows(connection)]
    return [*refused_actions(read_log(warehouse)), *refused_nav_steps(events)]


def _in(values: Sequence[str]) -> str:
    return "(" + ", ".join("?" for _ in values) + ")" if values else "(null)"


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
            Kind.OC_TEST,
            organization,
            f"{deal} {tranche}",
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
            Kind.COMPLIANCE_TEST,
            organization,
            f"{deal} {number}",
        )
        for organization, deal, number, name, unit, as_of, result, threshold, direction, comment, passed in changed
    ]


def _figure(value: float, unit: str) -> str:
    return f"{value:.4%}" if unit in ("fraction", "ratio") else f"{value:,.2f}"


def _is_built(warehouse: Warehouse, mart: str) -> bool:
    return bool(
        warehouse.rows(
            "select 1 from information_schema.tables where table_schema = 'marts' and table_name = ?", [mart]
        )
    )
