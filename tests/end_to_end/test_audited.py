"""A small fund from its first workbook on: what the audit trail keeps of runs, files and publications, a load withdrawn, a
publication rolled back, and a trail that somebody wrote to.

Source: fund-admin 1.10 (G-6); input-contracts 1.1, 2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.running import RunReport
from orchestration.sealed_log import AUDIT_TRAIL
from tests.end_to_end.conftest import Home
from tests.end_to_end.fund_story import FIRST, MEASURED, SECOND, THIRD, Story

pytestmark = pytest.mark.slow


def send(home: Home, story: Story, as_of: str) -> None:
    story.write(home.inbox / "alder" / f"funds_{as_of}.xlsx", {"as_of": as_of})


def weir(home: Home, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home.settings.home)])


@dataclass
class Told:
    """What was seen after each step."""

    home: Home
    reports: dict[str, RunReport] = field(default_factory=dict)
    published: dict[str, str] = field(default_factory=dict)
    valued: dict[str, list[tuple]] = field(default_factory=dict)
    commands: dict[str, Result] = field(default_factory=dict)
    trail: list[dict] = field(default_factory=list)
    folder: Path = Path()

    def look(self, step: str) -> None:
        self.published[step] = self.home.settings.published_link.resolve().name
        self.valued[step] = self.home.published(
            "select fund_id, nav from marts.fact_fund_performance "
            f"where investor_id is null and event_date = '{MEASURED}' order by 1"
        )


@pytest.fixture(scope="module")
def told(new_home: Callable[[str], Home], tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = new_home("audited")
    told = Told(home)
    send(home, FIRST, "2024-09-30")
    told.reports["first"] = home.run()
    told.look("first")
    send(home, THIRD, "2024-12-31")
    told.reports["second"] = home.run()
    told.look("second")
    ((newest,),) = home.warehouse.rows("select max(load_id) from raw.loads")
    told.commands["withdraw unknown"] = weir(home, "withdraw", "nobody", "--reason", "x")
    told.commands["withdraw"] = weir(home, "withdraw", newest, "--reason", "sent by mistake")
    told.look("withdrawn")
    told.commands["withdraw again"] = weir(home, "withdraw", newest, "--reason", "sent by mistake")
    told.commands["rollback"] = weir(home, "rollback")
    told.look("rolled back")
    told.commands["verify"] = weir(home, "audit", "verify")
    told.folder = tmp_path_factory.mktemp("reports")
    for ending in ("xlsx", "parquet", "txt"):
        told.commands[ending] = weir(
            home, "audit", "report", "--entity", "file", "--out", str(told.folder / f"trail.{ending}")
        )

    told.trail = home.warehouse.records(f"select * from {AUDIT_TRAIL.table} order by entry_number")
    # Somebody writes to the trail: the next delivery is not published.
    with home.warehouse.connect() as connection:
        connection.execute(f"update {AUDIT_TRAIL.table} set actor = 'nobody' where action = 'WITHDRAW'")
    send(home, SECOND, "2025-01-31")
    told.reports["tampered"] = home.run()
    told.look("tampered")
    told.commands["verify tampered"] = weir(home, "audit", "verify")
    return told


def test_runs_files_publications_and_commands_stand_in_the_trail_in_their_order(told: Told) -> None:
    of_second = [
        (row["action"], row["entity_type"], row["outcome"])
        for row in told.trail
        if row["correlation_id"] in told.reports["second"].run_ids
    ]
    assert of_second == [
        ("RUN", "run", "DONE"),  # started
        ("LOAD", "file", "DONE"),
        ("RUN", "run", "DONE"),
        ("RUN", "run", "DONE"),
        ("PUBLISH", "publication", "DONE"),
        ("RUN", "run", "DONE"),
    ]
    commands = [row["action"] for row in told.trail if row["action"] in ("WITHDRAW", "ROLLBACK", "EXPORT")]
    assert commands == ["WITHDRAW", "ROLLBACK", "EXPORT", "EXPORT"]


def test_a_withdrawn_load_leaves_the_figures_of_the_state_before(told: Told) -> None:
    assert told.valued["second"] != told.valued["first"]
    assert told.valued["withdrawn"] == told.valued["first"]
    assert told.commands["withdraw"].exit_code == 0
    (withdrawn,) = [row for row in told.trail if row["action"] == "WITHDRAW"]
    assert (withdrawn["reason"], withdrawn["organization_id"]) == ("sent by mistake", "alder")
    for step, said in (
        ("withdraw unknown", "there is no load and no file in force called nobody"),
        ("withdraw again", "was withdrawn at"),
    ):
        assert told.commands[step].exit_code == 2, step
        assert said in told.commands[step].stderr, step


def test_rolling_back_points_to_the_publication_before(told: Told) -> None:
    assert told.commands["rollback"].exit_code == 0
    assert told.published["rolled back"] == told.published["second"]
    assert told.valued["rolled back"] == told.valued["second"]


def test_the_trail_is_reported_as_excel_and_parquet(told: Told) -> None:
    folder = told.folder
    files = ["funds_2024-09-30.xlsx", "funds_2024-12-31.xlsx"]
    assert [Path(name).name for name in pq.read_table(folder / "trail.parquet")["entity_id"].to_pylist()] == files
    sheet = openpyxl.load_workbook(folder / "trail.xlsx").active
    headers, *rows = sheet.iter_rows(values_only=True)
    assert [Path(row[headers.index("entity_id")]).name for row in rows] == files
    assert told.commands["txt"].exit_code == 2
    assert "expected a name that ends with .xlsx or .parquet" in told.commands["txt"].stderr


def test_nothing_is_published_from_a_trail_that_somebody_wrote_to(told: Told) -> None:
    assert told.commands["verify"].exit_code == 0
    assert "audit_trail_came_by_the_write_path failed" in (told.reports["tampered"].failure or "")
    assert told.published["tampered"] == told.published["rolled back"]
    assert told.commands["verify tampered"].exit_code == 1
    (number,) = [row["entry_number"] for row in told.trail if row["action"] == "WITHDRAW"]
    assert f"entry {number} is not as it was written" in told.commands["verify tampered"].stderr
