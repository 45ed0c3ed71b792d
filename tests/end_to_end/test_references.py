"""Feeds that name what other kinds state: instruments of NAV workbooks, deals and assets of CLO workbooks, in the inbox.

Source: input-contracts 1.1, 5.1, 5.7, 5.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ingestion.inbox import scan
from orchestration.loading import FileOutcome, load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

PROJECTS = [["project_id", "project_name", "currency"], ["P1", "Project One", "USD"]]
INSTRUMENTS = ["instrument_id", "name", "instrument_type", "currency", "quote_basis", "ticker"]
PRICE = "ticker,as_of,price,currency\n{},2025-06-30T16:00:00Z,{},USD\n"


def instrument(instrument_id: str, ticker: str) -> list[Any]:
    return [instrument_id, f"Instrument {instrument_id}", "EQUITY", "USD", "PER_UNIT", ticker]


class Inbox:
    """An inbox and the warehouse that takes it in."""

    def __init__(self, home: Path) -> None:
        self.path = home / "inbox"
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.warehouse.create_tables()

    def put(self, place: str, text: str, sidecar: str | None = None) -> None:
        path = self.path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if sidecar is not None:
            path.with_name(f"{path.name}.feed.yaml").write_text(sidecar)

    def put_instruments(self, place: str, *rows: Sequence[Any], action: str | None = None) -> None:
        header = [*INSTRUMENTS, "row_action"] if action else INSTRUMENTS
        book = Workbook()
        assert book.active is not None
        book.remove(book.active)
        for name, table in (("Projects", PROJECTS), ("Instruments", [header, *rows])):
            sheet = book.create_sheet(name)
            for row in table:
                sheet.append([*row, action] if action and row is not header and name == "Instruments" else list(row))
        path = self.path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)

    def take_in(self) -> dict[str, FileOutcome]:
        found = scan(self.path, settle_seconds=0)
        outcomes = load_inbox(
            self.warehouse, found, settings=Settings(home=self.warehouse.path.parent), run_id="run", code="code"
        ).files
        return {Path(outcome.file_name).name: outcome for outcome in outcomes}

    def priced(self) -> list[tuple[str, ...]]:
        return self.warehouse.rows("select organization_id, instrument_id from raw.prices order by all")

    def refused(self) -> list[tuple[str, ...]]:
        return self.warehouse.rows(
            "select reason_code, message from raw.rejected_rows where table_name in ('prices', 'clo_trades') "
            "order by _load_id, _row"
        )


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_price_finds_its_instrument_in_the_workbook_that_came_with_it(inbox: Inbox) -> None:
    # By name the price file would be the first.
    inbox.put("cedar-assets/a_prices.csv", PRICE.format("ONE", "10.5"))
    inbox.put_instruments("cedar-assets/nav.xlsx", instrument("EQ-1", "ONE"))
    assert inbox.take_in()["a_prices.csv"].rows_staged == 1
    assert inbox.priced() == [("cedar-assets", "EQ-1")]


def test_an_organisation_sees_its_own_instruments_and_the_shared_ones_alone(inbox: Inbox) -> None:
    inbox.put_instruments("alder-capital/nav.xlsx", instrument("A-1", "ALDER"))
    inbox.put_instruments("_shared/nav.xlsx", instrument("S-1", "COMMON"))
    inbox.put("cedar-assets/p.csv", PRICE.format("ALDER", "1") + "COMMON,2025-06-30T16:00:00Z,2,USD\n")
    assert inbox.take_in()["p.csv"].rows_quarantined == 1
    assert inbox.priced() == [("cedar-assets", "S-1")]
    ((code, message),) = inbox.refused()
    assert code == "ORPHAN_KEY"
    assert "of the instruments that cedar-assets or the shared organisation has stated" in message


def test_instruments_of_every_feed_of_the_organisation_are_known_and_a_shared_ticker_names_none(inbox: Inbox) -> None:
    inbox.put_instruments("cedar-assets/one/nav.xlsx", instrument("EQ-1", "ONE"), instrument("EQ-2", "TWIN"))
    inbox.put_instruments("cedar-assets/two/nav.xlsx", instrument("EQ-3", "TWO"), instrument("EQ-4", "TWIN"))
    inbox.put("cedar-assets/p.csv", PRICE.format("TWO", "1") + "TWIN,2025-06-30T16:00:00Z,2,USD\n")
    inbox.take_in()
    assert inbox.priced() == [("cedar-assets", "EQ-3")]
    ((_, message),) = inbox.refused()
    assert "'TWIN', which 2 have: EQ-2, EQ-4" in message


def test_an_instrument_that_was_deleted_since_is_known_no_more_and_a_new_ticker_counts(inbox: Inbox) -> None:
    delta = "mode: delta\nas_of: 2025-07-31\n"
    inbox.put_instruments("cedar-assets/main/a.xlsx", instrument("EQ-1", "ONE"), instrument("EQ-2", "TWO"))
    inbox.put("cedar-assets/main/a.xlsx.feed.yaml", "as_of: 2025-06-30\n")
    inbox.take_in()
    inbox.put_instruments("cedar-assets/main/b.xlsx", instrument("EQ-1", "ONE"), action="delete")
    inbox.put("cedar-assets/main/b.xlsx.feed.yaml", delta)
    inbox.take_in()
    inbox.put_instruments("cedar-assets/main/c.xlsx", instrument("EQ-2", "NEW"), action="upsert")
    inbox.put("cedar-assets/main/c.xlsx.feed.yaml", delta)
    inbox.take_in()
    inbox.put(
        "cedar-assets/p.csv",
        PRICE.format("ONE", "1") + "".join(PRICE.format(t, "2").splitlines(True)[1] for t in ("TWO", "NEW")),
    )
    inbox.take_in()
    assert inbox.priced() == [("cedar-assets", "EQ-2")]
    assert [code for code, _ in inbox.refused()] == ["ORPHAN_KEY", "ORPHAN_KEY"]


def test_a_trade_of_a_deal_that_no_workbook_states_is_quarantined(inbox: Inbox) -> None:
    inbox.put(
        "birch-credit/t.csv",
        "trade_id,deal_id,asset_id,side,par,price,trade_date,status,sequence\nT1,MAG6,LX1,BUY,1,99,2016-05-03,TRADED,1\n",
    )
    inbox.take_in()
    assert [code for code, _ in inbox.refused()] == ["ORPHAN_KEY", "ORPHAN_KEY"]


def test_a_trade_belongs_to_the_feed_that_stated_it_first(inbox: Inbox) -> None:
    with inbox.warehouse.loading() as connection:
        # What a CLO workbook would leave, in short.
        connection.execute(
            "insert into raw.loads by name select 'w' as load_id, 'birch-credit' as organization_id, 'clo_workbook' as kind, "
            "'main' as feed_name, date '2016-03-23' as as_of, 'full' as mode, timestamp '2016-03-25' as known_at, "
            "'loaded' as status"
        )
        for table, column, key in (("clo_deals", "deal_id", "MAG6"), ("clo_assets", "asset_id", "LX1")):
            connection.execute(f"insert into raw.{table} by name select 'w' as _load_id, '{key}' as {column}")
    trade = "trade_id,deal_id,asset_id,side,par,price,trade_date,status,sequence\nT1,MAG6,LX1,BUY,{},99,2016-05-03,TRADED,1\n"
    inbox.put("birch-credit/desk/t.csv", trade.format(1))
    assert inbox.take_in()["t.csv"].rows_staged == 1
    inbox.put("birch-credit/other/u.csv", trade.format(2))
    assert inbox.take_in()["u.csv"].rows_staged == 0
    assert [code for code, _ in inbox.refused()] == ["OWNED_BY_OTHER_FEED"]
