"""The saved market histories, read whole: their counts, ends and totals found again by plain means.

Expected numbers come from the files' own provenance notes and from the standard library's csv and decimal, named beside
each. Source: input-contracts 5.2 to 5.4, fund-admin 5 (market data).
"""

from __future__ import annotations

import csv
import datetime as dt
import time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ingestion.extract import Extract
from ingestion.feeds import Feed
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.total_return import total_return_levels

MARKET = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "market"

pytestmark = pytest.mark.skipif(not MARKET.is_dir(), reason="the saved market histories are not on this machine")

ECB, SOFR, SOFR_OHLC = "ecb_eurofxref_hist.csv", "sofr_nyfed_1998_2024.csv", "sofr_ohlc_2021_2026.csv"
LIBOR, SHILLER = "usd_libor_3m_1986_2019.csv", "sp500_shiller_monthly.csv"


@cache
def files() -> dict[str, Any]:
    return {file.name: file for file in scan(MARKET, settle_seconds=0).files}


@cache
def load(name: str) -> tuple[Feed, Extract]:
    return read_file(files()[name], loaded_at=dt.datetime(2026, 11, 1), defaults=FeedDefaults())


def table(name: str) -> pa.Table:
    (only,) = load(name)[1].tables.values()
    return only


def plain(name: str, delimiter: str = ",") -> list[list[str]]:
    """The data lines as the standard library reads them."""
    with (MARKET / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter=delimiter))[1:]


@pytest.mark.parametrize("name", [ECB, SOFR, SOFR_OHLC, LIBOR, SHILLER])
def test_every_line_of_a_saved_history_is_accounted_for_and_none_is_refused(name: str) -> None:
    feed, extract = load(name)
    (count,) = extract.row_counts
    assert extract.rejected == ()
    assert count.rows_in_range == count.rows_staged + count.rows_blank
    assert count.rows_staged == table(name).num_rows
    assert (feed.organization_id, feed.feed_name, feed.mode, feed.as_of_basis) == (
        "_shared",
        "main",
        "delta",
        "content",
    )


def test_the_european_history_has_every_quote_and_no_other() -> None:
    """6,983 business days (provenance note); a quote is a cell that is neither empty nor N/A."""
    lines = plain(ECB)
    quotes = [cell for line in lines for cell in line[1:] if cell not in ("", "N/A")]
    rates = table(ECB)
    assert len(lines) == pc.count_distinct(rates.column("rate_date")).as_py() == 6_983
    assert rates.num_rows == len(quotes)
    assert pc.count_distinct(rates.column("quote_currency")).as_py() == 41
    assert [Decimal(cell) for cell in quotes] == rates.column("rate").to_pylist()
    assert set(rates.column("base_currency").to_pylist()) == {"EUR"}
    assert set(rates.column("source").to_pylist()) == {"ECB"}


def test_the_european_history_begins_and_ends_where_its_publisher_says() -> None:
    rates = table(ECB)
    last, first = rates.slice(0, 1).to_pylist()[0], rates.slice(rates.num_rows - 1).to_pylist()[0]
    assert (last["quote_currency"], last["rate_date"], last["rate"]) == ("USD", dt.date(2026, 4, 13), Decimal("1.1684"))
    assert (last["_row"], last["_column"]) == (2, 2)
    assert (first["quote_currency"], first["rate_date"], first["rate"]) == (
        "ZAR",
        dt.date(1999, 1, 4),
        Decimal("6.9358"),
    )
    assert (first["_row"], first["_column"]) == (6_984, 42)
    ends = {"RUB": dt.date(2022, 3, 1), "HRK": dt.date(2022, 12, 30), "EEK": dt.date(2010, 12, 31)}  # fund-admin 5
    for currency, end in ends.items():
        days = rates.filter(pc.equal(rates.column("quote_currency"), currency)).column("rate_date")
        assert pc.max(days).as_py() == end
    assert load(ECB)[0].as_of == dt.date(2026, 4, 13)


def test_the_european_history_is_read_in_well_under_a_second() -> None:
    """The best of three, so that another process on the machine does not decide."""

    def seconds() -> float:
        started = time.perf_counter()
        load.__wrapped__(ECB)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(3)) < 1.0


def test_sofr_is_a_fraction_and_a_proxy_until_its_first_official_day() -> None:
    rates = table(SOFR)
    lines = plain(SOFR, ";")
    assert rates.num_rows == len(lines) == 6_478
    assert [Decimal(line[2]) / 100 for line in lines] == rates.column("rate").to_pylist()
    early = [line for line in lines if dt.datetime.strptime(line[0], "%m/%d/%Y") < dt.datetime(2018, 4, 3)]
    assert pc.sum(pc.invert(rates.column("is_official"))).as_py() == len(early)
    assert rates.column("is_official").null_count == 0
    by_day = dict(zip(rates.column("rate_date").to_pylist(), rates.column("is_official").to_pylist(), strict=True))
    assert by_day[dt.date(2018, 4, 2)] is False
    assert by_day[dt.date(2018, 4, 3)] is True


def test_two_layouts_of_sofr_agree_on_all_610_common_days() -> None:
    """610 common days: provenance note."""
    one, other = (
        dict(zip(table(name).column("rate_date").to_pylist(), table(name).column("rate").to_pylist(), strict=True))
        for name in (SOFR, SOFR_OHLC)
    )
    common = one.keys() & other.keys()
    assert len(common) == 610
    assert all(one[day] == other[day] for day in common)
    assert table(SOFR_OHLC).num_rows == len(plain(SOFR_OHLC)) == 1_246
    assert other[dt.date(2026, 8, 6)] == Decimal("0.0365")


def test_libor_has_no_row_for_its_273_points() -> None:
    """273 missing days: provenance note; 8,817 lines."""
    lines = plain(LIBOR)
    rates = table(LIBOR)
    assert sum(line[1] == "." for line in lines) == load(LIBOR)[1].row_counts[0].rows_blank == 273
    assert len(lines) == 8_817
    assert rates.num_rows == 8_817 - 273
    assert [Decimal(line[1]) / 100 for line in lines if line[1] != "."] == rates.column("rate").to_pylist()
    assert {(r, t) for r, t in zip(*(rates.column(c).to_pylist() for c in ("index_id", "tenor")), strict=True)} == {
        ("USD-LIBOR", "3M")
    }
    assert load(LIBOR)[0].as_of == dt.date(2019, 10, 18)


def test_the_total_return_index_reinvests_a_twelfth_of_the_dividend_and_stops_where_dividends_stop() -> None:
    """Plain chain in 60 digits over the file's own lines; the dividend is 0 = missing from July 2023 on (36 months)."""
    lines = plain(SHILLER)
    levels = table(SHILLER)
    level = Decimal(0)
    expected: list[Decimal] = []
    with localcontext(prec=60):
        for before, line in zip([None, *lines], lines, strict=False):
            price, dividend = Decimal(line[1]), Decimal(line[2])
            if not dividend:
                break
            level = price if before is None else level * (price + dividend / 12) / Decimal(before[1])
            expected.append(level.quantize(Decimal("1e-12"), rounding=ROUND_HALF_UP))
    assert levels.column("level").to_pylist() == expected
    assert len(lines) - levels.num_rows == load(SHILLER)[1].row_counts[0].rows_blank == 36
    assert pc.max(levels.column("level_date")).as_py() == dt.date(2023, 6, 1)
    assert levels.slice(0, 1).to_pylist()[0]["level"] == Decimal("4.44")
    (finding,) = load(SHILLER)[1].findings
    assert finding.code == "SERIES_GAP"
    assert "36 months that yield no level, from 2023-07-01 on" in finding.message
    assert set(levels.column("return_type").to_pylist()) == {"TOTAL"}


def test_a_total_return_level_grows_by_price_and_dividend() -> None:
    """By hand: 100 -> 110 with 12 a year: 100 x (110 + 1) / 100 = 111; then 99 with 24: 111 x (99 + 2) / 110 = 101.918..."""
    days = [dt.date(2024, 3, 1), dt.date(2024, 1, 1), dt.date(2024, 2, 1)]
    prices = [Decimal(99), Decimal(100), Decimal(110)]
    series = total_return_levels(days, prices, [Decimal(24), None, Decimal(12)])
    assert series.levels == (Decimal("101.918181818182"), Decimal(100), Decimal(111))
    assert series.broken_at is None


@pytest.mark.parametrize(
    ("third_day", "dividend", "reason"),
    [(dt.date(2024, 4, 1), Decimal(1), "month before it is missing"), (dt.date(2024, 3, 1), Decimal(0), "dividend")],
)
def test_a_total_return_chain_ends_at_its_first_gap(third_day: dt.date, dividend: Decimal, reason: str) -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 2, 1), third_day, dt.date(2024, 5, 1)]
    series = total_return_levels(days, [Decimal(100)] * 4, [Decimal(12), Decimal(12), dividend, Decimal(12)])
    assert series.levels == (Decimal(100), Decimal(101), None, None)
    assert series.broken_at == third_day
    assert reason in (series.reason or "")
