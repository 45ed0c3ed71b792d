"""Reads GL_INTERFACE of Oracle, the file GlInterface.csv of a data import, into the canonical journal. Extracts of posted journals are not its.

The file has no header: 95 columns by place, the last one END. Source: fund-admin 5, row GL_INTERFACE.
"""

from __future__ import annotations

import csv
import re
from decimal import localcontext

from ingestion.delimited import MAX_LINE_BYTES, lines_of, normal_form
from ingestion.extract import Extract, FileRejected
from ingestion.ledger.canonical import EXACT_DIGITS, JournalLine, control_total
from ingestion.ledger.journal_file import JournalFile, extract_of_file
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.oracle_values import (
    GL_SYSTEM,
    ORACLE,
    STATISTICAL_CURRENCY,
    account_of,
    amounts_of,
    currency_of,
    day_of,
    left_out_reason,
    sided,
)
from ingestion.ledger.table_rows import TableRow

WIDTH = 95
END = "END"
FIRST_SEGMENT, SEGMENTS = 9, 30
# Columns by their place, counted from 1.
COLUMNS = {
    "status": 1,
    "ledger id": 2,
    "accounting date": 3,
    "source": 4,
    "category": 5,
    "currency": 6,
    "actual flag": 8,
    "entered debit": 39,
    "entered credit": 40,
    "accounted debit": 41,
    "accounted credit": 42,
    "batch": 43,
    "journal": 46,
    "journal description": 47,
    "line text": 52,
    "group id": 67,
    "ledger name": 92,
}
PLACES = {normal_form(column): place - 1 for column, place in COLUMNS.items()}
_FIRST_LINE = re.compile(r"^\"?NEW\"?,.*\"?END\"?\s*$")


def is_interface(text: str) -> bool:
    """Whether the first line begins with NEW and ends with END."""
    return _FIRST_LINE.match(text.partition("\n")[0]) is not None


def read_interface(source: LedgerSource) -> Extract:
    """Every line of the file. Entered amounts balance by journal and currency, accounted amounts by journal.

    Budget, encumbrance and statistical lines are kept apart. Raises FileRejected: BAD_QUOTING, MISSING_VALUE where no ledger
    is named, CONTROL_TOTAL naming line and column where a line is not whole or a cell cannot be read.
    """
    rows, in_range, blank = _rows(source)
    with localcontext(prec=EXACT_DIGITS):
        lines = [(_ledger(row, source), _line(row, source)) for row in rows]
        return extract_of_file(
            JournalFile(
                name=source.name,
                kind=ORACLE,
                gl_system=GL_SYSTEM,
                report_name="GL_INTERFACE",
                header_row=0,
                lines=lines,
                lines_in_range=in_range,
                lines_comment=0,
                lines_blank=blank,
            )
        )


def _rows(source: LedgerSource) -> tuple[list[TableRow], int, int]:
    """The lines of the file, each whole, the number of all records and that of blank ones."""
    csv.field_size_limit(MAX_LINE_BYTES)
    records = csv.reader(lines_of(source.text), strict=True)
    rows: list[TableRow] = []
    in_range, blank, start = 0, 0, 1
    try:
        for record in records:
            line, start = start, records.line_num + 1
            in_range += 1
            cells = [cell.strip() for cell in record]
            if not any(cells):
                blank += 1
                continue
            if len(cells) != WIDTH or cells[-1] != END:
                raise control_total(
                    f"{source.name}, line {line}: a line must have {WIDTH} cells, the last one {END}, found {len(cells)}, the "
                    f"last one {cells[-1]!r}"
                )
            rows.append(TableRow(source.name, line, cells, PLACES))
    except csv.Error as error:
        raise FileRejected(
            "BAD_QUOTING", f"{source.name}, line {start}: expected closed quotation marks, found: {error} (BAD_QUOTING)"
        ) from error
    return rows, in_range, blank


def _ledger(row: TableRow, source: LedgerSource) -> str:
    return row.text("ledger name") or row.text("ledger id") or source.declared_entity()


def _line(row: TableRow, source: LedgerSource) -> JournalLine:
    currency = currency_of(row, "currency")
    entered = sided(row, "entered debit", "entered credit")
    accounted = sided(row, "accounted debit", "accounted credit")
    if entered is None:
        raise row.refusal("entered debit", "filled, or entered credit", None)
    if accounted is not None and currency == STATISTICAL_CURRENCY:
        raise row.refusal(
            "accounted debit", "empty, and accounted credit too, for statistical units", str(accounted.stated)
        )
    account = account_of(row.cells[FIRST_SEGMENT - 1 : FIRST_SEGMENT - 1 + SEGMENTS])
    if not account.code:
        raise row.refusal("segment 1", "filled, or another segment", None)
    day = day_of(row, "accounting date")
    named = (row.text("group id"), row.text("batch"), row.text("journal"), row.text("category"), str(day))
    return JournalLine(
        row=row.line,
        journal_id=":".join(text for text in named if text),
        posting_date=day,
        account=account,
        **amounts_of(entered, accounted, currency, source.currency),
        transaction_type=row.text("category"),
        document_number=row.text("journal"),
        memo=row.text("line text") or row.text("journal description"),
        ledger=row.text("ledger id") or row.text("ledger name"),
        left_out_reason=left_out_reason(row, "actual flag", currency),
    )


LAYOUT = LedgerLayout("GL_INTERFACE of Oracle", ORACLE, is_interface, read_interface, ("cp1252",))
