"""Tax distributions to the GP: a balance of its own, deducted from the next carry. How carry arises is not here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class CarryEvent:
    """On one day, carry earned by a GP member and tax advanced to it; both >= 0."""

    event_date: dt.date
    carry: Decimal = ZERO
    tax_advance: Decimal = ZERO


@dataclass(frozen=True)
class CarryPaid:
    """Carry after what was advanced: carry = deducted + paid; `balance` is what is still to be deducted."""

    event_date: dt.date
    carry: Decimal
    deducted: Decimal
    paid: Decimal
    balance: Decimal


def deduct_tax_advances(events: Iterable[CarryEvent], opening: Decimal = ZERO) -> tuple[CarryPaid, ...]:
    """Carry paid day by day, each less the advances not yet deducted, by date; `opening` is the balance before.

    An advance of the same day is deducted from that day's carry. Raises ValueError for a negative amount.
    Source: fund-admin D-6.
    """
    by_day: dict[dt.date, tuple[Decimal, Decimal]] = {}
    for event in events:
        if event.carry < 0 or event.tax_advance < 0:
            raise ValueError(
                f"carry of {event.event_date}: expected amounts >= 0, found {event.carry} and {event.tax_advance}"
            )
        carry, advance = by_day.get(event.event_date, (ZERO, ZERO))
        by_day[event.event_date] = (carry + event.carry, advance + event.tax_advance)
    found, balance = [], opening
    for day, (carry, advance) in sorted(by_day.items()):
        balance += advance
        deducted = min(carry, balance)
        balance -= deducted
        found.append(CarryPaid(day, carry, deducted, carry - deducted, balance))
    return tuple(found)
