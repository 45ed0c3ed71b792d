"""Checks of the graph: control totals at each arrow, and the expectation suites. Rules stand in suites and SQL, not here."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dagster as dg

from expectations.rules import Suite
from expectations.runner import run_suite
from expectations.suites import SUITES
from orchestration.compliance_controls import COMPLIANCE_CONTROLS
from orchestration.controls import CONTROLS, Control
from orchestration.events.checking import build_event_checks
from orchestration.migration_controls import MIGRATION_CONTROLS
from orchestration.nav_approval_check import build_nav_approval_check
from orchestration.payment_date_controls import PAYMENT_DATE_CONTROLS
from orchestration.projection_controls import PROJECTION_CONTROLS
from orchestration.quality import Verdict, as_check_result, record, suite_verdicts
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.trade_controls import TRADE_CONTROLS
from orchestration.warehouse import Warehouse


def control_verdicts(warehouse: Warehouse, control: Control) -> list[Verdict]:
    """Run one control total; each entity in breach of one of entity scope has a verdict of its own besides."""
    breaches = warehouse.rows(control.sql)
    looked_at = warehouse.rows(control.counted)[0][0]
    all_of_them = Verdict(
        stage=control.relation.split(".")[0],
        asset=control.relation,
        check_name=control.name,
        severity=control.severity,
        scope=control.scope,
        status="failed" if breaches else "passed",
        observed=f"{len(breaches)} of {looked_at} against the rule",
        expected=control.description,
        message=_said(control, breaches),
    )
    if control.entity_type is None:
        return [all_of_them]
    by_entity: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for organization_id, entity_id, *rest in breaches:
        by_entity[organization_id, entity_id].append(tuple(rest))
    return [
        all_of_them,
        *(
            replace(
                all_of_them,
                observed=f"{len(found)} against the rule",
                message=_said(control, found),
                organization_id=organization_id,
                entity_type=control.entity_type,
                entity_id=entity_id,
            )
            for (organization_id, entity_id), found in by_entity.items()
        ),
    ]


def _said(control: Control, breaches: Sequence[tuple[Any, ...]]) -> str:
    shown = "; ".join(", ".join(str(value) for value in row) for row in breaches[:5])
    return f"{control.description}: {shown}" if breaches else ""


def build_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """Control totals one by one; suites one check a suite. Suites of entity scope are run by the verdict asset."""
    controls = (
        *CONTROLS,
        *COMPLIANCE_CONTROLS,
        *TRADE_CONTROLS,
        *PROJECTION_CONTROLS,
        *MIGRATION_CONTROLS,
        *PAYMENT_DATE_CONTROLS,
    )
    return [
        *(_control_check(control) for control in controls),
        *(_suite_check(suite) for suite in SUITES if suite.scope != "entity"),
        build_nav_approval_check(settings),
        *build_event_checks(),
    ]


def _is_blocking(severities: dict[str, set[str]], scope: str) -> bool:
    return scope == "run" and "critical" in severities[scope]


def _control_check(control: Control) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(control.relation.split("."))

    @dg.asset_check(
        asset=key,
        name=control.name,
        description=control.description,
        blocking=control.scope == "run" and control.severity == "critical",
    )
    def check(context: dg.AssetCheckExecutionContext, weir: WarehouseResource) -> dg.AssetCheckResult:
        verdicts = control_verdicts(weir.warehouse, control)
        record(weir.warehouse, context.run.run_id, verdicts)
        return as_check_result(verdicts, asset_key=key, check_name=control.name)

    return check


def _suite_check(suite: Suite) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(suite.relation.split("."))
    severities: dict[str, set[str]] = defaultdict(set)
    for rule in suite.rules:
        severities[suite.scope].add(rule.severity)

    @dg.asset_check(
        asset=key, name=suite.name, description=suite.description, blocking=_is_blocking(severities, suite.scope)
    )
    def check(context: dg.AssetCheckExecutionContext, weir: WarehouseResource) -> dg.AssetCheckResult:
        verdicts = suite_verdicts(suite, run_suite(suite, weir.warehouse.frame(suite.sql)))
        record(weir.warehouse, context.run.run_id, verdicts)
        return as_check_result(verdicts, asset_key=key, check_name=suite.name)

    return check
