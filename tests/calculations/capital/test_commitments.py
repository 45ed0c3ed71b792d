"""The roll of commitments. Expected balances follow CC-4 and V6; the oracle adds events up one by one in a dictionary."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import as_days
from calculations.funds.capital.commitments import (
    KIND,
    KINDS,
    EventKind,
    Events,
    Finding,
    FindingKind,
    Roll,
    findings,
    roll,
)

Event = tuple[int, dt.date, EventKind, int]


def events(rows: list[Event]) -> Events:
    return Events(
        np.array([row[0] for row in rows], dtype=np.int64),
        as_days([row[1] for row in rows]),
        np.array([KIND[row[2]] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.int64),
    )


def day(month: int, of: int = 1) -> dt.date:
    return dt.date(2024, month, of)


V6: list[Event] = [
    (0, day(1), EventKind.COMMITTED, 100),
    (0, day(2), EventKind.CALLED_INSIDE, 30),
    (0, day(3), EventKind.CALLED_INSIDE, 40),
    (0, day(4), EventKind.RECALLABLE, 10),
    (0, day(5), EventKind.CALLED_INSIDE, 25),
    (0, day(5), EventKind.RECALLED, 10),
]


def test_v6_a_recall_counts_in_paid_in_and_not_twice_in_unfunded() -> None:
    # fund-admin V6: paid-in 95, unfunded 100 - 95 + 10 = 15
    rolled = roll(events(V6))
    assert rolled.unfunded.tolist() == [100, 70, 30, 40, 15]
    assert rolled.called_inside[-1] == 95
    assert rolled.open_recallable.tolist() == [0, 0, 0, 10, 0]
    assert findings(rolled) == ()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (EventKind.COMMITTED, 105),
        (EventKind.CALLED_INSIDE, 95),
        (EventKind.CALLED_OUTSIDE, 100),  # late-closing interest and the like leave it as it is
        (EventKind.REALLOCATED, 95),
        (EventKind.RECALLED, 100),  # says which contribution it was, which is an event of its own
        (EventKind.RECALLABLE, 105),
        (EventKind.RESTORED, 105),
        (EventKind.EXPIRED, 95),
        (EventKind.RELEASED, 95),
    ],
)
def test_each_kind_moves_the_unfunded_commitment_as_cc4_says(kind: EventKind, expected: int) -> None:
    rolled = roll(events([(0, day(1), EventKind.COMMITTED, 100), (0, day(2), kind, 5)]))
    assert rolled.unfunded[-1] == expected


def test_an_unfunded_commitment_below_zero_is_reported_with_its_amount_and_not_cut_off() -> None:
    rolled = roll(events([(3, day(1), EventKind.COMMITTED, 100), (3, day(2), EventKind.CALLED_INSIDE, 130)]))
    assert rolled.unfunded.tolist() == [100, -30]
    assert findings(rolled) == (Finding(FindingKind.NEGATIVE_UNFUNDED, 3, np.datetime64("2024-02-01"), -30),)


def test_more_recalled_than_was_recallable_is_reported() -> None:
    rows = [*V6, (0, day(6), EventKind.RECALLED, 4)]
    (found,) = findings(roll(events(rows)))
    assert (found.kind, found.amount) == (FindingKind.RECALLED_BEYOND_RECALLABLE, -4)


def test_within_a_day_a_call_may_stand_before_the_closing_that_covers_it() -> None:
    rows = [(0, day(1), EventKind.CALLED_INSIDE, 40), (0, day(1), EventKind.COMMITTED, 100)]
    assert findings(roll(events(rows))) == ()


def test_a_reversal_restores_what_was_before_it() -> None:
    rows = [*V6, (0, day(3), EventKind.CALLED_INSIDE, -40), (0, day(3), EventKind.CALLED_INSIDE, 35)]
    assert roll(events(rows)).unfunded.tolist() == [100, 70, 35, 45, 20]


def test_a_reallocation_moves_a_call_and_sums_to_zero() -> None:
    rows = [
        (0, day(1), EventKind.COMMITTED, 100),
        (1, day(1), EventKind.COMMITTED, 100),
        (0, day(2), EventKind.REALLOCATED, -20),
        (1, day(2), EventKind.REALLOCATED, 20),
    ]
    rolled = roll(events(rows))
    last = rolled.rows_on(np.array([0, 1]), [day(12), day(12)])
    assert rolled.unfunded[last].tolist() == [120, 80]


def test_balances_of_a_day_are_those_of_the_last_event_up_to_it() -> None:
    rolled = roll(events([*V6, (7, dt.date(1969, 5, 5), EventKind.COMMITTED, 9)]))
    rows = rolled.rows_on(np.array([0, 0, 0, 7, 5]), [day(1), day(3, 31), dt.date(2023, 1, 1), day(1), day(1)])
    assert rows.tolist() == [0, 2, -1, 5, -1]
    assert rolled.day[5] == np.datetime64("1969-05-05")


def test_events_without_day_or_kind_are_refused() -> None:
    good = events(V6)
    with pytest.raises(ValueError, match=f"expected kinds from 0 to {len(KINDS) - 1}"):
        roll(Events(good.commitment, good.day, good.kind + 9, good.amount))
    with pytest.raises(ValueError, match="found none at place 0"):
        roll(Events(good.commitment, np.full(6, np.datetime64("NaT", "D")), good.kind, good.amount))


rows_of_events = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.dates(dt.date(1960, 1, 1), dt.date(2030, 1, 1)),
        st.sampled_from(KINDS),
        st.integers(-(10**12), 10**12),
    ),
    min_size=1,
    max_size=30,
)


def rows_of(rolled: Roll) -> list[tuple[object, ...]]:
    return list(
        zip(
            rolled.commitment.tolist(),
            rolled.day.tolist(),
            rolled.balances.T.tolist(),
            rolled.unfunded.tolist(),
            strict=True,
        )
    )


@given(rows_of_events)
def test_the_roll_conserves_every_event(rows: list[Event]) -> None:
    totals: dict[int, dict[EventKind, int]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    expected = {}
    for commitment, date, kind, amount in sorted(rows, key=lambda row: row[:2]):
        totals[commitment][kind] += amount
        expected[commitment, date] = list(totals[commitment].values())
    rolled = roll(events(rows))
    found = {row[:2]: row[2] for row in rows_of(rolled)}
    assert found == expected
    assert list(found) == sorted(expected)


@given(rows_of_events, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Event], rng: object) -> None:
    shuffled = rng.sample(rows, len(rows))  # type: ignore[attr-defined]
    assert rows_of(roll(events(shuffled))) == rows_of(roll(events(rows)))


@given(rows_of_events, st.integers(0, 10**6))
def test_an_event_in_two_parts_on_one_day_changes_nothing(rows: list[Event], part: int) -> None:
    commitment, date, kind, amount = rows[0]
    split = [(commitment, date, kind, part), (commitment, date, kind, amount - part), *rows[1:]]
    assert rows_of(roll(events(split))) == rows_of(roll(events(rows)))


def test_no_row_is_in_force_where_nothing_was_committed() -> None:
    assert roll(events([])).rows_on(np.array([0, -1]), [day(1), day(2)]).tolist() == [-1, -1]
