"""The compiled loops over flows of one series after the other: running sums, and the portfolio of the modified PME.

Which measure they serve belongs to `market`. All compiled functions stand in this one file: the cache of compiled code sees
changes of the file that a function is in, not of those it calls.
"""

from __future__ import annotations

from numba import njit


@njit(nogil=True, cache=True, error_model="numpy")
def running_sums(first, values, out) -> None:  # type: ignore[no-untyped-def]
    """Sums of `values` (rows,) from the first row of each series up to and with each row, into `out`.

    One running sum over all series would lose the digits of the small ones.
    """
    for series in range(first.size - 1):
        total = 0.0
        for row in range(first[series], first[series + 1]):
            total += values[row]
            out[row] = total


@njit(nogil=True, cache=True, error_model="numpy")
def modified_portfolio(first, level, contributed, weight, paid, held) -> None:  # type: ignore[no-untyped-def]
    """What the index portfolio of each series pays out on each row, and holds after it: B = N x I / I_before + C, pays w B.

    Where a weight is not known (NaN), neither is anything that follows.
    """
    for series in range(first.size - 1):
        portfolio = 0.0
        for row in range(first[series], first[series + 1]):
            growth = level[row] / level[row - 1] if row > first[series] else 1.0
            before = portfolio * growth + contributed[row]
            paid[row] = weight[row] * before
            portfolio = before - paid[row]
            held[row] = portfolio


@njit(nogil=True, cache=True, error_model="numpy")
def first_texts(first, flags, out) -> None:  # type: ignore[no-untyped-def]
    """The first flagged row of each series up to and with each row, into `out`; -1 while there is none."""
    for series in range(first.size - 1):
        found = -1
        for row in range(first[series], first[series + 1]):
            if found < 0 and flags[row]:
                found = row
            out[row] = found
