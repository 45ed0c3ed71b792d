"""What a method of nav 2 may read: one product at one valuation point, with all that is stated of it. No valuing.

Rows are mappings by the field names of the input contracts; only what was dated by the valuation day is seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from calculations.nav.assumptions import Assumptions
from calculations.nav.market import Market, Row
from calculations.nav.positions import converted, position_lines
from calculations.nav.prices import PricesOf, prices_of
from calculations.nav.rates import Conversion, Quotes, exchange_rate, in_force
from calculations.nav.results import Assumption, NavLine, Unavailable, Valuation
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_inputs import StrikeInputs
from calculations.nav.terms import Policy, Position, Price, Side
from calculations.nav.valuation_point import AgeLimit, ValuationPoint


@dataclass(frozen=True)
class Evidence:
    """One product at one point. `inputs` are the positions, accruals and classes that the product's rows make."""

    stated: StatedProduct
    market: Market
    inputs: StrikeInputs

    @property
    def product(self) -> Row:
        """The row of the product's own sheet: what all products state, and what those of its type do."""
        return self.stated.row

    @property
    def product_id(self) -> str:
        return self.inputs.product.product_id

    @property
    def currency(self) -> str:
        return self.inputs.product.currency

    @property
    def point(self) -> ValuationPoint:
        return self.inputs.point

    @property
    def day(self) -> dt.date:
        return self.inputs.point.date

    @property
    def policy(self) -> Policy:
        return self.market.policy

    @cached_property
    def quotes(self) -> Quotes:
        return in_force(self.inputs.rates, self.point, self.policy)

    @cached_property
    def assumptions(self) -> Assumptions:
        scopes = [
            ("PRODUCT", self.product_id),
            ("PRODUCT_TYPE", self.stated.product_type),
            ("PRODUCT_TYPE", self.stated.product_type.upper()),
            ("ORGANIZATION", self.product["organization_id"] or ""),
        ]
        return Assumptions(map(stated_assumption, self.stated.assumptions), self.day, scopes)

    def required(self, field: str, row: Row | None = None) -> Any:
        """A field that the method cannot do without. Raises Unavailable MISSING_TERMS."""
        found = (self.product if row is None else row)[field]
        if found is None:
            where = self.product_id if row is None else f"{self.product_id}, row {row['source_row']}"
            raise Unavailable("MISSING_TERMS", f"{where}: {field} must be given for this method, found none")
        return found

    def latest(self, rows: Iterable[Row], date: str, *keys: str) -> list[Row]:
        """Of rows with the same keys, the one of the last `date` by the valuation day; instants count to the cut-off.

        In the order of the keys. Of one date, the row stated last counts.
        """
        found: dict[tuple[str, ...], Row] = {}
        for row in rows:
            if row[date] is None or not self._is_known(row[date]):
                continue
            key = tuple(str(row[name] or "") for name in keys)
            if key not in found or found[key][date] <= row[date]:
                found[key] = row
        return [found[key] for key in sorted(found)]

    def latest_list(self, rows: Iterable[Row], date: str) -> list[Row]:
        """The rows of the last `date` by the valuation day: a list that is complete as of its date, or day of
        instants.
        """
        known = [row for row in rows if row[date] is not None and self._is_known(row[date])]
        last = max((self.day_of(row[date]) for row in known), default=None)
        return [row for row in known if self.day_of(row[date]) == last]

    def day_of(self, as_of: dt.date | dt.datetime) -> dt.date:
        """The day of a date or instant, in the zone of the cut-off."""
        return self.point.day_of(_zoned(as_of))

    def _is_known(self, as_of: dt.date | dt.datetime) -> bool:
        return self.point.includes(_zoned(as_of))

    def price(
        self,
        instrument_id: str,
        *,
        instrument_type: str | None = None,
        day: dt.date | None = None,
        limit: AgeLimit | None = None,
    ) -> Price:
        """The price of an instrument at the cut-off, or at that of an earlier `day`, as a position in it would be priced.

        `limit` is how old it may be, where that is not what the policy says of its type. Raises Unavailable with the
        reason why there is none.
        """
        instrument: Mapping[str, Any] = self.market.instruments.get(instrument_id, {})
        kind = instrument_type or instrument.get("instrument_type") or "OTHER"
        wanted = Position(
            instrument_id=instrument_id,
            method="PRICED",
            quantity=Decimal(1),
            currency=instrument.get("currency") or self.currency,
            instrument_type=kind,
            quote_basis=instrument.get("quote_basis") or "PER_UNIT",
            price_age_limit=limit,
        )
        point = self.point if day is None else self.at(day)
        choice = self.market.prices_at(point).choice(wanted, point, self.policy)
        if choice.reason is not None or choice.price is None:
            raise Unavailable(choice.reason or "MISSING_PRICE", choice.detail or instrument_id)
        return choice.price

    def at(self, day: dt.date) -> ValuationPoint:
        """The product's valuation point on another day, with the clock of this one."""
        return replace(self.point, date=day, cutoff=self.point.cutoff + (day - self.day))

    def position_lines(
        self, positions: Sequence[Position], prices: Iterable[Price] | PricesOf | None = None
    ) -> tuple[NavLine, ...]:
        """Positions that the list does not have, or has not like this, valued as the strike values those of the list.

        By `prices`, or by those of the strike. What cannot be valued is a line with its reason.
        """
        found = self.inputs.prices if prices is None else prices_of(prices)
        return position_lines(positions, self.currency, found, self.quotes, self.point, self.policy)

    def rate(self, held: str, wanted: str | None = None) -> Conversion:
        """Units of `wanted`, or of the product's currency, for one of `held`."""
        return exchange_rate(held, wanted or self.currency, self.quotes, self.point, self.policy)

    def line(
        self,
        line_id: str,
        amount: Decimal,
        *,
        kind: str = "POSITION",
        currency: str | None = None,
        side: Side | None = None,
        **more: Any,
    ) -> NavLine:
        """A component in `currency` (the product's), signed and unrounded, converted into the product's currency.

        `side` is that of its sign, but for what is deducted from an asset (an allowance). `more` are the fields of
        NavLine that explain it. A rate that cannot be had is the reason of the line.
        """
        line = NavLine(
            line_id=line_id,
            kind=kind,
            side=side,
            currency=currency or self.currency,
            amount=None,
            base_amount=None,
            **more,
        )
        return converted(line, amount, self.currency, self.quotes, self.point, self.policy)

    def valuation(self, method: str, lines: Iterable[NavLine], **more: Any) -> Valuation:
        """`lines` beside what the product lists and owes, with the assumptions taken by now; `more` are its fields."""
        fields: dict[str, Any] = {
            "measurement_basis": self.product["measurement_basis"] or "FAIR_VALUE",
            "positions": self.inputs.positions,
            "accruals": self.inputs.accruals,
            "assumptions": self.assumptions.used,
        }
        return Valuation(method=method, lines=tuple(lines), **(fields | more))

    def unknown_line(self, line_id: str, unknown: Unavailable, *, kind: str = "POSITION", **more: Any) -> NavLine:
        """A component that cannot be valued, with its reason: the strike fails, and says where."""
        fields = {"currency": self.currency} | more
        return NavLine(
            line_id=line_id,
            kind=kind,
            side=None,
            amount=None,
            base_amount=None,
            reason=unknown.reason,
            detail=unknown.detail,
            **fields,
        )


def _zoned(as_of: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """The warehouse keeps instants as UTC without a zone."""
    if isinstance(as_of, dt.datetime) and as_of.tzinfo is None:
        return as_of.replace(tzinfo=dt.UTC)
    return as_of


def stated_assumption(row: Row) -> Assumption:
    """A row of sheet Assumptions."""
    return Assumption(
        scope_type=row["scope_type"],
        scope_id=row["scope_id"],
        name=row["assumption"],
        as_of=row["as_of"],
        tenor=row["tenor"] or "",
        source=row["source"],
        value=row["value"],
        text=row["value_text"],
        unit=row["unit"],
        currency=row["currency"],
        compounding=row["compounding"],
        valid_until=row["valid_until"],
    )


def rows_of(rows: Iterable[Row], **fields: Any) -> Sequence[Row]:
    """The rows whose fields have these values."""
    return [row for row in rows if all(row[name] == value for name, value in fields.items())]
