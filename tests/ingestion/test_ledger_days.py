"""How a ledger export orders day, month and year is told by all of its days together, or refused.

Source: fund-admin 5, column Date; input-contracts 1.3 (years 1900 to 2200).
"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.extract import FileRejected
from ingestion.ledger.days import DayForm, form_of

BOTH = ("MDY", "DMY")


def order(*texts: str, declared: str | None = None) -> str:
    return form_of(enumerate(texts, 1), BOTH, file="gl.csv", declared=declared).order


def test_a_day_above_twelve_decides_for_the_whole_file() -> None:
    assert order("01/02/2024", "03/31/2024") == "MDY"
    assert order("01/02/2024", "31/03/2024") == "DMY"


def test_a_file_whose_days_fit_both_orders_is_refused_and_told_what_to_declare() -> None:
    with pytest.raises(FileRejected, match=r"`date_order: MDY or DMY` in gl\.csv\.feed\.yaml") as caught:
        order("01/01/2024", "01/02/2024")
    assert caught.value.code == "BAD_DATE"
    assert "'01/02/2024' in line 2" in caught.value.message


def test_a_declared_order_is_taken() -> None:
    assert order("01/02/2024", declared="DMY") == "DMY"


def test_days_that_are_the_same_in_both_orders_need_no_decision() -> None:
    assert order("02/02/2024", "2024-03-31", "") == "MDY"


def test_days_of_two_orders_in_one_file_refuse_it() -> None:
    with pytest.raises(FileRejected, match="'13/01/2024' in line 1 and '01/13/2024' in line 2"):
        order("13/01/2024", "01/13/2024")


def test_a_day_of_no_order_is_its_rows_fault_alone() -> None:
    assert order("31/31/2024", "soon", "31/03/2024") == "DMY"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("310324", dt.date(2024, 3, 31)),
        ("31032024", dt.date(2024, 3, 31)),
        ("31/03/24", dt.date(2024, 3, 31)),
        ("31/03/2024", dt.date(2024, 3, 31)),
        ("010169", dt.date(1969, 1, 1)),
        ("010168", dt.date(2068, 1, 1)),
        ("10324", None),  # a leading zero is lost: the first of March, or the tenth of a month 32
        ("1032024", None),
        ("300224", None),
        ("31/03-2024", None),
        ("31/03/1899", None),
    ],
)
def test_the_four_forms_of_sage_50_are_read_and_a_lost_zero_is_not_guessed(text: str, expected: dt.date | None) -> None:
    assert DayForm("DMY", is_compact=True).read(text) == expected


def test_iso_days_are_read_in_any_file_with_or_without_a_time() -> None:
    for text in (
        "2024-03-31",
        "2024/03/31",
        "2024-03-31T23:59:59Z",
        "2024-03-31 00:00:00.000",
        "2024-03-31T01:00:00-07:00",
    ):
        assert DayForm("MDY").read(text) == dt.date(2024, 3, 31), text
    assert DayForm("YMD").read("03/31/2024") is None


@given(days=st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2200, 12, 31)), min_size=1), is_month_first=st.booleans())
def test_a_file_is_read_in_the_order_that_it_was_written_in_or_refused(
    days: list[dt.date], is_month_first: bool
) -> None:
    texts = [f"{d:%m/%d}/{d.year}" if is_month_first else f"{d:%d/%m}/{d.year}" for d in days]
    is_told = any(day.day > 12 for day in days)
    is_same = all(day.day == day.month for day in days)
    try:
        form = form_of(enumerate(texts), BOTH, file="f")
    except FileRejected:
        assert not is_told
        assert not is_same
        return
    assert is_told or is_same
    assert [form.read(text) for text in texts] == days
