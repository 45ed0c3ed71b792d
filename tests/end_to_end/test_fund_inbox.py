"""What becomes of fund workbooks in the inbox: corrections, deltas, deletions, two feeds. Source: input-contracts 1.1, 3."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ingestion.inbox import scan
from ingestion.template import write_template
from orchestration.loading import FileOutcome, load_inbox
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

FUNDS = ["fund_id", "fund_name", "fund_type", "base_currency", "inception_date", "fund_size", "fund_status"]
INVESTORS = ["investor_id", "investor_name", "investor_type", "kyc_status", "tax_id"]
COMMITMENTS = [
    *("commitment_id", "fund_id", "investor_id", "commitment_amount", "commitment_date", "commitment_type", "status"),
]
DAY = dt.date(2020, 1, 15)


def fund(fund_id: str) -> list[Any]:
    return [fund_id, f"Fund {fund_id}", "PE", "USD", DAY, 50_000_000, "INVESTING"]


def investor(number: int) -> list[Any]:
    return [f"I{number}", f"Investor {number}", "INSTITUTION", "APPROVED", f"12-34{number:03}"]


def commitment(number: int, fund_id: str = "F1", amount: float = 1_000_000) -> list[Any]:
    return [f"C{number}", fund_id, f"I{number}", amount, DAY, "INITIAL", "ACTIVE"]


class Inbox:
    def __init__(self, home: Path) -> None:
        self.path = home / "inbox"
        self.path.mkdir()
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.warehouse.create_tables()

    def send(self, name: str, feed: str, **sheets: Sequence[Sequence[Any]]) -> FileOutcome:
        book = Workbook()
        assert book.active is not None
        book.remove(book.active)
        for sheet_name, rows in sheets.items():
            sheet = book.create_sheet(sheet_name)
            for row in rows:
                sheet.append(list(row))
        book.save(self.path / name)
        (self.path / f"{name}.feed.yaml").write_text(feed)
        (outcome,) = self.take_in()
        return outcome

    def take_in(self) -> tuple[FileOutcome, ...]:
        found = scan(self.path, settle_seconds=0)
        return load_inbox(
            self.warehouse, found, settings=Settings(home=self.warehouse.path.parent), run_id="run", code="code"
        ).files

    def codes(self) -> list[tuple[str, str, int]]:
        return self.warehouse.rows("select reason_code, _sheet, _row from raw.rejected_rows order by _load_id, 2, 3")


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def sheets(count: int = 10, fund_id: str = "F1") -> dict[str, list[list[Any]]]:
    numbers = range(1, count + 1)
    return {
        "Funds": [FUNDS, fund(fund_id)],
        "Investors": [INVESTORS, *(investor(n) for n in numbers)],
        "Commitments": [COMMITMENTS, *(commitment(n, fund_id) for n in numbers)],
    }


def test_a_fund_workbook_is_loaded_with_every_row_accounted_for(inbox: Inbox) -> None:
    outcome = inbox.send("fund.xlsx", "as_of: 2024-09-30\n", **sheets())
    assert (outcome.outcome, outcome.kind, outcome.rows_staged, outcome.rows_quarantined) == (
        *("loaded", "fund_workbook"),
        *(21, 0),
    )
    unaccounted = inbox.warehouse.rows(
        "select * from raw.row_counts where rows_in_range <> rows_staged + rows_quarantined + rows_comment + rows_blank"
    )
    assert unaccounted == []
    stated, kept = inbox.warehouse.rows("select l.cells_in_file, (select count(*) from raw.cells) from raw.loads l")[0]
    assert stated == kept == 7 + 7 + 5 + 50 + 7 + 70


def test_the_template_is_a_workbook_that_weir_reads(inbox: Inbox, tmp_path: Path) -> None:
    path = write_template("fund", tmp_path / "template.xlsx")
    book = load_workbook(path)
    for name, rows in sheets(2).items():
        header = {cell.value: cell.column for cell in book[name][1]}
        for line, row in enumerate(rows[1:], start=2):
            for title, value in zip(rows[0], row, strict=True):
                book[name].cell(line, header[title]).value = value
    book.save(inbox.path / "mine.xlsx")
    (outcome,) = inbox.take_in()
    assert (outcome.outcome, outcome.rows_staged, outcome.rows_quarantined) == ("loaded", 5, 0), outcome.message


def test_a_quarantined_row_holds_its_fund_and_names_its_cell(inbox: Inbox) -> None:
    rows = sheets()
    rows["Commitments"][3][3] = -5
    inbox.send("fund.xlsx", "as_of: 2024-09-30\n", **rows)
    assert inbox.codes() == [("OUT_OF_RANGE", "Commitments", 4)]
    held = inbox.warehouse.rows("select entity_type, entity_id from raw.findings where scope = 'entity'")
    assert held == [("fund", "F1")]


def test_restricted_values_are_masked_in_quarantined_rows(inbox: Inbox) -> None:
    rows = sheets()
    rows["Investors"][1][3] = "MAYBE"
    inbox.send("fund.xlsx", "as_of: 2024-09-30\n", **rows)
    payloads = [p for (p,) in inbox.warehouse.rows("select payload from raw.rejected_rows where _sheet = 'Investors'")]
    assert payloads
    assert not any("12-34001" in payload for payload in payloads)


# Ten commitments: at most max(5, a fifth) may vanish at once.
@pytest.mark.parametrize(("left", "outcome"), [(5, "loaded"), (4, "held")])
def test_more_than_the_guard_allows_may_not_vanish_from_any_sheet(inbox: Inbox, left: int, outcome: str) -> None:
    inbox.send("a.xlsx", "as_of: 2024-09-30\n", **sheets())
    later = sheets()
    later["Commitments"] = later["Commitments"][: left + 1]
    assert inbox.send("b.xlsx", "as_of: 2024-12-31\n", **later).outcome == outcome


def test_a_sheet_that_is_left_out_states_nothing(inbox: Inbox) -> None:
    inbox.send("a.xlsx", "as_of: 2024-09-30\n", **sheets())
    without = sheets()
    del without["Commitments"]
    assert inbox.send("b.xlsx", "as_of: 2024-12-31\n", **without).outcome == "loaded"


def test_a_delta_refers_to_what_its_feed_has_and_to_nothing_else(inbox: Inbox) -> None:
    inbox.send("a.xlsx", "as_of: 2024-09-30\n", **sheets())
    rows = {
        "Funds": [FUNDS],
        "Commitments": [
            [*COMMITMENTS, "row_action"],
            [*commitment(3, amount=2_000_000), "upsert"],
            [*commitment(99), ""],
        ],
    }
    outcome = inbox.send("b.xlsx", "as_of: 2024-10-31\nmode: delta\n", **rows)
    assert (outcome.outcome, outcome.rows_staged) == ("loaded", 1)
    assert inbox.codes() == [("ORPHAN_KEY", "Commitments", 3)]


def test_a_row_that_a_delta_deletes_is_known_no_more(inbox: Inbox) -> None:
    inbox.send("a.xlsx", "as_of: 2024-09-30\n", **sheets())
    deleted = [[*INVESTORS, "row_action"], ["I3", None, None, None, None, "delete"]]
    assert inbox.send("b.xlsx", "as_of: 2024-10-31\nmode: delta\n", Funds=[FUNDS], Investors=deleted).rows_staged == 1
    inbox.send("c.xlsx", "as_of: 2024-11-30\nmode: delta\n", Funds=[FUNDS], Commitments=[COMMITMENTS, commitment(3)])
    assert inbox.codes() == [("ORPHAN_KEY", "Commitments", 2)]


def test_a_fund_of_another_feed_is_quarantined_with_what_refers_to_it(inbox: Inbox) -> None:
    inbox.send("a.xlsx", "as_of: 2024-09-30\nfeed_name: first\n", **sheets(2))
    second = sheets(3)
    second["Funds"].append(fund("F2"))
    second["Commitments"][3][1] = "F2"
    outcome = inbox.send("b.xlsx", "as_of: 2024-09-30\nfeed_name: second\n", **second)
    found = inbox.warehouse.rows(
        "select _sheet, reason_code, count(*) from raw.rejected_rows where _load_id = ? group by all order by 1, 2",
        [outcome.load_id],
    )
    assert found == [
        ("Commitments", "OWNED_BY_OTHER_FEED", 2),
        ("Funds", "OWNED_BY_OTHER_FEED", 1),
        ("Investors", "OWNED_BY_OTHER_FEED", 2),
    ]
