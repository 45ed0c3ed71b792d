"""Weights, fund metrics, milestones and reminders. Rules: fund-admin 1.9, M-3, CC-6; 8, item 12."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.lifecycle.events import due_date_events, milestone_events
from calculations.funds.lifecycle.limits import limits
from calculations.funds.lifecycle.metrics import fund_metrics
from calculations.funds.lifecycle.weights import portfolio_weights
from tests.calculations.exact.plain import allocate
from tests.calculations.lifecycle.rows import TODAY, allocations, calls, received

LIMITS = limits("development")


def weights(owner: list[int], amount: list[int], off: list[bool], ids: list[str]) -> tuple[list[int], list[bool]]:
    found, has = portfolio_weights(np.array(owner), np.array(amount), np.array(off), np.array(ids))
    return found.tolist(), has.tolist()


def test_three_equal_allocations_weigh_33_34_33_33_and_33_33() -> None:
    """By M-3 the missing hundredth goes to the smallest id; rounding each would give 99.99 (fund-admin 8, item 12)."""
    assert weights([0, 0, 0], [5, 5, 5], [False] * 3, ["b", "a", "c"])[0] == [33_33, 33_34, 33_33]


def test_written_off_allocations_have_no_weight() -> None:
    assert weights([0, 0, 1], [10, 30, 5], [False, True, True], ["a", "b", "c"]) == (
        [100_00, 0, 0],
        [True, False, False],
    )
    with pytest.raises(ValueError, match="amounts must be >= 0 to weigh them, found -1"):
        weights([0], [-1], [False], ["a"])


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**12), st.booleans()), min_size=1, max_size=25)


@given(rows)
def test_weights_of_a_fund_sum_to_100_00_exactly_as_an_allocation_of_100(found: list[tuple[int, int, bool]]) -> None:
    """The oracle is the allocation of exact money, fund by fund."""
    ids = [f"A{n:02}" for n in range(len(found))]
    owner, amount, off = (list(column) for column in zip(*found, strict=True))
    got, has = weights(owner, amount, off, ids)
    for fund in set(owner):
        counted = [n for n, o in enumerate(owner) if o == fund and not off[n]]
        if sum(amount[n] for n in counted) == 0:
            assert not any(has[n] for n in counted)
            continue
        expected = allocate(
            Decimal(100), [Decimal(amount[n]) for n in counted], Decimal("0.01"), [ids[n] for n in counted]
        )
        assert [Decimal(got[n]) / 100 for n in counted] == list(expected)
        assert sum(got[n] for n, o in enumerate(owner) if o == fund) == 100_00


def test_fund_metrics_are_ratios_of_sums() -> None:
    """Called: all of the funded 100, the 30 paid of the second, nothing of the third. MOIC (150 + 20 + 13) / 130, where the
    average of the rows' own multiples would be 1.15. fund-admin 1.9, 8 item 12.
    """
    valued = {"has_market_value": True, "called": 100_00, "amount": 100_00}
    (found,) = fund_metrics(
        allocations(
            {**valued, "paid": 100_00, "market_value": 150_00, "distributions": 13_00, "status": "FUNDED"},
            {**valued, "paid": 30_00, "market_value": 20_00, "status": "PARTIALLY_PAID"},
            {"amount": 50_00},
        )
    )
    assert (found.committed, found.called, found.uncalled, found.paid) == (250, 130, 120, 130)
    assert found.moic.value == found.tvpi.value == Decimal("1.407692307692307692")  # 183/130
    assert found.dpi.value == Decimal("0.1")


def test_a_multiple_that_cannot_be_known_is_null_with_its_reason() -> None:
    """The source says 1 and 0 where nothing is paid. fund-admin 1.9."""
    nothing_paid, unvalued = fund_metrics(allocations({}, {"fund_id": "G", "paid": 5, "called": 5, "distributions": 1}))
    assert (nothing_paid.dpi.value, nothing_paid.dpi.reason) == (None, "NO_PAID_IN")
    assert (nothing_paid.tvpi.value, nothing_paid.moic.value) == (None, None)
    assert (unvalued.moic.value, unvalued.moic.reason, unvalued.market_value) == (None, "NO_VALUATION", None)
    assert unvalued.dpi.value == Decimal("0.2")


def test_what_is_written_off_is_worth_nothing_and_stays_in_what_was_paid() -> None:
    lost = {"status": "WRITTEN_OFF", "amount": 100, "called": 100, "paid": 100}
    kept = {
        "status": "FUNDED",
        "amount": 100,
        "called": 100,
        "paid": 100,
        "market_value": 150,
        "has_market_value": True,
    }
    (found,) = fund_metrics(allocations(lost, kept))
    assert (found.called, found.written_off, found.paid) == (Decimal("1.00"), Decimal("1.00"), Decimal("2.00"))
    assert found.moic.value == Decimal("0.75")


def test_two_currencies_of_a_fund_are_not_added() -> None:
    found = fund_metrics(allocations({"amount": 5}, {"amount": 7, "scale": 1, "currency": "JPY"}))
    assert [(m.currency, m.committed) for m in found] == [("JPY", Decimal(7)), ("USD", Decimal("0.05"))]


def day(number: int) -> dt.date:
    return dt.date(2024, 6, number)


def test_a_milestone_tells_of_itself_on_the_day_it_is_first_reached() -> None:
    rows, asked = allocations({"amount": 100_00}), calls({}, {"amount": 50_00})
    paid = [
        {"amount": 24_99, "value_date": day(3)},
        {"amount": 25_01, "value_date": day(5)},  # 50.00 together: two milestones at once
        {"amount": 10_00, "value_date": day(7), "reverses": "P2"},  # 40.00
        {"amount": 10_00, "value_date": day(9), "owner": 1},  # 50.00 again
        {"amount": 50_00, "value_date": day(11), "owner": 1},
    ]

    def on(number: int, after: dt.date | None = None) -> list[tuple[str, int]]:
        found = milestone_events(rows, asked, received(*paid, today=day(number)), LIMITS, day(number), after)
        return [(event.event_id, event.day.day) for event in found]

    halves = [("ALLOCATION:A1:PAID:25", 5), ("ALLOCATION:A1:PAID:50", 5)]
    assert [on(3), on(5), on(9)] == [[], halves, []]
    assert on(11) == [("ALLOCATION:A1:PAID:100", 11)]
    assert on(11, after=day(2)) == [*halves, ("ALLOCATION:A1:PAID:100", 11)]  # after days on which nothing ran


def test_a_payment_taken_back_on_its_own_day_reaches_no_milestone() -> None:
    rows, asked = allocations({"amount": 100_00}), calls({})
    same_day = received({"value_date": day(5)}, {"value_date": day(5), "reverses": "P1"}, today=day(5))
    assert milestone_events(rows, asked, same_day, LIMITS, day(5)) == ()


def test_reminders_come_7_3_and_1_days_before_the_due_date_and_an_escalation_5_days_after() -> None:
    asked = calls({})  # due on 15 June
    found = {}
    for number in range(1, 31):
        for event in due_date_events(asked, received(today=day(number)), LIMITS, day(number)):
            found[number] = event.event_id
    assert found == {
        8: "ALLOCATION_CALL:C1:2024-06-15:DUE_IN_7",
        12: "ALLOCATION_CALL:C1:2024-06-15:DUE_IN_3",
        14: "ALLOCATION_CALL:C1:2024-06-15:DUE_IN_1",
        20: "ALLOCATION_CALL:C1:2024-06-15:LATE_5",
    }


def test_nobody_is_reminded_of_what_is_paid_scheduled_or_cancelled() -> None:
    asked = calls({}, {"status": "SCHEDULED"}, {"status": "CANCELLED"}, {"amount": 0})
    everything = due_date_events(asked, received(today=TODAY), LIMITS, TODAY, after=dt.date(2024, 1, 1))
    assert {event.entity_id for event in everything} == {"C1"}
    assert len(everything) == 4
    paid = received({"value_date": day(20)})
    assert due_date_events(asked, paid, LIMITS, TODAY, after=dt.date(2024, 1, 1)) == ()
