"""Compliance results of every deal and load, test by test. What a test measures is in calculations, remembering in the cache."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from calculations.clo.columns import Floats
from calculations.clo.compliance import DealInputs, DealTest, Holdings, Universe, catalogue, run
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.clo_compliance_results"
DEAL = ["organization_id", "load_id", "deal_id"]
HOLDINGS, TERMS, TESTS = RELATIONS = (
    "intermediate.int_clo__holdings",
    "intermediate.int_clo__deal_terms",
    "staging.stg_clo__deal_tests",
)
# Deal input -> column of int_clo__deal_terms; what a sheet does not state stays unknown.
INPUTS = {
    "cash": "principal_cash",
    "current_libor": "current_libor",
    "was": "weighted_average_spread",
    "was_factor": "was_factor",
    "warf_threshold": "warf_threshold",
    "warf_factor": "warf_factor",
    "warr_threshold": "warr_threshold",
    "jr_oc_denominator": "jr_oc_denominator",
    "target_par": "reinvestment_target_balance",
    "ccc_limit": "ccc_haircut_limit",
}


def calculate_deal(
    keys: Mapping[str, Any], terms: Mapping[str, Any], tests: Sequence[Mapping[str, Any]], holdings: pd.DataFrame
) -> list[dict[str, Any]]:
    """Rows of the calc table for one deal as one load states it: its tests in the order of its list, then the others.

    A line whose par or asset row is unknown takes no part here; the deal is then held by its entity rules. Previous
    values are the sheet's, so that no calculation moves the base of another (clo-compliance Q2).
    """
    usable = holdings[holdings["par_amount"].notna() & (holdings["par_amount"] >= 0) & holdings["has_asset_row"]]
    columns = {name: usable[name].to_numpy(dtype=object) for name in usable.columns}
    universe = Universe.from_tape(columns, keys["as_of_date"])
    par: Floats = usable["par_amount"].to_numpy(dtype=np.float64)
    listed = [
        DealTest.from_sheet(
            int(row["test_number"]),
            row["direction"],
            *(_number(row[name]) for name in ("threshold", "overwrite", "previous_value")),
        )
        for row in tests
    ]
    sequence = {int(row["test_number"]): row["sequence"] for row in tests}
    results = run(listed, Holdings(universe, par), deal_inputs(keys, terms))
    return [
        {
            **keys,
            "test_number": result.number,
            "sequence": sequence.get(result.number),
            "is_listed": result.is_listed,
            "unit": result.unit,
            "denominator_kind": _denominator_kind(result.number),
            "numerator": result.numerator,
            "denominator": result.denominator,
            "result": result.result,
            "threshold": result.threshold,
            "direction": result.direction,
            "passed": result.passed,
            "previous_value": result.previous,
            "comment": "; ".join(part for part in (result.comment, result.pass_comment) if part) or None,
            "reason": result.reason,
        }
        for result in results
    ]


def deal_inputs(keys: Mapping[str, Any], terms: Mapping[str, Any]) -> DealInputs:
    """What a deal's sheet says of the figures that tests and their limits take, on the load's as-of date."""
    maturity = terms["stated_maturity_date"]
    stated = DealInputs(
        analysis_date=keys["as_of_date"],
        stated_maturity=None if pd.isna(maturity) else maturity.date(),
    )
    return replace(stated, **{name: _number(terms[column]) for name, column in INPUTS.items()})


def _denominator_kind(number: int) -> str | None:
    definition = catalogue().get(number)
    if definition is None:
        return None
    return "INPUT" if definition.denominator_input is not None else definition.denominator


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def calculate_loads(warehouse: Warehouse, load_ids: Sequence[str]) -> Records:
    """Rows of the calc table for every deal of `load_ids`."""
    frames = {
        relation: warehouse.frame(
            f"select * from {relation} where load_id in (select unnest(?)) order by {order}", [list(load_ids)]
        )
        for relation, order in zip(RELATIONS, ("load_id, deal_id, asset_id", "load_id, deal_id", "sequence"), strict=True)
    }
    holdings, terms, tests = (dict(list(frames[relation].groupby(DEAL))) for relation in RELATIONS)
    found: list[dict[str, Any]] = []
    for deal, rows in terms.items():
        (row,) = rows.to_dict("records")
        keys = dict(zip(DEAL, deal, strict=True)) | {
            "as_of_date": row["as_of"].date(),
            "known_at": row["known_at"].to_pydatetime(),
        }
        listed = tests[deal].to_dict("records") if deal in tests else []
        found += calculate_deal(
            keys,
            {str(name): value for name, value in row.items()},
            [{str(name): value for name, value in test.items()} for test in listed],
            holdings.get(deal, frames[HOLDINGS].iloc[0:0]),
        )
    return {TABLE: found}


CLO_COMPLIANCE = Calculation(
    name="clo_compliance",
    description="Every compliance test of every deal and load: those that the deal lists, and the others for information.",
    tables=(TABLE,),
    key="load_id",
    inputs=f"select distinct load_id from {TERMS}",
    deps=RELATIONS,
    compute=calculate_loads,
)
