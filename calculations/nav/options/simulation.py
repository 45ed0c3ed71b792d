"""Notes whose payoff hangs on the path of one underlying, by simulation with a seed. What has a closed form is beside it.

Paths are floats, because a price that has a standard error has no twelfth decimal; the same seed gives the same price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from calculations.nav.options.vanilla import Lognormal
from calculations.nav.results import Unavailable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# antithetic pairs at a time, so that daily paths of ten years stay below some 100 MB
_BATCH = 5_000


@dataclass(frozen=True)
class Observation:
    """A day on which the note pays or ends, `years` from now; amounts are money for the whole note.

    `coupon` is paid in any case; `conditional_coupon` where the level is at or above `coupon_level`; with a
    `call_level` that is reached the note pays `redemption` and ends.
    """

    years: Decimal
    coupon: Decimal = Decimal(0)
    conditional_coupon: Decimal = Decimal(0)
    coupon_level: Decimal | None = None
    call_level: Decimal | None = None
    redemption: Decimal = Decimal(0)


@dataclass(frozen=True)
class PathOption:
    """A call or put paid at the end of a note that has not ended, `units` of the underlying; signed as held.

    Without a `barrier` it is a plain one. `monitoring` CONTINUOUS counts what happens between the days of a path,
    DAILY only the days in `monitored`, EUROPEAN only the end. `is_touched`: its barrier has been touched already.
    """

    kind: str
    units: Decimal
    strike: Decimal
    barrier: Decimal | None = None
    barrier_type: str = ""
    monitoring: str = "EUROPEAN"
    is_touched: bool = False


@dataclass(frozen=True)
class PathNote:
    """`observations` in the order of their days, the last at the payoff, which then pays `redemption` if not called."""

    observations: Sequence[Observation]
    redemption: Decimal
    options: Sequence[PathOption] = ()
    monitored: Sequence[Decimal] = field(default=())


@dataclass(frozen=True)
class Simulated:
    """`value` in money; `standard_error` that of its mean over independent pairs of paths."""

    value: Decimal
    standard_error: Decimal
    paths: int


def simulate(note: PathNote, model: Lognormal, spread: Decimal, paths: int, seed: int) -> Simulated:
    """The mean of the note's payments discounted at rate and issuer spread over `paths` paths, half of them mirrored.

    Raises Unavailable DOMAIN for fewer than 100 paths or an odd number of them, BAD_SCHEDULE where days do not rise or
    the last is not that of the payoff. Source: nav 2 (M-STR).
    """
    if paths < 100 or paths % 2:
        raise Unavailable("DOMAIN", f"paths must be an even number from 100 up, found {paths}")
    days = [each.years for each in note.observations]
    if not days or days[-1] != model.years or any(b <= a for a, b in zip([Decimal(0), *days], days, strict=False)):
        raise Unavailable(
            "BAD_SCHEDULE", f"observations must rise and end with the note in {model.years} years; found {days}"
        )
    grid = sorted({*days, *(each for each in note.monitored if 0 < each < model.years)})
    random = np.random.Generator(np.random.PCG64(seed))
    total = squares = 0.0
    left = paths // 2
    while left:
        batch = min(left, _BATCH)
        steps = random.standard_normal((batch, len(grid)))
        bridge = random.random((batch, len(grid)))
        # the uniform draws are mirrored too, so that both of a pair are paths of the same law
        both = (
            _payments(note, model, spread, grid, steps, bridge),
            _payments(note, model, spread, grid, -steps, 1 - bridge),
        )
        pairs = (both[0] + both[1]) / 2
        total += float(pairs.sum())
        squares += float((pairs**2).sum())
        left -= batch
    count = paths // 2
    mean = total / count
    variance = max(squares / count - mean**2, 0.0) * count / (count - 1)
    return Simulated(_money(mean), _money(math.sqrt(variance / count)), paths)


def _money(amount: float) -> Decimal:
    return Decimal(repr(round(amount, 6)))


def _payments(
    note: PathNote, model: Lognormal, spread: Decimal, grid: Sequence[Decimal], steps: Floats, bridge: Floats
) -> Floats:
    """What each path pays, discounted, (paths,). `steps` and `bridge` are (paths, grid)."""
    levels = _levels(model, grid, steps)
    force = float(model.rate + spread)
    at = {years: place for place, years in enumerate(grid)}
    alive: Flags = np.ones(len(steps), dtype=bool)
    paid: Floats = np.zeros(len(steps))
    for seen in note.observations:
        level = levels[:, at[seen.years]]
        amounts = np.full(len(steps), float(seen.coupon))
        if seen.coupon_level is not None:
            amounts += np.where(level >= float(seen.coupon_level), float(seen.conditional_coupon), 0.0)
        called = alive & (level >= float(seen.call_level)) if seen.call_level is not None else np.zeros_like(alive)
        amounts += np.where(called, float(seen.redemption), 0.0)
        paid += np.where(alive, amounts, 0.0) * math.exp(-force * float(seen.years))
        alive &= ~called
    ends = np.full(len(steps), float(note.redemption))
    for option in note.options:
        ends += _at_the_end(option, model, note.monitored, grid, levels, bridge)
    result: Floats = paid + np.where(alive, ends, 0.0) * math.exp(-force * float(model.years))
    return result


def _levels(model: Lognormal, grid: Sequence[Decimal], steps: Floats) -> Floats:
    years = np.array([float(each) for each in grid])
    passed = np.diff(years, prepend=0.0)
    drift = float(model.rate - model.dividend) - float(model.volatility) ** 2 / 2
    logs = np.cumsum(drift * passed + float(model.volatility) * np.sqrt(passed) * steps, axis=1)
    levels: Floats = float(model.spot) * np.exp(logs)
    return levels


def _at_the_end(
    option: PathOption,
    model: Lognormal,
    monitored: Sequence[Decimal],
    grid: Sequence[Decimal],
    levels: Floats,
    bridge: Floats,
) -> Floats:
    strike, last = float(option.strike), levels[:, -1]
    gain = np.maximum(last - strike, 0.0) if option.kind == "CALL" else np.maximum(strike - last, 0.0)
    if option.barrier is not None:
        touched = _touched(option, model, monitored, grid, levels, bridge)
        gain = np.where(touched if option.barrier_type.endswith("IN") else ~touched, gain, 0.0)
    result: Floats = float(option.units) * gain
    return result


def _touched(
    option: PathOption,
    model: Lognormal,
    monitored: Sequence[Decimal],
    grid: Sequence[Decimal],
    levels: Floats,
    bridge: Floats,
) -> Flags:
    """Which paths touch the barrier, (paths,): on the days that count, and under CONTINUOUS between them."""
    if option.is_touched:
        return np.ones(len(levels), dtype=bool)
    assert option.barrier is not None
    turn = 1.0 if option.barrier_type.startswith("DOWN") else -1.0
    # distance from the barrier in logs, above zero while it is not touched
    distance = turn * (np.log(levels) - math.log(float(option.barrier)))
    if option.monitoring == "EUROPEAN":
        return np.asarray(distance[:, -1] <= 0)
    if option.monitoring == "DAILY":
        daily = {*monitored, model.years}
        counted = [place for place, years in enumerate(grid) if years in daily]
        return np.asarray((distance[:, counted] <= 0).any(axis=1))
    start = turn * (math.log(float(model.spot)) - math.log(float(option.barrier)))
    before = np.concatenate([np.full((len(levels), 1), start), distance[:, :-1]], axis=1)
    passed = np.diff(np.array([float(each) for each in grid]), prepend=0.0)
    # chance that a Brownian bridge between two distances touches zero
    near = np.clip(before, 0.0, None) * np.clip(distance, 0.0, None)
    crossed = bridge < np.exp(-2.0 * near / (float(model.volatility) ** 2 * passed))
    return np.asarray(((distance <= 0) | crossed).any(axis=1))
