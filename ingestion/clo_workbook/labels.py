"""Normal forms in which sheet names, titles and labels of the CLO workbook are compared. Cell values do not belong here."""

from __future__ import annotations

import re
import unicodedata

_NOT_KEPT = re.compile(r"[^\w%<]|_")
# One firm's name is written with a straight, a typographic, a broken or no apostrophe, or without the s.
_POSSESSIVE = re.compile(r"\bmoody\W{0,3}s?\b")
_SUFFIX_NUMBER = re.compile(r"-\d{1,2}$")  # 'Moody's Rating-21': the number is a column count of an older tool
_DEAL_SHEET = re.compile(r"^mag0*([1-9]\d{0,3})(?:inputs?)?$")
_DEAL_IN_TEXT = re.compile(r"\bmag\s*0*([1-9]\d{0,3})\b", re.IGNORECASE)


def label_key(value: object) -> str:
    """Normal form of a title, header or label: letters, digits, % and <. Anything but text gives ''."""
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFKC", value).casefold().strip()
    text = _SUFFIX_NUMBER.sub("", _POSSESSIVE.sub("moody", text))
    return _NOT_KEPT.sub("", text)


def sheet_key(name: str) -> str:
    """Normal form of a sheet name: lower case without spaces, underscores and hyphens. Source: input-contracts 1.2."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s_\-]", "", text)


def same_sheet(name: str, title: str) -> bool:
    """Whether a sheet's name is the title, a final s apart."""
    return sheet_key(name).removesuffix("s") == sheet_key(title).removesuffix("s")


def deal_of_sheet(name: str) -> str | None:
    """Deal of an input sheet: 'Mag 17 Inputs', 'MAG17 Inputs' and 'MAG17' give MAG17; other sheets None."""
    found = _DEAL_SHEET.match(sheet_key(name))
    return f"MAG{found.group(1)}" if found else None


def deal_in_text(text: str) -> str | None:
    """Deal that a text mentions: 'HYPO-Mag 17-Output' gives MAG17."""
    found = _DEAL_IN_TEXT.search(text)
    return f"MAG{found.group(1)}" if found else None


def slug(label: str) -> str:
    """Column-like name of a free label: 'A Liquidation Price' gives a_liquidation_price."""
    text = unicodedata.normalize("NFKC", label).casefold().replace("%", " percent ").replace("<", " below ")
    text = re.sub(r"['’`]", "", text.replace("s&p's", "s&p")).replace("s&p", "sp")
    return re.sub(r"\W+", "_", text).strip("_")


def plain(field: str) -> str:
    """A field's name as a reader says it: par_amount is par amount."""
    return field.replace("_", " ")
