"""Rows of the General Ledger report of QuickBooks Online: its header, what each row is, its amounts and days. Totals do not belong here.

Source: fund-admin 5.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ingestion.delimited import Grid, first_rows, normal_form

DELIMITER = ","
# Columns by name; the account stands in the first column, which has no header.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "date": ("Date",),
    "transaction_type": ("Transaction Type",),
    "number": ("Num",),
    "name": ("Name",),
    "memo": ("Memo/Description", "Memo"),
    "split": ("Split",),
    "amount": ("Amount",),
    "balance": ("Balance",),
}
_OPTIONAL = frozenset({"memo"})
_OPENING = normal_form("Beginning Balance")
_GRAND_TOTAL = "total"
_TOTAL_FOR = re.compile(r"^total for (?P<label>.+?)(?P<with_subs> with (?:sub-?accounts|subs))?$", re.IGNORECASE)
_AMOUNT = re.compile(
    r"^(?P<before>[-(\s$]*)(?P<number>(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.\d{1,4})?|\.\d{1,4})\s*(?P<after>\)?)$",
    re.ASCII,
)
_DAY = re.compile(r"^(?P<month>\d{2})/(?P<day>\d{2})/(?P<year>\d{4})$", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # input-contracts 1.3


class RowKind(Enum):
    ACCOUNT = "that opens an account"
    OPENING = "with a beginning balance"
    LINE = "of a journal"
    TOTAL = "with a total"  # of an account's own lines
    TOTAL_WITH_SUBS = "with a total with sub-accounts"
    GRAND_TOTAL = "with the grand total"


@dataclass(frozen=True)
class ReportRow:
    """One row. `label` is the account named in the first column, without what makes it a total."""

    line: int
    kind: RowKind
    label: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Header:
    """Where the header stands, the place of each column in it, and the lines above it."""

    line: int
    places: Mapping[str, int]
    preamble: tuple[str, ...]


def find_header(text: str) -> Header | None:
    """The report's header among the first ten lines, or None: the columns by name, in any order, after the account."""
    preamble: list[str] = []
    for line, cells in first_rows(text, DELIMITER):
        by_form = {normal_form(cell): place for place, cell in reversed(list(enumerate(cells)))}
        found = {
            column: [by_form[form] for form in map(normal_form, names) if form in by_form]
            for column, names in _HEADERS.items()
        }
        places = {column: at[0] for column, at in found.items() if at}
        if _HEADERS.keys() - _OPTIONAL <= places.keys() and not cells[0].strip():
            return Header(line, places, tuple(preamble))
        # A period is one text, whether or not its comma was quoted.
        if said := ", ".join(cell.strip() for cell in cells if cell.strip()):
            preamble.append(said)
    return None


def rows_of(grid: Grid, header: Header) -> list[ReportRow]:
    """Every row below the header that is not blank, in order."""
    rows = []
    for line, *cells in zip(grid.lines.to_pylist(), *(column.to_pylist() for column in grid.columns), strict=True):
        named = {column: cells[place].strip() for column, place in header.places.items()}
        label = cells[0].strip()
        rows.append(ReportRow(line, *_classify(label, named), named))
    return rows


def _classify(label: str, cells: Mapping[str, str]) -> tuple[RowKind, str]:
    total = _TOTAL_FOR.match(label)
    if label.casefold() == _GRAND_TOTAL:
        return RowKind.GRAND_TOTAL, label
    if total:
        return (RowKind.TOTAL_WITH_SUBS if total["with_subs"] else RowKind.TOTAL), total["label"]
    is_line = read_day(cells["date"]) is not None and cells["amount"] != ""
    if not is_line and _OPENING in {normal_form(text) for text in (label, *cells.values())}:
        # The words stand under the date in some exports and under the memo in others; in a few beside the account. A
        # posting whose memo says them is a posting all the same.
        return RowKind.OPENING, label
    return (RowKind.ACCOUNT if label else RowKind.LINE), label


def read_amount(text: str) -> Decimal | None:
    """An amount as such reports write it: 1.00, "1,234.50", $1.00, -1.00, (1.00), $(1.00); None for any other text."""
    match = _AMOUNT.match(text)
    if not match:
        return None
    signs = re.sub(r"\s", "", match["before"])
    if any(signs.count(sign) > 1 for sign in "-($") or ("(" in signs) != bool(match["after"]):
        return None
    if "-" in signs and "(" in signs:
        return None
    value = Decimal(match["number"].replace(",", ""))
    return -value if "-" in signs or "(" in signs else value


def read_day(text: str) -> dt.date | None:
    """A day as MM/DD/YYYY; None for any other text, and for a day that does not exist."""
    match = _DAY.match(text)
    if not match or not _FIRST_YEAR <= int(match["year"]) <= _LAST_YEAR:
        return None
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def unread_columns(grid: Grid, header: Header) -> Sequence[tuple[int, str]]:
    """(place, header) of the columns that are none of the report's own and hold something."""
    known = {0, *header.places.values()}
    return [
        (place, cell.strip())
        for place, cell in enumerate(grid.header)
        if place not in known and (cell.strip() or any(text.strip() for text in grid.columns[place].to_pylist()))
    ]
