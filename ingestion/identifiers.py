"""Check digits of identifiers of securities, entities and accounts. Which field holds which identifier, and what a wrong one means, does not belong here.

Each function takes the identifier as it stands and says whether its length, its characters and its check digit agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

_ISIN = re.compile(r"^[A-Z]{2}[A-Z0-9*@#]{9}\d$", re.ASCII)
_CUSIP = re.compile(r"^[A-Z0-9*@#]{8}\d$", re.ASCII)
_LEI = re.compile(r"^[A-Z0-9]{18}\d{2}$", re.ASCII)
_SEDOL = re.compile(r"^[0-9B-DF-HJ-NP-TV-Z]{6}\d$", re.ASCII)  # no vowels
_SEDOL_WEIGHTS = (1, 3, 1, 7, 3, 9, 1)
_IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$", re.ASCII)
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


def is_sedol(text: str) -> bool:
    """SEDOL of the London Stock Exchange: its seven characters, weighted, add up to a multiple of ten."""
    return bool(_SEDOL.match(text)) and sum(map(int.__mul__, map(_number, text), _SEDOL_WEIGHTS)) % 10 == 0


def is_lei(text: str) -> bool:
    """Legal entity identifier: ISO 17442, its number leaves 1 when divided by 97."""
    return bool(_LEI.match(text)) and _remainder_97(text) == 1


def is_iban(text: str) -> bool:
    """International bank account number, printed in groups or not: ISO 13616, 1 modulo 97 with its first four at the end."""
    packed = text.replace(" ", "")
    return bool(_IBAN.match(packed)) and _remainder_97(packed[4:] + packed[:4]) == 1


def _remainder_97(text: str) -> int:
    return int("".join(str(_number(character)) for character in text)) % 97


def _number(character: str) -> int:
    if character in _SIGNS:
        return 36 + _SIGNS.index(character)
    return int(character, 36)


Identifier = Literal["isin", "cusip", "sedol", "lei", "iban"]
# Source: input-contracts 1.3, topic identifiers.
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "isin": is_isin,
    "cusip": is_cusip,
    "sedol": is_sedol,
    "lei": is_lei,
    "iban": is_iban,
}
