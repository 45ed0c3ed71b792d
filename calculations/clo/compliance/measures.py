"""A definition made ready for a universe: which sums its numerator and denominator take, and which assets it cannot judge.

Limits and passing are in `thresholds` and `results`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Flags, Floats, Texts, fold
from calculations.clo.compliance import batch
from calculations.clo.compliance.batch import Chunk, Columns, Grouping, Linear
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Compare, Context, Truth
from calculations.clo.compliance.deal import MissingInput
from calculations.clo.compliance.diversity import Diversity
from calculations.clo.compliance.weights import weight_of


@dataclass(frozen=True, eq=False)
class Figures:
    """Numerator, denominator and result per pool, each (pools,); nan where there is none."""

    numerator: Floats
    denominator: Floats
    result: Floats


@dataclass(frozen=True, eq=False)
class Measure:
    """One definition over one universe.

    `figures` gives the figures of a chunk. `is_unknown` (n,) marks assets that leave a pool holding them without a
    result, and `unknown_place` is its sum. `numerator` and `denominator` stand where the result is a quotient of two
    linear figures. `missing` says which deal input there is not; no pool has a result then.
    """

    definition: Definition
    figures: Callable[[Chunk], Figures]
    is_unknown: Flags
    unknown_place: int
    numerator: Linear | None = None
    denominator: Linear | None = None
    grouping: Grouping | None = None
    missing: str | None = None


class Workbench:
    """Makes measures that share their sums and groupings."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.sums = Columns()
        self.holdings = Columns()
        self._groupings: dict[tuple[str, bytes], Grouping] = {}
        self._diversity: Diversity | None = None

    def measure(self, definition: Definition) -> Measure:
        """The definition, under the preset of the context, ready for any pool."""
        definition = definition.under(self.context.preset)
        try:
            return _MAKERS[definition.kind](self, definition)
        except MissingInput as error:
            nothing = np.zeros(self.context.universe.size, dtype=np.bool_)
            return Measure(definition, _no_figures, nothing, self.sums.add(nothing.astype(float)), missing=str(error))

    def counted(self, definition: Definition) -> Truth:
        """Which assets a definition is about."""
        truth = definition.where.apply(self.context)
        if not definition.exclude_defaulted:
            return truth
        performing = self.context.universe.is_performing
        return Truth(truth.holds & performing, truth.is_unknown & performing)

    def linear(self, vector: Floats, cash: float = 0.0, constant: float = 0.0) -> Linear:
        vector = np.nan_to_num(vector)
        return Linear(vector, self.sums.add(vector), cash, constant)

    def denominator(self, definition: Definition, counted: Truth) -> tuple[Linear, Flags]:
        """The denominator, and the assets of which it is unknown whether they belong to it."""
        universe, performing = self.context.universe, self.context.universe.is_performing
        nothing = np.zeros(universe.size, dtype=np.bool_)
        if definition.denominator_input is not None:
            amount = float(self.context.inputs.required(definition.denominator_input))
            return self.linear(nothing.astype(float), constant=amount), nothing
        if definition.denominator == "CPA":
            return self.linear(performing.astype(float), cash=1.0), nothing
        if definition.denominator == "PERF":
            return self.linear(performing.astype(float)), nothing
        if definition.denominator == "ALL":
            return self.linear(np.ones(universe.size)), nothing
        if definition.denominator in ("FLOAT", "FIXED"):
            truth = Compare("coupon_type", "is", definition.denominator).apply(self.context)
            who = performing if definition.exclude_defaulted else ~nothing
            return self.linear((truth.holds & who).astype(float)), truth.is_unknown & who
        return self.linear(counted.holds.astype(float)), nothing

    def grouping(self, column: str, counted: Flags) -> tuple[Grouping, Flags]:
        """Groups of the assets that count, and which of those have no key."""
        keys = self._keys(column)
        key = (column, counted.tobytes())
        if key not in self._groupings:
            self._groupings[key] = Grouping.of(keys, counted)
        return self._groupings[key], counted & (keys == "")

    def _keys(self, column: str) -> Texts:
        texts: Texts = getattr(self.context.universe, column)
        return texts if column in ("asset_id", "issuer_id") else fold(texts)

    def diversity(self) -> Diversity:
        if self._diversity is None:
            self._diversity = Diversity.of(self.context.universe, self.context.preset)
        return self._diversity

    def done(
        self,
        definition: Definition,
        figures: Callable[[Chunk], Figures],
        is_unknown: Flags,
        numerator: Linear | None = None,
        denominator: Linear | None = None,
        grouping: Grouping | None = None,
    ) -> Measure:
        place = self.sums.add(is_unknown.astype(float))
        return Measure(definition, figures, is_unknown, place, numerator, denominator, grouping)


def _no_figures(chunk: Chunk) -> Figures:
    nothing = np.full(chunk.cash.shape, np.nan)
    return Figures(nothing, nothing, nothing)


def _quotient(definition: Definition, numerator: Floats, denominator: Floats) -> Figures:
    """Numerator over denominator; what a denominator of nothing means is the definition's to say."""
    is_empty = ~(denominator > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = numerator / denominator
    is_zero = is_empty & (definition.empty != "unknown") & ~np.isnan(denominator)
    result = np.where(is_zero, 0.0, np.where(is_empty, np.nan, result))
    if definition.empty == "passes":
        numerator, denominator = np.where(is_zero, 0.0, numerator), np.where(is_zero, 0.0, denominator)
    if definition.decimals is not None:
        result = round_half_even(result, definition.decimals)
    return Figures(numerator, denominator, result)


def round_half_even(values: Floats, decimals: int) -> Floats:
    """To `decimals` decimals, halves to even; a value within 1e-12 of a half is that half. Source: clo-compliance 1.2."""
    scaled = values * 10.0**decimals
    half = np.rint(2 * scaled) / 2
    is_half = np.abs(scaled - half) <= 1e-12 * np.abs(scaled)
    return np.rint(np.where(is_half, half, scaled)) / 10.0**decimals


def _linear_quotient(
    bench: Workbench, definition: Definition, vector: Floats, unknown: Flags, counted: Truth
) -> Measure:
    bottom, is_unsure = bench.denominator(definition, counted)
    top = bench.linear(vector, cash=1.0 if definition.include_cash else 0.0)
    return bench.done(
        definition,
        lambda chunk: _quotient(definition, top.of(chunk), bottom.of(chunk)),
        unknown | is_unsure,
        top,
        bottom,
    )


def _share(bench: Workbench, definition: Definition) -> Measure:
    counted = bench.counted(definition)
    vector, unknown = counted.holds.astype(np.float64), counted.is_unknown
    if definition.per_holding is not None:
        return _share_per_holding(bench, definition, counted)
    if definition.less is not None:
        less = definition.less.apply(bench.context)
        performing = bench.context.universe.is_performing | (not definition.exclude_defaulted)
        vector = vector - (less.holds & performing)
        unknown = unknown | (less.is_unknown & performing)
    return _linear_quotient(bench, definition, vector, unknown, counted)


def _share_per_holding(bench: Workbench, definition: Definition, counted: Truth) -> Measure:
    assert definition.per_holding is not None
    amounts = weight_of(definition.per_holding, bench.context)
    vector = np.where(counted.holds, np.nan_to_num(amounts), 0.0)
    top = Linear(vector, bench.holdings.add(vector), per_holding=True)
    bottom, _ = bench.denominator(definition, counted)
    unknown = counted.is_unknown | (counted.holds & np.isnan(amounts))
    return bench.done(
        definition, lambda chunk: _quotient(definition, top.of(chunk), bottom.of(chunk)), unknown, top, bottom
    )


def _weighted_average(bench: Workbench, definition: Definition) -> Measure:
    assert definition.weight is not None
    counted = bench.counted(definition)
    values = weight_of(definition.weight, bench.context)
    vector = np.where(counted.holds, values, 0.0)
    return _linear_quotient(bench, definition, vector, counted.is_unknown | np.isnan(vector), counted)


def _coverage(bench: Workbench, definition: Definition) -> Measure:
    """Par at what each case values it at, the first case that fits; an asset that none fits counts nothing."""
    counted = bench.counted(definition)
    size = bench.context.universe.size
    vector, is_open, unknown = np.zeros(size), counted.holds.copy(), counted.is_unknown.copy()
    for case in definition.cases:
        truth = case.where.apply(bench.context)
        fits = is_open & truth.holds
        vector = np.where(fits, weight_of(case.weight, bench.context), vector)
        unknown |= is_open & truth.is_unknown
        is_open &= ~(truth.holds | truth.is_unknown)
    return _linear_quotient(bench, definition, vector, unknown | np.isnan(vector), counted)


def _ranked_group(bench: Workbench, definition: Definition) -> Measure:
    assert definition.group is not None
    assert definition.rank is not None
    counted = bench.counted(definition)
    grouping, is_unnamed = bench.grouping(definition.group, counted.holds)
    bottom, _ = bench.denominator(definition, counted)
    rank, shown = definition.rank, definition.shown_rank or definition.rank

    def pick(totals: Floats, place: int) -> Floats:
        if definition.first_by == "key":
            return batch.first_held(totals)
        return batch.nth_by_old_sort(totals, place) if definition.uses_old_sort else batch.nth_largest(totals, place)

    def figures(chunk: Chunk) -> Figures:
        totals = chunk.totals(grouping)
        found = _quotient(definition, pick(totals, rank), bottom.of(chunk))
        return found if shown == rank else Figures(pick(totals, shown), found.denominator, found.result)

    return bench.done(definition, figures, counted.is_unknown | is_unnamed, denominator=bottom, grouping=grouping)


def _score(bench: Workbench, definition: Definition) -> Measure:
    universe = bench.context.universe
    if definition.score == "zero":
        nothing = np.zeros(universe.size, dtype=np.bool_)
        return _linear_quotient(bench, definition, nothing.astype(float), nothing, bench.counted(definition))
    diversity = bench.diversity()
    unknown = (universe.issuer_id == "") | (universe.moodys_industry == "")

    def figures(chunk: Chunk) -> Figures:
        zero = np.zeros(chunk.cash.shape)  # the workbook leaves both at 0 (clo-compliance 1.3)
        return Figures(zero, zero, diversity.scores(chunk))

    return bench.done(definition, figures, unknown)


_MAKERS: dict[str, Callable[[Workbench, Definition], Measure]] = {
    "SHARE": _share,
    "RANKED_GROUP_SHARE": _ranked_group,
    "WEIGHTED_AVERAGE": _weighted_average,
    "COVERAGE": _coverage,
    "SCORE": _score,
}
