"""The rebuilt MAG17 workbook gives the figures that survive of the original. Source: WORKBOOK.md beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest

from ingestion.clo_workbook import is_clo_workbook, read_clo_workbook
from ingestion.extract import Extract
from ingestion.workbook import Workbook, open_workbook
from tests.ingestion.clo_workbook_builder import codes, holds, messages, records

FILE = Path(__file__).parents[2] / "../shared/data/clo/clo_workbook_mag17.xlsx"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the shared CLO workbook is not beside the project")


@pytest.fixture(scope="module")
def workbook() -> Workbook:
    return open_workbook(FILE, FILE.name)


@pytest.fixture(scope="module")
def extract(workbook: Workbook) -> Extract:
    return read_clo_workbook(workbook)


def parameters(extract: Extract, section: str) -> dict[str, object]:
    rows = [row for row in records(extract, "clo_deal_parameters") if row["section"] == section]
    return {row["name"]: row[f"value_{row['value_type']}"] if row["value_type"] != "empty" else None for row in rows}


def test_it_is_recognised_and_dated_by_its_control_panel(workbook: Workbook, extract: Extract) -> None:
    assert is_clo_workbook(workbook)
    assert "Reference Table" in workbook.hidden_sheets
    assert extract.as_of == dt.date(2016, 3, 23)


def test_no_cell_is_lost(workbook: Workbook, extract: Extract) -> None:
    by_loop = sum(value != "" for sheet in workbook.sheet_names for row in workbook.rows(sheet) for value in row)
    assert extract.cells.num_rows == extract.cells_in_file == by_loop


def test_par_and_principal_cash_are_the_five_hundred_million(extract: Extract) -> None:
    par = pc.sum(extract.tables["clo_deal_collateral"]["par_amount"]).as_py()
    assert par == pytest.approx(431_157_604.91529, abs=1e-4)
    accounts = {row["account_name"]: row for row in records(extract, "clo_deal_accounts")}
    assert accounts["Collection"]["interest_amount"] == pytest.approx(107_224.41)
    assert par + accounts["Collection"]["principal_amount"] == pytest.approx(500_000_000, abs=1e-6)


def test_all_195_assets_are_staged_with_their_statistics(extract: Extract) -> None:
    rows = records(extract, "clo_assets")
    assert len(rows) == 195
    assert Counter(row["moodys_rating"] for row in rows)["B1"] == 67
    assert Counter(row["sp_recovery_rating"] for row in rows)["1"] == 45
    assert Counter(row["country"] for row in rows)["USA"] == 170
    assert sum(row["is_cov_lite"] for row in rows) == 41
    assert sum(row["is_payment_end_of_month"] for row in rows) == 187
    assert {row["date_of_default"] for row in rows} == {None}
    assert min(row["maturity"] for row in rows) == dt.date(2016, 11, 7)
    assert len({row["issuer_id"] for row in rows}) == 170


def test_classes_have_the_recorded_balances_prices_and_triggers(extract: Extract) -> None:
    rows = records(extract, "clo_deal_tranches")
    assert [row["tranche_name"].removeprefix("Class ") for row in rows] == [
        "X", "A", "B-1", "B-2", "C", "D", "E", "Sub Notes",
    ]  # fmt: skip
    assert [row["current_balance"] / 1e6 for row in rows] == [2.4, 320, 45, 15, 27, 28, 25, 38.75]
    assert [row["oc_trigger"] for row in rows] == [None, None, None, 1.243, 1.152, 1.089, 1.042, None]
    assert [row["ic_trigger"] for row in rows] == [None, None, None, 1.15, 1.10, 1.05, None, None]
    assert rows[5]["price"] == 0.9494
    assert rows[7]["discount_margin"] == 0.135
    assert sum(row["current_balance"] for row in rows if not row["is_equity"]) == 462_400_000
    # Class X stands in AK, its name in row 4.
    assert (rows[0]["_row"], rows[0]["_column"]) == (4, 37)


def test_tests_stand_in_sheet_order_with_their_limits(extract: Extract) -> None:
    rows = records(extract, "clo_deal_tests")
    numbers = [row["test_number"] for row in rows]
    assert len(numbers) == 37
    assert 12 not in numbers
    assert numbers.index(33) < numbers.index(32) < numbers.index(36) < numbers.index(34)
    limits = {row["test_number"]: (row["direction"], row["threshold"]) for row in rows}
    assert limits[1] == ("MIN", 0.9)
    assert limits[29] == ("MAX", 0.6)
    assert limits[38] == ("MIN", 1.029)


def test_parameters_are_found_under_their_canonical_names(extract: Extract) -> None:
    quality = parameters(extract, "quality_inputs")
    assert (quality["jr_oc_denominator"], quality["warf_threshold"], quality["was_factor"]) == (462.4e6, 2740, 0.00065)
    dates = parameters(extract, "deal_dates")
    assert dates["closing_date"] == dt.date(2016, 3, 31)
    assert dates["stated_maturity_date"] == dt.date(2028, 4, 20)
    assert (dates["determination_date_offset"], dates["business_day_convention"]) == (8, "Following")
    inputs = parameters(extract, "clo_inputs")
    assert (inputs["interest_diversion_trigger"], inputs["event_of_default_trigger"]) == (1.052, 1.025)
    assert inputs["event_of_default"] is False
    assert parameters(extract, "cash_flow_inputs")["reinvestment_severity"] == 0.35
    assert parameters(extract, "libor") == {"original_libor": 0.005418, "current_libor": 0.005418}


def test_a_zero_shown_as_midnight_is_no_collection_date(extract: Extract) -> None:
    assert parameters(extract, "period_dates")["collection_begin_date"] is None
    assert any("'Mag 17 Inputs'!C5: collection begin date" in text for text in messages(extract, "ZERO_AS_NULL"))


def test_the_schedule_runs_182_payment_dates(extract: Extract) -> None:
    rows = records(extract, "clo_deal_payment_schedule")
    assert len(rows) == 182
    assert rows[0]["payment_date"] == dt.date(2016, 7, 20)
    assert rows[0]["collection_end_date"] == dt.date(2016, 7, 8)


def test_the_correlation_matrix_is_square_with_unit_diagonal(extract: Extract) -> None:
    table = extract.tables["clo_correlations"]
    assert table.num_rows == 194 * 194
    diagonal = table.filter(pc.equal(table["asset_id_1"], table["asset_id_2"]))
    assert diagonal["correlation"].to_pylist() == [1.0] * 194
    (without,), (unknown,) = (
        messages(extract, "ASSET_WITHOUT_CORRELATION"),
        messages(extract, "CORRELATION_WITHOUT_ASSET"),
    )
    assert "BRSM6KQS2, BRSSCFXM8, BRSTBTC24" in without
    assert "BRSKTDN35, BRSNP9UX8" in unknown


def test_the_reference_table_gives_all_nine_blocks(extract: Extract) -> None:
    rows = {name: table.num_rows for name, table in extract.tables.items()}
    assert rows["clo_holidays"] == 575
    assert rows["clo_sink_schedules"] == 159
    assert rows["clo_cash_flow_vectors"] == 48 * 8
    assert rows["clo_transition_matrix"] == 3 * 18 * 18
    matrix = records(extract, "clo_transition_matrix")
    probability = {
        (row["from_rating"], row["to_rating"]): row["value"] for row in matrix if row["matrix"] == "probability"
    }
    assert probability["AAA", "AAA"] == 0.907
    assert probability["AA+", "AA-"] == 0.043
    first = records(extract, "clo_index_history")[0]
    assert (first["rate_date"], first["tenor"]) == (dt.date(2014, 12, 16), "1 MONTH LIBOR")
    assert first["rate"] == pytest.approx(first["yield_pct"] / 100)
    assert records(extract, "clo_rating_correlations")[0]["relationship"] == "Same Issuer"


def test_the_control_panel_gives_filters_trades_and_weights(extract: Extract) -> None:
    filters = records(extract, "clo_run_model_filters")
    assert [(row["side"], row["field"], row["value_text"]) for row in filters] == [
        ("buy", "S&P Rating", "B-"),
        ("buy", "WAL", "7"),
        ("sale", "Moody's Rating", "Caa1"),
    ]
    trades = records(extract, "clo_run_model_trades")
    assert [row["par_amount"] for row in trades[:3]] == [1_000_000, 1_500_000, 500_000]
    assert {row["side"] for row in trades} == {"buy"}
    assert sum(row["weight"] for row in records(extract, "clo_run_model_objectives")) == pytest.approx(1)


def test_the_workbook_holds_no_deal_and_loses_no_row(extract: Extract) -> None:
    assert holds(extract) == set()
    assert extract.rejected == ()
    assert not codes(extract) & {"NAME_CONTRADICTED", "MISSING_BLOCK", "EXTRA_COLUMN", "HEADER_BY_PLACE"}
    for count in extract.row_counts:
        parts = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == parts, count


def test_every_asset_field_has_its_place(extract: Extract) -> None:
    places = {
        row["field"]: row["position"] for row in extract.locations.to_pylist() if row["table_name"] == "clo_assets"
    }
    assert len(places) == 70
    assert (places["asset_id"], places["par_amount"], places["credit_opinion"]) == (1, 7, 70)
