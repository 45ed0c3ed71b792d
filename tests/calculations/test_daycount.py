"""Day counts against the test values of clo-collateral-engine 1.3, and what must hold for any two dates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.daycount import ALIASES, convention, days360, year_fraction

# clo-collateral-engine 1.3: two dates, five year fractions to ten decimals, DAYS360 US and EU
CASES = """\
2024-01-31,2024-02-29,0.0805555556,0.0792349727,0.0805555556,0.0794520548,0.0805555556,29,29
2024-02-29,2024-03-31,0.0833333333,0.0846994536,0.0861111111,0.0849315068,0.0861111111,30,31
2023-02-28,2024-02-29,1.0000000000,1.0013679891,1.0166666667,1.0027397260,1.0027777778,359,361
2024-01-30,2024-03-31,0.1666666667,0.1666666667,0.1694444444,0.1671232877,0.1666666667,60,60
2024-01-15,2024-03-31,0.2111111111,0.2076502732,0.2111111111,0.2082191781,0.2083333333,76,75
2023-12-15,2024-03-15,0.2500000000,0.2486338798,0.2527777778,0.2493150685,0.2500000000,90,90
2023-03-01,2024-03-01,1.0000000000,1.0000000000,1.0166666667,1.0027397260,1.0000000000,360,360
2022-06-30,2024-12-31,2.5000000000,2.5045620438,2.5416666667,2.5068493151,2.5000000000,900,900
2024-05-31,2024-08-31,0.2500000000,0.2513661202,0.2555555556,0.2520547945,0.2500000000,90,90
"""
ROWS = [line.split(",") for line in CASES.splitlines()]
CONVENTIONS = ("30/360", "ACT/ACT", "ACT/360", "ACT/365F", "30E/360")

days = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2060, 12, 31))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_year_fractions_of_the_specification(row: list[str]) -> None:
    start, end = dt.date.fromisoformat(row[0]), dt.date.fromisoformat(row[1])
    found = [round(year_fraction(start, end, name), 10) for name in CONVENTIONS]
    assert found == [float(text) for text in row[2:7]]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_days360_of_the_specification(row: list[str]) -> None:
    start, end = dt.date.fromisoformat(row[0]), dt.date.fromisoformat(row[1])
    assert [days360(start, end), days360(start, end, european=True)] == [int(row[7]), int(row[8])]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_arrays_give_what_dates_give_one_by_one(name: str) -> None:
    starts = np.array([row[0] for row in ROWS], dtype="datetime64[D]")
    ends = np.array([row[1] for row in ROWS], dtype="datetime64[D]")
    column = 2 + CONVENTIONS.index(name)
    assert np.round(year_fraction(starts, ends, name), 10).tolist() == [float(row[column]) for row in ROWS]


def test_one_date_against_an_array_of_dates() -> None:
    ends = np.array(["2024-04-15", "2024-07-15"], dtype="datetime64[D]")
    assert year_fraction(dt.date(2024, 1, 15), ends, "ACT/360").tolist() == [91 / 360, 182 / 360]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Actual/360", "ACT/360"),
        ("ACTUAL/360", "ACT/360"),
        ("ACT360", "ACT/360"),
        ("act / 360", "ACT/360"),
        ("ACTUAL/365", "ACT/365F"),
        ("ACT365", "ACT/365F"),
        ("ACTUAL/ACTUAL", "ACT/ACT"),
        ("30/360", "30/360"),
        ("30/360EU", "30E/360"),
        ("30E/360", "30E/360"),
    ],
)
def test_spellings_of_a_convention(text: str, name: str) -> None:
    assert convention(text) == name


@pytest.mark.parametrize("text", ["", None, "30/365", "ACT/ACT ISDA", "NL/365"])
def test_an_unknown_day_count_is_refused_with_the_known_ones(text: str | None) -> None:
    with pytest.raises(ValueError, match="day count must be one of") as raised:
        convention(text)
    assert all(name in str(raised.value) for name in ALIASES)


def test_no_spelling_names_two_conventions() -> None:
    spellings = [alias for aliases in ALIASES.values() for alias in aliases]
    assert len(spellings) == len(set(spellings))


def test_a_missing_date_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        year_fraction(np.array(["NaT"], dtype="datetime64[D]"), dt.date(2024, 1, 1), "ACT/360")


@given(st.lists(days, min_size=3, max_size=3).map(sorted), st.sampled_from(["ACT/360", "ACT/365F"]))
def test_actual_counts_add_up_over_a_split_period(three: list[dt.date], name: str) -> None:
    first, middle, last = three
    split = year_fraction(first, middle, name) + year_fraction(middle, last, name)
    assert split == pytest.approx(year_fraction(first, last, name), rel=1e-12, abs=1e-12)


@given(days, days, st.sampled_from(CONVENTIONS))
def test_a_year_fraction_is_never_negative_and_has_no_direction(a: dt.date, b: dt.date, name: str) -> None:
    assert year_fraction(a, b, name) == year_fraction(b, a, name) >= 0
