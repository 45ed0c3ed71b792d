"""Days of default by a Gaussian copula. Figures: powers of the matrix, and the large-pool law of one common factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from calculations.clo.migration.default_times import days_of_default, simulate_default_times
from calculations.clo.migration.kernel import NEVER
from calculations.clo.migration.paths import BATCH, simulate
from tests.calculations.migration.test_paths import assert_vasicek
from tests.calculations.migration.worked import alike, example, flat_model, schedule

RHO = 0.2
DAYS = np.array([0, 100, 200])


def test_day_within_a_period_is_that_of_a_constant_hazard() -> None:
    # survival 1, 0.81, 0.81 x 0.64: half way through a period it is 0.9 and 0.81 x 0.8
    by_date = np.array([0.0, 0.19, 1 - 0.81 * 0.64])
    found = days_of_default(np.array([0.1, 0.19, 1 - 0.81 * 0.8, 1 - 0.81 * 0.64, 0.9]), by_date, DAYS)
    assert found[[0, 1, 3]] == pytest.approx([50, 100, 200], abs=1)
    assert found[2] == pytest.approx(150, abs=1)
    assert found[4] == NEVER


def test_certain_default_falls_evenly_within_its_period() -> None:
    assert days_of_default(np.array([0.25, 0.5, 1.0]), np.array([0.0, 1.0, 1.0]), DAYS).tolist() == [25, 50, 100]


def test_no_default_in_a_period_without_probability() -> None:
    found = days_of_default(np.array([0.1, 0.1 + 1e-9]), np.array([0.0, 0.1, 0.1]), DAYS)
    assert found.tolist() == [100, NEVER]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0, 1, exclude_min=True))
def test_day_lies_in_the_period_whose_probabilities_enclose_the_draw(levels: list[float], drawn: float) -> None:
    by_date = np.array([0.0, *sorted(levels)])
    days = 90 * np.arange(by_date.size)
    (found,) = days_of_default(np.array([drawn]), by_date, days).tolist()
    if drawn > by_date[-1]:
        assert found == NEVER
    else:
        end = next(number for number in range(1, by_date.size) if by_date[number] >= drawn)
        assert days[end - 1] < found <= days[end]


@pytest.mark.parametrize("common", [True, False])
def test_defaults_of_a_year_are_vasiceks_portfolio(common: bool) -> None:
    """One common factor, or the full matrix of the same correlations: 300 B-rated assets, four quarters."""
    size = 300
    model = flat_model(alike(size), RHO + (1 - RHO) * np.eye(size), "quarterly", 4)
    loadings = np.full(size, RHO**0.5) if common else None
    found = simulate_default_times(model, {}, 10_000, 17, loadings=loadings)
    share = (found.default_day >= 0).mean(axis=1)
    assert_vasicek(share, size, RHO, float(np.linalg.matrix_power(model.matrix.probabilities, 4)[1, -1]))


def test_probability_by_each_date_is_that_of_the_powers() -> None:
    """400,000 draws of unrelated assets, each date within four standard errors."""
    model = flat_model(alike(200), np.eye(200), "quarterly", 8)
    found = simulate_default_times(model, {}, 2_000, 23).default_day
    for period in range(1, 9):
        expected = np.linalg.matrix_power(model.matrix.probabilities, period)[1, -1]
        observed = ((found >= 0) & (found <= model.days[period])).mean()
        assert abs(observed - expected) < 4 * np.sqrt(expected * (1 - expected) / found.size)


def test_in_a_single_period_the_same_draws_are_defaults_as_in_migration() -> None:
    # one normal an asset either way: high is bad
    universe = replace(alike(60), sp_rating=np.array(["BB", "B", "CCC"] * 20))
    model = flat_model(universe, 0.3 + 0.7 * np.eye(60), "annual", 1)
    times, migrated = (draw(model, {}, 2 * BATCH, 41).default_day >= 0 for draw in (simulate_default_times, simulate))
    assert times.tolist() == migrated.tolist()
    assert 0 < times.mean() < 0.2


def test_correlation_holds_through_time() -> None:
    """Variance of five years' defaults is that of one draw, BVN of the five-year quantile; fresh draws each quarter,
    correlated within it only, leave less."""
    size, paths, periods = 100, 10_000, 20
    model = flat_model(alike(size), RHO + (1 - RHO) * np.eye(size), "quarterly", periods)
    probability = float(model.matrix.default_term_structure(periods)[-1, 1])
    quantile = norm.ppf(probability)
    both = multivariate_normal(cov=[[1, RHO], [RHO, 1]]).cdf([quantile, quantile])
    variance = both - probability**2 + (probability - both) / size
    share = (simulate_default_times(model, {}, paths, 29).default_day >= 0).mean(axis=1)
    deviations = (share - probability) ** 2
    assert abs(deviations.mean() - variance) < 4 * deviations.std() / np.sqrt(paths)
    fresh = (simulate(model, {}, paths, 29).default_day >= 0).mean(axis=1)
    assert fresh.var() < 0.8 * variance


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_states_keep_until_default_or_maturity_and_balances_add_up(seed: int) -> None:
    model = example("quarterly")
    found = simulate_default_times(model, {"deal": schedule()}, 20, seed)
    table = found.tables["deal"]
    counted = table.count("performing") + table.count("cumulative_defaults") + table.count("matured")
    assert (counted == 3).all()
    parts = table.balance("performing") + table.balance("cumulative_defaults") + table.balance("matured")
    assert parts == pytest.approx(np.full(parts.shape, 10e6), rel=1e-9)
    assert (table.count("upgrades") == 0).all()
    assert (table.count("downgrades") == table.count("defaults")).all()
    assert (found.default_day <= model.maturity_days).all()


def test_asset_that_begins_in_default_stays_there() -> None:
    universe = replace(example().universe, is_defaulted=np.array([False, True, False]))
    found = simulate_default_times(replace(example(), universe=universe), {"deal": schedule()}, 30, 1)
    assert (found.default_day[:, 1] == 0).all()
    assert (found.tables["deal"].count("cumulative_defaults") >= 1).all()


def test_one_seed_gives_one_result_whatever_the_number_of_workers() -> None:
    model = flat_model(alike(37), 0.3 + 0.7 * np.eye(37), "quarterly", 6)
    for loadings in (None, np.full(37, 0.5)):
        one, two, eight = (
            simulate_default_times(model, {}, 5 * BATCH + 3, 99, loadings=loadings, workers=count)
            for count in (1, 2, 8)
        )
        assert one.default_day.tobytes() == two.default_day.tobytes() == eight.default_day.tobytes()


@pytest.mark.parametrize("loadings", [np.array([0.5, 0.5]), np.array([0.5, 1.1, 0]), np.array([0.5, np.nan, 0])])
def test_wrong_loadings_are_refused(loadings: np.ndarray) -> None:
    with pytest.raises(ValueError, match="LOADINGS: the common factor needs 3 numbers from -1 to 1"):
        simulate_default_times(example(), {}, 1, 1, loadings=loadings)
