"""The compiled loops over paths: normals made to follow a correlation, ratings that step, and what a pool holds in each
state. Random numbers, threads and results belong to the simulation.

All compiled functions stand in this one file: the cache of compiled code sees changes of the file that a function is in,
not of those it calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from calculations.clo.columns import Floats, Ints

NEVER = -1


class PoolArrays(NamedTuple):
    """Assets of one pool (m,): `number` in the universe; days (m, days + 2) before the payments of a day; `final` payments
    count again once an asset has matured (0 but for the old model)."""

    number: Ints
    balance: Floats
    repaid: Floats
    final: Floats


class TallyArrays(NamedTuple):
    """Where a pool's figures go, (paths, periods + 1, columns) in the columns' order of `tables`."""

    counts: np.ndarray
    balances: np.ndarray


# Not a library's product, though a little slower than one on an idle machine: a library splits a product over the
# processors it finds, and its last digits with it. Here every sum is taken in the order of assets, on any machine.
@njit(nogil=True, cache=True, error_model="numpy")
def correlate(lower, normals, out) -> None:  # type: ignore[no-untyped-def]
    """`out` = `lower` (n, n) x `normals` (n, paths), all 32 bit; entries above the diagonal of `lower` must be 0.

    Four rows by four columns at a time, so that what is loaded is used four times over.
    """
    size, width = normals.shape
    blocked = size - size % 4
    for i in range(0, blocked, 4):
        for p in range(width):
            out[i, p] = out[i + 1, p] = out[i + 2, p] = out[i + 3, p] = np.float32(0.0)
        for k in range(0, i + 4, 4):
            for p in range(width):
                a, b, c, d = normals[k, p], normals[k + 1, p], normals[k + 2, p], normals[k + 3, p]
                out[i, p] += lower[i, k] * a + lower[i, k + 1] * b + lower[i, k + 2] * c + lower[i, k + 3] * d
                out[i + 1, p] += (
                    lower[i + 1, k] * a + lower[i + 1, k + 1] * b + lower[i + 1, k + 2] * c + lower[i + 1, k + 3] * d
                )
                out[i + 2, p] += (
                    lower[i + 2, k] * a + lower[i + 2, k + 1] * b + lower[i + 2, k + 2] * c + lower[i + 2, k + 3] * d
                )
                out[i + 3, p] += (
                    lower[i + 3, k] * a + lower[i + 3, k + 1] * b + lower[i + 3, k + 2] * c + lower[i + 3, k + 3] * d
                )
    for i in range(blocked, size):
        for p in range(width):
            out[i, p] = np.float32(0.0)
        for k in range(i + 1):
            for p in range(width):
                out[i, p] += lower[i, k] * normals[k, p]


@njit(nogil=True, cache=True, error_model="numpy")
def step(states, following, default_day, normals, thresholds, row_of, maturity, day) -> None:  # type: ignore[no-untyped-def]
    """States (n, paths) at the end of a period, from those at its start and correlated normals; the day of a default is kept.

    `thresholds` (states, states) are the normal quantiles of cumulative rows, `row_of` the row that a state migrates by.
    The first column whose quantile is above the normal is the next state. Source: clo-compliance 4.4.
    """
    size, width = states.shape
    default = thresholds.shape[0] - 1
    for i in range(size):
        is_matured = day > maturity[i]
        for p in range(width):
            state = states[i, p]
            if state >= default:
                following[i, p] = state
            elif is_matured:
                following[i, p] = default + 1
            else:
                row, normal = row_of[state], normals[i, p]
                # Most ratings stay, so the search begins there and goes the way the draw lies.
                drawn = row
                while drawn > 0 and normal < thresholds[row, drawn - 1]:
                    drawn -= 1
                while normal >= thresholds[row, drawn]:
                    drawn += 1
                following[i, p] = drawn
                if drawn == default:
                    default_day[i, p] = day


@njit(nogil=True, cache=True, error_model="numpy")
def tally(states, default_day, days, row_of, pool, out) -> None:  # type: ignore[no-untyped-def]
    """Fills `out` for the first paths of a batch from `states` (periods + 1, n, paths) and `default_day` (n, paths).

    A default counts at the balance before the payments of its day. Columns of counts: upgrades, downgrades, live states,
    defaults of the period, all defaults, matured, performing; balances have the same but the first two, and one more that
    is left alone. Source: clo-compliance 4.4 to 4.6.
    """
    paths, dates = out.counts.shape[0], out.counts.shape[1]
    live = row_of.size - 1
    default = live
    for t in range(dates):
        counts = np.zeros((live + 6, paths), dtype=np.int32)
        balances = np.zeros((live + 4, paths))
        for j in range(pool.number.size):
            i = pool.number[j]
            balance, repaid = pool.balance[j, days[t] + 1], pool.repaid[j, days[t] + 1]
            for p in range(paths):
                state = states[t, i, p]
                if state < default:
                    counts[2 + state, p] += 1
                    balances[state, p] += balance
                    balances[live + 2, p] += repaid
                elif state == default:
                    day = default_day[i, p]
                    counts[live + 3, p] += 1
                    balances[live + 1, p] += pool.balance[j, day]
                    balances[live + 2, p] += pool.repaid[j, day]
                else:
                    counts[live + 4, p] += 1
                    balances[live + 2, p] += repaid + pool.final[j]
                if t > 0:
                    before = states[t - 1, i, p]
                    if before < default and state <= default:
                        row = row_of[before]
                        if state < row:
                            counts[0, p] += 1
                        elif state > row:
                            counts[1, p] += 1
                        if state == default:
                            counts[live + 2, p] += 1
                            balances[live, p] += pool.balance[j, default_day[i, p]]
        for state in range(live):
            for p in range(paths):
                counts[live + 5, p] += counts[2 + state, p]
                balances[live + 3, p] += balances[state, p]
        for p in range(paths):
            for column in range(live + 6):
                out.counts[p, t, column] = counts[column, p]
            for column in range(live + 4):
                out.balances[p, t, column] = balances[column, p]
