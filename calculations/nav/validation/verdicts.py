"""What a rule says of a strike, and what follows from it: blocking, a second approver. How a rule judges is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Severity = Literal["critical", "warning"]
Scope = Literal["product", "class", "line"]
Outcome = Literal["PASSED", "FAILED", "NOT_APPLICABLE"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule's verdict at its scope.

    `is_evaluated` is False where the rule had nothing to look at: that is FAILED, never passed, and `detail` begins
    with NOT_EVALUATED. `evidence` names what was looked at: sources, rows, records. `actual` and `threshold` are in
    the unit of the rule: money, fractions, days or units.
    """

    rule_code: str
    severity: Severity
    scope: Scope
    scope_id: str
    outcome: Outcome
    actual: Decimal | None = None
    threshold: Decimal | None = None
    detail: str = ""
    rule_version: int = 1
    evidence: tuple[str, ...] = ()
    is_evaluated: bool = True


def blocks(results: Iterable[RuleResult]) -> bool:
    """Whether a critical rule failed, so that the product keeps its last good strike. Source: nav 5, 6."""
    return any(result.severity == "critical" and result.outcome == "FAILED" for result in results)


def needs_two_approvers(results: Iterable[RuleResult], above: Decimal) -> bool:
    """Whether one approver is too few: a class has moved by more than `above`, or an override priced a line.

    A move that could not be measured counts as one that is too large. Source: nav 5 (NAV_JUMP_MAX_PCT), 6.
    """
    for result in results:
        if result.rule_code == "PRICE_OVERRIDE_OPEN" and result.scope == "line":
            return True
        has_moved = result.rule_code == "NAV_JUMP_MAX_PCT" and result.outcome != "NOT_APPLICABLE"
        if has_moved and (result.actual is None or result.actual > above):
            return True
    return False
