"""Journal entries of QuickBooks Online as connectors replicate them from its interface: headers, lines and accounts, three files. Joining them does not belong here.

Amounts are unsigned beside a posting type, days are ISO, lines come in any order, a deleted row carries a flag.
Source: fund-admin 5.
"""

from __future__ import annotations

from decimal import Decimal

from ingestion.contracts import currency_codes
from ingestion.extract import Extract
from ingestion.ledger.accounts import type_of_system
from ingestion.ledger.canonical import json_of
from ingestion.ledger.days import DayForm
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.parts import ACCOUNTS, HEADERS, LINES, Part, read_part
from ingestion.ledger.quickbooks_report import GL_SYSTEM, QUICKBOOKS
from ingestion.ledger.table import Columns, LedgerRow, has_header

ISO = DayForm("YMD")
DELETED = ("_fivetran_deleted", "deleted", "is_deleted")
SIDES = {"DEBIT": "debit", "CREDIT": "credit"}
RATE_DECIMALS = 12

_HEADERS = Columns(
    required={"id": ("id",), "transaction_date": ("transaction_date", "txn_date")},
    optional={
        "doc_number": ("doc_number",),
        "currency": ("currency_id", "currency"),
        "exchange_rate": ("exchange_rate",),
        "private_note": ("private_note",),
        "deleted": DELETED,
    },
    forbidden=("posting_type",),
)
_LINES = Columns(
    required={
        "journal_entry_id": ("journal_entry_id",),
        "index": ("index", "line_id", "line_num"),
        "account_id": ("account_id",),
        "amount": ("amount",),
        "posting_type": ("posting_type",),
    },
    optional={
        "description": ("description",),
        "customer_id": ("customer_id",),
        "vendor_id": ("vendor_id",),
        "deleted": DELETED,
    },
    dimensions={"class": ("class_id",), "department": ("department_id",)},
)
_ACCOUNTS = Columns(
    required={
        "id": ("id",),
        "name": ("name",),
        "account_type": ("account_type",),
        "fully_qualified_name": ("fully_qualified_name",),
    },
    optional={"account_number": ("account_number", "acct_num"), "active": ("active",), "deleted": DELETED},
)


def read_headers(source: LedgerSource) -> Extract:
    """Headers into gl_journal_headers. A deleted one needs no day. FileRejected MISSING_VALUE without a declared entity."""
    return read_part(
        source, Part(QUICKBOOKS, GL_SYSTEM, HEADERS, "QuickBooks Online journal headers"), _HEADERS, _header
    )


def read_lines(source: LedgerSource) -> Extract:
    """Lines into gl_journal_lines, on the side of their posting type; a negative amount stands on the other."""
    return read_part(source, Part(QUICKBOOKS, GL_SYSTEM, LINES, "QuickBooks Online journal lines"), _LINES, _line)


def read_accounts(source: LedgerSource) -> Extract:
    """Accounts into gl_ledger_accounts: by number, or by full name where they have none."""
    return read_part(source, Part(QUICKBOOKS, GL_SYSTEM, ACCOUNTS, "QuickBooks Online accounts"), _ACCOUNTS, _account)


def _header(row: LedgerRow, source: LedgerSource) -> dict[str, object]:
    is_deleted = row.flag("deleted")
    currency = (row.text("currency") or source.currency or "").upper() or None
    if currency is not None and currency not in currency_codes():
        row.fault("CURRENCY_UNKNOWN", "currency", "a currency code of ISO 4217", repr(currency))
    return {
        "journal_id": row.name("id"),
        "posting_date": row.day("transaction_date", ISO, is_required=not is_deleted),
        "document_number": row.text("doc_number"),
        "currency": currency,
        "exchange_rate": row.amount("exchange_rate", RATE_DECIMALS),
        "memo": row.text("private_note"),
        "status": "DELETED" if is_deleted else "POSTED",
    }


def _line(row: LedgerRow, _: LedgerSource) -> dict[str, object]:
    amount = row.amount("amount")
    side = row.code("posting_type", SIDES)
    if amount is None and row.is_sound:
        row.fault("MISSING_VALUE", "amount", "a value", "none")
    if amount is not None and amount < 0 and side is not None:
        side = "credit" if side == "debit" else "debit"
    return {
        "journal_id": row.name("journal_entry_id"),
        "line_id": row.name("index"),
        "account_id": row.name("account_id"),
        "debit": abs(amount) if side == "debit" and amount is not None else None,
        "credit": abs(amount) if side == "credit" and amount is not None else None,
        "memo": row.text("description"),
        "counterparty": row.text("customer_id") or row.text("vendor_id"),
        "status": "DELETED" if row.flag("deleted") else "POSTED",
        "dimensions": json_of(row.dimensions(_LINES.dimensions)),
        "stated_amount": amount if amount is not None else Decimal(0),
    }


def _account(row: LedgerRow, _: LedgerSource) -> dict[str, object]:
    path = row.text("fully_qualified_name") or row.name("name")
    return {
        "account_id": row.name("id"),
        "account_code": row.text("account_number") or path,
        "account_name": row.name("name"),
        "account_path": path,
        "account_type": type_of_system(row.name("account_type")),
        "is_active": row.raw("active") == "" or row.flag("active"),
        "is_deleted": row.flag("deleted"),
    }


LAYOUTS = (
    LedgerLayout("journal headers of QuickBooks Online", QUICKBOOKS, has_header(_HEADERS), read_headers),
    LedgerLayout("journal lines of QuickBooks Online", QUICKBOOKS, has_header(_LINES), read_lines),
    LedgerLayout("accounts of QuickBooks Online", QUICKBOOKS, has_header(_ACCOUNTS), read_accounts),
)
