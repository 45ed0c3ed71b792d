"""Domain events of funds told by three workbooks at once; then one is withdrawn, one corrected, and an old one sent again.

Source: input-contracts 1.1, 2.4; fund-admin 1.10 (G-5).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from calculations.events.definitions import event_policy
from orchestration.clock import utc_now
from orchestration.events.checking import differences, misnumbered
from orchestration.events.deriving import derive_events
from orchestration.events.replaying import states
from tests.end_to_end.conftest import Home
from tests.end_to_end.fund_story import FIRST, K1, K2, K3, SECOND, THIRD
from tests.end_to_end.test_funds import known_at, send

pytestmark = pytest.mark.slow

CORRECTED = "Harbour and Coast Mutual Insurance"


@dataclass(frozen=True)
class Walk:
    """A home after its second run; `told` is the number of the last event of its first."""

    home: Home
    told: int
    correction: str  # load of the second workbook's date, sent last
    withdrawn: str  # load of the third workbook
    withdrawn_at: dt.datetime


@pytest.fixture(scope="module")
def walk(new_home: Callable[[str], Home]) -> Walk:
    """Three workbooks in one run. Then the third is withdrawn, the second's date corrected and the first's bytes sent again."""
    home = new_home("events")
    for story, as_of, sent_at in ((FIRST, "2024-09-30", K1), (SECOND, "2024-12-31", K2), (THIRD, "2025-03-31", K3)):
        send(home, story, as_of, sent_at)
    assert home.run().failure is None
    return second_run(home)


def second_run(home: Home) -> Walk:
    ((told,),) = home.warehouse.rows("select max(event_number) from ops.events")
    ((third,),) = home.warehouse.rows("select load_id from raw.loads where known_at = ?", [K3])
    withdrawn_at = utc_now()
    with home.warehouse.transaction() as connection:
        connection.execute("insert into ops.withdrawals values (?, ?, 'ops', 'sent by mistake')", [third, withdrawn_at])
    send(home, replace(SECOND, investor_name=CORRECTED), "2024-12-31", None)
    sent = home.inbox / "backload" / "alder" / "funds_2024-09-30.xlsx"
    shutil.copyfile(sent, home.inbox / "alder" / "sent again.xlsx")
    (home.inbox / "alder" / "sent again.xlsx.feed.yaml").write_text("as_of: 2024-09-30\n")
    assert home.run().failure is None
    ((correction,),) = home.warehouse.rows("select max(load_id) from raw.loads where status = 'loaded'")
    return Walk(home, told, correction, third, withdrawn_at)


def events(home: Home, columns: str, where: str) -> list[tuple]:
    return home.published(
        f"select {columns} from marts.fact_events where {where} order by aggregate_type, aggregate_id, event_version"
    )


def test_three_loads_in_one_run_leave_events_of_each_load(walk: Walk) -> None:
    home, told = walk.home, f"event_number <= {walk.told}"
    loads = dict(
        home.warehouse.rows("select known_at, load_id from raw.loads where known_at in (?, ?, ?)", [K1, K2, K3])
    )
    assert events(home, "event_type, known_at, load_id", f"{told} and aggregate_id = 'I1'") == [
        ("INVESTOR_CREATED", K1, loads[K1]),
        ("INVESTOR_UPDATED", K2, loads[K2]),
    ]
    # The commitment that the second workbook leaves out is gone from its as-of date on.
    gone = f"{told} and aggregate_id = 'F1-C3' and event_source = 'commitments'"
    assert events(home, "event_type, event_date, known_at, cause", gone) == [
        ("COMMITMENT_CREATED", dt.date(2024, 8, 12), K1, "LOAD"),
        ("COMMITMENT_REMOVED", dt.date(2024, 12, 31), K2, "LOAD"),
    ]
    valued = events(
        home,
        "event_type, part_id, known_at, event_data",
        f"{told} and aggregate_id = 'F1-X' and event_source = 'valuations'",
    )
    assert [row[:3] for row in valued] == [
        ("INVESTMENT_VALUATION_UPDATED", "2021-12-31", K1),
        ("INVESTMENT_VALUATION_UPDATED", "2022-12-31", K1),
        ("INVESTMENT_VALUATION_UPDATED", "2022-12-31", K3),
    ]
    assert json.loads(valued[-1][3])["changes"]["fair_value"] == {"old": "8000000.0000", "new": "7400000.0000"}
    called = f"{told} and aggregate_id = 'F1-CALL1' and event_source = 'capital_calls'"
    assert events(home, "event_type, known_at", called) == [("CAPITAL_CALL_CREATED", K1), ("CAPITAL_CALL_PAID", K1)]


def test_events_tell_what_was_known_at_every_instant(walk: Walk) -> None:
    """Against the history twins, which other tests prove equal to a run as known at the instant."""
    home = walk.home
    for instant in (K1, K2, K3, utc_now()):
        with home.warehouse.connect() as connection:
            replayed = states(connection, "cash_flows", instant)
        kept = home.warehouse.rows(
            "select organization_id, fund_id || '/' || cash_flow_type || '/' || transaction_id, capital_call_amount::varchar, "
            f"net_cash_flow::varchar, investor_id from marts.fact_cash_flows_history where {known_at(instant)}"
        )
        assert len(kept) == 12
        assert {
            (house, key): (state["capital_call_amount"], state["net_cash_flow"], state["investor_id"])
            for (house, key, _), state in replayed.items()
        } == {(house, key): tuple(rest) for house, key, *rest in kept}


def test_a_backdated_correction_is_told_when_it_came_and_changes_no_fact(walk: Walk) -> None:
    (corrected,) = events(
        walk.home,
        "event_source, aggregate_id, part_id, event_type, event_date, event_data",
        f"event_number > {walk.told} and load_id = '{walk.correction}'",
    )
    assert corrected[:5] == ("investors", "I1", "2024-12-31", "INVESTOR_UPDATED", dt.date(2024, 12, 31))
    changes = {"investor_name": {"old": SECOND.investor_name, "new": CORRECTED}}
    assert json.loads(corrected[5])["changes"] == changes


def test_an_old_file_sent_again_makes_no_event(walk: Walk) -> None:
    home = walk.home
    ((outcome,),) = home.warehouse.rows("select outcome from ops.inbox_files where file_name = 'alder/sent again.xlsx'")
    assert outcome == "duplicate"
    assert len(home.warehouse.rows("select 1 from raw.loads where status = 'loaded' and as_of = '2024-09-30'")) == 1


def test_a_withdrawn_load_is_compensated_by_events_that_name_it(walk: Walk) -> None:
    home, after = walk.home, f"event_number > {walk.told} and event_source = '{{}}'"
    learned = "event_type, known_at, cause, load_id"
    moved = events(
        home,
        f"{learned}, json_extract_string(event_data, '$.changes.capital_call_amount.new')::decimal(24, 4)",
        after.format("cash_flows"),
    )
    # Half of each fund's call of 2021, as before 125,000 were moved from one investor to the other.
    withdrawal = (walk.withdrawn_at, "WITHDRAWAL", walk.withdrawn)
    assert moved == [("CASH_FLOW_CHANGED", *withdrawal, 1_500_000)] * 4
    valued = events(home, f"{learned}, event_data", after.format("valuations"))
    assert [row[:4] for row in valued] == [("INVESTMENT_VALUATION_UPDATED", *withdrawal)] * 2
    for row in valued:
        assert json.loads(row[4])["changes"]["fair_value"] == {"old": "7400000.0000", "new": "8000000.0000"}


def test_the_store_rebuilds_the_marts_and_another_derivation_finds_nothing(walk: Walk) -> None:
    home = walk.home
    breaches, looked_at = differences(home.warehouse, event_policy())
    assert breaches == []
    assert looked_at > 50
    assert misnumbered(home.warehouse)[0] == []
    assert derive_events(home.warehouse, event_policy(), utc_now(), "again").events == {}
