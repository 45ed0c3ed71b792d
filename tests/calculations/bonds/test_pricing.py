"""Prices, yields and durations by a bond's terms: E-3, closed forms, plain sums, and what must always hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations import fixed_income
from calculations.nav.accrued_interest import accrued_per_100
from calculations.nav.bonds.market_value import market_value
from calculations.nav.bonds.period_flows import PeriodFlows, moments, periodic_rate, present_value
from calculations.nav.bonds.pricing import (
    clean_price,
    coupon_dates,
    dirty_price,
    remaining_flows,
    sensitivities,
    yield_to_maturity,
)
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

D, Date = Decimal, dt.date
DAY = Date(2026, 3, 10)
TREASURY = BondTerms(D("0.0425"), 2, "ACT_ACT_ICMA", Date(2031, 5, 15))
TINY = D("1e-40")
DAY_COUNTS = ("ACT_ACT_ICMA", "ACT_ACT_ISDA", "ACT_360", "ACT_365F", "30_360_US", "30E_360")


def test_e3_yield_of_a_treasury() -> None:
    found = yield_to_maturity(TREASURY, DAY, D("98.765625"))
    assert round(100 * found, 15) == D("4.518630720098422")
    assert abs(clean_price(TREASURY, DAY, found) - D("98.765625")) < TINY


def test_e3_value_of_a_treasury() -> None:
    value = market_value(D(1_000_000), D("98.765625"), "CLEAN", TREASURY, DAY)
    assert round(value.accrued_per_100, 18) == D("1.350138121546961326")
    assert round(value.dirty_price, 18) == D("100.115763121546961326")
    assert round(value.amount, 12) == D("1001157.631215469613")
    assert round(value.accrued_amount, 14) == D("13501.38121546961326")
    dirty = market_value(D(1_000_000), value.dirty_price, "DIRTY", TREASURY, DAY)
    assert (dirty.amount, dirty.accrued_amount) == (value.amount, value.accrued_amount)
    assert abs(dirty.clean_price - D("98.765625")) < TINY


@pytest.mark.parametrize("price_type", ["CLEAN", "DIRTY"])
def test_a_bond_that_does_not_accrue_is_flat(price_type: str) -> None:
    value = market_value(D(-500), D(40), price_type, TREASURY, DAY, is_non_accrual=True)
    assert (value.clean_price, value.accrued_per_100, value.dirty_price, value.amount) == (40, 0, 40, -200)


def test_a_bond_sold_short_owes_its_accrued_interest() -> None:
    value = market_value(D(-100), D(98), "CLEAN", TREASURY, DAY)
    long = market_value(D(100), D(98), "CLEAN", TREASURY, DAY)
    assert (value.amount, value.accrued_amount) == (long.amount.copy_negate(), long.accrued_amount.copy_negate())


def test_a_zero_coupon_bond_is_its_redemption_discounted() -> None:
    zero = replace(TREASURY, coupon_rate=D(0), redemption_price=D(102))
    # 10 periods and 66 of 181 days: 2026-03-10 to 05-15 of the period from 2025-11-15
    assert float(dirty_price(zero, DAY, D("0.05"))) == pytest.approx(102 / 1.025 ** (10 + 66 / 181), abs=1e-12)
    found = sensitivities(zero, DAY, D("0.05"))
    with precise():
        years = (10 + D(66) / 181) / 2
        assert abs(found.macaulay_duration - years) < TINY
        assert abs(found.convexity - years * (years + D("0.5")) / D("1.025") ** 2) < TINY


@pytest.mark.parametrize("frequency", [1, 2, 4, 12])
@pytest.mark.parametrize("day_count", ["ACT_ACT_ICMA", "30_360_US", "30E_360"])
def test_a_par_bond_on_a_coupon_date_yields_its_coupon(frequency: int, day_count: str) -> None:
    terms = BondTerms(D("0.0575"), frequency, day_count, Date(2041, 3, 10))
    assert abs(yield_to_maturity(terms, DAY, D(100)) - D("0.0575")) < TINY
    assert abs(clean_price(terms, DAY, D("0.0575")) - 100) < TINY


def test_the_duration_of_an_annuity() -> None:
    # n level payments at r a period: (1 + r)/r - n/((1 + r)^n - 1) periods
    annuity = BondTerms(D("0.08"), 4, "ACT_ACT_ICMA", Date(2036, 3, 10), redemption_price=D(0))
    with precise():
        r, n = D("0.015"), 40
        expected = ((1 + r) / r - n / ((1 + r) ** n - 1)) / 4
        found = sensitivities(annuity, DAY, D("0.06"))
        assert abs(found.macaulay_duration - expected) < TINY
        assert abs(found.modified_duration - expected / (1 + r)) < TINY
        assert abs(found.dirty_price - 2 * (1 - (1 + r) ** -n) / r) < TINY


@pytest.mark.parametrize("day_count", DAY_COUNTS)
def test_durations_and_convexity_are_the_slopes_of_the_price(day_count: str) -> None:
    terms = BondTerms(D("0.07"), 2, day_count, Date(2039, 8, 31), ex_dividend_days=7)
    h, at = D("1e-15"), D("0.043")
    with precise():
        low, middle, high = (dirty_price(terms, DAY, at + step * h) for step in (-1, 0, 1))
        found = sensitivities(terms, DAY, at)
        assert abs(found.modified_duration + (high - low) / (2 * h) / middle) < D("1e-15")
        assert abs(found.convexity - (high - 2 * middle + low) / h**2 / middle) < D("1e-12")
        assert found.dirty_price == middle


def test_an_odd_first_coupon_is_priced_for_its_days() -> None:
    # Issued 2026-01-20, first coupon 2026-11-15: 115 of the 181 days to 05-15, then a whole period of 184
    long = replace(TREASURY, issue_date=Date(2026, 1, 20), first_coupon_date=Date(2026, 11, 15))
    first = 2.125 * (115 / 181 + 1)
    flows = [0.0, first] + [2.125] * 8 + [102.125]
    expected = sum(flow / 1.025 ** (66 / 181 + k) for k, flow in enumerate(flows))
    assert float(dirty_price(long, DAY, D("0.05"))) == pytest.approx(expected, abs=1e-11)
    # ACT/360 counts the 299 days from issue to the first coupon
    nothing, first_paid = remaining_flows(replace(long, day_count="ACT_360"), DAY).amounts[:2]
    assert (nothing, round(first_paid, 25)) == (0, round(D("4.25") * 299 / 360, 25))
    short = replace(TREASURY, issue_date=Date(2026, 3, 1))  # 75 of 181 days
    assert float(remaining_flows(short, DAY).amounts[0]) == pytest.approx(2.125 * 75 / 181, abs=1e-15)


def test_ex_dividend_the_next_coupon_is_not_paid_to_the_buyer() -> None:
    ex, day = replace(TREASURY, ex_dividend_days=10), Date(2026, 5, 8)
    assert remaining_flows(ex, day).amounts[0] == 0
    assert remaining_flows(ex, day).amounts[1:] == remaining_flows(TREASURY, day).amounts[1:]
    assert remaining_flows(ex, Date(2026, 5, 4)) == remaining_flows(TREASURY, Date(2026, 5, 4))
    with precise():  # the coupon lost is most of it made up by the accrued interest that turns negative
        lost = clean_price(TREASURY, day, D("0.045")) - clean_price(ex, day, D("0.045"))
        assert abs(lost - (D("2.125") / (1 + D("0.0225")) ** (D(7) / 181) - D("2.125"))) < TINY


def test_a_coupon_of_actual_days_is_worth_its_year_fraction() -> None:
    terms = replace(TREASURY, day_count="ACT_365F")
    with precise():
        assert remaining_flows(terms, DAY).amounts[:2] == (D("4.25") * 181 / 365, D("4.25") * 184 / 365)
    isda = replace(TREASURY, day_count="ACT_ACT_ISDA", maturity_date=Date(2028, 5, 15))
    # 2027-11-15 to 2028-05-15: 47 days of a common year, 135 of a leap year
    last = remaining_flows(isda, DAY).amounts[-1]
    assert round(last, 20) == round(100 + D("4.25") * (D(47) / 365 + D(135) / 366), 20)


def test_us_thirty_day_months_count_what_accrued_interest_leaves() -> None:
    # 2026-03-18 to 08-31 are 163 days of 30/360, so 17 of 180 are left to 09-18 (and not 18, as from the 31st)
    terms = BondTerms(D("0.05"), 2, "30_360_US", Date(2026, 9, 18))
    expected = 102.5 / 1.03 ** (17 / 180) - 2.5 * 163 / 180
    assert float(clean_price(terms, Date(2026, 8, 31), D("0.06"))) == pytest.approx(expected, abs=1e-12)


@given(
    st.sampled_from([1, 2, 4, 12]),
    st.sampled_from(["ACT_ACT_ICMA", "30E_360"]),
    st.dates(Date(2026, 4, 1), Date(2046, 1, 1)),
    st.integers(-200, 2000),
    st.integers(0, 1500),
)
def test_a_regular_bond_is_its_flows_in_the_public_fixed_income_functions(
    frequency: int, day_count: str, maturity: Date, yield_points: int, coupon_points: int
) -> None:
    maturity = maturity.replace(day=15)
    terms = BondTerms(D(coupon_points) / 10_000, frequency, day_count, maturity)
    flows, annual_yield = remaining_flows(terms, DAY), D(yield_points) / 10_000
    days = np.array(coupon_dates(terms, DAY), dtype="datetime64[D]")
    basis = "30E/360" if day_count == "30E_360" else "ACT/ACT"
    how: Any = {"settlement": DAY, "basis": basis, "frequency": frequency}
    amounts = [float(amount) for amount in flows.amounts]
    expected = fixed_income.price(days, amounts, float(annual_yield), **how)
    assert float(dirty_price(terms, DAY, annual_yield)) == pytest.approx(expected, rel=1e-12)


@given(
    st.sampled_from(DAY_COUNTS),
    st.sampled_from([1, 2, 4, 12]),
    st.dates(Date(2026, 5, 1), Date(2056, 1, 1)),
    st.dates(DAY, Date(2026, 4, 20)),
    st.integers(-500, 5000),
    st.integers(0, 2000),
)
def test_yield_is_the_inverse_of_price_and_prices_fall_as_yields_rise(
    day_count: str, frequency: int, maturity: Date, settled: Date, yield_points: int, coupon_points: int
) -> None:
    terms = BondTerms(D(coupon_points) / 10_000, frequency, day_count, maturity)
    annual_yield = D(yield_points) / 10_000
    price = clean_price(terms, settled, annual_yield)
    assert abs(yield_to_maturity(terms, settled, price) - annual_yield) < TINY
    assert clean_price(terms, settled, annual_yield + D("1e-10")) < price
    found = sensitivities(terms, settled, annual_yield)
    assert found.convexity > 0
    assert 0 < found.macaulay_duration < (maturity - settled).days / 365 + 0.1


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60).filter(any), st.integers(1, 10**12))
def test_one_rate_gives_any_worth(amounts: list[int], worth: int) -> None:
    flows = PeriodFlows(tuple(D(amount) for amount in amounts))
    rate = periodic_rate(flows, D(worth))
    assert rate > -1
    assert abs(present_value(flows, rate) / worth - 1) < D("1e-25")


@pytest.mark.parametrize(
    ("amounts", "wait", "worth"),
    [((), 1, "100"), (("0", "0"), 1, "100"), (("-1", "200"), 1, "100"), (("100",), 1, "0"), (("100",), 0, "99")],
)
def test_a_rate_that_does_not_exist_is_an_error(amounts: tuple[str, ...], wait: int, worth: str) -> None:
    with pytest.raises(Unavailable, match="DOMAIN"):
        periodic_rate(PeriodFlows(tuple(map(D, amounts)), Fraction(wait)), D(worth))


def test_what_is_worth_nothing_has_no_duration() -> None:
    with pytest.raises(Unavailable, match="DOMAIN"):
        moments(PeriodFlows((D(0),)), D("0.05"))


@pytest.mark.parametrize(
    ("change", "settled", "annual_yield", "reason"),
    [
        ({}, Date(2031, 5, 15), "0.05", "BAD_SCHEDULE"),
        ({"issue_date": Date(2026, 3, 11)}, DAY, "0.05", "BAD_SCHEDULE"),
        ({"coupon_frequency": 3}, DAY, "0.05", "UNSUPPORTED_CONVENTION"),
        ({"coupon_rate": D(0), "coupon_frequency": 0}, DAY, "0.05", "UNSUPPORTED_CONVENTION"),
        ({"day_count": "BUS_252"}, DAY, "0.05", "UNSUPPORTED_CONVENTION"),
        ({}, DAY, "-2", "DOMAIN"),
    ],
)
def test_what_cannot_be_priced_says_why(change: dict[str, Any], settled: Date, annual_yield: str, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        clean_price(replace(TREASURY, **change), settled, D(annual_yield))


def test_a_yield_needs_a_dirty_price_above_zero() -> None:
    accrued = accrued_per_100(TREASURY, DAY)
    with pytest.raises(Unavailable, match="DOMAIN: a yield or effective rate needs a worth above 0"):
        yield_to_maturity(TREASURY, DAY, -accrued)


@pytest.mark.parametrize(
    ("price_type", "date", "reason"),
    [("MID", DAY, "UNIT_MISMATCH"), ("CLEAN", Date(2031, 5, 16), "BAD_SCHEDULE")],
)
def test_what_cannot_be_marked_says_why(price_type: str, date: Date, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        market_value(D(100), D(98), price_type, TREASURY, date, is_non_accrual=True)
