"""Kinds of test that are a quotient of two linear figures, and which maker serves which kind. Groups are in `kinds_of_groups`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.compliance import kinds_of_groups as of_groups
from calculations.clo.compliance.batch import Chunk, Linear
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Truth
from calculations.clo.compliance.deal import MissingInput
from calculations.clo.compliance.measures import Figures, Measure, Workbench, quotient
from calculations.clo.compliance.weights import weight_of


def measure(bench: Workbench, definition: Definition) -> Measure:
    """The definition, under the preset of the bench, ready for any pool of its universe."""
    definition = definition.under(bench.context.preset)
    try:
        return _MAKERS[definition.kind](bench, definition)
    except MissingInput as error:
        nothing = np.zeros(bench.context.universe.size, dtype=np.bool_)
        return Measure(definition, _no_figures, nothing, bench.sums.add(nothing.astype(float)), missing=str(error))


def _no_figures(chunk: Chunk) -> Figures:
    nothing = np.full(chunk.cash.shape, np.nan)
    return Figures(nothing, nothing, nothing)


def linear_quotient(
    bench: Workbench, definition: Definition, vector: Floats, unknown: Flags, counted: Truth
) -> Measure:
    bottom, is_unsure = bench.denominator(definition, counted)
    top = bench.linear(vector, cash=1.0 if definition.include_cash else 0.0)
    return bench.done(
        definition,
        lambda chunk: quotient(definition, top.of(chunk), bottom.of(chunk)),
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
    return linear_quotient(bench, definition, vector, unknown, counted)


def _share_per_holding(bench: Workbench, definition: Definition, counted: Truth) -> Measure:
    assert definition.per_holding is not None
    amounts = weight_of(definition.per_holding, bench.context)
    vector = np.where(counted.holds, np.nan_to_num(amounts), 0.0)
    top = Linear(vector, bench.holdings.add(vector), per_holding=True)
    bottom, _ = bench.denominator(definition, counted)
    unknown = counted.is_unknown | (counted.holds & np.isnan(amounts))
    return bench.done(
        definition, lambda chunk: quotient(definition, top.of(chunk), bottom.of(chunk)), unknown, top, bottom
    )


def _weighted_average(bench: Workbench, definition: Definition) -> Measure:
    assert definition.weight is not None
    counted = bench.counted(definition)
    values = weight_of(definition.weight, bench.context)
    vector = np.where(counted.holds, values, 0.0)
    return linear_quotient(bench, definition, vector, counted.is_unknown | np.isnan(vector), counted)


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
    return linear_quotient(bench, definition, vector, unknown | np.isnan(vector), counted)


def _score(bench: Workbench, definition: Definition) -> Measure:
    universe = bench.context.universe
    if definition.score == "zero":
        nothing = np.zeros(universe.size, dtype=np.bool_)
        return linear_quotient(bench, definition, nothing.astype(float), nothing, bench.counted(definition))
    diversity = bench.diversity()
    unknown = (universe.issuer_id == "") | (universe.moodys_industry == "")

    def figures(chunk: Chunk) -> Figures:
        zero = np.zeros(chunk.cash.shape)  # the workbook leaves both at 0 (clo-compliance 1.3)
        return Figures(zero, zero, diversity.scores(chunk))

    return bench.done(definition, figures, unknown)


def _average_with_excess(bench: Workbench, definition: Definition) -> Measure:
    """Average of one class of assets, with what another class earns above a base, spread over the first class's par."""
    assert definition.excess is not None
    excess = definition.excess
    own = _weighted_average(bench, definition)
    other_class = bench.counted(definition.counting(excess.where))
    values = weight_of(excess.weight, bench.context)
    base = float(bench.context.inputs.required(excess.base))
    above = bench.linear(np.where(other_class.holds, values - base, 0.0))
    assert own.numerator is not None
    assert own.denominator is not None
    top, bottom = own.numerator, own.denominator

    def figures(chunk: Chunk) -> Figures:
        return quotient(definition, top.of(chunk) + np.maximum(0.0, above.of(chunk)), bottom.of(chunk))

    unknown = own.is_unknown | other_class.is_unknown | (other_class.holds & np.isnan(values))
    return bench.done(definition, figures, unknown)


def _regression(bench: Workbench, definition: Definition) -> Measure:
    """S&P's scenario default rate: a linear form of the results of other tests with the deal's coefficients."""
    coefficients = bench.context.inputs.required("sdr")
    terms = [(float(getattr(coefficients, name)), number) for name, number in definition.terms.items()]

    def figures(chunk: Chunk) -> Figures:
        result = np.full(chunk.cash.shape, coefficients.constant)
        for coefficient, number in terms:
            result = result + coefficient * chunk.results[number]
        nothing = np.full(chunk.cash.shape, np.nan)
        return Figures(nothing, nothing, result)

    return bench.done(definition, figures, np.zeros(bench.context.universe.size, dtype=np.bool_))


def _excess_haircut(bench: Workbench, definition: Definition) -> Measure:
    """What a class of assets above a limit loses at its price, the lowest prices first, as a share of the whole.

    The excess is the class's par above the limit times the denominator; the last line of it counts in part.
    """
    assert definition.weight is not None
    assert definition.excess_over is not None
    counted = bench.counted(definition)
    limit = float(bench.context.inputs.required(definition.excess_over))
    price = weight_of(definition.weight, bench.context)
    places = np.flatnonzero(counted.holds & ~np.isnan(price))
    order = places[np.lexsort((bench.context.universe.asset_id[places], price[places]))]
    loss = np.maximum(0.0, 1.0 - price[order])
    bottom, _ = bench.denominator(definition, counted)

    def figures(chunk: Chunk) -> Figures:
        par, whole = chunk.par[:, order], bottom.of(chunk)
        through = np.cumsum(par, axis=1)
        excess = np.maximum(0.0, par.sum(axis=1) - np.maximum(0.0, limit * whole))
        taken = np.clip(excess[:, None] - (through - par), 0.0, par)
        return quotient(definition, taken @ loss, whole)

    return bench.done(definition, figures, counted.is_unknown | (counted.holds & np.isnan(price)))


_MAKERS: Mapping[str, Callable[[Workbench, Definition], Measure]] = {
    "SHARE": _share,
    "WEIGHTED_AVERAGE": _weighted_average,
    "AVERAGE_WITH_EXCESS": _average_with_excess,
    "COVERAGE": _coverage,
    "SCORE": _score,
    "REGRESSION": _regression,
    "EXCESS_HAIRCUT": _excess_haircut,
    "RANKED_GROUP_SHARE": of_groups.ranked_group,
    "SUM_OF_LARGEST": of_groups.sum_of_largest,
    "EFFECTIVE_NUMBER": of_groups.effective_number,
    "DISTINCT_COUNT": of_groups.distinct_count,
    "DISPERSION": of_groups.dispersion,
}
