"""The extract of an export that is rows of a journal and states no totals: what is read, what is quarantined, what is held. Layouts do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import localcontext

from ingestion.extract import Extract, Finding
from ingestion.ledger.balance import Posting, hold_findings
from ingestion.ledger.canonical import JournalLine, LedgerReport, days_covered, extract_of
from ingestion.ledger.layout import LedgerSource
from ingestion.ledger.table import LedgerTable

DIGITS = 60  # sums of money are exact


@dataclass(frozen=True)
class Journal:
    """What kind of journal an export is. `is_partial` where its headers and accounts come in files of their own."""

    kind: str
    gl_system: str
    name: str
    is_partial: bool = False


def journal_extract(
    source: LedgerSource,
    journal: Journal,
    table: LedgerTable,
    lines: Sequence[JournalLine],
    *,
    derived: int = 0,
    notes: Sequence[Finding] = (),
) -> Extract:
    """The extract of `lines`, read from the sound rows of `table`; `derived` of them follow from a row beside its own line.

    Rows with a fault are quarantined. Journals that do not balance are loaded and hold their period, and rows that are
    lacking hold every period of the file. FileRejected MISSING_VALUE without a declared entity.
    """
    entity = source.declared_entity()
    faulty = [row for row in table.rows if not row.is_sound]
    lacking = sum(not row.is_repetition for row in faulty)
    first, last = days_covered(lines)
    with localcontext(prec=DIGITS):
        holds = hold_findings(source.name, entity, [Posting.of(line) for line in lines], lacking)
        return extract_of(
            LedgerReport(
                kind=journal.kind,
                gl_system=journal.gl_system,
                entity=entity,
                report_name=journal.name,
                header_row=table.header_line,
                lines=lines,
                balances=(),
                lines_in_range=table.lines_in_range,
                lines_blank=table.lines_blank,
                lines_comment=table.lines_comment,
                lines_quarantined=len(faulty),
                lines_lacking=lacking,
                lines_derived=derived,
                period_start=first,
                period_end=last,
                is_partial=journal.is_partial,
                rejected=[fault for row in faulty for fault in row.faults],
                findings=(*holds, *notes),
            )
        )
