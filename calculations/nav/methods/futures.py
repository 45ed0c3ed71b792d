"""Futures contracts held by a product: each enters at its cumulative variation, beside the collateral. Source: nav 2 (M-COM).

What else a commodity product says of its contracts, their rolls and forwards, is in commodities.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.rates import MINOR_QUOTES
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.terms import Position, Price
from calculations.nav.variation import variation

_SETTLED = ("SETTLEMENT", "OVERRIDE")
_AT_UNREALISED = ("FORWARD", "FX_FORWARD")


def is_settled_daily(position: Position) -> bool:
    """Whether the position is a derivative that no price of its own may value: a future, or a forward."""
    return position.method == "PRICED" and position.instrument_type in ("FUTURE", *_AT_UNREALISED)


def derivative_lines(evidence: Evidence, positions: Sequence[Position]) -> tuple[NavLine, ...]:
    """A line for each lot, in the order of their ids, at what has been gained on it; what is unknown has its reason.

    Reasons: CONTRACT_EXPIRED past the last day; MISSING_PRICE without a settlement; MISSING_TERMS without the stated
    variation or an entry price; MISSING_VALUE for a forward without its unrealised value; DOMAIN, UNIT_MISMATCH.
    """
    rows = {
        (row["share_class_id"] or "", row["instrument_id"], row["leg"], row["lot_id"] or ""): row
        for row in evidence.stated.held_on(evidence.day)
    }
    lines = []
    for each in sorted(positions, key=lambda p: (p.share_class_id or "", p.instrument_id, p.leg, p.lot_id)):
        key = (each.share_class_id or "", each.instrument_id, each.leg, each.lot_id)
        lines.append(_line(evidence, each, rows[key], f"derivative/{'/'.join(key)}"))
    return tuple(lines)


def _line(evidence: Evidence, position: Position, row: Row, line_id: str) -> NavLine:
    shown: dict[str, Any] = {
        "share_class_id": position.share_class_id,
        "instrument_id": position.instrument_id,
        "leg": position.leg,
        "lot_ids": (position.lot_id,),
        "quantity": position.quantity,
        "contract_size": position.contract_size,
        "fair_value_level": position.fair_value_level or 1,
        "method": "VARIATION",
    }
    try:
        amount, price, currency = _gained(evidence, position, row)
    except Unavailable as unknown:
        return evidence.unknown_line(line_id, unknown, kind="DERIVATIVE", currency=position.currency, **shown)
    line = evidence.line(line_id, amount, kind="DERIVATIVE", currency=currency, **shown)
    return line._replace(
        price=price.price,
        price_type=price.price_type,
        price_currency=price.currency,
        price_source=price.source,
        price_as_of=price.as_of,
        price_approval_id=price.approval_id,
    )


def _gained(evidence: Evidence, position: Position, row: Row) -> tuple[Decimal, Price, str]:
    """The cumulative variation, unrounded, the settlement that it runs to, and the currency of both."""
    where = f"{position.instrument_id} {position.leg}"
    if position.instrument_type in _AT_UNREALISED:
        raise Unavailable("MISSING_VALUE", f"{where}: a forward enters at its unrealised value, found none stated")
    if position.quantity and (position.quantity < 0) != (position.leg == "SHORT"):
        raise Unavailable(
            "DOMAIN", f"{where}: quantity must be negative if and only if short, found {position.quantity}"
        )
    last_day: dt.date | None = evidence.market.instruments[position.instrument_id]["expiry_date"]
    if last_day is not None and last_day < evidence.day:
        raise Unavailable("CONTRACT_EXPIRED", f"{where}: expired on {last_day} and is still held on {evidence.day}")
    price = settlement(evidence, position.instrument_id, evidence.day)
    currency, factor = MINOR_QUOTES.get(price.currency, (price.currency, Decimal(1)))
    with precise():
        # in whole units of the currency for every one of the price's
        size = position.contract_size * factor
    stated: Decimal | None = row["variation_to_date"]
    if stated is not None:
        if position.currency != currency:
            raise Unavailable(
                "UNIT_MISMATCH", f"{where}: variation in {position.currency}, settlement in {price.currency}"
            )
        if row["as_of_date"] == evidence.day:
            return stated, price, currency
        prior = settlement(evidence, position.instrument_id, row["as_of_date"])
        _same_quote(where, price, prior)
        with precise():
            return stated + variation(position.quantity, size, price.price, prior.price), price, currency
    if row["entry_price"] is None:
        raise Unavailable("MISSING_TERMS", f"{where}: variation_to_date or entry_price must be given, found neither")
    return variation(position.quantity, size, price.price, row["entry_price"]), price, currency


def settlement(evidence: Evidence, instrument_id: str, day: dt.date) -> Price:
    """The settlement price of a contract on a day. Raises Unavailable as `Evidence.price`, MISSING_PRICE for another."""
    price = evidence.price(instrument_id, instrument_type="FUTURE", day=None if day == evidence.day else day)
    if price.price_type not in _SETTLED:
        raise Unavailable(
            "MISSING_PRICE", f"{instrument_id}: expected a settlement on {day}, found only {price.price_type}"
        )
    return price


def _same_quote(where: str, price: Price, prior: Price) -> None:
    if price.currency != prior.currency:
        raise Unavailable(
            "UNIT_MISMATCH", f"{where}: settlements must be in one currency, found {prior.currency}, {price.currency}"
        )
