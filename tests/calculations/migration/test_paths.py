"""Paths of ratings and what a pool holds on them. Figures: clo-compliance 4.4 to 4.6, 7."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, multivariate_normal, norm

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import DrawTerms
from calculations.clo.migration.kernel import NEVER, TallyArrays, correlate, step, tally
from calculations.clo.migration.paths import (
    BATCH,
    Batch,
    MigrationModel,
    migrated,
    pool_arrays,
    simulate,
    states_of_paths,
)
from calculations.clo.migration.schedules import ScheduledBalances, scheduled_balances, universe_of
from calculations.clo.migration.tables import (
    PathTable,
    average_series,
    balance_columns,
    balance_statistics,
    chosen_path,
    chosen_series,
    count_columns,
    count_statistics,
    path_series,
    with_default_rates,
)
from calculations.clo.presets import STANDARD, Preset, preset
from tests.calculations.migration.worked import (
    ANALYSIS,
    DRAWS,
    MATRIX,
    WEEKENDS,
    X,
    Y,
    Z,
    alike,
    asset,
    example,
    flat_model,
    schedule,
)

STATES = MATRIX.states


def tallied(model: MigrationModel, batch: Batch, pool: ScheduledBalances) -> PathTable:
    """The table of one batch, without its default rates."""
    paths, dates = batch.states.shape[2], model.dates.size
    table = PathTable(
        STATES,
        model.dates,
        np.zeros((paths, dates, len(count_columns(STATES))), dtype=np.int32),
        np.zeros((paths, dates, len(balance_columns(STATES)))),
    )
    out = TallyArrays(table.counts, table.balances)
    tally(batch.states, batch.default_day, model.days, model.rows, pool_arrays(model, pool), out)
    return table


def worked_table(quirks: Preset = STANDARD) -> PathTable:
    model = example(preset=quirks)
    table = tallied(model, migrated(model, DRAWS, 1), schedule(quirks))
    return with_default_rates(table, 1, quirks)


def test_worked_dates_and_maturities() -> None:
    model = example()
    assert model.dates.astype(str).tolist() == ["2016-03-23", "2017-03-23", "2018-03-23"]
    assert model.universe.maturity.astype(str).tolist() == ["2018-03-23", "2018-03-23", "2017-09-25"]


def test_worked_uniforms() -> None:
    lower = example().factor.lower.astype(np.float32)
    found = np.empty((3, 1), dtype=np.float32)
    correlate(lower, DRAWS[0], found)
    assert norm.cdf(found[:, 0]) == pytest.approx([0.884930, 0.458835, 0.224793], abs=5e-7)
    correlate(lower, DRAWS[1], found)
    assert norm.cdf(found[:2, 0]) == pytest.approx([0.080757, 0.951303], abs=5e-7)


def test_worked_states() -> None:
    batch = migrated(example(), DRAWS, 1)
    names = np.array([*STATES, "M"])
    assert names[batch.states[:, :, 0]].tolist() == [["BB", "B", "CCC"], ["B", "B", "CCC"], ["BB", "D", "M"]]
    assert batch.default_day[:, 0].tolist() == [NEVER, 730, NEVER]


def test_worked_counts() -> None:
    table = worked_table()
    assert table.count("upgrades")[0].tolist() == [0, 0, 1]
    assert table.count("downgrades")[0].tolist() == [0, 1, 1]
    assert table.count("BB")[0].tolist() == [1, 0, 1]  # repaid on its last date, matured only after it
    assert table.count("B")[0].tolist() == [1, 2, 0]
    assert table.count("CCC")[0].tolist() == [1, 1, 0]
    assert table.count("defaults")[0].tolist() == [0, 0, 1]
    assert table.count("cumulative_defaults")[0].tolist() == [0, 0, 1]
    assert table.count("matured")[0].tolist() == [0, 0, 1]
    assert table.count("performing")[0].tolist() == [3, 3, 1]


def test_worked_balances() -> None:
    table = worked_table()
    assert table.balance("BB")[0] == pytest.approx([5e6, 0, 0])
    assert table.balance("B")[0] == pytest.approx([3e6, 7.7e6, 0])
    assert table.balance("CCC")[0] == pytest.approx([2e6, 2e6, 0])
    assert table.balance("defaults")[0] == pytest.approx([0, 0, 2.7e6])  # Y, the day before it would have repaid
    assert table.balance("cumulative_defaults")[0] == pytest.approx([0, 0, 2.7e6])
    assert table.balance("matured")[0] == pytest.approx([0, 0.3e6, 7.3e6])
    assert table.balance("performing")[0] == pytest.approx([10e6, 9.7e6, 0])


def test_worked_default_rate_and_that_of_the_old_routine() -> None:
    assert worked_table().balance("cdr")[0] == pytest.approx([0, 0, 0.27835], abs=5e-6)
    assert worked_table(preset(["CMP-22"])).balance("cdr")[0] == pytest.approx([0, 0, 1.11340], abs=5e-6)


def test_old_routine_leaves_balances_at_zero_once_nothing_performs() -> None:
    # Q22: nothing performs at the start of the third period
    columns = balance_columns(STATES)
    balances = np.zeros((1, 4, len(columns)))
    balances[0, :, columns.index("performing")] = [10.0, 5.0, 0.0, 0.0]
    balances[0, :, columns.index("cumulative_defaults")] = [0.0, 2.0, 3.0, 3.0]
    table = PathTable(STATES, example().dates, np.zeros((1, 4, 9), dtype=np.int32), balances)
    carried = with_default_rates(table, 2).balance("cumulative_defaults")
    stopped = with_default_rates(table, 2, preset(["CMP-22"])).balance("cumulative_defaults")
    assert carried.tolist() == [[0.0, 2.0, 3.0, 3.0]]
    assert stopped.tolist() == [[0.0, 2.0, 3.0, 0.0]]


def test_old_rating_run_takes_every_asset_for_a_bullet_and_steps_quarterly() -> None:
    # Q23
    quirk = preset(["CMP-23"])
    assert example(preset=quirk).dates[:3].astype(str).tolist() == ["2016-03-23", "2016-06-23", "2016-09-23"]
    row = schedule(quirk).asset_ids.index("Y")
    assert schedule(quirk).repaid[row, 366] == 0.0
    assert schedule().repaid[row, 366] == pytest.approx(0.3e6)


def test_old_matured_balance_counts_the_last_payment_twice() -> None:
    # Q29: Z has matured at the end of period 2, X and Y have not
    assert worked_table(preset(["CMP-29"])).balance("matured")[0] == pytest.approx([0, 0.3e6, 9.3e6])


def test_a_plus_migrates_by_its_own_row_and_once_by_that_of_aa_plus() -> None:
    # Q24: all stay in state A+, but by the row of AA+ all are drawn AA+, which is no change
    states = np.full((1, 1), 1, dtype=np.int8)
    following, day = np.empty_like(states), np.full((1, 1), NEVER, dtype=np.int32)
    thresholds = np.array([[np.inf] * 3, [-np.inf, np.inf, np.inf], [-np.inf, -np.inf, np.inf]])
    normals, maturity = np.zeros((1, 1), dtype=np.float32), np.array([1000])
    step(states, following, day, normals, thresholds, np.array([0, 1, 2]), maturity, 90)
    assert following.tolist() == [[1]]
    step(states, following, day, normals, thresholds, np.array([0, 0, 2]), maturity, 90)
    assert following.tolist() == [[0]]
    rows = ("AAA", "AA+", "A+", "D")
    matrix = replace(MATRIX, states=rows)
    model = replace(example(), universe=alike(3, "A+"), matrix=replace(example().matrix, states=matrix.states))
    assert model.rows.tolist() == [0, 1, 2, 3]
    assert replace(model, preset=preset(["CMP-24"])).rows.tolist() == [0, 1, 1, 3]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_states_are_those_of_the_plain_rule(seed: int) -> None:
    """Uniforms against the cumulative row, the first positive column above them: clo-compliance 4.4, step by step."""
    model = example("quarterly")
    normals = np.random.default_rng(seed).standard_normal((model.periods, 3, 5)).astype(np.float32)
    batch = migrated(model, normals, 5)
    cumulative = model.matrix.cumulative
    default, matured = len(STATES) - 1, len(STATES)
    for path in range(5):
        states = [STATES.index(rating) for rating in ("BB", "B", "CCC")]
        for period in range(model.periods):
            uniform = norm.cdf(model.factor.lower @ normals[period, :, path].astype(np.float64))
            for number in range(3):
                if states[number] in (default, matured):
                    continue
                if model.dates[period + 1] > model.universe.maturity[number]:
                    states[number] = matured
                    continue
                row = cumulative[states[number]]
                states[number] = next(j for j in range(4) if row[j] > 0 and uniform[number] < row[j])
            assert batch.states[period + 1, :, path].tolist() == states


def pool_of(draw: st.DrawFn, size: int) -> list[AssetTerms]:
    found = []
    for number in range(size):
        months = draw(st.integers(4, 40))
        maturity = (np.datetime64("2016-03") + months).astype("datetime64[D]").item() + dt.timedelta(22)
        instalments: tuple[tuple[dt.date, float], ...] = ()
        if draw(st.booleans()):
            instalments = ((dt.date(2016, 9, 23), 1.0), (max(maturity, dt.date(2016, 9, 24)), 4.0))
        found.append(
            replace(
                asset(f"N{number}", draw(st.sampled_from(["BB", "B", "CCC-", ""])), 1e6 * (number + 1), maturity),
                instalments=instalments,
                is_defaulted=(is_defaulted := draw(st.integers(0, 5)) == 0),
                market_value=50.0 if is_defaulted else None,
            )
        )
    return found


@st.composite
def drawn_pool(draw: st.DrawFn) -> list[AssetTerms]:
    return pool_of(draw, draw(st.integers(1, 6)))


@given(drawn_pool(), st.integers(0, 2**32 - 1), st.floats(0, 0.9))
@settings(max_examples=40, deadline=None)
def test_what_must_hold_on_every_path(pool: list[AssetTerms], seed: int, correlation: float) -> None:
    balances = scheduled_balances(pool, ANALYSIS, WEEKENDS)
    universe = universe_of(balances, {}, {})
    size = universe.size
    model = flat_model(universe, correlation + (1 - correlation) * np.eye(size), "quarterly", 15)
    found = simulate(model, {"deal": balances}, 7, seed)
    states = states_of_paths(model, seed, range(7))
    table = found.tables["deal"]
    default, matured = 3, 4
    assert ((states >= 0) & (states <= matured)).all()
    for absorbing in (default, matured):
        was = states[:, :-1] == absorbing
        assert (states[:, 1:][was] == absorbing).all()
    live = table.counts[:, :, 2:5].sum(axis=2)
    assert (live + table.count("cumulative_defaults") + table.count("matured") == size).all()
    assert (table.count("performing") == live).all()
    original = sum(item.par for item in balances.assets)
    parts = table.balance("performing") + table.balance("cumulative_defaults") + table.balance("matured")
    assert parts == pytest.approx(np.full(parts.shape, original), rel=1e-9)
    opening = sum(item.par for item in pool if item.is_defaulted)
    defaults = opening + np.cumsum(table.balance("defaults"), axis=1)
    assert table.balance("cumulative_defaults") == pytest.approx(defaults, rel=1e-9)
    assert (table.balances >= 0).all()
    assert (np.diff(table.balance("matured"), axis=1) >= -1e-6).all()
    # a default is on the date of its period, and in the states from then on
    defaulted = states[:, -1] == default
    assert ((found.default_day >= 0) == defaulted).all()
    assert (found.tables["deal"].count("cumulative_defaults")[:, -1] == defaulted.sum(axis=1)).all()


def test_unrelated_assets_migrate_by_the_powers_of_the_matrix() -> None:
    """Chi-square of 200 x 2,000 draws of the state after a year of quarters, against the fourth power."""
    model = flat_model(alike(200), np.eye(200), "quarterly", 4)
    states = states_of_paths(model, 11, range(2_000))[:, 4].ravel()
    expected = np.linalg.matrix_power(model.matrix.probabilities, 4)[1] * states.size
    observed = np.bincount(states, minlength=4)
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert statistic < chi2.ppf(0.999, 3)


def test_one_period_of_equally_correlated_assets_is_vasiceks_portfolio() -> None:
    """Share of defaults of 300 B-rated assets, correlation 0.2, one year of probability 5 %: mean and variance are those of
    a finite pool, the distribution that of conditionally independent assets, within four standard errors."""
    size, paths, rho, probability = 300, 10_000, 0.2, 0.05
    model = flat_model(alike(size), rho + (1 - rho) * np.eye(size), "annual", 1)
    found = simulate(model, {}, paths, 3)
    share = (found.default_day > 0).mean(axis=1)
    assert_vasicek(share, size, rho, probability)


def assert_vasicek(share: np.ndarray, size: int, rho: float, probability: float) -> None:
    threshold = norm.ppf(probability)
    both = multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([threshold, threshold])
    variance = both - probability**2 + (probability - both) / size
    paths = share.size
    assert abs(share.mean() - probability) < 4 * np.sqrt(variance / paths)
    deviations = (share - probability) ** 2
    assert abs(deviations.mean() - variance) < 4 * deviations.std() / np.sqrt(paths)
    # given the common factor assets are independent: integrate the binomial over it
    factor = np.linspace(-8, 8, 4001)
    weight = norm.pdf(factor) * (factor[1] - factor[0])
    conditional = norm.cdf((threshold - np.sqrt(rho) * factor) / np.sqrt(1 - rho))
    for level in (0.5, 0.9, 0.99):
        # the large-pool quantile, and how likely a finite pool is not above it
        limit = norm.cdf((threshold + np.sqrt(rho) * norm.ppf(level)) / np.sqrt(1 - rho))
        expected = float((weight * binom.cdf(np.floor(limit * size), size, conditional)).sum())
        assert abs(expected - level) < 0.02  # the pool is large enough for the limit to mean something
        assert abs((share <= limit).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / paths)


def test_one_seed_gives_one_result_whatever_the_number_of_workers() -> None:
    universe = alike(37)
    model = flat_model(universe, 0.3 + 0.7 * np.eye(37), "quarterly", 6)
    loans = [asset(name, "B", 1e6 / 3, dt.date(2019, 3, 23)) for name in universe.asset_id.tolist()]
    pool = scheduled_balances(loans, ANALYSIS, WEEKENDS)
    one, two, eight = (simulate(model, {"deal": pool}, 5 * BATCH + 3, 99, workers=count) for count in (1, 2, 8))
    for other in (two, eight):
        assert one.default_day.tobytes() == other.default_day.tobytes()
        assert one.tables["deal"].counts.tobytes() == other.tables["deal"].counts.tobytes()
        assert one.tables["deal"].balances.tobytes() == other.tables["deal"].balances.tobytes()


def test_short_run_is_the_beginning_of_a_long_one_and_another_seed_is_another_run() -> None:
    model = flat_model(alike(9), np.eye(9), "quarterly", 8)
    short, long = simulate(model, {}, 5, 1), simulate(model, {}, 3 * BATCH, 1)
    assert (short.default_day == long.default_day[:5]).all()
    assert (simulate(model, {}, 3 * BATCH, 2).default_day != long.default_day).any()


def test_run_without_seed_states_the_one_it_drew() -> None:
    model = flat_model(alike(9), np.eye(9), "quarterly", 8)
    first = simulate(model, {}, 200)
    assert (simulate(model, {}, 200, first.seed).default_day == first.default_day).all()


def test_chosen_paths_are_drawn_again_as_they_were() -> None:
    model = flat_model(alike(9), 0.5 + 0.5 * np.eye(9), "quarterly", 8)
    found = simulate(model, {}, 3 * BATCH, 5)
    paths = [2 * BATCH + 1, 0, BATCH]
    states = states_of_paths(model, 5, paths)
    for row, path in enumerate(paths):
        days = np.where((states[row] == 3).any(axis=0), model.days[np.argmax(states[row] == 3, axis=0)], NEVER)
        assert found.default_day[path].tolist() == days.tolist()


def table_of(totals: list[float]) -> PathTable:
    """Paths with so much in default on the last of two dates."""
    columns = balance_columns(STATES)
    balances = np.zeros((len(totals), 2, len(columns)))
    balances[:, 1, columns.index("cumulative_defaults")] = totals
    balances[:, 1, columns.index("performing")] = 10.0
    balances[:, 1, columns.index("CCC")] = 4.0
    counts = np.zeros((len(totals), 2, len(count_columns(STATES))), dtype=np.int32)
    return PathTable(STATES, example().dates[:2], counts, balances)


@pytest.mark.parametrize(
    ("totals", "least", "greatest", "middle"),
    [
        ([3.0, 1.0, 2.0], 1, 0, 2),
        ([3.0, 1.0, 2.0, 4.0], 1, 3, 0),  # of four the third
        ([2.0, 2.0, 2.0], 0, 0, 1),  # of equal ones the first, and the order kept
        ([5.0], 0, 0, 0),
        ([1.0, 2.0] * 20, 0, 1, 1),  # many of equal ones: place 20 is the first of the greater
    ],
)
def test_paths_are_chosen_by_what_defaults_in_all_pools(
    totals: list[float], least: int, greatest: int, middle: int
) -> None:
    # half of it in either of two deals
    tables = {name: table_of([total / 2 for total in totals]) for name in ("one", "two")}
    assert [chosen_path(tables, which) for which in ("min", "max", "median")] == [least, greatest, middle]


def test_statistics_over_paths() -> None:
    # 1, 2, 6 and 7: mean 4, median 4, deviation over n sqrt(26 / 4)
    table = table_of([1.0, 2.0, 6.0, 7.0])
    at = balance_columns(STATES).index("cumulative_defaults")
    found = balance_statistics(table)
    assert [column[1, at] for column in found] == [7.0, 1.0, 4.0, 4.0, pytest.approx(6.5**0.5)]
    counts = replace(table, counts=np.array([[[1]], [[2]], [[2]]], dtype=np.int32))
    # 5/3 and sqrt(2)/3 to two decimals
    assert [column[0, 0] for column in count_statistics(counts)] == [2.0, 1.0, 1.67, 2.0, 0.47]


def test_old_ccc_sheet_of_the_least_path_holds_the_performing_balance() -> None:
    # Q29
    tables = {"deal": table_of([1.0, 2.0])}
    assert chosen_series(tables, "min")["deal"].ccc_balance[1] == 4.0
    assert chosen_series(tables, "min", preset(["CMP-29"]))["deal"].ccc_balance[1] == 10.0
    assert chosen_series(tables, "max", preset(["CMP-29"]))["deal"].ccc_balance[1] == 4.0


def test_series_of_a_path_and_of_the_average() -> None:
    table = table_of([1.0, 2.0])
    assert path_series(table, 1).cumulative_defaults.tolist() == [0.0, 2.0]
    assert average_series(table).cumulative_defaults.tolist() == [0.0, 1.5]


def test_several_deals_share_the_paths_of_one_universe() -> None:
    model = example()
    both = {"one": schedule(), "two": scheduled_balances([replace(Y, par=1e6)], ANALYSIS, WEEKENDS)}
    found = simulate(model, both, 50, 4)
    y_defaults = found.default_day[:, 1] >= 0
    assert (found.tables["two"].count("cumulative_defaults")[:, -1] == y_defaults).all()
    assert found.tables["two"].balance("performing")[:, 0].tolist() == [1e6] * 50


def test_drawn_commitment_is_owed_and_repaid() -> None:
    drawn = replace(X, draws=DrawTerms(1e6, draws=((dt.date(2016, 9, 23), 1e6),)))
    found = scheduled_balances([drawn], ANALYSIS, WEEKENDS)
    assert found.balance[0, 365] == pytest.approx(6e6)
    assert found.repaid[0, -1] == pytest.approx(6e6)


def test_asset_that_has_matured_takes_no_part_and_one_in_default_owes_its_par() -> None:
    past = replace(Z, asset_id="P", maturity=dt.date(2016, 3, 23))
    lost = replace(Z, asset_id="L", is_defaulted=True, market_value=40.0)
    found = scheduled_balances([X, past, lost], ANALYSIS, WEEKENDS)
    assert found.asset_ids == ("X", "L")
    assert [rejection.asset_id for rejection in found.rejections] == ["P"]
    assert (found.balance[1] == 2e6).all()


def test_wrong_models_and_runs_are_refused() -> None:
    model = example()
    with pytest.raises(ValueError, match="paths must be a whole number >= 1, found 0"):
        simulate(model, {}, 0)
    with pytest.raises(ValueError, match="correlations must be of the universe's 2 assets, found 3"):
        replace(model, universe=alike(2))
    other = scheduled_balances([replace(X, asset_id="W")], ANALYSIS, WEEKENDS)
    with pytest.raises(ValueError, match="must be in the universe, found W"):
        simulate(model, {"deal": other}, 1)
    late = scheduled_balances([X], dt.date(2016, 4, 1), WEEKENDS)
    with pytest.raises(ValueError, match="schedule must begin on 2016-03-23, found 2016-04-01"):
        simulate(model, {"deal": late}, 1)
