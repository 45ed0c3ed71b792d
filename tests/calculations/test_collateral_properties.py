"""What always holds of projected collateral. Rules are those of clo-collateral-engine 9."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.collateral import AssetFlows, AssetTerms, project, project_assets
from calculations.clo.collateral.features import DrawTerms, PikTerms
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations.collateral_cases import ANALYSIS, WEEKENDS, quarterly_deal
from tests.calculations.collateral_strategies import assets, assumptions, featured_assets, presets, scenarios
from tests.reference import collateral_schedule as reference

FLOWS = ("default", "interest", "scheduled", "unscheduled", "recovery", "net_loss")
BALANCES = ("end_balance", "defaulted", "defaulted_value")


def projected(asset: AssetTerms, scenario: Scenario, preset: Preset = STANDARD) -> AssetFlows:
    (found,) = project_assets([asset], Scenarios.of([scenario]), ANALYSIS, WEEKENDS, preset)
    return found


@settings(max_examples=30, deadline=None)
@given(
    pool=st.lists(featured_assets(), min_size=2, max_size=4),
    cases=st.lists(scenarios("any"), min_size=2, max_size=4),
    data=st.data(),
)
def test_neither_the_order_of_assets_nor_that_of_scenarios_matters(
    pool: list[AssetTerms], cases: list[Scenario], data: st.DataObject
) -> None:
    pool = [replace(asset, asset_id=str(number)) for number, asset in enumerate(pool)]
    cases = [replace(case, name=str(number)) for number, case in enumerate(cases)]
    order = data.draw(st.permutations(range(len(cases))))
    one = project(pool, Scenarios.of(cases), quarterly_deal(), WEEKENDS, threads=1)
    other = project(
        data.draw(st.permutations(pool)), Scenarios.of([cases[i] for i in order]), quarterly_deal(), WEEKENDS, threads=2
    )
    scale = sum(asset.par + (asset.draws.unfunded if asset.draws else 0.0) for asset in pool)
    for part, others in ((one.flows, other.flows), (one.features, other.features)):
        for field in fields(part):
            found, expected = getattr(part, field.name)[order], getattr(others, field.name)
            assert np.allclose(found, expected, rtol=1e-12, atol=1e-12 * scale), field.name


@settings(max_examples=150, deadline=None)
@given(asset=assets(), scenario=scenarios("any"), preset=presets)
def test_par_is_repaid_or_defaults_and_every_default_is_recovered_or_lost(
    asset: AssetTerms, scenario: Scenario, preset: Preset
) -> None:
    found = projected(asset, scenario, preset)
    if not found.paid.size:
        return
    end = found.end_balance[-1]
    gone = found.recovery.sum() + found.net_loss.sum()
    written_off = end if end < 1 else 0.0
    if asset.is_defaulted:
        assert gone == pytest.approx(asset.par, rel=1e-9)
    else:
        repaid = found.default.sum() + found.scheduled.sum() + found.unscheduled.sum()
        assert repaid + end == pytest.approx(asset.par, rel=1e-9)
        assert gone == pytest.approx(found.default.sum() + written_off, rel=1e-9, abs=1e-6)
    assert end < 1


@settings(max_examples=150, deadline=None)
@given(asset=assets(), scenario=scenarios("any"), preset=presets)
def test_no_flow_is_negative_and_stock_is_worth_no_more_than_its_par(
    asset: AssetTerms, scenario: Scenario, preset: Preset
) -> None:
    asset = replace(asset, market_value=min(asset.market_value or 0.0, 100.0))
    found = projected(asset, scenario, preset)
    dust = 1e-9 * asset.par
    for name in (*FLOWS, *BALANCES):
        assert (getattr(found, name) >= -dust).all(), name
    assert (found.defaulted_value <= found.defaulted + dust).all()


@settings(max_examples=100, deadline=None)
@given(asset=assets(), scenario=scenarios("any"), factor=st.floats(1.5, 50.0))
def test_money_scales_with_par(asset: AssetTerms, scenario: Scenario, factor: float) -> None:
    # Above the one-unit threshold throughout: assumptions that leave some balance to maturity.
    mild = replace(scenario, assumptions=replace(scenario.assumptions, cpr=0.1, cdr=0.05))
    one, many = projected(asset, mild), projected(replace(asset, par=asset.par * factor), mild)
    count = min(one.paid.size, many.paid.size)
    for name in FLOWS:
        scaled = getattr(one, name)[:count] * factor
        assert np.allclose(getattr(many, name)[:count], scaled, rtol=1e-9, atol=2.0 * factor), name


@settings(max_examples=100, deadline=None)
@given(asset=assets(), scenario=scenarios("any"), other=assumptions())
def test_severity_and_lag_leave_performing_flows_alone(
    asset: AssetTerms, scenario: Scenario, other: Assumptions
) -> None:
    changed = replace(scenario.assumptions, severity=other.severity, lag_months=other.lag_months)
    one, two = projected(asset, scenario), projected(asset, replace(scenario, assumptions=changed))
    for name in ("default", "interest", "scheduled", "unscheduled"):
        earlier, later = getattr(one, name), getattr(two, name)
        count = min(earlier.size, later.size)
        assert earlier[:count].tolist() == later[:count].tolist(), name
        assert not earlier[count:].any()
        assert not later[count:].any()


@settings(max_examples=100, deadline=None)
@given(asset=assets(), scenario=scenarios("any"))
def test_without_prepayment_or_default_principal_follows_the_schedule(asset: AssetTerms, scenario: Scenario) -> None:
    calm = replace(asset, is_defaulted=False, moodys_history=())
    found = projected(calm, replace(scenario, assumptions=Assumptions()))
    left = sum(amount for date, amount in calm.instalments if adjusted(calm, date) > ANALYSIS)
    first = next((i for i, paid in enumerate(found.paid.tolist()) if found.scheduled[i] > 0), None)
    if calm.instalments and left > 0 and first is not None:
        amount = sum(a for d, a in calm.instalments if adjusted(calm, d) == found.paid.tolist()[first])
        if amount:
            assert found.scheduled[first] == pytest.approx(calm.par * amount / left, rel=1e-9)
    assert found.scheduled.sum() == pytest.approx(calm.par, rel=1e-9)


def adjusted(asset: AssetTerms, date: dt.date) -> dt.date:
    return reference.adjust(date, asset.convention, frozenset(), is_terminal=True)


@settings(max_examples=80, deadline=None)
@given(asset=featured_assets(), scenario=scenarios("any"), preset=presets)
def test_with_every_feature_par_drawn_and_capitalised_is_repaid_or_defaults(
    asset: AssetTerms, scenario: Scenario, preset: Preset
) -> None:
    """B_0 + capitalised + drawn = defaults + principal + what is left. Source: clo-extensions 3."""
    found = projected(asset, scenario, preset)
    if not found.paid.size:
        return
    size = asset.par + found.draw.sum() + found.pik_interest.sum()
    into = (0.0 if asset.is_defaulted else asset.par) + found.draw.sum() + found.pik_interest.sum()
    end = found.end_balance[-1]
    out = found.default.sum() + found.scheduled.sum() + found.unscheduled.sum() + end
    assert out == pytest.approx(into, rel=1e-9, abs=1e-9 * size)
    disposed = found.recovery.sum() + found.net_loss.sum()
    at_start = asset.par if asset.is_defaulted else 0.0
    written_off = end if end < 1 else 0.0
    assert disposed == pytest.approx(at_start + found.default.sum() + written_off, rel=1e-9, abs=1e-9 * size + 1e-6)
    assert end < 1
    for name in (*BALANCES, "unfunded_balance", "pik_balance", "draw", "pik_interest", "interest"):
        assert (getattr(found, name) >= -1e-9 * size).all(), name
    assert (found.pik_balance <= found.end_balance * (1 + 1e-9) + 1e-9 * size).all()


@settings(max_examples=50, deadline=None)
@given(asset=assets(), scenario=scenarios("any"), preset=presets)
def test_features_without_content_leave_every_figure_as_it_is(
    asset: AssetTerms, scenario: Scenario, preset: Preset
) -> None:
    bare = projected(asset, scenario, preset)
    empty = projected(replace(asset, pik=PikTerms(), draws=DrawTerms(0.0)), scenario, preset)
    for field in fields(AssetFlows):
        one, other = getattr(bare, field.name), getattr(empty, field.name)
        assert one == other if isinstance(one, str | tuple) else (one == other).all(), field.name


@settings(max_examples=50, deadline=None)
@given(coupon=st.floats(0.01, 0.15), frequency=st.sampled_from([1, 2, 4, 12]), years=st.integers(1, 8))
def test_a_par_loan_discounted_at_its_coupon_is_worth_par(coupon: float, frequency: int, years: int) -> None:
    """Settled on an interest date; each row discounted by 1 + coupon / payments a year."""
    asset = AssetTerms(
        asset_id="X",
        par=1_000_000.0,
        coupon=coupon,
        dated=ANALYSIS,
        first_payment=reference.add_months(ANALYSIS, 12 // frequency),
        maturity=reference.add_months(ANALYSIS, 12 * years),
        payments_per_year=frequency,
    )
    found = projected(asset, Scenario("calm", Assumptions(cpr=0.2)))
    discount = (1 + coupon / frequency) ** -np.arange(1.0, found.paid.size + 1)
    assert (found.total * discount).sum() == pytest.approx(asset.par, rel=1e-9)
