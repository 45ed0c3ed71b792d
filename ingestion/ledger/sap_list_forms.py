"""How SAP writes amounts and days in lists, by the profile of the user who took them out. Rows of a list do not belong here.

A list is written in one profile throughout, which its own amounts tell; one that tells nothing is not guessed at.
Source: fund-admin 5, row FBL3N.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from ingestion.extract import FileRejected

DecimalMark = Literal[",", "."]
DECIMAL_MARKS: dict[str, DecimalMark] = {"comma": ",", "point": "."}  # as a sidecar declares them

_DECIMALS = 4  # that money keeps
_AMOUNT = re.compile(r"^(?P<before>-?)\s*(?P<digits>\d(?:[\d., ]*\d)?)\s*(?P<after>-?)$", re.ASCII)
# The forms of a profile differ in their separators, so that no day can be read in two ways.
_DAYS = (
    re.compile(r"^(?P<day>\d{2})\.(?P<month>\d{2})\.(?P<year>\d{4})$", re.ASCII),
    re.compile(r"^(?P<month>\d{2})[/-](?P<day>\d{2})[/-](?P<year>\d{4})$", re.ASCII),
    re.compile(r"^(?P<year>\d{4})[./-](?P<month>\d{2})[./-](?P<day>\d{2})$", re.ASCII),
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # input-contracts 1.3


def find_decimal_mark(texts: Iterable[str], name: str, declared: str | None) -> DecimalMark:
    """The decimal mark of all amounts of file `name`: `declared` (comma or point), else what the amounts themselves tell.

    Raises FileRejected CONTROL_TOTAL where two amounts tell different marks or contradict the declared one, MISSING_VALUE
    where amounts such as 1.234 can be read either way and nothing is declared.
    """
    told: dict[DecimalMark, str] = {}
    unclear: str | None = None
    for text in texts:
        mark = _told_by(text)
        if mark is not None:
            told.setdefault(mark, text)
        elif unclear is None and re.search(r"[.,]", text):
            unclear = text
    if len(told) > 1:
        raise FileRejected(
            "CONTROL_TOTAL",
            f"{name}: amounts must have one decimal mark throughout, found {told[',']!r} and {told['.']!r} (CONTROL_TOTAL)",
        )
    wanted = DECIMAL_MARKS[declared] if declared is not None else None
    found = next(iter(told), None)
    if wanted is not None and found is not None and found != wanted:
        raise FileRejected(
            "CONTROL_TOTAL",
            f"{name}: amounts must have the decimal {declared} that is declared, found {told[found]!r} (CONTROL_TOTAL)",
        )
    if found is None and wanted is None and unclear is not None:
        raise FileRejected(
            "MISSING_VALUE",
            f"{name}: expected an amount that tells decimals from thousands, found only such as {unclear!r}: declare "
            f"`decimal_mark: comma` or `decimal_mark: point` in the sidecar {name}.feed.yaml (MISSING_VALUE)",
        )
    return wanted or found or "."


def _told_by(text: str) -> DecimalMark | None:
    """The decimal mark that an amount can only have, or None."""
    digits = re.sub(r"[^\d.,]", "", text)
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return None
    last: DecimalMark = "," if marks[-1] == "," else "."
    other: DecimalMark = "." if last == "," else ","
    if len(set(marks)) == 2:
        return last
    if len(marks) > 1:
        return other  # a mark that stands twice parts thousands
    # A space beside the mark parts the thousands, so that the mark does not.
    is_thousands_possible = len(digits.rpartition(last)[2]) == 3 and 1 <= len(digits.partition(last)[0]) <= 3
    return None if is_thousands_possible and " " not in text.strip() else last


def read_list_amount(text: str, mark: DecimalMark) -> Decimal | None:
    """1.234,56 and 1.234,56- and -1 234,56 with a comma as `mark`; None for any other text."""
    match = _AMOUNT.match(text.strip())
    if not match or (match["before"] and match["after"]):
        return None
    whole, point, decimals = match["digits"].partition(mark)
    groups = re.split(r"[., ]", whole)
    if point and not (decimals.isdecimal() and len(decimals) <= _DECIMALS):
        return None
    if len(set(re.findall(r"[., ]", whole))) > 1 or (len(groups) > 1 and not _are_thousands(groups)):
        return None
    value = Decimal(f"{''.join(groups)}.{decimals or '0'}")
    return -value if match["before"] or match["after"] else value


def _are_thousands(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def read_list_day(text: str) -> dt.date | None:
    """A day in one of the forms that a profile may have; None for any other text, and for a day that does not exist."""
    match = next((match for form in _DAYS if (match := form.match(text))), None)
    if match is None or not _FIRST_YEAR <= int(match["year"]) <= _LAST_YEAR:
        return None
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
