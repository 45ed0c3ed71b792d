"""What each quirk of a preset changes in derived ratings and recovery rates, alone: clo-compliance 3 and 6."""

from __future__ import annotations

import pytest

from calculations.clo.derivation import CompletedRatings, RatingInputs, complete_ratings
from calculations.clo.presets import preset
from tests.calculations.test_derivation import ANALYSIS_DATE, NON_SENIOR, SENIOR, UNRATED


def derived(quirk_id: str | None, **columns: object) -> CompletedRatings:
    """What one asset gets whose tape says no more than `columns`, under one quirk or none."""
    acting = preset({quirk_id} if quirk_id else set())
    asset = {**UNRATED, **columns}
    inputs = RatingInputs.from_columns({name: [text] for name, text in asset.items()}, acting)
    return complete_ratings(inputs, ANALYSIS_DATE, acting)


@pytest.mark.parametrize(
    ("columns", "standard", "legacy"),
    [  # 3.3: watch -2 and outlook -1, as coded the other way round
        ({"moodys_issuer_rating": "B1", "moodys_issuer_outlook": "Negative"}, "B2", "B3"),
        ({"moodys_issuer_rating": "Ba3", "moodys_facility_outlook": "Downgrade"}, "B2", "B1"),
        ({"moodys_issuer_rating": "Ba3", "moodys_issuer_outlook": "Downgrade"}, "B2", "B1"),
        ({"moodys_issuer_rating": "B2", "moodys_facility_outlook": "Upgrade"}, "B1", "B1"),
        ({"moodys_issuer_rating": "B2"}, "B2", "B2"),
    ],
)
def test_watch_and_outlook_change_places_under_cmp_01(columns: dict[str, object], standard: str, legacy: str) -> None:
    assert derived(None, **columns).moodys_rating_warf.tolist() == [standard]
    assert derived("CMP-01", **columns).moodys_rating_warf.tolist() == [legacy]


def test_the_scale_has_bb_in_place_of_b_under_cmp_10() -> None:
    # 3.5: Ba3 facility, no S&P rating: rank 13 moved down by 2 is rank 15
    from_moodys: dict[str, object] = {"moodys_facility_rating": "Ba3"}
    assert derived(None, **from_moodys).sp_rating.tolist() == ["B"]
    assert derived("CMP-10", **from_moodys).sp_rating.tolist() == ["BB"]
    # a B that is taken over as it stands stays one; one that is to be notched is on no scale
    assert derived("CMP-10", sp_issuer_rating="B").sp_rating.tolist() == ["B"]
    assert derived(None, sp_facility_rating="B").moodys_rating.tolist() == ["Caa1"]
    assert derived("CMP-10", sp_facility_rating="B").moodys_rating.tolist() == ["Caa3"]


@pytest.mark.parametrize(
    ("columns", "name", "standard", "legacy"),
    [  # Q11: rank 0 moves to the top of the scale
        ({}, "sp_rating", "CCC-", "AAA"),
        ({"is_dip": "Yes"}, "moodys_dp_rating", "Caa3", "Aaa"),
        ({"is_dip": "Yes"}, "moodys_rating_warf", "Caa3", "Aaa"),
        ({"is_dip": "Yes"}, "sp_rating", "CCC-", "CCC-"),
        ({"sp_facility_rating": "B+/B"}, "moodys_rating", "Caa3", "Aa1"),
        ({"moodys_senior_secured_rating": "?"}, "moodys_dp_rating", "Caa3", "Aaa"),
        ({"sp_issuer_rating": "BB"}, "sp_rating", "BB", "BB"),
    ],
)
def test_an_unknown_rating_has_rank_0_under_cmp_11(
    columns: dict[str, object], name: str, standard: str, legacy: str
) -> None:
    assert getattr(derived(None, **columns), name).tolist() == [standard]
    assert getattr(derived("CMP-11", **columns), name).tolist() == [legacy]


def test_a_recovery_rate_is_found_for_an_unrated_facility_under_cmp_11() -> None:
    # rank 15 less rank 0 is 2 or more notches: 0.60
    columns: dict[str, object] = {"moodys_dp_rating": "B2", "moodys_rating": "NR", "moodys_asset_category": SENIOR}
    assert derived(None, **columns).moodys_recovery_rate.tolist() == pytest.approx([float("nan")], nan_ok=True)
    assert derived("CMP-11", **columns).moodys_recovery_rate.tolist() == [0.60]


@pytest.mark.parametrize(("rating", "rate"), [("B1", 0.50), ("BAA1", None), ("CAA1", None), ("Ba3", None)])
def test_a_rating_in_capitals_is_ranked_only_where_the_scale_spells_it_so_under_cmp_12(
    rating: str, rate: float | None
) -> None:
    # 3.6: B1 against B2 is one notch; the others have small letters on the scale and so no rank
    columns: dict[str, object] = {"moodys_dp_rating": "B2", "moodys_rating": rating, "moodys_asset_category": SENIOR}
    expected = [float("nan") if rate is None else rate]
    assert derived("CMP-12", **columns).moodys_recovery_rate.tolist() == pytest.approx(expected, nan_ok=True)
    assert derived(None, **columns).moodys_recovery_rate.tolist() != expected or rating == "B1"


@pytest.mark.parametrize(
    ("category", "standard", "legacy"), [(SENIOR, 0.20, 0.20), (NON_SENIOR, 0.05, 0.50), ("Bond", 0.05, 0.50)]
)
def test_three_notches_below_recover_half_under_cmp_15(category: str, standard: float, legacy: float) -> None:
    columns: dict[str, object] = {
        "moodys_dp_rating": "B2",
        "moodys_rating": "Caa2",
        "moodys_asset_category": category,
    }
    assert derived(None, **columns).moodys_recovery_rate.tolist() == [standard]
    assert derived("CMP-15", **columns).moodys_recovery_rate.tolist() == [legacy]
