"""Rows of many owners, owner by owner in one array: numbering, joining and searching them. What a row is does not belong here.

`owner` (rows,) is the number of each row's owner. Many short arrays one by one cost far more than one long one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations.daycount import Days, Ints

T = TypeVar("T")

SPAN = 2**24  # days: more than lie between any two dates


def counted(counts: Ints) -> tuple[Ints, Ints]:
    """Owner and place from 0 of each row, where owners have so many rows as `counts` (owners,)."""
    owner = np.repeat(np.arange(counts.size), counts)
    return owner, np.arange(owner.size) - first_rows(counts)[owner]


def first_rows(counts: Ints) -> Ints:
    """The first row of each owner and, last, the number of rows: (owners + 1,)."""
    first = np.zeros(counts.size + 1, dtype=np.int64)
    np.cumsum(counts, out=first[1:])
    return first


def day_keys(owner: ArrayLike, days: Days) -> Ints:
    """Numbers in order of owner, then of day: one search among those of all owners finds each its own."""
    keys: Ints = np.asarray(owner) * SPAN + days.astype(np.int64)
    return keys


def by_name(names: Sequence[T], owner: Ints) -> Iterator[tuple[T, NDArray[np.intp]]]:
    """Each of the owners' `names` (owners,) with the numbers of the rows it rules; every row comes once."""
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    of_row = np.array([number[name] for name in names], dtype=np.int64)[owner]
    for name, place in number.items():
        yield name, np.flatnonzero(of_row == place)
