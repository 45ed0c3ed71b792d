"""The books of `books` as Sage writes them: journal and GL detail of Intacct with its batches and accounts, the audit trail of Sage 50. What is booked does not belong here.

Each file carries what its layout is known to trip readers with. Source: fund-admin 5.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from ingestion.samples.ledgers.books import ACCOUNTS, BookJournal, amount
from ingestion.samples.ledgers.quickbooks_layouts import Row, csv_text

SALE_NET, SALE_TAX = 20_000, 4_000
COST_NET, COST_TAX = 5_000, 1_000


def intacct_journal(journals: Sequence[BookJournal]) -> bytes:
    """A template with its row of descriptions, header values on the first line of an entry only, one entry with a reversal day."""
    header = "JOURNAL,DATE,REVERSEDATE,DESCRIPTION,REFERENCE_NO,LINE_NO,ACCT_NO,LOCATION_ID,DEPT_ID,MEMO,DEBIT,CREDIT,CURRENCY"
    words = "Journal symbol,Posting date,Reversal date,Entry text,Reference,Line number,Account,Location,Department,Line text,"
    rows: list[Row] = [header.split(","), [*words.split(",")[:-1], "Debit amount", "Credit amount", "Currency"]]
    for journal in journals:
        if journal.is_deleted:
            continue
        reversal = "04/01/2024" if journal is journals[1] else ""
        stated = ("GJ", f"{journal.day:%m/%d/%Y}", reversal, journal.memo, journal.number)
        for number, (account, cents) in enumerate(journal.legs, 1):
            sides = (amount(cents), "") if cents > 0 else ("", amount(-cents))
            line = (str(number), account.code, journal.location, "D1", f"line {number}", *sides, "USD")
            rows.append((*(stated if number == 1 else [""] * 5), *line))
    return csv_text(rows).encode("utf-8-sig")


def intacct_detail(journals: Sequence[BookJournal], seed: int) -> dict[str, bytes]:
    """Detail, batches and accounts; lines in any order, the deleted journal flagged, euro amounts beside those in dollars."""
    columns = "recordno,accountno,accounttitle,amount,batch_date,batch_no,batchkey,creditamount,debitamount,entry_date"
    more = "entry_state,line_no,tr_type,trx_amount,currency,basecurr,locationid,departmentid,_fivetran_deleted"
    lines: list[Row] = []
    batches: list[Row] = [
        ["recordno", "batch_date", "batch_title", "batchno", "journal", "reversedfrom", "state", "_fivetran_deleted"]
    ]
    for number, journal in enumerate(journals, 501):
        day, flag = journal.day.isoformat(), str(journal.is_deleted).upper()
        batches.append((str(number), day, journal.memo, str(number - 500), "GJ", "", "Posted", flag))
        for line, (account, cents) in enumerate(journal.legs, 1):
            sides = ("0", amount(cents)) if cents > 0 else (amount(-cents), "0")
            first = (
                f"r{number}-{line}",
                account.code,
                account.name,
                amount(cents),
                day,
                str(number - 500),
                str(number),
            )
            direction = "1" if cents > 0 else "-1"
            entered = (amount(cents // 2), "EUR", "USD", journal.location, "D1", flag)
            lines.append((*first, *sides, day, "P", str(line), direction, *entered))
    random.Random(seed).shuffle(lines)
    accounts: list[Row] = [
        ["accountno", "accounttype", "normalbalance", "recordno", "status", "title", "_fivetran_deleted"]
    ]
    for place, account in enumerate(ACCOUNTS):
        accounts.append((account.code, "balancesheet", "debit", str(place), "active", account.name, "FALSE"))
    return {
        "intacct_detail.csv": csv_text([f"{columns},{more}".split(","), *lines]).encode(),
        "intacct_batches.csv": csv_text(batches).encode(),
        "intacct_accounts.csv": csv_text(accounts).encode(),
    }


def sage50_audit_trail(journals: Sequence[BookJournal]) -> bytes:
    """Journals as pairs of JD and JC, then a sale and a bank payment with tax; four forms of day, a pound sign in a text."""
    forms = ("%d%m%y", "%d%m%Y", "%d/%m/%y", "%d/%m/%Y")
    rows: list[Row] = []
    for place, journal in enumerate(journal for journal in journals if not journal.is_deleted):
        day = journal.day.strftime(forms[place % len(forms)])
        for account, cents in journal.legs:
            kind = "JD" if cents > 0 else "JC"
            rows.append(
                (kind, "", account.code, "1", day, journal.number, journal.memo, amount(abs(cents)), "T9", "0.00")
            )
    sale = (
        "SI",
        "ABC001",
        "4000",
        "1",
        "250324",
        "INV-1",
        "Fee of \N{POUND SIGN}200",
        amount(SALE_NET),
        "T1",
        amount(SALE_TAX),
    )
    cost = ("BP", "1200", "7500", "1", "26/03/2024", "CHQ-1", "Post", amount(COST_NET), "T1", amount(COST_TAX))
    return csv_text([*rows, (*sale, "1", "", "admin", "P1", "C1"), cost]).encode("cp1252")
