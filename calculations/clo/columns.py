"""Columns as they come from a table, brought into the arrays that calculations use. No domain rules here.

Unknown is "" in text, nan in numbers, NaT in days; a flag has no unknown, a blank one is False (clo-compliance Q20).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.str_]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]

_YES = frozenset({"YES", "Y", "TRUE", "1"})
_NO = frozenset({"", "NO", "N", "FALSE", "0"})


def as_text(values: Any) -> Texts:
    """Text of shape (n,), trimmed; null, nan and blank become ""."""
    return np.array(["" if value is None else str(value).strip() for value in _items(values)], dtype=np.str_)


def as_float(values: Any) -> Floats:
    """Numbers of shape (n,); null and masked become nan."""
    if isinstance(values, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(values), np.nan, values.data.astype(np.float64))
    return np.array([np.nan if value is None else value for value in _items(values)], dtype=np.float64)


def as_flag(values: Any) -> Flags:
    """Flags of shape (n,) from booleans or yes/no texts in any case; null and blank are False.

    Raises ValueError for any other text. Source: clo-compliance Q20.
    """
    texts = np.char.upper(as_text(values))
    for text in np.unique(texts):
        if str(text) not in _YES and str(text) not in _NO:
            raise ValueError(f"a flag must be yes, no or blank, found {str(text)!r}")
    return np.isin(texts, list(_YES))


def as_day(values: Any) -> Days:
    """Days of shape (n,) as datetime64[D]; null becomes NaT."""
    missing = np.datetime64("NaT", "D")
    items = [missing if value is None else value for value in _items(values)]
    return np.array(items, dtype="datetime64[D]")


def fold(texts: Texts) -> Texts:
    """Texts as they are compared: upper case, trimmed, straight apostrophes. Source: clo-compliance 1.1, Q12, Q20."""
    if not texts.size:  # np.char.replace cannot size its result over no entries
        return texts
    return np.char.replace(np.char.upper(np.char.strip(texts)), "’", "'")


def named(ids: Texts, mask: Flags) -> str:
    """The ids where `mask` holds, for a message: the first five in order, and how many more there are."""
    found = np.unique(ids[mask])
    shown = ", ".join(str(item) for item in found[:5])
    return shown if found.size <= 5 else f"{shown} and {found.size - 5} more"


def _items(values: Any) -> list[Any]:
    """The entries as Python values, with None for whatever null the container has."""
    if isinstance(values, np.ma.MaskedArray):
        is_masked = np.ma.getmaskarray(values)
        return [None if hidden else value for value, hidden in zip(values.data, is_masked, strict=True)]
    items = values.to_pylist() if hasattr(values, "to_pylist") else values
    return [None if _is_null(value) else value for value in items]


def _is_null(value: Any) -> bool:
    """None, nan, NaT and a data frame's NA: none of the last three is equal to itself, NA not even unequal."""
    if value is None:
        return True
    is_itself = value == value
    return not (isinstance(is_itself, bool | np.bool_) and is_itself)
