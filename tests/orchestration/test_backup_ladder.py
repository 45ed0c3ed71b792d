"""Which backups stay: the rungs of fund-admin 1.12 and what must hold of any ladder."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.backup.policy import DataSet, Ladder, backup_policy, kept
from orchestration.warehouse import own_tables

NOW = dt.datetime(2026, 11, 22, 12)
INSTANTS = st.lists(st.datetimes(dt.datetime(2015, 1, 1), NOW), max_size=60)
LADDERS = st.builds(
    Ladder,
    keep_all_hours=st.integers(0, 72),
    daily=st.integers(0, 9),
    weekly=st.integers(0, 9),
    monthly=st.integers(0, 9),
    yearly=st.integers(0, 9),
)


@pytest.mark.parametrize(
    ("data_set", "rungs"),
    [
        (DataSet.OPERATIONAL, (30, 12, 24, 7)),
        (DataSet.WAREHOUSE, (90, 52, 60, 10)),
        (DataSet.EVENTS, (365, 104, 120, 20)),
        (DataSet.FILES, (60, 26, 36, 10)),
    ],
)
def test_each_data_set_has_the_ladder_of_the_specification(data_set: DataSet, rungs: tuple[int, ...]) -> None:
    ladder = backup_policy().data_sets[data_set]
    assert (ladder.daily, ladder.weekly, ladder.monthly, ladder.yearly) == rungs


def test_the_warehouse_is_backed_up_every_four_hours_within_15_minutes_and_2_hours() -> None:
    policy = backup_policy()
    assert policy.data_sets[DataSet.WAREHOUSE].every_hours == 4
    assert (policy.targets.recovery_point_minutes, policy.targets.recovery_time_minutes) == (15, 120)


def test_tables_that_the_policy_names_are_declared() -> None:
    policy = backup_policy()
    named = policy.derived.union(*(ladder.tables for ladder in policy.data_sets.values()))
    assert named - set(own_tables()) == set()


@given(INSTANTS, LADDERS)
def test_the_newest_backup_always_stays(instants: list[dt.datetime], ladder: Ladder) -> None:
    assert set(instants) & {max(instants, default=None)} <= kept(instants, ladder, NOW)


@given(INSTANTS, LADDERS)
def test_every_period_on_the_ladder_keeps_one(instants: list[dt.datetime], ladder: Ladder) -> None:
    staying = kept(instants, ladder, NOW)
    for rungs, written in (
        (ladder.daily, "%Y-%m-%d"),
        (ladder.weekly, "%G-%V"),
        (ladder.monthly, "%Y-%m"),
        (ladder.yearly, "%Y"),
    ):
        periods = sorted({instant.strftime(written) for instant in instants}, reverse=True)[:rungs]
        assert set(periods) <= {instant.strftime(written) for instant in staying}


@given(INSTANTS, LADDERS)
def test_pruning_twice_deletes_nothing_more(instants: list[dt.datetime], ladder: Ladder) -> None:
    once = kept(instants, ladder, NOW)
    assert kept(once, ladder, NOW) == once


@given(INSTANTS, LADDERS)
def test_no_more_stay_than_rungs_and_the_last_hours(instants: list[dt.datetime], ladder: Ladder) -> None:
    recent = [i for i in set(instants) if NOW - i <= dt.timedelta(hours=ladder.keep_all_hours)]
    most = 1 + len(recent) + ladder.daily + ladder.weekly + ladder.monthly + ladder.yearly
    assert kept(instants, ladder, NOW) <= set(instants)
    assert len(kept(instants, ladder, NOW)) <= most


def test_a_year_of_four_hourly_backups_comes_down_to_the_ladder() -> None:
    """A year that ends on Wednesday 2025-12-31 at 20:00.

    90 days from October 3rd on. Of the 7 backups of the last 24 hours 2 are the newest of their days: 5 more. 52 weeks: the
    one in progress and those that end on the 51 Sundays from January 12th on, of which the 13 from October 5th on stay as
    days: 38 more. Of the 9 month ends before, August 31st is a Sunday: 8 more. The year's newest is the last day's.
    """
    last = dt.datetime(2025, 12, 31, 20)
    made = [last - dt.timedelta(hours=4 * n) for n in range(6 * 365)]
    staying = kept(made, backup_policy().data_sets[DataSet.WAREHOUSE], last)
    assert len(staying) == 90 + 5 + 38 + 8


def test_a_house_that_stood_still_loses_nothing() -> None:
    made = [dt.datetime(2020, 1, day) for day in range(1, 8)]
    ladder = Ladder(daily=7, weekly=0, monthly=0, yearly=0)
    assert kept(made, ladder, NOW) == set(made)
