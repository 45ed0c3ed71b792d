"""How a net asset value became the next one: flows, gains, income, costs and carry of a period, and what they leave unexplained.

Amounts are effects on the net asset value: contributions positive, distributions, fees, expenses and an increase of accrued
carry negative. Currency is `fx_effect`'s. Source: fund-admin 3.5, 1.1 M-6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.performance.days import DECEMBER, Points, Window, window_start
from calculations.funds.performance.histories import Histories, Legs
from calculations.funds.performance.values import Values
from calculations.reasons import Reasons, either, is_given


class BridgeLine(StrEnum):
    """A line of the bridge, in its order."""

    CONTRIBUTIONS = "CONTRIBUTIONS"
    DISTRIBUTIONS = "DISTRIBUTIONS"
    REALISED_GAIN = "REALISED_GAIN"
    UNREALISED_GAIN = "UNREALISED_GAIN"  # its change
    INCOME = "INCOME"
    FEES = "FEES"  # net of waivers, rebates and offsets
    EXPENSES = "EXPENSES"
    ACCRUED_CARRY = "ACCRUED_CARRY"  # its change


LINES = tuple(BridgeLine)
_BEFORE_ALL = np.datetime64("0001-01-01", "D")


@dataclass(frozen=True, eq=False)
class Movements:
    """Effects on the net asset value in any order, (movements,): series, day, number of the line in LINES, minor units."""

    series: Ints
    day: Days
    line: Ints
    amount: Ints


@dataclass(frozen=True, eq=False)
class ValueBridge:
    """Periods (points,) that end on the day of the point: `opening` + all `lines` + `unexplained` = `closing`, exactly.

    Where `reasons` has a text, a value at one end is not known, and opening, closing and unexplained are 0.
    """

    points: Points
    opening_day: Days
    opening: Ints
    lines: Mapping[BridgeLine, Ints]
    closing: Ints
    unexplained: Ints
    reasons: Reasons


def value_bridge(
    values: Values,
    movements: Movements,
    points: Points,
    window: Window | None = Window.QUARTER_TO_DATE,
    fiscal_year_end: int = DECEMBER,
) -> ValueBridge:
    """The bridge of the period that ends with each point: the quarter or year to date, all time for None.

    A movement belongs to the period after whose opening day it falls. A series that has no value on the opening day, and no
    movement up to it, opens at nothing. Source: fund-admin 3.5.
    """
    count = 1 + max(int(movements.series.max(initial=-1)), int(points.series.max(initial=-1)))
    width = len(LINES)
    booked = Histories.of(
        Legs(
            movements.series * width + movements.line, movements.day, movements.amount, np.zeros_like(movements.amount)
        ),
        count * width,
    )
    opening_day = _opening_day(points.day, window, fiscal_year_end)
    opening, closing = values.at(points.series, opening_day), values.at(points.series, points.day)

    lines: dict[BridgeLine, Ints] = {}
    has_begun = np.zeros(points.series.size, dtype=np.bool_)
    for number, line in enumerate(LINES):
        series = points.series * width + number
        until, _ = booked.sums(series, points.day)
        before, _ = booked.sums(series, opening_day)
        lines[line] = until - before
        has_begun |= booked.first_day(series) <= opening_day
    starts_empty = is_given(opening.reasons) & ~has_begun
    why = either(np.where(starts_empty, closing.reasons, opening.reasons), closing.reasons)
    known = ~is_given(why)
    explained = opening.units + sum(lines.values(), np.zeros_like(opening.units))
    return ValueBridge(
        points,
        opening_day,
        np.where(known, opening.units, 0),
        lines,
        np.where(known, closing.units, 0),
        np.where(known, closing.units - explained, 0),
        why,
    )


def _opening_day(day: Days, window: Window | None, fiscal_year_end: int) -> Days:
    if window is None:
        return np.full(day.size, _BEFORE_ALL)
    return window_start(day, window, fiscal_year_end)
