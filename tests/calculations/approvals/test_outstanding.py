"""What an approval still needs: the action that follows, its tier, how many must approve. Rules: input-contracts 5.8; nav 6."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from calculations.approvals.outstanding import Outstanding, outstanding
from calculations.approvals.policy import Action, SubjectType
from tests.calculations.approvals.test_decide import (
    ACCOUNTANT,
    CHANGED,
    CONTROLLER,
    DIRECTOR,
    NOON,
    ONE,
    POLICY,
    SEEN,
    history,
    request,
)

MIDDLE, LARGE = Decimal(750_000), Decimal(10_000_000)  # USD: of the second and the third tier


def left(*taken: tuple[str, str], amount: Decimal | None = MIDDLE, now: Any = (SEEN, None)) -> Outstanding:
    """What is missing after the actions taken, on `amount`; `now`: the content's hash and, where other, its amount."""
    log, decisions = history(*(request(action, actor, amount=amount) for action, actor in taken))
    assert all(decision.is_accepted for decision in decisions)
    current_hash, changed = now
    content = current_hash, changed or amount, "USD"
    return outstanding(log, "alder-capital", SubjectType.CAPITAL_CALL, "CALL-7", content, POLICY)


def test_nothing_waits_for_somebody_before_it_is_requested() -> None:
    assert left() == Outstanding(Action.REQUEST, 2, 1, None)
    assert left(amount=None).tier == 3  # an amount that no tier can place has the highest


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([("REQUEST", ACCOUNTANT)], (Action.VALIDATE, 1)),
        ([("REQUEST", ACCOUNTANT), ("VALIDATE", CONTROLLER)], (Action.APPROVE, 1)),
        ([("REQUEST", ACCOUNTANT), ("VALIDATE", CONTROLLER), ("APPROVE", DIRECTOR)], (None, 0)),
        ([("REQUEST", ACCOUNTANT), ("REJECT", CONTROLLER)], (Action.REQUEST, 1)),
    ],
)
def test_the_next_action_follows_on_the_last_one(taken: list[tuple[str, str]], expected: tuple[Any, int]) -> None:
    found = left(*taken)
    assert (found.next_action, found.missing_approvals) == expected
    assert found.tier == 2
    assert found.requested_at == (NOON if expected[0] in (Action.VALIDATE, Action.APPROVE) else None)


def test_the_first_tier_goes_straight_to_its_approval_and_the_third_counts_two() -> None:
    assert left(("REQUEST", ACCOUNTANT), amount=Decimal(1)).next_action == Action.APPROVE
    validated = (("REQUEST", ACCOUNTANT), ("VALIDATE", CONTROLLER))
    assert left(*validated, amount=LARGE).missing_approvals == 2
    once = left(*validated, ("APPROVE", ONE), amount=LARGE)
    assert (once.next_action, once.missing_approvals, once.tier) == (Action.APPROVE, 1, 3)


def test_a_request_of_other_content_has_lapsed_and_is_made_again_by_the_present_amount() -> None:
    found = left(("REQUEST", ACCOUNTANT), now=(CHANGED, LARGE))
    assert found == Outstanding(Action.REQUEST, 3, 2, NOON)
    approved = (("REQUEST", ACCOUNTANT), ("VALIDATE", CONTROLLER), ("APPROVE", DIRECTOR))
    assert left(*approved, now=(CHANGED, None)) == Outstanding(Action.REQUEST, 2, 1, None)
