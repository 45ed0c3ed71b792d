"""Reads the IIF file of QuickBooks Desktop into the canonical journal: signed amounts, debit positive, each transaction one journal. Its records belong to quickbooks_iif_records.

Source: fund-admin 5.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa

from ingestion.contracts import arrow_schema, raw_tables
from ingestion.extract import Extract, RowCount
from ingestion.ledger.accounts import split_label, type_of_system
from ingestion.ledger.canonical import Account, JournalLine
from ingestion.ledger.days import DayForm, form_of
from ingestion.ledger.journal import Journal, journal_extract
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.quickbooks_iif_records import ACCOUNTS, IifRecords, Transaction, read_iif_records
from ingestion.ledger.quickbooks_report import GL_SYSTEM, QUICKBOOKS
from ingestion.ledger.quickbooks_rows import read_amount
from ingestion.ledger.table import LedgerRow, LedgerTable, refuse_repeats

_DEFINITION = re.compile(r"^!(TRNS|SPL|ENDTRNS|ACCNT|HDR|CUST|VEND|CLASS|EMP|INVITEM)\t")
_HEAD = 8192  # characters in which the first definition stands
_JOURNAL = Journal(QUICKBOOKS, GL_SYSTEM, "IIF")


def read_iif(source: LedgerSource) -> Extract:
    """Transactions into gl_entries, the list of accounts into gl_ledger_accounts.

    Days are month first, unless declared. A transaction that does not come to nothing is loaded and holds its period.
    FileRejected as `read_iif_records`, and MISSING_VALUE without a declared entity.
    """
    records = read_iif_records(source.name, source.text)
    rows = [row for transaction in records.transactions for row in transaction.rows]
    days = [(row.line, row.raw("DATE")) for row in rows]
    form = form_of(days, ("MDY",), file=source.name, declared=source.date_order)
    accounts = _accounts(records)
    lines: list[JournalLine] = []
    seen: Counter[str] = Counter()
    for transaction in records.transactions:
        lines += _journal(transaction, form, accounts, seen, source.currency)
    table = LedgerTable(records.first_definition, rows, records.records, records.comments, records.blanks)
    extract = journal_extract(source, _JOURNAL, table, lines)
    return _with_accounts(extract, records, accounts, source.declared_entity()) if records.accounts else extract


def _journal(
    transaction: Transaction, form: DayForm, accounts: Mapping[str, Account], seen: Counter[str], currency: str | None
) -> list[JournalLine]:
    """The lines of a transaction. Splits may leave out the day; they have that of their head."""
    head = transaction.head
    day = head.day("DATE", form)
    kind, number = head.text("TRNSTYPE"), head.text("DOCNUM")
    journal_id = head.text("TRNSID") or f"{(kind or '').upper().replace(' ', '_')}:{day}:{number or ''}"
    seen[journal_id] += 1
    if seen[journal_id] > 1:
        journal_id = f"{journal_id}#{seen[journal_id]}"  # two transactions that nothing but their place tells apart
    lines = []
    for row in transaction.rows:
        own_day = day if row is head else row.day("DATE", form, is_required=False) or day
        label, amount = row.name("ACCNT"), _amount(row)
        if row is not head and not head.is_sound:
            row.fault(
                "PARENT_QUARANTINED", None, "a split of a sound transaction", f"that of line {head.line} quarantined"
            )
        if amount is None or own_day is None or not row.is_sound:
            continue
        account = accounts.get(label.casefold()) or _unlisted(label)
        lines.append(
            JournalLine(
                row=row.line,
                journal_id=journal_id,
                posting_date=own_day,
                account=account,
                amount=amount,
                stated_amount=amount,
                is_debit_account=True,
                transaction_type=kind,
                document_number=row.text("DOCNUM") or number,
                counterparty=row.text("NAME"),
                memo=row.text("MEMO"),
                split_account=None if row is head else head.text("ACCNT"),
                currency=currency,
                dimensions={name.lower(): text for name, text in row.dimensions(("CLASS",)).items()},
            )
        )
    return lines


def _amount(row: LedgerRow) -> Decimal | None:
    text = row.name("AMOUNT")
    amount = read_amount(text)
    if amount is None and text:
        row.fault("BAD_TYPE", "AMOUNT", "an amount such as -1,234.50", repr(text))
    return None if amount is None else row.fitting("AMOUNT", amount)


def _unlisted(label: str) -> Account:
    code, name = split_label(label.rpartition(":")[2])
    return Account(code or label, name, label, None)


def _accounts(records: IifRecords) -> dict[str, Account]:
    """Accounts of the list by name, lower case, as lines name them; a row of the list may be at fault."""
    found = {}
    for row in records.accounts:
        label, kind = row.name("NAME"), row.name("ACCNTTYPE")
        unlisted = _unlisted(label)
        found[label.casefold()] = replace(
            unlisted, code=row.text("ACCNUM") or unlisted.code, account_type=type_of_system(kind)
        )
    refuse_repeats([((row.raw("NAME"),), row) for row in records.accounts], "accounts")
    return found


def _with_accounts(extract: Extract, records: IifRecords, accounts: Mapping[str, Account], entity: str) -> Extract:
    sound = [row for row in records.accounts if row.is_sound]
    values = [
        {
            "gl_system": GL_SYSTEM,
            "entity": entity,
            "account_id": row.raw("NAME"),
            "account_code": accounts[row.raw("NAME").casefold()].code,
            "account_name": accounts[row.raw("NAME").casefold()].name,
            "account_path": row.raw("NAME"),
            "account_type": accounts[row.raw("NAME").casefold()].account_type,
            "is_active": row.raw("HIDDEN").upper() not in ("Y", "YES"),
            "is_deleted": row.raw("DELETED").upper() in ("Y", "YES"),
            "_sheet": "",
            "_row": row.line,
        }
        for row in sound
    ]
    count = RowCount("", "list", ACCOUNTS, len(records.accounts), len(sound), len(records.accounts) - len(sound), 0, 0)
    return replace(
        extract,
        tables={**extract.tables, ACCOUNTS: pa.Table.from_pylist(values, schema=arrow_schema(raw_tables()[ACCOUNTS]))},
        row_counts=(*extract.row_counts, count),
        rejected=(*extract.rejected, *(fault for row in records.accounts for fault in row.faults)),
    )


def _is_iif(text: str) -> bool:
    return any(_DEFINITION.match(line.upper()) for line in text[:_HEAD].splitlines())


LAYOUT = LedgerLayout("IIF of QuickBooks Desktop", QUICKBOOKS, _is_iif, read_iif, encodings=("cp1252", "utf-16"))
