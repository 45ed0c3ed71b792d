"""Sums over a chunk of pools at once: par by asset in, weighted sums and group totals out. What is summed is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Flags, Floats, Ints, Texts


class Columns:
    """Vectors of shape (n,) that par is multiplied with, each kept once."""

    def __init__(self) -> None:
        self._vectors: list[Floats] = []
        self._place: dict[bytes, int] = {}

    def add(self, vector: Floats) -> int:
        """Place of the vector among the sums."""
        vector = np.ascontiguousarray(vector, dtype=np.float64)
        key = vector.tobytes()
        if key not in self._place:
            self._place[key] = len(self._vectors)
            self._vectors.append(vector)
        return self._place[key]

    def matrix(self, size: int) -> Floats:
        """Shape (vectors, n)."""
        return np.stack(self._vectors) if self._vectors else np.zeros((0, size))


@dataclass(frozen=True, eq=False)
class Grouping:
    """Assets that count, by a key: `members` (m,) are asset places in order of key, `starts` (g,) where each group begins."""

    labels: Texts
    members: Ints
    starts: Ints

    @classmethod
    def of(cls, keys: Texts, counts: Flags) -> Grouping:
        """Groups in ascending order of key."""
        places = np.flatnonzero(counts)
        order = np.argsort(keys[places], kind="stable")
        members = places[order]
        labels, starts = np.unique(keys[members], return_index=True)
        return cls(labels, members, starts.astype(np.int64))

    def totals(self, par: Floats) -> Floats:
        """Par by group, shape (pools, g)."""
        if not self.members.size:
            return np.zeros((par.shape[0], 0))
        return np.add.reduceat(par[:, self.members], self.starts, axis=1)


@dataclass(eq=False)
class Chunk:
    """Some pools: par (pools, n), cash (pools,), and what is summed of them, each once, a sum (pools,) to a row.

    `results` (pools,) by number are those of the tests that have been measured already.
    """

    par: Floats
    cash: Floats
    sums: Floats
    holdings: Floats
    results: dict[int, Floats] = field(default_factory=dict)
    _totals: dict[int, Floats] = field(default_factory=dict)

    def totals(self, grouping: Grouping) -> Floats:
        key = id(grouping)
        if key not in self._totals:
            self._totals[key] = grouping.totals(self.par)
        return self._totals[key]


@dataclass(frozen=True, eq=False)
class Linear:
    """A figure that is linear in par and cash: par @ vector + cash x `cash` + constant.

    `per_holding` figures count an asset once wherever it is held, whatever its par: (par > 0) @ vector.
    """

    vector: Floats
    place: int
    cash: float = 0.0
    constant: float = 0.0
    per_holding: bool = False

    def of(self, chunk: Chunk) -> Floats:
        sums = chunk.holdings if self.per_holding else chunk.sums
        figure = sums[self.place] + self.constant
        return figure + self.cash * chunk.cash if self.cash else figure


def nth_largest(totals: Floats, rank: int) -> Floats:
    """The rank-th largest of each row, 0 where there are fewer; shape (pools,)."""
    groups = totals.shape[1]
    if groups < rank:
        return np.zeros(totals.shape[0])
    return totals.max(axis=1) if rank == 1 else np.partition(totals, groups - rank, axis=1)[:, groups - rank]


def sum_of_largest(totals: Floats, count: int) -> Floats:
    """Sum of the `count` largest of each row, of all where there are fewer; shape (pools,)."""
    groups = totals.shape[1]
    if groups <= count:
        return totals.sum(axis=1)
    return np.partition(totals, groups - count, axis=1)[:, groups - count :].sum(axis=1)


def first_held(totals: Floats) -> Floats:
    """Total of the first group in order of key that holds anything, 0 where none does (CMP-04)."""
    if not totals.shape[1]:
        return np.zeros(totals.shape[0])
    return np.take_along_axis(totals, np.argmax(totals > 0, axis=1)[:, None], axis=1)[:, 0]


def nth_by_old_sort(totals: Floats, rank: int) -> Floats:
    """The rank-th entry as the workbook sorted them (CMP-06): amounts with 15 digits, the two middle ones of an even
    number unswapped, exactly two compared as text.
    """
    found = np.zeros(totals.shape[0])
    for pool, row in enumerate(totals):
        texts = [f"{amount:.15g}" for amount in row[row > 0]]
        ordered = sorted(texts) if len(texts) == 2 else sorted(texts, key=float)
        ordered.reverse()
        middle = len(ordered) // 2
        if len(ordered) > 2 and len(ordered) % 2 == 0:
            ordered[middle - 1 : middle + 1] = reversed(ordered[middle - 1 : middle + 1])
        if rank <= len(ordered):
            found[pool] = float(ordered[rank - 1])
    return found


def chunks(pools: int, size: int) -> list[slice]:
    """Slices of pools such that one chunk of par takes about 8 MB."""
    step = max(1, 1_000_000 // max(1, size))
    return [slice(start, min(start + step, pools)) for start in range(0, pools, step)]


def as_batch(par: NDArray[np.float64], cash: NDArray[np.float64] | float, size: int) -> tuple[Floats, Floats]:
    """Par (pools, n) and cash (pools,) of a batch or of one pool given as (n,). Raises ValueError for other shapes,
    and for par that is negative or not finite.
    """
    par = np.atleast_2d(np.asarray(par, dtype=np.float64))
    if par.ndim != 2 or par.shape[1] != size:
        raise ValueError(f"par must have {size} columns, one per asset of the universe, found shape {par.shape}")
    if not (np.isfinite(par) & (par >= 0)).all():
        raise ValueError("par must be a number >= 0 for every asset and pool")
    given = np.asarray(cash, dtype=np.float64)
    if given.ndim > 1 or (given.ndim == 1 and given.size not in (1, par.shape[0])):
        raise ValueError(f"cash must be one amount or one per pool ({par.shape[0]}), found shape {given.shape}")
    return par, np.broadcast_to(given.reshape(-1), (par.shape[0],))
