"""What always holds of projected collateral where one projection stands beside another, or beside a price. What must hold of
each projection is in `tests.invariants`, row by row in `test_collateral_reference`. Rules are those of
clo-collateral-engine 9.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.collateral import AssetFlows, AssetTerms, project_assets
from calculations.clo.collateral.arrays import ROW_COLUMNS
from calculations.clo.collateral.features import DrawTerms, PikTerms
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations.collateral_cases import ANALYSIS, WEEKENDS
from tests.calculations.collateral_strategies import assets, featured_assets, presets, scenarios
from tests.reference import collateral_schedule as reference

FLOWS = ("default", "interest", "scheduled", "unscheduled", "recovery", "net_loss")


def projected(asset: AssetTerms, scenario: Scenario, preset: Preset = STANDARD) -> AssetFlows:
    (found,) = project_assets([asset], Scenarios.of([scenario]), ANALYSIS, WEEKENDS, preset)
    return found


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
@given(pool=st.tuples(*(featured_assets(name) for name in "ABC")), scenario=scenarios("any"), preset=presets)
def test_an_asset_is_in_a_pool_what_it_is_alone(
    pool: tuple[AssetTerms, ...], scenario: Scenario, preset: Preset
) -> None:
    """Also beside one that can have no rows, for it is drawn after its maturity."""
    late = replace(
        pool[0],
        asset_id="late",
        is_defaulted=False,
        events=(),
        instalments=(),
        draws=DrawTerms(1.0, draws=((pool[0].maturity + dt.timedelta(30), 1.0),)),
    )
    (found,) = project_assets([pool[0], late, *pool[1:]], Scenarios.of([scenario]), ANALYSIS, WEEKENDS, preset)
    assert "late" not in found.asset_id
    for asset in pool:
        alone = projected(asset, scenario, preset)
        is_its = np.array(found.asset_id) == asset.asset_id
        for name in ("paid", "accrual_begin", *ROW_COLUMNS):
            assert (getattr(found, name)[is_its] == getattr(alone, name)).all(), name


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
