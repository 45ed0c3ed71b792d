"""A deal under paths of defaults. Expected: the engine's own rating migration, with the path as each asset's history."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.calendars import BusinessCalendar
from calculations.clo import deal
from calculations.clo.collateral import AssetTerms
from calculations.clo.deal import Holdings
from calculations.clo.migration.deal_paths import ClassPaths, loss_distribution, run_paths
from calculations.clo.migration.factors import correlation_factor
from calculations.clo.migration.kernel import NEVER
from calculations.clo.migration.paths import MigrationModel, Simulation, simulate
from calculations.clo.migration.periods import period_dates, period_matrix
from calculations.clo.migration.schedules import scheduled_balances, universe_of
from calculations.clo.scenarios import RATING, Assumptions, Scenario, Scenarios
from tests.calculations.deal.worked import START
from tests.calculations.migration.worked import MATRIX
from tests.calculations.test_ccc_projection import DATED, POOL, SCENARIOS

CALENDAR = BusinessCalendar()
DEAL = deal.loads(DATED)
ASSETS = tuple(
    replace(asset, asset_id=f"N{number}", par=5e6, sp_rating=rating)
    for number, (asset, rating) in enumerate(zip(POOL * 5, ["BB", "B", "CCC", "B"] * 5, strict=True))
)
HELD = Holdings(ASSETS, START, CALENDAR, current_index=0.05)
OWN = Assumptions(0.3, 0.1, 0.8, 0)
BASE = replace(SCENARIOS.items[0], assumptions=Assumptions(0.2, 0.05, 0.5, 3), by_asset={"N1": OWN})


def simulated(paths: int = 40) -> Simulation:
    schedule = scheduled_balances(ASSETS, START, CALENDAR)
    universe = universe_of(schedule, {}, {})
    size = universe.size
    model = MigrationModel(
        universe,
        period_matrix(MATRIX, "quarterly"),
        correlation_factor(0.4 + 0.6 * np.eye(size)),
        period_dates(START, "quarterly", dt.date(2025, 1, 1)),
    )
    return simulate(model, {"deal": schedule}, paths, 31)


def by_history(simulation: Simulation, path: int, assets: tuple[AssetTerms, ...] = ASSETS) -> deal.Projection:
    """The deal with the path as rating histories, in the engine's own migration mode: clo-collateral-engine 1.9."""
    held = []
    for number, asset in enumerate(assets):
        day = int(simulation.default_day[path, number])
        history = () if day == NEVER else ((START, "B"), (START + dt.timedelta(day), "D"))
        held.append(replace(asset, sp_history=history))
    scenario = replace(
        BASE,
        assumptions=replace(BASE.assumptions, cpr=0.0, cdr=RATING),
        by_asset={"N1": replace(OWN, cpr=0.0, cdr=RATING)},
    )
    return deal.run(DEAL, replace(HELD, assets=tuple(held)), Scenarios.of([scenario]))


def test_a_path_pays_what_its_rating_histories_pay() -> None:
    simulation = simulated()
    paths = [path for path in range(40) if (simulation.default_day[path] >= 0).any()][:6]
    assert len(paths) == 6
    found = run_paths(DEAL, HELD, BASE, simulation, paths)
    assert found.paths.tolist() == paths
    for row, path in enumerate(paths):
        expected = by_history(simulation, path)
        for name, paid in found.classes.items():
            note, risk = expected.result.notes[name], expected.risk[name]
            assert paid.principal[row] == pytest.approx(note.principal_paid.sum())
            assert paid.interest[row] == pytest.approx(risk.total_interest[0])
            assert paid.loss[row] == pytest.approx(note.balance[0, -1], abs=1e-6)
            assert paid.weighted_average_life[row] == pytest.approx(risk.weighted_average_life[0])
        equity = expected.result.equity
        assert found.equity_paid[row] == pytest.approx((equity.interest + equity.principal).sum())
        assert found.fees["trustee"][row] == pytest.approx(expected.result.fees["trustee"].paid.sum())


def test_what_defaults_in_the_deal_is_what_defaults_on_the_path() -> None:
    simulation = simulated()
    for path in range(5):
        expected = simulation.tables["deal"].balance("cumulative_defaults")[path, -1]
        assert by_history(simulation, path).flows.defaults.sum() == pytest.approx(expected)


def test_a_path_is_not_overruled_by_an_agencys_history() -> None:
    simulation = simulated()
    history = ((START, "B"), (dt.date(2024, 5, 1), "D"))
    flagged = tuple(replace(asset, uses_rating_migration=True, sp_history=history) for asset in ASSETS)
    found = run_paths(DEAL, replace(HELD, assets=flagged), BASE, simulation)
    plain = run_paths(DEAL, HELD, BASE, simulation)
    assert found.equity_paid.tolist() == plain.equity_paid.tolist()
    assert np.unique(plain.equity_paid).size > 5  # paths that differ


def test_what_begins_in_default_is_left_to_the_pool() -> None:
    simulation = simulated()
    lost = (replace(ASSETS[0], is_defaulted=True, market_value=40.0), *ASSETS[1:])
    start = replace(simulation, default_day=simulation.default_day.copy())
    start.default_day[:, 0] = 0
    expected = by_history(
        replace(start, default_day=np.where(start.default_day == 0, NEVER, start.default_day)), 1, lost
    )
    found = run_paths(DEAL, replace(HELD, assets=lost), BASE, start, [1])
    assert found.classes["A"].principal[0] == pytest.approx(expected.result.notes["A"].principal_paid.sum())


def test_a_pool_that_loses_half_pays_out_what_the_other_half_brings() -> None:
    """By hand: 100m of assets without recovery behind A 80m, B 10m and 10m of sub notes. Where half defaults the first day,
    50m at 9 % on 30/360 from 15 January to 1 January is all there is: less than A is owed, so that B is lost whole."""
    days = np.full((2, 20), NEVER, dtype=np.int32)
    days[1, :10] = 1
    simulation = Simulation(0, np.array([START], dtype="datetime64[D]"), tuple(a.asset_id for a in ASSETS), days, {})
    total = replace(BASE, assumptions=Assumptions(severity=1.0), by_asset={})
    found = run_paths(DEAL, HELD, total, simulation)
    assert found.classes["A"].loss[0] == found.classes["B"].loss[0] == pytest.approx(0.0, abs=1e-6)
    assert found.classes["B"].loss[1] == pytest.approx(10e6)
    assert found.classes["A"].loss[1] > 30e6
    paid = found.equity_paid + sum(found.fees.values())
    for note in found.classes.values():
        assert note.principal + note.loss == pytest.approx(np.full(2, note.opening_balance))
        paid = paid + note.principal + note.interest
    assert paid == pytest.approx(np.array([100e6, 50e6]) * (1 + 0.09 * 346 / 360))


def test_instalments_between_interest_dates_are_named() -> None:
    instalments = ((dt.date(2024, 5, 15), 1.0), (dt.date(2025, 1, 1), 9.0))
    off_grid = (replace(ASSETS[0], instalments=instalments), *ASSETS[1:])
    found = run_paths(DEAL, replace(HELD, assets=off_grid), BASE, simulated(2), [0])
    assert [(finding.code, finding.subject) for finding in found.findings] == [("OFF_GRID_INSTALMENT", "N0")]


def test_paths_in_parts_are_those_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = simulated()
    whole = run_paths(DEAL, HELD, BASE, simulation)
    monkeypatch.setattr("calculations.clo.migration.deal_paths.PART", 7)
    parts = run_paths(DEAL, HELD, BASE, simulation)
    assert parts.paths.tolist() == whole.paths.tolist() == list(range(40))
    assert parts.classes["A"].loss.tolist() == whole.classes["A"].loss.tolist()
    assert parts.equity_paid.tolist() == whole.equity_paid.tolist()


def test_loss_distribution() -> None:
    # four paths of a class of 200: nothing, nothing, a tenth, half
    loss = np.array([0.0, 0.0, 20.0, 100.0])
    nothing = np.zeros(4)
    found = loss_distribution(ClassPaths(200.0, nothing, nothing, loss, *[nothing] * 7), (0.5, 1.0))
    assert (found.probability, found.mean, found.maximum) == (0.5, pytest.approx(0.15), 0.5)
    assert found.quantiles == {0.5: pytest.approx(0.05), 1.0: 0.5}
    assert found.standard_deviation == pytest.approx(np.sqrt((2 * 0.15**2 + 0.05**2 + 0.35**2) / 4))


def test_wrong_paths_are_refused() -> None:
    simulation = simulated(2)
    with pytest.raises(ValueError, match="at least one path is needed"):
        run_paths(DEAL, HELD, BASE, simulation, [])
    late = replace(HELD, analysis=dt.date(2024, 2, 1))
    with pytest.raises(ValueError, match="paths must begin on 2024-02-01, found 2024-01-15"):
        run_paths(DEAL, late, BASE, simulation)
    with pytest.raises(ValueError, match="every asset of the pool, found none for other"):
        run_paths(DEAL, replace(HELD, assets=(replace(ASSETS[0], asset_id="other"),)), BASE, simulation)


def test_errors_of_the_engine_name_the_path() -> None:
    with pytest.raises(ValueError, match="scenario path 1: reinvestment terms are needed"):
        run_paths(DEAL, HELD, Scenario("base"), simulated(2), [1])
