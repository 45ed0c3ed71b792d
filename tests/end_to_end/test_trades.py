"""Trades from a workbook, a trades file and the launchpad to the marts and the Excel pack; what is wrong has its reason there.

The workbook is the demo's newest one; its control panel runs MAG17 and is damaged here where a test says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import openpyxl
import pytest
from typer.testing import CliRunner

from ingestion.samples.demo import SEED
from ingestion.samples.feeds import FeedNote
from ingestion.samples.grid import write_workbook
from ingestion.samples.history import Snapshot, unfold
from ingestion.samples.parameters import load_deals
from ingestion.samples.story import load_story
from ingestion.samples.trades import HEADER
from ingestion.samples.workbook import workbook_sheets
from orchestration.assets.clo_trades import ANSWERED_ONCE, OF_LAUNCHPAD
from orchestration.calculation_cache import refresh
from orchestration.cli import app
from orchestration.graph import build_definitions
from orchestration.pack import write_compliance_pack
from orchestration.trace import trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

ORGANIZATION, DEAL = "birch-credit", "MAG17"
RUNS = "select {} from marts.fact_trade_runs where "


@dataclass(frozen=True)
class Asked:
    """The published home before and after the launchpad was asked, and the run that answered."""

    home: Home
    run: dg.ExecuteInProcessResult
    held: tuple[str, float]
    not_held: str


def _damaged_workbook(path: Path, snapshot: Snapshot, first: Snapshot, held: tuple[str, float], not_held: str) -> None:
    """The control panel asks for a trade above the holding, of no asset, of no deal; its sale filter cannot be read."""
    grids = workbook_sheets(snapshot, first, None)
    (panel,) = (grid for grid in grids if grid.name == "Run Model")
    asset, par = held
    trades: list[tuple[Any, ...]] = [
        ("Mag 17", asset, "Sale", par + 1e6, 0.99),
        ("Mag 17", not_held, "Buy", 1e6, 100.0),
        ("Mag 17", "NOWHERE", "Buy", 1e6, 100.0),
        ("Mag 99", not_held, "Buy", 1e6, 100.0),
        ("Mag 6", not_held, "Buy", 1e6, 100.0),
    ]
    for row, line in enumerate(trades, start=11):
        for column, value in enumerate(line, start=10):
            panel.put(row, column, value)
    for place in [(row, column) for row, column in panel.cells if 16 <= row <= 18 and 10 <= column <= 14]:
        del panel.cells[place]
    panel.put(23, 6, "Moody's Grade")
    write_workbook(path, grids)


def _basket(path: Path, day: dt.date, held: tuple[str, float], not_held: str) -> None:
    """Bought before the sale that would pay for it stands second: the order is the sequence's, not the file's."""
    rows = [
        ("T2", DEAL, held[0], "SELL", f"{held[1]:.2f}", 100, day, "", "HYPOTHETICAL", "B-1", 2, "", ""),
        ("T1", DEAL, not_held, "BUY", 2e6, 100, day, "", "HYPOTHETICAL", "B-1", 1, "", ""),
        ("T3", DEAL, not_held, "BUY", 1e6, 100, day, "", "SETTLED", "B-1", 3, "", ""),
    ]
    path.write_text("\n".join(",".join(map(str, row)) for row in (HEADER, *rows)) + "\n")


def _note(path: Path, kind: str, as_of: dt.date, mode: str) -> None:
    story = load_story()
    note = FeedNote(
        organization_id=ORGANIZATION,
        organization_name=story.organization_name,
        kind=kind,
        feed_name=story.feed_name,
        as_of=as_of,
        mode=mode,
        sent_at=dt.datetime.combine(as_of, dt.time(9)),
    )
    note.write_beside(path)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    home = Home(tmp_path_factory.mktemp("trades"))
    snapshots = list(unfold(load_story(), load_deals(), SEED))
    newest = snapshots[-1]
    state = next(item for item in newest.deals if item.deal.number == 17)
    assets = newest.assets[~newest.assets["is_default_obligation"]]
    held_at = int(state.held[0])
    held = (str(newest.assets.loc[held_at, "asset_id"]), round(float(state.par[0]), 2))
    not_held = str(assets[~assets.index.isin(state.held)]["asset_id"].iloc[0])
    folder = home.inbox / ORGANIZATION
    folder.mkdir()
    _damaged_workbook(folder / "clo.xlsx", newest, snapshots[0], held, not_held)
    _note(folder / "clo.xlsx", "clo_workbook", newest.as_of, "full")
    _basket(folder / "trades_b1.csv", newest.as_of, held, not_held)
    _note(folder / "trades_b1.csv", "trades", newest.as_of, "delta")
    assert home.run().failure is None
    config = {
        "what": "rebalance",
        "method": "programme",
        "deals": [DEAL, "MAG99"],
        "sale_par": 3e6,
        "buy_par": 3e6,
        "increment": 150_000.0,
        "buy_filter": "WAL < 6",
        "sale_filter": "",
        "weights": {"32": 0.6, "36": 0.3, "12": 0.0},
        "seconds": 1.0,
    }
    job = build_definitions(home.settings).resolve_job_def("propose_trades")
    with dg.DagsterInstance.get() as instance:
        run = job.execute_in_process(
            instance=instance, run_config={"ops": {"clo_trades": {"config": config}}}, raise_on_error=False
        )
    return Asked(home, run, held, not_held)


def test_the_panel_s_trades_are_done_as_far_as_they_can_be(asked: Asked) -> None:
    """A price of 0.99 is 99 percent; what one trade lacks stops no other (clo-compliance 5.1, 5.4)."""
    found = asked.home.published(
        "select asset_id, side, par_done, price, outcome from marts.fact_trade_orders "
        f"where deal_id = '{DEAL}' and trade_run_id in ({RUNS.format('trade_run_id')} source = 'workbook') "
        "and origin = 'asked' order by trade_number"
    )
    (asset, par), bought = asked.held, asked.not_held
    assert found == [
        (asset, "SELL", par, 99.0, "cut to holding"),
        (bought, "BUY", 1e6, 100.0, "done"),
        ("NOWHERE", "BUY", 0.0, None, "unknown asset"),
    ]


def test_a_basket_is_done_in_its_sequence(asked: Asked) -> None:
    """2,000,000 are asked for; the deal's own cash pays for what it can, and the sale comes after."""
    ((cash,),) = asked.home.published(
        f"select principal_cash from marts.fact_pool_metrics where deal_id = '{DEAL}' and is_current"
    )
    found = asked.home.published(
        "select orders.asset_id, orders.par_done, orders.outcome from marts.fact_trade_orders as orders "
        "inner join marts.fact_trade_runs as runs using (trade_run_id) where source = 'trades_file' order by trade_number"
    )
    bought = min(2e6, cash)
    assert found == [
        (asked.not_held, pytest.approx(bought), "done" if bought == 2e6 else "cut to cash"),
        (asked.held[0], asked.held[1], "done"),
    ]


def test_what_cannot_be_answered_says_why_and_the_rest_is(asked: Asked) -> None:
    found = {
        (source, deal, request): (status, reason)
        for source, deal, request, status, reason in asked.home.published(
            RUNS.format("source, deal_id, request, status, reason") + "true"
        )
    }
    assert found["workbook", DEAL, "hypothetical"] == ("done", None)
    assert found["workbook", "MAG99", "hypothetical"] == ("refused", "the workbook has no deal 'Mag 99'")
    assert found["workbook", "MAG6", "hypothetical"][0] == "refused"
    for request in ("rank", "rebalance"):
        status, reason = found["workbook", DEAL, request]
        assert (status, "sale filter, row 23" in reason) == ("refused", True), reason
    assert found["launchpad", "MAG99", "rebalance"][0] == "refused"
    assert "no deal MAG99 is shown; these are: MAG11" in found["launchpad", "MAG99", "rebalance"][1]
    assert found["launchpad", DEAL, "rebalance"][0] == "done"


def test_the_launchpad_s_run_is_seen_with_its_answer(asked: Asked) -> None:
    assert asked.run.success
    home = asked.home
    ((programme, greedy, after, sold, bought, weights, notes),) = home.published(
        RUNS.format("objective_programme, objective_greedy, objective_after, sale_par, purchase_par, weights, notes")
        + f"source = 'launchpad' and deal_id = '{DEAL}'"
    )
    assert programme == after >= (greedy or 0)
    assert sold == pytest.approx(3e6, abs=150_000)
    assert bought <= 3e6 + 150_000
    assert weights == "32: 0.6, 36: 0.3, 12: 0"
    assert "objective weights sum to 0.9, not 1" in notes
    assert "test 12 is in the objective and not in the deal's list; it counts nothing" in notes
    (event, *_) = asked.run.asset_materializations_for_node("clo_trades")
    assert DEAL in event.metadata["answers"].value
    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_by_id(asked.run.run_id)
    assert run is not None
    assert run.job_name == "propose_trades"
    kept = home.warehouse.rows("select deal_id, run_id, refusal is null from ops.trade_requests order by 1")
    assert kept == [(DEAL, asked.run.run_id, True), ("MAG99", asked.run.run_id, False)]


def test_no_test_that_is_held_fails_after_what_the_launchpad_proposes(asked: Asked) -> None:
    assert (
        asked.home.published(
            "select test_number from marts.fact_trade_results inner join marts.fact_trade_runs "
            "using (trade_run_id, trade_set) where source = 'launchpad' and passed_after = false"
        )
        == []
    )


def test_results_before_trades_are_those_of_the_compliance_tests(asked: Asked) -> None:
    apart = asked.home.published(
        "select r.test_number, r.result_before, c.result from marts.fact_trade_results as r "
        "inner join marts.fact_compliance_results as c "
        "on r.deal_id = c.deal_id and r.load_id = c.load_id and r.test_number = c.test_number "
        "where abs(r.result_before - c.result) > 1e-9 * abs(c.result) or r.passed_before is distinct from c.passed "
        "or (r.result_before is null) <> (c.result is null)"
    )
    assert apart == []


def test_a_request_is_answered_once_whatever_the_code_becomes(asked: Asked) -> None:
    """Two ids: a deal that nobody knows is nobody's but the house's own."""
    answered = "select inputs_id, code_fingerprint from calc.calculated where calculation = 'clo_trades_of_launchpad'"
    before = asked.home.warehouse.rows(answered)
    assert len(before) == 2
    assert refresh(asked.home.warehouse, OF_LAUNCHPAD, ANSWERED_ONCE) == 0
    assert asked.home.warehouse.rows(answered) == before


def test_the_pack_shows_tests_and_trades_as_the_old_model_did(asked: Asked, tmp_path: Path) -> None:
    """Columns of clo-workbook 1.8: B:K and M:O of HYPO, B:L, N:P, R:AC and AE:AP of Rebalance."""
    written = write_compliance_pack(asked.home.settings, DEAL, out=tmp_path / "pack.xlsx")
    book = openpyxl.load_workbook(written.path)
    assert book.sheetnames == ["Compliance", "HYPO", "Rebalance", "Deal Assets", "Notes"]
    hypo = [cell.value for cell in book["HYPO"][2]]
    assert hypo[:11] == [
        *(None, "Test Num", "Test Name", "Threshold", "Results", "Pass/Fail", "", "Hypo Result"),
        *("Hypo Pass/Fail", "Differences", "Hypo Comments"),
    ]
    rebalance = book["Rebalance"]
    assert [rebalance[f"{column}2"].value for column in ("B", "N", "R", "AC", "AE", "AP")] == [
        *("Test Num", "Trade Attributes", "BlackRock ID", "Analyst Opinion", "BlackRock ID", "Analyst Opinion")
    ]
    assert rebalance["I3"].value == "=G3-E3"
    assert openpyxl.load_workbook(written.path, data_only=True)["Rebalance"]["I3"].value is not None
    tests = [row[0].value for row in book["Compliance"]["B3:B60"] if row[0].value is not None]
    listed = asked.home.published(
        f"select test_number from marts.fact_compliance_results where deal_id = '{DEAL}' and is_current and is_listed "
        "order by sequence"
    )
    assert tests == [number for (number,) in listed]


def test_the_command_writes_the_compliance_pack_under_its_own_name(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["pack", DEAL, "--kind", "compliance", "--home", str(asked.home.settings.home)])
    assert result.exit_code == 0
    ((day, listed),) = asked.home.published(
        "select any_value(event_date), count(*) from marts.fact_compliance_results "
        f"where deal_id = '{DEAL}' and is_current and is_listed"
    )
    assert [file.name for file in tmp_path.iterdir()] == [f"{DEAL}_{day}_compliance.xlsx"]
    assert f"Compliance {listed} rows" in " ".join(result.output.split())


def test_an_order_of_a_basket_is_traced_to_the_cell_that_asks_for_it(asked: Asked) -> None:
    ((key, par),) = asked.home.published(
        "select o.trade_order_key, o.par_asked from marts.fact_trade_orders as o "
        "inner join marts.fact_trade_runs as r using (organization_id, deal_id, trade_run_id, trade_set) "
        "where r.source = 'trades_file' order by o.trade_number limit 1"
    )
    step = trace(asked.home.settings, "fact_trade_orders.par_asked", {"trade_order_key": key})
    (basket, _) = step.sources
    assert par in [float(cell.value) for cell in basket.cells]
