"""Small invented General Ledger reports of QuickBooks Online, for tests. Source of the layout: fund-admin 5."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

HEADER = ["", "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Split", "Amount", "Balance"]
PREAMBLE = ["Alder Fund III LP", "General Ledger", "January 1 - March 31, 2024", ""]
FOOTER = "Wednesday, Apr 3, 2024 08:15:12 PM GMT-7 - Accrual Basis"

Row = list[str]


def heading(account: str) -> Row:
    return [account]


def opening(balance: str, *, under: str = "Date") -> Row:
    row = [""] * len(HEADER)
    row[HEADER.index(under)] = "Beginning Balance"
    row[HEADER.index("Balance")] = balance
    return row


def entry(
    day: str, number: str, amount: str, *, balance: str = "", name: str = "", memo: str = "", split: str = "-Split-"
) -> Row:
    return ["", day, "Journal Entry", number, name, memo, split, amount, balance]


def total(account: str, amount: str, balance: str = "", *, words: str = "") -> Row:
    return [f"Total for {account}{words}", "", "", "", "", "", "", amount, balance]


def section(account: str, *rows: Row, amount: str) -> list[Row]:
    """An account's heading, rows and total."""
    return [heading(account), *rows, total(account, amount)]


def report(
    *sections: Sequence[Row],
    preamble: Sequence[str] = PREAMBLE,
    header: Sequence[str] = HEADER,
    last: Sequence[Row] = (["TOTAL"], [""], [FOOTER]),
) -> bytes:
    """The report as UTF-8 with a byte order mark; its first account's heading is line 6."""
    out = io.StringIO()
    rows = [*([line] for line in preamble), header, *(row for rows in sections for row in rows), *last]
    csv.writer(out).writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


def capital_call(amount: str = "1,000.00") -> list[list[Row]]:
    """Cash 500.00 before, then a contribution of `amount`; line 6 is the heading of cash, line 10 that of capital."""
    return [
        [
            heading("1000 Cash"),
            opening("500.00"),
            entry("01/15/2024", "7", amount, memo="call 1", name="Investor A"),
            total("1000 Cash", amount),
        ],
        section("3000 Partners' Capital", entry("01/15/2024", "7", amount), amount=amount),
    ]
