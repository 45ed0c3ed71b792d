"""Money-weighted returns of very many series at once: whole series, since inception, over windows. The policy is that of `irr`.

Signs are the investor's. Money is int64 minor units (exact below 2^53 of them) or float64; the rates are those of
`irr.xirr`, to 1e-12. Reading, rounding and storing do not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations import irr_kernel as kernel
from calculations.daycount import Floats, Ints
from calculations.irr import (
    AMBIGUOUS,
    BEYOND,
    DAYS_IN_YEAR,
    NO_ROOT,
    NO_SIGN_CHANGE,
    SAME_DAY,
    SEARCHED,
    SHORT_HISTORY,
    TOLERANCE,
    TOTAL_LOSS,
    Return,
    log_roots,
)
from calculations.irr_kernel import ABSENT, Rows, Windows
from calculations.reasons import Reasons
from calculations.roots import Flows

_LIMITS = kernel.Limits(DAYS_IN_YEAR, TOLERANCE, *SEARCHED, *BEYOND)
_REASONS = np.array([None, NO_SIGN_CHANGE, SAME_DAY, TOTAL_LOSS, AMBIGUOUS, NO_ROOT, NO_ROOT], dtype=object)


@dataclass(frozen=True, eq=False)
class Returns:
    """Rates (series,), NaN where there is none, and what `irr.Return` says beside one. `reasons` holds text or None;
    `listed` the solutions, by number of the series, where there is not exactly one that can be stated."""

    rates: Floats
    reasons: Reasons
    is_annualised: NDArray[np.bool_]
    is_unusual: NDArray[np.bool_]
    listed: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def at(self, number: int) -> Return:
        """The result of one series."""
        rate, reason = float(self.rates[number]), self.reasons[number]
        solved = (rate,) if math.isfinite(rate) and reason != TOTAL_LOSS else ()
        return Return(
            None if math.isnan(rate) else rate,
            reason,
            self.listed.get(number, solved),
            bool(self.is_annualised[number]),
            bool(self.is_unusual[number]),
        )


def xirr_many(offsets: ArrayLike, days: ArrayLike, amounts: ArrayLike) -> Returns:
    """`irr.xirr` of every series: series i has the flows `offsets[i]` up to before `offsets[i + 1]`, in any order.

    `offsets` (series + 1,), `days` (flows,) as datetime64 or day numbers, `amounts` (flows,). Raises ValueError for
    shapes that do not fit, a missing day and a number that is not finite. Source: fund-admin 3.2.
    """
    first = np.asarray(offsets, dtype=np.int64)
    day, amount = day_numbers(days), np.asarray(amounts)
    if first.ndim != 1 or first.size < 1 or first[0] != 0 or first[-1] != day.size or (np.diff(first) < 0).any():
        raise ValueError(
            f"offsets must rise from 0 to the number of flows, {day.size}, found {first[:3]} to {first[-1:]}"
        )
    if amount.shape != day.shape:
        raise ValueError(f"expected one amount for each of {day.size} days, found {amount.size}")
    owner = np.repeat(np.arange(first.size - 1), np.diff(first))
    if ((day[1:] < day[:-1]) & (owner[1:] == owner[:-1])).any():
        order = np.lexsort((day, owner))
        day, amount = day[order], amount[order]
    rows = rows_of(day, np.maximum(-amount, 0), np.maximum(amount, 0))
    return solve(rows, windows_of(first[:-1], first[1:]))


def since_inception_many(
    rows: Rows, first: Ints, stop: Ints, nav_days: ArrayLike, navs: ArrayLike, scale: ArrayLike = 1.0
) -> Returns:
    """`irr.since_inception` of many windows: rows `first` up to before `stop`, those up to `nav_days` (windows,), then the
    net asset values `navs` (windows,). Distributions are multiplied by `scale`. Source: fund-admin 3.2.
    """
    return solve(rows, windows_of(first, stop, scale=scale, closing_day=day_numbers(nav_days), closing=navs))


def horizon_many(
    rows: Rows,
    first: Ints,
    stop: Ints,
    start_days: ArrayLike,
    opening_navs: ArrayLike,
    nav_days: ArrayLike,
    navs: ArrayLike,
) -> Returns:
    """`irr.horizon` of many windows: rows `first` up to before `stop`, those after `start_days` up to `nav_days`, between
    the two net asset values; all (windows,). Raises ValueError where a window does not run forward. Source: fund-admin 3.2.
    """
    start, end = day_numbers(start_days), day_numbers(nav_days)
    if (end <= start).any():
        raise ValueError("a horizon must end after it starts")
    windows = windows_of(first, stop, opening_day=start, opening=opening_navs, closing_day=end, closing=navs)
    return solve(rows, windows)


def rows_of(days: ArrayLike, contributed: ArrayLike, distributed: ArrayLike) -> Rows:
    """Flows of one owner after the other, days rising within each, checked: all (rows,). Contributions are positive here."""
    rows = Rows(day_numbers(days), *(_own(side, np.float64) for side in (contributed, distributed)))
    if not (np.isfinite(rows.contributed).all() and np.isfinite(rows.distributed).all()):
        raise ValueError("flows must be finite numbers")
    return rows


def windows_of(
    first: Ints,
    stop: Ints,
    scale: ArrayLike = 1.0,
    opening_day: ArrayLike = ABSENT,
    opening: ArrayLike = 0.0,
    closing_day: ArrayLike = ABSENT,
    closing: ArrayLike = 0.0,
) -> Windows:
    """Windows of rows; what is one number holds for all of them."""
    count = len(first)

    def full(values: ArrayLike, dtype: type) -> NDArray:
        return _own(np.broadcast_to(np.asarray(values).astype(dtype), count), dtype)

    return Windows(
        full(first, np.int64),
        full(stop, np.int64),
        full(scale, np.float64),
        full(opening_day, np.int64),
        full(opening, np.float64),
        full(closing_day, np.int64),
        full(closing, np.float64),
    )


def solve(rows: Rows, windows: Windows) -> Returns:
    """The rates of windows of rows. Raises ValueError for a value or scale that is not finite. Source: fund-admin 3.2."""
    for name in ("scale", "opening", "closing"):
        if not np.isfinite(getattr(windows, name)).all():
            raise ValueError(f"{name} of a window must be a finite number")
    count = windows.first.size
    out = kernel.Found(np.empty(count), np.empty(count, dtype=np.int8), np.empty(count, dtype=np.bool_))
    kernel.solve_windows(rows, windows, _LIMITS, out)
    listed: dict[int, tuple[float, ...]] = {}
    unsettled = np.flatnonzero(out.status == kernel.OPEN)
    if unsettled.size:
        roots = np.full((unsettled.size, kernel.MOST_ROOTS), np.nan)
        kernel.solve_open(rows, windows, _LIMITS, unsettled, out, roots)
        is_listed = (out.status[unsettled] == kernel.AMBIGUOUS) | (out.status[unsettled] == kernel.NO_ROOT)
        for j in np.flatnonzero(is_listed & ~np.isnan(roots[:, 0])):
            listed[int(unsettled[j])] = tuple(math.expm1(y) for y in roots[j] if not math.isnan(y))
        for k in unsettled[out.status[unsettled] == kernel.OPEN].tolist():
            listed |= _solved_slowly(rows, windows, k, out)

    rates = np.expm1(out.log_rate)
    rates[out.status == kernel.TOTAL_LOSS] = -1.0
    reasons = _REASONS[out.status]
    is_solved = out.status == kernel.SOLVED
    reasons[is_solved & ~out.is_annualised] = SHORT_HISTORY
    is_unusual = is_solved & ~((rates >= -0.99) & (rates <= 10))
    return Returns(rates, reasons, out.is_annualised, is_unusual, listed)


def day_numbers(days: ArrayLike) -> Ints:
    """Days since 1970-01-01. Raises ValueError for a missing day."""
    found = np.asarray(days)
    if found.dtype.kind in "MO":
        found = found.astype("datetime64[D]")
        if np.isnat(found).any():
            raise ValueError("a flow needs a date, found a missing one")
    return _own(found, np.int64)


def _own(values: ArrayLike, dtype: type) -> NDArray:
    """The values in an array that may be written to. One that may not is another type to the compiled functions, which are
    compiled for each, seconds every time."""
    return np.require(values, dtype, ["C", "W"])


def _solved_slowly(rows: Rows, windows: Windows, k: int, out: kernel.Found) -> dict[int, tuple[float, ...]]:
    """A window whose rates double precision hardly tells apart, by the search of one series; its roots if not one is stated."""
    size = int(windows.stop[k] - windows.first[k]) + 2
    times, shares = np.empty(size), np.empty(size)
    n, _, _ = kernel.gather(rows, windows, _LIMITS, k, times, shares)
    equation = Flows(times[:n], np.log(np.abs(shares[:n])), shares[:n] < 0)
    found = log_roots(equation)
    if found is not None and len(found) == 1 and equation.log_net_value(found[0]) <= math.log(TOLERANCE):
        out.status[k], out.log_rate[k] = kernel.SOLVED, found[0]
        return {}
    if found is not None and len(found) > 1:
        out.status[k] = kernel.AMBIGUOUS
    return {k: tuple(math.expm1(y) for y in found)} if found else {}
