"""The demo's fund and NAV sides, published for three organisations: figures that stand beside them, and who sees what.

Every strike of every product, and the worked examples, are judged in test_nav_demo. Source: input-contracts 2.5 and 6.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.trace import Step, trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

HOUSES = ("alder-capital", "birch-credit", "cedar-assets")


def test_nothing_of_the_demo_is_quarantined_or_held(demo: Home) -> None:
    assert demo.warehouse.rows("select _sheet, _row, reason_code from raw.rejected_rows") == []
    assert demo.published("select * from marts.entity_status where status <> 'current'") == []


def test_every_sheet_reconciles(demo: Home) -> None:
    controls = (
        "every_cell_is_kept",
        "every_row_is_accounted_for",
        "every_staged_row_is_stored",
        "stated_keys_are_unique",
    )
    found = demo.published(
        f"select check_name, bool_and(passed) from marts.fact_quality_results where check_name in {controls} group by 1 order by 1"
    )
    assert found == [(name, True) for name in sorted(controls)]


def test_a_fund_has_three_returns_for_one_day(demo: Home) -> None:
    """K1, K2 and K3 restate one valuation each of the end of 2022. Source: input-contracts 6."""
    returns = demo.published(
        "select irr, known_from from marts.fact_fund_performance_history "
        "where fund_id = 'ALDER-BUYOUT-III' and investor_id is null and event_date = '2022-12-31' order by known_from"
    )
    assert [f"{known:%Y-%m-%d %H:%M}" for _, known in returns] == [
        "2024-10-20 09:00",
        "2025-01-25 09:00",
        "2025-04-22 09:00",
    ]
    assert len({irr for irr, _ in returns}) == 3


def test_every_fund_has_a_waterfall_that_conserves_money_and_says_where_notices_differ(demo: Home) -> None:
    """All of a partner's distribution is in its tiers; none of the demo's terms are in doubt. Source: fund-admin 1.11."""
    assert demo.published(
        "select count(distinct fund_id), sum(abs(gap)) from (select p.fund_id, p.distribution_id, p.commitment_id, "
        "any_value(p.gross_distribution) - sum(w.amount_lp + w.amount_gp + w.amount_other) as gap "
        "from marts.fact_carry_payments as p left join marts.fact_fund_waterfall as w "
        "using (organization_id, distribution_id, commitment_id) group by all)"
    ) == [(6, 0)]
    assert demo.published("select * from marts.fact_waterfall_findings") == []
    assert demo.published(
        "select count(*) from marts.fact_carry_payments where difference <> carried_interest - carried_interest_stated"
    ) == [(0,)]
    # misstated_carry of the demo's story: one notice, with it the ledger, and one entry into escrow
    assert demo.published("select commitment_id, difference from marts.fact_carry_payments where difference <> 0") == [
        ("ABO3-ALD-104-1", Decimal(-250))
    ]
    assert demo.published(
        "select fund_id, entry_type, difference from marts.fact_carry_entries where difference <> 0 order by 1"
    ) == [("ALDER-BUYOUT-III", "CARRY_PAID", Decimal(-250)), ("BIRCH-PRIVATE-CREDIT-I", "ESCROW_IN", Decimal(90))]


def test_advances_and_clawbacks_are_rows_that_add_up(demo: Home) -> None:
    """By commitment the carry ledger's advances come to its stated totals; payers of a clawback pay what LPs receive."""
    assert (
        demo.published(
            "select fund_id, any_value(amount_stated) - sum(m.amount) from marts.fact_carry_entries as e "
            "inner join marts.fact_carry_movements as m using (organization_id, fund_id, event_date, entry_type, distribution_id) "
            "where entry_type = 'TAX_ADVANCE' group by fund_id, distribution_id having any_value(amount_stated) <> sum(m.amount)"
        )
        == []
    )
    ((funds, advanced),) = demo.published(
        "select count(distinct fund_id), count(*) from marts.fact_carry_movements where balance_code = 'TAX_ADVANCES'"
    )
    assert (funds, advanced > funds) == (4, True)
    shares = demo.published(
        "select clawback_type, sum(pays) > 0, sum(pays) - sum(receives) from marts.fact_clawback_shares group by all order by all"
    )
    assert shares == [("FINAL", True, 0), ("INTERIM", True, 0)]


def test_the_general_partner_pays_no_carry_on_its_own_commitment(demo: Home) -> None:
    assert demo.published(
        "select sum(amount_gp) from marts.fact_fund_waterfall where investor_id in ('ALD-GP', 'BIR-GP', 'CED-GP')"
    ) == [(0,)]


def test_struck_navs_are_the_stated_ones(demo: Home) -> None:
    """The demo's books are kept by a reckoning of their own; one example states a NAV that is wrong."""
    apart = demo.published(
        "select share_class_id, valuation_date::varchar from marts.fact_nav "
        "where is_current and abs(nav_per_share - nav_per_share_stated) > 0.0001"
    )
    assert apart == [("example-e-22-error", "2026-03-10")]
    ((struck, products),) = demo.published(
        "select count(*), count(distinct product_id) from marts.fact_nav where nav_per_share_stated is not null"
    )
    assert struck > 1_800
    assert products >= 10


def test_planted_breaks_hold_their_product_and_day_alone(demo: Home) -> None:
    """On the last day a register has 12.5 shares too many and the custodian 250 too few; a cash break is a day old."""
    assert demo.published(
        "select product_id, event_date::varchar, error from marts.fact_nav_runs where status = 'BLOCKED' order by 1"
    ) == [
        ("cedar-euro-bond", "2025-12-31", "SHARES_RECON"),
        ("cedar-global-equity", "2025-12-31", "POSITION_RECON"),
    ]
    assert demo.published(
        "select rule_code, scope_id, actual, rule_version, evidence from marts.fact_nav_validations "
        "where outcome = 'FAILED' and rule_code like '%RECON' order by 1"
    ) == [
        (
            "POSITION_RECON",
            "EQ-US-03",
            Decimal(-250),
            1,
            "custodian harbour-custody cedar-global-equity-sec 2025-12-31",
        ),
        ("SHARES_RECON", "cedar-euro-bond-i", Decimal("-12.5"), 1, "register BOOKS 2025-12-31"),
    ]


def test_every_ledger_balances_and_is_the_book_of_one_fund(demo: Home) -> None:
    ((lines, funds, unknown),) = demo.published(
        "select count(*), count(distinct fund_id), count(*) filter (where fund_id is null) from marts.fact_gl_entries"
    )
    assert lines > 1_000
    assert (funds, unknown) == (6, 0)
    off = demo.published(
        "select fund_id from marts.fact_gl_entries group by 1 having sum(coalesce(debit, 0)) <> sum(coalesce(credit, 0))"
    )
    assert off == []


def test_ledgers_lead_to_the_chart_of_accounts_and_their_net_assets_are_what_partners_are_told(demo: Home) -> None:
    assert demo.published("select * from marts.fact_gl_mapping_findings") == []
    ties = demo.published(
        "select compared_with, count(distinct fund_id), count(*) filter (where is_tied is not true) "
        "from marts.fact_gl_nav_ties group by 1 order by 1"
    )
    assert ties == [("CAPITAL_ACCOUNTS", 6, 0), ("FAIR_VALUES", 6, 0), ("INVESTORS", 6, 0)]
    # the headings add up to zero but for the unrealised gain: the chart has the asset 1210 and ignores its other side, 90000
    apart = demo.published(
        "select fund_id, period_end from marts.fact_mapped_balances group by 1, 2 "
        "having sum(case when account_code in ('1000', '2000', '3000', '4000', '5000') then closing_balance "
        "when account_code = '1210' then -closing_balance end) <> 0"
    )
    assert apart == []


def test_the_front_page_has_every_figure_of_every_house_and_currency(demo: Home) -> None:
    """Two currencies in one house are two figures; what has no value says why. Source: input-contracts 6 (funds)."""
    figures = demo.published(
        "select organization_id, currency, count(*), count(value) from marts.fact_kpis "
        "where is_current and currency is not null group by all order by all"
    )
    assert figures == [
        (house, currency, 13, 13)  # twelve of the funds and the amount of open approvals
        for house, currency in ((HOUSES[0], "EUR"), (HOUSES[0], "USD"), (HOUSES[1], "USD"), (HOUSES[2], "USD"))
    ]
    # the story has one partner pay 0.6 of the notice due on 2024-10-15 and nobody else owe anything
    ((called,),) = demo.warehouse.rows(
        "select distinct call_amount from intermediate.int_fund__capital_call_notices where notice_status = 'DEFAULTED'"
    )
    overdue = demo.published(
        "select organization_id, value from marts.fact_kpis where kpi_code = 'CALLS_OVERDUE' and is_current and value <> 0"
    )
    assert [(house, round(value, 2)) for house, value in overdue] == [
        (HOUSES[0], called - round(called * Decimal("0.6"), 2))
    ]


def test_every_fund_is_forecast_to_the_end_of_its_life_and_its_past_forecasts_are_judged(demo: Home) -> None:
    scenarios = demo.published(
        "select scenario, count(distinct fund_id), max(abs(nav)) from marts.fact_pacing_forecast where is_last group by 1 order by 1"
    )
    assert scenarios == [(name, 6, 0.0) for name in ("base", "high", "low")]
    judged = demo.published(
        "select series, count(distinct fund_id) from marts.fact_pacing_backtest where mean_error is not null group by 1 order by 1"
    )
    assert judged == [("contributions", 6), ("distributions", 6), ("nav", 6)]


def test_open_calls_are_expected_in_full_within_ninety_days_unless_defaulted(demo: Home) -> None:
    """Nobody of the demo paid more than 90 days late but the one who defaulted, whose default lowers the chance of others."""
    found = demo.published(
        "select reason, min(expected_amount / outstanding::double) > 0.9, max(expected_amount / outstanding::double) <= 1.000001 "
        "from marts.fact_expected_collections where horizon_days = 90 group by 1 order by 1"
    )
    assert found == [("DEFAULTED", None, None), (None, True, True)]


def test_an_expected_collection_is_traced_to_the_notice(demo: Home) -> None:
    ((notice,),) = demo.published(
        "select min(notice_id) from marts.fact_expected_collections where reason is null and days_late < 0"
    )
    step = trace(
        demo.settings, "fact_expected_collections.expected_amount", {"notice_id": notice, "horizon_days": "30"}
    )
    (outstanding,) = [each for each in step.inputs if each.column.endswith("outstanding")]
    (called, _) = outstanding.sources
    assert (called.table.removeprefix("raw."), called.rows) == ("fund_capital_call_notices", 1)


@pytest.mark.parametrize(
    ("mart", "column", "field"),
    [
        ("fact_allocations", "amount", "amount"),
        ("fact_capital_accounts", "nav_stated", "nav"),
        ("fact_carry_payments", "carried_interest_stated", "carried_interest"),
        ("fact_distribution_notices", "net_distribution_stated", "net_distribution"),
        ("fact_fee_offsets", "gross_amount", "gross_amount"),
        ("fact_fund_fees", "net_amount_stated", "net_amount"),
        ("fact_gl_entries", "debit", "debit"),
    ],
)
def test_a_stated_amount_is_traced_to_the_one_cell_that_states_it(
    demo: Home, mart: str, column: str, field: str
) -> None:
    """Design 4: `weir trace` ends on a file, a sheet and a cell."""
    ((key,),) = demo.published(
        f"select column_name from duckdb_columns() where schema_name = 'marts' and table_name = '{mart}' and column_index = 1"
    )
    ((found, value),) = demo.published(
        f"select {key}, {column} from marts.{mart} where {column} > 0 order by 1 limit 1"
    )
    step = trace(demo.settings, f"{mart}.{column}", {key: found})
    (cell,) = [cell for source in step.sources for cell in source.cells if cell.field == field]
    assert Decimal(cell.value) == value


def test_a_net_fee_is_traced_through_its_rate_and_its_basis(demo: Home) -> None:
    ((key,),) = demo.published("select min(fund_fee_key) from marts.fact_fund_fees where net_amount > 0")
    gross, *deductions = trace(demo.settings, "fact_fund_fees.net_amount", {"fund_fee_key": key}).inputs
    assert [step.column for step in deductions] == ["waiver_amount", "rebate_amount", "offset_applied"]
    basis, rate = gross.inputs
    assert any(source.table == "fund_commitments" and source.cells for source in basis.sources)
    assert any(source.cells for source in rate.sources)


def test_notices_are_what_their_terms_make_of_them_but_where_a_correction_came_later(demo: Home) -> None:
    """The one notice corrected in the third workbook was 125,000.00 too high and another as much too low before."""
    apart = demo.published("select rule_code, count(*) from marts.fact_capital_findings group by 1 order by 1")
    assert apart == []
    moved = demo.published(
        "select count(*), count(*) filter (difference = 0) from marts.fact_closing_adjustments "
        "where adjustment_type = 'CONTRIBUTION'"
    )
    assert moved[0][0] == moved[0][1] > 150
    told = demo.published(
        "select call_amount_reason, count(*), count(*) filter (where call_amount_difference = 0) "
        "from marts.fact_capital_call_notices group by 1 order by 1 nulls first"
    )
    # shares stated one by one, and interest handed on to earlier partners, follow from no basis
    assert [why for why, *_ in told] == [None, "CUSTOM_SHARES", "REVERSAL"]
    assert told[0][1] == told[0][2] > 1_500
    before = demo.warehouse.rows(
        "select known_from, call_amount_difference from calc.capital_call_notices "
        "inner join intermediate.int_fund__activity_states using (activity_id) where call_amount_difference <> 0 order by 1, 2"
    )
    assert [(str(known)[:10], difference) for known, difference in before] == [
        (day, Decimal(amount)) for day in ("2024-10-20", "2025-01-25") for amount in ("-125000", "125000")
    ]


def test_every_distribution_is_computed_to_the_cent(demo: Home) -> None:
    """All but the notices of the one distribution that was cancelled, which owe nothing."""
    ((notices, apart, unknown, why),) = demo.published(
        "select count(*), count(*) filter (where net_difference <> 0), count(*) filter (where net_difference is null), "
        "string_agg(distinct computed_reason, ',') from marts.fact_distribution_notices"
    )
    assert notices > 550
    assert (apart, unknown, why) == (0, 16, "CANCELLED")


def test_a_transfer_takes_every_balance_along(demo: Home) -> None:
    """The whole commitment of 6.25 million passed on 1 October 2021: nothing is left, and the new one has all of it."""
    ((moved, before),) = demo.published(
        "select committed_moved, committed_before from marts.fact_transfers "
        "where transfer_type = 'FULL' and status = 'COMPLETED'"
    )
    assert moved == before == 6_250_000
    left = demo.published(
        "select committed, called, recallable, unfunded from marts.fact_commitments "
        "where commitment_id = 'AGR2-ALD-105-1' and event_date = '2021-10-01'"
    )
    assert left == [(0, 0, 0, 0)]
    assert demo.published("select * from marts.fact_commitments where unfunded < 0") == []


def test_late_interest_on_a_default_is_what_the_workbook_charges(demo: Home) -> None:
    """295,532.32 unpaid at 12 % for 48 days of 365 is 4,663.74; the notice that is still open stands as defaulted."""
    rows = demo.published(
        "select late_interest, late_interest_stated, notice_status from marts.fact_capital_call_notices "
        "where late_interest_stated is not null or notice_status = 'DEFAULTED' order by late_interest_stated nulls last"
    )
    assert rows[0][0] == rows[0][1]
    assert [status for *_, status in rows] == ["PAID", "DEFAULTED"]


def test_a_default_set_off_against_a_distribution_bears_interest_until_then(demo: Home) -> None:
    """13,163.47 unpaid since 15 October 2024, set off on 27 December: 12 % for 73 days of 365 is 315.92, to the fund.

    The other, 295,508.56 paid 48 days late, bears 295,508.56 x 12 % x 48 / 365 = 4,663.37.
    """
    rows = demo.published(
        "select remedy, defaulted_amount, remedied_amount, open_amount, late_interest, reason from marts.fact_defaults "
        "order by event_date"
    )
    assert rows == [
        ("INTEREST", Decimal("295508.56"), 0, 0, Decimal("4663.37"), None),
        ("SET_OFF", Decimal("13163.47"), Decimal("13163.47"), 0, Decimal("315.92"), None),
    ]
    moved = demo.published(
        "select account, party_type, amount, event_date from marts.fact_default_movements where remedy = 'SET_OFF' order by 1"
    )
    assert moved == [
        (account, "PARTNER", Decimal("-13163.47"), dt.date(2024, 12, 27))
        for account in ("CALL_DUE", "DISTRIBUTION_DUE")
    ]
    shared = demo.published(
        "select party, amount from marts.fact_late_interest where source_id = 'ALDER-INFRA-I-C023-AIN1-ALD-111-1' order by 2"
    )
    assert shared == [("LATE_PARTNER", Decimal("-315.92")), ("FUND", Decimal("315.92"))]
    in_roll = demo.published(
        "select event_date, defaulted, remedied from marts.fact_commitments where commitment_id = 'AIN1-ALD-111-1' "
        "and event_date in ('2024-11-15', '2024-12-27') order by 1"
    )
    assert in_roll == [
        (dt.date(2024, 11, 15), Decimal("13163.47"), 0),
        (dt.date(2024, 12, 27), Decimal("13163.47"), Decimal("13163.47")),
    ]


def test_what_newcomers_equalise_earlier_partners_get_back(demo: Home) -> None:
    """A closing makes no money: over all partners it changes nothing of what was called, nor do late partners pay more interest than others receive."""
    closings = demo.published(
        "select fund_id, sum(equalised), sum(abs(equalised)) > 0 from marts.fact_commitments where is_current "
        "and fund_id in ('ALDER-GROWTH-II', 'ALDER-INFRA-I') group by 1"
    )
    assert [(total, moved) for _, total, moved in closings] == [(0, True), (0, True)]
    kept = demo.published(
        "select interest_type, source_id, call_id from marts.fact_late_interest group by all having sum(amount) <> 0"
    )
    assert kept == []


def test_a_nav_per_share_is_traced_to_holdings_prices_and_rates(demo: Home) -> None:
    keys = {"share_class_id": "cedar-global-equity-h", "valuation_date": "2025-11-28"}
    step = trace(demo.settings, "fact_nav.nav_per_share", keys, rows=1000)

    def sources(step: Step) -> dict[str, int]:
        found = {source.table: len(source.cells) for source in step.sources if source.cells}
        for inner in step.inputs:
            found |= sources(inner)
        return found

    found = sources(step)
    components = demo.published(
        "select count(*) filter (where price is not null), count(distinct instrument_id) from marts.fact_nav_components "
        "where product_id = 'cedar-global-equity' and valuation_date = '2025-11-28'"
    )
    ((priced, held),) = components
    assert found["prices"] == priced
    assert found["nav_holdings"] >= held
    assert {"fx_rates", "nav_accruals", "nav_transfer_agent_shares", "nav_history"} <= set(found)


def test_every_report_reconciles_and_stands_in_the_folder_of_its_house(demo: Home) -> None:
    tree = demo.settings.published_link.resolve()
    rows = demo.published(
        "select organization_id, report_kind, path, file_sha256, status, reason from marts.fact_reports where is_current"
    )
    assert {(status, reason) for *_, status, reason in rows} == {("PUBLISHED", None)}
    assert {kind for _, kind, *_ in rows} == {
        "CAPITAL_CALL_NOTICE", "DISTRIBUTION_NOTICE", "ILPA_PERFORMANCE", "ILPA_REPORTING",
    }  # fmt: skip
    for house in HOUSES:
        told = {path: digest for organization, _, path, digest, *_ in rows if organization == house}
        folder = tree / house / "reports"
        found = {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.rglob("*.xlsx")}
        assert found == told


def test_notices_and_performance_add_up_to_the_cash_flows_of_the_mart(demo: Home) -> None:
    """The total of each summary and the paid-in capital of each fund, summed from fact_cash_flows by themselves."""
    reports = demo.settings.published_link.resolve() / "_operator" / "reports"
    for house, kind, path, fund_id, event_id, period_end in demo.published(
        "select organization_id, report_kind, path, fund_id, event_id, period_end from marts.fact_reports "
        "where is_current and report_kind in ('CAPITAL_CALL_NOTICE', 'ILPA_PERFORMANCE')"
    ):
        ((called,),) = demo.published(
            f"select sum(capital_call_amount) from marts.fact_cash_flows where organization_id = '{house}' "
            f"and fund_id = '{fund_id}' and "
            + (f"event_id = '{event_id}'" if event_id else f"event_date <= '{period_end}'")
        )
        sheet = openpyxl.load_workbook(reports / house / path, data_only=True).worksheets[0]
        if kind == "ILPA_PERFORMANCE":
            row = next(cell.row for cell in sheet["A"] if cell.value == "Paid-in capital")
            assert sheet.cell(row, 2).value == float(called)
            continue
        total = next(cell.row for cell in sheet["A"] if cell.value == "Total")
        header = next(cell.row for cell in sheet["A"] if cell.value == "Investor")
        column = next(cell.column for cell in sheet[header] if cell.value == "Amount to pay by the due date")
        assert sheet.cell(total, column).value == float(called)


def text_of(folder: Path) -> set[str]:
    """Every text value of a publication's marts."""
    found: set[str] = set()
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        for table, column in connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'marts' and data_type = 'VARCHAR'"
        ).fetchall():
            found |= {
                v for (v,) in connection.execute(f'select distinct "{column}" from marts.{table}').fetchall() if v
            }
    return found


def test_a_house_sees_its_own_rows_and_shared_ones_and_nothing_of_another(demo: Home) -> None:
    """Source: design 1, input-contracts 2.5: own rows only, and the operator has all."""
    tree = demo.settings.published_link.resolve()
    rows: dict[str, set[str]] = {}
    for house in (*HOUSES, "_operator"):
        with duckdb.connect(str(tree / house / "warehouse.duckdb"), read_only=True) as connection:
            tables = [
                t
                for (t,) in connection.execute(
                    "select table_name from information_schema.columns where table_schema = 'marts' "
                    "and column_name = 'organization_id'"
                ).fetchall()
            ]
            rows[house] = {
                o
                for t in tables
                for (o,) in connection.execute(f"select distinct organization_id from marts.{t}").fetchall()
            }
    for house in HOUSES:
        assert rows[house] - {"_shared", None} == {house}
    assert set(HOUSES) <= rows["_operator"]


def test_no_name_of_one_house_stands_in_the_publication_of_another(demo: Home) -> None:
    tree = demo.settings.published_link.resolve()
    names = {house: house.split("-")[0] for house in HOUSES}
    for house in HOUSES:
        texts = text_of(tree / house)
        for other in HOUSES:
            if other != house:
                # ids and names of the demo begin with the house's own word
                leaked = {text for text in texts if text.lower().startswith((names[other], f"{names[other][:3]}-"))}
                assert leaked == set(), (house, other)
    for house in HOUSES:
        files = [path for path in (tree / house).rglob("*") if path.is_file()]
        for other in HOUSES:
            if other != house:
                assert [path for path in files if other in path.name] == []
