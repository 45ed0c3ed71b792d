"""Exchange rates as organisations knew them in measured states, and amounts converted at them. How one converts is `fx`'s."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from calculations.fx import Quotes, convert
from calculations.money import minor_unit

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class KnownRates:
    """The rates of measured states: `states` (funds,) with organization_id and known_from, `quotes` of all organisations."""

    states: Sequence[Row]
    quotes: Sequence[Row]

    def of(self, fund: int) -> Quotes:
        """The rates that a state knew."""
        if fund not in self._chosen:
            row = self.states[fund]
            self._chosen[fund] = known_quotes(self.quotes, row["organization_id"], row["known_from"])
        return self._chosen[fund]

    @cached_property
    def _chosen(self) -> dict[int, Quotes]:
        return {}

    def units(
        self, amount: Decimal, source: str, target: str, decimals: int, day: dt.date, fund: int
    ) -> tuple[int, str | None]:
        """Minor units, `decimals` of them, of the target currency at the rate that the state knew of the day, or 0 and why not.

        Nothing is nothing in any currency.
        """
        if not amount:
            return 0, None
        unit = minor_unit(decimals)
        found = convert(amount, source, target, day, self.of(fund), unit)
        if found.amount is None:
            return 0, f"{found.reason}: {source} on {day}"
        return int(found.amount / unit), None

    def rate(self, source: str, target: str, day: dt.date, fund: int) -> tuple[Fraction, str | None]:
        """Units of the target for one unit of the source, exactly, as the state knew it of the day, or 0 and why not."""
        found = convert(Decimal(1), source, target, day, self.of(fund), minor_unit(0))
        if found.amount is None:
            return Fraction(0), f"{found.reason}: {source} on {day}"
        rate = Fraction(1)
        for quote in found.quotes:
            rate = rate * Fraction(quote.rate) if quote.quote == target else rate / Fraction(quote.rate)
        return rate, None


def known_quotes(quotes: Sequence[Row], organization_id: str, instant: dt.datetime) -> Quotes:
    """The rates an organisation knew at an instant: its own before shared ones, then the one known last."""
    chosen: dict[tuple[str, str, dt.date], tuple[tuple[Any, ...], Decimal]] = {}
    for row in quotes:
        is_withdrawn = row["withdrawn_at"] is not None and row["withdrawn_at"] <= instant
        if row["organization_id"] != organization_id or row["known_at"] > instant or is_withdrawn:
            continue
        pair = row["base_currency"], row["quote_currency"], row["rate_date"]
        rank = row["is_own"], row["load_as_of"], row["known_at"], row["load_id"], row["source"]
        if pair not in chosen or chosen[pair][0] < rank:
            chosen[pair] = rank, row["rate"]
    return Quotes.of((*pair, rate) for pair, (_, rate) in chosen.items())
