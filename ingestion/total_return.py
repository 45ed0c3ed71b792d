"""Builds a total-return index from monthly prices and dividends. Reading the file and storing the levels do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

MONTHS = 12
_PRECISE = Context(prec=50)
_STORED = Decimal(1).scaleb(-12)


@dataclass(frozen=True)
class TotalReturn:
    """`levels` (n,) by row as given, None where unknown; `broken_at` is the first month that has no level, and why."""

    levels: tuple[Decimal | None, ...]
    broken_at: dt.date | None = None
    reason: str | None = None


def total_return_levels(
    days: Sequence[dt.date], prices: Sequence[Decimal], dividends: Sequence[Decimal | None]
) -> TotalReturn:
    """Levels of the index that reinvests a twelfth of the yearly dividend each month, in points of the price.

    The first level is the first price; then level = previous level x (price + dividend / 12) / previous price. A
    dividend that is null or zero is missing. From the first month that lacks one, or that does not follow the month
    before it, there is no level: a level is only as good as the unbroken chain behind it. Source: input-contracts 5.4,
    fund-admin 5. All three (n,), days in any order; levels are rounded to 12 decimals, the chain is not.
    """
    levels: list[Decimal | None] = [None] * len(days)
    order = sorted(range(len(days)), key=days.__getitem__)
    level: Decimal | None = None
    for place, row in enumerate(order):
        day, dividend = days[row], dividends[row]
        if level is None:
            level = prices[row]
        else:
            before = order[place - 1]
            if _month(day) != _month(days[before]) + 1:
                return TotalReturn(tuple(levels), day, f"the month before it is missing ({days[before]} comes before)")
            if not dividend:
                return TotalReturn(tuple(levels), day, "its dividend is missing")
            income = _PRECISE.add(prices[row], _PRECISE.divide(dividend, Decimal(MONTHS)))
            level = _PRECISE.divide(_PRECISE.multiply(level, income), prices[before])
        levels[row] = level.quantize(_STORED, rounding="ROUND_HALF_UP", context=_PRECISE)
    return TotalReturn(tuple(levels))


def _month(day: dt.date) -> int:
    return day.year * MONTHS + day.month
