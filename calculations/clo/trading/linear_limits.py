"""Limits of tests as linear inequalities in par and cash, and ratios of tests with their slopes. Solving is not here.

A test is linear where its numerator and denominator are: its limit then reads numerator - limit x denominator <= 0. What is
not linear (ranked groups, sums of the largest, diversity) has inequalities only for the groups that bind in a given pool.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.compliance.batch import Grouping, Linear
from calculations.clo.compliance.deal import DealTest
from calculations.clo.compliance.limits import RECOVERY_TEST, limits, meets
from calculations.clo.compliance.measures import Measure
from calculations.clo.trading.desk import Run

_INSIDE = 1e-9  # how far inside a rounding bound a limit is put


@dataclass(frozen=True, eq=False)
class Form:
    """par @ `vector` + cash x `cash` + `constant`."""

    vector: Floats
    cash: float = 0.0
    constant: float = 0.0

    @classmethod
    def of(cls, linear: Linear) -> Form:
        return cls(linear.vector, linear.cash, linear.constant)

    def plus(self, other: Form, factor: float = 1.0) -> Form:
        return Form(
            self.vector + factor * other.vector,
            self.cash + factor * other.cash,
            self.constant + factor * other.constant,
        )

    def times(self, factor: float) -> Form:
        return Form(self.vector * factor, self.cash * factor, self.constant * factor)

    def at(self, par: Floats, cash: float) -> float:
        return float(par @ self.vector) + self.cash * cash + self.constant

    def equals(self, other: Form) -> bool:
        same = self.cash == other.cash and self.constant == other.constant
        return same and bool(np.array_equal(self.vector, other.vector))


@dataclass(frozen=True, eq=False)
class LinearTest:
    """A test whose result is numerator over denominator, both linear, and whose limit may move with the recovery rate.

    The limit is `fixed` + `slope` x recovery. `places` is the number of decimals its result is rounded to, None for none.
    """

    test: DealTest
    numerator: Form
    denominator: Form
    fixed: float
    slope: float
    places: int | None

    @property
    def sign(self) -> float:
        """+1 for a maximum, -1 for a minimum: the limit reads sign x (numerator - limit x denominator) <= 0."""
        return -1.0 if self.test.is_minimum else 1.0


@dataclass(frozen=True, eq=False)
class Linearised:
    """The linear tests of a run by number, the recovery rate's forms where the deal computes it, and all other tests."""

    run: Run
    tests: dict[int, LinearTest]
    others: dict[int, Measure]
    recovery: tuple[Form, Form] | None

    @classmethod
    def of(cls, run: Run) -> Linearised:
        """Sorts the tests of a run's list; one without direction or limit is in neither part."""
        prepared = run.desk.prepared
        found: dict[int, LinearTest] = {}
        others: dict[int, Measure] = {}
        for test in prepared.tests:
            measure = prepared.measures.get(test.number)
            if measure is None or test.is_minimum is None:
                continue
            top, bottom = measure.numerator, measure.denominator
            if top is None or bottom is None or top.per_holding or bottom.per_holding:
                others[test.number] = measure
                continue
            ends = limits(test, measure.definition, np.array([0.0, 1.0]), run.desk.inputs)[0]
            if not np.isnan(ends).any():
                decimals = measure.definition.decimals
                found[test.number] = LinearTest(
                    test, Form.of(top), Form.of(bottom), float(ends[0]), float(ends[1] - ends[0]), decimals
                )
        return cls(run, found, others, _recovery(run))

    def is_fixed(self, number: int) -> bool:
        """Whether the limit of a linear test is the same for every pool."""
        return not self.tests[number].slope or self.recovery is None

    def limit_row(self, number: int, par: Floats, cash: float) -> Form:
        """`form <= 0` where a linear test is held; a tangent at the pool given where a moving limit makes it curved.

        A result that maintains the starting one passes, so a limit is at least as wide as that.
        """
        item, kept = self.tests[number], self._kept(self.tests[number])
        if self.is_fixed(number):
            limit = _rounded(item.fixed + item.slope * self._given_recovery(), item)
            if kept is not None:
                limit = min(limit, kept) if item.test.is_minimum else max(limit, kept)
            return item.numerator.plus(item.denominator, -limit).times(item.sign)
        if kept is not None and not self._meets_at_start(item):
            return item.numerator.plus(item.denominator, -kept).times(item.sign)
        assert self.recovery is not None
        top, bottom = self.recovery
        if bottom.equals(item.denominator):
            moving = item.denominator.times(item.fixed).plus(top, item.slope)
            return item.numerator.plus(moving, -1.0).times(item.sign)
        rate = top.at(par, cash) / bottom.at(par, cash)
        weight = item.slope * item.denominator.at(par, cash) / bottom.at(par, cash)
        tangent = item.numerator.plus(item.denominator, -(item.fixed + item.slope * rate))
        return tangent.plus(top.plus(bottom, -rate), -weight).times(item.sign)

    def _meets_at_start(self, item: LinearTest) -> bool:
        base, place = self.run.base, self.run.base.column(item.test.number)
        is_minimum = np.array([bool(item.test.is_minimum)])
        return bool(meets(base.result[:1, place], base.threshold[:1, place], is_minimum)[0])

    def _kept(self, item: LinearTest) -> float | None:
        """The worst result that still maintains the starting one; None where the starting one is not above 0."""
        result = float(self.run.base.result[0, self.run.base.column(item.test.number)])
        if not result > 0:
            return None
        half = 0.5 * 10.0 ** -(4 if item.places is None else item.places) - _INSIDE
        return (round(result, 4) if item.places is None else result) + item.sign * half

    def _given_recovery(self) -> float:
        return self.run.desk.inputs.mwarr or 0.0

    def group_limit(self, number: int) -> float | None:
        """The maximum that a test about groups is held to, a starting result above it included; None where it has none."""
        base, place = self.run.base, self.run.base.column(number)
        limit, result = float(base.threshold[0, place]), float(base.result[0, place])
        if math.isnan(limit) or base.is_minimum[place]:
            return None
        return max(limit, round(result, 4) + 0.5e-4 - _INSIDE) if result > 0 else limit

    def limit_at(self, number: int, par: Floats, cash: float) -> float:
        """The limit of a linear test in a pool."""
        item = self.tests[number]
        if self.recovery is None:
            return item.fixed + item.slope * self._given_recovery()
        top, bottom = self.recovery
        return item.fixed + item.slope * top.at(par, cash) / bottom.at(par, cash)

    def ratio_slope(self, number: int, par: Floats, cash: float) -> Form:
        """Slope of a test's ratio to its limit in a pool, before any rounding of its result; its constant means nothing."""
        item = self.tests[number]
        top, bottom = item.numerator.at(par, cash), item.denominator.at(par, cash)
        limit = self.limit_at(number, par, cash)
        nothing = Form(np.zeros(par.size))
        if not (top and bottom and limit):
            return nothing
        change = item.numerator.times(1 / top).plus(item.denominator, -1 / bottom)
        if item.slope and self.recovery is not None:
            part, whole = self.recovery
            rate = part.at(par, cash) / whole.at(par, cash)
            moved = part.plus(whole, -rate).times(item.slope / whole.at(par, cash))
            change = change.plus(moved, -1 / limit)
        ratio = top / bottom / limit if item.test.is_minimum else limit * bottom / top
        return change.times(-item.sign * ratio)


def group_rows(measure: Measure, limit: float, par: Floats, cash: float, kept: Floats) -> Iterator[tuple[Form, bool]]:
    """`form <= 0` for the groups that stand above a maximum in a pool, for ranked groups and sums of the largest, and
    whether every pool that keeps the test keeps it.

    Of a test about the n-th largest, the n - 1 groups that are largest in the pool `kept` (n,) stay free: that is enough for
    the test to hold, and lets a `kept` pool that holds it stay. Tests of other kinds have none.
    """
    grouping, bottom, definition = measure.grouping, measure.denominator, measure.definition
    if grouping is None or bottom is None or not grouping.members.size:
        return
    totals = grouping.totals(par[None, :])[0]
    allowed = limit * Form.of(bottom).at(par, cash)
    if definition.kind == "RANKED_GROUP_SHARE" and definition.rank is not None:
        order = np.argsort(-grouping.totals(kept[None, :])[0], kind="stable")
        for group in order[definition.rank - 1 :].tolist():
            if totals[group] > allowed:
                yield _group_row(grouping, [group], Form.of(bottom), limit), definition.rank == 1
    elif definition.kind == "SUM_OF_LARGEST" and definition.largest is not None:
        largest = np.argsort(-totals, kind="stable")[: definition.largest]
        yield _group_row(grouping, largest.tolist(), Form.of(bottom), limit), True


def every_group(measure: Measure, limit: float) -> Iterator[Form]:
    """`form <= 0` for each group of a test about the largest alone; none for other tests."""
    if measure.grouping is None or measure.denominator is None or measure.definition.rank != 1:
        return
    for group in range(measure.grouping.labels.size):
        yield _group_row(measure.grouping, [group], Form.of(measure.denominator), limit)


def _group_row(grouping: Grouping, groups: list[int], bottom: Form, limit: float) -> Form:
    ends = np.append(grouping.starts[1:], grouping.members.size)
    vector = np.zeros(bottom.vector.size)
    for group in groups:
        vector[grouping.members[grouping.starts[group] : ends[group]]] = 1.0
    return Form(vector).plus(bottom, -limit)


def _recovery(run: Run) -> tuple[Form, Form] | None:
    """Numerator and denominator of the recovery rate that limits move with; None where the deal gives it as a figure."""
    prepared = run.desk.prepared
    is_listed = any(test.number == RECOVERY_TEST for test in prepared.tests)
    measure = prepared.measures.get(RECOVERY_TEST)
    if measure is None or (run.desk.inputs.mwarr is not None and not is_listed):
        return None
    if measure.numerator is None or measure.denominator is None:
        return None
    return Form.of(measure.numerator), Form.of(measure.denominator)


def _rounded(limit: float, item: LinearTest) -> float:
    """The limit for the result before it is rounded."""
    if item.places is None:
        return limit
    scale = 10.0**item.places
    on_grid = math.floor(limit * scale + _INSIDE) if item.sign > 0 else math.ceil(limit * scale - _INSIDE)
    return (on_grid + item.sign * 0.5) / scale - item.sign * _INSIDE
