"""The solver of yields and spreads over many scenarios, where one stream of flows does not reach it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.presets import STANDARD, preset
from calculations.curves import Curve
from calculations.discounting import (
    BRACKET,
    NO_POSITIVE_FLOW,
    NO_ROOT,
    NO_VALUE,
    discount_factors,
    scenario_interval_rates,
    solve_spreads,
)
from calculations.fixed_income import interval_rates
from calculations.months import add_months

SETTLEMENT = dt.date(2024, 2, 1)
DAYS = add_months(dt.date(2024, 3, 15), 3 * np.arange(12))
WHOLE = np.ones(12)
NO_RATES = np.zeros((1, 1))


def test_every_scenario_of_a_large_grid_has_its_own_yield() -> None:
    # 1 a quarter for 12 quarters at y is worth (1 - v^12) / (y/4), v = 1 / (1 + y/4): the annuity formula
    yields = np.linspace(-0.9, 0.95, 4000)
    growth = yields / 4
    values = (1 - (1 + growth) ** -12) / growth
    solved = solve_spreads(np.ones((4000, 12)), NO_RATES, values, WHOLE, 4)
    np.testing.assert_allclose(solved.rates, yields, rtol=0, atol=1e-12)
    assert (solved.reasons == "").all()


@given(
    seed=st.integers(min_value=0, max_value=10**6),
    frequency=st.sampled_from([1, 2, 4, 12]),
    spread=st.floats(min_value=-0.6, max_value=0.9),
)
def test_the_spread_that_made_the_value_is_found(seed: int, frequency: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    amounts = random.random((5, 12)) * (random.random((5, 12)) < 0.7)
    amounts[:, -1] += 0.01
    rates = random.normal(0.03, 0.02, (5, 12))
    periods = random.uniform(0.2, 1.5, 12)
    values = (amounts * discount_factors(rates + spread, periods, frequency)).sum(axis=1)
    solved = solve_spreads(amounts, rates, values, periods, frequency)
    np.testing.assert_allclose(solved.rates, spread, rtol=0, atol=1e-11)
    guesses = np.array([np.nan, -5.0, 5.0, spread, 0.1])
    again = solve_spreads(amounts, rates, values, periods, frequency, guesses=guesses)
    np.testing.assert_allclose(again.rates, spread, rtol=0, atol=1e-11)


@given(beyond=st.floats(min_value=1e-6, max_value=10), is_above=st.booleans())
def test_a_root_outside_the_bracket_is_none(beyond: float, is_above: bool) -> None:
    outside = BRACKET[1] + beyond if is_above else BRACKET[0] - min(beyond, 2.0)
    values = discount_factors(np.full((1, 12), outside), WHOLE, 4).sum(axis=1)
    solved = solve_spreads(np.ones((1, 12)), NO_RATES, values, WHOLE, 4)
    assert np.isnan(solved.rates[0])
    assert solved.reasons[0] == NO_ROOT


def test_a_flow_that_is_far_from_any_other_interval_is_not_lost_in_the_scale() -> None:
    # 5 paid after one of 200 quarters; near the bracket's lower end the last factor is 1e40 times the first
    amounts = np.zeros((1, 200))
    amounts[0, 0] = 5.0
    solved = solve_spreads(amounts, NO_RATES, np.array([5 / (1 - 1.4 / 4)]), np.ones(200), 4)
    assert solved.rates[0] == pytest.approx(-1.4, abs=1e-12)


def test_scenarios_without_a_rate_do_not_disturb_the_others() -> None:
    amounts = np.ones((5, 12))
    amounts[1] = 0
    values = np.array([12.0, 12.0, 0.0, np.nan, 1e9])
    solved = solve_spreads(amounts, NO_RATES, values, WHOLE, 4)
    assert solved.reasons.tolist() == ["", NO_POSITIVE_FLOW, NO_VALUE, NO_VALUE, NO_ROOT]
    assert solved.rates[0] == pytest.approx(0, abs=1e-15)
    assert np.isnan(solved.rates[1:]).all()


@pytest.mark.parametrize("value", [0.5, 1.0, 2.0])
def test_money_paid_on_the_settlement_day_has_no_yield(value: float) -> None:
    # no interval, so every rate gives 1 or none does
    solved = solve_spreads(np.ones((1, 1)), NO_RATES, np.array([value]), np.zeros(1), 4)
    assert solved.reasons[0] == NO_ROOT


@pytest.mark.parametrize(
    ("amount", "rate", "message"),
    [
        (np.nan, 0.0, "scenario 2, flow 3: .* number >= 0, found nan"),
        (np.inf, 0.0, "scenario 2, flow 3: .* number >= 0, found inf"),
        (1.0, np.nan, "scenario 2, interval 3: a rate must be a finite number, found nan"),
    ],
)
def test_numbers_that_are_not_finite_are_refused_with_their_place(amount: float, rate: float, message: str) -> None:
    amounts, rates = np.ones((2, 12)), np.zeros((2, 12))
    amounts[1, 2], rates[1, 2] = amount, rate
    with pytest.raises(ValueError, match=message):
        solve_spreads(amounts, rates, np.full(2, 10.0), WHOLE, 4)


@pytest.mark.parametrize("quirks", [STANDARD, preset(["COL-23"]), preset(["COL-17", "COL-23"])])
def test_interval_rates_of_many_curves_are_those_of_each(quirks: frozenset[str]) -> None:
    curve = Curve.of(SETTLEMENT, {1: 0.05, 12: 0.04, 60: 0.03}, quirks)
    curves = [curve.shifted(shift) for shift in (-0.01, 0.0, 0.02)]
    found = scenario_interval_rates(curves, DAYS, settlement=SETTLEMENT, frequency=4, preset=quirks)
    each = [interval_rates(one, DAYS, settlement=SETTLEMENT, frequency=4, preset=quirks) for one in curves]
    np.testing.assert_allclose(found, each, rtol=0, atol=1e-15)


def test_an_interval_takes_the_index_fixed_when_it_begins_and_the_first_the_zero_rate_to_its_end() -> None:
    # clo-extensions 2.1, COL-23 off
    curve = Curve.of(SETTLEMENT, {1: 0.05, 12: 0.04, 60: 0.03})
    found = interval_rates(curve, DAYS, settlement=SETTLEMENT, frequency=2)
    assert found[0] == pytest.approx(curve.zero(SETTLEMENT, DAYS[0].item()), abs=1e-15)
    assert found[5] == pytest.approx(curve.spot(DAYS[4].item(), 6), abs=1e-15)
