"""Reads the General Ledger report of QuickBooks Online into the canonical journal and proves every total it states. Other layouts are not its.

The report states each account's lines in the account's natural sign; sides come from accounts. Source: fund-admin 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from ingestion.delimited import Grid, read_grid
from ingestion.extract import Extract, FileRejected, Finding, Scope
from ingestion.ledger.accounts import find_sides, split_label, type_of
from ingestion.ledger.canonical import (
    Account,
    AccountBalance,
    JournalLine,
    LedgerReport,
    check_journals,
    control_total,
    extract_of,
)
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.quickbooks_preamble import Preamble, read_basis, read_preamble
from ingestion.ledger.quickbooks_rows import DELIMITER, Header, RowKind, find_header, rows_of, unread_columns
from ingestion.ledger.quickbooks_sections import ReportLine, Section, read_sections
from ingestion.reasons import advice_for, reason
from ingestion.sheet_xml import column_letters

QUICKBOOKS = "ledger_quickbooks"
GL_SYSTEM = "QUICKBOOKS"
DIGITS = 60  # sums of money are exact


def is_general_ledger_report(text: str) -> bool:
    """Whether the text has the header of this report; other layouts of the kind do not."""
    return find_header(text) is not None


def read_general_ledger_report(text: str, name: str) -> Extract:
    """Read the report `text` of file `name`; all or nothing, since a ledger that lacks a line is wrong.

    Raises FileRejected: MISSING_VALUE where no company is named, CONTROL_TOTAL naming account and lines where a row cannot
    be read, a balance or total differs, a journal does not balance or the report breaks off, and those of `read_grid`.
    Journals are identified by transaction type, day and number. Source: fund-admin 1.10, 5.
    """
    header = find_header(text)
    assert header is not None, "called for a text that has the report's header"
    grid = read_grid(text, DELIMITER, header.line, name)
    if grid.long_lines:
        line = grid.long_lines[0]
        raise control_total(
            f"{name}, line {line.line}: a row must have at most {len(grid.header)} cells, as the header has, "
            f"found {len(line.cells)}"
        )
    preamble = read_preamble(header.preamble)
    if preamble.entity is None:
        raise FileRejected(
            "MISSING_VALUE",
            f"{name}, line 1: expected the company above the header in line {header.line}, found none (MISSING_VALUE)",
        )
    with localcontext(prec=DIGITS):
        rows = rows_of(grid, header)
        sections, footer = read_sections(name, rows)
        _check_period(name, sections, preamble)
        lines, balances = _journal(name, sections)
        check_journals(name, lines)
        report = LedgerReport(
            kind=QUICKBOOKS,
            gl_system=GL_SYSTEM,
            entity=preamble.entity,
            report_name=preamble.title,
            header_row=header.line,
            lines=lines,
            balances=balances,
            lines_in_range=grid.lines_in_range,
            lines_blank=grid.lines_blank,
            lines_comment=grid.lines_comment + sum(row.kind is not RowKind.LINE for row in rows),
            period=preamble.period,
            period_start=preamble.first_day,
            period_end=preamble.last_day,
            accounting_basis=read_basis([*header.preamble, *footer]),
        )
        return replace(extract_of(report), findings=_extra_columns(name, grid, header))


def _check_period(name: str, sections: Sequence[Section], preamble: Preamble) -> None:
    """A line outside the period that the report states would be counted in two periods, or in none."""
    first, last = preamble.first_day, preamble.last_day
    if first is None or last is None:
        return
    for section in sections:
        for line in section.lines:
            if not first <= line.day <= last:
                raise control_total(
                    f"{name}, line {line.row}: date of account {section.path!r} must lie in the report's period "
                    f"{first} to {last}, found {line.day}"
                )


def _journal(name: str, sections: Sequence[Section]) -> tuple[list[JournalLine], list[AccountBalance]]:
    """The lines in the report's order and the balances, both positive on the debit side."""
    sides = _sides(name, sections)
    lines: list[JournalLine] = []
    balances: list[AccountBalance] = []
    for section in sections:
        # An account without lines and balance has no side, and needs none.
        account, side = _account(section), sides.get(section.path, 1)
        balances.append(
            AccountBalance(section.row, account, side * section.opening, side * section.activity, len(section.lines))
        )
        lines.extend(_line(line, account, side) for line in section.lines)
    return sorted(lines, key=lambda line: line.row), balances


def _sides(name: str, sections: Sequence[Section]) -> dict[str, int]:
    journals: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for section in sections:
        for line in section.lines:
            journals[line.journal_id].append((section.path, line.amount))
    types = {section.path: type_of(section.labels) for section in sections}
    sides = find_sides(types, list(journals.values()))
    for section in sections:
        if section.path not in sides and (section.opening or any(line.amount for line in section.lines)):
            raise control_total(
                f"{name}, {section.rows}: account {section.path!r} must be of a known type or have journals whose other "
                f"accounts are, so that its amounts have a side, found neither"
            )
    return sides


def _account(section: Section) -> Account:
    code, account_name = split_label(section.labels[-1])
    return Account(code or section.path, account_name, section.path, type_of(section.labels))


def _line(line: ReportLine, account: Account, side: int) -> JournalLine:
    return JournalLine(
        row=line.row,
        journal_id=line.journal_id,
        posting_date=line.day,
        account=account,
        amount=side * line.amount,
        stated_amount=line.amount,
        is_debit_account=side > 0,
        transaction_type=line.transaction_type,
        document_number=line.number or None,
        counterparty=line.name or None,
        memo=line.memo or None,
        split_account=line.split or None,
    )


def _extra_columns(name: str, grid: Grid, header: Header) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code="EXTRA_COLUMN",
            severity=reason("EXTRA_COLUMN").severity,
            scope=Scope.FEED,
            message=f"{name}, line {header.line}: expected the columns of the report only, found {cell!r} too, which is "
            f"not read (EXTRA_COLUMN)",
            sheet="",
            row=header.line,
            column=column_letters(place + 1),
            found=cell,
            advice=advice_for("EXTRA_COLUMN"),
        )
        for place, cell in unread_columns(grid, header)
    )


def _read(source: LedgerSource) -> Extract:
    return read_general_ledger_report(source.text, source.name)


LAYOUT = LedgerLayout("General Ledger report of QuickBooks Online", QUICKBOOKS, is_general_ledger_report, _read)
