"""What `weir run` and `weir status` print of files, rows and failures. Source: input-contracts 1.1, 1.4."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from ingestion.inbox import scan
from orchestration.loading import load_inbox
from orchestration.observing import observe
from orchestration.running import RunReport
from orchestration.settings import Settings
from orchestration.status import print_run
from orchestration.status_printing import print_status
from orchestration.terminal import WIDTH
from orchestration.warehouse import Warehouse

HOLIDAYS = "calendar,holiday_date,name\nUS,{},A day\nUS,2024-12-25,Christmas Day\n"
FOLDER = "cedar-assets/the-custodian-of-the-second-sleeve"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home that took in, in one run, two sound files, one again, one with a wrong row and one that is no data."""
    home = Settings(home=tmp_path, settle_seconds=0)
    (home.inbox_path / FOLDER).mkdir(parents=True)
    files = {
        "a_2023.csv": HOLIDAYS.format("2023-07-04"),
        "b_2024.csv": HOLIDAYS.format("2024-07-04"),
        "c_2024_once_more.csv": HOLIDAYS.format("2024-07-04"),
        "d_with_a_day_that_there_is_not_in_any_calendar.csv": HOLIDAYS.format("2024-02-30"),
        "letter.csv": "Dear all",
    }
    for name, text in files.items():
        (home.inbox_path / FOLDER / name).write_text(text)
    warehouse = Warehouse(home.warehouse_path)
    warehouse.create_tables()
    found = scan(home.inbox_path, settle_seconds=0)
    load_inbox(warehouse, found, settings=Settings(home=warehouse.path.parent), run_id="run", code="code")
    return home


def printed(print_to: object, *arguments: object) -> list[str]:
    text = io.StringIO()
    print_to(Console(file=text, width=200), *arguments)  # type: ignore[operator]
    return text.getvalue().splitlines()


def test_loaded_files_are_counted_by_feed_with_their_rows(settings: Settings) -> None:
    lines = printed(print_run, settings, RunReport(run_ids=["run"], published="p", seconds={"total": 1.0}))
    at = lines.index("cedar-assets".ljust(len(lines[lines.index("Files") + 1])))
    # Three files of two rows each, of which one row is wrong.
    assert lines[at + 1].split()[-4:] == ["3", "2024-12-25", "5", "1"]
    assert "letter.csv" not in lines[at + 1]


def test_every_file_that_is_refused_repeated_or_holds_wrong_rows_is_listed_with_its_reason(settings: Settings) -> None:
    lines = printed(print_run, settings, RunReport(run_ids=["run"], published="p", seconds={"total": 1.0}))
    listed = {line.split()[-1][-10:]: line.split()[0] for line in lines if line.endswith(".csv")}
    assert listed == {
        "e_more.csv": "duplicate",
        "letter.csv": "rejected",
        "lendar.csv": "1",
    }
    text = " ".join(" ".join(lines).split())
    assert "found '2024-02-30' (BAD_DATE)" in text
    assert "(UNKNOWN_KIND)" in text


def test_nothing_is_wider_than_the_page_whatever_its_names_are(settings: Settings) -> None:
    report = RunReport(run_ids=["run"], failure=f"marts: {'a long story ' * 20}", seconds={"publish run": 95.0})
    assert max(map(len, printed(print_run, settings, report))) <= WIDTH
    assert max(map(len, printed(print_status, settings, observe(settings)))) <= WIDTH


def test_a_run_with_wrong_rows_is_not_clean_and_a_failure_says_so(settings: Settings) -> None:
    console = Console(file=io.StringIO(), width=80)
    assert not print_run(console, settings, RunReport(run_ids=["run"], published="p", seconds={"total": 1.0}))
    lines = printed(print_run, settings, RunReport(run_ids=["run"], failure="marts: it broke", seconds={"total": 1.0}))
    assert "Not published: marts: it broke" in lines
