"""Bank entries against payments and notices. Source: input-contracts 5.5; the plain reading of it below is the reference."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.matching.bank import match
from calculations.funds.matching.records import Entry, Match, Notice, Payment, Rule, Status, Target, TargetType

DAY = dt.date(2025, 3, 10)
AS_OF = dt.date(2025, 3, 31)


def day(offset: int) -> dt.date:
    return DAY + dt.timedelta(days=offset)


def entry(code: str, amount: int, at: int = 0, **more: object) -> Entry:
    return Entry("A", code, day(at), Decimal(amount), "USD", **more)  # type: ignore[arg-type]


def payment(code: str, amount: int, at: int = 0, **more: object) -> Payment:
    base = Payment(code, "RECEIVED" if amount > 0 else "PAID", Decimal(abs(amount)), "USD", day(at), "PAID", "WIRE")
    return replace(base, **more)  # type: ignore[arg-type]


def call_notice(code: str, investor: str, amount: int, at: int = 0) -> Notice:
    return Notice(code, TargetType.CAPITAL_CALL_NOTICE, investor, Decimal(amount), "USD", day(at))


def found(rows: list[Match]) -> dict[str, list[tuple[str, str | None, Decimal]]]:
    """By entry: status, target and matched amount."""
    result: dict[str, list[tuple[str, str | None, Decimal]]] = defaultdict(list)
    for row in rows:
        result[row.entry_id].append((row.status, row.target.id if row.target else None, row.matched_amount))
    return dict(result)


# --- by bank reference ---


def test_an_entry_and_a_payment_of_one_bank_reference_are_one_payment_however_far_apart() -> None:
    (row,) = match([entry("e", 100, bank_reference="R")], [payment("p", 100, 90, bank_reference="R")], [], AS_OF)
    assert (row.status, row.rule, row.target) == (
        Status.MATCHED,
        Rule.BANK_REFERENCE,
        Target(TargetType.PAYMENT, "p"),
    )
    assert (row.matched_amount, row.difference, row.candidates, row.age_days) == (Decimal(100), Decimal(0), (), None)


def test_a_payment_in_two_entries_is_matched_when_they_add_up_to_it() -> None:
    entries = [entry("e1", 60, bank_reference="R"), entry("e2", 40, 1, bank_reference="R")]
    assert found(match(entries, [payment("p", 100, bank_reference="R")], [], AS_OF)) == {
        "e1": [("MATCHED", "p", Decimal(60))],
        "e2": [("MATCHED", "p", Decimal(40))],
    }


def test_payments_in_one_batch_are_matched_when_the_entry_is_their_sum() -> None:
    payments = [payment("p1", -70, bank_reference="R"), payment("p2", -30, bank_reference="R")]
    assert found(match([entry("e", -100, bank_reference="R")], payments, [], AS_OF)) == {
        "e": [("MATCHED", "p1", Decimal(-70)), ("MATCHED", "p2", Decimal(-30))]
    }


def test_less_than_the_payment_is_partial_with_what_is_missing_and_its_age() -> None:
    (row,) = match([entry("e", 60, bank_reference="R")], [payment("p", 100, bank_reference="R")], [], AS_OF)
    assert (row.status, row.matched_amount, row.difference, row.age_days) == (
        Status.PARTIAL,
        Decimal(60),
        Decimal(-40),
        21,  # 10 to 31 March
    )


def test_more_than_the_payment_is_partial_and_the_surplus_has_no_target() -> None:
    entries = [entry("e1", 100, bank_reference="R"), entry("e2", 100, 1, bank_reference="R")]
    rows = match(entries, [payment("p", 100, bank_reference="R")], [], AS_OF)
    assert found(rows) == {"e1": [("PARTIAL", "p", Decimal(100))], "e2": [("PARTIAL", None, Decimal(0))]}
    assert [row.difference for row in rows] == [Decimal(100), Decimal(100)]
    assert rows[1].candidates == (Target(TargetType.PAYMENT, "p"),)


@pytest.mark.parametrize("change", [{"status": "FAILED"}, {"method": "IN_KIND"}, {"method": "SET_OFF"}])
def test_a_payment_that_moves_no_cash_is_no_match(change: dict[str, Any]) -> None:
    rows = match([entry("e", 100, bank_reference="R")], [payment("p", 100, bank_reference="R", **change)], [], AS_OF)
    assert [(row.status, row.candidates) for row in rows] == [(Status.UNMATCHED, ())]


@pytest.mark.parametrize("change", [{"direction": "PAID"}, {"currency": "EUR"}])
def test_a_reference_in_the_other_direction_or_currency_is_no_match(change: dict[str, Any]) -> None:
    rows = match([entry("e", 100, bank_reference="R")], [payment("p", 100, bank_reference="R", **change)], [], AS_OF)
    assert [row.status for row in rows] == [Status.UNMATCHED]


# --- by investor, amount, currency and value date ---


@pytest.mark.parametrize(("at", "status"), [(-6, "UNMATCHED"), (-5, "MATCHED"), (5, "MATCHED"), (6, "UNMATCHED")])
def test_value_dates_may_lie_five_days_apart(at: int, status: str) -> None:
    rows = match([entry("e", 100, investor_id="I")], [payment("p", 100, at, investor_id="I")], [], AS_OF)
    assert [row.status for row in rows] == [status]


def test_a_notice_is_matched_by_what_payments_have_left_of_it() -> None:
    paid = payment("p", 60, investor_id="I", notice_id="n", bank_reference="R")
    entries = [entry("first", 60, bank_reference="R"), entry("rest", 40, investor_id="I")]
    assert found(match(entries, [paid], [call_notice("n", "I", 100)], AS_OF)) == {
        "first": [("MATCHED", "p", Decimal(60))],
        "rest": [("MATCHED", "n", Decimal(40))],
    }


def test_a_distribution_notice_is_paid_out() -> None:
    notice = Notice("n", TargetType.DISTRIBUTION_NOTICE, "I", Decimal(100), "USD", DAY)
    rows = match([entry("out", -100, investor_id="I"), entry("in", 100, investor_id="I")], [], [notice], AS_OF)
    assert found(rows) == {"in": [("UNMATCHED", None, Decimal(0))], "out": [("MATCHED", "n", Decimal(-100))]}


def test_two_payments_that_fit_leave_the_entry_ambiguous_with_both() -> None:
    payments = [payment("p1", 100, 1, investor_id="I"), payment("p2", 100, -3, investor_id="I")]
    (row,) = match([entry("e", 100, investor_id="I")], payments, [], AS_OF)
    assert (row.status, row.target, row.age_days) == (Status.AMBIGUOUS, None, 21)
    assert row.candidates == (Target(TargetType.PAYMENT, "p1"), Target(TargetType.PAYMENT, "p2"))  # the nearest first


def test_two_entries_that_fit_one_payment_are_both_ambiguous() -> None:
    entries = [entry("e1", 100, investor_id="I"), entry("e2", 100, 1, investor_id="I")]
    rows = match(entries, [payment("p", 100, investor_id="I")], [], AS_OF)
    assert [row.status for row in rows] == [Status.AMBIGUOUS, Status.AMBIGUOUS]


def test_a_payment_that_an_entry_names_is_no_candidate_of_another() -> None:
    payments = [payment("p1", 100, investor_id="I", bank_reference="R"), payment("p2", 100, investor_id="I")]
    entries = [entry("named", 100, bank_reference="R"), entry("other", 100, investor_id="I")]
    assert found(match(entries, payments, [], AS_OF))["other"] == [("MATCHED", "p2", Decimal(100))]


def test_without_an_investor_one_fitting_amount_is_a_candidate_and_no_match() -> None:
    rows = match([entry("e", 100)], [payment("p", 100, investor_id="I")], [], AS_OF)
    assert [(row.status, row.candidates) for row in rows] == [(Status.UNMATCHED, (Target(TargetType.PAYMENT, "p"),))]


def test_without_an_investor_several_fitting_amounts_are_ambiguous() -> None:
    payments = [payment(f"p{n}", 100, investor_id=f"I{n}") for n in (1, 2)]
    assert [row.status for row in match([entry("e", 100)], payments, [], AS_OF)] == [Status.AMBIGUOUS]


def test_another_amount_of_the_investor_is_a_candidate_and_no_match() -> None:
    (row,) = match([entry("e", 99, investor_id="I")], [payment("p", 100, investor_id="I")], [], AS_OF)
    assert (row.status, row.candidates) == (Status.UNMATCHED, (Target(TargetType.PAYMENT, "p"),))


def test_two_entries_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per account and entry"):
        match([entry("e", 1), entry("e", 2)], [], [], AS_OF)


# --- reversals ---


def test_a_reversal_pairs_with_the_entry_of_its_bank_reference_and_the_payment_stays_with_that() -> None:
    entries = [entry("e", 100, bank_reference="R"), entry("back", -100, 20, bank_reference="R", is_reversal=True)]
    rows = match(entries, [payment("p", 100, bank_reference="R", status="REVERSED")], [], AS_OF)
    assert found(rows) == {"back": [("MATCHED", "A:e", Decimal(-100))], "e": [("MATCHED", "p", Decimal(100))]}
    assert {row.entry_id: row.rule for row in rows} == {"back": Rule.REVERSAL, "e": Rule.BANK_REFERENCE}


def test_a_reversal_that_a_payment_of_its_own_states_is_that_payment() -> None:
    payments = [
        payment("p", 100, bank_reference="R1", status="REVERSED"),
        payment("p-back", -100, 2, bank_reference="R2", status="REVERSED", reverses_payment_id="p"),
    ]
    entries = [entry("e", 100, bank_reference="R1"), entry("back", -100, 2, bank_reference="R2", is_reversal=True)]
    assert found(match(entries, payments, [], AS_OF)) == {
        "back": [("MATCHED", "p-back", Decimal(-100))],
        "e": [("MATCHED", "p", Decimal(100))],
    }


def test_an_entry_that_was_taken_back_settles_no_notice() -> None:
    entries = [entry("e", 100, investor_id="I"), entry("back", -100, 2, investor_id="I", is_reversal=True)]
    rows = match(entries, [], [call_notice("n", "I", 100)], AS_OF)
    assert found(rows) == {"back": [("MATCHED", "A:e", Decimal(-100))], "e": [("MATCHED", "A:back", Decimal(100))]}


def test_a_reversal_of_one_of_two_equal_entries_is_ambiguous() -> None:
    entries = [
        entry("e1", 100, bank_reference="R1"),
        entry("e2", 100, bank_reference="R2"),
        entry("back", -100, 2, is_reversal=True),
    ]
    payments = [payment("p1", 100, bank_reference="R1"), payment("p2", 100, bank_reference="R2")]
    rows = match(entries, payments, [], AS_OF)
    assert found(rows)["back"] == [("AMBIGUOUS", None, Decimal(0))]
    assert [row.candidates for row in rows if row.entry_id == "back"] == [
        (Target(TargetType.ENTRY, "A:e1"), Target(TargetType.ENTRY, "A:e2"))
    ]


@pytest.mark.parametrize(("at", "status"), [(5, "MATCHED"), (6, "UNMATCHED"), (-1, "UNMATCHED")])
def test_a_reversal_that_shares_nothing_reaches_five_days_back(at: int, status: str) -> None:
    rows = match([entry("e", 100), entry("back", -100, at, is_reversal=True)], [], [], AS_OF)
    assert [row.status for row in rows if row.entry_id == "back"] == [status]


# --- what always holds ---

investors = st.sampled_from([None, "I1", "I2"])
references = st.sampled_from([None, "R1", "R2", "R3"])
amounts = st.sampled_from([-50, -30, 30, 50, 80])
days = st.integers(-8, 8)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Entry], list[Payment], list[Notice]]:
    entries = [
        entry(f"e{n}", amount, at, bank_reference=ref, investor_id=who, is_reversal=back)
        for n, (amount, at, ref, who, back) in enumerate(
            draw(st.lists(st.tuples(amounts, days, references, investors, st.booleans()), max_size=7))
        )
    ]
    payments = [
        payment(f"p{n}", amount, at, bank_reference=ref, investor_id=who, notice_id=notice)
        for n, (amount, at, ref, who, notice) in enumerate(
            draw(st.lists(st.tuples(amounts, days, references, investors, st.sampled_from([None, "n0"])), max_size=6))
        )
    ]
    notices = [
        call_notice(f"n{n}", who, abs(amount), at)
        for n, (amount, at, who) in enumerate(
            draw(st.lists(st.tuples(amounts, days, st.sampled_from(["I1", "I2"])), max_size=4))
        )
    ]
    return entries, payments, notices


@settings(max_examples=200, deadline=None)
@given(situation=situations(), seed=st.randoms(use_true_random=False))
def test_every_entry_has_rows_none_exceeds_its_amount_and_the_order_changes_nothing(
    situation: tuple[list[Entry], list[Payment], list[Notice]], seed: random.Random
) -> None:
    entries, payments, notices = situation
    rows = match(entries, payments, notices, AS_OF)
    by_entry = defaultdict(list)
    for row in rows:
        by_entry[row.entry_id].append(row)
    assert set(by_entry) == {one.entry_id for one in entries}
    cash = {one.payment_id: one.cash for one in payments}
    on_payments: dict[str, Decimal] = defaultdict(Decimal)
    for one in entries:
        of_entry = by_entry[one.entry_id]
        total = sum((row.matched_amount for row in of_entry), Decimal(0))
        assert abs(total) <= abs(one.amount)
        assert total * one.amount >= 0
        assert len({row.status for row in of_entry}) == 1
        assert (of_entry[0].status is Status.MATCHED) <= (total == one.amount)
        assert all((row.age_days is None) == (row.status is Status.MATCHED) for row in of_entry)
    for row in rows:
        if row.target is not None and row.target.type is TargetType.PAYMENT:
            on_payments[row.target.id] += row.matched_amount
    assert all(abs(amount) <= abs(cash[code]) for code, amount in on_payments.items())
    for stated in situation:
        seed.shuffle(stated)
    assert match(entries, payments, notices, AS_OF) == rows


def fits(one: Entry, who: str | None, cash: Decimal, at: dt.date) -> bool:
    """The rule of input-contracts 5.5 for what no bank reference names, read word by word; all currencies are alike here."""
    return (
        one.investor_id is not None
        and one.investor_id == who
        and one.amount == cash
        and abs((one.value_date - at).days) <= 5
    )


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_what_no_reference_names_is_matched_exactly_where_entry_and_target_fit_each_other_alone(
    situation: tuple[list[Entry], list[Payment], list[Notice]],
) -> None:
    entries = [replace(one, bank_reference=None, is_reversal=False) for one in situation[0]]
    payments = [replace(one, bank_reference=None) for one in situation[1]]
    targets = [(one.payment_id, one.investor_id, one.cash, one.value_date) for one in payments]
    for notice in situation[2]:
        settled = sum((p.cash for p in payments if p.notice_id == notice.notice_id), Decimal(0))
        if notice.amount - settled > 0:
            targets.append((notice.notice_id, notice.investor_id, notice.amount - settled, notice.date))
    expected = {}
    for one in entries:
        fitting = [target for target in targets if fits(one, *target[1:])]
        rivals = [other for other in entries if fitting and fits(other, *fitting[0][1:])]
        alone = len(fitting) == 1 and len(rivals) == 1
        expected[one.entry_id] = fitting[0][0] if alone else None
    rows = match(entries, payments, situation[2], AS_OF)
    assert {row.entry_id: row.target.id if row.target else None for row in rows} == expected
    assert all((row.status is Status.MATCHED) == (row.target is not None) for row in rows)


def test_a_hundred_thousand_entries_take_seconds() -> None:
    count = 100_000
    entries, payments = [], []
    for n in range(count):
        who, at = f"I{n % 100}", n // 400
        reference = None if n % 10 == 0 else f"R{n}"
        entries.append(entry(f"e{n}", 1000 + n % 7, at, bank_reference=reference, investor_id=who, is_reversal=False))
        payments.append(payment(f"p{n}", 1000 + n % 7, at, bank_reference=reference, investor_id=who))
    entries += [entry(f"r{n}", -(1000 + n % 7), n // 4, is_reversal=True) for n in range(1000)]
    started = time.process_time()
    rows = match(entries, payments, [], dt.date(2026, 1, 1))
    assert time.process_time() - started < 20  # some 3 seconds alone on a core
    assert sum(row.rule is Rule.BANK_REFERENCE for row in rows) == count - count // 10
