"""Accounts of the General Ledger report of QuickBooks Desktop with their lines, each total proved as it is met. Journals do not belong here.

Amounts are positive on the debit side; balances have the sign that the report gives them. Source: fund-admin 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.column import SHOWN
from ingestion.delimited import normal_form
from ingestion.extract import FileRejected
from ingestion.ledger.canonical import control_total
from ingestion.ledger.quickbooks_rows import read_amount
from ingestion.ledger.table import LedgerRow

ZERO = Decimal(0)
OTHER = " - Other"  # marks what is booked on an account that has sub-accounts
_TOTAL = "Total "


@dataclass
class Section:
    """An account with its lines, and what stood on it before them as the report states it. `labels` lead to it from the top."""

    row: LedgerRow
    labels: tuple[str, ...]
    stated_opening: Decimal
    lines: list[tuple[LedgerRow, Decimal]] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)
    moved: Decimal = ZERO
    told_side: int | None = None

    @property
    def path(self) -> str:
        return ":".join(self.labels)

    @property
    def side(self) -> int:
        """1 where the report's balances are positive on the debit side, which it is taken for until a line tells otherwise."""
        return self.told_side or 1

    def take(self, row: LedgerRow, amount: Decimal, balance: Decimal | None) -> Decimal:
        """Add a line and return the balance that must stand beside it; the first one stated tells on which side balances grow."""
        self.lines.append((row, amount))
        self.moved += amount
        if balance is not None and self.moved and self.told_side is None:
            self.told_side = -1 if balance - self.stated_opening == -self.moved else 1
        return self.stated_opening + self.side * self.moved

    def activity(self) -> tuple[Decimal, Decimal]:
        """Debits and credits with those of all sub-accounts."""
        debits = sum((amount for _, amount in self.lines if amount > 0), ZERO)
        credits = -sum((amount for _, amount in self.lines if amount < 0), ZERO)
        below = [child.activity() for child in self.children]
        return debits + sum((d for d, _ in below), ZERO), credits + sum((c for _, c in below), ZERO)


def read_sections(file: str, rows: Sequence[LedgerRow]) -> list[Section]:
    """Every account in the order of headings. FileRejected CONTROL_TOTAL names account and line where a row cannot be read, a
    balance or a total differs, or an account is left open."""
    reader = _SectionReader(file)
    for row in rows:
        reader.take(row)
    reader.end()
    return reader.sections


class _SectionReader:
    """Takes the rows in order and proves each total as it is met."""

    def __init__(self, file: str) -> None:
        self.sections: list[Section] = []
        self._file = file
        self._open: list[Section] = []
        self._paths: set[str] = set()

    def take(self, row: LedgerRow) -> None:
        for fault in row.faults:
            raise control_total(fault.message)
        label = row.cells[0].strip()
        if normal_form(label) == "total" or (label.startswith(_TOTAL) and not row.raw("Date")):
            self._close(row, label)
        elif label:
            self._begin(row, label)
        else:
            self._read_line(row)

    def end(self) -> None:
        if self._open:
            section = self._open[-1]
            raise control_total(
                f"{self._file}: account {section.path!r} of line {section.row.line} must be closed by its total, found the "
                f"end of the file"
            )

    def _begin(self, row: LedgerRow, label: str) -> None:
        if any(row.raw(column) for column in row.places if column != "Balance"):
            raise self._refusal(row, f"the heading of account {label!r} must stand alone", "other cells filled")
        above = self._open[-1] if self._open else None
        section = Section(row, (*(above.labels if above else ()), label), self._amount(row, "Balance"))
        if section.path in self._paths:
            raise self._refusal(row, f"account {section.path!r} must be listed once", "it again")
        if above is not None:
            if above.lines:
                raise self._refusal(
                    row, f"lines of account {above.path!r} itself must stand under its{OTHER}", "others"
                )
            above.children.append(section)
        self._paths.add(section.path)
        self._open.append(section)
        self.sections.append(section)

    def _read_line(self, row: LedgerRow) -> None:
        if not self._open:
            raise self._refusal(row, "a line must stand below the heading of its account", "none")
        section = self._open[-1]
        debit, credit = self._amount(row, "Debit"), self._amount(row, "Credit")
        if bool(row.raw("Debit")) == bool(row.raw("Credit")):
            raise self._refusal(row, f"one of debit and credit of account {section.path!r} must be filled", "not one")
        if section.children:
            raise self._refusal(row, f"lines of account {section.path!r} itself must stand under its{OTHER}", "one")
        balance = self._amount(row, "Balance") if row.raw("Balance") else None
        expected = section.take(row, debit - credit, balance)
        if balance not in (None, expected):
            raise self._refusal(row, f"balance of account {section.path!r} must be {expected:,f}", f"{balance:,f}")

    def _close(self, row: LedgerRow, label: str) -> None:
        """Prove a total of debits and credits; that of the whole report must leave no account open."""
        if normal_form(label) == "total":
            if self._open:
                raise self._refusal(row, f"account {self._open[-1].path!r} must be closed by its total", repr(label))
            tops = [section.activity() for section in self.sections if len(section.labels) == 1]
            self._prove(row, "the report", sum((d for d, _ in tops), ZERO), sum((c for _, c in tops), ZERO))
            return
        if not self._open or label != _TOTAL + self._open[-1].labels[-1]:
            expected = (
                f"the next total must be that of {self._open[-1].path!r}" if self._open else "no total must follow"
            )
            raise self._refusal(row, expected, repr(label[:SHOWN]))
        section = self._open.pop()
        self._prove(row, f"account {section.path!r}", *section.activity())
        if row.raw("Balance") and not section.children:
            expected_balance = section.stated_opening + section.side * section.moved
            found = self._amount(row, "Balance")
            if found != expected_balance:
                expected = f"closing balance of account {section.path!r} must be {expected_balance:,f}"
                raise self._refusal(row, expected, f"{found:,f}")

    def _prove(self, row: LedgerRow, what: str, debits: Decimal, credits: Decimal) -> None:
        for column, expected in (("Debit", debits), ("Credit", credits)):
            found = self._amount(row, column)
            if found != expected:
                raise self._refusal(row, f"{column.lower()} total of {what} must be {expected:,f}", f"{found:,f}")

    def _amount(self, row: LedgerRow, column: str) -> Decimal:
        text = row.raw(column)
        amount = read_amount(text) if text else ZERO
        if amount is None:
            raise self._refusal(row, f"{column.lower()} must be an amount such as -1,234.50", repr(text[:SHOWN]))
        return amount

    def _refusal(self, row: LedgerRow, expected: str, found: str) -> FileRejected:
        return control_total(f"{self._file}, line {row.line}: {expected}, found {found}")
