"""Trades as text and as a sheet: what they refer to and what each field may be. Source: input-contracts 5.7."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.extract import Extract, FileRejected
from ingestion.units import Register
from tests.ingestion.feed_files import breaches, notes, read_feed, rows, workbook

KNOWN = {"clo_deals": Register(frozenset({"MAG6"})), "clo_assets": Register(frozenset({"LX1", "LX2"}))}
FIELDS = (
    *("trade_id", "deal_id", "asset_id", "side", "par", "price", "trade_date", "settle_date", "status"),
    *("batch_id", "sequence"),
)
GOOD = {
    "trade_id": "T1",
    "deal_id": "MAG6",
    "asset_id": "LX1",
    "side": "buy",
    "par": "1000000",
    "price": "99.5",
    "trade_date": "2016-05-03",
    "settle_date": "2016-05-17",
    "status": "Traded",
    "batch_id": "B1",
    "sequence": "2",
}


def trades(tmp_path: Path, *changes: dict[str, str]) -> Extract:
    lines = [",".join((GOOD | change)[field] for field in FIELDS) for change in changes]
    return read_feed(tmp_path, "\n".join((",".join(FIELDS), *lines)) + "\n", KNOWN)[1]


def test_a_trade_is_read_exactly(tmp_path: Path) -> None:
    feed, extract = read_feed(tmp_path, f"{','.join(FIELDS)}\n{','.join(GOOD[f] for f in FIELDS)}\n", KNOWN)
    (row,) = rows(extract)
    assert (row["side"], row["par"], row["price"], row["status"]) == (
        "BUY",
        Decimal(1_000_000),
        Decimal("99.5"),
        "TRADED",
    )
    assert (row["trade_date"], row["settle_date"], row["sequence"]) == (dt.date(2016, 5, 3), dt.date(2016, 5, 17), 2)
    assert (feed.kind, feed.mode) == ("trades", "delta")


def test_the_business_date_of_a_file_is_its_greatest_trade_date(tmp_path: Path) -> None:
    assert trades(tmp_path, {}, {"trade_id": "T2", "trade_date": "2016-05-09"}).as_of == dt.date(2016, 5, 9)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("trade_id", "", "MISSING_VALUE"),
        ("deal_id", "MAG99", "ORPHAN_KEY"),
        ("asset_id", "LX99", "ORPHAN_KEY"),
        ("side", "HOLD", "BAD_ENUM"),
        ("par", "0", "OUT_OF_RANGE"),
        ("par", "-5", "OUT_OF_RANGE"),
        ("par", "0.00001", "PRECISION_EXCEEDED"),
        ("price", "0", "OUT_OF_RANGE"),
        ("price", "n/a", "BAD_TYPE"),
        ("trade_date", "03/05/2016", "BAD_DATE"),
        ("trade_date", "", "MISSING_VALUE"),
        ("settle_date", "2016-02-30", "BAD_DATE"),
        ("status", "DONE", "BAD_ENUM"),
        ("sequence", "1.5", "BAD_TYPE"),
        ("sequence", "", "MISSING_VALUE"),
    ],
)
def test_a_wrong_field_quarantines_its_trade_and_no_other(tmp_path: Path, field: str, value: str, code: str) -> None:
    extract = trades(tmp_path, {field: value}, {"trade_id": "T9"})
    assert breaches(extract) == [(2, chr(ord("A") + FIELDS.index(field)), code)]
    assert [row["trade_id"] for row in rows(extract)] == ["T9"]


def test_settlement_day_and_batch_may_be_open(tmp_path: Path) -> None:
    assert trades(tmp_path, {"settle_date": "", "batch_id": "", "status": "HYPOTHETICAL"}).rejected == ()


def test_trades_may_come_as_a_sheet_under_the_same_rules(tmp_path: Path) -> None:
    book = workbook(
        "Trade",
        [FIELDS, *([(GOOD | change)[f] for f in FIELDS] for change in ({}, {"trade_id": "T2", "deal_id": "MAG99"}))],
    )
    feed, extract = read_feed(tmp_path, book, KNOWN)
    assert feed.kind == "trades"
    assert feed.as_of == dt.date(2016, 5, 3)
    assert [row["trade_id"] for row in rows(extract)] == ["T1"]
    assert breaches(extract) == [(3, "B", "ORPHAN_KEY")]
    assert "'Trade'!B3" in extract.rejected[0].message
    assert extract.cells.num_rows == extract.cells_in_file == 3 * len(FIELDS)


def test_a_sheet_of_trades_without_a_required_column_is_refused_and_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileRejected) as caught:
        read_feed(tmp_path, workbook("Trades", [["trade_id", "deal_id"]]), KNOWN)
    assert caught.value.code == "MISSING_COLUMN"
    assert "asset_id" in caught.value.message


def test_columns_in_any_order_and_unknown_ones_are_fine(tmp_path: Path) -> None:
    fields = (*reversed(FIELDS), "desk")
    text = f"{','.join(fields)}\n{','.join((GOOD | {'desk': 'x'})[f] for f in fields)}\n"
    extract = read_feed(tmp_path, text, KNOWN)[1]
    assert [row["trade_id"] for row in rows(extract)] == ["T1"]
    assert notes(extract) == ["EXTRA_COLUMN"]
