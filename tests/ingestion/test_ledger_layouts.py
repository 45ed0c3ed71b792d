"""Every ledger layout yields the books that its file was written from. The books are the expected values: no reader made them.

Source: fund-admin 5 (layouts and their traps), 1.10 (G-2).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.extract import Extract
from ingestion.ledger import LAYOUTS
from ingestion.samples.ledgers.books import ACCOUNTS, book_journals
from ingestion.samples.ledgers.layouts import ENTITY, layout_files, write_layout_files

from .ledger_files import holds, read_ledger, reasons, refusal, rows, signed

SEED = 20240304
Legs = list[tuple[str, Decimal]]
Journals = dict[tuple[str, dt.date], Legs]


def books(seed: int, *, with_deleted: bool = False) -> Journals:
    """(number, day) -> sorted legs, of the books themselves."""
    return {
        (journal.number, journal.day): sorted((account.code, Decimal(cents) / 100) for account, cents in journal.legs)
        for journal in book_journals(seed)
        if with_deleted or not journal.is_deleted
    }


def journals(extract: Extract, number_of: Callable[[dict[str, object]], str]) -> Journals:
    """The same of an extract: posted lines, grouped by the journal that the reader put them in."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows(extract):
        if row["status"] == "POSTED":
            found[row["journal_id"]].append(row)
    result: Journals = {}
    for lines in found.values():
        ((number, day),) = {(number_of(line), line["posting_date"]) for line in lines}
        assert isinstance(day, dt.date)
        result[number, day] = sorted((str(line["account_code"]), signed(line)) for line in lines)
    return result


def document(row: dict[str, object]) -> str:
    return str(row["document_number"])


WHOLE = ("quickbooks_desktop.csv", "quickbooks_desktop.iif", "quickbooks_journal.csv", "intacct_journal.csv")


@pytest.mark.parametrize("name", WHOLE)
def test_a_layout_yields_the_books_that_it_was_written_from(tmp_path: Path, name: str) -> None:
    extract = read_ledger(tmp_path, layout_files(SEED)[name], name)
    assert journals(extract, document) == books(SEED)
    assert reasons(extract) == []
    assert holds(extract) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_books_come_back_from_every_layout(tmp_path: Path, seed: int) -> None:
    files = layout_files(seed)
    for name in WHOLE:
        assert journals(read_ledger(tmp_path, files[name], name), document) == books(seed)


def test_gl_detail_of_intacct_yields_the_books_under_the_key_of_the_batch(tmp_path: Path) -> None:
    files = layout_files(SEED)
    extract = read_ledger(tmp_path, files["intacct_detail.csv"])
    batches = {
        row["journal_id"]: row["memo"]
        for row in rows(read_ledger(tmp_path, files["intacct_batches.csv"]), "gl_journal_headers")
    }
    numbers = {journal.memo: journal.number for journal in book_journals(SEED)}
    assert journals(extract, lambda row: numbers[batches[row["journal_id"]]]) == books(SEED)
    assert [row["status"] for row in rows(extract)].count("DELETED") == 3  # the deleted journal has three legs


def test_headers_and_lines_of_quickbooks_online_join_to_the_books(tmp_path: Path) -> None:
    files = layout_files(SEED)
    headers = {
        row["journal_id"]: row
        for row in rows(read_ledger(tmp_path, files["quickbooks_headers.csv"]), "gl_journal_headers")
    }
    codes = {
        row["account_id"]: row["account_code"]
        for row in rows(read_ledger(tmp_path, files["quickbooks_accounts.csv"]), "gl_ledger_accounts")
    }
    found: Journals = defaultdict(list)
    for row in rows(read_ledger(tmp_path, files["quickbooks_lines.csv"]), "gl_journal_lines"):
        header = headers[row["journal_id"]]
        if header["status"] != "DELETED":
            found[header["document_number"], header["posting_date"]].append((codes[row["account_id"]], signed(row)))
    assert {key: sorted(legs) for key, legs in found.items()} == books(SEED)
    assert [row["posting_date"] for row in headers.values() if row["status"] == "DELETED"] == [None]


def test_the_audit_trail_of_sage_50_yields_the_books_and_what_follows_from_its_types(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, layout_files(SEED)["sage50_audit_trail.csv"])
    found = journals(extract, document)
    # A sale of 200.00 with 40.00 tax; a bank payment of 50.00 with 10.00 tax. Net excludes tax: fund-admin 5.
    sale = found.pop(("INV-1", dt.date(2024, 3, 25)))
    cost = found.pop(("CHQ-1", dt.date(2024, 3, 26)))
    assert sale == [("1100", Decimal(240)), ("2200", Decimal(-40)), ("4000", Decimal(-200))]
    assert cost == [("1200", Decimal(-60)), ("2201", Decimal(10)), ("7500", Decimal(50))]
    assert found == books(SEED)
    assert holds(extract) == []


def test_a_file_is_read_by_exactly_one_layout() -> None:
    for name, content in layout_files(SEED).items():
        encoding = (
            "cp1252" if name.endswith(".iif") or name.startswith(("quickbooks_desktop", "sage50")) else "utf-8-sig"
        )
        text = content.decode(encoding).replace("\r\n", "\n")
        assert len([layout for layout in LAYOUTS if layout.recognises(text)]) == 1, name


def test_every_layout_has_a_file(tmp_path: Path) -> None:
    texts = [content.decode("cp1252").replace("\r\n", "\n") for content in layout_files(SEED).values()]
    unseen = {
        layout.name for layout in LAYOUTS if not any(layout.recognises(text.removeprefix("ï»¿")) for text in texts)
    }
    # The report of QuickBooks Online is written by the demo and has tests of its own; SAP and Oracle likewise.
    assert {layout for layout in unseen if "QuickBooks" in layout or "Sage" in layout} == {
        "General Ledger report of QuickBooks Online"
    }


def test_files_are_written_with_a_sidecar_that_names_the_company(tmp_path: Path) -> None:
    written = write_layout_files(tmp_path, SEED)
    assert len(written) == 2 * len(layout_files(SEED))
    content = (tmp_path / "quickbooks_lines.csv").read_bytes()
    (tmp_path / "other").mkdir()
    (row,) = rows(read_ledger(tmp_path / "other", content), "gl_reports")
    assert row["entity"] == ENTITY
    assert row["is_partial"]


def test_leading_zeros_of_account_codes_are_kept(tmp_path: Path) -> None:
    for name in (*WHOLE, "intacct_detail.csv", "sage50_audit_trail.csv"):
        codes = {row["account_code"] for row in rows(read_ledger(tmp_path, layout_files(SEED)[name], name))}
        assert ACCOUNTS[0].code == "0100"
        assert "0100" in codes, name


@pytest.mark.parametrize("name", [*WHOLE, "intacct_detail.csv", "quickbooks_lines.csv", "sage50_audit_trail.csv"])
def test_an_export_that_names_no_company_needs_one_declared(tmp_path: Path, name: str) -> None:
    rejection = refusal(tmp_path, layout_files(SEED)[name], name, sidecar="")
    assert rejection.code == "MISSING_VALUE"
    assert f"`entity: <name>` in the sidecar {name}.feed.yaml" in rejection.message
