"""Recallable amounts are drawn again by later calls, those that expire first before others, and expire otherwise."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.recalls import Drawn, Lots, draw_lots

FIRST = dt.date(2020, 1, 1)
NEVER = np.datetime64("NaT")

Lot = tuple[int, int, int | None, int]  # commitment, day, last day, amount
Call = tuple[int, int, int]


def day(number: int) -> np.datetime64:
    return np.datetime64(FIRST, "D") + number


def drawn(lots: list[Lot], calls: list[Call]) -> tuple[list[Call], list[Call]]:
    """Recalls and expiries as (commitment, day, amount), from `draw_lots`."""
    given_lots = Lots(
        np.array([lot[0] for lot in lots], dtype=np.int64),
        np.array([day(lot[1]) for lot in lots], dtype="datetime64[D]"),
        np.array([NEVER if lot[2] is None else day(lot[2]) for lot in lots], dtype="datetime64[D]"),
        np.array([lot[3] for lot in lots], dtype=np.int64),
    )
    given_calls = Drawn(
        np.array([call[0] for call in calls], dtype=np.int64),
        np.array([day(call[1]) for call in calls], dtype="datetime64[D]"),
        np.array([call[2] for call in calls], dtype=np.int64),
    )
    recalls, expiries = draw_lots(given_lots, given_calls)

    def rows(found: Drawn) -> list[Call]:
        days = (found.day - np.datetime64(FIRST, "D")).astype(int)
        return list(zip(found.commitment.tolist(), days.tolist(), found.amount.tolist(), strict=True))

    return rows(recalls), rows(expiries)


def test_a_call_draws_what_expires_first_and_the_rest_expires_the_day_after_its_last_day() -> None:
    """Lots of 100 until day 30 and 50 until day 20: a call of 70 takes the 50 and 20 of the 100, so 80 expire on day 31."""
    recalls, expiries = drawn([(7, 0, 30, 100), (7, 1, 20, 50)], [(7, 10, 70)])
    assert recalls == [(7, 10, 70)]
    assert expiries == [(7, 31, 80)]


def test_a_call_beyond_what_may_be_recalled_draws_the_commitment_for_the_rest() -> None:
    assert drawn([(1, 0, None, 40)], [(1, 5, 100), (1, 6, 100)]) == ([(1, 5, 40)], [])


def test_a_call_on_the_last_day_still_recalls_and_one_on_the_next_does_not() -> None:
    assert drawn([(1, 0, 9, 40)], [(1, 9, 10)]) == ([(1, 9, 10)], [(1, 10, 30)])
    assert drawn([(1, 0, 9, 40)], [(1, 10, 10)]) == ([], [(1, 10, 40)])


def test_a_reversed_distribution_takes_its_recallable_part_back() -> None:
    assert drawn([(1, 0, None, 40), (1, 3, None, -40)], [(1, 5, 10)]) == ([], [])


def test_a_call_of_another_commitment_or_a_reversed_call_draws_nothing() -> None:
    assert drawn([(1, 0, None, 40)], [(2, 5, 10), (1, 6, -10)]) == ([], [])


days = st.integers(0, 12)
lots_of_some = st.lists(
    st.tuples(st.integers(0, 2), days, st.one_of(st.none(), days), st.integers(1, 50)).map(
        lambda lot: (lot[0], lot[1], None if lot[2] is None else lot[1] + lot[2], lot[3])
    ),
    max_size=6,
)
calls_of_some = st.lists(st.tuples(st.integers(0, 2), days, st.integers(1, 60)), max_size=8)


@given(lots_of_some, calls_of_some)
def test_recalls_and_expiries_are_those_of_going_through_the_days_one_by_one(
    lots: list[Lot], calls: list[Call]
) -> None:
    recalls: dict[tuple[int, int], int] = {}
    expiries: dict[tuple[int, int], int] = {}
    left = [amount for *_, amount in lots]
    for today in range(40):
        for i, (owner, _, until, _) in enumerate(lots):
            if until is not None and today == until + 1 and left[i]:
                expiries[owner, today] = expiries.get((owner, today), 0) + left[i]
                left[i] = 0
        for owner, when, amount in calls:
            if when != today:
                continue
            is_open = [i for i, lot in enumerate(lots) if lot[0] == owner and lot[1] <= today]
            for i in sorted(is_open, key=lambda i: (10**6 if lots[i][2] is None else lots[i][2], lots[i][1])):
                used = min(left[i], amount)
                left[i] -= used
                amount -= used
                if used:
                    recalls[owner, today] = recalls.get((owner, today), 0) + used

    def summed(rows: list[Call]) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for owner, when, amount in rows:
            found[owner, when] = found.get((owner, when), 0) + amount
        return found

    got_recalls, got_expiries = drawn(lots, calls)
    assert (summed(got_recalls), summed(got_expiries)) == (recalls, expiries)
