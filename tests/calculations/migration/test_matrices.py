"""Transition matrices: what is refused, shorter periods, projection. Figures: clo-compliance 4.2, 7."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calculations.clo.migration.matrices import TransitionMatrix, illustrative_matrix, read_transition_matrix
from calculations.clo.migration.periods import (
    PeriodMatrix,
    Step,
    period_dates,
    period_matrix,
    project_rows,
    read_step,
)
from calculations.clo.migration.universe import STATES
from calculations.clo.presets import preset
from tests.calculations.migration.worked import ANALYSIS, MATRIX

THREE = ("A", "B", "D")


def three(*rows: tuple[float, float, float]) -> TransitionMatrix:
    return TransitionMatrix(THREE, np.array([*rows, (0.0, 0.0, 1.0)]), "test")


@pytest.mark.parametrize(
    ("step", "row"),
    [
        ("annual", (0.10, 0.75, 0.10, 0.05)),
        ("semi_annual", (0.056811, 0.859572, 0.060621, 0.022997)),
        ("quarterly", (0.030333, 0.925346, 0.033462, 0.010859)),
    ],
)
def test_worked_row_of_b_over_each_period(step: Step, row: tuple[float, ...]) -> None:
    found = period_matrix(MATRIX, step)
    assert found.probabilities[1] == pytest.approx(row, abs=5e-7)
    assert found.year_error == pytest.approx(0.0, abs=1e-12)  # the projection changes nothing here


def test_worked_projection() -> None:
    assert project_rows(np.array([[0.7, 0.4, -0.1]])) == pytest.approx(np.array([[0.65, 0.35, 0.0]]), abs=1e-15)


def test_projection_spreads_what_is_missing_evenly_while_nothing_is_negative() -> None:
    assert project_rows(np.array([[0.5, 0.2, 0.0]])) == pytest.approx(np.array([[0.6, 0.3, 0.1]]), abs=1e-15)


def test_projection_of_equal_zeros_needs_no_luck() -> None:
    # Q26: entries keyed by value stopped the old run
    assert project_rows(np.array([[1.0, 0.0, 0.0, 0.0]])).tolist() == [[1.0, 0.0, 0.0, 0.0]]


@given(arrays(np.float64, (3, 6), elements=st.floats(-2, 2, width=32)))
def test_projected_rows_are_the_nearest_probabilities(rows: np.ndarray) -> None:
    found = project_rows(rows)
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-12)
    # the nearest point of a convex set: no corner of the simplex lies within a right angle of the way back
    for row, near in zip(rows, found, strict=True):
        assert ((np.eye(6) - near) @ (row - near) <= 1e-9).all()


@given(arrays(np.float64, (4, 5), elements=st.floats(0.001, 1)))
def test_what_a_matrix_becomes_over_a_period_is_probabilities_and_ends_at_one(rows: np.ndarray) -> None:
    # much stays, so that there is a real root
    live = rows / rows.sum(axis=1, keepdims=True)
    whole = np.vstack([0.3 * live + 0.7 * np.eye(5)[:4], np.eye(5)[4]])
    for step in ("annual", "semi_annual", "quarterly"):
        found = period_matrix(TransitionMatrix(("A", "B", "C", "E", "D"), whole, "test"), step)  # type: ignore[arg-type]
        assert (found.probabilities >= 0).all()
        assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-12)
        assert (found.cumulative[:, -1] == 1.0).all()
        assert (np.diff(found.cumulative, axis=1) >= 0).all()


def test_a_row_that_cannot_default_reaches_one_before_the_last_column() -> None:
    # 0.1 ten times is not 1 in doubles: what is left over must be no probability of default
    states = tuple("ABCDEFGHIJKL")
    matrix = np.full((12, 12), 0.1)
    matrix[:, 10:] = 0.0
    matrix[-1] = np.eye(12)[-1]
    found = PeriodMatrix(states, "annual", matrix, 0.0)
    assert np.cumsum(matrix[0])[9] < 1.0
    assert found.cumulative[0, 9:].tolist() == [1.0, 1.0, 1.0]
    assert found.thresholds[0, 9] == np.inf


def test_default_term_structure_is_that_of_the_powers() -> None:
    found = period_matrix(MATRIX, "annual").default_term_structure(3)
    for years in range(4):
        power = np.linalg.matrix_power(MATRIX.probabilities, years)
        assert found[years] == pytest.approx(power[:, -1], abs=1e-15)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (((0.9, 0.1, 0.1), (0.1, 0.8, 0.1)), r"ROW_SUM: row A must sum to 1, found 1\.1"),
        (((0.9, 0.1, 0.0), (0.1, 0.8, 0.0)), r"ROW_SUM: row B must sum to 1, found 0\.9"),
        (((1.1, -0.1, 0.0), (0.1, 0.8, 0.1)), "NOT_A_PROBABILITY: from A to A must be from 0 to 1, found 1.1"),
        (((0.9, 0.1, 0.0), (0.1, float("nan"), 0.1)), "NOT_A_PROBABILITY: from B to B must be from 0 to 1, found nan"),
    ],
)
def test_impossible_rows_are_named(rows: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        three(*rows)


def test_default_must_absorb() -> None:
    with pytest.raises(ValueError, match=r"D_NOT_ABSORBING: from D to itself must be 1, found 0\.9"):
        TransitionMatrix(("A", "D"), np.array([[0.9, 0.1], [0.1, 0.9]]), "test")


def test_a_matrix_needs_a_row_and_a_column_for_each_state() -> None:
    with pytest.raises(ValueError, match="STATES: "):
        TransitionMatrix(("A", "D"), np.eye(3), "test")


def test_printed_decimals_are_scaled_to_one() -> None:
    found = three((0.9000004, 0.1, 0.0), (0.1, 0.8, 0.1))
    assert found.probabilities.sum(axis=1).tolist() == [1.0, 1.0, 1.0]


def test_a_matrix_that_swaps_states_has_no_real_root() -> None:
    with pytest.raises(ValueError, match="NO_REAL_ROOT"):
        period_matrix(three((0.1, 0.9, 0.0), (0.9, 0.1, 0.0)), "quarterly")


def test_a_matrix_without_any_root_is_refused() -> None:
    # a nilpotent part: A goes to B and B to default within the year, nothing stays
    with pytest.raises(ValueError, match="ROOT_NOT_CONVERGED"):
        period_matrix(three((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), "semi_annual")


def cells(skip: tuple[str, str] | None = None) -> list[dict[str, Any]]:
    return [
        {"matrix": "probability", "from_rating": a, "to_rating": b, "value": float(a == b)}
        for a in STATES
        for b in STATES
        if (a, b) != skip
    ]


def test_cells_of_the_workbook_become_a_matrix_and_its_copies_are_left_out() -> None:
    copy = {"matrix": "cumulative", "from_rating": "AAA", "to_rating": "AAA", "value": 0.5}
    found = read_transition_matrix([*cells(), copy], "workbook")
    assert found.probabilities.tolist() == np.eye(18).tolist()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (cells(("BB", "B")), "MISSING_CELL: .*none from BB to B and 1 missing"),
        ([*cells(), cells()[0]], "DUPLICATE_CELL: from AAA to AAA must stand once"),
        ([{"from_rating": "Baa1", "to_rating": "D", "value": 0.0}], "UNKNOWN_STATE: .*found 'BAA1'"),
        ([row | {"value": None} for row in cells()], "MISSING_CELL: .*324 missing"),
    ],
)
def test_incomplete_cells_are_named(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_transition_matrix(rows, "workbook")


def test_the_shipped_matrix_says_that_it_is_invented_and_falls_with_rating() -> None:
    found = illustrative_matrix()
    assert "not an agency's" in found.source
    assert found.states == STATES
    assert (np.diff(found.probabilities[:, -1]) > 0).all()
    assert period_matrix(found, "quarterly").year_error < 1e-5


def test_dates_count_from_the_analysis_date_at_the_months_end() -> None:
    # Q23: the old path steps from the date before it, so that 31 becomes 30 for good
    until = dt.date(2017, 3, 1)
    assert period_dates(dt.date(2016, 3, 31), "quarterly", until).astype(str).tolist() == [
        *("2016-03-31", "2016-06-30", "2016-09-30", "2016-12-31", "2017-03-31")
    ]
    old = period_dates(dt.date(2016, 3, 31), "annual", until, preset(["CMP-23"]))
    assert old.astype(str).tolist() == ["2016-03-31", "2016-06-30", "2016-09-30", "2016-12-30", "2017-03-30"]


def test_dates_end_with_the_first_that_is_not_before_the_last_maturity() -> None:
    assert period_dates(ANALYSIS, "annual", dt.date(2018, 3, 23)).size == 3
    assert period_dates(ANALYSIS, "annual", dt.date(2018, 3, 24)).size == 4


def test_nothing_is_left_of_a_universe_that_has_matured() -> None:
    with pytest.raises(ValueError, match="NO_PERIODS"):
        period_dates(ANALYSIS, "annual", ANALYSIS)


def test_a_step_is_read_by_its_label() -> None:
    assert read_step(" semi-annually ") == "semi_annual"
    with pytest.raises(ValueError, match="found 'Monthly'"):
        read_step("Monthly")
