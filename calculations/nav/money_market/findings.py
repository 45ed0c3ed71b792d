"""What every other rule looks at: lives, liquidity, valuation at amortised cost, the shadow price, redemptions. No verdicts.

Source: nav 4.1, 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from calculations.nav.money_market import concentration
from calculations.nav.money_market.book import BPS, Book, amortised_value, known, market_value
from calculations.nav.money_market.finding import Finding, by_lot
from calculations.nav.money_market.maturities import days_to_reset, residual_days, wal_days
from calculations.nav.money_market.regulation import MeasureName, Rule
from calculations.nav.money_market.terms import Holding
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

Measure = Callable[[Book, Rule, Decimal], Finding]


def _longest(book: Book, days: Callable[[Holding], int], chosen: Callable[[Holding], bool]) -> Finding:
    lives = [(days(holding), holding.holding_id) for holding in book.owned() if chosen(holding)]
    if not lives:
        return Finding(None, "none held")
    longest, lot = max(lives)
    return Finding(Decimal(longest), lot)


def _residual(book: Book, rule: Rule, limit: Decimal) -> Finding:
    def days(holding: Holding) -> int:
        return residual_days(holding, book.day, book.fund.regime)

    return _longest(book, days, lambda holding: holding.has_life)


def _reset(book: Book, rule: Rule, limit: Decimal) -> Finding:
    def is_long(holding: Holding) -> bool:
        return holding.is_security and wal_days(holding, book.day, book.fund.regime) > book.terms.short_term_days

    return _longest(book, lambda holding: days_to_reset(holding, book.day), is_long)


def _wam(book: Book, rule: Rule, limit: Decimal) -> Finding:
    return Finding(book.wam())


def _wal(book: Book, rule: Rule, limit: Decimal) -> Finding:
    return Finding(book.wal())


def _daily(book: Book, rule: Rule, limit: Decimal) -> Finding:
    offenders = [h for h in book.owned() if not h.is_receivable and not book.is_daily_liquid(h)]
    return Finding(book.daily_liquid(), offenders=by_lot(offenders))


def _weekly(book: Book, rule: Rule, limit: Decimal) -> Finding:
    def is_liquid(holding: Holding) -> bool:
        return book.is_weekly_liquid(holding) or book.may_add_to_weekly(holding)

    offenders = [h for h in book.owned() if not h.is_receivable and not is_liquid(h)]
    return Finding(book.weekly_liquid(), offenders=by_lot(offenders))


def _illiquid(book: Book, rule: Rule, limit: Decimal) -> Finding:
    illiquid = [holding for holding in book.owned() if holding.is_illiquid]
    return Finding(book.share(illiquid), ", ".join(h.holding_id for h in illiquid), by_lot(illiquid))


def _government(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """Cash, government securities and repo that they collateralise fully."""

    def counts(holding: Holding) -> bool:
        if holding.is_repo:
            return holding.repo_collateral == "GOVERNMENT"
        return holding.is_cash or holding.is_government_security(book.fund.regime)

    unstated = [h.holding_id for h in book.owned() if h.is_repo and h.repo_collateral is None]
    if unstated:
        raise Unavailable("MISSING_TERMS", f"{unstated[0]}: expected the collateral of a repo, found none")
    return Finding(book.share(holding for holding in book.owned() if counts(holding)))


def _amortised_days(book: Book, rule: Rule, limit: Decimal) -> Finding:
    def days(holding: Holding) -> int:
        return wal_days(holding, book.day, book.fund.regime)

    return _longest(book, days, lambda holding: holding.has_life and holding.is_at_amortised_cost)


def _amortised_deviation(book: Book, rule: Rule, limit: Decimal) -> Finding:
    gaps = []
    for holding in book.owned():
        if holding.has_life and holding.is_at_amortised_cost:
            with precise():
                gaps.append((abs(amortised_value(holding) / market_value(holding) - 1) * BPS, holding.holding_id))
    if not gaps:
        return Finding(None, "nothing is valued at amortised cost")
    widest, lot = max(gaps)
    return Finding(widest, lot)


def _shadow(book: Book, rule: Rule, limit: Decimal) -> Finding:
    deviation = book.deviation_bps()
    return Finding(abs(deviation), f"{'below' if deviation < 0 else 'above'} the stable price")


def _market_nav(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """Of a stable price of 1.0000; a share of another price is taken as the fraction of it."""
    with precise():
        return Finding(book.nav_per_share(market_value) / book.stable_price())


def _notice(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """Weekly liquid assets, or daily ones where those are the closer to their own minimum."""
    assert rule.daily_minimum is not None
    weekly, daily = book.weekly_liquid(), book.daily_liquid()
    with precise():
        is_daily_closer = daily * limit < weekly * rule.daily_minimum
    if is_daily_closer:
        return Finding(daily, "daily liquid assets", limit=rule.daily_minimum)
    return Finding(weekly, "weekly liquid assets")


def redemption_share(book: Book) -> Decimal:
    """The day's net redemptions over net assets at market value. Raises MISSING_VALUE, DOMAIN for none to redeem."""
    net_assets = book.net_assets(market_value)
    if net_assets <= 0:
        raise Unavailable("DOMAIN", f"{book.fund.product_id}: net assets must be > 0, found {net_assets}")
    with precise():
        return known(book.fund.net_redemptions, "net redemptions of the day") / net_assets


def _redemptions(book: Book, rule: Rule, limit: Decimal) -> Finding:
    return Finding(redemption_share(book))


def _procedure(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """Weekly liquid assets; a low share alone does not start a procedure that wants large redemptions beside it."""
    weekly = book.weekly_liquid()
    if rule.redemptions_above is None or weekly >= limit:
        return Finding(weekly)
    redeemed = redemption_share(book)
    if redeemed > rule.redemptions_above:
        return Finding(weekly, f"net redemptions {redeemed:.6f} of net assets")
    return Finding(None, f"weekly liquid assets {weekly:.6f}, net redemptions {redeemed:.6f}: the board need not act")


def _discretionary_fee(book: Book, rule: Rule, limit: Decimal) -> Finding:
    rate = book.fund.discretionary_fee_rate
    return Finding(rate, "" if rate is not None else "the board charges no fee")


MEASURES: Mapping[MeasureName, Measure] = {
    "residual_days": _residual,
    "reset_days": _reset,
    "wam": _wam,
    "wal": _wal,
    "daily_liquid": _daily,
    "weekly_liquid": _weekly,
    "illiquid": _illiquid,
    "government_share": _government,
    "issuer_share": concentration.issuer_share,
    "issuers_above": concentration.issuers_above,
    "guarantor_share": concentration.guarantor_share,
    "deposit_share": concentration.deposit_share,
    "repo_share": concentration.repo_share,
    "fund_units_share": concentration.fund_units_share,
    "fund_units_total": concentration.fund_units_total,
    "public_debt_issues": concentration.public_debt_issues,
    "public_debt_issue_share": concentration.public_debt_issue_share,
    "amortised_days": _amortised_days,
    "amortised_deviation": _amortised_deviation,
    "shadow_deviation": _shadow,
    "market_nav": _market_nav,
    "liquidity_notice": _notice,
    "liquidity_procedure": _procedure,
    "redemptions": _redemptions,
    "discretionary_fee": _discretionary_fee,
}
