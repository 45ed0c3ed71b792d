"""What NAV workbooks in the inbox may name of what other feeds and earlier files stated. Source: input-contracts 1.1, 1.4."""

from __future__ import annotations

import datetime as dt
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
OTHER_PROJECTS = [PROJECTS[0], ["P2", "Project Two", "USD"]]
PRODUCTS = [
    ["product_id", "project_id", "product_name", "status", "currency", "measurement_basis"],
    ["X1", "P1", "Fund One", "ACTIVE", "USD", "FAIR_VALUE"],
]
SHARES = [
    ["register", "product_id", "share_class_id", "as_of_date", "shares"],
    ["TRANSFER_AGENT", "X1", "X1", dt.date(2025, 12, 31), 1000],
]


class Inbox:
    def __init__(self, home: Path) -> None:
        self.path = home / "inbox"
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.warehouse.create_tables()

    def send(self, place: str, as_of: str, **sheets: Sequence[Sequence[Any]]) -> FileOutcome:
        book = Workbook()
        assert book.active is not None
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name.replace("_", " "))
            for row in rows:
                sheet.append(list(row))
        path = self.path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        path.with_name(f"{path.name}.feed.yaml").write_text(f"as_of: {as_of}\n")
        found = scan(self.path, settle_seconds=0)
        (outcome,) = load_inbox(
            self.warehouse, found, settings=Settings(home=self.warehouse.path.parent), run_id="run", code="code"
        ).files
        return outcome

    def codes(self) -> set[tuple[str, str]]:
        return set(self.warehouse.rows("select _sheet, reason_code from raw.rejected_rows"))


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_register_may_send_the_shares_of_a_product_that_another_feed_of_its_house_set_up(inbox: Inbox) -> None:
    inbox.send("cedar/main/a.xlsx", "2025-12-30", Projects=PROJECTS, Fund_Products=PRODUCTS)
    outcome = inbox.send("cedar/register/b.xlsx", "2025-12-31", Projects=OTHER_PROJECTS, Transfer_Agent_Shares=SHARES)
    assert (outcome.rows_staged, outcome.rows_quarantined) == (2, 0), inbox.codes()


def test_the_products_of_another_house_are_not_known(inbox: Inbox) -> None:
    inbox.send("alder/main/a.xlsx", "2025-12-30", Projects=PROJECTS, Fund_Products=PRODUCTS)
    outcome = inbox.send("cedar/register/b.xlsx", "2025-12-31", Projects=OTHER_PROJECTS, Transfer_Agent_Shares=SHARES)
    assert outcome.rows_quarantined == 1
    assert inbox.codes() == {("Transfer Agent Shares", "ORPHAN_KEY")}


def test_a_later_file_may_leave_out_the_product_sheets_of_the_first(inbox: Inbox) -> None:
    inbox.send("cedar/main/a.xlsx", "2025-12-30", Projects=PROJECTS, Fund_Products=PRODUCTS)
    outcome = inbox.send("cedar/main/b.xlsx", "2025-12-31", Projects=PROJECTS, Transfer_Agent_Shares=SHARES)
    assert (outcome.rows_staged, outcome.rows_quarantined) == (2, 0), inbox.codes()
