"""What happened to allocations and calls that people want to hear of on a day: milestones paid, reminders, escalations. Sending
them does not belong here.

Every event has an id that depends on what happened and not on when it was computed: who keeps the ids it has sent alerts
once. Source: fund-admin 1.9, row milestones; 1.4 CC-6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.funds.lifecycle.allocations import Allocations, Calls
from calculations.funds.lifecycle.limits import Limits
from calculations.funds.lifecycle.payments import NOT_OWED, Receipts, paid_by
from calculations.months import as_date


class EventKind(StrEnum):
    MILESTONE = "MILESTONE"
    REMINDER = "REMINDER"
    ESCALATION = "ESCALATION"


@dataclass(frozen=True)
class LifecycleEvent:
    """`day` is when it came about; `event_id` stays the same however often it is computed."""

    event_id: str
    kind: EventKind
    entity_type: str
    entity_id: str
    day: dt.date
    message: str


def milestone_events(
    rows: Allocations, calls: Calls, received: Receipts, limits: Limits, today: dt.date, after: dt.date | None = None
) -> tuple[LifecycleEvent, ...]:
    """Allocations of which a share of the milestones was first paid on the day, or on a day after `after` up to it.

    First: one that falls below its milestone through a reversal and reaches it again tells nothing new. `received` are
    the receipts up to the day. Source: fund-admin 1.9.
    """
    start = today - dt.timedelta(days=1) if after is None else after
    owner = calls.owner[received.owner]
    # Receipts of one day count together: a payment taken back on its own day reached nothing.
    order = np.lexsort((received.value_date, owner))
    owner, days = owner[order], received.value_date[order]
    ends_day = np.ones(owner.size, dtype=np.bool_)
    ends_day[:-1] = (owner[1:] != owner[:-1]) | (days[1:] != days[:-1])
    total = np.cumsum(received.amount[order])
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    before = np.where(starts > 0, total[starts - 1], 0) if starts.size else starts
    paid = (total - np.repeat(before, np.diff(starts, append=owner.size)))[ends_day]
    owner, days = owner[ends_day], days[ends_day]
    found: list[LifecycleEvent] = []
    for share in limits.milestones:
        top, bottom = share.as_integer_ratio()
        reached = np.flatnonzero((paid * bottom >= rows.amount[owner] * top) & (rows.amount[owner] > 0))
        _, first = np.unique(owner[reached], return_index=True)
        for place in reached[first].tolist():
            day = as_date(days[place])
            if start < day <= today:
                entity = str(rows.allocation_id[owner[place]])
                pct = f"{share * 100:f}".rstrip("0").rstrip(".") if share * 100 % 1 else str(int(share * 100))
                found.append(
                    LifecycleEvent(
                        f"ALLOCATION:{entity}:PAID:{pct}",
                        EventKind.MILESTONE,
                        "ALLOCATION",
                        entity,
                        day,
                        f"{pct} % of the allocation is paid",
                    )
                )
    return tuple(sorted(found, key=lambda event: (event.day, event.entity_id)))


def due_date_events(
    calls: Calls,
    received: Receipts,
    limits: Limits,
    today: dt.date,
    after: dt.date | None = None,
    entity_type: str = "ALLOCATION_CALL",
) -> tuple[LifecycleEvent, ...]:
    """Reminders before the due date of calls not fully paid, and escalations after it, that fall on the day.

    With `after`, those of the days after it up to the day, for calls still open on the day: a reminder of a day on which
    nothing ran is late, one of a call paid since is noise. The id names the due date, so that a call put off is reminded
    of again. Notices of capital calls are calls of the type NOTICE here. Source: fund-admin 1.4 CC-6.
    """
    day = np.datetime64(today, "D")
    start = np.datetime64(today - dt.timedelta(days=1) if after is None else after, "D")
    everyone = np.arange(calls.amount.size)
    paid = paid_by(received, everyone, np.full(everyone.size, day))
    open_calls = np.flatnonzero((paid < calls.amount) & ~np.isin(calls.status, NOT_OWED))
    due = calls.due_date[open_calls]

    def events(offset: int, kind: EventKind, name: str, message: str) -> Iterator[LifecycleEvent]:
        on = due + np.timedelta64(offset, "D")
        for place in np.flatnonzero((start < on) & (on <= day)).tolist():
            entity = str(calls.call_id[open_calls[place]])
            yield LifecycleEvent(
                f"{entity_type}:{entity}:{due[place]}:{name}",
                kind,
                entity_type,
                entity,
                as_date(on[place]),
                f"{message} {due[place]}, not fully paid",
            )

    reminders = (
        event
        for days in limits.reminder_days
        for event in events(-days, EventKind.REMINDER, f"DUE_IN_{days}", f"due in {days} day{'s' * (days > 1)}, on")
    )
    late = limits.escalation_days
    escalations = events(late, EventKind.ESCALATION, f"LATE_{late}", f"{late} days late: due on")
    return tuple(sorted((*reminders, *escalations), key=lambda event: (event.day, event.entity_id)))
