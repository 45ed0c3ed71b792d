"""All rules by name, and what a case breaks of them. The rules themselves stand by subject in `rules_of_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.invariants import (
    rules_of_collateral,
    rules_of_commitments,
    rules_of_deal,
    rules_of_ledgers,
    rules_of_lists,
    rules_of_tests,
)
from tests.invariants.cases import draw_case, projected
from tests.invariants.outcome import Outcome
from tests.invariants.situations import situations

Rule = Callable[[Outcome], str | None]
PROJECTS = "every_case_can_be_projected"

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for part in (
        rules_of_collateral,
        rules_of_commitments,
        rules_of_lists,
        rules_of_ledgers,
        rules_of_tests,
        rules_of_deal,
    )
    for rule in part.RULES
}


@dataclass(frozen=True)
class Examined:
    """What a case breaks, messages by rule, and the situations that it reaches."""

    seed: int
    broken: Mapping[str, str]
    reached: frozenset[str]


def examined(seed: int, rules: Mapping[str, Rule] = RULES) -> Examined:
    """The case of a seed, projected and held against rules. One that stops the projection breaks PROJECTS."""
    try:
        case = draw_case(seed)
        outcome = Outcome(case, projected(case))
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        return Examined(seed, {PROJECTS: f"{type(error).__name__}: {error}"}, frozenset())
    found = {name: rule(outcome) for name, rule in rules.items()}
    broken = {name: message for name, message in found.items() if message is not None}
    return Examined(seed, broken, situations(outcome))
