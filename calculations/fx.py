"""Amounts in another currency at quoted exchange rates, directly or through the euro. No feeds, no averages, no forwards.

Everything is `Decimal`. A rate that is absent or too old gives a reason and no amount: rates are never interpolated.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from types import MappingProxyType
from typing import NamedTuple

from calculations.asof import DatedValues
from calculations.money import round_half_up

FX_MISSING = "FX_MISSING"  # no quote of the pair, nor both euro legs, on or before the date
FX_STALE = "FX_STALE"  # there are quotes, the last of them older than the limit
FUND_LIMIT_DAYS = 7
VEHICLE = "EUR"

# A product of an amount and a rate of 38 digits each is exact; cutting the quotient off, rather than rounding it, keeps
# the one rounding that follows a true half-up.
_WIDE = Context(prec=100, rounding=ROUND_DOWN)


class Quote(NamedTuple):
    """`rate` units of `quote` for one unit of `base`."""

    base: str
    quote: str
    day: dt.date
    rate: Decimal


@dataclass(frozen=True)
class Conversion:
    """`amount` in the target currency, or None with the reason; `quotes` are those used, none for the same currency."""

    amount: Decimal | None
    reason: str | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Quotes:
    """Exchange rates as quoted, one per pair and day; built with `of`."""

    by_pair: Mapping[tuple[str, str], DatedValues]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, dt.date, Decimal]]) -> Quotes:
        """From (base, quote, day, rate) in any order, the source already chosen.

        Raises ValueError for a pair of one currency, for two rates of a pair on one day and for a rate that is not
        above zero; TypeError for a rate that is no Decimal.
        """
        pairs: dict[tuple[str, str], list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for base, quote, day, rate in rows:
            if base == quote:
                raise ValueError(f"a rate needs two currencies, found {base}/{quote} on {day}")
            pairs[base, quote].append((day, rate))
        series = {(base, quote): DatedValues.of(rows, f"rate {base}/{quote}") for (base, quote), rows in pairs.items()}
        return cls(MappingProxyType(series))

    def latest(self, pairs: Iterable[tuple[str, str]], day: dt.date) -> tuple[Quote, ...] | None:
        """The quotes of all pairs on the last day, on or before `day`, that has every one of them; None where no day
        has. One day for both legs of a cross: legs of two days would be a rate that never was.
        """
        pairs = tuple(pairs)
        while True:
            found = [self.by_pair[pair].latest(day) if pair in self.by_pair else None for pair in pairs]
            quotes = tuple(Quote(*pair, *hit) for pair, hit in zip(pairs, found, strict=True) if hit is not None)
            if len(quotes) < len(pairs):
                return None
            oldest = min(quote.day for quote in quotes)
            if all(quote.day == oldest for quote in quotes):
                return quotes
            day = oldest


def convert(
    amount: Decimal,
    source: str,
    target: str,
    day: dt.date,
    quotes: Quotes,
    unit: Decimal,
    max_age_days: int = FUND_LIMIT_DAYS,
) -> Conversion:
    """`amount` of `source` in `target` at the last quote on or before `day`, half-up to `unit`, the target's minor unit.

    The pair itself is used where it is quoted, then its inverse, then the two euro quotes: amount x rate of the target
    / rate of the source. A way whose quotes are more than `max_age_days` calendar days old is passed over. Nothing is
    rounded before the end. Source: fund-admin section 5 (market data), M-3, example V15.
    """
    if source == target:
        return Conversion(round_half_up(amount, unit))
    is_stale = False
    for pairs in _ways(source, target):
        used = quotes.latest(pairs, day)
        if used is None:
            continue
        if (day - used[0].day).days > max_age_days:
            is_stale = True
            continue
        converted = amount
        for quote in used:
            apply = _WIDE.multiply if quote.quote == target else _WIDE.divide
            converted = apply(converted, quote.rate)
        return Conversion(round_half_up(converted, unit), quotes=used)
    return Conversion(None, FX_STALE if is_stale else FX_MISSING)


def _ways(source: str, target: str) -> list[list[tuple[str, str]]]:
    """The pairs that lead from source to target, the most direct way first; in a cross the exact product comes first."""
    ways = [[(source, target)], [(target, source)]]
    if VEHICLE not in (source, target):
        ways.append([(VEHICLE, target), (VEHICLE, source)])
    return ways
