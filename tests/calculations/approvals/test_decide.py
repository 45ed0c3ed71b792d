"""Approvals: rights, order, content, four eyes, tiers. Rules: input-contracts 5.8; fund-admin 1.9 (thresholds)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.approvals.decide import Decision, decide, is_approved
from calculations.approvals.log import LogEntry, Request, standing
from calculations.approvals.policy import FILE, Action, ApprovalPolicy, SubjectType, approval_policy

POLICY = approval_policy()
NOON = dt.datetime(2024, 6, 3, 12, tzinfo=dt.UTC)
ACCOUNTANT, CONTROLLER, DIRECTOR = "alder.accountant", "alder.controller", "alder.finance-director"
ONE, TWO = "alder.partner-one", "alder.partner-two"
SEEN, CHANGED = "a" * 64, "b" * 64
REASON = "as discussed"


def request(action: str, actor: str, **other: Any) -> Request:
    plain = Request(
        organization_id="alder-capital",
        subject_type=SubjectType.CAPITAL_CALL,
        subject_id="CALL-7",
        content_hash=SEEN,
        current_hash=SEEN,
        action=Action(action),
        actor=actor,
        occurred_at=NOON,
        amount=Decimal("750000"),
        currency="USD",
        reason=REASON,
    )
    return replace(plain, **other)


def history(*requests: Request, policy: ApprovalPolicy = POLICY) -> tuple[list[LogEntry], list[Decision]]:
    log: list[LogEntry] = []
    decisions = []
    for each in requests:
        decisions.append(decide(log, each, policy))
        log.append(decisions[-1].entry)
    return log, decisions


def outcomes(*requests: Request, policy: ApprovalPolicy = POLICY) -> list[str]:
    """The state that each row led to, or why it was refused."""
    return [d.refusal or d.entry.to_state for d in history(*requests, policy=policy)[1]]


def test_a_call_is_requested_validated_and_approved_by_three_people() -> None:
    log, _ = history(request("REQUEST", ACCOUNTANT), request("VALIDATE", CONTROLLER), request("APPROVE", DIRECTOR))
    assert [entry.to_state for entry in log] == ["REQUESTED", "VALIDATED", "APPROVED"]
    asked = ("alder-capital", SubjectType.CAPITAL_CALL, "CALL-7")
    assert is_approved(log, *asked, SEEN, POLICY)
    assert not is_approved(log, *asked, CHANGED, POLICY)  # approved was other content
    assert not is_approved(log[:2], *asked, SEEN, POLICY)


def test_nobody_takes_two_of_four_eyes() -> None:
    """The controller may request and validate, by its roles; not of one call."""
    assert outcomes(request("REQUEST", CONTROLLER), request("VALIDATE", CONTROLLER)) == ["REQUESTED", "SAME_ACTOR"]
    # a delegate's act is also its principal's: whoever validated cannot approve in the director's name
    found = outcomes(
        request("REQUEST", ACCOUNTANT),
        request("VALIDATE", CONTROLLER),
        request("APPROVE", CONTROLLER, on_behalf_of=DIRECTOR),
        request("APPROVE", DIRECTOR),
    )
    assert found == ["REQUESTED", "VALIDATED", "SAME_ACTOR", "APPROVED"]


def test_a_delegate_acts_with_its_principals_rights_and_nobody_else_does() -> None:
    start = (request("REQUEST", ACCOUNTANT, amount=Decimal(1)),)
    assert outcomes(*start, request("APPROVE", CONTROLLER, on_behalf_of=DIRECTOR))[-1] == "APPROVED"
    assert outcomes(*start, request("APPROVE", CONTROLLER, on_behalf_of=ONE))[-1] == "NO_PERMISSION"


@pytest.mark.parametrize(
    ("amount", "currency", "tier"),
    [
        ("499999.99", "USD", 1),
        ("500000", "USD", 2),  # fund-admin 1.9: production's threshold, from
        ("9999999.99", "EUR", 2),
        ("10000000", "USD", 3),
        ("499999.99", "JPY", 1),
        ("75000000", "JPY", 2),
        ("1", "CHF", 3),  # no tier knows the currency: the highest
        (None, None, 3),
    ],
)
def test_tiers_go_by_amount_in_its_currency(amount: str | None, currency: str | None, tier: int) -> None:
    value = None if amount is None else Decimal(amount)
    (decision,) = history(request("REQUEST", ACCOUNTANT, amount=value, currency=currency))[1]
    assert decision.entry.tier == tier


def test_the_first_tier_needs_no_validation_and_the_third_needs_two_partners() -> None:
    small, large = {"amount": Decimal(1)}, {"amount": Decimal("10000000")}
    assert outcomes(request("REQUEST", ACCOUNTANT, **small), request("APPROVE", DIRECTOR, **small))[-1] == "APPROVED"
    assert outcomes(request("REQUEST", ACCOUNTANT), request("APPROVE", DIRECTOR))[-1] == "ILLEGAL_TRANSITION"
    found = outcomes(
        request("REQUEST", ACCOUNTANT, **large),
        request("VALIDATE", CONTROLLER),
        request("APPROVE", DIRECTOR),  # not a partner
        request("APPROVE", ONE),
        request("APPROVE", ONE),
        request("APPROVE", TWO),
        request("APPROVE", TWO),
    )
    assert found == [
        "REQUESTED",
        "VALIDATED",
        "NO_PERMISSION",
        "VALIDATED",
        "SAME_ACTOR",
        "APPROVED",
        "ILLEGAL_TRANSITION",
    ]


def test_a_later_row_cannot_lower_the_tier_and_a_request_can_raise_it() -> None:
    start = (request("REQUEST", ACCOUNTANT, amount=Decimal("10000000")), request("VALIDATE", CONTROLLER))
    (*_, first) = history(*start, request("APPROVE", ONE, amount=Decimal(1), tier=1))[1]
    assert (first.entry.tier, first.missing_approvals, first.entry.to_state) == (3, 1, "VALIDATED")
    (raised,) = history(request("REQUEST", ACCOUNTANT, amount=Decimal(1), tier=2))[1]
    assert raised.entry.tier == 2


def test_content_that_changed_is_requested_again() -> None:
    start = (request("REQUEST", ACCOUNTANT), request("VALIDATE", CONTROLLER))
    new = {"content_hash": CHANGED, "current_hash": CHANGED}
    # the approver saw the old content, or the present content was never requested
    assert outcomes(*start, request("APPROVE", DIRECTOR, current_hash=CHANGED))[-1] == "STALE_HASH"
    assert outcomes(*start, request("APPROVE", DIRECTOR, **new))[-1] == "STALE_HASH"
    again = (*start, request("APPROVE", DIRECTOR), request("REQUEST", ACCOUNTANT, **new))
    assert outcomes(*again, request("APPROVE", DIRECTOR, **new))[-2:] == ["REQUESTED", "ILLEGAL_TRANSITION"]
    assert (
        outcomes(*again, request("VALIDATE", CONTROLLER, **new), request("APPROVE", DIRECTOR, **new))[-1] == "APPROVED"
    )
    # the same content twice is no new round
    assert outcomes(*start, request("REQUEST", ACCOUNTANT))[-1] == "ILLEGAL_TRANSITION"


def test_rejecting_and_revoking_need_a_reason() -> None:
    approved = (request("REQUEST", ACCOUNTANT, amount=Decimal(1)), request("APPROVE", DIRECTOR))
    assert outcomes(*approved, request("REVOKE", ONE, reason=" "), request("REVOKE", ONE))[-2:] == [
        "MISSING_VALUE",
        "REVOKED",
    ]
    assert outcomes(approved[0], request("REJECT", DIRECTOR, reason=None))[-1] == "MISSING_VALUE"
    assert outcomes(approved[0], request("REJECT", DIRECTOR), request("REQUEST", ACCOUNTANT))[-2:] == [
        "REJECTED",
        "REQUESTED",
    ]
    override = {"subject_type": SubjectType.PRICE_OVERRIDE, "amount": None, "reason": None}
    assert outcomes(request("REQUEST", ACCOUNTANT, **override)) == ["MISSING_VALUE"]


def test_an_actor_acts_for_its_own_organisations_and_by_its_own_roles() -> None:
    assert outcomes(request("REQUEST", "birch.accountant")) == ["WRONG_TENANT"]
    assert outcomes(request("REQUEST", DIRECTOR)) == ["NO_PERMISSION"]
    assert outcomes(request("REQUEST", "somebody")) == ["NO_PERMISSION"]
    assert outcomes(request("REQUEST", ACCOUNTANT, role="partner")) == ["NO_PERMISSION"]  # a role it does not have
    assert outcomes(request("REQUEST", CONTROLLER, role="controller")) == ["NO_PERMISSION"]  # one that may not
    assert outcomes(request("REQUEST", CONTROLLER, role="analyst")) == ["REQUESTED"]


def test_a_file_states_approvals_only_where_its_feed_is_listed() -> None:
    stated = request("REQUEST", ACCOUNTANT, feed="alder-capital/approvals/main")
    assert outcomes(stated) == ["NO_PERMISSION"]  # none is listed by default
    listed = POLICY.model_copy(update={"approval_feeds": frozenset({"alder-capital/approvals/main"})})
    assert outcomes(stated, policy=listed) == ["REQUESTED"]


def test_a_refused_row_is_recorded_and_changes_nothing() -> None:
    log, decisions = history(request("APPROVE", DIRECTOR), request("REQUEST", ACCOUNTANT))
    assert (log[0].refusal, log[0].from_state, log[0].to_state) == ("ILLEGAL_TRANSITION", "NONE", "NONE")
    assert "APPROVE of a CAPITAL_CALL follows on VALIDATED, found NONE" in decisions[0].entry.message
    assert decisions[1].is_accepted


def test_an_action_before_the_last_one_is_refused() -> None:
    early = request("VALIDATE", CONTROLLER, occurred_at=NOON - dt.timedelta(seconds=1))
    assert outcomes(request("REQUEST", ACCOUNTANT), early)[-1] == "ILLEGAL_TRANSITION"


def test_another_subject_or_organisation_of_the_same_id_has_its_own_log() -> None:
    log, _ = history(request("REQUEST", ACCOUNTANT))
    for other in (
        {"subject_type": SubjectType.DISTRIBUTION},
        {"subject_id": "CALL-8"},
        {"organization_id": "birch-credit", "actor": "birch.accountant"},
    ):
        assert decide(log, replace(request("REQUEST", ACCOUNTANT), **other), POLICY).entry.to_state == "REQUESTED"


def test_a_report_is_published_once_and_never_requested_again() -> None:
    report = {"subject_type": SubjectType.REPORT, "amount": None, "currency": None}
    found = outcomes(
        request("REQUEST", ACCOUNTANT, **report),
        request("PUBLISH", "system", **report),
        request("APPROVE", ONE, **report),
        request("PUBLISH", "system", **report),
        request("REQUEST", ACCOUNTANT, **{**report, "content_hash": CHANGED, "current_hash": CHANGED}),
    )
    # published is final: a correction is another version, so another subject
    assert found == ["DRAFT", "ILLEGAL_TRANSITION", "APPROVED", "PUBLISHED", "ILLEGAL_TRANSITION"]


def test_a_strike_is_not_approved_in_this_log() -> None:
    assert outcomes(request("REQUEST", ACCOUNTANT, subject_type=SubjectType.NAV_STRIKE)) == ["NO_PERMISSION"]


@pytest.mark.parametrize("name", ["Alder.Controller", " alder.controller ", "alder . controller", "ａlder.controller"])
def test_another_spelling_of_a_name_is_no_second_person(name: str) -> None:
    """The controller may request and validate; not of one call, and under no spelling."""
    found = outcomes(request("REQUEST", CONTROLLER), request("VALIDATE", name))
    assert found == ["REQUESTED", "SAME_ACTOR"]
    found = outcomes(request("REQUEST", name), request("VALIDATE", CONTROLLER))
    assert found == ["REQUESTED", "SAME_ACTOR"]


SOME = sorted(name for name, actor in POLICY.actors.items() if "alder-capital" in actor.organizations)
rows = st.builds(
    lambda action, actor, principal, subject, amount, content, current, tier: request(
        action,
        actor,
        on_behalf_of=principal,
        subject_type=subject,
        amount=amount,
        content_hash=content,
        current_hash=current,
        tier=tier,
    ),
    st.sampled_from(sorted(Action)),
    st.sampled_from(SOME),
    st.sampled_from([None, None, None, DIRECTOR]),
    st.sampled_from([SubjectType.CAPITAL_CALL, SubjectType.REPORT]),
    st.sampled_from([None, Decimal(1), Decimal(600_000), Decimal(20_000_000)]),
    st.sampled_from([SEEN, SEEN, CHANGED]),
    st.sampled_from([SEEN, SEEN, CHANGED]),
    st.sampled_from([None, 1, 2, 3]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(rows, max_size=40))
def test_no_round_of_accepted_actions_has_one_person_twice_where_four_eyes_hold(requests: list[Request]) -> None:
    log, _ = history(*requests)
    for subject in (SubjectType.CAPITAL_CALL, SubjectType.REPORT):
        taken = [entry for entry in log if entry.is_accepted and entry.subject_type == subject]
        starts = [place for place, entry in enumerate(taken) if entry.action == Action.REQUEST]
        ends = [*starts[1:], len(taken)][: len(starts)]
        for start, end in zip(starts, ends, strict=True):
            one_round = taken[start:end]
            eyes = [p for e in one_round if e.action in POLICY.subjects[subject].four_eyes for p in sorted(e.persons)]
            assert len(eyes) == len(set(eyes))
            assert {entry.content_hash for entry in one_round} == {one_round[0].content_hash}
            approvals = sum(entry.action == Action.APPROVE for entry in one_round)
            needed = POLICY.subjects[subject].tiers[one_round[0].tier - 1].approvals
            if any(entry.to_state in ("APPROVED", "PUBLISHED") for entry in one_round):
                assert approvals == needed
        assert standing(log, "alder-capital", subject, "CALL-7").state == (taken[-1].to_state if taken else "NONE")


def test_a_changed_policy_counts_from_its_next_use(tmp_path: Path) -> None:
    path = tmp_path / "approvals.yaml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert approval_policy(path).approval_feeds == frozenset()
    path.write_text(text.replace("approval_feeds: []", "approval_feeds: [a/approvals/main]"), encoding="utf-8")
    assert approval_policy(path).approval_feeds == {"a/approvals/main"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("roles: [automation]", "roles: [automaton]", "actors.system: 'automaton'"),
        ("{organizations: [birch-credit], roles: [partner]}", "{organizations: [birch], roles: [partner]}", "'birch'"),
        ("delegates: [alder.controller]", "delegates: [alder.contr]", "'alder.contr'"),
        ("USD: 10000000, EUR: 10000000, GBP", "USD: 100, EUR: 10000000, GBP", "rise from tier to tier"),
        (
            "REJECT: {from: [REQUESTED, VALIDATED]",
            "REJECT: {from: [ASKED]",
            "steps leave states that none reaches: ASKED",
        ),
        ("final: [REJECTED, PUBLISHED]", "final: [DRAFT]", "final states are reached and never left, found DRAFT"),
        ("  RESTORE: *single\n", "", "found none for RESTORE"),
        ("[REQUEST, VALIDATE, APPROVE]", "[REQUEST, SIGN]", "subjects.CAPITAL_CALL.four_eyes"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "approvals.yaml"
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"approvals\.yaml: ") as error:
        approval_policy(path)
    assert message in str(error.value)
