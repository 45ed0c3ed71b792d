"""The roll of commitments from what the files say, with the recalls and expiries that follow. Transfers and remedies bring their events along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from calculations.calendars import DaysLike
from calculations.daycount import Days, Ints
from calculations.exact.minor_units import in_money
from calculations.funds.capital.commitments import KIND, EventKind, Events, Roll
from calculations.funds.capital.recalls import Drawn, Lots, draw_lots
from calculations.money import minor_unit
from calculations.months import as_date
from calculations.ragged import first_rows
from orchestration.assets.capital_findings import Difference
from orchestration.assets.capital_frames import Frame, days, money, table
from orchestration.assets.capital_inputs import KEYS, Inputs

ROLL = "calc.commitment_roll"


@dataclass(frozen=True, eq=False)
class Stated:
    """Events and recallable lots as the files state them, each in order of commitment."""

    events: Events
    lots: Lots
    event_starts: Ints
    lot_starts: Ints

    @classmethod
    def of(cls, inputs: Inputs) -> Stated:
        """Commitments, changes, calls and distributions; a call counts inside the commitment but for its outside portion."""
        rows = inputs.events
        number, day, outside = rows.ints("c"), rows.days("day"), rows.ints("outside")
        parts = (
            (EventKind.COMMITTED, rows.ints("committed")),
            (EventKind.CALLED_INSIDE, rows.ints("called") - outside),
            (EventKind.CALLED_OUTSIDE, outside),
            (EventKind.RECALLABLE, rows.ints("recallable")),
        )
        moved = [(kind, amount, np.flatnonzero(amount)) for kind, amount in parts]
        at = np.concatenate([place for _, _, place in moved])
        kind = np.repeat([KIND[kind] for kind, _, _ in moved], [place.size for _, _, place in moved])
        kind = np.where(rows.flags("is_reallocation")[at] & (kind == KIND[EventKind.CALLED_INSIDE]), _REALLOCATED, kind)
        amount = np.concatenate([amounts[place] for _, amounts, place in moved])
        order = np.argsort(number[at], kind="stable")
        events = Events(number[at][order], day[at][order], kind[order], amount[order])
        lots = Lots(
            inputs.lots.ints("c"), inputs.lots.days("day"), inputs.lots.days("until"), inputs.lots.ints("amount")
        )
        size = inputs.commitments.size
        return cls(
            events,
            lots,
            first_rows(np.bincount(events.commitment, minlength=size)),
            first_rows(np.bincount(lots.commitment, minlength=size)),
        )

    def of_commitment(self, number: int) -> tuple[Events, Lots]:
        """The events and lots of one commitment."""
        at = slice(int(self.event_starts[number]), int(self.event_starts[number + 1]))
        lot = slice(int(self.lot_starts[number]), int(self.lot_starts[number + 1]))
        e, held = self.events, self.lots
        return (
            Events(e.commitment[at], e.day[at], e.kind[at], e.amount[at]),
            Lots(held.commitment[lot], held.day[lot], held.until[lot], held.amount[lot]),
        )


_REALLOCATED = KIND[EventKind.REALLOCATED]


def with_recalls(events: Events, lots: Lots, calls: Events) -> Events:
    """Events with what `calls` recall and what expires. A recall is a part of a call; it moves no unfunded by itself.

    `calls` are the events of the files: what a transfer carries over has been called before.
    """
    if not lots.amount.size:
        return events
    inside = np.flatnonzero(np.isin(calls.kind, [KIND[EventKind.CALLED_INSIDE], _REALLOCATED]))
    recalled, expired = draw_lots(lots, Drawn(calls.commitment[inside], calls.day[inside], calls.amount[inside]))
    return joined([events, _as_events(recalled, EventKind.RECALLED), _as_events(expired, EventKind.EXPIRED)])


def joined(parts: Sequence[Events]) -> Events:
    """Events one after the other."""
    return Events(
        np.concatenate([part.commitment for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.amount for part in parts]),
    )


def events_of(rows: Iterable[tuple[int, DaysLike, EventKind, int]]) -> Events:
    """A few events given one by one: commitment, day, kind, amount."""
    listed = list(rows)
    return Events(
        np.array([row[0] for row in listed], dtype=np.int64),
        np.array([row[1] for row in listed], dtype="datetime64[D]"),
        np.array([KIND[row[2]] for row in listed], dtype=np.int64),
        np.array([row[3] for row in listed], dtype=np.int64),
    )


def _as_events(drawn: Drawn, kind: EventKind) -> Events:
    return Events(drawn.commitment, drawn.day, np.full(drawn.day.size, KIND[kind], dtype=np.int64), drawn.amount)


def roll_table(inputs: Inputs, found: Roll, holders: Mapping[int, Sequence[tuple[dt.date, str]]]) -> pa.Table:
    """Rows of calc.commitment_roll: a commitment at the end of each day on which it moved.

    What the workbook states of a commitment stands on the row in force on the day it speaks of. `holders` are those to
    whom a commitment passed, from which day on.
    """
    held, number = inputs.commitments, found.commitment
    fund = held.ints("f")[number]
    scale = held.ints("scale")[number]
    as_of = inputs.funds.days("as_of")[held.ints("f")]
    spoken_of = np.zeros(number.size, dtype=np.bool_)
    in_force = found.rows_on(np.arange(held.size), as_of)
    spoken_of[in_force[in_force >= 0]] = True
    inside, outside = found.called_inside, found.balance(EventKind.CALLED_OUTSIDE)
    return table(
        {
            **inputs.funds.columns(KEYS, fund),
            **held.columns(("commitment_id", "class_code", "currency"), number),
            "investor_id": _held_by(held, found, holders),
            "event_date": days(found.day),
            "committed": money(found.balance(EventKind.COMMITTED), scale),
            "called": money(inside + outside, scale),
            "called_outside": money(outside, scale),
            "recallable": money(found.balance(EventKind.RECALLABLE), scale),
            "recalled": money(found.balance(EventKind.RECALLED), scale),
            "expired": money(found.balance(EventKind.EXPIRED), scale),
            "restored": money(found.balance(EventKind.RESTORED), scale),
            "released": money(found.balance(EventKind.RELEASED), scale),
            "unfunded": money(found.unfunded, scale),
            "defaulted": money(found.balance(EventKind.DEFAULTED), scale),
            "remedied": money(found.balance(EventKind.REMEDIED), scale),
            "equalised": money(found.balance(EventKind.EQUALISED), scale),
            "equalised_stated": money(found.balance(EventKind.EQUALISED_STATED), scale),
            **{
                f"{name}_stated": money(
                    held.ints(f"{short}_stated_units")[number], scale, spoken_of & held.given(column)[number]
                )
                for name, short, column in (
                    ("called", "called", "capital_called"),
                    ("unfunded", "unfunded", "unfunded_commitment"),
                )
            },
            "known_at": pa.array(_known(inputs.events, held.ints("c"), found), pa.timestamp("us")),
        }
    )


def _held_by(held: Frame, found: Roll, holders: Mapping[int, Sequence[tuple[dt.date, str]]]) -> pa.Array:
    """The investor of each row: the first one, or to whom the commitment had passed by the day."""
    names = held.texts("investor_id")
    of_row = found.commitment.copy()
    for number, passed in holders.items():
        for day, investor in passed:
            of_row[(found.commitment == number) & (found.day >= np.datetime64(day, "D"))] = len(names)
            names.append(investor)
    return pa.array(names, pa.string()).take(pa.array(of_row))


def stated_findings(inputs: Inputs, found: Roll) -> Iterator[tuple[int, Difference]]:
    """Fund number and finding: running balances that the workbook states otherwise than its events make them."""
    held = inputs.commitments
    as_of = inputs.funds.days("as_of")[held.ints("f")]
    row = found.rows_on(np.arange(held.size), as_of)
    called = np.append(found.called_inside + found.balance(EventKind.CALLED_OUTSIDE), 0)[row]
    unfunded = np.append(found.unfunded, 0)[row]
    ids, currencies = held.texts("commitment_id"), held.texts("currency")
    for column, short, computed in (
        ("capital_called", "called", called),
        ("unfunded_commitment", "unfunded", unfunded),
    ):
        stated = held.ints(f"{short}_stated_units")
        for number in np.flatnonzero(held.given(column) & (stated != computed)).tolist():
            unit = minor_unit(len(str(held.ints("scale")[number])) - 1)
            told, wanted = in_money(stated[number], unit), in_money(computed[number], unit)
            yield (
                int(held.ints("f")[number]),
                Difference(
                    f"STATED_{column.upper()}",
                    "warning",
                    "COMMITMENT",
                    str(ids[number]),
                    f"commitment {ids[number]}: expected {column} of {wanted} by its events, found {told}",
                    as_date(as_of[number]),
                    currencies[number],
                    told,
                    wanted,
                ),
            )


def _known(rows: Frame, numbers: Ints, found: Roll) -> Days:
    """When the newest input of each row became known: the newest of the commitment's events by its day."""
    instants, rank = np.unique(rows.ints("known_at"), return_inverse=True)
    of_row = found.rows_on(rows.ints("c"), rows.days("day"))
    newest = np.zeros(found.commitment.size, dtype=np.int64)
    np.maximum.at(newest, of_row[of_row >= 0], rank[of_row >= 0])
    # the running newest of each commitment: ranks are few, so that one running maximum serves all commitments
    owner = np.searchsorted(numbers, found.commitment)
    running = np.maximum.accumulate(owner * instants.size + newest)
    return instants[running - owner * instants.size].astype("datetime64[us]")
