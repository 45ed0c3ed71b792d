"""Payments of many notices applied in order of their days, in arrays: paid, outstanding, credit, standing. Records are in `payments`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.calendars import DaysLike, Flags, as_days
from calculations.daycount import Days, Ints
from calculations.funds.capital.terms import Overpayment


class NoticeStatus(StrEnum):
    PENDING = "PENDING"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    OVERDUE = "OVERDUE"
    DEFAULTED = "DEFAULTED"
    WAIVED = "WAIVED"
    CANCELLED = "CANCELLED"


STATUSES = tuple(NoticeStatus)
CODE = {status: code for code, status in enumerate(STATUSES)}


@dataclass(frozen=True, eq=False)
class Moves:
    """Money in on notices, `amount` > 0 (negative where a payment is taken back), in any order; all (moves,).

    `reverses` is the number of the move taken back, -1 for none.
    """

    notice: Ints
    day: Days
    amount: Ints
    reverses: Ints


@dataclass(frozen=True, eq=False)
class Settled:
    """What became of notices, (notices,), and of moves, (moves,). `paid_on` is the day of full payment, NaT while there is none."""

    paid: Ints
    outstanding: Ints
    credit: Ints
    paid_on: Days
    is_refused: Flags


def settle(amounts: Ints, moves: Moves, overpayment: Overpayment) -> Settled:
    """Moves applied notice by notice in order of day, on one day receipts before reversals, then in the order given.

    paid = sum of what was applied; outstanding = max(0, amount - paid); credit = max(0, paid - amount). Under REFUSE a
    payment that would exceed the amount is refused whole, and with it its reversal. Source: fund-admin CC-9.
    """
    order = np.lexsort((np.arange(moves.day.size), moves.amount < 0, moves.day, moves.notice))
    notice = moves.notice[order]
    counts = np.bincount(notice, minlength=amounts.size)
    rank = np.arange(order.size) - (np.cumsum(counts) - counts)[notice]
    paid = np.zeros(amounts.size, dtype=np.int64)
    paid_on = np.full(amounts.size, np.datetime64("NaT"), dtype="datetime64[D]")
    is_refused = np.zeros(order.size, dtype=np.bool_)
    # The k-th moves of all notices at once: whether one is refused depends on those before it of the same notice only.
    for place in range(int(counts.max(initial=0))):
        move = order[rank == place]
        of = moves.notice[move]
        after = paid[of] + moves.amount[move]
        reverses = moves.reverses[move]
        refused = (reverses >= 0) & is_refused[reverses]
        if overpayment is Overpayment.REFUSE:
            refused |= (moves.amount[move] > 0) & (after > amounts[of])
        is_refused[move] = refused
        paid[of] = np.where(refused, paid[of], after)
        is_full = paid[of] >= amounts[of]
        first = np.where(np.isnat(paid_on[of]), moves.day[move], paid_on[of])
        paid_on[of] = np.where(is_full, first, np.datetime64("NaT"))
    left = amounts - paid
    return Settled(paid, np.maximum(left, 0), np.maximum(-left, 0), paid_on, is_refused)


def statuses(settled: Settled, as_of: DaysLike, overdue_from: DaysLike, defaulted_from: DaysLike) -> Ints:
    """The standing of each notice on `as_of`, as its place in STATUSES; WAIVED and CANCELLED are decisions, never found here.

    Paid in full is PAID, however late; else DEFAULTED or OVERDUE from their days on (NaT: never); else PARTIALLY_PAID
    or PENDING. Source: fund-admin CC-7.
    """
    day = as_days(as_of)
    found = [
        (settled.outstanding == 0, NoticeStatus.PAID),
        (day >= as_days(defaulted_from), NoticeStatus.DEFAULTED),
        (day >= as_days(overdue_from), NoticeStatus.OVERDUE),
        (settled.paid > 0, NoticeStatus.PARTIALLY_PAID),
    ]
    return np.select([where for where, _ in found], [CODE[status] for _, status in found], CODE[NoticeStatus.PENDING])
