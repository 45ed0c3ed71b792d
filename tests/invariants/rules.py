"""All rules by name, and what a case breaks of them. The rules themselves stand by subject in `rules_of_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.invariants import rules_of_collateral, rules_of_deal, rules_of_ledgers, rules_of_lists
from tests.invariants.cases import draw_case, projected
from tests.invariants.outcome import Outcome

Rule = Callable[[Outcome], str | None]

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for part in (rules_of_collateral, rules_of_lists, rules_of_ledgers, rules_of_deal)
    for rule in part.RULES
}


def broken_by(seed: int, rules: Mapping[str, Rule] = RULES) -> dict[str, str]:
    """The rules that the case of a seed breaks, each with its message; empty where all hold.

    A case that stops the projection breaks the rule `projects`.
    """
    try:
        case = draw_case(seed)
        outcome = Outcome(case, projected(case))
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        return {"projects": f"{type(error).__name__}: {error}"}
    found = {name: rule(outcome) for name, rule in rules.items()}
    return {name: message for name, message in found.items() if message is not None}
