"""Commodity products: bars and stocks at spot, or futures at their variation with their rolls. Source: nav 2 (M-COM).

Cash collateral, the interest on it, storage and insurance are positions and accruals, which the strike values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from calculations.money import minor_unit, round_half_up
from calculations.nav.assumed_rates import continuous
from calculations.nav.day_fractions import year_fraction
from calculations.nav.market import Row
from calculations.nav.methods import holdings
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.futures import settlement
from calculations.nav.numbers import precise, times
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation
from calculations.nav.terms import Position
from calculations.nav.variation import roll_return, theoretical_forward

METHOD = "COMMODITY/1"

# of nav 3, the hierarchy of prices: what an exchange gives is level 1, what is evaluated 2, what is modelled 3
_LEVELS = {"EVALUATED": 2, "BROKER": 2, "MODEL": 3, "FAIR_VALUE": 3, "OVERRIDE": 3}


def value(evidence: Evidence) -> Valuation:
    """Bars and stocks at fine weight x spot, or contracts at their variation. Raises Unavailable UNKNOWN_SUBTYPE,
    UNIT_MISMATCH where contract and product differ, BAD_SCHEDULE for rolls out of order.
    """
    subtype = evidence.product["subtype"]
    if subtype not in ("PHYSICAL", "FUTURES"):
        raise Unavailable("UNKNOWN_SUBTYPE", f"{evidence.product_id}: PHYSICAL or FUTURES expected, found {subtype!r}")
    held = holdings.value(evidence)
    if subtype == "PHYSICAL":
        return replace(held, method=METHOD, lines=(*held.lines, *_stocks(evidence)))
    futures = [each for each in evidence.inputs.positions if each.instrument_type == "FUTURE"]
    for each in futures:
        _check_contract(evidence, each)
    measures = (*_rolls(evidence), *_forwards(evidence, {each.instrument_id for each in futures}))
    return replace(held, method=METHOD, measures=measures, assumptions=evidence.assumptions.used)


def fine_weight(gross: Decimal, fineness: Decimal, decimals: int) -> Decimal:
    """Weight of the pure metal in a bar, rounded half up as the bar list does. Raises Unavailable DOMAIN."""
    if gross < 0 or not 0 < fineness <= 1:
        raise Unavailable("DOMAIN", f"a bar needs a weight from 0 up and a fineness in 0..1, found {gross}, {fineness}")
    with precise():
        return round_half_up(gross * fineness, minor_unit(decimals))


def _stocks(evidence: Evidence) -> Iterator[NavLine]:
    """One line a bar or stock on the last list of each custodian, which is complete as of its instant."""
    custodians = sorted({row["custodian_id"] or "" for row in evidence.stated.reserves})
    for custodian in custodians:
        own = [row for row in evidence.stated.reserves if (row["custodian_id"] or "") == custodian]
        seen: set[str] = set()
        for row in sorted(evidence.latest_list(own, "as_of"), key=lambda each: str(each["reserve_id"])):
            line_id = "/".join(("reserve", *filter(None, (custodian, row["reserve_id"]))))
            try:
                if line_id in seen:
                    raise Unavailable("DUPLICATE_INPUT", f"{line_id}: a bar must be listed once, found it again")
                yield _stock(evidence, row, line_id)
            except Unavailable as unknown:
                yield evidence.unknown_line(line_id, unknown, instrument_id=row["instrument_id"])
            seen.add(line_id)


def _stock(evidence: Evidence, row: Row, line_id: str) -> NavLine:
    instrument_id = evidence.required("instrument_id", row)
    instrument = evidence.market.instruments.get(instrument_id)
    if instrument is None:
        raise Unavailable("MISSING_TERMS", f"{line_id}: expected the terms of {instrument_id}, found none")
    units = {
        "product": evidence.required("unit_of_measure"),
        "price": _term(instrument, "unit_of_measure"),
        "stock": evidence.required("unit_of_measure", row) if row["kind"] == "BAR" else row["unit_of_measure"],
    }
    if len({unit for unit in units.values() if unit is not None}) > 1:
        raise Unavailable("UNIT_MISMATCH", f"{line_id}: product, price and stock must be in one unit, found {units}")
    if row["kind"] == "BAR":
        weights = evidence.required("gross_weight", row), evidence.required("fineness", row)
        decimals = row["fine_weight_dp"]
        quantity = fine_weight(*weights, 3 if decimals is None else int(decimals))
    elif row["kind"] == "COMMODITY":
        quantity = evidence.required("quantity", row)
    else:
        raise Unavailable("UNKNOWN_SUBTYPE", f"{line_id}: a stock is BAR or COMMODITY, found {row['kind']}")
    stock = Position(
        instrument_id=instrument_id,
        method="PRICED",
        quantity=quantity,
        currency=instrument["currency"],
        lot_id=row["reserve_id"],
        instrument_type=instrument["instrument_type"] or "COMMODITY",
        quote_basis=instrument["quote_basis"] or "PER_UNIT",
    )
    (line,) = evidence.position_lines([stock])
    return line._replace(line_id=line_id, fair_value_level=_LEVELS.get(line.price_type or "", 1))


def _term(instrument: Row, field: str) -> Any:
    if instrument[field] is None:
        raise Unavailable("MISSING_TERMS", f"{instrument['instrument_id']}: {field} must be given, found none")
    return instrument[field]


def _check_contract(evidence: Evidence, position: Position) -> None:
    instrument = evidence.market.instruments[position.instrument_id]
    for field in ("unit_of_measure", "contract_size"):
        ours, theirs = evidence.product[field], instrument[field]
        if ours is not None and theirs is not None and ours != theirs:
            raise Unavailable(
                "UNIT_MISMATCH",
                f"{position.instrument_id}: {field} must be {ours} as on the product's sheet, found {theirs}",
            )
    last: dt.date | None = evidence.product["expiration_date"]
    if position.instrument_id == evidence.product["instrument_id"] and last is not None and last < evidence.day:
        raise Unavailable(
            "CONTRACT_EXPIRED", f"{position.instrument_id}: expired on {last} and is still held on {evidence.day}"
        )


def _rolls(evidence: Evidence) -> Iterator[Measure]:
    """The roll return of every roll by the valuation day; it explains the curve and is no part of the value."""
    rolls = sorted(rows_of(evidence.stated.schedules, kind="FUTURES_ROLL"), key=lambda row: int(row["sequence"]))
    for before, after in pairwise(rolls):
        if after["event_date"] < before["event_date"]:
            raise Unavailable(
                "BAD_SCHEDULE",
                f"{evidence.product_id}: rolls must follow each other, found {after['event_date']} after "
                f"{before['event_date']}",
            )
    for row in rolls:
        if row["event_date"] > evidence.day:
            continue
        prices = evidence.required("amount", row), evidence.required("amount_2", row)
        yield _measure("roll_return", "FRACTION", row["event_date"].isoformat(), lambda p=prices: roll_return(*p))


def _forwards(evidence: Evidence, contracts: Iterable[str]) -> Iterator[Measure]:
    """What each contract would cost by its spot, rate, storage and convenience, where any of that is assumed."""
    known = evidence.assumptions
    names = ("risk_free_rate", "storage_rate", "convenience_yield")
    for each in sorted(contracts):
        instrument = evidence.market.instruments[each]
        scopes = [("INSTRUMENT", each)]
        if instrument["underlying_id"] is None or not any(known.find(n, "FRACTION", scopes=scopes) for n in names):
            continue

        def forward(each: str = each, instrument: Row = instrument) -> Decimal:
            last = _term(instrument, "expiry_date")
            years = times(Decimal(1), year_fraction(evidence.day, last, evidence.product["year_fraction"]))
            rate, storage, convenience = (
                continuous(known.stated(name, "FRACTION", scopes=[("INSTRUMENT", each)]), years) for name in names
            )
            spot = evidence.price(instrument["underlying_id"]).price
            return theoretical_forward(spot, rate, storage, convenience, years)

        def deviation(each: str = each, forward: Any = forward) -> Decimal:
            settled, expected = settlement(evidence, each, evidence.day).price, forward()
            with precise():
                return settled / expected - 1

        yield _measure("theoretical_forward", "PRICE", each, forward)
        yield _measure("deviation_from_forward", "FRACTION", each, deviation)


def _measure(name: str, unit: str, subject_id: str, reckon: Any) -> Measure:
    try:
        return Measure(name, reckon(), unit, subject_id)
    except Unavailable as unknown:
        return Measure(name, None, unit, subject_id, reason=unknown.reason, detail=unknown.detail)
