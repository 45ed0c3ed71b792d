"""Which figures of a deal a test is measured with. What is measured with none is the same for every deal of a universe.

The figures that limits move with are not here: a limit is worked out deal by deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from calculations.clo.compliance.catalogue import Definition
from calculations.clo.compliance.conditions import Compare, Condition, Not
from calculations.clo.compliance.weights import INPUTS_OF_WEIGHTS


def inputs_of(definition: Definition) -> frozenset[str]:
    """Names of the deal inputs that numerator, denominator or result take; limits may take others."""
    conditions = [definition.where, *(case.where for case in definition.cases)]
    weights = [*(case.weight for case in definition.cases), *filter(None, (definition.weight, definition.per_holding))]
    stated = [definition.denominator_input, definition.excess_over]
    if definition.less is not None:
        conditions.append(definition.less)
    if definition.excess is not None:
        conditions.append(definition.excess.where)
        weights.append(definition.excess.weight)
        stated.append(definition.excess.base)
    if definition.kind == "REGRESSION":
        stated.append("sdr")
    return frozenset(
        [
            *(name for name in stated if name is not None),
            *(INPUTS_OF_WEIGHTS[weight] for weight in weights if weight in INPUTS_OF_WEIGHTS),
            *(name for condition in conditions for name in _of_condition(condition)),
        ]
    )


def _of_condition(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Compare):
        if isinstance(condition.value, Mapping):
            yield str(condition.value["input"])
        return
    for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
        yield from _of_condition(part)
