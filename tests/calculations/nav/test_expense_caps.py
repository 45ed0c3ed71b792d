"""Expense caps: what the class bears and what its adviser owes are the whole; an invoice puts an accrual right."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.expense_caps import ExpensePeriod, adviser_receivable, capped_expenses, true_up
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import D

DAY_ON_365 = Fraction(1, 365)
amounts = st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False)
caps = st.decimals(0, 1, places=6, allow_nan=False)
periods = st.lists(
    st.builds(ExpensePeriod, amounts, amounts, st.integers(0, 3).map(lambda days: days * DAY_ON_365)), max_size=20
)


def test_the_adviser_owes_what_exceeds_the_cap() -> None:
    # 0.50 % of 73,000,000 is 1,000 a day of 365
    day = ExpensePeriod(D("1250"), D("73000000"), DAY_ON_365)
    capped = capped_expenses([day], D("0.005"))
    assert (capped.allowed, capped.borne, capped.receivable) == (D("1000"), D("1000"), D("250"))
    owed = adviser_receivable(capped, "A", "USD")
    assert owed is not None
    assert (owed.kind, owed.side, owed.amount) == ("ADVISER_RECEIVABLE", "ASSET", D("250"))


def test_days_below_the_cap_make_good_those_above_it() -> None:
    dear, cheap = (ExpensePeriod(D(amount), D("73000000"), DAY_ON_365) for amount in ("1250", "700"))
    capped = capped_expenses([dear, cheap], D("0.005"))
    assert (capped.receivable, capped.borne) == (0, D("1950"))
    assert adviser_receivable(capped, "A", "USD") is None


def test_an_invoice_puts_the_accrual_right() -> None:
    assert true_up(D("6805.48"), D("7000")) == D("194.52")
    assert true_up(D("6805.48"), D("6500")) == D("-305.48")


@pytest.mark.parametrize(
    ("given_periods", "cap", "reason"),
    [
        ([], "1.5", "DOMAIN"),
        ([ExpensePeriod(D(1), D(-1), DAY_ON_365)], "0.01", "DOMAIN"),
        ([ExpensePeriod(D(1), D(1), -DAY_ON_365)], "0.01", "DOMAIN"),
        ([ExpensePeriod(D(1), D(1), Fraction(3, 2))], "0.01", "BAD_SCHEDULE"),
    ],
)
def test_what_cannot_be_capped_is_refused(given_periods: list[ExpensePeriod], cap: str, reason: str) -> None:
    with pytest.raises(Unavailable) as refused:
        capped_expenses(given_periods, D(cap))
    assert refused.value.reason == reason


@given(periods, caps)
def test_class_and_adviser_bear_the_whole(given_periods: list[ExpensePeriod], cap: Decimal) -> None:
    capped = capped_expenses(given_periods, cap)
    with precise():
        assert capped.borne + capped.receivable == capped.accrued == sum(each.expenses for each in given_periods)
    assert capped.borne <= max(capped.allowed, D(0))
    assert min(capped.receivable, capped.borne) >= 0


@given(periods, caps, caps)
def test_a_lower_cap_never_costs_the_adviser_less(
    given_periods: list[ExpensePeriod], one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    assert capped_expenses(given_periods, low).receivable >= capped_expenses(given_periods, high).receivable
