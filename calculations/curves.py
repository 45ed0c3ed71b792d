"""The index curve: forwards, the index fixed at a later day for a tenor, the zero rate between two days. No discounting
of flows, no calibration to quotes.

Rates are annual effective decimal fractions and are taken as given; there is no bootstrap. Node i stands i months after
the curve's day and carries the one-month forward that begins there, annualised.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import overload

import numpy as np

from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import Days, Floats, Ints
from calculations.months import add_months, months_between


@dataclass(frozen=True)
class Curve:
    """Rates by tenor as seen on one day.

    `tenors` (k,) months, rising, and `rates` (k,) beside them; build one with `Curve.of`, which checks them. In
    `preset`, COL-17 lets zero rates under one month scale from 0.
    """

    as_of: dt.date
    tenors: tuple[int, ...]
    rates: tuple[float, ...]
    preset: Preset = STANDARD

    @classmethod
    def of(cls, as_of: dt.date, rates: Mapping[int, float], preset: Preset = STANDARD) -> Curve:
        """The curve of these rates by months, in any order; flat before the first tenor.

        Raises ValueError where there is no rate, a tenor is no whole number of months from 1 up, or a rate is not a
        finite number above -100 %. Source: clo-collateral-engine 2.1, Q18.
        """
        if not rates:
            raise ValueError(f"curve of {as_of}: at least one rate is needed, found none")
        for months, rate in rates.items():
            if isinstance(months, bool) or months != int(months) or months < 1:
                raise ValueError(f"curve of {as_of}: a tenor must be a whole number of months from 1, found {months!r}")
            if not (math.isfinite(rate) and rate > -1):
                raise ValueError(
                    f"curve of {as_of}, {months} months: rate must be a decimal fraction above -1, found {rate!r}"
                )
        points = sorted((int(months), float(rate)) for months, rate in rates.items())
        return cls(as_of, tuple(months for months, _ in points), tuple(rate for _, rate in points), preset)

    @property
    def length(self) -> int:
        """The last tenor in months; forwards stay at the last one beyond it."""
        return self.tenors[-1]

    def shifted(self, parallel_shift: float) -> Curve:
        """The same curve with every rate moved by `parallel_shift`, a decimal fraction.

        Raises ValueError where a rate would fall to -100 % or below.
        """
        moved = tuple(rate + parallel_shift for rate in self.rates)
        if not all(math.isfinite(rate) and rate > -1 for rate in moved):
            raise ValueError(f"curve of {self.as_of}: a shift of {parallel_shift!r} must leave every rate above -1")
        return replace(self, rates=moved)

    def node_rate(self, months: int) -> float:
        """The rate of a whole tenor, interpolated in months between the given ones. Source: clo-collateral-engine 2.1.

        Raises ValueError outside 1 .. `length`.
        """
        if not 1 <= months <= self.length:
            raise ValueError(f"curve of {self.as_of}: months must be from 1 to {self.length}, found {months}")
        return float(_node_rates(self.tenors, np.array(self.rates))[months - 1])

    def forward(self, node: int) -> float:
        """The annualised one-month forward that begins `node` months after `as_of`. Source: clo-collateral-engine 2.1.

        Raises ValueError outside 0 .. `length` - 1.
        """
        if not 0 <= node < self.length:
            raise ValueError(f"curve of {self.as_of}: node must be from 0 to {self.length - 1}, found {node}")
        return float(self._forwards[node])

    @overload
    def spot(self, days: dt.date, months: int) -> float: ...
    @overload
    def spot(self, days: Days, months: int) -> Floats: ...
    def spot(self, days: dt.date | Days, months: int) -> float | Floats:
        """The index of a tenor as projected for these days: one day gives a float, `days` (n,) give floats (n,).

        Before the curve's day the first forward holds, beyond its end the last. A tenor of 0 months or less has
        rate 0. Source: clo-collateral-engine 2.2, Q16.
        """
        found = _spots(self.as_of, self._forwards, _as_days(days), months)
        return float(found[0]) if isinstance(days, dt.date) else found

    @overload
    def zero(self, start: dt.date, ends: dt.date) -> float: ...
    @overload
    def zero(self, start: dt.date, ends: Days) -> Floats: ...
    def zero(self, start: dt.date, ends: dt.date | Days) -> float | Floats:
        """The zero rate from `start` to each end: one day gives a float, `ends` (n,) give floats (n,).

        Interpolated in days between the projected rates of the whole months around the end; under one month the rate
        of one month holds, unless COL-17 is in the preset. Raises ValueError for an end before `start`.
        Source: clo-collateral-engine 2.3, Q17.
        """
        found = _zeros(self.as_of, self._forwards, start, _as_days(ends), self.preset)
        return float(found[0]) if isinstance(ends, dt.date) else found

    @cached_property
    def _forwards(self) -> Floats:
        return _forwards_of(_node_rates(self.tenors, np.array(self.rates)))


def spots(curves: Sequence[Curve], days: Days, months: int) -> Floats:
    """`Curve.spot` of many curves at once: (curves, days).

    Raises ValueError unless all curves are of one day and have the same tenors, as shifts and twists of one curve do.
    """
    return _spots(curves[0].as_of, _stacked(tuple(curves)), _as_days(days), months)


def zeros(curves: Sequence[Curve], start: dt.date, ends: Days) -> Floats:
    """`Curve.zero` of many curves at once: (curves, ends). Raises ValueError as `spots`, and for unequal presets."""
    if any(curve.preset != curves[0].preset for curve in curves):
        raise ValueError("curves taken together must have one preset, found several")
    return _zeros(curves[0].as_of, _stacked(tuple(curves)), start, _as_days(ends), curves[0].preset)


@lru_cache(maxsize=2)  # one projection asks for the curves of its scenarios again and again
def _stacked(curves: tuple[Curve, ...]) -> Floats:
    """Forwards of curves that can be taken together, (curves, nodes); read alone, as all callers share them."""
    first = curves[0]
    for curve in curves:
        if curve.as_of != first.as_of or curve.tenors != first.tenors:
            raise ValueError(
                f"curves taken together must have one day and the same tenors, found {first.as_of} with tenors "
                f"{first.tenors} and {curve.as_of} with {curve.tenors}"
            )
    found = _forwards_of(_node_rates(first.tenors, np.array([curve.rates for curve in curves])))
    found.flags.writeable = False
    return found


def _as_days(days: dt.date | Days) -> Days:
    return np.atleast_1d(np.asarray(days, dtype="datetime64[D]"))


# In the functions below the last axis is nodes, days or ends; the axes before it, if any, are curves.


def _interpolated(at: Ints, values: Floats, x: Ints) -> Floats:
    """Linear in `x` (n,) between the nodes `at` (k,), flat outside them; `values` (..., k) gives (..., n)."""
    left = np.clip(np.searchsorted(at, x, side="right") - 1, 0, len(at) - 1)
    right = np.minimum(left + 1, len(at) - 1)
    weight = np.clip((x - at[left]) / np.maximum(at[right] - at[left], 1), 0.0, 1.0)
    low = values[..., left]
    found: Floats = low + (values[..., right] - low) * weight
    return found


def _node_rates(tenors: tuple[int, ...], rates: Floats) -> Floats:
    return _interpolated(np.array(tenors), rates, np.arange(1, tenors[-1] + 1))


def _forwards_of(node_rates: Floats) -> Floats:
    months = np.arange(1, node_rates.shape[-1] + 1)
    growth = np.log1p(node_rates) * months
    return np.expm1(np.diff(growth, axis=-1, prepend=0.0))


def _log_growth(as_of: dt.date, forwards: Floats, days: Days) -> Floats:
    """ln(1 + forward) at each day."""
    nodes = _nodes(as_of, forwards.shape[-1])
    found: Floats = np.log1p(_interpolated(nodes, forwards, days.astype(np.int64)))
    return found


@lru_cache(maxsize=64)
def _nodes(as_of: dt.date, count: int) -> Ints:
    """The days, as numbers, on which forwards begin: every month from the curve's day on."""
    return add_months(as_of, np.arange(count)).astype(np.int64)


def _spots(as_of: dt.date, forwards: Floats, days: Days, months: int) -> Floats:
    # Month by month from the day before, so that a 31st stays on the 28th once it has passed a February.
    path = [days]
    for _ in range(months - 1):
        path.append(add_months(path[-1], 1))
    growth = _log_growth(as_of, forwards, np.concatenate(path))
    total = np.zeros((*forwards.shape[:-1], len(days)))
    for month in range(months):
        total += growth[..., month * len(days) : (month + 1) * len(days)]
    return np.expm1(total / max(months, 1))


def _zeros(as_of: dt.date, forwards: Floats, start: dt.date, ends: Days, preset: Preset) -> Floats:
    if (ends < np.datetime64(start, "D")).any():
        raise ValueError(f"a zero rate must end on or after its start {start}, found end {ends.min()}")
    whole = months_between(start, ends)
    middle = add_months(start, whole)
    is_after = ends > middle
    low = np.where(is_after, middle, add_months(middle, -1))
    high = np.where(is_after, add_months(middle, 1), middle)
    weight = (ends - low) / (high - low)

    path = [_as_days(start)]
    for _ in range(int(whole.max(initial=0))):
        path.append(add_months(path[-1], 1))
    growth = np.cumsum(_log_growth(as_of, forwards, np.concatenate(path)), axis=-1)
    by_months = np.expm1(growth / np.arange(1, len(path) + 1))
    shortest = np.zeros_like(by_months[..., :1]) if "COL-17" in preset else by_months[..., :1]
    rates = np.concatenate([shortest, by_months], axis=-1)  # rates[..., m] is the rate of m months

    months_low = np.where(is_after, whole, whole - 1)
    rate_low, rate_high = rates[..., np.maximum(months_low, 0)], rates[..., months_low + 1]
    found: Floats = rate_low + (rate_high - rate_low) * weight
    return found
