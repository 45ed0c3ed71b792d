"""Three successive workbooks of two funds, published: what was known when, and what becomes of a fund that breaks.

Source: input-contracts 1.1, 2.3, 2.4 and 6; fund-admin 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pyxirr

from ingestion.samples import write_scaled_clo_workbook
from orchestration.as_known_at import NothingKnown
from orchestration.running import RunReport, run_as_known_at
from orchestration.trace import Step, trace
from tests.end_to_end.conftest import Home
from tests.end_to_end.fund_story import FIRST, K1, K2, K3, MEASURED, SECOND, TAX, THIRD, Story, flows

pytestmark = pytest.mark.slow

PERFORMANCE = "fund_id, investor_id, event_date, nav, called_capital, distributed_capital, irr, tvpi, dpi, pic"
ROWS = 2 * 3 * 12  # two funds, each with two partners, at twelve quarter ends of which two are days of value
DEALS = "deal_id, event_date, total_par, warf"


def known_at(instant: dt.datetime) -> str:
    return f"known_from <= '{instant}' and (known_to > '{instant}' or known_to is null)"


def send(home: Home, story: Story, as_of: str, sent_at: dt.datetime | None) -> None:
    folder = home.inbox / "backload" / "alder" if sent_at else home.inbox / "alder"
    feed = {"as_of": as_of} | ({"sent_at": f"{sent_at:%Y-%m-%dT%H:%M:%SZ}"} if sent_at else {})
    story.write(folder / f"funds_{as_of}.xlsx", feed)


@pytest.fixture(scope="module")
def told(new_home: Callable[[str], Home]) -> tuple[Home, RunReport]:
    """A home that was sent the three workbooks, and the pools of a CLO manager twice, in one delivery."""
    home = new_home("funds")
    for story, as_of, sent_at in ((FIRST, "2024-09-30", K1), (SECOND, "2024-12-31", K2), (THIRD, "2025-03-31", K3)):
        send(home, story, as_of, sent_at)
    for seed, sent_at in ((1, K1), (2, K3)):
        path = home.inbox / "backload" / "birch" / f"pools_{seed}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_scaled_clo_workbook(path, deals=3, assets=50, correlation_ids=0, seed=seed)
        Path(f"{path}.feed.yaml").write_text(
            f"as_of: 2023-12-31\nsent_at: {sent_at:%Y-%m-%dT%H:%M:%SZ}\nconfirm_deletions: yes\n"
        )
    report = home.run()
    assert report.failure is None
    return home, report


def test_the_return_of_one_day_is_what_each_workbook_made_of_it(told: tuple[Home, RunReport]) -> None:
    home, _ = told
    for instant, story in ((K1, FIRST), (K2, SECOND), (K3, THIRD)):
        rows = home.published(
            "select irr, nav, called_capital, distributed_capital from marts.fact_fund_performance_history "
            f"where fund_id = 'F1' and investor_id is null and event_date = '{MEASURED}' and {known_at(instant)}"
        )
        ((irr, *money),) = rows
        # pyxirr solves the same equation on its own; there is one change of sign, so there is one root.
        assert float(irr) == pytest.approx(pyxirr.xirr(*flows(story.valued)), abs=1e-8)
        assert money == [story.valued, 7_000_000, 1_500_000]
    (now,) = home.published(
        "select irr from marts.fact_fund_performance "
        f"where fund_id = 'F1' and investor_id is null and event_date = '{MEASURED}'"
    )
    assert now[0] == irr


def test_a_partners_return_is_of_its_own_flows_and_its_share_of_the_value(told: tuple[Home, RunReport]) -> None:
    """Partners committed alike, so each has half of the fair value; 125,000 of the second call moved between them at K3."""
    home, _ = told
    for instant, story in ((K1, FIRST), (K2, SECOND), (K3, THIRD)):
        rows = home.published(
            "select investor_id, irr, nav, nav_share_basis, called_capital from marts.fact_fund_performance_history "
            f"where fund_id = 'F2' and investor_id is not null and event_date = '{MEASURED}' and {known_at(instant)} order by 1"
        )
        days, _ = flows(story.valued)
        for (investor, irr, *figures), sign in zip(rows, (-1, 1), strict=True):
            second = 1_500_000 + sign * story.moved
            own = [-2_000_000, -second, 750_000, story.valued // 2]
            assert float(irr) == pytest.approx(pyxirr.xirr(days, own), abs=1e-8), investor
            assert figures == [story.valued // 2, "COMMITMENT", 2_000_000 + second]


def test_multiples_are_of_paid_in_capital(told: tuple[Home, RunReport]) -> None:
    ((dpi, rvpi, tvpi, pic, moic, why),) = told[0].published(
        "select dpi, rvpi, tvpi, pic, moic, moic_reason from marts.fact_fund_performance "
        "where fund_id = 'F1' and investor_id is null and is_current"
    )
    expected = [Decimal(1_500_000) / 7_000_000, Decimal(7_400_000) / 7_000_000, Decimal(7_000_000) / 12_000_000]
    assert [dpi, rvpi, pic] == [round(value, 12) for value in expected]
    assert tvpi == dpi + rvpi
    assert (moic, why) == (None, "NO_TRANSACTIONS")


def test_a_notice_moved_between_investors_restates_their_flows_and_no_total(told: tuple[Home, RunReport]) -> None:
    legs = (
        "select investor_id, capital_call_amount from marts.fact_cash_flows_history "
        "where fund_id = 'F1' and event_id = 'F1-CALL2' and {} order by 1"
    )
    home, _ = told
    assert home.published(legs.format(known_at(K2))) == [("I1", 1_500_000), ("I2", 1_500_000)]
    assert home.published(legs.format(known_at(K3))) == [("I1", 1_375_000), ("I2", 1_625_000)]


def test_withheld_tax_was_distributed(told: tuple[Home, RunReport]) -> None:
    rows = told[0].published(
        "select investor_id, distribution_amount, tax_withheld, net_cash_flow from marts.fact_cash_flows "
        "where fund_id = 'F1' and cash_flow_type = 'DISTRIBUTION' order by 1"
    )
    assert rows == [("I1", 750_000, TAX, 750_000), ("I2", 750_000, 0, 750_000)]


def test_a_commitment_that_a_workbook_drops_is_gone_from_its_instant_on(told: tuple[Home, RunReport]) -> None:
    home, _ = told
    assert home.published("select * from marts.fact_commitments where commitment_id = 'F1-C3'") == []
    kept = home.published(
        "select committed, known_from, known_to from marts.fact_commitments_history where commitment_id = 'F1-C3'"
    )
    assert kept == [(500_000, K1, K2)]


def test_a_renamed_investor_has_two_versions(told: tuple[Home, RunReport]) -> None:
    rows = told[0].published(
        "select investor_name, valid_from, valid_to, is_current from marts.dim_investor where investor_id = 'I1' order by 2"
    )
    assert rows == [
        ("Harbour Mutual", dt.date(1900, 1, 1), dt.date(2024, 12, 31), False),
        ("Harbour and Coast Mutual", dt.date(2024, 12, 31), None, True),
    ]


def test_unfunded_is_what_is_left_of_the_commitment(told: tuple[Home, RunReport]) -> None:
    rows = told[0].published(
        "select commitment_id, committed, called, unfunded from marts.fact_commitments "
        "where fund_id = 'F1' and is_current order by 1"
    )
    assert rows == [("F1-C1", 6_000_000, 3_375_000, 2_625_000), ("F1-C2", 6_000_000, 3_625_000, 2_375_000)]


def test_a_default_that_others_cover_passes_the_call_to_them_in_the_roll(told: tuple[Home, RunReport]) -> None:
    """1,375,000 of the second call of F2 pass from its first partner to the second: 3,375,000 and 3,625,000 called become
    2,000,000 and 5,000,000. What was defaulted stays visible. Source: fund-admin CC-8.
    """
    home, _ = told
    rows = home.published(
        "select commitment_id, called, unfunded, defaulted, remedied from marts.fact_commitments "
        "where fund_id = 'F2' and is_current order by 1"
    )
    assert rows == [
        ("F2-C1", 2_000_000, 4_000_000, 1_375_000, 1_375_000),
        ("F2-C2", 5_000_000, 1_000_000, 0, 0),
    ]
    # before the third workbook the notice was of 1,500,000
    kept = home.published(
        "select remedy, defaulted_amount, remedied_amount, open_amount from marts.fact_defaults_history order by known_from"
    )
    assert kept == [("COVER_BY_OTHERS", amount, amount, 0) for amount in (1_500_000, 1_375_000)]
    moved = home.published("select commitment_id, account, amount from marts.fact_default_movements order by 1")
    assert moved == [("F2-C1", "CALL_DUE", -1_375_000), ("F2-C2", "CALL_DUE", 1_375_000)]


def test_a_return_is_traced_to_the_cell_of_every_flow_and_of_the_value(told: tuple[Home, RunReport]) -> None:
    home, _ = told
    step = trace(home.settings, "fact_fund_performance.irr", {"fund_id": "F1", "event_date": str(MEASURED)}, rows=100)

    def cells(step: Step) -> set[tuple[str, str, str]]:
        found = {(c.sheet, c.address, c.value) for s in step.sources for c in s.cells if c.field != "due_date"}
        return found.union(*(cells(inner) for inner in step.inputs))

    traced = cells(step)
    notices = {(sheet, address, float(value)) for sheet, address, value in traced if sheet == "Capital Call Notices"}
    assert notices == {
        *(("Capital Call Notices", f"D{row}", 2_000_000.0) for row in (2, 3)),
        ("Capital Call Notices", "D4", 1_375_000.0),
        ("Capital Call Notices", "D5", 1_625_000.0),
    }
    assert {
        (address, float(value)) for sheet, address, value in traced if sheet == "Valuations" and address[0] == "D"
    } == {("D3", 7_400_000.0)}
    paid = {(a, float(v)) for s, a, v in traced if s == "Distribution Notices"}
    assert paid == {("F2", 725_000.0), ("F3", 750_000.0), ("E2", 25_000.0), ("E3", 0.0)}
    files = {c.file_name for s in step.inputs[0].sources for c in s.cells}
    assert files == {"backload/alder/funds_2025-03-31.xlsx"}


def test_a_partners_return_is_traced_to_its_own_cells_alone(told: tuple[Home, RunReport]) -> None:
    home, _ = told
    keys = {"fund_id": "F1", "investor_id": "I2", "event_date": str(MEASURED)}
    step = trace(home.settings, "fact_fund_performance.irr", keys, rows=100)
    called, distributed, _ = step.inputs
    amounts = {
        (cell.sheet, cell.address)
        for source in (*called.sources, *distributed.sources)
        for cell in source.cells
        if cell.field in ("call_amount", "net_distribution")
    }
    assert amounts == {
        ("Capital Call Notices", "D3"),
        ("Capital Call Notices", "D5"),
        ("Distribution Notices", "F3"),
    }


def test_a_past_state_is_published_beside_the_home_and_equals_the_history(told: tuple[Home, RunReport]) -> None:
    home, _ = told
    publication = home.settings.published_link.resolve()
    alerts = home.settings.alerts_log.read_text() if home.settings.alerts_log.exists() else None
    between = K2 - dt.timedelta(days=10)

    settings, report = run_as_known_at(home.settings, between)

    assert report.failure is None
    past = Home(settings.home)
    for mart, columns, rows in (("fact_fund_performance", PERFORMANCE, ROWS), ("fact_pool_metrics", DEALS, 3)):
        published = past.published(f"select {columns} from marts.{mart} order by all")
        assert len(published) == rows
        assert published == home.published(
            f"select {columns} from marts.{mart}_history where {known_at(between)} order by all"
        )
        assert published != home.published(f"select {columns} from marts.{mart} order by all")
    # Nothing of the home itself has moved.
    assert home.settings.published_link.resolve() == publication
    assert (home.settings.alerts_log.read_text() if home.settings.alerts_log.exists() else None) == alerts
    assert not settings.alerts_log.exists()
    with pytest.raises(NothingKnown, match="the first load was known at 2024-10-20T09:00:00Z"):
        run_as_known_at(home.settings, K1 - dt.timedelta(seconds=1))


def test_a_fund_with_a_quarantined_row_keeps_its_last_good_figures_while_the_other_moves_on(
    told: tuple[Home, RunReport],
) -> None:
    home, _ = told
    send(home, replace(THIRD, first_notice="two million", valued=9_000_000), "2025-06-30", None)
    assert home.run().failure is None
    shown = home.published(
        "select fund_id, nav, known_at from marts.fact_fund_performance "
        f"where event_date = '{MEASURED}' and investor_id is null order by 1"
    )
    assert [(fund, nav) for fund, nav, _ in shown] == [("F1", 7_400_000), ("F2", 9_000_000)]
    assert shown[0][2] == K3
    statuses = home.published(
        "select entity_id, status, rule_code, last_good_known_at from marts.entity_status where entity_type = 'fund' order by 1"
    )
    assert statuses[0] == ("F1", "held", "BAD_TYPE", K3)
    assert statuses[1][:2] == ("F2", "current")
    assert home.published("select distinct deal_id from marts.fact_pool_metrics") != []
