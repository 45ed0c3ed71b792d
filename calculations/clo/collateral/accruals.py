"""What a unit of balance earns over part of an interest period when its rate steps or what it accrued is settled early.

Assets without steps and events do not need this: they earn one rate over the whole period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

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


def earned(
    asset: AssetTerms,
    steps: Sequence[tuple[dt.date, float]],
    begin: dt.date,
    start: dt.date,
    end: dt.date,
    *,
    is_indexed: bool,
) -> Earning:
    """What accrues from `start` to `end` in an interest period that begins at `begin`.

    Parts are differences of fractions from `begin`, so that they sum to the whole under every day count. Where the
    row is not indexed, its rate is the tape's coupon, moved as the spread or coupon moves. Source: clo-extensions,
    part-period accrual.
    """
    base = asset.spread if asset.is_floating else asset.coupon
    first = base if is_indexed else asset.coupon
    moves = [(max(date, start), first + rate - base) for date, rate in steps if date < end]
    before = [rate for date, rate in moves if date <= start]
    pieces = [(start, before[-1] if before else first), *(item for item in moves if item[0] > start)]
    ends = [*(date for date, _ in pieces[1:]), end]
    accrual = 0.0
    for (date, rate), until in zip(pieces, ends, strict=True):
        accrual += rate * (_fraction(asset, begin, until) - _fraction(asset, begin, date))
    whole = _fraction(asset, begin, end) - _fraction(asset, begin, start)
    return Earning(year_fraction=whole if is_indexed else 0.0, accrual=accrual, whole=whole)


def _fraction(asset: AssetTerms, begin: dt.date, date: dt.date) -> float:
    return year_fraction(begin, date, asset.day_count)
