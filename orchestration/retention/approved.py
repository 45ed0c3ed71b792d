"""Whether a delete, a read or a restore was approved as it is now, by the approval policy of the house. Deciding is approving's.

Source: input-contracts 2.6, 5.8; fund-admin 1.12.
"""

from __future__ import annotations

from calculations.approvals.decide import is_approved
from calculations.approvals.log import standing
from calculations.approvals.policy import Action, SubjectType, approval_policy
from orchestration.approval_subjects import subjects
from orchestration.approving import read_log
from orchestration.errors import Refused
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


class NotApproved(Refused):
    """Nobody has approved it as it is now; the message says what to ask for."""


def approvers(
    warehouse: Warehouse,
    settings: Settings,
    organization_id: str,
    subject_type: SubjectType,
    subject_id: str,
    content_hash: str,
) -> tuple[str, ...]:
    """Who approved it, at least one. Raises NotApproved where the policy lacks an approval of this very content.

    The policy's four eyes hold: who requested it has not approved it.
    """
    log = read_log(warehouse, subject_type, subject_id)
    policy = approval_policy(settings.approval_policy)
    if not is_approved(log, organization_id, subject_type, subject_id, content_hash, policy):
        raise NotApproved(
            f"{subject_type} {subject_id} of {organization_id}, hash {content_hash}, is not approved: `weir approve request "
            f"{subject_type} {subject_id} --organization {organization_id} --actor WHO --reason WHY`, then another person's "
            f"`weir approve approve`"
        )
    now = standing(log, organization_id, subject_type, subject_id)
    return tuple(sorted({entry.actor for entry in now.round if entry.action == Action.APPROVE}))


def content_to_restore(warehouse: Warehouse, archive_id: str) -> tuple[str, str]:
    """(organisation, hash) of an archive to read or restore. Raises NotApproved where none is in place."""
    found = list(subjects(warehouse, SubjectType.RESTORE, archive_id))
    if not found:
        raise NotApproved(f"there is no archive {archive_id} in place; ops.archives lists them")
    return found[0].organization_id, found[0].content_hash
