"""The rating scale, its notches and factors. Figures are those of clo-compliance 3.1."""

from __future__ import annotations

import numpy as np
import pytest

from calculations.clo.ratings import is_rated, notch, rating_factor, rating_rank, rating_text

# clo-collateral-engine 5 lists the same factors in another form than clo-compliance 3.1
FACTORS = (
    "Aaa 1, Aa1 10, Aa2 20, Aa3 40, A1 70, A2 120, A3 180, Baa1 260, Baa2 360, Baa3 610, Ba1 940, Ba2 1350, Ba3 1766, "
    "B1 2220, B2 2720, B3 3490, Caa1 4770, Caa2 6500, Caa3 8070, Ca 10000, C 10000"
)


def test_rating_factors_of_the_scale_in_order_of_rank() -> None:
    ratings, factors = zip(*(entry.split() for entry in FACTORS.split(", ")), strict=True)
    assert rating_factor(np.array(ratings)).tolist() == [float(factor) for factor in factors]
    assert rating_rank(np.array(ratings), "moodys").tolist() == list(range(1, 22))


@pytest.mark.parametrize("text", ["", "NR", "nonsense", "BB+"])
def test_an_unknown_rating_counts_10000(text: str) -> None:
    assert rating_factor(np.array([text])).tolist() == [10000.0]
    assert not is_rated(np.array([text]), "moodys").any()


def test_ranks_do_not_depend_on_case_or_blanks() -> None:
    assert rating_rank(np.array(["CAA1", "caa1", " Caa1 "]), "moodys").tolist() == [17, 17, 17]


def test_sp_b_is_rank_15_and_bb_rank_12() -> None:
    assert rating_rank(np.array(["BB", "B", "CCC+", "C", "D", "NR"]), "sp").tolist() == [12, 15, 17, 21, 22, 0]


def test_notches_stop_at_the_ends_of_the_scale_and_leave_the_unrated_unrated() -> None:
    ranks = np.array([1, 2, 15, 21, 0])
    assert notch(ranks, 2).tolist() == [1, 1, 13, 19, 0]
    assert notch(ranks, -2).tolist() == [3, 4, 17, 21, 0]


def test_ranks_turn_back_into_the_spelling_of_each_agency() -> None:
    assert rating_text(np.array([15, 17, 0]), "moodys").tolist() == ["B2", "Caa1", ""]
    assert rating_text(np.array([15, 17, 22, 0]), "sp").tolist() == ["B", "CCC+", "D", ""]
