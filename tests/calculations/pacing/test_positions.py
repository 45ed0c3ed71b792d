"""Positions at quarter ends. Expected values by hand, or summed plainly row by row in Decimal-free integers."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.daycount import Days, Ints
from calculations.funds.pacing.positions import (
    Notices,
    Quarters,
    brought_forward,
    collected,
    latest_rows,
    running_totals,
)

FIRST = dt.date(2020, 1, 1)


def days(*texts: str) -> Days:
    return np.array(texts, dtype="datetime64[D]")


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_quarters_run_from_the_first_event_to_the_last_quarter_that_has_ended() -> None:
    found = Quarters.between(
        days("2020-02-15", "NaT", "2020-03-31", "2020-11-05"), days(*["2020-12-30"] * 2, *["2020-12-31"] * 2)
    )
    assert found.owner.tolist() == [0, 0, 0, 2, 2, 2, 2, 3]
    assert [f"{end}" for end in found.end[:3]] == ["2020-03-31", "2020-06-30", "2020-09-30"]
    assert [f"{end}" for end in found.end[3:]] == ["2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31", "2020-12-31"]


def test_a_fund_that_began_after_the_last_quarter_has_none() -> None:
    assert Quarters.between(days("2020-10-02"), days("2020-12-30")).end.size == 0


def test_a_value_is_brought_forward_by_what_was_paid_in_and_out_since() -> None:
    """100 on 31 March; 30 called on the day itself is in it, 20 called in May and 5 distributed in June are not."""
    at = Quarters(ints(0), days("2020-06-30"))
    moved = days("2020-03-31", "2020-05-04", "2020-06-30", "2020-07-01")
    found = brought_forward(ints(100), days("2020-03-31"), ints(0, 0, 0, 0), moved, ints(30, 20, -5, 7), at)
    assert found.tolist() == [115]


def test_a_call_is_overdue_from_the_day_after_it_was_due() -> None:
    """100 due on 31 March, 60 paid that day, 40 in April. Source: fund-admin 1.4 CC-7."""
    notices = Notices(ints(0), ints(100), days("2020-03-20"), days("2020-03-31"))
    at = Quarters(ints(0, 0, 0), days("2020-03-31", "2020-04-01", "2020-06-30"))
    found = collected(notices, ints(0, 0), days("2020-03-31", "2020-04-20"), ints(60, 40), at)
    assert found.outstanding.tolist() == [40, 40, 0]
    assert found.overdue.tolist() == [0, 40, 0]
    assert (found.due.tolist(), found.collected.tolist()) == ([100] * 3, [60, 60, 100])


def test_what_is_paid_above_a_call_makes_up_for_no_other() -> None:
    """100 and 100 due; 150 paid of the first, nothing of the second. Source: fund-admin 1.4 CC-9."""
    notices = Notices(ints(0, 0), ints(100, 100), days("2020-03-01", "2020-03-01"), days("2020-03-10", "2020-03-10"))
    found = collected(notices, ints(0), days("2020-03-09"), ints(150), Quarters(ints(0), days("2020-03-31")))
    assert (found.outstanding.tolist(), found.collected.tolist()) == ([100], [100])


def test_a_payment_that_was_taken_back_leaves_the_call_open_again() -> None:
    notices = Notices(ints(0), ints(100), days("2020-03-01"), days("2020-03-10"))
    at = Quarters(ints(0, 0, 0), days("2020-03-10", "2020-03-12", "2020-03-31"))
    found = collected(notices, ints(0, 0, 0), days("2020-03-10", "2020-03-12", "2020-03-20"), ints(100, -100, 100), at)
    assert found.outstanding.tolist() == [0, 100, 0]


def test_a_payment_before_the_call_was_issued_counts_from_then_on() -> None:
    notices = Notices(ints(0), ints(100), days("2020-04-05"), days("2020-04-20"))
    at = Quarters(ints(0, 0), days("2020-03-31", "2020-06-30"))
    found = collected(notices, ints(0), days("2020-03-10"), ints(30), at)
    assert found.outstanding.tolist() == [0, 70]


moves = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900), st.integers(-50, 200)), max_size=40)


@given(moves, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1000)), min_size=1, max_size=12))
def test_running_totals_and_latest_rows_are_those_of_a_plain_search(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int]]
) -> None:
    rows, asked = sorted(rows), sorted(asked)
    start = np.datetime64(FIRST)
    owner, day = ints(*(row[0] for row in rows)), start + ints(*(row[1] for row in rows))
    at = Quarters(ints(*(o for o, _ in asked)), start + ints(*(d for _, d in asked)))
    totals = running_totals(owner, day, ints(*(row[2] for row in rows)), at)
    assert totals.tolist() == [sum(a for o, d, a in rows if o == of and d <= until) for of, until in asked]
    newest = [max((d for o, d, _ in rows if o == of and d <= until), default=None) for of, until in asked]
    found = latest_rows(owner, day, at)
    assert [None if place < 0 else rows[place][1] for place in found] == newest
    assert all(place < 0 or rows[place][0] == of for place, (of, _) in zip(found, asked, strict=True))


calls = st.lists(
    st.tuples(
        st.integers(1, 100),
        st.integers(0, 60),
        st.lists(st.tuples(st.integers(0, 200), st.integers(1, 80)), max_size=4),
    ),
    min_size=1,
    max_size=8,
)


@given(calls, st.integers(0, 250))
def test_what_is_missing_is_that_of_each_call_by_itself(
    rows: list[tuple[int, int, list[tuple[int, int]]]], until: int
) -> None:
    """Plainly, call by call: outstanding = max(0, call - paid). Source: fund-admin 1.4 CC-9."""
    start = np.datetime64(FIRST)
    due = start + ints(*(row[1] for row in rows))
    notices = Notices(ints(*[0] * len(rows)), ints(*(row[0] for row in rows)), due - 10, due)
    paid = [(place, day, amount) for place, row in enumerate(rows) for day, amount in row[2]]
    found = collected(
        notices,
        ints(*(place for place, _, _ in paid)),
        start + ints(*(day for _, day, _ in paid)),
        ints(*(amount for _, _, amount in paid)),
        Quarters(ints(0), np.array([start + until])),
    )
    left = [max(0, row[0] - sum(amount for day, amount in row[2] if day <= until)) for row in rows]
    issued = [row[1] - 10 <= until for row in rows]
    is_due = [row[1] <= until for row in rows]
    assert found.outstanding[0] == sum(amount for amount, is_issued in zip(left, issued, strict=True) if is_issued)
    assert found.overdue[0] == sum(amount for amount, row in zip(left, rows, strict=True) if row[1] < until)
    assert found.due[0] == sum(row[0] for row, due_now in zip(rows, is_due, strict=True) if due_now)
    assert found.collected[0] == sum(
        row[0] - amount for row, amount, due_now in zip(rows, left, is_due, strict=True) if due_now
    )
