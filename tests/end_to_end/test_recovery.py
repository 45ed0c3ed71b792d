"""A home that is lost after its last backup is brought back, run, and publishes what the lost one had published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.backup.making import back_up
from orchestration.backup.restoring import restore
from orchestration.backup.sealing import BackupKey
from orchestration.backup.sources import choose
from orchestration.settings import Settings
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

HOLIDAYS = "select calendar, holiday_date, holiday_name, known_at from marts.dim_holiday order by all"


def put_holidays(home: Home, *names: str) -> None:
    lines = [f"TEST,2025-01-{day:02},{name}" for day, name in enumerate(names, start=1)]
    (home.inbox / "holidays_test.csv").write_text("\n".join(["calendar,holiday_date,name", *lines, ""]))


def test_a_lost_home_publishes_again_what_it_had_published(
    new_home: Callable[[str], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIR_BACKUP_KEY", "77" * 32)
    home = new_home("lost")
    home.settings = Settings(home=home.settings.home, settle_seconds=0, backup_targets=(tmp_path / "target",))
    assert [made.failure for made in back_up(home.settings)] == [None]
    put_holidays(home, "Old Name")
    assert home.run().failure is None
    put_holidays(home, "New Name", "Second Day")  # a correction, known later
    assert home.run().failure is None
    published = home.published(HOLIDAYS)
    assert [row[2] for row in published] == ["New Name", "Second Day"]
    loads = home.warehouse.rows("select load_id, known_at, loaded_at from raw.loads order by 1")
    shutil.copyfile(home.settings.log_key, tmp_path / "kept.key")
    shutil.rmtree(home.settings.home)

    done = restore(
        choose(tmp_path / "target", BackupKey.configured(None)), home.settings, log_key=tmp_path / "kept.key"
    )

    assert done.source.backup is not None
    assert done.loads_replayed == 2
    assert home.warehouse.rows("select load_id, known_at, loaded_at from raw.loads order by 1") == loads
    assert home.published(HOLIDAYS) == []  # as of the backup, until a run recomputes what was replayed
    assert home.run().failure is None
    assert home.published(HOLIDAYS) == published
