"""What was known when, against a slow and plain reference. The rule's worked cases are dbt's unit tests."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Built

pytestmark = pytest.mark.slow

LOADS = "intermediate.int_feeds__loads_known"
# (as_of, known_at, days until withdrawn or None), all as day numbers: few values, so that instants coincide
Load = tuple[int, int, int | None]
loads = st.lists(st.tuples(st.integers(1, 2), st.integers(1, 6), st.none() | st.integers(1, 4)), max_size=6)


@pytest.fixture(scope="module")
def intervals(built: Built) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The compiled model, runnable on a table of loads in memory."""
    model = built.target / "compiled/weir/models/intermediate/feeds/int_feeds__load_intervals.sql"
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            f"create table {LOADS} (load_id varchar, organization_id varchar, feed_id varchar, kind varchar, as_of date, "
            "mode varchar, replacement_slot varchar, known_at timestamp, withdrawn_at timestamp)"
        )
        yield connection, model.read_text().replace(f'"{built.warehouse.stem}".', "")


def in_force(stated: list[Load], as_of: int, instant: int) -> str | None:
    """The load known last and not withdrawn; of two known at one instant the later identifier."""
    candidates = [
        (known, f"l{number}")
        for number, (day, known, until) in enumerate(stated)
        if day == as_of and known <= instant and (until is None or known + until > instant)
    ]
    return max(candidates)[1] if candidates else None


@settings(deadline=None, max_examples=60)  # the first example pays for planning the query
@given(stated=loads)
def test_at_every_instant_one_load_of_an_as_of_is_in_force(
    intervals: tuple[duckdb.DuckDBPyConnection, str], stated: list[Load]
) -> None:
    connection, sql = intervals
    connection.execute(f"delete from {LOADS}")
    for number, (as_of, known, until) in enumerate(stated):
        connection.execute(
            f"insert into {LOADS} select ?, 'o', 'f', 'k', date '2016-01-01' + ?::int, 'full', '', "
            "timestamp '2016-01-01' + to_days(?), timestamp '2016-01-01' + to_days(?)",
            [f"l{number}", as_of, known, None if until is None else known + until],
        )
    connection.execute(f"create or replace temp table found as {sql}")
    for as_of in (1, 2):
        for instant in range(12):
            rows = connection.execute(
                "select load_id from found where as_of = date '2016-01-01' + ?::int "
                "and known_from <= timestamp '2016-01-01' + to_days(?) "
                "and (known_to > timestamp '2016-01-01' + to_days(?) or known_to is null)",
                [as_of, instant, instant],
            ).fetchall()
            expected = in_force(stated, as_of, instant)
            assert rows == ([] if expected is None else [(expected,)])
