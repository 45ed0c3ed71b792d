"""The state of one payment date before any payment, from what reports state: opening balances, accruals, pools. The lists
are walked in `payment_date`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Amounts, Cents
from calculations.clo.deal.parts import Flow
from calculations.clo.deal.payment_date_inputs import PaymentDateInputs
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.terms import Deal

CENTS = Cents()


def one(amount: Decimal) -> Amounts:
    """An amount as the array of one scenario that lists are walked with."""
    return np.array([amount], dtype=object)


def exact(amounts: Any) -> Decimal:
    """The amount that such an array holds."""
    return Decimal(np.asarray(amounts, dtype=object).reshape(-1)[0])


_CONTINUES = {
    "note": {"opening_balance": "closing_balance", "opening_deferred": "closing_deferred"},
    "account": {f"opening_{bucket}": f"closing_{bucket}" for bucket in ("interest", "principal")},
    "period": {"accrual_start": "accrual_end"},
}


def opening_breaks(previous: PaymentDateInputs, inputs: PaymentDateInputs) -> tuple[str, ...]:
    """What opens otherwise than the date before closed: one critical sentence for each cell; none where all continue.

    A closing that was not reported is not compared. Source: clo-extensions 5.1, OPENING_BREAK.
    """
    found = []
    for (item, key, measure), value in sorted(inputs.given.items()):
        closing = _CONTINUES.get(item, {}).get(measure)
        if closing is None:
            continue
        cell = (item, key, closing)
        before = previous.reported.get(cell, previous.given.get(cell))
        if before is not None and before != value:
            found.append(
                f"critical: OPENING_BREAK: {item} {key} {measure} expected {before}, {closing} of "
                f"{previous.payment_date}, found {value}"
            )
    return tuple(found)


def with_openings(deal: Deal, inputs: PaymentDateInputs) -> Deal:
    """The deal with the balances that the reports state before the payment date."""
    amount = inputs.amount
    notes = {
        name: note
        if note.equity
        else replace(
            note,
            balance=amount("note", name, "opening_balance"),
            deferred=amount("note", name, "opening_deferred"),
            unpaid=amount("note", name, "opening_unpaid"),
        )
        for name, note in deal.notes.items()
    }
    accounts = {
        name: replace(
            account,
            initial=Decimal(0),
            interest=_after_transfers(name, "interest", inputs),
            principal=_after_transfers(name, "principal", inputs),
        )
        for name, account in deal.accounts.items()
    }
    history = tuple(
        Flow(date=dt.date.fromisoformat(key), amount=value)
        for (item, key, _), value in sorted(inputs.given.items())
        if item == "equity"
    )
    zero = Decimal(0)
    return replace(
        deal,
        notes=notes,
        accounts=accounts,
        fees={name: replace(fee, unpaid=amount("fee", name, "opening_unpaid")) for name, fee in deal.fees.items()},
        caps={
            name: replace(cap, carried=(amount("fee", name, "cap_carried", zero),)) for name, cap in deal.caps.items()
        },
        incentive=None
        if deal.incentive is None
        else replace(deal.incentive, history=history or deal.incentive.history),
    )


def _after_transfers(name: str, bucket: str, inputs: PaymentDateInputs) -> Decimal:
    zero, amount = Decimal(0), inputs.amount
    moved = amount("account", name, f"transfer_in_{bucket}", zero) - amount(
        "account", name, f"transfer_out_{bucket}", zero
    )
    return amount("account", name, f"opening_{bucket}") + moved


def accrue(state: PeriodState, dates: PaymentDates, inputs: PaymentDateInputs) -> None:
    """What notes, fees, caps and dues claim on the date; a stated coupon or accrual stands before a computed one.

    Source: clo-extensions 4.2, 4.7, 4.8, 5.1.
    """
    zero = Decimal(0)
    for name, note in state.notes.items():
        stated = inputs.given.get(("note", name, "coupon"))
        index = inputs.amount("index", note.terms.index or "-", "level", zero)
        terms = note.terms if stated is None else replace(note.terms, fixed=stated, spread=None)
        if note.terms.defers_unless_controlling:
            note.defers = state.has_senior_balance(name)
        note.accrue(coupon_factor(terms, name, dates, 0, index, CENTS), CENTS)
    first, last = dates.accrual(0)
    for name, fee in state.fees.items():
        if (
            stated := inputs.given.get(("fee", name, "accrued" if fee.terms.kind != "claims" else "claims"))
        ) is not None:
            fee.claim(CENTS.struck(one(stated)))
            continue
        basis = one(inputs.amount("fee", name, "basis", zero))
        index = inputs.amount("index", "-", "level", zero)
        fraction = CENTS.year_fraction(first, last, fee.terms.day_count)
        fee.accrue(basis, one(Decimal(1)), fraction, index, CENTS, first_for_ever=False)
    for name, cap in state.caps.items():
        basis = one(inputs.amount("fee", name, "basis", zero))
        cap.open(basis, CENTS.year_fraction(first, last, cap.terms.day_count), CENTS)
    for name, due in state.dues.items():
        stated = inputs.amount("due", name, "amount") if due.terms.is_stated else due.terms.amount
        due.claim(CENTS.struck(one(Decimal(stated))))


def proceeds(deal: Deal, inputs: PaymentDateInputs) -> tuple[Decimal, Decimal]:
    """The interest pool, and the principal account before any payment, which may be overdrawn.

    Source: clo-extensions 3.6, 4.10, 4.15.
    """
    zero, amount = Decimal(0), inputs.amount
    recovered = amount("proceeds", "purchased_accrued", "recovered", zero)
    pools = {"interest": -recovered, "principal": recovered}
    for bucket in pools:
        pools[bucket] += amount("proceeds", bucket, "collected")
        for name, account in deal.accounts.items():
            if account.type == 2:
                pools[bucket] += amount("account", name, f"opening_{bucket}")
            else:
                if account.type != 4:  # what leaves revolver funding goes to a borrower
                    pools[bucket] += amount("account", name, f"transfer_out_{bucket}", zero)
                pools[bucket] -= amount("account", name, f"transfer_in_{bucket}", zero)
    return pools["interest"], pools["principal"]
