"""One pool of a deal, test by test, as it is reported: listed tests in the deal's order, the others for information."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.compliance.catalogue import catalogue
from calculations.clo.compliance.deal import DealInputs, DealTest
from calculations.clo.compliance.measures import Measure
from calculations.clo.compliance.results import Prepared, Results, prepare
from calculations.clo.compliance.universe import Universe
from calculations.clo.presets import STANDARD, Preset


@dataclass(frozen=True, eq=False)
class Holdings:
    """What a deal holds: par (n,) of each asset of a universe, in the deal's currency; 0 where it holds none."""

    universe: Universe
    par: Floats


@dataclass(frozen=True)
class TestResult:
    """One test of one pool. None is unknown or undecided, and `reason` says why.

    `comment` names the group that the result is about, `pass_comment` says how a result past its limit passed.
    """

    number: int
    name: str
    direction: str | None
    unit: str | None
    numerator: float | None
    denominator: float | None
    result: float | None
    threshold: float | None
    previous: float | None
    passed: bool | None
    comment: str | None
    pass_comment: str | None
    reason: str | None
    is_listed: bool


MAINTAINED = "maintains or improves the previous result"
NOTHING_TO_TEST = "the pool holds nothing that the test is about"


@dataclass(frozen=True, eq=False)
class Pool:
    """A deal's tests in the order of its list, its figures, and the par (n,) that it holds of a universe."""

    tests: Sequence[DealTest]
    par: Floats
    inputs: DealInputs


def run(
    deal: Sequence[DealTest], holdings: Holdings, inputs: DealInputs, preset: Preset = STANDARD
) -> tuple[TestResult, ...]:
    """Every test of the catalogue for one pool: the deal's list in its order, then the others by number.

    An unlisted test is for information (`is_listed` is False): it has the catalogue's direction and fallback limit and
    no previous value, and it enters neither an objective nor an alert. Source: clo-compliance 1.2, Q9.
    """
    (results,) = run_deals(holdings.universe, [Pool(deal, holdings.par, inputs)], preset)
    return results


def run_deals(
    universe: Universe, pools: Sequence[Pool], preset: Preset = STANDARD
) -> tuple[tuple[TestResult, ...], ...]:
    """As `run`, for the deals of one universe, such as those of a workbook: what no deal's figures enter is made ready once."""
    found: list[tuple[TestResult, ...]] = []
    prepared: Prepared | None = None
    for pool in pools:
        tests = (*pool.tests, *_unlisted(pool.tests))
        if prepared is None:
            prepared = prepare(tests, universe, pool.inputs, preset)
        else:
            prepared = prepared.for_deal(tests, pool.inputs)
        results = prepared.evaluate(pool.par, np.nan if pool.inputs.cash is None else pool.inputs.cash)
        found.append(tuple(_described(prepared, results, place, pool.par) for place in range(len(tests))))
    return tuple(found)


def _unlisted(tests: Sequence[DealTest]) -> tuple[DealTest, ...]:
    listed = {test.number for test in tests}
    return tuple(
        DealTest(number, definition.direction, definition.fallback, is_listed=False)
        for number, definition in catalogue().items()
        if number not in listed
    )


def _described(prepared: Prepared, results: Results, place: int, par: Floats) -> TestResult:
    test = results.tests[place]
    measure = prepared.measures.get(test.number)
    definition = None if measure is None else measure.definition
    is_decided = bool(results.is_decided[0, place])
    passed = bool(results.passed[0, place])
    pass_comment = None
    if passed and results.is_maintained[0, place]:
        pass_comment = MAINTAINED
    elif passed and definition is not None and definition.empty == "passes" and results.denominator[0, place] == 0:
        pass_comment = NOTHING_TO_TEST
    return TestResult(
        number=test.number,
        name=f"test {test.number}" if definition is None else definition.name,
        direction=None if test.is_minimum is None else ("MIN" if test.is_minimum else "MAX"),
        unit=None if definition is None else definition.unit,
        numerator=_or_none(results.numerator[0, place]),
        denominator=_or_none(results.denominator[0, place]),
        result=_or_none(results.result[0, place]),
        threshold=_or_none(results.threshold[0, place]),
        previous=test.previous,
        passed=passed if is_decided else None,
        comment=None if measure is None or np.isnan(results.result[0, place]) else group_named(measure, par),
        pass_comment=pass_comment,
        reason=results.reasons[place],
        is_listed=test.is_listed,
    )


def group_named(measure: Measure, par: Floats) -> str | None:
    """The group that a ranked test is about in one pool, ties by name; None where the test is about none."""
    rank, grouping = measure.definition.rank, measure.grouping
    if rank is None or grouping is None:
        return None
    totals = grouping.totals(par[None, :])[0]
    # Whole cents: dust from the order of summation must not break a tie.
    order = np.lexsort((grouping.labels, -np.round(totals, 2)))
    if measure.definition.first_by == "key":
        order = np.flatnonzero(totals > 0)
    return str(grouping.labels[order[rank - 1]]) if rank <= (totals > 0).sum() else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
