"""True-ups of posted fees to the basis as it turned out, each a row of its own. The posted rows are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import half_up
from calculations.funds.fees.gross import FeeSteps, Objects, rate_fractions

_IN_THE_BOOKS = frozenset({"POSTED", "INVOICED", "OVERDUE", "PAID"})


@dataclass(frozen=True, eq=False)
class TrueUps:
    """One row for each posted stretch, (rows,): `true_up_of` is the charge it belongs to, `amount` in minor units
    what is charged beside it, or given back where negative.
    """

    true_up_of: Objects
    basis_used: Ints
    actual_basis: Ints
    amount: Ints


def true_up(steps: FeeSteps, charge_ids: Sequence[str], statuses: Sequence[str], actual_basis: Ints) -> TrueUps:
    """(actual basis - basis used) x rate x day fraction of each posted stretch; all (rows,).

    Raises ValueError for a charge that is not in the books, since one that is only calculated is calculated again.
    Source: fund-admin F-7.
    """
    for charge_id, status in zip(charge_ids, statuses, strict=True):
        if status not in _IN_THE_BOOKS:
            expected = ", ".join(sorted(_IN_THE_BOOKS))
            raise ValueError(f"charge {charge_id}: a true-up needs {expected}, found {status}")
    rates = list(dict.fromkeys(steps.rate.tolist()))
    number = {rate: place for place, rate in enumerate(rates)}
    which = np.array([number[rate] for rate in steps.rate.tolist()], dtype=np.int64)
    amount = np.zeros(steps.gross.size, dtype=np.int64)
    for year in np.unique(steps.year_days):
        rows = np.flatnonzero(steps.year_days == year)
        difference = actual_basis[rows] - steps.basis_amount[rows]
        amount[rows] = half_up(difference, *rate_fractions(rates, which[rows], steps.days[rows], int(year)))
    return TrueUps(np.array(charge_ids, dtype=object), steps.basis_amount, actual_basis, amount)
