"""Replay of an aggregate: what counts, what was known when, and that snapshots change nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.events.replay import Event, Part, Snapshot, State, VersionGap, replay, snapshots

K = [dt.datetime(2024, 1, 1) + dt.timedelta(days=day) for day in range(6)]
CALL, NOTICE = Part("capital_calls", ""), Part("capital_call_notices", "N1")


def plain(events: Sequence[Event], known_at: dt.datetime | None) -> dict[Part, State]:
    """The rule told the slow way: of each part, walk the instants in order and let each event replace what was there."""
    now: dict[Part, State | None] = {}
    for instant in sorted({event.known_at for event in events}):
        if known_at is not None and instant > known_at:
            break
        for event in events:
            if event.known_at == instant:
                now[event.part] = event.state
    return {part: state for part, state in now.items() if state is not None}


histories = st.lists(
    st.tuples(
        st.sampled_from([CALL, NOTICE, Part("capital_call_notices", "N2")]),
        st.sampled_from(K),
        st.one_of(st.none(), st.fixed_dictionaries({"amount": st.sampled_from(["1.0000", "2.0000", None])})),
    ),
    max_size=30,
).map(lambda rows: [Event(version, *row) for version, row in enumerate(rows, start=1)])


def test_an_event_appended_late_changes_the_past_and_not_what_was_learned_after_it() -> None:
    events = [
        Event(1, CALL, K[0], {"amount": "100"}),
        Event(2, CALL, K[3], {"amount": "300"}),
        Event(3, CALL, K[1], {"amount": "200"}),  # a file of the past, sent late
    ]
    told = [replay(events, known_at=instant)[CALL]["amount"] for instant in K[:4]]
    assert told == ["100", "200", "200", "300"]
    assert replay(events)[CALL]["amount"] == "300"


def test_of_one_instant_the_event_appended_last_counts() -> None:
    events = [Event(1, CALL, K[0], {"status": "DRAFT"}), Event(2, CALL, K[0], {"status": "SETTLED"})]
    assert replay(events) == {CALL: {"status": "SETTLED"}}


def test_a_part_that_is_gone_has_no_state_and_leaves_the_others() -> None:
    events = [Event(1, CALL, K[0], {"a": "1"}), Event(2, NOTICE, K[0], {"b": "1"}), Event(3, NOTICE, K[1], None)]
    assert replay(events) == {CALL: {"a": "1"}}


def test_a_missing_version_is_refused_and_named() -> None:
    events = [Event(1, CALL, K[0], {}), Event(3, CALL, K[1], {})]
    with pytest.raises(VersionGap, match="expected version 2, found 3"):
        replay(events)


def test_a_snapshot_that_knows_more_than_was_known_is_refused() -> None:
    snapshot = Snapshot(1, K[2], {CALL: Event(1, CALL, K[2], {})})
    with pytest.raises(ValueError, match="replay from an older one"):
        replay([], known_at=K[1], snapshot=snapshot)


@given(histories, st.sampled_from([None, *K]))
def test_replay_is_what_a_walk_through_the_instants_tells(events: list[Event], known_at: dt.datetime | None) -> None:
    assert replay(events, known_at=known_at) == plain(events, known_at)


@given(histories, st.integers(1, 7), st.sampled_from([None, *K]))
def test_replay_from_any_snapshot_is_replay_from_the_start(
    events: list[Event], every: int, known_at: dt.datetime | None
) -> None:
    for snapshot in snapshots(events, every):
        if known_at is not None and snapshot.known_at > known_at:
            continue
        since = [event for event in events if event.version > snapshot.version]
        assert replay(since, known_at=known_at, snapshot=snapshot) == replay(events, known_at=known_at)


@given(histories, st.integers(1, 7))
def test_no_replay_reads_more_events_than_the_policy_says(events: list[Event], every: int) -> None:
    taken = [snapshot.version for snapshot in snapshots(events, every)]
    assert taken == list(range(every, len(events) + 1, every))
    assert len(events) - (taken[-1] if taken else 0) < every
