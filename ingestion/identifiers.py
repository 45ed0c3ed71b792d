"""Check digits of security identifiers: ISIN (ISO 6166) and CUSIP (ANSI X9.6). What an identifier stands for does not belong here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_ISIN = re.compile(r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$", re.ASCII)
_CUSIP = re.compile(r"^[A-Z0-9*@#]{8}[0-9]$", re.ASCII)
_CUSIP_SIGNS = {"*": 36, "@": 37, "#": 38}


def is_isin(text: str) -> bool:
    """Whether `text`, in upper case, is an ISIN with its right check digit: letters as 10 to 35, then Luhn's sum."""
    if not _ISIN.match(text):
        return False
    digits = "".join(str(int(sign, 36)) for sign in text)
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return _digit_sum(doubled) % 10 == 0


def is_cusip(text: str) -> bool:
    """Whether `text`, in upper case, is a CUSIP with its right check digit: every second sign counts double."""
    if not _CUSIP.match(text):
        return False
    values = [_CUSIP_SIGNS[sign] if sign in _CUSIP_SIGNS else int(sign, 36) for sign in text[:8]]
    doubled = [value * (1 + place % 2) for place, value in enumerate(values)]
    return (_digit_sum(doubled) + int(text[8])) % 10 == 0


def _digit_sum(values: Iterable[int]) -> int:
    return sum(value // 10 + value % 10 for value in values)


# Identifiers that carry a check digit, by the name of their field. Source: input-contracts 1.3, topic identifiers.
CHECKS: Mapping[str, Callable[[str], bool]] = {"isin": is_isin, "cusip": is_cusip}
