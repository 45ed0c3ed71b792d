"""Derived statuses, payments applied to calls, collection. Rules: fund-admin 1.9 and 1.4 CC-7 to CC-9; 8, item 12."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.lifecycle.allocations import percentage_amounts
from calculations.funds.lifecycle.collection import ageing, collection_rates, days_late, is_overdue
from calculations.funds.lifecycle.payments import (
    apply_payments,
    called_amounts,
    overpayment_findings,
    paid_by,
    receipts,
    spend_credits,
)
from calculations.funds.lifecycle.statuses import (
    call_funding_statuses,
    call_status_findings,
    call_statuses,
    funding_status,
    parent_findings,
    settlement_findings,
    status_findings,
)
from tests.calculations.lifecycle.rows import TODAY, allocations, calls, payments, received

JUNE = [dt.date(2024, 6, day) for day in range(1, 31)]


def day(number: int) -> dt.date:
    return JUNE[number - 1]


@pytest.mark.parametrize(
    ("called", "paid", "by_call", "by_commitment"),
    [
        # of 100 committed; the two readings of fund-admin 1.9
        ("0", "0", "COMMITTED", "COMMITTED"),
        ("0", "10", "COMMITTED", "PARTIALLY_PAID"),
        ("60", "0", "COMMITTED", "COMMITTED"),
        ("60", "59.99", "PARTIALLY_PAID", "PARTIALLY_PAID"),
        ("60", "60", "FUNDED", "PARTIALLY_PAID"),
        ("100", "100", "FUNDED", "FUNDED"),
    ],
)
def test_funded_is_read_against_calls_and_against_the_commitment(
    called: str, paid: str, by_call: str, by_commitment: str
) -> None:
    found = funding_status(Decimal(called), Decimal(paid), Decimal(100))
    assert (found.call_funding_status, found.commitment_funding_status) == (by_call, by_commitment)


def test_written_off_is_sticky() -> None:
    found = funding_status(Decimal(60), Decimal(60), Decimal(60), is_written_off=True)
    assert (found.call_funding_status, found.commitment_funding_status) == ("WRITTEN_OFF", "WRITTEN_OFF")


money = st.integers(min_value=-(10**15), max_value=10**15)


@given(st.lists(st.tuples(money, money, st.booleans()), min_size=1, max_size=20))
def test_every_allocation_has_exactly_one_derived_status(rows: list[tuple[int, int, bool]]) -> None:
    called, paid, written_off = (np.array(column) for column in zip(*rows, strict=True))
    found = call_funding_statuses(called, paid, written_off)
    for status, (owed, got, is_off) in zip(found.tolist(), rows, strict=True):
        holds = {
            "WRITTEN_OFF": is_off,
            "COMMITTED": not is_off and (owed <= 0 or got <= 0),
            "PARTIALLY_PAID": not is_off and 0 < got < owed,
            "FUNDED": not is_off and 0 < owed <= got,
        }
        assert [name for name, is_so in holds.items() if is_so] == [status]


def test_a_stated_status_that_differs_from_the_derived_one_is_found() -> None:
    rows = allocations(
        {"status": "FUNDED", "called": 100, "paid": 99},
        {"status": "PARTIALLY_PAID", "called": 100, "paid": 99},
        {"status": "UNFUNDED", "called": 100, "paid": 0},
        {"status": "WRITTEN_OFF", "called": 100, "paid": 100},
    )
    assert [(f.entity_id, f.severity.value, f.message) for f in status_findings(rows)] == [
        ("A1", "warning", "status must be PARTIALLY_PAID by its calls and payments, found FUNDED"),
        ("A3", "info", "status must be COMMITTED by its calls and payments, found UNFUNDED"),
    ]


def test_scheduled_and_cancelled_calls_are_not_called() -> None:
    rows = calls(
        {}, {"status": "SCHEDULED"}, {"status": "CANCELLED"}, {"status": "DEFAULTED", "amount": 7}, {"owner": 2}
    )
    assert called_amounts(rows, 3).tolist() == [100_07, 0, 100_00]


@pytest.mark.parametrize(
    ("stated", "paid", "on", "expected"),
    [
        ("CALLED", 0, 15, "CALLED"),  # due on the 15th
        ("CALLED", 0, 16, "OVERDUE"),  # the day after
        ("CALLED", 1, 15, "PARTIALLY_PAID"),
        ("CALLED", 1, 16, "OVERDUE"),
        ("OVERDUE", 100_00, 20, "PAID"),
        ("DEFAULTED", 1, 20, "DEFAULTED"),
        ("DEFAULTED", 100_00, 20, "PAID"),  # cured
        ("SCHEDULED", 0, 20, "SCHEDULED"),
        ("CANCELLED", 0, 20, "CANCELLED"),
    ],
)
def test_a_call_is_overdue_from_the_day_after_its_due_date(stated: str, paid: int, on: int, expected: str) -> None:
    rows = calls({"status": stated})
    assert call_statuses(rows.status, rows.amount, np.array([paid]), rows.due_date, day(on)).tolist() == [expected]


def test_a_call_stated_otherwise_or_paid_though_cancelled_is_found() -> None:
    rows = calls({"status": "PAID"}, {"status": "CANCELLED"})
    found = call_status_findings(rows, np.array([0, 5]), day(10))
    assert [(f.rule_code, f.entity_id) for f in found] == [("STATUS_DIFFERS", "C1"), ("PAID_WITHOUT_CALL", "C2")]


def test_several_payments_add_up_and_what_is_missing_is_outstanding() -> None:
    rows = calls({}, {})
    found = apply_payments(rows, received({"amount": 30_00}, {"amount": 30_00, "value_date": day(20)}))
    assert (found.paid.tolist(), found.outstanding.tolist()) == ([60_00, 0], [40_00, 100_00])
    assert np.isnat(found.paid_date).all()


def test_a_default_leaves_what_is_outstanding_visible() -> None:
    """fund-admin 1.4 CC-8 and 8, item 12: the source wrote it off."""
    rows = calls({"status": "DEFAULTED"})
    assert apply_payments(rows, received({"amount": 30_00})).outstanding.tolist() == [70_00]


def test_the_guard_against_overpayment_sees_earlier_payments() -> None:
    """fund-admin 8, item 12: each payment alone is below the call, both together are not."""
    rows = calls({})
    both = received({"amount": 60_00}, {"amount": 60_00, "value_date": day(12)})
    (finding,) = overpayment_findings(rows, both, "REFUSE")
    assert (finding.entity_id, finding.severity.value) == ("P2", "critical")
    assert [f.severity.value for f in overpayment_findings(rows, both, "CREDIT")] == ["info"]
    assert apply_payments(rows, both).excess.tolist() == [20_00]
    assert overpayment_findings(rows, received({"amount": 60_00}, {"amount": 40_00}), "REFUSE") == ()


def test_pending_and_failed_payments_and_those_of_later_days_do_not_count() -> None:
    rows = calls({})
    found = received(
        {"status": "PENDING"}, {"status": "FAILED"}, {"status": "REVERSED"}, {"value_date": dt.date(2024, 7, 1)}
    )
    assert apply_payments(rows, found).paid.tolist() == [0]
    assert apply_payments(rows, received({"status": "PROCESSED"})).paid.tolist() == [100_00]


def test_a_payment_taken_back_counts_until_then() -> None:
    taken_back: list[dict[str, Any]] = [{"status": "REVERSED"}, {"reverses": "P1", "value_date": day(20)}]
    rows = calls({})
    for on, paid in ((9, 0), (10, 100_00), (19, 100_00), (20, 0)):
        assert apply_payments(rows, received(*taken_back, today=day(on))).paid.tolist() == [paid]
    again = [*taken_back, {"value_date": day(25)}]
    assert apply_payments(rows, received(*again)).paid_date.tolist() == [day(25)]
    with pytest.raises(
        ValueError, match="P1: the payment it reverses must be among the payments, found none called 'P9'"
    ):
        receipts(payments({"reverses": "P9"}), TODAY)


def test_a_call_is_late_by_the_days_from_due_date_to_full_payment() -> None:
    rows = calls({}, {}, {"due_date": day(25)})
    found = apply_payments(
        rows,
        received(
            {"amount": 60_00},
            {"amount": 40_00, "value_date": day(18)},
            {"owner": 1, "amount": 1},
            {"owner": 2, "value_date": day(20)},
        ),
    )
    assert found.paid_date.tolist() == [day(18), None, day(20)]
    # due on the 15th: paid on the 18th, then still open on the 30th; the third was paid before it was due
    assert days_late(rows.due_date, found.paid_date, TODAY).tolist() == [3, 15, 0]
    assert is_overdue(rows, found, TODAY).tolist() == [False, True, False]
    assert is_overdue(rows, found, day(15)).tolist() == [False, False, False]


def test_what_is_outstanding_ages_in_buckets() -> None:
    late = (0, 1, 30, 31, 60, 61, 90, 91)
    rows = calls(*({"due_date": TODAY - dt.timedelta(days=n), "amount": 10**number} for number, n in enumerate(late)))
    found = ageing(rows, apply_payments(rows, received()), 1, (1, 31, 61, 91), TODAY)
    assert found.labels == ("not late", "1-30", "31-60", "61-90", "91+")
    assert found.outstanding.tolist() == [[1, 110, 11_000, 1_100_000, 10_000_000]]


def test_the_rate_of_collection_is_of_calls_due_and_unknown_where_none_was() -> None:
    rows = calls({}, {"amount": 300_00}, {"due_date": dt.date(2024, 7, 1)}, {"owner": 1, "status": "SCHEDULED"})
    # 150 came in for the first call of 100: the excess does not pay the second
    found = apply_payments(rows, received({"amount": 150_00}, {"owner": 1, "amount": 60_00}))
    of_first, of_second = collection_rates(rows, found, 2, TODAY)
    assert of_first.value == Decimal("0.4")  # (100 + 60) / 400
    assert (of_second.value, of_second.reason) == (None, "NOTHING_DUE")


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 120), st.integers(1, 30), st.sampled_from(["PAID", "PENDING"])),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 30),
)
def test_applied_payments_agree_with_a_plain_reading(rows: list[tuple[int, int, int, str]], today: int) -> None:
    """The oracle walks the payments of each call day by day."""
    asked = calls({"amount": 100}, {"amount": 100}, {"amount": 100})
    given_rows = [{"owner": o, "amount": a, "value_date": day(d), "status": s} for o, a, d, s in rows]
    in_time = receipts(payments(*given_rows), day(today))
    found = apply_payments(asked, in_time)
    for call in range(3):
        running, since = 0, None
        for on in range(1, today + 1):
            running += sum(a for o, a, d, s in rows if (o, d, s) == (call, on, "PAID"))
            since = day(on) if running >= 100 and since is None else since
        assert found.paid[call] == running
        assert found.outstanding[call] == max(0, 100 - running)
        assert found.excess[call] == max(0, running - 100)
        assert found.paid_date.tolist()[call] == since
        assert paid_by(in_time, np.array([call]), np.array([day(today)], dtype="datetime64[D]")).tolist() == [running]


def test_a_cancelled_parent_cancels_its_notices() -> None:
    """fund-admin 1.5 D-7."""
    found = parent_findings(
        np.array(["CANCELLED", "PAID"]),
        np.array([0, 0, 1]),
        "NOTICE",
        np.array(["N1", "N2", "N3"]),
        np.array(["CANCELLED", "PAID", "PAID"]),
    )
    assert [(f.entity_id, f.message) for f in found] == [
        ("N2", "status must be CANCELLED, as its parent's is, found PAID")
    ]


def test_a_call_is_settled_once_no_notice_owes() -> None:
    ids, statuses = (
        np.array(["K1", "K2", "K3", "K4", "K5"]),
        np.array(["SETTLED", "ISSUED", "SETTLED", "DRAFT", "ISSUED"]),
    )
    parent = np.array([0, 0, 1, 1, 2, 3])
    notices = np.array(["PAID", "OVERDUE", "PAID", "WAIVED", "PAID", "PAID"])
    found = settlement_findings(ids, statuses, parent, notices)
    assert [(f.entity_id, f.message) for f in found] == [
        ("K1", "status must be ISSUED by its notices, found SETTLED"),
        ("K2", "status must be SETTLED by its notices, found ISSUED"),
    ]


def test_notices_of_capital_calls_follow_the_same_rules_under_their_own_names() -> None:
    """fund-admin 1.4 CC-7: PENDING becomes OVERDUE the day after the due date."""
    rows = calls({"status": "PENDING"}, {"status": "WAIVED"})
    nothing = np.array([0, 0])
    assert call_status_findings(rows, nothing, day(15), "NOTICE", "PENDING") == ()
    (finding,) = call_status_findings(rows, nothing, day(16), "NOTICE", "PENDING")
    assert (finding.entity_type, finding.message) == ("NOTICE", "status must be OVERDUE on 2024-06-16, found PENDING")
    assert apply_payments(rows, received()).outstanding.tolist() == [100_00, 0]


def test_calls_in_percent_of_a_cent_do_not_call_it_twice() -> None:
    halves = percentage_amounts(np.array([0, 0]), np.array([50.0, 50.0]), np.array([1]))
    assert halves.tolist() == [1, 0]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.decimals(0, 40, places=4)), min_size=1, max_size=12),
    st.lists(st.integers(0, 10**15), min_size=3, max_size=3),
)
def test_calls_in_percent_round_their_running_total(rows: list[tuple[int, Decimal]], allocated: list[int]) -> None:
    """The oracle rounds the running percentage of the allocation in decimals."""
    owner = np.array([o for o, _ in rows])
    found = percentage_amounts(owner, np.array([float(p) for _, p in rows]), np.array(allocated))
    running = dict.fromkeys(range(3), Decimal(0))
    called = dict.fromkeys(range(3), 0)
    for (place, pct), amount in zip(rows, found.tolist(), strict=True):
        running[place] += pct
        called[place] += amount
        exact = running[place] * allocated[place] / 100
        assert called[place] == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_a_prepayment_credit_pays_the_next_call_due_of_the_same_allocation() -> None:
    """fund-admin 1.4 CC-9: 170 paid of 100; 70 are left for 50 due on the 20th and 20 of the 40 due on the 25th."""
    rows = calls(
        {},
        {"due_date": day(25), "amount": 40_00},
        {"due_date": day(20), "amount": 50_00},
        {"due_date": day(16), "amount": 10_00, "status": "SCHEDULED"},
        {"owner": 1, "amount": 30_00},
    )
    used, left = spend_credits(rows, apply_payments(rows, received({"amount": 170_00})), 2)
    assert (used.tolist(), left.tolist()) == ([0, 20_00, 50_00, 0, 0], [0, 0])


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 50), st.integers(0, 90)), min_size=1, max_size=8))
def test_credits_are_neither_made_nor_lost(rows: list[tuple[int, int, int]]) -> None:
    asked = calls(*({"owner": o, "amount": a} for o, a, _ in rows))
    paid = [{"owner": n, "amount": p} for n, (_, _, p) in enumerate(rows)]
    applied = apply_payments(asked, received(*paid))
    used, left = spend_credits(asked, applied, 2)
    assert used.sum() + left.sum() == applied.excess.sum()
    assert ((used >= 0) & (used <= applied.outstanding)).all()
    for place in range(2):
        still = (applied.outstanding - used)[asked.owner == place].sum()
        assert left[place] == 0 or still == 0


def test_what_was_paid_of_a_cancelled_call_is_all_excess() -> None:
    found = apply_payments(calls({"status": "CANCELLED"}), received({"amount": 30_00}))
    assert (found.outstanding.tolist(), found.excess.tolist()) == ([0], [30_00])
