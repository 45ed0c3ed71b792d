"""Which rows of an asset capitalise interest, and since when for too long. How much they capitalise is not here."""

from __future__ import annotations

import datetime as dt

import numpy as np

from calculations.clo.collateral.features import PikTerms
from calculations.clo.columns import Flags, Floats
from calculations.daycount import Days
from calculations.months import add_months, as_date


def pik_shares(terms: PikTerms, begin: Days, is_interest: Flags) -> Floats:
    """Share of each row's interest that is capitalised, (rows,): the one that rules where its accrual starts.

    Source: clo-extensions 3.1.
    """
    return np.array([terms.share_on(date) for date in begin.tolist()]) * is_interest


def deferring_since(terms: PikTerms, dated: dt.date, start: dt.date) -> dt.date | None:
    """Since when interest is capitalised that accrues from `start`, as far as the terms tell of the time before; None
    where it is paid.
    """
    since: dt.date | None = None
    for date, share in sorted(terms.shares):
        if date <= start:
            since = None if share == 0.0 else since or max(date, dated)
    return since


def is_deferring_on(terms: PikTerms, since: dt.date | None, date: dt.date) -> bool:
    """Whether interest has been capitalised `since` a date for more months than the terms allow.

    Source: clo-extensions 3.1.
    """
    if since is None:
        return False
    return date > as_date(add_months(since, terms.deferring_after))


def is_deferring_after(
    terms: PikTerms, since: dt.date | None, begin: Days, paid: Days, shares: Floats, is_interest: Flags
) -> Flags:
    """Whether after each row, (rows,), interest has been capitalised for longer than the terms allow.

    Counted in months from `since`, else from where the first row that capitalises began to accrue, until an interest
    date is paid wholly in cash. Source: clo-extensions 3.1.
    """
    found = np.zeros(paid.shape, dtype=bool)
    for row, (start, date) in enumerate(zip(begin.tolist(), paid.tolist(), strict=True)):
        if is_interest[row]:
            since = None if shares[row] == 0.0 else since or start
        found[row] = is_deferring_on(terms, since, date)
    return found
