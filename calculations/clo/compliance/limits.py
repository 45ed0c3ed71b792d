"""Which limit each test is held against, and whether a result passes it. Results themselves are made in `measures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.compliance.catalogue import CurveLimit, Definition, MovingLimit, Step
from calculations.clo.compliance.deal import DealInputs, DealTest, MissingInput
from calculations.clo.compliance.measures import round_half_even

RECOVERY_TEST = 33
_DUST = 1e-12


def limits(test: DealTest, definition: Definition, recovery: Floats, inputs: DealInputs) -> tuple[Floats, str | None]:
    """Limit per pool, shape (pools,), and why there is none where it is nan.

    An overwrite stands first, then what the definition computes (written over the deal's own number), then the deal's
    number. `recovery` (pools,) is the fraction that moving limits take. Source: clo-compliance 1.2, 1.4.
    """
    if test.overwrite is not None:
        return np.full(recovery.shape, test.overwrite), None
    try:
        if isinstance(definition.limit, MovingLimit):
            limit = _moving(definition.limit, recovery, inputs)
            is_known = not np.isnan(limit).any()
            return limit, None if is_known else f"the limit moves with test {RECOVERY_TEST}, which has no result"
        if isinstance(definition.limit, CurveLimit) and definition.limit.curve in inputs.curves:
            day = inputs.required("analysis_date")
            found = inputs.curves[definition.limit.curve].at(day)
            reason = f"curve {definition.limit.curve} begins after {day}" if found is None else None
            return np.full(recovery.shape, np.nan if found is None else found), reason
    except MissingInput as error:
        return np.full(recovery.shape, np.nan), f"the limit cannot be stated: {error}"
    if test.threshold is None:
        return np.full(recovery.shape, np.nan), "the deal states no limit"
    return np.full(recovery.shape, test.threshold), None


def _moving(limit: MovingLimit, recovery: Floats, inputs: DealInputs) -> Floats:
    reference = _number(limit.reference, inputs)
    points = 100.0 * (recovery - reference)
    return float(inputs.required(limit.base)) + limit.sign * points * _factor(limit.factor, inputs)


def _factor(factor: float | Step | str, inputs: DealInputs) -> float:
    if isinstance(factor, Step):
        return factor.at_or_above if inputs.required(factor.input) >= factor.from_ else factor.below
    return _number(factor, inputs)


def _number(value: float | str, inputs: DealInputs) -> float:
    return float(inputs.required(value)) if isinstance(value, str) else value


def meets(result: Floats, limit: Floats, is_minimum: Flags) -> Flags:
    """Whether each result is at or on the right side of its limit; what differs by dust is equal. Source: 1.2."""
    dust = _DUST * np.maximum(np.abs(result), np.abs(limit))
    return np.where(is_minimum, result >= limit - dust, result <= limit + dust)


def maintains(result: Floats, previous: Floats, is_minimum: Flags) -> Flags:
    """Whether each result is no worse than the one before to 4 decimals, where that was above 0. Source: 1.2."""
    now, before = round_half_even(result, 4), round_half_even(previous, 4)
    return (previous > 0) & np.where(is_minimum, now >= before, now <= before)


def undecided(tests: Sequence[DealTest], known: Mapping[int, Definition]) -> tuple[str | None, ...]:
    """Why a row of a deal's list can decide nothing, whatever its result: per row, None where it can."""
    rows: dict[int, list[int]] = {}
    for row, test in enumerate(tests, start=1):
        rows.setdefault(test.number, []).append(row)
    return tuple(_fault(test, rows[test.number], known) for test in tests)


def _fault(test: DealTest, rows: Sequence[int], known: Mapping[int, Definition]) -> str | None:
    if test.number not in known:
        return f"the catalogue has no test {test.number}"
    if len(rows) > 1:
        return f"test {test.number} is listed {len(rows)} times, in rows {', '.join(map(str, rows))}"
    if test.is_minimum is None:
        stated = "missing" if not (test.direction or "").strip() else f"{test.direction!r}"
        return f"direction must be MIN or MAX, it is {stated}"
    return None
