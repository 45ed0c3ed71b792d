"""Which file becomes a load, a duplicate or a held file, one file at a time and without the rest of the graph.

Rules: input-contracts 1.1 (re-sent files, mass deletion, ownership) and 1.4 (reason codes).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from ingestion.inbox import scan
from orchestration.loading import FileOutcome, load_inbox
from orchestration.observing import observe
from orchestration.settings import Settings
from orchestration.status_printing import print_status
from orchestration.warehouse import Warehouse
from tests.end_to_end.bad_files import drop
from tests.ingestion.clo_workbook_builder import ASSETS, minimal_book

IDS = tuple(f"BRSAAA{number:03}" for number in range(30))
HELD_IDS = IDS[:2]  # what the deal of the minimal workbook lists as its collateral


class Inbox:
    """An inbox with its warehouse; `take_in` returns the outcomes of the files that are news."""

    def __init__(self, home: Path) -> None:
        self.path = home / "inbox"
        self.path.mkdir()
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.warehouse.create_tables()
        self.books = home / "books"
        self.books.mkdir()

    def send(
        self, name: str, ids: Sequence[str], as_of: str, more: str = "", deals: Sequence[int] = (17,)
    ) -> FileOutcome:
        """Write a workbook that lists `ids`, put it into the inbox and take it in."""
        book = minimal_book(deals, ids=HELD_IDS)
        for row, asset_id in enumerate(ids, start=2):
            book.put(ASSETS, f"A{row}", [[asset_id]])
            book.put(ASSETS, f"H{row}", [[dt.date(2021, 9, 17)]])
            book.put(ASSETS, f"AM{row}", [["USD"]])
        return self.put(name, book.write(self.books / "book.xlsx").read_bytes(), as_of, more)

    def put(self, name: str, content: bytes, as_of: str, more: str = "") -> FileOutcome:
        drop(self.path, name, content, f"as_of: {as_of}\n{more}")
        (outcome,) = self.take_in()
        return outcome

    def status(self) -> str:
        """What `weir status` prints."""
        text = io.StringIO()
        settings = Settings(home=self.path.parent)
        print_status(Console(file=text, width=200), settings, observe(settings))
        return text.getvalue()

    def take_in(self) -> tuple[FileOutcome, ...]:
        found = scan(self.path, settle_seconds=0)
        return load_inbox(
            self.warehouse, found, settings=Settings(home=self.warehouse.path.parent), run_id="run", code="code"
        ).files


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_file_that_was_looked_at_is_no_news(inbox: Inbox) -> None:
    assert inbox.send("a.xlsx", IDS, "2024-01-31").outcome == "loaded"
    assert inbox.take_in() == ()


def test_the_same_content_under_another_name_is_a_duplicate(inbox: Inbox) -> None:
    inbox.send("a.xlsx", IDS, "2024-01-31")
    again = inbox.put("b.xlsx", (inbox.path / "a.xlsx").read_bytes(), "2024-01-31")
    assert (again.outcome, again.reason_code) == ("duplicate", "DUPLICATE_CONTENT")


def test_an_old_content_put_back_under_its_name_is_said(inbox: Inbox) -> None:
    inbox.send("a.xlsx", IDS, "2024-01-31")
    old = (inbox.path / "a.xlsx").read_bytes()
    inbox.send("a.xlsx", IDS[:29], "2024-01-31")
    again = inbox.put("a.xlsx", old, "2024-01-31")
    assert (again.outcome, again.reason_code) == ("duplicate", "OLD_FILE_RESENT")
    assert inbox.take_in() == ()


# 30 assets: a fifth is 6, so six may vanish and seven may not.
@pytest.mark.parametrize(("left", "outcome"), [(24, "loaded"), (23, "held"), (0, "held")])
@pytest.mark.parametrize("as_of", ["2024-01-31", "2024-02-29"])
def test_more_than_a_fifth_may_not_vanish_on_a_later_day_or_by_correction(
    inbox: Inbox, left: int, outcome: str, as_of: str
) -> None:
    inbox.send("a.xlsx", IDS, "2024-01-31")
    # A list that is empty below its header says that everything is gone, and is guarded all the more.
    book = minimal_book(ids=HELD_IDS)
    if left:
        found = inbox.send("b.xlsx", IDS[:left], as_of)
    else:
        book.clear(ASSETS, *(address for address in list(book.sheets[ASSETS]) if not address.endswith("1")))
        found = inbox.put("b.xlsx", book.write(inbox.books / "empty.xlsx").read_bytes(), as_of)
    assert found.outcome == outcome
    assert found.reason_code == (None if outcome == "loaded" else "MASS_DELETION")


def test_up_to_five_may_vanish_from_a_short_list(inbox: Inbox) -> None:
    inbox.send("a.xlsx", IDS[:7], "2024-01-31")
    assert inbox.send("b.xlsx", IDS[:2], "2024-02-29").outcome == "loaded"


def test_a_confirmed_deletion_is_taken_in_although_its_content_is_held(inbox: Inbox) -> None:
    inbox.send("a.xlsx", IDS, "2024-01-31")
    held = inbox.send("b.xlsx", IDS[:10], "2024-02-29")
    content = (inbox.path / "b.xlsx").read_bytes()
    again = inbox.put("copy of b.xlsx", content, "2024-02-29")
    assert (held.outcome, again.outcome) == ("held", "duplicate")
    assert again.message is not None
    assert "is held already" in again.message
    assert inbox.put("b.xlsx", content, "2024-02-29", "confirm_deletions: yes\n").outcome == "loaded"


def test_a_deal_of_another_feed_is_quarantined_with_every_row_that_names_it(inbox: Inbox) -> None:
    inbox.send("first.xlsx", IDS, "2024-01-31", "feed_name: first\n")
    second = inbox.send("second.xlsx", IDS, "2024-01-31", "feed_name: second\n", deals=(9, 17))
    assert second.outcome == "loaded"
    stated = inbox.warehouse.rows(
        "select l.feed_name, t.deal_id from raw.clo_deals t join raw.loads l on l.load_id = t._load_id order by all"
    )
    assert stated == [("first", "MAG17"), ("second", "MAG9")]
    # Every table in which the first feed has rows of the deal has as many quarantined rows of the second.
    for table in (
        "clo_deals",
        "clo_deal_collateral",
        "clo_deal_tranches",
        "clo_deal_fees",
        "clo_deal_payment_schedule",
    ):
        ((rows,),) = inbox.warehouse.rows(f"select count(*) from raw.{table} where deal_id = 'MAG17'")
        assert inbox.warehouse.rows(
            "select count(*) from raw.rejected_rows where reason_code = 'OWNED_BY_OTHER_FEED' and table_name = ?",
            [table],
        ) == [(rows,)]
    assert (
        inbox.warehouse.rows(
            "select _sheet, block from raw.row_counts where rows_staged < 0 "
            "or rows_in_range <> rows_staged + rows_quarantined + rows_comment + rows_blank"
        )
        == []
    )
    # Several blocks of a sheet fill the table of parameters; what is counted as staged is what is there.
    ((staged, there),) = inbox.warehouse.rows(
        "select (select sum(c.rows_staged) from raw.row_counts c where c._load_id = l.load_id and c.table_name = ?), "
        "(select count(*) from raw.clo_deal_parameters p where p._load_id = l.load_id) "
        "from raw.loads l where l.feed_name = 'second'",
        ["clo_deal_parameters"],
    )
    assert staged == there > 0


def test_another_organisation_may_state_the_same_deal(inbox: Inbox) -> None:
    inbox.send("north/a.xlsx", IDS, "2024-01-31")
    inbox.send("south/a.xlsx", IDS, "2024-01-31")
    assert inbox.warehouse.rows("select organization_id, deal_id from raw.clo_deals order by all") == [
        ("north", "MAG17"),
        ("south", "MAG17"),
    ]
    assert inbox.warehouse.rows("select count(*) from raw.rejected_rows") == [(0,)]


def test_a_kind_is_found_by_content_even_under_the_name_of_a_workbook(inbox: Inbox) -> None:
    content = b"base_currency,quote_currency,as_of,rate\nEUR,USD,2024-03-28,1.0811\n"
    assert inbox.put("rates.xlsx", content, "2024-03-28").kind == "fx_feed"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x81 no text", b"Dear all", b"<a/>", b'{"a": 1}'])
def test_what_is_no_workbook_under_its_name_is_called_so(inbox: Inbox, content: bytes) -> None:
    assert inbox.put("book.xlsx", content, "2024-03-28").reason_code == "NOT_A_WORKBOOK"


@pytest.mark.parametrize("declared", ["", "kind: clo_workbook\n"])
@pytest.mark.parametrize("lacking", [ASSETS, "Mag 17 Inputs"])
def test_half_a_clo_workbook_is_told_which_sheet_it_lacks(inbox: Inbox, declared: str, lacking: str) -> None:
    book = minimal_book()
    del book.sheets[lacking]
    content = book.write(inbox.books / "half.xlsx").read_bytes()
    found = inbox.put("half.xlsx", content, "2024-03-28", declared)
    assert found.reason_code == "MISSING_SHEET"
    assert found.message is not None
    assert f"expected a sheet '{'All Assets' if lacking == ASSETS else 'Mag N Inputs'}'" in found.message


def test_a_refused_file_is_a_concern_until_it_is_taken_out_of_the_inbox(inbox: Inbox) -> None:
    inbox.put("letter.xlsx", b"Dear all", "2024-03-28")
    assert "letter.xlsx" in inbox.status()
    (inbox.path / "letter.xlsx").unlink()
    assert "letter.xlsx" not in inbox.status()
    assert inbox.warehouse.rows("select status, reason_code from raw.loads") == [("rejected", "NOT_A_WORKBOOK")]


def test_quarantined_rows_are_a_concern_until_a_corrected_file_replaces_theirs(inbox: Inbox) -> None:
    twice = (*IDS, IDS[0])
    inbox.send("a.xlsx", twice, "2024-01-31")
    assert "quarantined now" in inbox.status()
    inbox.send("b.xlsx", IDS, "2024-01-31")
    assert "quarantined now" not in inbox.status()
    assert inbox.warehouse.rows("select count(*) > 0 from raw.rejected_rows") == [(True,)]
