"""Old rows in the archive: seen as before, written safely, taken out under approval. Source: fund-admin 1.12."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from calculations.approvals.log import Asked
from calculations.approvals.policy import Action, SubjectType
from orchestration import as_known_at
from orchestration.approving import COMMAND_LINE, act
from orchestration.retention import archive_files, archiving
from orchestration.retention.approved import NotApproved
from orchestration.retention.archive_access import read_archive, restore_archive
from orchestration.retention.archive_files import BrokenArchive
from orchestration.retention.archiving import archive
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows
from tests.orchestration.retention_homes import (
    APPROVES,
    ASKS,
    HOUSE,
    approve,
    breaches,
    copy_home,
    everything,
    make_home,
)

AGED = ("OLD", "LATER")  # past half of seven years; the newest is not, the prices have no rule


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: creating every table of Weir takes seconds."""
    _, settings = make_home(tmp_path_factory.mktemp("made") / "home")
    return settings.home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> tuple[Warehouse, Settings]:
    return copy_home(made, tmp_path / "home")


def archives(warehouse: Warehouse, what: str = "archive_id") -> list:
    return [value for (value,) in warehouse.rows(f"select {what} from ops.archives order by archive_id")]


def test_archived_rows_leave_the_warehouse_and_every_reader_sees_them_as_before(
    home: tuple[Warehouse, Settings],
) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    done = archive(warehouse, settings)
    assert {part.terms.load_id for part in done.parts} == set(AGED)
    assert everything(warehouse) == before
    assert warehouse.rows("select distinct _load_id from hot.cells") == [("NEWEST",)]
    assert breaches(warehouse) == []
    # A new load is seen beside them.
    with warehouse.transaction() as connection:
        append_rows(connection, "raw.cells", [{"_load_id": "NEWER", "_row": 1}])
    assert ("NEWER",) in warehouse.rows("select distinct _load_id from raw.cells")
    assert archive(warehouse, settings).parts == ()


def test_an_archive_says_what_its_file_holds(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings)
    rows = warehouse.records("select * from ops.archives")
    assert len(rows) == 8  # two loads of four tables
    for row in rows:
        file = settings.home / row["path"]
        assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert row["byte_size"] == file.stat().st_size
        assert row["row_count"] == pq.read_metadata(file).num_rows
        assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"
        assert (row["status"], row["retention_class"]) == ("VERIFIED", "REGULATED")
        assert row["delete_after"] == dt.date({"OLD": 2017, "LATER": 2018}[row["load_id"]], 3, 31)


def test_a_dry_run_moves_nothing(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    assert len(archive(warehouse, settings, is_dry_run=True).parts) == 8
    assert archives(warehouse) == []
    assert not settings.archive_path.exists()


def test_what_no_rule_covers_is_archived_on_demand_alone_and_kept_for_ever(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings, before=dt.date(2010, 12, 31))
    found = warehouse.rows(
        "select distinct load_id, delete_after is null, retention_class from ops.archives order by 1"
    )
    assert found == [("OLD", False, "REGULATED"), ("PRICES", True, None)]


def test_rows_that_read_back_differently_stay_in_the_warehouse(
    home: tuple[Warehouse, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, settings = home
    before, of_file = everything(warehouse), archive_files.of_file
    monkeypatch.setattr(archive_files, "of_file", lambda *file: f"{of_file(*file)} limit 0")
    done = archive(warehouse, settings)
    assert done.parts == ()
    assert len(done.failed) == 8
    assert set(archives(warehouse, "status")) == {"FAILED"}
    assert [path for path in settings.archive_path.rglob("*") if path.is_file()] == []
    assert everything(warehouse) == before
    assert {row for (row,) in warehouse.rows("select outcome from ops.audit_trail where action = 'ARCHIVE'")} == {
        "FAILED"
    }


def test_an_archiving_that_was_killed_loses_and_doubles_nothing(
    home: tuple[Warehouse, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    with monkeypatch.context() as killed:
        killed.setattr(archiving, "show", lambda *view: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive(warehouse, settings)
    assert everything(warehouse) == before
    assert set(archives(warehouse, "status")) == {"CREATED"}
    archive(warehouse, settings)
    assert everything(warehouse) == before
    in_place = {
        settings.home / path for (path,) in warehouse.rows("select path from ops.archives where status = 'VERIFIED'")
    }
    assert {path for path in settings.archive_path.rglob("*") if path.is_file()} == in_place


def test_a_home_that_was_moved_finds_its_archives(home: tuple[Warehouse, Settings], tmp_path: Path) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    archive(warehouse, settings)
    moved = shutil.move(settings.home, tmp_path / "else where's")
    assert everything(Warehouse(Path(moved) / "warehouse.duckdb")) == before


def test_a_missing_archive_is_an_error_and_not_fewer_rows(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings)
    shutil.rmtree(settings.archive_path / "cells")
    with pytest.raises(duckdb.IOException, match="archive/cells"):
        warehouse.rows("select count(*) from raw.cells")


def test_a_home_of_the_past_sees_the_archive_of_then_and_nothing_later(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings)
    before = everything(warehouse)
    past = as_known_at.home_as_known_at(settings, dt.datetime(2010, 12, 31))
    of_then = everything(Warehouse(past.warehouse_path))
    assert {row[0] for row in Warehouse(past.warehouse_path).rows("select _load_id from raw.cells")} == {"OLD"}
    assert of_then["raw.prices"] == before["raw.prices"]
    assert everything(warehouse) == before


def test_a_column_that_a_contract_gains_is_null_in_rows_archived_before(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings)
    with warehouse.transaction() as connection:
        connection.execute("drop view raw.fund_funds; alter table hot.fund_funds drop column fund_name")
        connection.execute("create view raw.fund_funds as select * from hot.fund_funds")
    warehouse.create_tables()
    assert warehouse.rows("select _load_id, fund_name from raw.fund_funds order by _load_id") == [
        ("LATER", None),
        ("NEWEST", None),
        ("OLD", None),
    ]


def test_a_restore_needs_another_persons_approval_and_brings_every_row_back(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    before = everything(warehouse)
    archive(warehouse, settings)
    ((wanted,),) = warehouse.rows(
        "select archive_id from ops.archives where load_id = 'OLD' and relation = 'raw.cells'"
    )
    with pytest.raises(NotApproved, match="weir approve request"):
        restore_archive(warehouse, settings, wanted, "audit")
    assert not approve(warehouse, settings, SubjectType.RESTORE, wanted, approver=ASKS)
    with pytest.raises(NotApproved):
        restore_archive(warehouse, settings, wanted, "audit")
    assert approve(warehouse, settings, SubjectType.RESTORE, wanted) is False  # asked for already
    act(warehouse, settings, Asked(Action.APPROVE, SubjectType.RESTORE, wanted, APPROVES), COMMAND_LINE, "test")
    out = settings.home / "copy.parquet"
    read_archive(warehouse, settings, wanted, "audit", out)
    assert pq.read_metadata(out).num_rows == 4
    assert restore_archive(warehouse, settings, wanted, "audit").row_count == 4
    assert everything(warehouse) == before
    assert warehouse.rows("select count(*) from hot.cells where _load_id = 'OLD'") == [(4,)]
    logged = warehouse.rows("select action, approved_by, reason from ops.archive_access order by accessed_at")
    assert logged == [("READ", APPROVES, "audit"), ("RESTORE", APPROVES, "audit")]
    audited = warehouse.rows(
        "select action, organization_id from ops.audit_trail where entity_type = 'archive' order by entry_number"
    )
    assert audited == [("VIEW", HOUSE), ("RESTORE", HOUSE)]


def test_an_archive_that_somebody_changed_is_not_restored(home: tuple[Warehouse, Settings]) -> None:
    warehouse, settings = home
    archive(warehouse, settings)
    wanted, path = warehouse.rows("select archive_id, path from ops.archives where relation = 'raw.cells'")[0]
    approve(warehouse, settings, SubjectType.RESTORE, wanted)
    other = warehouse.rows("select path from ops.archives where relation = 'raw.cells'")[1][0]
    shutil.copyfile(settings.home / other, settings.home / path)
    with pytest.raises(BrokenArchive, match="expected SHA-256"):
        restore_archive(warehouse, settings, wanted, "audit")
