"""Reads line items of SAP that carry their own ledger and signs, ACDOCA and FAGLFLEXA, into the canonical journal. Documents in two tables are not its.

Several ledgers repeat one document: the lines of the leading one are the journal, the others are kept apart.
Source: fund-admin 5, row ACDOCA and FAGLFLEXA.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from ingestion.extract import Extract, FileRejected, Finding, Scope
from ingestion.ledger.canonical import EXACT_DIGITS, Account, JournalLine
from ingestion.ledger.journal_file import JournalFile, extract_of_file
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.sap_values import (
    GL_SYSTEM,
    LEADING_LEDGER,
    OTHER_LEDGER,
    SAP,
    amount_in,
    code,
    document_number,
    fiscal_period,
    fiscal_year,
    needed_day,
    side,
)
from ingestion.ledger.table_rows import TableExtract, TableRow, find_columns, read_table
from ingestion.reasons import advice_for, reason

COLUMNS = ("rldnr", "rbukrs", "gjahr", "belnr", "docln", "racct", "budat", "poper", "drcrk", "wsl", "hsl", "rwcur")
NOT_READ = "EXTRA_COLUMN"


def is_universal_journal(text: str) -> bool:
    """Whether the text has the columns that both tables have."""
    return find_columns(text, COLUMNS) is not None


def read_universal_journal(source: LedgerSource) -> Extract:
    """Every line of the export, each with its amount in the currency of the transaction and in that of the company.

    Raises FileRejected: MISSING_VALUE where no line is of the leading ledger, CONTROL_TOTAL naming line and column where
    a cell cannot be read or the sign of an amount contradicts DRCRK, and those of `read_table`.
    """
    table = read_table(source.text, COLUMNS, source.name)
    with localcontext(prec=EXACT_DIGITS):
        leading = _leading_ledger(source, table)
        lines = [(row.needed("rbukrs"), _line(row, leading, source.currency)) for row in table.rows]
        return extract_of_file(
            JournalFile(
                name=source.name,
                kind=SAP,
                gl_system=GL_SYSTEM,
                report_name="Universal journal",
                header_row=table.header_line,
                lines=lines,
                lines_in_range=table.lines_in_range,
                lines_comment=table.lines_comment,
                lines_blank=table.lines_blank,
                findings=_without_company_amount(source.name, table, [line for _, line in lines]),
            )
        )


def _leading_ledger(source: LedgerSource, table: TableExtract) -> str:
    wanted = (source.ledger or LEADING_LEDGER).upper()
    found = sorted({row.needed("rldnr").upper() for row in table.rows})
    if found and wanted not in found:
        raise FileRejected(
            "MISSING_VALUE",
            f"{source.name}: rldnr must be the leading ledger {wanted} in some lines, found {', '.join(found)} only: "
            f"declare the ledger to be read as `ledger: <rldnr>` in the sidecar {source.name}.feed.yaml (MISSING_VALUE)",
        )
    return wanted


def _line(row: TableRow, leading: str, declared_currency: str | None) -> JournalLine:
    sign = side(row, "drcrk")
    ledger = row.needed("rldnr").upper()
    transaction_currency = code(row, "rwcur")
    entered = _signed(row, "wsl", sign, amount_in(row, "wsl", "rwcur", transaction_currency))
    currency = code(row, "rhcur") or declared_currency
    # Without its currency an amount cannot be read from the decimals that it is stored with.
    amount = entered if currency is None else _signed(row, "hsl", sign, amount_in(row, "hsl", "rhcur", currency))
    year, number = fiscal_year(row, "gjahr"), document_number(row, "belnr")
    is_leading = ledger == leading
    account_code = row.needed("racct")
    return JournalLine(
        row=row.line,
        # The same document in another ledger is a journal of its own.
        journal_id=f"{year}:{number}" if is_leading else f"{year}:{number}:{ledger}",
        line_id=row.needed("docln"),
        posting_date=needed_day(row, "budat"),
        account=Account(account_code, account_code, account_code, None),
        amount=amount,
        stated_amount=amount,
        is_debit_account=sign > 0,
        transaction_type=code(row, "blart"),
        document_number=number,
        counterparty=row.text("lifnr") or row.text("kunnr"),
        memo=row.text("sgtxt"),
        currency=currency or transaction_currency,
        status="REVERSED" if row.flag("xreversed") else "POSTED",
        transaction_amount=None if currency is None else entered,
        transaction_currency=None if currency is None else transaction_currency,
        ledger=ledger,
        left_out_reason=None if is_leading else OTHER_LEDGER,
        fiscal_year=year,
        fiscal_period=fiscal_period(row, "poper"),
    )


def _signed(row: TableRow, column: str, sign: int, amount: Decimal | None) -> Decimal:
    if amount is None:
        raise row.refusal(column, "filled", None)
    if amount * sign < 0:
        expected = "a debit of 0 or more" if sign > 0 else "a credit of 0 or less"
        raise row.refusal(column, f"{expected}, as drcrk {row.text('drcrk')!r} says", row.text(column))
    return amount


def _without_company_amount(name: str, table: TableExtract, lines: Sequence[JournalLine]) -> tuple[Finding, ...]:
    count = sum(line.transaction_amount is None for line in lines)
    if not count:
        return ()
    return (
        Finding(
            code=NOT_READ,
            severity=reason(NOT_READ).severity,
            scope=Scope.FEED,
            message=f"{name}, line {table.header_line}: expected the company's currency under rhcur or in the sidecar as "
            f"`currency: <code>`, found neither for {count:,} lines; they are kept in the currency of the transaction ({NOT_READ})",
            row=table.header_line,
            advice=advice_for(NOT_READ),
        ),
    )


LAYOUT = LedgerLayout(
    "ACDOCA or FAGLFLEXA of SAP", SAP, is_universal_journal, read_universal_journal, ("utf-16", "cp1252")
)
