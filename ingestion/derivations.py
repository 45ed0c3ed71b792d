"""Columns that a file does not state and its rows imply: index levels, prices of rounds, typed values of measures. Reading cells does not belong here.

Each derivation takes the typed units of a file and marks the rows that imply nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault, by_distinct_text
from ingestion.contracts import arrow_schema
from ingestion.fields import LayoutField
from ingestion.payment_measures import derive_measured_values
from ingestion.total_return import total_return_levels
from ingestion.units import Units
from ingestion.values import read_column

_PRICE = LayoutField(type="px")
_CURRENCY = LayoutField(type="ccy", is_price_currency=True)


def derive(units: Units) -> None:
    """Fill what the layout derives, if it derives anything."""
    if units.found.layout.derive is not None:
        _DERIVATIONS[units.found.layout.derive](units)


def _derive_levels(units: Units) -> None:
    """Fill `level` where the layout states prices and dividends instead. Source: input-contracts 5.4."""
    sound = np.flatnonzero(units.is_sound())
    days, prices, dividends = (
        units.columns[name].take(pa.array(sound)).to_pylist() for name in ("level_date", "price", "dividend")
    )
    series = total_return_levels(days, prices, dividends)
    levels: list[Any] = [None] * units.count
    for unit, level in zip(sound.tolist(), series.levels, strict=True):
        levels[unit] = level
        units.says_nothing[unit] = level is None
    units.columns["level"] = pa.array(levels, arrow_schema(units.table).field("level").type)
    if series.broken_at:
        without = sum(level is None for level in series.levels)
        found = f"{without} months that yield no level, from {series.broken_at} on: {series.reason}"
        units.note("SERIES_GAP", "a price and a dividend for every month", found, units.found.positions["dividend"])


def _derive_round_prices(units: Units) -> None:
    """Price of a round: its answer moved by its decimals, exactly, in the second currency of the pair.

    An answer that was carried over from an earlier round is noted. Source: input-contracts 5.1.
    """
    answers = units.columns["answer"].cast(pa.string())
    # An exponent moves the point without a division, so that no digit is lost or made up.
    texts = pc.binary_join_element_wise(answers, units.columns["answer_decimals"].cast(pa.string()), "E-")
    prices = read_column(texts, _PRICE)
    units.columns["price"] = prices.values
    units.faults |= {(unit, "answer"): fault for unit, fault in prices.faults.items()}
    pairs = by_distinct_text(units.columns["pair"], _quote_of_pair, pa.string())
    quotes = read_column(pairs.values, _CURRENCY, units.lists)
    units.columns["currency"] = quotes.values
    units.faults |= {
        (unit, "pair"): fault for faults in (pairs.faults, quotes.faults) for unit, fault in faults.items()
    }
    answered_in, rounds = units.columns["answered_in_round"], units.columns["round_id"]
    is_stale = pc.less(answered_in, rounds)
    units.columns["is_stale_round"] = is_stale
    for unit in np.flatnonzero(
        pc.fill_null(is_stale, False).to_numpy(zero_copy_only=False) & units.is_sound()
    ).tolist():
        expected = f"round {rounds[unit]} to be answered in itself"
        found = f"an answer carried over from round {answered_in[unit]}"
        units.note("STALE_ROUND", expected, found, units.found.positions["answered_in_round"], units.line(unit))


def _quote_of_pair(text: str) -> str | Fault:
    base, slash, quote = (part.strip() for part in text.partition("/"))
    is_pair = base and slash and quote and "/" not in quote
    return quote if is_pair else Fault("BAD_TYPE", "two names such as ETH / USD", text)


_DERIVATIONS: Mapping[str, Callable[[Units], None]] = {
    "total_return": _derive_levels,
    "round_price": _derive_round_prices,
    "measured_value": derive_measured_values,
}
