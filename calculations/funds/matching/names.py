"""How names, tax numbers and account numbers are compared: their normal forms. Who is who does not belong here.

Source: input-contracts 5.6.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_CODE = re.compile(r"[^0-9A-Z]+")
# Legal forms differ between the ways one company writes itself, never between two companies of a register.
_SPELLINGS = {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    "and": "",
}


def normal_name(name: str) -> str:
    """A name without case, accents, punctuation and spaces; legal forms in their short spelling."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    # What is abbreviated with dots is one word: L.P. is LP.
    words = _NOT_WORD.sub(" ", plain.replace(".", "").replace("'", "")).split()
    return "".join(_SPELLINGS.get(word, word) for word in words)


def normal_code(code: str) -> str:
    """A tax or account number in upper case without separators; '' where nothing is left."""
    return _NOT_CODE.sub("", unicodedata.normalize("NFKC", code).upper())
