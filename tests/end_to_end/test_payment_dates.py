"""Reported payment dates from the inbox to the marts: what agrees, what breaks, what was known when, what cannot be run.

HARBOUR-1 as clo-extensions 4.16 works it and 5.2 has it reported; known-at rules of 5.1.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.samples.story import load_story
from ingestion.samples.worked_report import write_worked_report
from orchestration.running import RunReport, run_as_known_at
from orchestration.trace import Step, trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

DEAL, DAY = "HARBOUR-1", dt.date(2025, 2, 20)
SIDECAR = """\
organization_id: birch-credit
kind: clo_payment_report
feed_name: {feed}
as_of: {as_of}
mode: delta
sent_at: {sent_at}
"""
CHECKS = "select {} from marts.fact_payment_date_checks where deal_id = '" + DEAL + "' and payment_date = '2025-02-20'"


@dataclass(frozen=True)
class Walk:
    """What is published after the first report, and the home after the later ones."""

    home: Home
    first: dict[str, Any]
    later: RunReport


def snapshot(home: Home) -> dict[str, Any]:
    return {
        "checks": {
            (item, key, measure): (*figures,)
            for item, key, measure, *figures in home.published(
                CHECKS.format("item, key, measure, reported, computed, difference, own_difference, outcome")
            )
        },
        "steps": home.published(
            "select step_number, amount_due, amount_paid, cash_after from marts.fact_payment_date_steps "
            f"where deal_id = '{DEAL}' and payment_date = '2025-02-20' and list_name = 'interest' order by 1"
        ),
        "verdicts": {
            (check, entity): passed
            for check, entity, passed in home.published(
                "select check_name, entity_id, passed from marts.fact_quality_results "
                "where asset like 'calc.clo_payment_date%' "
                "qualify run_id = max_by(run_id, checked_at) over ()"
            )
        },
    }


def drop(home: Home, name: str, rows: list[dict[str, Any]], *, feed: str, sent_at: str) -> None:
    folder = home.inbox / "backload" / "birch-credit"
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / name).write_text(text.getvalue())
    as_of = max(str(row["payment_date"]) for row in rows)
    note = SIDECAR.format(feed=feed, as_of=as_of, sent_at=sent_at)
    (folder / f"{name}.feed.yaml").write_text(note)


def stated(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def walk(new_home: Callable[[str], Home]) -> Walk:
    home = new_home("payment-dates")
    report, _ = write_worked_report(home.inbox, load_story())
    assert home.run().failure is None
    first = snapshot(home)
    rows = stated(report)
    corrections = {
        ("interest:6", "paid"): "135769.51",
        ("interest:7", "paid"): "2473777.78",  # a match before too, but the list must sum to its proceeds
        ("interest:22", "paid"): "963530.12",
        ("IC-C", "ratio"): "193.69%",  # 6,431,861.33 / 3,320,619.45, the fee now as due
    }
    corrected = [row | {"value": value} for row in rows if (value := corrections.get((row["key"], row["measure"])))]
    drop(home, "restated.csv", corrected, feed="harbour", sent_at="2025-03-05T09:00:00Z")
    # the next date opens class A with a cent more than it closed with, and lacks three figures in a second deal
    opening = {"A": "241443605.33", "D": "24500000.00"}
    following = [
        row
        | {"payment_date": "2025-05-20"}
        | ({"value": opening[row["key"]]} if row["measure"] == "opening_balance" and row["key"] in opening else {})
        | ({"value": "2025-02-20"} if row["measure"] == "accrual_start" else {})
        | ({"value": "2025-05-20"} if row["measure"] == "accrual_end" else {})
        for row in rows
        if row["role"] == "input"
    ]
    incomplete = [
        row | {"deal_id": "larch_1"}
        for row in rows
        if row["role"] == "input" and row["key"] not in ("EURIBOR3M", "taxes") and row["measure"] != "claims"
    ]
    nameless = [row | {"deal_id": "NO-SUCH-DEAL"} for row in rows[:3]]
    drop(
        home,
        "later.csv",
        [*following, *incomplete, *nameless],
        feed="others",
        sent_at="2025-06-02T09:00:00Z",
    )
    return Walk(home, first, home.run())


# clo-extensions 5.2: reported, computed, free, own, outcome; ratios are printed with six decimals there
@pytest.mark.parametrize(
    ("cell", "reported", "computed", "free", "own", "outcome"),
    [
        (("step", "interest:6", "paid"), "135749.51", "135769.51", "-20.00", "-20.00", "break"),
        (("step", "interest:7", "paid"), "2473777.77", "2473777.78", "-0.01", "-0.01", "match"),
        (("step", "interest:22", "paid"), "963550.13", "963530.12", "20.01", "0.00", "consequence"),
        (("test", "IC-B", "ratio"), "2.1713", "2.171310", "-0.000010", "-0.000017", "match"),
        (("test", "OC-E", "ratio"), "1.0653", "1.065317", "-0.000017", "-0.000017", "match"),
    ],
)
def test_the_worked_rows_are_published_as_they_are_worked(
    walk: Walk, cell: tuple[str, str, str], reported: str, computed: str, free: str, own: str, outcome: str
) -> None:
    places = 6 if cell[0] == "test" else 2
    *figures, found = walk.first["checks"][cell]
    assert [round(figure, places) for figure in figures] == [Decimal(text) for text in (reported, computed, free, own)]
    assert found == outcome


def test_every_other_reported_figure_matches(walk: Walk) -> None:
    # 20.00 of the fee is seen again in IC C: 193.695 % is printed as 193.70 %, and computed 193.6946 %
    outcomes = {cell: figures[-1] for cell, figures in walk.first["checks"].items()}
    others = {cell: what for cell, what in outcomes.items() if what != "match"}
    assert others == {
        ("step", "interest:6", "paid"): "break",
        ("step", "interest:22", "paid"): "consequence",
        ("test", "IC-C", "ratio"): "consequence",
    }
    assert len(outcomes) > 80


def test_steps_are_exact_and_spend_the_pool(walk: Walk) -> None:
    steps = walk.first["steps"]
    assert [row[0] for row in steps] == list(range(1, 23))
    # 4.16: admin is capped, the residual takes what is left
    assert steps[3][1:] == (Decimal("118640.0000"), Decimal("80211.2300"), Decimal("6627630.8400"))
    assert steps[21][1:] == (Decimal("963530.1200"), Decimal("963530.1200"), Decimal("0.0000"))
    assert sum(row[2] for row in steps) == Decimal("6722200.40")


def test_a_break_fails_for_its_deal_and_holds_nothing(walk: Walk) -> None:
    assert walk.first["verdicts"]["reported_figures_agree", DEAL] is False
    assert walk.first["verdicts"]["reported_figures_are_close", None] is True
    assert walk.home.published("select * from marts.entity_status where status <> 'current'") == []


def test_a_figure_restated_later_wins_and_the_older_answer_can_be_repeated(walk: Walk) -> None:
    assert walk.later.failure is None
    now = snapshot(walk.home)
    assert {figures[-1] for figures in now["checks"].values()} == {"match"}
    assert now["steps"] == walk.first["steps"]  # what is due does not follow from what is reported
    assert walk.home.published(CHECKS.format("max(known_at)")) == [(dt.datetime(2025, 3, 5, 9),)]
    past, report = run_as_known_at(walk.home.settings, dt.datetime(2025, 3, 1))
    assert report.failure is None
    older = Home(past.home)
    assert snapshot(older)["checks"] == walk.first["checks"]
    assert older.published(CHECKS.format("max(known_at)")) == [(dt.datetime(2025, 2, 24, 11),)]


def test_a_date_that_cannot_be_run_says_all_it_lacks_and_stops_no_other(walk: Walk) -> None:
    dates = {
        (deal, str(day)): (status, reason)
        for deal, day, status, reason in walk.home.published(
            "select deal_id, payment_date, status, reason from marts.fact_payment_dates"
        )
    }
    assert dates[DEAL, "2025-02-20"] == dates[DEAL, "2025-05-20"] == ("run", None)
    status, reason = dates["larch_1", "2025-02-20"]
    assert status == "not_run"
    assert reason.startswith("INPUT_MISSING: ")
    for cell in ("index EURIBOR3M level", "due taxes amount", "fee admin claims"):
        assert cell in reason
    status, reason = dates["NO-SUCH-DEAL", "2025-02-20"]
    assert status == "not_run"
    assert "expected a deal file" in reason
    figures = walk.home.published(
        "select interest_pool, adjusted_par, figures_compared from marts.fact_payment_dates where status = 'not_run'"
    )
    assert figures == [(None, None, 0)] * 2
    assert walk.home.published("select count(*) from marts.fact_payment_date_steps where deal_id = 'larch_1'") == [(0,)]
    failed = {key for key, passed in snapshot(walk.home)["verdicts"].items() if not passed and key[1] is not None}
    assert failed == {
        ("every_payment_date_is_run", "larch_1"),
        ("every_payment_date_is_run", "NO-SUCH-DEAL"),
        ("payment_dates_continue_the_last_one", DEAL),
    }


def test_an_opening_that_is_not_the_last_closing_is_a_critical_finding_of_its_date(walk: Walk) -> None:
    ((found,),) = walk.home.published(
        f"select findings from marts.fact_payment_dates where deal_id = '{DEAL}' and payment_date = '2025-05-20'"
    )
    assert (
        "critical: OPENING_BREAK: note A opening_balance expected 241443605.3200, closing_balance of 2025-02-20, "
        "found 241443605.3300"
    ) in found


def rows_of(step: Step) -> list[tuple[str, str]]:
    """(file, value) of every cell that a figure leads back to."""
    own = [(Path(cell.file_name).name, cell.value) for source in step.sources for cell in source.cells]
    return own + [cell for inner in step.inputs for cell in rows_of(inner)]


def test_a_checked_figure_leads_back_to_the_line_of_its_report(walk: Walk) -> None:
    keys = {"deal_id": DEAL, "item": "step", "key": "interest:6", "measure": "paid"}
    step = trace(walk.home.settings, "fact_payment_date_checks.difference", keys, rows=1000)
    reported, computed = step.inputs
    assert rows_of(reported) == [("restated.csv", "135769.51")]
    given = rows_of(computed)
    assert ("payment_report_harbour-1_2025-02-20.csv", "379480000.00") in given  # the senior fee's basis
    assert {file for file, _ in given} == {"payment_report_harbour-1_2025-02-20.csv"}
    total = trace(
        walk.home.settings,
        "fact_payment_date_checks.reported",
        {"deal_id": DEAL, "item": "list", "key": "interest"},
        rows=1000,
    )
    assert sum(Decimal(value) for _, value in rows_of(total)) == total.value
