"""Blocks are found wherever they stand, by name, title or headers; what is missing is said. Source: clo-workbook 1.4."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingestion.clo_workbook import is_clo_workbook, read_clo_workbook
from ingestion.extract import FileRejected
from ingestion.workbook import open_workbook
from tests.ingestion.clo_workbook_builder import (
    ASSETS,
    Book,
    codes,
    holds,
    messages,
    minimal_book,
    put_classes,
    put_deal,
    put_fees,
    put_run_model,
    records,
)

SHEET = "Mag 17 Inputs"
IDS = ("BRSAAA111", "BRSBBB222")


def test_a_workbook_without_names_is_read_by_its_titles(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    assert [row["asset_id"] for row in records(extract, "clo_deal_collateral")] == list(IDS)
    assert [row["tranche_name"] for row in records(extract, "clo_deal_tranches")] == ["Class A", "Class B", "Sub Notes"]
    assert len(records(extract, "clo_deal_fees")) == 4
    assert holds(extract) == set()


def test_every_row_of_every_block_is_accounted_for(tmp_path: Path) -> None:
    book = minimal_book((6, 17))
    put_run_model(book)
    book.put(SHEET, "D9", [("BRSAAA111", "n/a"), ("# a remark", None), (None, 5)])
    for count in book.read(tmp_path).row_counts:
        parts = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == parts, count


@pytest.mark.parametrize("by", [1, 2, 7])
def test_fees_are_found_in_whatever_column_they_begin(tmp_path: Path, by: int) -> None:
    book = minimal_book()
    book.move_columns(SHEET, "AN", by)
    extract = book.read(tmp_path)
    assert [row["fee_name"] for row in records(extract, "clo_deal_fees")] == [
        "Trustee Fee",
        "Admin Fee",
        "Base Manager Fee",
        "Junior Manager Fee",
    ]
    assert len(records(extract, "clo_deal_tranches")) == 3
    assert holds(extract) == set()


def test_the_number_of_classes_moves_the_fees(tmp_path: Path) -> None:
    book = minimal_book((11, 17))
    put_deal(book, "Mag 7 Inputs", IDS, [f"Class {letter}" for letter in "ABCDEFG"] + ["Sub Notes"])
    extract = book.read(tmp_path)
    classes = [row["deal_id"] for row in records(extract, "clo_deal_tranches")]
    assert (classes.count("MAG11"), classes.count("MAG7")) == (3, 8)
    first = {row["deal_id"]: row["position"] for row in _places(extract, "fee_name")}
    # Labels stand in AJ (36): with three classes the fees begin in AN (40), with eight in AS (45).
    assert (first["MAG17"], first["MAG7"]) == (40, 45)


def _places(extract, field: str) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    sheets = {row["_sheet"]: row["deal_id"] for row in records(extract, "clo_deals")}
    return [row | {"deal_id": sheets[row["sheet"]]} for row in extract.locations.to_pylist() if row["field"] == field]


def test_a_name_serves_where_titles_and_headers_are_unknown(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "AF2", [["(other words)"], ["one", "two", "three", "four"]])
    book.name(SHEET, "PMT_Dates", f"'{SHEET}'!$AF$4:$AG$6")
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_deal_payment_schedule")) == 3
    assert "HEADER_BY_PLACE" in codes(extract)
    assert holds(extract) == set()


@pytest.mark.parametrize("area", ["$D$4:$E$5", "$D$3:$E$5", "$D$2:$E$5"])
def test_a_name_may_or_may_not_include_headers_and_title(tmp_path: Path, area: str) -> None:
    book = minimal_book()
    book.clear(SHEET, "D2")
    book.name(SHEET, "dealcollateral", f"'{SHEET}'!{area}")
    assert len(records(book.read(tmp_path), "clo_deal_collateral")) == 2


def test_headers_alone_are_enough(tmp_path: Path) -> None:
    book = minimal_book()
    book.clear(SHEET, "L2")
    assert len(records(book.read(tmp_path), "clo_deal_tests")) == 2


def test_a_sheets_own_name_wins_over_the_workbooks(tmp_path: Path) -> None:
    book = minimal_book((16, 17))
    book.name(None, "Fees", f"'{SHEET}'!$L$4:$Q$5")
    book.name(SHEET, "Fees", f"'{SHEET}'!$AN$4:$AU$7")
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_deal_fees")) == 8
    assert "NAME_CONTRADICTED" not in codes(extract)


def test_a_name_that_points_beside_its_block_is_reported_and_the_title_taken(tmp_path: Path) -> None:
    book = minimal_book()
    book.name(SHEET, "Fees", f"'{SHEET}'!$AB$4:$AC$7")
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_deal_fees")) == 4
    (message,) = messages(extract, "NAME_CONTRADICTED")
    assert "AB3" in message
    assert "AN3" in message


@pytest.mark.parametrize("last", [4, 9])
def test_a_list_ends_with_its_data_whatever_its_name_says(tmp_path: Path, last: int) -> None:
    book = minimal_book()
    book.name(SHEET, "DealCollateral", f"'{SHEET}'!$D$4:$E${last}")
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_deal_collateral")) == 2
    (message,) = messages(extract, "NAME_EXTENT_STALE")
    assert f"ends in row 5 by its data, in row {last} by its defined name" in message


def test_a_dangling_name_is_reported_and_ignored(tmp_path: Path) -> None:
    book = minimal_book()
    book.name(SHEET, "Fees", "#REF!$AN$4:$AU$7")
    extract = book.read(tmp_path)
    assert len(records(extract, "clo_deal_fees")) == 4
    assert len(messages(extract, "DANGLING_NAME")) == 1


def test_both_generations_of_the_template_are_told_apart(tmp_path: Path) -> None:
    book = minimal_book((6, 17))
    book.put("Mag 6 Inputs", "A3", [["Cashflow Inputs"], ["CLO Inputs"], ["LIBOR"]])
    generations = {row["deal_id"]: row["template_generation"] for row in records(book.read(tmp_path), "clo_deals")}
    assert generations == {"MAG6": 1, "MAG17": 2}


@pytest.mark.parametrize(
    ("column", "row", "name", "is_held"),
    [("D", 2, "collateral", True), ("AF", 2, "payment schedule", True), ("AD", 2, "deal dates", True),
     ("AN", 2, "fees", True), ("AJ", 2, "liabilities", True), ("F", 2, "accounts", False), ("T", 2, "objectives", False)],
)  # fmt: skip
def test_a_missing_block_is_said_and_holds_the_deal_where_it_must(
    tmp_path: Path, column: str, row: int, name: str, is_held: bool
) -> None:
    book = minimal_book((16, 17))
    block = {"D": "DE", "AF": ["AF", "AG", "AH", "AI"], "AD": ["AD", "AE"], "F": "FGHI", "T": "TUVW"}.get(column)
    columns = block or ([f"A{c}" for c in "NOPQRSTU"] if column == "AN" else [f"A{c}" for c in "JKLM"])
    cells = book.sheets[SHEET]
    book.sheets[SHEET] = {a: v for a, v in cells.items() if a.rstrip("0123456789") not in columns}
    extract = book.read(tmp_path)
    (finding,) = [f for f in extract.findings if f.code == "MISSING_BLOCK"]
    assert f"a block {name}" in finding.message
    assert (("MISSING_BLOCK", "MAG17") in holds(extract)) == is_held
    # The other deal is not touched.
    assert {deal for _, deal in holds(extract)} <= {"MAG17"}


def test_blocks_may_stand_lower_than_usual(tmp_path: Path) -> None:
    book = minimal_book()
    cells = {a: v for a, v in book.sheets[SHEET].items() if a.rstrip("0123456789") in ("D", "E")}
    book.clear(SHEET, *cells)
    book.put(SHEET, "D5", [["Deal Collateral"], ("BLKRockID", "Par Amount"), ("BRSBBB222", 5)])
    assert [(r["asset_id"], r["_row"]) for r in records(book.read(tmp_path), "clo_deal_collateral")] == [
        ("BRSBBB222", 7)
    ]


def test_key_values_are_found_by_label_in_any_order(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(
        SHEET, "R3", [("Stated Maturity Date", dt.date(2028, 4, 20)), ("WAS Factor", 0.0005), ("House View", "calm")]
    )
    rows = {
        r["name"]: r for r in records(book.read(tmp_path), "clo_deal_parameters") if r["section"] == "quality_inputs"
    }
    assert rows["stated_maturity_date"]["value_date"] == dt.date(2028, 4, 20)
    assert rows["was_factor"]["value_number"] == 0.0005
    assert (rows["house_view"]["label"], rows["house_view"]["value_text"]) == ("House View", "calm")


def test_the_first_two_clo_inputs_are_triggers_by_their_place(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(SHEET, "AB4", [("(unknown words)", 1.1), ("Event of Default", 1.02)])
    rows = [r for r in records(book.read(tmp_path), "clo_deal_parameters") if r["section"] == "clo_inputs"]
    assert [(r["name"], r["value_number"]) for r in rows[:2]] == [
        ("interest_diversion_trigger", 1.1),
        ("event_of_default_trigger", 1.02),
    ]
    assert [r["value_boolean"] for r in rows if r["name"] == "event_of_default"] == [False]


def test_class_rows_are_found_by_label(tmp_path: Path) -> None:
    book = minimal_book()
    rows = book.sheets[SHEET]
    swapped = {"5": "7", "7": "5"}
    for column in ("AJ", "AK", "AL", "AM"):
        cells = {row: rows[f"{column}{row}"] for row in swapped}
        for row, value in cells.items():
            rows[f"{column}{swapped[row]}"] = value
    first = records(book.read(tmp_path), "clo_deal_tranches")[0]
    assert (first["original_balance"], first["current_balance"]) == (100_000_000, 90_000_000)


@pytest.mark.parametrize("lacking", [ASSETS, SHEET])
def test_a_workbook_without_its_two_kinds_of_sheets_is_refused(tmp_path: Path, lacking: str) -> None:
    book = minimal_book()
    book.sheets[f"My {lacking}"] = book.sheets.pop(lacking)
    workbook = open_workbook(book.write(tmp_path / "b.xlsx"), "b.xlsx")
    assert not is_clo_workbook(workbook)
    with pytest.raises(FileRejected, match=r"MISSING_SHEET") as caught:
        read_clo_workbook(workbook)
    assert caught.value.code == "MISSING_SHEET"


def test_two_sheets_of_one_deal_hold_it_and_neither_is_read(tmp_path: Path) -> None:
    book = minimal_book((16, 17))
    book.sheets["MAG17"] = dict(book.sheets[SHEET])
    extract = book.read(tmp_path)
    assert holds(extract) == {("DUPLICATE_SHEET", "MAG17")}
    assert [row["deal_id"] for row in records(extract, "clo_deals")] == ["MAG16"]


def test_optional_sheets_may_be_missing_and_their_tables_are_empty_but_typed(tmp_path: Path) -> None:
    extract = minimal_book().read(tmp_path)
    for table in ("clo_correlations", "clo_holidays", "clo_run_model_filters", "clo_recorded_results"):
        assert extract.tables[table].num_rows == 0
        assert extract.tables[table].schema.names[-3:] == ["_sheet", "_row", "_column"]
    assert str(extract.tables["clo_holidays"].schema.field("holiday_date").type) == "date32[day]"


def test_a_class_between_two_blocks_cannot_slip_away_without_its_heading(tmp_path: Path) -> None:
    book = minimal_book()
    book.clear(SHEET, "AL3", "AL4")
    extract = book.read(tmp_path)
    assert ("CLASS_UNREADABLE", "MAG17") in holds(extract)
    assert [(r.reason_code, r.column) for r in extract.rejected] == [("MISSING_VALUE", "AL")]


def test_blocks_of_one_sheet_do_not_read_each_others_columns(tmp_path: Path) -> None:
    book = Book(dict(minimal_book().sheets))
    put_classes(book, SHEET, ["Class A"])
    book.clear(SHEET, *[a for a in book.sheets[SHEET] if a.rstrip("0123456789") in ("AL", "AM")])
    put_fees(book, SHEET, "AN3")
    extract = book.read(tmp_path)
    assert [r["tranche_name"] for r in records(extract, "clo_deal_tranches")] == ["Class A"]
    assert len(records(extract, "clo_deal_fees")) == 4
