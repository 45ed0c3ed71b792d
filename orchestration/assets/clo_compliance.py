"""Compliance results of every deal and load, test by test. What a test measures is in calculations, remembering in the cache."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from calculations.clo.compliance import DealInputs, DealTest, Pool, TestResult, Universe, run_deals
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.clo_compliance_results"
DEAL = ["organization_id", "load_id", "deal_id"]
HOLDINGS, TERMS, TESTS = RELATIONS = (
    "intermediate.int_clo__holdings",
    "intermediate.int_clo__deal_terms",
    "staging.stg_clo__deal_tests",
)


def calculate_load(
    deals: Sequence[Mapping[str, Any]], tests: Mapping[str, Sequence[Mapping[str, Any]]], holdings: pd.DataFrame
) -> list[dict[str, Any]]:
    """Rows of the calc table for the deals of one load: each deal's tests in the order of its list, then the others.

    `deals` are their rows of terms, `tests` their lists by deal id. A line whose par or asset row is unknown takes no
    part here; the deal is then held by its entity rules. Previous values are the sheet's, so that no calculation moves
    the base of another (clo-compliance Q2).
    """
    usable = holdings[holdings["par_amount"].notna() & (holdings["par_amount"] >= 0) & holdings["has_asset_row"]]
    places, _ = pd.factorize(usable["asset_id"])  # in order of appearance, which drop_duplicates keeps
    assets = usable.drop_duplicates("asset_id")
    as_of: dt.date = deals[0]["as_of"].date()
    columns = {name: assets[name].to_numpy(dtype=object) for name in assets.columns}
    universe = Universe.from_tape(columns, as_of)
    held_by, amounts = usable["deal_id"].to_numpy(), usable["par_amount"].to_numpy(dtype=np.float64)
    pools = []
    for terms in deals:
        mine, par = held_by == terms["deal_id"], np.zeros(universe.size)
        par[places[mine]] = amounts[mine]
        pools.append(Pool([_listed(row) for row in tests.get(terms["deal_id"], ())], par, deal_inputs(terms)))
    found: list[dict[str, Any]] = []
    for terms, results in zip(deals, run_deals(universe, pools), strict=True):
        keys = {name: terms[name] for name in DEAL} | {
            "as_of_date": as_of,
            "known_at": terms["known_at"].to_pydatetime(),
        }
        sequence = {row["test_number"]: row["sequence"] for row in tests.get(terms["deal_id"], ())}
        found += [{**keys, **_row(result, sequence.get(result.number))} for result in results]
    return found


def _listed(row: Mapping[str, Any]) -> DealTest:
    limits = (_number(row[name]) for name in ("threshold", "overwrite", "previous_value"))
    direction = row["direction"] if isinstance(row["direction"], str) else None
    return DealTest.from_sheet(int(row["test_number"]), direction, *limits)


def _row(result: TestResult, sequence: int | None) -> dict[str, Any]:
    return {
        "test_number": result.number,
        "sequence": sequence,
        "is_listed": result.is_listed,
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


def deal_inputs(terms: Mapping[str, Any]) -> DealInputs:
    """What a deal's sheet says of the figures that tests and their limits take; what it does not state stays unknown."""
    maturity = terms["stated_maturity_date"]
    return DealInputs(
        analysis_date=terms["as_of"].date(),
        cash=_number(terms["principal_cash"]),
        current_libor=_number(terms["current_libor"]),
        was=_number(terms["weighted_average_spread"]),
        was_factor=_number(terms["was_factor"]),
        warf_threshold=_number(terms["warf_threshold"]),
        warf_factor=_number(terms["warf_factor"]),
        warr_threshold=_number(terms["warr_threshold"]),
        jr_oc_denominator=_number(terms["jr_oc_denominator"]),
        stated_maturity=None if pd.isna(maturity) else maturity.date(),
        target_par=_number(terms["reinvestment_target_balance"]),
        ccc_limit=_number(terms["ccc_haircut_limit"]),
    )


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def calculate_loads(warehouse: Warehouse, load_ids: Sequence[str]) -> Records:
    """Rows of the calc table for every deal of `load_ids`."""
    holdings, terms, tests = (
        warehouse.frame(
            f"select * from {relation} where load_id in (select unnest(?)) order by {order}", [list(load_ids)]
        )
        for relation, order in (
            (HOLDINGS, "load_id, deal_id, asset_id"),
            (TERMS, "load_id, deal_id"),
            (TESTS, "load_id, deal_id, sequence"),
        )
    )
    held = dict(list(holdings.groupby("load_id")))
    lists: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in _records(tests):
        lists[row["load_id"]][row["deal_id"]].append(row)
    found: list[dict[str, Any]] = []
    for load_id, deals in groupby(_records(terms), key=itemgetter("load_id")):
        found += calculate_load(list(deals), lists[load_id], held.get(load_id, holdings.iloc[0:0]))
    return {TABLE: found}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


CLO_COMPLIANCE = Calculation(
    name="clo_compliance",
    description="Every compliance test of every deal and load: those that the deal lists, and the others for information.",
    tables=(TABLE,),
    key="load_id",
    inputs=f"select distinct load_id from {TERMS}",
    deps=RELATIONS,
    compute=calculate_loads,
)
