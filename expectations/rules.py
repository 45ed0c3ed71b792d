"""The form of a rule and of a suite of rules: plain data. Running them is the runner's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
Scope = Literal["run", "feed", "entity", "row"]
Stage = Literal["raw", "staging", "calc", "marts"]


@dataclass(frozen=True)
class Rule:
    """One expectation of Great Expectations with its house id, what it means and how bad a breach is.

    `expectation` is the class name in `great_expectations.expectations`; `arguments` its parameters.
    """

    rule_id: str
    meaning: str
    expectation: str
    arguments: Mapping[str, Any]
    severity: Severity = "warning"


@dataclass(frozen=True)
class Suite:
    """Rules on one relation.

    `query` selects the frame to look at (default: the whole relation); `keys` are the columns that name a row to a
    person. A suite of entity scope names the entity with `entity_type` and `entity_column`; its query also returns
    organization_id and load_id, so that a breach holds that entity at the loads before.
    """

    name: str
    stage: Stage
    relation: str
    description: str
    rules: tuple[Rule, ...]
    keys: tuple[str, ...]
    scope: Scope = "row"
    query: str | None = None
    entity_type: str | None = None
    entity_column: str | None = None

    @property
    def sql(self) -> str:
        return self.query or f"select * from {self.relation}"


@dataclass(frozen=True)
class RuleResult:
    """What a rule found. `status` is broken when the rule could not be evaluated: never bad data, always our fault."""

    rule: Rule
    status: Literal["passed", "failed", "broken"]
    observed: str
    failing_keys: tuple[Mapping[str, Any], ...] = field(default=())
    failing_count: int = 0
    message: str = ""


def not_null(rule_id: str, column: str, meaning: str, severity: Severity = "warning") -> Rule:
    """Every row has a value in `column`."""
    return Rule(rule_id, meaning, "ExpectColumnValuesToNotBeNull", {"column": column}, severity)


def between(
    rule_id: str,
    column: str,
    meaning: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    strictly: bool = False,
    severity: Severity = "warning",
) -> Rule:
    """Values of `column` lie within bounds; `strictly` excludes the lower one. A missing value is no breach."""
    arguments = {"column": column, "min_value": at_least, "max_value": at_most, "strict_min": strictly}
    return Rule(rule_id, meaning, "ExpectColumnValuesToBeBetween", arguments, severity)


def in_set(rule_id: str, column: str, values: Sequence[Any], meaning: str, severity: Severity = "warning") -> Rule:
    """Values of `column` are among `values`. A missing value is no breach."""
    return Rule(
        rule_id, meaning, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)}, severity
    )


def not_in_set(rule_id: str, column: str, values: Sequence[Any], meaning: str, severity: Severity = "warning") -> Rule:
    """No value of `column` is among `values`."""
    arguments = {"column": column, "value_set": list(values)}
    return Rule(rule_id, meaning, "ExpectColumnValuesToNotBeInSet", arguments, severity)


def greater(
    rule_id: str, column: str, than: str, meaning: str, *, or_equal: bool = False, severity: Severity = "warning"
) -> Rule:
    """`column` is greater than column `than` wherever both are known."""
    arguments = {"column_A": column, "column_B": than, "or_equal": or_equal, "ignore_row_if": "either_value_is_missing"}
    return Rule(rule_id, meaning, "ExpectColumnPairValuesAToBeGreaterThanB", arguments, severity)
