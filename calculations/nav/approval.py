"""Whether a step in the approval of a strike is taken or refused: the one transition function that every way in goes through. Keeping
the log, and reading strikes, do not belong here.

Source: nav 6; input-contracts 5.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from calculations.approvals.log import Refusal
from calculations.approvals.policy import ApprovalPolicy
from calculations.nav.approval_log import Attempt, NavEvent, Status, Step, StruckVersion, standings
from calculations.nav.approval_rules import TRANSITIONS, Case, Refused, approvals_needed, refused_by_rules


def decide(
    log: Iterable[NavEvent], struck: StruckVersion, attempt: Attempt, policy: ApprovalPolicy
) -> tuple[NavEvent, ...]:
    """The events that an attempt becomes: one, or the publication and the supersession that follows on it.

    `log` holds at least every event of the day, in order. Refused, the first reason counting: an actor of another organisation
    (WRONG_TENANT); somebody unknown, without the permission, or under the name of the system (NO_PERMISSION); no reason or
    cause where one is needed (MISSING_VALUE); a version that is not the last one (SUPERSEDED); a step that does not follow on
    the status (ILLEGAL_TRANSITION); content that is not what the actor saw or what the draft was of (STALE_HASH); a failed
    critical rule, or none evaluated (RULE_VIOLATION); warnings without a comment, or a second publication without a
    restatement (MISSING_VALUE); the same person again (SAME_ACTOR); a restatement of which no published NAV is wrong,
    or that begins after the first wrong one (RULE_VIOLATION).
    """
    person = policy.person(attempt.actor)
    case = Case(struck, standings(log, struck.day), attempt, person, policy.nav, approvals_needed(struck, policy.nav))
    refused = _without_right(case, policy) or refused_by_rules(case) or _nothing_wrong(case)
    if refused is not None:
        return (_event(case, case.now.status, *refused),)
    return tuple(taken(case))


def taken(case: Case) -> Iterable[NavEvent]:
    """The events of a step that is allowed."""
    step, done = case.attempt.step, len(case.now.approvers) + 1
    if step == Step.APPROVE and done < case.needed:
        yield _event(case, case.now.status, None, f"{step} taken, {case.needed - done} more needed")
        return
    first = _event(case, TRANSITIONS[step].to, None, f"{step} taken")
    yield first
    if step == Step.PUBLISH and case.published is not None:
        old = case.all_standings[case.published].events[-1]
        yield replace(
            first,
            version=old.version,
            strike_id=old.strike_id,
            content_hash=old.content_hash,
            seen_hash=old.content_hash,
            step=Step.SUPERSEDE,
            from_status=Status.PUBLISHED,
            to_status=Status.SUPERSEDED,
            warnings=old.warnings,
            move=old.move,
            is_override_used=old.is_override_used,
            approvals=old.approvals,
            approvals_needed=old.approvals_needed,
            restates_version=old.restates_version,
            message=f"version {case.struck.version} is published in its place",
        )


def _without_right(case: Case, policy: ApprovalPolicy) -> Refused | None:
    attempt, house = case.attempt, case.struck.day.organization_id
    if case.person is None:
        return Refusal.NO_PERMISSION, f"actor must be one of the policy's, found {attempt.actor!r}"
    is_system = case.person == policy.nav.system
    if is_system != attempt.is_automatic:
        return Refusal.NO_PERMISSION, f"only Weir itself acts as {policy.nav.system}, found {attempt.actor!r}"
    if not is_system and house not in policy.actors[case.person].organizations:
        return Refusal.WRONG_TENANT, f"{case.person} does not act for {house}"
    transition = TRANSITIONS.get(attempt.step)
    if transition is None:
        return Refusal.ILLEGAL_TRANSITION, f"{attempt.step} is not for anybody to ask for"
    if transition.permission not in policy.nav_permissions(case.person):
        return Refusal.NO_PERMISSION, f"{case.person} lacks {transition.permission}, which {attempt.step} needs"
    return None


def _nothing_wrong(case: Case) -> Refused | None:
    """By the strikes of the moment, as rights are those of the moment: an audit of the log does not decide it again."""
    attempt, stated = case.attempt, case.attempt.restatement
    if attempt.step != Step.RESTATE or stated is None:
        return None
    if attempt.wrong_since is None:
        return Refusal.RULE_VIOLATION, (
            f"no published NAV of {case.struck.day.product_id} is wrong by what is struck: strike what is correct first"
        )
    if attempt.wrong_since < stated.first_bad_date:
        return Refusal.RULE_VIOLATION, (
            f"published NAVs of {case.struck.day.product_id} are wrong from {attempt.wrong_since} on, "
            f"found {stated.first_bad_date} as the first bad date"
        )
    return None


def _event(case: Case, to: Status, refusal: Refusal | None, message: str) -> NavEvent:
    struck, attempt, draft = case.struck, case.attempt, case.now.draft
    restates = draft.restates_version if draft is not None else None
    is_approval = refusal is None and attempt.step == Step.APPROVE
    if attempt.step == Step.DRAFT:
        restates = case.published
    return NavEvent(
        day=struck.day,
        version=struck.version,
        strike_id=struck.strike_id,
        content_hash=struck.content_hash,
        seen_hash=attempt.seen_hash or struck.content_hash,
        step=attempt.step,
        from_status=case.now.status,
        to_status=to,
        actor=case.person or attempt.actor,
        stated_actor=attempt.actor,
        is_automatic=attempt.is_automatic,
        requested_by=attempt.requested_by,
        occurred_at=attempt.occurred_at,
        comment=attempt.comment,
        warnings=struck.warnings,
        move=struck.move,
        is_override_used=struck.is_override_used,
        approvals=len(case.now.approvers) + is_approval,
        approvals_needed=case.needed,
        restatement=attempt.restatement,
        restates_version=restates,
        correction=attempt.correction,
        refusal=refusal,
        message=message,
    )
