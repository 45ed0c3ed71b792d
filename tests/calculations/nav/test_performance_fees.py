"""Performance fees against the example of the specification and hand-reckoned hurdles, and what always holds of a fee."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.numbers import precise
from calculations.nav.performance_fees import (
    PerformanceTerms,
    crystallise,
    crystallised_by_redemption,
    fee_within,
    hurdle_amount,
    is_crystallised_on,
    mark_after_flow,
    performance_fee,
    period_end,
)
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import D, rounded

TWENTY = PerformanceTerms(D("0.20"))
HARD = PerformanceTerms(D("0.20"), "HARD", D("0.08"))
SOFT = PerformanceTerms(D("0.20"), "SOFT", D("0.08"))
CAUGHT_UP = PerformanceTerms(D("0.20"), "SOFT", D("0.08"), D("0.50"))

amounts = st.decimals(0, 10**6, places=4, allow_nan=False, allow_infinity=False)
all_terms = st.sampled_from([TWENTY, HARD, SOFT, CAUGHT_UP])


def test_e10_a_fee_on_the_total_above_its_mark() -> None:
    with precise():
        nav = D("50000000")
        for percent in ("0.42", "-0.18", "0.65", "0.11", "0.37"):  # the return chain, written out
            nav *= 1 + D(percent) / 100
            nav -= nav * D("0.015") / 365
        assert rounded(nav) == D("50677328.339987551341")
        due = crystallise(TWENTY, nav, D("50600000"))
        assert rounded(due.fee) == D("15465.667997510268")
        assert rounded(due.net) == D("50661862.671990041072")
        assert rounded(due.net / D("412500.25")) == D("122.816562346302")
        assert due.mark == due.net


def test_e22_a_fee_per_share_above_its_mark() -> None:
    assert crystallise(TWENTY, D("112.50"), D("100")).net == D("110")


@pytest.mark.parametrize(
    ("gross", "hard", "soft", "caught_up"),
    [
        # mark 100, hurdle 8: nothing up to 108
        ("107", "0", "0", "0"),
        ("108", "0", "0", "0"),
        # 2 above the hurdle, 10 above the mark: 20 % of 2; 20 % of 10; half of 2
        ("110", "0.40", "2.00", "1.00"),
        # caught up where 50 % of (x - 8) = 20 % of x, x = 40/3: from there 20 % of the whole gain
        ("120", "2.40", "4.00", "4.00"),
    ],
)
def test_hard_and_soft_hurdles(gross: str, hard: str, soft: str, caught_up: str) -> None:
    for terms, expected in ((HARD, hard), (SOFT, soft), (CAUGHT_UP, caught_up)):
        assert performance_fee(terms, D(gross), D(100), D(8)) == D(expected)


def test_a_hurdle_grows_with_time() -> None:
    assert hurdle_amount(HARD, D(100), Fraction(1, 2)) == 4
    assert hurdle_amount(TWENTY, D(100), Fraction(1, 2)) == 0


def test_the_mark_of_a_total_follows_the_shares() -> None:
    # 50.6m over 400,000 shares is 126.50 a share; 100,000 more shares at any price leave it so
    scaled = mark_after_flow(D("50600000"), D("400000"), D("500000"))
    assert scaled == D("63250000")
    # and money that came in is no performance: 500,000 shares at 126.50 are worth the mark
    assert performance_fee(TWENTY, D("500000") * D("126.50"), scaled) == 0


def test_a_gain_below_its_hurdle_leaves_the_mark() -> None:
    due = crystallise(HARD, D(107), D(100), D(8))
    assert (due.fee, due.net, due.mark) == (0, 107, 100)


def test_shares_that_leave_take_their_fee_with_them() -> None:
    assert crystallised_by_redemption(D("2.50"), D("1200.5")) == D("3001.25")


@pytest.mark.parametrize(
    ("crystallisation", "day", "end"),
    [
        ("MONTHLY", dt.date(2024, 2, 3), dt.date(2024, 2, 29)),
        ("QUARTERLY", dt.date(2025, 11, 30), dt.date(2025, 12, 31)),
        ("QUARTERLY", dt.date(2025, 3, 31), dt.date(2025, 3, 31)),
        ("ANNUAL", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ],
)
def test_periods_follow_the_calendar(crystallisation: str, day: dt.date, end: dt.date) -> None:
    assert period_end(day, crystallisation) == end  # type: ignore[arg-type]


def test_the_last_strike_of_a_period_crystallises() -> None:
    friday, saturday, monday = dt.date(2025, 5, 30), dt.date(2025, 5, 31), dt.date(2025, 6, 2)
    assert is_crystallised_on(friday, monday, "MONTHLY")
    assert not is_crystallised_on(friday, saturday, "MONTHLY")
    assert not is_crystallised_on(friday, monday, "QUARTERLY")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: performance_fee(PerformanceTerms(D("1.1")), D(1), D(1)), "DOMAIN"),
        (lambda: performance_fee(TWENTY, D(1), D(-1)), "DOMAIN"),
        (lambda: performance_fee(PerformanceTerms(D("0.2"), "SOFT", D(0), D("0.1")), D(2), D(1)), "DOMAIN"),
        (lambda: hurdle_amount(PerformanceTerms(D("0.2"), "HARD"), D(1), Fraction(1)), "MISSING_TERMS"),
        (lambda: hurdle_amount(HARD, D(1), Fraction(-1)), "DOMAIN"),
        (lambda: mark_after_flow(D(1), D(0), D(1)), "NO_SHARES"),
        (lambda: mark_after_flow(D(1), D(1), D(-1)), "DOMAIN"),
        (lambda: crystallised_by_redemption(D(1), D(-1)), "DOMAIN"),
        (lambda: is_crystallised_on(dt.date(2025, 1, 2), dt.date(2025, 1, 2), "ANNUAL"), "BAD_SCHEDULE"),
    ],
)
def test_terms_that_make_no_sense_are_refused(call, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable) as refused:
        call()
    assert refused.value.reason == reason


@given(all_terms, amounts, amounts, amounts)
def test_a_fee_takes_no_more_than_the_gain_and_leaves_no_investor_below_the_mark(
    terms: PerformanceTerms, gross: Decimal, mark: Decimal, hurdle: Decimal
) -> None:
    due = crystallise(terms, gross, mark, hurdle)
    with precise():
        assert 0 <= due.fee <= terms.rate * max(D(0), gross - mark)
        assert due.fee + due.net == gross
    assert due.mark >= mark


@given(all_terms, amounts, amounts, amounts, amounts)
def test_a_higher_nav_never_lowers_the_fee_nor_a_higher_mark_raises_it(
    terms: PerformanceTerms, gross: Decimal, more: Decimal, mark: Decimal, hurdle: Decimal
) -> None:
    fee = performance_fee(terms, gross, mark, hurdle)
    assert (
        performance_fee(terms, gross + more, mark, hurdle) >= fee >= performance_fee(terms, gross, mark + more, hurdle)
    )


@given(all_terms, amounts, amounts, amounts, st.integers(1, 10**6))
def test_per_share_and_in_total_come_to_the_same(
    terms: PerformanceTerms, gross: Decimal, mark: Decimal, hurdle: Decimal, shares: int
) -> None:
    with precise():
        total = performance_fee(terms, gross * shares, mark * shares, hurdle * shares)
        assert total == shares * performance_fee(terms, gross, mark, hurdle)


@given(amounts, amounts, amounts)
def test_a_hard_hurdle_never_costs_more_than_a_soft_one(gross: Decimal, mark: Decimal, hurdle: Decimal) -> None:
    hard, caught_up, soft = (performance_fee(terms, gross, mark, hurdle) for terms in (HARD, CAUGHT_UP, SOFT))
    assert hard <= caught_up <= soft


def test_e10_the_fee_can_be_told_from_the_net_assets_after_it() -> None:
    fee = fee_within(PerformanceTerms(D("0.2")), D("50661862.671990041072"), D(50_600_000))
    assert rounded(fee) == D("15465.667997510268")


gross_navs = st.decimals(0, 300, places=4)
rates = st.decimals(0, "0.5", places=4)


@given(gross_navs, rates, st.sampled_from(["NONE", "HARD", "SOFT"]), st.decimals(0, 20, places=4), st.booleans())
def test_what_was_taken_is_what_is_put_back(
    gross: Decimal, rate: Decimal, kind: Any, hurdle: Decimal, is_caught_up: bool
) -> None:
    catch_up = max(rate, D("0.8")) if is_caught_up else None
    terms = PerformanceTerms(rate, kind, D("0.05"), catch_up)
    fee = performance_fee(terms, gross, D(100), hurdle)
    with precise():
        net = gross - fee
    # passing a soft hurdle costs its fee at once, so that two gross NAVs leave the same one
    step = rate * hurdle if (kind, catch_up) == ("SOFT", None) else D(0)
    if 100 + hurdle - step < net <= 100 + hurdle:
        with pytest.raises(Unavailable, match="DOMAIN"):
            fee_within(terms, net, D(100), hurdle)
    else:
        assert abs(fee_within(terms, net, D(100), hurdle) - fee) < D("1e-40")


@pytest.mark.parametrize("terms", [PerformanceTerms(D(1)), PerformanceTerms(D("0.2"), "SOFT", D("0.05"), D(1))])
def test_a_fee_that_takes_all_of_a_gain_cannot_be_told(terms: PerformanceTerms) -> None:
    with pytest.raises(Unavailable, match="DOMAIN"):
        fee_within(terms, D(100), D(100), D(5))
