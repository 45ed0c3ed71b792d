"""Events that name a scenario act in it alone. Source: clo-extensions 3.4."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest

from calculations.clo.collateral import AssetTerms, CollateralFlows, project, project_assets
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations.collateral_cases import ANALYSIS, FIXED, WEEKENDS, quarterly_deal

SALE = AssetEvent(dt.date(2024, 8, 1), "sale", fraction=0.4, price=0.97)
CALL = AssetEvent(dt.date(2024, 5, 30), "partial_call", fraction=0.3, price=1.015)
RATES = Assumptions(0.1, 0.05, 0.4, 3)
SCENARIOS = Scenarios.of(Scenario(name, RATES) for name in ("base", "sells", "calls"))
LOW = replace(FIXED, asset_id="LOW", moodys_rating="Caa2", market_value=70.0)


def pool(*events: AssetEvent) -> tuple[AssetTerms, ...]:
    return (replace(FIXED, events=events), replace(LOW, events=events))


def projected(assets: tuple[AssetTerms, ...], scenarios: Scenarios) -> CollateralFlows:
    return project(assets, scenarios, quarterly_deal(), WEEKENDS)


def test_each_scenario_is_as_if_its_own_events_were_the_only_ones() -> None:
    found = projected(pool(CALL, replace(SALE, scenario="sells"), replace(CALL, scenario="elsewhere")), SCENARIOS)
    for number, name in enumerate(SCENARIOS.names):
        alone = projected(pool(CALL, *((SALE,) if name == "sells" else ())), Scenarios((SCENARIOS.items[number],)))
        for field in fields(alone.flows):
            assert (getattr(found.flows, field.name)[number] == getattr(alone.flows, field.name)[0]).all(), field.name
        for field in fields(alone.features):
            assert (getattr(found.features, field.name)[number] == getattr(alone.features, field.name)[0]).all()
        assert (found.rated["moodys"].balances[number] == alone.rated["moodys"].balances[0]).all()


def test_rows_of_assets_follow_the_scenario() -> None:
    base, sells, _ = project_assets(pool(replace(SALE, scenario="sells")), SCENARIOS, ANALYSIS, WEEKENDS)
    date = np.datetime64(SALE.date, "D")
    assert date not in base.paid
    # 40 % of what is left at 97 % of par, for both assets
    (row, _) = np.flatnonzero(sells.paid == date)
    assert sells.unscheduled[row] == pytest.approx(0.4 * sells.begin_balance[row])
    assert sells.premium[row] == pytest.approx(-0.03 * sells.unscheduled[row])


def test_an_event_that_cannot_happen_is_recorded_and_the_asset_runs_without_it() -> None:
    late = replace(SALE, date=dt.date(2027, 1, 1), scenario="sells")
    found = projected(pool(late), SCENARIOS)
    assert [item.reason.split(":")[0] for item in found.rejections] == ["asset A, sale", "asset LOW, sale"]
    assert (found.flows.performing[0] == found.flows.performing[1]).all()
