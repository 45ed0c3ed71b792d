"""The lines that a price values, each with what it was compared with, reckoned once for all rules on prices. No limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from calculations.nav.market import Row
from calculations.nav.results import NavLine, Strike
from calculations.nav.terms import Price
from calculations.nav.validation.action_effects import expected_price
from calculations.nav.validation.price_history import Compared, PriceHistory, in_major_unit, major_currency
from calculations.nav.valuation_point import ValuationPoint


class PricedLine(NamedTuple):
    """A line and its price among others. `kind` is the instrument type."""

    line: NavLine
    kind: str
    compared: Compared


def priced_lines(
    strike: Strike,
    history: PriceHistory,
    point: ValuationPoint,
    instruments: Mapping[str, Row],
    actions: Mapping[str, Sequence[Row]],
) -> list[PricedLine]:
    """Every line of `strike` that is quantity x price, with its neighbours among the prices."""
    found = []
    nothing: Row = {}
    for line in strike.lines:
        if line.price is None or line.method != "PRICED" or line.instrument_id is None:
            continue
        kind = instruments.get(line.instrument_id, nothing).get("instrument_type") or "OTHER"
        # many products hold what is priced once: a price is compared with the others of its instrument once
        key = (*_price(line), point.cutoff, point.date, kind)
        compared = history.compared.get(key)
        if compared is None:
            compared = history.compared[key] = _compared(line, history, point, actions)
        found.append(PricedLine(line, kind, compared))
    return found


_price = attrgetter(
    "instrument_id", "price", "price_as_of", "price_type", "price_source", "price_currency", "quote_basis"
)


def _compared(
    line: NavLine, history: PriceHistory, point: ValuationPoint, actions: Mapping[str, Sequence[Row]]
) -> Compared:
    view = history.view(line, point)
    to_previous = to_second = None
    if view.previous is not None:
        to_previous = _over(line, view.previous, actions.get(line.instrument_id or "", ()), point)
    if view.second is not None:
        to_second = _over(line, view.second, (), point)
    return Compared(
        view,
        to_previous,
        to_second,
        None if to_previous is None else abs(to_previous - 1),
        None if to_second is None else abs(to_second - 1),
        None if view.previous is None else (point.date - point.day_of(view.previous.as_of)).days,
    )


def _over(line: NavLine, other: Price, actions: Sequence[Row], point: ValuationPoint) -> Decimal | None:
    """The line's price over the other one; None in other currencies or quotations, or where an action remade the price."""
    if other.quote_basis is not None and line.quote_basis != other.quote_basis:
        return None
    assert line.price is not None
    price, reference = line.price, other.price
    if line.price_currency != other.currency:
        if major_currency(line.price_currency) != major_currency(other.currency):
            return None
        price, reference = in_major_unit(price, line.price_currency), in_major_unit(reference, other.currency)
    if actions:
        # dividends are in the major unit, and the prices may be equal in pence
        if line.price_currency == other.currency:
            price, reference = in_major_unit(price, line.price_currency), in_major_unit(reference, other.currency)
        currency = major_currency(other.currency)
        adjusted = expected_price(reference, actions, point.day_of(other.as_of), point.date, currency)
        if adjusted is None:
            return None
        reference = adjusted
    return price / reference if reference > 0 else None
