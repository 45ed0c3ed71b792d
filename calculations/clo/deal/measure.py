"""Numerators and denominators of a period's tests, struck once before any payment. Pass rule and cures are in `cures`."""

from __future__ import annotations

from typing import Any

import numpy as np

from calculations.clo.columns import Flags
from calculations.clo.deal.amounts import Amounts
from calculations.clo.deal.cures import TestLedger, passes
from calculations.clo.deal.parts import CoverageTest
from calculations.clo.deal.pay import interest_before
from calculations.clo.deal.state import PeriodState


def measured(
    state: PeriodState, adjusted_par: Amounts, plain_par: Amounts, interest: Amounts
) -> tuple[dict[str, TestLedger], tuple[str, ...]]:
    """Every test with a trigger, and those that steps name from the most senior down.

    An OC denominator is the sum of test balances, an IC denominator of interest due; an IC numerator is the interest
    pool less fees. Arrays of shape (scenarios,). Source: clo-liabilities-waterfall 4.1.
    """
    found: dict[str, TestLedger] = {}
    for name, test in state.deal.tests.items():
        if test.trigger is None:
            continue
        balance = _total(state, test.denominator, "test_balance")
        if test.kind == "oc":
            numerator = adjusted_par if test.numerator == "adjusted_par" else plain_par
            denominator = balance
        else:
            numerator = _interest_numerator(state, test, interest)
            denominator = _total(state, test.denominator, "interest_due")
        found[name] = TestLedger(name, test, state.numbers.of(test.trigger), numerator, denominator, balance)
    return found, tuple(name for name in state.ranked_tests if name in found)


def event_of_default(state: PeriodState, adjusted_par: Amounts, plain_par: Amounts) -> Flags:
    """Where the default ratio fails, (scenarios,). Source: clo-liabilities-waterfall 4.1; clo-extensions 4.5."""
    terms = state.deal.event_of_default
    if terms is None or terms.ratio is None or terms.ratio.trigger is None:
        return np.zeros(state.scenarios, dtype=np.bool_)
    numerator = plain_par if terms.ratio.numerator == "plain_par" else adjusted_par
    denominator = _total(state, terms.ratio.denominator, "test_balance")
    return ~passes(numerator, denominator, state.numbers.of(terms.ratio.trigger))


def _total(state: PeriodState, names: tuple[str, ...], figure: str) -> Any:
    amounts = [getattr(state.notes[name], figure) for name in names]
    return sum(amounts[1:], amounts[0])


def _interest_numerator(state: PeriodState, test: CoverageTest, interest: Amounts) -> Amounts:
    if test.less_paid_before is not None:
        return interest_before(state, test.less_paid_before["interest"], interest)
    for fee in test.less_fees or ():
        interest = interest - state.fees[fee].accrued
    return interest
