"""The pool objective: one figure for how far a pool stands from its limits, 0 where it breaks one. Scores of single assets
do not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.compliance.results import Results
from calculations.clo.presets import STANDARD, Preset

_WHOLE = 1e-9  # how far weights may be from one by rounding


@dataclass(frozen=True)
class Objective:
    """What a deal wants: weights by test, and the tests that may fail without blocking a trade.

    The old model let test 31 fail for every deal; here a deal says so. Source: clo-compliance 5.2, Q17.
    """

    weights: tuple[tuple[int, float], ...]
    exempt: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for number, weight in self.weights:
            if not (math.isfinite(weight) and weight >= 0):
                raise ValueError(f"the weight of test {number} must be a number >= 0, found {weight}")

    def exempting(self, numbers: Iterable[int]) -> Objective:
        return replace(self, exempt=self.exempt | frozenset(numbers))

    def by_test(self) -> dict[int, float]:
        """Weight by test, in the order stated; what is stated twice counts once, as it first stands."""
        found: dict[int, float] = {}
        for number, weight in self.weights:
            found.setdefault(number, weight)
        return found


def objective_notes(objective: Objective, listed: Sequence[int]) -> tuple[str, ...]:
    """What is odd about an objective for a deal with these tests: each a visible outcome, none of them stops a run."""
    notes = []
    weights = objective.by_test()
    total = sum(weights.values())
    if abs(total - 1.0) > _WHOLE:
        notes.append(f"objective weights sum to {total:g}, not 1")
    stated = [number for number, _ in objective.weights]
    notes.extend(
        f"test {number} is in the objective twice; the first row counts"
        for number in weights
        if stated.count(number) > 1
    )
    notes.extend(
        f"test {number} is in the objective and not in the deal's list; it counts nothing"
        for number in weights
        if number not in listed
    )
    notes.extend(
        f"test {number} is exempt and not in the deal's list" for number in sorted(objective.exempt - {*listed})
    )
    return tuple(notes)


@dataclass(frozen=True, eq=False)
class PoolObjective:
    """`value` (pools,): 0 where blocked, nan where a weighted test is not stated; `blocking` (pools, tests): who blocks."""

    value: Floats
    blocking: Flags
    numbers: tuple[int, ...]

    @property
    def is_feasible(self) -> Flags:
        """Pools that no test blocks, (pools,)."""
        return np.logical_not(self.blocking.any(axis=1))

    def of(self, pool: int) -> float | None:
        """The objective of one pool; None where it is not stated."""
        value = float(self.value[pool])
        return None if math.isnan(value) else value

    def blocked_by(self, pool: int) -> tuple[int, ...]:
        return tuple(number for number, blocks in zip(self.numbers, self.blocking[pool], strict=True) if blocks)


def pool_objective(results: Results, objective: Objective, preset: Preset = STANDARD) -> PoolObjective:
    """100 x the sum of weight x ratio: 100 where every weighted test is exactly at its limit, higher is better.

    The ratio is threshold over result for a maximum (0 where the result is 0) and result over threshold for a minimum (0
    where the threshold is 0). A test that fails, or that cannot be decided, blocks: the objective is 0. What maintains or
    improves its previous value passes. Under CMP-17 only a failure with a numerator above 0 blocks.
    Source: clo-compliance 5.2, Q17.
    """
    numbers = tuple(test.number for test in results.tests)
    blocking = ~results.passed
    if "CMP-17" in preset:
        with_numerator = np.nan_to_num(results.numerator) > 0
        blocking = blocking & (with_numerator | ~results.is_decided)
    blocking = blocking & ~np.isin(numbers, sorted(objective.exempt))
    value = np.zeros(blocking.shape[0])
    for number, weight in objective.by_test().items():
        if weight > 0 and number in numbers:
            value += 100.0 * weight * ratios(results)[:, numbers.index(number)]
    return PoolObjective(np.where(blocking.any(axis=1), 0.0, value), blocking, numbers)


def ratios(results: Results) -> Floats:
    """How far each test is from its limit, (pools, tests): 1 at the limit, more is better, nan where not stated."""
    top = np.where(results.is_minimum, results.result, results.threshold)
    bottom = np.where(results.is_minimum, results.threshold, results.result)
    known = np.where(np.isnan(top) | np.isnan(bottom), np.nan, 0.0)
    return np.divide(top, bottom, out=known, where=~np.isnan(known) & (bottom != 0))
