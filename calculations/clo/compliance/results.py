"""All tests of a deal for many pools at once: figures, limits and passes as arrays. One pool in words is in `report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from calculations.clo.columns import Flags, Floats
from calculations.clo.compliance.batch import Chunk, as_batch, chunks
from calculations.clo.compliance.catalogue import Catalogue, Definition, catalogue
from calculations.clo.compliance.conditions import Context
from calculations.clo.compliance.deal import DealInputs, DealTest
from calculations.clo.compliance.kinds import measure
from calculations.clo.compliance.limits import RECOVERY_TEST, limits, maintains, meets, undecided
from calculations.clo.compliance.measures import Measure, Workbench
from calculations.clo.compliance.needs import inputs_of
from calculations.clo.compliance.universe import Universe
from calculations.clo.compliance.unknowns import unknown_for
from calculations.clo.presets import STANDARD, Preset


@dataclass(frozen=True, eq=False)
class Results:
    """What the tests of a deal's list, in its order, say of each pool; arrays (pools, tests).

    A figure that there is not is nan. `passed` is true where a test passes, maintained results included, and
    `is_decided` where it either passes or fails: what cannot be decided has not passed. `reasons` (tests,) say why
    some pool has no result or no decision; None where all have.
    """

    tests: tuple[DealTest, ...]
    numerator: Floats
    denominator: Floats
    result: Floats
    threshold: Floats
    is_minimum: Flags
    passed: Flags
    is_maintained: Flags
    is_decided: Flags
    reasons: tuple[str | None, ...]

    def column(self, number: int) -> int:
        """Place of a test in the list. Raises KeyError for one that is not listed."""
        for place, test in enumerate(self.tests):
            if test.number == number:
                return place
        raise KeyError(number)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A deal's tests made ready for a universe: `evaluate` takes any number of pools, any number of times.

    `measures` holds every definition that is listed or that a listed one depends on, by number, in an order in which
    each comes after those it depends on. `measures[n].numerator` and `.denominator` are the linear forms of a test
    that has them: par @ vector + cash x `cash` + constant.
    """

    tests: tuple[DealTest, ...]
    context: Context
    measures: Mapping[int, Measure]
    faults: tuple[str | None, ...]
    _bench: Workbench
    _sums: Floats
    _holdings: Floats

    def for_deal(self, tests: Sequence[DealTest], inputs: DealInputs, definitions: Catalogue | None = None) -> Prepared:
        """The tests of another deal over the same universe; what takes no figure of the deal is taken over from this one."""
        kept = {number: ready for number, ready in self.measures.items() if not inputs_of(ready.definition)}
        return _prepared(tests, self._bench.of_deal(inputs), definitions, kept)

    def evaluate(self, par: ArrayLike, cash: ArrayLike, previous: ArrayLike | None = None) -> Results:
        """Every test for every pool. `par` (pools, n) or (n,), `cash` (pools,) or one amount, nan where unknown.

        `previous` (tests,) is each test's value before, nan for none; without it the list's own stand. Raises
        ValueError for shapes that do not fit and par that is negative or not finite.
        """
        universe = self.context.universe
        par, cash = as_batch(np.asarray(par), np.asarray(cash, dtype=np.float64), universe.size)
        shape = (len(self.tests), par.shape[0])  # a test to a row, so that each is written in one piece
        numerator, denominator, result, threshold = (np.full(shape, np.nan) for _ in range(4))
        held = np.zeros(universe.size, dtype=np.bool_)
        limit_reasons: list[str | None] = [None] * len(self.tests)
        for part in chunks(par.shape[0], universe.size):
            sums, holdings = self._sums @ par[part].T, self._holdings @ (par[part] > 0).T
            pools = Chunk(par[part], cash[part], sums, holdings)
            held |= pools.par.any(axis=0)
            figures = self._figures(pools)
            recovery = self._recovery(figures, pools)
            for place, test in enumerate(self.tests):
                if test.number not in self.measures:
                    continue
                found = figures[test.number]
                numerator[place, part], denominator[place, part], result[place, part] = found
                definition = self.measures[test.number].definition
                threshold[place, part], why = limits(test, definition, recovery, self.context.inputs)
                limit_reasons[place] = limit_reasons[place] or why
        before = self._previous(previous)[:, None]
        is_minimum = np.array([test.is_minimum is True for test in self.tests], dtype=np.bool_)
        is_faultless = np.array([fault is None for fault in self.faults], dtype=np.bool_)
        is_decided = ~np.isnan(result) & ~np.isnan(threshold) & is_faultless[:, None]
        is_met = meets(result, threshold, is_minimum[:, None]) | self._passes_empty(result, denominator)
        is_open = is_decided & ~is_met
        is_maintained = is_open & (maintains(result, before, is_minimum[:, None]) if is_open.any() else False)
        return Results(
            tests=self.tests,
            numerator=numerator.T,
            denominator=denominator.T,
            result=result.T,
            threshold=threshold.T,
            is_minimum=is_minimum,
            passed=(is_decided & (is_met | is_maintained)).T,
            is_maintained=is_maintained.T,
            is_decided=is_decided.T,
            reasons=self._reasons(held, cash, result, limit_reasons),
        )

    def _figures(self, pools: Chunk) -> dict[int, tuple[Floats, Floats, Floats]]:
        found: dict[int, tuple[Floats, Floats, Floats]] = {}
        for number, ready in self.measures.items():
            figures = ready.figures(pools)
            is_unknown = (pools.sums[ready.unknown_place] > 0) | np.isnan(figures.result)
            found[number] = (
                np.where(is_unknown, np.nan, figures.numerator),
                np.where(is_unknown, np.nan, figures.denominator),
                np.where(is_unknown, np.nan, figures.result),
            )
            pools.results[number] = found[number][2]
        return found

    def _recovery(self, figures: Mapping[int, tuple[Floats, Floats, Floats]], pools: Chunk) -> Floats:
        """The recovery that limits move with: test 33 of the pool, or the deal's own figure where 33 is not listed."""
        is_listed = any(test.number == RECOVERY_TEST and test.is_listed for test in self.tests)
        if self.context.inputs.mwarr is not None and not is_listed:
            return np.full(pools.cash.shape, self.context.inputs.mwarr)
        return figures[RECOVERY_TEST][2] if RECOVERY_TEST in figures else np.full(pools.cash.shape, np.nan)

    def _previous(self, previous: ArrayLike | None) -> Floats:
        if previous is None:
            return np.array([np.nan if test.previous is None else test.previous for test in self.tests])
        given = np.asarray(previous, dtype=np.float64)
        if given.shape != (len(self.tests),):
            raise ValueError(f"previous must have {len(self.tests)} entries, one per test, found shape {given.shape}")
        return given

    def _passes_empty(self, result: Floats, denominator: Floats) -> Flags:
        """Where there is nothing that a test could fail (clo-compliance Q37)."""
        passes = [
            test.number in self.measures and self.measures[test.number].definition.empty == "passes"
            for test in self.tests
        ]
        return (result == 0) & (denominator == 0) & np.array(passes, dtype=np.bool_)[:, None]

    def _reasons(
        self, held: Flags, cash: Floats, result: Floats, limit_reasons: Sequence[str | None]
    ) -> tuple[str | None, ...]:
        found: list[str | None] = []
        for place, test in enumerate(self.tests):
            ready = self.measures.get(test.number)
            why = None
            if ready is not None and np.isnan(result[place]).any():
                why = self._why_no_result(ready, held, cash)
            parts = [part for part in (why, limit_reasons[place], self.faults[place]) if part]
            found.append("; ".join(parts) or None)
        return tuple(found)

    def _why_no_result(self, ready: Measure, held: Flags, cash: Floats) -> str:
        if ready.missing is not None:
            return ready.missing
        if (is_unknown := ready.is_unknown & held).any():
            return unknown_for(ready.definition, is_unknown, self.context)
        needed = [self.measures[number] for number in ready.definition.depends_on]
        for other in needed if ready.definition.kind == "REGRESSION" else ():
            if other.missing is not None or (other.is_unknown & held).any():
                return f"test {other.definition.number} has no result: {self._why_no_result(other, held, cash)}"
        if np.isnan(cash).any():
            return "principal cash of the collection account is unknown"
        return "the pool holds nothing" if ready.definition.kind == "SCORE" else "the denominator is not above zero"


def prepare(
    tests: Sequence[DealTest],
    universe: Universe,
    inputs: DealInputs,
    preset: Preset = STANDARD,
    definitions: Catalogue | None = None,
) -> Prepared:
    """A deal's tests made ready. Rows that can decide nothing (an unknown number, a number twice, no direction) stay in
    the list with their reason; they stop nothing. Source: clo-compliance 1.2, Q3, Q34.
    """
    return _prepared(tests, Workbench(Context(universe, inputs, preset)), definitions, {})


def _prepared(
    tests: Sequence[DealTest], bench: Workbench, definitions: Catalogue | None, kept: Mapping[int, Measure]
) -> Prepared:
    known = catalogue() if definitions is None else definitions
    order = _in_order_of_need([test.number for test in tests if test.number in known], known)
    measures = {number: kept.get(number) or measure(bench, known[number]) for number in order}
    size = bench.context.universe.size
    return Prepared(
        tests=tuple(tests),
        context=bench.context,
        measures=measures,
        faults=undecided(tests, known),
        _bench=bench,
        _sums=bench.sums.matrix(size),
        _holdings=bench.holdings.matrix(size),
    )


def evaluate(
    tests: Sequence[DealTest],
    universe: Universe,
    par: ArrayLike,
    cash: ArrayLike,
    inputs: DealInputs,
    preset: Preset = STANDARD,
    previous: ArrayLike | None = None,
) -> Results:
    """Every test for every pool of a batch; `prepare` and `Prepared.evaluate` in one."""
    return prepare(tests, universe, inputs, preset).evaluate(par, cash, previous)


def _in_order_of_need(numbers: Sequence[int], known: Mapping[int, Definition]) -> list[int]:
    """The tests and all they depend on, each after those; first needed first."""
    order: dict[int, None] = {}

    def add(number: int) -> None:
        if number in order:
            return
        for needed in known[number].depends_on:
            add(needed)
        order[number] = None

    for number in numbers:
        add(number)
    return list(order)
