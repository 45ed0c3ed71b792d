"""Whether a log of approvals can have come by the transition function: every event is decided again from those before it. Seals of
rows and the reading of tables do not belong here.

Rights, and which published NAVs were wrong, are those of the day on which somebody acted, so that they are not judged
again. Source: nav 6.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from calculations.approvals.policy import NavRules
from calculations.nav.approval import taken
from calculations.nav.approval_log import Attempt, Day, NavEvent, Step, StruckVersion, standings
from calculations.nav.approval_rules import Case, approvals_needed, refused_by_rules

# The least that nav 6 asks of any house; what its policy asks beyond may change from day to day.
LEAST = NavRules(
    permissions={},
    system="",
    automatic_steps=frozenset(),
    two_approvers_above=Decimal("0.05"),
    validator_may_approve=True,
)


def violations(
    log: Iterable[NavEvent],
    struck: Mapping[tuple[Day, int], StruckVersion],
    struck_at: Mapping[Day, Sequence[tuple[dt.datetime, int]]],
) -> Iterator[str]:
    """A sentence for each event that the transition function does not allow, and for each strike changed since its draft.

    `struck` are the versions as they are now, `struck_at` when each of a day was struck (UTC). The log in the order of its
    numbers.
    """
    before: dict[Day, list[NavEvent]] = defaultdict(list)
    due: dict[Day, NavEvent] = {}
    for number, event in enumerate(log, start=1):
        where = f"event {number}, {_name(event)}"
        now = struck.get((event.day, event.version))
        if now is None:
            yield f"{where}: no such version is struck"
        elif event.step == Step.SUPERSEDE:
            if due.pop(event.day, None) != event:
                yield f"{where}: follows on no publication of a restated version"
        elif event.is_accepted:
            expected = _decided_again(event, now, before[event.day], struck_at.get(event.day, ()))
            if isinstance(expected, str):
                yield f"{where}: {expected}"
            elif len(expected) > 1:
                due[event.day] = expected[1]
        elif event.to_status != event.from_status:
            yield f"{where}: a refused step changes no status"
        before[event.day].append(event)
    for event in due.values():
        yield f"{_name(event)}: is missing, a restated version was published"
    yield from _changed(before, struck)


def _decided_again(
    event: NavEvent, now: StruckVersion, before: Sequence[NavEvent], struck_at: Sequence[tuple[dt.datetime, int]]
) -> tuple[NavEvent, ...] | str:
    """The events that the step becomes, the event itself first; a sentence where it is refused or becomes another."""
    then = replace(
        now,
        strike_id=event.strike_id,
        content_hash=event.content_hash,
        latest_version=max((version for at, version in struck_at if at <= event.occurred_at), default=0),
    )
    attempt = Attempt(
        step=event.step,
        actor=event.stated_actor,
        occurred_at=event.occurred_at,
        comment=event.comment,
        seen_hash=event.seen_hash,
        is_automatic=event.is_automatic,
        requested_by=event.requested_by,
        restatement=event.restatement,
        correction=event.correction,
    )
    if event.approvals_needed < approvals_needed(now, LEAST):
        return f"{approvals_needed(now, LEAST)} must approve, found that {event.approvals_needed} need to"
    case = Case(then, standings(before, event.day), attempt, event.actor, LEAST, event.approvals_needed)
    if (refused := refused_by_rules(case)) is not None:
        return f"{refused[0]}, {refused[1]}"
    expected = tuple(taken(case))
    if expected[0] != event:
        return f"should be {expected[0].from_status} -> {expected[0].to_status} with other particulars than it has"
    return expected


def _changed(log: Mapping[Day, Sequence[NavEvent]], struck: Mapping[tuple[Day, int], StruckVersion]) -> Iterator[str]:
    for day, events in log.items():
        for version, standing in standings(events, day).items():
            now, draft = struck.get((day, version)), standing.draft
            hashes = None if draft is None else (draft.content_hash, draft.strike_id)
            if now is not None and hashes not in (None, (now.content_hash, now.strike_id)):
                yield f"version {version} of {day.product_id}, {day.valuation_date}: its rows changed since its draft"


def _name(event: NavEvent) -> str:
    return f"{event.step} of version {event.version} of {event.day.product_id}, {event.day.valuation_date}"
