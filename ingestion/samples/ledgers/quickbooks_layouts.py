"""The books of `books` as QuickBooks writes them: the report of Desktop, IIF, the journal, and headers, lines and accounts apart. What is booked does not belong here.

Each file carries what its layout is known to trip readers with. Source: fund-admin 5.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence

from ingestion.samples.ledgers.books import ACCOUNTS, BookAccount, BookJournal, amount, with_separators

OPENING = 12_345_600  # cents on the first account, so that a balance has something to begin with
Row = Sequence[str]


def csv_text(rows: Iterable[Row], delimiter: str = ",") -> str:
    """Rows as delimited text with the line ends of Windows."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def desktop_report(journals: Sequence[BookJournal]) -> bytes:
    """The General Ledger report in Windows-1252, a middle dot in each account, amounts with separators, no deleted journal."""
    rows: list[Row] = [("", "Type", "Date", "Num", "Adj", "Name", "Memo", "Split", "Debit", "Credit", "Balance")]
    totals = [0, 0]
    for account in ACCOUNTS:
        label = f"{account.code} \N{MIDDLE DOT} {account.name}"
        balance = OPENING if account is ACCOUNTS[0] else 0
        rows.append((label, *[""] * 9, with_separators(balance)))
        sums = [0, 0]
        for journal, cents in _legs_of(journals, account):
            balance += cents
            sums[cents < 0] += abs(cents)
            sides = (with_separators(cents), "") if cents > 0 else ("", with_separators(-cents))
            day = f"{journal.day.month}/{journal.day.day}/{journal.day.year}"
            rows.append(
                (
                    "",
                    "General Journal",
                    day,
                    journal.number,
                    "",
                    "",
                    journal.memo,
                    "-SPLIT-",
                    *sides,
                    with_separators(balance),
                )
            )
        rows.append((f"Total {label}", *[""] * 7, *map(with_separators, sums), with_separators(balance)))
        totals = [totals[0] + sums[0], totals[1] + sums[1]]
    rows.append(("TOTAL", *[""] * 7, *map(with_separators, totals), ""))
    return csv_text(rows).encode("cp1252")


def iif(journals: Sequence[BookJournal]) -> bytes:
    """IIF with lists before the transactions, columns of splits in another order than those of heads, memos with commas."""
    rows: list[Row] = [
        ("!HDR", "PROD", "VER"),
        ("HDR", "QuickBooks Pro", "Version 23.0"),
        ("!ACCNT", "NAME", "ACCNTTYPE", "ACCNUM"),
        *(("ACCNT", account.name, _IIF_TYPES[account.type_name], account.code) for account in ACCOUNTS),
        ("!CUST", "NAME"),
        ("CUST", "Investor A"),
        ("!TRNS", "TRNSID", "TRNSTYPE", "DATE", "ACCNT", "AMOUNT", "DOCNUM", "MEMO"),
        ("!SPL", "SPLID", "ACCNT", "MEMO", "AMOUNT", "TRNSTYPE", "DATE"),
        ("!ENDTRNS",),
    ]
    for journal in journals:
        if journal.is_deleted:
            continue
        day = f"{journal.day.month}/{journal.day.day}/{journal.day.year}"
        (head, cents), *others = journal.legs
        rows.append(("TRNS", "", "GENERAL JOURNAL", day, head.name, amount(cents), journal.number, journal.memo))
        rows += [("SPL", "", leg.name, journal.memo, with_separators(c), "GENERAL JOURNAL", day) for leg, c in others]
        rows.append(("ENDTRNS",))
    return csv_text(rows, "\t").encode("cp1252")


def journal_report(journals: Sequence[BookJournal], seed: int) -> bytes:
    """One row per line in any order, with the deleted journal and its flag."""
    header = (
        "id,txn_date,doc_number,currency,exchange_rate,line_num,posting_type,amount,account,class,department,deleted"
    )
    rows: list[Row] = []
    for number, journal in enumerate(journals, 41):
        for line, (account, cents) in enumerate(journal.legs):
            side = "Debit" if cents > 0 else "Credit"
            label = f"{account.code} {account.name}"
            values = (
                str(number),
                journal.day.isoformat(),
                journal.number,
                "USD",
                "1.0",
                str(line),
                side,
                amount(abs(cents)),
            )
            rows.append((*values, label, "Fund", journal.location, str(journal.is_deleted).upper()))
    random.Random(seed).shuffle(rows)
    return csv_text([header.split(","), *rows]).encode("utf-8-sig")


def replicated(journals: Sequence[BookJournal], seed: int) -> dict[str, bytes]:
    """Headers, lines and accounts in three files, lines in any order; a deleted header has no day any more."""
    of_headers = "id,transaction_date,doc_number,currency_id,exchange_rate,private_note,_fivetran_deleted"
    headers: list[Row] = [of_headers.split(",")]
    lines: list[Row] = []
    ids = {account.code: str(50 + place) for place, account in enumerate(ACCOUNTS)}
    for number, journal in enumerate(journals, 41):
        day = "" if journal.is_deleted else journal.day.isoformat()
        headers.append((str(number), day, journal.number, "USD", "", journal.memo, str(journal.is_deleted).upper()))
        for line, (account, cents) in enumerate(journal.legs):
            side = "Debit" if cents > 0 else "Credit"
            lines.append((str(line), str(number), ids[account.code], amount(abs(cents)), side, journal.memo, "10"))
    random.Random(seed).shuffle(lines)
    names = ("index", "journal_entry_id", "account_id", "amount", "posting_type", "description", "class_id")
    kinds = ("id", "account_number", "account_sub_type", "account_type", "active", "classification")
    accounts: list[Row] = [(*kinds, "fully_qualified_name", "name", "_fivetran_deleted")]
    for account in ACCOUNTS:
        stated = (ids[account.code], account.code, "", account.type_name, "TRUE", "")
        accounts.append((*stated, account.name, account.name, "FALSE"))
    return {
        "quickbooks_headers.csv": csv_text(headers).encode(),
        "quickbooks_lines.csv": csv_text([names, *lines]).encode(),
        "quickbooks_accounts.csv": csv_text(accounts).encode(),
    }


_IIF_TYPES = {"Bank": "BANK", "Expense": "EXP", "Accounts Payable": "AP", "Equity": "EQUITY"}


def _legs_of(journals: Sequence[BookJournal], account: BookAccount) -> list[tuple[BookJournal, int]]:
    kept = (journal for journal in journals if not journal.is_deleted)
    return [(journal, cents) for journal in kept for leg, cents in journal.legs if leg is account]
