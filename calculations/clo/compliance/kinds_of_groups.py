"""Kinds of test about groups of assets: the n-th largest, the n largest together, effective numbers, dispersion."""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.compliance import batch
from calculations.clo.compliance.batch import Chunk
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.measures import Figures, Measure, Workbench, quotient
from calculations.clo.compliance.weights import weight_of


def ranked_group(bench: Workbench, definition: Definition) -> Measure:
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
        found = quotient(definition, pick(totals, rank), bottom.of(chunk))
        return found if shown == rank else Figures(pick(totals, shown), found.denominator, found.result)

    return bench.done(definition, figures, counted.is_unknown | is_unnamed, denominator=bottom, grouping=grouping)


def sum_of_largest(bench: Workbench, definition: Definition) -> Measure:
    assert definition.group is not None
    assert definition.largest is not None
    counted = bench.counted(definition)
    grouping, is_unnamed = bench.grouping(definition.group, counted.holds)
    bottom, _ = bench.denominator(definition, counted)
    count = definition.largest

    def figures(chunk: Chunk) -> Figures:
        return quotient(definition, batch.sum_of_largest(chunk.totals(grouping), count), bottom.of(chunk))

    return bench.done(definition, figures, counted.is_unknown | is_unnamed, denominator=bottom, grouping=grouping)


def effective_number(bench: Workbench, definition: Definition) -> Measure:
    """How many groups of equal size would be as concentrated: the square of the total over the sum of squares."""
    assert definition.group is not None
    counted = bench.counted(definition)
    grouping, is_unnamed = bench.grouping(definition.group, counted.holds)

    def figures(chunk: Chunk) -> Figures:
        totals = chunk.totals(grouping)
        return quotient(definition, totals.sum(axis=1) ** 2, (totals**2).sum(axis=1))

    return bench.done(definition, figures, counted.is_unknown | is_unnamed, grouping=grouping)


def distinct_count(bench: Workbench, definition: Definition) -> Measure:
    assert definition.group is not None
    counted = bench.counted(definition)
    grouping, is_unnamed = bench.grouping(definition.group, counted.holds)

    def figures(chunk: Chunk) -> Figures:
        nothing = np.full(chunk.cash.shape, np.nan)
        return Figures(nothing, nothing, (chunk.totals(grouping) > 0).sum(axis=1).astype(np.float64))

    return bench.done(definition, figures, counted.is_unknown | is_unnamed, grouping=grouping)


def dispersion(bench: Workbench, definition: Definition) -> Measure:
    """Par-weighted mean distance of a value from its par-weighted mean, over the assets that count."""
    assert definition.weight is not None
    counted = bench.counted(definition)
    values = weight_of(definition.weight, bench.context)
    known = counted.holds & ~np.isnan(values)
    levels = np.unique(values[known])
    places = [np.flatnonzero(known & (values == level)) for level in levels]

    def figures(chunk: Chunk) -> Figures:
        totals: Floats = (
            np.stack([chunk.par[:, at].sum(axis=1) for at in places], axis=1)
            if places
            else np.zeros((chunk.cash.size, 0))
        )
        whole = totals.sum(axis=1)
        mean = np.divide(totals @ levels, whole, out=np.zeros(whole.shape), where=whole > 0)
        return quotient(definition, (totals * np.abs(levels - mean[:, None])).sum(axis=1), whole)

    return bench.done(definition, figures, counted.is_unknown | (counted.holds & np.isnan(values)))
