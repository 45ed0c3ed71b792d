"""The canonical journal: what every ledger system's export becomes, its balance check and its raw tables. Layouts do not belong here.

Amounts are exact and positive on the debit side; a line of the tables shows them on one side. Source: fund-admin 1.10.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from ingestion.contracts import arrow_schema, raw_tables
from ingestion.extract import Extract, FileRejected, Finding, RejectedRow, RowCount

Status = Literal["DRAFT", "POSTED", "REVERSED", "DELETED"]
# What counts: a draft does not yet, a deleted line no longer; a reversed one does, with its reversal.
POSTED = ("POSTED", "REVERSED")
SHOWN_ROWS = 10  # of a journal, in a message
EXACT_DIGITS = 60  # sums of money are exact


@dataclass(frozen=True)
class Account:
    """`code` is the account's number, or its full name where it has none; `path` its labels from the top, with colons."""

    code: str
    name: str
    path: str
    account_type: str | None


@dataclass(frozen=True)
class JournalLine:
    """One line. `amount` is positive for a debit; `stated_amount` has the sign that the system gives it."""

    row: int
    journal_id: str
    posting_date: dt.date
    account: Account
    amount: Decimal
    stated_amount: Decimal
    is_debit_account: bool  # on which side an amount of zero stands
    transaction_type: str | None = None
    document_number: str | None = None
    counterparty: str | None = None
    memo: str | None = None
    split_account: str | None = None
    currency: str | None = None  # of the amount, where the system states it
    line_id: str | None = None  # None where the system gives none: lines are then numbered in the report's order
    status: Status = "POSTED"
    balancing_segment: str | None = None  # dimension within which the journal balances: Intacct's location
    reversal_date: dt.date | None = None  # on which the system posts the opposite journal
    transaction_amount: Decimal | None = None  # as entered, where the ledger keeps another currency
    transaction_currency: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    ledger: str | None = None  # of the several that a company may keep
    left_out_reason: str | None = None  # why the line is kept apart from the journal; None = it is of the journal
    fiscal_year: int | None = None
    fiscal_period: str | None = None  # as the system names it, adjusting periods too

    @property
    def is_posted(self) -> bool:
        return self.status in POSTED and self.left_out_reason is None


@dataclass(frozen=True)
class AccountBalance:
    """Balances of an account over the report's period, positive on the debit side, without its sub-accounts."""

    row: int
    account: Account
    opening: Decimal
    activity: Decimal
    line_count: int

    @property
    def closing(self) -> Decimal:
        return self.opening + self.activity


@dataclass(frozen=True)
class LedgerReport:
    """All that one export states of one entity and period. `lines_in_range` is counted on the file."""

    kind: str
    gl_system: str
    entity: str
    report_name: str
    header_row: int
    lines: Sequence[JournalLine]
    balances: Sequence[AccountBalance]
    lines_in_range: int
    lines_blank: int
    lines_comment: int  # headings, opening balances and totals, which prove the lines and are none themselves
    lines_quarantined: int = 0
    lines_lacking: int = 0  # of those quarantined, the ones that say what no other line says
    lines_derived: int = 0  # legs that follow from a row of the file beside the one that it states
    period: str | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    accounting_basis: str | None = None
    is_partial: bool = False  # headers of journals and accounts come in files of their own
    rejected: Sequence[RejectedRow] = ()
    findings: Sequence[Finding] = ()


def control_total(message: str) -> FileRejected:
    """The refusal of an export whose lines do not bear out its totals; `message` names place, account and rows."""
    return FileRejected("CONTROL_TOTAL", f"{message} (CONTROL_TOTAL)")


def check_journals(file: str, lines: Sequence[JournalLine]) -> None:
    """Debits equal credits in every journal and currency, else FileRejected CONTROL_TOTAL. Source: fund-admin 1.10, G-2."""
    journals: dict[tuple[str, str | None], list[JournalLine]] = defaultdict(list)
    for line in lines:
        journals[line.journal_id, line.currency].append(line)
    for (journal_id, _), journal in journals.items():
        debits = sum((line.amount for line in journal if line.amount > 0), Decimal(0))
        credits = -sum((line.amount for line in journal if line.amount < 0), Decimal(0))
        if debits != credits:
            named = ", ".join(f"line {line.row} {line.account.path!r}" for line in journal[:SHOWN_ROWS])
            more = f" and {len(journal) - SHOWN_ROWS} more" if len(journal) > SHOWN_ROWS else ""
            raise control_total(
                f"{file}: journal {journal_id!r} must have debits equal to credits, found {debits:,f} and {credits:,f} "
                f"in {named}{more}"
            )


def extract_of(report: LedgerReport) -> Extract:
    """The raw tables of a report whose totals hold. `_row` is the line in the file. As of the greatest posting date.

    Lines of a journal are numbered from 1 in the report's order. Source: input-contracts 1.1; fund-admin 1.10, G-3.
    """
    records = {
        "gl_reports": [report_record(report)],
        "gl_entries": entry_records(report),
        "gl_report_balances": [_balance(report, balance) for balance in report.balances],
    }
    tables = {name: raw_table(name, rows) for name, rows in records.items()}
    staged = len(report.lines)
    counts: tuple[RowCount, ...] = (
        RowCount("", "report", "gl_reports", 1, 1, 0, 0, 0),
        RowCount(
            "",
            "lines",
            "gl_entries",
            report.lines_in_range,
            staged - report.lines_derived,
            report.lines_quarantined,
            report.lines_comment,
            report.lines_blank,
        ),
        RowCount("", "accounts", "gl_report_balances", len(report.balances), len(report.balances), 0, 0, 0),
    )
    if report.lines_derived:
        derived = RowCount("", "derived lines", "gl_entries", report.lines_derived, report.lines_derived, 0, 0, 0)
        counts = (*counts, derived)
    as_of = max((line.posting_date for line in report.lines), default=report.period_end)
    return Extract(
        kind=report.kind,
        as_of=as_of,
        tables=tables,
        row_counts=counts,
        rejected=tuple(report.rejected),
        findings=tuple(report.findings),
    )


def days_covered(lines: Sequence[JournalLine]) -> tuple[dt.date | None, dt.date | None]:
    """First and last posting date, for layouts that state no period: these are the days that the export replaces."""
    days = [line.posting_date for line in lines]
    return min(days, default=None), max(days, default=None)


def raw_table(name: str, records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Records of raw table `name` with the columns of its contract."""
    return pa.Table.from_pylist(records, schema=arrow_schema(raw_tables()[name]))


def _where(report: LedgerReport, row: int) -> dict[str, Any]:
    return {"gl_system": report.gl_system, "entity": report.entity, "_sheet": "", "_row": row}


def report_record(report: LedgerReport) -> dict[str, Any]:
    """The row of `gl_reports`. Totals are of the lines that are posted, added up whatever their currencies."""
    posted = [line.amount for line in report.lines if line.is_posted]
    return {
        **_where(report, report.header_row),
        "report_name": report.report_name,
        "period": report.period,
        "period_start": report.period_start,
        "period_end": report.period_end,
        "accounting_basis": report.accounting_basis,
        "account_count": len(report.balances),
        "entry_count": len(report.lines),
        "quarantined_count": report.lines_lacking,
        "is_partial": report.is_partial,
        "debit_total": sum((amount for amount in posted if amount > 0), Decimal(0)),
        "credit_total": -sum((amount for amount in posted if amount < 0), Decimal(0)),
    }


def entry_records(report: LedgerReport) -> list[dict[str, Any]]:
    """The rows of `gl_entries`, each amount on one side."""
    numbers: dict[str, int] = defaultdict(int)
    entries = []
    for line in report.lines:
        numbers[line.journal_id] += 1
        is_debit = line.amount > 0 or (line.amount == 0 and line.is_debit_account)
        entries.append(
            {
                **_where(report, line.row),
                "journal_id": line.journal_id,
                "line_id": line.line_id or str(numbers[line.journal_id]),
                "posting_date": line.posting_date,
                "account_code": line.account.code,
                "account_name": line.account.name,
                "account_type": line.account.account_type,
                "debit": abs(line.amount) if is_debit else None,
                "credit": None if is_debit else abs(line.amount),
                "currency": line.currency,
                "memo": line.memo,
                "counterparty": line.counterparty,
                "transaction_type": line.transaction_type,
                "document_number": line.document_number,
                "split_account": line.split_account,
                "stated_amount": line.stated_amount,
                "status": line.status,
                "balancing_segment": line.balancing_segment,
                "reversal_date": line.reversal_date,
                "transaction_amount": line.transaction_amount,
                "transaction_currency": line.transaction_currency,
                "dimensions": json_of(line.dimensions),
                "ledger": line.ledger,
                "left_out_reason": line.left_out_reason,
                "fiscal_year": line.fiscal_year,
                "fiscal_period": line.fiscal_period,
            }
        )
    return entries


def json_of(dimensions: Mapping[str, str]) -> str | None:
    """Dimensions as canonical JSON, or None without any. Source: input-contracts 1.3."""
    return json.dumps(dimensions, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if dimensions else None


def _balance(report: LedgerReport, balance: AccountBalance) -> dict[str, Any]:
    return {
        **_where(report, balance.row),
        "account_code": balance.account.code,
        "account_name": balance.account.name,
        "account_path": balance.account.path,
        "account_type": balance.account.account_type,
        "period_start": report.period_start,
        "period_end": report.period_end,
        "opening_balance": balance.opening,
        "activity": balance.activity,
        "closing_balance": balance.closing,
        "entry_count": balance.line_count,
    }
