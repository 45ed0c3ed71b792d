"""What one payment date computed, line by line, in exact decimals. How it is computed is in `payment_date`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StepLine:
    """One step of one list; `legs` are the payees of a fee, or of the incentive fee in a residual, by name."""

    list_name: str
    number: int
    kind: str
    due: Decimal
    paid: Decimal
    cash_after: Decimal
    legs: Mapping[str, Decimal]


@dataclass(frozen=True)
class TestLine:
    numerator: Decimal
    denominator: Decimal
    ratio: Decimal | None
    trigger: Decimal
    passed: bool
    interest_cure: Decimal


@dataclass(frozen=True)
class NoteLine:
    interest_due: Decimal
    interest_paid: Decimal
    deferred_paid: Decimal
    principal_paid: Decimal
    closing_balance: Decimal
    closing_deferred: Decimal
    closing_unpaid: Decimal


@dataclass(frozen=True)
class PaymentDateResult:
    """Everything that the date computed. `interest_pool` and `principal_pool` are what the lists had to spend;
    `principal_carried` what stays in the principal account; `findings` are sentences, critical ones first word."""

    deal_id: str
    payment_date: dt.date
    interest_pool: Decimal
    principal_pool: Decimal
    principal_carried: Decimal
    numerators: Mapping[str, Decimal]
    tests: Mapping[str, TestLine]
    steps: tuple[StepLine, ...]
    notes: Mapping[str, NoteLine]
    fees_accrued: Mapping[str, Decimal]
    fees_unpaid: Mapping[str, Decimal]
    accounts: Mapping[str, tuple[Decimal, Decimal]]
    sub_interest: Decimal
    sub_principal: Decimal
    incentive_fee: Decimal
    in_default: bool
    findings: tuple[str, ...]

    def step(self, list_name: str, number: int) -> StepLine:
        return next(line for line in self.steps if (line.list_name, line.number) == (list_name, number))
