"""A loan by its contract: when it pays, what it pays, and what it is carried at. Losses and markets do not belong here.

Periods are level: each pays the rate of the year over the number of periods, whatever its days.
Source: nav 2 (M-PD), E-12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from calculations.months import add_months, as_date
from calculations.nav.amortised_cost import carried_forward, effective_rate
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

MONTHS = 12
ZERO = Decimal(0)
# What division leaves of a balance that level payments repay: far below a stored unit.
_REST = Decimal("1e-20")


@dataclass(frozen=True)
class Payment:
    """What a period ends with. `kept` is interest paid in kind, which the balance grows by; `fee` is the lender's."""

    interest: Decimal
    principal: Decimal
    kept: Decimal = ZERO
    fee: Decimal = ZERO

    @property
    def cash(self) -> Decimal:
        with precise():
            return self.interest + self.principal + self.fee


@dataclass(frozen=True)
class Carried:
    """A loan after its last payment: carrying amount, effective rate a period, and the balance that earns interest."""

    amount: Decimal
    rate: Decimal
    balance: Decimal


def payment_dates(origination: dt.date, maturity: dt.date, frequency: int) -> tuple[dt.date, ...]:
    """Every 12 / `frequency` months back from maturity, days rising, origination left out.

    Raises Unavailable UNSUPPORTED_CONVENTION for a frequency that does not divide the year and for a first period that
    is not a whole one, BAD_SCHEDULE for a maturity that is not after origination.
    """
    if frequency not in (1, 2, 4, 12):
        raise Unavailable("UNSUPPORTED_CONVENTION", f"payment frequency must be 1, 2, 4 or 12, found {frequency}")
    if maturity <= origination:
        raise Unavailable("BAD_SCHEDULE", f"maturity must be after origination {origination}, found {maturity}")
    step = MONTHS // frequency
    found: list[dt.date] = []
    while not found or found[-1] > origination:
        found.append(as_date(add_months(maturity, -step * len(found))))
    if found.pop() != origination:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION",
            f"periods of {step} months must lead from {origination} to {maturity}: a first period of another length "
            f"has no level effective rate",
        )
    return tuple(reversed(found))


def bullet(balance: Decimal, rate: Decimal, kept_rate: Decimal, count: int) -> tuple[Payment, ...]:
    """`count` periods of interest at `rate` a period, the balance with all that was kept with the last one."""
    paid = []
    with precise():
        for at in range(count):
            kept = balance * kept_rate
            is_last = at + 1 == count
            paid.append(Payment(balance * rate, balance + kept if is_last else ZERO, kept))
            balance += kept
    return tuple(paid)


def level(balance: Decimal, rate: Decimal, kept_rate: Decimal, count: int) -> tuple[Payment, ...]:
    """`count` equal payments of interest and principal.

    Raises Unavailable UNSUPPORTED_CONVENTION for interest in kind.
    """
    if kept_rate:
        raise Unavailable("UNSUPPORTED_CONVENTION", "a loan of level payments cannot pay interest in kind")
    paid = []
    with precise():
        payment = balance * rate / (1 - (1 + rate) ** -count) if rate else balance / count
        for _ in range(count):
            paid.append(Payment(balance * rate, payment - balance * rate))
            balance -= payment - balance * rate
    return tuple(paid)


def balances(principal: Decimal, payments: Sequence[Payment]) -> tuple[Decimal, ...]:
    """The balance before the first payment and after each. Raises Unavailable BAD_SCHEDULE where it is not repaid."""
    with precise():
        found = tuple(accumulate(payments, lambda left, paid: left - paid.principal + paid.kept, initial=principal))
    if abs(found[-1]) > _REST or min(found) < -_REST:
        raise Unavailable("BAD_SCHEDULE", f"payments must repay {principal} and no more, found {found[-1]} left")
    return found


def carried(
    cost: Decimal, principal: Decimal, payments: Sequence[Payment], received: Sequence[Decimal | None]
) -> Carried:
    """At one effective rate, that of the contract, after as many payments as were `received`; None: as contracted."""
    owed = balances(principal, payments)
    rate = effective_rate(cost, [payment.cash for payment in payments])
    brought = [due.cash if got is None else got for due, got in zip(payments, received, strict=False)]
    amount = (cost, *carried_forward(cost, rate, brought))[-1]
    return Carried(amount, rate, owed[len(brought)])


def carried_with_resets(
    cost: Decimal,
    principal: Decimal,
    rates: Sequence[Decimal],
    count: int,
    plan: Callable[[Decimal, Decimal, int], Sequence[Payment]],
    received: Sequence[Decimal | None],
) -> Carried:
    """After as many payments as were `received`; `rates` has one more, that of the current period. The effective rate
    is solved anew with each.

    A reset does not change what the loan is carried at, only what that earns until the next one. `plan` gives the
    payments of a balance, at a rate, over the periods left of `count`. Source: nav 2 (M-PD), IFRS 9 B5.4.5.
    """
    amount, balance = cost, principal
    for at, (rate, got) in enumerate(zip(rates, received, strict=False)):
        left = plan(balance, rate, count - at)
        effective = effective_rate(amount, [payment.cash for payment in left])
        (amount,) = carried_forward(amount, effective, [left[0].cash if got is None else got])
        balance = balances(balance, left)[1]
    left = plan(balance, rates[-1], count - len(received))
    return Carried(amount, effective_rate(amount, [payment.cash for payment in left]), balance)
