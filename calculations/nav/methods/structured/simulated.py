"""Notes that end early or look at a barrier once a day: all parts on the same simulated paths. Source: nav 2 (M-STR)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from calculations.nav.methods.structured.barrier_state import has_touched, observations
from calculations.nav.methods.structured.components import coupon_amounts, coupon_lines, line
from calculations.nav.methods.structured.note import Component, Note
from calculations.nav.numbers import precise
from calculations.nav.options.simulation import Observation, PathNote, PathOption, simulate
from calculations.nav.results import Measure, NavLine, Unavailable

_KINDS = {"KNOCK_IN_PUT": "PUT", "KNOCK_OUT_CALL": "CALL", "CALL": "CALL", "PUT": "PUT"}


def simulated_lines(note: Note) -> tuple[tuple[NavLine, ...], tuple[Measure, ...]]:
    """One line for the whole note, with the standard error of its value among the measures.

    An AUTOCALL redeems its ZERO part on the first day of the coupon schedule on which the underlying is at or above
    that part's barrier, with the coupon of the day. Raises Unavailable MISSING_ASSUMPTION without paths and seed,
    CORP_ACTION for a note that has been called and is still held, and as the parts of the note do.
    """
    known = note.evidence.assumptions
    years = note.time_left
    paths, seed = (known.value(name, "COUNT") for name in ("paths", "seed"))
    found = simulate(_path_note(note), note.model(years), note.spread(years), int(paths), int(seed))
    with precise():
        share = found.value / note.nominal if note.nominal else None
    measures = (
        Measure("years_to_maturity", years, "YEARS"),
        Measure("standard_error", found.standard_error, "MONEY", currency=note.evidence.currency),
        Measure("paths", Decimal(found.paths), "COUNT"),
        Measure("seed", seed, "COUNT"),
        Measure("share_of_nominal", share, "FRACTION"),
    )
    return (line(note, "note", found.value), *coupon_lines(note)), measures


def _path_note(note: Note) -> PathNote:
    zeros = [each for each in note.components if each.type == "ZERO"]
    coupons = [each for each in note.components if each.type == "COUPON"]
    digitals = [each.name for each in note.components if each.type == "DIGITAL"]
    if digitals or len(coupons) > 1:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION",
            f"{note.evidence.product_id}: a simulated note has options, ZERO and at most one COUPON; found more",
        )
    with precise():
        redemption = sum((each.participation * note.nominal for each in zeros), Decimal(0))
    call_level = _call_level(note, zeros)
    seen: list[Observation] = []
    for row in note.coupons_to_come:
        fixed, conditional = coupon_amounts(note, coupons[0], row) if coupons else (Decimal(0), Decimal(0))
        is_last = row["event_date"] == note.maturity
        seen.append(
            Observation(
                years=note.years(row["event_date"]),
                coupon=fixed,
                conditional_coupon=conditional,
                coupon_level=coupons[0].level("barrier") if conditional else None,
                call_level=None if is_last else call_level,
                redemption=redemption,
            )
        )
    if not seen or seen[-1].years != note.time_left:
        seen.append(Observation(note.time_left))
    options = tuple(_path_option(note, each) for each in note.components if each.type in _KINDS)
    return PathNote(seen, redemption, options, _monitored(note, options))


def _call_level(note: Note, zeros: list[Component]) -> Decimal | None:
    """The level at which the note is called; None for one that cannot be."""
    if note.structure != "AUTOCALL":
        return None
    if len(zeros) != 1 or zeros[0].barrier_type != "UP_OUT":
        raise Unavailable(
            "MISSING_TERMS", f"{note.evidence.product_id}: an autocall needs one ZERO part with an UP_OUT barrier"
        )
    level = zeros[0].level("barrier")
    if not note.coupons_to_come:
        raise Unavailable("BAD_SCHEDULE", f"{note.evidence.product_id}: an autocall needs dates to come, found none")
    known = {row["event_date"]: row["price"] for row in observations(note)}
    for row in note.coupons:
        if row["event_date"] > note.evidence.day:
            continue
        if row["event_date"] not in known:
            raise Unavailable("MISSING_EVIDENCE", f"expected the level observed on {row['event_date']}, found none")
        if known[row["event_date"]] >= level:
            raise Unavailable(
                "CORP_ACTION",
                f"{note.evidence.product_id}: called on {row['event_date']} at {known[row['event_date']]} and still held",
            )
    return level


def _path_option(note: Note, component: Component) -> PathOption:
    with precise():
        units = component.participation * note.nominal / component.level("initial_level")
    plain = PathOption(_KINDS[component.type], units, component.level("strike"))
    if component.type in ("CALL", "PUT"):
        return plain
    return PathOption(
        kind=plain.kind,
        units=units,
        strike=plain.strike,
        barrier=component.level("barrier"),
        barrier_type=str(component.barrier_type),
        monitoring=str(component.monitoring),
        is_touched=has_touched(note, component),
    )


def _monitored(note: Note, options: tuple[PathOption, ...]) -> tuple[Decimal, ...]:
    """Every business day to come, where a barrier is looked at daily."""
    if not any(each.monitoring == "DAILY" and not each.is_touched for each in options):
        return ()
    count = (note.maturity - note.evidence.day).days
    days = (note.evidence.day + dt.timedelta(days=ahead) for ahead in range(1, count + 1))
    # two days may be one by a count of 30 days a month
    return tuple(sorted({note.years(day) for day in days if note.evidence.point.is_business_day(day)} - {Decimal(0)}))
