"""What each partner bears of charges made to many: fees of a class, expenses of a fund. The charges are made elsewhere.

Amounts are int64 minor units of the fund's currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Ints
from calculations.exact.sharing import allocate_rows
from calculations.funds.fees.levels import Levels


@dataclass(frozen=True, eq=False)
class CostShares:
    """One row for each charge and investor that bears some of it; `charge` and `investor` are their numbers.

    `amounts` (rows, columns) are shares of the columns given.
    """

    charge: Ints
    investor: Ints
    amounts: Ints


def share_costs(amounts: Ints, day: Days, bears: Ints, committed: Levels, investor: Ints, investors: int) -> CostShares:
    """Charges (charges, columns) shared by the commitments in force on the `day` (charges,) of each.

    `bears` (charges, commitments) is 1 for commitments that bear a charge, 0 for others; `committed` numbers
    commitments in the order of their ids, `investor` (commitments,) says whose they are. Each column is shared by
    itself and sums to its charge. A charge that no commitment in force bears has no rows. Source: fund-admin M-3.
    """
    charges, commitments = bears.shape
    level = committed.at(np.tile(np.arange(commitments), charges), np.repeat(day, commitments))
    weights = np.maximum(level.reshape(charges, commitments), 0) * bears
    is_borne = weights.any(axis=1)
    each = np.arange(charges)[:, None]
    totals = np.zeros((charges, investors, amounts.shape[1]), dtype=np.int64)
    for column in range(amounts.shape[1]):
        shares = allocate_rows(np.where(is_borne, amounts[:, column], 0), weights)
        of_column = np.zeros((charges, investors), dtype=np.int64)
        np.add.at(of_column, (each, investor[None, :]), shares)
        totals[:, :, column] = of_column
    takes_part = np.zeros((charges, investors), dtype=bool)
    np.logical_or.at(takes_part, (each, investor[None, :]), weights > 0)
    charge, who = np.nonzero(takes_part)
    return CostShares(charge, who, totals[charge, who])
