"""Approval of strikes: the table of transitions, four eyes, and every class of attempt to get around them. Rules: nav 6; nav 5,
first paragraph."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.approvals.policy import FILE, ApprovalPolicy, approval_policy
from calculations.exact_yaml import parse
from calculations.nav.approval import decide
from calculations.nav.approval_audit import violations
from calculations.nav.approval_log import (
    Attempt,
    Day,
    NavEvent,
    Restatement,
    Status,
    Step,
    StruckVersion,
    published_version,
    standings,
)

HOUSE = "cedar-assets"
ACCOUNTANT, CONTROLLER, DIRECTOR, PARTNER = (
    f"cedar.{role}" for role in ("accountant", "controller", "finance-director", "partner")
)
ALIAS = "cfo@cedar-assets.example"  # of the director
DAY = Day(HOUSE, "bond-fund", dt.date(2026, 3, 10))
NOON = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
SEEN, CHANGED = "a" * 64, "b" * 64
WRONG = Restatement("r1", "a coupon was missed", dt.date(2026, 3, 9))


def policy(**nav: Any) -> ApprovalPolicy:
    stated = parse(FILE.read_text(encoding="utf-8"))
    # who calculates, validates and approves at once, as an administrator of the source has it
    stated["roles"] |= {"everything": {}}
    stated["nav"]["permissions"] |= {
        "everything": [f"nav.{p}" for p in ("calculate", "validate", "approve", "publish")]
    }
    for name in ("cedar.all-one", "cedar.all-two"):
        stated["actors"][name] = {"organizations": [HOUSE], "roles": ["everything"]}
    stated["nav"] |= nav
    return ApprovalPolicy.model_validate(stated)


POLICY = policy()
ONE, TWO = "cedar.all-one", "cedar.all-two"
STRUCK = StruckVersion(
    day=DAY,
    version=1,
    strike_id="s1",
    content_hash=SEEN,
    latest_version=1,
    failed_rules=(),
    warnings=(),
    is_judged=True,
    move=Decimal("0.012"),
    is_move_known=True,
    is_override_used=False,
)


class Log:
    """A log that takes steps in order; the clock goes on by a minute each."""

    def __init__(self, rules: ApprovalPolicy = POLICY) -> None:
        self.events: list[NavEvent] = []
        self.rules = rules

    def take(self, step: str, actor: str, struck: StruckVersion = STRUCK, **other: Any) -> str:
        """The status that the step led to, or why it was refused."""
        plain = Attempt(
            Step(step),
            actor,
            NOON + dt.timedelta(minutes=len(self.events)),
            comment="looked at",
            wrong_since=WRONG.first_bad_date if step == "RESTATE" else None,
            correction="10.10, correct 10.08" if step == "RESTATE" else None,
        )
        attempt = replace(plain, **{"is_automatic": actor == "system", **other})
        found = decide(self.events, struck, attempt, self.rules)
        self.events += found
        return found[0].refusal or found[0].to_status

    def drafted(self, struck: StruckVersion = STRUCK, validator: str = CONTROLLER) -> Log:
        assert self.take("DRAFT", "system", struck) == "DRAFT"
        assert self.take("VALIDATE", validator, struck) == "VALIDATED"
        return self

    def status(self, version: int = 1) -> str:
        return standings(self.events, DAY)[version].status

    def published(self) -> Log:
        self.drafted()
        assert self.take("APPROVE", DIRECTOR) == "APPROVED"
        assert self.take("PUBLISH", PARTNER) == "PUBLISHED"
        return self


def test_a_strike_is_drafted_validated_approved_and_published() -> None:
    log = Log().published()
    assert [(e.from_status, e.to_status) for e in log.events] == [
        ("NONE", "DRAFT"),
        ("DRAFT", "VALIDATED"),
        ("VALIDATED", "APPROVED"),
        ("APPROVED", "PUBLISHED"),
    ]
    assert {event.content_hash for event in log.events} == {SEEN}


# nav 6, the table: what is not in it is illegal, whoever asks.
ALLOWED = {
    "DRAFT": {"NONE"},
    "VALIDATE": {"DRAFT"},
    "APPROVE": {"VALIDATED"},
    "REJECT": {"DRAFT", "VALIDATED"},
    "PUBLISH": {"APPROVED"},
}
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "NONE": (),
    "DRAFT": (("DRAFT", "system"),),
    "VALIDATED": (("DRAFT", "system"), ("VALIDATE", CONTROLLER)),
    "APPROVED": (("DRAFT", "system"), ("VALIDATE", CONTROLLER), ("APPROVE", DIRECTOR)),
    "PUBLISHED": (("DRAFT", "system"), ("VALIDATE", CONTROLLER), ("APPROVE", DIRECTOR), ("PUBLISH", PARTNER)),
    "REJECTED": (("DRAFT", "system"), ("REJECT", DIRECTOR)),
}


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("step", ALLOWED)
def test_only_the_steps_of_the_table_follow(status: str, step: str) -> None:
    log = Log()
    for each in WAYS[status]:
        log.take(*each)
    before = len(log.events)
    found = log.take(step, ONE)
    assert (found != "ILLEGAL_TRANSITION") == (status in ALLOWED[step])
    assert len(log.events) == before + 1, "a refused step is an event too"
    if found == "ILLEGAL_TRANSITION":
        assert log.events[-1].to_status == log.events[-1].from_status == Status(status)


@pytest.mark.parametrize(
    "again", [ONE, "CEDAR.ALL-ONE", " cedar.all-one ", "cedar. all-one", "cedar.all\u200b-one", "ｃedar.all-one"]
)
@pytest.mark.parametrize("part", ["creator", "requester", "validator"])
def test_nobody_approves_what_he_has_part_in_under_no_spelling(part: str, again: str) -> None:
    log = Log()
    log.take("DRAFT", again if part == "creator" else "system", requested_by=ONE if part == "requester" else None)
    log.take("VALIDATE", again if part == "validator" else CONTROLLER)
    assert log.take("APPROVE", ONE) == "SAME_ACTOR"
    assert log.take("APPROVE", again) == "SAME_ACTOR"
    assert log.status() == "VALIDATED"
    assert log.take("APPROVE", TWO) == "APPROVED"


def test_an_alias_is_no_second_person() -> None:
    log = Log().drafted(replace(STRUCK, is_override_used=True))
    far = replace(STRUCK, is_override_used=True)
    assert log.take("APPROVE", DIRECTOR, far) == "VALIDATED"
    assert log.take("APPROVE", ALIAS, far) == "SAME_ACTOR"
    assert log.take("APPROVE", ALIAS.upper(), far) == "SAME_ACTOR"
    assert log.events[-1].actor == DIRECTOR
    assert log.events[-1].stated_actor == ALIAS.upper()
    assert log.take("APPROVE", PARTNER, far) == "APPROVED"


def test_a_name_that_only_looks_alike_is_nobody() -> None:
    assert Log().drafted().take("APPROVE", "cedar.pаrtner") == "NO_PERMISSION"  # with a Cyrillic letter


@pytest.mark.parametrize(
    ("step", "actor", "why"),
    [
        ("APPROVE", ACCOUNTANT, "NO_PERMISSION"),
        ("APPROVE", CONTROLLER, "NO_PERMISSION"),
        ("REJECT", CONTROLLER, "NO_PERMISSION"),
        ("APPROVE", "somebody", "NO_PERMISSION"),
        ("APPROVE", "", "NO_PERMISSION"),
        ("APPROVE", "alder.partner-one", "WRONG_TENANT"),
        ("APPROVE", "birch.finance-director", "WRONG_TENANT"),
    ],
)
def test_who_lacks_the_permission_or_is_of_another_organisation_is_refused(step: str, actor: str, why: str) -> None:
    log = Log().drafted()
    assert log.take(step, actor) == why
    assert log.status() == "VALIDATED"


def test_nobody_acts_under_the_name_of_the_system_and_the_system_never_approves() -> None:
    log = Log()
    log.take("DRAFT", "system")
    for name in ("system", "SYSTEM ", "Sys tem"):
        assert log.take("VALIDATE", name, is_automatic=False) == "NO_PERMISSION"
    assert log.take("VALIDATE", CONTROLLER, is_automatic=True) == "NO_PERMISSION"
    log.take("VALIDATE", "system")
    assert log.take("APPROVE", "system") == "NO_PERMISSION"
    stated = parse(FILE.read_text(encoding="utf-8"))
    stated["nav"]["permissions"]["automation"].append("nav.approve")
    with pytest.raises(ValueError, match="the system does not approve"):
        ApprovalPolicy.model_validate(stated)


def test_what_changed_since_it_was_seen_or_drafted_is_not_approved() -> None:
    log = Log().drafted()
    assert log.take("APPROVE", DIRECTOR, seen_hash=CHANGED) == "STALE_HASH"
    changed = replace(STRUCK, content_hash=CHANGED)
    assert log.take("APPROVE", DIRECTOR, changed) == "STALE_HASH"
    assert log.take("APPROVE", DIRECTOR, changed, seen_hash=CHANGED) == "STALE_HASH"
    assert log.take("APPROVE", DIRECTOR, replace(STRUCK, strike_id="s2")) == "STALE_HASH"
    assert log.take("APPROVE", DIRECTOR, seen_hash=SEEN) == "APPROVED"
    assert log.take("PUBLISH", PARTNER, changed) == "STALE_HASH"


def test_an_approval_before_validation_and_after_rejection_is_refused() -> None:
    log = Log()
    log.take("DRAFT", "system")
    assert log.take("APPROVE", DIRECTOR) == "ILLEGAL_TRANSITION"
    assert log.take("REJECT", DIRECTOR, comment="  ") == "MISSING_VALUE"
    assert log.take("REJECT", DIRECTOR, comment="a price is wrong") == "REJECTED"
    for step, actor in (("VALIDATE", CONTROLLER), ("APPROVE", DIRECTOR), ("PUBLISH", PARTNER), ("DRAFT", "system")):
        assert log.take(step, actor) == "ILLEGAL_TRANSITION"


def test_a_replayed_approval_counts_once() -> None:
    far = replace(STRUCK, move=Decimal("-0.0501"))
    log = Log().drafted(far)
    assert log.take("APPROVE", DIRECTOR, far) == "VALIDATED"
    assert log.take("APPROVE", DIRECTOR, far) == "SAME_ACTOR"
    assert log.take("APPROVE", PARTNER, far) == "APPROVED"
    assert log.take("APPROVE", PARTNER, far) == "ILLEGAL_TRANSITION"


def test_a_superseded_version_is_not_approved() -> None:
    log = Log().drafted()
    old = replace(STRUCK, latest_version=2)
    assert log.take("VALIDATE", CONTROLLER, old) == "SUPERSEDED"
    assert log.take("APPROVE", DIRECTOR, old) == "SUPERSEDED"
    assert log.take("REJECT", DIRECTOR, old) == "REJECTED", "it may still be rejected"
    log = Log().drafted()
    log.take("APPROVE", DIRECTOR)
    assert log.take("PUBLISH", PARTNER, old) == "SUPERSEDED"


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"move": Decimal("0.05")}, 1),
        ({"move": Decimal("0.050000000001")}, 2),
        ({"move": Decimal("-0.06")}, 2),
        ({"move": None}, 1),  # the first strike has nothing to compare with
        ({"move": None, "is_move_known": False}, 2),  # unknown is not small
        ({"is_override_used": True}, 2),
    ],
)
def test_two_approve_a_large_move_or_an_override(change: dict[str, Any], needed: int) -> None:
    """Source: nav 5 (NAV_JUMP_MAX_PCT) and 6: more than 5 %."""
    struck = replace(STRUCK, **change)
    log = Log().drafted(struck)
    for _ in range(needed - 1):
        assert log.take("APPROVE", DIRECTOR, struck) == "VALIDATED"
    assert log.take("APPROVE", PARTNER, struck) == "APPROVED"
    assert (log.events[-1].approvals, log.events[-1].approvals_needed) == (needed, needed)


def test_a_house_may_let_validators_approve_but_never_of_an_override() -> None:
    """nav 6 bars the validator of an override; houses bar every validator unless their policy says so."""
    lenient = policy(validator_may_approve=True)
    assert Log(lenient).drafted(validator=ONE).take("APPROVE", ONE) == "APPROVED"
    override = replace(STRUCK, is_override_used=True)
    assert Log(lenient).drafted(override, validator=ONE).take("APPROVE", ONE, override) == "SAME_ACTOR"
    with pytest.raises(ValueError, match="less than or equal"):
        policy(two_approvers_above=Decimal("0.06"))


@pytest.mark.parametrize(
    ("change", "why"), [({"failed_rules": ("PRICE_MISSING",)}, "PRICE_MISSING"), ({"is_judged": False}, "no rule")]
)
def test_a_failed_rule_or_none_evaluated_blocks(change: dict[str, Any], why: str) -> None:
    log = Log()
    log.take("DRAFT", "system")
    assert log.take("VALIDATE", CONTROLLER, replace(STRUCK, **change)) == "RULE_VIOLATION"
    assert why in log.events[-1].message
    log.take("VALIDATE", CONTROLLER)
    assert log.take("APPROVE", DIRECTOR, replace(STRUCK, **change)) == "RULE_VIOLATION"


def test_warnings_need_a_comment() -> None:
    warned = replace(STRUCK, warnings=("FX_TRIANGLE",))
    log = Log()
    log.take("DRAFT", "system", warned)
    assert log.take("VALIDATE", CONTROLLER, warned, comment=None) == "MISSING_VALUE"
    assert log.take("VALIDATE", CONTROLLER, warned, comment="\t ") == "MISSING_VALUE"
    assert log.take("VALIDATE", CONTROLLER, warned, comment="one vendor was late") == "VALIDATED"
    assert log.events[-1].warnings == ("FX_TRIANGLE",)


def test_a_step_is_not_taken_before_the_last_one() -> None:
    assert Log().drafted().take("APPROVE", DIRECTOR, occurred_at=NOON - dt.timedelta(days=1)) == "ILLEGAL_TRANSITION"


OLD = replace(STRUCK, latest_version=2)
NEW = replace(STRUCK, version=2, latest_version=2, strike_id="s2", content_hash=CHANGED)


def test_a_published_nav_is_replaced_only_by_its_restatement() -> None:
    log = Log().published()
    assert log.take("DRAFT", "system", NEW) == "MISSING_VALUE"
    assert log.take("RESTATE", ACCOUNTANT, OLD, restatement=replace(WRONG, cause=" ")) == "MISSING_VALUE"
    late = replace(WRONG, first_bad_date=dt.date(2026, 3, 11))
    assert log.take("RESTATE", ACCOUNTANT, OLD, restatement=late) == "MISSING_VALUE"
    assert log.take("RESTATE", DIRECTOR, OLD, restatement=WRONG) == "NO_PERMISSION"
    assert log.take("RESTATE", ACCOUNTANT, OLD, restatement=WRONG) == "PUBLISHED"
    log.drafted(NEW)
    assert log.events[-1].restates_version == 1
    log.take("APPROVE", DIRECTOR, NEW)
    assert log.status(1) == "PUBLISHED", "in force until the restated one is published"
    assert log.take("PUBLISH", PARTNER, NEW) == "PUBLISHED"
    assert [(e.version, e.step, e.to_status) for e in log.events[-2:]] == [
        (2, "PUBLISH", "PUBLISHED"),
        (1, "SUPERSEDE", "SUPERSEDED"),
    ]
    assert published_version(standings(log.events, DAY)) == 2
    assert log.take("RESTATE", ACCOUNTANT, OLD, restatement=WRONG) == "ILLEGAL_TRANSITION"


@pytest.mark.parametrize(
    ("wrong_since", "outcome", "said"),
    [
        (None, "RULE_VIOLATION", "no published NAV of bond-fund is wrong"),
        (dt.date(2026, 3, 8), "RULE_VIOLATION", "are wrong from 2026-03-08 on, found 2026-03-09"),
        (dt.date(2026, 3, 9), "PUBLISHED", "RESTATE taken"),
        (dt.date(2026, 3, 10), "PUBLISHED", "RESTATE taken"),  # the first bad date is stated as the 9th
    ],
)
def test_a_restatement_begins_no_later_than_the_first_wrong_published_nav(
    wrong_since: dt.date | None, outcome: str, said: str
) -> None:
    log = Log().published()
    assert log.take("RESTATE", ACCOUNTANT, OLD, restatement=WRONG, wrong_since=wrong_since) == outcome
    assert said in log.events[-1].message
    assert log.events[-1].correction == "10.10, correct 10.08"
    assert log.status() == "PUBLISHED"
    assert log.take("DRAFT", "system", NEW) == ("DRAFT" if outcome == "PUBLISHED" else "MISSING_VALUE")
    assert audited(log.events, OLD, NEW) == []


def test_who_may_not_restate_is_told_nothing_of_what_is_wrong() -> None:
    log = Log().published()
    assert log.take("RESTATE", DIRECTOR, OLD, restatement=WRONG, wrong_since=None) == "NO_PERMISSION"


def test_who_asked_for_a_restatement_does_not_approve_it_even_where_another_asked_after_him() -> None:
    log = Log().published()
    log.take("RESTATE", ONE, OLD, restatement=WRONG)
    log.take("RESTATE", ACCOUNTANT, OLD, restatement=WRONG)
    log.drafted(NEW)
    assert log.take("APPROVE", ONE, NEW) == "SAME_ACTOR"


def test_nobody_asks_for_a_supersession() -> None:
    log = Log().published()
    assert log.take("SUPERSEDE", PARTNER) == "ILLEGAL_TRANSITION"


attempts = st.tuples(
    st.sampled_from(["DRAFT", "VALIDATE", "APPROVE", "APPROVE", "REJECT", "PUBLISH", "RESTATE"]),
    st.sampled_from(["system", CONTROLLER, DIRECTOR, ALIAS, PARTNER, ONE, ONE.upper(), TWO, "alder.partner-one"]),
    st.sampled_from(
        [STRUCK, STRUCK, OLD, NEW, replace(STRUCK, move=Decimal("0.2")), replace(NEW, is_override_used=True)]
    ),
    st.sampled_from([None, ONE, TWO]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(attempts, max_size=40))
def test_no_order_of_attempts_passes_four_eyes(tried: list[tuple[str, str, StruckVersion, str | None]]) -> None:
    log = Log()
    for step, actor, struck, requested_by in tried:
        log.take(step, actor, struck, requested_by=requested_by, restatement=WRONG if step == "RESTATE" else None)
    for standing in standings(log.events, DAY).values():
        taken = {step: [e for e in standing.events if e.step == step] for step in Step}
        # the published rule, counted anew: approvers are distinct persons and have no other part in the version
        approvers = [event.actor for event in taken[Step.APPROVE]]
        parts = {e.actor for s in (Step.DRAFT, Step.VALIDATE) for e in taken[s]} | {
            e.requested_by for e in taken[Step.DRAFT]
        }
        assert len(approvers) == len(set(approvers))
        assert not parts & set(approvers)
        if taken[Step.PUBLISH]:
            assert approvers
            assert taken[Step.VALIDATE]
            (last, *_) = (e for e in taken[Step.APPROVE] if e.to_status == Status.APPROVED)
            assert len(approvers) >= last.approvals_needed
    published = [v for v, each in standings(log.events, DAY).items() if each.status == Status.PUBLISHED]
    assert len(published) <= 1
    assert all(event.to_status == event.from_status for event in log.events if not event.is_accepted)


def audited(events: list[NavEvent], *struck: StruckVersion) -> list[str]:
    return list(
        violations(
            events,
            {(each.day, each.version): each for each in struck},
            {DAY: [(NOON - dt.timedelta(hours=1), 1), (NOON + dt.timedelta(minutes=4, seconds=30), 2)][: len(struck)]},
        )
    )


def restated() -> Log:
    log = Log().published()
    log.take("APPROVE", ALIAS)  # refused
    log.take("RESTATE", ACCOUNTANT, OLD, restatement=WRONG)
    log.drafted(NEW)
    log.take("APPROVE", DIRECTOR, NEW)
    log.take("PUBLISH", PARTNER, NEW)
    return log


def test_the_audit_passes_what_the_transition_function_made() -> None:
    assert audited(Log().published().events, STRUCK) == []
    assert audited(restated().events, OLD, NEW) == []


@pytest.mark.parametrize("left_out", range(11))
def test_the_audit_misses_each_event_that_is_left_out(left_out: int) -> None:
    events = restated().events
    assert len(events) == 11
    found = audited(events[:left_out] + events[left_out + 1 :], OLD, NEW)
    # a refused step changes nothing, so that its seal alone can miss it
    assert bool(found) == events[left_out].is_accepted


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (1, {"actor": DIRECTOR}),  # the validator is made the approver
        (2, {"approvals": 2}),
        (2, {"approvals_needed": 0}),
        (2, {"to_status": Status.PUBLISHED}),
        (2, {"content_hash": CHANGED}),
        (3, {"version": 7}),
        (3, {"restates_version": 1}),
    ],
)
def test_the_audit_sees_what_no_transition_makes(place: int, change: dict[str, Any]) -> None:
    far = replace(STRUCK, is_override_used=True)
    log = Log().drafted(far)
    log.take("APPROVE", DIRECTOR, far)
    log.take("APPROVE", PARTNER, far)
    events = [*log.events[:place], replace(log.events[place], **change), *log.events[place + 1 :]]
    assert audited(log.events, far) == []
    assert audited(events, far) != []


def test_the_audit_sees_a_strike_that_changed_after_its_approval() -> None:
    assert "rows changed" in audited(Log().published().events, replace(STRUCK, content_hash=CHANGED))[0]


def test_names_and_aliases_are_one_persons() -> None:
    stated = parse(FILE.read_text(encoding="utf-8"))
    stated["actors"]["cedar.partner"]["aliases"] = ["CFO@cedar-assets.example "]
    with pytest.raises(ValueError, match=r"a name is one person's.*cedar.finance-director and cedar.partner"):
        ApprovalPolicy.model_validate(stated)
    assert approval_policy().person("Cedar.Partner") == "cedar.partner"
