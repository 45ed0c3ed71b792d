"""Strikes every product by the method of its type, and keeps a new version where anything about it has changed.

The finance is in calculations; strikes are appended to ops and never changed. Source: nav 1.3, 3.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import dagster as dg

from calculations.nav.methods import strike_product
from calculations.nav.methods.evidence import Evidence
from calculations.nav.strike_days import strike_days
from calculations.nav.strike_inputs import strike_inputs
from calculations.nav.validation import blocks, judge
from orchestration.assets.nav_market import SHARED, load_market
from orchestration.assets.nav_products import OF_ORGANIZATION, OF_PRODUCT, PRODUCT_TYPES, stated_products
from orchestration.assets.nav_rows import RESTRIKES, RUNS, STRIKES, TABLES, Struck, record_strike
from orchestration.assets.raw import table_schema
from orchestration.calculation_cache import REMEMBERED
from orchestration.clock import utc_now
from orchestration.column_lineage import lineage_metadata
from orchestration.fingerprints import code_fingerprint
from orchestration.lineage import column_lineage
from orchestration.nav_evidence import MODELS, StrikeEvidence
from orchestration.pictures import nav_picture
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, table_descriptions

CALCULATION = "nav_strikes"
DEPS = (
    *(f"intermediate.int_nav__{model}" for model in ("struck_states", "products", "instruments", "prices")),
    *(f"intermediate.int_nav__{model}" for model in (*OF_PRODUCT, *OF_ORGANIZATION)),
    *(f"staging.stg_nav__{product_type}_products" for product_type in PRODUCT_TYPES),
    *MODELS,
    "intermediate.int_market__fx_rates",
    "intermediate.int_market__holidays",
    "seeds.sources",
)


def refresh(warehouse: Warehouse, code: str, run_id: str) -> int:
    """Strike what has not been struck on these inputs; returns the number of new runs."""
    done = dict(
        warehouse.rows(f"select inputs_id, code_fingerprint from {REMEMBERED} where calculation = ?", [CALCULATION])
    )
    wanted = {organization: _inputs_id(warehouse, organization) for organization in organizations(warehouse)}
    todo = [organization for organization, inputs_id in wanted.items() if done.get(inputs_id) != code]
    if not todo and set(done) <= set(wanted.values()):
        return 0
    struck, runs = Struck(), 0
    with warehouse.transaction() as connection:
        for organization in todo:
            for _ in strike_products(warehouse, organization, run_id, struck):
                runs += struck.write(connection) if struck.is_full else 0
        runs += struck.write(connection)
        connection.execute(f"delete from {REMEMBERED} where calculation = ?", [CALCULATION])
        now = utc_now()
        remembered = {"calculation": CALCULATION, "code_fingerprint": code, "calculated_at": now}
        append_rows(connection, REMEMBERED, [{**remembered, "inputs_id": each} for each in wanted.values()])
    return runs


def organizations(warehouse: Warehouse) -> list[str]:
    return [
        o
        for (o,) in warehouse.rows(
            "select distinct organization_id from intermediate.int_nav__struck_states order by 1"
        )
    ]


def _known_loads(warehouse: Warehouse, organization: str) -> list[tuple[str, dt.datetime]]:
    """Every load that a strike of the organisation may use, with when it became known."""
    return warehouse.rows(
        "select distinct load_id, known_at from intermediate.int_feeds__loads_known "
        "where withdrawn_at is null and organization_id in (?, ?) "
        "and kind in ('nav_workbook', 'nport', 'price_feed', 'fx_feed', 'holidays', 'fund_workbook') order by 1",
        [organization, SHARED],
    )


def _inputs_id(warehouse: Warehouse, organization: str) -> str:
    loads = ",".join(load_id for load_id, _ in _known_loads(warehouse, organization))
    return hashlib.sha256(f"{organization}|{loads}".encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What striking a product on a day came to: NEW_VERSION, UNCHANGED, or NOT_STRUCK where it failed or was blocked."""

    product_id: str
    valuation_date: dt.date
    outcome: Literal["NEW_VERSION", "UNCHANGED", "NOT_STRUCK"]
    strike_id: str
    previous_strike_id: str | None


def strike_products(
    warehouse: Warehouse,
    organization: str,
    run_id: str,
    struck: Struck,
    is_wanted: Callable[[dt.date], bool] = lambda day: True,
) -> Iterator[list[Outcome]]:
    """Strike the products of an organisation one after the other, on every day of theirs that is wanted.

    Rows of what is new go to `struck`, which whoever iterates may write and empty between two products.
    """
    market = load_market(warehouse, organization)
    known_at = max(known for _, known in _known_loads(warehouse, organization))
    versions = {
        (product, day): (version, strike_id, status)
        for product, day, version, strike_id, status in warehouse.rows(
            "select product_id, valuation_date, max(version), arg_max(strike_id, struck_at), "
            f"arg_max(status, struck_at) from {RUNS} "
            "where organization_id = ? group by all",
            [organization],
        )
    }
    beside = StrikeEvidence(warehouse, organization, market, known_at)
    for stated, state_id in stated_products(warehouse, organization):
        outcomes = []
        before = None
        for day in filter(is_wanted, strike_days(stated, market)):
            inputs = strike_inputs(stated, market, day)
            evidence = Evidence(stated, market, inputs)
            result = strike_product(evidence)
            product_id = inputs.product.product_id
            version, last, status = versions.get((product_id, day), (None, None, None))
            # what a rule blocked is judged again: the record that it broke on may have come since
            if result.inputs_hash == last and status != "BLOCKED":
                before = before if version is None else result
                outcomes.append(Outcome(product_id, day, "UNCHANGED", last, last))
                continue
            rules = judge(beside.case(evidence, result, before))
            if result.inputs_hash == last and blocks(rules):
                outcomes.append(Outcome(product_id, day, "UNCHANGED", last, last))
                continue
            keys = {
                "organization_id": organization,
                "product_id": product_id,
                "valuation_date": day,
                "strike_id": result.inputs_hash,
                "known_at": known_at,
            }
            is_struck = record_strike(struck, keys, inputs, result, rules, (version or 0) + 1, state_id, run_id)
            before = result if is_struck else before
            outcomes.append(
                Outcome(product_id, day, "NEW_VERSION" if is_struck else "NOT_STRUCK", result.inputs_hash, last)
            )
        yield outcomes


def build_nav_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                key=relation.split("."),
                # a day that is struck again comes before what reads the strikes
                deps=[dep.split(".") for dep in (*DEPS, RESTRIKES)],
                group_name="calc",
                automation_condition=dg.AutomationCondition.eager(),
                owners=[settings.owner],
                kinds={"python", "duckdb"},
                description=table_descriptions()[relation],
                metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
            )
            for relation in TABLES
        ],
        name=CALCULATION,
        description="NAVs of every product by the method of its type, each strike a version of its own.",
    )
    def nav_strikes(context: dg.AssetExecutionContext, weir: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            runs = refresh(warehouse, code_fingerprint(), context.run.run_id)
        for relation in TABLES:
            (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
            lineage = lineage_metadata(column_lineage(relation))
            metadata: dict[str, Any] = {"dagster/row_count": rows, "runs_now": runs, **lineage}
            if relation == STRIKES:
                metadata["picture"] = dg.MetadataValue.md(nav_picture(warehouse))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return nav_strikes
