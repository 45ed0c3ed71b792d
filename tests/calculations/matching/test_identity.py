"""Who an investor of a portal is, who pays a bank entry, and how subscriptions compare. Source: input-contracts 5.5, 5.6."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.matching.identity import (
    Basis,
    ConflictRule,
    Identities,
    Investor,
    PortalInvestor,
    PortalKey,
    identify,
)
from calculations.funds.matching.names import normal_code, normal_name
from calculations.funds.matching.payers import KnownInvestor, Payer, find_payers
from calculations.funds.matching.subscriptions import (
    Commitment,
    Outcome,
    PortalFund,
    Subscription,
    compare_subscriptions,
)

ELM = Investor("I1", "Elm Trust", "US-123", "US")
OAK = Investor("I2", "Oak Foundation, Inc.", "US-456", "US")


def stated(name: str, tax_id: str | None, jurisdiction: str | None = "US", code: str = "P1") -> PortalInvestor:
    return PortalInvestor(PortalKey("alts", code), name, tax_id, jurisdiction)


def told(found: Identities) -> list[tuple[str | None, Basis]]:
    return [(one.investor_id, one.basis) for one in found.found]


def rules(found: Identities) -> list[tuple[ConflictRule, str]]:
    return [(conflict.rule, conflict.investor.investor_id) for conflict in found.conflicts]


# --- normal forms ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Elm Trust", "ELM  TRUST"),
        ("Société Générale", "Societe Generale"),
        ("Oak Foundation, Inc.", "Oak Foundation Incorporated"),
        ("Fir & Sons L.P.", "Fir and Sons LP"),
        ("Harrowgate Teachers' Plan", "HARROWGATE TEACHERS PLAN"),
    ],
)
def test_ways_of_writing_one_name_have_one_normal_form(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


def test_different_names_and_numbers_stay_different() -> None:
    assert normal_name("Elm Fund I LP") != normal_name("Elm Fund II LP")
    assert normal_code("US-12 3") == normal_code("us123") != normal_code("US-124")


# --- identity ---


def test_the_tax_number_tells_an_investor_whatever_its_name() -> None:
    assert told(identify([stated("Elm Tr.", "us 123", "CA")], [ELM, OAK])) == [("I1", Basis.TAX_ID)]


def test_without_a_tax_number_name_and_jurisdiction_tell() -> None:
    assert told(identify([stated("OAK FOUNDATION INC", None)], [ELM, OAK])) == [("I2", Basis.NAME_AND_JURISDICTION)]


@pytest.mark.parametrize("jurisdiction", [None, "CA"])
def test_a_name_without_its_jurisdiction_tells_nobody(jurisdiction: str | None) -> None:
    assert told(identify([stated("Elm Trust", None, jurisdiction)], [ELM, OAK])) == [(None, Basis.NONE)]


def test_a_tax_number_of_one_and_a_name_of_another_is_a_conflict_with_both() -> None:
    found = identify([stated("Elm Trust", "US-456")], [ELM, OAK])
    assert told(found) == [(None, Basis.CONFLICT)]
    assert rules(found) == [
        (ConflictRule.TAX_ID_AND_NAME_DISAGREE, "I1"),
        (ConflictRule.TAX_ID_AND_NAME_DISAGREE, "I2"),
    ]
    assert {conflict.resolution for conflict in found.conflicts} == {"UNRESOLVED"}


def test_the_same_name_with_another_tax_number_is_a_conflict() -> None:
    found = identify([stated("Elm Trust", "US-999")], [ELM, OAK])
    assert (told(found), rules(found)) == ([(None, Basis.CONFLICT)], [(ConflictRule.TAX_ID_DIFFERS, "I1")])


def test_a_name_whose_tax_number_we_do_not_know_is_no_conflict() -> None:
    found = identify([stated("Elm Trust", "US-999")], [replace(ELM, tax_id=None)])
    assert told(found) == [("I1", Basis.NAME_AND_JURISDICTION)]


@pytest.mark.parametrize(
    ("second", "rule"),
    [
        (Investor("I3", "Elm Two", "US-123", "US"), ConflictRule.SEVERAL_WITH_TAX_ID),
        (Investor("I3", "ELM TRUST", "US-777", "US"), ConflictRule.SEVERAL_WITH_NAME),
    ],
)
def test_several_of_ours_are_a_conflict_with_each(second: Investor, rule: ConflictRule) -> None:
    tax_id = "US-123" if rule is ConflictRule.SEVERAL_WITH_TAX_ID else None
    found = identify([stated("Elm Trust", tax_id)], [ELM, second])
    assert rules(found) == [(rule, "I1"), (rule, "I3")]


def test_two_investors_of_one_portal_are_never_one_of_ours() -> None:
    portal = [stated("Elm Trust", "US-123", code="P1"), stated("Elm Trust", None, code="P2")]
    found = identify(portal, [ELM, OAK])
    assert told(found) == [(None, Basis.CONFLICT)] * 2
    assert rules(found) == [(ConflictRule.SEVERAL_IN_PORTAL, "I1")] * 2


def test_two_portals_may_know_one_of_ours() -> None:
    portal = [stated("Elm Trust", "US-123"), replace(stated("Elm Trust", None), key=PortalKey("icapital", "9"))]
    assert [investor for investor, _ in told(identify(portal, [ELM]))] == ["I1", "I1"]


def test_an_investor_exported_with_two_funds_is_one() -> None:
    assert told(identify([stated("Elm Trust", "US-123")] * 2, [ELM])) == [("I1", Basis.TAX_ID)]


parties = st.tuples(
    st.sampled_from(["Elm", "Oak", "Fir"]), st.sampled_from([None, "T1", "T2"]), st.sampled_from([None, "US", "DE"])
)


@given(
    portal=st.lists(parties, max_size=5), ours=st.lists(parties, max_size=5), shuffler=st.randoms(use_true_random=False)
)
def test_who_is_told_is_one_of_ours_in_no_conflict_and_the_order_changes_nothing(
    portal: list[tuple[str, str | None, str | None]],
    ours: list[tuple[str, str | None, str | None]],
    shuffler: random.Random,
) -> None:
    theirs = [stated(*party, code=f"P{n}") for n, party in enumerate(portal)]
    known = [Investor(f"I{n}", *party) for n, party in enumerate(ours)]
    found = identify(theirs, known)
    in_conflict = {conflict.portal.key for conflict in found.conflicts}
    assert {one.key for one in found.found} == {one.key for one in theirs}
    assert {one.key for one in found.found if one.basis is Basis.CONFLICT} == in_conflict
    identified = [one.investor_id for one in found.found if one.investor_id is not None]
    assert len(identified) == len(set(identified))
    for one in found.found:
        assert (one.investor_id is None) == (one.basis in (Basis.NONE, Basis.CONFLICT))
    shuffler.shuffle(theirs)
    shuffler.shuffle(known)
    again = identify(theirs, known)
    assert set(again.found) == set(found.found)
    assert set(again.conflicts) == set(found.conflicts)


# --- payers ---

KNOWN = [
    KnownInvestor("I1", "Elm Trust", ("DE89 3704 0044 0532 0130 00",)),
    KnownInvestor("I2", "Oak Foundation", ("0001",)),
    KnownInvestor("I3", "Oak Foundation", ("0002",)),
]


@pytest.mark.parametrize(
    ("payer", "investor"),
    [
        (Payer("ELM TRUST"), "I1"),
        (Payer(None, "DE89370400440532013000"), "I1"),
        (Payer("Elm Trust c/o Bank", "DE89370400440532013000"), "I1"),  # the account tells
        (Payer("Oak Foundation"), None),  # two have the name
        (Payer("Oak Foundation", "0002"), "I3"),  # the account tells which
        (Payer("Elm Trust", "0001"), None),  # they contradict each other
        (Payer("Fir Holdings", "9999"), None),
        (Payer(None), None),
    ],
)
def test_a_payer_is_an_investor_only_where_account_and_name_leave_one(payer: Payer, investor: str | None) -> None:
    assert find_payers([payer], KNOWN) == [investor]


# --- subscriptions ---

WHO = PortalKey("alts", "P1")
DAY = dt.date(2024, 2, 1)


def subscription(code: str = "S1", amount: int = 100, **more: object) -> Subscription:
    base = Subscription(WHO, PortalFund("F1"), code, Decimal(amount), "USD", DAY, "ACTIVE")
    return replace(base, **more)  # type: ignore[arg-type]


def commitment(code: str = "C1", amount: int = 100, **more: object) -> Commitment:
    base = Commitment(code, "F1", "I1", Decimal(amount), "USD", DAY, "ACTIVE")
    return replace(base, **more)  # type: ignore[arg-type]


FUNDS = {"F1": "Fund One", "F2": "Fund Two"}


def test_a_subscription_that_the_workbook_states_alike_agrees() -> None:
    (row,), differences = compare_subscriptions([subscription()], {WHO: "I1"}, [commitment()], FUNDS)
    assert (row.outcome, row.commitment_id, differences) == (Outcome.AGREED, "C1", [])


def test_every_field_in_which_both_differ_is_a_row_and_the_workbook_decides() -> None:
    other = commitment(amount=90, date=DAY + dt.timedelta(days=1), status="PENDING", currency="EUR")
    (row,), differences = compare_subscriptions([subscription()], {WHO: "I1"}, [other], FUNDS)
    assert row.outcome is Outcome.DIFFERENT
    assert [(one.field, one.portal_value, one.workbook_value) for one in differences] == [
        ("amount", "100", "90"),
        ("currency", "USD", "EUR"),
        ("date", "2024-02-01", "2024-02-02"),
        ("status", "ACTIVE", "PENDING"),
    ]
    assert {one.decided_by for one in differences} == {"FUND_WORKBOOK"}


def test_of_several_commitments_each_subscription_takes_another_the_equal_amount_first() -> None:
    pair = [subscription("S1", 100), subscription("S2", 200)]
    rows, differences = compare_subscriptions(pair, {WHO: "I1"}, [commitment("C1", 200), commitment("C2", 100)], FUNDS)
    assert [(row.subscription.subscription_id, row.commitment_id) for row in rows] == [("S1", "C2"), ("S2", "C1")]
    assert differences == []


def test_what_the_workbook_does_not_state_is_a_proposal() -> None:
    rows, _ = compare_subscriptions([subscription("S1"), subscription("S2")], {WHO: "I1"}, [commitment()], FUNDS)
    assert [row.outcome for row in rows] == [Outcome.AGREED, Outcome.PROPOSED]


def test_an_investor_nobody_told_and_a_fund_nobody_knows_are_named_so() -> None:
    rows, _ = compare_subscriptions([subscription()], {}, [commitment()], FUNDS)
    assert [row.outcome for row in rows] == [Outcome.UNKNOWN_INVESTOR]
    rows, _ = compare_subscriptions([subscription(fund=PortalFund("X"))], {WHO: "I1"}, [commitment()], FUNDS)
    assert [row.outcome for row in rows] == [Outcome.UNKNOWN_FUND]


def test_a_fund_with_an_id_of_the_portal_is_told_by_its_only_name() -> None:
    named = subscription(fund=PortalFund("X-77", "FUND ONE"))
    rows, _ = compare_subscriptions([named], {WHO: "I1"}, [commitment()], FUNDS)
    assert [(row.outcome, row.fund_id) for row in rows] == [(Outcome.AGREED, "F1")]
    rows, _ = compare_subscriptions([named], {WHO: "I1"}, [commitment()], FUNDS | {"F3": "Fund One"})
    assert [row.outcome for row in rows] == [Outcome.UNKNOWN_FUND]
