"""Assets rolled up to deal periods, and what a deal measures of them. Figures are those of clo-collateral-engine 8 L, 4.3, 4.4."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.clo.collateral import AssetTerms, CollateralFlows, project, project_assets, read_assets
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.presets import preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations import collateral_tables as tables
from tests.calculations.collateral_cases import (
    CURVE_H,
    DEFAULTED,
    FIXED,
    FLOATER,
    SLOW_DEFAULTS,
    WEEKENDS,
    quarterly_deal,
    read_table,
)

E = replace(FIXED, asset_id="E")
COLUMNS = {
    "default": "defaults",
    "mv_default": "default_value",
    "interest": "interest",
    "sched_prin": "scheduled",
    "unsched_prin": "unscheduled",
    "recovery": "recoveries",
    "net_loss": "net_loss",
}
BALANCES = {"beg_perf": "performing", "beg_default": "defaulted", "beg_mv_default": "defaulted_value"}


def projected(
    *assets: AssetTerms, quirks: str = "", scenarios: Scenarios | None = None, threads: int = 2
) -> CollateralFlows:
    chosen = scenarios or Scenarios.of([Scenario("base", SLOW_DEFAULTS)])
    return project(assets, chosen, quarterly_deal(), WEEKENDS, preset(quirks.split()), threads=threads)


def assert_is_table(found: PoolFlows, table: str) -> None:
    """Against the periods a table shows; balances are those that a period begins with."""
    expected = read_table(table)
    shown = len(expected["period"])
    for column, name in {**COLUMNS, **BALANCES}.items():
        stated = [float(value) for value in expected[column]]
        assert getattr(found, name)[0, :shown].tolist() == pytest.approx(stated, abs=0.005001, rel=0), column


def test_table_l_asset_e_defaults_lead_the_cash_by_the_old_clock() -> None:
    assert_is_table(projected(E, quirks="COL-07 COL-20").flows, tables.TABLE_L_ASSET_E)


@pytest.mark.parametrize("quirks", ["", "COL-07 COL-20", "COL-30"])
def test_table_l_asset_g_is_the_same_under_every_preset(quirks: str) -> None:
    assert_is_table(projected(DEFAULTED, quirks=quirks).flows, tables.TABLE_L_ASSET_G)


def test_table_l_pool_proceeds_and_balances() -> None:
    """Asset A has no defaults of its own: the assumptions of a single asset beat those for all."""
    by_asset = {"A": Assumptions()}
    scenarios = Scenarios.of([Scenario("base", SLOW_DEFAULTS, by_asset=by_asset)])
    flows = projected(FIXED, E, DEFAULTED, quirks="COL-07 COL-20", scenarios=scenarios).flows
    expected = {name: [float(value) for value in values] for name, values in read_table(tables.TABLE_L_POOL).items()}
    performing, defaulted, value = flows.performing[0, 1:], flows.defaulted[0, 1:], flows.defaulted_value[0, 1:]
    found = {
        "interest_proceeds": flows.interest[0],
        "principal_proceeds": flows.principal[0],
        "perf_end": performing,
        "default_end": defaulted,
        "mv_default_end": value,
        "prin_bal_all": performing + defaulted,
        "oc_numerator": performing + value + flows.principal[0],
    }
    for name, values in found.items():
        assert values.tolist() == pytest.approx(expected[name], abs=0.005001, rel=0), name


def test_standard_defaults_are_counted_in_the_period_of_the_cash() -> None:
    """Table E's defaults by payment date: the first row in period 1, the last performing row in period 8."""
    flows = projected(E).flows
    expected = [float(value) for value in read_table(tables.TABLE_E)["default"]]
    assert flows.defaults[0].tolist() == pytest.approx([*expected, 0.0], abs=0.005001, rel=0)


@pytest.mark.parametrize("quirks", ["", "COL-07 COL-20"])
def test_scenarios_do_not_depend_on_each_other_or_on_threads(quirks: str) -> None:
    items = [
        Scenario(f"{cpr} {cdr} {lag}", Assumptions(cpr, cdr, 0.4, lag), CURVE_H.shifted(lag / 1e4))
        for cpr in (0.0, 0.1, (0.1, 0.3))
        for cdr in (0.0, (0.02, 0.05, 0.0))
        for lag in (0, 5, 12)
    ]
    many = [replace(item, name=f"{item.name} {copy}") for copy in range(15) for item in items]
    pool = (FIXED, FLOATER, DEFAULTED)
    one = projected(*pool, quirks=quirks, scenarios=Scenarios.of(many), threads=1).flows
    two = projected(*pool, quirks=quirks, scenarios=Scenarios.of(many[::-1]), threads=2).flows
    alone = projected(*pool, quirks=quirks, scenarios=Scenarios.of([many[-1]])).flows
    for name in PoolFlows.__dataclass_fields__:
        assert (getattr(one, name) == getattr(two, name)[::-1]).all(), name
        assert (getattr(one, name)[-1] == getattr(alone, name)[0]).all(), name


def test_balances_of_low_rated_assets_stand_cheapest_first() -> None:
    dear = replace(FIXED, asset_id="dear", market_value=90.0, moodys_rating="CAA1")
    cheap = replace(FIXED, asset_id="cheap", market_value=60.0, moodys_rating="Caa2", sp_rating="ccc")
    unpriced = replace(FIXED, asset_id="unpriced", recovery_rate=0.7, sp_rating="CCC+")
    good = replace(FIXED, asset_id="good", moodys_rating="B3", sp_rating="B-")
    rated = projected(dear, good, cheap, unpriced).rated
    assert rated["moodys"].prices.tolist() == [0.6, 0.9]
    assert rated["sp"].prices.tolist() == [0.7, 0.6]
    alone = projected(cheap).flows.performing[0]
    assert rated["moodys"].balances.shape == (1, 10, 2)
    assert rated["moodys"].balances[0, :, 0].tolist() == pytest.approx(alone.tolist(), abs=1e-6)


def test_an_asset_that_has_matured_is_left_out_and_listed() -> None:
    matured = replace(FIXED, asset_id="old", maturity=dt.date(2024, 2, 1))
    found = projected(FIXED, matured)
    assert found.flows.performing[0, 0] == FIXED.par
    assert [(item.asset_id, "must be after analysis date 2024-02-01" in item.reason) for item in found.rejections] == [
        ("old", True)
    ]


def test_an_asset_in_default_is_recovered_after_its_maturity() -> None:
    """Maturity 15 Jan 2024, lag 6: recovered on the first quarterly date from 15 Jul, thus 15 Jul, in period 3."""
    late = replace(DEFAULTED, maturity=dt.date(2024, 1, 15), first_payment=dt.date(2024, 1, 15))
    flows = projected(late).flows
    assert flows.recoveries[0].tolist() == pytest.approx([0, 0, 4_500_000.0, *[0] * 6])
    assert flows.defaulted[0].tolist() == pytest.approx([10_000_000.0] * 3 + [0] * 7)


def test_an_asset_without_par_pays_nothing() -> None:
    flows = projected(replace(FIXED, par=0.0)).flows
    assert all((getattr(flows, name) == 0.0).all() for name in PoolFlows.__dataclass_fields__)


def test_a_payment_frequency_that_is_no_whole_months_is_left_out_and_by_the_old_rule_rounded() -> None:
    odd = replace(FIXED, asset_id="odd", payments_per_year=5)
    (rejection,) = projected(FIXED, odd).rejections
    assert rejection.asset_id == "odd"
    assert "found 5" in rejection.reason
    assert projected(FIXED, odd, quirks="COL-30").rejections == ()


def test_bad_rows_are_listed_with_the_field_and_do_not_stop_the_pool() -> None:
    good = {
        "asset_id": "A",
        "par": 1.0,
        "coupon": 0.05,
        "dated": dt.date(2024, 1, 1),
        "first_payment": dt.date(2024, 4, 1),
        "maturity": dt.date(2025, 1, 1),
    }
    assets, rejections = read_assets(
        [
            good,
            {**good, "asset_id": "B", "day_count": "ACT/364"},
            {**good, "asset_id": "C", "par": -1.0},
            {**good, "asset_id": "D", "coupon": 8.0},
            {**good, "asset_id": "E", "convention": "NEXT"},
            {**good, "asset_id": "F", "is_defaulted": True},
            {**good, "asset_id": "G", "maturity": None},
            {**good, "asset_id": "H", "instalments": ((dt.date(2024, 6, 1), 0.0),)},
            good,
            {**good, "asset_id": "I", "coupon": None},
            {**good, "asset_id": "J", "coupon": float("nan")},
            {**good, "asset_id": "K", "spread": None},
            {**good, "asset_id": "L", "par": None},
            {**good, "asset_id": "M", "market_value": float("nan")},
            {**good, "asset_id": "N", "payments_per_year": None},
            {**good, "asset_id": "O", "instalments": ((None, 1.0),)},
            {**good, "asset_id": "P", "recovery_rate": "40"},
            {name: value for name, value in good.items() if name != "coupon"} | {"asset_id": "Q"},
        ]
    )
    assert [asset.asset_id for asset in assets] == ["A"]
    expected = [
        *("day_count", "par", "coupon", "convention", "market_value", "maturity", "instalment of", "found again"),
        *("coupon", "coupon", "spread", "par", "market_value", "payments_per_year", "instalments", "recovery_rate"),
        "coupon",
    ]
    named = [(item.asset_id, field in item.reason) for item, field in zip(rejections, expected, strict=True)]
    assert named == [(letter, True) for letter in "BCDEFGHAIJKLMNOPQ"]
    assert all(f"asset {item.asset_id}" in item.reason for item in rejections)


def test_assumptions_for_an_asset_that_is_not_held_are_an_error() -> None:
    scenarios = Scenarios.of([Scenario("base", by_asset={"X": Assumptions()})])
    with pytest.raises(ValueError, match="found X"):
        projected(FIXED, scenarios=scenarios)


def test_an_index_cap_holds_the_coupon_down() -> None:
    """Curve H stands above 3 % until 2025; capped there, a coupon is 3 % + 3.5 %."""
    capped = replace(FLOATER, cap=0.03)
    scenarios = Scenarios.of([Scenario("base", curve=CURVE_H)])
    (found,) = project_assets([capped], scenarios, dt.date(2024, 2, 1), WEEKENDS)
    assert found.coupon[1:4].tolist() == pytest.approx([0.065] * 3)
    assert found.coupon[-1] < 0.065
    assert np.diff(found.paid).min() > np.timedelta64(0, "D")
