"""What must hold for a step in the approval of a strike, whoever takes it: the table of transitions, content, rules, four eyes. Rights
of people, and what a step then becomes, do not belong here.

Source: nav 6; nav 5, first paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calculations.approvals.log import Refusal
from calculations.approvals.policy import NavRules, Permission
from calculations.nav.approval_log import (
    UNTOUCHED,
    Attempt,
    Standing,
    Status,
    Step,
    StruckVersion,
    published_version,
)


@dataclass(frozen=True)
class Transition:
    from_: frozenset[Status]
    to: Status
    permission: Permission


# The whole table of nav 6. SUPERSEDE is not in it: nobody asks for it, it follows on the publication of a restated version.
TRANSITIONS: Mapping[Step, Transition] = {
    Step.DRAFT: Transition(frozenset({Status.NONE}), Status.DRAFT, Permission.CALCULATE),
    Step.VALIDATE: Transition(frozenset({Status.DRAFT}), Status.VALIDATED, Permission.VALIDATE),
    Step.APPROVE: Transition(frozenset({Status.VALIDATED}), Status.APPROVED, Permission.APPROVE),
    Step.REJECT: Transition(frozenset({Status.DRAFT, Status.VALIDATED}), Status.REJECTED, Permission.APPROVE),
    Step.PUBLISH: Transition(frozenset({Status.APPROVED}), Status.PUBLISHED, Permission.PUBLISH),
    Step.RESTATE: Transition(frozenset({Status.PUBLISHED}), Status.PUBLISHED, Permission.CALCULATE),
}
OF_LATEST = frozenset({Step.DRAFT, Step.VALIDATE, Step.APPROVE, Step.PUBLISH})
OF_SOUND = frozenset({Step.VALIDATE, Step.APPROVE, Step.PUBLISH})

Refused = tuple[Refusal, str]


@dataclass(frozen=True)
class Case:
    """What one decision looks at: the version, the standing of it and of the day's other versions, who asks for what."""

    struck: StruckVersion
    all_standings: Mapping[int, Standing]
    attempt: Attempt
    person: str | None
    rules: NavRules
    needed: int

    @property
    def now(self) -> Standing:
        return self.all_standings.get(self.struck.version, UNTOUCHED)

    @property
    def published(self) -> int | None:
        """The published version that this one would replace."""
        version = published_version(self.all_standings)
        return None if version == self.struck.version else version


def approvals_needed(struck: StruckVersion, rules: NavRules) -> int:
    """Two where a class moved by more than the limit, where nobody knows how far it moved, or where an override was used."""
    is_far = not struck.is_move_known or (struck.move is not None and abs(struck.move) > rules.two_approvers_above)
    return 2 if is_far or struck.is_override_used else 1


def refused_by_rules(case: Case) -> Refused | None:
    """Why the step is refused whoever takes it, by the states, the content and the four eyes; None where it is allowed."""
    return (
        _without_reason(case)
        or _not_latest(case)
        or _out_of_order(case)
        or _stale(case)
        or _unsound(case)
        or _not_restated(case)
        or _same_person(case)
    )


def _without_reason(case: Case) -> Refused | None:
    attempt = case.attempt
    if attempt.step == Step.REJECT and not (attempt.comment or "").strip():
        return Refusal.MISSING_VALUE, "REJECT needs a reason, found none"
    if attempt.step != Step.RESTATE:
        return None
    stated = attempt.restatement
    if stated is None or not stated.cause.strip():
        return Refusal.MISSING_VALUE, "RESTATE needs a cause, found none"
    if stated.first_bad_date > case.struck.day.valuation_date:
        found = f"{stated.first_bad_date} for {case.struck.day.valuation_date}"
        return Refusal.MISSING_VALUE, f"RESTATE is of days from the first bad date on, found {found}"
    return None


def _not_latest(case: Case) -> Refused | None:
    latest = case.struck.latest_version
    if case.attempt.step in OF_LATEST and case.struck.version != latest:
        return Refusal.SUPERSEDED, f"version {latest} is struck: version {case.struck.version} is not the last one"
    return None


def _out_of_order(case: Case) -> Refused | None:
    allowed, found = TRANSITIONS[case.attempt.step].from_, case.now.status
    if found not in allowed:
        expected = ", ".join(sorted(allowed))
        return Refusal.ILLEGAL_TRANSITION, f"{case.attempt.step} follows on {expected}, found {found}"
    before = case.now.events[-1].occurred_at if case.now.events else case.attempt.occurred_at
    if case.attempt.occurred_at < before:
        return Refusal.ILLEGAL_TRANSITION, f"the last step was at {before}, found an earlier one"
    return None


def _stale(case: Case) -> Refused | None:
    content, draft = case.struck.content_hash, case.now.draft
    if case.attempt.seen_hash not in (None, content):
        return Refusal.STALE_HASH, "the strike is not what the actor saw"
    if draft is not None and (draft.content_hash, draft.strike_id) != (content, case.struck.strike_id):
        return Refusal.STALE_HASH, "rows of the strike were changed since its draft was opened"
    return None


def _unsound(case: Case) -> Refused | None:
    struck, step = case.struck, case.attempt.step
    if step not in OF_SOUND:
        return None
    if not struck.is_judged:
        return Refusal.RULE_VIOLATION, "no rule was evaluated on the strike"
    if struck.failed_rules:
        return Refusal.RULE_VIOLATION, f"critical rules failed: {', '.join(struck.failed_rules)}"
    if step == Step.VALIDATE and struck.warnings and not (case.attempt.comment or "").strip():
        return Refusal.MISSING_VALUE, f"warnings need a comment: {', '.join(struck.warnings)}"
    return None


def _not_restated(case: Case) -> Refused | None:
    """Beside a published version of the day another one is drafted, and published, only as its restatement."""
    if case.attempt.step not in (Step.DRAFT, Step.PUBLISH) or case.published is None:
        return None
    draft = case.now.draft
    if case.attempt.step == Step.DRAFT:
        stated = case.all_standings[case.published].open_restatement is not None
    else:
        stated = draft is not None and draft.restates_version == case.published
    if stated:
        return None
    return Refusal.MISSING_VALUE, f"version {case.published} is published: restate it, with cause and first bad date"


def _same_person(case: Case) -> Refused | None:
    if case.attempt.step != Step.APPROVE:
        return None
    who = case.person or case.attempt.actor
    for event in case.now.events:
        may = event.step == Step.VALIDATE and case.rules.validator_may_approve and not case.struck.is_override_used
        if may or event.step not in (Step.DRAFT, Step.VALIDATE, Step.APPROVE):
            continue
        if who in (event.actor, event.requested_by):
            return Refusal.SAME_ACTOR, f"{who} has part in its {event.step} already: another person must approve"
    draft = case.now.draft
    replaced = case.all_standings.get(draft.restates_version or 0, UNTOUCHED) if draft is not None else UNTOUCHED
    if any(event.step == Step.RESTATE and event.actor == who for event in replaced.events):
        return Refusal.SAME_ACTOR, f"{who} asked for the restatement: another person must approve"
    return None
