"""The liquidity fee of rule 2a-7: what selling a pro-rata slice costs, and when redeemers are charged it. Limits of rules are not here.

Source: nav 4.1 (Liquidity fees), E-20.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.money_market.book import BPS, ZERO, Book, known, market_value
from calculations.nav.money_market.findings import redemption_share
from calculations.nav.money_market.regulation import regulation
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

MANDATORY = "MMF_FEE_MANDATORY"

Basis = Literal["SLICE_COST", "FALLBACK", "DE_MINIMIS", "NOT_TRIGGERED", "NOT_APPLICABLE"]


@dataclass(frozen=True)
class LiquidityFee:
    """`rate` is a fraction of the value redeemed, `amount` the fee on the day's net redemptions.

    Both are zero where none is due, as `basis` says: DE_MINIMIS below one basis point, NOT_TRIGGERED, NOT_APPLICABLE to
    the type of fund. FALLBACK: costs cannot be estimated. `slice_rate` is None where they cannot or need not be.
    """

    basis: Basis
    rate: Decimal
    amount: Decimal
    redemption_share: Decimal | None
    slice_rate: Decimal | None


def slice_cost(book: Book) -> Decimal:
    """Cost of selling a pro-rata slice of everything, a fraction of its value: each lot's costs weighted by market value
    over net assets; cash costs nothing. Raises MISSING_VALUE where a cost is not known, DOMAIN for no net assets.
    """
    net_assets = book.net_assets(market_value)
    if net_assets <= 0:
        raise Unavailable("DOMAIN", f"{book.fund.product_id}: net assets must be > 0, found {net_assets}")
    costs = ZERO
    with precise():
        for holding in book.owned():
            if holding.has_life:
                cost = known(holding.liquidity_cost_bps, f"liquidity cost of {holding.holding_id}")
                if cost < 0:
                    raise Unavailable("DOMAIN", f"{holding.holding_id}: liquidity cost must be >= 0, found {cost}")
                costs += market_value(holding) * cost
        return costs / BPS / net_assets


def mandatory_liquidity_fee(
    fund: MoneyMarketFund, holdings: Iterable[Holding], day: dt.date, holidays: Collection[dt.date] = ()
) -> LiquidityFee:
    """The fee that the day's net redemptions owe.

    Raises Unavailable where assets, liabilities or redemptions are not known; costs that are not make it the fallback.
    """
    rule = next((rule for rule in regulation(fund.regime).rules if rule.rule_code == MANDATORY), None)
    limit = rule.limit_for(fund.fund_type) if rule else None
    if limit is None:
        return LiquidityFee("NOT_APPLICABLE", ZERO, ZERO, None, None)
    terms = regulation(fund.regime).definitions
    assert terms.fee_de_minimis is not None
    assert terms.fee_fallback is not None
    book = Book.of(fund, holdings, day, holidays)
    redeemed = redemption_share(book)
    if redeemed <= limit.value:
        return LiquidityFee("NOT_TRIGGERED", ZERO, ZERO, redeemed, None)
    amount = known(fund.net_redemptions, "net redemptions of the day")
    try:
        rate = slice_cost(book)
    except Unavailable:
        with precise():
            return LiquidityFee("FALLBACK", terms.fee_fallback, amount * terms.fee_fallback, redeemed, None)
    if rate < terms.fee_de_minimis:
        return LiquidityFee("DE_MINIMIS", ZERO, ZERO, redeemed, rate)
    with precise():
        return LiquidityFee("SLICE_COST", rate, amount * rate, redeemed, rate)
