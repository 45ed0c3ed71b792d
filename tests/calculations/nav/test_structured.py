"""Structured notes from their rows: floors, options, coupons, barriers and early redemption. Source: nav 2 (M-STR), E-9.

Option prices are checked by themselves in test_options; here the notes that are made of them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav import Strike
from calculations.nav.options.barriers import at_any_time, at_payoff
from calculations.nav.options.vanilla import Lognormal, digital, put
from tests.calculations.nav.evidence import assumed, closing, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, POINT, rounded

D = Decimal
RATES = [
    assumed("RISK_FREE_RATE", "0.04", compounding="CONTINUOUS"),
    assumed("DIVIDEND_YIELD", "0.01", compounding="CONTINUOUS"),
    assumed("VOLATILITY", "0.2", source="VENDOR"),
    assumed("ISSUER_SPREAD", "0.01", compounding="CONTINUOUS"),
]
PATHS = [assumed("PATHS", "20000", "COUNT"), assumed("SEED", "5", "COUNT")]
MATURITY = dt.date(2028, 3, 10)
MODEL = Lognormal(D(95), D("0.04"), D("0.01"), D("0.2"), D(2))
INDEX = {"instrument_id": "IDX", "instrument_type": "INDEX", "currency": "USD", "quote_basis": "PER_UNIT"}
ZERO = {"type": "ZERO", "participation": "1"}
CREDIT, DISCOUNT = D("-0.02").exp(), D("-0.08").exp()


def knock_in(monitoring: str = "CONTINUOUS", **more: Any) -> dict[str, Any]:
    terms = {"type": "KNOCK_IN_PUT", "sign": "-1", "participation": 1, "strike": "100", "initial_level": "100"}
    return terms | {"barrier": "70", "barrier_type": "DOWN_IN", "monitoring": monitoring} | more


def observed(first: dt.date, last: dt.date, level: str, **more: Any) -> dict[str, Any]:
    row = {"kind": "BARRIER_OBSERVATION", "sequence": D(1), "period_start": first, "event_date": last}
    return row | {"price": D(level), "currency": "USD"} | more


def coupon(
    number: int, day: dt.date, amount: str | None = None, rate: str | None = None, **more: Any
) -> dict[str, Any]:
    row = {
        "kind": "COUPON_SCHEDULE",
        "sequence": D(number),
        "event_date": day,
        "currency": "USD",
        "status": "SCHEDULED",
    }
    return row | {"amount": amount and D(amount), "rate": rate and D(rate)} | more


ISSUE = dt.date(2026, 2, 10)
HISTORY = observed(dt.date(2026, 2, 11), DAY, "91")


def note(*components: dict[str, Any], product: dict[str, Any] | None = None, **more: Any) -> Strike:
    """1,000,000 on an index at 95, issued a month ago, two years to go by months of 30 days."""
    row = {
        "nominal_amount": D(1_000_000),
        "payoff_structure": "CUSTOM",
        "underlying_ids": ["IDX"],
        "components": list(components),
        "issue_date": ISSUE,
        "maturity_date": MATURITY,
        "year_fraction": "30_360",
    }
    terms: dict[str, Any] = {"instruments": [INDEX], "prices": [closing("IDX", "95")], "assumptions": RATES}
    return struck(evidence("structured", row | (product or {}), **(terms | {"schedules": [HISTORY]} | more)))


def reasons(result: Strike) -> set[str | None]:
    """The first reason; a product without a method's lines has no positions either, which comes after it."""
    return {result.reason}


def measure(result: Strike, name: str) -> Decimal:
    (found,) = [each for each in result.measures if each.name == name]
    assert found.value is not None
    return found.value


def test_e9_a_protected_note() -> None:
    result = struck(example("structured", "example-e-09"))
    assert result.status == "STRUCK"
    lines = {line.line_id: line for line in result.lines}
    assert rounded(lines["component/1/ZERO"].amount, 9) == D("8302376.495732614")
    assert rounded(lines["component/2/CALL"].amount, 10) == D("1459882.5356329521")
    assert rounded(result.net_assets, 9) == D("9762259.031365566")
    assert rounded(measure(result, "share_of_nominal") * 100, 5) == D("97.62259")
    assert rounded(measure(result, "d1"), 15) == D("0.567526195674947")
    assert rounded(measure(result, "d2"), 15) == D("0.260738402567072")
    assert rounded(measure(result, "option_value"), 13) == D("905.9856070779231")
    assert measure(result, "years_to_maturity") == D("2.75")
    assert {each.name for each in result.assumptions} == {
        "RISK_FREE_RATE",
        "DIVIDEND_YIELD",
        "VOLATILITY",
        "ISSUER_SPREAD",
    }
    assert result.fair_value_level == 3


def test_a_reverse_convertible_is_a_bond_less_a_put() -> None:
    schedule = [HISTORY, coupon(1, dt.date(2027, 3, 10), "80000"), coupon(2, MATURITY, "80000")]
    sold = {"type": "PUT", "sign": -1, "participation": "1", "strike": "100", "initial_level": "100"}
    result = note(ZERO, sold, {"type": "COUPON", "participation": "1"}, schedules=schedule)
    bond = (1_000_000 + 80_000) * DISCOUNT * CREDIT + 80_000 * D("-0.05").exp()
    expected = bond - 10_000 * put(MODEL, D(100)) * CREDIT
    assert rounded(result.net_assets, 9) == rounded(expected, 9)
    # what was sold is inside the asset and is no debt of the holder
    assert result.total_liabilities == 0
    assert result.fair_value_level == 2


def test_a_barrier_not_touched_and_one_touched() -> None:
    alive = note(ZERO, knock_in())
    expected = 1_000_000 * DISCOUNT * CREDIT - 10_000 * at_any_time(MODEL, "PUT", D(100), D(70), "DOWN_IN") * CREDIT
    assert rounded(alive.net_assets, 9) == rounded(expected, 9)
    knocked = 1_000_000 * DISCOUNT * CREDIT - 10_000 * put(MODEL, D(100)) * CREDIT
    by_level = note(ZERO, knock_in(), schedules=[HISTORY | {"price": D("69.9")}])
    hit = {"action_type": "BARRIER_HIT", "instrument_id": "IDX", "ex_date": dt.date(2026, 3, 2), "action_id": "H"}
    by_action = note(ZERO, knock_in(), schedules=[], actions=[hit])
    assert rounded(by_level.net_assets, 9) == rounded(by_action.net_assets, 9) == rounded(knocked, 9)
    of_another_level = note(ZERO, knock_in(), actions=[hit | {"level": D(80)}])
    assert of_another_level.net_assets == alive.net_assets


def test_a_barrier_of_the_last_day_needs_no_history() -> None:
    result = note(ZERO, knock_in("EUROPEAN"), schedules=[])
    expected = 1_000_000 * DISCOUNT * CREDIT - 10_000 * at_payoff(MODEL, "PUT", D(100), D(70), "DOWN_IN") * CREDIT
    assert rounded(result.net_assets, 9) == rounded(expected, 9)


def test_a_call_knocked_out_is_worth_nothing() -> None:
    warrant = {"type": "KNOCK_OUT_CALL", "participation": "1", "strike": "90", "initial_level": "100"}
    warrant |= {"barrier": "130", "barrier_type": "UP_OUT", "monitoring": "CONTINUOUS"}
    alive = note(warrant)
    expected = 10_000 * at_any_time(MODEL, "CALL", D(90), D(130), "UP_OUT") * CREDIT
    assert rounded(alive.net_assets, 9) == rounded(expected, 9)
    assert note(warrant, schedules=[HISTORY | {"price": D(130)}]).net_assets == 0


def test_a_conditional_coupon_is_a_digital() -> None:
    schedule = [HISTORY, coupon(1, MATURITY, rate="0.07")]
    part = {"type": "COUPON", "participation": "1", "barrier": "80"}
    result = note(ZERO, part, schedules=schedule)
    expected = 1_000_000 * DISCOUNT * CREDIT + 70_000 * digital(MODEL, D(80)) * CREDIT
    assert rounded(result.net_assets, 9) == rounded(expected, 9)


@pytest.mark.parametrize(
    ("terms", "worth"),
    [
        ({"status": "PAID"}, "0"),
        ({"status": "PAID", "paid_date": DAY + dt.timedelta(days=1)}, "25000"),
        ({}, "25000"),
        ({"paid_amount": D(24000)}, "24000"),
        ({"status": "WAIVED"}, "0"),
    ],
)
def test_a_coupon_that_has_fallen_due_is_owed_until_it_is_paid(terms: dict[str, Any], worth: str) -> None:
    due = coupon(1, DAY, "25000", **terms)
    plain = note(ZERO).net_assets
    found = note(ZERO, {"type": "COUPON", "participation": "1"}, schedules=[due]).net_assets
    assert plain is not None
    assert found == plain + D(worth)


AUTOCALL: dict[str, Any] = {"payoff_structure": "AUTOCALL"}
CALLABLE = ZERO | {"barrier": "100", "barrier_type": "UP_OUT"}
DATES = [coupon(1, dt.date(2027, 3, 10), "60000"), coupon(2, MATURITY, "120000")]
PAID_OUT = {"type": "COUPON", "participation": "1"}


def test_an_autocall_is_simulated_with_its_error() -> None:
    result = note(CALLABLE, PAID_OUT, product=AUTOCALL, assumptions=RATES + PATHS, schedules=DATES)
    first = Lognormal(D(95), D("0.04"), D("0.01"), D("0.2"), D(1))
    called = digital(first, D(100)) / first.discount
    one, two = D("-0.05").exp(), DISCOUNT * CREDIT
    # the coupon of the first day is paid in any case, that of the last only if the note is still there
    expected = 60_000 * one + 1_000_000 * one * called + 1_120_000 * two * (1 - called)
    error = measure(result, "standard_error")
    assert result.net_assets is not None
    assert 0 < error < 2000
    assert abs(result.net_assets - expected) < 4 * error
    again = note(CALLABLE, PAID_OUT, product=AUTOCALL, assumptions=RATES + PATHS, schedules=DATES)
    assert again.net_assets == result.net_assets
    assert again.inputs_hash == result.inputs_hash
    assert {"PATHS", "SEED"} <= {each.name for each in result.assumptions}
    assert (measure(result, "paths"), measure(result, "seed")) == (20000, 5)


def test_an_autocall_that_should_have_ended_is_refused() -> None:
    past = coupon(1, dt.date(2026, 3, 3), "5000", status="PAID")
    dates = [past, *(row | {"sequence": row["sequence"] + 1} for row in DATES)]
    terms: dict[str, Any] = {"product": AUTOCALL, "assumptions": RATES + PATHS}
    seen = observed(dt.date(2026, 3, 3), dt.date(2026, 3, 3), "101")
    assert reasons(note(CALLABLE, PAID_OUT, schedules=[*dates, seen], **terms)) == {"CORP_ACTION"}
    assert reasons(note(CALLABLE, PAID_OUT, schedules=dates, **terms)) == {"MISSING_EVIDENCE"}
    below = seen | {"price": D(99)}
    assert note(CALLABLE, PAID_OUT, schedules=[*dates, below], **terms).status == "STRUCK"


def test_a_barrier_looked_at_daily_is_simulated() -> None:
    result = note(ZERO, knock_in("DAILY"), assumptions=RATES + PATHS)
    floor = 1_000_000 * DISCOUNT * CREDIT
    bounds = [
        floor - 10_000 * reckon(MODEL, "PUT", D(100), D(70), "DOWN_IN") * CREDIT for reckon in (at_any_time, at_payoff)
    ]
    assert result.net_assets is not None
    assert bounds[0] < result.net_assets < bounds[1]
    knocked = note(ZERO, knock_in("DAILY"), assumptions=RATES + PATHS, schedules=[HISTORY | {"price": D(70)}])
    error = measure(knocked, "standard_error")
    assert knocked.net_assets is not None
    assert abs(knocked.net_assets - (floor - 10_000 * put(MODEL, D(100)) * CREDIT)) < 4 * error


@pytest.mark.parametrize(
    ("components", "more", "reason"),
    [
        ((ZERO,), {"product": {"maturity_date": DAY}}, "DOMAIN"),
        ((ZERO,), {"product": {"maturity_date": None}}, "MISSING_TERMS"),
        ((ZERO,), {"product": {"payoff_structure": "RAINBOW"}}, "UNKNOWN_SUBTYPE"),
        ((ZERO,), {"product": {"measurement_basis": "AMORTISED_COST"}}, "UNSUPPORTED_CONVENTION"),
        ((ZERO,), {"product": {"payoff_structure": "PROTECTED_NOTE", "protection_level": D("0.9")}}, "DUPLICATE_INPUT"),
        ((ZERO,), {"assumptions": RATES[1:]}, "MISSING_ASSUMPTION"),
        ((ZERO,), {"schedules": DATES}, "BAD_SCHEDULE"),
        ((), {}, "MISSING_TERMS"),
        (({"type": "SWAP", "participation": "1"},), {}, "UNKNOWN_SUBTYPE"),
        (({"type": "ZERO"},), {}, "MISSING_TERMS"),
        ((knock_in(),), {"schedules": []}, "MISSING_EVIDENCE"),
        ((knock_in(),), {"schedules": [HISTORY | {"period_start": dt.date(2026, 2, 12)}]}, "MISSING_EVIDENCE"),
        ((knock_in(),), {"product": {"issue_date": None}}, "MISSING_TERMS"),
        ((knock_in(),), {"prices": [closing("IDX", "69")]}, "CORP_ACTION"),
        ((knock_in(),), {"prices": []}, "MISSING_PRICE"),
        ((knock_in(),), {"prices": [closing("IDX", "95", currency="EUR")]}, "UNSUPPORTED_CONVENTION"),
        ((knock_in(),), {"product": {"underlying_ids": ["IDX", "IDY"]}}, "UNSUPPORTED_CONVENTION"),
        ((knock_in(),), {"assumptions": [*RATES[:2], assumed("VOLATILITY", "0"), RATES[3]]}, "DOMAIN"),
        ((knock_in("HOURLY"),), {}, "MISSING_TERMS"),
        ((knock_in(barrier_type="UP_OUT"),), {}, "MISSING_TERMS"),
        ((knock_in(barrier=None),), {}, "MISSING_TERMS"),
        ((knock_in(strike="0"),), {}, "DOMAIN"),
        ((knock_in(initial_level=None),), {}, "MISSING_TERMS"),
        ((knock_in("DAILY"),), {}, "MISSING_ASSUMPTION"),
        ((ZERO, PAID_OUT), {}, "BAD_SCHEDULE"),
        ((ZERO, PAID_OUT), {"schedules": [DATES[1], DATES[0] | {"sequence": D(3)}]}, "BAD_SCHEDULE"),
        ((ZERO, PAID_OUT), {"schedules": [coupon(1, MATURITY + dt.timedelta(days=1), "1")]}, "BAD_SCHEDULE"),
        ((ZERO, PAID_OUT), {"schedules": [coupon(1, MATURITY)]}, "BAD_SCHEDULE"),
        ((ZERO, PAID_OUT), {"schedules": [DATES[0] | {"currency": "EUR"}]}, "UNIT_MISMATCH"),
        ((ZERO, PAID_OUT), {"schedules": [coupon(1, DAY, "1", status="MISSED")]}, "MISSING_EVIDENCE"),
        ((ZERO, PAID_OUT), {"schedules": [coupon(1, MATURITY, rate="0.1")]}, "MISSING_TERMS"),
        ((ZERO,), {"product": AUTOCALL, "assumptions": RATES + PATHS, "schedules": DATES}, "MISSING_TERMS"),
        ((CALLABLE,), {"product": AUTOCALL, "assumptions": RATES + PATHS, "schedules": []}, "BAD_SCHEDULE"),
    ],
)
def test_a_note_that_cannot_be_valued_fails_the_strike(
    components: tuple[dict[str, Any], ...], more: dict[str, Any], reason: str
) -> None:
    result = note(*components, **more)
    assert result.status == "FAILED"
    assert reasons(result) == {reason}
    assert result.net_assets is None


def test_rates_compound_as_they_say() -> None:
    # 4 % compounding once a year is ln(1.04) continuously: the floor of two years is 1 / 1.04^2
    yearly = [assumed("RISK_FREE_RATE", "0.04", compounding="ANNUAL"), *RATES[1:3]]
    simple = [*yearly, assumed("ISSUER_SPREAD", "0.01", compounding="SIMPLE")]
    assert rounded(note(ZERO, assumptions=simple).net_assets, 9) == rounded(1_000_000 / (D("1.0816") * D("1.02")), 9)
    unsaid = [*yearly, assumed("ISSUER_SPREAD", "0.01")]
    assert reasons(note(ZERO, assumptions=unsaid)) == {"UNSUPPORTED_CONVENTION"}


def test_components_may_stand_as_text_of_json() -> None:
    text = '[{"type": "ZERO", "participation": 0.95}]'
    found = note(product={"components": text, "underlying_ids": '["IDX"]'})
    plain = note(ZERO | {"participation": "0.95"})
    assert found.net_assets == plain.net_assets
    assert not POINT.is_business_day(dt.date(2026, 2, 16))
