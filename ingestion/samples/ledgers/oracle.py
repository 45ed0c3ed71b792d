"""Writes sample documents as Oracle takes them in (GL_INTERFACE) and gives them out (journals with headers and lines). What is booked is not its.

Source: fund-admin 5, rows of Oracle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ingestion.samples.ledgers.documents import Document, delimited

LEDGER, WIDTH = "Sample Ledger", 95
# Places of the columns of GL_INTERFACE that are filled, counted from 1.
STATUS, DAY, SOURCE, CATEGORY, CURRENCY, CREATED, FLAG, FIRST_SEGMENT = 1, 3, 4, 5, 6, 7, 8, 9
ENTERED, ACCOUNTED, BATCH, JOURNAL, TEXT, GROUP, NAME = 39, 41, 43, 46, 52, 67, 92
MONTHS = ["JAN", "FÉVR", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOÛT", "SEPT", "OCT", "NOV", "DÉC"]
JOURNALS = [
    "je_header_id",
    "je_line_num",
    "ledger_name",
    "period_name",
    "effective_date",
    "currency_code",
    "actual_flag",
    "status",
    "concatenated_segments",
    "entered_dr",
    "entered_cr",
    "accounted_dr",
    "accounted_cr",
    "description",
    "je_source",
    "je_category",
]
STATISTICAL = Decimal(40)


def gl_interface(booked: Sequence[Document]) -> bytes:
    """Every document as a journal; the first is entered as a red correction. Below them a budget, an encumbrance and a
    one-sided statistical line."""
    lines = []
    for index, document in enumerate(booked):
        for leg in document.legs:
            lines.append(_line(document, leg.account, leg.amount, leg.company_amount, is_red=index == 0))
    last = booked[-1]
    account, amount, company = last.legs[0].account, last.legs[0].amount, last.legs[0].company_amount
    lines += [
        _line(last, account, amount, company, flag="B"),
        _line(last, account, amount, company, flag="E"),
        _line(last, account, STATISTICAL, None, currency="STAT"),
    ]
    return ("\n".join(",".join(line) for line in lines) + "\n").encode()


def _line(
    document: Document,
    account: str,
    amount: Decimal,
    accounted: Decimal | None,
    *,
    flag: str = "A",
    currency: str | None = None,
    is_red: bool = False,
) -> list[str]:
    day = f"{document.posting_date:%Y/%m/%d}"
    cells: Mapping[int, str] = {
        STATUS: "NEW",
        DAY: day,
        SOURCE: "Sample",
        CATEGORY: "Transfer",
        CURRENCY: currency or document.currency,
        CREATED: day,
        FLAG: flag,
        FIRST_SEGMENT: "01",
        FIRST_SEGMENT + 1: "000",
        FIRST_SEGMENT + 2: account,
        ENTERED + _place(amount, is_red): _text(amount, is_red),
        ACCOUNTED + _place(amount, is_red): "" if accounted is None else _text(accounted, is_red),
        BATCH: "Sample batch",
        JOURNAL: document.number,
        TEXT: currency or document.currency,
        GROUP: "1",
        NAME: LEDGER,
        WIDTH: "END",
    }
    return [cells.get(place, "") for place in range(1, WIDTH + 1)]


def _place(amount: Decimal, is_red: bool) -> int:
    """0 in the column of debits, 1 in that of credits; a red correction stands in the other one with a minus."""
    return int((amount < 0) != is_red)


def _text(amount: Decimal, is_red: bool) -> str:
    return f"{-abs(amount) if is_red else abs(amount)}"


def journals(booked: Sequence[Document]) -> bytes:
    """Every document as a posted journal with French days, adjusting periods by name; below them one that is not posted."""
    rows = [row for document in booked for row in _journal(document, document.number, "P")]
    rows += _journal(booked[-1], "999", "U")
    return delimited(JOURNALS, rows, ",").encode("cp1252")


def _journal(document: Document, header_id: str, status: str) -> list[list[str]]:
    day, month = document.posting_date, MONTHS[document.posting_date.month - 1]
    period = f"ADJ-{day:%y}" if int(document.fiscal_period) > 12 else f"{month}-{day:%y}"
    rows = []
    for number, leg in enumerate(document.legs, start=1):
        debit = leg.amount > 0
        entered, accounted = f"{abs(leg.amount)}", f"{abs(leg.company_amount)}"
        rows.append(
            [
                header_id,
                f"{number}",
                LEDGER,
                period,
                f"{day:%d}-{month}-{day:%y}",
                document.currency,
                "A",
                status,
                f"01.000.{leg.account}",
                entered if debit else "",
                "" if debit else entered,
                accounted if debit else "",
                "" if debit else accounted,
                document.text.replace(",", ""),
                "Sample",
                "Transfer",
            ]
        )
    return rows
