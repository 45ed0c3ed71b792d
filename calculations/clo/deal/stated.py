"""A step booked as a report states that it was paid, so that what comes after it starts from the report and not from a
payment computed here. What a step should have paid is in `pay`; what the two differ by, in `payment_date_checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from calculations import money
from calculations.clo.deal.amounts import Amounts
from calculations.clo.deal.cures import credit_cure
from calculations.clo.deal.ledgers import NoteLedger
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    FundStep,
    InterestStep,
    MoveStep,
    PayStep,
    PrincipalStep,
    ReinvestStep,
    ReleaseStep,
    RepayStep,
    ResidualStep,
    Step,
)

_CENT = Decimal("0.01")


def book_as_stated(state: PeriodState, number: int, step: Step, cash: Amounts, due: Amounts, paid: Amounts) -> Amounts:
    """The cash after a step as stated, (1,); ledgers are moved from what was computed to what is stated, a claim never
    below zero. A step without a stated payment keeps what was computed. Source: clo-extensions 5.2.
    """
    stated = state.stated.get((state.list_name, number))
    if stated is None:
        return cash - paid
    more = np.array([stated], dtype=object) - paid
    if more.any():
        _book(state, step, more, due - paid)
    return cash - paid - more


def _book(state: PeriodState, step: Step, more: Amounts, left: Amounts) -> None:
    """Pay `more` than was booked (less where negative); what is `left` of a claim bounds it."""
    claimed = np.minimum(more, left)
    match step:
        case FeeStep():
            state.fees[step.fee].pay(claimed)
            if step.cap is not None:
                state.caps[step.cap].left = np.maximum(state.caps[step.cap].left - claimed, 0)
        case PayStep():
            state.dues[step.pay].pay(claimed)
        case InterestStep():
            _book_legs(state, step.interest, claimed, lambda note, leg: note.pay_interest(leg))
        case DeferredStep():
            _book_legs(state, step.deferred, claimed, lambda note, leg: note.pay_deferred(leg))
        case PrincipalStep():
            _book_legs(
                state, step.principal, claimed, lambda note, leg: note.pay_principal(leg, scheduled=step.scheduled)
            )
        case CoverStep():
            state.pools["notes"] = state.pools["notes"] + more
            arithmetic = step.cover.cure if state.arithmetic == "principal" else "interest"
            credit_cure(state.tests, state.test_order, step.cover.oc, more, arithmetic, state.list_name)
        case DivertStep():
            state.pools["principal"] = state.pools["principal"] + more
        case RepayStep():
            state.overdrawn = state.overdrawn - claimed
        case ReinvestStep():
            state.pools["reinvestment"] = state.pools["reinvestment"] + more
        case MoveStep() if not step.move.to.startswith("account."):
            state.pools[step.move.to] = state.pools[step.move.to] + more
        case MoveStep():
            _into_account(state, step.move.to.removeprefix("account."), more)
        case FundStep():
            _into_account(state, step.fund, more)
        case ReleaseStep():
            _into_account(state, step.release.from_account, more)
        case ResidualStep() if step.residual.book == "interest":
            state.sub.interest = state.sub.interest + more
        case ResidualStep():
            state.sub.principal = state.sub.principal + more


def _into_account(state: PeriodState, name: str, more: Amounts) -> None:
    state.accounts[name].interest = state.accounts[name].interest + more


def _book_legs(
    state: PeriodState, names: Sequence[str], more: Amounts, pay: Callable[[NoteLedger, Amounts], None]
) -> None:
    """Legs that rank alike share the rest by what they opened with, to the cent."""
    notes = [state.notes[name] for name in names]
    weights = [Decimal(note.opening_balance[0]) for note in notes]
    if len(notes) == 1 or not any(weights):
        pay(notes[0], more)
        return
    for note, leg in zip(notes, money.allocate(more[0], weights, _CENT, names), strict=True):
        pay(note, np.array([leg], dtype=object))
