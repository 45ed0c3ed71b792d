"""How single cells read under the value rules of the CLO workbook. Source: clo-workbook 4, value rules."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.cells import NO_VALUE, CellError
from ingestion.clo_workbook.labels import deal_of_sheet, label_key, slug
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.values import (
    read_asset_id,
    read_cell,
    read_column,
    read_date,
    read_flag,
    read_integer,
    read_number,
    read_text,
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (0.0061860000000000005, 0.0061860000000000005),
        ("1,234,567.89", 1_234_567.89),
        (" 360000000.0 ", 360_000_000.0),
        ("12.5%", 0.125),
        ("-3.2e2", -320.0),
        (dt.time(0, 0), 0.0),
    ],
)
def test_numbers_may_be_text_with_separators_or_percent(cell: Any, value: float) -> None:
    assert read_number(cell).value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,23,4", "BAD_TYPE"),
        ("(500)", "BAD_TYPE"),
        ("$5", "BAD_TYPE"),
        ("abc", "BAD_TYPE"),
        (".", "BAD_TYPE"),
        (True, "BAD_TYPE"),
        (dt.date(2016, 1, 1), "BAD_TYPE"),
        ("NaN", "NOT_FINITE"),
        (math.inf, "NOT_FINITE"),
        ("1e999", "NOT_FINITE"),
    ],
)
def test_what_is_no_number_is_refused(cell: Any, code: str) -> None:
    assert read_number(cell) == (None, code, None)


@pytest.mark.parametrize("cell", ["", "   ", "NA", "n/a", "#N/A", "null"])
@pytest.mark.parametrize("reader", [read_text, read_number, read_date, read_flag, read_integer])
def test_blanks_and_null_texts_state_nothing(cell: str, reader: Any) -> None:
    assert reader(cell) == (None, None, None)


@pytest.mark.parametrize(
    ("cell", "day", "note"),
    [
        (dt.date(2016, 3, 23), dt.date(2016, 3, 23), None),
        (42452.0, dt.date(2016, 3, 23), "SERIAL_AS_DATE"),  # the spec's own example of a serial
        ("2016-03-23", dt.date(2016, 3, 23), "TEXT_AS_DATE"),
        ("2016-03-23 00:00:00", dt.date(2016, 3, 23), "TEXT_AS_DATE"),
        ("3/4/2016", dt.date(2016, 3, 4), "TEXT_AS_DATE"),  # US: month first
        (0.0, None, "ZERO_AS_NO_DATE"),
        ("0", None, "ZERO_AS_NO_DATE"),
        (dt.time(0, 0), None, "ZERO_AS_NO_DATE"),
    ],
)
def test_days_may_be_serials_or_text_and_zero_is_no_day(cell: Any, day: dt.date | None, note: str | None) -> None:
    assert read_date(cell) == (day, None, note)


@pytest.mark.parametrize("cell", ["31/03/2016", "2016-02-30", "3/4/16", "March 4", 60.0, 42452.5, -1.0, True, 1e300])
def test_what_is_no_day_is_refused(cell: Any) -> None:
    assert read_date(cell).problem == "BAD_DATE"


def test_a_day_with_a_time_is_refused() -> None:
    assert read_date(dt.datetime(2016, 3, 23, 12)).problem == "BAD_DATE"


@pytest.mark.parametrize("cell", [True, "Yes", "YES", "y", " true ", "1", 1.0])
def test_flags_compare_ignoring_case(cell: Any) -> None:
    assert read_flag(cell).value is True


def test_other_numbers_are_no_flags() -> None:
    assert read_flag(2.0).problem == "BAD_TYPE"


def test_whole_numbers_only_are_integers() -> None:
    assert read_integer("4.0").value == 4
    assert read_integer(4.5).problem == "BAD_TYPE"
    assert read_integer(5e9).problem == "OUT_OF_RANGE"


def test_text_keeps_inner_spaces_and_case_and_loses_outer_ones() -> None:
    assert read_text(" ACADIA  INC. ").value == "ACADIA  INC."
    assert read_text(1.0).value == "1"
    assert read_text("Caa1").value == "Caa1"


def test_ids_have_one_spelling() -> None:
    assert read_asset_id(" brt03rfe0 ") == ("BRT03RFE0", None, "ID_IN_LOWER_CASE")


def test_errors_and_uncalculated_formulas_are_never_null() -> None:
    spec = FieldSpec("wal", "double")
    assert read_cell(CellError("#N/A"), spec).problem == "CELL_ERROR"
    assert read_cell(NO_VALUE, spec).problem == "FORMULA_NO_VALUE"


def test_bounds_make_null_and_suspect_scales_stay() -> None:
    price = FieldSpec("market_value", "double", minimum=0, suspect=(5, 200))
    assert read_cell(-1.0, price) == (None, "OUT_OF_RANGE", None)
    assert read_cell(0.01, price) == (0.01, None, "SUSPECT_SCALE")
    assert read_cell(0.0, price) == (0.0, None, "SUSPECT_SCALE")
    assert read_cell(48.0, price) == (48.0, None, None)


NUMBERS = st.floats(-1e9, 1e9) | st.just("n/a") | st.just("5%") | st.just("") | st.just(math.nan)


@given(st.lists(NUMBERS, max_size=20))
def test_the_short_way_for_columns_agrees_with_cell_by_cell(cells: list[Any]) -> None:
    spec = FieldSpec("wal", "double", minimum=0, maximum=100)
    column = read_column(cells, spec)
    single = [read_cell(cell, spec) for cell in cells]
    assert column.values == [reading.value for reading in single]
    assert [(p.place, p.code) for p in column.problems] == [(i, r.problem) for i, r in enumerate(single) if r.problem]


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_thousands_separators_never_change_a_number(units: int, cents: int) -> None:
    assert read_number(f"{units:,}.{cents:02d}").value == float(f"{units}.{cents:02d}")


@pytest.mark.parametrize("name", ["Mag 6 Inputs", "MAG6", "MAG6 Inputs", "mag 06 input", "Mag_6-Inputs"])
def test_every_spelling_of_a_deal_sheet_is_the_deal(name: str) -> None:
    assert deal_of_sheet(name) == "MAG6"


@pytest.mark.parametrize("name", ["HYPO-Mag 17-Output", "Deal Assets-Mag 16", "Magnolia", "Mag Inputs", "Mag 0 Inputs"])
def test_other_sheets_are_no_deal_sheets(name: str) -> None:
    assert deal_of_sheet(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Country ", "COUNTRY"),
        ("Moody’s Rating-21", "Moody's Rating"),
        ("Moody Facility Rating", "Moody's Facility Rating"),
        ("Moody?s Industry", "Moody's Industry"),
        ("Moody's Recovery rate", "Moody's Recovery Rate-23"),
        ("Cov-Lite", "COV LITE"),
        ("S&P Rating", "s&p rating"),
    ],
)
def test_spellings_of_one_label_have_one_normal_form(one: str, other: str) -> None:
    assert label_key(one) == label_key(other)


def test_labels_that_mean_different_things_stay_apart() -> None:
    keys = [
        label_key(t) for t in ("Post Reinvestment", "Post Reinvestment%", "Moody's Rating WARF", "Moody's Rating-21")
    ]
    assert len(set(keys)) == 4


def test_free_labels_become_names() -> None:
    assert slug("A Liquidation Price") == "a_liquidation_price"
    assert slug("S&P's Rating") == "sp_rating"
