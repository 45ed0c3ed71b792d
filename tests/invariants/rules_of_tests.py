"""What must hold of coverage tests and of default: what their numerators count, what their denominators owe, when they fail.
What is paid because of it is in the other rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from calculations.clo.collateral import AssetTerms
from calculations.clo.deal.collateral_terms import DiscountCure, Haircuts
from tests.invariants.outcome import DUST, Outcome, at_fault, difference, first_of
from tests.invariants.rules_of_collateral import parts_go_their_own_ways
from tests.invariants.rules_of_ledgers import coupon_factors

CCC = ("Caa1", "Caa2", "Ca", "CCC+", "CCC", "CC")


def tests_pass_above_their_trigger(outcome: Outcome) -> str | None:
    """A test passes without a denominator and where its ratio is above the trigger. Source: clo-liabilities-waterfall 4.2."""

    def found() -> Iterator[str | None]:
        for name, test in outcome.result.tests.items():
            gap = test.numerator - test.trigger * test.denominator
            is_clear = np.abs(gap) > 1e-9 * np.abs(test.trigger * test.denominator)
            passes = (test.denominator <= 0) | (gap > 0)
            yield at_fault(f"test {name}", test.passed != passes, test.passed, passes, is_clear)

    return first_of(found())


def denominators_are_what_classes_are_owed(outcome: Outcome) -> str | None:
    """OC: balances with deferred interest; IC: interest due; both at the opening. Source: clo-liabilities-waterfall 4.1, 3.1."""
    if outcome.case.deal.frequency_switch is not None:
        return None
    owed: dict[str, dict[str, Any]] = {"oc": {}, "ic": {}}
    for name, note in outcome.case.deal.rated.items():
        held = outcome.result.notes[name]
        deferred = held.deferred[:, :-1] * note.is_deferrable
        owed["oc"][name] = held.balance[:, :-1] + deferred
        factor = coupon_factors(outcome)[name]
        owed["ic"][name] = (held.balance[:, :-1] + deferred) * factor + held.unpaid[:, :-1] * (1 + factor)

    def found() -> Iterator[str | None]:
        for name, test in outcome.case.deal.tests.items():
            expected = sum(owed[test.kind][note] for note in test.denominator)
            measured = outcome.result.tests[name].denominator
            yield difference(f"denominator of {name}", measured, expected, outcome.cent, outcome.is_alive)

    return first_of(found())


@lru_cache(maxsize=1)  # several rules of a case ask
def par_of_tests(outcome: Outcome) -> Any:
    """Drawn par and what is held for the rest, defaulted par at what it recovers, and principal cash: the fee basis with
    defaults at their value, and B + min(Z, R) for B. Source: clo-extensions 3.2."""
    own, bought, owed = outcome.found.flows, outcome.found.bought, outcome.result.purchased_accrued
    stock = own.defaulted[:, 1:] + bought.defaulted[:, 1:]
    value = own.defaulted_value[:, 1:] + bought.defaulted_value[:, 1:]
    return outcome.result.fee_basis - owed - stock + value + outcome.reserved


def numerators_are_par_less_haircuts(outcome: Outcome) -> str | None:
    """OC numerators: par and principal cash, purchased accrued where it counts, less haircuts. Source:
    clo-liabilities-waterfall 4.1; clo-extensions 4.10 to 4.13."""
    deal = outcome.case.deal
    plain = par_of_tests(outcome)
    counts = deal.purchased_accrued.counts_in_tests
    adjusted = plain + (outcome.result.purchased_accrued if counts else 0.0)
    is_lower = deal.haircuts.ccc or deal.haircuts.discount or deal.haircuts.defaulted
    has_haircut = is_lower or outcome.found.detail.deferring_haircut is not None
    where = outcome.is_alive & ~outcome.result.liquidating  # what is sold has no balance left to look at

    def found() -> Iterator[str | None]:
        for name, test in deal.tests.items():
            if test.kind == "oc":
                measured = outcome.result.tests[name].numerator
                expected = adjusted if test.numerator == "adjusted_par" else plain
                yield at_fault(f"numerator of {name}", measured > expected + outcome.cent, measured, expected, where)
                if not has_haircut:
                    yield difference(f"numerator of {name}", measured, expected, outcome.cent, where)

    return first_of(found())


def each_loan_is_carried_once(outcome: Outcome) -> str | None:
    """A discount obligation counts at its purchase price, and no loan below the lowest of its categories. Source:
    clo-extensions 3.1, 4.11 to 4.13."""
    deal, pool = outcome.case.deal, outcome.pool
    if parts_go_their_own_ways(outcome):
        return None
    discount = np.array([_discount(outcome, asset) for asset in pool.assets])
    lowest = np.array([_lowest(outcome, asset) for asset in pool.assets])
    performing = np.maximum(pool.performing, 0.0)
    most = par_of_tests(outcome) - (performing * (1.0 - discount)[:, None]).sum(axis=1)
    least = par_of_tests(outcome) - (performing * (1.0 - lowest)[:, None]).sum(axis=1)
    if deal.haircuts.defaulted is not None:
        least = least - outcome.found.flows.defaulted_value[:, 1:] - outcome.found.bought.defaulted_value[:, 1:]
    owed = outcome.result.purchased_accrued if deal.purchased_accrued.counts_in_tests else 0.0
    where = outcome.is_alive & ~outcome.result.liquidating  # what is sold has no balance left to look at
    dust = outcome.cent + 3 * DUST * len(pool.assets)

    def found() -> Iterator[str | None]:
        for name, test in deal.tests.items():
            if test.kind == "oc" and test.numerator == "adjusted_par":
                measured = outcome.result.tests[name].numerator
                yield at_fault(f"numerator of {name}", measured > most + owed + dust, measured, most, where)
                yield at_fault(f"numerator of {name}", measured < least + owed - dust, measured, least, where)

    return first_of(found())


def _discount(outcome: Outcome, asset: AssetTerms) -> float:
    """The purchase price of a discount obligation; 1 for any other asset, and one that its market values cure."""
    terms = outcome.case.deal.haircuts.discount
    if terms is None or asset.is_defaulted or asset.purchase_price is None:
        return 1.0
    price, below = asset.purchase_price / 100, terms.below.get(asset.kind)
    if below is None or price >= float(below):
        return 1.0
    is_cured = terms.cure is not None and cured_day_by_day(asset, terms.cure, outcome.case.holdings.analysis)
    return 1.0 if is_cured else price


def cured_day_by_day(asset: AssetTerms, cure: DiscountCure, as_of: dt.date) -> bool:
    """Whether on each of the cure's last days the latest price was known, high enough, and followed within ten days by
    the next one or the day itself; prices of days before these count for nothing. Source: clo-extensions 4.12."""
    known = dict(asset.market_values)
    if asset.market_value is not None:
        known[as_of] = asset.market_value
    for day in (as_of - dt.timedelta(number) for number in range(cure.days)):
        latest = max((item for item in known if item <= day), default=None)
        if latest is None or known[latest] < 100 * float(cure.market_value):
            return False
        following = min((item for item in known if item > latest), default=as_of)
        if (following - latest).days > 10:
            return False
    return True


def _lowest(outcome: Outcome, asset: AssetTerms) -> float:
    """The lowest that performing par may count at: of its price as a discount obligation, in a CCC excess, or deferring."""
    found, ccc = _discount(outcome, asset), outcome.case.deal.haircuts.ccc
    market = (asset.market_value or 0.0) / 100
    is_low = asset.moodys_rating in CCC or asset.sp_rating in CCC or asset.moodys_history
    if ccc is not None and is_low:
        found = min(found, market if ccc.carry == "market_value" else float(ccc.carry))
    if asset.pik is not None and any(share > 0 for _, share in asset.pik.shares):
        found = min(found, market, asset.recovery_rate or 0.0)
    return found


def default_follows_the_ratio(outcome: Outcome) -> str | None:
    """In default where the ratio is not above its trigger, or the manual flag stands; for good where it is sticky. Source:
    clo-liabilities-waterfall 1.3 step 11; clo-extensions 4.5."""
    deal, events, found = outcome.case.deal, outcome.case.deal.event_of_default, outcome.result.event_of_default
    if events is None or events.ratio is None:
        return None
    is_cured = found[:, :-1] & ~found[:, 1:] & outcome.is_alive[:, 1:]
    if events.sticky and is_cured.any():
        return at_fault("default", is_cured, found[:, 1:], True)
    if outcome.case.holdings.in_default:
        return at_fault("default", ~found, found, True, outcome.is_alive)
    is_lower = replace(deal.haircuts, fx=Decimal(0)) != Haircuts() or outcome.found.detail.deferring_haircut is not None
    if (events.ratio.numerator == "adjusted_par" and is_lower) or deal.haircuts.defaulted is not None:
        return None
    owed = 0.0
    for name in events.ratio.denominator:
        held = outcome.result.notes[name]
        owed = owed + held.balance[:, :-1] + held.deferred[:, :-1] * deal.notes[name].is_deferrable
    par = par_of_tests(outcome)
    if events.ratio.numerator == "adjusted_par" and deal.purchased_accrued.counts_in_tests:
        par = par + outcome.result.purchased_accrued
    target = float(events.ratio.trigger or 0) * owed
    fails = (owed > 0) & (par < target)
    is_clear = (np.abs(par - target) > 1e-9 * target) & outcome.is_alive & ~outcome.result.liquidating
    also_unpaid = events.unpaid_interest is not None or events.sticky
    wrong = (fails & ~found) if also_unpaid else (fails != found)
    return at_fault("default", wrong, par, target, is_clear)


RULES = (
    tests_pass_above_their_trigger,
    denominators_are_what_classes_are_owed,
    numerators_are_par_less_haircuts,
    each_loan_is_carried_once,
    default_follows_the_ratio,
)
