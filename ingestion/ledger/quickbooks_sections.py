"""Accounts of the General Ledger report of QuickBooks Online with their lines, each total proved as it is met. Sides do not belong here.

Amounts are in the account's natural sign throughout. Source: fund-admin 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.column import SHOWN
from ingestion.extract import FileRejected
from ingestion.ledger.canonical import control_total
from ingestion.ledger.quickbooks_rows import ReportRow, RowKind, read_amount, read_day

ZERO = Decimal(0)


@dataclass(frozen=True)
class ReportLine:
    """One line of an account. A transaction's lines share type, day and number."""

    row: int
    day: dt.date
    transaction_type: str
    number: str
    name: str
    memo: str
    split: str
    amount: Decimal

    @property
    def journal_id(self) -> str:
        """Stable over reports: what a person would look the transaction up by; unnumbered ones of a day are one journal."""
        return f"{self.transaction_type.upper().replace(' ', '_')}:{self.day}:{self.number}"


@dataclass
class Section:
    """An account and what stands below its heading. `labels` lead to it from the top."""

    row: int
    labels: tuple[str, ...]
    opening: Decimal = ZERO
    activity: Decimal = ZERO
    has_opening: bool = False
    is_totalled: bool = False
    lines: list[ReportLine] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    @property
    def path(self) -> str:
        return ":".join(self.labels)

    @property
    def rows(self) -> str:
        last = self.lines[-1].row if self.lines else self.row
        return f"lines {self.row} to {last}"

    def tree(self) -> tuple[Decimal, Decimal]:
        """Opening balance and activity with those of all sub-accounts."""
        below = [child.tree() for child in self.children]
        return self.opening + sum((o for o, _ in below), ZERO), self.activity + sum((a for _, a in below), ZERO)


def read_sections(file: str, rows: Sequence[ReportRow]) -> tuple[list[Section], list[str]]:
    """Every account in the order of headings, and the remarks below the grand total.

    FileRejected CONTROL_TOTAL names account and lines where a row cannot be read, a running balance or a total differs
    from beginning balance and lines, or the report breaks off.
    """
    reader = _SectionReader(file, frozenset(row.label for row in rows if row.kind is RowKind.TOTAL_WITH_SUBS))
    for row in rows:
        reader.take(row)
    reader.end()
    return reader.sections, reader.footer


class _SectionReader:
    """Takes the rows in order. `with_subs` names the accounts that have a total with sub-accounts beside their own."""

    def __init__(self, file: str, with_subs: frozenset[str]) -> None:
        self.sections: list[Section] = []
        self.footer: list[str] = []
        self._file = file
        self._with_subs = with_subs
        self._open: list[Section] = []
        self._paths: dict[str, int] = {}
        self._is_complete = False
        self._takers = {
            RowKind.ACCOUNT: self._open_account,
            RowKind.OPENING: self._read_opening,
            RowKind.LINE: self._read_line,
            RowKind.TOTAL: self._close,
            RowKind.TOTAL_WITH_SUBS: self._close,
            RowKind.GRAND_TOTAL: self._finish,
        }

    def take(self, row: ReportRow) -> None:
        if not self._is_complete:
            self._takers[row.kind](row)
            return
        # Below the grand total stand the time of printing and the basis of accounting.
        if row.kind is not RowKind.ACCOUNT or row.cells["amount"] or row.cells["balance"]:
            raise self._refusal(row, "below TOTAL there must be nothing but remarks", f"a row {row.kind.value}")
        self.footer.append(" ".join((row.label, *row.cells.values())))

    def end(self) -> None:
        """Refuse a report that broke off."""
        if not self._is_complete:
            at = (
                f"none; account {self._open[-1].path!r}, {self._open[-1].rows}, is not closed" if self._open else "none"
            )
            raise control_total(f"{self._file}: the last row must be TOTAL, found {at}")

    def _open_account(self, row: ReportRow) -> None:
        if any(row.cells.values()):
            raise self._refusal(row, f"the heading of account {row.label!r} must stand alone", "other cells filled")
        above = self._open[-1] if self._open else None
        section = Section(row.line, (*(above.labels if above else ()), row.label))
        if section.path in self._paths:
            found = f"it in lines {self._paths[section.path]} and {row.line}"
            raise self._refusal(row, f"account {section.path!r} must be listed once", found)
        if above is not None:
            above.children.append(section)
        self._paths[section.path] = row.line
        self._open.append(section)
        self.sections.append(section)

    def _read_opening(self, row: ReportRow) -> None:
        section = self._current(row)
        if section.has_opening or section.lines:
            raise self._refusal(row, f"account {section.path!r} must begin with its one beginning balance", "another")
        column = "balance" if row.cells["balance"] else "amount"
        section.opening, section.has_opening = self._amount(row, column, section), True

    def _read_line(self, row: ReportRow) -> None:
        section, cells = self._current(row), row.cells
        if section.is_totalled:
            raise self._refusal(row, f"account {section.path!r} must have no line below its total", "one")
        day = read_day(cells["date"])
        if day is None:
            expected = f"date of account {section.path!r} must be a day as MM/DD/YYYY"
            raise self._refusal(row, expected, repr(cells["date"][:SHOWN]))
        line = ReportLine(
            row=row.line,
            day=day,
            transaction_type=cells["transaction_type"],
            number=cells["number"],
            name=cells["name"],
            memo=cells.get("memo", ""),
            split=cells["split"],
            amount=self._amount(row, "amount", section),
        )
        section.lines.append(line)
        section.activity += line.amount
        if cells["balance"]:
            found, expected_balance = self._amount(row, "balance", section), section.opening + section.activity
            if found != expected_balance:
                expected = (
                    f"balance of account {section.path!r} must be {expected_balance:,f}, the beginning balance "
                    f"{section.opening:,f} and {section.rows}"
                )
                raise self._refusal(row, expected, f"{found:,f}")

    def _close(self, row: ReportRow) -> None:
        """Prove a total. It speaks of the account's own lines where a total with sub-accounts follows, else of all below."""
        section = self._current(row)
        if row.label != section.labels[-1]:
            raise self._refusal(row, f"the next total must be that of account {section.path!r}", repr(row.label))
        is_own = row.kind is RowKind.TOTAL and row.label in self._with_subs
        if is_own and section.is_totalled:
            raise self._refusal(row, f"account {section.path!r} must have one total of its own lines", "another")
        opening, activity = (section.opening, section.activity) if is_own else section.tree()
        self._prove(row, section, opening, activity)
        section.is_totalled = True
        if not is_own:
            self._open.pop()

    def _prove(self, row: ReportRow, section: Section, opening: Decimal, activity: Decimal) -> None:
        amount = self._amount(row, "amount", section) if row.cells["amount"] else None
        balance = self._amount(row, "balance", section) if row.cells["balance"] else None
        closing = opening + activity
        where = f"{section.rows}: beginning balance {opening:,f}, lines {activity:,f}, together {closing:,f}"
        # The amount of a total is that of its lines in most exports and the closing balance in some.
        if amount not in (None, activity, closing) or (amount is None and balance is None and activity):
            found = "nothing" if amount is None else f"{amount:,f}"
            raise self._refusal(row, f"the total of account {section.path!r} must agree with {where}", found)
        if balance not in (None, closing):
            expected = f"the closing balance of account {section.path!r} must agree with {where}"
            raise self._refusal(row, expected, f"{balance:,f}")

    def _finish(self, row: ReportRow) -> None:
        if self._open:
            section = self._open[-1]
            expected = f"account {section.path!r}, {section.rows}, must be closed by its total"
            raise self._refusal(row, expected, "TOTAL")
        tops = [section.tree() for section in self.sections if len(section.labels) == 1]
        activity = sum((a for _, a in tops), ZERO)
        closing = activity + sum((o for o, _ in tops), ZERO)
        for column in ("amount", "balance"):
            if row.cells[column]:
                total = read_amount(row.cells[column])
                # Natural signs added up, with or without beginning balances, or debits less credits, which is nothing.
                if total not in (ZERO, activity, closing):
                    expected = f"{column} of TOTAL must be {activity:,f}, {closing:,f} or 0"
                    raise self._refusal(row, expected, repr(row.cells[column][:SHOWN]))
        self._is_complete = True

    def _current(self, row: ReportRow) -> Section:
        if not self._open:
            raise self._refusal(row, f"a row {row.kind.value} must stand below the heading of its account", "none")
        return self._open[-1]

    def _amount(self, row: ReportRow, column: str, section: Section) -> Decimal:
        amount = read_amount(row.cells[column])
        if amount is None:
            expected = f"{column} of account {section.path!r} must be an amount such as -1,234.50"
            raise self._refusal(row, expected, repr(row.cells[column][:SHOWN]))
        return amount

    def _refusal(self, row: ReportRow, expected: str, found: str) -> FileRejected:
        return control_total(f"{self._file}, line {row.line}: {expected}, found {found}")
