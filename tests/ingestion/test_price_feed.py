"""Price feeds in their four shapes: what names an instrument, exact prices, stale rounds. Source: input-contracts 5.1."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.content import Content
from ingestion.extract import Extract, Severity
from ingestion.json_records import find_json_layouts, grid_of_records
from ingestion.registers import register_of
from ingestion.strict_json import strict_json
from ingestion.tabular import read_units
from ingestion.units import Register, Source, Units
from tests.ingestion.feed_files import breaches, notes, read_feed, rows

# ISIN and CUSIP of a large listed company, as its exchange prints them.
ISIN, CUSIP = "US0378331005", "037833100"
INSTRUMENTS = {
    "nav_instruments": Register(
        frozenset({"EQ-1", "EQ-2", "TK-1"}),
        {
            "isin": {ISIN: ("EQ-1",)},
            "cusip": {CUSIP: ("EQ-1",)},
            "ticker": {"ONE": ("EQ-1",), "TWIN": ("EQ-1", "EQ-2")},
        },
    )
}
HEADER = "instrument_id,isin,cusip,ticker,price_type,as_of,source,price,currency"


def csv(tmp_path: Path, *lines: str, header: str = HEADER) -> Extract:
    return read_feed(tmp_path, "\n".join((header, *lines)) + "\n", INSTRUMENTS)[1]


def read_json(text: str) -> Extract:
    """The extract of a JSON price feed, without the file around it."""
    document = strict_json(text)
    (found,) = find_json_layouts(document)
    grid = grid_of_records(document, "f.json", found.layout)
    source = Source(Content("f.json").name, "_shared", "vendor-a", "delta")
    return read_units(Units(grid, found, source, registers=INSTRUMENTS))


def rounds(*entries: dict[str, Any], decimals: int = 8, pair: str = "TOK / USD", **beside: Any) -> Extract:
    document = {"source": "oracle", "pair": pair, "instrument_id": "TK-1", "decimals": decimals, "rounds": entries}
    return read_json(json.dumps(document | beside))


def a_round(number: int, answer: Any, **values: Any) -> dict[str, Any]:
    # 1711641600 s = 2024-03-28 16:00:00 UTC, by the calendar: 19,810 days and 16 hours since 1970.
    return {"roundId": number, "answer": answer, "startedAt": 1711641590, "updatedAt": 1711641600} | values


# --- what names an instrument ---


@pytest.mark.parametrize("named", ["EQ-1,,,", f",{ISIN},,", f",{ISIN.lower()},,", f",,{CUSIP},", ",,,ONE", ",,,one"])
def test_an_instrument_is_named_by_its_id_or_by_one_identifier(tmp_path: Path, named: str) -> None:
    extract = csv(tmp_path, f"{named},CLOSE,2024-03-28T16:00:00Z,desk,10.5,USD")
    assert extract.rejected == ()
    (row,) = rows(extract)
    assert (row["instrument_id"], row["price"], row["_row"]) == ("EQ-1", Decimal("10.5"), 2)


@pytest.mark.parametrize(
    ("named", "column", "code"),
    [
        ("GHOST,,,", "A", "ORPHAN_KEY"),
        (",DE0000000009,,", "B", "ORPHAN_KEY"),
        (",,037833109,", "C", "ORPHAN_KEY"),
        (",,,GHOST", "D", "ORPHAN_KEY"),
        (",,,", None, "EXCLUSIVE_FIELDS"),
        (f"EQ-1,{ISIN},,", None, "EXCLUSIVE_FIELDS"),
    ],
)
def test_a_price_of_nothing_known_is_quarantined(tmp_path: Path, named: str, column: str | None, code: str) -> None:
    extract = csv(tmp_path, f"{named},CLOSE,2024-03-28T16:00:00Z,desk,10.5,USD")
    assert breaches(extract) == [(2, column, code)]
    assert rows(extract) == []


def test_a_ticker_that_two_instruments_share_names_none_and_says_which_have_it(tmp_path: Path) -> None:
    extract = csv(tmp_path, ",,,TWIN,CLOSE,2024-03-28T16:00:00Z,desk,10.5,USD")
    (breach,) = extract.rejected
    assert breach.reason_code == "ORPHAN_KEY"
    assert "only one" in breach.message
    assert "'TWIN', which 2 have: EQ-1, EQ-2" in breach.message


def test_an_identifier_with_a_wrong_check_digit_is_noted_and_matches_nothing(tmp_path: Path) -> None:
    extract = csv(tmp_path, ",US0378331006,,,CLOSE,2024-03-28T16:00:00Z,desk,10.5,USD")
    assert breaches(extract) == [(2, "B", "ORPHAN_KEY")]
    assert "check digit" in extract.rejected[0].message
    assert notes(extract) == ["BAD_IDENTIFIER"]


def test_rows_that_name_nothing_known_do_not_contradict_each_other(tmp_path: Path) -> None:
    lines = [f",,,GHOST{n},CLOSE,2024-03-28T16:00:00Z,desk,{n},USD" for n in (1, 2)]
    assert breaches(csv(tmp_path, *lines)) == [(2, "D", "ORPHAN_KEY"), (3, "D", "ORPHAN_KEY")]


def test_a_price_of_a_forgotten_instrument_may_be_deleted(tmp_path: Path) -> None:
    line = "GHOST,,,,CLOSE,2024-03-28T16:00:00Z,desk,,,delete"
    assert [r["row_action"] for r in rows(csv(tmp_path, line, header=f"{HEADER},row_action"))] == ["delete"]


def test_the_own_organisation_goes_before_the_shared_one_and_bad_digits_are_left_out() -> None:
    own = [("EQ-1", ISIN, "ONE"), ("EQ-2", "US0378331006", "TWO")]
    shared = [("S-1", ISIN, "TWO"), ("S-2", None, "THREE")]
    register = register_of([own, shared], ("isin", "ticker"))
    assert register.keys == {"EQ-1", "EQ-2", "S-1", "S-2"}
    assert register.by_identifier["isin"] == {ISIN: ("EQ-1",)}
    assert register.by_identifier["ticker"] == {"ONE": ("EQ-1",), "TWO": ("EQ-2",), "THREE": ("S-2",)}


# --- rows of the delimited and the canonical shape ---


def test_a_price_without_type_and_source_is_the_close_of_its_feed(tmp_path: Path) -> None:
    feed, extract = read_feed(
        tmp_path, "instrument_id,as_of,price,currency\nEQ-1,2024-03-28T18:00:00+02:00,10.5,GBX\n", INSTRUMENTS
    )
    (row,) = rows(extract)
    assert (row["price_type"], row["source"], row["currency"]) == ("CLOSE", "main", "GBX")
    assert (row["as_of"], row["price_date"]) == (dt.datetime(2024, 3, 28, 16), dt.date(2024, 3, 28))
    assert (feed.kind, feed.mode, feed.organization_id) == ("price_feed", "delta", "_shared")
    assert feed.as_of == dt.date(2024, 3, 28)
    assert "DEFAULT_APPLIED" in notes(extract)


@pytest.mark.parametrize(("price", "code"), [("0", "OUT_OF_RANGE"), ("-1", "OUT_OF_RANGE"), ("1,5", "BAD_TYPE")])
def test_a_price_is_a_number_above_zero(tmp_path: Path, price: str, code: str) -> None:
    assert breaches(csv(tmp_path, f'EQ-1,,,,CLOSE,2024-03-28T16:00:00Z,desk,"{price}",USD')) == [(2, "H", code)]


def test_a_price_stated_twice_is_kept_once_and_contradictory_ones_not_at_all(tmp_path: Path) -> None:
    line = "EQ-1,,,,CLOSE,2024-03-28T16:00:00Z,desk,10.5,USD"
    other = "EQ-2,,,,CLOSE,2024-03-28T16:00:00Z,desk,{},{}"
    extract = csv(tmp_path, line, line, other.format("7", "USD"), other.format("7", "EUR"))
    assert [(row["instrument_id"], row["_row"]) for row in rows(extract)] == [("EQ-1", 2)]
    # The currency is no part of the key of a delimited price: which of the two is right, nobody knows.
    assert breaches(extract) == [(3, None, "DUPLICATE_ROW"), (4, None, "DUPLICATE_KEY"), (5, None, "DUPLICATE_KEY")]


def test_a_file_without_any_column_that_names_instruments_is_no_price_feed(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="instrument_id or isin or cusip or ticker"):
        read_feed(tmp_path, "as_of,price,currency\n2024-03-28,1,USD\n", INSTRUMENTS)


def test_a_canonical_price_keeps_every_digit_of_its_json_number() -> None:
    # 0.1 + 0.2 as binary floats print; a float would read 12345678901234567.891 as ...568.
    text = (
        '{"source": "vendor", "prices": [{"instrument_id": "EQ-1", "price_type": "mid", "as_of": "2024-03-28T16:00:00Z",'
        ' "price": 12345678901234567.891, "currency": "USD", "confidence": 0.30000000001, "sample_count": 7}]}'
    )
    (row,) = rows(read_json(text))
    assert (row["price"], row["confidence"]) == (Decimal("12345678901234567.891"), Decimal("0.30000000001"))
    assert (row["source"], row["price_type"], row["sample_count"], row["_row"]) == ("vendor", "MID", 7, 1)


def test_an_object_that_lacks_a_field_is_quarantined_by_its_place_and_the_others_are_kept() -> None:
    good = {"instrument_id": "EQ-1", "as_of": "2024-03-28T16:00:00Z", "price": 1, "currency": "USD"}
    lacking = {key: value for key, value in good.items() if key != "price"} | {"instrument_id": "EQ-2"}
    extract = read_json(json.dumps({"source": "v", "prices": [lacking, good]}))
    assert [row["_row"] for row in rows(extract)] == [2]
    assert "object 1" in extract.rejected[0].message
    assert extract.rejected[0].reason_code == "MISSING_VALUE"


def test_a_feed_may_have_nothing_to_say() -> None:
    assert rows(read_json('{"source": "v", "prices": []}')) == []


# --- rounds ---


def test_a_round_is_its_answer_moved_by_its_decimals_in_the_second_currency_of_the_pair() -> None:
    extract = rounds(a_round(18446744073709562301, 312345678901, answeredInRound=18446744073709562301))
    assert extract.findings == ()
    (row,) = rows(extract)
    assert (row["price"], row["currency"]) == (Decimal("3123.45678901"), "USD")  # 312345678901 / 10^8
    assert (row["round_id"], row["is_stale_round"]) == ("18446744073709562301", False)
    assert row["as_of"] == dt.datetime(2024, 3, 28, 16)
    assert row["started_at"] == dt.datetime(2024, 3, 28, 15, 59, 50)
    assert (row["answer"], row["answer_decimals"], row["pair"]) == (Decimal(312345678901), 8, "TOK / USD")


def test_a_round_answered_in_an_earlier_one_is_kept_with_a_warning_that_names_it() -> None:
    extract = rounds(a_round(7, 100, answeredInRound=7), a_round(8, 100, answeredInRound=7))
    assert [row["is_stale_round"] for row in rows(extract)] == [False, True]
    (finding,) = extract.findings
    assert (finding.code, finding.severity, finding.row) == ("STALE_ROUND", Severity.WARNING, 2)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"answer": 0}, "OUT_OF_RANGE"),
        ({"answer": -5}, "OUT_OF_RANGE"),
        ({"answer": 1.5}, "PRECISION_EXCEEDED"),
        ({"updatedAt": 0}, "BAD_DATE"),  # an incomplete round
        ({"updatedAt": 1711641600000}, "BAD_DATE"),  # milliseconds
        ({"updatedAt": "2024-03-28T16:00:00Z"}, "BAD_DATE"),
        ({"roundId": None}, "MISSING_VALUE"),
        ({"answer": 10**38}, "OUT_OF_RANGE"),
    ],
)
def test_a_wrong_round_is_quarantined_and_the_one_beside_it_kept(changed: dict[str, Any], code: str) -> None:
    extract = rounds(a_round(1, 100) | changed, a_round(2, 100))
    assert {(b.row, b.reason_code) for b in extract.rejected} == {(1, code)}
    assert [row["round_id"] for row in rows(extract)] == ["2"]


@pytest.mark.parametrize(
    ("pair", "code"),
    [("TOK", "BAD_TYPE"), ("TOK / ", "BAD_TYPE"), ("A/B/USD", "BAD_TYPE"), ("A / ETH", "CURRENCY_UNKNOWN")],
)
def test_a_pair_names_the_currency_of_its_prices(pair: str, code: str) -> None:
    assert [b.reason_code for b in rounds(a_round(1, 100), pair=pair).rejected] == [code]


def test_a_round_is_known_by_its_number_not_by_its_time() -> None:
    same_time = rounds(a_round(1, 100), a_round(2, 101))
    assert [row["price"] for row in rows(same_time)] == [Decimal("0.000001"), Decimal("0.00000101")]
    same_number = rounds(a_round(1, 100), a_round(1, 101, updatedAt=1711641700))
    assert {b.reason_code for b in same_number.rejected} == {"DUPLICATE_KEY"}


@given(answer=st.integers(1, 10**26 - 1), decimals=st.integers(0, 12))
def test_the_price_of_a_round_is_exact_whatever_its_digits(answer: int, decimals: int) -> None:
    (row,) = rows(rounds(a_round(1, answer), decimals=decimals))
    assert Fraction(row["price"]) == Fraction(answer, 10**decimals)


@given(answer=st.integers(1, 10**37), decimals=st.integers(0, 40))
def test_a_round_that_its_column_cannot_hold_exactly_is_refused_never_rounded(answer: int, decimals: int) -> None:
    extract = rounds(a_round(1, answer), decimals=decimals)
    price = Fraction(answer, 10**decimals)
    # DECIMAL(38,12): at most 26 digits before the point and 12 after it (input-contracts 2.1).
    if price >= 10**26:
        assert [b.reason_code for b in extract.rejected] == ["OUT_OF_RANGE"]
    elif (price * 10**12).denominator != 1:
        assert [b.reason_code for b in extract.rejected] == ["PRECISION_EXCEEDED"]
    else:
        assert [Fraction(row["price"]) for row in rows(extract)] == [price]


# --- market ---


def test_a_market_file_yields_one_row_per_instrument_and_currency() -> None:
    text = (
        '{"TK-1": {"usd": 1.10, "eur": "1.02", "last_updated_at": 1711641600},'
        ' "EQ-1": {"usd": 3, "usd_market_cap": 5e9, "last_updated_at": 1711641600}}'
    )
    extract = read_json(text)
    found = [(r["instrument_id"], r["currency"], r["price"], r["source"], r["_row"]) for r in rows(extract)]
    assert found == [
        ("TK-1", "USD", Decimal("1.10"), "vendor-a", 1),
        ("TK-1", "EUR", Decimal("1.02"), "vendor-a", 1),
        ("EQ-1", "USD", Decimal(3), "vendor-a", 2),
    ]
    assert {row["as_of"] for row in rows(extract)} == {dt.datetime(2024, 3, 28, 16)}
    assert notes(extract) == ["EXTRA_COLUMN"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"GHOST": {"usd": 1, "last_updated_at": 1711641600}}, "ORPHAN_KEY"),
        ({"TK-1": {"xqz": 1, "last_updated_at": 1711641600}}, "CURRENCY_UNKNOWN"),
        ({"TK-1": {"usd": 0, "last_updated_at": 1711641600}}, "OUT_OF_RANGE"),
        ({"TK-1": {"usd": 1}, "EQ-1": {"usd": 1, "last_updated_at": 1711641600}}, "MISSING_VALUE"),
    ],
)
def test_a_wrong_market_quote_is_quarantined(document: dict[str, Any], code: str) -> None:
    assert {b.reason_code for b in read_json(json.dumps(document)).rejected} == {code}


def test_every_object_of_every_shape_is_accounted_for() -> None:
    quotes = {"TK-1": {"usd": 1, "eur": 2, "last_updated_at": 1711641600}, "EQ-1": {"usd": 0, "last_updated_at": 1}}
    for extract in (rounds(a_round(1, 1), a_round(2, 0)), read_json(json.dumps(quotes))):
        (count,) = extract.row_counts
        parts = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == parts
