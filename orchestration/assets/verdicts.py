"""Which entities may enter the marts as known now, and which are held at their last good instant.

The rules stand in the expectation suites and in the readers; the arithmetic of holding in holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, replace
from typing import Any

import dagster as dg

from expectations.rules import RuleResult
from expectations.runner import run_suite
from expectations.suites import SUITES
from orchestration.assets.raw import table_schema
from orchestration.clock import utc_now
from orchestration.holds import STATUS_TABLES, Breach, EntityLoad, EntityStatus, entity_statuses
from orchestration.quality import Verdict, as_check_result, record, suite_verdicts
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, table_descriptions

ENTITY_KEYS = {"organization_id", "load_id", "deal_id", "fund_id"}
ENTITY_SUITES = tuple(suite for suite in SUITES if suite.scope == "entity")


@dataclass(frozen=True)
class EntityKind:
    """What is held as one: how many there are of it is data.

    `loads` is SQL for (organisation, entity, load, as_of, known_at) of everything that states an entity and is known by
    now; `findings` for (organisation, entity, load, code, message) of what readers found critical. A load may stand for
    a state of a feed, which is then the one as_of there is: the newest alone is in force.
    """

    entity_type: str
    loads: str
    findings: str
    reads: tuple[str, ...]


# A withdrawn load states nothing.
DEAL = EntityKind(
    "deal",
    """
    select d.organization_id, d.deal_id, l.load_id, l.as_of, l.known_at
    from raw.clo_deals as d
    inner join raw.loads as l on d._load_id = l.load_id
    cross join ops.run_context as c
    where l.status = 'loaded' and l.known_at <= c.known_at
      and l.load_id not in (select load_id from ops.withdrawals where withdrawn_at <= c.known_at)
    """,
    """
    select organization_id, entity_id, _load_id, min_by(code, message), min(message)
    from raw.findings
    where severity = 'critical' and scope = 'entity' and entity_type = 'deal'
    group by 1, 2, 3
    """,
    ("raw.clo_deals", "raw.findings", "raw.loads", "calc.clo_oc_tests"),
)
FUND = EntityKind(
    "fund",
    """
    select organization_id, fund_id, measured_id, date '1900-01-01', known_from
    from intermediate.int_fund__measured_states
    """,
    "select organization_id, fund_id, measured_id, rule_code, message from intermediate.int_fund__breaches",
    ("intermediate.int_fund__measured_states", "intermediate.int_fund__breaches", "calc.fund_performance"),
)
PRODUCT = EntityKind(
    "product",
    """
    select distinct organization_id, product_id, state_id, date '1900-01-01', known_from
    from intermediate.int_nav__products
    """,
    "select organization_id, product_id, state_id, rule_code, message from intermediate.int_nav__breaches",
    ("intermediate.int_nav__products", "intermediate.int_nav__breaches", "ops.nav_runs"),
)
# The models keep a held month out and show what was known of it before; this says so.
LEDGER_ENTITY = EntityKind(
    "ledger_entity",
    """
    select organization_id, entity_id, load_id, date '1900-01-01', known_at
    from intermediate.int_gl__entity_states
    """,
    """
    select organization_id, entity_id, load_id, rule_code, message
    from intermediate.int_gl__entity_states where rule_code is not null
    """,
    ("intermediate.int_gl__entity_states",),
)
KINDS = (DEAL, FUND, LEDGER_ENTITY, PRODUCT)


def find_breaches(
    warehouse: Warehouse, kind: EntityKind, in_force: Set[tuple[str, str, str]]
) -> tuple[dict[tuple[str, str, str], Breach], list[Verdict]]:
    """Every (organisation, entity, load) in breach of a critical rule, and the verdicts of the rules.

    Breaches are of all loads, because an entity's last good instant lies in its past; verdicts are of loads in force, so
    that a rule passes again once the load that broke it has been replaced.
    """
    breaches = {
        (o, entity, load): Breach(code, message) for o, entity, load, code, message in warehouse.rows(kind.findings)
    }
    verdicts: list[Verdict] = []
    for suite in ENTITY_SUITES:
        if suite.entity_type != kind.entity_type:
            continue
        assert suite.entity_column is not None
        results = run_suite(suite, warehouse.frame(suite.sql))
        verdicts += suite_verdicts(suite, [of_loads(result, suite.entity_column, in_force) for result in results])
        for result in results:
            if result.rule.severity != "critical":
                continue
            for keys in result.failing_keys:
                entity = _entity(keys, suite.entity_column)
                named = ", ".join(f"{key} {value}" for key, value in keys.items() if key not in ENTITY_KEYS) or (
                    f"load {keys['load_id']}"
                )
                breaches.setdefault(entity, Breach(result.rule.rule_id, f"{result.rule.meaning}: {named}"))
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
    """(organisation, deal, load) of the load known last for each entity and as-of date."""
    newest: dict[tuple[str, str, dt.date], EntityLoad] = {}
    for load in sorted(loads, key=lambda load: (load.known_at, load.load_id)):
        newest[(load.organization_id, load.entity_id, load.as_of)] = load
    return {(load.organization_id, load.entity_id, load.load_id) for load in newest.values()}


def _changed(warehouse: Warehouse, kind: EntityKind, statuses: tuple[EntityStatus, ...]) -> list[EntityStatus]:
    stored = {
        (organization, entity): tuple(rest)
        for organization, entity, *rest in warehouse.rows(
            "select organization_id, entity_id, status, held_since, rule_code, last_good_known_at "
            f"from {STATUS_TABLES[kind.entity_type]} "
            "qualify row_number() over (partition by organization_id, entity_id order by recorded_at desc) = 1"
        )
    }
    return [
        s
        for s in statuses
        if stored.get((s.organization_id, s.entity_id)) != (s.status, s.held_since, s.rule_code, s.last_good_known_at)
    ]


def build_verdict_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [_verdict_asset(settings, kind) for kind in KINDS]


def _verdict_asset(settings: Settings, kind: EntityKind) -> dg.AssetsDefinition:
    relation, check = STATUS_TABLES[kind.entity_type], f"no_{kind.entity_type}_is_held"
    key = dg.AssetKey(relation.split("."))
    suites = [suite for suite in ENTITY_SUITES if suite.entity_type == kind.entity_type]

    @dg.asset(
        key=key,
        deps=[dg.AssetKey(read.split(".")) for read in sorted({*kind.reads, *(suite.relation for suite in suites)})],
        check_specs=[
            dg.AssetCheckSpec(
                check,
                asset=key,
                description=f"Every {kind.entity_type} passes its critical rules; one that fails keeps its last good version.",
            )
        ],
        group_name="verdicts",
        automation_condition=dg.AutomationCondition.eager(),
        owners=[settings.owner],
        kinds={"duckdb", "greatexpectations"},
        description=table_descriptions()[relation],
        metadata={"dagster/column_schema": table_schema(relation)},
    )
    def entity_status(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        warehouse = weir.warehouse
        with retried_when_busy():
            loads = [EntityLoad(*row) for row in warehouse.rows(kind.loads)]
            breaches, verdicts = find_breaches(warehouse, kind, loads_in_force(loads))
            statuses = entity_statuses(loads, breaches)
            changed = _changed(warehouse, kind, statuses)
            holds = [_hold_verdict(kind, status) for status in statuses if status.status != "current"]
            recorded = {"entity_type": kind.entity_type, "recorded_at": utc_now(), "run_id": context.run.run_id}
            with warehouse.transaction() as connection:
                append_rows(connection, relation, [asdict(status) | recorded for status in changed])
            record(warehouse, context.run.run_id, [*verdicts, *holds])
        observed = f"{len(statuses)} of type {kind.entity_type}, {len(holds)} held"
        summary = Verdict("calc", relation, check, "critical", "entity", "passed", observed)
        return dg.MaterializeResult(
            metadata={"entities": len(statuses), "held": len(holds), "changed": len(changed)},
            check_results=[as_check_result([summary, *holds, *verdicts], asset_key=key, check_name=check)],
        )

    return entity_status


def _hold_verdict(kind: EntityKind, status: EntityStatus) -> Verdict:
    return Verdict(
        stage="calc",
        asset=STATUS_TABLES[kind.entity_type],
        check_name=status.rule_code or "unknown",
        severity="critical",
        scope="entity",
        status="failed",
        observed=f"{status.status} since {status.held_since}",
        message=status.message or "",
        organization_id=status.organization_id,
        entity_type=kind.entity_type,
        entity_id=status.entity_id,
    )
