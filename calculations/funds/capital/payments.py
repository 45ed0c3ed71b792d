"""Payment records applied to notice records, in Decimal. The arithmetic is in `settlement`, overdue and default days in `dates`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from calculations.calendars import Days, as_days
from calculations.exact.minor_units import in_money, minor_units
from calculations.funds.capital.settlement import STATUSES, Moves, NoticeStatus, settle, statuses
from calculations.funds.capital.terms import Overpayment
from calculations.months import as_date

ZERO = Decimal(0)


class PaymentStatus(StrEnum):
    """Only PAID has moved money. REVERSED has until the day of the payment that reverses it; without one it never did."""

    PENDING = "PENDING"
    PROCESSED = "PROCESSED"
    PAID = "PAID"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


@dataclass(frozen=True)
class Payable:
    """A notice to be paid. `decided` is WAIVED or CANCELLED where that was decided, None where its standing follows."""

    notice_id: str
    amount: Decimal
    overdue_from: dt.date | None = None
    defaulted_from: dt.date | None = None
    decided: NoticeStatus | None = None


@dataclass(frozen=True)
class Payment:
    """`amount` > 0; with `reverses_payment_id` it takes that much of the earlier payment back."""

    payment_id: str
    notice_id: str
    amount: Decimal
    value_date: dt.date
    status: PaymentStatus = PaymentStatus.PAID
    reverses_payment_id: str | None = None


@dataclass(frozen=True)
class Standing:
    """A notice after its payments. `credit` is what was paid beyond what is owed; `refused` names the payments refused."""

    notice_id: str
    status: NoticeStatus
    paid: Decimal
    outstanding: Decimal
    credit: Decimal
    payment_date: dt.date | None
    refused: tuple[str, ...]


def apply_payments(
    notices: Sequence[Payable], payments: Sequence[Payment], as_of: dt.date, overpayment: Overpayment, unit: Decimal
) -> tuple[Standing, ...]:
    """Each notice as it stands on `as_of`, in the order given; the order of payments does not matter.

    paid = sum of the payments that moved money by then; outstanding = max(0, amount - paid). A waived notice owes what
    was paid, a cancelled one nothing. Raises ValueError, naming the payment, for an unknown notice, an amount that is
    not above zero, a repeated id, or a reversal of what was never paid, of another notice, or of more than was paid.
    Source: fund-admin CC-7, CC-9; input-contracts 3, Payments.
    """
    number = {notice.notice_id: place for place, notice in enumerate(notices)}
    if len(number) != len(notices):
        raise ValueError("expected each notice once, found a notice id repeated")
    moved = _moved(payments, number, as_of)
    place = {payment.payment_id: at for at, payment in enumerate(moved)}
    signs = np.array([-1 if payment.reverses_payment_id else 1 for payment in moved], dtype=np.int64)
    moves = Moves(
        notice=np.array([number[payment.notice_id] for payment in moved], dtype=np.int64),
        day=as_days([payment.value_date for payment in moved]),
        amount=minor_units((payment.amount for payment in moved), unit) * signs,
        reverses=np.array([place.get(payment.reverses_payment_id or "", -1) for payment in moved], dtype=np.int64),
    )
    amounts = minor_units((notice.amount for notice in notices), unit)
    settled = settle(amounts, moves, overpayment)
    codes = statuses(
        settled, as_of, _days([n.overdue_from for n in notices]), _days([n.defaulted_from for n in notices])
    )
    refused: dict[int, list[str]] = {}
    for at in np.flatnonzero(settled.is_refused):
        refused.setdefault(int(moves.notice[at]), []).append(moved[at].payment_id)
    return tuple(
        _standing(
            notice,
            STATUSES[codes[i]],
            in_money(settled.paid[i], unit),
            None if np.isnat(settled.paid_on[i]) else as_date(settled.paid_on[i]),
            tuple(refused.get(i, ())),
        )
        for i, notice in enumerate(notices)
    )


def _standing(
    notice: Payable, derived: NoticeStatus, paid: Decimal, paid_on: dt.date | None, refused: tuple[str, ...]
) -> Standing:
    owed = notice.amount
    if notice.decided is NoticeStatus.WAIVED:
        owed = min(paid, owed)
    elif notice.decided is NoticeStatus.CANCELLED:
        owed = ZERO
    left = owed - paid
    return Standing(
        notice.notice_id, notice.decided or derived, paid, max(left, ZERO), max(-left, ZERO), paid_on, refused
    )


def _moved(payments: Sequence[Payment], number: dict[str, int], as_of: dt.date) -> list[Payment]:
    """The payments that had moved money by `as_of`, by id, once all of them are known to make sense."""
    known = {payment.payment_id: payment for payment in payments}
    if len(known) != len(payments):
        raise ValueError("expected each payment once, found a payment id repeated")
    taken_back: dict[str, Decimal] = {}
    for payment in payments:
        if payment.notice_id not in number:
            raise ValueError(
                f"payment {payment.payment_id}: expected a notice that is given, found {payment.notice_id!r}"
            )
        if payment.amount <= 0:
            raise ValueError(f"payment {payment.payment_id}: expected an amount > 0, found {payment.amount}")
        if payment.reverses_payment_id is not None and payment.status is PaymentStatus.PAID:
            _require_reversible(payment, known.get(payment.reverses_payment_id))
            back = taken_back.get(payment.reverses_payment_id, ZERO) + payment.amount
            taken_back[payment.reverses_payment_id] = back
    for payment_id, back in taken_back.items():
        if back > known[payment_id].amount:
            raise ValueError(
                f"payment {payment_id}: expected reversals of at most {known[payment_id].amount}, found {back}"
            )
    has_moved = {
        payment.payment_id
        for payment in payments
        if payment.status is PaymentStatus.PAID
        or (payment.status is PaymentStatus.REVERSED and payment.payment_id in taken_back)
    }
    moved = [p for p in payments if p.payment_id in has_moved and p.value_date <= as_of]
    return sorted(moved, key=lambda payment: payment.payment_id)


def _require_reversible(payment: Payment, original: Payment | None) -> None:
    if original is None or original.status not in (PaymentStatus.PAID, PaymentStatus.REVERSED):
        found = "none" if original is None else f"one that is {original.status}"
        raise ValueError(f"payment {payment.payment_id}: expected to reverse a payment that was made, found {found}")
    if (original.notice_id, None) != (payment.notice_id, original.reverses_payment_id):
        raise ValueError(
            f"payment {payment.payment_id}: expected to reverse a receipt of notice {payment.notice_id}, "
            f"found {original.payment_id} of {original.notice_id}"
        )
    if payment.value_date < original.value_date:
        raise ValueError(
            f"payment {payment.payment_id}: expected a reversal on or after {original.value_date}, found {payment.value_date}"
        )


def _days(dates: Sequence[dt.date | None]) -> Days:
    return as_days([np.datetime64("NaT") if date is None else np.datetime64(date) for date in dates])
