"""Weights of allocations in their fund's portfolio, in percent that sum to 100.00 exactly. Stated weights are checked elsewhere.

Source: fund-admin 1.9, row portfolio weight; 1.1 M-3; 8, item 12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Flags, Ints, Texts
from calculations.exact.sharing import allocate_many
from calculations.ragged import first_rows

WHOLE = 10_000  # hundredths of a percent


def portfolio_weights(
    owner: Ints, amount: Ints, is_written_off: Flags, party_id: Texts
) -> tuple[Ints, NDArray[np.bool_]]:
    """Weight of each row among its owner's in hundredths of a percent, and whether it has one; both (rows,).

    Floored, then one hundredth more to the largest remainders, ties to the smaller id, so that each owner's weights sum
    to 10,000. Rows written off have none, nor has an owner whose other rows sum to nothing. Amounts from zero up, of one
    currency per owner; raises ValueError for one below zero.
    Source: fund-admin M-3.
    """
    if (amount < 0).any():
        raise ValueError(f"amounts must be >= 0 to weigh them, found {amount.min()}")
    counted = np.where(is_written_off, 0, amount)
    owners = int(owner.max(initial=-1)) + 1
    total = np.zeros(owners, dtype=np.int64)
    np.add.at(total, owner, counted)
    has_weight = ~is_written_off & (total[owner] > 0)
    order = np.lexsort((party_id, owner))
    weights = np.empty_like(counted)
    offsets = first_rows(np.bincount(owner, minlength=owners))
    weights[order] = allocate_many(np.where(total > 0, WHOLE, 0), offsets, counted[order])
    return weights, has_weight
