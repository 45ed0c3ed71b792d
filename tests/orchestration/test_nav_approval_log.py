"""The sealed log of approvals of strikes: what is written to it, or to approved strikes, by any other way is caught.

Rules: nav 6.
"""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest

from calculations.approvals.chain import seal
from orchestration.nav_approval_rows import HEAD, LOG, log_rows
from orchestration.sealed_log import STRIKE_APPROVALS, LostKey
from orchestration.settings import Settings
from tests.orchestration.nav_approvals import (
    CONTROLLER,
    DIRECTOR,
    PARTNER,
    approved,
    found,
    opened,
    take,
)
from tests.orchestration.nav_tables import NavTables


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tables(settings: Settings) -> NavTables:
    return NavTables(settings.warehouse_path)


def test_rows_of_a_strike_that_change_end_its_approval(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    with tables.warehouse.transaction() as connection:
        connection.execute("update ops.nav_components set price = price + 0.000000000001 where line = 2")
    (event,) = take(settings, "APPROVE", DIRECTOR)
    assert event.refusal == "STALE_HASH"
    assert "its rows changed" in found(tables, settings)[0]


@pytest.mark.parametrize(
    "change",
    [
        "update ops.nav_runs set net_assets = net_assets + 1",
        "update ops.nav_strikes set nav_per_share = 11",
        "update ops.nav_validations set outcome = 'PASSED'",
        "delete from ops.nav_components where line = 2",
        "insert into ops.nav_strikes from ops.nav_strikes",
        "delete from ops.nav_runs",
    ],
)
def test_a_strike_written_to_after_its_approval_is_caught(tables: NavTables, settings: Settings, change: str) -> None:
    opened(tables, settings, previous=None)
    take(settings, "APPROVE", DIRECTOR)
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        connection.execute(change)
    assert found(tables, settings) != []


def test_a_column_that_strikes_gain_leaves_approvals_as_they_were(
    tables: NavTables, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration import nav_subjects

    approved(tables, settings)
    grown = {name: dict(columns) for name, columns in nav_subjects.own_tables().items()}
    grown["ops.nav_components"]["a_later_column"] = "varchar"
    monkeypatch.setattr(nav_subjects, "own_tables", lambda: grown)
    with tables.warehouse.transaction() as connection:
        connection.execute("alter table ops.nav_components add column a_later_column varchar")
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        connection.execute("update ops.nav_components set a_later_column = 'x'")
    assert found(tables, settings) != []


# A direct write by SQL, after two approvals were refused and one was taken.
DIRECT = {
    "update of the actor": f"update {LOG} set actor = '{PARTNER}' where step = 'APPROVE'",
    "update of a comment": f"update {LOG} set comment = 'x' where event_number = 1",
    "update of a refusal": f"update {LOG} set refusal = null, to_status = 'APPROVED' where event_number = 3",
    "delete in the middle": f"delete from {LOG} where event_number = 3",
    "delete at the end": f"delete from {LOG} where event_number = 4",
    "delete of all": f"delete from {LOG}",
    "delete of the head": f"delete from {HEAD}",
    "shortened with its head": (
        f"delete from {LOG} where event_number = 4; "
        f"update {HEAD} set event_count = 3, event_hash = (select event_hash from {LOG} where event_number = 3)"
    ),
    "insert of a copy": f"insert into {LOG} select * replace (5 as event_number) from {LOG} where event_number = 4",
    "insert of the same again": f"insert into {LOG} from {LOG}",
    "insert of an approval": (
        f"insert into {LOG} select * replace (5 as event_number, 'PUBLISH' as step, 'APPROVED' as from_status, "
        f"'PUBLISHED' as to_status, '{PARTNER}' as actor, event_hash as previous_hash, repeat('0', 64) as event_hash) "
        f"from {LOG} where event_number = 4"
    ),
    "a step that is none": f"update {LOG} set step = 'WAVE_THROUGH' where event_number = 4",
    "an instant taken away": f"update {LOG} set recorded_at = null where event_number = 4",
}


@pytest.mark.parametrize("change", DIRECT)
def test_a_direct_write_to_the_log_is_caught(tables: NavTables, settings: Settings, change: str) -> None:
    opened(tables, settings)
    take(settings, "APPROVE", CONTROLLER)
    take(settings, "APPROVE", DIRECTOR)
    assert len(tables.log()) == 4
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        for statement in DIRECT[change].split("; "):
            connection.execute(statement)
    assert found(tables, settings) != []


def test_a_forged_event_with_a_right_chain_needs_the_key(tables: NavTables, settings: Settings) -> None:
    """Whoever writes to the table and knows how rows are sealed still lacks the key of the home."""
    opened(tables, settings)
    with tables.warehouse.connect() as connection:
        last = log_rows(connection)[-1]
    forged = last | {
        "event_number": 3,
        "step": "APPROVE",
        "from_status": "VALIDATED",
        "to_status": "APPROVED",
        "actor": DIRECTOR,
        "stated_actor": DIRECTOR,
        "is_automatic": False,
        "approvals": 1,
        "message": "APPROVE taken",
        "previous_hash": last["event_hash"],
    }
    forged["event_hash"] = seal(b"a guess", last["event_hash"], LOG, 3, STRIKE_APPROVALS.sealed_fields(forged))
    with tables.warehouse.transaction() as connection:
        names = ", ".join(f'"{name}"' for name in forged)
        marks = ", ".join("?" for _ in forged)
        connection.execute(f"insert into {LOG} ({names}) values ({marks})", list(forged.values()))
        connection.execute(f"update {HEAD} set event_count = 3, event_hash = ?", [forged["event_hash"]])
    assert found(tables, settings) == [
        "event 3 is not as it was written",
        "the log ends otherwise than its head says: 3 rows found",
    ], "its transition is one that the rules allow: the seal alone tells"


def test_an_older_log_put_back_with_its_head_is_not_what_was_published(tables: NavTables, settings: Settings) -> None:
    opened(tables, settings)
    with tables.warehouse.transaction() as connection:
        for relation in (LOG, HEAD):
            connection.execute(f"create table ops.old_{relation.partition('.')[2]} as from {relation}")
    take(settings, "REJECT", DIRECTOR, comment="a price is wrong")
    ((count, last),) = tables.warehouse.rows(f"select event_count, event_hash from {HEAD}")
    settings.published_link.mkdir()
    published = {"audit_heads": {LOG: {"events": count, "event_hash": last}}}
    (settings.published_link / "manifest.json").write_text(json.dumps(published))
    assert found(tables, settings) == []
    with tables.warehouse.transaction() as connection:
        for relation in (LOG, HEAD):
            connection.execute(f"delete from {relation}")
            connection.execute(f"insert into {relation} from ops.old_{relation.partition('.')[2]}")
    assert found(tables, settings) == ["event 3 is not the one of the publication in place"]


def test_the_key_is_its_owners_alone_and_is_not_replaced(tables: NavTables, settings: Settings) -> None:
    approved(tables, settings)
    assert stat.S_IMODE(settings.log_key.stat().st_mode) == 0o600
    settings.log_key.unlink()
    with pytest.raises(LostKey, match="restore it"):
        take(settings, "PUBLISH", PARTNER)
    assert found(tables, settings) == ["the key of the log is missing: logs.key"]


def test_a_home_of_the_past_looks_at_the_order_of_events_alone(tables: NavTables, settings: Settings) -> None:
    approved(tables, settings)
    settings.log_key.unlink()
    with tables.warehouse.transaction() as connection:
        connection.execute(f"delete from {LOG} where event_number = 3")
    past = Settings(home=settings.home, as_known_at=dt.datetime(2026, 3, 31))
    assert found(tables, past) == []
    with tables.warehouse.transaction() as connection:
        connection.execute(f"delete from {LOG} where event_number = 1")
    assert found(tables, past) != []
