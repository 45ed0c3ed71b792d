"""A load is taken back by its name or its file's: one row says so, its own rows stay, and the feed is as before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.inbox import scan
from orchestration.loading import load_inbox
from orchestration.withdrawing import NotWithdrawable, withdraw
from tests.orchestration.backup_home import SmallHome


@pytest.fixture
def home(tmp_path: Path) -> SmallHome:
    home = SmallHome(tmp_path)
    for number in (1, 2):
        home.take_in(number)
    return home


def load_of(home: SmallHome, file_name: str) -> str:
    ((load_id,),) = home.warehouse.rows("select max(load_id) from raw.loads where file_name = ?", [file_name])
    return load_id


def test_a_file_stands_for_its_newest_load_in_force(home: SmallHome) -> None:
    rows = home.rows("raw.holidays")
    done = withdraw(home.warehouse, home.settings, "holidays_2.csv", "sent by mistake")
    assert (done.load_id, done.file_name, done.rows) == (load_of(home, "holidays_2.csv"), "holidays_2.csv", 1)
    assert home.rows("raw.holidays") == rows
    assert [(row[0], row[3]) for row in home.rows("ops.withdrawals")] == [(done.load_id, "sent by mistake")]


def test_what_is_withdrawn_is_not_withdrawn_again(home: SmallHome) -> None:
    load = load_of(home, "holidays_1.csv")
    withdraw(home.warehouse, home.settings, load, "wrong year")
    with pytest.raises(NotWithdrawable, match="was withdrawn at"):
        withdraw(home.warehouse, home.settings, load, "wrong year")
    with pytest.raises(NotWithdrawable, match=r"no file in force called holidays_1\.csv; the newest are: .*holidays_2"):
        withdraw(home.warehouse, home.settings, "holidays_1.csv", "wrong year")


def test_a_name_that_several_files_bear_is_not_guessed(home: SmallHome) -> None:
    folder = home.settings.inbox_path / "alder"
    folder.mkdir()
    (folder / "holidays_2.csv").write_text("calendar,holiday_date,name\nTEST,2025-02-01,Other\n")
    found = scan(home.settings.inbox_path, settle_seconds=0)
    load_inbox(home.warehouse, found, settings=home.settings, run_id="run", code="code")
    with pytest.raises(NotWithdrawable, match=r"several files .*: alder/holidays_2\.csv, holidays_2\.csv"):
        withdraw(home.warehouse, home.settings, "holidays_2.csv", "which one?")
    assert withdraw(home.warehouse, home.settings, "alder/holidays_2.csv", "this one").rows == 1


def test_nothing_is_withdrawn_without_a_reason(home: SmallHome) -> None:
    with pytest.raises(NotWithdrawable, match="expected a reason"):
        withdraw(home.warehouse, home.settings, "holidays_1.csv", " ")
    assert home.rows("ops.withdrawals") == []
