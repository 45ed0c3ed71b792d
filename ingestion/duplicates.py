"""Finds rows that repeat a row and rows that contradict one under the same key. What becomes of them does not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Duplicates:
    """(n,) each. `first` is the position of the first row with the same key, or of the row itself."""

    is_repeated: npt.NDArray[np.bool_]  # says what an earlier row says
    is_contradicted: npt.NDArray[np.bool_]  # another row with this key says something else
    first: npt.NDArray[np.int64]


def find_duplicates(
    key: Sequence[pa.Array], content: Sequence[pa.Array], is_sound: npt.NDArray[np.bool_]
) -> Duplicates:
    """Compare rows by key and content, columns of (n,) each; nulls are values.

    A row that is not sound has a content of its own, since nobody knows what it was to say: a sound row with its key
    is contradicted. Source: input-contracts 1.4.
    """
    count = len(is_sound)
    nothing = np.zeros(count, dtype=bool)
    rows = np.arange(count, dtype=np.int64)
    groups = _group(key, count)
    first_of_group = np.full(count, count, dtype=np.int64)
    np.minimum.at(first_of_group, groups, rows)
    first = first_of_group[groups]
    if (first == rows).all():
        return Duplicates(nothing, nothing, first)
    contents = _group(content, count)
    contents = np.where(is_sound, contents, count + rows)
    differs = contents != contents[first]
    has_difference = np.zeros(count, dtype=bool)
    has_difference[groups[differs]] = True
    contradicted = has_difference[groups]
    return Duplicates((first != rows) & ~contradicted, contradicted, first)


def _group(columns: Sequence[pa.Array], count: int) -> npt.NDArray[np.int64]:
    """A number per row; rows share it exactly when they agree in all columns."""
    groups = np.zeros(count, dtype=np.int64)
    for column in columns:
        codes = column.dictionary_encode(null_encoding="encode").indices.to_numpy(zero_copy_only=False)
        width = int(codes.max()) + 1 if count else 1
        if width == 1:
            continue
        groups = np.unique(groups * width + codes, return_inverse=True)[1].astype(np.int64)
    return groups
