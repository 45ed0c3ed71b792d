"""What the demo's market files must hold, read with the standard library alone. Workbooks are checked elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from pathlib import Path

import pytest

from ingestion.samples import write_demo


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.stem: path for path in write_demo(tmp_path_factory.mktemp("inbox"), parts=("market",))}


def _rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_market_files_are_the_same_bytes_again(market: dict[str, Path], tmp_path: Path) -> None:
    again = write_demo(tmp_path, parts=("market",))
    assert all(
        hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(market[path.stem].read_bytes()).digest()
        for path in again
    )
    assert {path.parent.name for path in again} == {"_shared"}


def test_exchange_rates_are_wide_newest_first_with_a_trailing_empty_column(market: dict[str, Path]) -> None:
    header, *rows = _rows(market["fx_ecb_wide"])
    assert header[0] == "Date"
    assert header[-1] == ""
    assert {"USD", "JPY", "GBP", "CHF", "KWD"} <= set(header)
    days = [dt.date.fromisoformat(row[0]) for row in rows]
    assert days == sorted(set(days), reverse=True)
    assert all(day.weekday() < 5 for day in days)
    assert days[0].year - days[-1].year + 1 == 8
    assert all(len(row) == len(header) and row[-1] == "" for row in rows)
    quotes = [value for row in rows for value in row[1:-1]]
    assert "N/A" in quotes
    assert all(float(value) > 0 for value in quotes if value != "N/A")


def test_overnight_index_is_in_percent_month_first_and_inside_the_plausible_band(market: dict[str, Path]) -> None:
    header, *rows = _rows(market["sofr_index"], ";")
    assert header == ["Effective Date", "Rate Type", "Rate (%)"]
    assert all(dt.datetime.strptime(row[0], "%m/%d/%Y").weekday() < 5 for row in rows)
    # input-contracts 5.3: -0.05 to 0.30 as fractions
    assert all(-5.0 <= float(row[2]) <= 30.0 for row in rows)


def test_three_month_index_states_a_point_where_there_is_no_fixing(market: dict[str, Path]) -> None:
    header, *rows = _rows(market["usd_3m_index"])
    assert header == ["DATE", "USD3MTD156N"]
    stated = dict(rows)
    assert stated["2015-12-25"] == "."
    assert all(value == "." or 0.0 < float(value) < 30.0 for value in stated.values())


def test_index_levels_hold_a_total_return_and_a_price_index(market: dict[str, Path]) -> None:
    header, *rows = _rows(market["index_levels"])
    assert header == ["index_id", "level_date", "level", "currency", "return_type", "source"]
    assert {row[4] for row in rows} == {"TOTAL", "PRICE"}
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
    assert all(float(row[2]) > 0 for row in rows)


@pytest.mark.parametrize(
    ("calendar", "day", "is_holiday"),
    [
        ("US", "2016-07-04", True),
        ("US", "2016-03-25", False),  # Good Friday is no US bank holiday
        ("TARGET", "2016-03-25", True),
        ("UK", "2016-08-29", True),  # last Monday of August
        ("US", "2017-11-10", False),  # Veterans Day fell on a Saturday: banks do not make it up on Friday
        ("US", "2017-01-02", True),  # New Year fell on a Sunday
        ("US", "2062-12-25", True),
    ],
)
def test_holiday_calendars_know_days_a_person_can_check(
    market: dict[str, Path], calendar: str, day: str, is_holiday: bool
) -> None:
    header, *rows = _rows(market["holidays"])
    assert header == ["calendar", "holiday_date", "name"]
    assert ((calendar, day) in {(row[0], row[1]) for row in rows}) is is_holiday


def test_each_calendar_names_a_day_once(market: dict[str, Path]) -> None:
    _, *rows = _rows(market["holidays"])
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
