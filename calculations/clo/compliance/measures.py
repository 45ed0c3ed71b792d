"""A definition made ready for a universe: which sums its numerator and denominator take, and which assets it cannot judge.

How each kind does it is in `kinds` and `kinds_of_groups`, limits and passing in `limits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.columns import Flags, Floats, Texts, fold
from calculations.clo.compliance.batch import Chunk, Columns, Grouping, Linear
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Compare, Context, Truth
from calculations.clo.compliance.deal import DealInputs
from calculations.clo.compliance.diversity import Diversity


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

    def of_deal(self, inputs: DealInputs) -> Workbench:
        """A bench of another deal over the same universe, which goes on with the sums and groupings of this one."""
        other = Workbench(replace(self.context, inputs=inputs))
        other.sums, other.holdings = self.sums, self.holdings
        other._groupings, other._diversity = self._groupings, self._diversity
        return other

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


def quotient(definition: Definition, numerator: Floats, denominator: Floats) -> Figures:
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
