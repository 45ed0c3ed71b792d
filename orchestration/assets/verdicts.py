"""Which deals may enter the marts as known now, and which are held at their last good instant.

The rules stand in the expectation suites and in the readers; the arithmetic of holding in holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

import dagster as dg

from expectations.rules import RuleResult
from expectations.runner import run_suite
from expectations.suites import SUITES
from orchestration.assets.raw import table_schema
from orchestration.holds import Breach, EntityLoad, EntityStatus, entity_statuses
from orchestration.quality import Verdict, as_check_result, record, suite_verdicts
from orchestration.resources import WarehouseResource, retried_when_busy, utc_now
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, table_descriptions

KEY = dg.AssetKey(["ops", "entity_status"])
ENTITY_SUITES = tuple(suite for suite in SUITES if suite.scope == "entity")
READS = sorted(
    {suite.relation for suite in ENTITY_SUITES}
    | {"raw.clo_deals", "raw.findings", "raw.loads", "calc.clo_pool_metrics", "calc.clo_oc_tests"}
)

# Every load that states a deal and is known by now; a withdrawn load states nothing.
LOADS = """
    select d.organization_id, d.deal_id, l.load_id, l.as_of, l.known_at
    from raw.clo_deals as d
    inner join raw.loads as l on d._load_id = l.load_id
    cross join ops.run_context as c
    where l.status = 'loaded' and l.known_at <= c.known_at
      and l.load_id not in (select load_id from ops.withdrawals where withdrawn_at <= c.known_at)
"""
FINDINGS = """
    select organization_id, entity_id, _load_id, min_by(code, message), min(message)
    from raw.findings
    where severity = 'critical' and scope = 'entity' and entity_type = 'deal'
    group by 1, 2, 3
"""


def find_breaches(
    warehouse: Warehouse, in_force: Set[tuple[str, str, str]]
) -> tuple[dict[tuple[str, str, str], Breach], list[Verdict]]:
    """Every (organisation, deal, load) in breach of a critical rule, and the verdicts of the rules.

    Breaches are of all loads, because a deal's last good instant lies in its past; verdicts are of loads in force, so
    that a rule passes again once the load that broke it has been replaced.
    """
    breaches = {(o, deal, load): Breach(code, message) for o, deal, load, code, message in warehouse.rows(FINDINGS)}
    verdicts: list[Verdict] = []
    for suite in ENTITY_SUITES:
        assert suite.entity_column is not None
        results = run_suite(suite, warehouse.frame(suite.sql))
        verdicts += suite_verdicts(suite, [of_loads(result, suite.entity_column, in_force) for result in results])
        for result in results:
            if result.rule.severity != "critical":
                continue
            for keys in result.failing_keys:
                entity = _entity(keys, suite.entity_column)
                breaches.setdefault(
                    entity, Breach(result.rule.rule_id, f"{result.rule.meaning}, in load {keys['load_id']}")
                )
    return breaches, verdicts


def _entity(keys: Mapping[str, Any], entity_column: str) -> tuple[str, str, str]:
    return str(keys["organization_id"]), str(keys[entity_column]), str(keys["load_id"])


def of_loads(result: RuleResult, entity_column: str, loads: Set[tuple[str, str, str]]) -> RuleResult:
    """The result as if only `loads` had been looked at."""
    if result.status != "failed":
        return result
    failing = tuple(keys for keys in result.failing_keys if _entity(keys, entity_column) in loads)
    observed = f"{len(failing)} rows of loads in force against the rule"
    return replace(
        result,
        status="failed" if failing else "passed",
        failing_keys=failing,
        failing_count=len(failing),
        observed=observed,
        message=result.message if failing else "",
    )


def loads_in_force(loads: Iterable[EntityLoad]) -> set[tuple[str, str, str]]:
    """(organisation, deal, load) of the load known last for each deal and as-of date."""
    newest: dict[tuple[str, str, dt.date], EntityLoad] = {}
    for load in sorted(loads, key=lambda load: (load.known_at, load.load_id)):
        newest[(load.organization_id, load.entity_id, load.as_of)] = load
    return {(load.organization_id, load.entity_id, load.load_id) for load in newest.values()}


def _changed(warehouse: Warehouse, statuses: tuple[EntityStatus, ...]) -> list[EntityStatus]:
    stored = {
        (organization, entity): tuple(rest)
        for organization, entity, *rest in warehouse.rows(
            "select organization_id, entity_id, status, held_since, rule_code, last_good_known_at from ops.entity_status "
            "where entity_type = 'deal' "
            "qualify row_number() over (partition by organization_id, entity_id order by recorded_at desc) = 1"
        )
    }
    return [
        s
        for s in statuses
        if stored.get((s.organization_id, s.entity_id)) != (s.status, s.held_since, s.rule_code, s.last_good_known_at)
    ]


def build_verdict_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=KEY,
        deps=[dg.AssetKey(relation.split(".")) for relation in READS],
        check_specs=[
            dg.AssetCheckSpec(
                "no_deal_is_held",
                asset=KEY,
                description="Every deal passes its critical rules; one that fails keeps its last good version.",
            )
        ],
        group_name="verdicts",
        automation_condition=dg.AutomationCondition.eager(),
        owners=[settings.owner],
        kinds={"duckdb", "greatexpectations"},
        description=table_descriptions()["ops.entity_status"],
        metadata={"dagster/column_schema": table_schema("ops.entity_status")},
    )
    def entity_status(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        warehouse = weir.warehouse
        with retried_when_busy():
            loads = [EntityLoad(*row) for row in warehouse.rows(LOADS)]
            breaches, verdicts = find_breaches(warehouse, loads_in_force(loads))
        statuses = entity_statuses(loads, breaches)
        changed = _changed(warehouse, statuses)
        now = utc_now()
        rows: list[dict[str, Any]] = [
            {
                "organization_id": s.organization_id,
                "entity_type": "deal",
                "entity_id": s.entity_id,
                "status": s.status,
                "held_since": s.held_since,
                "rule_code": s.rule_code,
                "message": s.message,
                "last_good_known_at": s.last_good_known_at,
                "recorded_at": now,
                "run_id": context.run.run_id,
            }
            for s in changed
        ]
        with warehouse.transaction() as connection:
            append_rows(connection, "ops.entity_status", rows)
        holds = [_hold_verdict(s) for s in statuses if s.status != "current"]
        record(warehouse, context.run.run_id, [*verdicts, *holds])
        summary = Verdict(
            "calc",
            "ops.entity_status",
            "no_deal_is_held",
            "critical",
            "entity",
            "passed",
            f"{len(statuses)} deals, {len(holds)} held",
        )
        return dg.MaterializeResult(
            metadata={"deals": len(statuses), "held": len(holds), "changed": len(changed)},
            check_results=[as_check_result([summary, *holds, *verdicts], asset_key=KEY, check_name="no_deal_is_held")],
        )

    return entity_status


def _hold_verdict(status: EntityStatus) -> Verdict:
    return Verdict(
        stage="calc",
        asset="ops.entity_status",
        check_name=status.rule_code or "unknown",
        severity="critical",
        scope="entity",
        status="failed",
        observed=f"{status.status} since {status.held_since}",
        message=status.message or "",
        organization_id=status.organization_id,
        entity_type="deal",
        entity_id=status.entity_id,
    )
