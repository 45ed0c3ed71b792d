"""Discounting at periodically compounded rates: compounding periods, factors, and the spread that meets a value, for
many scenarios at once. No price conventions, no durations.

Flows are arrays (scenarios, flows) on common days (flows,). A spread is added to given rates of the intervals; a yield
is the spread over rates of 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.clo.presets import STANDARD, Preset
from calculations.curves import Curve, spots, zeros
from calculations.daycount import EU_30_360, US_30_360, Days, Floats, Ints, convention, days360
from calculations.months import add_months

BRACKET = (-1.5, 1.0)  # where a yield or a spread is looked for. Source: clo-collateral-engine 6
TOLERANCE = 1e-13  # of a yield or a spread. Source: clo-collateral-engine 6

NO_POSITIVE_FLOW = "NO_POSITIVE_FLOW"  # nothing is ever paid
NO_VALUE = "NO_VALUE"  # the value to be met is zero, negative or missing
NO_ROOT = "NO_ROOT"  # no rate inside the bracket meets the value

Reasons = NDArray[np.object_]  # of str: a fixed width would cut a longer reason short

_LOWEST = 1 - 1e-6  # a rate of -100 % a period has no factor; stop short of it
_BLOCK = 20_000  # flows solved together: a few arrays of this size stay in a core's cache, twice as fast as all at once
_NEWTON = 1e-8  # after a step this small the error is its square: below TOLERANCE


@dataclass(frozen=True, eq=False)
class Solved:
    """Rates (scenarios,), NaN where there is none, and beside each the reason why, empty where there is one."""

    rates: Floats
    reasons: Reasons


def compounding_periods(settlement: dt.date, days: Days, basis: str, frequency: int) -> Floats:
    """Compounding periods in each interval between flows, (flows,): whole ones and a part of one.

    The first interval begins at settlement and is counted back from the first flow, later ones forward from the flow
    before; a part is measured in the days of `basis` (30/360 or actual). `frequency` is periods a year.

    Raises ValueError for a frequency that does not divide 12, and for days that fall or lie before settlement.
    Source: clo-collateral-engine 6; clo-liabilities-waterfall 3.4.
    """
    if frequency not in (1, 2, 3, 4, 6, 12):
        raise ValueError(f"frequency must be a number of periods a year that divides 12, found {frequency!r}")
    ends = np.atleast_1d(np.asarray(days, dtype="datetime64[D]"))
    starts = np.concatenate([np.array([settlement], dtype="datetime64[D]"), ends[:-1]])
    if (ends < starts).any():
        at = int(np.argmax(ends < starts))
        raise ValueError(f"flow {at + 1} must not fall before {starts[at]}, found {ends[at]}")
    months = 12 // frequency
    # The dates of a step are kept as they were reached: stepped the other way, a month end would come out elsewhere.
    inner, outer, steps = _stepped(ends[:1], starts[:1], -months)
    first = steps - 1 + _days(starts[:1], inner, basis) / _days(outer, inner, basis)
    inner, outer, steps = _stepped(starts[1:], ends[1:], months)
    later = steps - 1 + _days(inner, ends[1:], basis) / _days(inner, outer, basis)
    counted = np.concatenate([first, later])
    found: Floats = np.where(ends > starts, counted, 0.0)
    return found


def scenario_interval_rates(
    curves: Sequence[Curve], days: Days, *, settlement: dt.date, frequency: int, preset: Preset = STANDARD
) -> Floats:
    """The rates to which a spread is added, (curves, flows): each curve's rate for the interval before each flow.

    The index as projected for the day the interval begins, with the tenor of one compounding period; the first interval
    takes the zero rate to its end. With COL-23 every interval takes the zero rate from settlement to its end.
    Raises ValueError where the curves differ in day or tenors. Source: clo-collateral-engine Q23; clo-extensions 2.1.
    """
    ends = np.asarray(days, dtype="datetime64[D]")
    if "COL-23" in preset:
        return zeros(curves, settlement, ends)
    return np.concatenate([zeros(curves, settlement, ends[:1]), spots(curves, ends[:-1], 12 // frequency)], axis=1)


def discount_factors(rates: Floats, periods: Floats, frequency: int) -> Floats:
    """The product over the intervals so far of (1 + rate / frequency)^-periods; `rates` (..., flows) gives its shape.

    Raises ValueError where a rate is -100 % a period or less. Source: clo-collateral-engine 6.
    """
    if not (rates > -frequency).all():
        raise ValueError(f"rates compounded {frequency} times a year must be above {-frequency}, found {rates.min()}")
    found: Floats = np.exp(-np.cumsum(np.log1p(rates / frequency) * periods, axis=-1))
    return found


def interval_basis(day_count: str) -> str:
    """What the parts of compounding periods are measured in: a convention of 30-day months, or "actual" days.

    Raises ValueError for an unknown day count. Source: clo-collateral-engine 6.
    """
    name = convention(day_count)
    return name if name in (US_30_360, EU_30_360) else "actual"


def check_flows(amounts: Floats) -> None:
    """Raises ValueError for a flow (scenarios, flows) that is negative or not finite: it has no one spread."""
    is_flow = (amounts >= 0) & (amounts < np.inf)
    if not is_flow.all():
        scenario, flow = (int(index[0]) for index in np.nonzero(~is_flow))
        raise ValueError(
            f"scenario {scenario + 1}, flow {flow + 1}: a flow to be discounted must be a number >= 0, "
            f"found {amounts[scenario, flow]}"
        )


def solve_spreads(
    amounts: Floats,
    rates: Floats,
    values: Floats,
    periods: Floats,
    frequency: int,
    bracket: tuple[float, float] = BRACKET,
    guesses: Floats | None = None,
) -> Solved:
    """The spread over `rates` at which the flows of each scenario are worth its value.

    `amounts` (scenarios, flows) and `values` (scenarios,) in one currency, `periods` (flows,); `rates` of the intervals
    are (scenarios or 1, flows), or (scenarios or 1, 1) where they do not change: 0 there makes the result a yield.
    No flow may be negative, so that the worth falls as the spread rises and one spread at most meets a value.
    `guesses` (scenarios,) only say where to begin; without them, and where one is NaN, that is 0.

    Raises ValueError for a negative flow and for numbers that are not finite. Source: clo-collateral-engine 6.
    """
    check_flows(amounts)
    if not np.isfinite(rates).all():
        scenario, flow = (int(index[0]) for index in np.nonzero(~np.isfinite(rates)))
        raise ValueError(
            f"scenario {scenario + 1}, interval {flow + 1}: a rate must be a finite number, found {rates[scenario, flow]}"
        )
    solved = np.full(len(amounts), np.nan)
    reasons = np.full(len(amounts), NO_ROOT, dtype=object)
    reasons[~(values > 0)] = NO_VALUE
    reasons[~amounts.any(axis=1)] = NO_POSITIVE_FLOW
    starts = np.zeros(len(amounts)) if guesses is None else np.nan_to_num(guesses)
    wanted = np.flatnonzero(reasons == NO_ROOT)
    size = max(1, _BLOCK // max(1, amounts.shape[1]))
    for begin in range(0, len(wanted), size):
        block = wanted[begin : begin + size]
        base = rates[block] if len(rates) > 1 else rates
        with np.errstate(divide="ignore"):  # no flow is a worth of exp(-inf)
            log_amounts = np.log(amounts[block])
        log_values = np.log(values[block])
        solved[block] = _solved_block(log_amounts, base, log_values, periods, frequency, bracket, starts[block])
    reasons[np.isfinite(solved)] = ""
    return Solved(solved, reasons)


def _solved_block(
    log_amounts: Floats,
    rates: Floats,
    log_values: Floats,
    periods: Floats,
    frequency: int,
    bracket: tuple[float, float],
    starts: Floats,
) -> Floats:
    """Newton's steps on ln(worth), which is convex and falls, kept inside bounds; NaN where the bounds close on an end.

    The ends of the bracket are not tried first: a root is one because the steps come to rest, and where it lies outside
    they never do.
    """
    low = np.maximum(bracket[0], -_LOWEST * frequency - rates.min(axis=1)) * np.ones(len(log_amounts))
    high = np.full(len(log_amounts), bracket[1])
    first_low, first_high = low, high
    spread = np.clip(starts, low, high)
    solved = np.full(len(log_amounts), np.nan)
    active = np.arange(len(log_amounts))
    while len(active):
        gap, slope = _log_gap(log_amounts, rates + spread[:, None], log_values, periods, frequency)
        low, high = np.where(gap >= 0, spread, low), np.where(gap <= 0, spread, high)
        step = np.divide(-gap, slope, out=np.full_like(gap, np.inf), where=slope < 0)
        following = spread + step
        is_inside = (low <= following) & (following <= high)
        is_found = is_inside & (np.abs(step) <= _NEWTON)
        solved[active[is_found]] = following[is_found]
        spread = np.where(is_inside, following, (low + high) / 2)
        is_closed = ~is_found & (high - low <= TOLERANCE)
        is_crossing = is_closed & (slope < 0) & (low > first_low) & (high < first_high)
        solved[active[is_crossing]] = spread[is_crossing]
        rest = ~is_found & ~is_closed
        if not rest.all():
            active, log_amounts, log_values = active[rest], log_amounts[rest], log_values[rest]
            low, high, spread = low[rest], high[rest], spread[rest]
            first_low, first_high = first_low[rest], first_high[rest]
            rates = rates[rest] if len(rates) > 1 else rates
    return solved


def _log_gap(
    log_amounts: Floats, rates: Floats, log_values: Floats, periods: Floats, frequency: int
) -> tuple[Floats, Floats]:
    """ln(worth / value) and its derivative by the spread; (scenarios,) each."""
    log_worths = log_amounts - _accumulated(np.log1p(rates / frequency), periods)
    top = log_worths.max(axis=1, keepdims=True)  # taken out of the sum, which could overflow far below 0
    worths = np.exp(log_worths - top)
    worth = worths.sum(axis=1)
    durations = _accumulated(1 / (frequency + rates), periods)
    slope = -np.einsum("ij,ij->i", worths, durations) / worth
    return np.log(worth) + top[:, 0] - log_values, slope


def _accumulated(rates: Floats, periods: Floats) -> Floats:
    """Rates times periods, summed over the intervals so far: (scenarios, flows)."""
    # A yield is one column. Running sums are the slowest step here, so they are not formed scenario by scenario for it.
    if rates.shape[1] == 1:
        return rates * np.cumsum(periods)
    return np.cumsum(rates * periods, axis=1)


def _stepped(origin: Days, until: Days, months: int) -> tuple[Days, Days, Ints]:
    """Steps of `months` from `origin` until `until` is reached or passed: the last two dates and how many steps."""
    inner, outer = origin.copy(), origin.copy()
    steps = np.zeros(len(origin), dtype=np.int64)
    sign = 1 if months > 0 else -1
    while True:
        is_short = (until - outer).astype(np.int64) * sign > 0
        is_short |= steps == 0  # an interval of no length takes one step too, and counts for nothing
        if not is_short.any():
            return inner, outer, steps
        inner = np.where(is_short, outer, inner)
        outer = np.where(is_short, add_months(outer, months), outer)
        steps += is_short


def _days(start: Days, end: Days, basis: str) -> Ints:
    name = interval_basis(basis)
    return (end - start).astype(np.int64) if name == "actual" else days360(start, end, european=name == EU_30_360)
