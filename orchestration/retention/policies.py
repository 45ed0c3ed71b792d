"""How long each kind of data is kept, read from retention.yaml, and the days that follow from it. What is due is decided elsewhere.

Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("retention.yaml")


class RetentionClass(StrEnum):
    REGULATED = "REGULATED"
    BUSINESS_CRITICAL = "BUSINESS_CRITICAL"
    INTERNAL = "INTERNAL"
    ARCHIVED = "ARCHIVED"


class Rule(Terms):
    """One kind of data: kept for `days` or `years`, whichever ends later."""

    class_: RetentionClass = Field(alias="class")
    days: Annotated[int, Field(gt=0)]
    years: Annotated[int, Field(ge=0)]
    archive_after_days: Annotated[int, Field(gt=0)] | None = None
    relations: frozenset[str]
    backloads: bool = False

    @model_validator(mode="after")
    def _archived_before_it_ends(self) -> Rule:
        if self.archive_after_days is not None and self.archive_after_days > self.days:
            raise ValueError(f"archive_after_days must be at most days, {self.days}")
        return self

    def kept_until(self, start: dt.date) -> dt.date:
        """The last day on which the data must be there."""
        return max(start + dt.timedelta(days=self.days), _years_later(start, self.years))

    def archived_from(self, start: dt.date) -> dt.date:
        """The first day on which the data may lie in the archive."""
        return start + dt.timedelta(days=self.archive_after_days or self.days // 2)


class RetentionPolicy(Terms):
    rules: Mapping[str, Rule]
    erasures: Mapping[str, str]

    def rules_of(self, relation: str, is_backload: bool = False) -> list[str]:
        """Names of the rules that cover a relation; none means keep."""
        return [n for n, rule in self.rules.items() if relation in rule.relations or (is_backload and rule.backloads)]

    def governing(self, relations: Collection[str], start: dt.date, is_backload: bool = False) -> str | None:
        """The rule that keeps data of several relations longest; None where a relation has none, or there are none."""
        covering: set[str] = set()
        for relation in relations:
            if not self.rules_of(relation):
                return None
            covering.update(self.rules_of(relation, is_backload))
        return max(sorted(covering), key=lambda name: self.rules[name].kept_until(start), default=None)


def retention_policy(path: Path = FILE) -> RetentionPolicy:
    """The policy as the file holds it now. Raises ValueError, naming the file, the key, what was expected and found."""
    return read_policy(path, RetentionPolicy)


def _years_later(day: dt.date, years: int) -> dt.date:
    """The same day of a later year; 1 March for a 29 February that year lacks, so that nothing ends a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
