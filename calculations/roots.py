"""All rates at which dated flows are worth nothing, found by bounds that cannot step over one. No policy, no dates.

With y = ln(1 + rate), P(y) and N(y) the present values of the inflows and of the outflows, a rate solves the equation
where g(y) = ln P(y) - ln N(y) is zero. g does not feel the scale of the amounts and never overflows. Its slope is
D_N - D_P, the difference of the two mean payment times, and both means only fall as y grows (their derivative is minus
a variance). So the values at the two ends of an interval bound the slope everywhere inside it, which settles whether
the interval holds no root, exactly one, or has to be cut in two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Below this width in ln(1 + rate) double precision cannot tell two crossings from one touching: g moves by about the
# square of it, 1e-12, which is the noise of g for a few hundred flows with room to spare. Where g is that small at
# both ends (a root of high order) cutting stops earlier, or it would leave thousands of pieces of noise.
WIDTH = 1e-6
FLAT_WIDTH = 1e-4
TOUCHING = 1e-12
_MOST_INTERVALS = 20_000
_CUT = 0.4877  # off the middle, so that round rates (0 %, 10 %) do not fall on a cut


@dataclass(frozen=True)
class Flows:
    """Flows of one equation, some in and some out: `times` (n,) in years from the first flow, `log_sizes` (n,) the
    logarithms of their absolute amounts, `is_outflow` (n,)."""

    times: Floats
    log_sizes: Floats
    is_outflow: NDArray[np.bool_]

    def sides(self, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """ln P, ln N and the mean payment times D_P, D_N at `y` (k,); each (k,)."""
        out = self.is_outflow
        log_p, mean_p = _discounted(self.times[~out], self.log_sizes[~out], y)
        log_n, mean_n = _discounted(self.times[out], self.log_sizes[out], y)
        return log_p, log_n, mean_p, mean_n

    def nodes(self, y: Floats) -> Floats:
        """What an interval has to know of its ends: y, g, D_P, D_N, as (4, k)."""
        log_p, log_n, mean_p, mean_n = self.sides(y)
        return np.stack([y, log_p - log_n, mean_p, mean_n])

    def log_net_value(self, y: float) -> float:
        """ln of the most that |net present value| can be at the double nearest to the rate of `y`; cannot overflow.

        Computed differences alone would not do: where the present values are large they can cancel to zero by luck,
        while rounding the rate moves each by `error` of itself.
        """
        log_p, log_n, _, _ = (float(side[0]) for side in self.sides(np.array([y])))
        error = np.finfo(float).eps * (1 + self.times.max() * math.exp(-y))
        return max(log_p, log_n) + math.log(-math.expm1(-abs(log_p - log_n)) + error)


def log_rates(flows: Flows, low: float, high: float, start: float | None = None) -> tuple[float, ...]:
    """Every root y = ln(1 + rate) in [low, high], rising. A root that only touches zero counts; roots closer than
    `WIDTH` count as one. `start` is a first guess for the interval that holds it, and cannot change the result beyond
    rounding. Raises ArithmeticError where the roots cannot be separated.
    """
    ends = flows.nodes(np.array([low, high]))
    left, right = ends[:, :1], ends[:, 1:]
    brackets: list[tuple[float, float]] = []
    narrow: list[tuple[float, float]] = []
    while left.shape[1]:
        if left.shape[1] > _MOST_INTERVALS:
            raise ArithmeticError(f"roots not separated after {_MOST_INTERVALS} intervals, between {low} and {high}")
        open_ = ~_has_no_root(left, right)
        single = open_ & _is_monotone(left, right)
        small = open_ & ~single & _cannot_be_cut(left, right)
        brackets += zip(left[0, single].tolist(), right[0, single].tolist(), strict=True)
        narrow += zip(left[0, small].tolist(), right[0, small].tolist(), strict=True)
        rest = open_ & ~single & ~small
        left, right = left[:, rest], right[:, rest]
        middle = flows.nodes(left[0] + _CUT * (right[0] - left[0]))
        left, right = np.hstack([left, middle]), np.hstack([middle, right])

    found = [_crossing(flows, a, b, start) for a, b in brackets]
    found += [root for a, b in _joined(narrow) if (root := _root_of_cluster(flows, a, b)) is not None]
    return _distinct(sorted(found))


def _discounted(times: Floats, log_sizes: Floats, y: Floats) -> tuple[Floats, Floats]:
    exponents = log_sizes - np.multiply.outer(y, times)
    top = exponents.max(axis=1)
    weights = np.exp(exponents - top[:, None])
    total = weights.sum(axis=1)
    return top + np.log(total), (weights @ times) / total


def _slopes(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Bounds of the slope of g inside each interval; D_P and D_N fall from its left end to its right end."""
    return right[3] - left[2], left[3] - right[2]


def _is_monotone(left: Floats, right: Floats) -> NDArray[np.bool_]:
    least, most = _slopes(left, right)
    return (least > 0) | (most < 0)


def _has_no_root(left: Floats, right: Floats) -> NDArray[np.bool_]:
    """Same sign at both ends, and either monotone or unable to come down to zero within the slope bounds."""
    least, most = _slopes(left, right)
    sign = np.where(left[1] < 0, -1.0, 1.0)
    same = sign == np.where(right[1] < 0, -1.0, 1.0)
    down, up = np.where(sign > 0, least, -most), np.where(sign > 0, most, -least)
    a, b, width = np.abs(left[1]), np.abs(right[1]), right[0] - left[0]
    span = np.where(up > down, up - down, 1.0)
    floor = (a * up - b * down + up * down * width) / span  # where the steepest fall meets the steepest rise
    return same & (_is_monotone(left, right) | (floor > TOUCHING))


def _cannot_be_cut(left: Floats, right: Floats) -> NDArray[np.bool_]:
    is_flat = np.maximum(np.abs(left[1]), np.abs(right[1])) <= TOUCHING
    return right[0] - left[0] <= np.where(is_flat, FLAT_WIDTH, WIDTH)


def _crossing(flows: Flows, low: float, high: float, start: float | None = None) -> float:
    """The root between two ends of opposite sign: Newton's step where it stays inside, else the middle."""
    rises = flows.nodes(np.array([low]))[1, 0] < 0
    y = start if start is not None and low < start < high else (low + high) / 2
    for _ in range(200):
        _, g, mean_p, mean_n = flows.nodes(np.array([y]))[:, 0].tolist()
        if g == 0:
            return y
        low, high = (y, high) if (g < 0) == rises else (low, y)
        slope = mean_n - mean_p
        step = y - g / slope if slope else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - y) <= 4e-16 * max(1.0, abs(y)):
            return following
        y = following
    return y


def _root_of_cluster(flows: Flows, low: float, high: float) -> float | None:
    """The root of a stretch too narrow to cut: where g crosses, or where it turns if it comes to zero there."""
    (g_low, g_high), (slope_low, slope_high) = _ends(flows, low, high)
    if (g_low < 0) != (g_high < 0):
        return _crossing(flows, low, high)
    a, b = low, high
    if (slope_low < 0) != (slope_high < 0):
        for _ in range(60):
            middle = (a + b) / 2
            _, (_, slope) = _ends(flows, middle, middle)
            a, b = (middle, b) if (slope < 0) == (slope_low < 0) else (a, middle)
    turn = (a + b) / 2
    (depth, _), _ = _ends(flows, turn, turn)
    return turn if depth * (-1 if g_low < 0 else 1) <= TOUCHING else None


def _ends(flows: Flows, low: float, high: float) -> tuple[list[float], list[float]]:
    nodes = flows.nodes(np.array([low, high]))
    return nodes[1].tolist(), (nodes[3] - nodes[2]).tolist()


def _joined(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for low, high in sorted(intervals):
        if joined and low - joined[-1][1] <= WIDTH:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _distinct(roots: list[float]) -> tuple[float, ...]:
    kept: list[float] = []
    for root in roots:
        if not kept or root - kept[-1] > WIDTH:
            kept.append(root)
    return tuple(kept)
