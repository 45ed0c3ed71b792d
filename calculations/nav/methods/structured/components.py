"""The parts of a note that have a closed form: floors, coupons, calls, puts, digitals and barriers. Source: nav 2 (M-STR)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.structured.barrier_state import has_touched
from calculations.nav.methods.structured.note import Component, Note
from calculations.nav.numbers import precise
from calculations.nav.options.barriers import BarrierType, Kind, at_any_time, at_payoff
from calculations.nav.options.vanilla import Lognormal, call, d1_d2, digital, put
from calculations.nav.results import Measure, NavLine, Unavailable

_KINDS: dict[str, Kind] = {"KNOCK_IN_PUT": "PUT", "KNOCK_OUT_CALL": "CALL"}


def component_lines(note: Note) -> tuple[tuple[NavLine, ...], tuple[Measure, ...]]:
    """A line for each part, and what explains it; one that has been sold is a part of the asset below zero."""
    lines: list[NavLine] = []
    measures: list[Measure] = [Measure("years_to_maturity", note.time_left, "YEARS")]
    total = Decimal(0)
    for each in note.components:
        amount, explained = _valued(note, each)
        lines.append(line(note, f"component/{each.name}", amount, each.participation))
        measures += explained
        with precise():
            total += amount
    lines += coupon_lines(note)
    with precise():
        measures.append(Measure("share_of_nominal", total / note.nominal if note.nominal else None, "FRACTION"))
    return tuple(lines), tuple(measures)


def line(note: Note, line_id: str, amount: Decimal, participation: Decimal | None = None) -> NavLine:
    found = note.evidence.line(
        line_id,
        amount,
        instrument_id=note.evidence.product["instrument_id"],
        method="MODEL",
        quantity=participation,
        fair_value_level=note.fair_value_level,
    )
    # what the holder has sold to the issuer is settled with the note: the asset is their sum
    return found._replace(side="ASSET")


def _valued(note: Note, component: Component) -> tuple[Decimal, list[Measure]]:
    years = note.time_left
    if component.type == "COUPON":
        return sum_of_coupons(note, component), []
    with precise():
        credit = (-note.spread(years) * years).exp()
        if component.type == "ZERO":
            discount = (-note.rate(years) * years).exp()
            return component.participation * note.nominal * discount * credit, []
        model = note.model(years)
        if component.type == "DIGITAL":
            strike = component.level("strike")
            unit = digital(model, strike)
            amount = component.participation * note.nominal * unit * credit
            return amount, _explained(component, model, strike, unit)
        strike = component.level("strike")
        unit = option_value(note, component, model, strike)
        amount = component.participation * note.nominal / component.level("initial_level") * unit * credit
        return amount, _explained(component, model, strike, unit)


def option_value(note: Note, component: Component, model: Lognormal, strike: Decimal) -> Decimal:
    """The option on one unit of the underlying, by the state of its barrier."""
    if component.type in ("CALL", "PUT"):
        return call(model, strike) if component.type == "CALL" else put(model, strike)
    kind: Kind = _KINDS[component.type]
    barrier = component.level("barrier")
    barrier_type: BarrierType = component.barrier_type  # type: ignore[assignment]
    if component.monitoring == "EUROPEAN":
        return at_payoff(model, kind, strike, barrier, barrier_type)
    if has_touched(note, component):
        return put(model, strike) if kind == "PUT" else Decimal(0)
    return at_any_time(model, kind, strike, barrier, barrier_type)


def _explained(component: Component, model: Lognormal, strike: Decimal, unit: Decimal) -> list[Measure]:
    d1, d2 = d1_d2(model, strike)
    return [
        Measure("d1", d1, "MULTIPLE", component.name),
        Measure("d2", d2, "MULTIPLE", component.name),
        Measure("option_value", unit, "PRICE", component.name),
    ]


def sum_of_coupons(note: Note, component: Component) -> Decimal:
    """Coupons to come: fixed ones discounted, conditional ones as digitals at their level."""
    total = Decimal(0)
    if not note.coupons:
        raise Unavailable("BAD_SCHEDULE", f"component {component.name}: expected coupons in Schedules, found none")
    for row in note.coupons_to_come:
        years = note.years(row["event_date"])
        fixed, conditional = coupon_amounts(note, component, row)
        with precise():
            credit = (-note.spread(years) * years).exp()
            total += fixed * (-note.rate(years) * years).exp() * credit
            if conditional:
                total += conditional * digital(note.model(years), component.level("barrier")) * credit
    return total


def coupon_amounts(note: Note, component: Component, row: Row) -> tuple[Decimal, Decimal]:
    """The fixed and the conditional coupon of a date in money. Raises Unavailable BAD_SCHEDULE where it has neither."""
    if row["amount"] is None and row["rate"] is None:
        raise Unavailable("BAD_SCHEDULE", f"a coupon on {row['event_date']} must have an amount or a rate, found none")
    with precise():
        fixed = component.participation * (row["amount"] or 0)
        return fixed, component.participation * note.nominal * (row["rate"] or 0)


def coupon_lines(note: Note) -> Iterator[NavLine]:
    """Coupons that have fallen due and are not paid by the valuation day."""
    has_part = any(each.type == "COUPON" for each in note.components)
    if note.coupons_to_come and not has_part and note.structure != "AUTOCALL":
        raise Unavailable("BAD_SCHEDULE", f"{note.evidence.product_id}: coupons need a COUPON component, found none")
    for row in note.coupons:
        paid = row["paid_date"] or (row["event_date"] if row["status"] == "PAID" else None)
        is_due = row["event_date"] <= note.evidence.day and (paid is None or note.evidence.day < paid)
        if not is_due or row["status"] == "WAIVED":
            continue
        amount = row["paid_amount"] if row["paid_amount"] is not None else row["amount"]
        if row["status"] == "MISSED" or amount is None:
            raise Unavailable(
                "MISSING_EVIDENCE", f"the coupon due on {row['event_date']} must be stated, found {row['status']}"
            )
        due = note.evidence.line(f"coupon/{row['event_date']}", amount, kind="RECEIVABLE", fair_value_level=2)
        yield due
