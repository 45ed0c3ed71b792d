"""Backing up and shipping may die at any point: what looks whole is whole, and the next backup works."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from orchestration.backup.making import back_up
from orchestration.backup.packing import UNFINISHED
from orchestration.backup.policy import DataSet
from orchestration.backup.sealing import BackupKey
from orchestration.backup.targets import backups_in, increments_in, verify, verify_increment
from orchestration.warehouse import Warehouse
from tests.orchestration.backup_home import KEY, SmallHome, everything_in, is_audit

pytestmark = pytest.mark.slow

# Every file that is flushed and every one that gets its name is a point: contents come first, then the increment, then the
# files of the backup, its manifest, its name, and the second target's.
POINTS = (1, 2, 4, 6, 8, 10, 12, 14)


def back_up_and_die(folder: str, point: int) -> None:
    count = 0

    def dying(function):
        def counted(*given, **named):
            nonlocal count
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*given, **named)

        return counted

    os.environ["WEIR_BACKUP_KEY"] = KEY  # a fork server has the environment of the test that first asked for it
    os.replace, os.fsync = dying(os.replace), dying(os.fsync)
    back_up(SmallHome(Path(folder)).settings)


def test_a_kill_leaves_nothing_that_looks_whole_and_the_next_backup_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIR_BACKUP_KEY", KEY)
    key = BackupKey.configured(None)
    home = SmallHome(tmp_path)
    home.take_in(1)
    back_up(home.settings)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["orchestration.backup.making", "tests.orchestration.backup_home"])
    for number, point in enumerate(POINTS, start=2):
        home.take_in(number)
        process = context.Process(target=back_up_and_die, args=(str(tmp_path), point))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, point
        for target in home.targets:
            for backup in backups_in(target, DataSet.WAREHOUSE, key):
                verify(backup)
            for increment in increments_in(target):
                verify_increment(increment)
    assert [each.failure for each in back_up(home.settings)] == [None, None]
    for place, target in enumerate(home.targets):
        assert not list((target / "warehouse").glob(f"{UNFINISHED}*"))
        home.bring_back(target, tmp_path / f"other-{place}")
        other = Warehouse(tmp_path / f"other-{place}" / "warehouse.duckdb")
        assert everything_in(other, without=is_trail_or_drill) == everything_in(
            home.warehouse, without=is_trail_or_drill
        )


def is_trail_or_drill(table: str) -> bool:
    return is_audit(table) or table == "ops.backup_drills"
