"""Projected collateral beside a plain implementation of the same formulas, over random assets with every feature.

Sources: clo-collateral-engine 1 and 4.2; clo-extensions 3.1 to 3.4.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms, project, project_assets
from calculations.clo.presets import Preset
from calculations.clo.scenarios import Scenario, Scenarios
from tests.calculations.collateral_cases import ANALYSIS, WEEKENDS, quarterly_deal
from tests.calculations.collateral_strategies import featured_assets, presets, scenarios
from tests.reference.collateral import Projection
from tests.reference.collateral_roll_up import roll_up, share_paid_by_date

PERIODS = quarterly_deal().count

COLUMNS = (
    *("begin_balance", "default", "default_value", "interest", "scheduled", "unscheduled", "recovery", "net_loss"),
    *("end_balance", "defaulted", "defaulted_value", "pik_interest", "pik_balance", "draw", "unfunded_balance"),
    *("fees", "premium", "restructuring_loss"),
)


def size_of(asset: AssetTerms) -> float:
    """What an asset may come to owe, as the scale of rounding."""
    return asset.par + (asset.draws.unfunded if asset.draws else 0.0)


@settings(max_examples=120, deadline=None)
@given(
    asset=featured_assets(),
    scenario=scenarios("any"),
    preset=presets,
    shares=st.none() | st.lists(st.just(1.0) | st.floats(0.0, 1.0), min_size=PERIODS, max_size=PERIODS),
)
def test_rows_and_deal_periods_are_those_of_the_plain_implementation(
    asset: AssetTerms, scenario: Scenario, preset: Preset, shares: list[float] | None
) -> None:
    """`shares` are those of the draws of each deal period that are paid, None where all of them are."""
    cases, deal = Scenarios.of([scenario]), quarterly_deal()
    begin, ends = deal.collection_begin.tolist()[0], deal.collection_end.tolist()
    funded = None if shares is None else np.array([shares])
    (found,) = project_assets([asset], cases, ANALYSIS, WEEKENDS, preset, dates=deal, funded=funded)
    share_paid = share_paid_by_date(shares or [1.0] * PERIODS, begin, ends)
    plain = Projection(asset, scenario.assumptions, ANALYSIS, scenario.curve, preset, share_paid)
    rows = plain.run()
    dust = 1e-9 * size_of(asset)
    assert found.paid.tolist() == [row.paid for row in rows]
    assert found.accrual_begin.tolist() == [row.accrual_begin for row in rows]
    for name in COLUMNS:
        expected = [getattr(row, name) for row in rows]
        assert getattr(found, name).tolist() == pytest.approx(expected, rel=1e-9, abs=dust), name
    coupons = [
        (rate, row.coupon) for rate, row in zip(found.coupon.tolist(), rows, strict=True) if row.coupon is not None
    ]
    assert [rate for rate, _ in coupons] == pytest.approx([rate for _, rate in coupons], rel=1e-9, abs=1e-12)

    expected_periods = roll_up(plain, rows, begin, ends, preset)
    pool = project([asset], cases, deal, WEEKENDS, preset, funded=funded, threads=1)
    for part in (pool.flows, pool.features):
        for field in fields(part):
            values = getattr(part, field.name)[0]
            stated = [getattr(period, field.name) for period in expected_periods[: values.size]]
            assert values.tolist() == pytest.approx(stated, rel=1e-9, abs=dust), field.name
