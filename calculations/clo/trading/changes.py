"""Tests before and after trades, side by side, and what got better or worse. The trades do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.clo.compliance.catalogue import catalogue
from calculations.clo.compliance.deal import DealTest
from calculations.clo.compliance.results import Results

_DUST = 1e-12


@dataclass(frozen=True)
class TestChange:
    """One test before and after; None where a figure is not stated, and a pass where it cannot be decided.

    `comment` is "now fails", "cured", "worse", "no longer stated", "now stated" or nothing. Source: clo-compliance 5.4.
    """

    __test__ = False

    number: int
    name: str
    threshold: float | None
    result: float | None
    passed: bool | None
    threshold_after: float | None
    result_after: float | None
    passed_after: bool | None
    difference: float | None
    comment: str


def changes(before: Results, after: Results, pool: int, tests: Sequence[DealTest]) -> tuple[TestChange, ...]:
    """Every test of the list, in its order: the one pool of `before` against pool `pool` of `after`."""
    return tuple(_change(before, after, pool, place, test) for place, test in enumerate(tests))


def _change(before: Results, after: Results, pool: int, place: int, test: DealTest) -> TestChange:
    result, result_after = _figure(before.result[0, place]), _figure(after.result[pool, place])
    passed, passed_after = _passed(before, 0, place), _passed(after, pool, place)
    definition = catalogue().get(test.number)
    difference = None if result is None or result_after is None else result_after - result
    return TestChange(
        number=test.number,
        name=definition.name if definition else f"Test {test.number}",
        threshold=_figure(before.threshold[0, place]),
        result=result,
        passed=passed,
        threshold_after=_figure(after.threshold[pool, place]),
        result_after=result_after,
        passed_after=passed_after,
        difference=difference,
        comment=_comment(result, result_after, passed, passed_after, test.is_minimum),
    )


def _comment(
    result: float | None,
    result_after: float | None,
    passed: bool | None,
    passed_after: bool | None,
    is_minimum: bool | None,
) -> str:
    if result is None or result_after is None:
        return {(False, True): "no longer stated", (True, False): "now stated"}.get(
            (result is None, result_after is None), ""
        )
    if passed and passed_after is False:
        return "now fails"
    if passed is False and passed_after:
        return "cured"
    gain = result_after - result if is_minimum else result - result_after
    is_worse = is_minimum is not None and gain < -_DUST * max(abs(result), abs(result_after))
    return "worse" if is_worse else ""


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _passed(results: Results, pool: int, place: int) -> bool | None:
    return bool(results.passed[pool, place]) if results.is_decided[pool, place] else None
