"""Which alerts people are told of: each matter once, again after the time of the policy, once when it has recovered."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from orchestration.alert_log import Event, Findings, Logged, events
from orchestration.alerts import Alert, Kind

NOON = dt.datetime(2026, 3, 2, 12)
HOURS = {"critical": 24.0, "warning": 168.0, "info": None}
HELD = Alert("critical", "Held: fund F1 of o", "it does not add up", Kind.ENTITY_HELD, "o", "fund F1")
LATE = Alert("warning", "Feed late: fx_feed of o", "8 days", Kind.FEED_LATE, "o", "fx_feed/main")
REFUSED = Alert("warning", "Approval refused", "by A", Kind.APPROVAL_REFUSED, "o", "C1", "at noon", is_news=True)
BREACHED = Alert("warning", "OC test breached: D1 A", "1.1", Kind.OC_TEST, "o", "D1 A")
CURED = Alert("recovered", "OC test cured: D1 A", "1.3", Kind.OC_TEST, "o", "D1 A")


def logged(alert: Alert, event: Event = Event.RAISED, at: dt.datetime = NOON) -> dict[str, Logged]:
    return {alert.key: Logged(event, at, alert, at)}


def told(last: dict[str, Logged], found: Findings, now: dt.datetime = NOON) -> list[tuple[str, str]]:
    return [(str(event), alert.title) for event, alert in events(last, found, now, HOURS)]


def test_what_is_wrong_is_raised_once() -> None:
    found = Findings(standing=[HELD], judged=[Kind.ENTITY_HELD])
    assert told({}, found) == [("RAISED", HELD.title)]
    assert told(logged(HELD), found, NOON + dt.timedelta(hours=23)) == []


def test_what_stays_open_is_reminded_of_after_the_time_of_its_severity() -> None:
    found = Findings(standing=[HELD, LATE], judged=[Kind.ENTITY_HELD, Kind.FEED_LATE])
    both = {**logged(HELD), **logged(LATE)}
    assert told(both, found, NOON + dt.timedelta(hours=24)) == [("REMINDED", HELD.title)]
    assert told(both, found, NOON + dt.timedelta(hours=168)) == [("REMINDED", HELD.title), ("REMINDED", LATE.title)]
    reminded = logged(HELD, Event.REMINDED, NOON + dt.timedelta(hours=24))
    assert told(reminded, found, NOON + dt.timedelta(hours=47)) == [("RAISED", LATE.title)]


def test_what_is_not_found_any_more_has_recovered_and_is_told_once() -> None:
    gone = Findings(judged=[Kind.ENTITY_HELD])
    assert told(logged(HELD), gone) == [("RECOVERED", f"Recovered: {HELD.title}")]
    assert told(logged(HELD, Event.RECOVERED), gone) == []


def test_what_was_not_looked_at_has_not_recovered() -> None:
    assert told(logged(HELD), Findings(judged=[Kind.FEED_LATE])) == []


def test_what_returns_after_it_recovered_is_raised_again() -> None:
    found = Findings(standing=[HELD], judged=[Kind.ENTITY_HELD])
    assert told(logged(HELD, Event.RECOVERED), found) == [("RAISED", HELD.title)]


def test_what_becomes_worse_is_raised_again() -> None:
    worse = Alert("critical", LATE.title, LATE.body, LATE.kind, "o", LATE.entity)
    assert told(logged(LATE), Findings(standing=[worse], judged=[Kind.FEED_LATE])) == [("RAISED", LATE.title)]
    assert told(logged(worse), Findings(standing=[LATE], judged=[Kind.FEED_LATE])) == []


def test_news_is_told_once_and_never_recovers() -> None:
    assert told({}, Findings(news=[REFUSED, REFUSED])) == [("TOLD", REFUSED.title)]
    later = Findings(news=[REFUSED], judged=list(Kind))
    assert told(logged(REFUSED, Event.TOLD), later, NOON + dt.timedelta(days=365)) == []


def test_a_cure_is_told_whether_or_not_the_breach_was() -> None:
    assert told({}, Findings(news=[CURED])) == [("RECOVERED", CURED.title)]
    assert told(logged(BREACHED), Findings(news=[CURED])) == [("RECOVERED", CURED.title)]
    assert told(logged(CURED, Event.RECOVERED), Findings(news=[CURED])) == []


def test_a_breach_and_its_cure_in_one_delivery_are_both_told_in_order() -> None:
    assert told({}, Findings(news=[BREACHED, CURED])) == [("RAISED", BREACHED.title), ("RECOVERED", CURED.title)]
    assert told(logged(CURED, Event.RECOVERED), Findings(news=[BREACHED])) == [("RAISED", BREACHED.title)]


KEYS = st.sampled_from(["A", "B", "C"])


@given(st.lists(st.tuples(st.frozensets(KEYS), st.integers(0, 40)), max_size=12))
def test_raised_and_recovered_alternate_and_end_as_the_last_look_found(looks: list[tuple[frozenset[str], int]]) -> None:
    """A model of its own: a matter is open exactly while looks find it, so that its turns are those of the looks."""
    last: dict[str, Logged] = {}
    turns: dict[str, list[str]] = {key: [] for key in "ABC"}
    expected: dict[str, list[str]] = {key: [] for key in "ABC"}
    before: frozenset[str] = frozenset()
    now = NOON
    for wrong, hours in looks:
        now += dt.timedelta(hours=hours)
        standing = [Alert("critical", key, "", Kind.ENTITY_HELD, "o", key) for key in sorted(wrong)]
        for event, alert in events(last, Findings(standing=standing, judged=[Kind.ENTITY_HELD]), now, HOURS):
            raised = last[alert.key].raised_at if alert.key in last else now
            last[alert.key] = Logged(event, now, alert, raised)
            if event is not Event.REMINDED:
                turns[alert.entity].append(str(event))
        for key in "ABC":
            if (key in wrong) != (key in before):
                expected[key].append("RAISED" if key in wrong else "RECOVERED")
        before = wrong
    assert turns == expected
