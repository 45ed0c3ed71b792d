"""When open calls are expected to be paid, as rows. The model is the calculations'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from calculations.calendars import Flags
from calculations.daycount import Floats, Ints
from calculations.funds.capital.settlement import Moves, settle
from calculations.funds.capital.terms import Overpayment
from calculations.funds.pacing.assumptions import collection_horizons, credibility_calls
from calculations.funds.pacing.payment_behaviour import NEVER, OpenCalls, PaymentHistory, expected_collections
from orchestration.assets.fund_pacing_columns import days, fund_columns, money, numbers
from orchestration.assets.fund_pacing_inputs import UNITS, PacingInputs

TABLE = "calc.expected_collections"
DEFAULTED = "DEFAULTED"  # what is left of it is settled by a remedy, not by waiting
NO_HISTORY = "NO_HISTORY"  # no call of the fund has ended
LATER_THAN_EVER = "LATER_THAN_EVER"  # every call that ended was paid less late


def collection_rows(inputs: PacingInputs, file: Path) -> pa.Table:
    """Rows of calc.expected_collections: every open call at every horizon, cumulative, as of the day of the fund's data."""
    funds, calls = inputs.funds, inputs.calls
    count = calls.paid.size
    settled = settle(
        calls.notices.amount,
        Moves(calls.paid_notice, calls.paid_day, calls.paid, np.full(count, -1)),
        Overpayment.CREDIT,
    )
    owner, due = calls.notices.owner, calls.notices.due
    is_open = (settled.outstanding > 0) & (calls.notices.issued <= funds.as_of[owner])
    is_ended = (settled.outstanding == 0) | (is_open & calls.is_defaulted)
    ended, left = np.flatnonzero(is_ended), np.flatnonzero(is_open)
    late = (settled.paid_on[ended] - due[ended]).astype(np.int64)
    history = PaymentHistory(calls.payer[ended], owner[ended], np.where(np.isnat(settled.paid_on[ended]), NEVER, late))
    horizons = np.array(collection_horizons(file))
    constant = credibility_calls(file)
    so_late = (funds.as_of[owner[left]] - due[left]).astype(np.int64)
    outstanding = settled.outstanding[left]
    asked = OpenCalls(calls.payer[left], owner[left], outstanding / UNITS, so_late)
    expected = expected_collections(history, asked, horizons, constant)
    expected[calls.is_defaulted[left]] = np.nan
    own = _counts(history.payer, asked.payer)
    of_fund = _counts(history.fund, asked.fund)
    call, horizon = np.divmod(np.arange(left.size * horizons.size), horizons.size)
    reasons = _reasons(expected, calls.is_defaulted[left], of_fund)
    as_of = funds.as_of[owner[left]]
    notices = pa.array(left).take(pa.array(call))
    return pa.table(
        {
            **fund_columns(funds, owner[left][call]),
            "as_of_date": days(as_of[call]),
            "investor_id": calls.investor_id.take(notices),
            "notice_id": calls.notice_id.take(notices),
            "due_date": days(due[left][call]),
            "days_late": pa.array(so_late[call]),
            "horizon_days": pa.array(horizons[horizon]),
            "event_date": days(as_of[call] + horizons[horizon]),
            "currency": calls.currency.take(notices),
            "outstanding": money(outstanding[call]),
            "expected_amount": numbers(expected.reshape(-1)),
            "own_call_count": pa.array(own[call]),
            "fund_call_count": pa.array(of_fund[call]),
            "credibility": numbers(own[call] / (own[call] + constant)),
            "reason": pa.array([reasons[each] for each in call], pa.string()),
        }
    )


def _counts(group: Ints, wanted: Ints) -> Ints:
    counts = np.bincount(group, minlength=int(wanted.max(initial=-1)) + 1)
    return np.asarray(counts[wanted], dtype=np.int64)


def _reasons(expected: Floats, is_defaulted: Flags, fund_calls: Ints) -> list[str | None]:
    unknown = np.asarray(np.isnan(expected).any(axis=1), dtype=np.bool_)
    return [
        None if not none else DEFAULTED if defaulted else LATER_THAN_EVER if known else NO_HISTORY
        for none, defaulted, known in zip(unknown, is_defaulted, fund_calls, strict=True)
    ]
