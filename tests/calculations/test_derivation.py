"""Derived ratings and recovery rates: each row of clo-compliance 3.2 to 3.6, and the stored columns of a real tape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from calculations.clo.derivation import CompletedRatings, RatingInputs, complete_ratings

ANALYSIS_DATE = dt.date(2016, 3, 23)
SENIOR = "Moody’s Senior Secured loan"
NON_SENIOR = "Moody’s Non-Senior Secured Loan"
UNRATED: dict[str, object] = {
    "bond_loan": "LOAN",
    "seniority": "Senior Secured",
    "moodys_asset_category": SENIOR,
    "is_structured_finance": "No",
    "is_dip": "No",
    "is_default_obligation": "No",
    **dict.fromkeys(
        [
            *("moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "moodys_recovery_rate"),
            *("moodys_facility_rating", "moodys_facility_outlook", "moodys_issuer_rating", "moodys_issuer_outlook"),
            *("moodys_senior_secured_rating", "moodys_senior_unsecured_rating", "moodys_subordinate_rating"),
            *("moodys_credit_estimate", "moodys_credit_estimate_date", "sp_facility_rating", "sp_issuer_rating"),
            *("sp_senior_secured_rating", "sp_subordinated_rating"),
        ]
    ),
}


def derived(**columns: object) -> CompletedRatings:
    """What one asset gets whose tape says no more than `columns`."""
    asset = {**UNRATED, **columns}
    return complete_ratings(RatingInputs.from_columns({name: [text] for name, text in asset.items()}), ANALYSIS_DATE)


BOND = {"bond_loan": "BOND", "seniority": "Senior Unsecured"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [  # clo-compliance 3.2, rows 1 to 8, seen through the rating that falls back on it
        ({**BOND, "sp_facility_rating": "BBB-"}, "Ba1"),
        ({**BOND, "sp_facility_rating": "BB+"}, "Ba3"),
        ({"sp_facility_rating": "BB+"}, "Ba3"),
        ({"is_structured_finance": "Yes", "sp_facility_rating": "BB+"}, "Caa3"),
        ({"sp_senior_secured_rating": "B"}, "B3"),
        ({"sp_senior_secured_rating": "B-"}, "Caa2"),
        ({"sp_subordinated_rating": "B-"}, "B2"),
        ({"sp_subordinated_rating": "CCC+"}, "Caa1"),
        ({"sp_subordinated_rating": "NR"}, "Caa3"),
    ],
)
def test_a_moodys_rating_from_sp_ratings(columns: dict[str, object], expected: str) -> None:
    assert derived(**columns).moodys_rating.tolist() == [expected]
    assert derived(**columns).moodys_dp_rating.tolist() == [expected]


@pytest.mark.parametrize(
    ("columns", "plain", "warf"),
    [  # clo-compliance 3.3 in the corrected form of Q1; the first three are its worked examples
        ({"moodys_issuer_rating": "B1", "moodys_issuer_outlook": "Negative"}, "B1", "B2"),
        ({"moodys_issuer_rating": "Ba3", "moodys_facility_outlook": "Downgrade"}, "B1", "B2"),
        ({"moodys_issuer_rating": "B2", "moodys_facility_outlook": "Upgrade"}, "B1", "B1"),
        ({"moodys_issuer_rating": "B2", "moodys_senior_unsecured_rating": "Caa1"}, "B2", "B2"),
        ({"moodys_issuer_rating": "NR", "moodys_senior_unsecured_rating": "Caa1"}, "Caa1", "Caa1"),
        ({"moodys_senior_secured_rating": "Ba3"}, "B1", "B1"),
        ({"is_dip": "Yes", "moodys_facility_rating": "B1", "moodys_issuer_rating": "C"}, "B2", "B2"),
        ({"is_dip": "Yes"}, "Caa3", "Caa3"),
        ({}, "Caa3", "Caa3"),
    ],
)
def test_default_probability_ratings(columns: dict[str, object], plain: str, warf: str) -> None:
    found = derived(**columns)
    assert (found.moodys_dp_rating.tolist(), found.moodys_rating_warf.tolist()) == ([plain], [warf])


@pytest.mark.parametrize(
    ("estimated_on", "expected"),
    [(dt.date(2014, 12, 24), "B3"), (dt.date(2014, 12, 23), "Caa3"), (None, "Caa3")],
)
def test_a_credit_estimate_counts_for_15_months(estimated_on: dt.date | None, expected: str) -> None:
    # 23 December 2014 + 15 months is the analysis date itself
    found = derived(moodys_credit_estimate="B3", moodys_credit_estimate_date=estimated_on)
    assert found.moodys_dp_rating.tolist() == [expected]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [  # clo-compliance 3.4
        ({"moodys_facility_rating": "B2", "moodys_facility_outlook": "Upgrade"}, "B1"),
        ({"moodys_facility_rating": "B2", "moodys_facility_outlook": "Downgrade"}, "B3"),
        ({"moodys_facility_rating": "B2", "moodys_issuer_outlook": "Negative"}, "B2"),
        ({"moodys_issuer_rating": "B2", "moodys_issuer_outlook": "Negative"}, "B3"),
        ({"moodys_senior_unsecured_rating": "B2"}, "Ba3"),
        ({**BOND, "moodys_facility_rating": "B2", "moodys_facility_outlook": "Upgrade"}, "B2"),
        ({**BOND, "moodys_senior_unsecured_rating": "B2", "moodys_issuer_rating": "Ba3"}, "B2"),
        ({**BOND, "moodys_issuer_rating": "Ba3"}, "B1"),
        ({**BOND, "moodys_subordinate_rating": "B3"}, "B2"),
    ],
)
def test_moodys_ratings(columns: dict[str, object], expected: str) -> None:
    assert derived(**columns).moodys_rating.tolist() == [expected]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [  # clo-compliance 3.5 with Q11: without any rating CCC-, not AAA
        ({"is_dip": "Yes", "sp_facility_rating": "B+", "sp_issuer_rating": "CCC"}, "B+"),
        ({"is_default_obligation": "Yes", "sp_issuer_rating": "B"}, "D"),
        ({"sp_issuer_rating": "B", "sp_senior_secured_rating": "BB"}, "B"),
        ({"sp_senior_secured_rating": "BB"}, "BB"),
        ({"sp_subordinated_rating": "BBB-"}, "BBB"),
        ({"sp_subordinated_rating": "BB+"}, "BBB"),
        ({"moodys_facility_rating": "Baa3"}, "BB+"),
        ({"moodys_facility_rating": "Ba1"}, "BB-"),
        ({"sp_facility_rating": "B"}, "CCC-"),
        ({}, "CCC-"),
    ],
)
def test_sp_ratings(columns: dict[str, object], expected: str) -> None:
    assert derived(**columns).sp_rating.tolist() == [expected]


# clo-compliance 3.6, with 0.05 at three notches below (Q15); d from 3 above to 4 below
RECOVERY = {
    SENIOR: {3: 0.60, 2: 0.60, 1: 0.50, 0: 0.45, -1: 0.40, -2: 0.30, -3: 0.20, -4: 0.20},
    NON_SENIOR: {3: 0.55, 2: 0.55, 1: 0.45, 0: 0.35, -1: 0.25, -2: 0.15, -3: 0.05, -4: 0.05},
    "Bond": {3: 0.45, 2: 0.45, 1: 0.35, 0: 0.30, -1: 0.25, -2: 0.15, -3: 0.05, -4: 0.05},
}
AROUND_B2 = {3: "Ba2", 2: "Ba3", 1: "B1", 0: "B2", -1: "B3", -2: "Caa1", -3: "Caa2", -4: "Caa3"}


@pytest.mark.parametrize("category", RECOVERY)
def test_recovery_rates_by_notches_above_the_obligor(category: str) -> None:
    for notches, rating in AROUND_B2.items():
        found = derived(moodys_asset_category=category, moodys_rating=rating, moodys_dp_rating="b2")
        assert found.moodys_recovery_rate.tolist() == [RECOVERY[category][notches]]


def test_worked_recovery_rates() -> None:
    assert derived(moodys_dp_rating="B2", moodys_rating="B1").moodys_recovery_rate.tolist() == [0.50]
    non_senior = derived(moodys_dp_rating="B3", moodys_rating="Caa2", moodys_asset_category=NON_SENIOR)
    assert non_senior.moodys_recovery_rate.tolist() == [0.15]


def test_a_dip_loan_recovers_half() -> None:
    assert derived(is_dip="Yes", moodys_rating="Caa3").moodys_recovery_rate.tolist() == [0.50]


def test_what_the_tape_states_stands() -> None:
    found = derived(moodys_rating="Ba1", moodys_facility_rating="B2", moodys_recovery_rate=0.33)
    assert (found.moodys_rating.tolist(), found.moodys_recovery_rate.tolist()) == (["Ba1"], [0.33])
    assert not found.is_derived["moodys_rating"].any()
    assert not found.is_derived["moodys_recovery_rate"].any()
    assert found.is_derived["moodys_dp_rating"].all()


def test_a_recovery_rate_of_zero_on_the_tape_is_derived() -> None:
    found = derived(moodys_dp_rating="B2", moodys_rating="B2", moodys_recovery_rate=0.0)
    assert found.moodys_recovery_rate.tolist() == [0.45]


@pytest.mark.parametrize("name", ["moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "moodys_recovery_rate"])
def test_a_real_tape_is_reproduced_from_agency_ratings_alone(
    mag17_columns: Mapping[str, list[object]], name: str
) -> None:
    # clo-compliance 3.6: the rules reproduce the stored columns of every held asset
    stated = ("moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "moodys_recovery_rate")
    without = {**mag17_columns, **{column: [None] * 195 for column in stated}}
    found = complete_ratings(RatingInputs.from_columns(without), ANALYSIS_DATE)
    assert np.array(getattr(found, name)).tolist() == mag17_columns[name]
    assert found.is_derived[name].all()


@pytest.mark.parametrize("column", ["moodys_rating", "moodys_dp_rating", "moodys_rating_warf"])
@pytest.mark.parametrize("stated", ["NR", "nr ", "B+/B"])
def test_a_stated_nr_or_unreadable_rating_stays_unrated(column: str, stated: str) -> None:
    # clo-workbook 4, value rules: a stored rating is a statement; only a blank is derived.
    completed = derived(**{column: stated, "moodys_issuer_rating": "B1", "moodys_facility_rating": "B1"})
    assert getattr(completed, column)[0] == ""
    assert not completed.is_derived[column][0]


def test_an_unrated_facility_has_no_derived_recovery_rate() -> None:
    completed = derived(moodys_rating="NR", moodys_issuer_rating="B1")
    assert np.isnan(completed.moodys_recovery_rate[0])
