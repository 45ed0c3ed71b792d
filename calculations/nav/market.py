"""What all products of an organisation share at a strike: instruments, dividends, prices, rates, calendars. No valuing.

Rows are mappings by the field names of the input contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from calculations.nav.rates import KnownRates
from calculations.nav.receivables import CashDividend
from calculations.nav.series import Series
from calculations.nav.terms import Policy, Price, Rate
from calculations.nav.valuation_point import ValuationPoint

Row = Mapping[str, Any]
PriceSeries = tuple[str, str, str]  # instrument, price type, source
RateSeries = tuple[str, str, str]  # base currency, quote currency, source

DEFAULT_CUTOFF = "17:00 UTC"
DEFAULT_CALENDAR = "US"


@dataclass(frozen=True)
class Market:
    """What all products of an organisation share: instruments and dividends by instrument, prices, rates, holidays."""

    instruments: Mapping[str, Row]
    dividends: Mapping[str, Sequence[CashDividend]]
    prices: Series[Price, PriceSeries]
    rates: Series[Rate, RateSeries]
    holidays: Mapping[str, frozenset[dt.date]]
    policy: Policy

    def prices_at(self, instruments: Collection[str], point: ValuationPoint) -> list[Price]:
        """Prices of the instruments, each named once, that can matter at the point."""
        names = [name for instrument in instruments for name in self._price_series.get(instrument, ())]
        return list(self.prices.until(names, point.cutoff))

    def instants_priced(self, instrument: str) -> list[dt.datetime]:
        """When the instrument was priced, by any source, instants rising, each once."""
        names = self._price_series.get(instrument, ())
        return sorted({instant for name in names for instant in self.prices.series[name][0]})

    @cached_property
    def _price_series(self) -> Mapping[str, Sequence[PriceSeries]]:
        """The names of the series of each instrument."""
        found: dict[str, list[PriceSeries]] = {}
        for name in self.prices.series:
            found.setdefault(name[0], []).append(name)
        return found

    def rates_at(self, point: ValuationPoint) -> KnownRates:
        """Exchange rates that can matter at the point; the same ones for every product that is struck then."""
        # instants are equal whatever their zone, but the zone says which day they are of
        key = (point, str(point.cutoff.tzinfo))
        known = self._known_rates.get(key)
        if known is None:
            known = self._known_rates[key] = KnownRates(self.rates.until(self.rates.series, point.cutoff))
        return known

    @cached_property
    def points(self) -> dict[tuple[dt.date, str | None, str | None], ValuationPoint]:
        """Valuation points already made, by day, cut-off and calendar as products state them."""
        return {}

    @cached_property
    def _known_rates(self) -> dict[tuple[ValuationPoint, str], KnownRates]:
        return {}


def price_series(prices: Iterable[Price]) -> Series[Price, PriceSeries]:
    """Prices by instrument, type and source; one that may expire or be thin leaves the one before it in play."""
    return Series(
        prices,
        lambda price: (price.instrument_id, price.price_type, price.source),
        lambda price: _instant(price.as_of),
        lambda price: price.valid_until is None and price.price_type not in ("BROKER", "OVERRIDE"),
    )


def rate_series(rates: Iterable[Rate]) -> Series[Rate, RateSeries]:
    """Rates by pair and source."""
    return Series(
        rates, lambda rate: (rate.base_currency, rate.quote_currency, rate.source), lambda rate: _instant(rate.as_of)
    )


def valuation_point(product: Row, day: dt.date, market: Market) -> ValuationPoint:
    """The product's cut-off and calendar on a day; one point for all products that share them."""
    key = (day, product["valuation_cutoff"], product["valuation_calendar"])
    point = market.points.get(key)
    if point is None:
        point = market.points[key] = _point(product, day, market)
    return point


def _point(product: Row, day: dt.date, market: Market) -> ValuationPoint:
    clock, zone = (product["valuation_cutoff"] or DEFAULT_CUTOFF).split(" ", 1)
    cutoff = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(zone))
    return ValuationPoint(
        day, cutoff, market.holidays.get(product["valuation_calendar"] or DEFAULT_CALENDAR, frozenset())
    )


def _instant(as_of: dt.date | dt.datetime) -> dt.datetime:
    assert isinstance(as_of, dt.datetime)
    return as_of
