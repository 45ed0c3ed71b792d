"""One feed over time: a good workbook, its correction, a deal that breaks and recovers, and a mass deletion.

Rules: input-contracts 1.1 (state known at T, corrections, re-sent files, mass deletion), 2.3 (held deals), 2.4 (knowledge).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.running import RunReport
from tests.end_to_end.bad_files import cells, drop, keeping_only, sheet_of, small_workbook, variant
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

MARCH, APRIL, MAY = "as_of: 2016-03-23\n", "as_of: 2016-04-22\n", "as_of: 2016-05-23\n"
# Principal of the collection account (clo-workbook 1.4: row 5, column I of a deal sheet) in each workbook.
CASH_CORRECTED, CASH_16_IN_APRIL, CASH_17_IN_APRIL = 50_000_000, 9_000_000, 40_000_000
FACTS = ("fact_pool_metrics", "fact_oc_tests", "fact_deal_holdings", "fact_pool_concentrations")
KEPT_ASSETS = 10


@dataclass(frozen=True)
class State:
    """What is known after one step. `cash` of the current pool, `statuses` and `newest` load date by deal."""

    report: RunReport
    cash: dict[str, float]
    statuses: dict[str, tuple[str, str | None]]
    newest: dict[str, dict[str, str]]  # mart -> deal -> greatest event date
    history: list[tuple]  # of MAG17: event date, cash, is still known
    outcomes: dict[str, tuple[str, str | None, str | None]]  # newest look at each file: outcome, code, message
    live_assets: int
    judged: set[str]  # runs whose verdicts are published


@pytest.fixture(scope="module")
def walk(new_home: Callable[[str], Home], tmp_path_factory: pytest.TempPathFactory) -> dict[str, State]:
    home = new_home("deliveries")
    work = tmp_path_factory.mktemp("workbooks")
    states: dict[str, State] = {}

    def step(name: str) -> None:
        states[name] = state_of(home, home.run())

    def variant_of(source: Path, name: str, *changes: Callable) -> Path:
        return variant(source, work / name, *changes)

    good = small_workbook(work / "good.xlsx")
    drop(home.inbox, "book.xlsx", good, MARCH)
    step("good")
    corrected = variant_of(good, "corrected.xlsx", cells(sheet_of("MAG17"), {"I5": CASH_CORRECTED}))
    drop(home.inbox, "book.xlsx", corrected, MARCH)
    step("corrected")
    drop(home.inbox, "book.xlsx", good, MARCH)
    step("old file back under its name")
    april = variant_of(
        corrected,
        "april.xlsx",
        cells(sheet_of("MAG16"), {"I5": CASH_16_IN_APRIL}),
        cells(sheet_of("MAG17"), {"I5": CASH_17_IN_APRIL}),
    )
    drop(home.inbox, "april.xlsx", variant_of(april, "broken.xlsx", cells(sheet_of("MAG17"), {"AL7": "n/a"})), APRIL)
    step("broken")
    drop(home.inbox, "april repaired.xlsx", april, APRIL)
    step("repaired")
    may = variant_of(april, "may.xlsx", keeping_only("MAG17", KEPT_ASSETS))
    drop(home.inbox, "may.xlsx", may, MAY)
    step("mass deletion")
    drop(home.inbox, "may.xlsx", may, MAY + "confirm_deletions: yes\n")
    step("confirmed")
    step("identical")
    return states


def state_of(home: Home, report: RunReport) -> State:
    newest = {
        mart: dict(home.published(f"select deal_id, max(event_date)::varchar from marts.{mart} group by 1"))
        for mart in FACTS
    }
    return State(
        report=report,
        cash=dict(home.published("select deal_id, principal_cash from marts.fact_pool_metrics where is_current")),
        statuses=dict(home.published("select entity_id, (status, rule_code) from marts.entity_status")),
        newest=newest,
        history=home.published(
            "select event_date::varchar, principal_cash, known_to is null from marts.fact_pool_metrics_history "
            "where deal_id = 'MAG17' order by event_date, known_from"
        ),
        outcomes={
            name: (outcome, code, message)
            for name, outcome, code, message in home.warehouse.rows(
                "select file_name, outcome, reason_code, message from ops.inbox_files "
                "qualify row_number() over (partition by file_name order by seen_at desc) = 1"
            )
        },
        live_assets=home.published("select count(*) from marts.dim_asset where is_current and not is_deleted")[0][0],
        judged={run for (run,) in home.published("select distinct run_id from marts.fact_quality_results")},
    )


def test_every_step_ends_without_a_failure(walk: dict[str, State]) -> None:
    assert {name: state.report.failure for name, state in walk.items()} == dict.fromkeys(walk)


@pytest.mark.parametrize("step", ["good", "corrected", "broken", "repaired", "confirmed"])
def test_a_publication_shows_the_verdicts_of_its_own_run(walk: dict[str, State], step: str) -> None:
    assert walk[step].report.run_ids[-1] in walk[step].judged


def test_a_correction_replaces_what_it_corrects_and_history_keeps_both(walk: dict[str, State]) -> None:
    good, corrected = walk["good"], walk["corrected"]
    assert good.cash["MAG17"] != CASH_CORRECTED
    assert corrected.cash == good.cash | {"MAG17": pytest.approx(CASH_CORRECTED)}
    assert corrected.report.published != good.report.published
    assert corrected.history == [
        ("2016-03-23", pytest.approx(good.cash["MAG17"]), False),
        ("2016-03-23", pytest.approx(CASH_CORRECTED), True),
    ]


def test_an_old_file_sent_again_is_said_and_changes_nothing(walk: dict[str, State]) -> None:
    state = walk["old file back under its name"]
    outcome, code, message = state.outcomes["book.xlsx"]
    assert (outcome, code) == ("duplicate", "OLD_FILE_RESENT")
    assert message is not None
    assert "not its newest state" in message
    assert state.cash == walk["corrected"].cash
    assert state.report.published == walk["corrected"].report.published


def test_a_deal_that_breaks_a_critical_rule_keeps_its_last_good_figures(walk: dict[str, State]) -> None:
    broken = walk["broken"]
    assert broken.statuses == {
        "MAG14": ("current", None),
        "MAG16": ("current", None),
        "MAG17": ("held", "CLASS_UNREADABLE"),
    }
    assert broken.cash["MAG17"] == pytest.approx(CASH_CORRECTED)
    assert broken.newest == {
        mart: {"MAG14": "2016-04-22", "MAG16": "2016-04-22", "MAG17": "2016-03-23"} for mart in FACTS
    }
    assert broken.history == walk["corrected"].history


def test_the_other_deals_of_the_workbook_move_on(walk: dict[str, State]) -> None:
    assert walk["broken"].cash["MAG16"] == pytest.approx(CASH_16_IN_APRIL)


def test_a_held_deal_recovers_with_a_corrected_workbook(walk: dict[str, State]) -> None:
    repaired = walk["repaired"]
    assert set(repaired.statuses.values()) == {("current", None)}
    assert repaired.cash["MAG17"] == pytest.approx(CASH_17_IN_APRIL)
    assert {days["MAG17"] for days in repaired.newest.values()} == {"2016-04-22"}


def test_a_mass_deletion_is_held_and_the_state_before_it_stays(walk: dict[str, State]) -> None:
    state = walk["mass deletion"]
    outcome, code, message = state.outcomes["may.xlsx"]
    assert (outcome, code) == ("held", "MASS_DELETION")
    # 50 assets less 10; 20 % of 50 may vanish (input-contracts 1.1).
    assert message is not None
    assert message.startswith("may.xlsx: 40 of 50 keys of clo_assets")
    assert "at most 10 may vanish" in message
    # What was found of the held file is published; no figure of what it was to replace moves.
    repaired = walk["repaired"]
    assert (state.cash, state.newest, state.statuses, state.history) == (
        repaired.cash,
        repaired.newest,
        repaired.statuses,
        repaired.history,
    )
    assert state.live_assets == 50


def test_a_confirmed_deletion_is_carried_out(walk: dict[str, State]) -> None:
    state = walk["confirmed"]
    assert state.outcomes["may.xlsx"][:2] == ("loaded", None)
    assert state.live_assets == KEPT_ASSETS
    assert {days["MAG17"] for days in state.newest.values()} == {"2016-05-23"}
    assert state.statuses["MAG17"] == ("current", None)


def test_a_deal_whose_sheet_is_gone_keeps_its_last_figures(walk: dict[str, State]) -> None:
    # A sheet that is missing altogether states nothing (input-contracts 1.1).
    state = walk["confirmed"]
    assert state.newest["fact_pool_metrics"] == {"MAG14": "2016-04-22", "MAG16": "2016-04-22", "MAG17": "2016-05-23"}
    assert state.cash["MAG16"] == pytest.approx(CASH_16_IN_APRIL)


def test_an_identical_run_changes_nothing(walk: dict[str, State]) -> None:
    assert walk["identical"].report.nothing_new
    assert walk["identical"].report.published == walk["confirmed"].report.published
