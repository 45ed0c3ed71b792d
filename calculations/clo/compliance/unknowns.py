"""Which columns of which assets leave a test without a result, in words. When that is so is decided in the kinds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calculations.clo.columns import Flags, named
from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import AllOf, AnyOf, Compare, Condition, Context, Not, is_undecided
from calculations.clo.compliance.universe import column_kinds
from calculations.clo.compliance.weights import WEIGHTS


def unknown_for(definition: Definition, is_unknown: Flags, context: Context) -> str:
    """The columns that a test takes and that are not known of these assets, the first five of them, and how many more."""
    blank = [column for column in dict.fromkeys(_columns(definition)) if (is_blank(column, context) & is_unknown).any()]
    what = (
        " and ".join(blank) or definition.weight
    )  # every column is known, and the table that it is looked up in lacks it
    return f"{what} not known for {named(context.universe.asset_id, is_unknown)}"


def is_blank(column: str, context: Context) -> Flags:
    """Where a column says nothing that a test could take, shape (n,)."""
    values = getattr(context.universe, column)
    kind = column_kinds()[column]
    if kind == "Texts":
        return is_undecided(column, values, context)
    if kind == "Days":
        return np.isnat(values)
    return np.isnan(values.astype(np.float64))


def _columns(definition: Definition) -> Iterator[str]:
    yield from _of_condition(definition.where)
    yield from _of_condition(definition.less)
    for weight in (definition.weight, definition.per_holding):
        yield from _of_weight(weight)
    for case in definition.cases:
        yield from _of_condition(case.where)
        yield from _of_weight(case.weight)
    if definition.excess is not None:
        yield from _of_condition(definition.excess.where)
        yield from _of_weight(definition.excess.weight)
    if definition.group is not None:
        yield definition.group
    if definition.denominator in ("FLOAT", "FIXED"):
        yield "coupon_type"
    if definition.score == "moodys_diversity":
        yield from ("issuer_id", "moodys_industry")


def _of_condition(condition: Condition | None) -> Iterator[str]:
    if isinstance(condition, Compare):
        yield condition.column
    elif isinstance(condition, Not):
        yield from _of_condition(condition.part)
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _of_condition(part)


def _of_weight(weight: str | None) -> Iterator[str]:
    if weight is not None:
        yield from WEIGHTS[weight].columns if weight in WEIGHTS else (weight,)
