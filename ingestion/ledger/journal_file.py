"""The journal of a file that states lines of several companies, as raw tables with what each company's lines do not bear out. Layouts do not belong here.

Source: input-contracts 1.1, full per entity and period; fund-admin 1.10.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.extract import Extract, Finding, RowCount
from ingestion.ledger.canonical import (
    JournalLine,
    LedgerReport,
    control_total,
    days_covered,
    entry_records,
    raw_table,
    report_record,
)
from ingestion.ledger.imbalances import Posting, find_imbalances, postings_of, unbalanced_findings


@dataclass(frozen=True)
class JournalFile:
    """All lines of a file, each with its company. The lines of the file that are none of the journal are counted only."""

    name: str
    kind: str
    gl_system: str
    report_name: str
    header_row: int  # 0 where the layout has no header
    lines: Sequence[tuple[str, JournalLine]]
    lines_in_range: int
    lines_comment: int
    lines_blank: int
    findings: tuple[Finding, ...] = ()


def extract_of_file(file: JournalFile) -> Extract:
    """The raw tables of `file`: one report for each company, and every line. As of the greatest posting date.

    Such files state no period: they are taken to state in full the days from their first to their last posting. A
    company whose journals do not balance is held for the period by a critical finding; every line is loaded all the same.
    FileRejected CONTROL_TOTAL where a line of a journal stands twice. Source: input-contracts 1.1; fund-admin 1.10, G-2.
    """
    of_entity: dict[str, list[JournalLine]] = defaultdict(list)
    for entity, line in file.lines:
        of_entity[entity].append(line)
    reports = [_report(file, entity, lines) for entity, lines in of_entity.items()]
    postings: list[Posting] = []
    for report in reports:
        _refuse_repetitions(file.name, report)
        postings += postings_of(report.entity, report.lines)
    entries: list[dict[str, Any]] = [record for report in reports for record in entry_records(report)]
    count, in_range, comments, blanks = len(entries), file.lines_in_range, file.lines_comment, file.lines_blank
    return Extract(
        kind=file.kind,
        as_of=max((line.posting_date for _, line in file.lines), default=None),
        tables={
            "gl_reports": raw_table("gl_reports", [report_record(report) for report in reports]),
            "gl_entries": raw_table("gl_entries", entries),
        },
        findings=(*file.findings, *unbalanced_findings(file.name, find_imbalances(postings))),
        row_counts=(
            RowCount("", "report", "gl_reports", len(of_entity), len(reports), 0, 0, 0),
            RowCount("", "lines", "gl_entries", in_range, count, 0, comments, blanks),
        ),
    )


def _report(file: JournalFile, entity: str, lines: Sequence[JournalLine]) -> LedgerReport:
    first, last = days_covered(lines)
    return LedgerReport(
        kind=file.kind,
        gl_system=file.gl_system,
        entity=entity,
        report_name=file.report_name,
        header_row=file.header_row,
        lines=lines,
        balances=(),
        lines_in_range=len(lines),
        lines_blank=0,
        lines_comment=0,
        period_start=first,
        period_end=last,
    )


def _refuse_repetitions(name: str, report: LedgerReport) -> None:
    rows: dict[tuple[str, str], int] = {}
    for line in report.lines:
        if line.line_id is None:
            continue
        earlier = rows.setdefault((line.journal_id, line.line_id), line.row)
        if earlier != line.row:
            raise control_total(
                f"{name}, line {line.row}: line {line.line_id!r} of journal {line.journal_id!r} of {report.entity!r} must "
                f"stand once, found it in lines {earlier} and {line.row}"
            )
