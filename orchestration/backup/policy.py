"""Which data sets are backed up, how often, and which backups stay. Deleting those that do not is pruning's.

Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("policy.yaml")


class DataSet(StrEnum):
    WAREHOUSE = "warehouse"
    OPERATIONAL = "operational"
    EVENTS = "events"
    FILES = "files"


class Ladder(BaseModel):
    """How many days, weeks, months and years keep their newest backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = ""
    every_hours: int = Field(default=24, gt=0)
    keep_all_hours: int = Field(default=24, ge=0)
    daily: int = Field(ge=0)
    weekly: int = Field(ge=0)
    monthly: int = Field(ge=0)
    yearly: int = Field(ge=0)
    tables: tuple[str, ...] = ()


class RecoveryTargets(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    recovery_point_minutes: float = Field(gt=0)
    recovery_time_minutes: float = Field(gt=0)


class BackupPolicy(BaseModel):
    """policy.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_sets: Mapping[DataSet, Ladder]
    increment_days: int = Field(gt=0)
    targets: RecoveryTargets
    derived: frozenset[str]


@cache
def backup_policy() -> BackupPolicy:
    """Raises ValidationError where the file is wrong."""
    return BackupPolicy.model_validate(yaml.safe_load(FILE.read_text()))


# A period of each rung by the day that begins it; weeks are those of ISO 8601.
_PERIODS: Mapping[str, Callable[[dt.datetime], object]] = {
    "daily": lambda instant: instant.date(),
    "weekly": lambda instant: tuple(instant.isocalendar())[:2],
    "monthly": lambda instant: (instant.year, instant.month),
    "yearly": lambda instant: instant.year,
}


def kept(instants: Iterable[dt.datetime], ladder: Ladder, now: dt.datetime) -> frozenset[dt.datetime]:
    """Which of the backups made at `instants` (UTC) stay: the newest of all, those of the last hours, and the newest of as many
    of the latest days, weeks, months and years that have a backup as the ladder has rungs.

    Periods without a backup use up no rung, so that a house that stood still loses nothing by it.
    """
    made = sorted(set(instants), reverse=True)
    staying = set(made[:1])
    staying |= {instant for instant in made if now - instant <= dt.timedelta(hours=ladder.keep_all_hours)}
    for rung, period_of in _PERIODS.items():
        newest: dict[object, dt.datetime] = {}
        for instant in made:
            newest.setdefault(period_of(instant), instant)
        staying |= set(list(newest.values())[: getattr(ladder, rung)])
    return frozenset(staying)
