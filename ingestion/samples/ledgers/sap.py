"""Writes sample documents as SAP does: tables of headers and items, line items of several ledgers, and lists in a user's profile. What is booked is not its.

Source: fund-admin 5, rows of SAP.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ingestion.samples.ledgers.documents import COMPANY, COMPANY_CURRENCY, Document, Leg, delimited

STORED_DECIMALS = 2
BKPF = ["BUKRS", "BELNR", "GJAHR", "BLART", "BLDAT", "BUDAT", "MONAT", "WAERS", "KURSF", "HWAER", "STBLG", "BKTXT"]
BSEG = ["BUKRS", "BELNR", "GJAHR", "BUZEI", "BSCHL", "SHKZG", "HKONT", "DMBTR", "WRBTR", "SGTXT"]
ACDOCA = [
    "RLDNR",
    "RBUKRS",
    "GJAHR",
    "BELNR",
    "DOCLN",
    "RACCT",
    "BUDAT",
    "POPER",
    "DRCRK",
    "WSL",
    "RWCUR",
    "HSL",
    "RHCUR",
    "KSL",
    "RKCUR",
    "XREVERSED",
    "SGTXT",
]
FBL3N = (
    "G/L Account",
    "Assignment",
    "Document Number",
    "Business Area",
    "Type",
    "Document Date",
    "Posting Date",
    "Posting Key",
    "Amount in local currency",
    "Local Currency",
    "Text",
)


def bkpf(booked: Sequence[Document]) -> bytes:
    """Document headers. A foreign document carries its rate as an indirect quotation, the first one no document date."""
    rows = []
    for index, document in enumerate(booked):
        is_foreign = document.currency != COMPANY_CURRENCY
        day = f"{document.posting_date:%Y%m%d}"
        rows.append(
            [
                COMPANY,
                document.number,
                f"{document.posting_date.year}",
                "SA",
                "00000000" if index == 0 else day,
                day,
                document.fiscal_period[1:],
                document.currency,
                f"-{document.foreign_per_company:.5f}" if is_foreign else "0.00000",
                COMPANY_CURRENCY,
                "",
                document.text,
            ]
        )
    return delimited(BKPF, rows, ";").encode()


def bseg(booked: Sequence[Document]) -> bytes:
    """Items of documents, unsigned, with their numbers as a spreadsheet leaves them, without the zeros in front."""
    rows = []
    for document in booked:
        for number, leg in enumerate(document.legs, start=1):
            is_debit = leg.company_amount > 0
            rows.append(
                [
                    COMPANY,
                    document.number.lstrip("0"),
                    f"{document.posting_date.year}",
                    f"{number:03d}",
                    "40" if is_debit else "50",
                    "S" if is_debit else "H",
                    leg.account,
                    _stored(abs(leg.company_amount), STORED_DECIMALS),
                    _stored(abs(leg.amount), document.decimals),
                    document.text,
                ]
            )
    return delimited(BSEG, rows, ";").encode()


def acdoca(booked: Sequence[Document], ledgers: Sequence[str] = ("0L", "2L")) -> bytes:
    """Line items of every ledger, each document repeated in each of them; the first document has been reversed."""
    rows = []
    for ledger in ledgers:
        for index, document in enumerate(booked):
            for number, leg in enumerate(document.legs, start=1):
                company = _trailing(_stored(leg.company_amount, STORED_DECIMALS))
                rows.append(
                    [
                        ledger,
                        COMPANY,
                        f"{document.posting_date.year}",
                        document.number,
                        f"{number:06d}",
                        leg.account,
                        f"{document.posting_date:%Y%m%d}",
                        document.fiscal_period,
                        "S" if leg.company_amount > 0 else "H",
                        _trailing(_stored(leg.amount, document.decimals)),
                        document.currency,
                        company,
                        COMPANY_CURRENCY,
                        company,
                        COMPANY_CURRENCY,
                        "X" if index == 0 else "",
                        document.text,
                    ]
                )
    return delimited(ACDOCA, rows, "\t").encode("utf-16")


def fbl3n(booked: Sequence[Document], *, has_bars: bool = False) -> bytes:
    """The list of line items in a profile with decimal comma: by account, each with its subtotal, and the total of all.

    As a download it is UTF-16LE without a mark and with tabs; with bars, UTF-8 between rules.
    """
    lines = [(leg, document) for document in booked for leg in document.legs]
    rows: list[Sequence[str]] = []
    for account in sorted({leg.account for leg, _ in lines}):
        of_account = [(leg, document) for leg, document in lines if leg.account == account]
        rows += [_list_row(leg, document) for leg, document in of_account]
        rows.append(_subtotal("*", sum((leg.company_amount for leg, _ in of_account), Decimal(0))))
    rows.append(_subtotal("**", sum((leg.company_amount for leg, _ in lines), Decimal(0))))
    if not has_bars:
        table = delimited(FBL3N, rows, "\t")
        return f"Company Code\t{COMPANY}\n\n{table}".encode("utf-16-le")
    rule = "-" * 80
    cut = [f"|{'|'.join(row)}|" for row in (FBL3N, *rows)]
    return "\n".join([f"Company Code {COMPANY}", "", rule, cut[0], rule, *cut[1:], rule, ""]).encode()


def _list_row(leg: Leg, document: Document) -> list[str]:
    day = f"{document.posting_date:%d.%m.%Y}"
    key = "40" if leg.company_amount > 0 else "50"
    amount = _listed(leg.company_amount)
    return [leg.account, "", document.number, "", "SA", day, day, key, amount, COMPANY_CURRENCY, document.text]


def _subtotal(stars: str, amount: Decimal) -> list[str]:
    return [stars, "", "", "", "", "", "", "", _listed(amount), COMPANY_CURRENCY, ""]


def _listed(amount: Decimal) -> str:
    """1.234,50 and, for a credit, 1.234,50-"""
    return _trailing(f"{amount:,.2f}").translate(str.maketrans(",.", ".,"))


def _stored(amount: Decimal, decimals: int) -> str:
    """The amount as tables keep it: with two decimals, whatever its currency has."""
    return f"{amount.scaleb(decimals - STORED_DECIMALS):.2f}"


def _trailing(amount: str) -> str:
    return f"{amount[1:]}-" if amount.startswith("-") else amount
