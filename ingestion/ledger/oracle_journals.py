"""Reads extracts of Oracle's journals: headers and lines in one file into the canonical journal, in two files each as its own table. Imports are not its.

Names of periods depend on the language of a company and on its calendar, so that they are kept and never read as days.
Source: fund-admin 5, row GL_JE_HEADERS and GL_JE_LINES.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import localcontext
from typing import Any

from ingestion.extract import Extract
from ingestion.ledger.canonical import EXACT_DIGITS, Account, JournalLine, Status, raw_table
from ingestion.ledger.imbalances import COMPANY, Posting, find_imbalances, unbalanced_findings
from ingestion.ledger.journal_file import JournalFile, extract_of_file
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.oracle_values import (
    GL_SYSTEM,
    ORACLE,
    account_of,
    amounts_of,
    currency_of,
    day_of,
    left_out_reason,
    sided,
)
from ingestion.ledger.table_rows import TableRow, find_columns, read_table, refuse_repetitions

LINES = ("je_header_id", "je_line_num", "effective_date", "entered_dr", "entered_cr")
HEADERS = ("je_header_id", "period_name", "currency_code", "status")
JOURNALS = (*LINES, "currency_code")
STATUS_POSTED = "P"
_SEGMENT = re.compile(r"^segment(\d{1,2})$")


def is_journals(text: str) -> bool:
    """Whether the text has lines with the columns of their headers."""
    return find_columns(text, JOURNALS) is not None


def is_journal_lines(text: str) -> bool:
    """Whether the text has lines whose headers stand elsewhere."""
    return find_columns(text, LINES) is not None and not is_journals(text)


def is_journal_headers(text: str) -> bool:
    """Whether the text has headers whose lines stand elsewhere."""
    return find_columns(text, HEADERS) is not None and not is_journals(text)


def read_journals(source: LedgerSource) -> Extract:
    """Every line of the extract. What is not actual, not posted or statistical is kept apart from the journal.

    Raises FileRejected CONTROL_TOTAL naming line and column where a cell cannot be read, an amount stands on both sides or a
    line of a journal stands twice; MISSING_VALUE where no ledger is named.
    """
    table = read_table(source.text, JOURNALS, source.name)
    with localcontext(prec=EXACT_DIGITS):
        return extract_of_file(
            JournalFile(
                name=source.name,
                kind=ORACLE,
                gl_system=GL_SYSTEM,
                report_name="GL_JE_LINES",
                header_row=table.header_line,
                lines=[(_ledger(row, source), _line(row, source)) for row in table.rows],
                lines_in_range=table.lines_in_range,
                lines_comment=table.lines_comment,
                lines_blank=table.lines_blank,
            )
        )


def read_journal_headers(source: LedgerSource) -> Extract:
    """One record of `gl_oracle_headers` for each journal. Raises FileRejected as `read_journals` does."""
    table = read_table(source.text, HEADERS, source.name)
    records = [_header(row, source) for row in table.rows]
    refuse_repetitions(table.rows, records, ("je_header_id",))
    name = "gl_oracle_headers"
    return Extract(ORACLE, None, {name: raw_table(name, records)}, row_counts=(table.row_count(name),))


def read_journal_lines(source: LedgerSource) -> Extract:
    """One record of `gl_oracle_lines` for each line. As of the greatest effective date.

    Journals whose accounted amounts do not balance hold their ledger; entered ones are proved when the header tells their
    currency. Raises FileRejected as `read_journals` does.
    """
    table = read_table(source.text, LINES, source.name)
    with localcontext(prec=EXACT_DIGITS):
        records = [_record(row, source) for row in table.rows]
        refuse_repetitions(table.rows, records, ("je_header_id", "line_number"))
        findings = unbalanced_findings(source.name, find_imbalances(_postings(records)))
    as_of = max((record["posting_date"] for record in records), default=None)
    name = "gl_oracle_lines"
    tables = {name: raw_table(name, records)}
    return Extract(ORACLE, as_of, tables, findings=findings, row_counts=(table.row_count(name),))


def _ledger(row: TableRow, source: LedgerSource) -> str:
    return row.text("ledger_name") or row.text("ledger") or row.text("ledger_id") or source.declared_entity()


def _account(row: TableRow) -> Account:
    """By its segments, joined or each in a column of its own, else by the number of their combination."""
    joined = row.text("concatenated_segments")
    if joined is not None:
        return account_of([joined])
    places = sorted((int(m[1]), place) for column, place in row.places.items() if (m := _SEGMENT.match(column)))
    account = account_of([row.cells[place] for _, place in places])
    return account if account.code else account_of([row.needed("code_combination_id")])


def _line(row: TableRow, source: LedgerSource) -> JournalLine:
    currency = currency_of(row, "currency_code")
    entered, accounted = sided(row, "entered_dr", "entered_cr"), sided(row, "accounted_dr", "accounted_cr")
    if entered is None:
        raise row.refusal("entered_dr", "filled, or entered_cr", None)
    return JournalLine(
        row=row.line,
        journal_id=row.needed("je_header_id"),
        line_id=row.needed("je_line_num"),
        posting_date=day_of(row, "effective_date"),
        account=_account(row),
        **amounts_of(entered, accounted, currency, row.text("ledger_currency") or source.currency),
        transaction_type=row.text("je_category") or row.text("category"),
        document_number=row.text("name") or row.text("journal_name"),
        memo=row.text("description"),
        status=_status(row),
        ledger=row.text("ledger_id") or _ledger(row, source),
        left_out_reason=left_out_reason(row, "actual_flag", currency),
        fiscal_period=row.text("period_name"),
    )


def _status(row: TableRow) -> Status:
    """Whether the journal is posted; one that is not does not count yet."""
    return "POSTED" if (row.text("status") or STATUS_POSTED).upper() == STATUS_POSTED else "DRAFT"


def _header(row: TableRow, source: LedgerSource) -> dict[str, Any]:
    currency = currency_of(row, "currency_code")
    return {
        "gl_system": GL_SYSTEM,
        "entity": _ledger(row, source),
        "je_header_id": row.needed("je_header_id"),
        "ledger": row.text("ledger_id"),
        "journal_name": row.text("name"),
        "source": row.text("je_source"),
        "category": row.text("je_category"),
        "fiscal_period": row.text("period_name"),
        "currency": currency,
        "company_currency": row.text("ledger_currency") or source.currency,
        "status": _status(row),
        "left_out_reason": left_out_reason(row, "actual_flag", currency),
        "_sheet": "",
        "_row": row.line,
    }


def _record(row: TableRow, source: LedgerSource) -> dict[str, Any]:
    entered, accounted = sided(row, "entered_dr", "entered_cr"), sided(row, "accounted_dr", "accounted_cr")
    if entered is None:
        raise row.refusal("entered_dr", "filled, or entered_cr", None)
    return {
        "gl_system": GL_SYSTEM,
        "ledger": row.text("ledger_id") or source.declared_entity(),
        "je_header_id": row.needed("je_header_id"),
        "line_number": row.needed("je_line_num"),
        "posting_date": day_of(row, "effective_date"),
        "account_code": _account(row).code,
        "stated_amount": entered.stated,
        "is_debit_column": entered.is_debit_column,
        "entered_amount": entered.amount,
        "accounted_amount": None if accounted is None else accounted.amount,
        "memo": row.text("description"),
        "_sheet": "",
        "_row": row.line,
    }


def _postings(records: Sequence[dict[str, Any]]) -> Iterable[Posting]:
    for record in records:
        if record["accounted_amount"] is not None:
            place = (record["ledger"], f"{record['posting_date']:%Y-%m}", record["je_header_id"])
            yield Posting(*place, COMPANY, None, record["accounted_amount"])


LAYOUTS = (
    LedgerLayout("journals of Oracle", ORACLE, is_journals, read_journals, ("cp1252",)),
    LedgerLayout("GL_JE_HEADERS of Oracle", ORACLE, is_journal_headers, read_journal_headers, ("cp1252",)),
    LedgerLayout("GL_JE_LINES of Oracle", ORACLE, is_journal_lines, read_journal_lines, ("cp1252",)),
)
