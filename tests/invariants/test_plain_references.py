"""What the rules hold cases against is itself right, on cases small enough to work out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.deal import Holdings
from calculations.clo.deal.carrying_values import is_cured
from calculations.clo.deal.collateral_terms import DiscountCure
from calculations.clo.scenarios import Assumptions, ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.invariants.cases import WEEKENDS, Case, projected
from tests.invariants.outcome import Outcome
from tests.invariants.rules_of_collateral import deal_periods_sum_rows
from tests.invariants.rules_of_tests import cured_day_by_day

ANALYSIS = dt.date(2024, 1, 15)
CURE = DiscountCure(market_value=Decimal("0.90"), days=30)
LOAN = AssetTerms(
    asset_id="LOAN",
    par=4_000_000.0,
    coupon=0.08,
    dated=ANALYSIS,
    first_payment=dt.date(2024, 4, 15),
    maturity=dt.date(2024, 7, 15),
    recovery_rate=0.4,
)
DOCUMENT = {
    "deal": "rowan",
    "notes": {
        "A": {"original_balance": 2_000_000, "fixed": 0.05},
        "sub": {"original_balance": 2_000_000, "equity": True},
    },
    "dates": {
        "closing": ANALYSIS,
        "first_payment": dt.date(2024, 4, 15),
        "stated_maturity": dt.date(2024, 7, 15),
        "reinvestment_end": ANALYSIS,
        "no_call": ANALYSIS,
        "payment_day": 15,
        "determination_lag": 0,
        "index_lag": 2,
        "convention": "following",
    },
    "pik": {"repaid_as": "interest"},
    "lists": {
        "interest": {"source": "interest", "steps": [{"interest": ["A"]}, {"residual": {"to": "sub"}}]},
        "principal": {"source": "principal", "steps": [{"move": {"to": "notes"}}]},
        "notes": {
            "source": "notes",
            "steps": [{"principal": ["A"]}, {"residual": {"to": "sub", "book": "principal"}}],
        },
    },
}


def with_prices(percents: dict[int, float], today: float | None = None) -> AssetTerms:
    """The loan with market values so many days before the analysis date."""
    values = sorted((ANALYSIS - dt.timedelta(age), percent) for age, percent in percents.items())
    return replace(LOAN, purchase_price=70.0, market_values=tuple(values), market_value=today)


@pytest.mark.parametrize(
    ("percents", "today", "expected"),
    [
        ({33: 91.0, 25: 91.0, 18: 91.0, 10: 91.0, 2: 91.0}, None, True),  # the cured line of clo-extensions 4.16
        ({42: 82.0, 35: 93.0, 28: 92.0, 21: 96.0, 14: 91.0, 7: 92.0}, 97.0, True),  # low before the thirty days alone
        ({29: 90.0, 20: 90.0, 10: 90.0}, 90.0, True),
        ({28: 90.0, 20: 90.0, 10: 90.0}, 90.0, False),  # twenty-nine days
        ({36: 82.0, 27: 93.0, 18: 92.0, 9: 96.0}, 97.0, False),  # the low price holds for two of the thirty
        ({29: 91.0, 20: 91.0, 15: 89.99, 10: 91.0}, 91.0, False),
        ({29: 91.0, 18: 91.0, 10: 91.0}, 91.0, False),  # eleven days without a price
        ({40: 91.0, 30: 91.0, 20: 91.0, 11: 91.0}, None, False),
        ({}, 95.0, False),
    ],
)
def test_a_discount_obligation_is_cured_by_the_prices_of_the_last_thirty_days_alone(
    percents: dict[int, float], today: float | None, expected: bool
) -> None:
    assert cured_day_by_day(with_prices(percents, today), CURE, ANALYSIS) is expected


@given(st.dictionaries(st.integers(0, 50), st.sampled_from((85.0, 90.0, 95.0, 99.0)), max_size=12))
def test_days_judged_one_by_one_cure_what_the_count_of_days_cures(percents: dict[int, float]) -> None:
    prices = {ANALYSIS - dt.timedelta(age): Decimal(str(percent)) / 100 for age, percent in percents.items()}
    assert cured_day_by_day(with_prices(percents), CURE, ANALYSIS) is is_cured(prices, CURE, ANALYSIS)


def test_repaid_capitalised_interest_of_a_foreign_loan_must_come_at_spot() -> None:
    """A month of 8 % on USD 4m, USD 26,666.67, repaid at 0.94: neither as many euro, nor the rest taken out of principal."""
    event = AssetEvent(dt.date(2024, 5, 15), "restructuring", fraction=0.25, accrued="capitalised")
    held = Holdings((replace(LOAN, events=(event,)),), ANALYSIS, WEEKENDS, 0.05, currencies={"LOAN": "USD"})
    spot = {"USD": {ANALYSIS: 0.92, dt.date(2024, 7, 15): 0.94}}
    curve, bought = Curve.of(ANALYSIS, {1: 0.05, 3: 0.05}), ReinvestmentTerms(0.03, 0.0, 60)
    scenario = Scenario("base", Assumptions(), curve=curve, reinvestment=bought, spot_rates=spot)
    case = Case(0, DOCUMENT, None, held, Scenarios.of([scenario]))
    found = projected(case)
    assert deal_periods_sum_rows(Outcome(case, found)) is None
    repaid = Outcome(case, found).pool.repaid_pik
    assert repaid[0, 0].tolist() == pytest.approx([0.0, 4_000_000 * 0.08 / 12 * 0.94])
    unconverted = 4_000_000 * 0.08 / 12 * 0.06
    flows = found.flows
    interest, scheduled = flows.interest.copy(), flows.scheduled.copy()
    interest[0, 1] += unconverted
    scheduled[0, 1] -= unconverted
    spoiled = replace(found, flows=replace(flows, interest=interest, scheduled=scheduled))
    assert "principal at (0, 1)" in str(deal_periods_sum_rows(Outcome(case, spoiled)))
