"""The write path of approvals of strikes: every step goes through here, taken or refused, and stands in ops.nav_approval_events.

The rules are in calculations.nav.approval; what is asked comes from the command line, the launchpad and Weir itself.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from calculations.approvals.identity import folded
from calculations.approvals.policy import ApprovalPolicy, AutomaticStep, approval_policy
from calculations.nav.approval import decide
from calculations.nav.approval_log import (
    UNTOUCHED,
    Attempt,
    Day,
    NavEvent,
    Restatement,
    Step,
    StruckVersion,
    published_version,
    standings,
)
from orchestration import audit
from orchestration.audit import AuditEntry, Outcome
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.nav_approval_rows import append_events, event_of, log_rows
from orchestration.nav_subjects import Struck, struck_versions
from orchestration.nav_wrong import wrong_navs
from orchestration.sealed_log import STRIKE_APPROVALS, writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

COMMAND_LINE, LAUNCHPAD, SYSTEM = "COMMAND_LINE", "LAUNCHPAD", "SYSTEM"

Writer = Callable[[duckdb.DuckDBPyConnection, ApprovalPolicy], Sequence[NavEvent]]


class UnknownStrike(WrongRequest):
    """Nothing, or more than one thing, in the warehouse is called so; the message says what would be."""


@dataclass(frozen=True)
class NavAsked:
    """A step as a person asks for it. `version` None: the last one; `content_hash` None: of the strike as it is now;
    `organization_id` None: whoever owns the product."""

    step: Step
    product_id: str
    valuation_date: dt.date
    actor: str
    comment: str | None = None
    version: int | None = None
    content_hash: str | None = None
    organization_id: str | None = None


@dataclass(frozen=True)
class RestatementAsked:
    """That published NAVs of a product are wrong from a valuation date on, and why."""

    product_id: str
    first_bad_date: dt.date
    cause: str
    actor: str
    organization_id: str | None = None


def act(warehouse: Warehouse, settings: Settings, asked: NavAsked, source: str, run_id: str) -> tuple[NavEvent, ...]:
    """Take the step or refuse it, and append what it becomes. Raises UnknownStrike, LostKey; ValueError for a wrong policy."""

    def taken(connection: duckdb.DuckDBPyConnection, policy: ApprovalPolicy) -> Sequence[NavEvent]:
        struck = _the_one(struck_versions(connection, asked.organization_id, asked.product_id), asked)
        attempt = Attempt(asked.step, asked.actor, _now(), asked.comment, asked.content_hash)
        return decide(_log(connection, struck.day), struck, attempt, policy)

    return _written(warehouse, settings, source, run_id, taken)


def restate(
    warehouse: Warehouse, settings: Settings, asked: RestatementAsked, source: str, run_id: str
) -> tuple[NavEvent, ...]:
    """State why published NAVs are wrong, each of them from the first bad date on, and open drafts of what was struck since.

    At least one must be wrong by what is struck, and none before that date; each event says what is wrong of its day.
    What is struck later becomes a draft with its strike. The first refusal ends it. Raises as `act`.
    """

    def taken(connection: duckdb.DuckDBPyConnection, policy: ApprovalPolicy) -> Iterator[NavEvent]:
        found = struck_versions(connection, asked.organization_id, asked.product_id)
        owner = next(iter(_owners(found, asked.product_id)), None)
        log = [event_of(row) for row in log_rows(connection, owner, asked.product_id)]
        published = [
            found[day, version]
            for day in sorted({day for day, _ in found if day.valuation_date >= asked.first_bad_date})
            if (version := published_version(standings(log, day))) is not None
        ]
        if not published:
            raise UnknownStrike(
                f"expected published NAVs of {asked.product_id} from {asked.first_bad_date} on, found none"
            )
        stated = Restatement(str(uuid.uuid4()), asked.cause, asked.first_bad_date)
        shown = wrong_navs(connection, owner, asked.product_id)
        for struck in published:
            attempt = Attempt(
                Step.RESTATE,
                asked.actor,
                _now(),
                asked.cause,
                restatement=stated,
                wrong_since=shown.since,
                correction=shown.corrections.get(struck.day.valuation_date),
            )
            events = decide(log, struck, attempt, policy)
            log += events
            yield from events
            if not events[0].is_accepted:
                return
        yield from _automatic(log, found, policy, None)

    return _written(warehouse, settings, source, run_id, lambda connection, policy: tuple(taken(connection, policy)))


def take_automatic_steps(
    warehouse: Warehouse, settings: Settings, run_id: str, requested_by: str | None = None
) -> tuple[NavEvent, ...]:
    """Open the draft of every last version that has none, and take the steps that the policy leaves to Weir.

    `requested_by`: who started the run that struck them, and so does not approve them.
    """

    def taken(connection: duckdb.DuckDBPyConnection, policy: ApprovalPolicy) -> Sequence[NavEvent]:
        log = [event_of(row) for row in log_rows(connection)]
        return tuple(_automatic(log, struck_versions(connection), policy, requested_by))

    return _written(warehouse, settings, SYSTEM, run_id, taken)


def _written(warehouse: Warehouse, settings: Settings, source: str, run_id: str, taken: Writer) -> tuple[NavEvent, ...]:
    """Decide and append in one transaction: of two at once, the second one finds what the first one did."""
    policy = approval_policy(settings.approval_policy)
    with writing(warehouse) as connection:
        events = tuple(taken(connection, policy))
        if events:
            append_events(connection, STRIKE_APPROVALS.key_of(connection, settings.log_key), events, source, run_id)
            audit.record(connection, settings, [_audited(event, source, run_id) for event in events])
    return events


def _audited(event: NavEvent, source: str, run_id: str) -> AuditEntry:
    """A step in an approval, as the audit trail keeps it."""
    return AuditEntry(
        "NAV_APPROVAL",
        "nav",
        f"{event.day.product_id}/{event.day.valuation_date}/{event.version}",
        actor=event.actor,
        source=source,
        organization_id=event.day.organization_id,
        outcome=Outcome.DONE if event.refusal is None else Outcome.REFUSED,
        changes={"status": (str(event.from_status), str(event.to_status))},
        reason=event.comment or event.message,
        correlation_id=run_id,
        occurred_at=event.occurred_at.astimezone(dt.UTC).replace(tzinfo=None),
    )


def _automatic(
    log: Sequence[NavEvent], found: Struck, policy: ApprovalPolicy, requested_by: str | None
) -> Iterator[NavEvent]:
    """What Weir itself does, but for what would be refused: warnings, say, are for a person to comment."""
    by_day: dict[Day, list[NavEvent]] = defaultdict(list)
    for event in log:
        by_day[event.day].append(event)
    steps = [Step.DRAFT, *(Step(step) for step in AutomaticStep if step in policy.nav.automatic_steps)]
    asked_for = requested_by and (policy.person(requested_by) or folded(requested_by))
    for (day, version), struck in found.items():
        if version != struck.latest_version:
            continue
        for step in steps:
            wanted = _requester(by_day[day], day, asked_for) if step == Step.DRAFT else None
            attempt = Attempt(step, policy.nav.system, _now(), is_automatic=True, requested_by=wanted)
            events = decide(by_day[day], struck, attempt, policy)
            if events[0].is_accepted:
                by_day[day] += events
                yield from events


def _requester(log: Sequence[NavEvent], day: Day, asked_for: str | None) -> str | None:
    """Who asked for a version: whoever restated the published one, else who started the run."""
    now = standings(log, day)
    stated = now.get(published_version(now) or 0, UNTOUCHED).open_restatement
    return asked_for if stated is None else stated.actor


def _log(connection: duckdb.DuckDBPyConnection, day: Day) -> list[NavEvent]:
    return [event_of(row) for row in log_rows(connection, day.organization_id, day.product_id)]


def _owners(found: Struck, product_id: str) -> set[str]:
    owners = {day.organization_id for day, _ in found}
    if len(owners) > 1:
        raise UnknownStrike(
            f"{product_id}: expected one organisation's, found those of {', '.join(sorted(owners))}; name the organisation"
        )
    return owners


def _the_one(found: Struck, asked: NavAsked) -> StruckVersion:
    _owners(found, asked.product_id)
    versions = {
        version: struck for (day, version), struck in found.items() if day.valuation_date == asked.valuation_date
    }
    name = f"{asked.product_id} of {asked.valuation_date}"
    if not versions:
        raise UnknownStrike(f"expected a strike that the warehouse knows, found none of {name}")
    wanted = max(versions) if asked.version is None else asked.version
    if wanted not in versions:
        known = ", ".join(map(str, sorted(versions)))
        raise UnknownStrike(f"expected version {known} of {name}, found {wanted}")
    return versions[wanted]


def _now() -> dt.datetime:
    return utc_now().replace(tzinfo=dt.UTC)
