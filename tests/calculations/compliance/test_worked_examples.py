"""The hand examples of clo-compliance 7 that the tests themselves show; those of limits and passing are in test_limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.calculations.compliance.pools import INPUTS, result_of


@pytest.mark.parametrize(
    ("floor", "index", "spread"),
    [(0.01, "3M Libor", 0.042082), (0.0, "3M Libor", 0.0375), (None, "3M Libor", 0.0375), (0.0, "Prime", 0.042082)],
)
@pytest.mark.parametrize("number", [32, 39, 46])
def test_worked_spread(number: int, floor: float | None, index: str, spread: float) -> None:
    # L 0.005418, spread 0.0375, coupon 0.0475; the last two by 1.4: a blank floor is none, and no LIBOR, no spread
    line = {"coupon_spread": 0.0375, "coupon": 0.0475, "libor_floor": floor, "index_name": index}
    found = result_of(number, [line], replace(INPUTS, current_libor=0.005418))
    assert found.result == pytest.approx(spread, rel=1e-9)


def test_worked_diversity_score() -> None:
    # par 10, 10, 10, 30 in a, a, b, c: E = 1.3333, 0.6667, 1 -> 1.15 + 0.7 + 1
    lines = [{"par": par, "moodys_industry": name} for par, name in ((10, "a"), (10, "A"), (10, "b"), (30, "c"))]
    assert result_of(37, lines).result == pytest.approx(2.85, rel=1e-9)


def test_junior_coverage_values_defaulted_assets_at_market_and_deferring_ones_at_recovery() -> None:
    # 1.3, test 38: (5 + 10 x 0.3 + 10 x 0.45 + 10) / 50; in default stands before deferring
    lines = [
        {"is_default_obligation": True, "is_piking": True, "market_value": 30.0},
        {"is_piking": True},
        {},
    ]
    found = result_of(38, lines, replace(INPUTS, cash=5.0))
    assert found.result == pytest.approx((5 + 3 + 4.5 + 10) / 50, rel=1e-12)
    unpriced = [{**lines[0], "market_value": None}, *lines[1:]]
    assert result_of(38, unpriced).reason == "market_value not known for L000"  # clo-workbook 4, value rules


@pytest.mark.parametrize(("number", "kept"), [(2, True), (8, True), (27, True), (29, True), (7, False), (14, False)])
def test_defaulted_assets_stay_in_the_numerators_that_keep_them(number: int, kept: bool) -> None:
    # 1.3, column D, and Q21
    marked = {"is_cov_lite": True, "payment_frequency": 1, "seniority": "JUNIOR", "moodys_rating": "Caa1"}
    line = {"par": 30.0, "is_default_obligation": True, "sp_industry": "X", "country": "SPAIN", **marked}
    found = result_of(number, [line, {"par": 10.0}])
    assert (found.numerator, found.denominator) == (30.0 if kept else 0.0, 10.0)


def test_a_life_exactly_between_two_hundredths_goes_to_the_even_one() -> None:
    # 1.3, test 35, half-even; 0.1 + 0.2 dust must not decide the half
    assert result_of(35, [{"wal": 5.045}]).result == 5.04
    assert result_of(35, [{"wal": 5.055}]).result == 5.06
    assert result_of(35, [{"par": 1.0, "wal": 5.04}, {"par": 1.0, "wal": 5.05}]).result == 5.04


def test_a_missing_life_leaves_test_35_without_a_result_and_names_the_asset() -> None:
    found = result_of(35, [{}, {"wal": None, "asset_id": "BLANK"}])
    assert (found.result, found.reason) == (None, "wal not known for BLANK")
