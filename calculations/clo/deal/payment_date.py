"""One payment date in exact decimals, from what reports state: the lists of the deal, walked once. Projections are in
`engine`; both walk the same steps.

Each due is rounded half up to the cent when it is struck; ratios are not rounded. Source: clo-extensions 4, 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from calculations import money
from calculations.clo.deal import decisions
from calculations.clo.deal.amounts import Amounts
from calculations.clo.deal.checks import warnings_of
from calculations.clo.deal.measure import event_of_default, measured
from calculations.clo.deal.opening import opened
from calculations.clo.deal.pay import walk
from calculations.clo.deal.payment_date_inputs import InputError, PaymentDateInputs, check_inputs, missing_cells
from calculations.clo.deal.payment_date_opening import (
    CENTS,
    accrue,
    exact,
    one,
    opening_breaks,
    proceeds,
    with_openings,
)
from calculations.clo.deal.payment_date_results import NoteLine, PaymentDateResult, StepLine, TestLine
from calculations.clo.deal.payment_dates import PaymentDates
from calculations.clo.deal.reserves import released, set_targets
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.steps import FeeStep, ResidualStep, Step, kind_of
from calculations.clo.deal.terms import Deal

CENT = Decimal("0.01")


def run_payment_date(
    deal: Deal, inputs: PaymentDateInputs, previous: PaymentDateInputs | None = None
) -> PaymentDateResult:
    """Walk the lists of one payment date. `previous` is what was reported of the date before, which this one continues.

    Raises InputError: INPUT_MISSING listing every missing cell at once, INPUT_CURRENCY for money that is not the deal's,
    PERIOD_ORDER for a period that ends before it begins; nothing is run then. Source: clo-extensions 4.16, 5.
    """
    found = walked(deal, inputs)
    breaks = () if previous is None else opening_breaks(previous, inputs)
    return replace(found, findings=(*breaks, *found.findings))


def walked(
    deal: Deal, inputs: PaymentDateInputs, stated: Mapping[tuple[str, int], Decimal] | None = None
) -> PaymentDateResult:
    """One payment date out of its own cash, or with each step offered the cash that `stated` payments, by list and
    step, left before it. Raises InputError as `run_payment_date`. Source: clo-extensions 5.2.
    """
    if missing := missing_cells(deal, inputs):
        raise InputError("INPUT_MISSING", missing, "figures for these cells")
    check_inputs(deal, inputs)
    dates = PaymentDates(
        analysis=inputs.day("accrual_start"),
        accrual_start=inputs.day("accrual_start"),
        payment=(inputs.day("accrual_end"),),
        ends_at_maturity=False,
    )
    state = opened(with_openings(deal, inputs), 1, dates, CENTS)
    state.payment_date = inputs.payment_date
    state.stated = stated or {}
    state.start(
        reinvesting=deal.dates.reinvestment_end is not None and inputs.payment_date <= deal.dates.reinvestment_end,
        liquidating=inputs.flag("liquidating"),
        last_period=inputs.flag("last_period"),
        accelerated=inputs.flag("accelerated"),
    )
    accrue(state, dates, inputs)
    interest, account = proceeds(deal, inputs)
    basis = sum((inputs.amount("par", name, "amount") for name in ("performing", "unfunded_reserved")), account)
    set_targets(state, one(basis))
    state.sub.open(inputs.payment_date)
    if inputs.flag("hurdle_reached"):
        state.sub.reached = np.ones(1, dtype=np.bool_)
    par = {name: inputs.amount("par", name, "amount") for name in _par_names(deal)}
    adjusted = sum(par.values(), account)
    plain = sum((par[name] for name in ("performing", "unfunded_reserved", "defaulted_value")), account)
    state.tests, state.test_order = measured(state, one(adjusted), one(plain), one(interest))
    fails = event_of_default(state, one(adjusted), one(plain))
    in_default = bool(fails[0]) or inputs.flag("event_of_default") or inputs.flag("accelerated")
    state.flags["event_of_default"] = in_default
    tests = {name: _test_line(ledger) for name, ledger in state.tests.items()}
    dues = {name: note.interest_due[0] for name, note in state.notes.items()}
    interest_pool, principal_pool = (pool[0] for pool in released(state, one(interest), one(max(account, Decimal(0)))))
    state.overdrawn = one(max(-account, Decimal(0)))
    lines: list[StepLine] = []
    _walk(state, lines, interest_pool, principal_pool, in_default)
    return PaymentDateResult(
        deal_id=deal.deal_id,
        payment_date=inputs.payment_date,
        interest_pool=interest_pool,
        principal_pool=principal_pool,
        principal_carried=exact(-state.overdrawn) + exact(state.pools["reinvestment"]),
        numerators={"adjusted_par": adjusted, "plain_par": plain},
        tests=tests,
        steps=tuple(lines),
        notes=_note_lines(state, dues),
        fees_accrued={name: exact(fee.accrued) for name, fee in state.fees.items()},
        fees_unpaid={name: exact(fee.due) for name, fee in state.fees.items()},
        accounts={name: (exact(held.interest), exact(held.principal)) for name, held in state.accounts.items()},
        sub_interest=exact(state.sub.interest),
        sub_principal=exact(state.sub.principal),
        incentive_fee=exact(state.sub.fee),
        in_default=in_default,
        findings=warnings_of(deal) + _findings(deal, account, par["performing"] + par["unfunded_reserved"]),
    )


def _par_names(deal: Deal) -> tuple[str, ...]:
    names = ("performing", "unfunded_reserved", "discount_adjustment", "defaulted_value", "ccc_haircut")
    return (*names, "purchased_accrued") if deal.purchased_accrued.counts_in_tests else names


def _walk(state: PeriodState, lines: list[StepLine], interest: Decimal, principal: Decimal, in_default: bool) -> None:
    fee_before = Decimal(0)

    def record(name: str, number: int, due: Amounts, paid: Amounts, after: Amounts) -> None:
        nonlocal fee_before
        step = state.deal.lists[name].steps[number - 1]
        fee = exact(state.sub.fee)
        legs = legs_of(step, state.deal, exact(paid), fee - fee_before)
        fee_before = fee
        lines.append(StepLine(name, number, kind_of(step), exact(due), exact(paid), exact(after), legs))

    zero = one(Decimal(0))
    state.pools = {"principal": zero if in_default else one(principal), "notes": zero, "reinvestment": zero}
    if in_default:
        events = state.deal.event_of_default
        accelerates = events is not None and events.then == "accelerate"
        walk(state, "acceleration" if accelerates else "default", one(interest + principal), record)
        return
    walk(state, "interest", one(interest), record)
    state.reinvestment_limit = decisions.reinvestment_limit(state, zero)
    walk(state, "principal", state.pools["principal"], record)
    walk(state, "notes", state.pools["notes"], record)


def legs_of(step: Step, deal: Deal, paid: Decimal, incentive_fee: Decimal) -> dict[str, Decimal]:
    """Payees' parts of a fee, which sum to it to the cent. Source: clo-extensions 4.9."""
    if isinstance(step, FeeStep):
        payees, amount = deal.fees[step.fee].payees, paid
    elif isinstance(step, ResidualStep) and deal.incentive is not None:
        payees, amount = deal.incentive.payees, incentive_fee
    else:
        return {}
    if not payees:
        return {}
    names = sorted(payees)
    return dict(zip(names, money.allocate(amount, [payees[name] for name in names], CENT, names), strict=True))


def _test_line(ledger: Any) -> TestLine:
    numerator, denominator = exact(ledger.numerator), exact(ledger.denominator)
    cure = CENTS.struck(np.asarray(ledger.unmet("interest"), dtype=object))
    return TestLine(
        numerator=numerator,
        denominator=denominator,
        ratio=numerator / denominator if denominator > 0 else None,
        trigger=ledger.trigger,
        passed=not bool(ledger.failed[0]),
        interest_cure=exact(cure),
    )


def _note_lines(state: PeriodState, dues: Mapping[str, Decimal]) -> dict[str, NoteLine]:
    principal = {name: exact(note.opening_balance - note.balance) for name, note in state.notes.items()}
    state.roll(carries_unpaid=True)
    return {
        name: NoteLine(
            interest_due=dues[name],
            interest_paid=exact(note.interest_paid),
            deferred_paid=exact(note.deferred_repaid),
            principal_paid=principal[name],
            closing_balance=exact(note.balance),
            closing_deferred=exact(note.deferred),
            closing_unpaid=exact(note.unpaid),
        )
        for name, note in state.notes.items()
    }


def _findings(deal: Deal, account: Decimal, par: Decimal) -> tuple[str, ...]:
    terms = deal.principal_cash
    if account >= 0:
        return ()
    if not terms.allow_negative:
        return (f"critical: OVERDRAFT_LIMIT: principal account expected >= 0, found {account}",)
    if terms.limit is not None and account < -terms.limit * (par + account):
        return (f"critical: OVERDRAFT_LIMIT: expected at least {-terms.limit * (par + account)}, found {account}",)
    return ()
