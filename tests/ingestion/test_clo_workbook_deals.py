"""What holds a deal, what is only reported, and how rows of a deal's blocks read. Source: clo-workbook 4, value rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Severity
from tests.ingestion.clo_workbook_builder import AS_OF, codes, holds, messages, minimal_book, put_run_model, records

SHEET = "Mag 17 Inputs"
# With three classes: labels AJ, classes AK to AM, fees AN to AU.


def with_cell(tmp_path: Path, address: str, value: Any) -> Any:
    book = minimal_book((16, 17))
    book.put(SHEET, address, [[value]])
    return book.read(tmp_path)


def without_cell(tmp_path: Path, *addresses: str) -> Any:
    book = minimal_book((16, 17))
    book.clear(SHEET, *addresses)
    return book.read(tmp_path)


@pytest.mark.parametrize(
    ("address", "value", "words"),
    [
        ("AK5", "n/a", "original balance"),
        ("AK7", "lots", "current balance"),
        ("AK7", -5, "current balance"),
        ("AM7", "n/a", "current balance"),  # equity too needs its balance
        ("AL9", "#N/A", "spread"),
        ("AL14", "Tuesdays", "day count"),
        ("AL16", "NA", "coupon type"),
    ],
)
def test_a_class_without_balance_coupon_or_day_count_holds_its_deal(
    tmp_path: Path, address: str, value: Any, words: str
) -> None:
    extract = with_cell(tmp_path, address, value)
    assert holds(extract) == {("CLASS_UNREADABLE", "MAG17")}
    (message,) = messages(extract, "CLASS_UNREADABLE")
    assert message.startswith(f"book.xlsx, '{SHEET}'!{address}: MAG17 is held: class ")
    assert f"has no usable {words}" in message


@pytest.mark.parametrize("address", ["AM9", "AM14", "AM16"])
def test_equity_needs_no_coupon_terms(tmp_path: Path, address: str) -> None:
    assert holds(without_cell(tmp_path, address)) == set()


def test_a_class_whose_name_stands_twice_is_quarantined_and_holds_the_deal(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "AL4", "class a")
    assert holds(extract) == {("CLASS_UNREADABLE", "MAG17")}
    assert [(r.column, r.reason_code) for r in extract.rejected] == [("AK", "DUPLICATE_KEY"), ("AL", "DUPLICATE_KEY")]
    assert [r["tranche_name"] for r in records(extract, "clo_deal_tranches") if r["deal_id"] == "MAG17"] == [
        "Sub Notes"
    ]


@pytest.mark.parametrize(
    ("address", "value"), [("AO4", "SOMETIMES"), ("AO4", "NA"), ("AR4", "Actual/400"), ("AR4", "#REF!")]
)
def test_a_fee_without_basis_or_day_count_holds_its_deal(tmp_path: Path, address: str, value: str) -> None:
    extract = with_cell(tmp_path, address, value)
    assert holds(extract) == {("FEE_UNREADABLE", "MAG17")}
    assert f"'{SHEET}'!{address}: MAG17 is held: fee 'Trustee Fee'" in messages(extract, "FEE_UNREADABLE")[0]


def test_a_fee_that_stands_twice_with_other_terms_holds_its_deal(tmp_path: Path) -> None:
    assert holds(with_cell(tmp_path, "AN5", "trustee fee")) == set()  # a copy of the same row changes nothing
    book = minimal_book()
    book.put(SHEET, "AN5", [("Trustee Fee", "AVERAGE")])
    assert holds(book.read(tmp_path)) == {("FEE_UNREADABLE", "MAG17")}


@pytest.mark.parametrize("basis", ["beginning", " Average "])
def test_the_basis_of_a_fee_compares_ignoring_case(tmp_path: Path, basis: str) -> None:
    extract = with_cell(tmp_path, "AO4", basis)
    fee = next(row for row in records(extract, "clo_deal_fees") if row["deal_id"] == "MAG17")
    assert fee["fee_basis"] == basis.strip().upper()
    assert holds(extract) == set()


@pytest.mark.parametrize("value", ["soon", 0, "31/12/2016", "#VALUE!"])
def test_an_unreadable_payment_date_is_quarantined_and_holds_the_deal(tmp_path: Path, value: Any) -> None:
    extract = with_cell(tmp_path, "AF5", value)
    assert holds(extract) == {("PAYMENT_DATE_UNREADABLE", "MAG17")}
    assert [(r.table_name, r.row, r.column) for r in extract.rejected] == [("clo_deal_payment_schedule", 5, "AF")]


def test_an_unreadable_collection_date_is_null_and_the_deal_goes_on(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "AH5", "soon")
    rows = [row for row in records(extract, "clo_deal_payment_schedule") if row["deal_id"] == "MAG17"]
    assert [row["collection_begin_date"] is None for row in rows] == [False, True, False]
    assert holds(extract) == set()
    assert len(messages(extract, "BAD_DATE")) == 1


def test_a_deal_without_collateral_is_held(tmp_path: Path) -> None:
    assert holds(without_cell(tmp_path, "D4", "E4", "D5", "E5")) == {("NO_COLLATERAL", "MAG17")}


@pytest.mark.parametrize(("value", "code"), [("n/a", "BAD_TYPE"), (-1, "OUT_OF_RANGE"), ("=1+1", "FORMULA_NO_VALUE")])
def test_an_unreadable_par_is_null_and_reported_and_its_row_kept(tmp_path: Path, value: Any, code: str) -> None:
    extract = with_cell(tmp_path, "E4", value)
    row = next(row for row in records(extract, "clo_deal_collateral") if row["deal_id"] == "MAG17")
    assert (row["asset_id"], row["par_amount"]) == ("BRSAAA111", None)
    (finding,) = [f for f in extract.findings if f.code == code]
    assert finding.message.startswith(f"book.xlsx, '{SHEET}'!E4: par amount must be a number >= 0, found ")
    assert (finding.severity, finding.entity_id, finding.row, finding.column) == (Severity.WARNING, "MAG17", 4, "E")
    assert finding.advice


def test_a_message_reads_as_the_contract_says(tmp_path: Path) -> None:
    (message,) = messages(with_cell(tmp_path, "E4", "n/a"), "BAD_TYPE")
    assert message == "book.xlsx, 'Mag 17 Inputs'!E4: par amount must be a number >= 0, found 'n/a' (BAD_TYPE)"


def test_a_total_below_the_collateral_is_quarantined_like_any_bad_row(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "E7", 2_000_001)
    assert [(r.row, r.column, r.reason_code) for r in extract.rejected] == [(7, "D", "MISSING_VALUE")]
    assert holds(extract) == set()


def test_a_comment_row_is_counted_and_not_staged(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "D6", "# checked by hand")
    count = next(c for c in extract.row_counts if c.sheet == SHEET and c.block == "collateral")
    assert (count.rows_in_range, count.rows_staged, count.rows_comment) == (3, 2, 1)


def test_an_error_text_is_no_comment(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "D6", [("#N/A", 5)])
    extract = book.read(tmp_path)
    assert [(r.row, r.reason_code) for r in extract.rejected] == [(6, "CELL_ERROR")]


@pytest.mark.parametrize(
    ("k4", "s3", "expected"),
    [
        (0.0054, 0.0060, {"LIBOR_DISAGREES"}),
        (None, 0.005418, {"LIBOR_FROM_ELSEWHERE"}),
        (0.005418, 0.005418, set()),
    ],
)
def test_the_current_libor_of_three_blocks_must_agree(
    tmp_path: Path, k4: float | None, s3: float, expected: set[str]
) -> None:
    book = minimal_book()
    book.put(SHEET, "S3", [[s3]])
    if k4 is None:
        book.clear(SHEET, "K4")
    else:
        book.put(SHEET, "K4", [[k4]])
    assert codes(book.read(tmp_path)) & {"LIBOR_DISAGREES", "LIBOR_FROM_ELSEWHERE"} == expected


def test_the_analysis_date_is_the_control_panels_and_a_deal_that_differs_is_named(tmp_path: Path) -> None:
    book = minimal_book((16, 17))
    put_run_model(book, AS_OF)
    book.put(SHEET, "C3", [[dt.date(2016, 3, 22)]])
    extract = book.read(tmp_path)
    assert extract.as_of == AS_OF
    assert [f.entity_id for f in extract.findings if f.code == "AS_OF_DISAGREES"] == ["MAG17"]


def test_without_a_control_panel_the_deals_give_the_date(tmp_path: Path) -> None:
    assert minimal_book().read(tmp_path).as_of == AS_OF


def test_without_any_date_the_file_is_still_read(tmp_path: Path) -> None:
    book = minimal_book()
    book.clear(SHEET, "C3", "AC6")
    extract = book.read(tmp_path)
    assert extract.as_of is None
    assert "AS_OF_MISSING" in codes(extract)


def test_a_missing_mandatory_fee_is_reported(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "AN4", "Trust Fee")
    assert ["'Trustee Fee'" in text for text in messages(extract, "MISSING_FEE")] == [True]


def test_a_parameter_of_the_wrong_type_keeps_its_text_only(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "S4", "four hundred")
    (row,) = [
        row
        for row in records(extract, "clo_deal_parameters")
        if row["name"] == "jr_oc_denominator" and row["deal_id"] == "MAG17"
    ]
    assert (row["value_type"], row["value_number"], row["value_text"]) == ("text", None, "four hundred")
    assert (row["_row"], row["_column"]) == (4, 19)
    assert len(messages(extract, "BAD_TYPE")) == 1


def test_a_key_that_stands_twice_keeps_its_first_value(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "R5", [("JR OC Denominator", 1)])
    extract = book.read(tmp_path)
    values = [r["value_number"] for r in records(extract, "clo_deal_parameters") if r["name"] == "jr_oc_denominator"]
    assert values == [350_000_000]
    assert [r.reason_code for r in extract.rejected] == ["DUPLICATE_KEY"]


def test_a_contradicting_test_number_leaves_neither_row(tmp_path: Path) -> None:
    extract = with_cell(tmp_path, "L5", 33)
    numbers = [row["test_number"] for row in records(extract, "clo_deal_tests") if row["deal_id"] == "MAG17"]
    assert numbers == []
    assert {r.reason_code for r in extract.rejected} == {"DUPLICATE_KEY"}


def test_rows_of_a_block_point_to_their_cells(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    cells = {
        (c["sheet"], c["row"], c["column"]): c["number_value"] if c["number_value"] is not None else c["text_value"]
        for c in extract.cells.to_pylist()
    }
    places = {
        (p["table_name"], p["field"]): (p["axis"], p["position"])
        for p in extract.locations.to_pylist()
        if p["sheet"] == SHEET
    }
    checked = 0
    for table in ("clo_deal_collateral", "clo_deal_tests", "clo_deal_tranches", "clo_deal_fees"):
        for row in records(extract, table):
            for field, value in row.items():
                if value is None or isinstance(value, bool) or (table, field) not in places:
                    continue
                axis, position = places[table, field]
                at = (row["_row"], position) if axis == "column" else (position, row["_column"])
                cell = cells[SHEET, *at]
                assert str(cell).strip().upper() == str(value).upper() or float(cell) == value
                checked += 1
    assert checked > 60
