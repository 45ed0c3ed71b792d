"""Asset filters: how they are read, written and applied. Rules: clo-compliance 5.7 and clo-workbook 4 (value rules)."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.compliance.universe import Universe
from calculations.clo.reference import rating_scale
from calculations.clo.trading.filter_fields import FIELD_OF, FIELDS, Field
from calculations.clo.trading.filter_parser import FilterRow, parse_filter, parse_filter_rows
from calculations.clo.trading.filters import And, Comparison, Filter, FilterError, Not, Or, mask, select

ASSETS: dict[str, list[Any]] = {
    "moodys_rating": ["B1", "B3", "CAA1", "", "Aaa"],
    "sp_rating": ["A+", "CCC", "CCC-", "NR", "D"],
    "sp_industry": ["Media", "media", "Health care", "", "Media"],
    "country": ["USA", "UK", "United Kingdom", "Germany", ""],
    "is_cov_lite": ["Yes", "no", "", "YES", "No"],
    "wal": [5.0, 7.0, None, 3.0, 10.0],
    "maturity": [dt.date(2021, 1, 1), dt.date(2022, 6, 30), None, dt.date(2023, 1, 1), dt.date(2020, 1, 1)],
    "credit_opinion": ["Buy", "", None, "Sale", "Hold"],
    "coupon_spread": [0.04, 0.035, 0.05, 0.03, None],
}


def universe_of(columns: Mapping[str, list[Any]]) -> Universe:
    count = len(next(iter(columns.values())))
    return Universe.from_columns({"asset_id": [f"A{place}" for place in range(count)], **columns})


def passing(text: str) -> list[int]:
    return np.flatnonzero(mask(parse_filter(text), universe_of(ASSETS))).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moody's Rating >= B3", [1, 2]),  # B3 or worse; an unrated asset never
        ("Moody's Rating <= caa1", [0, 1, 2, 4]),
        ("Moody's Rating != B3", [0, 2, 4]),
        ("Moody’s Rating = NR", [3]),
        ("S&P Rating >= CCC", [1, 2, 4]),  # CCC+, CCC and CCC- are three ranks, and D is below them
        ("S&P Rating > CCC", [2, 4]),
        ("S&P Rating != NR", [0, 1, 2, 4]),
        ("S&P Industry = MEDIA", [0, 1, 4]),
        ("Country = United Kingdom", [1, 2]),
        ("Country != UK", [0, 3]),
        ("Cov-Lite = TRUE", [0, 3]),
        ("Cov-Lite = no", [1, 2, 4]),
        ("WAL <= 7", [0, 1, 3]),
        ("WAL > 3 and WAL < 10", [0, 1]),
        ("WAS >= 3.5%", [0, 1, 2]),
        ("Maturity < 2022-06-30", [0, 4]),
        ("Maturity >= 6/30/2022", [1, 3]),
        ("Analyst Opinion = Hold", [1, 2, 4]),  # blank is HOLD
        ("Analyst Opinion != sell", [0, 1, 2, 4]),
        ("Facility Size > 1", []),  # no such column: unknown throughout
    ],
)
def test_a_condition_compares_as_its_field_does(text: str, expected: list[int]) -> None:
    assert passing(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WAL = 5 or WAL = 7 and Country = USA", [0]),  # and binds closer than or
        ("(WAL = 5 or WAL = 7) and Country = UK", [1]),
        ("WAL <= 7 not Country = USA", [1, 3]),  # not = and not
        ("WAL = 5 or not WAL <= 7", [0, 2, 4]),  # or not = or (not ...); unknown is not <= 7
        ("WAL <= 7 and not (Country = USA or Country = Germany)", [1]),
        ("not WAL = 5 and Country = USA", []),
        ("not not WAL = 5", [0]),
    ],
)
def test_connectives_have_ordinary_precedence(text: str, expected: list[int]) -> None:
    assert passing(text) == expected


def test_values_that_assets_do_not_state_are_counted_by_condition() -> None:
    found = select(parse_filter("WAL <= 7 or not Country = USA"), universe_of(ASSETS))
    assert found.unknown == {"WAL <= 7.0": 1, 'Country = "USA"': 1}


def test_every_field_of_the_filter_sheet_can_be_filtered_on() -> None:
    assert len(FIELDS) == 17  # clo-workbook 4
    samples = {"moodys": "B3", "sp": "B-", "text": "Retail", "country": "USA", "opinion": "Sale", "flag": "yes"}
    for field in FIELDS:
        value = samples.get(field.kind, "2020-01-31" if field.kind == "day" else "1,000")
        found = parse_filter(f"{field.name} = {value}")
        assert isinstance(found, Comparison)
        assert found.field is field


def test_an_industry_may_hold_the_words_of_the_grammar() -> None:
    industry = "Banking, Finance, Insurance and Real Estate"
    found = parse_filter(f"Moody Industry = {industry} and WAL <= 7")
    assert found == And((Comparison(FIELD_OF["MOODY INDUSTRY"], "=", industry), Comparison(FIELD_OF["WAL"], "<=", 7.0)))
    quoted = parse_filter('S&P Industry != "Retailers (except food & drug)" or WAL = 1')
    assert isinstance(quoted, Or)


def test_rows_of_the_control_sheet_read_as_the_text_they_make() -> None:
    rows = [
        FilterRow(15, None, "((", "S&P Rating", ">=", "B-", None),
        FilterRow(16, "and", None, "WAL", "<=", "7", ")"),
        FilterRow(17),
        FilterRow(18, "or not", None, "S&P Industry", "=", "Retailers (except food & drug)", ")"),
        FilterRow(19, "not", None, "Country", "=", "Canada", None),
    ]
    text = '((S&P Rating >= B- and WAL <= 7) or not S&P Industry = "Retailers (except food & drug)") and not Country=Canada'
    assert parse_filter_rows(rows) == parse_filter(text)
    assert parse_filter_rows([FilterRow(15), FilterRow(16)]) is None
    assert parse_filter("  ") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("WAL 7", "sale filter, position 5: expected one of = != < > <= >=, found '7'"),
        ("WAL <= seven", "sale filter, position 8: expected WAL to be a number, found 'seven'"),
        ("S&P Rating >= B3", "sale filter, position 15: expected S&P Rating to be a rating of S&P's scale, or NR"),
        ("Country < USA", "expected = or != with Country USA, found 'Country < USA'"),
        ("(WAL <= 7", "position 10: expected a closing parenthesis, found the end of the filter"),
        ("WAL <= 7)", "position 9: expected and, or, not, or the end of the filter, found ')'"),
        ("WAL <= 7 and", "position 8: expected WAL to be a number, found '7 and'"),
        ("Yield > 3", "position 1: expected a condition on one of: Moody's Rating"),
        ("not", "found the end of the filter"),
    ],
)
def test_a_filter_that_does_not_parse_says_where_and_what(text: str, message: str) -> None:
    with pytest.raises(FilterError) as error:
        parse_filter(text, "sale")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (FilterRow(16, None, None, "WAL", "<=", "7"), "row 16, logical operator: expected and, or"),
        (FilterRow(16, "and", None, "WAL", None, "7"), "row 16, comparison operator: expected a comparison operator"),
        (FilterRow(16, "and", "x", "WAL", "<=", "7"), "row 16, open parenthesis: expected only (, found 'x'"),
        (FilterRow(16, "and", None, "WAL", "<=", "long"), "row 16, position 28"),
        (FilterRow(16, "and", None, "WAL", "<=", "7", ")"), "row 16, position"),
    ],
)
def test_a_row_that_does_not_parse_is_named(row: FilterRow, message: str) -> None:
    with pytest.raises(FilterError) as error:
        parse_filter_rows([FilterRow(15, None, None, "Country", "=", "USA"), row])
    assert message in str(error.value)


# --- what always holds ---------------------------------------------------------------------------------------------

RATINGS = {agency: sorted(rating_scale().rank_of[agency]) for agency in ("moodys", "sp")}
WORDS = ("Media", "Health care", "Oil & gas", "Banking and Real Estate", 'a "quoted" name', "not, or (and)", "x")


def _values(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case "moodys" | "sp":
            return st.sampled_from([*RATINGS[field.kind], "NR"])
        case "text":
            return st.sampled_from(WORDS)
        case "country":
            return st.sampled_from(("USA", "Canada", "UK", "United Kingdom"))
        case "opinion":
            return st.sampled_from(("BUY", "HOLD", "SELL"))
        case "flag":
            return st.booleans()
        case "day":
            return st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1))
        case _:
            return st.floats(-1e12, 1e12) | st.sampled_from((0.0, 1.0, 5.0))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    field = draw(st.sampled_from(FIELDS))
    value = draw(_values(field))
    is_ordered = field.is_ordered and value != "NR"
    return Comparison(field, draw(st.sampled_from(("=", "!=", "<", ">", "<=", ">=")[: 6 if is_ordered else 2])), value)


def _grow(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, parts) | st.builds(And, several) | st.builds(Or, several)


trees = st.recursive(comparisons(), _grow, max_leaves=8)


@given(trees)
def test_a_filter_written_out_reads_back_the_same(tree: Filter) -> None:
    assert parse_filter(str(tree)) == tree


tokens = st.sampled_from(("and", "or", "not", "(", ")", "=", "<=", "WAL", "S&P Rating", "B-", "7", '"', "x", "Country"))


@given(st.lists(tokens, max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    with contextlib.suppress(FilterError):
        assert (parse_filter(text) is None) == (not text.strip())


def _pandas(tree: Filter, frame: pd.DataFrame) -> pd.Series:
    """Built anew on a frame: a missing number, text or rank leaves the comparison false."""
    if isinstance(tree, Not):
        return ~_pandas(tree.part, frame)
    if isinstance(tree, And | Or):
        frames = pd.concat([_pandas(part, frame) for part in tree.parts], axis=1)
        return frames.all(axis=1) if isinstance(tree, And) else frames.any(axis=1)
    column, value = frame[tree.field.column], tree.value
    if tree.field.kind in ("moodys", "sp") and value != "NR":
        ranks = rating_scale().rank_of[tree.field.kind]
        column, value = column.map(lambda text: ranks.get(text.upper())), ranks[str(value)]
    elif value == "NR":
        column = column.map(lambda text: "NR" if text in ("", "NR") else text)
    elif tree.field.kind == "flag":
        column, value = column.map({"Yes": 1, "No": 0}), int(bool(value))
    elif tree.field.kind == "opinion":
        column = column.replace("", "HOLD").str.upper().replace("SALE", "SELL")
    elif tree.field.kind == "day":
        column, value = pd.to_datetime(column), pd.Timestamp(str(value))
    elif tree.field.kind in ("text", "country"):
        uk = {"UK": "UNITED KINGDOM"}
        column = column.str.upper().replace({"": None, **uk})
        value = uk.get(str(value).upper(), str(value).upper())
    sign = {"=": "==", "!=": "!="}.get(tree.operator, tree.operator)
    frame = pd.DataFrame({"found": column, "wanted": value, "known": column.notna()})
    return frame.eval(f"known & (found {sign} wanted)").astype(bool)


def _columns() -> Mapping[str, st.SearchStrategy[Any]]:
    number = st.none() | st.sampled_from((0.0, 1.0, 5.0)) | st.floats(-1e12, 1e12)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "moodys": st.sampled_from(("", "NR", "B3", "caa1", "Aaa", "C")),
        "sp": st.sampled_from(("", "NR", "B-", "CCC", "D", "AAA")),
        "text": st.sampled_from(("", *WORDS)),
        "country": st.sampled_from(("", "usa", "UK", "United Kingdom")),
        "opinion": st.sampled_from(("", "Buy", "Sale", "hold")),
        "flag": st.sampled_from(("Yes", "No")),
        "day": st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)),
    }
    return {field.column: kinds.get(field.kind, number) for field in FIELDS}


@settings(max_examples=60)
@given(tree=trees, lines=st.lists(st.fixed_dictionaries(dict(_columns())), min_size=1, max_size=6))
def test_a_filter_passes_what_a_frame_query_passes(tree: Filter, lines: list[dict[str, Any]]) -> None:
    columns = {name: [line[name] for line in lines] for name in lines[0]}
    expected = _pandas(tree, pd.DataFrame(columns))
    np.testing.assert_array_equal(mask(tree, universe_of(columns)), expected.to_numpy())
