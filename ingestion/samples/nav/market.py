"""Prices and exchange rates of the demo year as random walks, and the rows that state them. Who holds what does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.samples.market import fx_quotes
from ingestion.samples.nav.days import AS_OF, EXAMPLE_DAY, stamp, valuation_days
from ingestion.samples.nav.instruments import Instrument, group_instruments, ladder_instruments, repo_instruments
from ingestion.samples.nav.money import decimal
from ingestion.samples.nav.table import Row
from ingestion.samples.parameters import load_yaml

FX_HOUR, CLOSE_HOUR = 16, 21
PENCE = Decimal("0.01")
FACE = Decimal(100)
PRICE_STREAM, SECOND_STREAM, YIELD_STREAM = 302, 303, 304
# From the day of its suspension on (nav_products.yaml, Corporate Actions) a share has no price.
SUSPENDED_FROM, SUSPENDED_INSTRUMENT = dt.date(2025, 11, 17), "EQ-US-42"
SPLIT_DAY, SPLIT_INSTRUMENT, SPLIT_RATIO = dt.date(2025, 6, 16), "EQ-US-07", 2


@dataclass(frozen=True)
class Market:
    """Quotes by day of `valuation_days`. `rates` by (base, quote) as quoted; `prices` by instrument, in its price currency."""

    instruments: Mapping[str, Instrument]
    rates: Mapping[tuple[str, str], Sequence[Decimal]]
    prices: Mapping[str, Sequence[Decimal | None]]

    @cached_property
    def _place(self) -> Mapping[dt.date, int]:
        return {day: place for place, day in enumerate(valuation_days())}

    def rate(self, held: str, wanted: str, day: dt.date) -> Decimal:
        """Units of `wanted` for one of `held`: as quoted, the inverse of a quote, or a cross over USD."""
        if held == wanted:
            return Decimal(1)
        place = self._place[day]
        if (held, wanted) in self.rates:
            return self.rates[held, wanted][place]
        if (wanted, held) in self.rates:
            return 1 / self.rates[wanted, held][place]
        return self.rate(held, "USD", day) * self.rate("USD", wanted, day)

    def price(self, instrument_id: str, day: dt.date) -> Decimal:
        """The first source's price; an instrument without a price on the day is an error."""
        price = self.prices[instrument_id][self._place[day]]
        if price is None:
            raise ValueError(f"{instrument_id}: expected a price on {day}, found none")
        return price

    def unit_value(self, instrument_id: str, day: dt.date) -> Decimal:
        """Value of one unit, or of 1 of face with the interest accrued, in the instrument's currency; unrounded."""
        instrument = self.instruments[instrument_id]
        price = self.price(instrument_id, day)
        if instrument.is_per_100:
            return (price + instrument.accrued_per_100(day)) / 100
        return price * (PENCE if instrument.is_in_pence else 1) * instrument.contract_size


def walks(
    rng: np.random.Generator,
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    volatilities: npt.NDArray[np.float64],
    count: int,
) -> npt.NDArray[np.float64]:
    """Geometric random walks tied to both ends, shape (series, count); `volatilities` are yearly."""
    time = np.linspace(0.0, 1.0, count)
    steps = rng.normal(0.0, 1.0, size=(starts.size, count)) * (volatilities[:, None] / np.sqrt(count))
    steps[:, 0] = 0.0
    path = steps.cumsum(axis=1)
    drift = np.log(starts)[:, None] + np.log(ends / starts)[:, None] * time
    return np.exp(drift + path - path[:, -1:] * time)


def make_market(seed: int) -> Market:
    """The whole demo market. The same seed gives the same quotes."""
    terms = load_yaml("nav_market.yaml")
    grouped = group_instruments(terms)
    ladders = ladder_instruments(terms)
    repos = repo_instruments(terms)
    instruments = {each.instrument_id: each for each in (*grouped, *ladders, *repos)}
    prices: dict[str, Sequence[Decimal | None]] = dict(_group_prices(grouped, seed))
    prices |= dict(_ladder_prices(ladders, seed))
    prices |= {each.instrument_id: [FACE] * len(valuation_days()) for each in repos}
    return Market(instruments, _rates(terms["fx"], seed), prices)


def _rates(pairs: Sequence[Sequence[Any]], seed: int) -> dict[tuple[str, str], list[Decimal]]:
    """Each pair as the rates of the market files cross on the day, or on the last day before on which they trade.

    A vendor has a rate also on a day on which the bank that those files are of left the currency out.
    """
    days, quotes = fx_quotes(load_yaml("market.yaml")["fx"], seed)
    wanted = np.array(valuation_days(), dtype="datetime64[D]")
    at = np.searchsorted(days, wanted, side="right") - 1
    levels = {currency: rates[at] for currency, (rates, _) in quotes.items()} | {"EUR": np.ones(wanted.size)}
    return {
        (base, quote): [decimal(rate, places) for rate in (levels[quote] / levels[base]).tolist()]
        for base, quote, places, _ in pairs
    }


def _group_prices(instruments: Sequence[Instrument], seed: int) -> Iterator[tuple[str, list[Decimal | None]]]:
    rng = np.random.default_rng([seed, PRICE_STREAM])
    spread = np.array([each.spread for each in instruments])
    starts = np.array([each.level for each in instruments]) * np.exp(rng.normal(0.0, 1.0, spread.size) * spread)
    volatilities = np.array([each.volatility for each in instruments])
    drifts = np.array([each.drift for each in instruments]) + rng.normal(0.0, 0.5, spread.size) * volatilities
    for each, path in zip(
        instruments, walks(rng, starts, starts * np.exp(drifts), volatilities, len(valuation_days())), strict=True
    ):
        if each.instrument_id == SPLIT_INSTRUMENT:
            path[[day >= SPLIT_DAY for day in valuation_days()]] /= SPLIT_RATIO
        is_suspended = each.instrument_id == SUSPENDED_INSTRUMENT
        yield (
            each.instrument_id,
            [
                None if is_suspended and day >= SUSPENDED_FROM else decimal(price, each.decimals)
                for day, price in zip(valuation_days(), path.tolist(), strict=True)
            ],
        )


def _ladder_prices(instruments: Sequence[Instrument], seed: int) -> Iterator[tuple[str, list[Decimal | None]]]:
    """Discount paper priced from a market yield that wanders some basis points around that of purchase."""
    rng = np.random.default_rng([seed, YIELD_STREAM])
    wander = rng.normal(0.0, 0.00008, size=(len(instruments), len(valuation_days()))).cumsum(axis=1) * 0.35
    for each, shifts in zip(instruments, wander.tolist(), strict=True):
        assert each.maturity_date is not None
        row: list[Decimal | None] = []
        for day, shift in zip(valuation_days(), shifts, strict=True):
            left = (each.maturity_date - day).days
            alive = left > 0 and (each.issue_date is None or day >= each.issue_date)
            row.append(decimal(100 * (1 - (each.discount_yield + shift) * left / 360), 5) if alive else None)
        yield each.instrument_id, row


def price_rows(market: Market, seed: int) -> Iterator[Row]:
    """Sheet Prices: every instrument every day, a second source for some."""
    terms = load_yaml("nav_market.yaml")["second_source"]
    rng = np.random.default_rng([seed, SECOND_STREAM])
    stamps = [stamp(day, CLOSE_HOUR) for day in valuation_days()]
    doubled = [name for name in market.prices if name.startswith(terms["group"])][: terms["count"]]
    for name, prices in market.prices.items():
        instrument = market.instruments[name]
        for as_of, price in zip(stamps, prices, strict=True):
            if price is not None:
                yield _price(instrument, as_of, instrument.price_source, price)
        if name in doubled:
            noise = rng.normal(0.0, terms["spread"], size=len(stamps)).tolist()
            for as_of, price, shift in zip(stamps, prices, noise, strict=True):
                assert price is not None
                yield _price(instrument, as_of, "VENDOR", decimal(float(price) * (1 + shift), instrument.decimals))


def _price(instrument: Instrument, as_of: str, source: str, price: Decimal) -> Row:
    return {
        "instrument_id": instrument.instrument_id,
        "price_type": instrument.price_type,
        "as_of": as_of,
        "source": source,
        "price": price,
        "currency": instrument.price_currency,
    }


def fx_rows(market: Market) -> Iterator[Row]:
    """Sheet FX Rates: each pair on every valuation day and on the day of the worked examples."""
    days = [*valuation_days(), EXAMPLE_DAY]
    assert days[-2] == AS_OF
    for base, quote, _, example in load_yaml("nav_market.yaml")["fx"]:
        for day, rate in zip(days, [*market.rates[base, quote], Decimal(example)], strict=True):
            yield {
                "base_currency": base,
                "quote_currency": quote,
                "as_of": stamp(day, FX_HOUR),
                "source": "VENDOR",
                "rate": rate,
            }
