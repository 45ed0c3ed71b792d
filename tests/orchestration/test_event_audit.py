"""Every domain event stands in the audit trail with what changed; of many, one row seals all. Source: fund-admin 1.10 (G-5, G-6)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration import audit
from orchestration.events import audited
from orchestration.events.audited import entries_after
from orchestration.events.deriving import derive_events
from orchestration.settings import Settings
from tests.orchestration.event_homes import K1, K2, NOW, EventHome

DAY, DUE = dt.date(2024, 1, 10), dt.date(2024, 1, 24)


@pytest.fixture
def home(tmp_path: Path) -> EventHome:
    home = EventHome(tmp_path)
    home.load("l1", K1, dt.date(2024, 1, 31))
    home.load("l2", K2, dt.date(2024, 3, 31))
    return home


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def derive(home: EventHome, settings: Settings) -> None:
    def write(connection, after: int) -> None:  # type: ignore[no-untyped-def]
        audit.record(connection, settings, entries_after(connection, after))

    derive_events(home.warehouse, home.policy, NOW, "run-1", write)


def trail(home: EventHome) -> list[tuple]:
    return home.warehouse.rows(
        "select action, entity_type, entity_id, reason, correlation_id, changes from ops.audit_trail order by entry_number"
    )


def tell_calls(home: EventHome) -> None:
    """One call is settled by the second load, the other one is gone with it."""
    home.tell(
        "fact_calls_history",
        [
            ("C1", DAY, DUE, 100, "ISSUED", "l1", K1, K2),
            ("C1", DAY, DUE, 100, "SETTLED", "l2", K2, None),
            ("C2", DAY, DUE, 50, "ISSUED", "l1", K1, K2),
        ],
    )


def test_what_a_load_creates_changes_and_removes_is_a_row_each_with_old_and_new(
    home: EventHome, settings: Settings
) -> None:
    tell_calls(home)
    derive(home, settings)
    found = {
        (action, name, reason, cause): json.loads(said) if said else {}
        for action, _, name, reason, cause, said in trail(home)
    }
    assert set(found) == {
        ("CREATE", "C1", "CAPITAL_CALL_CREATED", "l1"),
        ("CREATE", "C2", "CAPITAL_CALL_CREATED", "l1"),
        ("UPDATE", "C1", "CAPITAL_CALL_PAID", "l2"),
        ("DELETE", "C2", "CAPITAL_CALL_REMOVED", "l2"),
    }
    assert found["UPDATE", "C1", "CAPITAL_CALL_PAID", "l2"] == {"status": ["ISSUED", "SETTLED"]}
    assert found["CREATE", "C2", "CAPITAL_CALL_CREATED", "l1"]["status"] == [None, "ISSUED"]
    assert audit.breaches(home.warehouse, settings) == ([], 4)


def test_deriving_again_writes_no_row(home: EventHome, settings: Settings) -> None:
    tell_calls(home)
    derive(home, settings)
    derive(home, settings)
    assert len(trail(home)) == 4


EDITS: dict[str, Callable[[EventHome], None]] = {
    "edited": lambda home: home.execute("update ops.events set event_type = 'X' where event_number = 2"),
    "removed": lambda home: home.execute("delete from ops.events where event_number = 2"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_many_events_of_one_cause_are_sealed_by_one_row_and_an_edit_of_one_is_found(
    home: EventHome, settings: Settings, monkeypatch: pytest.MonkeyPatch, edit: Callable[[EventHome], None]
) -> None:
    few = audit.audit_policy().model_copy(update={"events_one_by_one": 1})
    monkeypatch.setattr(audited, "audit_policy", lambda: few)
    tell_calls(home)
    derive(home, settings)
    rows = trail(home)
    assert [(kind, name, cause) for _, kind, name, _, cause, _ in rows] == [
        ("events", "CAPITAL_CALL", "l1"),
        ("events", "CAPITAL_CALL", "l2"),
    ]
    assert json.loads(rows[0][5])["events"] == [None, 2]
    assert audit.breaches(home.warehouse, settings) == ([], 2)
    edit(home)
    assert [breach.what for breach in audit.breaches(home.warehouse, settings)[0]] == [
        "the events that entry 1 seals are not as they were written"
    ]
