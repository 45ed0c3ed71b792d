"""Scenarios from tables: the base case as a workbook states it, and others that say what they change of it.

A rate in a table is a number, or a JSON list with one number per period. Nothing is projected here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from calculations.clo.scenarios import RATING, Assumptions, Rates, ReinvestmentTerms, Scenario
from calculations.clo.tape_terms import Assumed
from calculations.curves import Curve

ALL = "ALL"
REINVEST = "REINVEST"  # a row for reinvested loans, whose assumptions the deal's own sheet states
_FIELDS = {"cpr": "prepayment", "cdr": "default_rate", "severity": "severity"}

Vectors = Mapping[str, Sequence[float]]


def base_case(
    rows: Iterable[Mapping[str, Any]],
    vectors: Vectors,
    held: Iterable[str],
    *,
    curve: Curve,
    reinvestment: ReinvestmentTerms,
    liquidation_price: float,
) -> tuple[Scenario, tuple[Assumed, ...]]:
    """The scenario `base` of a deal: rows by asset id beat the one for ALL, whatever their order.

    `rows` have the columns of `stg_clo__cash_flow_assumptions`; `held` are the deal's asset ids. Raises ValueError
    where no row is for ALL, or a cell is neither a rate nor the name of a vector. Source: clo-collateral-engine 1.1, Q27.
    """
    kept = set(held)
    assumed: list[Assumed] = []
    by_asset: dict[str, Assumptions] = {}
    for row in rows:
        asset_id = str(row["asset_id"])
        if asset_id == REINVEST or (asset_id != ALL and asset_id not in kept):
            continue
        by_asset[asset_id] = _assumptions(row, vectors, assumed)
    for_all = by_asset.pop(ALL, None)
    if for_all is None:
        raise ValueError("cash-flow assumptions: expected a row for ALL, found none")
    scenario = Scenario(
        "base",
        for_all,
        curve=curve,
        by_asset=by_asset,
        reinvestment=reinvestment,
        liquidation_price=liquidation_price,
    )
    return scenario, tuple(assumed)


def scenario_of(row: Mapping[str, Any], base: Scenario) -> Scenario:
    """A row of the scenario table upon the base case: a figure it gives holds for every asset and reinvested loan.

    `row` has scenario_id, cpr, cdr, severity, lag_months and curve_shift; what is blank stays as in the base case.
    Raises ValueError naming scenario and column for a cell that is no rate.
    """
    name = str(row["scenario_id"])
    changes: dict[str, Any] = {
        column: _rates(row[column], name, column) for column in _FIELDS if row[column] not in (None, "")
    }
    if row["lag_months"] is not None:
        changes["lag_months"] = int(row["lag_months"])

    def changed(assumptions: Assumptions) -> Assumptions:
        return replace(assumptions, **changes)

    reinvestment = base.reinvestment
    return replace(
        base,
        name=name,
        assumptions=changed(base.assumptions),
        by_asset={asset_id: changed(own) for asset_id, own in base.by_asset.items()} if len(changes) < 4 else {},
        reinvestment=reinvestment and replace(reinvestment, assumptions=changed(reinvestment.assumptions)),
        curve=base.curve.shifted(row["curve_shift"]) if base.curve is not None and row["curve_shift"] else base.curve,
    )


def _rates(text: Any, scenario: str, column: str) -> Rates:
    try:
        found = json.loads(str(text))
        return tuple(float(rate) for rate in found) if isinstance(found, list) else float(found)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"scenario {scenario}, {column}: expected a number or a JSON list of numbers, found {text!r}"
        ) from error


def _assumptions(row: Mapping[str, Any], vectors: Vectors, assumed: list[Assumed]) -> Assumptions:
    asset_id = str(row["asset_id"])
    values: dict[str, Any] = {}
    for field, column in _FIELDS.items():
        cell = str(row[column] or "").strip()
        if field == "cdr" and cell.upper() == RATING:
            values[field] = RATING
        elif cell in vectors:
            values[field] = tuple(vectors[cell])
        elif not cell:
            values[field] = 0.0
            assumed.append(Assumed(asset_id, column, "0", "the assumptions table has a blank cell"))
        else:
            try:
                values[field] = float(cell)
            except ValueError as error:
                raise ValueError(
                    f"cash-flow assumptions of {asset_id}, {column}: expected a rate or one of the vectors "
                    f"{', '.join(sorted(vectors)) or '(none)'}, found {cell!r}"
                ) from error
    if row["lag_months"] is None:
        assumed.append(Assumed(asset_id, "lag_months", "0", "the assumptions table has a blank cell"))
    return Assumptions(**values, lag_months=int(row["lag_months"] or 0))
