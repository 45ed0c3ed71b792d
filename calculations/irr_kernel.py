"""The compiled search for the rates of many windows of dated flows. What a rate means, and arrays of results, belong to `irr_many`.

With y = ln(1 + rate), a window is worth nothing where g(y) = ln P(y) - ln N(y) is zero, P and N the present values of its
inflows and outflows; see `roots` for the bounds of g. All compiled functions stand in this one file: the cache of compiled
code sees changes of the file that a function is in, not of those it calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from calculations.daycount import Floats, Ints
from calculations.roots import TOUCHING, WIDTH

SOLVED, NO_SIGN_CHANGE, SAME_DAY, TOTAL_LOSS, AMBIGUOUS, NO_ROOT, OPEN = range(7)  # OPEN: left to a slower search
ABSENT = -(2**40)  # in place of a day: the window has no opening or no closing value
MOST_ROOTS = 8
_MOST_CUTS = 2_000
_EPSILON = 2.220446049250313e-16
_PURE = -1e-5  # of the discounted flows: clear of rounding, and of the last step


class Rows(NamedTuple):
    """Flows of one owner after the other, days rising within each: `day` (rows,) as a number, and the two sides of it."""

    day: Ints
    contributed: Floats
    distributed: Floats


class Windows(NamedTuple):
    """The stretches of rows that are solved, all (windows,): rows `first` up to before `stop`, between an opening value paid
    on `opening_day` and a closing value received on `closing_day`; `scale` multiplies the distributions."""

    first: Ints
    stop: Ints
    scale: Floats
    opening_day: Ints
    opening: Floats
    closing_day: Ints
    closing: Floats


class Limits(NamedTuple):
    """The policy that the search has to know: days of a year, the share of absolute flows within which a net present value
    is nothing, and the logarithms between which rates are searched, first and at most."""

    days_in_year: int
    tolerance: float
    searched_low: float
    searched_high: float
    least: float
    most: float


class Found(NamedTuple):
    """What was found, each (windows,): y of the rate per year, or per history where that is shorter; `status`."""

    log_rate: Floats
    status: NDArray[np.int8]
    is_annualised: NDArray[np.bool_]


@njit(nogil=True, cache=True, error_model="numpy")
def solve_windows(rows, windows, limits, out) -> None:  # type: ignore[no-untyped-def]
    """The rate of every window whose flows settle it at one look; the others are left OPEN.

    A rate is the only one if the flows up to any day before the last, discounted at it, are a debt: at a higher rate every
    such balance is lower, at a lower rate it is higher, and the last one with them (pure investment, or borrowing with the
    signs turned).
    """
    size = 2
    for k in range(windows.first.size):
        size = max(size, windows.stop[k] - windows.first[k] + 2)
    times, shares = np.empty(size), np.empty(size)
    for k in range(windows.first.size):
        n, status, is_annual = gather(rows, windows, limits, k, times, shares)
        out.is_annualised[k] = is_annual
        out.status[k] = status
        out.log_rate[k] = np.nan
        if status == OPEN:
            y = _only_rate(times, shares, n, limits.tolerance)
            if limits.least <= y <= limits.most:
                out.log_rate[k] = y
                out.status[k] = SOLVED


@njit(nogil=True, cache=True, error_model="numpy")
def solve_open(rows, windows, limits, which, out, roots) -> None:  # type: ignore[no-untyped-def]
    """All rates of the windows `which` (open,) into `roots` (open, MOST_ROOTS), NaN after the last, by bounds that cannot
    step over one. A window stays OPEN where rates cannot be separated here; one that is not worth nothing within the tolerance is listed, and no rate.
    """
    size = 2
    for k in which:
        size = max(size, windows.stop[k] - windows.first[k] + 2)
    times, shares, logs = np.empty(size), np.empty(size), np.empty(size)
    for j in range(which.size):
        k = which[j]
        n, _, _ = gather(rows, windows, limits, k, times, shares)
        for i in range(n):
            logs[i] = np.log(abs(shares[i]))
        found = _all_roots(times, shares, logs, n, limits.searched_low, limits.searched_high, roots[j], 0)
        if found == 0:
            found = _all_roots(times, shares, logs, n, limits.least, limits.searched_low, roots[j], 0)
            if found >= 0:
                found = _all_roots(times, shares, logs, n, limits.searched_high, limits.most, roots[j], found)
        if found > 1:
            out.status[k] = AMBIGUOUS
        elif found == 1 and _log_error(times, shares, logs, n, roots[j, 0]) <= np.log(limits.tolerance):
            out.log_rate[k] = roots[j, 0]
            out.status[k] = SOLVED
        elif found >= 0:
            out.status[k] = NO_ROOT


@njit(nogil=True, cache=True, error_model="numpy")
def gather(rows, windows, limits, k, times, shares):  # type: ignore[no-untyped-def]
    """The net flows of window `k` by day into `times` and `shares` (of the sum of absolute flows), those of zero left out.

    Returns their number, OPEN or the status that needs no search, and whether the history is at least a year.
    """
    n, distinct, day, net, total = 0, 0, ABSENT, 0.0, 0.0
    received, paid = False, False
    first_row, stop = windows.first[k], windows.stop[k]
    for i in range(first_row - 1, stop + 1):
        if i == first_row - 1:
            day_here, amount = windows.opening_day[k], -windows.opening[k]
            paid = day_here != ABSENT and amount < 0.0
        elif i == stop:
            day_here, amount = windows.closing_day[k], windows.closing[k]
        else:
            day_here, amount = rows.day[i], windows.scale[k] * rows.distributed[i] - rows.contributed[i]
            received = received or rows.distributed[i] != 0.0
            paid = paid or rows.contributed[i] > 0.0
        if day_here == ABSENT:
            continue
        if day_here != day:
            if distinct > 0 and net != 0.0:
                times[n], shares[n] = day, net
                n += 1
            distinct, day, net = distinct + 1, day_here, 0.0
        net += amount
    if distinct > 0 and net != 0.0:
        times[n], shares[n] = day, net
        n += 1
    if distinct == 1:
        return n, SAME_DAY, False
    if n == 0:
        return n, NO_SIGN_CHANGE, True
    origin = times[0]
    history = day - origin
    if history == 0:
        return n, SAME_DAY, False
    is_annual = history >= limits.days_in_year
    has_in, has_out = False, False
    for i in range(n):
        total += abs(shares[i])
        has_in = has_in or shares[i] > 0.0
        has_out = has_out or shares[i] < 0.0
    if not (has_in and has_out):
        is_lost = (
            windows.closing_day[k] != ABSENT and windows.closing[k] == 0.0 and paid and not received and not has_in
        )
        return n, TOTAL_LOSS if is_lost else NO_SIGN_CHANGE, is_annual
    unit = limits.days_in_year if is_annual else history
    for i in range(n):
        times[i] = (times[i] - origin) / unit
        shares[i] /= total
    return n, OPEN, is_annual


@njit(nogil=True, cache=True, error_model="numpy")
def _only_rate(times, shares, n, tolerance):  # type: ignore[no-untyped-def]
    """y of the rate that is worth nothing within the tolerance, where it is provably the only one; NaN where the steps lead
    to none, out of the range of a double, or to one that may have company.

    Halley's steps on g, which is nearly straight, from a rate of zero: at it nothing needs to be discounted.
    """
    sign = 1.0 if shares[0] < 0.0 else -1.0
    y = 0.0
    for _ in range(30):
        p, q, tp, tq, ttp, ttq = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        highest = -np.inf
        for i in range(n):
            t = times[i]
            value = shares[i] * np.exp(-y * t) if y != 0.0 else shares[i]
            if value > 0.0:
                p += value
                tp += value * t
                ttp += value * t * t
            else:
                q -= value
                tq -= value * t
                ttq -= value * t * t
            if i < n - 1:
                highest = max(highest, sign * (p - q))
        if not (1e-280 < p < 1e280 and 1e-280 < q < 1e280):
            return np.nan
        g, mean_p, mean_q = np.log(p / q), tp / p, tq / q
        slope, bend = mean_q - mean_p, (ttp / p - mean_p * mean_p) - (ttq / q - mean_q * mean_q)
        whole = slope * slope - g * bend / 2
        if slope == 0.0 or whole == 0.0:
            return np.nan
        step = g * slope / whole if whole > 0.0 else g / slope
        step = min(max(step, -2.0), 2.0)
        y -= step
        if abs(step) <= 1e-7 * max(1.0, abs(y)):  # the next one would be its cube
            error = abs(p - q) + (p + q) * (abs(step) + _EPSILON) * (1.0 + times[n - 1] * np.exp(-y))
            return y if highest <= _PURE * (p + q) and error <= tolerance else np.nan
    return np.nan


@njit(nogil=True, cache=True, error_model="numpy")
def _node(times, shares, logs, n, y):  # type: ignore[no-untyped-def]
    """g, D_P, D_N and ln of the larger present value at `y`, whatever their scale."""
    top_p, top_q = -np.inf, -np.inf
    for i in range(n):
        exponent = logs[i] - y * times[i]
        if shares[i] > 0.0:
            top_p = max(top_p, exponent)
        else:
            top_q = max(top_q, exponent)
    p, q, tp, tq = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        exponent = logs[i] - y * times[i]
        if shares[i] > 0.0:
            weight = np.exp(exponent - top_p)
            p += weight
            tp += weight * times[i]
        else:
            weight = np.exp(exponent - top_q)
            q += weight
            tq += weight * times[i]
    log_p, log_q = top_p + np.log(p), top_q + np.log(q)
    return log_p - log_q, tp / p, tq / q, max(log_p, log_q)


@njit(nogil=True, cache=True, error_model="numpy")
def _log_error(times, shares, logs, n, y):  # type: ignore[no-untyped-def]
    """ln of the most that |net present value| can be at the double nearest to the rate of `y`; as in `roots`."""
    g, _, _, larger = _node(times, shares, logs, n, y)
    error = _EPSILON * (1.0 + times[n - 1] * np.exp(-y))
    return larger + np.log(-np.expm1(-abs(g)) + error)


@njit(nogil=True, cache=True, error_model="numpy")
def _all_roots(times, shares, logs, n, low, high, roots, count):  # type: ignore[no-untyped-def]
    """Writes every zero of g in [low, high], rising, behind the first `count` of `roots`; returns their number, -1 where they
    cannot be separated. The bounds are those of `roots.log_rates`."""
    stack = np.empty((80, 8))
    g, dp, dn, _ = _node(times, shares, logs, n, low)
    h, ep, en, _ = _node(times, shares, logs, n, high)
    stack[0] = np.array([low, g, dp, dn, high, h, ep, en])
    depth, cuts = 1, 0
    while depth > 0:
        depth -= 1
        a, g, dp, dn, b, h, ep, en = stack[depth]
        least, most = en - dp, dn - ep
        is_monotone = least > 0.0 or most < 0.0
        if (g < 0.0) == (h < 0.0):
            down, up = (least, most) if g >= 0.0 else (-most, -least)
            span = up - down if up > down else 1.0
            floor = (abs(g) * up - abs(h) * down + up * down * (b - a)) / span
            if is_monotone or floor > TOUCHING:
                continue
        if is_monotone:
            root = _crossing(times, shares, logs, n, a, b, g < 0.0)
            if count == 0 or root - roots[count - 1] > WIDTH:
                if count == MOST_ROOTS:
                    return -1
                roots[count] = root
                count += 1
            continue
        cuts += 1
        if b - a <= WIDTH or cuts > _MOST_CUTS or depth + 2 > stack.shape[0]:
            return -1
        middle = a + 0.4877 * (b - a)
        m, mp, mn, _ = _node(times, shares, logs, n, middle)
        stack[depth] = np.array([middle, m, mp, mn, b, h, ep, en])
        stack[depth + 1] = np.array([a, g, dp, dn, middle, m, mp, mn])
        depth += 2
    return count


@njit(nogil=True, cache=True, error_model="numpy")
def _crossing(times, shares, logs, n, low, high, rises):  # type: ignore[no-untyped-def]
    """The zero between two ends of opposite sign: Newton's step where it stays inside, else the middle."""
    y = (low + high) / 2
    for _ in range(200):
        g, dp, dn, _ = _node(times, shares, logs, n, y)
        if g == 0.0:
            return y
        if (g < 0.0) == rises:
            low = y
        else:
            high = y
        slope = dn - dp
        step = y - g / slope if slope != 0.0 else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - y) <= 4e-16 * max(1.0, abs(y)):
            return following
        y = following
    return y
