"""What a subject's approval still needs: the next action, the tier that rules it, and how many must approve. Whether an action is
taken or refused is decided elsewhere.

Source: input-contracts 5.8; nav 6; fund-admin 1.9.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.approvals.decide import is_approved
from calculations.approvals.log import LogEntry, standing
from calculations.approvals.policy import Action, ApprovalPolicy, SubjectType


@dataclass(frozen=True)
class Outstanding:
    """`next_action` None: nothing follows. `requested_at`: of the round that is open, UTC; None where none is.

    `tier` counts from 1, and `missing_approvals` those still needed of it.
    """

    next_action: Action | None
    tier: int
    missing_approvals: int
    requested_at: dt.datetime | None


def outstanding(
    log: Sequence[LogEntry],
    organization_id: str,
    subject_type: SubjectType,
    subject_id: str,
    content: tuple[str, Decimal | None, str | None],
    policy: ApprovalPolicy,
) -> Outstanding:
    """What is missing for the approval of the subject as it is now. `content` is its hash, amount and currency.

    A request of other content has lapsed: the round stays open, and the next action is to request again, by the tier of
    the present amount. Source: input-contracts 5.8.
    """
    current_hash, amount, currency = content
    now, workflow = standing(log, organization_id, subject_type, subject_id), policy.workflow(subject_type)
    rules, steps, asked = policy.subjects[subject_type], workflow.steps, now.request
    waits = now.state in steps[Action.APPROVE].from_ or (
        Action.VALIDATE in steps and now.state in steps[Action.VALIDATE].from_
    )
    requested_at = asked.occurred_at if asked is not None and waits else None
    is_current = asked is not None and asked.content_hash == current_hash
    if asked is not None and is_current and waits:
        tier = rules.tier(asked.amount, asked.currency, asked.tier)
        ruling = rules.tiers[tier - 1]
        validates = ruling.validated and now.state not in steps[Action.APPROVE].from_
        action = Action.VALIDATE if validates else Action.APPROVE
        return Outstanding(action, tier, ruling.approvals - now.approvals, requested_at)
    tier = rules.tier(amount, currency, None)
    if now.state in workflow.final or is_approved(log, organization_id, subject_type, subject_id, current_hash, policy):
        return Outstanding(None, tier, 0, None)
    return Outstanding(Action.REQUEST, tier, rules.tiers[tier - 1].approvals, requested_at)
