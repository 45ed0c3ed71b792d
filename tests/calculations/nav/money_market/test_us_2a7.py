"""Each rule of rule 2a-7 at its limit and just past it, on books of 10,000 whose shares can be read off. Source: nav 4.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from calculations.nav.money_market import Holding, MoneyMarketFund, check
from tests.calculations.nav.money_market.books import DAY, D, after, agency, cash, fund, lot, repo, row, treasury

PRIME = fund("INSTITUTIONAL_PRIME")
MUNI = fund("RETAIL_TAX_EXEMPT")
TODAY: dict[str, Any] = {"purchase_date": DAY}


def book_of(*holdings: Holding, of: int = 10_000) -> tuple[Holding, ...]:
    """The holdings with as much cash as makes assets of `of`."""
    return (*holdings, cash(of - sum(int(h.market_value or 0) for h in holdings)))


# rule: (fund, at the limit, just past it)
AT_LIMIT: dict[str, tuple[MoneyMarketFund, tuple[Holding, ...], tuple[Holding, ...]]] = {
    "MMF_MATURITY": (PRIME, book_of(lot("a", days=397)), book_of(lot("a", days=398))),
    "MMF_WAM": (PRIME, (lot("a", 100, 20), lot("b", 100, 100)), (lot("a", 100, 20), lot("b", 101, 100))),
    "MMF_WAL": (PRIME, (lot("a", 100, 40), lot("b", 100, 200)), (lot("a", 100, 40), lot("b", 101, 200))),
    "MMF_DLA": (PRIME, book_of(agency("a", 7500)), book_of(agency("a", 7501, **TODAY))),
    "MMF_WLA": (PRIME, book_of(agency("a", 5000)), book_of(agency("a", 5001, **TODAY))),
    "MMF_ILLIQUID": (
        PRIME,
        book_of(lot("a", 500, is_illiquid=True, **TODAY)),
        book_of(lot("a", 501, is_illiquid=True, **TODAY)),
    ),
    "MMF_ISSUER": (
        PRIME,
        book_of(lot("a", 500, **TODAY)),
        book_of(lot("a", 2501, **TODAY)),
    ),
    "MMF_GUARANTOR": (
        PRIME,
        book_of(*(lot(n, 250, guarantor_id="G", **TODAY) for n in "abcd")),
        book_of(*(lot(n, 250, guarantor_id="G", **TODAY) for n in "abcd"), lot("own", 1, issuer_id="G", **TODAY)),
    ),
    "MMF_GOV995": (fund(), book_of(lot("a", 50)), book_of(lot("a", 51))),
    "MMF_AMORTISED_DAYS": (
        PRIME,
        book_of(lot("a", days=60, is_at_amortised_cost=True), lot("b", days=90)),
        book_of(lot("a", days=61, is_at_amortised_cost=True)),
    ),
    "MMF_NOTICE_LIQ": (PRIME, book_of(agency("a", 7500)), book_of(agency("a", 7501))),
}


@pytest.mark.parametrize("rule_code", AT_LIMIT)
def test_a_limit_is_met_and_one_past_it_is_not(rule_code: str) -> None:
    of, at_limit, past = AT_LIMIT[rule_code]
    assert (row(rule_code, of, *at_limit).outcome, row(rule_code, of, *past).outcome) == ("PASSED", "BREACHED")
    assert row(rule_code, of, *at_limit).passed is True
    assert row(rule_code, of, *past).passed is False


@pytest.mark.parametrize(
    ("gap", "warned", "failed", "broken"),
    [
        ("0", False, False, False),
        ("25", False, False, False),
        ("-25", False, False, False),
        ("25.01", True, False, False),
        ("-50", True, False, False),
        ("-50.01", True, True, True),
        ("50.01", True, True, False),
    ],
)
def test_bands_of_the_shadow_price(gap: str, warned: bool, failed: bool, broken: bool) -> None:
    """1,000 shares at 1.0000, so that a gap of 1 bp is 0.10; below 0.995 the buck is broken, above it is not."""
    held = cash(0)
    held = replace(held, market_value=D(1000) + D(gap) / 10)
    verdicts = [row(f"MMF_{code}", fund(), held) for code in ("SHADOW_25", "SHADOW_50", "BREAK_THE_BUCK")]
    assert [not each.passed for each in verdicts] == [warned, failed, broken]
    assert verdicts[0].actual == abs(D(gap))


def test_a_passive_fall_holds_and_blocks_buying() -> None:
    fallen = row("MMF_DLA", PRIME, *book_of(agency("a", 7501)))
    assert (fallen.outcome, fallen.passed, fallen.blocks_buying) == ("PASSIVE", True, True)
    bought = row("MMF_DLA", PRIME, *book_of(agency("a", 7501), agency("b", 1, **TODAY)))
    assert (bought.outcome, bought.subjects, bought.blocks_buying) == ("BREACHED", ("b",), True)
    rolled = row("MMF_DLA", PRIME, *book_of(agency("a", 7501), repo("r", 100), treasury("t", 100, **TODAY)))
    assert rolled.outcome == "PASSIVE"  # what is daily liquid itself may be bought


def test_a_breach_stands_until_cured() -> None:
    first = check(PRIME, book_of(agency("a", 7501, **TODAY)), DAY)
    kept = book_of(agency("a", 7501, purchase_date=after(-1)))
    assert row("MMF_DLA", PRIME, *kept, previous=first).outcome == "BREACHED"
    assert row("MMF_DLA", PRIME, *book_of(agency("b", 7501)), previous=first).outcome == "PASSIVE"
    assert row("MMF_DLA", PRIME, *book_of(agency("a", 7500)), previous=first).outcome == "PASSED"


def test_tax_exempt_funds_have_no_daily_minimum() -> None:
    verdict = row("MMF_DLA", MUNI, *book_of(agency("a", 9000, **TODAY)))
    assert (verdict.outcome, verdict.passed, verdict.detail) == (
        "NOT_APPLICABLE",
        None,
        "tax-exempt funds have no daily minimum",
    )


@pytest.mark.parametrize(
    ("held", "is_daily", "is_weekly"),
    [
        (treasury(days=300), True, True),
        (treasury("gilt", days=300, issuer_country="GB"), False, False),
        (agency("note", days=60, instrument_type="DISCOUNT_NOTE"), False, True),
        (agency("note", days=61, instrument_type="DISCOUNT_NOTE"), False, False),
        (agency("coupon", days=59), False, False),
        (agency("floater", days=730, coupon_kind="FLOATER"), False, False),
        (lot("a", days=1), True, True),
        (lot("a", days=2), False, True),
        (lot("a", days=7), False, True),
        (lot("a", days=8), False, False),
        (lot("vrdn", days=3650, demand_notice_days=1), True, True),
        (lot("vrdn", days=3650, demand_notice_days=7), False, True),
        (lot("sold", days=1, holding_type="RECEIVABLE"), True, True),
        (lot("sold", days=7, holding_type="RECEIVABLE"), False, True),
    ],
)
def test_what_is_daily_and_weekly_liquid(held: Holding, is_daily: bool, is_weekly: bool) -> None:
    """Tuesday the 10th: one business day is the 11th, five the 17th."""
    assert row("MMF_DLA", PRIME, held).actual == int(is_daily)
    assert row("MMF_WLA", PRIME, held).actual == int(is_weekly)


def test_business_days_leave_out_holidays() -> None:
    held = lot("a", days=2)
    assert row("MMF_DLA", PRIME, held, holidays=[after(1)]).actual == 1
    assert row("MMF_DLA", PRIME, held).actual == 0


def test_affiliates_are_one_issuer() -> None:
    parts = [
        lot("a", 300, issuer_id="SUB-1", issuer_parent_id="MID", **TODAY),
        lot("b", 300, issuer_id="MID", issuer_parent_id="TOP", **TODAY),
        lot("c", 300, issuer_id="TOP", **TODAY),
    ]
    verdict = row("MMF_ISSUER", PRIME, *book_of(*parts, lot("d", 500)))
    assert (verdict.actual, verdict.detail) == (D("0.09"), "within 3 business days of its purchase: TOP")
    ring = [replace(p, issuer_parent_id="SUB-1") if p.holding_id == "c" else p for p in parts]
    assert row("MMF_ISSUER", PRIME, *book_of(*ring)).actual == D("0.09")


def test_what_is_no_claim_on_an_issuer() -> None:
    out = [treasury(value=3000), repo(value=3000), lot("units", 1000, None, instrument_type="FUND_UNIT")]
    assert row("MMF_ISSUER", PRIME, *book_of(*out)).outcome == "NOT_APPLICABLE"
    counted = row("MMF_ISSUER", PRIME, *book_of(repo(value=3000, repo_collateral="OTHER")))
    assert (counted.outcome, counted.actual) == ("BREACHED", D("0.3"))


@pytest.mark.parametrize(
    ("lots", "outcome"),
    [
        ([("a", 2500, 0)], "EXCEPTED"),
        ([("a", 2501, 0)], "BREACHED"),
        ([("a", 600, -5)], "EXCEPTED"),  # bought on Thursday the 5th, three business days before Tuesday
        ([("a", 600, -6)], "PASSIVE"),  # the fourth day: without a row of yesterday it is a fall
        ([("a", 500, -60), ("a", 1000, 0)], "EXCEPTED"),
        ([("a", 501, -60), ("a", 1000, 0)], "BREACHED"),  # it was over the limit already
        ([("a", 600, 0), ("b", 600, 0)], "BREACHED"),  # one issuer at a time
    ],
)
def test_one_issuer_may_exceed_for_three_business_days(lots: list[tuple[str, int, int]], outcome: str) -> None:
    held = [
        lot(f"{issuer}{place}", value, issuer_id=issuer, purchase_date=after(bought))
        for place, (issuer, value, bought) in enumerate(lots)
    ]
    verdict = row("MMF_ISSUER", PRIME, *book_of(*held))
    assert (verdict.outcome, verdict.passed) == (outcome, outcome != "BREACHED")


def test_an_exception_ends_in_a_breach() -> None:
    before = check(PRIME, book_of(lot("a", 600, **TODAY)), DAY)
    verdict = row("MMF_ISSUER", PRIME, *book_of(lot("a", 600, purchase_date=after(-6))), previous=before)
    assert (verdict.outcome, verdict.subjects) == ("BREACHED", ("ISSUER-a",))


def test_baskets_of_tax_exempt_funds() -> None:
    """15 % of the fund beyond 10 % of a guarantor; 25 % of a single-state fund beyond 5 % of issuers."""
    backed = [lot(n, 500, guarantor_id="G", **TODAY) for n in "abcde"]
    assert row("MMF_GUARANTOR", MUNI, *book_of(*backed)).outcome == "PASSED"
    more = book_of(*backed, lot("f", 1, guarantor_id="G", **TODAY))
    assert row("MMF_GUARANTOR", MUNI, *more).outcome == "BREACHED"
    assert row("MMF_GUARANTOR", PRIME, *book_of(*backed)).outcome == "BREACHED"
    state = replace(MUNI, is_single_state=True)
    issuers = [lot("a", 1750, **TODAY), lot("b", 1750, **TODAY)]
    assert row("MMF_ISSUER", state, *book_of(*issuers)).outcome == "PASSED"
    assert row("MMF_ISSUER", MUNI, *book_of(*issuers)).outcome == "BREACHED"
    assert row("MMF_ISSUER", state, *book_of(*issuers, lot("c", 501, **TODAY))).outcome == "BREACHED"


def test_a_government_fund_counts_repo_by_its_collateral() -> None:
    assert row("MMF_GOV995", fund(), repo(), treasury()).actual == 1
    assert row("MMF_GOV995", fund(), repo(repo_collateral="OTHER"), treasury()).actual == D("0.5")
    assert row("MMF_GOV995", fund(), repo(repo_collateral=None)).reason == "MISSING_TERMS"
    assert row("MMF_GOV995", PRIME, repo()).outcome == "NOT_APPLICABLE"


def test_notice_of_daily_liquid_assets() -> None:
    """12.49 % daily beside 62 % weekly: the daily figure is the one to report."""
    held = book_of(agency("a", 3751), agency("n", 5000, instrument_type="DISCOUNT_NOTE"))
    verdict = row("MMF_NOTICE_LIQ", PRIME, *held)
    assert (verdict.outcome, verdict.actual, verdict.limit) == ("BREACHED", D("0.1249"), D("0.125"))


@pytest.mark.parametrize(
    ("redeemed", "outcome"), [("500", "PASSED"), ("500.01", "BREACHED"), ("-100", "PASSED"), (None, "NOT_EVALUATED")]
)
def test_redemptions_that_call_for_a_fee(redeemed: str | None, outcome: str) -> None:
    of = replace(PRIME, net_redemptions=None if redeemed is None else D(redeemed))
    assert row("MMF_FEE_MANDATORY", of, cash(10_000)).outcome == outcome


@pytest.mark.parametrize(("rate", "outcome"), [("0.02", "PASSED"), ("0.0201", "BREACHED"), (None, "NOT_APPLICABLE")])
def test_cap_of_the_discretionary_fee(rate: str | None, outcome: str) -> None:
    of = replace(PRIME, discretionary_fee_rate=None if rate is None else D(rate))
    assert row("MMF_FEE_DISCRETIONARY", of, cash()).outcome == outcome
    assert row("MMF_FEE_DISCRETIONARY", replace(of, fund_type="GOVERNMENT"), cash()).outcome == "NOT_APPLICABLE"
