"""Rows of many owners in one array. Expected values are counted by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.calendars import as_days
from calculations.ragged import by_name, counted, day_keys, first_rows


def test_rows_are_numbered_by_owner_and_place_where_an_owner_may_have_none() -> None:
    counts = np.array([2, 0, 3])
    owner, place = counted(counts)
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]
    assert first_rows(counts).tolist() == [0, 2, 2, 5]


def test_names_rule_the_rows_of_the_owners_that_bear_them() -> None:
    found = {name: rows.tolist() for name, rows in by_name(["a", "b", "a"], np.array([0, 1, 1, 2]))}
    assert found == {"a": [0, 3], "b": [1, 2]}


@given(st.lists(st.tuples(st.integers(0, 5000), st.dates()), min_size=1, max_size=20))
def test_day_keys_stand_in_order_of_owner_then_of_day(rows: list[tuple[int, dt.date]]) -> None:
    keys = day_keys([owner for owner, _ in rows], as_days([day for _, day in rows]))
    assert [rows[number] for number in np.argsort(keys, kind="stable")] == sorted(rows)
