"""The figures of a money market fund on a day: `measures`, each known or with the reason why not. Limits do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.money_market.book import Book, amortised_value, market_value
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.results import Reason, Unavailable


@dataclass(frozen=True)
class Measure:
    """A figure, unrounded; None with the `reason`."""

    value: Decimal | None
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True)
class Measures:
    """Days for `wam` and `wal`, fractions of total assets for the liquid shares, NAVs a share, `deviation_bps` signed."""

    total_assets: Measure
    net_assets: Measure
    wam: Measure
    wal: Measure
    daily_liquid: Measure
    weekly_liquid: Measure
    amortised_nav: Measure
    market_nav: Measure
    deviation_bps: Measure


def measures(
    fund: MoneyMarketFund, holdings: Iterable[Holding], day: dt.date, holidays: Collection[dt.date] = ()
) -> Measures:
    """Every figure of the fund on its complete list of holdings of `day`. Raises ValueError for floats. Source: nav 4."""
    book = Book.of(fund, holdings, day, holidays)
    return Measures(
        total_assets=measured(book.total_assets),
        net_assets=measured(lambda: book.net_assets(market_value)),
        wam=measured(book.wam),
        wal=measured(book.wal),
        daily_liquid=measured(book.daily_liquid),
        weekly_liquid=measured(book.weekly_liquid),
        amortised_nav=measured(lambda: book.nav_per_share(amortised_value)),
        market_nav=measured(lambda: book.nav_per_share(market_value)),
        deviation_bps=measured(book.deviation_bps),
    )


def measured(figure: Callable[[], Decimal]) -> Measure:
    """The figure, or the reason why it cannot be had."""
    try:
        return Measure(figure())
    except Unavailable as unknown:
        return Measure(None, unknown.reason, unknown.detail)
