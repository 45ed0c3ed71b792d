"""Which rows of an asset capitalise interest, and since when for too long. How much they capitalise is not here."""

from __future__ import annotations

import numpy as np

from calculations.clo.collateral.features import PikTerms
from calculations.clo.columns import Flags, Floats
from calculations.daycount import Days
from calculations.months import add_months


def pik_shares(terms: PikTerms | None, begin: Days, is_interest: Flags) -> Floats:
    """Share of each row's interest that is capitalised, (rows,): the one that rules where its accrual starts.

    Source: clo-extensions 3.1.
    """
    if terms is None:
        return np.zeros(begin.shape)
    return np.array([terms.share_on(date) for date in begin.tolist()]) * is_interest


def is_deferring_after(terms: PikTerms | None, begin: Days, paid: Days, shares: Floats, is_interest: Flags) -> Flags:
    """Whether after each row, (rows,), interest has been capitalised for longer than the terms allow.

    Counted in months from where the first row that capitalises began to accrue, until an interest date is paid wholly
    in cash. Source: clo-extensions 3.1.
    """
    found = np.zeros(paid.shape, dtype=bool)
    if terms is None:
        return found
    limit: np.datetime64 | None = None  # the date after which the asset is deferring
    for row in range(paid.size):
        if is_interest[row]:
            if shares[row] == 0.0:
                limit = None
            elif limit is None:
                limit = add_months(begin[row : row + 1], terms.deferring_after)[0]
        found[row] = limit is not None and paid[row] > limit
    return found
