"""The saved ledger extracts: what is loaded of each, and by how much its journals differ. Skipped where the samples are not at hand.

Source: README of the samples; the expected sums were added up from the columns by hand.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path

from .ledger_files import holds, read_ledger, reasons, rows, saved, signed


def test_the_saved_iif_file_is_four_balanced_journals(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, saved("quickbooks_desktop_journal.iif"))
    found = rows(extract)
    assert (len(found), sum(map(signed, found)), holds(extract)) == (10, 0, [])
    by_journal = Counter(row["journal_id"] for row in found)
    assert sorted(by_journal.values()) == [2, 2, 2, 4]
    assert {row["posting_date"] for row in found} == {
        *(dt.date(2010, 2, 2), dt.date(2010, 2, 3), dt.date(2011, 9, 30), dt.date(2011, 10, 3)),
    }
    assert [signed(row) for row in found if row["posting_date"].month == 10] == [
        *map(Decimal, ("664.91", "-508.82", "-77.73", "-78.36")),
    ]
    assert {row["memo"] for row in found if row["posting_date"].month == 10} == {
        "Reim Member A for Snacks, & Office supplies"
    }


def test_the_saved_detail_of_intacct_is_loaded_whole_with_its_exact_imbalance(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, saved("sage_intacct_gl_detail.csv"))
    found = rows(extract)
    assert (len(found), reasons(extract)) == (10, [])
    # Ten lines are 2,270.28 more debit than credit, six times 378.38; one of the six is flagged as deleted.
    assert sum(map(signed, found)) == Decimal("2270.28")
    assert [row["status"] for row in found].count("DELETED") == 1
    (message,) = holds(extract)
    assert "period 2021-12" in message
    assert "'506993'" in message
    assert "difference 1,891.90 (2,270.28 with its deleted lines)" in message


def test_the_saved_batches_and_accounts_of_intacct_are_loaded_whole(tmp_path: Path) -> None:
    batches = rows(read_ledger(tmp_path, saved("sage_intacct_gl_batch.csv")), "gl_journal_headers")
    assert [row["journal_id"] for row in batches] == ["93", "86", "62", "61", "55"]
    assert {row["journal_code"] for row in batches} == {"AP"}
    accounts = rows(read_ledger(tmp_path, saved("sage_intacct_gl_account.csv")), "gl_ledger_accounts")
    assert (len(accounts), [row["account_code"] for row in accounts if row["is_deleted"]]) == (10, ["48000"])


def test_the_saved_lines_of_quickbooks_online_are_loaded_whole_with_each_imbalance(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, saved("quickbooks_online_api_journal_entry_line_data.csv"))
    assert len(rows(extract, "gl_journal_lines")) == 12
    (message,) = holds(extract)
    # Journal 41: one debit of 70,643; credits 30,476 + 86,440 + 5,610 + 30,055 + 68,252 = 220,833.
    assert "journal '41': 70,643 and 220,833, difference -150,190" in message
    for one_sided in ("'112': 22,472 and 0", "'116': 85,245 and 0", "'44': 99,205 and 0", "'395': 62,405 and 0"):
        assert one_sided in message
    assert "7 with a difference of 119,437 in all" in message


def test_the_saved_headers_and_accounts_of_quickbooks_online_keep_the_deleted_ones(tmp_path: Path) -> None:
    headers = rows(read_ledger(tmp_path, saved("quickbooks_online_api_journal_entry_data.csv")), "gl_journal_headers")
    assert len(headers) == 13
    assert [(row["journal_id"], row["posting_date"]) for row in headers if row["status"] == "DELETED"] == [
        ("115", None)
    ]
    accounts = rows(read_ledger(tmp_path, saved("quickbooks_online_api_account_data.csv")), "gl_ledger_accounts")
    assert len(accounts) == 32
    by_id = {row["account_id"]: row for row in accounts}
    assert (by_id["34"]["account_code"], by_id["34"]["account_type"]) == ("6674", "ASSET")
    assert (by_id["54"]["is_active"], by_id["60"]["is_deleted"]) == (False, True)
