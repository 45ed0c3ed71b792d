"""The pool objective. Rules: clo-compliance 5.2, Q2 and Q17; ratios are worked by hand beside each case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from calculations.clo.compliance import DealInputs, DealTest, evaluate
from calculations.clo.compliance.results import Results
from calculations.clo.presets import preset
from calculations.clo.trading.baskets import Position
from calculations.clo.trading.desk import Run
from calculations.clo.trading.objective import Objective, objective_notes, pool_objective
from tests.calculations.trading.desks import desk_of, universe_of

# 35 at 5 of 6, 33 at 0.45 of 0.40, 9 (fixed rate) at 0 of 0.1, 37 (diversity of two issuers in one industry) below 10
TESTS = (DealTest(35, "Max", 6.0), DealTest(33, "Min", 0.40), DealTest(9, "Max", 0.1))
UNIVERSE = universe_of({}, {})
INPUTS = DealInputs(current_libor=0.005)


def results_of(*tests: DealTest, **changes: Any) -> Results:
    universe = universe_of(changes, {})
    return evaluate(tests, universe, np.array([1e6, 1e6]), 0.0, INPUTS)


def test_a_maximum_counts_limit_over_result_and_a_minimum_result_over_limit() -> None:
    found = pool_objective(results_of(*TESTS), Objective(((35, 0.4), (33, 0.6))))
    assert found.of(0) == pytest.approx(100 * (0.4 * 6 / 5 + 0.6 * 0.45 / 0.40), rel=1e-12)
    assert found.is_feasible.tolist() == [True]


def test_a_maximum_of_which_there_is_nothing_counts_nothing() -> None:
    assert pool_objective(results_of(*TESTS), Objective(((9, 1.0),))).of(0) == 0.0


def test_every_weighted_test_at_its_limit_gives_a_hundred() -> None:
    found = results_of(DealTest(35, "Max", 5.0), DealTest(33, "Min", 0.45))
    assert pool_objective(found, Objective(((35, 0.3), (33, 0.7)))).of(0) == pytest.approx(100.0, rel=1e-12)


def test_any_failing_test_blocks_unless_the_deal_exempts_it() -> None:
    found = results_of(*TESTS, DealTest(31, "Max", 0.1), facility_size=1e6)
    blocked = pool_objective(found, Objective(((35, 1.0),)))
    assert (blocked.of(0), blocked.blocked_by(0)) == (0.0, (31,))
    free = pool_objective(found, Objective(((35, 1.0),), exempt=frozenset({31})))
    assert free.of(0) == pytest.approx(120.0)


def test_a_failing_diversity_blocks_except_where_zero_numerators_never_do() -> None:
    found = results_of(*TESTS, DealTest(37, "Min", 10.0))
    assert pool_objective(found, Objective(((35, 1.0),))).blocked_by(0) == (37,)
    assert pool_objective(found, Objective(((35, 1.0),)), preset(["CMP-17"])).of(0) == pytest.approx(120.0)


def test_a_test_that_cannot_be_decided_blocks_a_pool_but_not_a_run_that_starts_with_it() -> None:
    universe = universe_of({"wal": None}, {}, {})
    tests = (DealTest(33, "Min", 0.40), DealTest(35, "Max", 6.0))
    desk = desk_of(universe, tests, {33: 1.0}, INPUTS)
    run = Run.start(desk, Position(np.array([1e6, 1e6, 0.0]), 0.0))
    assert run.base_objective.of(0) == pytest.approx(112.5)
    assert any(note.startswith("test 35 cannot be decided and blocks nothing") for note in run.notes)
    known = Run.start(desk, Position(np.array([0.0, 1e6, 1e6]), 0.0))
    bought = known.weigh(np.array([1e6, 1e6, 1e6]), 0.0)
    assert (bought.of(0), bought.blocked_by(0)) == (0.0, (35,))


def test_a_weighted_test_without_result_leaves_no_objective() -> None:
    universe = universe_of({"wal": None}, {})
    desk = desk_of(universe, (DealTest(35, "Max", 6.0),), {35: 1.0}, INPUTS)
    assert Run.start(desk, Position(np.array([1e6, 1e6]), 0.0)).base_objective.of(0) is None


def test_odd_objectives_are_named_and_stop_nothing() -> None:
    objective = Objective(((35, 0.4), (32, 0.5), (35, 0.3)), exempt=frozenset({53}))
    assert objective_notes(objective, [35, 33]) == (
        "objective weights sum to 0.9, not 1",
        "test 35 is in the objective twice; the first row counts",
        "test 32 is in the objective and not in the deal's list; it counts nothing",
        "test 53 is exempt and not in the deal's list",
    )
    assert pool_objective(results_of(*TESTS), objective).of(0) == pytest.approx(48.0)
    assert objective_notes(Objective(((33, 0.0), (35, 1.0))), [33, 35]) == ()


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_a_weight_is_a_number_of_zero_or_more(weight: float) -> None:
    with pytest.raises(ValueError, match="weight of test 35"):
        Objective(((35, weight),))


def test_trials_never_move_what_they_are_compared_with() -> None:
    # clo-compliance Q2: a pool over its limit may be maintained; a trial that worsens it, and its repetition, both fail
    universe = universe_of({"wal": 7.0}, {"wal": 8.0})
    desk = desk_of(universe, (DealTest(35, "Max", 6.0, previous=7.0),), {35: 1.0}, INPUTS)
    run = Run.start(desk, Position(np.array([1e6, 0.0]), 1e6))
    assert run.base.passed[0, 0]  # maintained against the previous value of the list
    for _ in range(2):
        assert run.weigh(np.array([1e6, 1e5]), 9e5).blocked_by(0) == (35,)
    assert run.weigh(np.array([2e6, 0.0]), 0.0).blocked_by(0) == ()


def test_the_starting_pool_is_compared_with_the_list_and_not_with_itself() -> None:
    desk = desk_of(universe_of({"wal": 7.0}), (DealTest(35, "Max", 6.0),), {35: 1.0}, INPUTS)
    run = Run.start(desk, Position(np.array([1e6]), 0.0))
    assert run.base_objective.blocked_by(0) == (35,)
