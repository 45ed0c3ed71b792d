"""How a delimited file becomes rows, quarantined rows and notes: one planted file per rule.

Source: input-contracts 1.2 (headers, rows), 1.3 (values), 1.4 (quarantine), 5.2 to 5.4 (layouts).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.column import Lists
from ingestion.contracts import arrow_schema, raw_tables
from ingestion.delimited import decode, read_grid
from ingestion.extract import Extract, FileRejected
from ingestion.fields import LayoutField
from ingestion.json_records import find_json_layouts, grid_of_records
from ingestion.layouts import find_layouts
from ingestion.tabular import read_delimited, read_units
from ingestion.units import Source, Units
from ingestion.values import clean, read_column

RATES = "index_id,rate_date,tenor,rate,source,is_official"
GOOD = "SOFR,2024-03-28,,0.0534,FED,TRUE"


def read(text: str, mode: str = "delta") -> Extract:
    text = decode(text.encode(), "f.csv")
    (found,) = find_layouts(text)
    return read_delimited(text, found, Source("f.csv", "_shared", "main", mode))


def rows(extract: Extract) -> list[dict[str, Any]]:
    (table,) = extract.tables.values()
    return table.to_pylist()


def rate_rows(*lines: str) -> Extract:
    return read("\n".join((RATES, *lines)) + "\n")


def codes(extract: Extract) -> list[tuple[int, str | None, str]]:
    return [(row.row, row.column, row.reason_code) for row in extract.rejected]


def counts(extract: Extract) -> tuple[int, int, int, int, int]:
    (count,) = extract.row_counts
    return (
        count.rows_in_range,
        count.rows_staged,
        count.rows_quarantined,
        count.rows_comment,
        count.rows_blank,
    )


# --- where every line goes ---


def test_comments_blanks_bad_and_good_rows_make_up_the_range_and_keep_their_line_numbers() -> None:
    extract = read(
        f"made by hand\n{RATES}\n{GOOD}\n# a note, with commas\n\n , ,,\nSOFR,2024-03-29,,x,,\n  #,,\nSOFR,2024-04-01,,0.05"
    )
    assert [row["_row"] for row in rows(extract)] == [3, 9]
    assert codes(extract) == [(7, "D", "BAD_TYPE")]
    assert counts(extract) == (7, 2, 1, 2, 2)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_count_alike(end: str) -> None:
    extract = read(end.join((RATES, GOOD, "", "SOFR,2024-03-29,,0.05,,")))
    assert [row["_row"] for row in rows(extract)] == [2, 4]


def test_a_short_line_is_filled_up_and_a_long_one_is_quarantined_whole() -> None:
    extract = rate_rows("SOFR,2024-03-28,,0.0534", "SOFR,2024-03-29,,5,31,FED,TRUE", "SOFR,2024-04-01,,0.05,FED,TRUE,,")
    assert [row["_row"] for row in rows(extract)] == [2, 4]
    (row,) = extract.rejected
    assert (row.reason_code, row.column) == ("BAD_TYPE", None)
    assert row.message == (
        "f.csv, line 3: a row must be of at most 6 cells, as the header is, found 7 cells (BAD_TYPE)"
    )
    assert row.payload == {"A": "SOFR", "B": "2024-03-29", "D": "5", "E": "31", "F": "FED", "G": "TRUE"}


def test_quoted_values_may_hold_delimiters_quotes_and_line_ends() -> None:
    text = 'calendar,holiday_date,name\nUS,2024-07-04,"Day, ""Independence"""\nUS,2024-12-25,"a\nb"\nUS,2024-12-26,c\n'
    extract = read(text)
    assert [(row["holiday_name"], row["_row"]) for row in rows(extract)] == [('Day, "Independence"', 2), ("c", 5)]
    assert codes(extract) == [(3, "C", "CONTROL_CHARACTER")]
    assert counts(extract) == (3, 2, 1, 0, 0)


@pytest.mark.parametrize("cell", ['"open', '"a"b'])
def test_a_quotation_mark_that_is_not_closed_refuses_the_file(cell: str) -> None:
    with pytest.raises(FileRejected) as caught:
        read(f"calendar,holiday_date,name\nUS,2024-07-04,x\nUS,2024-12-25,{cell}\n")
    assert caught.value.code == "BAD_QUOTING"
    assert "line 3" in caught.value.message


def test_two_headers_of_one_normal_form_refuse_the_file() -> None:
    with pytest.raises(FileRejected) as caught:
        read("calendar,holiday_date,name,Holiday Date\nUS,2024-07-04,x,2024-07-05\n")
    assert caught.value.code == "DUPLICATE_HEADER"
    assert "'holiday_date' and 'Holiday Date'" in caught.value.message


def test_a_file_with_a_header_and_no_rows_says_nothing() -> None:
    extract = read(RATES + "\n")
    assert (rows(extract), counts(extract), extract.as_of) == ([], (0, 0, 0, 0, 0), None)


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters='"\r\n\0,', exclude_categories=["Cs", "Cc", "Z"]), max_size=4
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8))
def test_text_without_quotation_marks_is_cut_as_a_reader_of_rfc_4180_cuts_it(lines: list[list[str]]) -> None:
    """The same cells quoted go through the other reader; both must agree on every cell, line and count."""
    body = [["a", "b", "c"], *lines]
    plain = "\n".join(",".join(line) for line in body) + "\n"
    quoted = io.StringIO()
    csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(body)
    one = read_grid(plain, ",", 1, "f.csv")
    other = read_grid(quoted.getvalue(), ",", 1, "f.csv")
    assert one.lines.equals(other.lines)
    assert [c.to_pylist() for c in one.columns] == [c.to_pylist() for c in other.columns]
    assert one.long_lines == other.long_lines
    assert (one.lines_in_range, one.lines_comment, one.lines_blank) == (
        other.lines_in_range,
        other.lines_comment,
        other.lines_blank,
    )
    assert one.lines_in_range == len(lines)
    assert one.lines_in_range == len(one.lines) + len(one.long_lines) + one.lines_comment + one.lines_blank


# --- values ---


def value(text: str, **field: Any) -> Any:
    """The value of one text, or the code that refuses it."""
    layout_field = LayoutField(**field)
    cleaned, _ = clean(pa.array([text]), layout_field)
    column = read_column(cleaned, layout_field, Lists(frozenset({"EUR", "USD"})))
    return column.faults[0].code if column.faults else column.values[0].as_py()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.08", Decimal("0.08")),
        ("8%", Decimal("0.08")),
        ("8 %", Decimal("0.08")),
        (" +.5 ", Decimal("0.5")),
        ("-1.", Decimal("-1")),
        ("5e-2", Decimal("0.05")),
        ("0.123456789012", Decimal("0.123456789012")),
        ("0.1234567890120", Decimal("0.123456789012")),
        ("999999.999999999999", Decimal("999999.999999999999")),
        ("", None),
        ("N/A", None),
        ("NULL", None),
        ("NA", None),
        ("0.1234567890123", "PRECISION_EXCEEDED"),
        ("1e-13", "PRECISION_EXCEEDED"),
        ("1e-9999", "PRECISION_EXCEEDED"),
        ("1000000", "OUT_OF_RANGE"),
        ("1e9999", "OUT_OF_RANGE"),
        ("NaN", "NOT_FINITE"),
        ("-inf", "NOT_FINITE"),
        ("#DIV/0!", "CELL_ERROR"),
        ("1,000", "BAD_TYPE"),
        ("(1.0)", "BAD_TYPE"),
        ("$1", "BAD_TYPE"),
        ("1_0", "BAD_TYPE"),
        ("١", "BAD_TYPE"),
        ("--1", "BAD_TYPE"),
    ],
)
def test_a_rate_is_an_exact_number_in_one_of_the_accepted_forms(text: str, expected: object) -> None:
    assert value(text, type="rate") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5.31", "0.0531"), ("5.31%", "0.0531"), ("1.2345678901", "0.012345678901"), ("5.31e0", "0.0531")],
)
def test_percent_becomes_a_fraction_exactly(text: str, expected: str) -> None:
    assert value(text, type="rate", is_percent=True) == Decimal(expected)


@given(st.decimals(-999999, 999999, places=10, allow_nan=False))
def test_a_percent_column_is_the_number_divided_by_a_hundred_digit_for_digit(number: Decimal) -> None:
    assert value(f"{number:f}", type="rate", is_percent=True) == number.scaleb(-2)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("1e-12"), max_value=Decimal("1e25"), places=12)
)
def test_a_quote_keeps_every_digit_whether_plain_or_with_an_exponent(number: Decimal) -> None:
    assert value(f"{number:f}", type="fx") == number
    assert value(f"{number:e}", type="fx") == number


@pytest.mark.parametrize("text", ["0", "-1", "0.000000000000"])
def test_a_quote_or_a_level_is_above_zero(text: str) -> None:
    assert value(text, type="fx") == value(text, type="px") == "OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2024-02-29", "iso", dt.date(2024, 2, 29)),
        ("02/29/2024", "us", dt.date(2024, 2, 29)),
        ("20240229", "compact", dt.date(2024, 2, 29)),
        ("2200-12-31", "iso", dt.date(2200, 12, 31)),
        ("2023-02-29", "iso", "BAD_DATE"),
        ("29/02/2024", "us", "BAD_DATE"),
        ("01/02/2024", "iso", "BAD_DATE"),
        ("2024-2-9", "iso", "BAD_DATE"),
        ("2024-02-29T00:00:00", "iso", "BAD_DATE"),
        ("45351", "iso", "BAD_DATE"),
        ("0", "iso", "BAD_DATE"),
        ("1899-12-31", "iso", "BAD_DATE"),
        ("2201-01-01", "iso", "BAD_DATE"),
    ],
)
def test_a_day_has_exactly_the_form_of_its_column(text: str, form: str, expected: object) -> None:
    assert value(text, type="day", date_format=form) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-28T16:00:00Z", dt.datetime(2024, 3, 28, 16)),
        ("2024-03-28T16:00:00.25+01:00", dt.datetime(2024, 3, 28, 15, 0, 0, 250_000)),
        ("2024-03-28 16:00-0500", dt.datetime(2024, 3, 28, 21)),
        ("2024-03-28", dt.datetime(2024, 3, 28)),
        ("2024-03-28T16:00:00", "BAD_DATE"),
        ("2024-03-28T25:00:00Z", "BAD_DATE"),
        ("1711641600", "BAD_DATE"),
    ],
)
def test_an_instant_is_utc_and_states_its_zone(text: str, expected: object) -> None:
    assert value(text, type="instant") == expected


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ({"type": "id"}, "a.B_9:/-", "a.B_9:/-"),
        ({"type": "id"}, "NA", "NA"),
        ({"type": "id"}, "a b", "BAD_TYPE"),
        ({"type": "id"}, "a" * 65, "TOO_LONG"),
        ({"type": "s"}, "NA", "NA"),
        ({"type": "s"}, "e\u0301", "é"),
        ({"type": "s"}, "a" * 256, "TOO_LONG"),
        ({"type": "s"}, "a\tb", "CONTROL_CHARACTER"),
        ({"type": "ccy"}, "usd", "USD"),
        ({"type": "ccy"}, "XXQ", "CURRENCY_UNKNOWN"),
        ({"type": "code", "codes": ("NET_RETURN",)}, "net-return", "NET_RETURN"),
        ({"type": "code", "codes": ("TOTAL",)}, "gross", "BAD_ENUM"),
        ({"type": "yn"}, "Yes", True),
        ({"type": "yn"}, "0", False),
        ({"type": "yn"}, "maybe", "BAD_TYPE"),
    ],
)
def test_ids_texts_currencies_codes_and_flags(field: dict[str, Any], text: str, expected: object) -> None:
    assert value(text, **field) == expected


# --- quarantine ---


def test_the_message_names_file_line_column_what_was_expected_and_what_was_found() -> None:
    (row,) = rate_rows(GOOD, "SOFR,28/03/2024,,0.05,,").rejected
    assert row.message == (
        "f.csv, line 3, column 'rate_date': rate date must be a day as YYYY-MM-DD, year 1900 to 2200, "
        "found '28/03/2024' (BAD_DATE)"
    )
    assert row.payload == {"A": "SOFR", "B": "28/03/2024", "D": "0.05"}


def test_every_breach_of_a_row_is_one_line_and_the_row_counts_once() -> None:
    extract = rate_rows("S OFR,never,,x,,perhaps")
    assert codes(extract) == [(2, "A", "BAD_TYPE"), (2, "F", "BAD_TYPE"), (2, "D", "BAD_TYPE"), (2, "B", "BAD_DATE")]
    assert counts(extract) == (1, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("line", "column"), [(",2024-03-28,,0.05,,", "A"), ("SOFR,,,0.05,,", "B"), ("SOFR,2024-03-28,,N/A,,", "D")]
)
def test_a_required_value_that_is_empty_is_missing(line: str, column: str) -> None:
    extract = rate_rows(GOOD, line)
    assert codes(extract) == [(3, column, "MISSING_VALUE")]
    assert extract.rejected[0].message.endswith("must be filled, found nothing (MISSING_VALUE)")


def test_a_message_repeats_no_more_of_a_text_than_a_person_can_read() -> None:
    (row,) = rate_rows(f"SOFR,2024-03-28,,{'9x' * 5_000},,").rejected
    assert len(row.message) < 250
    assert len(row.payload["D"]) == 10_000


def test_a_repeated_row_is_kept_once() -> None:
    extract = rate_rows(GOOD, "SOFR,2024-03-28,,0.05340,FED,yes")
    assert [row["_row"] for row in rows(extract)] == [2]
    assert codes(extract) == [(3, None, "DUPLICATE_ROW")]
    assert "the row of line 2 again" in extract.rejected[0].message


def test_rows_with_one_key_and_other_content_are_all_quarantined() -> None:
    extract = rate_rows(
        "SOFR,2024-03-27,,0.05,FED,", GOOD, GOOD, "SOFR,2024-03-28,,0.0535,FED,TRUE", "SOFR,2024-03-28,1M,0.05,FED,"
    )
    assert [row["_row"] for row in rows(extract)] == [2, 6]
    assert codes(extract) == [(3, None, "DUPLICATE_KEY"), (4, None, "DUPLICATE_KEY"), (5, None, "DUPLICATE_KEY")]
    assert "several for (SOFR, 2024-03-28, None, FED) from line 3 on" in extract.rejected[0].message


def test_a_good_row_is_not_chosen_over_a_bad_one_with_its_key() -> None:
    assert codes(rate_rows(GOOD, "SOFR,2024-03-28,,x,FED,TRUE")) == [
        (2, None, "DUPLICATE_KEY"),
        (3, None, "DUPLICATE_KEY"),
        (3, "D", "BAD_TYPE"),
    ]


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 3), st.integers(1, 2)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_which_keys_are_taken_does_not_depend_on_the_order_of_rows(
    stated: list[tuple[str, int, int]], random: Any
) -> None:
    """Plain reference: a key is taken exactly when all rows that state it agree; each taken key gives one row."""
    lines = [f"{index},2024-01-{day:02d},,0.0{rate},X," for index, day, rate in stated]
    random.shuffle(lines)
    contents: dict[tuple[str, int], set[int]] = {}
    for index, day, rate in stated:
        contents.setdefault((index, day), set()).add(rate)
    expected = {(index, day): rates for (index, day), rates in contents.items() if len(rates) == 1}
    extract = rate_rows(*lines)
    taken = {(row["index_id"], row["rate_date"].day): {int(row["rate"] * 100)} for row in rows(extract)}
    assert taken == expected
    in_range, staged, quarantined, comments, blanks = counts(extract)
    assert in_range == len(stated) == staged + quarantined + comments + blanks


def test_a_row_of_another_organisation_is_quarantined() -> None:
    text = f"{RATES},organization_id\n{GOOD},acme\nSOFR,2024-03-29,,0.05,,,_shared\nSOFR,2024-04-01,,0.05,,,\n"
    extract = read(text)
    assert codes(extract) == [(2, "G", "TENANT_MISMATCH")]
    assert counts(extract)[:3] == (3, 2, 1)


def test_a_delete_needs_its_key_only_and_only_a_delta_may_delete() -> None:
    text = f"{RATES},row_action\nSOFR,2024-03-28,,,FED,,Delete\n{GOOD.replace('28', '29')},\n"
    assert [(row["row_action"], row["rate"]) for row in rows(read(text))] == [
        ("delete", None),
        ("upsert", Decimal("0.0534")),
    ]
    assert codes(read(text, mode="full")) == [(2, "G", "BAD_ENUM")]
    assert codes(read(text.replace("Delete", "remove"))) == [(2, "D", "MISSING_VALUE"), (2, "G", "BAD_ENUM")]


# --- notes ---


def test_notes_say_what_was_done_to_values_that_are_kept() -> None:
    text = "base_currency,quote_currency,as_of,rate,source,bid\n EUR,USD,2024-03-28,1.08,,1\nEUR,USD,2024-03-29T16:00:00Z,1.08,,\n"
    extract = read(text)
    assert [(finding.code, finding.column) for finding in extract.findings] == [
        ("EXTRA_COLUMN", "F"),
        ("TRIMMED", "A"),
        ("ZONE_ASSUMED", "C"),
        ("DEFAULT_APPLIED", "E"),
    ]
    assert extract.findings[0].message == (
        "f.csv, line 1, column 'bid': expected the columns of layout long only, found 'bid' too, which is not read "
        "(EXTRA_COLUMN)"
    )
    assert "1 without, read as UTC" in extract.findings[2].message
    assert [row["source"] for row in rows(extract)] == ["main", "main"]
    assert not extract.rejected


# --- layouts ---


def test_a_wide_file_gives_one_row_per_quote_and_none_for_a_day_without() -> None:
    extract = read(
        "Date,USD,XYZ,JPY,\n2024-03-28,1.0811,7,N/A,\n2024-03-27,1.0816,,163.52,\nsoon,1,2,3,\n2024-03-26,zero,,163,\n"
    )
    assert [
        (row["quote_currency"], row["rate_date"].day, row["rate"], row["_row"], row["_column"]) for row in rows(extract)
    ] == [
        ("USD", 28, Decimal("1.0811"), 2, 2),
        ("USD", 27, Decimal("1.0816"), 3, 2),
        ("JPY", 27, Decimal("163.52"), 3, 4),
        ("JPY", 26, Decimal("163"), 5, 4),
    ]
    first = rows(extract)[0]
    assert (first["base_currency"], first["source"], first["as_of"]) == ("EUR", "ECB", dt.datetime(2024, 3, 28))
    # The bad day is one breach of its line although three quotes hang on it; the currency unknown is another.
    assert codes(extract) == [
        (2, "C", "CURRENCY_UNKNOWN"),
        (4, "A", "BAD_DATE"),
        (4, "C", "CURRENCY_UNKNOWN"),
        (5, "B", "BAD_TYPE"),
    ]
    # 4 lines x 3 currencies: 4 staged; 1 + 3 + 1 quarantined; 1 + 1 + 1 without a quote.
    assert counts(extract) == (12, 4, 5, 0, 3)
    assert extract.as_of == dt.date(2024, 3, 28)


def test_a_line_of_the_wide_file_given_twice_is_quarantined_quote_by_quote() -> None:
    extract = read("Date,USD,JPY,\n2024-03-28,1.08,163,\n2024-03-28,1.09,163,\n")
    assert [(row["quote_currency"], row["_row"]) for row in rows(extract)] == [("JPY", 2)]
    assert codes(extract) == [(2, "B", "DUPLICATE_KEY"), (3, "B", "DUPLICATE_KEY"), (3, "C", "DUPLICATE_ROW")]


def test_quotes_may_come_as_json_and_keep_the_place_of_their_object() -> None:
    document = json.loads(
        '{"source": "desk", "rates": [{"base_currency": "EUR", "quote_currency": "USD", "as_of": "2024-03-28T16:00:00Z",'
        ' "rate": 1.0811}, {"base_currency": "EUR", "quote_currency": "JPY", "as_of": "2024-03-28T16:00:00Z",'
        ' "rate": "x", "source": "other"}]}',
        parse_float=str,
    )
    (found,) = find_json_layouts(document)
    source = Source("f.json", "_shared", "main", "delta")
    extract = read_units(Units(grid_of_records(document, "f.json", found.layout), found, source))
    (row,) = rows(extract)
    assert (row["rate"], row["source"], row["rate_date"], row["_row"]) == (
        Decimal("1.0811"),
        "desk",
        dt.date(2024, 3, 28),
        1,
    )
    assert extract.rejected[0].message.startswith("f.json, object 2, column 'rate': rate must be a number")
    with pytest.raises(FileRejected) as caught:
        grid_of_records([{"rate": {"bid": "1"}}], "f.json", found.layout)
    assert caught.value.code == "BAD_JSON_SHAPE"


@pytest.mark.parametrize(
    ("text", "line_without_row"),
    [("DATE,USD3MTD156N\n2019-10-17,1.96588\n2019-10-16,.\n", 3)],
)
def test_a_point_alone_states_no_fixing(text: str, line_without_row: int) -> None:
    extract = read(text)
    (row,) = rows(extract)
    assert (row["index_id"], row["tenor"], row["rate"]) == ("USD-LIBOR", "3M", Decimal("0.0196588"))
    assert line_without_row not in [r["_row"] for r in rows(extract)]
    assert counts(extract) == (2, 1, 0, 0, 1)


def test_a_line_that_states_nothing_still_dates_the_file_and_a_bad_one_does_not() -> None:
    extract = read("DATE,USD3MTD156N\n2019-10-17,1.96588\n2019-10-18,.\n2019-10-21,x\n")
    assert extract.as_of == dt.date(2019, 10, 18)


def test_share_prices_in_nearly_the_columns_of_a_fixing_are_not_taken_for_one() -> None:
    assert find_layouts("Date,Open,High,Low,Close,Adj Close,Volume\n2024-03-28,1,1,1,1,1,9\n") == []


# --- plausibility ---


def test_prices_under_the_name_of_an_index_refuse_the_file() -> None:
    with pytest.raises(FileRejected) as caught:
        read(
            "DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\n20240327,100.4,100.4,100.4,100.41,9\n20240328,100.4,100.4,100.4,100.42,9\n"
        )
    assert caught.value.code == "OUT_OF_RANGE"
    assert "rate must be -0.05 to 0.3 as a fraction" in caught.value.message
    assert "found 2 of 2 rows outside, the first with 1.0041 in line 2" in caught.value.message
    assert "ticker" in caught.value.message


def test_percent_in_a_column_of_fractions_refuses_the_file_although_some_rows_would_pass() -> None:
    lines = [f"SOFR,2021-03-{day:02d},,0.05,,TRUE" for day in range(1, 21)]
    lines += [f"SOFR,2024-03-{day:02d},,5.31,,TRUE" for day in range(1, 6)]
    with pytest.raises(FileRejected) as caught:
        rate_rows(*lines)
    assert "found 5 of 25 rows outside" in caught.value.message


@pytest.mark.parametrize("rate", ["0.300000000001", "-0.050000000001"])
def test_a_single_rate_outside_is_quarantined_and_the_bounds_belong_to_the_range(rate: str) -> None:
    extract = rate_rows(GOOD, "A,2024-03-28,,-0.05,,", "B,2024-03-28,,0.3,,", f"C,2024-03-28,,{rate},,")
    assert codes(extract) == [(5, "D", "OUT_OF_RANGE")]


# --- proxies ---


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SOFR,2018-04-02,,0.0175,FED,TRUE", False),
        ("sofr,2018-04-02,,0.0175,FED,", False),
        ("SOFR,2018-04-03,,0.0183,FED,", True),
        ("SOFR,2018-04-03,,0.0183,FED,FALSE", False),
        ("ESTR,2015-04-03,,0.0183,ECB,", None),
        ("ESTR,2015-04-03,,0.0183,ECB,TRUE", True),
    ],
)
def test_sofr_before_its_first_official_day_is_a_proxy_whatever_the_file_says(line: str, expected: bool | None) -> None:
    (row,) = rows(rate_rows(line))
    assert row["is_official"] is expected


# --- shape ---


@pytest.mark.parametrize(
    "text",
    [
        f"{RATES}\n{GOOD}\n",
        "Date,USD,\n2024-03-28,1.08,\n",
        "index_id,level_date,level,currency,return_type\nX,2024-03-28,1,USD,PRICE\n",
        "calendar,holiday_date\nUS,2024-07-04\n",
        "calendar,holiday_date\n",
    ],
)
def test_a_table_has_the_schema_of_its_contract(text: str) -> None:
    for name, table in read(text).tables.items():
        assert table.schema == arrow_schema(raw_tables()[name])
        assert set(table.column("_sheet").to_pylist()) <= {""}
