"""Weights of allocations in their fund's portfolio, in percent that sum to 100.00 exactly. Stated weights are checked elsewhere.

Source: fund-admin 1.9, row portfolio weight; 1.1 M-3; 8, item 12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Flags, Ints, Texts

WHOLE = 10_000  # hundredths of a percent


def portfolio_weights(
    owner: Ints, amount: Ints, is_written_off: Flags, party_id: Texts
) -> tuple[Ints, NDArray[np.bool_]]:
    """Weight of each row among its owner's in hundredths of a percent, and whether it has one; both (rows,).

    Floored, then one hundredth more to the largest remainders, ties to the smaller id, so that each owner's weights sum
    to 10,000. Rows written off have none, nor has an owner whose other rows sum to nothing. Amounts from zero up, of one
    currency per owner; raises ValueError for one below zero. Exact: amounts up to 9e14 minor units per owner.
    Source: fund-admin M-3.
    """
    if (amount < 0).any():
        raise ValueError(f"amounts must be >= 0 to weigh them, found {amount.min()}")
    counted = np.where(is_written_off, 0, amount)
    owners = int(owner.max(initial=-1)) + 1
    total = np.zeros(owners, dtype=np.int64)
    np.add.at(total, owner, counted)
    has_weight = ~is_written_off & (total[owner] > 0)
    whole = np.where(total > 0, total, 1)[owner]
    floor, rest = np.divmod(counted * WHOLE, whole)
    missing = np.where(total > 0, WHOLE, 0)
    np.subtract.at(missing, owner, floor)
    # Within each owner by remainder, largest first, then by id; a row without a weight comes last.
    order = np.lexsort((party_id, -rest, ~has_weight, owner))
    starts = np.searchsorted(owner[order], np.arange(owners))
    rank = np.arange(order.size) - starts[owner[order]]
    floor[order] += rank < missing[owner[order]]
    return floor, has_weight
