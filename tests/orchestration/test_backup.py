"""Backup and recovery of a small home: what comes back, from when, what is refused, and what is left when something fails."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.audit import breaches
from orchestration.backup import shipping
from orchestration.backup.drilling import drill
from orchestration.backup.errors import BackupError, BrokenBackup, ForeignTarget, HomeInUse, WrongKey
from orchestration.backup.making import back_up
from orchestration.backup.packing import sha256_of
from orchestration.backup.policy import DataSet
from orchestration.backup.promoting import promote
from orchestration.backup.pruning import prune
from orchestration.backup.sealing import BackupKey
from orchestration.backup.shipping import ship, ship_and_tell
from orchestration.backup.sources import choose, choose_newest
from orchestration.backup.taking_out import take_out
from orchestration.backup.targets import backups_in, content_path, increments_in
from orchestration.home import RESTORE_MARKER, HalfRestored, prepare_home
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.orchestration.backup_home import KEY, SECRET_NAME, SmallHome, everything_in, is_audit


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIR_BACKUP_KEY", KEY)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load 1, a backup, load 2 shipped, load 3 shipped."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIR_BACKUP_KEY", KEY)
        home = SmallHome(folder)
        home.take_in(1)
        assert [each.failure for each in back_up(home.settings)] == [None, None]
        for number in (2, 3):
            home.take_in(number)
            assert [each.failure for each in ship(home.settings)] == [None, None]
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> SmallHome:
    """A copy of that home with its targets."""
    shutil.copytree(made, tmp_path / "copy", symlinks=True)
    return SmallHome(tmp_path / "copy")


def test_a_backup_and_what_was_shipped_bring_back_every_row(home: SmallHome, tmp_path: Path) -> None:
    done = home.bring_back(into=tmp_path / "other")
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert everything_in(other, without=is_audit) == everything_in(home.warehouse, without=is_audit)
    assert (done.loads_replayed, len(done.source.increments), done.breaches) == (2, 2, [])
    lost = home.warehouse.rows("select entry_hash from ops.audit_trail")
    assert lost == other.rows("select entry_hash from ops.audit_trail order by entry_number limit ?", [len(lost)])


def test_loads_come_back_with_their_ids_and_instants(home: SmallHome, tmp_path: Path) -> None:
    home.bring_back(into=tmp_path / "other")
    told = "select load_id, known_at, loaded_at, file_name from raw.loads order by 1"
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb").rows(told)
    assert other == home.warehouse.rows(told)
    assert len(other) == 3


def test_files_of_the_inbox_come_back_byte_by_byte(home: SmallHome, tmp_path: Path) -> None:
    home.bring_back(into=tmp_path / "other")
    before = {p.name: p.read_bytes() for p in home.settings.inbox_path.iterdir()}
    assert {p.name: p.read_bytes() for p in (tmp_path / "other" / "inbox").iterdir()} == before


def test_increments_alone_bring_back_every_row(tmp_path: Path) -> None:
    home = SmallHome(tmp_path)
    for number in (1, 2):
        home.take_in(number)
        ship(home.settings)
    done = home.bring_back(into=tmp_path / "other")
    assert done.source.backup is None
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert everything_in(other, without=is_audit) == everything_in(home.warehouse, without=is_audit)


def test_rows_that_were_changed_in_place_are_shipped_again(home: SmallHome, tmp_path: Path) -> None:
    with home.warehouse.transaction() as connection:
        connection.execute("update raw.source_files set byte_size = 7")
    ship(home.settings)
    home.bring_back(into=tmp_path / "other")
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert other.rows("select distinct byte_size from raw.source_files") == [(7,)]


def test_nothing_new_ships_nothing(home: SmallHome) -> None:
    assert [(each.sequence, each.files) for each in ship(home.settings)] == [(None, 0), (None, 0)]


def test_an_instant_of_the_past_brings_back_what_was_there_then(home: SmallHome, tmp_path: Path) -> None:
    second = increments_in(home.targets[0])[1]
    just_before = second.taken_at - dt.timedelta(microseconds=1)
    home.bring_back(into=tmp_path / "other", at=just_before)
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert other.rows("select file_name from raw.loads order by 1") == [("holidays_1.csv",), ("holidays_2.csv",)]
    assert sorted(p.name for p in (tmp_path / "other" / "inbox").iterdir()) == ["holidays_1.csv", "holidays_2.csv"]


def test_a_named_backup_comes_back_as_it_is(home: SmallHome, tmp_path: Path) -> None:
    (backup,) = backups_in(home.targets[0], DataSet.WAREHOUSE, BackupKey.configured(None))
    home.bring_back(into=tmp_path / "other", backup_id=backup.manifest.backup_id)
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert other.rows("select file_name from raw.loads") == [("holidays_1.csv",)]


def test_an_instant_before_the_first_backup_is_refused(home: SmallHome) -> None:
    with pytest.raises(BackupError, match="no backup of 2020-01-01"):
        choose(home.targets[0], BackupKey.configured(None), at=dt.datetime(2020, 1, 1))


def test_a_home_with_data_is_not_replaced_unasked(home: SmallHome) -> None:
    before = home.everything()
    with pytest.raises(HomeInUse, match="--force"):
        home.bring_back()
    assert home.everything() == before


def test_what_a_forced_restore_replaces_is_moved_aside(home: SmallHome) -> None:
    home.take_in(4)  # not shipped
    home.bring_back(force=True)
    assert len(home.rows("raw.loads")) == 3
    (aside,) = (home.settings.home / "replaced").iterdir()
    assert len(Warehouse(aside / "warehouse.duckdb").rows("select 1 from raw.loads")) == 4
    assert breaches(home.warehouse, home.settings)[0] == []


@pytest.mark.parametrize("wrong", ["00" * 32, None])
def test_a_wrong_or_missing_key_is_refused_and_leaves_no_home(
    home: SmallHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str | None
) -> None:
    if wrong is None:
        monkeypatch.delenv("WEIR_BACKUP_KEY")
    else:
        monkeypatch.setenv("WEIR_BACKUP_KEY", wrong)
    before = set(tmp_path.iterdir())
    with pytest.raises(WrongKey, match="key"):
        home.bring_back(into=tmp_path / "other")
    assert set(tmp_path.iterdir()) == before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [cut, alter, Path.unlink])
@pytest.mark.parametrize(
    "pattern",
    [
        "warehouse/*/warehouse.duckdb.zst.sealed",
        "warehouse/*/totals.json.zst.sealed",
        "warehouse/*/manifest.json",
        "shipped/*/00000001-*",
    ],
)
def test_a_damaged_file_is_named_and_leaves_no_home(
    home: SmallHome, tmp_path: Path, damage: Callable[[Path], None], pattern: str
) -> None:
    (path,) = home.targets[0].glob(pattern)
    damage(path)
    before = set(tmp_path.iterdir())
    with pytest.raises(BrokenBackup) as found:
        home.bring_back(into=tmp_path / "other")
    assert (path.name if path.exists() or "00000001" not in path.name else "increment 00000001") in str(found.value)
    assert set(tmp_path.iterdir()) == before


def test_damage_of_an_unsealed_backup_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIR_BACKUP_KEY")
    home = SmallHome(tmp_path)
    home.take_in(1)
    back_up(home.settings)
    (path,) = home.targets[0].glob("warehouse/*/warehouse.duckdb.zst")
    alter(path)
    with pytest.raises(BrokenBackup, match=r"warehouse\.duckdb\.zst: its checksum"):
        home.bring_back(into=tmp_path / "other")


def test_neither_the_key_nor_what_was_sealed_stands_in_a_target(home: SmallHome) -> None:
    back_up(home.settings)
    searched = (bytes.fromhex(KEY), KEY.encode(), SECRET_NAME.encode(), b"holidays_1.csv")
    files = [p for target in home.targets for p in target.rglob("*") if p.is_file()]
    assert len(files) > 10
    for path in files:
        assert not any(text in path.read_bytes() for text in searched), path


def test_the_key_of_the_logs_is_in_no_backup_unless_told_and_sealed(
    home: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = home.settings.log_key.read_bytes()
    back_up(home.settings)
    assert not list(home.targets[0].rglob("logs.key*"))
    assert not any(secret in p.read_bytes() for p in home.targets[0].rglob("*") if p.is_file())
    told = home.settings.model_copy(update={"backup_log_key": True})
    back_up(Settings(**told.model_dump()))
    assert len(list(home.targets[0].rglob("logs.key.zst.sealed"))) == 1
    monkeypatch.delenv("WEIR_BACKUP_KEY")
    with pytest.raises(BackupError, match="sealed backups only"):
        back_up(Settings(**told.model_dump()))


def test_a_lost_home_needs_the_key_of_its_logs(home: SmallHome, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="--log-key"):
        home.bring_back(into=tmp_path / "other", log_key=tmp_path / "nowhere")
    assert not (tmp_path / "other").exists()


def test_a_missing_increment_is_named(home: SmallHome, tmp_path: Path) -> None:
    increments_in(home.targets[0])[0].path.unlink()
    with pytest.raises(BrokenBackup, match="increment 00000001 is missing"):
        home.bring_back(into=tmp_path / "other")


def test_a_target_takes_nothing_from_another_home(home: SmallHome, tmp_path: Path) -> None:
    home.bring_back(into=tmp_path / "other")
    other = SmallHome(home.folder, tmp_path / "other")
    assert [str(each.failure).split(": ")[1] for each in ship(other.settings)] == [
        f"it keeps the backups of another home ({identity(home)}, this is {identity(other)}). Give this home a target of its own."
    ] * 2


def identity(home: SmallHome) -> str:
    return str(json.loads((home.settings.home / "backup_identity.json").read_text())["home_id"])


def test_a_home_that_was_replaced_cannot_go_on_beside_its_successor(home: SmallHome, tmp_path: Path) -> None:
    shutil.copytree(home.settings.home, tmp_path / "old")
    home.bring_back(force=True)
    assert [each.failure for each in back_up(home.settings)] == [None, None]
    old = SmallHome(home.folder, tmp_path / "old")
    with pytest.raises(ForeignTarget, match="takes nothing more from this home"):
        shipping.claim(home.targets[0], shipping.identity_of(old.settings))


def test_a_target_that_fails_alerts_and_stops_nothing(home: SmallHome) -> None:
    shutil.rmtree(home.targets[0])
    home.targets[0].write_text("a file where a folder should be")
    home.take_in(4)
    first, second = ship_and_tell(home.settings, "run")
    assert first.failure is not None
    assert (second.sequence, second.loads, second.failure) == (3, 1, None)
    (alert,) = [json.loads(line) for line in home.settings.alerts_log.read_text().splitlines()]
    assert alert["title"] == f"Not shipped to backup target {home.targets[0]}"
    made = back_up(home.settings)
    assert [each.failure is None for each in made] == [False, True]


def test_a_lost_home_is_promoted_from_its_second_target_and_fails_back(home: SmallHome, tmp_path: Path) -> None:
    expected = everything_in(home.warehouse, without=is_audit)
    log_key = tmp_path / "kept.key"
    shutil.copyfile(home.settings.log_key, log_key)
    shutil.rmtree(home.settings.home)
    shutil.move(home.targets[0], tmp_path / "away")
    promoted = promote(home.settings, home.targets[1], log_key=log_key)
    assert promoted.restored is not None
    assert everything_in(home.warehouse, without=is_audit) == expected
    home.take_in(5)
    ship(home.settings)
    shutil.rmtree(home.targets[0])
    shutil.move(tmp_path / "away", home.targets[0])  # it is back, and as old as it was
    assert promote(home.settings, home.targets[0]).restored is None
    shutil.rmtree(home.settings.home)
    again = promote(home.settings, home.targets[0], log_key=log_key)
    assert again.restored is not None
    assert len(home.rows("raw.loads")) == 4
    primary = home.warehouse.rows(
        "select actor is not null, changes from ops.audit_trail where action = 'PROMOTE' order by entry_number"
    )
    assert len(primary) == 3
    assert breaches(home.warehouse, home.settings)[0] == []


def test_the_newest_of_the_targets_is_chosen(home: SmallHome) -> None:
    increments_in(home.targets[0])[1].path.unlink()
    found = choose_newest(home.targets, BackupKey.configured(None))
    assert found.target == home.targets[1]


def test_a_drill_is_recorded_with_its_figures(home: SmallHome) -> None:
    first, second = drill(home.settings)
    assert (first.failure, second.failure) == (None, None)
    rows = home.warehouse.rows(
        "select passed, recovery_point_seconds, recovery_time_seconds > 0, increments, log_breaches from ops.backup_drills"
    )
    assert rows == [(True, 0.0, True, 2, 0)] * 2
    assert not home.settings.alerts_log.exists()
    assert not list(home.settings.home.glob(".drill-*"))


def test_a_drill_measures_what_was_not_shipped(home: SmallHome) -> None:
    home.take_in(4)
    shipped = increments_in(home.targets[0])[-1].taken_at
    before = (dt.datetime.now(dt.UTC).replace(tzinfo=None) - shipped).total_seconds()
    (first, _) = drill(home.settings)
    assert first.recovery_point_seconds is not None
    assert first.recovery_point_seconds >= before


def test_a_drill_that_fails_alerts(home: SmallHome) -> None:
    (path,) = home.targets[0].glob("warehouse/*/warehouse.duckdb.zst.sealed")
    alter(path)
    drill(home.settings)
    (alert,) = [json.loads(line) for line in home.settings.alerts_log.read_text().splitlines()]
    assert alert["title"] == f"Backup drill failed: {home.targets[0]}"
    assert path.name in alert["body"]
    assert sorted(home.warehouse.rows("select passed from ops.backup_drills")) == [(False,), (True,)]


def test_a_trail_that_was_edited_before_the_backup_shows_in_a_drill(home: SmallHome) -> None:
    with home.warehouse.transaction() as connection:
        connection.execute("update ops.audit_trail set actor = 'nobody' where entry_number = 1")
    ship(home.settings)
    first, _ = drill(home.settings)
    assert first.breaches == ("ops.audit_trail: entry 1 is not as it was written",)
    assert sorted(home.warehouse.rows("select log_breaches, passed from ops.backup_drills")) == [(1, False)] * 2


def test_every_action_is_a_row_of_the_trail(home: SmallHome) -> None:
    drill(home.settings)
    found = home.warehouse.rows(
        "select action, entity_type, outcome, count(*) from ops.audit_trail where action <> 'LOAD' group by all order by all"
    )
    assert found == [("BACKUP", "warehouse", "DONE", 2), ("RESTORE", "drill", "DONE", 2)]
    home.bring_back(force=True)
    restored = home.warehouse.rows("select action, entity_type from ops.audit_trail order by entry_number desc limit 1")
    assert restored == [("RESTORE", "warehouse")]


@pytest.mark.parametrize("data_set", [DataSet.OPERATIONAL, DataSet.EVENTS])
def test_tables_of_a_data_set_are_taken_out_row_by_row(home: SmallHome, tmp_path: Path, data_set: DataSet) -> None:
    before = {table: home.rows(table) for table in ("ops.audit_trail", "ops.inbox_files")}
    back_up(home.settings, data_set)
    done = take_out(home.targets[1], BackupKey.configured(None), data_set, tmp_path / "out")
    assert {path.suffix for path in done.written} == {".parquet"}
    for table, rows in before.items():
        sql = f"select * from '{tmp_path / 'out' / table}.parquet'"
        assert sorted(duckdb.sql(sql).fetchall(), key=repr) == rows, table


def test_files_of_the_inbox_are_taken_out_byte_by_byte(home: SmallHome, tmp_path: Path) -> None:
    back_up(home.settings, DataSet.FILES)
    done = take_out(home.targets[1], BackupKey.configured(None), DataSet.FILES, tmp_path / "out")
    there = {path.name: path.read_bytes() for path in home.settings.inbox_path.iterdir()}
    assert {path.name: path.read_bytes() for path in done.written} == there
    assert done.lost == []
    (content_path(home.targets[1], sha256_of(done.written[0]), BackupKey.configured(None))).unlink()
    again = take_out(home.targets[1], BackupKey.configured(None), DataSet.FILES, tmp_path / "again")
    assert again.lost == [done.written[0].name]
    assert len(again.written) == len(done.written) - 1


def test_taking_out_overwrites_nothing_and_needs_a_backup(home: SmallHome, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no such backup of events"):
        take_out(home.targets[0], BackupKey.configured(None), DataSet.EVENTS, tmp_path / "out")
    back_up(home.settings, DataSet.EVENTS)
    with pytest.raises(HomeInUse, match="name a new folder"):
        take_out(home.targets[0], BackupKey.configured(None), DataSet.EVENTS, home.settings.inbox_path)


def test_pruning_goes_by_the_ladder_and_a_dry_run_deletes_nothing(home: SmallHome) -> None:
    for _ in range(2):
        back_up(home.settings)
    names = sorted(p.name for p in (home.targets[0] / "warehouse").iterdir())
    tomorrow = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=2)
    planned = prune(home.settings, dry_run=True, now=tomorrow)
    assert [path.name for path in planned[0].backups] == names[:-1]
    assert sorted(p.name for p in (home.targets[0] / "warehouse").iterdir()) == names
    prune(home.settings, now=tomorrow)
    assert [p.name for p in (home.targets[0] / "warehouse").iterdir()] == names[-1:]
    assert home.warehouse.rows("select count(*) from ops.audit_trail where entity_type = 'pruning'") == [(2,)]


def test_increments_go_with_their_age_and_contents_with_the_last_list(home: SmallHome, tmp_path: Path) -> None:
    (home.settings.inbox_path / "holidays_1.csv").unlink()
    back_up(home.settings)
    later = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=91)
    prune(home.settings, now=later)
    assert increments_in(home.targets[0]) == []
    assert len(list(home.targets[0].glob("shipped/contents/*/*"))) == 2
    done = home.bring_back(into=tmp_path / "other")
    assert (done.inbox_files, done.lost_contents) == (2, [])
    assert len(Warehouse(tmp_path / "other" / "warehouse.duckdb").rows("select 1 from raw.loads")) == 3


def test_what_was_erased_since_the_backup_does_not_come_back(home: SmallHome, tmp_path: Path) -> None:
    ((load_id, sha256),) = home.warehouse.rows(
        "select load_id, file_sha256 from raw.loads where file_name = 'holidays_1.csv'"
    )
    with home.warehouse.transaction() as connection:
        connection.execute("delete from raw.holidays where _load_id = ?", [load_id])
        connection.execute("update raw.source_files set status = 'expunged' where file_sha256 = ?", [sha256])
        connection.execute(
            "insert into raw.tombstones (tombstone_id, file_sha256, load_id, row_count) values ('T', ?, ?, 1)",
            [sha256, load_id],
        )
    ship(home.settings)
    assert not list(home.targets[0].glob(f"shipped/contents/*/{sha256}*"))
    done = home.bring_back(into=tmp_path / "other")
    other = Warehouse(tmp_path / "other" / "warehouse.duckdb")
    assert other.rows("select holiday_name from raw.holidays order by 1") == [(f"{SECRET_NAME} {n}",) for n in (2, 3)]
    assert not (tmp_path / "other" / "inbox" / "holidays_1.csv").exists()
    assert done.lost_contents == []


def test_a_half_restored_home_runs_nothing_until_it_is_restored_again(home: SmallHome) -> None:
    (home.settings.home / RESTORE_MARKER).write_text("{}")
    with pytest.raises(HalfRestored, match="weir restore"):
        prepare_home(home.settings)
    home.bring_back()
    assert not (home.settings.home / RESTORE_MARKER).exists()
    assert len(home.rows("raw.loads")) == 3
