"""What trips readers of QuickBooks exports other than the report of QuickBooks Online, and what wrong files of them yield.

Source: fund-admin 5 (rows QuickBooks Desktop, journal report, IIF), 1.10 (G-2); input-contracts 1.4.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.samples.ledgers.layouts import layout_files

from .ledger_files import holds, read_ledger, reasons, refusal, rows, signed

SEED = 7
HEADER = ",Type,Date,Num,Adj,Name,Memo,Split,Debit,Credit,Balance\n"
CASH = """1000 · Cash,,,,,,,,,,500.00
,General Journal,3/1/2024,7,,Investor A,call,3000 · Capital,"1,000.00",,"1,500.00"
Total 1000 · Cash,,,,,,,,"1,000.00",0.00,"1,500.00"
"""
CAPITAL = """3000 · Capital,,,,,,,,,,500.00
,General Journal,3/1/2024,7,,Investor A,call,1000 · Cash,,"1,000.00","1,500.00"
Total 3000 · Capital,,,,,,,,0.00,"1,000.00","1,500.00"
"""
TOTAL = 'TOTAL,,,,,,,,"1,000.00","1,000.00",0.00\n'
DESKTOP = HEADER + CASH + CAPITAL + TOTAL


# --- General Ledger report of QuickBooks Desktop ---


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_the_separator_dot_is_read_in_every_encoding_that_the_report_comes_in(tmp_path: Path, encoding: str) -> None:
    found = rows(read_ledger(tmp_path, DESKTOP.encode(encoding)))
    assert [(row["account_code"], row["account_name"]) for row in found] == [("1000", "Cash"), ("3000", "Capital")]


def test_a_byte_that_windows_1252_does_not_have_refuses_the_file(tmp_path: Path) -> None:
    rejection = refusal(tmp_path, DESKTOP.encode("cp1252").replace(b"Investor A", b"Investor \x81"))
    assert rejection.code == "BAD_ENCODING"


def test_balances_are_positive_on_the_debit_side_whichever_sign_the_report_shows(tmp_path: Path) -> None:
    # Cash 500 and 1,500 as shown. Capital is credited with 1,000 and rises by it: its 500 and 1,500 are credits.
    found = rows(read_ledger(tmp_path, DESKTOP), "gl_report_balances")
    assert [(r["account_code"], r["opening_balance"], r["closing_balance"]) for r in found] == [
        ("1000", 500, 1500),
        ("3000", -500, -1500),
    ]


def test_lines_booked_on_a_parent_are_its_own_and_its_balance_is_not_counted_twice(tmp_path: Path) -> None:
    parent = (
        "6000 · Costs,,,,,,,,,,0.00\n"
        "6100 · Legal,,,,,,,,,,0.00\n,Check,3/2/2024,1,,,,1000 · Cash,60.00,,60.00\n"
        "Total 6100 · Legal,,,,,,,,60.00,0.00,60.00\n"
        "6000 · Costs - Other,,,,,,,,,,0.00\n,Check,3/2/2024,1,,,,1000 · Cash,40.00,,40.00\n"
        "Total 6000 · Costs - Other,,,,,,,,40.00,0.00,40.00\n"
        "Total 6000 · Costs,,,,,,,,100.00,0.00,100.00\n"
    )
    cash = "1000 · Cash,,,,,,,,,,0.00\n,Check,3/2/2024,1,,,,-SPLIT-,,100.00,-100.00\nTotal 1000 · Cash,,,,,,,,0.00,100.00,-100.00\n"
    extract = read_ledger(tmp_path, HEADER + parent + cash + "TOTAL,,,,,,,,100.00,100.00,0.00\n")
    assert {row["account_code"]: signed(row) for row in rows(extract)} == {"6100": 60, "6000": 40, "1000": -100}
    assert sum(row["closing_balance"] for row in rows(extract, "gl_report_balances")) == 0
    assert holds(extract) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '"1,500.00"\nTotal 1000',
            '"1,400.00"\nTotal 1000',
            "line 3: balance of account '1000 · Cash' must be 1,500.00",
        ),
        (
            'Total 1000 · Cash,,,,,,,,"1,000.00"',
            'Total 1000 · Cash,,,,,,,,"1,100.00"',
            "line 4: debit total of account",
        ),
        (
            'TOTAL,,,,,,,,"1,000.00","1,000.00"',
            'TOTAL,,,,,,,,"1,000.00","900.00"',
            "credit total of the report must be",
        ),
        ("Total 3000 · Capital", "Total 3100 · Capital", "the next total must be that of '3000 · Capital'"),
        ("3/1/2024,7,,Investor A,call,3000", "31/3/2024,7,,Investor A,call,3000", "must be a day as MM/DD/YYYY"),
        ('"1,000.00",,"1,500.00"', '"1.000,00",,"1,500.00"', "debit must be an amount such as"),
    ],
)
def test_what_contradicts_the_reports_own_totals_refuses_it(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in DESKTOP
    rejection = refusal(tmp_path, DESKTOP.replace(old, new, 1))
    assert rejection.code == "CONTROL_TOTAL"
    assert says in rejection.message


def test_a_report_that_breaks_off_is_refused(tmp_path: Path) -> None:
    cut = (HEADER + CASH + CAPITAL).rpartition("Total")[0]
    assert "must be closed by its total, found the end of the file" in refusal(tmp_path, cut).message


# --- IIF ---

IIF = (
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tDOCNUM\tMEMO\n"
    "!SPL\tMEMO\tAMOUNT\tACCNT\tDATE\tTRNSTYPE\n"
    "!ENDTRNS\n"
    'TRNS\tGENERAL JOURNAL\t3/1/2024\tBank\t"1,234.50"\t7\t"Fees, quarter"\n'
    "SPL\tfees\t-1234.50\tFees\t03/01/2024\tGENERAL JOURNAL\n"
    "ENDTRNS\n"
)


def test_each_kind_of_record_has_the_columns_that_the_file_defines_for_it(tmp_path: Path) -> None:
    first, second = rows(read_ledger(tmp_path, IIF))
    assert (first["account_code"], signed(first), first["memo"]) == ("Bank", Decimal("1234.50"), "Fees, quarter")
    assert (second["account_code"], signed(second), second["memo"]) == ("Fees", Decimal("-1234.50"), "fees")
    assert first["posting_date"] == second["posting_date"] == dt.date(2024, 3, 1)


def test_lists_in_the_same_file_are_no_lines_and_give_accounts_their_type(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, layout_files(SEED)["quickbooks_desktop.iif"], "a.iif")
    types = {row["account_code"]: row["account_type"] for row in rows(extract)}
    assert types == {"0100": "ASSET", "2050": "LIABILITY", "3000": "EQUITY", "6100": "EXPENSE", "6200": "EXPENSE"}
    assert len(rows(extract, "gl_ledger_accounts")) == 5


def test_a_block_that_does_not_come_to_zero_is_loaded_and_holds_its_month(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, IIF.replace("-1234.50", "-1234.49"))
    assert len(rows(extract)) == 2
    (message,) = holds(extract)
    assert "period 2024-03" in message
    assert "1,234.50 and 1,234.49, difference 0.01" in message


def test_two_blocks_alike_stay_two_journals(tmp_path: Path) -> None:
    block = IIF.partition("!ENDTRNS\n")[2]
    assert len({row["journal_id"] for row in rows(read_ledger(tmp_path, IIF + block))}) == 2


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (
            IIF.rpartition("ENDTRNS\n")[0] + IIF.partition("!ENDTRNS\n")[2],
            "CONTROL_TOTAL",
            "must end with ENDTRNS first",
        ),
        (
            IIF.replace("!SPL\tMEMO\tAMOUNT", "!SPL\tMEMO\tTOTAL"),
            "MISSING_COLUMN",
            "line 2: expected the columns AMOUNT",
        ),
        (IIF.replace("!SPL", "!SPX"), "MISSING_COLUMN", "of SPL defined by a record !SPL"),
        (IIF + "SPL\tx\t1\tFees\n", "CONTROL_TOTAL", "line 7: SPL must stand below a TRNS"),
        (IIF + IIF.partition("!ENDTRNS\n")[2].replace("ENDTRNS\n", ""), "CONTROL_TOTAL", "found the end of the file"),
        (IIF.replace('quarter"', "quarter"), "BAD_QUOTING", "expected closed quotation marks"),
    ],
)
def test_a_file_whose_blocks_are_broken_is_refused(tmp_path: Path, content: str, code: str, says: str) -> None:
    rejection = refusal(tmp_path, content)
    assert rejection.code == code
    assert says in rejection.message


def test_splits_of_a_transaction_without_a_day_are_quarantined_with_it(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, IIF.replace("3/1/2024\tBank", "13/1/2024\tBank"))
    assert reasons(extract) == [(4, "BAD_DATE"), (5, "PARENT_QUARANTINED")]
    assert "found 2 quarantined" in holds(extract)[0]


# --- journal and its parts of QuickBooks Online ---

LINES = """index,journal_entry_id,account_id,amount,posting_type
1,41,40,70.00,Credit
0,41,50,70.00,Debit
"""


def test_the_order_of_lines_does_not_matter_and_their_own_numbers_are_kept(tmp_path: Path) -> None:
    found = rows(read_ledger(tmp_path, LINES), "gl_journal_lines")
    assert [(row["line_id"], signed(row)) for row in found] == [("1", -70), ("0", 70)]


def test_a_line_is_on_the_side_of_its_posting_type_and_a_negative_one_on_the_other(tmp_path: Path) -> None:
    content = LINES.replace("70.00,Credit", "-70.00,Debit").replace("70.00,Debit\n", "70.00,debit\n")
    assert [signed(row) for row in rows(read_ledger(tmp_path, content), "gl_journal_lines")] == [-70, 70]


def test_lines_with_one_number_that_differ_are_all_quarantined_and_equal_ones_but_once(tmp_path: Path) -> None:
    differ = read_ledger(tmp_path, LINES + "0,41,50,75.00,Debit\n")
    assert reasons(differ) == [(3, "DUPLICATE_KEY"), (4, "DUPLICATE_KEY")]
    same = read_ledger(tmp_path, LINES + "0,41,50,70.00,Debit\n")
    assert reasons(same) == [(4, "DUPLICATE_ROW")]
    assert holds(same) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("70.00,Debit", "70.00,Dr", "BAD_ENUM"),
        ("70.00,Debit", ",Debit", "MISSING_VALUE"),
        ("70.00,Debit", "$70,Debit", "BAD_TYPE"),
        ("70.00,Debit", "70.00001,Debit", "PRECISION_EXCEEDED"),
        ("70.00,Debit", "70.00,Debit,x", "BAD_TYPE"),
        ("0,41,50", "0,,50", "MISSING_VALUE"),
        ("0,41,50", "0,41,#REF!", "CELL_ERROR"),
    ],
)
def test_a_line_that_cannot_be_read_is_quarantined_and_holds_the_ledger(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    extract = read_ledger(tmp_path, LINES.replace(old, new))
    assert (3, code) in reasons(extract)
    assert {row for row, _ in reasons(extract)} == {3}
    assert any("found 1 quarantined" in message for message in holds(extract))


def test_deleted_lines_are_kept_and_do_not_count(tmp_path: Path) -> None:
    extract = read_ledger(tmp_path, layout_files(SEED)["quickbooks_journal.csv"])
    deleted = [row for row in rows(extract) if row["status"] == "DELETED"]
    (report,) = rows(extract, "gl_reports")
    posted = [signed(row) for row in rows(extract) if row["status"] == "POSTED"]
    assert len(deleted) == 3
    assert report["debit_total"] == report["credit_total"] == sum(amount for amount in posted if amount > 0)


def test_an_amount_finer_than_the_minor_unit_of_its_currency_is_refused(tmp_path: Path) -> None:
    content = "id,txn_date,currency,account,posting_type,amount\n1,2024-03-01,JPY,Cash,Debit,1.5\n1,2024-03-01,JPY,Fees,Credit,1\n"
    assert reasons(read_ledger(tmp_path, content)) == [(2, "PRECISION_EXCEEDED")]


def test_currencies_of_one_journal_balance_apart(tmp_path: Path) -> None:
    content = "id,txn_date,currency,account,posting_type,amount\n1,2024-03-01,USD,Cash,Debit,5\n1,2024-03-01,EUR,Cash,Credit,5\n"
    (message,) = holds(read_ledger(tmp_path, content))
    assert "found 2 with a difference of 0 in all" in message
    assert "journal '1', EUR: 0 and 5, difference -5" in message
    assert "journal '1', USD: 5 and 0, difference 5" in message
