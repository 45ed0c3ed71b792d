"""The blocks of an IIF file: its definitions of columns, its transactions and its list of accounts. What an amount or a day is does not belong here.

Each file defines the columns of each kind of record by a record that begins with `!`, in an order of its own; lists and
transactions share the file. Source: fund-admin 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.column import SHOWN
from ingestion.extract import FileRejected
from ingestion.ledger.canonical import control_total
from ingestion.ledger.records import is_blank, read_records
from ingestion.ledger.table import LedgerRow, missing_columns

ENTRIES, ACCOUNTS = "gl_entries", "gl_ledger_accounts"
_NEEDED = {"TRNS": ("ACCNT", "AMOUNT", "DATE"), "SPL": ("ACCNT", "AMOUNT"), "ACCNT": ("NAME", "ACCNTTYPE")}


@dataclass
class Transaction:
    """A TRNS record with its SPL records: one journal."""

    head: LedgerRow
    splits: list[LedgerRow] = field(default_factory=list)

    @property
    def rows(self) -> Sequence[LedgerRow]:
        return (self.head, *self.splits)


@dataclass
class IifRecords:
    """All records of a file. `comments` counts definitions, ends of transactions and records of lists other than accounts."""

    transactions: list[Transaction] = field(default_factory=list)
    accounts: list[LedgerRow] = field(default_factory=list)
    records: int = 0
    comments: int = 0
    blanks: int = 0
    first_definition: int = 0


def read_iif_records(file: str, text: str) -> IifRecords:
    """Every record of the file in its order.

    FileRejected: MISSING_COLUMN for a record whose columns are not defined above it or lack one that it needs, CONTROL_TOTAL
    for a transaction that is not closed, or a split or an end outside of one, and those of `read_records`.
    """
    reader = _Reader(file)
    for line, cells in read_records(file, text, "\t"):
        reader.take(line, cells)
    reader.end()
    return reader.found


class _Reader:
    def __init__(self, file: str) -> None:
        self.found = IifRecords()
        self._file = file
        self._columns: dict[str, Mapping[str, int]] = {}
        self._open: Transaction | None = None

    def take(self, line: int, cells: Sequence[str]) -> None:
        self.found.records += 1
        if is_blank(cells):
            self.found.blanks += 1
            return
        keyword = cells[0].strip().upper()
        if keyword.startswith("!"):
            self._define(line, keyword[1:], cells)
        elif keyword == "TRNS":
            self._begin(line, cells)
        elif keyword == "SPL":
            self._transaction(line, "SPL").splits.append(self._row(line, "SPL", cells, ENTRIES))
        elif keyword == "ENDTRNS":
            self._transaction(line, "ENDTRNS")
            self._open = None
            self.found.comments += 1
        elif keyword == "ACCNT":
            self.found.accounts.append(self._row(line, "ACCNT", cells, ACCOUNTS))
            self.found.comments += 1
        elif keyword in self._columns:
            self.found.comments += 1  # a record of another list: customers, vendors, classes
        else:
            raise missing_columns(self._file, line, [f"of {keyword[:SHOWN]!r} defined by a record !{keyword[:SHOWN]}"])

    def end(self) -> None:
        if self._open is not None:
            raise self._refusal(self._open.head.line, "a transaction must end with ENDTRNS", "the end of the file")

    def _define(self, line: int, keyword: str, cells: Sequence[str]) -> None:
        columns = {cell.strip().upper(): place for place, cell in reversed(list(enumerate(cells))) if cell.strip()}
        missing = [name for name in _NEEDED.get(keyword, ()) if name not in columns]
        if missing:
            raise missing_columns(self._file, line, missing)
        self._columns[keyword] = columns
        self.found.first_definition = self.found.first_definition or line
        self.found.comments += 1

    def _begin(self, line: int, cells: Sequence[str]) -> None:
        if self._open is not None:
            started = self._open.head.line
            raise self._refusal(line, f"the transaction of line {started} must end with ENDTRNS first", "another TRNS")
        self._open = Transaction(self._row(line, "TRNS", cells, ENTRIES))
        self.found.transactions.append(self._open)

    def _transaction(self, line: int, keyword: str) -> Transaction:
        if self._open is None:
            raise self._refusal(line, f"{keyword} must stand below a TRNS", "none")
        return self._open

    def _row(self, line: int, keyword: str, cells: Sequence[str], table_name: str) -> LedgerRow:
        if keyword not in self._columns:
            raise missing_columns(self._file, line, [f"of {keyword} defined by a record !{keyword}"])
        return LedgerRow(self._file, table_name, line, cells, self._columns[keyword])

    def _refusal(self, line: int, expected: str, found: str) -> FileRejected:
        return control_total(f"{self._file}, line {line}: {expected}, found {found}")
