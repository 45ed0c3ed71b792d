"""What stands above and below the General Ledger report of QuickBooks Online: whose it is, its period, its basis. Rows do not belong here.

Source: fund-admin 5, 3 to 4 preamble lines: company, title, period, blank.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.delimited import normal_form

TITLE = "General Ledger"
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
# Both ends of a period; the first may leave out what it shares with the second: January 1-31, 2024; January - March 2024.
_END = r"(?P<{0}month>[A-Za-z]+)?\.?\s*(?P<{0}day>\d{{1,2}}(?!\d))?,?\s*(?P<{0}year>\d{{4}})?"
_PERIOD = re.compile(rf"^{_END.format('first_')}\s*(?:(?P<dash>[-–]|to)\s*{_END.format('last_')})?$", re.ASCII)
_NUMERIC = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})\s*[-–]\s*(\d{1,2})/(\d{1,2})/(\d{4})$", re.ASCII)
_BASIS = re.compile(r"\b(?P<basis>accrual|cash) basis\b", re.IGNORECASE)


@dataclass(frozen=True)
class Preamble:
    """The company, the title, the period as stated, and its first and last day where the words name them."""

    entity: str | None
    title: str
    period: str | None
    first_day: dt.date | None
    last_day: dt.date | None


def read_preamble(lines: Sequence[str]) -> Preamble:
    """The lines above the header: title and company in either order, then the period."""
    titles = [line for line in lines if normal_form(line).startswith(normal_form(TITLE))]
    others = [line for line in lines if line not in titles]
    period = others[1] if len(others) > 1 else None
    first, last = read_period(period or "")
    return Preamble(others[0] if others else None, titles[0] if titles else TITLE, period, first, last)


def read_period(text: str) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a period in words: `January 1 - March 31, 2024`, `January - March, 2024`, `January 2024`,
    `01/01/2024 - 03/31/2024`. (None, None) for `All Dates` and whatever else names no days."""
    numeric = _NUMERIC.match(text.strip())
    if numeric:
        parts = [int(part) for part in numeric.groups()]
        return _in_order(_day(parts[2], parts[0], parts[1]), _day(parts[5], parts[3], parts[4]))
    match = _PERIOD.match(text.strip())
    if not match or not text.strip():
        return None, None
    end = "last_" if match["dash"] else "first_"
    year = match[f"{end}year"]
    month = match[f"{end}month"] or match["first_month"]
    if year is None or _MONTHS.get((month or "").casefold()) is None:
        return None, None
    first_month = _MONTHS.get((match["first_month"] or month).casefold())
    last_month = _MONTHS[month.casefold()]
    if first_month is None:
        return None, None
    first_year = int(match["first_year"] or year)
    last = _day(int(year), last_month, int(match[f"{end}day"] or calendar.monthrange(int(year), last_month)[1]))
    first = _day(first_year, first_month, int(match["first_day"] or 1))
    return _in_order(first, last)


def read_basis(lines: Sequence[str]) -> str | None:
    """ACCRUAL or CASH, where a line names the basis of accounting."""
    found = (match["basis"].upper() for line in lines if (match := _BASIS.search(line)))
    return next(found, None)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _in_order(first: dt.date | None, last: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    return (first, last) if first is not None and last is not None and first <= last else (None, None)
