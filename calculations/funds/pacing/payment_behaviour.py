"""When open calls are expected to be paid, from how late investors paid before. What was paid does not belong here.

The distribution of days late is the investor's own, shrunk to its fund's by Buehlmann's credibility: with n calls of its own
history, Z = n / (n + K) and P(late <= d) = Z x own share + (1 - Z) x fund's share. Source: Buehlmann, Experience Rating
and Credibility, ASTIN Bulletin 4(3), 1967; the shares are empirical distribution functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Ints
from calculations.daycount import Floats
from calculations.ragged import SPAN

# Days late of a call that was defaulted on: later than any day that is asked for.
NEVER = SPAN // 2 - 1


@dataclass(frozen=True)
class PaymentHistory:
    """Calls that ended, every array (calls,): payer and fund by number, and days from the due date to full payment.

    Negative where paid early, NEVER where defaulted on: leaving those out would make payers look better than they are.
    """

    payer: Ints
    fund: Ints
    days_late: Ints


@dataclass(frozen=True)
class OpenCalls:
    """Calls to be paid, every array (calls,): payer and fund by number, what is outstanding, days late so far.

    `days_late` is negative before the due date.
    """

    payer: Ints
    fund: Ints
    outstanding: Floats
    days_late: Ints


def expected_collections(history: PaymentHistory, calls: OpenCalls, horizons: Ints, credibility_calls: float) -> Floats:
    """What is expected to come in within so many days from today, (calls, horizons), cumulative.

    A call that is a days late and still open is paid within h days with (P(a + h) - P(a)) / (1 - P(a)). nan where neither
    the payer nor its fund has a history, and where everybody paid before so late: the history then says nothing.
    `horizons` (horizons,) are days >= 0; `credibility_calls` is K.
    """
    if (horizons < 0).any() or credibility_calls <= 0:
        raise ValueError(f"horizons must be >= 0 and K above 0, found {horizons.min()} and {credibility_calls}")
    late = np.concatenate([calls.days_late[:, None], calls.days_late[:, None] + horizons[None, :]], axis=1)
    reached = late_by(history, calls.payer, calls.fund, late, credibility_calls)
    by_now, by_then = reached[:, :1], reached[:, 1:]
    left = 1 - by_now
    paid = np.divide(by_then - by_now, left, out=np.full(by_then.shape, np.nan), where=left > 0)
    return np.asarray(calls.outstanding[:, None] * paid)


def late_by(history: PaymentHistory, payer: Ints, fund: Ints, days: Ints, credibility_calls: float) -> Floats:
    """Probability that a payer's call of a fund is paid at most so many days late: `payer`, `fund` (n,), `days` (n, m);
    returns (n, m), nan where there is no history.
    """
    own, own_calls = _shares(history.payer, history.days_late, payer, days)
    funds, fund_calls = _shares(history.fund, history.days_late, fund, days)
    weight = np.where(fund_calls > 0, own_calls / (own_calls + credibility_calls), 1.0)[:, None]
    mixed = np.where(weight > 0, weight * own, 0.0) + np.where(weight < 1, (1 - weight) * funds, 0.0)
    has_any = (own_calls + fund_calls > 0)[:, None]
    return np.where(has_any, mixed, np.nan)


def _shares(group: Ints, days_late: Ints, wanted: Ints, days: Ints) -> tuple[Floats, Ints]:
    """Share of a group's calls at most so late, (n, m), 0 for a group without calls, and how many calls it has, (n,)."""
    keys = np.sort(group * SPAN + days_late)
    first = np.searchsorted(keys, wanted * SPAN - SPAN // 2)
    count = np.searchsorted(keys, wanted * SPAN + SPAN // 2) - first
    found = np.searchsorted(keys, wanted[:, None] * SPAN + days, "right") - first[:, None]
    return found / np.maximum(count, 1)[:, None], count
