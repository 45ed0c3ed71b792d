"""What other prices say of the one that values a line: the one before it, another source's, the spread. No limits.

Prices in pence and the like are compared in the major unit, because a change of quotation is no change of value.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from calculations.nav.market import PriceSeries
from calculations.nav.rates import MINOR_QUOTES
from calculations.nav.results import NavLine
from calculations.nav.series import Series
from calculations.nav.terms import Price
from calculations.nav.valuation_point import ValuationPoint

# Prices that value nothing; bid and ask make the spread.
_NOT_VALUING = ("BID", "ASK", "MARKET")
_BY_QUOTATION = ("CLEAN", "DIRTY")

LONG_ENOUGH = dt.timedelta(days=60)  # no rule asks whether a price has stood still for longer

_Found = tuple[list[dt.datetime], list[Price]]


@dataclass(frozen=True, slots=True)
class PriceView:
    """One price among the others of its instrument.

    `own` is the row of the price itself; `previous` the last price of an earlier day; `second` the price of the same
    day, type and currency from another source; `bid` and `ask` those of the day. None where there is none.
    """

    own: Price | None
    previous: Price | None
    second: Price | None
    bid: Price | None
    ask: Price | None
    same_since: dt.date | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What the other prices say of one price, the same for every line that it values.

    `to_previous` is the price over what the one before comes to after corporate actions, `to_second` over that of the
    second source, both in the major unit; `change` and `gap` are how far those are from 1, `days` how long ago the one
    before was. None where there is none to compare.
    """

    view: PriceView
    to_previous: Decimal | None
    to_second: Decimal | None
    change: Decimal | None
    gap: Decimal | None
    days: int | None


class PriceHistory:
    """All prices that are known, by instrument, type and source, in time, and the comparisons already made of them.

    Corporate actions are those of the instruments, the same for every product that is judged with one history.
    """

    def __init__(self, prices: Series[Price, PriceSeries]) -> None:
        self._series = prices.series
        self.compared: dict[tuple[Hashable, ...], Compared] = {}

    @cached_property
    def _by_instrument(self) -> dict[str, list[tuple[str, str, _Found]]]:
        found: dict[str, list[tuple[str, str, _Found]]] = {}
        for (instrument, price_type, source), listed in self._series.items():
            found.setdefault(instrument, []).append((price_type, source, listed))
        return found

    def of_day(self, instrument_id: str, price_type: str, point: ValuationPoint) -> Price | None:
        """The last price of a type up to the cut-off, where it is of the valuation day."""
        for kind, _, listed in self._by_instrument.get(instrument_id, ()):
            if kind == price_type:
                found = _last(listed, point)
                if found is not None and point.day_of(found.as_of) == point.date:
                    return found
        return None

    def view(self, line: NavLine, point: ValuationPoint) -> PriceView:
        """What surrounds the price of `line`. Only prices up to the cut-off are seen."""
        assert line.price_as_of is not None
        assert line.instrument_id is not None
        own = previous = second = bid = ask = None
        same_since: dt.date | None = None
        as_of, day = point.instant_of(line.price_as_of), point.day_of(line.price_as_of)
        price_type, source = line.price_type, line.price_source
        others = self._by_instrument.get(line.instrument_id, ())
        for kind, origin, listed in others:
            if kind == price_type and origin == source:
                instants, prices = listed
                at = bisect_right(instants, as_of) - 1
                if at >= 0 and instants[at] == as_of:
                    own = prices[at]
                while at >= 0 and point.day_of(instants[at]) >= day:
                    at -= 1
                if at >= 0:
                    previous = prices[at]
                    if previous.price == line.price:
                        same_since = _same_since(line, listed, at, point)
            elif kind == price_type:
                second = second or _of_day(listed, day, point)
            elif kind == "BID":
                bid = bid or _of_day(listed, day, point)
            elif kind == "ASK":
                ask = ask or _of_day(listed, day, point)
        if previous is None and len(others) > 1:
            previous = self._of_other_series(line, as_of, day, point)
        return PriceView(own, previous, second, bid, ask, same_since)

    def _of_other_series(self, line: NavLine, as_of: dt.datetime, day: dt.date, point: ValuationPoint) -> Price | None:
        """The last price of an earlier day from any other source or type that quotes the same thing."""
        latest: Price | None = None
        for price_type, _, (instants, items) in self._by_instrument.get(line.instrument_id or "", ()):
            if price_type in _NOT_VALUING or (
                price_type != line.price_type and (price_type in _BY_QUOTATION or line.price_type in _BY_QUOTATION)
            ):
                continue
            at = bisect_left(instants, as_of) - 1
            while at >= 0 and point.day_of(instants[at]) >= day:
                at -= 1
            if at >= 0 and (latest is None or point.instant_of(latest.as_of) < instants[at]):
                latest = items[at]
        return latest


def in_major_unit(price: Decimal, currency: str | None) -> Decimal:
    """A price in pence as one in pounds; others as they are."""
    return price * MINOR_QUOTES[currency][1] if currency is not None and currency in MINOR_QUOTES else price


def major_currency(currency: str | None) -> str | None:
    return MINOR_QUOTES[currency][0] if currency is not None and currency in MINOR_QUOTES else currency


def _last(listed: _Found, point: ValuationPoint) -> Price | None:
    at = bisect_right(listed[0], point.cutoff) - 1
    return listed[1][at] if at >= 0 else None


def _of_day(listed: _Found, day: dt.date, point: ValuationPoint) -> Price | None:
    found = _last(listed, point)
    return found if found is not None and point.day_of(found.as_of) == day else None


def _same_since(line: NavLine, series: _Found, at: int, point: ValuationPoint) -> dt.date | None:
    """The first day of the unbroken run of this price that leads up to the line's; None where it is new."""
    since: dt.date | None = None
    while at >= 0 and series[1][at].price == line.price and series[1][at].currency == line.price_currency:
        since = point.day_of(series[0][at])
        if point.date - since > LONG_ENOUGH:
            break
        at -= 1
    return since
