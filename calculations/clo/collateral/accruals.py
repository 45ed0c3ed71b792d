"""What a unit of balance earns over part of an interest period when its rate steps or what it accrued is settled early.

Assets without steps and events do not need this: they earn one rate over the whole period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calculations.calendars import as_days
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.features import AssetEvent
from calculations.daycount import year_fraction


@dataclass(frozen=True)
class Earning:
    """Of a unit of balance: `year_fraction` of the index, `accrual`, what it earns beside the index, and over what part
    of a year, `whole`.
    """

    year_fraction: float
    accrual: float
    whole: float


def steps_of(asset: AssetTerms, events: Sequence[AssetEvent], analysis: dt.date) -> list[tuple[dt.date, float]]:
    """The spread or coupon from each date on, those of events included, without what is in the tape's rate already.

    Source: clo-extensions 3.3, 3.4.
    """
    steps = {step.start: step.rate for step in asset.steps if step.start > analysis}
    steps.update((event.date, event.rate) for event in events if event.rate is not None)
    return sorted(steps.items())


class Part(NamedTuple):
    """From `start` to `end` within an interest period that begins at `begin`."""

    begin: dt.date
    start: dt.date
    end: dt.date
    is_indexed: bool


def earned(asset: AssetTerms, steps: Sequence[tuple[dt.date, float]], parts: Sequence[Part]) -> list[Earning]:
    """What accrues in each part of an interest period.

    A part's pieces are differences of fractions from where its period begins, so that they sum to the whole under every
    day count. Where it is not indexed, its rate is the tape's coupon, moved as the spread or coupon moves. Source:
    clo-extensions, part-period accrual.
    """
    pieces = [_pieces(asset, steps, part) for part in parts]
    begins = [part.begin for part, of_part in zip(parts, pieces, strict=True) for _ in range(len(of_part) + 1)]
    bounds = [
        date
        for part, of_part in zip(parts, pieces, strict=True)
        for date in (*(start for start, _ in of_part), part.end)
    ]
    # One call for all parts: a day count costs as much for one date as for a hundred.
    fractions = iter(year_fraction(as_days(begins), as_days(bounds), asset.day_count).tolist())
    found: list[Earning] = []
    for part, of_part in zip(parts, pieces, strict=True):
        first = last = next(fractions)
        accrual = 0.0
        for _, rate in of_part:
            since, last = last, next(fractions)
            accrual += rate * (last - since)
        whole = last - first
        found.append(Earning(year_fraction=whole if part.is_indexed else 0.0, accrual=accrual, whole=whole))
    return found


def _pieces(asset: AssetTerms, steps: Sequence[tuple[dt.date, float]], part: Part) -> list[tuple[dt.date, float]]:
    """From when on, within a part, which rate is earned; the first from its start."""
    base = asset.spread if asset.is_floating else asset.coupon
    first = base if part.is_indexed else asset.coupon
    moves = [(max(date, part.start), first + rate - base) for date, rate in steps if date < part.end]
    before = [rate for date, rate in moves if date <= part.start]
    return [(part.start, before[-1] if before else first), *(item for item in moves if item[0] > part.start)]
