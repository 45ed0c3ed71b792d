"""Payments applied to calls: what is paid, what is outstanding, what is too much, and since when. Statuses and rates of
collection do not belong here.

Source: fund-admin 1.4 CC-8, CC-9; 8, item 12; input-contracts 3, sheet Payments.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Days, Flags, Ints, Texts
from calculations.funds.lifecycle.allocations import Calls
from calculations.funds.lifecycle.findings import Finding, Severity, found
from calculations.ragged import day_keys

COUNTED = ("PROCESSED", "PAID")
REVERSED = "REVERSED"
REFUSE = "REFUSE"
NO_LONGER_OWED = ("CANCELLED", "WAIVED")
NOT_OWED = ("SCHEDULED", *NO_LONGER_OWED)
NEVER = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Payments:
    """Payments of calls; every array (payments,). `owner` is the place of the paid call among the calls.

    `reverses` is "" unless the row takes back, from its own value date, the payment that it names.
    """

    payment_id: Texts
    owner: Ints
    amount: Ints
    value_date: Days
    status: Texts
    reverses: Texts


@dataclass(frozen=True)
class Receipts:
    """Payments as they count, in order of call, value date and id; every array (receipts,). `amount` is signed and
    `running` the sum of the call's so far."""

    payment_id: Texts
    owner: Ints
    value_date: Days
    amount: Ints
    running: Ints


@dataclass(frozen=True)
class Applied:
    """Per call (calls,), minor units: `paid` is all that came in, `outstanding` what is missing, `excess` what is above.

    `paid_date` is the day since which all is paid, NaT where it is not.
    """

    paid: Ints
    outstanding: Ints
    excess: Ints
    paid_date: Days


def is_cancelled(calls: Calls) -> Flags:
    """Which calls no longer ask for anything (calls,): cancelled ones, and waived notices."""
    return np.isin(calls.status, NO_LONGER_OWED)


def planned_amounts(calls: Calls, allocations: int) -> Ints:
    """Calls of each allocation, scheduled ones too and cancelled ones not, (allocations,)."""
    return _per_owner(calls, ~is_cancelled(calls), allocations)


def called_amounts(calls: Calls, allocations: int) -> Ints:
    """Calls of each allocation that were made: neither scheduled nor cancelled, (allocations,). Source: fund-admin 1.9."""
    return _per_owner(calls, ~np.isin(calls.status, NOT_OWED), allocations)


def _per_owner(calls: Calls, where: Flags, allocations: int) -> Ints:
    total = np.zeros(allocations, dtype=np.int64)
    np.add.at(total, calls.owner[where], calls.amount[where])
    return total


def receipts(payments: Payments, today: dt.date) -> Receipts:
    """The payments that count on a day, with those taken back as negative ones.

    A payment counts once it is processed; pending and failed ones do not. One that a later row takes back counts until
    that row's value date; one that is merely marked as reversed never counted. Raises ValueError for a row that takes
    back a payment that is not among the rows. Source: fund-admin 1.4 CC-9.
    """
    is_reversal = payments.reverses != ""
    reversals = np.flatnonzero(is_reversal)
    unknown = reversals[~np.isin(payments.reverses[reversals], payments.payment_id)]
    if unknown.size:
        first = int(unknown[0])
        raise ValueError(
            f"payment {payments.payment_id[first]}: the payment it reverses must be among the payments, "
            f"found none called {str(payments.reverses[first])!r}"
        )
    is_dated_back = np.isin(payments.payment_id, payments.reverses[reversals])
    counts = np.isin(payments.status, COUNTED) | ((payments.status == REVERSED) & is_dated_back)
    counts &= payments.value_date <= np.datetime64(today, "D")
    at = np.flatnonzero(counts)
    order = at[np.lexsort((payments.payment_id[at], payments.value_date[at], payments.owner[at]))]
    owner, amount = payments.owner[order], np.where(is_reversal, -payments.amount, payments.amount)[order]
    total = np.cumsum(amount)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    before = np.repeat(total[starts] - amount[starts], np.diff(starts, append=owner.size))
    return Receipts(payments.payment_id[order], owner, payments.value_date[order], amount, total - before)


def apply_payments(calls: Calls, received: Receipts) -> Applied:
    """What each call was paid: paid = sum of payments, outstanding = max(0, call - paid).

    A default changes nothing here: what is missing stays visible. A cancelled call owes nothing, so that all that was paid
    of it is excess. Source: fund-admin 1.4 CC-8, CC-9.
    """
    size = calls.amount.size
    paid = np.zeros(size, dtype=np.int64)
    np.add.at(paid, received.owner, received.amount)
    owed = np.where(is_cancelled(calls), 0, calls.amount)
    outstanding, excess = np.maximum(owed - paid, 0), np.maximum(paid - owed, 0)
    return Applied(paid, outstanding, excess, _paid_dates(calls, received, paid))


def spend_credits(calls: Calls, applied: Applied, allocations: int) -> tuple[Ints, Ints]:
    """What each call is paid out of prepayment credits, (calls,), and what is left of them, (allocations,).

    The excess of all calls of an allocation is spent on what is outstanding, the earliest due date first, ties by id;
    only where the policy allows overpayment. Calls that are scheduled wait until they are called.
    Source: fund-admin 1.4 CC-9.
    """
    credit = np.zeros(allocations, dtype=np.int64)
    np.add.at(credit, calls.owner, applied.excess)
    wanted = np.where(np.isin(calls.status, NOT_OWED), 0, applied.outstanding)
    order = np.lexsort((calls.call_id, calls.due_date, calls.owner))
    owner, total = calls.owner[order], np.cumsum(wanted[order])
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    before = total - wanted[order]
    before = before - np.repeat(before[starts], np.diff(starts, append=owner.size))
    used = np.empty_like(wanted)
    used[order] = np.clip(credit[owner] - before, 0, wanted[order])
    np.subtract.at(credit, calls.owner, used)
    return used, credit


def _paid_dates(calls: Calls, received: Receipts, paid: Ints) -> Days:
    """The day of the receipt after the last one that left something missing."""
    days = np.full(calls.amount.size, NEVER)
    if not received.owner.size:
        return days
    is_short = received.running < calls.amount[received.owner]
    starts = np.flatnonzero(np.diff(received.owner, prepend=-1))
    # The place after the last short receipt of each call, or its first receipt.
    after = np.where(
        is_short, np.arange(is_short.size) + 1, starts[np.searchsorted(starts, np.arange(is_short.size), "right") - 1]
    )
    at = np.maximum.reduceat(after, starts)
    owner = received.owner[starts]
    is_paid = paid[owner] >= calls.amount[owner]
    days[owner[is_paid]] = received.value_date[at[is_paid]]
    return days


def overpayment_findings(calls: Calls, received: Receipts, overpayment: str) -> tuple[Finding, ...]:
    """Payments that take their call above its amount, earlier payments counted.

    Critical where the policy refuses them; info where the excess becomes a prepayment credit. Source: fund-admin 1.4 CC-9.
    """
    is_above = (received.running > calls.amount[received.owner]) & (received.amount > 0)
    severity = Severity.CRITICAL if overpayment == REFUSE else Severity.INFO
    return tuple(
        found(
            "OVERPAYMENT",
            severity,
            "PAYMENT",
            received.payment_id,
            is_above,
            lambda i: (
                f"payments of call {calls.call_id[received.owner[i]]} must be at most "
                f"{calls.amount[received.owner[i]]} minor units together, found {received.running[i]}"
            ),
        )
    )


def paid_by(received: Receipts, owner: Ints, days: Days) -> Ints:
    """What was paid by the end of a day: `owner` (n,) calls, `days` (n,); returns (n,) minor units."""
    if not received.owner.size:
        return np.zeros(owner.size, dtype=np.int64)
    at = np.searchsorted(day_keys(received.owner, received.value_date), day_keys(owner, days), "right") - 1
    is_own = (at >= 0) & (received.owner[at] == owner)
    return np.where(is_own, received.running[at], 0)
