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

    def rates_at(self, point: ValuationPoint) -> list[Rate]:
        """Exchange rates that can matter at the point."""
        return list(self.rates.until(list(self.rates.series), point.cutoff))


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
    """The product's cut-off and calendar on a day."""
    clock, zone = (product["valuation_cutoff"] or DEFAULT_CUTOFF).split(" ", 1)
    cutoff = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(zone))
    return ValuationPoint(
        day, cutoff, market.holidays.get(product["valuation_calendar"] or DEFAULT_CALENDAR, frozenset())
    )


def _instant(as_of: dt.date | dt.datetime) -> dt.datetime:
    assert isinstance(as_of, dt.datetime)
    return as_of
