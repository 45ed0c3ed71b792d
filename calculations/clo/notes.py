"""A class of notes over one period: accrual of interest, what a payment covers, and the balances it leaves.

The order in which classes are paid does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats


@dataclass(frozen=True, eq=False)
class NoteState:
    """Opening balances of one class; arrays of shape (scenarios,).

    `deferred` is deferred interest of a deferrable class. `unpaid` is interest a non-deferrable class was owed and
    not paid; it earns interest at the coupon and is paid first.
    """

    balance: Floats
    deferred: Floats
    unpaid: Floats
    is_deferrable: bool

    @property
    def test_balance(self) -> Floats:
        """What the class counts for in coverage denominators. Source: clo-liabilities-waterfall 3.1."""
        return self.balance + self.deferred if self.is_deferrable else self.balance


@dataclass(frozen=True, eq=False)
class InterestDue:
    """Interest due in a period; arrays of shape (scenarios,)."""

    current: Floats  # on the balance
    on_deferred: Floats  # on deferred interest (deferrable) or on unpaid interest (not deferrable)
    arrears: Floats  # unpaid interest of earlier periods, of a class that is not deferrable

    @property
    def total(self) -> Floats:
        return self.current + self.on_deferred + self.arrears


@dataclass(frozen=True, eq=False)
class InterestPaid:
    """How a payment splits over what was due; arrays of shape (scenarios,)."""

    current: Floats
    on_deferred: Floats
    arrears: Floats


def accrue(state: NoteState, year_fraction: float, rate: Floats | float) -> InterestDue:
    """Interest on the balance, B d r, and on deferred or unpaid interest at the same coupon, Q d r.

    `rate` is a fraction a year, a number or of shape (scenarios,).
    Source: clo-liabilities-waterfall 3.1, Q12 (unpaid interest is carried with interest).
    """
    factor = np.asarray(rate, dtype=np.float64) * year_fraction
    bearing = state.deferred if state.is_deferrable else state.unpaid
    return InterestDue(
        current=state.balance * factor,
        on_deferred=bearing * factor,
        arrears=np.zeros_like(state.unpaid) if state.is_deferrable else state.unpaid,
    )


def split_interest(due: InterestDue, paid: Floats) -> InterestPaid:
    """Split a payment of interest, shape (scenarios,), over arrears first, then current, then interest on deferred.

    Raises ValueError where more is paid than is due. Source: clo-liabilities-waterfall 3.2, Q12.
    """
    if (paid > due.total * (1 + 1e-12) + 1e-6).any():
        raise ValueError("interest paid must not exceed interest due")
    arrears = np.minimum(paid, due.arrears)
    current = np.minimum(paid - arrears, due.current)
    on_deferred = np.minimum(paid - arrears - current, due.on_deferred)
    return InterestPaid(current=current, on_deferred=on_deferred, arrears=arrears)


def deferred_due(state: NoteState, due: InterestDue, paid: InterestPaid) -> Floats:
    """What a step that repays deferred interest owes: the deferred balance and this period's unpaid interest on it.

    Zero for a class that is not deferrable. Source: clo-liabilities-waterfall 3.2.
    """
    if not state.is_deferrable:
        return np.zeros_like(state.balance)
    return state.deferred + due.on_deferred - paid.on_deferred


def roll_forward(
    state: NoteState,
    due: InterestDue,
    paid: InterestPaid,
    deferred_repaid: Floats | float = 0.0,
    principal_paid: Floats | float = 0.0,
) -> NoteState:
    """Opening balances of the next period.

    Deferrable: unpaid interest on deferred capitalises and unpaid current interest joins the deferred balance. Not
    deferrable: whatever interest was not paid is carried as unpaid. Source: clo-liabilities-waterfall 3.2, Q12.
    """
    shortfall = due.current - paid.current
    on_deferred = due.on_deferred - paid.on_deferred
    if state.is_deferrable:
        deferred, unpaid = state.deferred + on_deferred - deferred_repaid + shortfall, state.unpaid
    else:
        deferred, unpaid = state.deferred, due.arrears - paid.arrears + shortfall + on_deferred
    return NoteState(
        balance=state.balance - principal_paid, deferred=deferred, unpaid=unpaid, is_deferrable=state.is_deferrable
    )
