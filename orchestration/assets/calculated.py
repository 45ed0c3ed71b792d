"""What Python computes per deal and load: pool metrics, concentrations, OC tests. The finance is in calculations.

A load's inputs never change, so only loads that this code has not calculated yet are.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa

from calculations.clo.coverage import DealClass, oc_numerator, oc_tests
from calculations.clo.pool import PoolInputs, PoolMetrics, pool_concentrations, pool_metrics
from calculations.clo.tape import pool_from_tape
from orchestration.assets.raw import table_schema
from orchestration.column_lineage import lineage_metadata
from orchestration.fingerprints import code_fingerprint
from orchestration.lineage import column_lineage
from orchestration.pictures import coverage_picture, pool_picture
from orchestration.resources import WarehouseResource, retried_when_busy, utc_now
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, append_rows, own_tables, table_descriptions

CALCULATION = "clo_current_balances"
TABLES = ("calc.clo_pool_metrics", "calc.clo_pool_concentrations", "calc.clo_oc_tests")
REMEMBERED = "calc.calculated_loads"  # what this code has calculated already
DEPS = ("int_clo__holdings", "int_clo__deal_terms", "int_clo__tranches")
DEAL = ["organization_id", "load_id", "deal_id"]

Records = dict[str, list[dict[str, Any]]]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _flag(value: Any) -> bool | None:
    return None if value is None or pd.isna(value) else bool(value)


def calculate_deal(
    keys: Mapping[str, Any], terms: Mapping[str, Any], holdings: pd.DataFrame, tranches: pd.DataFrame
) -> Records:
    """Rows of the calc tables for one deal as one load states it.

    A line whose par or asset row is unknown takes no part here; the deal is then held by its entity rules.
    """
    usable = holdings[holdings["par_amount"].notna() & (holdings["par_amount"] >= 0) & holdings["has_asset_row"]]
    as_of: dt.date = keys["as_of_date"]
    columns = {name: usable[name].to_numpy(dtype=object) for name in usable.columns}
    pool, _ = pool_from_tape(columns, usable["par_amount"].to_numpy(dtype=np.float64), as_of)
    inputs = PoolInputs(*(_number(terms[name]) for name in ("principal_cash", "interest_cash", "current_libor")))
    metrics = pool_metrics(pool, inputs)
    groups = pool_concentrations(pool, inputs)
    classes = [
        DealClass(
            int(row["tranche_number"]),
            row["tranche_name"],
            _number(row["current_balance"]),
            _number(row["deferred_balance"]),
            _flag(row["is_pikable"]),
            bool(_flag(row["is_equity"])),
            _number(row["oc_trigger"]),
        )
        for row in tranches.to_dict("records")
    ]
    tests = oc_tests(classes, oc_numerator(pool, inputs, _number(terms["ccc_haircut_limit"])))
    metric_names = [field.name for field in fields(PoolMetrics) if field.name != "unavailable"]
    return {
        "calc.clo_pool_metrics": [
            {
                **keys,
                **{name: getattr(metrics, name) for name in metric_names},
                "unavailable_reason": metrics.unavailable_reason,
            }
        ],
        "calc.clo_pool_concentrations": [
            {
                **keys,
                "concentration_type": str(kind),
                "concentration_value": value,
                "asset_count": int(count),
                "par": float(par),
                "share": None if np.isnan(share) else float(share),
                "rank": int(rank),
            }
            for kind, value, count, par, share, rank in zip(
                groups.concentration_type,
                groups.concentration_value,
                groups.asset_count,
                groups.par,
                groups.share,
                groups.rank,
                strict=True,
            )
        ],
        "calc.clo_oc_tests": [{**keys, **asdict(test)} for test in tests],
    }


def calculate_loads(warehouse: Warehouse, load_ids: Sequence[str]) -> Records:
    """Rows of the calc tables for every deal of `load_ids`."""
    mine = "load_id in (select unnest(?))"
    frames = [
        warehouse.frame(f"select * from intermediate.{model} where {mine} order by all", [list(load_ids)])
        for model in DEPS
    ]
    holdings, terms, tranches = (dict(list(frame.groupby(DEAL))) for frame in frames)
    found: Records = {table: [] for table in TABLES}
    for deal, rows in terms.items():
        (row,) = rows.to_dict("records")
        keys = dict(zip(DEAL, deal, strict=True)) | {
            "as_of_date": row["as_of"].date(),
            "known_at": row["known_at"].to_pydatetime(),
        }
        empty_holdings, empty_tranches = frames[0].iloc[0:0], frames[2].iloc[0:0]
        computed = calculate_deal(
            keys,
            {str(k): v for k, v in row.items()},
            holdings.get(deal, empty_holdings),
            tranches.get(deal, empty_tranches),
        )
        for table, records in computed.items():
            found[table] += records
    return found


def _as_table(relation: str, records: list[dict[str, Any]]) -> pa.Table:
    return pa.table({column: [record[column] for record in records] for column in own_tables()[relation]})


def refresh(warehouse: Warehouse, code: str) -> int:
    """Calculate what this code has not calculated; returns the number of loads."""
    with warehouse.transaction() as connection:
        # Results of other code are of no use to anybody: all of them are made again.
        stale = connection.execute(
            "select count(*) from calc.calculated_loads where calculation = ? and code_fingerprint <> ?",
            [CALCULATION, code],
        ).fetchone()
        if stale and stale[0]:
            for table in TABLES:
                connection.execute(f"delete from {table}")
            connection.execute("delete from calc.calculated_loads where calculation = ?", [CALCULATION])
    todo = [
        load_id
        for (load_id,) in warehouse.rows(
            "select distinct load_id from intermediate.int_clo__deal_terms where load_id not in "
            "(select load_id from calc.calculated_loads where calculation = ?) order by 1",
            [CALCULATION],
        )
    ]
    if not todo:
        return 0
    computed = calculate_loads(warehouse, todo)
    with warehouse.transaction() as connection:
        for table, records in computed.items():
            if records:
                append(connection, table, _as_table(table, records))
        now = utc_now()
        append_rows(
            connection,
            REMEMBERED,
            [
                {"load_id": load, "calculation": CALCULATION, "code_fingerprint": code, "calculated_at": now}
                for load in todo
            ],
        )
    return len(todo)


def build_calculated_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    specs = [
        dg.AssetSpec(
            key=relation.split("."),
            deps=[["intermediate", model] for model in DEPS],
            group_name="calc",
            automation_condition=dg.AutomationCondition.eager(),
            owners=[settings.owner],
            kinds={"python", "duckdb"},
            description=table_descriptions()[relation],
            metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
        )
        for relation in (*TABLES, REMEMBERED)
    ]

    @dg.multi_asset(specs=specs, name="clo_current_balances", description="Pools and coverage of every deal and load.")
    def clo_current_balances(
        context: dg.AssetExecutionContext, weir: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            calculated = refresh(warehouse, code_fingerprint())
        pictures = {"calc.clo_pool_metrics": pool_picture, "calc.clo_oc_tests": coverage_picture}
        (remembered,) = warehouse.rows(f"select count(*) from {REMEMBERED}")[0]
        yield dg.MaterializeResult(asset_key=REMEMBERED.split("."), metadata={"dagster/row_count": remembered})
        for relation in TABLES:
            rows, deals = warehouse.rows(
                f"select count(*), count(distinct (organization_id, deal_id)) from {relation}"
            )[0]
            metadata: dict[str, Any] = {
                "dagster/row_count": rows,
                "deals": deals,
                "loads_calculated_now": calculated,
                **lineage_metadata(column_lineage(relation)),
            }
            if relation in pictures:
                metadata["picture"] = dg.MetadataValue.md(pictures[relation](warehouse))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return [clo_current_balances]
