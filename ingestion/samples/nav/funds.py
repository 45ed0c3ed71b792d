"""The year of one daily fund: positions, orders, fees and the NAV history that follows from them. Money market funds do not belong here.

The NAV is reckoned here by a plain day-by-day book, on purpose apart from the strike, so that the two can be compared:
net assets = positions + cash + dividends receivable + priced orders outstanding - fees accrued. Source: nav 2 (M-FUND), 3.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np

from ingestion.samples.nav.class_book import ClassBook
from ingestion.samples.nav.days import AS_OF, OPENING, after, middles, month_ends, valuation_days
from ingestion.samples.nav.market import SPLIT_DAY, SPLIT_INSTRUMENT, SPLIT_RATIO, Market
from ingestion.samples.nav.money import ZERO, cents, decimal, rounded
from ingestion.samples.nav.portfolio import Portfolio
from ingestion.samples.nav.terms import Dividend, FundTerms, Year, load_dividends

FUND_STREAM = 310
ORDER_LEAD = 3
CASH_BAND = (Decimal("0.005"), Decimal("0.03"))
CASH_TARGET = Decimal("0.015")


def cash_days() -> tuple[dt.date, ...]:
    """The days on which a daily fund's cash and quantities move: month ends and the middles of months.

    It lists its positions on every valuation day: what nobody listed is not struck, whatever was held before.
    """
    return tuple(sorted({*month_ends(), *middles()}))


def order_days() -> dict[dt.date, dt.date]:
    """Days on which orders are priced, with the day on which they settle: the next cash day, three business days later."""
    priced = {after(day, -ORDER_LEAD): day for day in cash_days() if day > OPENING}
    # The last orders of the year are priced and not yet settled when the workbook is sent.
    return priced | {after(AS_OF, -1): after(AS_OF, ORDER_LEAD)}


def live_fund(terms: FundTerms, market: Market, seed: int, place: int) -> Year:
    """A fund's year; the same seed gives the same rows. `place` tells funds apart in the random stream."""
    rng = np.random.default_rng([seed, FUND_STREAM, place])
    year = Year()
    portfolio = _opened(terms, market)
    book = ClassBook(terms, market, portfolio.value(OPENING))
    dividends = load_dividends(cash_days())
    settles = order_days()
    held_at_ex: dict[Dividend, Decimal] = {}
    for day in valuation_days():
        if day == SPLIT_DAY:
            portfolio.split(SPLIT_INSTRUMENT, SPLIT_RATIO)
        for dividend in dividends:
            if dividend.ex_date == day:
                held_at_ex[dividend] = portfolio.quantity(dividend.instrument_id)
        if day in cash_days() and day > OPENING:
            _settle(terms, market, portfolio, book, held_at_ex, day)
            _rebalance(terms, portfolio, day, rng)
        year.holdings += [*portfolio.rows(day), *book.hedge_rows(day)]
        owed = sum(
            (_in_base(terms, market, due, quantity, day) for due, quantity in held_at_ex.items() if due.pay_date > day),
            ZERO,
        )
        year.history += book.strike(portfolio.value(day) + owed, day)
        if day in settles:
            book.take_orders(day, settles[day], rng)
        year.shares |= {(each.id, day): book.shares_of(each.id) for each in terms.classes}
        if day in month_ends():
            book.open_fee_month(day)
    year.accruals += book.fee_rows()
    year.orders += book.order_rows()
    return year


def _opened(terms: FundTerms, market: Market) -> Portfolio:
    portfolio = Portfolio(terms, market, terms.assets)
    for prefix, first, last, weight in terms.picks:
        for number in range(first, last + 1):
            part = terms.assets * decimal(weight, 4) / (last - first + 1)
            portfolio.trade_towards(f"{prefix}-{number:02d}", part, OPENING)
    for name, contracts in terms.futures:
        portfolio.open_future(name, Decimal(contracts), OPENING)
    return portfolio


def _in_base(terms: FundTerms, market: Market, dividend: Dividend, quantity: Decimal, day: dt.date) -> Decimal:
    currency = market.instruments[dividend.instrument_id].currency
    return quantity * dividend.net * market.rate(currency, terms.currency, day)


def _settle(
    terms: FundTerms,
    market: Market,
    portfolio: Portfolio,
    book: ClassBook,
    held_at_ex: dict[Dividend, Decimal],
    day: dt.date,
) -> None:
    """What moves on a cash day: dividends and coupons, derivatives' results at a month end, orders, and fees in the middle."""
    for dividend, quantity in held_at_ex.items():
        if dividend.pay_date == day:
            portfolio.pay_in(cents(_in_base(terms, market, dividend, quantity, day)))
    portfolio.pay_in(portfolio.coupons(day))
    if day in month_ends():
        portfolio.realise_derivatives(day)
        book.realise_hedge(day)
    portfolio.pay_in(book.settle_orders(day))
    if day in middles():
        portfolio.pay_in(book.pay_fees(day))


def _rebalance(terms: FundTerms, portfolio: Portfolio, day: dt.date, rng: np.random.Generator) -> None:
    """Bring cash back into its band by trading a few positions."""
    value = portfolio.value(day)
    low, high = CASH_BAND
    if low <= portfolio.cash / value <= high:
        return
    excess = portfolio.cash - value * CASH_TARGET
    longs = portfolio.long_positions()
    chosen = rng.choice(len(longs), size=min(4, len(longs)), replace=False)
    for index in sorted(chosen.tolist()):
        portfolio.trade_towards(longs[index], rounded(excess / len(chosen), 2), day)
