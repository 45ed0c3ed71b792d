"""What each quirk of a preset changes in the tests, alone: clo-compliance 6. Those of ratings are in test_derivation_quirks."""

from __future__ import annotations

from typing import Any

import pytest

from calculations.clo.columns import as_text
from calculations.clo.compliance import Universe, catalogue
from calculations.clo.presets import preset
from calculations.clo.ratings import ranking_factor
from tests.calculations.compliance.pools import INPUTS, LOAN, result_of

Line = dict[str, Any]


def share(number: int, lines: list[Line], quirk_id: str | None = None) -> float | None:
    return result_of(number, lines, INPUTS, preset({quirk_id} if quirk_id else set())).numerator


def test_the_largest_dip_obligor_is_the_first_by_id_under_cmp_04() -> None:
    lines = [
        {"par": 5.0, "issuer_id": "A", "is_dip": True},
        {"par": 9.0, "issuer_id": "B", "is_dip": True},
        {"par": 0.0, "issuer_id": "0", "is_dip": True},
    ]
    assert (share(5, lines), share(5, lines, "CMP-04")) == (9.0, 5.0)
    assert result_of(5, lines, INPUTS, preset({"CMP-04"})).comment == "A"


def test_the_old_sort_leaves_the_two_middle_entries_unswapped_under_cmp_06() -> None:
    # Q6: an even number of entries; 12 issuers bite the 6th largest, 8 industries the 4th
    issuers = [{"par": float(i)} for i in range(1, 13)]
    assert (share(3, issuers), share(3, issuers, "CMP-06")) == (7.0, 6.0)
    assert share(3, issuers[:11], "CMP-06") == share(3, issuers[:11]) == 6.0
    industries = [{"par": float(i), "sp_industry": f"S{i}", "moodys_industry": f"M{i}"} for i in range(1, 9)]
    for number in (25, 52):
        assert (share(number, industries), share(number, industries, "CMP-06")) == (5.0, 4.0)
        assert share(number, industries[:7], "CMP-06") == share(number, industries[:7]) == 4.0


def test_two_entries_are_compared_as_text_under_cmp_06() -> None:
    second_lien = "SENIOR UNSECURED LOAN/SECOND LIEN LOAN"
    lines = [{"par": par, "sp_priority_category": second_lien} for par in (900_000.0, 1_250_000.0)]
    assert (share(6, lines), share(6, lines, "CMP-06")) == (1_250_000.0, 900_000.0)


def test_countries_keep_their_misspellings_under_cmp_07() -> None:
    lines = [
        {"par": 1.0, "country": "UK"},
        {"par": 2.0, "country": "Netherlands Antilles"},
        {"par": 4.0, "country": "Caymen Islands"},
        {"par": 8.0, "country": "Cayman Islands"},
    ]
    assert (share(18, lines), share(18, lines, "CMP-07")) == (1.0, 0.0)
    assert (share(24, lines), share(24, lines, "CMP-07")) == (14.0, 12.0)
    assert share(16, lines) == share(16, lines, "CMP-07") == 14.0


def test_the_second_largest_is_shown_for_the_third_under_cmp_08() -> None:
    lines = [{"par": float(i), "moodys_industry": f"M{i}"} for i in range(1, 6)]
    standard, legacy = result_of(51, lines), result_of(51, lines, INPUTS, preset({"CMP-08"}))
    assert (standard.numerator, legacy.numerator) == (3.0, 4.0)
    assert standard.result == legacy.result == 3.0 / 15.0


@pytest.mark.parametrize(("number", "column"), [(7, "moodys_rating"), (40, "sp_rating")])
def test_an_unrated_asset_is_unknown_and_rated_above_all_under_cmp_11(number: int, column: str) -> None:
    lines = [{"par": 1.0, column: "NR"}, {"par": 9.0}]
    assert (share(number, lines), share(number, lines, "CMP-11")) == (None, 0.0)


def test_an_unknown_rating_counts_0_in_a_ranking_under_cmp_13() -> None:
    ratings = as_text(["B2", "NR"])
    assert ranking_factor(ratings).tolist() == [2720, 10000]
    assert ranking_factor(ratings, preset({"CMP-13"})).tolist() == [2720, 0]


def test_diversity_is_looked_up_at_rounded_tenths_under_cmp_16() -> None:
    # mean 4: units 0.25, 1 and 1; the band of 0.25 is the third (0.3), rounded half to even it is the second (0.2)
    lines = [{"par": par, "moodys_industry": f"M{par}"} for par in (1.0, 5.0, 6.0)]
    assert result_of(37, lines).result == pytest.approx(2.3, rel=1e-12)
    assert result_of(37, lines, INPUTS, preset({"CMP-16"})).result == pytest.approx(2.2, rel=1e-12)


def test_only_the_exact_spelling_counts_under_cmp_20() -> None:
    quirk = preset({"CMP-20"})
    lines = [{"par": 1.0, "is_dip": "Yes"}, {"par": 2.0, "is_dip": "YES"}, {"par": 4.0, "is_dip": "no"}]
    assert (share(11, lines), share(11, lines, "CMP-20")) == (3.0, 1.0)
    coupons = [{"par": 1.0, "coupon_type": "FIXED"}, {"par": 2.0, "coupon_type": "Fixed"}]
    assert (share(9, coupons), share(9, coupons, "CMP-20")) == (3.0, 1.0)
    other = [{"par": 1.0, "coupon_type": "FIXED"}, {"par": 2.0, "coupon_type": "Zero"}]
    assert result_of(9, other).reason == "coupon_type not known for L001"
    assert share(9, other, "CMP-20") == 1.0
    piking = Universe.from_columns({"asset_id": ["A"], "is_piking": ["yes"]}, quirk)  # PiKing alone in any case
    assert piking.is_piking.tolist() == [True]


def test_ccc_is_shown_as_a_plain_number_under_cmp_35() -> None:
    assert catalogue()[40].unit == "fraction"
    assert result_of(40, [LOAN], INPUTS, preset({"CMP-35"})).unit == "number"


def test_an_issuer_counts_in_the_industry_of_its_first_held_asset() -> None:
    # clo-compliance 3.7, 3: units 1 and 1, in one industry (S(2) = 1.5) or in two (2 x 1)
    lines = [
        {"par": 0.0, "issuer_id": "A", "moodys_industry": "X"},
        {"par": 4.0, "issuer_id": "A", "moodys_industry": "Y"},
        {"par": 4.0, "issuer_id": "B", "moodys_industry": "Y"},
    ]
    assert result_of(37, lines).result == pytest.approx(1.5, rel=1e-12)
    held = [{**lines[0], "par": 2.0}, {**lines[1], "par": 2.0}, lines[2]]
    assert result_of(37, held).result == pytest.approx(2.0, rel=1e-12)
