"""What operations are judged by, as validated data: limits, queries that are timed, how old feeds may be, when people are reminded.
Judging is health's.

Source: fund-admin 1.12 (response time, error rate); input-contracts 2.1 (ages of exchange rates and index levels).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calculations.calendars import BusinessCalendar
from ingestion.kinds import kinds
from orchestration.errors import WrongRequest
from orchestration.settings import Settings

FILE = Path(__file__).with_name("operations_policy.yaml")
_WEEKDAYS = BusinessCalendar()
Positive = Annotated[float, Field(gt=0)]


class WrongPolicy(WrongRequest):
    """A policy that cannot be used; the message names file, place, what was expected and what was found."""


class Days(StrEnum):
    CALENDAR = "calendar"
    BUSINESS = "business"


class When(StrEnum):
    ALWAYS = "always"
    STRIKES_NAVS = "strikes_navs"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponsePolicy(_Part):
    p95_limit_seconds: Positive
    error_rate_limit: float = Field(ge=0, le=1)
    queries: Mapping[str, str] = Field(min_length=1)

    @field_validator("queries")
    @classmethod
    def _only_read(cls, queries: Mapping[str, str]) -> Mapping[str, str]:
        for name, sql in queries.items():
            try:
                statements = duckdb.extract_statements(sql)
            except duckdb.ParserException as error:
                raise ValueError(f"{name}: {error}") from None
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise ValueError(f"{name}: expected one select, found {sql!r}")
        return queries


class PublicationPolicy(_Part):
    warn_after_hours: Positive
    late_after_hours: Positive

    @model_validator(mode="after")
    def _warned_first(self) -> Self:
        if self.warn_after_hours > self.late_after_hours:
            raise ValueError(f"warn_after_hours {self.warn_after_hours:g} lies after late_after_hours")
        return self


class AlertPolicy(_Part):
    remind_after_hours: Mapping[str, Positive | None]
    send_timeout_seconds: Positive

    @field_validator("remind_after_hours")
    @classmethod
    def _every_severity(cls, hours: Mapping[str, float | None]) -> Mapping[str, float | None]:
        if set(hours) != {"critical", "warning", "info"}:
            raise ValueError(f"expected critical, warning and info, found {', '.join(sorted(hours))}")
        return hours


class FeedRule(_Part):
    """How old the newest day of a feed may be, in days; None: nobody has declared it."""

    kind: str
    max_age: int | None = Field(ge=0)
    days: Days = Days.CALENDAR
    when: When = When.ALWAYS
    organization_id: str | None = None
    feed_name: str | None = None
    source: str

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in kinds():
            raise ValueError(f"expected a kind of file such as {', '.join(sorted(kinds()))}, found {kind!r}")
        return kind

    def applies(self, organization_id: str, kind: str, feed_name: str, strikes_navs: bool) -> bool:
        return (
            self.kind == kind
            and self.organization_id in (None, organization_id)
            and self.feed_name in (None, feed_name)
            and (self.when is When.ALWAYS or strikes_navs)
        )

    def age(self, newest: dt.date, today: dt.date) -> int:
        """Days from `newest` to `today`, as the rule counts them; a day that lies ahead has age 0."""
        if newest >= today:
            return 0
        if self.days is Days.CALENDAR:
            return (today - newest).days
        days = [newest + dt.timedelta(n) for n in range(1, (today - newest).days + 1)]
        return int(_WEEKDAYS.is_business_day(days).sum())


class OperationsPolicy(_Part):
    """operations_policy.yaml."""

    window_hours: Positive
    history_runs: int = Field(ge=1)
    longest_run_hours: Positive
    response: ResponsePolicy
    publication: PublicationPolicy
    alerts: AlertPolicy
    feeds: tuple[FeedRule, ...]

    def feed_rule(self, organization_id: str, kind: str, feed_name: str, strikes_navs: bool) -> FeedRule | None:
        """The strictest of the rules that name the feed most closely; None where none speaks of its kind."""
        fitting = [r for r in self.feeds if r.applies(organization_id, kind, feed_name, strikes_navs)]
        if not fitting:
            return None
        closest = max(_closeness(rule) for rule in fitting)
        return min((rule for rule in fitting if _closeness(rule) == closest), key=_strictness)


def _closeness(rule: FeedRule) -> int:
    return (rule.feed_name is not None) + (rule.organization_id is not None)


def _strictness(rule: FeedRule) -> float:
    """A week has five business days."""
    if rule.max_age is None:
        return float("inf")
    return rule.max_age * (1.4 if rule.days is Days.BUSINESS else 1.0)


def operations_policy(settings: Settings) -> OperationsPolicy:
    """The policy of the home, else the one that Weir ships. Raises WrongPolicy."""
    own = settings.home / FILE.name
    path = own if own.exists() else FILE
    try:
        stated: Any = yaml.safe_load(path.read_text())
        return OperationsPolicy.model_validate(stated)
    except yaml.YAMLError as error:
        raise WrongPolicy(f"{path.name} is no YAML: {error}") from None
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}, found {problem['input']!r}"
            for problem in error.errors()
        )
        raise WrongPolicy(f"{path.name}: {places}") from None
