"""Events derived from what relations tell: which, when true and when learned, from which load, and never twice.

Expected events are reckoned by hand from the rows that each test states.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calculations.events.replay import Event, Part, replay
from orchestration.events import deriving
from orchestration.events.checking import differences, misnumbered
from orchestration.events.replaying import parts_sql, states
from orchestration.events.stated import UnknownRelation
from tests.orchestration.event_homes import HOUSE, K1, K2, K3, K4, EventHome

D = dt.date
CALL_DATE, DUE = D(2023, 11, 3), D(2023, 11, 17)
TOLD = "aggregate_id, event_version, event_type, known_at"


def call(
    call_id: str, amount: int, status: str, load: str, since: dt.datetime, until: dt.datetime | None = None
) -> tuple:
    return call_id, CALL_DATE, DUE, amount, status, load, since, until


def oc_test(day: D, passed: bool | None, since: dt.datetime = K1, until: dt.datetime | None = None) -> tuple:
    return "MAG17", "A", day, 1.2, passed, "L1", since, until


@pytest.fixture
def home(tmp_path: Path) -> EventHome:
    home = EventHome(tmp_path)
    for load_id, known_at in (("L1", K1), ("L2", K2), ("L3", K3)):
        home.load(load_id, known_at, known_at.date())
    return home


def assert_told(home: EventHome) -> None:
    assert differences(home.warehouse, home.policy)[0] == []
    assert misnumbered(home.warehouse)[0] == []


def test_three_loads_within_one_run_leave_events_of_each(home: EventHome) -> None:
    home.tell(
        "fact_calls_history",
        [
            call("C1", 100, "ISSUED", "L1", K1, K2),
            call("C1", 120, "ISSUED", "L2", K2, K3),
            call("C1", 120, "SETTLED", "L3", K3),
        ],
    )
    home.derive()
    assert home.events(f"{TOLD}, occurred_at, cause, load_id, run_id") == [
        ("C1", 1, "CAPITAL_CALL_CREATED", K1, dt.datetime(2023, 11, 3), "LOAD", "L1", "run-1"),
        ("C1", 2, "CAPITAL_CALL_CHANGED", K2, dt.datetime(2023, 11, 3), "LOAD", "L2", "run-1"),
        ("C1", 3, "CAPITAL_CALL_PAID", K3, dt.datetime(2023, 11, 17), "LOAD", "L3", "run-1"),
    ]
    assert_told(home)


def test_an_event_says_old_and_new_and_the_whole_state(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1, K2), call("C1", 120, "ISSUED", "L2", K2)])
    home.derive()
    created, changed = (json.loads(data) for (data,) in home.events("event_data"))
    first = {"call_date": "2023-11-03", "due_date": "2023-11-17", "amount": "100.0000", "status": "ISSUED"}
    assert created == {"state": first, "changes": {}}
    assert changed == {
        "state": first | {"amount": "120.0000"},
        "changes": {"amount": {"old": "100.0000", "new": "120.0000"}},
    }


def test_what_is_settled_when_it_first_comes_was_created_and_paid(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "SETTLED", "L1", K1)])
    home.derive()
    assert home.events(TOLD) == [("C1", 1, "CAPITAL_CALL_CREATED", K1), ("C1", 2, "CAPITAL_CALL_PAID", K1)]


def test_a_deleted_row_occurred_on_the_as_of_date_of_the_load_that_states_it_no_more(home: EventHome) -> None:
    """Source: input-contracts 1.1 (occurred_at = as_of, recorded_at = known_at)."""
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1, K2)])
    home.derive()
    ((*event, data),) = home.events(
        f"{TOLD}, occurred_at, cause, load_id, event_data", "event_type = 'CAPITAL_CALL_REMOVED'"
    )
    assert event == ["C1", 2, "CAPITAL_CALL_REMOVED", K2, dt.datetime(2024, 4, 20), "LOAD", "L2"]
    assert json.loads(data)["state"] is None
    assert_told(home)


def test_a_row_that_comes_back_is_created_again_under_the_next_version(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1, K2), call("C1", 100, "ISSUED", "L3", K3)])
    home.derive()
    assert [event for _, _, event, _ in home.events(TOLD)] == [
        "CAPITAL_CALL_CREATED",
        "CAPITAL_CALL_REMOVED",
        "CAPITAL_CALL_CREATED",
    ]


def test_deriving_again_makes_no_event_and_an_unchanged_relation_is_not_compared(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1)])
    assert home.derive().compared == ["calls", "tests", "investors"]
    again = home.derive()
    assert (again.events, again.compared) == ({}, [])
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1), call("C2", 5, "ISSUED", "L2", K2)])
    third = home.derive()
    assert (third.events, third.compared) == ({"CAPITAL_CALL_CREATED": 1}, ["calls"])


def test_a_withdrawn_load_gives_compensating_events(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1, K3), call("C1", 120, "ISSUED", "L3", K3)])
    home.derive()
    home.withdraw("L3", K4)
    home.tell(
        "fact_calls_history",
        [
            call("C1", 100, "ISSUED", "L1", K1, K3),
            call("C1", 120, "ISSUED", "L3", K3, K4),
            call("C1", 100, "ISSUED", "L1", K4),
        ],
    )
    assert home.derive().events == {"CAPITAL_CALL_CHANGED": 1}
    ((known_at, cause, load_id, data),) = home.events("known_at, cause, load_id, event_data", "event_version = 3")
    assert (known_at, cause, load_id) == (K4, "WITHDRAWAL", "L3")
    assert json.loads(data)["changes"] == {"amount": {"old": "120.0000", "new": "100.0000"}}
    assert_told(home)


def test_a_file_of_the_past_that_comes_late_changes_what_was_known_then_and_nothing_after(home: EventHome) -> None:
    """A back-loaded file: known between two instants of which events were derived before it came."""
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1, K3), call("C1", 300, "ISSUED", "L3", K3)])
    home.derive()
    home.tell(
        "fact_calls_history",
        [
            call("C1", 100, "ISSUED", "L1", K1, K2),
            call("C1", 200, "ISSUED", "L2", K2, K3),
            call("C1", 300, "ISSUED", "L3", K3),
        ],
    )
    assert home.derive().events == {"CAPITAL_CALL_CHANGED": 1}
    with home.warehouse.connect() as connection:
        amounts = [states(connection, "calls", instant)[HOUSE, "C1", ""]["amount"] for instant in (K1, K2, K3)]
    assert amounts == ["100.0000", "200.0000", "300.0000"]
    assert home.events("event_version, known_at")[-1] == (3, K2)
    assert_told(home)


def test_a_past_state_that_code_recalculates_is_restated_by_a_run(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1)])
    home.derive()
    home.tell("fact_calls_history", [call("C1", 101, "ISSUED", "L1", K1)])
    home.derive()
    ((known_at, cause, load_id, run_id, data),) = home.events(
        "known_at, cause, load_id, run_id, event_data", "event_version = 2"
    )
    assert (known_at, cause, load_id, run_id) == (K1, "RUN", None, "run-2")
    assert json.loads(data)["changes"] == {"amount": {"old": "100.0000", "new": "101.0000"}}
    assert_told(home)


def test_a_test_is_breached_and_cured_against_the_date_before_that_decided_it(home: EventHome) -> None:
    days = [D(2024, month, 1) for month in range(1, 6)]
    home.tell(
        "fact_tests_history",
        [oc_test(day, passed) for day, passed in zip(days, (True, False, None, False, True), strict=True)],
    )
    home.derive()
    assert home.events("event_type, part_id") == [
        ("TEST_MEASURED", "2024-01-01"),
        ("TEST_BREACHED", "2024-02-01"),
        ("TEST_MEASURED", "2024-04-01"),
        ("TEST_CURED", "2024-05-01"),
    ]
    assert_told(home)


def test_a_backdated_correction_breaches_the_test_of_its_own_date(home: EventHome) -> None:
    first, second = D(2024, 1, 1), D(2024, 2, 1)
    home.tell("fact_tests_history", [oc_test(first, True), oc_test(second, True)])
    home.derive()
    home.tell("fact_tests_history", [oc_test(first, True, until=K2), oc_test(first, False, K2), oc_test(second, True)])
    home.derive()
    assert home.events("event_type, part_id, known_at", "event_version > 2") == [("TEST_BREACHED", "2024-01-01", K2)]
    assert_told(home)


def investor(name: str, since: D, load: str, known_at: dt.datetime, tax_id: str | None = None) -> tuple:
    return "I1", since, name, tax_id, known_at, load


def test_a_new_version_of_an_investor_changes_the_one_before(home: EventHome) -> None:
    home.tell(
        "dim_investor",
        [investor("Harbour", D(1900, 1, 1), "L1", K1), investor("Harbour and Coast", D(2024, 4, 20), "L2", K2)],
    )
    home.derive()
    told = home.events("event_version, event_type, occurred_at, known_at, load_id")
    assert told == [
        (1, "INVESTOR_CREATED", dt.datetime(2024, 1, 20), K1, "L1"),
        (2, "INVESTOR_UPDATED", dt.datetime(2024, 4, 20), K2, "L2"),
    ]
    ((data,),) = home.events("event_data", "event_version = 2")
    assert json.loads(data)["changes"] == {"investor_name": {"old": "Harbour", "new": "Harbour and Coast"}}


def test_a_correction_of_an_older_as_of_date_is_learned_when_it_comes_and_keeps_what_followed(home: EventHome) -> None:
    """The version of L1's date is renamed by L4; so that of L2's date, which had said the same, shows as one of its own."""
    home.tell("dim_investor", [investor("Harbour", D(1900, 1, 1), "L1", K1)])
    home.derive(now=K3)
    home.load("L4", K4, K1.date())
    home.tell(
        "dim_investor",
        [investor("Harbor", D(1900, 1, 1), "L4", K4), investor("Harbour", D(2024, 4, 20), "L2", K2)],
    )
    home.derive()
    assert home.events("event_version, part_id, known_at, load_id") == [
        (1, "1900-01-01", K1, "L1"),
        (2, "1900-01-01", K4, "L4"),
        (3, "2024-04-20", K4, "L4"),
    ]
    assert_told(home)


def test_a_version_that_its_withdrawn_load_opened_is_compensated(home: EventHome) -> None:
    old, new = investor("Harbour", D(1900, 1, 1), "L1", K1), investor("Coast", D(2024, 4, 20), "L2", K2)
    home.tell("dim_investor", [old, new])
    home.derive()
    home.withdraw("L2", K4)
    home.tell("dim_investor", [old])
    home.derive()
    ((event, known_at, cause, load_id, data),) = home.events(
        "event_type, known_at, cause, load_id, event_data", "event_version = 3"
    )
    assert (event, known_at, cause, load_id) == ("INVESTOR_UPDATED", K4, "WITHDRAWAL", "L2")
    assert json.loads(data) == {"state": None, "changes": {"investor_name": {"old": "Coast", "new": "Harbour"}}}
    assert_told(home)


def test_restricted_fields_are_masked(home: EventHome) -> None:
    """Source: input-contracts 2.8."""
    home.tell("dim_investor", [investor("Harbour", D(1900, 1, 1), "L1", K1, tax_id="12-3456789")])
    home.derive()
    ((data,),) = home.events("event_data")
    assert "12-3456789" not in data
    assert json.loads(data)["state"]["tax_id"] == "***"


def test_snapshots_are_taken_as_the_policy_says_and_replay_to_the_same(home: EventHome) -> None:
    """The first five states end in a removal, six versions; the second derivation takes it back and adds two, which makes nine."""
    stretches = [K1 + dt.timedelta(days=day) for day in range(8)]
    rows = [
        call("C1", number, "ISSUED", "L1", since, until)
        for number, (since, until) in enumerate(zip(stretches, [*stretches[1:], None], strict=True))
    ]
    home.tell("fact_calls_history", rows[:5])
    home.derive()
    home.tell("fact_calls_history", rows)
    home.derive()
    taken = home.warehouse.rows("select event_version from ops.event_snapshots order by 1")
    assert taken == [(6,), (9,)]
    assert len(home.events("1")) == 9
    with home.warehouse.connect() as connection:
        for instant in (None, *stretches):
            known = "true" if instant is None else f"known_at <= timestamp '{instant}'"
            whole, short = (
                connection.execute(
                    f"select * from ({parts_sql(from_snapshots=s, known=known)}) order by all"
                ).fetchall()
                for s in (False, True)
            )
            assert whole == short
    assert_told(home)


def test_the_warehouse_replays_by_the_rule_of_one_aggregate(home: EventHome) -> None:
    """Against calculations.events.replay, whose properties are tested there; with an event appended late and a removal."""
    home.tell("fact_calls_history", [call("C1", 1, "ISSUED", "L1", K1, K3), call("C1", 3, "ISSUED", "L3", K3, K4)])
    home.derive()
    home.tell(
        "fact_calls_history",
        [
            call("C1", 1, "ISSUED", "L1", K1, K2),
            call("C1", 2, "ISSUED", "L2", K2, K3),
            call("C1", 3, "ISSUED", "L3", K3, K4),
        ],
    )
    home.derive()
    told = [
        Event(version, Part("calls", ""), known_at, json.loads(data)["state"])
        for version, known_at, data in home.events("event_version, known_at, event_data")
    ]
    with home.warehouse.connect() as connection:
        for instant in (K1 - dt.timedelta(days=1), K1, K2, K3, K4):
            found = {Part("calls", part): state for (*_, part), state in states(connection, "calls", instant).items()}
            assert found == replay(told, known_at=instant)


def test_the_check_finds_an_event_that_was_altered(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1)])
    home.derive()
    home.execute("update ops.events set event_data = replace(event_data, '100.0000', '999.0000')")
    found, looked_at = differences(home.warehouse, home.policy)
    assert looked_at == 1
    assert found == ["CAPITAL_CALL:C1 of alder differs from its events in marts.fact_calls (1 of calls)"]


def test_the_checks_find_an_event_that_was_lost_and_one_that_was_doubled(home: EventHome) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1), call("C2", 5, "ISSUED", "L1", K1)])
    home.derive()
    home.execute("insert into ops.events from ops.events where aggregate_id = 'C1'")
    doubled = misnumbered(home.warehouse)[0]
    assert "CAPITAL_CALL:C1 of alder: expected versions 1 to 2, found up to 1" in doubled
    home.execute("delete from ops.events where aggregate_id = 'C1'")
    assert (
        "expected 2 events as the head says, found 1 numbered 2 to 2 with 1 different ids"
        in misnumbered(home.warehouse)[0]
    )
    assert differences(home.warehouse, home.policy)[0] == [
        "CAPITAL_CALL:C1 of alder has no event in marts.fact_calls (1 of calls)"
    ]


def test_a_relation_that_the_warehouse_lacks_is_named(home: EventHome) -> None:
    home.execute("drop view marts.fact_calls")
    with pytest.raises(UnknownRelation, match=r"event source calls: the warehouse has no relation marts.fact_calls"):
        home.derive()


def test_an_error_between_events_and_watermark_keeps_neither(home: EventHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home.tell("fact_calls_history", [call("C1", 100, "ISSUED", "L1", K1)])

    def fails(*_: object) -> int:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(deriving, "append_rows", fails)
        with pytest.raises(RuntimeError, match="disk"):
            home.derive()
    assert home.events("1") == []
    assert home.derive().events == {"CAPITAL_CALL_CREATED": 1}


KILLED = """
import os, signal, sys
from pathlib import Path
from calculations.events.replay import Event, Part, replay
from orchestration.events import deriving
from tests.orchestration.event_homes import NOW, POLICY
from calculations.events.definitions import EventPolicy
from orchestration.warehouse import Warehouse

real = getattr(deriving, sys.argv[2])
def then_die(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(deriving, sys.argv[2], then_die)
deriving.derive_events(Warehouse(Path(sys.argv[1])), EventPolicy.model_validate(POLICY), NOW, "killed")
"""


@pytest.mark.parametrize("after", ["give_causes", "append_events", "append_rows", "take_snapshots"])
def test_a_process_killed_while_deriving_loses_and_doubles_no_event(home: EventHome, after: str) -> None:
    home.tell("fact_calls_history", [call(f"C{n}", n, "SETTLED", "L1", K1) for n in range(1, 4)])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.warehouse.path), after],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert home.events("1") == []
    assert home.derive().events == {"CAPITAL_CALL_CREATED": 3, "CAPITAL_CALL_PAID": 3}
    assert_told(home)
