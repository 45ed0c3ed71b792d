"""Reads the journal report of QuickBooks, one row per line with the values of its journal on each, into the canonical journal. Headers and lines in two files are another layout.

Amounts are unsigned beside a posting type, days are ISO, lines come in any order, a deleted row carries a flag.
Source: fund-admin 5.
"""

from __future__ import annotations

from decimal import Decimal

from ingestion.contracts import currency_codes, currency_decimals
from ingestion.extract import Extract
from ingestion.ledger.accounts import split_label, type_of
from ingestion.ledger.canonical import Account, JournalLine
from ingestion.ledger.days import DayForm
from ingestion.ledger.journal import Journal, journal_extract
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.quickbooks_api import DELETED, RATE_DECIMALS
from ingestion.ledger.quickbooks_report import GL_SYSTEM, QUICKBOOKS
from ingestion.ledger.table import Columns, LedgerRow, find_header, has_header, read_table, refuse_repeats

_JOURNAL = Journal(QUICKBOOKS, GL_SYSTEM, "QuickBooks journal")
_ISO = DayForm("YMD")
_SIGNS = {"DEBIT": "debit", "CREDIT": "credit"}
_DECIMALS = 4  # where the currency is not known

_COLUMNS = Columns(
    required={
        "id": ("id", "journal_entry_id", "journal_id"),
        "txn_date": ("txn_date", "transaction_date"),
        "account": ("account", "account_name"),
        "posting_type": ("posting_type",),
        "amount": ("amount",),
    },
    optional={
        "line_id": ("line_id", "line_num", "index"),
        "doc_number": ("doc_number",),
        "currency": ("currency", "currency_id"),
        "exchange_rate": ("exchange_rate",),
        "name": ("name", "customer", "vendor"),
        "description": ("description", "private_note"),
        "deleted": DELETED,
    },
    dimensions={"class": ("class",), "department": ("department",)},
)


def read_journal(source: LedgerSource) -> Extract:
    """Lines into gl_entries, on the side of their posting type. Deleted lines are kept with that status and do not count.

    FileRejected MISSING_VALUE without a declared entity. Source: fund-admin 1.10, G-2.
    """
    header = find_header(source.text, _COLUMNS)
    assert header is not None, "called for a text that has the header"
    table = read_table(source.name, source.text, header, "gl_entries")
    read = [(row, _line(row, source)) for row in table.rows]
    numbered = [((line.journal_id, line.line_id), row) for row, line in read if line is not None and line.line_id]
    refuse_repeats(numbered, "lines of a journal")
    lines = [line for row, line in read if line is not None and row.is_sound]
    return journal_extract(source, _JOURNAL, table, lines)


def _line(row: LedgerRow, source: LedgerSource) -> JournalLine | None:
    journal_id, day, label = row.name("id"), row.day("txn_date", _ISO), row.name("account")
    side, is_deleted = row.code("posting_type", _SIGNS), row.flag("deleted")
    currency = (row.text("currency") or source.currency or "").upper() or None
    if currency is not None and currency not in currency_codes():
        row.fault("CURRENCY_UNKNOWN", "currency", "a currency code of ISO 4217", repr(currency))
    amount = row.amount("amount", currency_decimals().get(currency or "", _DECIMALS))
    if not row.raw("amount"):
        row.fault("MISSING_VALUE", "amount", "a value", "none")
    rate = row.amount("exchange_rate", RATE_DECIMALS)
    if rate is not None and rate <= Decimal(0):
        row.fault("OUT_OF_RANGE", "exchange_rate", "above 0", f"{rate:,}")
    if day is None or amount is None or side is None or not row.is_sound:
        return None
    labels = label.split(":")
    code, name = split_label(labels[-1])
    return JournalLine(
        row=row.line,
        journal_id=journal_id,
        posting_date=day,
        account=Account(code or label, name, label, type_of(labels)),
        amount=amount if side == "debit" else -amount,
        stated_amount=amount,
        is_debit_account=side == "debit",
        document_number=row.text("doc_number"),
        counterparty=row.text("name"),
        memo=row.text("description"),
        currency=currency,
        line_id=row.text("line_id"),
        status="DELETED" if is_deleted else "POSTED",
        dimensions=row.dimensions(_COLUMNS.dimensions),
    )


LAYOUT = LedgerLayout("journal of QuickBooks", QUICKBOOKS, has_header(_COLUMNS), read_journal)
