"""Limits, the pass rule and rows that can decide nothing: the worked examples of clo-compliance 7, and 1.2, 1.4, 1.5."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.clo import compliance
from calculations.clo.compliance import DealTest, Holdings, LimitCurve, evaluate
from tests.calculations.compliance.pools import INPUTS, LOAN, holdings, result_of


def caa_share(share: float, previous: float | None) -> compliance.TestResult:
    """Test 7 of a pool with `share` of its par rated Caa1, against 0.075."""
    lines = [{"par": share, "moodys_rating": "Caa1"}, {"par": 1.0 - share}]
    return result_of(7, lines, test=DealTest(7, "Max", 0.075, previous=previous))


@pytest.mark.parametrize(
    ("share", "previous", "passed"),
    [  # clo-compliance 7: to 4 decimals 0.08124 is 0.0812 and 0.08126 is 0.0813
        (0.08124, 0.0812, True),
        (0.08126, 0.0812, False),
        (0.08124, 0.0, False),
        (0.08126, 0.0, False),
        (0.08124, None, False),
        (0.075, None, True),
    ],
)
def test_a_failing_result_passes_where_it_maintains_the_one_before(
    share: float, previous: float | None, passed: bool
) -> None:
    found = caa_share(share, previous)
    assert found.passed is passed
    assert (found.pass_comment is not None) == (passed and share > 0.075)


def test_a_result_on_its_limit_but_for_dust_passes_both_ways() -> None:
    lines = [{"par": 0.1, "is_dip": True}, {"par": 0.2, "is_dip": True}, {"par": 0.7}]  # 0.1 + 0.2 is not 0.3
    assert result_of(11, lines, test=DealTest(11, "Max", 0.3)).passed
    assert result_of(11, lines, test=DealTest(11, "Min", 0.3)).passed
    assert not result_of(11, lines, test=DealTest(11, "Max", 0.3 - 1e-9)).passed


def test_worked_computed_limits() -> None:
    # clo-compliance 7, W = 0.45: 0.044 - 2 x 0.00065 and 2740 + 2 x 67
    lines = [{"moodys_recovery_rate": 0.45}]
    assert result_of(32, lines, test=DealTest(32, "Min", 0.9)).threshold == pytest.approx(0.0427, rel=1e-12)
    assert result_of(36, lines, test=DealTest(36, "Max", 0.9)).threshold == pytest.approx(2874, rel=1e-12)
    # 1.4: below a WAS of 3.1 % the step is 0.0005; 39 and 54 take the deal's own reference and factor
    low = replace(INPUTS, was=0.03)
    assert result_of(32, lines, low, test=DealTest(32, "Min")).threshold == pytest.approx(0.03 - 2 * 0.0005, rel=1e-12)
    assert result_of(39, lines, test=DealTest(39, "Min")).threshold == pytest.approx(0.044 - 2 * 0.0005, rel=1e-12)
    assert result_of(54, lines, test=DealTest(54, "Max")).threshold == pytest.approx(2740 + 2 * 67, rel=1e-12)


def test_an_overwrite_stands_before_a_computed_limit_and_may_be_zero() -> None:
    assert result_of(36, [{}], test=DealTest(36, "Max", overwrite=2900)).threshold == 2900
    assert result_of(7, [{}], test=DealTest(7, "Max", 0.075, overwrite=0.0)).threshold == 0
    assert DealTest.from_sheet(7, "Max", 0.075, 0.0).overwrite is None


def test_a_computed_limit_without_its_input_is_none_and_says_so() -> None:
    found = result_of(36, [{}], replace(INPUTS, warf_factor=None), test=DealTest(36, "Max", 3000))
    assert (found.result, found.threshold, found.passed) == (2720, None, None)
    assert found.reason == "the limit cannot be stated: deal input warf factor is not stated"


def test_the_recovery_of_the_pool_moves_the_limits_wherever_test_33_stands_in_the_list() -> None:
    lines, moved = [{"moodys_recovery_rate": 0.5}], 2740 + 7 * 67
    pool = holdings(lines)
    for deal in (
        (DealTest(36, "Max"), DealTest(33, "Min", 0.4)),
        (DealTest(33, "Min", 0.4), DealTest(36, "Max")),
        (DealTest(36, "Max"),),
    ):
        found = {item.number: item for item in compliance.run(deal, pool, INPUTS)}
        assert found[36].threshold == pytest.approx(moved, rel=1e-12)
    stated = replace(INPUTS, mwarr=0.45)
    assert result_of(36, lines, stated, test=DealTest(36, "Max")).threshold == pytest.approx(2874, rel=1e-12)


def test_a_limit_by_curve_is_the_one_in_force_on_the_analysis_date() -> None:
    curve = LimitCurve(((dt.date(2016, 1, 1), 6.0), (dt.date(2016, 3, 23), 5.5), (dt.date(2016, 6, 1), 5.0)))
    inputs = replace(INPUTS, curves={"weighted_average_life": curve})
    assert result_of(111, [{}], inputs, test=DealTest(111, "Max", 9.0)).threshold == 5.5
    early = replace(inputs, analysis_date=dt.date(2015, 12, 31))
    assert "begins after 2015-12-31" in (result_of(111, [{}], early, test=DealTest(111, "Max", 9.0)).reason or "")
    assert result_of(111, [{}], test=DealTest(111, "Max", 9.0)).threshold == 9.0
    with pytest.raises(ValueError, match="ascending"):
        LimitCurve(((dt.date(2016, 2, 1), 1.0), (dt.date(2016, 1, 1), 2.0)))


def test_rows_that_decide_nothing_say_why_and_stop_nothing() -> None:
    deal = (DealTest(99, "Max", 1.0), DealTest(7, "", 0.1), DealTest(8, "Max", 0.1), DealTest(9, "Max", 0.1))
    deal += (DealTest(9, "Max", 0.2), DealTest(10, "Most", 0.1), DealTest(11, "Max"), DealTest(13, " max ", 0.1))
    found = [item for item in compliance.run(deal, holdings([{}]), INPUTS) if item.is_listed]
    assert [(item.number, item.passed, item.reason) for item in found] == [
        (99, None, "the catalogue has no test 99"),
        (7, None, "direction must be MIN or MAX, it is missing"),
        (8, True, None),
        (9, None, "test 9 is listed 2 times, in rows 4, 5"),
        (9, None, "test 9 is listed 2 times, in rows 4, 5"),
        (10, None, "direction must be MIN or MAX, it is 'Most'"),
        (11, None, "the deal states no limit"),
        (13, True, None),
    ]
    assert [item.result for item in found[1:]] == [0.0] * 7


def test_unlisted_tests_are_for_information_with_the_limit_of_the_catalogue() -> None:
    found = {item.number: item for item in compliance.run((DealTest(7, "Max", 0.2),), holdings([{}]), INPUTS)}
    assert [number for number, item in found.items() if item.is_listed] == [7]
    assert set(found) == set(compliance.catalogue())
    assert (found[11].threshold, found[11].passed) == (0.075, True)  # clo-compliance 1.3, fallback


@pytest.mark.parametrize(("number", "result"), [(3, 0.0), (5, 0.0), (6, 0.0), (19, 0.0), (25, 0.0), (52, 0.0)])
def test_a_group_that_there_is_not_gives_zero_and_passes(number: int, result: float) -> None:
    found = result_of(number, [{}], test=DealTest(number, "Max", 0.01))  # clo-compliance 1.5, Q5
    assert (found.numerator, found.result, found.passed, found.comment) == (0.0, result, True, None)


def test_averages_over_nothing() -> None:
    # clo-compliance 1.5, Q37: 34 is 0 and passes as a minimum, 35, 36 and 54 are 0, 32, 33, 39 and 46 cannot be stated
    bond = {**LOAN, "coupon_type": "FIXED"}
    assert result_of(34, [{}], test=DealTest(34, "Min", 0.07)).passed is True
    for number in (32, 39, 46):
        assert result_of(number, [bond]).reason == "the denominator is not above zero"
    defaulted = [{"is_default_obligation": True}]
    for number in (35, 36, 54):
        assert result_of(number, defaulted).result == 0
    assert result_of(33, defaulted, test=DealTest(33, "Min", 0.4)).passed is None


def test_unknown_cash_leaves_every_share_of_the_whole_without_a_result() -> None:
    inputs = replace(INPUTS, cash=None)
    assert result_of(4, [{}], inputs).reason == "principal cash of the collection account is unknown"
    assert result_of(36, [{}], inputs).result == 2720


def test_previous_values_given_at_evaluation_stand_before_the_list_s() -> None:
    pool = holdings([{"par": 2.0, "is_dip": True}, {"par": 8.0}])
    deal = (DealTest(11, "Max", 0.1, previous=0.1),)
    kept = evaluate(deal, pool.universe, pool.par, 0.0, INPUTS, previous=[0.2])
    assert (kept.passed.tolist(), kept.is_maintained.tolist()) == ([[True]], [[True]])
    assert evaluate(deal, pool.universe, pool.par, 0.0, INPUTS).passed.tolist() == [[False]]
    assert evaluate(deal, pool.universe, pool.par, 0.0, INPUTS, previous=[np.nan]).passed.tolist() == [[False]]
    with pytest.raises(ValueError, match="1 entries"):
        evaluate(deal, pool.universe, pool.par, 0.0, INPUTS, previous=[0.2, 0.3])


@pytest.mark.parametrize("par", [[1.0], [-1.0, 2.0], [np.nan, 2.0]])
def test_par_that_is_not_a_holding_of_the_universe_is_refused(par: list[float]) -> None:
    pool = holdings([{}, {}])
    with pytest.raises(ValueError, match="par must"):
        compliance.run((), Holdings(pool.universe, np.array(par)), INPUTS)
