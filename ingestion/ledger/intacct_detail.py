"""GL detail of Sage Intacct as connectors replicate it, with its batches and accounts, three files. Joining them does not belong here.

The amount is signed, debit positive, in the base currency, and stated a second and third time: as a debit or credit column and
as the type 1 or -1; all must agree. The transaction amount is kept beside it. Source: fund-admin 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ingestion.contracts import currency_codes
from ingestion.extract import Extract
from ingestion.ledger.canonical import Account, JournalLine, Status
from ingestion.ledger.days import DayForm
from ingestion.ledger.journal import Journal, journal_extract
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.parts import ACCOUNTS, HEADERS, Part, read_part
from ingestion.ledger.table import Columns, LedgerRow, find_header, has_header, read_table, refuse_repeats

SAGE, GL_SYSTEM = "ledger_sage", "SAGE"
DETAIL = "Sage Intacct GL detail"
ISO = DayForm("YMD")
_DELETED = ("_fivetran_deleted", "deleted", "is_deleted")
_STATES: Mapping[str, Status] = {
    "P": "POSTED",
    "POSTED": "POSTED",
    "D": "DRAFT",
    "DRAFT": "DRAFT",
    "R": "REVERSED",
    "REVERSED": "REVERSED",
}
_DIRECTIONS = {"1": "debit", "-1": "credit"}

_DETAILS = Columns(
    required={
        "recordno": ("recordno",),
        "batch": ("batchkey", "batch_key", "batch_no"),
        "entry_date": ("entry_date",),
        "accountno": ("accountno",),
        "amount": ("amount",),
        "tr_type": ("tr_type",),
        "entry_state": ("entry_state", "state"),
    },
    optional={
        "accounttitle": ("accounttitle",),
        "debitamount": ("debitamount",),
        "creditamount": ("creditamount",),
        "trx_amount": ("trx_amount",),
        "currency": ("basecurr", "base_currency"),
        "trx_currency": ("currency", "trx_currency"),
        "location": ("locationid", "location_id"),
        "document_number": ("docnumber",),
        "description": ("entrydescription", "description"),
        "vendor": ("vendorid",),
        "customer": ("customerid",),
        "record_type": ("recordtype",),
        "deleted": _DELETED,
    },
    dimensions={
        "department": ("departmentid", "department_id"),
        "class": ("classid", "class_id"),
        "project": ("projectid", "project_id"),
        "item": ("itemid", "item_id"),
        "employee": ("employeeid", "employee_id"),
    },
)
_BATCHES = Columns(
    required={
        "recordno": ("recordno",),
        "batch_date": ("batch_date",),
        "journal": ("journal",),
        "batchno": ("batchno",),
    },
    optional={
        "title": ("batch_title",),
        "reference": ("referenceno",),
        "state": ("state",),
        "reversed_from": ("reversedfrom",),
        "deleted": _DELETED,
    },
    forbidden=("tr_type",),
)
_ACCOUNTS = Columns(
    required={"accountno": ("accountno",), "title": ("title",), "normalbalance": ("normalbalance",)},
    optional={"status": ("status",), "deleted": _DELETED},
)


def read_details(source: LedgerSource) -> Extract:
    """Lines into gl_entries, each in its batch, balanced by location where the file has one.

    Journals that do not balance are loaded and hold their period. FileRejected MISSING_VALUE without a declared entity.
    """
    header = find_header(source.text, _DETAILS)
    assert header is not None, "called for a text that has the header"
    table = read_table(source.name, source.text, header, "gl_entries")
    read = [(row, _detail(row, source)) for row in table.rows]
    refuse_repeats([((line.journal_id, line.line_id), row) for row, line in read if line is not None], DETAIL)
    lines = [line for row, line in read if line is not None and row.is_sound]
    return journal_extract(source, Journal(SAGE, GL_SYSTEM, DETAIL, is_partial=True), table, lines)


def _detail(row: LedgerRow, source: LedgerSource) -> JournalLine | None:
    day = row.day("entry_date", ISO)
    journal_id, line_id, number = row.name("batch"), row.name("recordno"), row.name("accountno")
    amount, status = _signed(row), row.code("entry_state", _STATES)
    currency, entered_in = _currency(row, "currency") or source.currency, _currency(row, "trx_currency")
    transaction_amount = row.amount("trx_amount")
    if row.flag("deleted"):
        status = "DELETED"
    if day is None or amount is None or status is None or not row.is_sound:
        return None
    return JournalLine(
        row=row.line,
        journal_id=journal_id,
        posting_date=day,
        account=Account(number, row.text("accounttitle") or number, number, None),
        amount=amount,
        stated_amount=amount,
        is_debit_account=row.raw("tr_type") == "1",
        transaction_type=row.text("record_type"),
        document_number=row.text("document_number"),
        counterparty=row.text("customer") or row.text("vendor"),
        memo=row.text("description"),
        currency=currency,
        line_id=line_id,
        status=status,
        balancing_segment=row.text("location"),
        transaction_amount=transaction_amount,
        transaction_currency=entered_in,
        dimensions=row.dimensions(_DETAILS.dimensions),
    )


def _signed(row: LedgerRow) -> Decimal | None:
    """The signed amount, if type and columns say the same; otherwise a fault, since nothing tells which is right."""
    amount, direction = row.amount("amount"), row.code("tr_type", _DIRECTIONS)
    debit, credit = row.amount("debitamount"), row.amount("creditamount")
    if amount is None:
        if row.is_sound:
            row.fault("MISSING_VALUE", "amount", "a value", "none")
        return None
    if (amount > 0 and direction == "credit") or (amount < 0 and direction == "debit"):
        sign = "negative for tr_type -1" if direction == "credit" else "positive for tr_type 1"
        row.fault("RULE_VIOLATION", "amount", sign, f"{amount:,}")
    if (debit is not None or credit is not None) and (debit or Decimal(0)) - (credit or Decimal(0)) != amount:
        row.fault(
            "RULE_VIOLATION", "amount", "debitamount less creditamount", f"{amount:,} beside {debit} and {credit}"
        )
    return amount


def _currency(row: LedgerRow, column: str) -> str | None:
    text = row.text(column)
    if text is not None and text.upper() not in currency_codes():
        row.fault("CURRENCY_UNKNOWN", column, "a currency code of ISO 4217", repr(text))
    return text and text.upper()


def read_batches(source: LedgerSource) -> Extract:
    """Batches into gl_journal_headers, by the key that lines name them with."""
    return read_part(source, Part(SAGE, GL_SYSTEM, HEADERS, "Sage Intacct batches"), _BATCHES, _batch)


def read_accounts(source: LedgerSource) -> Extract:
    """Accounts into gl_ledger_accounts. Their side alone does not tell a type, so they have none."""
    return read_part(source, Part(SAGE, GL_SYSTEM, ACCOUNTS, "Sage Intacct accounts"), _ACCOUNTS, _account)


def _batch(row: LedgerRow, _: LedgerSource) -> dict[str, object]:
    is_deleted = row.flag("deleted")
    return {
        "journal_id": row.name("recordno"),
        "posting_date": row.day("batch_date", ISO, is_required=not is_deleted),
        "journal_code": row.text("journal"),
        "document_number": row.text("reference"),
        "memo": row.text("title"),
        "status": "DELETED" if is_deleted else row.code("state", _STATES, default="POSTED"),
        "reverses_journal_id": row.text("reversed_from"),
    }


def _account(row: LedgerRow, _: LedgerSource) -> dict[str, object]:
    number = row.name("accountno")
    title = row.raw("title")  # a title is a label: the remains of a formula in it are no reason to lose the account
    return {
        "account_id": number,
        "account_code": number,
        "account_name": title or number,
        "account_path": number,
        "account_type": None,
        "is_active": row.code("status", {"ACTIVE": "active", "INACTIVE": "inactive"}, default="active") == "active",
        "is_deleted": row.flag("deleted"),
    }


LAYOUTS = (
    LedgerLayout("GL detail of Sage Intacct", SAGE, has_header(_DETAILS), read_details),
    LedgerLayout("batches of Sage Intacct", SAGE, has_header(_BATCHES), read_batches),
    LedgerLayout("accounts of Sage Intacct", SAGE, has_header(_ACCOUNTS), read_accounts),
)
