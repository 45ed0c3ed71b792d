"""The real CLO workbook and market files through the whole graph.

Expected figures: WORKBOOK.md and README.md beside the files, and clo-compliance 7.
"""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from orchestration.pack import write_pack
from orchestration.projection_controls import PROJECTION_CONTROLS
from orchestration.running import RunReport, run
from orchestration.trace import Source, Step, trace
from tests.calculations.compliance.mag17 import INPUTS, LIMITS
from tests.end_to_end.conftest import SHARED, Home
from tests.reference.compliance import plain_results

pytestmark = pytest.mark.slow


def test_the_run_publishes(real_home: tuple[Home, RunReport]) -> None:
    home, report = real_home
    assert report.failure is None
    assert home.settings.published_link.resolve().name == report.published


def test_the_pool_is_the_workbooks(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    ((assets, par, cash, principal),) = home.published(
        "select asset_count, total_par, principal_cash, collateral_principal_amount from marts.fact_pool_metrics"
    )
    assert assets == 195
    assert par == pytest.approx(431_157_604.92, abs=0.005)
    assert cash == pytest.approx(68_842_395.08, abs=0.005)
    assert principal == pytest.approx(500_000_000.00, abs=0.005)
    assert home.published("select count(*) from marts.dim_asset where is_current") == [(195,)]
    assert home.published("select count(*), round(sum(par), 2) from marts.fact_deal_holdings") == [(195, 431157604.92)]


def test_oc_ratios_count_class_x_in_the_denominator(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    rows = home.published(
        "select tranche_name, round(ratio, 5), passed from marts.fact_oc_tests "
        "where scenario_id = 'reported' order by ratio desc"
    )
    # 500,000,000 over 382.4m, 409.4m, 437.4m and 462.4m, Class X of 2.4m included in each
    assert rows == [
        ("Class B-2", 1.30753, True),
        ("Class C", 1.22130, True),
        ("Class D", 1.14312, True),
        ("Class E", 1.08131, True),
    ]


def test_warr_and_wal_are_the_recorded_ones(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    ((warr, wal),) = home.published("select warr, wal from marts.fact_pool_metrics")
    assert warr == pytest.approx(0.501374707589275, rel=1e-9)
    assert round(wal, 2) == 5.05


def test_all_54_tests_of_the_deal_are_published_with_their_figures(real_home: tuple[Home, RunReport]) -> None:
    """The six reference figures of clo-compliance 7, and all 54 against a plain reading of 1.3 asset by asset."""
    home, _ = real_home
    found = {
        number: figures
        for number, *figures in home.published(
            "select test_number, numerator, denominator, result from marts.fact_compliance_results where test_number <= 54"
        )
    }
    cpa, par = 500_000_000.00000006, 431_157_604.91529
    for number, figures in {
        1: (485_820_000.00000006, cpa, 0.97164),
        4: (8_980_000, cpa, 0.01796),
        14: (54_622_513.62779, cpa, 0.10924502725558),
        19: (13_096_771.00429, cpa, 0.02619354200858),
        33: (216_171_518.0892955, par, 0.501374707589275),
        35: (2_179_259_207.6298338, par, 5.05),
    }.items():
        assert found[number] == pytest.approx(figures, rel=1e-9), number
    holdings = home.warehouse.records("select *, par_amount as held_par from intermediate.int_clo__holdings")
    columns = {name: [row[name] for row in holdings] for name in holdings[0]}
    expected = plain_results(columns, INPUTS)
    assert sorted(found) == sorted(expected) == list(range(1, 55))
    for number, (numerator, denominator, result) in expected.items():
        assert found[number] == pytest.approx([numerator, denominator, result], rel=1e-9), number


def test_every_test_that_the_deal_lists_passes_in_the_order_of_its_sheet(real_home: tuple[Home, RunReport]) -> None:
    """Order of clo-compliance 1.2; the computed limits are the printed ones of clo-workbook 3.4."""
    home, _ = real_home
    listed = home.published(
        "select test_number, passed, round(threshold, 5) from marts.fact_compliance_results where is_listed order by sequence"
    )
    assert [number for number, *_ in listed] == list(LIMITS)
    assert {passed for _, passed, _ in listed} == {True}
    limits = {number: limit for number, _, limit in listed}
    assert limits == {
        number: {32: 0.03936, 36: pytest.approx(3218.21, abs=0.005)}.get(number, limit)
        for number, limit in LIMITS.items()
    }
    others = home.published(
        "select count(*), count(*) filter (result is null and reason is null) from marts.fact_compliance_results "
        "where not is_listed"
    )
    ((tests,),) = home.published("select count(*) from marts.dim_compliance_test where is_active")
    assert others == [(tests - len(LIMITS), 0)]


def test_a_published_compliance_result_is_traced_to_its_cells(real_home: tuple[Home, RunReport]) -> None:
    """Test 36: 195 WARF ratings in column 46, 195 amounts of par, and nothing else of the asset list."""
    home, _ = real_home
    keys = {"deal_id": "MAG17", "test_number": "36"}
    step = trace(home.settings, "fact_compliance_results.result", keys, rows=1000)
    assert step.value == pytest.approx(
        next(inner.value for inner in step.inputs if inner.column == "numerator") / 431_157_604.91529
    )
    cells = [cell for source in sources_of(step) for cell in source.cells]
    ratings = [cell for cell in cells if cell.sheet == "All Assets"]
    assert len({cell.address for cell in ratings}) == 195
    assert {cell.address.rstrip("0123456789") for cell in ratings} == {"AT"}
    assert len({cell.address for cell in cells if cell.field == "par_amount"}) == 195
    limit = trace(home.settings, "fact_compliance_results.threshold", keys)
    fields = {
        (cell.field, float(cell.value))
        for source in limit.sources
        for cell in source.cells
        if cell.sheet != "All Assets"
    }
    assert {("threshold", 3218.21), ("value_number", 2740.0), ("value_number", 67.0)} <= fields


def test_a_filed_fund_is_struck_from_its_positions_without_shares(real_home: tuple[Home, RunReport]) -> None:
    """Source: input-contracts 5.5, the tie of NPORT.Dupree.xml."""
    home, _ = real_home
    held = home.published("select count(*), sum(value) from marts.fact_holdings where product_id = 'NPORT-S000012000'")
    assert held == [(55, Decimal("40455026.70"))]
    struck = home.published(
        "select event_date::varchar, net_assets, total_assets, total_liabilities, shares_outstanding, nav_per_share, "
        "nav_reason from marts.fact_nav where product_id = 'NPORT-S000012000'"
    )
    money = Decimal("41349926.01"), Decimal("40455026.70") + Decimal("1013969.18"), Decimal("119069.87")
    assert struck == [("2022-12-31", *money, None, None, "NO_SHARES_REPORTED")]
    not_applicable = home.published(
        "select rule_code, passed from marts.fact_nav_validations where product_id = 'NPORT-S000012000' "
        "and detail = 'NO_SHARES_REPORTED' order by 1"
    )
    of_shares = ("NAV_JUMP_MAX_PCT", "NAV_PER_SHARE_CONSISTENT", "SHARES_POSITIVE", "SHARES_RECON")
    assert not_applicable == [(code, None) for code in of_shares]


def test_the_longest_filing_is_loaded_line_by_line(real_home: tuple[Home, RunReport]) -> None:
    """Source: the README beside the filings: nport_sample_4.xml has 3,254 positions."""
    ((rows, lots),) = real_home[0].published(
        "select count(*), sum(lots) from marts.fact_holdings where as_of_date = '2019-08-31'"
    )
    assert lots == 3_254
    assert rows <= lots


def test_the_deal_runs_to_maturity_under_every_scenario(real_home: tuple[Home, RunReport]) -> None:
    """Stated maturity 20 April 2028: clo-liabilities-waterfall 12; with quarterly dates from 20 July 2016, 48 periods."""
    home, _ = real_home
    ((projected,),) = home.published("select count(*) from marts.dim_scenario where is_projected")
    found = home.published(
        "select count(*), min(last_period), count(equity_irr) from marts.fact_scenario_summary where deal_id = 'MAG17'"
    )
    assert found == [(projected, 48, projected)]
    last = home.published("select max(payment_date) from marts.fact_liability_cash_flows where scenario_id = 'base'")
    assert [str(day) for (day,) in last] == ["2028-04-20"]
    checks = (*(control.name for control in PROJECTION_CONTROLS), "every_test_reaches_the_mart")
    results = home.published(
        f"select check_name, status from marts.fact_quality_results where check_name in {checks} order by 1"
    )
    assert results == [(name, "passed") for name in sorted(checks)]


def test_the_terms_of_every_deal_file_are_published_and_those_of_the_sheet_for_its_owner(
    real_home: tuple[Home, RunReport],
) -> None:
    """Thirteen deal files of which one has an overlay; the sheet of MAG 17 states a hurdle: clo-extensions 1.5."""
    home, _ = real_home
    ((deals, rows),) = home.published(
        "select count(distinct deal_id), count(*) from marts.dim_waterfall_config where organization_id = '_shared'"
    )
    assert (deals, rows) == (13, 14)
    owned = home.published(
        "select deal_id, config_version, equity_hurdle_rate, hurdle_source, is_current, overlay_sha256 "
        "from marts.dim_waterfall_config where organization_id <> '_shared'"
    )
    assert [row[:2] for row in owned] == [("MAG17", 0)]
    assert owned[0][3:] == ("base", True, None)


def test_what_a_projection_assumes_is_published_with_its_reason(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    assumed = dict(home.published("select field_name, count(*) from marts.fact_assumed_inputs group by 1"))
    # the workbook says nothing of the schedule of class X, nor of a payment to sub notes that are not issued yet
    assert assumed["notes.X.instalment"] == 1
    assert assumed["incentive.history"] == 1
    # it has instalments of six assets (WORKBOOK.md, sink schedules); the others say scheduled too and are repaid at maturity
    assert assumed["amortization_type"] > 0
    assert home.published("select count(*) from marts.fact_assumed_inputs where reason is null") == [(0,)]


def test_every_fixing_and_rate_of_the_files_is_published(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    with (SHARED / "market/ecb_eurofxref_hist.csv").open() as file:
        rates = sum(1 for row in list(csv.reader(file))[1:] for value in row[1:] if value not in ("", "N/A"))
    with (SHARED / "market/usd_libor_3m_1986_2019.csv").open() as file:
        libor = sum(1 for row in list(csv.reader(file))[1:] if row[1] != ".")
    assert home.published("select count(*) from marts.fact_fx_rates") == [(rates,)]
    assert home.published("select count(*) from marts.fact_index_levels where index_id = 'USD-LIBOR'") == [(libor,)]
    # 01/18/2024;SOFR;5.31 is the first line of the New York Fed's export
    ((sofr,),) = home.published(
        "select distinct level from marts.fact_index_levels where index_id = 'SOFR' and level_date = '2024-01-18'"
    )
    assert sofr == Decimal("0.0531")


def test_cells_of_the_workbook_are_all_kept(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    book = openpyxl.load_workbook(SHARED / "clo/clo_workbook_mag17.xlsx", read_only=True)
    cells = sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)
    assert home.warehouse.rows("select count(*) from raw.cells") == [(cells,)]


def test_every_row_is_accounted_for(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    results = home.published(
        "select check_name, status from marts.fact_quality_results "
        "where check_name in ('every_cell_is_kept', 'every_row_is_accounted_for') order by 1"
    )
    assert results == [("every_cell_is_kept", "passed"), ("every_row_is_accounted_for", "passed")]


def sources_of(step: Step) -> list[Source]:
    return [*step.sources, *(source for inner in step.inputs for source in sources_of(inner))]


def test_a_published_oc_ratio_is_traced_to_its_cells(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    step = trace(home.settings, "fact_oc_tests.ratio", {"tranche_name": "Class C"}, rows=1000)
    cells = {(c.sheet, c.address): c for source in sources_of(step) for c in source.cells}
    book = openpyxl.load_workbook(SHARED / "clo/clo_workbook_mag17.xlsx", data_only=True)
    par = [c for c in cells.values() if c.field == "par_amount"]
    assert len(par) == 195
    assert sum(book[c.sheet][c.address].value for c in par) == pytest.approx(431_157_604.91529)
    # the balances of X, A, B-1, B-2 and C stand in row 7, columns AK to AO (WORKBOOK.md)
    balances = sorted(c.address for c in cells.values() if c.field == "current_balance")
    assert balances == ["AK7", "AL7", "AM7", "AN7", "AO7"]
    assert ("Mag 17 Inputs", "I5") in cells  # principal of the collection account
    for cell in cells.values():
        assert float(cell.value) == pytest.approx(book[cell.sheet][cell.address].value)


def test_a_projected_oc_ratio_is_traced_to_the_pool_and_the_assumptions_it_starts_from(
    real_home: tuple[Home, RunReport],
) -> None:
    home, _ = real_home
    keys = {"tranche_name": "Class C", "scenario_id": "base", "period": "3"}
    step = trace(home.settings, "fact_oc_tests.ratio", keys, rows=1000)
    ((ratio,),) = home.published(
        "select numerator / denominator from marts.fact_oc_tests "
        "where tranche_name = 'Class C' and scenario_id = 'base' and period = 3"
    )
    assert step.value == pytest.approx(ratio)
    found = {source.table: len(source.cells) for source in sources_of(step)}
    assert found["clo_deal_collateral"] == 195
    assert found["clo_cash_flow_assumptions"] > 0


def test_a_published_warf_is_traced_to_its_cells(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    step = trace(home.settings, "fact_pool_metrics.warf", {"deal_id": "MAG17"}, rows=1000)
    ratings = [c for source in sources_of(step) for c in source.cells if c.field == "moodys_rating_warf"]
    assert len(ratings) == 195
    assert {c.address.rstrip("0123456789") for c in ratings} == {"AT"}  # column 46 of All Assets
    book = openpyxl.load_workbook(SHARED / "clo/clo_workbook_mag17.xlsx", read_only=True)
    column = [row[0] for row in book["All Assets"].iter_rows(min_col=46, max_col=46, max_row=196, values_only=True)]
    assert all(column[int(c.address[2:]) - 1] == c.value for c in ratings)


def test_a_second_run_changes_nothing(real_home: tuple[Home, RunReport]) -> None:
    home, first = real_home
    again = run(home.settings)
    assert again.nothing_new
    assert again.published == first.published


def test_the_publication_is_whole(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    published = home.settings.published_link
    manifest = json.loads((published / "manifest.json").read_text())
    on_disk = {
        str(file.relative_to(published.resolve()))
        for file in published.resolve().rglob("*")
        if file.is_file()
        and file != published.resolve() / "manifest.json"
        and not _is_below_a_link(file, published.resolve())
    }
    assert set(manifest["files"]) == on_disk
    assert (published / "warehouse.duckdb").resolve() == (published / "_operator" / "warehouse.duckdb").resolve()
    assert (published / "default" / "parquet" / "fact_oc_tests.parquet").exists()


def _is_below_a_link(file: Path, root: Path) -> bool:
    relative = file.relative_to(root)
    return any((root / parent).is_symlink() for parent in [relative, *relative.parents][:-1])


def test_documented_columns_equal_real_columns(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    manifest = json.loads((home.settings.dbt_target_path / "manifest.json").read_text())
    documented = {
        (node["schema"], node["name"]): set(node["columns"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    real: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in home.warehouse.rows(
        "select table_schema, table_name, column_name from information_schema.columns where table_schema = 'marts'"
    ):
        real.setdefault((schema, table), set()).add(column)
    assert documented == real


def test_descriptions_reach_the_published_file(real_home: tuple[Home, RunReport]) -> None:
    home, _ = real_home
    bare_tables = home.published("select table_name from duckdb_tables() where coalesce(comment, '') = ''")
    bare_columns = home.published(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and coalesce(comment, '') = ''"
    )
    assert (bare_tables, bare_columns) == ([], [])


def test_a_pack_adds_up_to_the_published_rows(real_home: tuple[Home, RunReport], tmp_path: Path) -> None:
    """Totals of the sheets are sums of marts, and the deal pays out what it takes in on every date."""
    home, _ = real_home
    written = write_pack(home.settings, "MAG17", "stress", out=tmp_path / "mag17.xlsx")
    book = openpyxl.load_workbook(written.path, data_only=True)

    def total(sheet: str, *titles: str) -> float:
        columns = [cell.column for cell in book[sheet][5] if cell.value in titles]
        assert columns
        return sum(book[sheet].cell(3, column).value for column in columns)

    def published(what: str, mart: str, where: str = "true") -> float:
        mine = f"deal_id = 'MAG17' and scenario_id = 'stress' and is_current and {where}"
        ((value,),) = home.published(f"select {what} from marts.{mart} where {mine}")
        return value

    def nearly(value: float) -> Any:
        return pytest.approx(value, rel=1e-12)

    assert total("Asset Cash Flows", "Interest") == nearly(published("sum(interest_payment)", "fact_asset_cash_flows"))
    assert total("Collateral Cash Flows", "Net loss") == nearly(published("sum(net_loss)", "fact_asset_cash_flows"))
    assert total("Fees", "Paid") == nearly(published("sum(fee_paid)", "fact_fees"))
    notes = "sum(interest_paid + principal_paid + deferred_repaid)"
    to_notes = published(notes, "fact_liability_cash_flows")
    assert total("Note Cash Flows", "Interest paid", "Principal paid", "Deferred repaid") == nearly(to_notes)
    bought = published("sum(amount_paid)", "fact_waterfall_payments", "step_kind = 'reinvest'")
    assert total("Deal Cash Flows", "Total uses") == nearly(to_notes + total("Fees", "Paid") + bought)
    assert total("Deal Cash Flows", "Total sources") == nearly(total("Deal Cash Flows", "Total uses"))
    (off,) = (cell.column for cell in book["Deal Cash Flows"][5] if cell.value == "Sources less uses")
    assert {row[off - 1] for row in book["Deal Cash Flows"].iter_rows(min_row=6, values_only=True)} == {0}
    loans = published("count(distinct asset_id)", "fact_asset_cash_flows")
    assert len({row[0] for row in book["Asset Cash Flows"].iter_rows(min_row=6, values_only=True)}) == loans


def test_a_pack_begins_with_what_the_loans_are_and_ends_with_nothing(
    real_home: tuple[Home, RunReport], tmp_path: Path
) -> None:
    """The opening balance is the par of the loans that are projected and not in default; the last closing one is nil."""
    home, _ = real_home
    sheet = openpyxl.load_workbook(
        write_pack(home.settings, "MAG17", out=tmp_path / "mag17.xlsx").path, data_only=True
    )["Collateral Cash Flows"]
    titles = [cell.value for cell in sheet[5]]
    opening, closing = (
        [row[titles.index(title)] for row in sheet.iter_rows(min_row=6, values_only=True)]
        for title in ("Opening balance", "Closing balance")
    )
    ((par,),) = home.published(
        "select sum(par) from marts.fact_deal_holdings as h where deal_id = 'MAG17' and is_current "
        "and not is_default_obligation and asset_id in "
        "(select asset_id from marts.fact_asset_cash_flows where deal_id = 'MAG17' and scenario_id = 'base')"
    )
    assert opening[0] == pytest.approx(par, rel=1e-9)
    assert closing[:-1] == pytest.approx(opening[1:], rel=1e-9)
    assert closing[-1] == pytest.approx(0, abs=0.01)
