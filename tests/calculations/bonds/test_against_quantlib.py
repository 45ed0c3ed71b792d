"""Bonds drawn at random against QuantLib, which builds its own schedules, and against the plain sum of the formula.

QuantLib reckons in doubles: a price of some hundreds made of up to 360 powers is good to about 1e-10, and its yield is
solved to 1e-12, so 1e-9 is asked of both; durations and convexity are compared to 1e-9 of themselves. The plain sum is
in doubles too and asked the same.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import QuantLib as ql

from calculations.nav.accrued_interest import accrued_per_100
from calculations.nav.bonds.pricing import clean_price, dirty_price, sensitivities, yield_to_maturity
from calculations.nav.terms import BondTerms

TOLERANCE = 1e-9
ICMA = ql.ActualActual(ql.ActualActual.ISMA)
DAY_COUNTS: dict[str, Any] = {
    "ACT_ACT_ICMA": ICMA,
    "ACT_ACT_ISDA": ql.ActualActual(ql.ActualActual.ISDA),
    "ACT_360": ql.Actual360(),
    "ACT_365F": ql.Actual365Fixed(),
    "30_360_US": ql.Thirty360(ql.Thirty360.USA),
    "30E_360": ql.Thirty360(ql.Thirty360.European),
}
THIRTY_DAY_MONTHS = ("30_360_US", "30E_360")
MONTHS_WITH_A_LONGER_HALF_YEAR_MATE = (2, 6, 9, 11)


@dataclass(frozen=True)
class Case:
    terms: BondTerms
    settlement: dt.date
    annual_yield: float
    keeps_month_end: bool


def drawn(seed: int, count: int) -> list[Case]:
    draw = random.Random(seed)
    return [_drawn(draw) for _ in range(count)]


def _drawn(draw: random.Random) -> Case:
    day_count = draw.choice(list(DAY_COUNTS))
    frequency = draw.choice((1, 2, 2, 4, 12))
    settlement = dt.date(2026, 1, 1) + dt.timedelta(days=draw.randrange(1500))
    # 30-day months give a period that ends with February other than 360 / f days. The market pays c / f for it all the
    # same and so do we; QuantLib pays by the days.
    last_day = 27 if day_count in THIRTY_DAY_MONTHS else 31
    years = draw.randrange(1, 12 if frequency == 12 else 31)
    keeps_month_end = frequency > 1 and last_day == 31 and draw.random() < 0.2
    if keeps_month_end:
        month = draw.choice(MONTHS_WITH_A_LONGER_HALF_YEAR_MATE)
        maturity = month_end(settlement.year + years, month)
        issue = month_end(2024 if month > 6 else 2023, month + 6 if month <= 6 else month - 6)
    else:
        month = draw.randrange(1, 13)
        year = settlement.year + years
        maturity = dt.date(year, month, min(draw.randrange(1, last_day + 1), month_end(year, month).day))
        issue = as_date(ql_date(maturity) - ql.Period(12 * (maturity.year - 2024), ql.Months))
    terms = BondTerms(
        coupon_rate=Decimal(draw.randrange(1, 1200)) / 10_000,
        coupon_frequency=frequency,
        day_count=day_count,
        maturity_date=maturity,
        issue_date=issue,
        ex_dividend_days=draw.choice((0, 0, 0, 7)) if day_count == "ACT_ACT_ICMA" else 0,
        redemption_price=Decimal(draw.choice((100, 100, 100, 102, 95))),
    )
    return Case(terms, settlement, draw.uniform(-0.01, 0.15), keeps_month_end)


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def ql_date(day: dt.date) -> Any:
    return ql.Date(day.day, day.month, day.year)


def as_date(day: Any) -> dt.date:
    return dt.date(day.year(), day.month(), day.dayOfMonth())


def ql_bond(terms: BondTerms, keeps_month_end: bool) -> Any:
    assert terms.issue_date is not None
    schedule = ql.Schedule(
        ql_date(terms.issue_date),
        ql_date(terms.maturity_date),
        ql.Period(12 // terms.coupon_frequency, ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        keeps_month_end,
    )
    coupons, day_count = [float(terms.coupon_rate)], DAY_COUNTS[terms.day_count]
    redemption, issue = float(terms.redemption_price), ql_date(terms.issue_date)
    ex = ql.Period(terms.ex_dividend_days, ql.Days)
    return ql.FixedRateBond(
        0, 100.0, schedule, coupons, day_count, ql.Unadjusted, redemption, issue, ql.NullCalendar(),
        ex, ql.NullCalendar(), ql.Unadjusted, False,
    )  # fmt: skip


@pytest.mark.parametrize(("seed", "count"), [(1, 600), pytest.param(2, 10_000, marks=pytest.mark.slow)])
def test_prices_yields_accrued_interest_and_durations_are_those_of_quantlib(seed: int, count: int) -> None:
    wrong = []
    for case in drawn(seed, count):
        terms, settlement, annual_yield = case.terms, case.settlement, case.annual_yield
        bond, day, frequency = ql_bond(terms, case.keeps_month_end), ql_date(settlement), terms.coupon_frequency
        counter = DAY_COUNTS[terms.day_count] if terms.day_count in THIRTY_DAY_MONTHS else ICMA
        quoted = ql.InterestRate(annual_yield, counter, ql.Compounded, frequency)
        clean = ql.BondFunctions.cleanPrice(bond, quoted, day)
        solved = ql.BondFunctions.bondYield(
            bond, ql.BondPrice(clean, ql.BondPrice.Clean), counter, ql.Compounded, frequency, day, 1e-12, 200, 0.05
        )
        exact_yield = Decimal(annual_yield)
        ours = sensitivities(terms, settlement, exact_yield)
        expected = {
            "accrued": bond.accruedAmount(day),
            "clean": clean,
            "yield": solved,
            "macaulay": ql.BondFunctions.duration(bond, quoted, ql.Duration.Macaulay, day),
            "modified": ql.BondFunctions.duration(bond, quoted, ql.Duration.Modified, day),
            "convexity": ql.BondFunctions.convexity(bond, quoted, day),
        }
        found = {
            "accrued": accrued_per_100(terms, settlement),
            "clean": clean_price(terms, settlement, exact_yield),
            "yield": yield_to_maturity(terms, settlement, Decimal(clean)),
            "macaulay": ours.macaulay_duration,
            "modified": ours.modified_duration,
            "convexity": ours.convexity,
        }
        wrong += [
            (case, name, float(found[name]), value)
            for name, value in expected.items()
            if not math.isclose(float(found[name]), value, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        ]
    assert not wrong, f"{len(wrong)} figures differ, the first {wrong[:3]}"


def plain_dirty_price(terms: BondTerms, settlement: dt.date, annual_yield: float) -> float:
    """Sum of CF_k / (1 + y/f)^(w + k), stepping back from maturity a coupon period at a time; days to the 28th only."""
    day, amounts = terms.maturity_date, []
    while day > settlement:
        following = day
        amounts.append(100 * float(terms.coupon_rate) / terms.coupon_frequency)
        months = 12 * day.year + day.month - 1 - 12 // terms.coupon_frequency
        day = dt.date(months // 12, months % 12 + 1, terms.maturity_date.day)
    amounts[0] += float(terms.redemption_price)
    if (following - settlement).days <= terms.ex_dividend_days:
        amounts[-1] -= 100 * float(terms.coupon_rate) / terms.coupon_frequency
    wait = (following - settlement).days / (following - day).days
    growth = 1 + annual_yield / terms.coupon_frequency
    return math.fsum(amount / growth ** (wait + k) for k, amount in enumerate(reversed(amounts)))


def test_prices_are_the_plain_sum_of_the_formula() -> None:
    cases = [
        case
        for case in drawn(3, 6_000)
        if case.terms.day_count == "ACT_ACT_ICMA" and case.terms.maturity_date.day <= 28 and not case.keeps_month_end
    ]
    assert len(cases) > 500
    for case in cases:
        expected = plain_dirty_price(case.terms, case.settlement, case.annual_yield)
        found = dirty_price(case.terms, case.settlement, Decimal(case.annual_yield))
        assert float(found) == pytest.approx(expected, abs=TOLERANCE), case
