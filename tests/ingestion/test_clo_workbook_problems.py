"""One test for each data problem that reading must survive. The number in a name is the problem's. Source: clo-workbook 4."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Scope, Severity
from tests.ingestion.clo_workbook_builder import (
    ASSETS,
    HEADERS,
    Book,
    asset_cell,
    codes,
    holds,
    messages,
    minimal_book,
    put_asset,
    put_matrix,
    put_reference,
    put_run_model,
    records,
)

SHEET = "Mag 17 Inputs"


def asset(extract: Any, asset_id: str = "BRSAAA111") -> dict[str, Any]:
    return next(row for row in records(extract, "clo_assets") if row["asset_id"] == asset_id)


def with_asset(tmp_path: Path, **changes: Any) -> Any:
    """Read a workbook whose first asset has other cells; keys are headers with _ for blanks."""
    book = minimal_book()
    put_asset(book, 2, "BRSAAA111", {key.replace("_", " "): value for key, value in changes.items()})
    return book.read(tmp_path)


def test_01_rows_after_a_gap_are_read_and_reported(tmp_path: Path) -> None:
    book = minimal_book()
    put_asset(book, 6, "BRSCCC333")
    extract = book.read(tmp_path)
    assert [row["_row"] for row in records(extract, "clo_assets")] == [2, 3, 6]
    (message,) = messages(extract, "ROWS_AFTER_GAP")
    assert "found 1 rows after the blank row 4" in message
    count = next(count for count in extract.row_counts if count.block == "assets")
    assert (count.rows_in_range, count.rows_staged, count.rows_blank) == (5, 3, 2)


def test_01_a_row_with_values_but_no_id_is_quarantined_not_skipped(tmp_path: Path) -> None:
    book = minimal_book()
    put_asset(book, 4, None)
    extract = book.read(tmp_path)
    (row,) = extract.rejected
    assert (row.row, row.column, row.reason_code) == (4, "A", "MISSING_VALUE")
    assert row.payload["B"] == "NORTHWIND MILLS"
    assert row.message == "book.xlsx, 'All Assets'!A4: asset id must be an asset id, found nothing (MISSING_VALUE)"


def test_02_blocks_of_unequal_height_end_each_for_itself(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "D6", [(f"BRSAAA111", 1)] * 40)  # noqa: F541
    extract = book.read(tmp_path)
    counts = {count.block: count.rows_in_range for count in extract.row_counts if count.sheet == SHEET}
    assert (counts["collateral"], counts["tests"], counts["objectives"], counts["fees"]) == (42, 2, 1, 4)


def test_03_a_stray_column_is_reported_and_kept_as_cells(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "AW2", [["Notes"], ["x", "y"]])
    extract = book.read(tmp_path)
    (message,) = messages(extract, "EXTRA_COLUMN")
    assert "columns AW to AX belong to no known block, the first holds 'Notes'" in message
    assert 49 in extract.cells["column"].to_pylist()


@pytest.mark.parametrize("name", ["DEALANALYSISDATE", "DealAnalysisDate", "Dealanalysisdate"])
def test_04_names_compare_ignoring_case(tmp_path: Path, name: str) -> None:
    book = minimal_book()
    book.put("Run Model", "F8", [[dt.date(2017, 1, 31)]])
    book.name(None, name, "'Run Model'!$F$8")
    extract = book.read(tmp_path)
    assert extract.as_of == dt.date(2017, 1, 31)
    assert len(messages(extract, "AS_OF_DISAGREES")) == 1


def test_05_hidden_sheets_are_read_and_unknown_ones_reported(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    book.hidden = {"Reference Table"}
    book.put("Scratch", "A1", [["anything"]])
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_holidays")) == 2
    assert [f.sheet for f in extract.findings if f.code == "EXTRA_SHEET"] == ["Scratch"]


def test_06_sheet_names_may_be_spelt_differently(tmp_path: Path) -> None:
    book = minimal_book()
    book.sheets["ALL Assets"] = book.sheets.pop(ASSETS)
    book.sheets["MAG17"] = book.sheets.pop(SHEET)
    extract = book.read(tmp_path)
    (deal,) = records(extract, "clo_deals")
    assert (deal["deal_id"], deal["_sheet"]) == ("MAG17", "MAG17")
    assert records(extract, "clo_assets")[0]["_sheet"] == "ALL Assets"


def test_07_an_unnamed_71st_column_with_cells_is_reported_and_not_read(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(ASSETS, "BS2", [["stray"]])
    extract = book.read(tmp_path)
    assert [(f.column, f.severity) for f in extract.findings if f.code == "EXTRA_COLUMN"] == [("BS", Severity.INFO)]
    assert len(records(extract, "clo_assets")) == 2


def test_08_trailing_spaces_of_headers_and_labels_do_not_matter(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    extract = book.read(tmp_path)
    assert asset(extract)["country"] == "USA"
    assert records(extract, "clo_deal_accounts")[0]["account_name"] == "Payment"
    assert records(extract, "clo_run_model_trades")[0]["par_amount"] == 1_000_000


def test_09_headers_in_other_spellings_are_the_same_columns(tmp_path: Path) -> None:
    book = minimal_book()
    for header, spelling in {
        "BLKRockID": "BlKRock ID",
        "Moody's Rating-21": "MOODY’S RATING",
        "Moody Issuer outlook": "Moody's Issuer Outlook",
        "Cov-Lite": "Cov Lite",
    }.items():
        book.put(ASSETS, asset_cell(header, 1), [[spelling]])
    book.put(SHEET, "F3", [["Account Number"]])
    book.put(SHEET, "U3", [["Test Results"]])
    extract = book.read(tmp_path)
    assert asset(extract)["moodys_rating"] == "B1"
    assert asset(extract)["is_cov_lite"] is False
    assert not codes(extract) & {"HEADER_BY_PLACE", "MISSING_COLUMN"}


def test_10_misspelt_keys_and_typographic_apostrophes_are_known(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    keys = {row["name"]: row["label"] for row in records(extract, "clo_deal_parameters")}
    assert keys["reinvestment_severity"] == "Reinverstment Severity"


def test_11_the_lying_key_of_the_index_history_yields_to_its_columns(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    book.put("Reference Table", "D4", [["419901 MONTH LIBOR"]])  # a day later than its date column says
    book.put("Reference Table", "D6", [["419913 MONTH LIBOR", None, None, 0.25]])  # the key alone
    extract = book.read(tmp_path)
    rows = [(row["rate_date"], row["tenor"], row["rate"]) for row in records(extract, "clo_index_history")]
    assert rows == [
        (dt.date(2014, 12, 16), "1 MONTH LIBOR", pytest.approx(0.00162)),
        (dt.date(2014, 12, 16), "3 MONTH LIBOR", pytest.approx(0.002426)),
        (dt.date(2014, 12, 18), "3 MONTH LIBOR", pytest.approx(0.0025)),
    ]
    assert {"KEY_DISAGREES", "DATE_FROM_KEY"} <= codes(extract)


def test_12_tests_are_known_by_number_and_names_may_repeat(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "L6", [(46, "Floating Spread Test", "max", 0.03)])
    rows = records(book.read(tmp_path), "clo_deal_tests")
    assert [(row["test_number"], row["direction"]) for row in rows] == [(33, "MIN"), (32, "MIN"), (46, "MAX")]


@pytest.mark.parametrize("zero", [0, "0", dt.time(0, 0)])
def test_13_zero_in_any_form_is_no_date(tmp_path: Path, zero: Any) -> None:
    extract = with_asset(tmp_path, Date_of_Defaulted=zero)
    assert asset(extract)["date_of_default"] is None
    assert "BAD_DATE" not in codes(extract)


def test_13_na_in_a_row_of_numbers_is_null_without_a_complaint(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    assert [row["oc_trigger"] for row in records(extract, "clo_deal_tranches")] == [1.243, 1.243, None]
    assert "BAD_TYPE" not in codes(extract)


def test_13_zero_in_a_text_enumeration_is_null_and_reported(tmp_path: Path) -> None:
    extract = with_asset(tmp_path, Moody_Facility_Outlook="0")
    assert asset(extract)["moodys_facility_outlook"] is None
    assert len(messages(extract, "ZERO_AS_NULL")) == 1


def test_13_an_error_cell_is_null_reported_and_the_row_kept(tmp_path: Path) -> None:
    extract = with_asset(tmp_path, WAL="#N/A")
    assert asset(extract)["wal"] is None
    (message,) = messages(extract, "CELL_ERROR")
    assert message == "book.xlsx, 'All Assets'!AN2: wal must be a number between 0 and 100, found '#N/A' (CELL_ERROR)"


def test_14_numbers_as_text_and_text_as_numbers_keep_their_meaning(tmp_path: Path) -> None:
    extract = with_asset(
        tmp_path,
        Facility_Size="360,000,000.0",
        Payment_Frequency="4",
        Maturity=44456,
        PMT_EOM=1,
        **{"S&P_Recovery_Rating": 1},
    )
    row = asset(extract)
    assert (row["facility_size"], row["payment_frequency"], row["sp_recovery_rating"]) == (360_000_000, 4, "1")
    assert row["maturity"] == dt.date(2021, 9, 17)  # 42452 is 2016-03-23 by the contract; 2,004 days later
    assert row["is_payment_end_of_month"] is True
    assert {"TEXT_AS_NUMBER", "SERIAL_AS_DATE"} <= codes(extract)


def test_15_float_noise_is_kept_to_the_last_bit(tmp_path: Path) -> None:
    assert asset(with_asset(tmp_path, Coupon=0.006186000000000001))["coupon"] == 0.006186000000000001


@pytest.mark.parametrize("price", [0, 0.01, 4.9, 250])
def test_16_zero_and_suspect_prices_are_reported_and_never_rescaled(tmp_path: Path, price: float) -> None:
    extract = with_asset(tmp_path, Market_Value=price)
    assert asset(extract)["market_value"] == price
    assert [f.severity for f in extract.findings if f.code == "SUSPECT_SCALE"] == [Severity.WARNING]


@pytest.mark.parametrize(("price", "code"), [(-5, "OUT_OF_RANGE"), ("n.m.", "BAD_TYPE")])
def test_16_negative_and_non_numeric_prices_are_null(tmp_path: Path, price: Any, code: str) -> None:
    extract = with_asset(tmp_path, Market_Value=price)
    assert asset(extract)["market_value"] is None
    assert len(messages(extract, code)) == 1


def test_17_collapsed_commas_of_names_are_kept(tmp_path: Path) -> None:
    assert asset(with_asset(tmp_path, Issue_Name=" NORTHWIND MILLS  INC. "))["issue_name"] == "NORTHWIND MILLS  INC."


@pytest.mark.parametrize("flag", ["Yes", "YES", "y", "yes "])
def test_18_flags_compare_ignoring_case_and_space(tmp_path: Path, flag: str) -> None:
    assert asset(with_asset(tmp_path, DIP=flag))["is_dip"] is True


def test_18_ids_compare_ignoring_case_and_space(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "D4", [[" brsaaa111 "]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_deal_collateral")[0]["asset_id"] == "BRSAAA111"
    assert holds(extract) == set()


def test_19_an_id_need_not_begin_like_the_others(tmp_path: Path) -> None:
    book = minimal_book(ids=("BRT03RFE0",))
    assert records(book.read(tmp_path), "clo_assets")[0]["asset_id"] == "BRT03RFE0"


def test_20_contradictions_inside_a_row_do_not_stop_it(tmp_path: Path) -> None:
    extract = with_asset(tmp_path, Coupon=0.2, **{"Cov-Lite": "Yes", "S&P Priority Category": "Senior Secured Loan"})
    assert asset(extract)["coupon"] == 0.2
    assert extract.rejected == ()


def test_21_cash_may_be_negative_and_the_last_payment_in_the_future(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "I5", [[-3_319_125.56]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_deal_accounts")[1]["principal_amount"] == -3_319_125.56
    assert "OUT_OF_RANGE" not in codes(extract)


def test_23_results_beside_a_label_are_kept_as_stated_only(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "U4", [[4.72]])
    (row,) = records(book.read(tmp_path), "clo_deal_objectives")
    assert (row["test_number"], row["result_stated"], row["weight"]) == (33, 4.72, 1)


def test_24_schedule_rows_beyond_maturity_are_kept(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "AF7", [[dt.date(2035, 1, 22), dt.date(2034, 10, 1), dt.date(2034, 10, 5), dt.date(2035, 1, 5)]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_deal_payment_schedule")[-1]["payment_date"] == dt.date(2035, 1, 22)
    assert holds(extract) == set()


def test_25_one_asset_may_stand_on_several_lines(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "D6", [("BRSAAA111", 250_000)])
    rows = records(book.read(tmp_path), "clo_deal_collateral")
    assert [(row["line_number"], row["asset_id"]) for row in rows] == [
        (1, "BRSAAA111"),
        (2, "BRSBBB222"),
        (3, "BRSAAA111"),
    ]


def test_25_ids_unknown_to_the_asset_list_or_the_matrix_are_reported(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, ["BRSBBB222", "BRSZZZ999"])
    book.put(SHEET, "D6", [("BRSYYY888", 1)])
    extract = book.read(tmp_path)
    assert holds(extract) == {("HELD_ASSET_WITHOUT_ROW", "MAG17")}
    assert "BRSAAA111" in messages(extract, "ASSET_WITHOUT_CORRELATION")[0]
    assert "BRSZZZ999" in messages(extract, "CORRELATION_WITHOUT_ASSET")[0]
    assert len(records(extract, "clo_correlations")) == 4


def test_26_a_formula_without_a_cached_value_is_an_error_not_null(tmp_path: Path) -> None:
    extract = with_asset(tmp_path, WAL="=1+1")
    assert asset(extract)["wal"] is None
    (message,) = messages(extract, "FORMULA_NO_VALUE")
    assert "AN2: wal must be a number between 0 and 100, found a formula without a value" in message


def test_27_an_absolute_path_reaches_neither_tables_nor_findings(tmp_path: Path) -> None:
    secret = "C:\\Users\\somebody\\Desktop\\book v25.xlsm"
    book = minimal_book()
    book.put("Run Model_old", "A1", [[secret]])
    book.put("Run Model_old", "B2", [["Model Inputs"], ("Analysis Date", secret)])
    book.put(ASSETS, asset_cell("WAL", 2), [[secret]])
    put_asset(book, 4, None, {"Issue Name": secret})
    extract = book.read(tmp_path)
    assert "somebody" not in str(extract.findings)
    assert "somebody" not in str(extract.rejected)
    assert secret in extract.cells["text_value"].to_pylist()
    typed = {name: table for name, table in extract.tables.items() if name != "clo_run_model_parameters"}
    assert not any("somebody" in str(table.to_pylist()) for table in typed.values())
    assert "somebody" not in str(records(extract, "clo_run_model_parameters"))


def test_28_other_counts_than_expected_are_reported_never_enforced(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    found = [f for f in extract.findings if f.code == "UNEXPECTED_COUNT"]
    assert {f.severity for f in found} == {Severity.INFO}
    assert any("deals usually number 10, found 1" in f.message for f in found)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"Maturity": None}, "H", "MISSING_VALUE"),
        ({"Maturity": "soon"}, "H", "BAD_DATE"),
        ({"Maturity": "=1+1"}, "H", "FORMULA_NO_VALUE"),
        ({"Maturity": 0}, "H", "MISSING_VALUE"),
        ({"Maturity": dt.date(2014, 9, 16)}, "H", "RULE_VIOLATION"),
        ({"Currency": None}, "AM", "MISSING_VALUE"),
        ({"Currency": "dollars"}, "AM", "CURRENCY_UNKNOWN"),
    ],
)
def test_an_asset_without_its_mandatory_values_is_quarantined_and_holds_its_deals(
    tmp_path: Path, changes: dict[str, Any], column: str, code: str
) -> None:
    book = minimal_book((16, 17))
    book.clear("Mag 16 Inputs", "D4", "E4", "D5", "E5")
    book.put("Mag 16 Inputs", "D4", [("BRSBBB222", 1)])
    for header, value in changes.items():
        if value is None:
            book.clear(ASSETS, asset_cell(header, 2))
        else:
            book.put(ASSETS, asset_cell(header, 2), [[value]])
    extract = book.read(tmp_path)
    assert [(r.row, r.column, r.reason_code) for r in extract.rejected] == [(2, column, code)]
    assert [row["asset_id"] for row in records(extract, "clo_assets")] == ["BRSBBB222"]
    (finding,) = [f for f in extract.findings if f.severity is Severity.CRITICAL]
    assert (finding.scope, finding.entity_type, finding.entity_id) == (Scope.ENTITY, "deal", "MAG17")
    assert "whose row of All Assets is quarantined" in finding.message
    count = next(count for count in extract.row_counts if count.block == "assets")
    assert (count.rows_in_range, count.rows_staged, count.rows_quarantined) == (2, 1, 1)


def test_identical_asset_rows_keep_the_first_and_contradicting_ones_keep_none(tmp_path: Path) -> None:
    book = minimal_book()
    put_asset(book, 4, "BRSAAA111")
    extract = book.read(tmp_path)
    assert [row["_row"] for row in records(extract, "clo_assets")] == [2, 3]
    assert [(r.row, r.reason_code) for r in extract.rejected] == [(4, "DUPLICATE_ROW")]
    put_asset(book, 4, "brsaaa111", {"WAL": 9})
    extract = book.read(tmp_path)
    assert [row["_row"] for row in records(extract, "clo_assets")] == [3]
    assert [(r.row, r.reason_code) for r in extract.rejected] == [(2, "DUPLICATE_KEY"), (4, "DUPLICATE_KEY")]
    assert holds(extract) == {("HELD_ASSET_WITHOUT_ROW", "MAG17")}


def test_the_older_layout_of_66_columns_is_read_by_its_headers(tmp_path: Path) -> None:
    newer = ("Moody Asset Category", "S&P Priority Category", "Moody's Rating WARF", "Credit Opinion")
    book = minimal_book()
    cells = book.sheets.pop(ASSETS)
    kept = [header for header in HEADERS if header not in newer]
    rows = [[cells.get(asset_cell(header, row)) for header in kept] for row in (1, 2, 3)]
    older = Book({ASSETS: {}, **book.sheets})
    older.put(ASSETS, "A1", rows)
    extract = older.read(tmp_path)
    row = asset(extract)
    assert len(kept) == 66
    assert (row["country"], row["moodys_rating"], row["moodys_rating_warf"]) == ("USA", "B1", None)
    assert len(messages(extract, "MISSING_COLUMN")) == 4


def test_without_its_key_columns_no_asset_can_be_read(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(ASSETS, asset_cell("Maturity", 1), [["Due"]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_assets") == []
    assert {r.reason_code for r in extract.rejected} == {"MISSING_COLUMN"}
    assert ("HELD_ASSET_WITHOUT_ROW", "MAG17") in holds(extract)


def test_a_header_that_stands_twice_refuses_the_sheet(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(ASSETS, "BS1", [["maturity"]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_assets") == []
    assert "DUPLICATE_HEADER" in codes(extract)


def test_preamble_above_the_asset_header_is_skipped(tmp_path: Path) -> None:
    book = minimal_book()
    lowered = {}
    for address, value in book.sheets[ASSETS].items():
        letters = address.rstrip("0123456789")
        lowered[f"{letters}{int(address[len(letters) :]) + 3}"] = value
    book.sheets[ASSETS] = {"A1": "Asset list, as sent", **lowered}
    assert [row["_row"] for row in records(book.read(tmp_path), "clo_assets")] == [5, 6]
