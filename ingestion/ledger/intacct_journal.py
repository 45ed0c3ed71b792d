"""Reads the journal CSV of Sage Intacct into the canonical journal. Its GL detail is another layout.

An entry states journal, day, description and reference on its first line only, and lines below are filled down; a template
has a row of descriptions under its header. Amounts stand in a debit or a credit column without symbols or separators. An entry
balances at each location. Source: fund-admin 5.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.contracts import currency_codes, currency_decimals
from ingestion.extract import Extract
from ingestion.ledger.canonical import Account, JournalLine, Status
from ingestion.ledger.days import DayForm, form_of
from ingestion.ledger.intacct_detail import GL_SYSTEM, SAGE
from ingestion.ledger.journal import Journal, journal_extract
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.table import Columns, LedgerRow, LedgerTable, find_header, has_header, read_table, refuse_repeats

_JOURNAL = Journal(SAGE, GL_SYSTEM, "Sage Intacct journal")
_ORDERS = ("MDY", "DMY")
_FILLED_DOWN = ("JOURNAL", "DATE", "REVERSEDATE", "DESCRIPTION", "REFERENCE_NO", "STATE")
_STATES: dict[str, Status] = {"POSTED": "POSTED", "DRAFT": "DRAFT"}
_DECIMALS = 4  # where the currency is not known

_COLUMNS = Columns(
    required={name: (name,) for name in ("JOURNAL", "DATE", "DESCRIPTION", "LINE_NO", "ACCT_NO", "DEBIT", "CREDIT")},
    optional={
        "REVERSEDATE": ("REVERSEDATE", "REVERSE_DATE"),
        "REFERENCE_NO": ("REFERENCE_NO",),
        "STATE": ("STATE",),
        "LOCATION_ID": ("LOCATION_ID",),
        "MEMO": ("MEMO",),
        "CURRENCY": ("CURRENCY",),
        "CUSTOMER": ("GLENTRY_CUSTOMERID", "CUSTOMER_ID"),
        "VENDOR": ("GLENTRY_VENDORID", "VENDOR_ID"),
    },
    dimensions={
        "department": ("DEPT_ID",),
        "class": ("GLENTRY_CLASSID", "CLASS_ID"),
        "project": ("GLENTRY_PROJECTID", "PROJECT_ID"),
        "item": ("GLENTRY_ITEMID", "ITEM_ID"),
        "employee": ("GLENTRY_EMPLOYEEID", "EMPLOYEE_ID"),
    },
)


@dataclass(frozen=True)
class Entry:
    """What the first line of an entry says for all of its lines. `journal_id` is None where it cannot be read."""

    head: LedgerRow
    journal_id: str | None
    day: dt.date | None
    reversal_date: dt.date | None
    status: Status | None
    description: str | None
    reference: str | None


def read_journal(source: LedgerSource) -> Extract:
    """Lines into gl_entries, balanced by location.

    Days are month first or day first, as the days of the file tell. FileRejected BAD_DATE where they do not, MISSING_VALUE
    without a declared entity. Lines of an entry whose first line is at fault are quarantined with it.
    """
    header = find_header(source.text, _COLUMNS)
    assert header is not None, "called for a text that has the header"
    table = _without_descriptions(read_table(source.name, source.text, header, "gl_entries"))
    stated = [(row.line, row.raw(column)) for row in table.rows for column in ("DATE", "REVERSEDATE")]
    form = form_of(stated, _ORDERS, file=source.name, declared=source.date_order)
    read = _entries(table.rows, form)
    found = [(row, entry, _line(row, entry, source)) for row, entry in read]
    refuse_repeats([((e.journal_id, line.line_id), row) for row, e, line in found if e and line], "lines of an entry")
    return journal_extract(
        source, _JOURNAL, table, [line for row, _, line in found if line is not None and row.is_sound]
    )


def _without_descriptions(table: LedgerTable) -> LedgerTable:
    """The table without the row below the header that a template explains its columns in: it has words for day and amounts."""
    if not table.rows:
        return table
    first = table.rows[0]
    cells = [first.raw(column) for column in ("DATE", "LINE_NO", "DEBIT", "CREDIT")]
    is_description = all(cells[:2]) and not any(character.isdigit() for cell in cells for character in cell)
    if not is_description:
        return table
    return LedgerTable(
        table.header_line, table.rows[1:], table.lines_in_range, table.lines_comment + 1, table.lines_blank
    )


def _entries(rows: Sequence[LedgerRow], form: DayForm) -> list[tuple[LedgerRow, Entry | None]]:
    """Each row with its entry. A row begins one if it states other header values than the entry above, or is line 1 again."""
    found: list[tuple[LedgerRow, Entry | None]] = []
    entry: Entry | None = None
    seen: Counter[str] = Counter()
    for row in rows:
        stated = {column: row.raw(column) for column in _FILLED_DOWN if row.raw(column)}
        above = {} if entry is None else {column: entry.head.raw(column) for column in stated}
        if stated and (entry is None or stated != above or row.raw("LINE_NO") == entry.head.raw("LINE_NO")):
            entry = _entry(row, form, seen)
        elif entry is None:
            row.fault("MISSING_VALUE", "JOURNAL", "the journal of an entry, on this line or above it", "none")
        found.append((row, entry))
    return found


def _entry(row: LedgerRow, form: DayForm, seen: Counter[str]) -> Entry:
    journal, day = row.name("JOURNAL"), row.day("DATE", form)
    reversal_date = row.day("REVERSEDATE", form, is_required=False)
    status, reference = row.code("STATE", _STATES, default="POSTED"), row.text("REFERENCE_NO")
    journal_id = None
    if row.is_sound:
        journal_id = f"{journal}:{day}:{reference or ''}"
        seen[journal_id] += 1
        if seen[journal_id] > 1:
            journal_id = f"{journal_id}#{seen[journal_id]}"  # two entries that nothing but their place tells apart
    return Entry(row, journal_id, day, reversal_date, status, row.text("DESCRIPTION"), reference)


def _line(row: LedgerRow, entry: Entry | None, source: LedgerSource) -> JournalLine | None:
    if entry is not None and entry.journal_id is None and row is not entry.head:
        expected = "a line of a sound entry"
        row.fault("PARENT_QUARANTINED", None, expected, f"the entry of line {entry.head.line} quarantined")
    currency = (row.text("CURRENCY") or source.currency or "").upper() or None
    if currency is not None and currency not in currency_codes():
        row.fault("CURRENCY_UNKNOWN", "CURRENCY", "a currency code of ISO 4217", repr(currency))
    number, line_id = row.name("ACCT_NO"), row.name("LINE_NO")
    amount = row.one_sided_amount("DEBIT", "CREDIT", currency_decimals().get(currency or "", _DECIMALS))
    if entry is None or entry.journal_id is None or entry.day is None or entry.status is None:
        return None
    if amount is None or not row.is_sound:
        return None
    return JournalLine(
        row=row.line,
        journal_id=entry.journal_id,
        posting_date=entry.day,
        account=Account(number, number, number, None),
        amount=amount,
        stated_amount=amount,
        is_debit_account=bool(row.raw("DEBIT")),
        transaction_type=entry.head.text("JOURNAL"),
        document_number=entry.reference,
        counterparty=row.text("CUSTOMER") or row.text("VENDOR"),
        memo=row.text("MEMO") or entry.description,
        currency=currency,
        line_id=line_id,
        status=entry.status,
        balancing_segment=row.text("LOCATION_ID"),
        reversal_date=entry.reversal_date,
        dimensions=row.dimensions(_COLUMNS.dimensions),
    )


LAYOUT = LedgerLayout(
    "journal of Sage Intacct", SAGE, has_header(_COLUMNS), read_journal, encodings=("cp1252", "utf-16")
)
