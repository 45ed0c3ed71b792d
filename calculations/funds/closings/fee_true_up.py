"""Management fees that a newcomer makes up for since first close, with interest to the manager. What passes between
partners is `equalisation`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_rows
from calculations.funds.closings.interest import InterestRates
from calculations.funds.fees.gross import FeeSteps, gross_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.periods import Periods
from calculations.funds.fees.terms import Basis, FeeTerms, FundDates, Timing
from calculations.months import as_date


@dataclass(frozen=True, eq=False)
class FeeTrueUp:
    """`fee` and `interest` (partners, periods), minor units: paid (+), or got back (-); `steps` explain the fee."""

    periods: Periods
    fee: Ints
    interest: Ints
    steps: FeeSteps


def fee_true_up(
    periods: Periods,
    terms: Sequence[FeeTerms | None],
    new_levels: Mapping[Basis, Levels],
    dates: FundDates,
    closing_date: dt.date,
    rates: InterestRates | None,
) -> FeeTrueUp:
    """The fees of what partners commit at a closing, from first close to where their own charges begin.

    `terms` (partners,) are those of each, None for one that bears no fee, one timing for all. `new_levels` are the balances that the newly committed
    amounts would have stood at, a commitment from the day of first close. In advance the periods charged before the
    closing are made up for; in arrears the time before it, since the period that is running will charge the rest.
    Interest runs from the day on which each fee was charged. Source: fund-admin E-4.
    """
    timings = {each.timing for each in terms if each is not None}
    if len(timings) != 1:
        raise ValueError(f"terms: expected one timing for all partners, found {', '.join(sorted(timings)) or 'none'}")
    timing, closing = timings.pop(), np.datetime64(closing_date, "D")
    is_before = periods.start < closing
    end = periods.end[is_before]
    past = Periods(periods.start[is_before], end if timing == Timing.ADVANCE else np.minimum(end, closing))
    steps = gross_fees(past, terms, new_levels, dates)
    fee = steps.by_period(steps.gross, len(terms), past.start.size)
    interest = np.zeros_like(fee)
    if rates is not None:
        for number, charged in enumerate(past.charged(timing)):
            interest[:, number] = scaled(fee[:, number], rates.interest(as_date(charged), closing_date))
    return FeeTrueUp(past, fee, interest, steps)


def to_earlier_partners(true_up: FeeTrueUp, weights: Ints) -> FeeTrueUp:
    """The true-up where the fund's fee was fixed and the earlier partners bore it: they get it back, not the manager.

    `weights` (partners,) are the commitments before the closing of those who bore the fee. Fee and interest then sum to
    zero in each period. Source: input-contracts 3, Closings, true_up_to_manager.
    """
    fee, interest = (paid - allocate_rows(paid.sum(axis=0), weights).T for paid in (true_up.fee, true_up.interest))
    return replace(true_up, fee=fee, interest=interest)
