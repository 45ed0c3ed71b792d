"""What the status of an allocation or a call is, from what was called and paid. Which moves are legal does not belong here.

Source: fund-admin 1.9, status derivation; 1.4 CC-7.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from math import lcm

import numpy as np

from calculations.clo.columns import Days, Flags, Ints, Texts
from calculations.funds.lifecycle.allocations import WRITTEN_OFF, Allocations, Calls
from calculations.funds.lifecycle.findings import Finding, Severity, found
from calculations.funds.lifecycle.payments import NO_LONGER_OWED, NOT_OWED

COMMITTED = "COMMITTED"
UNFUNDED = "UNFUNDED"
PARTIALLY_PAID = "PARTIALLY_PAID"
FUNDED = "FUNDED"

PAID = "PAID"
OVERDUE = "OVERDUE"
DEFAULTED = "DEFAULTED"
# A person's decision, which no payment takes back: only an event does.
DECIDED = NOT_OWED


@dataclass(frozen=True)
class FundingStatus:
    """Both readings of funded: against what was called, and against what was committed."""

    call_funding_status: str
    commitment_funding_status: str


def funding_status(
    called: Decimal, paid: Decimal, committed: Decimal, *, is_written_off: bool = False
) -> FundingStatus:
    """The statuses of one allocation; amounts in one currency. Source: fund-admin 1.9."""
    numbers = [amount.as_integer_ratio() for amount in (called, paid, committed)]
    # One denominator makes them whole numbers; objects, because theirs may be beyond 64 bits.
    common = lcm(*(denominator for _, denominator in numbers))
    units = [np.array([top * (common // bottom)], dtype=object) for top, bottom in numbers]
    marks = np.array([is_written_off])
    return FundingStatus(
        str(call_funding_statuses(units[0], units[1], marks)[0]),
        str(commitment_funding_statuses(units[2], units[1], marks)[0]),
    )


def call_funding_statuses(called: Ints, paid: Ints, is_written_off: Flags) -> Texts:
    """Paid against the calls that are no longer scheduled, (allocations,) each in minor units.

    Nothing called or nothing paid is COMMITTED, in part PARTIALLY_PAID, all of it FUNDED; written off stays so. Amounts
    below zero are another rule's finding and count as nothing. Source: fund-admin 1.9.
    """
    return _funding(called, paid, is_written_off)


def commitment_funding_statuses(committed: Ints, paid: Ints, is_written_off: Flags) -> Texts:
    """Paid against the amount committed, (allocations,) each in minor units: FUNDED once all of it is paid.

    Source: fund-admin 1.9.
    """
    return _funding(committed, paid, is_written_off)


def _funding(owed: Ints, paid: Ints, is_written_off: Flags) -> Texts:
    cases = [is_written_off, (owed <= 0) | (paid <= 0), paid < owed]
    return np.select(
        [np.asarray(case, dtype=np.bool_) for case in cases], [WRITTEN_OFF, COMMITTED, PARTIALLY_PAID], FUNDED
    )


def call_statuses(
    stated: Texts, amount: Ints, paid: Ints, due_date: Days, today: dt.date, unpaid: str = "CALLED"
) -> Texts:
    """The status of each call on a day, (calls,), from the payments up to it.

    Scheduled, cancelled and waived are decisions and stay; a default stays until all is paid, so that what is missing
    stays visible. Anything else is paid, overdue from the day after the due date, paid in part, or
    `unpaid`: CALLED, of a capital call's notice PENDING. Source: fund-admin 1.4 CC-7, 1.9.
    """
    day = np.datetime64(today, "D")
    return np.select(
        [np.isin(stated, DECIDED), paid >= amount, stated == DEFAULTED, day > due_date, paid > 0],
        [stated, PAID, DEFAULTED, OVERDUE, PARTIALLY_PAID],
        unpaid,
    )


def status_findings(rows: Allocations) -> tuple[Finding, ...]:
    """Allocations whose stated status is not the one derived from calls and payments: warnings.

    Only info for UNFUNDED where COMMITTED is derived: both say that nothing is paid, and no payment tells them apart.
    Source: fund-admin 1.9.
    """
    derived = call_funding_statuses(rows.called, rows.paid, rows.is_written_off)
    differs = rows.status != derived
    is_nuance = (rows.status == UNFUNDED) & (derived == COMMITTED)

    def message(row: int) -> str:
        return f"status must be {derived[row]} by its calls and payments, found {rows.status[row]}"

    code, entity = "STATUS_DIFFERS", "ALLOCATION"
    return (
        *found(code, Severity.WARNING, entity, rows.allocation_id, differs & ~is_nuance, message),
        *found(code, Severity.INFO, entity, rows.allocation_id, differs & is_nuance, message),
    )


def call_status_findings(
    calls: Calls, paid: Ints, today: dt.date, entity_type: str = "ALLOCATION_CALL", unpaid: str = "CALLED"
) -> tuple[Finding, ...]:
    """Calls whose stated status is not the one derived on the day, and scheduled or cancelled ones that were paid.

    For the notices of capital calls: NOTICE and PENDING.
    """
    derived = call_statuses(calls.status, calls.amount, paid, calls.due_date, today, unpaid)
    return (
        *found(
            "STATUS_DIFFERS",
            Severity.WARNING,
            entity_type,
            calls.call_id,
            calls.status != derived,
            lambda row: f"status must be {derived[row]} on {today}, found {calls.status[row]}",
        ),
        *found(
            "PAID_WITHOUT_CALL",
            Severity.WARNING,
            entity_type,
            calls.call_id,
            np.isin(calls.status, DECIDED) & (paid > 0),
            lambda row: f"a call that is {calls.status[row]} takes no payment, found one",
        ),
    )


def parent_findings(
    parent_status: Texts, parent: Ints, child_type: str, child_id: Texts, child_status: Texts
) -> tuple[Finding, ...]:
    """Notices that go on under a call or distribution that was cancelled: critical, since a cancelled parent cancels them.

    `parent_status` (parents,); `parent` (children,) the place of each child's parent, `child_id`, `child_status`
    (children,). Source: fund-admin 1.5 D-7.
    """
    goes_on = (parent_status[parent] == "CANCELLED") & (child_status != "CANCELLED")
    return tuple(
        found(
            "PARENT_CANCELLED",
            Severity.CRITICAL,
            child_type,
            child_id,
            goes_on,
            lambda row: f"status must be CANCELLED, as its parent's is, found {child_status[row]}",
        )
    )


def settlement_findings(call_id: Texts, call_status: Texts, parent: Ints, notice_status: Texts) -> tuple[Finding, ...]:
    """Capital calls stated as settled with a notice that still owes, or as issued with none that does: warnings.

    `call_id`, `call_status` (calls,); `parent` (notices,) the place of each notice's call, `notice_status` (notices,).
    A call without notices is another rule's finding. Source: fund-admin 1.2, 1.4.
    """
    has_notices = np.bincount(parent, minlength=call_id.size) > 0
    owes = np.bincount(parent, ~np.isin(notice_status, (PAID, *NO_LONGER_OWED)), call_id.size) > 0
    expected = np.where(owes, "ISSUED", "SETTLED")
    is_either = np.isin(call_status, ("ISSUED", "SETTLED"))
    return tuple(
        found(
            "STATUS_DIFFERS",
            Severity.WARNING,
            "CALL",
            call_id,
            has_notices & is_either & (call_status != expected),
            lambda row: f"status must be {expected[row]} by its notices, found {call_status[row]}",
        )
    )
