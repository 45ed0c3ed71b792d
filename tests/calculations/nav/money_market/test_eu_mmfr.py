"""Each rule of Regulation (EU) 2017/1131 at its limit and just past it. Source: nav 4.2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from calculations.nav.money_market import Holding, MoneyMarketFund
from tests.calculations.nav.money_market.books import DAY, D, after, fund, lot, repo, row, treasury
from tests.calculations.nav.money_market.test_us_2a7 import book_of

CNAV, LVNAV, SHORT, STANDARD = (fund(t) for t in ("PUBLIC_DEBT_CNAV", "LVNAV", "VNAV_SHORT", "VNAV_STANDARD"))
TODAY: dict[str, Any] = {"purchase_date": DAY}
UNITS: dict[str, Any] = {"instrument_type": "FUND_UNIT", "holding_type": "FUND_UNITS", "redemption_days": 1}
BANK: dict[str, Any] = {"instrument_type": "DEPOSIT", "issuer_id": "BANK"}
RESETS: dict[str, Any] = {"coupon_kind": "VARIABLE", "next_reset_date": after(397)}

AT_LIMIT: dict[str, tuple[str, MoneyMarketFund, tuple[Holding, ...], tuple[Holding, ...]]] = {
    "397 days": ("MMF_MATURITY", SHORT, book_of(lot("a", days=397)), book_of(lot("a", days=398))),
    # two years from 2026-03-10 are 731 days, for 2028 is a leap year
    "two years": ("MMF_MATURITY", STANDARD, book_of(lot("a", days=731)), book_of(lot("a", days=732))),
    "resets of long paper": (
        "MMF_RESET",
        STANDARD,
        book_of(lot("a", days=700, **RESETS)),
        book_of(lot("a", days=700, **{**RESETS, "next_reset_date": after(398)})),
    ),
    "long fixed paper": ("MMF_RESET", STANDARD, book_of(lot("a", days=700, **RESETS)), book_of(lot("a", days=400))),
    "WAM short": ("MMF_WAM", LVNAV, book_of(lot("a", days=60)), book_of(lot("a", days=61))),
    # six months from 2026-03-10 are 184 days, twelve are 365
    "WAM standard": ("MMF_WAM", STANDARD, book_of(lot("a", days=184)), book_of(lot("a", days=185))),
    "WAL short": ("MMF_WAL", LVNAV, book_of(lot("a", days=120)), book_of(lot("a", days=121))),
    "WAL standard": ("MMF_WAL", STANDARD, book_of(lot("a", days=365)), book_of(lot("a", days=366))),
    "daily LVNAV": ("MMF_DLA", LVNAV, book_of(lot("a", 9000, **TODAY)), book_of(lot("a", 9001, **TODAY))),
    "daily VNAV": ("MMF_DLA", SHORT, book_of(lot("a", 9250, **TODAY)), book_of(lot("a", 9251, **TODAY))),
    "weekly LVNAV": ("MMF_WLA", LVNAV, book_of(lot("a", 7000, **TODAY)), book_of(lot("a", 7001, **TODAY))),
    "weekly VNAV": ("MMF_WLA", STANDARD, book_of(lot("a", 8500, **TODAY)), book_of(lot("a", 8501, **TODAY))),
    "issuer LVNAV": ("MMF_ISSUER", LVNAV, book_of(lot("a", 500)), book_of(lot("a", 501))),
    "issuer VNAV": ("MMF_ISSUER", SHORT, book_of(lot("a", 1000)), book_of(lot("a", 1001))),
    "issuers above 5 %": (
        "MMF_ISSUERS_ABOVE",
        SHORT,
        book_of(*(lot(n, 1000) for n in "abcd"), lot("e", 500)),
        book_of(*(lot(n, 1000) for n in "abcd"), lot("e", 501)),
    ),
    "deposits": ("MMF_DEPOSIT", LVNAV, book_of(lot("a", 1000, **BANK)), book_of(lot("a", 1001, **BANK))),
    "reverse repo": ("MMF_REVERSE_REPO", LVNAV, book_of(repo("a", 1500)), book_of(repo("a", 1501))),
    "units of a fund": ("MMF_FUND_UNITS", LVNAV, book_of(lot("a", 500, **UNITS)), book_of(lot("a", 501, **UNITS))),
    "units of all funds": (
        "MMF_FUND_UNITS_TOTAL",
        LVNAV,
        book_of(*(lot(n, 437, **UNITS) for n in "abcd"), lot("e", 2, **UNITS)),
        book_of(*(lot(n, 437, **UNITS) for n in "abcd"), lot("e", 3, **UNITS)),
    ),
    "issues of public debt": (
        "MMF_PUBLIC_DEBT_ISSUES",
        CNAV,
        book_of(*(treasury(n, 1000, issuer_id="STATE") for n in "abcdef")),
        book_of(*(treasury(n, 1000, issuer_id="STATE") for n in "abcde")),
    ),
    "one issue of public debt": (
        "MMF_PUBLIC_DEBT_ISSUE",
        CNAV,
        book_of(treasury("a", 1500), treasury("b", 1500, instrument_id="a")),
        book_of(treasury("a", 1500), treasury("b", 1501, instrument_id="a")),
    ),
    "public debt fund": ("MMF_GOV995", CNAV, book_of(lot("a", 50)), book_of(lot("a", 51))),
    "75 days at amortised cost": (
        "MMF_AMORTISED_DAYS",
        LVNAV,
        book_of(lot("a", days=75, is_at_amortised_cost=True)),
        book_of(lot("a", days=76, is_at_amortised_cost=True)),
    ),
    "10 bp from market": (
        "MMF_AMORTISED_DEVIATION",
        LVNAV,
        book_of(lot("a", 10_000, amortised_cost=D(10_010), is_at_amortised_cost=True), of=20_000),
        book_of(lot("a", 10_000, amortised_cost=D(9_989), is_at_amortised_cost=True), of=20_000),
    ),
    "10 % weekly": (
        "MMF_LIQUIDITY_MUST",
        LVNAV,
        book_of(lot("a", 9000)),
        book_of(lot("a", 9001)),
    ),
}


@pytest.mark.parametrize("name", AT_LIMIT)
def test_a_limit_is_met_and_one_past_it_is_not(name: str) -> None:
    rule_code, of, at_limit, past = AT_LIMIT[name]
    assert (row(rule_code, of, *at_limit).outcome, row(rule_code, of, *past).outcome) == ("PASSED", "BREACHED")


def test_public_debt_adds_up_to_17_5_percent_of_weekly_liquid_assets() -> None:
    liquid: dict[str, Any] = {"is_highly_liquid": True}
    held = [treasury("a", 1750, 190, **liquid), lot("b", 7000)]
    assert row("MMF_WLA", LVNAV, *book_of(*held)).actual == D("0.30")  # 12.5 % cash and all of the bills
    more = [treasury("a", 1751, 190, **liquid), lot("b", 7000)]
    assert row("MMF_WLA", LVNAV, *book_of(*more)).actual == D("0.2999")
    assert row("MMF_WLA", LVNAV, *book_of(treasury("a", 1750, 191, **liquid))).actual == D("0.825")
    assert row("MMF_WLA", LVNAV, *book_of(treasury("a", 1750, 190))).actual == D("0.825")
    assert row("MMF_WLA", LVNAV, *book_of(lot("a", 1750, 190, **liquid))).actual == D("0.825")


def test_instruments_and_units_add_up_to_7_5_percent_for_a_variable_nav() -> None:
    held = book_of(lot("a", 500, is_highly_liquid=True), lot("u", 500, **UNITS, is_highly_liquid=True), lot("b", 8000))
    assert row("MMF_WLA", SHORT, *held).actual == D("0.175")


def test_daily_liquid_assets_are_not_all_treasuries() -> None:
    assert row("MMF_DLA", LVNAV, treasury(days=30)).actual == 0
    assert row("MMF_DLA", LVNAV, repo(days=None, demand_notice_days=1)).actual == 1


@pytest.mark.parametrize(
    ("gap", "outcome"), [("20", "PASSED"), ("-20", "PASSED"), ("20.01", "BREACHED"), ("-20.01", "BREACHED")]
)
def test_a_low_volatility_fund_stays_within_20_bp(gap: str, outcome: str) -> None:
    held = replace(book_of()[0], market_value=D(1000) + D(gap) / 10)
    assert row("MMF_LVNAV_20", LVNAV, held).outcome == outcome
    assert row("MMF_LVNAV_20", SHORT, held).outcome == "NOT_APPLICABLE"


@pytest.mark.parametrize(
    ("illiquid", "redeemed", "outcome"),
    [
        (7000, None, "PASSED"),
        (7001, "1000", "NOT_APPLICABLE"),
        (7001, "1000.01", "BREACHED"),
        (7001, None, "NOT_EVALUATED"),
    ],
)
def test_the_board_considers_a_fee_when_both_levels_are_passed(
    illiquid: int, redeemed: str | None, outcome: str
) -> None:
    of = replace(LVNAV, net_redemptions=None if redeemed is None else D(redeemed))
    assert row("MMF_LIQUIDITY_CONSIDER", of, *book_of(lot("a", illiquid))).outcome == outcome


def test_banks_and_repo_are_no_issuers_of_paper() -> None:
    held = book_of(lot("a", 900, **BANK), repo("r", 1400, repo_collateral="OTHER"), treasury("t", 3000))
    assert row("MMF_ISSUER", LVNAV, *held).outcome == "NOT_APPLICABLE"
