"""Overcollateralisation tests on current balances: numerator, denominators, pass rule and cures. No payments here.

Purchased accrued interest is not counted: on current balances none is outstanding from a payment date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.ccc import CccExcess, ccc_excess
from calculations.clo.columns import Flags, Floats, named
from calculations.clo.deal.cures import interest_cure, passes, principal_cure
from calculations.clo.holdings import Pool, PoolInputs

DefaultedCarry = Literal["market_value", "lower_of_market_value_and_recovery"]


@dataclass(frozen=True)
class DealClass:
    """A class as it stands; None where a figure is unknown. A class without a trigger is in denominators only."""

    tranche_number: int  # seniority, the most senior first
    tranche_name: str
    current_balance: float | None
    deferred_balance: float | None = None
    is_deferrable: bool | None = False
    is_equity: bool = False
    oc_trigger: float | None = None


@dataclass(frozen=True)
class OcNumerator:
    """The parts of an OC numerator; those that are unknown are None, with `reason`, and the sum is None then."""

    performing_par: float
    defaulted_market_value: float
    principal_cash: float | None
    ccc_excess_haircut: float | None
    reason: str | None = None  # why a part is None
    notes: tuple[str, ...] = ()  # where an unknown price or rating was dealt with

    @property
    def total(self) -> float | None:
        if self.principal_cash is None or self.ccc_excess_haircut is None:
            return None
        return self.performing_par + self.defaulted_market_value - self.ccc_excess_haircut + self.principal_cash


@dataclass(frozen=True)
class OcTest:
    """One class's test: the columns of table `clo_oc_tests`. A figure is None where `reason` says why."""

    tranche_number: int
    tranche_name: str
    trigger_name: str
    performing_par: float
    defaulted_market_value: float
    principal_cash: float | None
    ccc_excess_haircut: float | None
    numerator: float | None
    denominator: float | None
    ratio: float | None
    threshold: float
    passed: bool | None
    interest_cure_amount: float | None
    principal_cure_amount: float | None
    reason: str | None


@dataclass(frozen=True, eq=False)
class Coverage:
    """Ratio, result and cures; arrays of one broadcast shape. `ratio` is nan where there is no denominator."""

    ratio: Floats
    passed: Flags
    interest_cure_amount: Floats
    principal_cure_amount: Floats


def oc_numerator(
    pool: Pool,
    inputs: PoolInputs,
    ccc_limit: float | None,
    *,
    flat_ccc_price: float | None = None,
    defaulted_carry: DefaultedCarry = "market_value",
) -> OcNumerator:
    """Performing par + defaulted assets at market value - CCC excess haircut + principal cash (signed).

    `ccc_limit` is the deal's limit as a fraction; where it or the cash is unknown, so is the sum.
    Source: clo-liabilities-waterfall 4.1; clo-extensions 4.11, 4.13, 4.15.
    """
    defaulted_value, notes = defaulted_market_value(pool, defaulted_carry)
    excess: CccExcess | None = None
    missing = []
    if inputs.principal_cash is None:
        missing.append("principal cash of the collection account is unknown")
    if ccc_limit is None:
        missing.append("the CCC limit is unknown")
    if inputs.principal_cash is not None and ccc_limit is not None:
        excess = ccc_excess(pool, ccc_limit, inputs.principal_cash, flat_price=flat_ccc_price)
    return OcNumerator(
        performing_par=pool.performing_par,
        defaulted_market_value=defaulted_value,
        principal_cash=inputs.principal_cash,
        ccc_excess_haircut=excess.haircut if excess else None,
        reason="; ".join(missing) or None,
        notes=notes + (excess.notes if excess else ()),
    )


def defaulted_market_value(pool: Pool, carry: DefaultedCarry = "market_value") -> tuple[float, tuple[str, ...]]:
    """Value of the defaulted assets, with notes on those that have no market value.

    Par times market value; without one, par times recovery rate; without both, 0. `carry` may ask for the lower of
    the two values. Source: clo-liabilities-waterfall 4.1; clo-extensions 4.13.
    """
    price, recovery = pool.market_value / 100.0, pool.moodys_recovery_rate
    carried = price if carry == "market_value" else np.fmin(price, recovery)
    carried = np.nan_to_num(np.where(np.isnan(price), recovery, carried))
    has_no_price = pool.is_defaulted & np.isnan(price)
    notes = []
    if (has_rate := has_no_price & ~np.isnan(recovery)).any():
        notes.append(f"no market value, defaulted par at recovery rate, for {named(pool.asset_id, has_rate)}")
    if (is_lost := has_no_price & np.isnan(recovery)).any():
        notes.append(f"neither market value nor recovery rate, defaulted par at 0, for {named(pool.asset_id, is_lost)}")
    return float((pool.par * carried)[pool.is_defaulted].sum()), tuple(notes)


def coverage(numerator: Floats | float, denominator: Floats | float, trigger: Floats | float) -> Coverage:
    """Test numerators against denominators at triggers; the three broadcast, say (scenarios, 1) with (classes,).

    Passes strictly above the trigger, and where the denominator is not above zero. A passing test has no cures.
    Interest cure D - N/T; principal cure (T D - N)/(T - 1), which is 0 at triggers up to 1: there principal repaid
    cannot raise the ratio to the trigger. Raises ValueError for a trigger not above zero.
    Source: clo-liabilities-waterfall 4.2, 4.3.
    """
    n, d, t = np.broadcast_arrays(*(np.asarray(item, dtype=np.float64) for item in (numerator, denominator, trigger)))
    if not (t > 0).all():
        raise ValueError(f"OC trigger must be a ratio above zero, found {np.unique(t[~(t > 0)]).tolist()}")
    has_debt = d > 0
    ratio = np.divide(n, d, out=np.full(d.shape, np.nan), where=has_debt)
    passed = passes(n, d, t)
    # principal repaid cannot raise a ratio to a trigger of 1 or less
    principal = np.where(~passed & (t > 1), principal_cure(n, d, np.where(t > 1, t, 2.0)), 0.0)
    return Coverage(
        ratio=ratio,
        passed=passed,
        interest_cure_amount=np.where(passed, 0.0, np.maximum(0.0, interest_cure(n, d, t))),
        principal_cure_amount=np.maximum(0.0, principal),
    )


def oc_denominators(classes: Sequence[DealClass]) -> tuple[float | None, ...]:
    """Balance of each class and all senior to it, in the order given; None from a class with an unknown balance down.

    A deferrable class counts with what it has deferred. Equity counts in none, and has None.
    Source: clo-liabilities-waterfall 3.1, 4.1.
    """
    cumulative: dict[int, float | None] = {}
    total: float | None = 0.0
    for item in sorted((item for item in classes if not item.is_equity), key=lambda item: item.tranche_number):
        if item.tranche_number in cumulative:
            raise ValueError(f"tranche numbers must be distinct, found {item.tranche_number} twice")
        balance = _test_balance(item)
        total = None if total is None or balance is None else total + balance
        cumulative[item.tranche_number] = total
    return tuple(None if item.is_equity else cumulative[item.tranche_number] for item in classes)


def oc_tests(classes: Sequence[DealClass], numerator: OcNumerator) -> tuple[OcTest, ...]:
    """The test of every class that has a trigger, senior first. Source: clo-liabilities-waterfall 4."""
    denominators = dict(zip((item.tranche_number for item in classes), oc_denominators(classes), strict=True))
    tested = [(item, item.oc_trigger) for item in classes if item.oc_trigger is not None and not item.is_equity]
    return tuple(
        _oc_test(item, trigger, denominators[item.tranche_number], numerator)
        for item, trigger in sorted(tested, key=lambda pair: pair[0].tranche_number)
    )


def _test_balance(item: DealClass) -> float | None:
    if item.current_balance is None or item.is_deferrable is False:
        return item.current_balance
    if item.deferred_balance is None:
        return None
    if item.is_deferrable is None and item.deferred_balance != 0:
        return None
    return item.current_balance + item.deferred_balance


def _oc_test(item: DealClass, trigger: float, denominator: float | None, parts: OcNumerator) -> OcTest:
    total = parts.total
    reasons = [parts.reason] if parts.reason else []
    if denominator is None:
        reasons.append(f"a balance of {item.tranche_name} or of a class senior to it is unknown")
    result = None if total is None or denominator is None else coverage(total, denominator, trigger)
    if result is not None and denominator is not None and denominator <= 0:
        reasons.append("no balance outstanding, so no ratio; the test passes")
    if result is not None and trigger <= 1 and not result.passed:
        reasons.append("principal cure is 0: at a trigger of 1 or less principal repaid cannot cure")
    return OcTest(
        tranche_number=item.tranche_number,
        tranche_name=item.tranche_name,
        trigger_name=f"{item.tranche_name} OC Test",
        performing_par=parts.performing_par,
        defaulted_market_value=parts.defaulted_market_value,
        principal_cash=parts.principal_cash,
        ccc_excess_haircut=parts.ccc_excess_haircut,
        numerator=total,
        denominator=denominator,
        ratio=None if result is None or np.isnan(result.ratio) else float(result.ratio),
        threshold=trigger,
        passed=None if result is None else bool(result.passed),
        interest_cure_amount=None if result is None else float(result.interest_cure_amount),
        principal_cure_amount=None if result is None else float(result.principal_cure_amount),
        reason="; ".join([*reasons, *parts.notes]) or None,
    )
