"""Approvals as assets: actions that feeds state or the launchpad asks for, and where the approval of each subject stands.

What may be done is the policy's; the write path is orchestration.approving.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field

from calculations.approvals.decide import Decision, is_approved
from calculations.approvals.log import Asked, LogEntry, standing
from calculations.approvals.outstanding import outstanding
from calculations.approvals.policy import Action, ApprovalPolicy, SubjectType, approval_policy
from calculations.funds.lifecycle.limits import limits
from orchestration.approval_subjects import CONTENTS, Subject, subjects
from orchestration.approving import LAUNCHPAD, LOG, UnknownSubject, act, read_log, take_stated
from orchestration.assets.calculated import calculated_spec
from orchestration.calculation_cache import as_table
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append

NAME = "approvals"
SUBJECTS = "calc.approval_subjects"
TABLES = (LOG, SUBJECTS)
# What is told of a distribution is where its approval stands; nothing has to wait for one.
THRESHOLD_TYPES = (SubjectType.CAPITAL_CALL, SubjectType.ALLOCATION, SubjectType.TRANSFER)
DEPS = (
    "intermediate.int_approval__stated",
    "intermediate.int_fund__lifecycle_states",
    "intermediate.int_fund__funds",
    "intermediate.int_fund__commitments",
    "intermediate.int_fund__capital_calls",
    "intermediate.int_fund__capital_call_notices",
    "intermediate.int_fund__distributions",
    "intermediate.int_fund__distribution_notices",
    "intermediate.int_fund__allocations",
    "intermediate.int_fund__transfers",
)
EXAMPLE = """To take an action, open the launchpad of job `approve`, which also publishes:

    ops:
      {op}:
        config:
          action: APPROVE            # REQUEST, VALIDATE, APPROVE, REJECT, REVOKE, PUBLISH
          subject_type: CAPITAL_CALL
          subject_id: FUND-I-C012
          actor: alder.finance-director
          reason: as discussed       # needed to reject and to revoke
"""


class AskedAction(Enum):
    NOTHING = "NOTHING"
    REQUEST = "REQUEST"
    VALIDATE = "VALIDATE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    PUBLISH = "PUBLISH"
    REVOKE = "REVOKE"


class ApprovalAction(dg.Config):
    """What the launchpad asks; NOTHING only takes what feeds state."""

    action: AskedAction = Field(default=AskedAction.NOTHING, description="What is done to the subject.")
    subject_type: SubjectType = Field(default=SubjectType.CAPITAL_CALL, description="Type of the subject.")
    subject_id: str = Field(default="", description="Id of the subject, as its workbook states it.")
    actor: str = Field(default="", description="Who acts: an actor of the approval policy.")
    reason: str | None = Field(
        default=None, description="Why; needed to reject and to revoke, and where the policy says."
    )
    organization: str | None = Field(default=None, description="Whose subject, where two have one of that id.")
    content_hash: str | None = Field(default=None, description="Hash of what the actor saw; empty: of the content now.")
    tier: int | None = Field(default=None, description="A higher tier than the amount demands.")
    role: str | None = Field(default=None, description="In which of the actor's roles; empty: any that may.")
    on_behalf_of: str | None = Field(default=None, description="Whose delegate the actor is.")


def asked_of(config: ApprovalAction) -> Asked:
    """The launchpad's words as the write path takes them."""
    return Asked(
        action=Action(config.action.value),
        subject_type=config.subject_type,
        subject_id=config.subject_id,
        actor=config.actor,
        reason=config.reason,
        organization_id=config.organization,
        content_hash=config.content_hash,
        tier=config.tier,
        role=config.role,
        on_behalf_of=config.on_behalf_of,
    )


def build_approval_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[calculated_spec(settings, relation, DEPS, EXAMPLE.format(op=NAME)) for relation in TABLES],
        name=NAME,
        description="Actions in approvals, taken or refused, and the standing of every subject.",
    )
    def approvals(
        context: dg.AssetExecutionContext, config: ApprovalAction, weir: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        warehouse, run_id = weir.warehouse, context.run.run_id
        decisions: list[Decision] = []
        with retried_when_busy():
            # A run of the past decides nothing: what was decided then stands in its copy of the log.
            if weir.settings.as_known_at is None:
                decisions += take_stated(warehouse, settings, run_id)
            if config.action is not AskedAction.NOTHING:
                decisions.append(_act(warehouse, settings, config, run_id))
            told = refresh_subjects(warehouse, settings)
        for relation in TABLES:
            (rows,) = warehouse.rows(f"select count(*) from {relation}")[0]
            metadata: dict[str, Any] = {
                "dagster/row_count": rows,
                "actions_now": len(decisions),
                "refused_now": sum(not decision.is_accepted for decision in decisions),
                "subjects_that_need_an_approval": told,
            }
            if decisions:
                metadata["decisions"] = dg.MetadataValue.md(_told([decision.entry for decision in decisions]))
            yield dg.MaterializeResult(asset_key=relation.split("."), metadata=metadata)

    return approvals


def _act(warehouse: Warehouse, settings: Settings, config: ApprovalAction, run_id: str) -> Decision:
    try:
        return act(warehouse, settings, asked_of(config), LAUNCHPAD, run_id)
    except (UnknownSubject, ValueError) as error:
        # The sentence is all that a person at the launchpad needs; trying again would not help.
        raise dg.Failure(str(error), allow_retries=False) from None


def refresh_subjects(warehouse: Warehouse, settings: Settings) -> int:
    """Write calc.approval_subjects anew, and return how many subjects lack the approval that they need."""
    policy = approval_policy(settings.approval_policy)
    threshold = Decimal(limits(settings.environment).approval_threshold)
    log: dict[tuple[str, str, str], list[LogEntry]] = {}
    for entry in read_log(warehouse):
        log.setdefault((entry.organization_id, entry.subject_type, entry.subject_id), []).append(entry)
    rows = [
        _standing_row(subject, log.get((subject.organization_id, kind, subject.subject_id), ()), policy, threshold)
        for kind in CONTENTS
        for subject in subjects(warehouse, kind)
    ]
    with warehouse.transaction() as connection:
        connection.execute(f"delete from {SUBJECTS}")
        if rows:
            append(connection, SUBJECTS, as_table(SUBJECTS, rows))
    return sum(row["needs_approval"] for row in rows)


def _standing_row(
    subject: Subject, log: Sequence[LogEntry], policy: ApprovalPolicy, threshold: Decimal
) -> dict[str, Any]:
    key = subject.organization_id, subject.subject_type, subject.subject_id
    approved = is_approved(log, *key, subject.content_hash, policy)
    lacking = outstanding(log, *key, (subject.content_hash, subject.amount, subject.currency), policy)
    # An amount that is not known may be any: it needs an approval.
    is_large = subject.amount is None or subject.currency is None or subject.amount >= threshold
    return {
        "organization_id": subject.organization_id,
        "state_id": subject.state_id,
        "fund_id": subject.fund_id,
        "subject_type": str(subject.subject_type),
        "subject_id": subject.subject_id,
        "subject_date": subject.subject_date,
        "amount": subject.amount,
        "currency": subject.currency,
        "content_hash": subject.content_hash,
        "threshold": threshold,
        "is_effective": subject.is_effective,
        "state": standing(log, *key).state,
        "is_approved": approved,
        "needs_approval": subject.subject_type in THRESHOLD_TYPES
        and subject.is_effective
        and is_large
        and not approved,
        "next_action": lacking.next_action,
        "tier": lacking.tier,
        "missing_approvals": lacking.missing_approvals,
        "requested_at": lacking.requested_at,
    }


def _told(entries: Sequence[LogEntry]) -> str:
    heads = ("subject", "action", "actor", "state", "refused", "said")
    lines = [heads, tuple("---" for _ in heads)]
    for entry in entries:
        subject = f"{entry.subject_type} {entry.subject_id}"
        lines.append((subject, entry.action, entry.actor, entry.to_state, entry.refusal or "", entry.message))
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines)
