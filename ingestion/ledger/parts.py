"""Files that hold one part of a ledger: headers of journals, their lines, or accounts, each an extract of its own. Joining them belongs to staging.

A part that is missing, or names what another part lacks, is a finding where they are joined; nothing is guessed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ingestion.contracts import arrow_schema, raw_tables
from ingestion.extract import Extract, RowCount
from ingestion.ledger.balance import Posting, hold_findings
from ingestion.ledger.layout import LedgerSource
from ingestion.ledger.table import Columns, LedgerRow, find_header, read_table, refuse_repeats

HEADERS, LINES, ACCOUNTS = "gl_journal_headers", "gl_journal_lines", "gl_ledger_accounts"


@dataclass(frozen=True)
class Part:
    """What a file is a part of, the raw table that it fills, and what it is called."""

    kind: str
    gl_system: str
    table_name: str
    name: str


def read_part(
    source: LedgerSource, part: Part, columns: Columns, record: Callable[[LedgerRow, LedgerSource], Mapping[str, Any]]
) -> Extract:
    """The extract of one part. `record` gives a row's columns, among them the key of the raw table.

    Rows with a fault are quarantined and hold the ledger. FileRejected MISSING_VALUE without a declared entity, and those of
    `read_grid`. Source: input-contracts 1.2, 1.4.
    """
    header = find_header(source.text, columns)
    assert header is not None, "called for a text that has the header"
    entity = source.declared_entity()
    table = read_table(source.name, source.text, header, part.table_name)
    records = [(row, record(row, source)) for row in table.rows]
    key = raw_tables()[part.table_name].key[2:]  # after system and entity, which are the file's
    refuse_repeats([(tuple(str(values[name]) for name in key), row) for row, values in records], part.name)
    where = {"gl_system": part.gl_system, "entity": entity, "_sheet": ""}
    sound = [{**where, **values, "_row": row.line} for row, values in records if row.is_sound]
    faulty = [row for row in table.rows if not row.is_sound]
    lacking = sum(not row.is_repetition for row in faulty)
    report = {
        **where,
        "_row": table.header_line,
        "report_name": part.name,
        "account_count": len(sound) if part.table_name == ACCOUNTS else 0,
        "entry_count": len(sound) if part.table_name == LINES else 0,
        "quarantined_count": lacking,
        "is_partial": True,
        "debit_total": _total(sound, "debit"),
        "credit_total": _total(sound, "credit"),
    }
    staged = {"gl_reports": [report], part.table_name: sound}
    counts = (
        RowCount("", "report", "gl_reports", 1, 1, 0, 0, 0),
        RowCount(
            "",
            "rows",
            part.table_name,
            table.lines_in_range,
            len(sound),
            len(faulty),
            table.lines_comment,
            table.lines_blank,
        ),
    )
    return Extract(
        kind=part.kind,
        as_of=_newest(sound),
        tables={
            name: pa.Table.from_pylist(rows, schema=arrow_schema(raw_tables()[name])) for name, rows in staged.items()
        },
        row_counts=counts,
        rejected=tuple(fault for row in faulty for fault in row.faults),
        findings=hold_findings(source.name, entity, _postings(sound) if part.table_name == LINES else (), lacking),
    )


def _postings(records: Sequence[Mapping[str, Any]]) -> list[Posting]:
    # Their currency is their header's, one for a journal, and so is their day.
    return [
        Posting(r["_row"], r["journal_id"], (r["debit"] or Decimal(0)) - (r["credit"] or Decimal(0)), r["status"])
        for r in records
    ]


def _total(records: Sequence[Mapping[str, Any]], column: str) -> Decimal:
    return sum((record.get(column) or Decimal(0) for record in records), Decimal(0))


def _newest(records: Sequence[Mapping[str, Any]]) -> dt.date | None:
    return max((record["posting_date"] for record in records if record.get("posting_date")), default=None)
