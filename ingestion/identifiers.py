"""Check digits of securities identifiers. Which field holds which identifier, and what a wrong one means, does not belong here.

Each function takes the identifier as it stands and says whether its length, its characters and its check digit agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_ISIN = re.compile(r"^[A-Z]{2}[A-Z0-9*@#]{9}\d$", re.ASCII)
_CUSIP = re.compile(r"^[A-Z0-9*@#]{8}\d$", re.ASCII)
_LEI = re.compile(r"^[A-Z0-9]{18}\d{2}$", re.ASCII)
_SIGNS = "*@#"  # of private-placement numbers: 36, 37 and 38


def is_isin(text: str) -> bool:
    """International securities identification number: ISO 6166, the double-add-double of its digits."""
    if not _ISIN.match(text):
        return False
    digits = [int(digit) for character in text for digit in str(_number(character))]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def is_cusip(text: str) -> bool:
    """CUSIP: eight characters, every second one doubled, and a check digit (ANSI X9.6)."""
    if not _CUSIP.match(text):
        return False
    values = [_number(character) * (1 + place % 2) for place, character in enumerate(text[:8])]
    return (10 - sum(value // 10 + value % 10 for value in values) % 10) % 10 == int(text[8])


def is_lei(text: str) -> bool:
    """Legal entity identifier: ISO 17442, its number leaves 1 when divided by 97."""
    return bool(_LEI.match(text)) and int("".join(str(_number(character)) for character in text)) % 97 == 1


def _number(character: str) -> int:
    if character in _SIGNS:
        return 36 + _SIGNS.index(character)
    return int(character, 36)


# Identifiers that carry a check digit, by the name of their field. Source: input-contracts 1.3, topic identifiers.
CHECKS: Mapping[str, Callable[[str], bool]] = {"isin": is_isin, "cusip": is_cusip, "lei": is_lei}
