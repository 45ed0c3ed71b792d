"""The form of a rule and of a suite of rules: plain data. Running them is the runner's."""

from __future__ import annotations

from collections.abc import Mapping
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
