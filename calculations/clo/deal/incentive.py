"""The sub notes' side of a residual: hurdle, catch-up and the incentive fee. Which step is a residual is in the lists.

Amounts are discounted at the hurdle rate a year, actual/365, from the closing date.
Source: clo-liabilities-waterfall 6; clo-extensions 1.2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Amounts, Mask, Numbers
from calculations.clo.deal.parts import Incentive

# A payment that meets the threshold but for the dust of adding its parts up has met it (Q31).
_DUST = 1e-9


@dataclass(slots=True)
class SubLedger:
    """What the sub notes got, and what stands between them and their hurdle; arrays of shape (scenarios,).

    `value` is the history's flows discounted to closing, `profit` their plain sum, `reached` whether the hurdle was
    ever met, which is for good. `fees` and `forgone` run from closing.
    """

    terms: Incentive | None
    closing: dt.date | None
    numbers: Numbers
    value: Amounts
    profit: Amounts
    reached: Mask
    fees: Amounts
    forgone: Amounts
    threshold: Amounts
    interest: Amounts
    principal: Amounts
    fee: Amounts
    growth: Any = 1

    @classmethod
    def opened(
        cls,
        terms: Incentive | None,
        closing: dt.date | None,
        analysis: dt.date,
        scenarios: int,
        numbers: Numbers,
        *,
        stops_early: bool,
    ) -> SubLedger:
        """The ledger before the first period. Flows after the analysis date are no history.

        `stops_early` (quirk LIA-32) leaves out what follows once the running value is positive. Raises ValueError
        where a hurdle has no history: the fee would be taken from the first payment.
        """
        zero = numbers.zeros(scenarios)
        value, profit, reached = zero, zero, np.zeros(scenarios, dtype=np.bool_)
        if terms is not None and terms.share is not None and terms.hurdle is not None:
            history = [flow for flow in terms.history if flow.date <= analysis]
            if not history or closing is None:
                raise ValueError(
                    "incentive.history and dates.closing: expected the sub notes' flows since closing, found none"
                )
            for flow in history:
                amount = numbers.of(flow.amount)
                value = value + amount / _growth(terms, closing, flow.date, numbers)
                profit = profit + amount
                if value[0] > 0:
                    reached = ~np.zeros(scenarios, dtype=np.bool_)
                    if stops_early:
                        break
        return cls(terms, closing, numbers, value, profit, reached, zero, zero, zero, zero, zero, zero)

    @property
    def is_shared(self) -> bool:
        return self.terms is not None and bool(self.terms.share) and self.terms.hurdle is not None

    def open(self, payment_date: dt.date) -> None:
        """Strike the threshold of a payment date: what lifts the return since closing to the hurdle."""
        self.interest = self.principal = self.fee = self.value * 0
        if self.is_shared:
            self.growth = _growth(self.terms, self.closing, payment_date, self.numbers)  # type: ignore[arg-type]
            self.threshold = np.where(self.reached, self.value * 0, -self.value * self.growth)

    @property
    def remaining(self) -> Amounts:
        """What must still be paid this period to reach the hurdle."""
        rest = np.maximum(self.threshold - self.interest - self.principal, 0)
        return np.where(self.reached, rest * 0, rest)

    def take(self, cash: Amounts, book: str, payable: bool | Mask = True) -> None:
        """All of `cash` through the split, booked as `interest` or `principal` of the sub notes."""
        to_sub = cash
        if self.is_shared:
            assert self.terms is not None
            below = np.minimum(cash, self.remaining)
            paid = self.interest + self.principal + below
            short = self.threshold - paid
            dust = _DUST if short.dtype != object else 0
            # an ended or skipped scenario offers no cash, and cannot reach a hurdle by that
            self.reached = self.reached | np.asarray(
                (short <= dust * np.abs(self.threshold)) & (cash > 0), dtype=np.bool_
            )
            fee = self._fee(cash - below, paid)
            if payable is not True:
                self.forgone = self.forgone + np.where(payable, fee * 0, fee)
                fee = np.where(payable, fee, fee * 0)
            to_sub = cash - fee
            self.fee = self.fee + fee
            self.fees = self.fees + fee
        if book == "interest":
            self.interest = self.interest + to_sub
        else:
            self.principal = self.principal + to_sub

    def _fee(self, beyond: Amounts, paid: Amounts) -> Amounts:
        """The manager's share of what is beyond the hurdle, after its catch-up where it has one."""
        assert self.terms is not None
        share = self.numbers.of(self.terms.share or 0)
        if self.terms.catch_up is None:
            return self.numbers.struck(beyond * share)
        rate = self.numbers.of(self.terms.catch_up)
        profit = self.profit + paid
        wanted = ((profit - self.forgone) * share - (self.fees + self.forgone) * (1 - share)) / (rate - share)
        caught = np.minimum(beyond, np.maximum(wanted, 0))
        return self.numbers.struck(caught * rate + (beyond - caught) * share)

    def roll(self) -> None:
        paid = self.interest + self.principal
        self.profit = self.profit + paid
        if self.is_shared:
            self.value = self.value + paid / self.growth


def _growth(terms: Incentive, closing: dt.date, day: dt.date, numbers: Numbers) -> Any:
    years = numbers.of((day - closing).days) / 365
    return (1 + numbers.of(terms.hurdle or 0)) ** years
