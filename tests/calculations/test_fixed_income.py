"""Prices, yields, spreads and durations against the figures of clo-collateral-engine 6, and what must hold for any flow.

The flows of its cases A and J are built here from their terms (section 8), not read from the projection.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calculations.clo.presets import preset
from calculations.curves import Curve
from calculations.discounting import compounding_periods
from calculations.fixed_income import (
    accrued_interest,
    convexity,
    discount_margin,
    interval_rates,
    macaulay_duration,
    modified_duration,
    price,
    price_at_margin,
    yield_to_maturity,
)
from calculations.months import add_months

SETTLEMENT = dt.date(2024, 2, 1)
PAR = 10_000_000.0
DAYS = add_months(dt.date(2024, 3, 15), 3 * np.arange(8))
CURVE = Curve.of(
    SETTLEMENT, {1: 0.053, 3: 0.0525, 6: 0.05, 12: 0.042, 24: 0.032, 36: 0.03, 60: 0.031, 120: 0.035}
)  # H of 2.4

CASE_A = np.full(8, PAR * 0.08 / 4)  # 30/360, coupon dates three months apart
CASE_A[-1] += PAR
TERMS_A: dict[str, Any] = {"settlement": SETTLEMENT, "basis": "30/360", "frequency": 4}
TERMS_J: dict[str, Any] = {"settlement": SETTLEMENT, "basis": "ACT/360", "frequency": 4}
TIMES: dict[str, Any] = {"settlement": SETTLEMENT, "frequency": 4}

PRINTED = 0.5e-10 * 1.000001  # of a percentage with eight decimals


def case_j(*, is_index_rounded: bool) -> np.ndarray:
    """8.80 % to the first date, then max(index, 0.75 %) + 3.50 %, actual/360; the rows of case J."""
    starts = np.concatenate([[np.datetime64(SETTLEMENT)], DAYS[:-1]])
    index = CURVE.spot(starts, 3)
    index = np.round(index, 5) if is_index_rounded else index
    coupons = np.maximum(index, 0.0075) + 0.035
    coupons[0] = 0.088
    flows = PAR * coupons * (DAYS - starts).astype(int) / 360
    flows[-1] += PAR
    return flows


CASE_J = case_j(is_index_rounded=True)


def test_case_j_has_the_rows_of_the_specification() -> None:
    # clo-collateral-engine 8 J, interest column
    expected = [105111.11, 218397.78, 199972.22, 174846.39, 161200.0, 158827.78, 146126.67, 10131975.28]
    np.testing.assert_allclose(CASE_J, expected, atol=0.005)


def test_the_first_interval_of_case_a_is_44_of_90_days() -> None:
    periods = compounding_periods(SETTLEMENT, DAYS, "30/360", 4)
    np.testing.assert_allclose(periods, [44 / 90, 1, 1, 1, 1, 1, 1, 1], atol=1e-15)  # 0.4888888889


@pytest.mark.parametrize(("quoted", "expected"), [(92, 0.1353064402), (100, 0.0859382545), (103, 0.0686283825)])
def test_yields_of_case_a(quoted: float, expected: float) -> None:
    found = yield_to_maturity(DAYS, CASE_A, PAR * quoted / 100, **TERMS_A)
    assert found == pytest.approx(expected, abs=PRINTED, rel=0)


def test_worth_of_case_a_at_8_percent() -> None:
    assert price(DAYS, CASE_A, 0.08, **TERMS_A) == pytest.approx(10_101_727.37, abs=0.005)


def test_zero_rates_of_case_j() -> None:
    expected = [0.05288710, 0.05127778, 0.04804444, 0.04406452, 0.04079032, 0.03827778, 0.03577778, 0.03329032]
    found = interval_rates(CURVE, DAYS, settlement=SETTLEMENT, frequency=4, preset=preset(["COL-23"]))
    np.testing.assert_allclose(found, expected, atol=0.5e-8 * 1.000001)


@pytest.mark.parametrize(("quoted", "expected"), [(92, 0.0759456), (98, 0.0389926), (100, 0.0272668)])
@pytest.mark.parametrize("quirk", ["COL-23", "LIA-26"])
def test_spreads_of_case_j_over_zero_rates(quoted: float, expected: float, quirk: str) -> None:
    rates = interval_rates(CURVE, DAYS, settlement=SETTLEMENT, frequency=4, preset=preset([quirk]))
    found = discount_margin(DAYS, CASE_J, PAR * quoted / 100, rates, **TERMS_J)
    assert found == pytest.approx(expected, abs=0.5e-7 * 1.000001, rel=0)


def test_spread_of_case_j_at_par_over_the_projected_index() -> None:
    # 3.6136 % under the empty preset, where the coupons' index is not rounded either
    rates = interval_rates(CURVE, DAYS, settlement=SETTLEMENT, frequency=4)
    found = discount_margin(DAYS, case_j(is_index_rounded=False), PAR, rates, **TERMS_J)
    assert found == pytest.approx(0.036136, abs=0.5e-6, rel=0)


def test_yield_and_durations_of_case_j_at_92() -> None:
    value = PAR * 0.92
    found = yield_to_maturity(DAYS, CASE_J, value, **TERMS_J)
    assert found == pytest.approx(0.1185522247, abs=PRINTED, rel=0)
    assert macaulay_duration(DAYS, CASE_J, found, value, **TIMES) == pytest.approx(1.752033, abs=0.5e-6)
    assert modified_duration(DAYS, CASE_J, found, value, **TIMES) == pytest.approx(1.701601, abs=0.5e-6)


def test_a_fixed_coupon_discounted_at_itself_is_worth_par_on_a_coupon_date() -> None:
    # clo-collateral-engine 9.5
    for frequency, months in ((1, 12), (2, 6), (4, 3), (12, 1)):
        days = add_months(dt.date(2024, 3, 15), months * np.arange(1, 9))
        flows = np.full(8, PAR * 0.07 / frequency)
        flows[-1] += PAR
        terms: dict[str, Any] = {"settlement": dt.date(2024, 3, 15), "basis": "30/360", "frequency": frequency}
        assert price(days, flows, 0.07, **terms) == pytest.approx(PAR, rel=1e-14)


def test_interest_accrued_to_settlement() -> None:
    # case A: coupon date 15 December to 1 February, 46 of 360 days
    terms: dict[str, Any] = {"accrual_start": dt.date(2023, 12, 15), "settlement": SETTLEMENT, "day_count": "30/360"}
    assert accrued_interest(PAR, 0.08, **terms) == pytest.approx(PAR * 0.08 * 46 / 360, rel=1e-15)


def test_convexity_and_duration_are_derivatives_of_the_worth() -> None:
    # independent formula: central differences of sum CF (1 + y/4)^(-4 days/365)
    times = (DAYS - np.datetime64(SETTLEMENT)).astype(int) / 365

    def worth(y: float) -> float:
        return float(CASE_A @ (1 + y / 4) ** (-4 * times))

    y, h = 0.09, 1e-4
    down, middle, up = worth(y - h), worth(y), worth(y + h)
    first, second = (down - up) / (2 * h) / middle, (down - 2 * middle + up) / h**2 / middle
    assert modified_duration(DAYS, CASE_A, y, middle, **TIMES) == pytest.approx(first, rel=1e-7)
    assert convexity(DAYS, CASE_A, y, middle, **TIMES) == pytest.approx(second, rel=1e-6)


def test_periods_counted_by_hand() -> None:
    # Settlement 2024-01-10, actual days. Back from 30 April by quarters: 30 January, then 30 October 2023; so one whole
    # quarter and 20 of 92 days. From 30 April forward to 15 August: 30 July, then 30 October; 16 of 92 days.
    days = np.array(["2024-04-30", "2024-08-15", "2024-08-15"], dtype="datetime64[D]")
    found = compounding_periods(dt.date(2024, 1, 10), days, "ACT/360", 4)
    np.testing.assert_allclose(found, [1 + 20 / 92, 1 + 16 / 92, 0], atol=1e-15)


def test_periods_at_month_ends_counted_by_hand() -> None:
    days = np.array(["2024-02-29", "2024-03-31"], dtype="datetime64[D]")
    # back from 29 February: 29 January, before settlement, so 29 of 31 days; forward from there: 29 March, then 29 April
    found = compounding_periods(dt.date(2024, 1, 31), days, "ACT/365", 12)
    np.testing.assert_allclose(found, [29 / 31, 1 + 2 / 31], atol=1e-15)


flows_of_any_kind = st.lists(
    st.tuples(st.integers(min_value=1, max_value=400), st.floats(min_value=0, max_value=1e7)), min_size=1, max_size=12
)
terms_of_any_kind = st.fixed_dictionaries(
    {
        "settlement": st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2040, 12, 31)),
        "basis": st.sampled_from(["30/360", "30E/360", "ACT/360", "ACT/365F", "ACT/ACT"]),
        "frequency": st.sampled_from([1, 2, 4, 12]),
    }
)


def dated(steps: list[tuple[int, float]], settlement: dt.date) -> tuple[np.ndarray, np.ndarray]:
    days = np.datetime64(settlement) + np.cumsum([step for step, _ in steps])
    return days, np.array([amount for _, amount in steps])


@given(steps=flows_of_any_kind, terms=terms_of_any_kind, y=st.floats(min_value=-0.5, max_value=0.9))
def test_the_yield_of_a_price_gives_the_price_back(
    steps: list[tuple[int, float]], terms: dict[str, Any], y: float
) -> None:
    days, amounts = dated(steps, terms["settlement"])
    periods = compounding_periods(terms["settlement"], days, terms["basis"], terms["frequency"])
    assume(amounts.max() > 1 and periods[0] > 0)
    value = price(days, amounts, y, **terms)
    found = yield_to_maturity(days, amounts, value, **terms)
    assert price(days, amounts, found, **terms) == pytest.approx(value, rel=1e-9)


@given(
    steps=flows_of_any_kind,
    terms=terms_of_any_kind,
    margins=st.tuples(st.floats(min_value=-0.1, max_value=0.5), st.floats(min_value=-0.1, max_value=0.5)),
    scale=st.floats(min_value=1e-3, max_value=1e3),
)
def test_worth_falls_as_the_margin_rises_and_scales_with_the_flows(
    steps: list[tuple[int, float]], terms: dict[str, Any], margins: tuple[float, float], scale: float
) -> None:
    days, amounts = dated(steps, terms["settlement"])
    low, high = sorted(margins)
    rates = np.full(len(days), 0.03)
    at_low = price_at_margin(days, amounts, low, rates, **terms)
    assert at_low >= price_at_margin(days, amounts, high, rates, **terms)
    assert price_at_margin(days, amounts * scale, low, rates, **terms) == pytest.approx(at_low * scale, rel=1e-12)


@pytest.mark.parametrize(
    ("amounts", "value", "message"),
    [
        (CASE_A, 1e12, "none there gives the value"),
        (CASE_A, 1.0, "none there gives the value"),
        (CASE_A, 0.0, "positive value and a positive flow .NO_VALUE."),
        (CASE_A * 0, 1.0, "positive value and a positive flow .NO_POSITIVE_FLOW."),
        (-CASE_A, 1.0, "flow 1: a flow to be discounted must be a number >= 0, found -200000.0"),
        (CASE_A[:3], 1.0, "as many days as amounts"),
    ],
)
def test_a_yield_that_does_not_exist_is_refused_with_the_reason(
    amounts: np.ndarray, value: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        yield_to_maturity(DAYS, amounts, value, **TERMS_A)


def test_terms_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="divides 12, found 5"):
        price(DAYS, CASE_A, 0.05, settlement=SETTLEMENT, basis="30/360", frequency=5)
    with pytest.raises(ValueError, match="must not fall before 2024-06-01, found 2024-03-15"):
        price(DAYS, CASE_A, 0.05, settlement=dt.date(2024, 6, 1), basis="30/360", frequency=4)
    with pytest.raises(ValueError, match="must be above -4"):
        price(DAYS, CASE_A, -4.0, **TERMS_A)
    with pytest.raises(ValueError, match="must be above -4"):
        macaulay_duration(DAYS, CASE_A, -4.0, PAR, **TIMES)
    with pytest.raises(ValueError, match="must not fall before settlement 2025-01-01"):
        convexity(DAYS, CASE_A, 0.05, PAR, settlement=dt.date(2025, 1, 1), frequency=4)
    with pytest.raises(ValueError, match=r"one for each of 8 flows, found \(3,\)"):
        discount_margin(DAYS, CASE_A, PAR, np.zeros(3), **TERMS_A)
    with pytest.raises(ValueError, match="positive value, found 0"):
        macaulay_duration(DAYS, CASE_A, 0.05, 0.0, **TIMES)
    with pytest.raises(ValueError, match="must not fall before the accrual start"):
        accrued_interest(PAR, 0.05, accrual_start=SETTLEMENT, settlement=dt.date(2024, 1, 1), day_count="30/360")
