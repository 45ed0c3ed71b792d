"""Whether a barrier of a note has been touched since it was issued, by the levels observed. Source: nav 2 (M-STR)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from calculations.nav.market import Row
from calculations.nav.methods.evidence import rows_of
from calculations.nav.methods.structured.note import Component, Note
from calculations.nav.options.barriers import is_touched
from calculations.nav.results import Unavailable


def has_touched(note: Note, component: Component) -> bool:
    """Whether the component's barrier has been touched by the cut-off; never before maturity if it is EUROPEAN.

    A corporate action BARRIER_HIT says so, or a BARRIER_OBSERVATION: the level seen on its event date, or the one
    nearest to the barrier since its period start. Raises Unavailable MISSING_EVIDENCE for a business day since issue
    that nobody observed, CORP_ACTION where the spot has touched the barrier and the history does not say so.
    """
    if component.monitoring == "EUROPEAN":
        return False
    barrier, barrier_type = component.level("barrier"), str(component.barrier_type)
    issued: dt.date = note.evidence.required("issue_date")
    if _is_reported(note, component, issued):
        return True
    seen = observations(note)
    if any(is_touched(row["price"], barrier, barrier_type) for row in seen if row["event_date"] > issued):
        return True
    covered = {day for row in seen for day in _days(row["period_start"] or row["event_date"], row["event_date"])}
    for day in _days(issued + dt.timedelta(days=1), note.evidence.day):
        if note.evidence.point.is_business_day(day) and day not in covered:
            raise Unavailable(
                "MISSING_EVIDENCE",
                f"component {component.name}: expected the level of every business day since {issued}, none on {day}",
            )
    if is_touched(note.spot.price, barrier, barrier_type):
        raise Unavailable(
            "CORP_ACTION",
            f"component {component.name}: {note.underlying} at {note.spot.price} has touched {barrier} {barrier_type}; "
            "the barrier history does not reflect it",
        )
    return False


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=ahead) for ahead in range((last - first).days + 1))


def observations(note: Note) -> list[Row]:
    """The levels observed by the valuation day; a row without a level is still to be observed."""
    rows = rows_of(note.evidence.stated.schedules, kind="BARRIER_OBSERVATION")
    return [row for row in rows if row["event_date"] <= note.evidence.day and row["price"] is not None]


def _is_reported(note: Note, component: Component, issued: dt.date) -> bool:
    ids = {note.underlying, note.evidence.product["instrument_id"]}
    return any(
        row["action_type"] == "BARRIER_HIT"
        and row["instrument_id"] in ids
        and issued < row["ex_date"] <= note.evidence.day
        and row["level"] in (None, component.barrier)
        for row in note.evidence.stated.actions
    )
