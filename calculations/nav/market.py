"""What all products of an organisation share at a strike: instruments, dividends, prices, rates, calendars. No valuing.

Rows are mappings by the field names of the input contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from calculations.nav.instrument_terms import InstrumentTerms
from calculations.nav.prices import PricesOf
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

    def prices_at(self, point: ValuationPoint) -> PricesOf:
        """Prices that can matter at the point; the same ones for every product that is struck then."""
        key = _key(point)
        known = self._known_prices.get(key)
        if known is None:
            known = self._known_prices[key] = PricesOf(lambda instrument: self.prices_until(instrument, point))
        return known

    def prices_until(self, instrument: str, point: ValuationPoint) -> list[Price]:
        """Prices of an instrument that can matter at the point."""
        return list(self.prices.until(self._price_series.get(instrument, ()), point.cutoff_utc))

    def terms_of(self, instrument: str) -> InstrumentTerms:
        """The terms of an instrument, read once."""
        terms = self._terms.get(instrument)
        if terms is None:
            terms = self._terms[instrument] = InstrumentTerms(self.instruments.get(instrument, {}))
        return terms

    @cached_property
    def _terms(self) -> dict[str, InstrumentTerms]:
        return {}

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
        key = _key(point)
        known = self._known_rates.get(key)
        if known is None:
            known = self._known_rates[key] = KnownRates(self.rates.until(self.rates.series, point.cutoff_utc))
        return known

    @cached_property
    def points(self) -> dict[tuple[dt.date, str | None, str | None], ValuationPoint]:
        """Valuation points already made, by day, cut-off and calendar as products state them."""
        return {}

    @cached_property
    def _known_prices(self) -> dict[tuple[ValuationPoint, str], PricesOf]:
        return {}

    @cached_property
    def _known_rates(self) -> dict[tuple[ValuationPoint, str], KnownRates]:
        return {}


def _key(point: ValuationPoint) -> tuple[ValuationPoint, str]:
    # instants are equal whatever their zone, but the zone says which day they are of
    return point, str(point.cutoff.tzinfo)


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
