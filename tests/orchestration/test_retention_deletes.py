"""Deletes for retention and erasure, and the holds that veto them. Source: fund-admin 1.12; input-contracts 2.6."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from calculations.approvals.policy import SubjectType
from orchestration.publish import point_to, remove_old_publications
from orchestration.retention import erasing
from orchestration.retention.approved import NotApproved
from orchestration.retention.archiving import archive
from orchestration.retention.deletion_plans import NotDeletable, Reason, due_for_deletion, sha256_of
from orchestration.retention.erasing import StalePlan, dry_run, erase, finish_deletions
from orchestration.retention.legal_holds import HoldScope, UnderLegalHold, WrongHold, place, release, vetoes
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from orchestration.withdrawing import withdraw
from tests.orchestration.retention_homes import (
    APPROVES,
    CELLS,
    HOUSE,
    SHA,
    approve,
    approved_plan,
    breaches,
    copy_home,
    everything,
    make_home,
)

RULE = "financial_transactions"
Home = tuple[Warehouse, Settings]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    warehouse, settings = make_home(tmp_path_factory.mktemp("made") / "home")
    archive(warehouse, settings)
    return settings.home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """Two old loads in the archive, the newest and the prices in the warehouse."""
    return copy_home(made, tmp_path / "home")


def loads_left(warehouse: Warehouse) -> set[str]:
    return {row[0] for row in warehouse.rows("select distinct _load_id from raw.cells")}


def test_a_content_past_its_retention_goes_whole_and_leaves_tombstones(home: Home) -> None:
    warehouse, settings = home
    plan = approved_plan(warehouse, settings, "OLD")
    files = [settings.home / path for (path,) in warehouse.rows("select path from ops.archives where load_id = 'OLD'")]
    erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert {
        load for rows in everything(warehouse).values() for row in rows for load in ("OLD",) if load in row
    } == set()
    assert loads_left(warehouse) == {"LATER", "NEWEST"}
    assert [path for path in [*files, settings.inbox_path / "OLD.xlsx"] if path.exists()] == []
    assert (settings.inbox_path / "LATER.xlsx").exists()
    assert warehouse.rows("select status from raw.source_files where file_sha256 = ?", [SHA["OLD"]]) == [("expunged",)]
    tombstones = warehouse.rows(
        "select sheet, first_row, last_row, row_count, cell_count, reason, policy, approved_by from raw.tombstones order by sheet"
    )
    said = ("RETENTION", RULE, APPROVES)
    # Of the call one row was staged and one refused.
    assert tombstones == [("Capital Calls", 2, 3, 2, 2, *said), ("Funds", 2, 2, 1, 2, *said)]
    assert breaches(warehouse) == []
    assert warehouse.rows("select sum(cell_count) from raw.tombstones") == [(CELLS,)]
    assert warehouse.rows("select action, approved_by, count(*) from ops.archive_access group by all") == [
        ("DELETE", APPROVES, 4)
    ]
    assert ("ERASE", "DONE", HOUSE) in warehouse.rows("select action, outcome, organization_id from ops.audit_trail")
    with pytest.raises(NotDeletable, match="was deleted already"):
        dry_run(warehouse, settings, SHA["OLD"], Reason.ERASURE, "court_order")


def test_a_delete_needs_the_hash_of_its_dry_run_and_another_persons_approval(home: Home) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    plan = dry_run(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE)
    with pytest.raises(NotApproved):
        erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert approve(warehouse, settings, SubjectType.RETENTION_DELETE, SHA["OLD"])
    with pytest.raises(StalePlan):
        erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, "0" * 64)
    # Another reason, or another file with the content, is another plan: the approval does not cover it.
    other = dry_run(warehouse, settings, SHA["OLD"], Reason.ERASURE, "court_order")
    with pytest.raises(NotApproved):
        erase(warehouse, settings, SHA["OLD"], Reason.ERASURE, "court_order", other.plan_hash)
    (settings.inbox_path / "copy.xlsx").write_bytes((settings.inbox_path / "OLD.xlsx").read_bytes())
    with pytest.raises(StalePlan):
        erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert everything(warehouse) == before
    refused = warehouse.rows("select count(*) from ops.audit_trail where action = 'ERASE' and outcome = 'REFUSED'")
    assert refused == [(4,)]


def test_retention_keeps_what_is_not_due_what_is_in_force_and_what_no_rule_covers(home: Home) -> None:
    warehouse, settings = home
    newest = dry_run(warehouse, settings, SHA["NEWEST"], Reason.RETENTION, RULE)
    assert [why.split(" ", 2)[2].split(" by")[0] for why in newest.kept_because] == [
        "is kept until 2033-09-30",
        "is part of what its feed states today: withdraw it first",
    ]
    prices = dry_run(warehouse, settings, SHA["PRICES"], Reason.RETENTION, RULE)
    assert "no rule covers" in prices.kept_because[0]
    shorter = dry_run(warehouse, settings, SHA["OLD"], Reason.RETENTION, "capital_calls")
    assert f"kept by rule {RULE}" in shorter.kept_because[0]
    with pytest.raises(NotDeletable, match="policy must be one of"):
        dry_run(warehouse, settings, SHA["OLD"], Reason.ERASURE, RULE)
    with warehouse.connect() as connection:
        assert [plan.load_ids for plan in due_for_deletion(connection, settings)] == [("LATER",), ("OLD",)] or [
            plan.load_ids for plan in due_for_deletion(connection, settings)
        ] == [("OLD",), ("LATER",)]


def test_an_erasure_takes_what_is_in_force_and_its_feed_is_as_if_it_had_not_come(home: Home) -> None:
    warehouse, settings = home
    plan = approved_plan(warehouse, settings, "NEWEST", Reason.ERASURE, "data_subject_request")
    erase(warehouse, settings, SHA["NEWEST"], Reason.ERASURE, "data_subject_request", plan.plan_hash)
    assert loads_left(warehouse) == {"OLD", "LATER"}
    assert warehouse.rows("select load_id from ops.withdrawals") == [("NEWEST",)]
    assert breaches(warehouse) == []


def test_a_delete_that_failed_deletes_nothing_and_one_that_died_after_it_is_finished_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    plan = approved_plan(warehouse, settings, "OLD")
    with monkeypatch.context() as killed:
        killed.setattr(erasing, "_mark_as_gone", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert everything(warehouse) == before
    assert warehouse.rows("select count(*) from raw.tombstones") == [(0,)]
    with monkeypatch.context() as killed:
        killed.setattr(erasing, "_remove", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert loads_left(warehouse) == {"LATER", "NEWEST"}
    assert (settings.inbox_path / "OLD.xlsx").exists()
    # Another file took a name meanwhile: it is no part of the delete.
    (settings.inbox_path / "OLD.xlsx").write_text("something else")
    assert finish_deletions(warehouse, settings) == 4  # archives
    assert (settings.inbox_path / "OLD.xlsx").read_text() == "something else"
    assert finish_deletions(warehouse, settings) == 0


# --- legal holds -----------------------------------------------------------------------------------------------------------


def publish_copy(settings: Settings, name: str, loads: list[str]) -> Path:
    folder = settings.publications_path / name
    folder.mkdir(parents=True)
    manifest = {"source_loads": [{"load_id": load} for load in loads]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def publications_of_old(warehouse: Warehouse, settings: Settings) -> None:
    """More publications than are kept, of which the oldest was made from the load."""
    for number in range(settings.publications_kept + 1):
        newest = publish_copy(settings, f"2026010{number}T000000000000Z", ["OLD"])
    point_to(settings, newest)


def erased(load: str, reason: Reason, policy: str) -> tuple[Callable, Callable]:
    def prepare(warehouse: Warehouse, settings: Settings) -> str:
        return approved_plan(warehouse, settings, load, reason, policy).plan_hash

    def attempt(warehouse: Warehouse, settings: Settings, plan_hash: str) -> None:
        with pytest.raises(UnderLegalHold):
            erase(warehouse, settings, SHA[load], reason, policy, plan_hash)

    return prepare, attempt


def of_archive(warehouse: Warehouse, settings: Settings) -> str:
    """An archive named instead of a load."""
    archive_id = warehouse.rows("select min(archive_id) from ops.archives where load_id = 'OLD'")[0][0]
    assert sha256_of(warehouse, archive_id=archive_id) == SHA["OLD"]
    return approved_plan(warehouse, settings, "OLD").plan_hash


def sweep(warehouse: Warehouse, settings: Settings, _: object) -> None:
    with warehouse.connect() as connection:
        plans = {plan.load_ids: plan for plan in due_for_deletion(connection, settings)}
    assert plans["OLD",].kept_because[0].startswith("legal: hold")


def prune(warehouse: Warehouse, settings: Settings, _: object) -> None:
    assert remove_old_publications(warehouse, settings) == []


def prune_erased(warehouse: Warehouse, settings: Settings, _: object) -> None:
    with warehouse.transaction() as connection:
        connection.execute(
            "insert into raw.tombstones by name select 'OLD' as load_id, 'ERASURE' as reason, timestamp '2027-01-01' as deleted_at"
        )
    assert remove_old_publications(warehouse, settings) == []


def back_up(warehouse: Warehouse, settings: Settings, _: object) -> None:
    with warehouse.connect() as connection:
        assert len(vetoes(connection, None)) == 1


def pending(path_of: Callable[[Warehouse, Settings], str]) -> tuple[Callable, Callable]:
    """A delete was committed and died before its file went; the hold came in between."""

    def prepare(warehouse: Warehouse, settings: Settings) -> str:
        with warehouse.transaction() as connection:
            connection.execute(
                "insert into ops.pending_file_deletions by name select ? as path, ? as file_sha256",
                [path_of(warehouse, settings), SHA["OLD"]],
            )
        return path_of(warehouse, settings)

    def attempt(warehouse: Warehouse, settings: Settings, path: str) -> None:
        assert finish_deletions(warehouse, settings) == 0
        assert (settings.home / path).exists()

    return prepare, attempt


def nothing(warehouse: Warehouse, settings: Settings) -> None:
    return None


def in_archive(warehouse: Warehouse, settings: Settings) -> str:
    return str(warehouse.rows("select min(path) from ops.archives where load_id = 'OLD'")[0][0])


def in_inbox(warehouse: Warehouse, settings: Settings) -> str:
    return str(settings.inbox_path / "OLD.xlsx")


def home_of_the_past(warehouse: Warehouse, settings: Settings) -> str:
    (settings.home / "as_known_at" / "20100401T000000Z").mkdir(parents=True, exist_ok=True)
    return "as_known_at/20100401T000000Z"


PATHS: dict[str, tuple[Callable, Callable]] = {
    "retention delete of archived rows": erased("OLD", Reason.RETENTION, RULE),
    "erasure on request": erased("OLD", Reason.ERASURE, "data_subject_request"),
    "erasure by court order": erased("OLD", Reason.ERASURE, "court_order"),
    "erasure of a wrong delivery": erased("OLD", Reason.ERASURE, "wrong_recipient"),
    "delete of an archive by its id": (of_archive, erased("OLD", Reason.RETENTION, RULE)[1]),
    "sweep of what is past its retention": (nothing, sweep),
    "removal of an archive's file": pending(in_archive),
    "removal of a file of the inbox": pending(in_inbox),
    "removal of a home of the past": pending(home_of_the_past),
    "pruning of publications": (publications_of_old, prune),
    "pruning of publications with erased data": (publications_of_old, prune_erased),
    "pruning of backups": (nothing, back_up),
}
HOLDS: dict[HoldScope, dict] = {
    HoldScope.LOAD: {"target_id": "OLD"},
    HoldScope.FILE: {"target_id": SHA["OLD"]},
    HoldScope.ORGANIZATION: {"target_id": HOUSE},
    HoldScope.ENTITY: {"target_id": "F1", "entity_type": "fund"},
}


@pytest.mark.parametrize("path", PATHS)
def test_a_legal_hold_vetoes_every_path_that_deletes(home: Home, path: str) -> None:
    """Whatever it holds, and although the delete was approved before the hold was placed."""
    warehouse, settings = home
    prepare, attempt = PATHS[path]
    prepared = prepare(warehouse, settings)
    before = everything(warehouse)
    files = set(settings.home.rglob("*.parquet")) | {settings.inbox_path / "OLD.xlsx"}
    for scope, target in HOLDS.items():
        hold = place(warehouse, settings, scope, reason="litigation", **target)
        attempt(warehouse, settings, prepared)
        assert everything(warehouse) == before, scope
        assert [file for file in files if not file.exists()] == [], scope
        release(warehouse, settings, hold.hold_id, "settled")


def test_a_released_hold_vetoes_no_more(home: Home) -> None:
    warehouse, settings = home
    hold = place(warehouse, settings, HoldScope.LOAD, "OLD", "litigation")
    assert dry_run(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE).kept_because
    release(warehouse, settings, hold.hold_id, "settled")
    plan = approved_plan(warehouse, settings, "OLD")
    erase(warehouse, settings, SHA["OLD"], Reason.RETENTION, RULE, plan.plan_hash)
    assert loads_left(warehouse) == {"LATER", "NEWEST"}
    events = warehouse.rows("select event, reason from ops.legal_holds order by recorded_at")
    assert events == [("PLACED", "litigation"), ("RELEASED", "settled")]
    audited = warehouse.rows("select reason from ops.audit_trail where action = 'LEGAL_HOLD' order by entry_number")
    assert audited == [("litigation",), ("settled",)]
    with pytest.raises(WrongHold, match="no hold"):
        release(warehouse, settings, hold.hold_id, "again")


def test_publications_go_once_no_hold_keeps_them(home: Home) -> None:
    warehouse, settings = home
    publications_of_old(warehouse, settings)
    assert remove_old_publications(warehouse, settings) == ["20260100T000000000000Z"]


def test_a_hold_ends_after_its_last_day_and_covers_what_it_names_alone(home: Home) -> None:
    warehouse, settings = home
    last = dt.date(2099, 12, 31)
    place(warehouse, settings, HoldScope.ENTITY, "C2", "refused row", entity_type="CALL", held_until=last)
    with warehouse.connect() as connection:
        assert len(vetoes(connection, ["OLD"], last)) == 1
        assert vetoes(connection, ["OLD"], last + dt.timedelta(days=1)) == []
        assert vetoes(connection, ["PRICES"], last) == []
    with pytest.raises(WrongHold, match="last day"):
        place(warehouse, settings, HoldScope.LOAD, "OLD", "too late", held_until=dt.date(2020, 1, 1))
    with pytest.raises(WrongHold, match="entity type must be one of"):
        place(warehouse, settings, HoldScope.ENTITY, "X", "who", entity_type="PLANET")


def test_a_withdrawal_stays_allowed_under_a_hold_because_nothing_is_deleted(home: Home) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    place(warehouse, settings, HoldScope.ORGANIZATION, HOUSE, "litigation")
    assert withdraw(warehouse, settings, "NEWEST", "sent by mistake").load_id == "NEWEST"
    assert everything(warehouse) == before
