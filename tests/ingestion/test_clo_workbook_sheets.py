"""Correlations, the reference table, control panels, lists, outputs and the legacy counts. Source: clo-workbook 1.3 to 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingestion.clo_workbook_builder import (
    Book,
    codes,
    messages,
    minimal_book,
    put_matrix,
    put_reference,
    put_run_model,
    records,
)

IDS = ("BRSAAA111", "BRSBBB222", "BRSCCC333")
MATRIX = "Asset Correlation"


def correlations(book: Book, tmp_path: Path) -> tuple[dict[tuple[str, str], float | None], set[str]]:
    extract = book.read(tmp_path)
    found = {(r["asset_id_1"], r["asset_id_2"]): r["correlation"] for r in records(extract, "clo_correlations")}
    return found, codes(extract)


@pytest.mark.parametrize("bad", [None, "n/a", 1.5, -2, "#N/A"])
def test_a_bad_correlation_takes_the_mirrored_cell(tmp_path: Path, bad: object) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    book.put(MATRIX, "B3", [[0.7]])  # second id, first id
    book.clear(MATRIX, "C2")
    book.put(MATRIX, "C2", [[bad]])
    found, said = correlations(book, tmp_path)
    assert found[IDS[0], IDS[1]] == found[IDS[1], IDS[0]] == 0.7
    assert "CORRELATION_MIRRORED" in said


def test_a_pair_that_is_bad_both_ways_is_null(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    book.put(MATRIX, "B3", [[7]])
    book.put(MATRIX, "C2", [[-7]])
    found, said = correlations(book, tmp_path)
    assert (found[IDS[0], IDS[1]], found[IDS[1], IDS[0]]) == (None, None)
    assert "OUT_OF_RANGE" in said


def test_of_an_asymmetric_pair_the_upper_triangle_is_taken(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    book.put(MATRIX, "C2", [[0.4]])
    book.put(MATRIX, "B3", [[0.5]])
    found, said = correlations(book, tmp_path)
    assert found[IDS[0], IDS[1]] == found[IDS[1], IDS[0]] == 0.4
    assert "CORRELATION_ASYMMETRIC" in said


def test_the_diagonal_is_one_whatever_it_says(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    book.put(MATRIX, "C3", [[0.9]])
    found, said = correlations(book, tmp_path)
    assert found[IDS[1], IDS[1]] == 1
    assert "CORRELATION_DIAGONAL" in said


def test_ids_in_another_order_down_than_across_still_meet(tmp_path: Path) -> None:
    book = minimal_book()
    book.put(MATRIX, "A1", [(None, *IDS), (IDS[2], 0.1, 0.2, 1), (IDS[1], 0.3, 1, 0.2), (IDS[0], 1, 0.3, 0.1)])
    found, said = correlations(book, tmp_path)
    assert found[IDS[2], IDS[0]] == found[IDS[0], IDS[2]] == 0.1
    assert found[IDS[1], IDS[1]] == 1
    assert not said & {"CORRELATION_ASYMMETRIC", "CORRELATION_DIAGONAL", "MATRIX_NOT_SQUARE"}


def test_an_id_that_stands_twice_is_left_out_with_its_cells(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, (IDS[0], IDS[1], IDS[0]))
    found, said = correlations(book, tmp_path)
    assert set(found) == {(IDS[1], IDS[1])}
    assert "DUPLICATE_KEY" in said


def test_a_matrix_cell_points_to_its_place(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    row = records(book.read(tmp_path), "clo_correlations")[1]
    assert (row["asset_id_1"], row["asset_id_2"], row["_row"], row["_column"]) == (IDS[0], IDS[1], 2, 3)


ENTRIES = st.one_of(st.floats(-1, 1), st.floats(-3, 3), st.just("n/a"), st.none())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(ENTRIES, min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_repaired_matrix_is_symmetric_with_unit_diagonal_and_bounded(
    tmp_path: Path, cells: list[list[float | str | None]]
) -> None:
    book = minimal_book()
    book.put(MATRIX, "A1", [(None, *IDS), *((i, *row) for i, row in zip(IDS, cells, strict=True))])
    found, _ = correlations(book, tmp_path)
    assert len(found) == 9
    for (one, other), value in found.items():
        assert value == found[other, one]
        assert value is None or -1 <= value <= 1
        assert one != other or value == 1


def test_a_vectors_text_and_blanks_are_zero(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    extract = book.read(tmp_path)
    rows = {(r["vector_name"], r["period"]): r["value"] for r in records(extract, "clo_cash_flow_vectors")}
    assert rows == {("QTR_CPR_1", 1): 0.2003, ("QTR_CPR_1", 2): 0.2168, ("Open2", 1): 0, ("Open2", 2): 0}
    assert len(messages(extract, "NOT_NUMERIC_AS_ZERO")) == 1


def test_repayments_of_one_asset_on_one_day_are_numbered(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    rows = records(book.read(tmp_path), "clo_sink_schedules")
    assert [(r["asset_id"], r["sequence"], r["amount"]) for r in rows] == [
        ("BRSAAA111", 1, 275_000),
        ("BRSAAA111", 2, 275_000),
    ]


def test_copies_below_the_transition_matrix_are_matrices_of_their_own(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    extract = book.read(tmp_path)
    rows = {
        (r["matrix"], r["from_rating"], r["to_rating"]): r["value"] for r in records(extract, "clo_transition_matrix")
    }
    assert rows["probability", "AAA", "D"] == 0.1
    assert rows["cumulative", "AAA", "D"] == 1
    assert len(rows) == 8
    assert extract.rejected == ()


def test_rows_of_no_matrix_are_quarantined(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    book.put("Reference Table", "O9", [("E", 1, 2)])
    extract = book.read(tmp_path)
    assert [(r.row, r.reason_code) for r in extract.rejected] == [(9, "RULE_VIOLATION")]


def test_contradicting_fixings_of_one_day_and_tenor_are_both_quarantined(tmp_path: Path) -> None:
    book = minimal_book()
    put_reference(book)
    book.put("Reference Table", "F5", [["1 Month Libor"]])
    extract = book.read(tmp_path)
    assert records(extract, "clo_index_history") == []
    assert [r.reason_code for r in extract.rejected] == ["DUPLICATE_KEY", "DUPLICATE_KEY"]


def test_settings_are_known_by_label_or_by_their_place(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    rows = {r["name"]: r for r in records(book.read(tmp_path), "clo_run_model_parameters")}
    # The third setting's label is unknown in the original; its place says what it is.
    assert (rows["total_collateral_par"]["label"], rows["total_collateral_par"]["value_number"]) == (
        "Collateral",
        2_000_001,
    )
    assert rows["include_deal_loans"]["value_boolean"] is True
    assert rows["hypothetical_pool_mode"]["section"] == "hypothetical_trading"
    assert (rows["transaction"]["value_text"], rows["transaction"]["_row"], rows["transaction"]["_column"]) == (
        "Buy",
        10,
        5,
    )


def test_filters_keep_their_order_and_point_to_their_values(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    book.put("Run Model", "D24", [("or not", "(", "Country", "!=", "USA", ")")])
    rows = records(book.read(tmp_path), "clo_run_model_filters")
    assert [(r["side"], r["sequence"], r["logical_operator"], r["field"], r["_row"], r["_column"]) for r in rows] == [
        ("buy", 1, None, "S&P Rating", 15, 8),
        ("buy", 2, "and", "WAL", 16, 8),
        ("sale", 1, "or not", "Country", 24, 8),
    ]


def test_the_total_below_the_weights_is_no_weight(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    extract = book.read(tmp_path)
    assert [(r["test_number"], r["weight"]) for r in records(extract, "clo_run_model_objectives")] == [(33, 1)]
    assert extract.rejected == ()


def test_a_simulation_count_outside_its_span_is_reported(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    book.put("Run Model", "B17", [("Number of Simulations", 501)])
    (message,) = messages(book.read(tmp_path), "OUT_OF_RANGE")
    assert "C17: simulations must be a number between 1 and 500, found '501'" in message


def test_the_old_panel_is_kept_apart_from_the_active_one(tmp_path: Path) -> None:
    book = minimal_book()
    put_run_model(book)
    book.put("Run Model_old", "B2", [["Model Inputs"], ("Deal to Run", "Mag 14"), ("House Setting", 5)])
    rows = [
        (r["model"], r["name"]) for r in records(book.read(tmp_path), "clo_run_model_parameters") if r["model"] == "old"
    ]
    assert rows == [("old", "deal_to_run"), ("old", "house_setting")]


def test_filter_lists_have_each_its_own_length(tmp_path: Path) -> None:
    book = minimal_book()
    book.put("Filter Sheet", "A1", [("S&P Rating", "Analyst Opinnion"), ("AAA", "Buy"), ("AA+", None), ("AA", None)])
    rows = records(book.read(tmp_path), "clo_filter_lists")
    assert [(r["list_name"], r["sequence"], r["value"]) for r in rows] == [
        ("sp_rating", 1, "AAA"),
        ("sp_rating", 2, "AA+"),
        ("sp_rating", 3, "AA"),
        ("analyst_opinion", 1, "Buy"),
    ]


def test_an_output_sheet_without_titles_is_one_block(tmp_path: Path) -> None:
    book = minimal_book()
    book.put("Deal Assets-Mag 16", "B1", [("BlackRock ID", "Par"), ("BRSAAA111", 1_080_000), ("BRSBBB222", None)])
    rows = records(book.read(tmp_path), "clo_recorded_results")
    assert [(r["output_kind"], r["deal_id"], r["record_number"], r["field"]) for r in rows] == [
        ("deal_assets", "MAG16", 1, "blackrock_id"),
        ("deal_assets", "MAG16", 1, "par"),
        ("deal_assets", "MAG16", 2, "blackrock_id"),
    ]
    assert rows[1]["value_number"] == 1_080_000


def test_titles_of_an_output_sheet_begin_blocks_and_gaps_inside_do_not(tmp_path: Path) -> None:
    book = minimal_book()
    sheet = "HYPO-Mag 17-Output"
    book.put(sheet, "B1", [["Compliance"]])
    book.put(sheet, "H1", [["Attributes"]])
    book.put(sheet, "B2", [("Test Num", "Results", "Pass/Fail", None, "Hypo Result"), (1, 0.93, "PASS", None, "N/A")])
    book.put(sheet, "H2", [("Attribute", "Purchases"), ("Par", 8_250_000)])
    rows = records(book.read(tmp_path), "clo_recorded_results")
    assert [(r["block"], r["field"]) for r in rows] == [
        (1, "test_num"),
        (1, "results"),
        (1, "pass_fail"),
        (1, "hypo_result"),
        (2, "attribute"),
        (2, "purchases"),
    ]
    assert rows[3]["value_text"] == "N/A"


def test_the_legacy_domains_are_counted_on_raw_cells(tmp_path: Path) -> None:
    book = minimal_book()
    put_matrix(book, IDS)
    put_reference(book)
    book.put("Run Model", "B2", [["CLO Reinvestment Model"], ("Analysis Date", 1)])  # a heading and two cells
    book.put("Run Model_old", "A1", [["C:\\" + "x" * 60]])  # a long text in column A beside an empty cell
    book.put("Run Model_old", "B2", [["Model Inputs"], ("Deal to Run", "  ")])
    book.put("Reference Table", "B12", [["2002-02-18"], [None], ["2002-05-27"]])
    book.put("Reference Table", "K15", [[5]])  # right of column J
    extract = book.read(tmp_path)
    counts = {row["domain"]: row for row in records(extract, "clo_workbook_counts")}
    deal_cells = sum(cell["sheet"] == "Mag 17 Inputs" for cell in extract.cells.to_pylist())
    found = {domain: row["count_found"] for domain, row in counts.items()}
    assert found == {
        "assets": 2,
        "correlations": 9,
        "scenario_parameters": deal_cells,
        "configuration": 3,
        "reference": 2,
        "total": 2 + 9 + deal_cells + 3 + 2,
    }
    legacy = [row["count_legacy"] for row in counts.values()]
    assert legacy == [384, 238_144, 19_795, 356, 694, 259_373]
    assert sum(legacy[:5]) == legacy[5] == 259_767 - 394
    assert "259,767" in counts["total"]["how_counted"]
