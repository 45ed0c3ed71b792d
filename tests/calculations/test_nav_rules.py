"""Verdicts on a strike: each rule of nav.md 5 that a strike from holdings can be judged by, passing and failing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from calculations.nav import Position, Price, ProductTerms, Rate, RuleResult, Strike, validate
from calculations.nav.rules import blocks
from tests.calculations.nav_inputs import (
    EURUSD,
    GBPUSD,
    POINT,
    POLICY,
    RATES,
    D,
    cash,
    equity,
    price,
    product,
    rate,
    stated,
    struck,
    valued,
)

GOOD = [equity("EQ", "10")]
CLOSE = [price("EQ", "100")]


def verdicts(terms: ProductTerms, result: Strike, rates: tuple[Rate, ...] = RATES) -> dict[str, RuleResult]:
    return {verdict.rule_code: verdict for verdict in validate(result, terms, POINT, rates, POLICY)}


def failed(terms: ProductTerms, result: Strike, rates: tuple[Rate, ...] = RATES) -> set[str]:
    return {code for code, verdict in verdicts(terms, result, rates).items() if verdict.outcome == "FAILED"}


def test_a_sound_strike_passes_every_rule() -> None:
    terms = product(previous_nav_per_share=D("1"))
    results = validate(struck(terms, GOOD, CLOSE), terms, POINT, RATES, POLICY)
    assert {result.outcome for result in results} == {"PASSED"}
    assert not blocks(results)


UNKNOWN_TOTALS = {"NAV_NON_NEGATIVE", "NAV_ASSETS_GE_LIABS", "LIABILITIES_NON_NEGATIVE", "HOLDINGS_SUM"} | {
    "NAV_PER_SHARE_CONSISTENT",
    "NAV_JUMP_MAX_PCT",
}


@pytest.mark.parametrize(
    ("positions", "prices", "rates", "rule_code"),
    [
        (GOOD, [], RATES, "PRICE_MISSING"),
        (GOOD, [price("EQ", "100", as_of=dt.date(2026, 3, 6))], RATES, "PRICE_STALE"),
        (GOOD, [price("EQ", "0")], RATES, "PRICE_ZERO_NEG"),
        (GOOD, [price("EQ", "1", "EUR")], (), "FX_RATE_PRESENT_WHEN_NEEDED"),
        (GOOD, [price("EQ", "1", "EUR")], (replace(EURUSD, as_of=dt.date(2026, 3, 6)),), "FX_STALE"),
        ([*GOOD, *GOOD], CLOSE, RATES, "HOLDINGS_DUP"),
        ([], [], RATES, "HOLDINGS_PRESENT"),
    ],
)
def test_what_is_missing_or_stale_blocks_and_unknown_totals_never_pass(
    positions: list[Position], prices: list[Price], rates: tuple[Rate, ...], rule_code: str
) -> None:
    result = struck(product(), positions, prices, rates=rates)
    assert failed(product(), result, rates) == {rule_code} | UNKNOWN_TOTALS
    assert blocks(validate(result, product(), POINT, rates, POLICY))


def test_negative_net_assets_are_struck_and_blocked() -> None:
    result = struck(product(), [cash("10")], accruals=[stated("loan", "PAYABLE", "12")])
    assert result.status == "STRUCK"
    assert failed(product(), result) == {"NAV_NON_NEGATIVE", "NAV_ASSETS_GE_LIABS"}


def test_liabilities_that_are_owed_to_the_product_are_refused() -> None:
    result = struck(product(), [cash("10")], accruals=[stated("loan", "PAYABLE", "-1")])
    assert failed(product(), result) == {"LIABILITIES_NON_NEGATIVE"}


def test_without_shares_the_rules_of_a_share_fail() -> None:
    result = struck(product(None), GOOD, CLOSE)
    assert failed(product(None), result) == {"SHARES_POSITIVE", "NAV_PER_SHARE_CONSISTENT", "NAV_JUMP_MAX_PCT"}


def test_the_rules_of_a_share_do_not_apply_to_a_unitless_product() -> None:
    terms = product(None, None, is_unitless=True)
    found = verdicts(terms, struck(terms, [valued("X", "STATED", base_value=D(1))]))
    assert found["SHARES_POSITIVE"].outcome == found["NAV_PER_SHARE_CONSISTENT"].outcome == "NOT_APPLICABLE"
    assert found["SHARES_POSITIVE"].detail == "NO_SHARES_REPORTED"
    assert {verdict.outcome for verdict in found.values()} == {"PASSED", "NOT_APPLICABLE"}


def test_a_published_nav_that_is_not_the_rounded_one_is_found() -> None:
    result = struck(product("3"), GOOD, CLOSE)  # 333.3333, 0.0001 too little for 1,000
    wrong = replace(result.classes[0], nav_per_share=D("333.3332"))
    assert failed(product("3"), result) == set()
    assert failed(product("3"), replace(result, classes=(wrong,))) == {"NAV_PER_SHARE_CONSISTENT"}


@pytest.mark.parametrize(
    ("product_type", "subtype", "previous", "outcome", "severity"),
    [
        ("fund", None, "0.96", "PASSED", "warning"),  # +4.17 %, limit 5 %
        ("fund", None, "0.94", "FAILED", "warning"),  # +6.38 %
        ("fund", None, "0.90", "FAILED", "critical"),  # +11.1 %, beyond twice the limit
        ("fund", "MMF", "0.994", "FAILED", "warning"),  # +0.60 %, limit 0.5 %
        ("bond", None, "1.03", "FAILED", "warning"),  # -2.91 %, limit 2 %
        ("private_equity", None, "1.09", "PASSED", "warning"),  # -8.26 %, limit 10 %
        ("fund", None, "0", "FAILED", "critical"),
    ],
)
def test_a_jump_warns_at_the_limit_and_blocks_at_twice_the_limit(
    product_type: str, subtype: str | None, previous: str, outcome: str, severity: str
) -> None:
    terms = product(product_type=product_type, subtype=subtype, previous_nav_per_share=D(previous))
    verdict = verdicts(terms, struck(terms, GOOD, CLOSE))["NAV_JUMP_MAX_PCT"]  # NAV 1.0000
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


@pytest.mark.parametrize(("eurgbp", "outcome"), [("0.8554", "PASSED"), ("0.8560", "FAILED")])
def test_a_triangle_that_does_not_close_within_5_bp_warns(eurgbp: str, outcome: str) -> None:
    # EURGBP 0.855385 by the two dollar rates: 0.8554 is 0.2 bp away, 0.8560 is 7.2 bp
    rates = (EURUSD, GBPUSD, rate("EURGBP", eurgbp))
    terms = product(currency="GBP")
    result = struck(terms, [cash("10", "EUR")], rates=rates)
    verdict = verdicts(terms, result, rates)["FX_TRIANGLE"]
    assert (verdict.outcome, verdict.severity) == (outcome, "warning")


def test_an_override_in_use_warns() -> None:
    override = price("EQ", "9", price_type="OVERRIDE", source="MANUAL_OVERRIDE", approval_id="a-1", reason="halted")
    found = verdicts(product(), struck(product(), GOOD, [override]))["PRICE_OVERRIDE_OPEN"]
    assert (found.outcome, found.severity, found.detail) == ("FAILED", "warning", "priced by override a-1")
