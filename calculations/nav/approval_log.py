"""The log of approvals of strikes: what a strike is to its approvers, steps asked for, events that they become, and where each
version stands. Which steps are allowed does not belong here.

The log is append-only; refused events are kept in it and change nothing. Source: nav 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from calculations.approvals.log import Refusal


class Step(StrEnum):
    """DRAFT opens the approval of a version; RESTATE says that a published one is wrong, and SUPERSEDE that its restated one is
    published."""

    DRAFT = "DRAFT"
    VALIDATE = "VALIDATE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    PUBLISH = "PUBLISH"
    RESTATE = "RESTATE"
    SUPERSEDE = "SUPERSEDE"


class Status(StrEnum):
    """NONE: a strike without a draft yet. Source: nav 6."""

    NONE = "NONE"
    DRAFT = "DRAFT"
    VALIDATED = "VALIDATED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"


class Day(NamedTuple):
    """What versions are of: a product's valuation date."""

    organization_id: str
    product_id: str
    valuation_date: dt.date


@dataclass(frozen=True)
class StruckVersion:
    """A version of a strike as the warehouse has it now.

    `content_hash` is of its inputs and of the digits of all its rows. `failed_rules` and `warnings` are codes of rules that failed,
    critical and not; `is_judged` is False where no rule was evaluated. `move` is the largest change of a class as a fraction,
    None where there is nothing to compare with, and `is_move_known` False where nobody looked. `latest_version` is the last
    version of the day that was struck.
    """

    day: Day
    version: int
    strike_id: str
    content_hash: str
    latest_version: int
    failed_rules: tuple[str, ...]
    warnings: tuple[str, ...]
    is_judged: bool
    move: Decimal | None
    is_move_known: bool
    is_override_used: bool


@dataclass(frozen=True)
class Restatement:
    """Why published NAVs are wrong, and from which valuation date on. Source: nav 3 (restatement)."""

    restatement_id: str
    cause: str
    first_bad_date: dt.date


@dataclass(frozen=True)
class Attempt:
    """A step somebody wants to take. `actor` as it was typed; `seen_hash` of the content the actor saw, None: of what is there.

    `is_automatic`: Weir itself takes the step, and nobody who acts under its name. `requested_by`: for whom a draft is opened.
    `wrong_since` of a restatement is the first day of which a published NAV is wrong by what is struck, None: none is;
    `correction` says what is wrong of the day of the step.
    """

    step: Step
    actor: str
    occurred_at: dt.datetime
    comment: str | None = None
    seen_hash: str | None = None
    is_automatic: bool = False
    requested_by: str | None = None
    restatement: Restatement | None = None
    wrong_since: dt.date | None = None
    correction: str | None = None


@dataclass(frozen=True)
class NavEvent:
    """One event of the log. `actor` is the policy's name of who acted, `stated_actor` the name that was typed; `requested_by` for whom
    a draft was opened. `approvals` counts those of the version after the event, of `approvals_needed`. `restates_version` is the
    published version that this one is to replace. `correction` is what a restatement had to put right when it was
    asked for. `refusal` is None where the step was taken.
    """

    day: Day
    version: int
    strike_id: str
    content_hash: str
    seen_hash: str
    step: Step
    from_status: Status
    to_status: Status
    actor: str
    stated_actor: str
    is_automatic: bool
    requested_by: str | None
    occurred_at: dt.datetime
    comment: str | None
    warnings: tuple[str, ...]
    move: Decimal | None
    is_override_used: bool
    approvals: int
    approvals_needed: int
    restatement: Restatement | None
    restates_version: int | None
    correction: str | None
    refusal: Refusal | None
    message: str

    @property
    def is_accepted(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class Standing:
    """Where a version stands: its status, and its accepted events in order."""

    status: Status
    events: tuple[NavEvent, ...]

    @property
    def approvers(self) -> tuple[str, ...]:
        return tuple(event.actor for event in self.events if event.step == Step.APPROVE)

    @property
    def draft(self) -> NavEvent | None:
        return next((event for event in self.events if event.step == Step.DRAFT), None)

    @property
    def open_restatement(self) -> NavEvent | None:
        """The last statement that this published version is wrong."""
        return next((event for event in reversed(self.events) if event.step == Step.RESTATE), None)


def standings(log: Iterable[NavEvent], day: Day) -> Mapping[int, Standing]:
    """Version -> where it stands, of the day's versions that have accepted events; the log in the order it was written in."""
    found: dict[int, list[NavEvent]] = {}
    for event in log:
        if event.is_accepted and event.day == day:
            found.setdefault(event.version, []).append(event)
    return {version: Standing(events[-1].to_status, tuple(events)) for version, events in found.items()}


UNTOUCHED = Standing(Status.NONE, ())


def published_version(now: Mapping[int, Standing]) -> int | None:
    """The version of a day that is published and in force."""
    return next((version for version, each in now.items() if each.status == Status.PUBLISHED), None)
