"""Scenarios from tables. Source: clo-collateral-engine 1.1, Q27."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from calculations.clo.scenario_table import base_case, scenario_of
from calculations.clo.scenarios import Assumptions, ReinvestmentTerms, Scenario
from calculations.curves import Curve

CURVE = Curve.of(dt.date(2016, 3, 23), {1: 0.004, 120: 0.02})
REINVESTMENT = ReinvestmentTerms(
    spread=0.0375, floor=0.01, maturity_months=84, price=0.99, assumptions=Assumptions(0.2, 0.02, 0.35, 6)
)
UNCHANGED = {"cpr": None, "cdr": None, "severity": None, "lag_months": None, "curve_shift": None}


def row(asset_id: str, prepayment: Any, default_rate: Any, severity: Any, lag: int | None) -> dict[str, Any]:
    cells = {"prepayment": prepayment, "default_rate": default_rate, "severity": severity, "lag_months": lag}
    return {"asset_id": asset_id, **cells}


def base(*rows: dict[str, Any]) -> Scenario:
    scenario, _ = base_case(
        rows, {"SLOW": (0.05, 0.1)}, ["L1", "L2"], curve=CURVE, reinvestment=REINVESTMENT, liquidation_price=0.98
    )
    return scenario


FOR_ALL = row("ALL", "0.2", "0.02", "0.35", 6)


def test_a_row_of_an_asset_beats_the_one_for_all_wherever_it_stands() -> None:
    own = row("L1", "SLOW", "RATING", "0.4", 12)
    expected = {"L1": Assumptions((0.05, 0.1), "RATING", 0.4, 12)}
    for rows in ((FOR_ALL, own), (own, FOR_ALL)):
        scenario = base(*rows)
        assert scenario.assumptions == Assumptions(0.2, 0.02, 0.35, 6)
        assert scenario.by_asset == expected


def test_rows_of_assets_that_the_deal_does_not_hold_and_of_reinvested_loans_are_not_its_own() -> None:
    assert base(FOR_ALL, row("L9", "0.1", "0", "0.4", 0), row("REINVEST", "0.1", "0", "0.4", 0)).by_asset == {}


def test_a_name_that_is_no_vector_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"cash-flow assumptions of ALL, prepayment: expected .* SLOW, found 'FAST'"):
        base(row("ALL", "FAST", "0", "0", 0))


def test_without_a_row_for_all_there_is_no_base_case() -> None:
    with pytest.raises(ValueError, match="expected a row for ALL"):
        base(row("L1", "0", "0", "0", 0))


def test_a_scenario_changes_what_it_names_for_assets_and_reinvested_loans() -> None:
    start = base(FOR_ALL, row("L1", "0.1", "0.05", "0.4", 12))
    changed = scenario_of({"scenario_id": "s", **UNCHANGED, "cdr": "[0.08, 0.03]"}, start)
    assert changed.assumptions == Assumptions(0.2, (0.08, 0.03), 0.35, 6)
    assert changed.by_asset == {"L1": Assumptions(0.1, (0.08, 0.03), 0.4, 12)}
    assert changed.reinvestment is not None
    assert changed.reinvestment.assumptions == Assumptions(0.2, (0.08, 0.03), 0.35, 6)


def test_a_shift_moves_the_curve_alone() -> None:
    changed = scenario_of({"scenario_id": "up", **UNCHANGED, "curve_shift": 0.01}, base(FOR_ALL))
    assert changed.curve is not None
    assert changed.curve.node_rate(1) == pytest.approx(0.014)
    assert changed.assumptions == Assumptions(0.2, 0.02, 0.35, 6)


def test_a_cell_that_is_no_rate_is_named() -> None:
    with pytest.raises(ValueError, match="scenario s, cpr: expected a number or a JSON list"):
        scenario_of({"scenario_id": "s", **UNCHANGED, "cpr": "fast"}, base(FOR_ALL))
