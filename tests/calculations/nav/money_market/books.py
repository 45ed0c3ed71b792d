"""Money market funds and holdings of the tests: the book of E-20 and short ways to write others. No expected values."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from calculations.nav.money_market import Compliance, Holding, MoneyMarketFund, check
from calculations.nav.numbers import precise

D = Decimal
DAY = dt.date(2026, 3, 10)  # a Tuesday


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def fund(fund_type: str = "GOVERNMENT", **changes: Any) -> MoneyMarketFund:
    regime = "EU_MMFR" if fund_type in ("PUBLIC_DEBT_CNAV", "LVNAV", "VNAV_SHORT", "VNAV_STANDARD") else "US_2A7"
    stated: dict[str, Any] = {
        "product_id": "fund",
        "regime": regime,
        "fund_type": fund_type,
        "shares_outstanding": D(1000),
        "liabilities": D(0),
        "other_assets": D(0),
        "stable_nav": D("1.0000"),
    }
    return MoneyMarketFund(**{**stated, **changes})


def lot(name: str, value: str | int | None = 100, days: int | None = 30, **changes: Any) -> Holding:
    """Fixed-rate paper of an issuer of its own, bought long ago."""
    stated: dict[str, Any] = {
        "holding_id": name,
        "instrument_id": name,
        "holding_type": "COMMERCIAL_PAPER",
        "instrument_type": "CP",
        "market_value": None if value is None else D(value),
        "amortised_cost": None if value is None else D(value),
        "issuer_id": f"ISSUER-{name}",
        "coupon_kind": "ZERO",
        "final_maturity_date": None if days is None else after(days),
        "purchase_date": after(-30),
    }
    return Holding(**{**stated, **changes})


def treasury(name: str = "BILL", value: str | int = 100, days: int | None = 30, **changes: Any) -> Holding:
    terms = {"holding_type": "GOVERNMENT_SECURITIES", "instrument_type": "BILL", "is_government": True}
    return lot(name, value, days, **{**terms, **changes})


def agency(name: str = "AGENCY", value: str | int = 100, days: int | None = 30, **changes: Any) -> Holding:
    terms = {"holding_type": "AGENCY", "instrument_type": "BOND", "is_government": True}
    return lot(name, value, days, **{**terms, **changes})


def repo(name: str = "REPO", value: str | int = 100, days: int | None = 1, **changes: Any) -> Holding:
    terms = {"holding_type": "REPO", "instrument_type": "REPO", "repo_collateral": "GOVERNMENT", "purchase_date": DAY}
    return lot(name, value, days, **{**terms, **changes})


def cash(value: str | int = 100) -> Holding:
    return Holding("CASH", "CASH-USD", "CASH", "CASH", D(value))


def row(rule_code: str, of: MoneyMarketFund, *holdings: Holding, **given: Any) -> Compliance:
    return next(each for each in check(of, holdings, DAY, **given) if each.rule_code == rule_code)


def rounded(value: Decimal | None, digits: int) -> Decimal:
    """Half up; to be compared with a figure that a specification states to so many decimals."""
    assert value is not None
    with precise():
        return value.quantize(Decimal(1).scaleb(-digits))


# E-20: amortised cost, market value, days of WAM and of WAL come from the terms here, cost of selling in bp.
E20_FUND = fund(shares_outstanding=D(302_100_000), liabilities=D(388_600), net_redemptions=D(19_800_000))
E20 = (
    treasury("BILL-28", 59_793_900, 28, amortised_cost=D(59_795_200), liquidity_cost_bps=D("0.5")),
    treasury("BILL-91", 44_519_150, 91, amortised_cost=D(44_523_800), liquidity_cost_bps=D(1)),
    repo("REPO", 90_000_000, liquidity_cost_bps=D(0)),
    agency(
        "NOTE", 29_836_900, 45, instrument_type="DISCOUNT_NOTE", amortised_cost=D(29_838_000), liquidity_cost_bps=D("1.5")
    ),
    agency(
        "FLOATER", 25_006_500, 320, coupon_kind="FLOATER", amortised_cost=D(25_000_000), liquidity_cost_bps=D(3)
    ),
    lot("CP-B", 13_895_100, 60, issuer_id="BANK-B", amortised_cost=D(13_897_500), liquidity_cost_bps=D(6)),
    lot(
        "CD-C", 11_991_600, 180, issuer_id="BANK-C", instrument_type="CD", amortised_cost=D(12_000_000),
        liquidity_cost_bps=D(11),
    ),
    lot(
        "VRDN", 13_000_000, 3650, issuer_id="CITY", instrument_type="VRDN", coupon_kind="VARIABLE",
        next_reset_date=after(7), demand_notice_days=7, liquidity_cost_bps=D(0),
    ),
    lot(
        "CP-F", 9_998_200, 210, issuer_id="CORP-F", coupon_kind="VARIABLE", next_reset_date=after(12),
        amortised_cost=D(10_000_000), liquidity_cost_bps=D(7),
    ),
    cash(4_500_000),
)  # fmt: skip


def prime(of: MoneyMarketFund) -> MoneyMarketFund:
    return replace(of, fund_type="INSTITUTIONAL_PRIME")
