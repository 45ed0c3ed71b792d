"""What must hold of a deal as a whole: cash from outside is paid to somebody or kept, tests, default, sale, hurdle, return.
Single lists and ledgers are in the other rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from calculations.clo.deal.collateral_terms import Haircuts
from calculations.clo.deal.steps import PayStep
from tests.invariants.outcome import Outcome, at_fault, difference, first_of
from tests.invariants.rules_of_ledgers import coupon_factor


def pool_cash(outcome: Outcome) -> Any:
    """Interest, principal and what sales bring, of both pools, and hedges that pay on closing. Source:
    clo-liabilities-waterfall 1.3 steps 2, 10; clo-collateral-engine 4.5."""
    own, bought, sold = outcome.found.flows, outcome.found.bought, outcome.result.liquidating
    was_sold = np.logical_or.accumulate(sold, axis=1)
    is_held = ~np.concatenate([np.zeros((outcome.shape[0], 1), dtype=bool), was_sold[:, :-1]], axis=1)
    price = np.array([item.liquidation_price for item in outcome.case.scenarios.items])[:, None]
    cash = np.where(is_held, own.interest + own.principal, 0.0) + bought.interest + bought.principal
    worth = own.performing[:, 1:] * price + own.defaulted_value[:, 1:]
    cash = cash + np.where(is_held & sold, worth, 0.0)
    # a sale clears the bought pool, so that what was sold is what the period before left less the period's own flows
    par = bought.performing[:, :-1] - bought.defaults - bought.scheduled - bought.unscheduled
    value = bought.defaulted_value[:, :-1] + bought.default_value - bought.recoveries
    cash = cash + np.where(sold, par * price + value, 0.0)
    close_out = outcome.found.detail.close_out
    return cash if close_out is None else cash + np.where(is_held, np.maximum(close_out, 0.0), 0.0)


def outside_cash_is_paid_or_kept(outcome: Outcome) -> str | None:
    """From outside less to outside is what accounts gained; cash waits between rarer payment dates only, and only an
    overdraft is below zero. Source: clo-liabilities-waterfall 2.4; clo-extensions 1.6, 4.14, 4.15, 6."""
    result, deal = outcome.result, outcome.case.deal
    uses = result.equity.interest + result.equity.principal + result.equity.incentive_fee + result.reinvested
    for note in result.notes.values():
        uses = uses + note.interest_paid + note.deferred_repaid + note.principal_paid
    for fee in result.fees.values():
        uses = uses + fee.paid
    uses = uses + outcome.paid(lambda step: isinstance(step, PayStep)) + result.draws
    gained = sum((np.diff(balance, axis=1) for balance in result.accounts.values()), np.zeros(outcome.shape))
    waiting = np.cumsum(pool_cash(outcome) - uses - gained, axis=1)
    tolerance = outcome.cent * outcome.shape[1]
    if deal.principal_cash.allow_negative:
        most = waiting > tolerance if deal.frequency_switch is None else np.zeros(outcome.shape, dtype=bool)
        return at_fault("cash that nobody got", most, waiting, 0.0)
    if deal.frequency_switch is None:
        return difference("cash that nobody got", waiting, 0.0, tolerance)
    return first_of(
        iter(
            [
                at_fault("cash spent before it came", waiting < -tolerance, waiting, 0.0),
                at_fault("cash that nobody got", np.abs(waiting[:, -1:]) > tolerance, waiting[:, -1:], 0.0),
            ]
        )
    )


def nothing_is_paid_after_the_last_period(outcome: Outcome) -> str | None:
    """A scenario whose collateral is gone has ended. Source: clo-liabilities-waterfall 1.3 step 13."""
    result = outcome.result
    cash = result.interest_proceeds + result.principal_proceeds
    return at_fault("proceeds after the end", cash > outcome.cent, cash, 0.0, ~outcome.is_alive)


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
        factor = coupon_factor(outcome, note)
        owed["ic"][name] = (held.balance[:, :-1] + deferred) * factor + held.unpaid[:, :-1] * (1 + factor)

    def found() -> Iterator[str | None]:
        for name, test in outcome.case.deal.tests.items():
            expected = sum(owed[test.kind][note] for note in test.denominator)
            measured = outcome.result.tests[name].denominator
            yield difference(f"denominator of {name}", measured, expected, outcome.cent, outcome.is_alive)

    return first_of(found())


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
    is_lower = replace(deal.haircuts, fx=0) != Haircuts() or outcome.found.detail.deferring_haircut is not None
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


def a_sale_is_final(outcome: Outcome) -> str | None:
    """Once the pool is sold it stays sold; every scenario that lives so long is sold at maturity, none is called before
    the non-call period ends. Source: clo-liabilities-waterfall 1.3 step 12; clo-extensions 1.3."""
    sold, deal, days = outcome.result.liquidating, outcome.case.deal, outcome.found.dates.payment
    held = np.concatenate([np.zeros((sold.shape[0], 1), dtype=bool), sold[:, :-1]], axis=1)
    first = [day for day in (deal.dates.no_call, deal.call.never_before) if day is not None]
    too_early = np.zeros(outcome.shape, dtype=bool)
    if first:
        too_early = sold & (days < np.datetime64(max(first)))
        too_early[:, -1] = False
    return first_of(
        iter(
            [
                at_fault("sold", held & ~sold, sold, True, outcome.is_alive),
                at_fault("sold at maturity", ~sold[:, -1:], sold[:, -1:], True, outcome.is_alive[:, -1:]),
                at_fault("called", too_early, sold, False),
            ]
        )
    )


def the_hurdle_is_reached_for_good(outcome: Outcome) -> str | None:
    """A fee is taken beyond the hurdle alone, of residual cash, at most at its rate; a hurdle once reached stays so.
    Source: clo-liabilities-waterfall 6; clo-extensions 1.2."""
    equity = outcome.result.equity
    reached, fee, paid = equity.hurdle_reached, equity.incentive_fee, equity.interest + equity.principal

    def found() -> Iterator[str | None]:
        yield at_fault("hurdle", reached[:, :-1] & ~reached[:, 1:], False, True, outcome.is_alive[:, 1:])
        yield at_fault("fee below the hurdle", ~reached & (fee > outcome.cent), fee, 0.0)
        for name, amount in (("fee", fee), ("interest", equity.interest), ("principal", equity.principal)):
            yield at_fault(f"{name} of the sub notes", amount < -outcome.cent, amount, 0.0)
        for deal, periods in outcome.versions:
            if deal.incentive is not None:
                rate = float(deal.incentive.catch_up or deal.incentive.share or 0)
                most = rate * (fee + paid)
                yield at_fault("incentive fee", fee > most + outcome.cent, fee, most, periods)

    return first_of(found())


def the_sub_notes_value_grows_by_what_they_get(outcome: Outcome) -> str | None:
    """V + paid / (1 + h)^(days / 365), from the history on. Source: clo-liabilities-waterfall 6."""
    deal, equity = outcome.case.deal, outcome.result.equity
    closing, terms = deal.dates.closing, deal.incentive
    if terms is None or closing is None:
        return None

    def growth(hurdle: Any, days: Any) -> Any:
        return (1 + float(hurdle)) ** (np.asarray(days, dtype=float) / 365)

    days = (outcome.found.dates.payment - np.datetime64(closing)).astype(int)
    hurdle = np.zeros(days.size)
    for version, periods in outcome.versions:
        if version.incentive is not None:
            hurdle = np.where(periods, float(version.incentive.hurdle or 0), hurdle)
    opening = sum(float(flow.amount) / growth(terms.hurdle, (flow.date - closing).days) for flow in terms.history)
    paid = (equity.interest + equity.principal) / (1 + hurdle) ** (days / 365)
    value = opening + np.cumsum(paid, axis=1)
    return difference("value of the sub notes", equity.discounted_value, value, outcome.cent, outcome.is_alive)


def measures_are_of_what_was_paid(outcome: Outcome) -> str | None:
    """A class's totals are its payments; a life ends by the last date. Source: clo-liabilities-waterfall 3.4."""
    days = outcome.found.dates.payment
    longest = (days[-1] - np.datetime64(outcome.found.dates.analysis)).astype(int) / 365

    def found() -> Iterator[str | None]:
        for name, risk in outcome.found.risk.items():
            note = outcome.result.notes[name]
            interest = (note.interest_paid + note.deferred_repaid) * (note.balance[:, :-1] > 0)
            principal = note.principal_paid.sum(axis=1)
            tolerance = outcome.cent * days.size
            yield difference(f"principal of {name}", risk.total_principal, principal, tolerance)
            yield at_fault(f"interest of {name}", risk.total_interest < interest.sum(axis=1) - tolerance, 0.0, 0.0)
            life = risk.weighted_average_life
            yield at_fault(f"life of {name}", (life < 0) | (life > longest + 1e-9), life, longest)

    return first_of(found())


def the_return_discounts_payments_to_their_cost(outcome: Outcome) -> str | None:
    """The sub notes' payments, discounted act/365 at their return, are worth what they cost. Source: clo-extensions 1.1;
    fund-admin 3.2."""
    deal, returns = outcome.case.deal, outcome.found.equity
    if returns is None or deal.equity is None:
        return None
    note = deal.notes[deal.equity]
    cost = float((note.price or 0) * (note.opening_balance or 0))
    paid = outcome.result.equity.interest + outcome.result.equity.principal
    days = (outcome.found.dates.payment - np.datetime64(outcome.found.dates.analysis)).astype(int)
    years = days / min(365, days[-1])  # the return of less than a year is that of its days
    # near a total loss the value moves by more than its own size within the last digit of the rate
    is_rate = np.isfinite(returns.rates) & (returns.rates > -0.9)
    rate = np.where(is_rate, returns.rates, 0.0)[:, None]
    worth = (paid / (1 + rate) ** years).sum(axis=1)
    return difference("value at the return", worth, cost, 1e-6 * cost, is_rate)


RULES = (
    outside_cash_is_paid_or_kept,
    nothing_is_paid_after_the_last_period,
    tests_pass_above_their_trigger,
    denominators_are_what_classes_are_owed,
    numerators_are_par_less_haircuts,
    default_follows_the_ratio,
    a_sale_is_final,
    the_hurdle_is_reached_for_good,
    the_sub_notes_value_grows_by_what_they_get,
    measures_are_of_what_was_paid,
    the_return_discounts_payments_to_their_cost,
)
