"""Which part of a distribution may be called again, until when, and what of it expires. What a recall does to a commitment is in `commitments`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

import numpy as np

from calculations.calendars import Days
from calculations.daycount import Ints
from calculations.exact.minor_units import ONE
from calculations.exact.products import divided
from calculations.funds.capital.terms import RecallBasis, RecallTerms
from calculations.months import add_months, as_date
from calculations.ragged import SPAN, day_keys


class RecallableReason(StrEnum):
    NONE = "NONE"
    FEES = "FEES"
    QUICK_RETURN = "QUICK_RETURN"
    TEMPORARY = "TEMPORARY"
    OTHER = "OTHER"


def recycling_terms(
    basis: RecallBasis,
    window_months: int | None,
    cap_ratio: Decimal | None,
    expires_with_investment_period: bool,
    expiry_date: dt.date | None,
) -> RecallTerms:
    """Recall terms from a row of Recycling Terms.

    `cap_ratio` limits all that may be contributed, as a multiple of the commitment: 1.20 leaves 20 % to be called again.
    Raises ValueError below 1, where not even the commitment could be called. Source: input-contracts 3; fund-admin D-2.
    """
    if cap_ratio is not None and cap_ratio < 1:
        raise ValueError(f"cap_ratio: expected contributions of at least the commitment, 1 or more, found {cap_ratio}")
    share = None if cap_ratio is None else cap_ratio - 1
    return RecallTerms(basis, share, window_months, expiry_date, expires_with_investment_period)


def recallable_until(terms: RecallTerms, investment_period_end: dt.date | None) -> dt.date | None:
    """The last day on which recallable amounts may be called; None where there is none.

    Raises ValueError where they expire with an investment period whose end is not known. Source: fund-admin D-2.
    """
    if terms.expires_with_investment_period and investment_period_end is None:
        raise ValueError("recallable amounts expire with the investment period: expected its end, found none")
    ends = [terms.expires, investment_period_end if terms.expires_with_investment_period else None]
    return min((end for end in ends if end is not None), default=None)


def is_recallable(
    terms: RecallTerms,
    reason: RecallableReason,
    distribution_date: dt.date,
    investment_date: dt.date | None,
    investment_period_end: dt.date | None,
) -> bool:
    """Whether a distribution may be called again at all.

    It must give a reason, come before recallable amounts expire and, where an investment is returned (QUICK_RETURN, or
    any reason with an investment date), within the months of the terms. Raises ValueError for a QUICK_RETURN whose
    investment date is missing. Source: fund-admin D-2.
    """
    if reason is RecallableReason.NONE:
        return False
    until = recallable_until(terms, investment_period_end)
    if until is not None and distribution_date > until:
        return False
    if terms.months is None:
        return True
    if investment_date is None:
        if reason is RecallableReason.QUICK_RETURN:
            raise ValueError("a quick return: expected the date of its investment, found none")
        return True
    return distribution_date <= as_date(add_months(investment_date, terms.months))


def recallable_amounts(eligible: Ints, commitments: Ints, already: Ints, cap_share: int | None) -> Ints:
    """What of each leg's eligible amount restores its unfunded commitment, (legs,), minor units.

    `already` is what was recallable of earlier distributions, whether recalled since or not; `cap_share` in 1e-12 of
    the commitment, rounded down, None for no cap. Source: fund-admin D-2.
    """
    if cap_share is None:
        return eligible
    most, _ = divided(commitments, cap_share, ONE)
    return np.minimum(eligible, np.maximum(most - already, 0))


def expiries(
    commitment: Ints, until: Days, recallable: Ints, recalled_commitment: Ints, recalled_day: Days, recalled: Ints
) -> tuple[Ints, Days, Ints]:
    """What expires unrecalled: commitment, day and amount of each expiry, by commitment and day.

    The recallable lots (lots,) may be called up to and including `until` (NaT: for ever), and expire the day after;
    recalls (recalls,) use up the lots that expire first. What has gone by the end of a lot's last day, recalled or
    expired, is at least all that may be called no longer. Days are from 1970 on. Source: fund-admin D-2.
    """
    lasting = ~np.isnat(until)
    keys, lot_of = np.unique(day_keys(commitment[lasting], until[lasting]), return_inverse=True)
    due = np.zeros(keys.size, dtype=np.int64)
    np.add.at(due, lot_of, recallable[lasting])
    owner = keys // SPAN
    is_first = np.diff(owner, prepend=-1) != 0
    first = np.maximum.accumulate(np.where(is_first, np.arange(keys.size), 0))

    order = np.argsort(day_keys(recalled_commitment, recalled_day), kind="stable")
    recalled_keys = day_keys(recalled_commitment, recalled_day)[order]
    running = np.concatenate([[0], np.cumsum(recalled[order])])
    used = (
        running[np.searchsorted(recalled_keys, keys, side="right")]
        - running[np.searchsorted(recalled_keys, owner * SPAN, side="left")]
    )
    ended = np.cumsum(due)
    expired = np.maximum(ended - (ended - due)[first] - used, 0)
    place = np.arange(keys.size) - first
    for rank in range(1, int(place.max(initial=0)) + 1):  # the k-th expiry of all commitments at once
        rows = np.flatnonzero(place == rank)
        expired[rows] = np.maximum(expired[rows], expired[rows - 1])
    new = expired - np.where(is_first, 0, np.concatenate([[0], expired[:-1]]))
    kept = new > 0
    last_day = (keys % SPAN).astype("datetime64[D]")
    return owner[kept], last_day[kept] + np.timedelta64(1, "D"), new[kept]
