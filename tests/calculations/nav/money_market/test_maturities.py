"""Days of single holdings, worked out by hand from nav 4.1 (paragraph (i)) and 4.2."""

from __future__ import annotations

from typing import Any

import pytest

from calculations.nav.money_market import Holding
from calculations.nav.money_market.maturities import residual_days, wal_days, wam_days
from calculations.nav.results import Unavailable
from tests.calculations.nav.money_market.books import DAY, after, agency, cash, lot, repo, treasury

UNITS = {"holding_type": "FUND_UNITS", "instrument_type": "FUND_UNIT"}
IN_90: dict[str, Any] = {"coupon_kind": "VARIABLE", "next_reset_date": after(90)}
FLOATS: dict[str, Any] = {"coupon_kind": "FLOATER"}

US = {  # rule: holding, days of WAM, days of WAL
    "fixed rate to maturity": (lot("a", days=200), 200, 200),
    "matures today": (lot("a", days=0), 0, 0),
    "called: to the redemption date": (lot("a", days=200, redemption_date=after(20)), 20, 20),
    "a put counts in both": (lot("a", days=700, coupon_kind="FIXED", demand_date=after(30)), 30, 30),
    "a put beyond maturity does nothing": (lot("a", days=20, demand_notice_days=30), 20, 20),
    "notice must run before the demand date": (lot("a", days=300, demand_date=after(5), demand_notice_days=7), 7, 7),
    "government floater": (agency(days=730, **FLOATS), 1, 730),
    "government variable to its reset": (agency(days=730, **IN_90), 90, 730),
    "government reset within 397 days": (agency(days=730, **{**IN_90, "next_reset_date": after(397)}), 397, 730),
    "government reset later than 397 days": (agency(days=730, **{**IN_90, "next_reset_date": after(398)}), 730, 730),
    "short-term variable to its reset": (lot("a", days=210, **IN_90), 90, 210),
    "short-term variable to an earlier demand": (lot("a", days=210, demand_notice_days=7, **IN_90), 7, 7),
    "short-term variable, last reset past maturity": (lot("a", days=60, **IN_90), 60, 60),
    "short-term floater": (lot("a", days=210, **FLOATS), 1, 210),
    "397 days are short-term": (lot("a", days=397, **FLOATS), 1, 397),
    "398 days are long-term": (lot("a", days=398, **FLOATS), 398, 398),
    "long-term variable: later of reset and demand": (lot("a", days=3650, demand_notice_days=7, **IN_90), 90, 7),
    "long-term variable: demand the later": (lot("a", days=3650, demand_date=after(120), **IN_90), 120, 120),
    "long-term floater to its demand": (lot("a", days=3650, demand_notice_days=7, **FLOATS), 7, 7),
    "long-term variable without demand": (lot("a", days=730, **IN_90), 730, 730),
    "foreign government paper is a private issuer's": (agency(days=730, issuer_country="GB", **FLOATS), 730, 730),
    "repo to its repurchase": (repo(days=3), 3, 3),
    "repo on demand to its notice": (repo(days=None, demand_notice_days=7), 7, 7),
    "term repo with an earlier demand": (repo(days=30, demand_notice_days=2), 2, 2),
    "other fund's shares to their payment": (lot("a", days=None, redemption_days=1, **UNITS), 1, 1),
}


@pytest.mark.parametrize("rule", US)
def test_shortening_under_rule_2a7(rule: str) -> None:
    holding, wam, wal = US[rule]
    assert wam_days(holding, DAY, "US_2A7") == wam
    assert wal_days(holding, DAY, "US_2A7") == wal
    assert residual_days(holding, DAY, "US_2A7") == wam


EU = {  # rule: holding, days of WAM, days of WAL
    "fixed rate to legal maturity": (treasury(days=150), 150, 150),
    "to the next reset": (lot("a", days=600, **IN_90), 90, 600),
    "a floater with a stated reset": (lot("a", days=600, coupon_kind="FLOATER", next_reset_date=after(30)), 30, 600),
    "a floater with none": (lot("a", days=600, **FLOATS), 1, 600),
    "a put does not end a life": (lot("a", days=600, demand_notice_days=7), 600, 600),
    "unless it can be relied on": (lot("a", days=600, demand_notice_days=7, can_rely_on_put=True), 7, 7),
    "reverse repo on notice": (repo(days=None, demand_notice_days=1), 1, 1),
    "deposit to its term": (lot("a", days=20, instrument_type="DEPOSIT"), 20, 20),
}


@pytest.mark.parametrize("rule", EU)
def test_lives_under_eu_rules(rule: str) -> None:
    holding, wam, wal = EU[rule]
    assert wam_days(holding, DAY, "EU_MMFR") == wam
    assert wal_days(holding, DAY, "EU_MMFR") == wal
    assert residual_days(holding, DAY, "EU_MMFR") == wal


@pytest.mark.parametrize(
    ("holding", "reason", "message"),
    [
        (lot("a", days=None), "MISSING_TERMS", "a: expected the final maturity date, found none"),
        (lot("a", days=200, coupon_kind="VARIABLE"), "MISSING_TERMS", "next reset date"),
        (agency(days=700, coupon_kind="VARIABLE"), "MISSING_TERMS", "next reset date"),
        (lot("a", coupon_kind=None, next_reset_date=after(9)), "MISSING_TERMS", "coupon kind"),
        (lot("a", days=None, **UNITS), "MISSING_TERMS", "other fund may take to pay"),
        (lot("a", days=-1), "DOMAIN", "must be on or after 2026-03-10, found 2026-03-09"),
        (lot("a", days=90, coupon_kind="VARIABLE", next_reset_date=after(-2)), "DOMAIN", "next reset date"),
        (lot("a", days=90, demand_date=after(-2)), "DOMAIN", "demand date"),
        (repo(days=None), "MISSING_TERMS", "final maturity date"),
    ],
)
def test_a_date_that_is_missing_or_past_is_an_error(holding: Holding, reason: str, message: str) -> None:
    with pytest.raises(Unavailable, match=message) as error:
        wam_days(holding, DAY, "US_2A7")
    assert error.value.reason == reason


def test_cash_has_no_life() -> None:
    assert not cash().has_life
