"""The return of several funds of one currency as if they were one. Converting currencies and funds one by one do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.irr import Return, since_inception
from calculations.multiples import Ratio, dpi, tvpi


@dataclass(frozen=True)
class Known:
    """A sum, or None with the reason."""

    value: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class Member:
    """A fund of a pool on the pool's day: what was paid in and out since inception, and its value; None beside the reason."""

    called: Decimal | None
    distributed: Decimal | None
    nav: Decimal | None
    reason: str | None = None


@dataclass(frozen=True)
class PooledReturn:
    """Sums over the members and the rate of return and multiples of these sums; a figure that is None has its reason."""

    called: Known
    distributed: Known
    nav: Known
    irr: Return
    tvpi: Ratio
    dpi: Ratio


def pooled_return(
    members: Iterable[Member], days: Sequence[dt.date], flows: Sequence[Decimal], day: dt.date
) -> PooledReturn:
    """The return since inception of the members' flows together and their values together on `day`.

    `days`, `flows` (flows,) are all members' net flows up to the day in any order, contributions negative. A pool of which
    one figure is unknown has no return: leaving that member out would flatter or hurt the others. Source: fund-admin 3.1, 3.2.
    """
    found = list(members)
    called = _sum((member.called, member.reason) for member in found)
    distributed = _sum((member.distributed, member.reason) for member in found)
    nav = _sum((member.nav, member.reason) for member in found)
    if called.value is None or distributed.value is None:
        reason = called.reason or distributed.reason
        return PooledReturn(called, distributed, nav, Return(None, reason), Ratio(None, reason), Ratio(None, reason))
    paid_back = dpi(distributed.value, called.value)
    if nav.value is None:
        return PooledReturn(called, distributed, nav, Return(None, nav.reason), Ratio(None, nav.reason), paid_back)
    irr = since_inception(days, flows, day, nav.value)
    return PooledReturn(called, distributed, nav, irr, tvpi(distributed.value, nav.value, called.value), paid_back)


def _sum(parts: Iterable[tuple[Decimal | None, str | None]]) -> Known:
    total = Decimal(0)
    for value, reason in parts:
        if value is None:
            return Known(None, reason)
        total += value
    return Known(total)
