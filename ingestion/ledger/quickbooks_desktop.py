"""Reads the General Ledger report of QuickBooks Desktop into the canonical journal and proves every total it states. The report of QuickBooks Online is another layout.

Accounts stand as headings over their lines, amounts in a debit and a credit column, beside a running balance.
Source: fund-admin 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from ingestion.column import SHOWN
from ingestion.extract import Extract
from ingestion.ledger.accounts import split_label, type_of
from ingestion.ledger.balance import Posting, hold_findings
from ingestion.ledger.canonical import (
    Account,
    AccountBalance,
    JournalLine,
    LedgerReport,
    control_total,
    days_covered,
    extract_of,
)
from ingestion.ledger.days import DayForm, form_of
from ingestion.ledger.journal import DIGITS
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.quickbooks_desktop_sections import OTHER, Section, read_sections
from ingestion.ledger.quickbooks_preamble import TITLE, read_preamble
from ingestion.ledger.quickbooks_report import GL_SYSTEM, QUICKBOOKS
from ingestion.ledger.table import Columns, Header, LedgerRow, find_header, read_table

_COLUMNS = Columns(
    required={
        name: (name,) for name in ("Type", "Date", "Num", "Adj", "Name", "Memo", "Split", "Debit", "Credit", "Balance")
    }
)


def is_desktop_report(text: str) -> bool:
    """Whether the text has the header of this report, below an account column without one."""
    return _find(text) is not None


def _find(text: str) -> Header | None:
    header = find_header(text, _COLUMNS)
    return header if header is not None and min(header.places.values()) > 0 else None


def read_desktop_report(source: LedgerSource) -> Extract:
    """Read the report; a row that cannot be read, a balance or total that differs, or an account left open refuses the file.

    Journals are identified by type, day and number; one that does not balance is loaded and holds its period. Days are month
    first, unless declared. FileRejected: CONTROL_TOTAL naming account and line, MISSING_VALUE where neither the preamble nor
    the sender names the company, and those of `read_grid`.
    """
    header = _find(source.text)
    assert header is not None, "called for a text that has the report's header"
    preamble = read_preamble(header.preamble)
    entity = source.entity or preamble.entity or source.declared_entity()
    table = read_table(source.name, source.text, header, "gl_entries")
    days = [(row.line, row.raw("Date")) for row in table.rows]
    form = form_of(days, ("MDY",), file=source.name, declared=source.date_order)
    with localcontext(prec=DIGITS):
        sections = read_sections(source.name, table.rows)
        lines = [
            _line(row, amount, section, form, source.currency) for section in sections for row, amount in section.lines
        ]
        lines.sort(key=lambda line: line.row)
        first, last = days_covered(lines)
        return extract_of(
            LedgerReport(
                kind=QUICKBOOKS,
                gl_system=GL_SYSTEM,
                entity=entity,
                report_name=preamble.title if header.preamble else TITLE,
                header_row=header.line,
                lines=lines,
                # The balance of an account with sub-accounts is theirs; what is its own stands under its name with ` - Other`.
                balances=[_balance(section) for section in sections if not section.children],
                lines_in_range=table.lines_in_range,
                lines_blank=table.lines_blank,
                lines_comment=table.lines_comment + len(table.rows) - len(lines),
                period=preamble.period,
                period_start=preamble.first_day or first,
                period_end=preamble.last_day or last,
                findings=hold_findings(source.name, entity, [Posting.of(line) for line in lines], 0),
            )
        )


def _account(section: Section) -> Account:
    """The account of a section. What is booked on a parent itself stands under its name with ` - Other`."""
    labels: Sequence[str] = section.labels
    if len(labels) > 1 and labels[-1] == labels[-2] + OTHER:
        labels = labels[:-1]
    code, name = split_label(labels[-1])
    return Account(code or ":".join(labels), name, ":".join(labels), type_of(labels))


def _line(row: LedgerRow, amount: Decimal, section: Section, form: DayForm, currency: str | None) -> JournalLine:
    day = form.read(row.raw("Date"))
    if day is None:
        raise control_total(
            f"{row.file}, line {row.line}: date of account {section.path!r} must be {form.shape}, "
            f"found {row.raw('Date')[:SHOWN]!r}"
        )
    kind, number = row.raw("Type"), row.raw("Num")
    return JournalLine(
        row=row.line,
        journal_id=f"{kind.upper().replace(' ', '_')}:{day}:{number}",
        posting_date=day,
        account=_account(section),
        amount=amount,
        stated_amount=amount,
        is_debit_account=bool(row.raw("Debit")),
        transaction_type=kind or None,
        document_number=number or None,
        counterparty=row.text("Name"),
        memo=row.text("Memo"),
        split_account=row.text("Split"),
        currency=currency,
    )


def _balance(section: Section) -> AccountBalance:
    opening = section.side * section.stated_opening
    return AccountBalance(section.row.line, _account(section), opening, section.moved, len(section.lines))


LAYOUT = LedgerLayout(
    "General Ledger report of QuickBooks Desktop",
    QUICKBOOKS,
    is_desktop_report,
    read_desktop_report,
    encodings=("cp1252", "utf-16"),
)
