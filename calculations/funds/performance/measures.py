"""Capital, multiples and returns of many series on many days. No index, no credit line, no conversion of money.

A figure that cannot be stated is NaN (money: 0 beside its reason), never a zero that passes for one; its reason says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance.conventions import Basis, Measure
from calculations.funds.performance.days import DECEMBER, Points, Window, window_start
from calculations.funds.performance.histories import Histories
from calculations.funds.performance.values import Known, Values
from calculations.irr_many import Returns, horizon_many, rows_of, since_inception_many
from calculations.multiples import NO_COMMITMENT, NO_INVESTED_CAPITAL, NO_PAID_IN, OUT_OF_RANGE, ratios, rounded
from calculations.reasons import Reasons, either, is_given, when

HISTORY_TOO_SHORT = "HISTORY_TOO_SHORT"  # the series began inside the window
OPENING_NAV_MISSING = "OPENING_NAV_MISSING"  # no net asset value on the day the window opens
COMMITMENT_MISSING = "COMMITMENT_MISSING"  # commitments are not given
NO_FLOWS = "NO_FLOWS"  # nothing was paid in or out by the day

SINCE_INCEPTION = "irr"
LARGEST_RATE = 1e10  # ten digits before the point hold no more
WINDOWS = tuple(Window)


@dataclass(frozen=True, eq=False)
class Money:
    """Whole minor units (points,); where `reasons` has a text the amount is not known, and 0."""

    units: Ints
    reasons: Reasons


@dataclass(frozen=True, eq=False)
class Ratios:
    """Multiples (points,) with 12 decimals, NaN where not stated, and why."""

    values: Floats
    reasons: Reasons


@dataclass(frozen=True, eq=False)
class Rates:
    """Returns (points,) with 12 decimals, NaN where not stated. A reason beside a rate is SHORT_HISTORY or TOTAL_LOSS;
    `is_annualised` says whether the rate is one of a year; `is_unusual` marks those outside -99 % to 1000 %. `listed` has the
    several solutions of an ambiguous point, by its number."""

    values: Floats
    reasons: Reasons
    is_annualised: NDArray[np.bool_]
    is_unusual: NDArray[np.bool_]
    listed: Mapping[int, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Measures:
    """The figures of points (points,) under one convention, by name.

    `money`: committed, paid_in (gross: invested), distributed (gross: realised), nav (gross: unrealised), total_value.
    `ratios`: pic, dpi, rvpi, tvpi (gross: moic). `rates`: irr, and irr_1y, irr_3y, irr_5y, irr_qtd, irr_ytd.
    `value_day` is the day of the net asset value, NaT where there is none.
    """

    points: Points
    basis: Basis
    value_day: Days
    money: Mapping[str, Money]
    ratios: Mapping[str, Ratios]
    rates: Mapping[str, Rates]


def measure(
    histories: Histories,
    values: Values,
    points: Points,
    basis: Basis,
    commitments: Histories | None = None,
    windows: Sequence[Window] = WINDOWS,
    fiscal_year_end: int = DECEMBER,
) -> Measures:
    """Figures since inception and over `windows` of every point, from all flows up to and on its day.

    `values` hold the net asset values after the flows of their day (gross: the fair values); `commitments` the changes of the
    commitments as called amounts. Sources: fund-admin 3.1, 3.2, 1.1 M-4.
    """
    series, day = points.series, points.day
    called, distributed = histories.sums(series, day)
    nav = values.at(series, day)
    paid_in = _money(called, histories.called_reasons(series, day))
    returned = _money(distributed, histories.distributed_reasons(series, day))
    worth = Money(nav.units, nav.reasons)
    total = _money(distributed + nav.units, either(returned.reasons, nav.reasons))
    rates = {SINCE_INCEPTION: since_inception_rates(histories, points, nav)}
    for window in windows:
        rates[f"irr_{window.value.lower()}"] = _window_rates(histories, values, points, nav, window, fiscal_year_end)
    if basis.measure is Measure.GROSS:
        return Measures(
            points,
            basis,
            nav.day,
            {"invested": paid_in, "realised": returned, "unrealised": worth, "total_value": total},
            {"moic": divided(total, paid_in, NO_INVESTED_CAPITAL)},
            rates,
        )
    committed = _committed(commitments, points)
    dpi, rvpi = divided(returned, paid_in, NO_PAID_IN), divided(worth, paid_in, NO_PAID_IN)
    pic = divided(paid_in, committed, NO_COMMITMENT)
    nothing_paid = ~is_given(pic.reasons) & (paid_in.units <= 0)
    return Measures(
        points,
        basis,
        nav.day,
        {
            "committed": committed,
            "paid_in": paid_in,
            "distributed": returned,
            "nav": worth,
            "total_value": total,
        },
        {
            "pic": Ratios(
                np.where(nothing_paid, np.nan, pic.values), either(pic.reasons, when(nothing_paid, NO_PAID_IN))
            ),
            "dpi": dpi,
            "rvpi": rvpi,
            # the sum of the two as stored, so that the identity holds to the last decimal
            "tvpi": Ratios(rounded(dpi.values + rvpi.values), either(dpi.reasons, rvpi.reasons)),
        },
        rates,
    )


def since_inception_rates(histories: Histories, points: Points, nav: Known) -> Rates:
    """The rate of return of all flows up to each point, the net asset value as last flow. Source: fund-admin 3.2."""
    rows = rows_of(histories.day, histories.called, histories.distributed)
    series, day = points.series, points.day
    first, stop = histories.first[series], histories.stop(series, day)
    why = either(when(first == stop, NO_FLOWS), histories.reasons(series, day), nav.reasons)
    known = ~is_given(why)
    return placed(why, since_inception_many(rows, first[known], stop[known], day[known], nav.units[known]))


def placed(why: Reasons, found: Returns) -> Rates:
    """Rates `found` for the points that have no reason against them, in the places of these among all points."""
    places = np.flatnonzero(~is_given(why))
    values, reasons = np.full(why.size, np.nan), why.copy()
    is_stored = ~(found.rates >= LARGEST_RATE)
    is_annualised, is_unusual = (np.zeros(why.size, dtype=np.bool_) for _ in range(2))
    values[places] = rounded(np.where(is_stored, found.rates, np.nan))
    reasons[places] = np.where(is_stored, found.reasons, OUT_OF_RANGE)
    is_annualised[places], is_unusual[places] = found.is_annualised, found.is_unusual
    return Rates(
        values, reasons, is_annualised, is_unusual, {int(places[k]): roots for k, roots in found.listed.items()}
    )


def divided(above: Money, below: Money, reason: str) -> Ratios:
    """The quotient of two amounts; not stated where one of them is not known, or with `reason`."""
    values, why = ratios(above.units, below.units, reason)
    unknown = either(below.reasons, above.reasons)
    return Ratios(np.where(is_given(unknown), np.nan, values), either(unknown, why))


def _window_rates(
    histories: Histories, values: Values, points: Points, nav: Known, window: Window, fiscal_year_end: int
) -> Rates:
    series, day = points.series, points.day
    start = window_start(day, window, fiscal_year_end)
    opening = values.at(series, start)
    begins_inside = histories.first_day(series) > start
    if window.years is None:
        # what began inside the period was worth nothing at its start
        why_opening = when(is_given(opening.reasons) & ~begins_inside, OPENING_NAV_MISSING)
    else:
        why_opening = either(
            when(begins_inside, HISTORY_TOO_SHORT), when(is_given(opening.reasons), OPENING_NAV_MISSING)
        )
    why = either(histories.reasons(series, day), nav.reasons, why_opening)
    known = ~is_given(why)
    found = horizon_many(
        rows_of(histories.day, histories.called, histories.distributed),
        histories.stop(series, start)[known],
        histories.stop(series, day)[known],
        start[known],
        opening.units[known],
        day[known],
        nav.units[known],
    )
    return placed(why, found)


def _committed(commitments: Histories | None, points: Points) -> Money:
    if commitments is None:
        unknown = when(np.ones(points.series.size, dtype=np.bool_), COMMITMENT_MISSING)
        return _money(np.zeros(points.series.size, dtype=np.int64), unknown)
    committed, _ = commitments.sums(points.series, points.day)
    return _money(committed, commitments.called_reasons(points.series, points.day))


def _money(units: Ints, reasons: Reasons) -> Money:
    return Money(np.where(is_given(reasons), 0, units), reasons)
