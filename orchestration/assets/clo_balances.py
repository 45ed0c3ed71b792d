"""Pool metrics, concentrations and OC tests of every deal and load. The finance is in calculations, remembering in the cache."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd

from calculations.clo.coverage import DealClass, oc_numerator, oc_tests
from calculations.clo.pool import PoolInputs, PoolMetrics, pool_concentrations, pool_metrics
from calculations.clo.tape import pool_from_tape
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLES = ("calc.clo_pool_metrics", "calc.clo_pool_concentrations", "calc.clo_oc_tests")
MODELS = ("int_clo__holdings", "int_clo__deal_terms", "int_clo__tranches")
DEAL = ["organization_id", "load_id", "deal_id"]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _flag(value: Any) -> bool | None:
    return None if value is None or pd.isna(value) else bool(value)


def calculate_deal(
    keys: Mapping[str, Any], terms: Mapping[str, Any], holdings: pd.DataFrame, tranches: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
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
        for model in MODELS
    ]
    holdings, terms, tranches = (dict(list(frame.groupby(DEAL))) for frame in frames)
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
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


CLO_BALANCES = Calculation(
    name="clo_current_balances",
    description="Pools and coverage of every deal and load.",
    tables=TABLES,
    key="load_id",
    inputs="select distinct load_id from intermediate.int_clo__deal_terms",
    deps=tuple(f"intermediate.{model}" for model in MODELS),
    compute=calculate_loads,
)
