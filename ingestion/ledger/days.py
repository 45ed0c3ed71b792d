"""Days as ledger exports write them: how a file orders day, month and year is told by all of its days together. Rows do not belong here.

Source: fund-admin 5, column Date: ISO in some layouts, by company or by country in others.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.column import SHOWN
from ingestion.extract import FileRejected

FIRST_YEAR, LAST_YEAR = 1900, 2200  # input-contracts 1.3
# Years of two digits as POSIX reads them: 69 to 99 are 19xx.
_PIVOT = 69
_ISO = re.compile(
    r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$", re.ASCII
)
_PARTED = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$", re.ASCII)
_COMPACT = re.compile(r"^(\d{2})(\d{2})(\d{4}|\d{2})$", re.ASCII)
SHAPES = {"MDY": "MM/DD/YYYY", "DMY": "DD/MM/YYYY", "YMD": "YYYY-MM-DD"}


@dataclass(frozen=True)
class DayForm:
    """How one file writes its days. ISO days are read whatever `order` says, since they cannot be mistaken."""

    order: str
    is_compact: bool = False

    @property
    def shape(self) -> str:
        """The form in words, for messages."""
        compact = " or DDMMYY, DDMMYYYY" if self.is_compact else ""
        return f"a day as {SHAPES[self.order]}{compact}"

    def read(self, text: str) -> dt.date | None:
        """The day, or None for a text of another form and for a day that does not exist."""
        if iso := _ISO.match(text):
            return _day(int(iso[1]), int(iso[2]), int(iso[3]))
        parted = _PARTED.match(text)
        if parted:
            first, second, year = parted[1], parted[3], parted[4]
        elif self.is_compact and (compact := _COMPACT.match(text)):
            first, second, year = compact[1], compact[2], compact[3]
        else:
            return None
        if self.order == "YMD":
            return None
        day, month = (second, first) if self.order == "MDY" else (first, second)
        return _day(_full_year(year), int(month), int(day))


def form_of(
    texts: Iterable[tuple[int, str]],
    orders: Sequence[str],
    *,
    file: str,
    declared: str | None = None,
    is_compact: bool = False,
) -> DayForm:
    """The form that the days of `file` have; `texts` are (line, text). A declared order is taken as it is.

    Among `orders`, that in which most days exist is the file's, provided that some day exists in it alone. A day that fits
    no order is its row's fault, not the file's. FileRejected BAD_DATE where the days fit several orders and mean different
    days in each, or where some exist in one order alone and some in another.
    """
    if declared is not None:
        return DayForm(declared, is_compact)
    forms = [DayForm(order, is_compact) for order in orders]
    if len(forms) == 1:
        return forms[0]
    stated = [(line, text, [form.read(text) for form in forms]) for line, text in texts if text]
    only: dict[str, tuple[int, str]] = {}  # an order, and a day that exists in it and not in the others
    doubtful: tuple[int, str] | None = None
    for line, text, days in stated:
        found = [form.order for form, day in zip(forms, days, strict=True) if day is not None]
        if len(found) == 1:
            only.setdefault(found[0], (line, text))
        elif len({day for day in days if day is not None}) > 1 and doubtful is None:
            doubtful = (line, text)
    names = " or ".join(SHAPES[order] for order in orders)
    if len(only) > 1:
        shown = " and ".join(f"{text!r} in line {line}" for line, text in only.values())
        raise _refuse(file, f"days must be written in one order, {names}", shown)
    if only:
        return next(form for form in forms if form.order in only)
    if doubtful is not None:
        line, text = doubtful
        wanted = (
            f"a day that tells whether days are {names}, or `date_order: {' or '.join(orders)}` in {file}.feed.yaml"
        )
        raise _refuse(file, wanted, f"none; {text[:SHOWN]!r} in line {line} is a day in each")
    return forms[0]


def _refuse(file: str, expected: str, found: str) -> FileRejected:
    return FileRejected("BAD_DATE", f"{file}: expected {expected}, found {found} (BAD_DATE)")


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
