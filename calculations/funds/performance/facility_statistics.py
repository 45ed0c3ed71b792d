"""What a fund states of its credit lines at a quarter end: size, balance, share of unfunded financed, days outstanding.

Returns with and without the line are in `facility`. Money is int64 minor units. Source: fund-admin 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance.facility import Draws
from calculations.funds.performance.histories import Histories, Legs, joined
from calculations.multiples import ratios
from calculations.reasons import Reasons

NO_UNFUNDED = "NO_UNFUNDED"  # nothing of the commitments is unfunded
NO_DRAWS = "NO_DRAWS"  # nothing was drawn by the day


@dataclass(frozen=True, eq=False)
class Repayments:
    """Principal repaid, however, (rows,): the number of the draw, the day and the amount."""

    draw: Ints
    day: Days
    principal: Ints


@dataclass(frozen=True, eq=False)
class Lines:
    """Credit lines, (lines,): fund, limit, and the days from which and until before which it stands; NaT for no end."""

    fund: Ints
    limit: Ints
    start: Days
    end: Days


@dataclass(frozen=True, eq=False)
class FacilityStatistics:
    """Figures of funds on days, (points,): `size` of the lines that stand, `balance` drawn, `financed_share` of the unfunded
    commitments, and `average_days_outstanding` of the principal drawn so far, by amount; ratios NaN with the reason."""

    fund: Ints
    day: Days
    size: Ints
    balance: Ints
    financed_share: Floats
    financed_share_reasons: Reasons
    average_days_outstanding: Floats
    average_days_reasons: Reasons


def facility_statistics(
    lines: Lines, draws: Draws, repayments: Repayments, fund: Ints, day: Days, unfunded: Ints
) -> FacilityStatistics:
    """Statistics of `fund` (points,) on `day`, beside the unfunded commitments of that day.

    Principal counts from its draw until it is repaid, or until the day while it is not. Source: fund-admin 3.4.
    """
    count = int(max((numbers.max(initial=-1) for numbers in (lines.fund, draws.fund, fund)), default=-1)) + 1
    ended = ~np.isnat(lines.end)
    limits = Histories.of(
        joined(
            Legs(lines.fund, lines.start, lines.limit, np.zeros_like(lines.limit)),
            Legs(lines.fund[ended], lines.end[ended], np.zeros_like(lines.limit[ended]), lines.limit[ended]),
        ),
        count,
    )
    principal = Histories.of(
        joined(
            Legs(draws.fund, draws.day, draws.amount, np.zeros_like(draws.amount)),
            Legs(
                draws.fund[repayments.draw],
                repayments.day,
                np.zeros_like(repayments.principal),
                repayments.principal,
            ),
        ),
        count,
    )
    opened, closed = limits.sums(fund, day)
    drawn, repaid = principal.sums(fund, day)
    share, why_share = ratios(drawn - repaid, unfunded, NO_UNFUNDED)
    # what was drawn d days ago and repaid r days ago was out for d - r
    moved = principal.called - principal.distributed
    dated = principal.weighted(moved * principal.day.astype(np.int64), fund, day)
    days, why_days = ratios(day.astype(np.int64) * (drawn - repaid).astype(np.float64) - dated, drawn, NO_DRAWS)
    return FacilityStatistics(fund, day, opened - closed, drawn - repaid, share, why_share, days, why_days)
