"""Which columns of assets and which figures of a deal a test takes, read off its definition. How it takes them is in `kinds`.

What takes no figure of a deal is the same for every deal of a universe. Limits take figures of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Compare, Condition, Not
from calculations.clo.compliance.weights import WEIGHTS


def columns_of(definition: Definition) -> tuple[str, ...]:
    """Columns of the universe that decide which assets count, as what, and in which group; each once, conditions first."""
    found = [comparison.column for condition in _conditions(definition) for comparison in _comparisons(condition)]
    for weight in _weights(definition):
        found.extend(WEIGHTS[weight].columns if weight in WEIGHTS else (weight,))
    if definition.group is not None:
        found.append(definition.group)
    if definition.denominator in ("FLOAT", "FIXED"):
        found.append("coupon_type")
    if definition.score == "moodys_diversity":
        found.extend(("issuer_id", "moodys_industry"))
    return tuple(dict.fromkeys(found))


def inputs_of(definition: Definition) -> frozenset[str]:
    """Names of the deal inputs that numerator, denominator or result take; limits may take others."""
    found = {definition.denominator_input, definition.excess_over}
    found.update(name for weight in _weights(definition) if weight in WEIGHTS for name in WEIGHTS[weight].inputs)
    found.update(
        comparison.value["input"]
        for condition in _conditions(definition)
        for comparison in _comparisons(condition)
        if isinstance(comparison.value, Mapping)
    )
    if definition.excess is not None:
        found.add(definition.excess.base)
    if definition.kind == "REGRESSION":
        found.add("sdr")
    return frozenset(name for name in found if name is not None)


def _conditions(definition: Definition) -> Iterator[Condition]:
    yield definition.where
    if definition.less is not None:
        yield definition.less
    for case in definition.cases:
        yield case.where
    if definition.excess is not None:
        yield definition.excess.where


def _weights(definition: Definition) -> Iterator[str]:
    yield from (weight for weight in (definition.weight, definition.per_holding) if weight is not None)
    for case in definition.cases:
        yield case.weight
    if definition.excess is not None:
        yield definition.excess.weight


def _comparisons(condition: Condition) -> Iterator[Compare]:
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
            yield from _comparisons(part)
