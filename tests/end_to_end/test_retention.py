"""A fund whose flows are older than five years: archived, recomputed, held, and erased. Source: fund-admin 1.12; input-contracts 2.6."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calculations.approvals.policy import SubjectType
from orchestration.cli import app
from orchestration.running import RunReport
from orchestration.trace import Step, trace
from tests.end_to_end.conftest import Home
from tests.end_to_end.fund_story import CALLS, FIRST, SECOND, Story
from tests.orchestration.retention_homes import HOUSE, approve, breaches

pytestmark = pytest.mark.slow

# What speaks of runs and of checks, and not of a fund.
OF_RUNS = {"fact_quality_results"}
COUNTED_BY_RUNS = {"fact_kpis": ("known_at",)}  # what is held is known as of the run that looked


def send(home: Home, story: Story, as_of: str) -> str:
    name = f"{HOUSE}/funds_{as_of}.xlsx"
    story.write(home.inbox / name, {"as_of": as_of})
    return name


def weir(home: Home, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home.settings.home)])


def published_rows(home: Home) -> dict[str, list[tuple]]:
    """Every row of every mart."""
    tables = home.published("select distinct table_name from information_schema.tables where table_schema = 'marts'")
    return {
        name: sorted(home.published(f"select {_shown(name)} from marts.{name}"), key=repr)
        for (name,) in tables
        if name not in OF_RUNS
    }


def _shown(mart: str) -> str:
    left_out = COUNTED_BY_RUNS.get(mart)
    return f"* exclude ({', '.join(left_out)})" if left_out else "*"


def traced(home: Home) -> Step:
    keys = {"fund_id": "F1", "investor_id": "I1"}
    return trace(home.settings, "fact_fund_performance.called_capital", keys)


@dataclass
class Kept:
    """What was seen after each step."""

    home: Home
    marts: dict[str, dict[str, list[tuple]]] = field(default_factory=dict)
    traces: dict[str, Any] = field(default_factory=dict)
    commands: dict[str, Result] = field(default_factory=dict)
    reports: dict[str, RunReport] = field(default_factory=dict)
    breaches: dict[str, list[tuple]] = field(default_factory=dict)
    hot: list[tuple] = field(default_factory=list)

    def look(self, step: str) -> None:
        self.marts[step] = published_rows(self.home)
        self.breaches[step] = breaches(self.home.warehouse)

    def run(self, step: str) -> None:
        self.reports[step] = self.home.run()
        assert self.reports[step].failure is None, step
        self.look(step)


@pytest.fixture(scope="module")
def kept(new_home: Callable[[str], Home]) -> Kept:
    home = new_home("retention")
    kept = Kept(home)
    send(home, FIRST, "2024-09-30")
    kept.run("first")
    second = send(home, SECOND, "2024-12-31")
    kept.run("second")
    kept.traces["second"] = traced(home)
    kept.commands["archive"] = weir(home, "archive", "--before", "2025-01-01")
    kept.hot = home.warehouse.rows(
        "select count(*) from hot.fund_capital_calls union all select count(*) from hot.cells"
    )
    # So that the next run makes all that a fund workbook touches again, from the raw rows on.
    with home.warehouse.connect() as connection:
        connection.execute("update ops.publications set last_load_id = ''")
    kept.run("archived")
    kept.traces["archived"] = traced(home)
    ((newest, sha256),) = home.warehouse.rows("select max(load_id), max_by(file_sha256, load_id) from raw.loads")
    words = ("erase", "--load", newest, "--reason", "ERASURE", "--policy", "wrong_recipient")
    kept.commands["dry run"] = weir(home, *words)
    plan = kept.commands["dry run"].stdout.split("Plan ")[1].strip()
    kept.commands["not approved"] = weir(home, *words, "--plan", plan)
    assert approve(home.warehouse, home.settings, SubjectType.RETENTION_DELETE, sha256)
    kept.commands["hold"] = weir(home, "hold", "place", "--entity", "FUND:F1", "--reason", "litigation")
    kept.commands["held"] = weir(home, *words, "--plan", plan)
    hold_id = kept.commands["hold"].stdout.split("hold ")[1].split()[0]
    kept.commands["release"] = weir(home, "hold", "release", hold_id, "--reason", "settled")
    content = home.settings.home / "sent again.xlsx"
    shutil.copyfile(home.inbox / second, content)
    kept.commands["erase"] = weir(home, *words, "--plan", plan)
    home.put(content, second.replace("funds", "again"))
    kept.run("erased")
    return kept


def test_an_archive_of_five_year_old_flows_leaves_every_published_number_identical(kept: Kept) -> None:
    assert CALLS[0][0] < dt.date.today() - dt.timedelta(days=5 * 366)
    assert kept.commands["archive"].exit_code == 0, kept.commands["archive"].output
    assert kept.hot == [(0,), (0,)]  # every flow is in the archive
    before, after = kept.marts["second"], kept.marts["archived"]
    assert len(after["fact_fund_performance"]) > 0
    assert [name for name in before if before[name] != after[name]] == []
    assert kept.reports["archived"].reasons == ("new fund_workbook data",)


def test_a_trace_still_ends_on_archived_cells(kept: Kept) -> None:
    def cells(step: Step) -> list:
        found = [cell for source in step.sources for cell in source.cells]
        return found + [cell for each in step.inputs for cell in cells(each)]

    assert len(cells(kept.traces["archived"])) > 0
    assert kept.traces["archived"] == kept.traces["second"]


def test_archived_and_deleted_rows_are_counted_by_the_zero_loss_controls(kept: Kept) -> None:
    assert kept.breaches == {"first": [], "second": [], "archived": [], "erased": []}


def test_nothing_is_erased_without_approval_or_under_a_hold(kept: Kept) -> None:
    assert kept.commands["not approved"].exit_code == 1
    assert "is not approved" in kept.commands["not approved"].stderr
    assert kept.commands["held"].exit_code == 1
    assert "FUND:F1" in kept.commands["held"].stderr


def test_an_erased_load_leaves_the_figures_of_the_state_before_and_is_not_taken_in_again(kept: Kept) -> None:
    assert kept.commands["erase"].exit_code == 0, kept.commands["erase"].output
    figures = ("fact_fund_performance", "fact_cash_flows")
    assert [name for name in figures if kept.marts["erased"][name] != kept.marts["first"][name]] == []
    codes = kept.home.warehouse.rows("select reason_code from raw.loads order by load_id")
    assert codes == [(None,), (None,), ("ERASED_CONTENT",)]
    # What was published while it was there is gone too.
    publications = sorted(path.name for path in kept.home.settings.publications_path.iterdir())
    ((deleted_at,),) = kept.home.warehouse.rows(
        "select max(strftime(deleted_at, '%Y%m%dT%H%M%S%fZ')) from raw.tombstones"
    )
    ((loaded_at,),) = kept.home.warehouse.rows(
        "select strftime(max(loaded_at), '%Y%m%dT%H%M%S%fZ') from raw.loads where status = 'loaded'"
    )
    assert [name for name in publications if loaded_at < name < deleted_at] == []
