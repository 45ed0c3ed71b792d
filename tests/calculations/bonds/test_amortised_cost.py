"""Amortised cost: E-5, E-6 and the rate and carry of E-12, a roll-forward written out, and what must always hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calculations.nav.accrued_interest import accrued_per_100
from calculations.nav.amortised_cost import METHODS, Purchase, amortised_cost, carried_forward, effective_rate
from calculations.nav.bonds.pricing import yield_to_maturity
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

D, Date = Decimal, dt.date
TINY = D("1e-35")
MILLION = D(1_000_000)

E5_RATE = D("0.0505165081491540113")
E5_CARRY = [D("1033587.684983269326"), D("1025800.925694591880"), D("1017620.806516852459"), D("1009027.456282009713")]
E5_TERMS = BondTerms(D("0.06"), 1, "ACT_ACT_ICMA", Date(2030, 1, 15))
E5_PURCHASE = Purchase(MILLION, Date(2025, 1, 15), D("104.1"))

BILL = BondTerms(D(0), 0, "ACT_360", Date(2026, 6, 10))
BILL_PURCHASE = Purchase(MILLION, Date(2026, 3, 12), D("98.74"))


def test_e5_effective_rate_and_carry() -> None:
    payments = [D(60_000)] * 4 + [D(1_060_000)]
    rate = effective_rate(D(1_041_000), payments)
    assert round(rate, 19) == E5_RATE
    carried = carried_forward(D(1_041_000), rate, [D(60_000)] * 5)
    assert [round(carry, 12) for carry in carried] == [*E5_CARRY, MILLION]
    assert round(carried[0] + 60_000 - 1_041_000, 12) == D("52587.684983269326")  # income of the first year


def test_e5_from_the_terms_of_the_bond() -> None:
    carried = [
        amortised_cost(E5_TERMS, E5_PURCHASE, Date(year, 1, 15), "EFFECTIVE_INTEREST") for year in range(2025, 2031)
    ]
    assert [round(each.carrying_amount, 12) for each in carried] == [D(1_041_000), *E5_CARRY, MILLION]
    assert [each.accrued_interest for each in carried] == [0] * 6
    assert round(carried[0].effective_annual_rate or D(0), 19) == E5_RATE


def test_between_coupons_the_carry_grows_with_the_coupon_inside() -> None:
    found = amortised_cost(E5_TERMS, E5_PURCHASE, Date(2026, 4, 15), "EFFECTIVE_INTEREST")  # 90 of 365 days
    with precise():
        expected = E5_CARRY[0] * (1 + E5_RATE) ** (D(90) / 365)
        assert abs(found.carrying_amount - expected) < D("1e-11")
        assert abs(found.accrued_interest - 60_000 * D(90) / 365) < TINY
        assert found.carrying_amount_clean == found.carrying_amount - found.accrued_interest


def test_transaction_costs_are_part_of_the_cost() -> None:
    cheaper = replace(E5_PURCHASE, price=D("103.6"), transaction_costs=D(5_000))
    day = Date(2027, 9, 1)
    assert amortised_cost(E5_TERMS, cheaper, day, "EFFECTIVE_INTEREST") == amortised_cost(
        E5_TERMS, E5_PURCHASE, day, "EFFECTIVE_INTEREST"
    )


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("STRAIGHT_LINE", "992580"),
        ("CONSTANT_YIELD", "992560.667429948319"),
        ("EFFECTIVE_INTEREST", "992560.667429948319"),
    ],
)
def test_e6_a_bill_on_day_37(method: str, expected: str) -> None:
    found = amortised_cost(BILL, BILL_PURCHASE, Date(2026, 4, 18), method)
    assert round(found.carrying_amount, 12) == D(expected)
    assert found.accrued_interest == 0


def test_the_annual_rate_of_a_bill_compounds_over_365_days() -> None:
    found = amortised_cost(BILL, BILL_PURCHASE, Date(2026, 4, 18), "CONSTANT_YIELD")
    assert found.effective_annual_rate is not None
    assert float(found.effective_annual_rate) == pytest.approx((1 / 0.9874) ** (365 / 90) - 1, abs=1e-14)
    assert amortised_cost(BILL, BILL_PURCHASE, Date(2026, 4, 18), "STRAIGHT_LINE").effective_annual_rate is None


def test_e12_effective_rate_and_carry_of_a_loan_with_original_discount() -> None:
    payments = [D(475_000)] * 11 + [D(20_475_000)]
    rate = effective_rate(D(19_600_000), payments)
    assert round(100 * rate, 15) == D("2.570811152995444")
    with precise():
        assert round(100 * ((1 + rate) ** 4 - 1), 15) == D("10.686628759180474")
    assert round(carried_forward(D(19_600_000), rate, payments)[4], 12) == D("19752012.501082295485")


def test_a_straight_line_spreads_the_discount_beside_the_coupon() -> None:
    # 98 to 100 over 1,826 days, 500 of them gone; 135 of the 365 days to 2027-01-15 accrued
    found = amortised_cost(E5_TERMS, replace(E5_PURCHASE, price=D(98)), Date(2026, 5, 30), "STRAIGHT_LINE")
    with precise():
        assert abs(found.carrying_amount_clean - (980_000 + 20_000 * D(500) / 1826)) < TINY
        assert abs(found.accrued_interest - 60_000 * D(135) / 365) < TINY


SEMI = BondTerms(D("0.05"), 2, "ACT_ACT_ICMA", Date(2031, 5, 15))


@pytest.mark.parametrize("method", METHODS)
def test_a_clean_price_and_its_dirty_price_are_one_purchase(method: str) -> None:
    bought = Date(2026, 3, 10)
    with precise():
        dirty = D(97) + accrued_per_100(SEMI, bought)
    day = Date(2028, 7, 1)
    clean = amortised_cost(SEMI, Purchase(D(100), bought, D(97)), day, method)
    paid = amortised_cost(SEMI, Purchase(D(100), bought, dirty, "DIRTY"), day, method)
    assert abs(clean.carrying_amount - paid.carrying_amount) < TINY


def test_a_purchase_between_coupons_rolls_forward_by_parts_of_periods() -> None:
    bought, day = Date(2026, 3, 10), Date(2026, 8, 1)
    with precise():
        rate = yield_to_maturity(SEMI, bought, D(97)) / 2  # the effective rate of who pays the price and no costs
        cost = D(97) + D("2.5") * 115 / 181
        after_coupon = cost * (1 + rate) ** (D(66) / 181) - D("2.5")
        expected = after_coupon * (1 + rate) ** (D(78) / 184)
        found = amortised_cost(SEMI, Purchase(D(100), bought, D(97)), day, "EFFECTIVE_INTEREST")
        assert abs(found.carrying_amount - expected) < TINY


def test_who_held_before_the_ex_date_keeps_the_coupon_and_who_bought_after_does_not() -> None:
    ex, day = replace(SEMI, ex_dividend_days=10), Date(2026, 5, 10)
    held = amortised_cost(ex, Purchase(D(100), Date(2026, 3, 10), D(97)), day, "EFFECTIVE_INTEREST")
    assert held == amortised_cost(SEMI, Purchase(D(100), Date(2026, 3, 10), D(97)), day, "EFFECTIVE_INTEREST")
    bought = amortised_cost(ex, Purchase(D(100), Date(2026, 5, 8), D(97)), day, "EFFECTIVE_INTEREST")
    with precise():  # 5 of 181 days to a coupon that is not the holder's
        assert abs(bought.accrued_interest + D("2.5") * 5 / 181) < TINY
    later = amortised_cost(ex, Purchase(D(100), Date(2026, 5, 8), D(97)), Date(2026, 11, 10), "EFFECTIVE_INTEREST")
    with precise():  # the next one is: 179 of 184 days
        assert abs(later.accrued_interest - D("2.5") * 179 / 184) < TINY


@given(
    st.sampled_from(METHODS),
    st.sampled_from(["ACT_ACT_ICMA", "ACT_360", "30E_360"]),
    st.sampled_from([1, 2, 4, 12]),
    st.integers(0, 1200),
    st.integers(7000, 13000),
    st.integers(9000, 11000),
    st.dates(Date(2026, 1, 1), Date(2026, 12, 31)),
    st.dates(Date(2027, 1, 15), Date(2040, 12, 31)),
)
def test_it_starts_at_the_cost_and_ends_at_the_redemption(
    method: str, day_count: str, frequency: int, coupon: int, price: int, redeemed: int, bought: Date, maturity: Date
) -> None:
    terms = BondTerms(
        D(coupon) / 10_000, frequency, day_count, maturity.replace(day=15), redemption_price=D(redeemed) / 100
    )
    purchase = Purchase(D(250_000), bought, D(price) / 100)
    first = amortised_cost(terms, purchase, bought, method)
    last = amortised_cost(terms, purchase, terms.maturity_date, method)
    eve = amortised_cost(terms, purchase, terms.maturity_date - dt.timedelta(days=1), method)
    assert abs(first.carrying_amount_clean - 2500 * D(price) / 100) < D("1e-25")
    assert last.carrying_amount_clean == last.carrying_amount == 2500 * D(redeemed) / 100
    # one day of at most a few percent a year's pull to par, so no jump at the end
    assume((terms.maturity_date - bought).days > 30)
    assert abs(eve.carrying_amount_clean - last.carrying_amount) < 2500 * (
        abs(D(price - redeemed)) / 100 / 10 + D("0.2")
    )


@given(st.integers(8000, 12000), st.integers(1, 1200), st.sampled_from([1, 2, 4, 12]))
def test_on_coupon_dates_a_premium_amortises_down_and_a_discount_accretes_up(
    price: int, coupon: int, frequency: int
) -> None:
    terms = BondTerms(D(coupon) / 10_000, frequency, "ACT_ACT_ICMA", Date(2033, 1, 15))
    purchase = Purchase(D(100), Date(2026, 1, 15), D(price) / 100)
    carried = [
        amortised_cost(terms, purchase, Date(year, 1, 15), "EFFECTIVE_INTEREST").carrying_amount
        for year in range(2026, 2034)
    ]
    steps = [later - earlier for earlier, later in pairwise(carried)]
    if price > 10_000:
        assert max(steps) < 0
    elif price < 10_000:
        assert min(steps) > 0
    else:
        assert max(abs(step) for step in steps) < TINY


@given(st.lists(st.integers(0, 10**7), max_size=39), st.integers(1, 10**9), st.integers(30, 150))
def test_the_roll_forward_of_the_effective_rate_ends_at_nothing(
    payments: list[int], redemption: int, percent_paid: int
) -> None:
    due = [D(payment) for payment in (*payments, redemption)]
    cost = sum(due) * percent_paid / 100
    assert abs(carried_forward(cost, effective_rate(cost, due), due)[-1]) < D("1e-15")


@pytest.mark.parametrize(
    ("terms", "purchase", "date", "method", "reason"),
    [
        ({}, {}, Date(2026, 1, 1), None, "MISSING_TERMS"),
        ({}, {}, Date(2026, 1, 1), "LEVEL_YIELD", "UNSUPPORTED_CONVENTION"),
        ({}, {"price": None}, Date(2026, 1, 1), METHODS[0], "MISSING_TERMS"),
        ({}, {"date": None}, Date(2026, 1, 1), METHODS[0], "MISSING_TERMS"),
        ({}, {"price_type": "MID"}, Date(2026, 1, 1), METHODS[0], "UNIT_MISMATCH"),
        ({}, {"face": D(0)}, Date(2026, 1, 1), METHODS[0], "DOMAIN"),
        ({}, {"price": D(-1)}, Date(2026, 1, 1), METHODS[0], "DOMAIN"),
        ({}, {"date": Date(2030, 1, 15)}, Date(2030, 1, 15), METHODS[0], "BAD_SCHEDULE"),
        ({}, {}, Date(2025, 1, 14), METHODS[0], "BAD_SCHEDULE"),
        ({}, {}, Date(2030, 1, 16), METHODS[0], "BAD_SCHEDULE"),  # matured with a balance
        ({"issue_date": Date(2025, 2, 1)}, {}, Date(2026, 1, 1), METHODS[0], "BAD_SCHEDULE"),
        ({"coupon_rate": D(0), "redemption_price": D(0)}, {}, Date(2026, 1, 1), METHODS[0], "DOMAIN"),
        ({"coupon_frequency": 0}, {}, Date(2026, 1, 1), METHODS[0], "UNSUPPORTED_CONVENTION"),
        ({"day_count": "BUS_252"}, {}, Date(2026, 1, 1), METHODS[0], "UNSUPPORTED_CONVENTION"),
    ],
)
def test_what_cannot_be_carried_says_why(
    terms: dict[str, Any], purchase: dict[str, Any], date: Date, method: str | None, reason: str
) -> None:
    with pytest.raises(Unavailable, match=reason):
        amortised_cost(replace(E5_TERMS, **terms), replace(E5_PURCHASE, **purchase), date, method)
