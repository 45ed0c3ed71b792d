"""What users are told that a projection took for granted: rates and curves that end before the deal does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings

from calculations.calendars import BusinessCalendar
from calculations.clo import deal
from calculations.clo.collateral import AssetTerms
from calculations.clo.deal import Holdings
from calculations.clo.deal.assumed import interest_dates_left
from calculations.clo.scenarios import RATING, Assumptions, ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.collateral_cases import ANALYSIS as START
from tests.calculations.collateral_cases import quarterly_deal
from tests.calculations.collateral_strategies import assets
from tests.calculations.deal.test_pool_details import ANALYSIS, LOAN, TEXT
from tests.reference.collateral_schedule import schedule

# Nine quarters from 15 January 2024 to 15 April 2026.
REINVESTMENT = ReinvestmentTerms(0.03, 0.0, 60)
CURVE = Curve.of(ANALYSIS, {1: 0.05, 27: 0.04})


def told(*scenarios: Scenario, pool: tuple[AssetTerms, ...] = (LOAN,)) -> list[str]:
    held = Holdings(pool, ANALYSIS, BusinessCalendar(), 0.05)
    return list(deal.run(deal.loads(TEXT), held, Scenarios.of(scenarios)).result.assumptions)


def scenario(name: str = "base", curve: Curve = CURVE, **rates: object) -> Scenario:
    return Scenario(name, Assumptions(**rates), curve=curve, reinvestment=REINVESTMENT)  # type: ignore[arg-type]


def test_the_last_rate_of_a_vector_that_ends_before_the_loan_is_said_to_be_held() -> None:
    assert told(scenario(cdr=(0.01, 0.02, 0.03))) == [
        "scenario base: the last of 3 values of cdr is held from interest period 4 of a loan on"
    ]


@pytest.mark.parametrize("cdr", [0.02, (0.02,) * 9, (0.02,) * 12, RATING])
def test_nothing_is_said_of_rates_that_reach_to_the_end(cdr: object) -> None:
    assert told(scenario(cdr=cdr)) == []


def test_a_vector_of_eight_values_is_too_short_for_nine_quarters_but_not_for_two_years_of_half_years() -> None:
    assert len(told(scenario(severity=(0.4,) * 8))) == 1
    semi = replace(LOAN, payments_per_year=2, first_payment=dt.date(2024, 7, 15))
    assert told(scenario(severity=(0.4,) * 8), pool=(semi,)) == []


def test_scenarios_that_share_what_is_held_share_one_sentence() -> None:
    grid = [scenario(f"s{n}", cdr=(0.0, n / 1000), cpr=(0.1, 0.2, n / 1000)) for n in range(384)]
    assert told(*grid) == [
        "scenario s0 and 383 others: the last of 3 values of cpr is held from interest period 4 of a loan on",
        "scenario s0 and 383 others: the last of 2 values of cdr is held from interest period 3 of a loan on",
    ]


def test_a_vector_for_one_loan_is_measured_by_that_loan() -> None:
    """The short loan pays twice, the other one nine times."""
    short = replace(LOAN, asset_id="SHORT", maturity=dt.date(2024, 7, 15))
    two = Assumptions(cdr=(0.01, 0.02))
    assert told(replace(scenario(), by_asset={"SHORT": two}), pool=(LOAN, short)) == []
    assert told(replace(scenario(cdr=(0.01, 0.02)), by_asset={"LOAN": Assumptions()}), pool=(LOAN, short)) == []
    (found,) = told(replace(scenario(), by_asset={"LOAN": two}), pool=(LOAN, short))
    assert "the last of 2 values of cdr" in found


def test_vectors_of_reinvested_loans_are_measured_by_the_dates_that_such_a_loan_can_pay() -> None:
    """Bought on the first of nine dates, a loan pays on eight."""
    terms = replace(REINVESTMENT, assumptions=Assumptions(cpr=(0.1,) * 7, severity=(0.4,) * 8))
    assert told(replace(scenario(), reinvestment=terms)) == [
        "scenario base: the last of 7 values of cpr of reinvested loans is held from interest period 8 of a loan on"
    ]


def test_a_curve_that_ends_before_the_last_payment_date_is_named_once() -> None:
    short = Curve.of(ANALYSIS, {1: 0.05, 24: 0.04})
    assert told(scenario("low", short), scenario("high", short.shifted(0.01))) == [
        "the curve ends after 24 months: its last forward is held beyond, up to the last payment date 2026-04-15"
    ]


@settings(max_examples=80, deadline=None)
@given(asset=assets())
def test_interest_dates_left_are_those_of_the_plain_schedule(asset: AssetTerms) -> None:
    plain, dates = replace(asset, convention="", is_end_of_month=False, instalments=()), quarterly_deal()
    left = schedule(plain, START, 0, frozenset()).left
    end = dates.collection_end[-1].item()
    expected = 0 if plain.is_defaulted else sum(is_performing and paid <= end for _, paid, is_performing in left)
    assert interest_dates_left([plain], dates).tolist() == [expected]
