"""Correlations computed and stated, and their factors. Figures: clo-compliance 4.3, 7; clo-workbook 4."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calculations.clo.migration.correlations import (
    StatedCorrelations,
    illustrative_correlations,
    read_correlation_table,
    stated_correlations,
    system_correlations,
)
from calculations.clo.migration.factors import correlation_factor, nearest_correlations
from calculations.clo.migration.universe import Universe, initial_states
from tests.calculations.migration.worked import TABLE, alike, example

NAN = float("nan")


def universe(**columns: Any) -> Universe:
    size = len(columns["sp_rating"])
    blank = [""] * size
    return Universe(
        asset_id=np.array([f"N{number}" for number in range(size)]),
        issuer_id=np.array(columns.get("issuer_id", blank)),
        sp_industry=np.array(columns.get("sp_industry", blank)),
        sp_rating=np.array(columns["sp_rating"]),
        is_defaulted=np.array(columns.get("is_defaulted", [False] * size)),
        maturity=np.full(size, "2030-01-01", dtype="datetime64[D]"),
    )


def test_worked_correlations_and_factor() -> None:
    factor = example().factor
    assert factor.correlations == pytest.approx(np.array([[1, 0.31, 0.08], [0.31, 1, 0.14], [0.08, 0.14, 1]]))
    expected = np.array([[1, 0, 0], [0.31, 0.950737, 0], [0.08, 0.121169, 0.989403]])
    assert factor.lower == pytest.approx(expected, abs=5e-7)
    assert factor.repair is None


def test_the_closest_thing_shared_counts_less_a_step_per_notch_and_never_below_zero() -> None:
    found = system_correlations(
        universe(
            issuer_id=["I", "i ", "J", ""],
            sp_industry=["Drugs", "Oil & gas", "DRUGS", ""],
            sp_rating=["BB", "B", "BB-", "AAA"],
        ),
        TABLE,
    )
    assert found[0, 1] == pytest.approx(0.7 - 3 * 0.05)  # one issuer, 12 to 15
    assert found[0, 2] == pytest.approx(0.4 - 0.03)
    assert found[1, 2] == pytest.approx(0.2 - 2 * 0.02)
    assert found[0, 3] == 0.0  # 0.2 less 11 notches


def test_a_blank_issuer_is_shared_with_nobody() -> None:
    assert system_correlations(alike(2), TABLE)[0, 1] == pytest.approx(0.2)


def test_default_ranks_above_all_and_an_unrated_asset_as_ccc_minus() -> None:
    # clo-compliance 4.3: D has rank 0; Q11: what nobody rates ends at CCC-
    assert universe(sp_rating=["D", "AAA", "", "ccc-"]).correlation_ranks().tolist() == [0, 1, 19, 19]


def test_states_merge_what_is_below_b_minus_and_name_what_is_unrated() -> None:
    pool = universe(sp_rating=["A+", "CCC+", "ccc", "CC", "C", "D", "", "B"], is_defaulted=[False] * 7 + [True])
    states, findings = initial_states(pool)
    assert states.tolist() == [4, 16, 16, 16, 16, 17, 16, 17]
    assert [(found.code, found.subject) for found in findings] == [("UNRATED", "N6")]


def test_a_rating_without_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match=r"STATE_NOT_IN_MATRIX: .*found AA of N0"):
        initial_states(universe(sp_rating=["AA"]), ("BB", "B", "CCC", "D"))


def test_the_shipped_table_says_that_it_is_invented() -> None:
    assert "not an agency's" in illustrative_correlations().source


ROWS = [
    {"relationship": "Same Issuer", "base_correlation": 0.7, "step_per_notch": 0.05},
    {"relationship": "same s&p industry", "base_correlation": 0.3, "step_per_notch": 0.02},
    {"relationship": "Otherwise ", "base_correlation": 0.2, "step_per_notch": 0.02},
]


def test_rows_of_the_workbook_become_a_table() -> None:
    found = read_correlation_table(ROWS, "workbook")
    assert (found.same_industry.base, found.otherwise.step) == (0.3, 0.02)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:2], "none for otherwise"),
        ([*ROWS, ROWS[0]], "each once, found 'Same Issuer'"),
        ([ROWS[0] | {"relationship": "Cousins"}], "found 'Cousins'"),
        ([ROWS[0] | {"base_correlation": 1.2}], "base correlation must be from 0 to 1, found 1.2"),
        ([ROWS[0] | {"base_correlation": None}], "base correlation must be from 0 to 1, found nan"),
        ([ROWS[0] | {"step_per_notch": -0.1}], "step per notch must be a number >= 0, found -0.1"),
    ],
)
def test_a_wrong_table_is_refused(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=f"CORRELATION_TABLE: .*{message}"):
        read_correlation_table(rows, "workbook")


def stated(ids: str, *rows: tuple[float, ...]) -> StatedCorrelations:
    return StatedCorrelations(np.array(list(ids)), np.array(rows))


def named(ids: str) -> Universe:
    base = alike(len(ids))
    return Universe(
        np.array(list(ids)), base.issuer_id, base.sp_industry, base.sp_rating, base.is_defaulted, base.maturity
    )


def test_a_stated_matrix_may_come_in_any_order() -> None:
    given_order = stated("CAB", (1, 0.1, 0.2), (0.1, 1, 0.3), (0.2, 0.3, 1))
    found, findings = stated_correlations(named("ABC"), given_order, np.eye(3))
    assert found.tolist() == [[1, 0.3, 0.1], [0.3, 1, 0.2], [0.1, 0.2, 1]]
    assert findings == ()


@pytest.mark.parametrize(
    ("values", "code", "subject", "taken"),
    [
        (((1, 0.2), (0.4, 1)), "CORRELATION_ASYMMETRIC", "A / B", 0.2),  # the upper triangle
        (((1, NAN), (0.4, 1)), "CORRELATION_MIRRORED", "A / B", 0.4),
        (((1, 0.4), (1.5, 1)), "CORRELATION_MIRRORED", "B / A", 0.4),
        (((1, NAN), (-2, 1)), "CORRELATION_UNUSABLE", "A / B", 0.25),  # the computed one
        (((0.9, 0.4), (0.4, 1)), "CORRELATION_DIAGONAL", "A / A", 0.4),
        (((NAN, 0.4), (0.4, 1)), "CORRELATION_DIAGONAL", "A / A", 0.4),
    ],
)
def test_a_wrong_pair_is_named_and_the_next_best_figure_taken(
    values: Any, code: str, subject: str, taken: float
) -> None:
    computed = np.array([[1.0, 0.25], [0.25, 1.0]])
    found, findings = stated_correlations(named("AB"), stated("AB", *values), computed)
    assert found.tolist() == [[1.0, taken], [taken, 1.0]]
    assert [(finding.code, finding.subject) for finding in findings] == [(code, subject)]


def test_assets_beyond_the_matrix_take_computed_correlations_and_ids_beyond_the_universe_none() -> None:
    computed = np.full((3, 3), 0.25) + 0.75 * np.eye(3)
    found, findings = stated_correlations(named("ABC"), stated("BQA", (1, 0, 0.5), (0, 1, 0), (0.5, 0, 1)), computed)
    assert found.tolist() == [[1, 0.5, 0.25], [0.5, 1, 0.25], [0.25, 0.25, 1]]
    assert [(finding.code, finding.subject) for finding in findings] == [
        ("ASSET_WITHOUT_CORRELATION", "C"),
        ("CORRELATION_WITHOUT_ASSET", "Q"),
    ]


def test_cells_of_a_table_become_a_matrix_in_the_order_of_the_sheet() -> None:
    found = StatedCorrelations.from_pairs(["Z", "Z", "A", "A"], ["Z", "A", "Z", "A"], np.array([1, 0.2, NAN, 1]))
    assert found.asset_id.tolist() == ["Z", "A"]
    assert found.values[0].tolist() == [1, 0.2]
    assert np.isnan(found.values[1, 0])


def test_an_id_or_a_pair_stands_once() -> None:
    with pytest.raises(ValueError, match=r"DUPLICATE_KEY: .*found again: A"):
        stated("AA", (1, 0), (0, 1))
    with pytest.raises(ValueError, match="DUPLICATE_CELL"):
        StatedCorrelations.from_pairs(["A", "A"], ["B", "B"], np.array([0.1, 0.2]))


def test_nearest_matrix_of_highams_example() -> None:
    # Higham (2002), section 4: to four digits, at a distance of 0.5278
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    factor = correlation_factor(matrix)
    expected = np.array([[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]])
    assert factor.correlations == pytest.approx(expected, abs=5e-5)
    assert factor.repair is not None
    assert factor.repair.frobenius_distance == pytest.approx(0.5278, abs=5e-5)
    assert factor.repair.smallest_eigenvalue == pytest.approx(1 - 2**0.5)
    assert factor.repair.largest_change == pytest.approx(1 - 0.7607, abs=5e-5)
    assert factor.repair.converged


def test_assets_that_move_as_one_need_no_repair() -> None:
    factor = correlation_factor(np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]]))
    assert factor.repair is None
    assert factor.lower @ factor.lower.T == pytest.approx(factor.correlations, abs=1e-12)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_repaired_matrix_is_one_of_correlations_and_no_farther_than_a_clipped_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 7))
    cells = data.draw(arrays(np.float64, (size, size), elements=st.floats(-1, 1, width=32)))
    matrix = np.triu(cells, 1)
    matrix = matrix + matrix.T + np.eye(size)
    factor = correlation_factor(matrix)
    found = factor.correlations
    assert np.linalg.eigvalsh(found)[0] >= -1e-9
    assert np.diag(found).tolist() == [1.0] * size
    assert (found == found.T).all()
    assert factor.lower @ factor.lower.T == pytest.approx(found, abs=1e-9)
    assert (np.triu(factor.lower, 1) == 0).all()
    if factor.repair is not None:
        values, vectors = np.linalg.eigh(matrix)
        clipped = (vectors * np.maximum(values, 0)) @ vectors.T
        scale = 1 / np.sqrt(np.diag(clipped))
        clipped = clipped * scale[:, None] * scale[None, :]
        assert factor.repair.frobenius_distance <= np.linalg.norm(clipped - matrix) + 1e-5
        # nearest means that a matrix near it is itself nearest: repairing twice changes nothing
        again, _, _ = nearest_correlations(found)
        assert again == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.array([[1.0, 0.2], [0.3, 1.0]]), "NOT_SYMMETRIC"),
        (np.array([[1.0, NAN], [NAN, 1.0]]), "NOT_SYMMETRIC"),
        (np.array([[0.9, 0.2], [0.2, 1.0]]), r"DIAGONAL: .*found 0\.9"),
    ],
)
def test_what_is_no_matrix_of_correlations_is_refused(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlation_factor(matrix)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"asset_id": np.array(["A", "A"])}, "found again: A"),
        ({"asset_id": np.array(["A", ""])}, "must not be blank"),
        ({"sp_rating": np.array(["B"])}, "column sp_rating must have 2 entries"),
        ({"maturity": np.array(["2030-01-01", "NaT"], dtype="datetime64[D]")}, "found none for N1"),
    ],
)
def test_a_wrong_universe_is_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(alike(2), **columns)
