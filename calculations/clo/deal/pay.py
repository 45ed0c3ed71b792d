"""What each kind of step is due and takes out of the cash offered to it. The order of steps is in the lists.

Every function takes the step, the state and the cash offered, shape (scenarios,), books the payment and returns what
was due and what was paid. No payment exceeds the cash or the due. Source: clo-liabilities-waterfall 2.1; clo-extensions 4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Amounts, is_any
from calculations.clo.deal.cures import credit_cure, note_cure
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.stated import book_as_stated
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
    condition_of,
)

Paid = tuple[Amounts, Amounts]
Recorder = Callable[[str, int, Amounts, Amounts, Amounts], None]


def walk(state: PeriodState, name: str, cash: Amounts, record: Recorder | None = None) -> None:
    """Spend `cash` (scenarios,) down a list. `record` is told the list, the step's number, due, paid, cash after.

    Where payments are stated, each step is offered the cash that the stated ones left. Source: clo-extensions 5.2.
    """
    state.open_list(name)
    terms = state.deal.lists[name]
    for number, step in enumerate(terms.steps, start=1):
        if record is None and number > terms.last_without_cash and not is_any(cash):
            return
        before = cash
        due, paid, cash = take(step, state, cash)
        if state.stated:
            cash = book_as_stated(state, number, step, before, due, paid)
        if record is not None:
            record(name, number, due, paid, cash)


def take(step: Step, state: PeriodState, cash: Amounts) -> tuple[Amounts, Amounts, Amounts]:
    """One step: due, paid, and the cash it leaves. A release pays a negative amount: it brings cash."""
    gate = state.holds(condition_of(step), cash)
    if state.walks is not True:  # cash alone does not say so: a release brings its own
        gate = gate & state.walks
    if gate is False:
        return cash * 0, cash * 0, cash
    if isinstance(step, ReleaseStep):
        return _release(step, state, cash, gate)
    offered = cash if gate is True else np.where(gate, cash, cash * 0)
    due, paid = _PAY[type(step)](step, state, offered)
    if gate is not True:
        due = np.where(gate, due, due * 0)
    return due, paid, cash - paid


def interest_before(state: PeriodState, notes: Sequence[str], cash: Amounts) -> Amounts:
    """What is left of `cash` when the interest list first reaches interest of one of `notes`; nothing is booked.

    Source: clo-extensions 4.4.
    """

    def dry_run() -> Amounts:
        left = cash
        state.open_list("interest")
        for number, step in enumerate(state.deal.lists["interest"].steps, start=1):
            if isinstance(step, InterestStep) and set(step.interest) & set(notes):
                return left
            before = left
            due, paid, left = take(step, state, left)
            if state.stated:
                left = book_as_stated(state, number, step, before, due, paid)
        return left

    return state.previewed(dry_run)


def _fee(step: FeeStep, state: PeriodState, cash: Amounts) -> Paid:
    fee = state.fees[step.fee]
    due = fee.due
    if step.created_by is not None:
        # money that has left the list already is spent again; its source is shown under the quirk's name
        spent = state.cover_paid if state.cover_paid is not None else due * 0
        made = np.minimum(due, spent)
        fee.pay(made)
        state.created[step.created_by] = state.created.get(step.created_by, 0) + made
        return due, due * 0
    if step.cap is not None:
        cap = state.caps[step.cap]
        paid = np.minimum(cash, np.where(_uncapped(state), due, np.minimum(due, cap.left)))
        cap.left = np.maximum(cap.left - paid, 0)
    else:
        if step.part == "overflow":
            due = np.maximum(due - state.caps[_cap_of(state, step.fee)].left, 0)
        paid = np.minimum(cash, due)
    fee.pay(paid)
    return due, paid


def _uncapped(state: PeriodState) -> Any:
    """Where acceleration lifts every cap. Source: clo-extensions 4.5."""
    events = state.deal.event_of_default
    return events is not None and events.caps == "off" and state.flags.get("accelerated", False)


def _cap_of(state: PeriodState, fee: str) -> str:
    return next(name for name, cap in state.deal.caps.items() if fee in cap.shared_by)


def _legs(state: PeriodState, names: tuple[str, ...], dues: list[Amounts], cash: Amounts) -> tuple[Paid, list[Amounts]]:
    """One payment to legs that rank alike, shared by what each is due. Source: clo-liabilities-waterfall Q10."""
    if len(dues) == 1:
        paid = np.minimum(cash, dues[0])
        return (dues[0], paid), [paid]
    total = sum(dues[1:], dues[0])
    paid = np.minimum(cash, total)
    return (total, paid), state.numbers.shared(paid, dues, total, names)


def _interest(step: InterestStep, state: PeriodState, cash: Amounts) -> Paid:
    notes = [state.notes[name] for name in step.interest]
    result, legs = _legs(state, step.interest, [note.interest_due for note in notes], cash)
    for note, paid in zip(notes, legs, strict=True):
        note.pay_interest(paid)
    return result


def _deferred(step: DeferredStep, state: PeriodState, cash: Amounts) -> Paid:
    notes = [state.notes[name] for name in step.deferred]
    result, legs = _legs(state, step.deferred, [note.owed_deferred for note in notes], cash)
    for note, paid in zip(notes, legs, strict=True):
        note.pay_deferred(paid)
    return result


def _principal(step: PrincipalStep, state: PeriodState, cash: Amounts) -> Paid:
    notes = [state.notes[name] for name in step.principal]
    dues = [note.scheduled_due if step.scheduled else note.balance for note in notes]
    result, legs = _legs(state, step.principal, dues, cash)
    for note, paid in zip(notes, legs, strict=True):
        note.pay_principal(paid, scheduled=step.scheduled)
    return result


def _cover(step: CoverStep, state: PeriodState, cash: Amounts) -> Paid:
    oc = state.tests[step.cover.oc]
    ic = state.tests[step.cover.ic] if step.cover.ic else None
    if not oc.may_fail and (ic is None or not ic.may_fail):
        state.cover_paid = cash * 0
        return cash * 0, cash * 0
    arithmetic = step.cover.cure if state.arithmetic == "principal" else "interest"
    due = oc.unmet(arithmetic)
    if ic is not None and ic.may_fail:
        due = np.maximum(due, ic.unmet(arithmetic))
    due = state.numbers.struck(due)
    paid = np.minimum(cash, due)
    state.cover_paid = paid
    if is_any(paid):
        if state.notes_cures:
            pair = (step.cover.oc, *((step.cover.ic,) if step.cover.ic else ()))
            note_cure(state.tests, state.test_order, pair, paid, arithmetic, state.arithmetic)
        credit_cure(state.tests, state.test_order, step.cover.oc, paid, arithmetic, state.list_name)
        state.pools["notes"] = state.pools["notes"] + paid
    return due, paid


def _divert(step: DivertStep, state: PeriodState, cash: Amounts) -> Paid:
    test = state.tests[step.divert.test]
    if not test.may_fail:
        return cash * 0, cash * 0
    due = state.numbers.struck(test.par_unmet() if step.divert.cure == "par" else test.unmet("interest"))
    paid = np.minimum(state.numbers.struck(cash * state.numbers.of(step.divert.share)), due)
    state.pools["principal"] = state.pools["principal"] + paid
    return due, paid


def _reinvest(step: ReinvestStep, state: PeriodState, cash: Amounts) -> Paid:
    due = cash if step.reinvest.limit == "all" else state.reinvestment_limit + cash * 0
    paid = np.minimum(cash, due)
    state.pools["reinvestment"] = state.pools["reinvestment"] + paid
    return due, paid


def _move(step: MoveStep, state: PeriodState, cash: Amounts) -> Paid:
    paid = cash if step.move.share == 1 else state.numbers.struck(cash * state.numbers.of(step.move.share))
    if step.move.to.startswith("account."):
        account = state.accounts[step.move.to.removeprefix("account.")]
        account.interest = account.interest + paid
        account.paid_in = account.paid_in + paid
    else:
        state.pools[step.move.to] = state.pools[step.move.to] + paid
    return paid, paid


def _residual(step: ResidualStep, state: PeriodState, cash: Amounts) -> Paid:
    if step.residual.incentive:
        state.sub.take(cash, step.residual.book, state.flags.get("incentive_payable", True))
    elif step.residual.book == "interest":
        state.sub.interest = state.sub.interest + cash
    else:
        state.sub.principal = state.sub.principal + cash
    return cash, cash


def _pay(step: PayStep, state: PeriodState, cash: Amounts) -> Paid:
    ledger = state.dues[step.pay]
    due = ledger.due
    paid = np.minimum(cash, due)
    ledger.pay(paid)
    return due, paid


def _fund(step: FundStep, state: PeriodState, cash: Amounts) -> Paid:
    account = state.accounts[step.fund]
    due = state.numbers.struck(np.maximum(account.target - account.balance, 0))
    paid = np.minimum(cash, due)
    account.interest = account.interest + paid
    account.paid_in = account.paid_in + paid
    return due, paid


def _repay(step: RepayStep, state: PeriodState, cash: Amounts) -> Paid:
    """Into the principal account, up to nothing. Source: clo-extensions 4.15."""
    due = state.overdrawn
    paid = np.minimum(cash, due)
    state.overdrawn = due - paid
    return due, paid


def _release(step: ReleaseStep, state: PeriodState, cash: Amounts, gate: Any) -> tuple[Amounts, Amounts, Amounts]:
    account = state.accounts[step.release.from_account]
    held = account.balance
    released = held if gate is True else np.where(gate, held, held * 0)
    account.interest = account.interest - np.where(gate, account.interest, account.interest * 0)
    account.principal = account.principal - np.where(gate, account.principal, account.principal * 0)
    account.paid_out = account.paid_out + released
    return released, -released, cash + released


_PAY: dict[type[Step], Callable[[Any, PeriodState, Amounts], Paid]] = {
    FeeStep: _fee,
    InterestStep: _interest,
    DeferredStep: _deferred,
    PrincipalStep: _principal,
    CoverStep: _cover,
    DivertStep: _divert,
    ReinvestStep: _reinvest,
    MoveStep: _move,
    ResidualStep: _residual,
    PayStep: _pay,
    FundStep: _fund,
    RepayStep: _repay,
}
