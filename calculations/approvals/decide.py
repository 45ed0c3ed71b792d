"""Whether an action on a subject is taken or refused: the one transition function that every way in goes through. Reading and
keeping the log do not belong here.

Source: input-contracts 5.8; nav 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from calculations.approvals.log import LogEntry, Refusal, Request, Standing, persons, standing
from calculations.approvals.policy import NONE, Action, Actor, ApprovalPolicy, SubjectType


@dataclass(frozen=True)
class Decision:
    """`entry` is the row to append, whether the action is taken or refused. `missing_approvals` counts those still needed
    after it."""

    entry: LogEntry
    missing_approvals: int

    @property
    def is_accepted(self) -> bool:
        return self.entry.is_accepted

    @property
    def refusal(self) -> Refusal | None:
        return self.entry.refusal


def decide(log: Iterable[LogEntry], request: Request, policy: ApprovalPolicy) -> Decision:
    """The row that a request becomes.

    Refused, the first reason counting: an actor of another organisation (WRONG_TENANT); an unknown actor, a role that it
    has not or that may not, a feed that may not state approvals, somebody acting for another without being its delegate
    (NO_PERMISSION); no reason where one is needed (MISSING_VALUE); an action that does not follow on the state, or lies
    before the last one (ILLEGAL_TRANSITION); content that is not the present one or not the requested one (STALE_HASH);
    a second action of four eyes by one person (SAME_ACTOR). A strike is not approved here (NO_PERMISSION).

    Tiers are those of the amount that was requested, since its hash holds it: a later row cannot state a lower one.
    """
    request = _named(request, policy)
    if request.subject_type not in policy.subjects:
        said = f"a {request.subject_type} has a log of its own and is not approved here"
        return Decision(_entry(request, 1, NONE, NONE, Refusal.NO_PERMISSION, said), 0)
    now = standing(log, request.organization_id, request.subject_type, request.subject_id)
    tier = _tier(now, request, policy)
    refused = _refused(now, request, policy, tier)
    needed = policy.subjects[request.subject_type].tiers[tier - 1].approvals
    if refused is not None:
        return Decision(_entry(request, tier, now.state, now.state, *refused), max(0, needed - now.approvals))
    done = 0 if request.action == Action.REQUEST else now.approvals + (request.action == Action.APPROVE)
    to = policy.workflow(request.subject_type).steps[request.action].to
    if request.action == Action.APPROVE and done < needed:
        to = now.state
    message = f"{request.action} taken" if to != now.state else f"{request.action} taken, {needed - done} more needed"
    return Decision(_entry(request, tier, now.state, to, None, message), max(0, needed - done))


def _named(request: Request, policy: ApprovalPolicy) -> Request:
    """The request by the policy's names of people; a name that is nobody's stays as it is, and is refused."""
    principal = request.on_behalf_of
    return replace(
        request,
        actor=policy.person(request.actor) or request.actor,
        on_behalf_of=principal and (policy.person(principal) or principal),
    )


def is_approved(
    log: Iterable[LogEntry],
    organization_id: str,
    subject_type: SubjectType,
    subject_id: str,
    current_hash: str,
    policy: ApprovalPolicy,
) -> bool:
    """Whether the subject, as it is now, is approved: an approval of other content is none."""
    now = standing(log, organization_id, subject_type, subject_id)
    steps = policy.workflow(subject_type).steps
    approved = {steps[action].to for action in (Action.APPROVE, Action.PUBLISH) if action in steps}
    return now.state in approved and now.request is not None and now.request.content_hash == current_hash


def _tier(now: Standing, request: Request, policy: ApprovalPolicy) -> int:
    rules = policy.subjects[request.subject_type]
    asked = now.request
    if request.action == Action.REQUEST or asked is None:
        return rules.tier(request.amount, request.currency, request.tier)
    return rules.tier(asked.amount, asked.currency, asked.tier)


def _refused(now: Standing, request: Request, policy: ApprovalPolicy, tier: int) -> tuple[Refusal, str] | None:
    return (
        _without_right(request, policy, tier)
        or _without_reason(request, policy)
        or _out_of_order(now, request, policy, tier)
        or _stale(now, request)
        or _same_person(now, request, policy)
    )


def _without_right(request: Request, policy: ApprovalPolicy, tier: int) -> tuple[Refusal, str] | None:
    principal = request.on_behalf_of or request.actor
    for person in sorted(persons(request.actor, request.on_behalf_of)):
        if person not in policy.actors:
            return Refusal.NO_PERMISSION, f"actor must be one of the policy's, found {person!r}"
        if request.organization_id not in policy.actors[person].organizations:
            return Refusal.WRONG_TENANT, f"{person} does not act for {request.organization_id}"
    if request.feed is not None and request.feed not in policy.approval_feeds:
        return Refusal.NO_PERMISSION, f"approvals are taken from the policy's approval_feeds, found {request.feed}"
    actor = policy.actors[principal]
    if request.on_behalf_of is not None and request.actor not in actor.delegates:
        return Refusal.NO_PERMISSION, f"{request.actor} is no delegate of {principal}"
    if not _roles(request, actor, policy, tier):
        of_tier = f" of tier {tier}" if request.action == Action.APPROVE else ""
        stated = f" as {request.role}" if request.role is not None else ""
        return (
            Refusal.NO_PERMISSION,
            f"{principal}{stated} may not {request.action} a {request.subject_type}{of_tier}",
        )
    return None


def _roles(request: Request, actor: Actor, policy: ApprovalPolicy, tier: int) -> list[str]:
    """The roles by which an actor may take the action; where a role is stated, that one alone."""
    roles = actor.roles if request.role is None else actor.roles & {request.role}
    approvers = policy.subjects[request.subject_type].tiers[tier - 1].approver_roles
    return [
        role
        for role in sorted(roles)
        if policy.permits(role, request.subject_type, request.action)
        and (request.action != Action.APPROVE or role in approvers)
    ]


def _without_reason(request: Request, policy: ApprovalPolicy) -> tuple[Refusal, str] | None:
    needs = policy.subjects[request.subject_type].reasons
    if request.action in needs and not (request.reason or "").strip():
        return Refusal.MISSING_VALUE, f"{request.action} of a {request.subject_type} needs a reason, found none"
    return None


def _out_of_order(now: Standing, request: Request, policy: ApprovalPolicy, tier: int) -> tuple[Refusal, str] | None:
    if now.round and request.occurred_at < now.round[-1].occurred_at:
        return Refusal.ILLEGAL_TRANSITION, f"the last action was at {now.round[-1].occurred_at}, found an earlier one"
    workflow = policy.workflow(request.subject_type)
    step = workflow.steps.get(request.action)
    allowed = set(step.from_) if step is not None else set()
    if request.action == Action.APPROVE and not policy.subjects[request.subject_type].tiers[tier - 1].validated:
        allowed |= workflow.steps[Action.VALIDATE].from_ if Action.VALIDATE in workflow.steps else set()
    is_new_content = now.request is not None and now.request.content_hash != request.content_hash
    if request.action == Action.REQUEST and now.state not in workflow.final and is_new_content:
        return None
    if now.state in allowed:
        return None
    expected = ", ".join(sorted(allowed)) or "no state"
    return (
        Refusal.ILLEGAL_TRANSITION,
        f"{request.action} of a {request.subject_type} follows on {expected}, found {now.state}",
    )


def _stale(now: Standing, request: Request) -> tuple[Refusal, str] | None:
    if request.content_hash != request.current_hash:
        return Refusal.STALE_HASH, "the content has changed since the actor saw it"
    if (
        request.action != Action.REQUEST
        and now.request is not None
        and now.request.content_hash != request.content_hash
    ):
        return Refusal.STALE_HASH, "the content has changed since it was requested: request it again"
    return None


def _same_person(now: Standing, request: Request, policy: ApprovalPolicy) -> tuple[Refusal, str] | None:
    four_eyes = policy.subjects[request.subject_type].four_eyes
    if request.action not in four_eyes or request.action == Action.REQUEST:
        return None
    acting = persons(request.actor, request.on_behalf_of)
    for entry in now.round:
        if entry.action in four_eyes and (same := sorted(entry.persons & acting)):
            return (
                Refusal.SAME_ACTOR,
                f"{same[0]} has taken {entry.action} already: another person must {request.action}",
            )
    return None


def _entry(request: Request, tier: int, before: str, after: str, refusal: Refusal | None, message: str) -> LogEntry:
    return LogEntry(
        organization_id=request.organization_id,
        subject_type=request.subject_type,
        subject_id=request.subject_id,
        content_hash=request.content_hash,
        action=request.action,
        tier=tier,
        amount=request.amount,
        currency=request.currency,
        actor=request.actor,
        role=request.role,
        on_behalf_of=request.on_behalf_of,
        occurred_at=request.occurred_at,
        reason=request.reason,
        from_state=before,
        to_state=after,
        refusal=refusal,
        message=message,
    )
