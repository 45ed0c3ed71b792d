"""Loans that capitalise interest, are drawn, step their rate or are amended. Figures are those of clo-extensions 3.1 to 3.4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from calculations.clo.collateral import AssetFlows, AssetTerms, project, read_assets
from calculations.clo.collateral.features import AssetEvent, DrawTerms, PikTerms, RateStep
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.collateral_cases import FIXED, WEEKENDS, plain_rows_of, quarterly_deal, rows_of

START = dt.date(2024, 1, 15)
LOAN = AssetTerms(
    asset_id="X",
    par=10_000_000.0,
    coupon=0.08,
    dated=START,
    first_payment=dt.date(2024, 4, 15),
    maturity=dt.date(2025, 1, 15),
)
NOTHING = Assumptions()
CENT = 0.005001


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def found_rows(asset: AssetTerms, assumptions: Assumptions = NOTHING, curve: Curve | None = None) -> AssetFlows:
    return rows_of(asset, assumptions, curve=curve, analysis=START)


def plain_rows(asset: AssetTerms, assumptions: Assumptions = NOTHING, curve: Curve | None = None) -> Any:
    return plain_rows_of(asset, assumptions, curve=curve, analysis=START)


# Worked figures hold for the plain implementation too, which random assets are compared with.
both = pytest.mark.parametrize("rows", [found_rows, plain_rows])
Rows = Callable[..., Any]


def assert_columns(found: Any, expected: dict[str, list[float]]) -> None:
    for name, values in expected.items():
        assert getattr(found, name).tolist() == pytest.approx(values, abs=CENT, rel=0), name


PIK = replace(
    LOAN,
    coupon=0.10,
    pik=PikTerms(balance=400_000.0, shares=((START, 1.0), (day("2024-07-15"), 0.5), (day("2024-10-15"), 0.0))),
)


@both
def test_table_of_capitalised_interest(rows: Rows) -> None:
    found = rows(PIK, Assumptions(cpr=0.10, cdr=0.02))
    assert_columns(
        found,
        {
            "default": [50_379.44, 50_043.11, 49_709.03, 48_775.03],
            "interest": [6_466.32, 6_423.15, 125_905.39, 240_818.99],
            "pik_interest": [242_274.19, 240_656.82, 119_525.12, 0.0],
            "end_balance": [9_933_241.90, 9_866_929.46, 9_681_534.59, 0.0],
            "pik_balance": [629_912.90, 851_103.37, 944_326.65, 0.0],
        },
    )
    principal = (found.scheduled + found.unscheduled).tolist()
    assert principal == pytest.approx([258_652.86, 256_926.14, 255_210.95, 9_632_759.57], abs=CENT)


def test_capitalised_interest_is_not_par_in_tests_unless_the_terms_say_so() -> None:
    """Test par of the table at the end of the first two rows; the deal's periods end on 12 Apr, 12 Jul, 12 Oct, 12 Jan."""
    scenarios = Scenarios.of([Scenario("base", Assumptions(cpr=0.10, cdr=0.02))])
    dates = replace(quarterly_deal(), analysis=START)

    def performing(asset: AssetTerms) -> list[float]:
        return project([asset], scenarios, dates, WEEKENDS).flows.performing[0].tolist()

    assert performing(PIK)[:4] == pytest.approx([9_600_000.0, 9_600_000.0, 9_303_329.00, 9_015_826.09], abs=CENT)
    assert PIK.pik is not None
    included = performing(replace(PIK, pik=replace(PIK.pik, in_par=True)))
    assert included[:4] == pytest.approx([10_000_000.0, 10_000_000.0, 9_933_241.90, 9_866_929.46], abs=CENT)


def test_a_loan_that_defers_for_more_than_six_months_is_carried_at_the_lower_of_price_and_recovery() -> None:
    """Interest is capitalised from 15 Jan; by 15 Oct for more than 6 months. 0.6 of test par 8,737,207.94 is taken off."""
    low = replace(PIK, market_value=55.0, recovery_rate=0.4)
    scenarios = Scenarios.of([Scenario("base", Assumptions(cpr=0.10, cdr=0.02))])
    features = project([low], scenarios, replace(quarterly_deal(), analysis=START), WEEKENDS).features
    haircut = features.deferring_haircut[0].tolist()
    assert haircut == pytest.approx([0.0, 0.0, 0.0, 0.0, 0.6 * 8_737_207.94, 0.0, 0.0, 0.0, 0.0, 0.0], abs=CENT)
    assert features.capitalised[0].sum() == pytest.approx(242_274.19 + 240_656.82 + 119_525.12, abs=3 * CENT)


DELAYED = replace(
    LOAN,
    par=4_000_000.0,
    maturity=day("2026-01-15"),
    draws=DrawTerms(
        unfunded=6_000_000.0,
        fee_rate=0.01,
        available_until=day("2025-01-15"),
        draws=((day("2024-05-31"), 3_000_000.0), (day("2024-10-01"), 2_000_000.0)),
    ),
)


@both
def test_table_of_draws(rows: Rows) -> None:
    found = rows(DELAYED)
    expected = {
        "draw": [0.0, 3_000_000.0, 2_000_000.0, 0.0],
        "interest": [80_000.0, 109_333.33, 146_222.22, 180_000.0],
        "fees": [15_000.0, 11_333.33, 6_722.22, 2_500.0],
        "end_balance": [4_000_000.0, 7_000_000.0, 9_000_000.0, 9_000_000.0],
        "unfunded_balance": [6_000_000.0, 3_000_000.0, 1_000_000.0, 0.0],
    }
    for name, values in expected.items():
        assert getattr(found, name)[:4].tolist() == pytest.approx(values, abs=CENT), name


@both
def test_draws_scale_with_what_defaults_have_left_of_the_commitment(rows: Rows) -> None:
    """A tenth of the commitment gone in the first quarter: 1 - (1 - x)^(1/4) = 0.1 is x = 0.3439."""
    found = rows(DELAYED, Assumptions(cdr=(0.3439, 0.0)))
    assert found.draw.tolist()[:3] == pytest.approx([0.0, 2_700_000.0, 1_800_000.0], abs=CENT)
    assert found.fees[0] == pytest.approx(0.9 * 15_000.0, abs=CENT)


def test_draws_are_par_that_the_deal_pays_for() -> None:
    flows = project([DELAYED], Scenarios.of([Scenario("base")]), replace(quarterly_deal(), analysis=START), WEEKENDS)
    assert flows.features.draws[0, :4].tolist() == [0.0, 0.0, 3_000_000.0, 2_000_000.0]
    assert flows.flows.performing[0, :5].tolist() == [4e6, 4e6, 4e6, 7e6, 9e6]
    assert flows.features.unfunded[0, :5].tolist() == pytest.approx([6e6, 6e6, 6e6, 3e6, 1e6])
    assert flows.flows.interest[0, 1] == pytest.approx(95_000.0)


@both
def test_a_revolver_is_drawn_to_its_utilisation_and_refilled_by_repayments(rows: Rows) -> None:
    """Half of a commitment of 10 million is drawn on 15 Apr; what prepays comes back into the commitment."""
    terms = DrawTerms(unfunded=6_000_000.0, available_until=day("2024-12-31"), is_revolving=True, utilisation=0.5)
    found = rows(replace(DELAYED, draws=terms))
    assert found.draw.tolist()[:2] == pytest.approx([1_000_000.0, 0.0])
    prepaid = rows(replace(DELAYED, draws=terms), Assumptions(cpr=0.2))
    before_end = prepaid.paid < np.datetime64("2024-12-31")
    commitment = (prepaid.end_balance + prepaid.unfunded_balance)[before_end]
    assert commitment.tolist() == pytest.approx([10_000_000.0] * 3)
    assert (prepaid.unfunded_balance[~before_end] == 0.0).all()
    assert (prepaid.fees == 0.0).all()  # no fee rate is known


@both
def test_a_coupon_steps_within_a_period(rows: Rows) -> None:
    """76,666.67 until 31 May and 88,611.11 after it."""
    stepping = replace(LOAN, coupon=0.06, steps=(RateStep(day("2024-05-31"), 0.0725),))
    found = rows(stepping)
    assert found.interest[1] == pytest.approx(165_277.78, abs=CENT)
    assert found.interest[[0, 2]].tolist() == pytest.approx([150_000.0, 181_250.0], abs=CENT)


@both
def test_a_spread_steps_over_a_floored_index(rows: Rows) -> None:
    """Index 3.10 %, floor 3.25 %: 8.00 % for 35 days and 7.50 % for 56 of 360."""
    stepping = replace(
        LOAN,
        coupon_type="FLOAT",
        day_count="ACT/360",
        spread=0.0475,
        floor=0.0325,
        steps=(RateStep(day("2024-05-20"), 0.0425, "spread"),),
    )
    found = rows(stepping, curve=Curve.of(START, {1: 0.031, 12: 0.031}))
    assert found.interest[1] == pytest.approx(194_444.44, abs=CENT)


@both
def test_steps_on_or_before_the_analysis_date_are_in_the_rate_already(rows: Rows) -> None:
    old = replace(LOAN, steps=(RateStep(START, 0.2),))
    assert rows(old).interest.tolist() == rows(LOAN).interest.tolist()


EVENTS = (
    AssetEvent(day("2024-05-30"), "partial_call", fraction=0.3, price=1.015),
    AssetEvent(day("2024-08-15"), "amend_extend", fee=0.0025, rate=0.0875, maturity=day("2025-04-15")),
    AssetEvent(day("2024-11-20"), "restructuring", fraction=0.2, rate=0.05, accrued="capitalised"),
)


@both
def test_table_of_events(rows: Rows) -> None:
    found = rows(replace(LOAN, events=EVENTS))
    days = ["04-15", "05-30", "07-15", "08-15", "10-15", "11-20"]
    assert [str(item) for item in found.paid] == [*(f"2024-{item}" for item in days), "2025-01-15", "2025-04-15"]
    assert_columns(
        found,
        {
            "interest": [200_000.0, 30_000.0, 140_000.0, 0.0, 148_750.0, 0.0, 43_232.66, 70_744.36],
            "premium": [0.0, 45_000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            "fees": [0.0, 0.0, 0.0, 17_500.0, 0.0, 0.0, 0.0, 0.0],
            "unscheduled": [0.0, 3_000_000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            "scheduled": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5_659_548.61],
            "net_loss": [0.0, 0.0, 0.0, 0.0, 0.0, 1_400_000.0, 0.0, 0.0],
            "default": [0.0, 0.0, 0.0, 0.0, 0.0, 1_400_000.0, 0.0, 0.0],
            "pik_interest": [0.0, 0.0, 0.0, 0.0, 0.0, 59_548.61, 0.0, 0.0],
            "end_balance": [1e7, 7e6, 7e6, 7e6, 7e6, 5_659_548.61, 5_659_548.61, 0.0],
        },
    )


def test_premium_is_principal_proceeds_and_does_not_reduce_par() -> None:
    called = replace(LOAN, events=EVENTS[:1])
    flows = project(
        [called], Scenarios.of([Scenario("base")]), replace(quarterly_deal(), analysis=START), WEEKENDS
    ).flows
    assert flows.principal[0, 1] == pytest.approx(3_045_000.0)
    assert flows.performing[0, 2] == pytest.approx(7_000_000.0)
    as_interest = replace(LOAN, events=(replace(EVENTS[0], premium_as="interest"),))
    assert found_rows(as_interest).fees[1] == pytest.approx(45_000.0)


@both
def test_a_forced_default_is_recovered_after_the_lag_from_its_date(rows: Rows) -> None:
    """A quarter on 1 May, lag 3 months: 60 % of it on the first interest date from 1 Aug, 15 Oct."""
    forced = replace(LOAN, events=(AssetEvent(day("2024-05-01"), "forced_default", fraction=0.25),))
    found = rows(forced, Assumptions(severity=0.4, lag_months=3))
    assert found.default.tolist() == [0.0, 2_500_000.0, 0.0, 0.0, 0.0]
    assert found.recovery.tolist() == pytest.approx([0.0, 0.0, 0.0, 1_500_000.0, 0.0])
    assert found.net_loss.tolist() == pytest.approx([0.0, 0.0, 0.0, 1_000_000.0, 0.0])
    assert found.interest[1] == 0.0


@pytest.mark.parametrize(("accrued", "interest", "end"), [("paid", 60_000.0, 8e6), ("forfeited", 0.0, 8e6)])
def test_a_restructured_loan_pays_or_loses_what_it_has_accrued(accrued: str, interest: float, end: float) -> None:
    """27 days at 8 % from 15 Apr to 12 May, and 63 days at 5 % on the rest."""
    event = AssetEvent(day("2024-05-12"), "restructuring", fraction=0.2, rate=0.05, accrued=accrued)  # type: ignore[arg-type]
    found = found_rows(replace(LOAN, events=(event,)))
    assert found.interest[1] == pytest.approx(interest, abs=CENT)
    assert found.end_balance[1] == pytest.approx(end)
    assert found.interest[2] == pytest.approx(8e6 * 0.05 * 63 / 360, abs=CENT)
    assert found.recovery.sum() == 0.0


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (AssetEvent(day("2024-01-15"), "sale", fraction=1.0), "EVENT_BEFORE_ANALYSIS"),
        (AssetEvent(day("2025-01-15"), "sale", fraction=1.0), "EVENT_AFTER_MATURITY"),
        (AssetEvent(day("2024-05-01"), "sale", fraction=1.1), "EVENT_FRACTION"),
        (AssetEvent(day("2024-05-01"), "partial_call"), "EVENT_FRACTION"),
        (AssetEvent(day("2024-05-01"), "amend_extend", maturity=day("2024-12-15")), "EVENT_EXTENDS_BACKWARDS"),
    ],
)
def test_an_impossible_event_is_listed_and_the_asset_runs_without_it(event: AssetEvent, code: str) -> None:
    deal = replace(quarterly_deal(), analysis=START)
    scenarios = Scenarios.of([Scenario("base")])
    found = project([replace(LOAN, events=(event,))], scenarios, deal, WEEKENDS)
    assert [(item.asset_id, code in item.reason) for item in found.rejections] == [("X", True)]
    plain = project([LOAN], scenarios, deal, WEEKENDS).flows
    for field in fields(plain):
        assert (getattr(found.flows, field.name) == getattr(plain, field.name)).all(), field.name


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: {"pik": PikTerms(shares=((START, 1.5),))}, "PIK_SHARE_RANGE"),
        (lambda: {"pik": PikTerms(balance=2e7)}, "PIK_ABOVE_PAR"),
        (lambda: {"steps": (RateStep(day("2024-05-31"), 0.07, "spread"),)}, "STEP_KIND"),
        (lambda: {"steps": (RateStep(day("2024-05-31"), 0.07), RateStep(day("2024-05-31"), 0.08))}, "STEP_ORDER"),
        (lambda: {"draws": DrawTerms(1.0, is_revolving=True)}, "REVOLVER_WITHOUT_END"),
        (lambda: {"draws": DrawTerms(1.0, draws=((START, 2.0),))}, "DRAW_ABOVE_COMMITMENT"),
        (
            lambda: {"draws": DrawTerms(1.0, available_until=START, draws=((day("2024-05-31"), 1.0),))},
            "DRAW_AFTER_AVAILABILITY",
        ),
    ],
)
def test_impossible_terms_reject_the_asset_with_their_code(make, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=code):
        replace(LOAN, **make())


@both
def test_a_full_sale_ends_the_asset(rows: Rows) -> None:
    sold = replace(LOAN, events=(AssetEvent(day("2024-07-15"), "sale", fraction=1.0, price=0.9),))
    found = rows(sold)
    assert [str(item) for item in found.paid] == ["2024-04-15", "2024-07-15", "2024-07-15"]
    assert found.interest.tolist() == pytest.approx([200_000.0, 200_000.0, 0.0])
    assert found.premium[-1] == pytest.approx(-1_000_000.0)


def test_rows_with_wrong_features_are_listed() -> None:
    row = {field.name: getattr(FIXED, field.name) for field in fields(FIXED)}
    _, (rejection,) = read_assets([{**row, "pik": PikTerms(balance=2e7)}])
    assert "PIK_ABOVE_PAR" in rejection.reason
