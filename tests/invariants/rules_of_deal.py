"""What must hold of a deal as a whole: cash from outside is paid to somebody or kept, overdraft, sale, hurdle, return. Single
lists, ledgers, tests and default are in the other rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from calculations.clo.deal.steps import PayStep, RepayStep
from tests.invariants.outcome import Outcome, at_fault, difference, first_of


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


HALF_A_CENT = 0.005


@lru_cache(maxsize=1)  # two rules of a case ask
def waiting_cash(outcome: Outcome) -> Any:
    """What came from outside so far, less what went there and what accounts gained: below 0 an overdraft."""
    result = outcome.result
    uses = result.equity.interest + result.equity.principal + result.equity.incentive_fee + result.reinvested
    for note in result.notes.values():
        uses = uses + note.interest_paid + note.deferred_repaid + note.principal_paid
    for fee in result.fees.values():
        uses = uses + fee.paid
    uses = uses + outcome.paid(lambda step: isinstance(step, PayStep)) + result.draws
    gained = sum((np.diff(balance, axis=1) for balance in result.accounts.values()), np.zeros(outcome.shape))
    return np.cumsum(pool_cash(outcome) - uses - gained, axis=1)


def outside_cash_is_paid_or_kept(outcome: Outcome) -> str | None:
    """From outside less to outside is what accounts gained; cash waits between rarer payment dates only, and only an
    overdraft is below zero. A draw that is short by less than half a cent is paid, and the next period pays it back.
    Source: clo-liabilities-waterfall 2.4; clo-extensions 1.6, 3.2, 4.14, 4.15, 6; cash is conserved to 0.01."""
    deal, waiting, tolerance = outcome.case.deal, waiting_cash(outcome), outcome.cent * outcome.shape[1]
    if (outcome.result.draws > 0.0).any():
        tolerance = tolerance + HALF_A_CENT
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


def an_overdraft_is_repaid_first(outcome: Outcome) -> str | None:
    """No principal is paid out while its account is overdrawn; where interest repays it too, what its step leaves is all
    that is left. Source: clo-extensions 4.15."""
    deal, result = outcome.case.deal, outcome.result
    if not deal.principal_cash.allow_negative or deal.frequency_switch is not None:
        return None
    overdrawn, tolerance = -waiting_cash(outcome), outcome.cent * outcome.shape[1]
    cash = result.principal_proceeds

    def found() -> Iterator[str | None]:
        is_short = (overdrawn > tolerance) & outcome.is_alive
        yield at_fault("principal of an overdrawn account", is_short & (cash > tolerance), cash, 0.0)
        for step, booked, periods in outcome.steps("interest"):
            if isinstance(step, RepayStep):
                where = periods & outcome.is_alive & ~result.event_of_default
                yield difference("overdraft", booked.due - booked.paid, overdrawn, tolerance, where)

    return first_of(found())


def nothing_is_paid_after_the_last_period(outcome: Outcome) -> str | None:
    """A scenario whose collateral is gone has ended. Source: clo-liabilities-waterfall 1.3 step 13."""
    result = outcome.result
    cash = result.interest_proceeds + result.principal_proceeds
    return at_fault("proceeds after the end", cash > outcome.cent, cash, 0.0, ~outcome.is_alive)


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
    an_overdraft_is_repaid_first,
    nothing_is_paid_after_the_last_period,
    a_sale_is_final,
    the_hurdle_is_reached_for_good,
    the_sub_notes_value_grows_by_what_they_get,
    measures_are_of_what_was_paid,
    the_return_discounts_payments_to_their_cost,
)
