"""The approval log: requests for an action, the rows that they become, and the standing of a subject that follows from them.
Which actions are allowed does not belong here.

The log is append-only; refused rows are kept in it and change nothing. Source: input-contracts 5.8; nav 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from calculations.approvals.policy import NONE, Action, SubjectType


class Refusal(StrEnum):
    """Why a row was refused. Source: input-contracts 5.8; of 1.4 MISSING_VALUE, where the reason is missing, and RULE_VIOLATION,
    where a critical rule failed. SUPERSEDED: a later version of the strike is there."""

    WRONG_TENANT = "WRONG_TENANT"
    NO_PERMISSION = "NO_PERMISSION"
    MISSING_VALUE = "MISSING_VALUE"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    STALE_HASH = "STALE_HASH"
    SAME_ACTOR = "SAME_ACTOR"
    RULE_VIOLATION = "RULE_VIOLATION"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True)
class Asked:
    """An action as a person asks for it. `content_hash` None: of the content as it is now; `organization_id` None: whoever owns
    the subject."""

    action: Action
    subject_type: SubjectType
    subject_id: str
    actor: str
    reason: str | None = None
    organization_id: str | None = None
    content_hash: str | None = None
    tier: int | None = None
    role: str | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True)
class Request:
    """An action somebody wants to take. `content_hash` is of the content the actor saw, `current_hash` of the content now.

    `amount` and `currency` are the subject's own, None where it has none. `feed` is the feed that states the row, as
    organisation/kind/name, None where a person acts here. `organization_id` owns the subject.
    """

    organization_id: str
    subject_type: SubjectType
    subject_id: str
    content_hash: str
    current_hash: str
    action: Action
    actor: str
    occurred_at: dt.datetime
    amount: Decimal | None = None
    currency: str | None = None
    tier: int | None = None
    role: str | None = None
    on_behalf_of: str | None = None
    reason: str | None = None
    feed: str | None = None


@dataclass(frozen=True)
class LogEntry:
    """One row of the log. `tier` is the one that ruled; `refusal` None where the action was taken."""

    organization_id: str
    subject_type: SubjectType
    subject_id: str
    content_hash: str
    action: Action
    tier: int
    amount: Decimal | None
    currency: str | None
    actor: str
    role: str | None
    on_behalf_of: str | None
    occurred_at: dt.datetime
    reason: str | None
    from_state: str
    to_state: str
    refusal: Refusal | None
    message: str

    @property
    def is_accepted(self) -> bool:
        return self.refusal is None

    @property
    def persons(self) -> frozenset[str]:
        """Who acted: the actor, and the one in whose name."""
        return persons(self.actor, self.on_behalf_of)


def persons(actor: str, on_behalf_of: str | None) -> frozenset[str]:
    """Both count as having acted, so that no delegate can be a second pair of eyes."""
    return frozenset({actor} if on_behalf_of is None else {actor, on_behalf_of})


@dataclass(frozen=True)
class Standing:
    """Where a subject stands: its state, and the accepted rows of its present round, the request first."""

    state: str
    round: tuple[LogEntry, ...]

    @property
    def request(self) -> LogEntry | None:
        return self.round[0] if self.round else None

    @property
    def approvals(self) -> int:
        return sum(entry.action == Action.APPROVE for entry in self.round)


def standing(log: Iterable[LogEntry], organization_id: str, subject_type: SubjectType, subject_id: str) -> Standing:
    """Where a subject stands by the log, rows in the order in which they were written. A request opens a round."""
    state = NONE
    rows: list[LogEntry] = []
    for entry in log:
        if not entry.is_accepted or entry.subject_id != subject_id:
            continue
        if (entry.organization_id, entry.subject_type) == (organization_id, subject_type):
            rows = [entry] if entry.action == Action.REQUEST else [*rows, entry]
            state = entry.to_state
    return Standing(state, tuple(rows))
