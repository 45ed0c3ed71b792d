"""What must hold of the lists: cash in is cash out, nobody gets more than is due, seniors come first. Ledgers are in
`rules_of_ledgers`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calculations.clo.deal.conditions import Condition, Dated, Every, Not, State, walk
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    InterestStep,
    MoveStep,
    PayStep,
    PrincipalStep,
    ReinvestStep,
    ReleaseStep,
    RepayStep,
    Step,
    condition_of,
)
from tests.invariants.outcome import LISTS, Outcome, at_fault, difference, first_of

PAYS_DUES = (FeeStep, InterestStep, DeferredStep, PrincipalStep, PayStep, RepayStep)


def each_list_spends_what_it_is_given(outcome: Outcome) -> str | None:
    """Each step leaves cash less its payment, and the last one none. Source: clo-liabilities-waterfall 2.1, 2.4."""

    def found() -> Iterator[str | None]:
        for walked in outcome.walked:
            given = walked.after[1:] + walked.paid[1:]
            yield difference(f"cash in list {walked.name}", given, walked.after[:-1], outcome.cent, walked.periods)
            yield difference(f"cash left by list {walked.name}", walked.after[-1], 0.0, outcome.cent, walked.periods)

    return first_of(found())


def lists_are_given_the_pools(outcome: Outcome) -> str | None:
    """Interest and principal go to their lists, what is diverted to principal, cures to the notes; all of it to one list in
    default. Source: clo-liabilities-waterfall 1.3, 2.4; clo-extensions 4.5."""
    result = outcome.result
    interest, principal, default = result.interest_proceeds, result.principal_proceeds, result.event_of_default
    to_principal = outcome.paid(lambda step: _moves_to(step, "principal"))
    to_notes = outcome.paid(lambda step: _moves_to(step, "notes"))
    given = {name: np.zeros(outcome.shape) for name in LISTS}
    for walked in outcome.walked:
        given[walked.name] += np.where(walked.periods, walked.paid[0] + walked.after[0], 0.0)
    own = {
        "interest": np.where(default, 0.0, interest),
        "principal": np.where(default, 0.0, principal) + to_principal,
        "notes": to_notes,
    }
    both = np.where(default, interest + principal, 0.0)
    found = [difference(f"cash of list {name}", given[name], cash, outcome.cent) for name, cash in own.items()]
    found.append(difference("cash in default", given["default"] + given["acceleration"], both, outcome.cent))
    return first_of(iter(found))


def _moves_to(step: Step, pool: str) -> bool:
    if isinstance(step, MoveStep):
        return step.move.to == pool
    return (isinstance(step, CoverStep) and pool == "notes") or (isinstance(step, DivertStep) and pool == "principal")


def no_payment_exceeds_its_due(outcome: Outcome) -> str | None:
    """Payments lie between nothing and what is due, cash never below nothing. Source: clo-liabilities-waterfall 2.4."""

    def found() -> Iterator[str | None]:
        for walked in outcome.walked:
            name, paid, after = walked.name, walked.paid, walked.after
            releases = walked.where(lambda step: isinstance(step, ReleaseStep))
            pays = walked.periods & ~releases
            yield at_fault(f"release in {name}", paid > outcome.cent, paid, 0.0, releases)
            yield at_fault(f"payment in {name}", paid < -outcome.cent, paid, 0.0, pays)
            yield at_fault(f"payment in {name}", paid > walked.due + outcome.cent, paid, walked.due, pays)
            yield at_fault(f"cash in {name}", after < -outcome.cent, after, 0.0, pays)

    return first_of(found())


def juniors_wait_for_seniors(outcome: Outcome) -> str | None:
    """A step that is not paid in full leaves no cash, unless a cap bounds it. Source: clo-liabilities-waterfall 2.4."""

    def found() -> Iterator[str | None]:
        for walked in outcome.walked:
            is_short = walked.paid < walked.due - outcome.cent
            passes_on = is_short & (walked.after > outcome.cent)
            yield at_fault(f"cash after a step of {walked.name}", passes_on, walked.after, 0.0, walked.where(_waits))

    return first_of(found())


def _waits(step: Step) -> bool:
    return isinstance(step, PAYS_DUES) and not (isinstance(step, FeeStep) and step.cap)


def cures_are_paid_for_failing_tests_alone(outcome: Outcome) -> str | None:
    """A cover step pays where one of its tests fails, a diversion where its test does and at most its share of the cash.
    Source: clo-liabilities-waterfall 4.3, 7.3."""
    tests = outcome.result.tests

    def found() -> Iterator[str | None]:
        for name in ("interest", "principal"):
            for step, booked, periods in outcome.steps(name):
                if isinstance(step, CoverStep):
                    passed = tests[step.cover.oc].passed
                    if step.cover.ic is not None:
                        passed = passed & tests[step.cover.ic].passed
                elif isinstance(step, DivertStep):
                    passed = tests[step.divert.test].passed
                    most = (booked.paid + booked.cash_after) * float(step.divert.share)
                    yield at_fault("diversion", booked.paid > most + outcome.cent, booked.paid, most, periods)
                else:
                    continue
                yield at_fault("cure", passed & (booked.paid > 0), booked.paid, 0.0, periods)

    return first_of(found())


def steps_keep_to_their_conditions(outcome: Outcome) -> str | None:
    """Where a condition on dates, reinvestment, liquidation or default is false, its step pays nothing.
    Source: clo-liabilities-waterfall 2.4; clo-extensions 4."""
    days, end = outcome.found.dates.payment, outcome.case.deal.dates.reinvestment_end
    states = {
        "reinvesting": np.broadcast_to(days <= np.datetime64(end), outcome.shape),
        "liquidating": outcome.result.liquidating,
    }

    def holds(condition: Condition) -> np.ndarray:
        match condition:
            case State(name):
                return np.asarray(states[name])
            case Dated(first, last):
                is_late = np.ones(days.size, dtype=bool) if first is None else days >= np.datetime64(first)
                return np.asarray(is_late if last is None else is_late & (days < np.datetime64(last)))
            case Not(part):
                return ~holds(part)
            case Every(parts):
                return np.logical_and.reduce([np.broadcast_to(holds(part), outcome.shape) for part in parts])
        raise TypeError(f"expected a condition on dates or states, found {condition!r}")

    def is_known(part: Condition) -> bool:
        return isinstance(part, Dated | Not | Every) or (isinstance(part, State) and part.name in states)

    def found() -> Iterator[str | None]:
        for name in LISTS:
            for step, booked, periods in outcome.steps(name):
                condition = condition_of(step)
                if condition is not None and all(is_known(part) for part in walk(condition)):
                    pays_anyway = ~holds(condition) & (booked.paid != 0)
                    yield at_fault(f"payment in {name}", pays_anyway, booked.paid, 0.0, periods)

    return first_of(found())


def purchases_keep_to_the_policy(outcome: Outcome) -> str | None:
    """Nothing is bought in default or on liquidation, and at most the policy's share otherwise. Source:
    clo-liabilities-waterfall 7.1."""
    result, days = outcome.result, outcome.found.dates.payment
    terms, end = outcome.case.deal.reinvestment, outcome.case.deal.dates.reinvestment_end
    during = np.broadcast_to(days <= np.datetime64(end), outcome.shape)
    to_principal = outcome.paid(lambda step: _moves_to(step, "principal"))
    # of the bought pool too, whose flows a sale later clears: those of a period that buys stand as they were
    unscheduled = outcome.found.flows.unscheduled + outcome.found.bought.unscheduled
    base = {
        "all_principal": result.principal_proceeds + to_principal,
        "unscheduled_principal": unscheduled,
        "none": np.zeros(outcome.shape),
    }
    limits = [base[policy.type] * float(policy.share) for policy in (terms.during, terms.after)]
    limit = np.where(during, limits[0], limits[1])
    limit = np.where(result.liquidating | result.event_of_default, 0.0, limit)
    bought = outcome.paid(lambda step: isinstance(step, ReinvestStep) and step.reinvest.limit == "policy")
    everything = result.reinvested - bought
    stops = result.liquidating | result.event_of_default | ~during
    return first_of(
        iter(
            [
                at_fault("reinvested", bought > limit + outcome.cent, bought, limit),
                at_fault("reinvested", stops & (everything > outcome.cent), everything, 0.0),
            ]
        )
    )


RULES = (
    each_list_spends_what_it_is_given,
    lists_are_given_the_pools,
    no_payment_exceeds_its_due,
    juniors_wait_for_seniors,
    cures_are_paid_for_failing_tests_alone,
    steps_keep_to_their_conditions,
    purchases_keep_to_the_policy,
)
