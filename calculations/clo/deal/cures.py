"""Coverage tests of a period: ratio, result, and the cure still unmet as payments are credited. Where the numerators
come from does not belong here.

With T trigger, N numerator, D denominator: an interest cure pays notes with money outside N until N / (D - x) = T; a
principal cure pays them with money inside N until (N - x) / (D - x) = T. `paid_interest` and `paid_principal` are the
cure money paid so far over all tests at or above. Source: clo-liabilities-waterfall 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Amounts, Mask, is_any
from calculations.clo.deal.parts import CoverageTest
from calculations.clo.deal.results import CurePayments

# Equality up to double-precision dust is equality (clo-compliance 1.2).
DUST = 1e-12


def passes(numerator: Any, denominator: Any, trigger: Any, *, at_least: bool = False) -> Mask:
    """Strictly above the trigger (or at least it), and wherever there is no denominator. Source: 4.2, Q17."""
    target = denominator * trigger
    if isinstance(numerator, np.ndarray) and numerator.dtype == object:
        ok = numerator >= target if at_least else numerator > target
    else:
        dust = DUST * np.abs(target)
        ok = numerator - target >= -dust if at_least else numerator - target > dust
    return np.asarray((denominator <= 0) | ok, dtype=np.bool_)


def interest_cure(numerator: Any, denominator: Any, trigger: Any) -> Any:
    """D - N / T. Source: clo-liabilities-waterfall 4.3."""
    return denominator - numerator / trigger


def principal_cure(numerator: Any, denominator: Any, trigger: Any) -> Any:
    """(T D - N) / (T - 1), for a trigger above 1. Source: clo-liabilities-waterfall 4.3."""
    return (denominator * trigger - numerator) / (trigger - 1)


@dataclass(slots=True)
class TestLedger:
    """One test as measured before any payment; arrays of shape (scenarios,). `liability` is the OC denominator of the
    same classes, which scales an IC cure."""

    name: str
    terms: CoverageTest
    trigger: Any
    numerator: Amounts
    denominator: Amounts
    liability: Amounts
    failed: Mask = field(init=False)
    may_fail: bool = field(init=False)
    paid_interest: Any = 0
    paid_principal: Any = 0
    again_interest: Any = 0  # second credit of the test's own payment (quirk LIA-02)
    cures: CurePayments | None = None  # what a report shows; None where nobody asked for it

    def __post_init__(self) -> None:
        at_least = self.terms.passes == "at_least"
        self.failed = ~passes(self.numerator, self.denominator, self.trigger, at_least=at_least)
        self.may_fail = is_any(self.failed)

    @property
    def ratio(self) -> Amounts:
        """N / D; nan where there is no denominator."""
        if self.denominator.dtype == object:
            has_debt = self.denominator > 0
            return np.where(has_debt, self.numerator / np.where(has_debt, self.denominator, 1), np.nan)
        out = np.full(self.denominator.shape, np.nan)
        return np.divide(self.numerator, self.denominator, out=out, where=self.denominator > 0)

    def unmet(self, arithmetic: str) -> Amounts:
        """The cure still unmet in a list whose money counts as `interest` or `principal`; 0 where the test passed."""
        if self.terms.kind == "ic":
            amount = (
                self.liability * (1 - self._ratio_or_one() / self.trigger) - self.paid_interest - self.paid_principal
            )
        else:
            rest = interest_cure(self.numerator, self.denominator, self.trigger)
            rest = rest - self.paid_interest - self.again_interest
            if arithmetic == "interest":
                amount = rest
            elif self.trigger <= 1:  # principal repaid cannot raise the ratio to such a trigger
                return self.numerator * 0
            else:
                amount = principal_cure(self.numerator, self.denominator - self.paid_interest, self.trigger)
                # once the interest cure is complete there is nothing left to cure from principal
                amount = np.where(rest > 0, amount - self.paid_principal, 0)
        return np.where(self.failed, np.maximum(amount, 0), 0)

    def par_unmet(self) -> Amounts:
        """What must be added to par so that the ratio is the trigger: T D - N. Source: clo-liabilities-waterfall Q20."""
        amount = (self.denominator - self.paid_interest) * self.trigger - self.numerator
        return np.where(self.failed, np.maximum(amount, 0), 0)

    def _ratio_or_one(self) -> Amounts:
        return self.numerator / np.where(self.denominator > 0, self.denominator, 1)

    def credit(self, paid: Amounts, arithmetic: str) -> None:
        if arithmetic == "interest":
            self.paid_interest = self.paid_interest + paid
        else:
            self.paid_principal = self.paid_principal + paid


def credit_cure(
    tests: Mapping[str, TestLedger], order: Sequence[str], oc: str, paid: Amounts, arithmetic: str, list_name: str
) -> None:
    """Credit a cure paid for OC test `oc` to its own pair of tests and to every junior one of `order`.

    Source: clo-liabilities-waterfall 4.3.
    """
    own = tests[oc]
    for name in order[list(order).index(oc) :]:
        if name not in own.terms.never_credits:
            tests[name].credit(paid, arithmetic)
    if list_name in own.terms.credits_itself_again and arithmetic == "interest":
        own.again_interest = own.again_interest + paid


def note_cure(
    tests: Mapping[str, TestLedger],
    order: Sequence[str],
    pair: Sequence[str],
    paid: Amounts,
    arithmetic: str,
    money: str,
) -> None:
    """Note a cure that the tests of `pair` (OC first) are about to be credited with, as it is reported.

    A test's own payment and what tests above it paid are each no more than the cure that the test still lacks, so that a
    test that passes shows nothing. `money` is the list's, `interest` or `principal`, whatever the cure's arithmetic.
    Source: clo-liabilities-waterfall 4.3.
    """
    own = tests[pair[0]]
    for name in order[list(order).index(pair[0]) :]:
        if name in own.terms.never_credits:
            continue
        test = tests[name]
        held = test.cures or CurePayments.none(test.numerator)
        test.cures = held.plus(np.minimum(paid, test.unmet(arithmetic)), money, is_own=name in pair)
