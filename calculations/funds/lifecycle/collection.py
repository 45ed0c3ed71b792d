"""How well calls are collected: overdue, days late, rate of collection, ageing of what is outstanding. Applying payments to calls
and expecting them do not belong here.

Source: fund-admin 1.4 CC-7; 1.9.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from calculations.clo.columns import Days, Flags, Ints
from calculations.funds.lifecycle.allocations import Calls
from calculations.funds.lifecycle.payments import NOT_OWED, Applied
from calculations.multiples import Ratio, ratio

NOTHING_DUE = "NOTHING_DUE"  # no call was due by the day


def days_late(due_date: Days, paid_date: Days, today: dt.date) -> Ints:
    """Calendar days from the due date to full payment, or to the day where something is missing; 0 where on time.

    `due_date`, `paid_date` (calls,), the latter NaT where not fully paid; a payment after the day counts as none.
    """
    day = np.datetime64(today, "D")
    end = np.where(np.isnat(paid_date) | (paid_date > day), day, paid_date)
    return np.maximum((end - due_date).astype("timedelta64[D]").astype(np.int64), 0)


def is_overdue(calls: Calls, applied: Applied, today: dt.date) -> Flags:
    """Calls with something missing from the day after the due date on, (calls,). Source: fund-admin 1.4 CC-7."""
    return _is_called(calls) & (applied.outstanding > 0) & (calls.due_date < np.datetime64(today, "D"))


@dataclass(frozen=True)
class Ageing:
    """Outstanding minor units per owner and bucket (owners, buckets): not late, then each bucket as `labels` say."""

    labels: tuple[str, ...]
    outstanding: Ints


def ageing(calls: Calls, applied: Applied, owners: int, first_days: tuple[int, ...], today: dt.date) -> Ageing:
    """What is outstanding by how late it is. `first_days` are the first day late of each bucket, rising from 1."""
    open_calls = np.flatnonzero(_is_called(calls) & (applied.outstanding > 0))
    late = days_late(calls.due_date[open_calls], applied.paid_date[open_calls], today)
    bucket = np.searchsorted(np.array(first_days), late, "right")
    table = np.zeros((owners, len(first_days) + 1), dtype=np.int64)
    np.add.at(table, (calls.owner[open_calls], bucket), applied.outstanding[open_calls])
    ends = [f"{first}-{after - 1}" for first, after in pairwise(first_days)]
    return Ageing(("not late", *ends, f"{first_days[-1]}+"), table)


def collection_rates(calls: Calls, applied: Applied, owners: int, today: dt.date) -> tuple[Ratio, ...]:
    """Per owner: what was paid of the calls due by the day, over those calls; an excess on one does not make up for another.

    None with NOTHING_DUE where there was none. Only owners number in the output, so that the exact quotient is affordable.
    """
    is_due = _is_called(calls) & (calls.due_date <= np.datetime64(today, "D"))
    owner = calls.owner[is_due]
    due, collected = np.zeros(owners, dtype=np.int64), np.zeros(owners, dtype=np.int64)
    np.add.at(due, owner, calls.amount[is_due])
    np.add.at(collected, owner, (calls.amount - applied.outstanding)[is_due])
    return tuple(
        ratio(Decimal(part), Decimal(whole), NOTHING_DUE)
        for part, whole in zip(collected.tolist(), due.tolist(), strict=True)
    )


def _is_called(calls: Calls) -> Flags:
    return ~np.isin(calls.status, NOT_OWED)
