"""What a run of a deal's liabilities found, as frozen arrays. How it is found is in `engine`.

Amounts are in deal currency, unrounded. Flows are of shape (scenarios, periods); balances (scenarios, periods + 1), the
last column what is left after the last period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[Any]


@dataclass(frozen=True, eq=False)
class NoteResult:
    balance: Amounts
    deferred: Amounts
    unpaid: Amounts
    interest_accrued: Amounts  # on the balance
    on_deferred_accrued: Amounts
    interest_paid: Amounts  # unpaid, current and on deferred
    deferred_repaid: Amounts
    principal_paid: Amounts


@dataclass(frozen=True, eq=False)
class FeeResult:
    accrued: Amounts
    paid: Amounts
    unpaid: Amounts  # (scenarios, periods + 1)
    deferred: Amounts  # the part of it that a clause deferred
    legs: Mapping[str, Amounts]  # what was paid by payee, where the fee has several


@dataclass(frozen=True, eq=False)
class CurePayments:
    """What was paid for a coverage test: by tests above it before its own cure was struck, and by its own covers.

    `interest` and `principal` say whose money paid, the list's. Source: clo-liabilities-waterfall 4.3.
    """

    prior_interest: Amounts
    prior_principal: Amounts
    own_interest: Amounts
    own_principal: Amounts

    @classmethod
    def none(cls, like: Amounts) -> CurePayments:
        return cls(*(like * 0,) * 4)

    def plus(self, paid: Amounts, money: str, *, is_own: bool) -> CurePayments:
        """With what a cover `paid` out of the `interest` or the `principal` list."""
        name = f"{'own' if is_own else 'prior'}_{money}"
        return replace(self, **{name: getattr(self, name) + paid})


@dataclass(frozen=True, eq=False)
class TestResult:
    """`cures` where steps were recorded."""

    numerator: Amounts
    denominator: Amounts
    passed: Amounts
    trigger: float
    cures: CurePayments | None = None

    @property
    def ratio(self) -> Amounts:
        """nan where there is no denominator."""
        out = np.full(self.denominator.shape, np.nan)
        return np.divide(self.numerator, self.denominator, out=out, where=self.denominator > 0)


@dataclass(frozen=True, eq=False)
class StepResult:
    due: Amounts
    paid: Amounts
    cash_after: Amounts


@dataclass(frozen=True, eq=False)
class EquityResult:
    interest: Amounts
    principal: Amounts
    incentive_fee: Amounts
    threshold: Amounts
    hurdle_reached: Amounts
    discounted_value: Amounts  # the history's value at closing after each payment date
    fee_legs: Mapping[str, Amounts]  # the incentive fee by payee, where it has several


@dataclass(frozen=True, eq=False)
class AccountFlows:
    """What went into an account and out of it each period: its balance moves by the two."""

    paid_in: Amounts
    paid_out: Amounts


@dataclass(frozen=True, eq=False)
class Collections:
    """Cash that came in from outside, and purchased accrued interest on its way from interest to principal."""

    interest: Amounts
    principal: Amounts  # recoveries included
    recoveries: Amounts
    purchased_accrued: Amounts
    hedges: Amounts  # received where a hedge was closed out
    sales: Amounts


@dataclass(frozen=True, eq=False)
class DealResult:
    """`sources` and `uses` are cash into and out of the lists; `steps` is by list and step number, where asked for.

    `collections` too. `created` is cash a quirk made, by quirk. `last_period` (scenarios,) counts from 1. `assumptions` are sentences on
    what the run took for granted.
    """

    notes: Mapping[str, NoteResult]
    fees: Mapping[str, FeeResult]
    tests: Mapping[str, TestResult]
    equity: EquityResult
    accounts: Mapping[str, Amounts]
    account_flows: Mapping[str, AccountFlows]
    interest_proceeds: Amounts
    principal_proceeds: Amounts
    fee_basis: Amounts
    reinvested: Amounts
    purchased_accrued: Amounts
    event_of_default: Amounts
    liquidating: Amounts
    overdraft_above_limit: Amounts  # where the principal account is overdrawn by more than the deal allows
    last_period: Amounts
    steps: Mapping[tuple[str, int], StepResult]
    collections: Collections | None
    created: Mapping[str, Amounts]
    assumptions: tuple[str, ...]


def joined(parts: Sequence[Any]) -> Any:
    """Results of groups of scenarios as one, group after group."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, dict):
        return {key: joined([part[key] for part in parts]) for key in first}
    if is_dataclass(first):
        return type(first)(**{f.name: joined([getattr(part, f.name) for part in parts]) for f in fields(first)})  # type: ignore[misc]
    return first
