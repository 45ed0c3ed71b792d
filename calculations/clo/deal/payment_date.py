"""One payment date in exact decimals, from what reports state: the lists of the deal, walked once. Projections are in
`engine`; both walk the same steps.

Each due is rounded half up to the cent when it is struck; ratios are not rounded. Source: clo-extensions 4, 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from calculations import money
from calculations.clo.deal import decisions
from calculations.clo.deal.amounts import Amounts, Cents
from calculations.clo.deal.checks import warnings_of
from calculations.clo.deal.measure import event_of_default, measured
from calculations.clo.deal.opening import opened
from calculations.clo.deal.parts import Flow
from calculations.clo.deal.pay import walk
from calculations.clo.deal.payment_date_inputs import InputError, PaymentDateInputs, missing_cells
from calculations.clo.deal.payment_date_results import NoteLine, PaymentDateResult, StepLine, TestLine
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor
from calculations.clo.deal.reserves import released, set_targets
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.steps import FeeStep, ResidualStep, Step, kind_of
from calculations.clo.deal.terms import Deal

CENTS = Cents()
CENT = Decimal("0.01")


def run_payment_date(deal: Deal, inputs: PaymentDateInputs) -> PaymentDateResult:
    """Walk the lists of one payment date. Raises InputError listing every missing cell at once; nothing is run then.

    Source: clo-extensions 4.16, 5.
    """
    if missing := missing_cells(deal, inputs):
        raise InputError("INPUT_MISSING", missing, "figures for these cells")
    dates = PaymentDates(
        analysis=inputs.day("accrual_start"),
        accrual_start=inputs.day("accrual_start"),
        payment=(inputs.day("accrual_end"),),
        ends_at_maturity=False,
    )
    state = opened(_with_openings(deal, inputs), 1, dates, CENTS)
    state.payment_date = inputs.payment_date
    state.start(
        reinvesting=deal.dates.reinvestment_end is not None and inputs.payment_date <= deal.dates.reinvestment_end,
        liquidating=inputs.flag("liquidating"),
        last_period=inputs.flag("last_period"),
        accelerated=inputs.flag("accelerated"),
    )
    _accrue(state, dates, inputs)
    interest, account = _pools(deal, inputs)
    basis = sum((inputs.amount("par", name, "amount") for name in ("performing", "unfunded_reserved")), account)
    set_targets(state, _one(basis))
    state.sub.open(inputs.payment_date)
    if inputs.flag("hurdle_reached"):
        state.sub.reached = np.ones(1, dtype=np.bool_)
    par = {name: inputs.amount("par", name, "amount") for name in _par_names(deal)}
    adjusted = sum(par.values(), account)
    plain = sum((par[name] for name in ("performing", "unfunded_reserved", "defaulted_value")), account)
    state.tests, state.test_order = measured(state, _one(adjusted), _one(plain), _one(interest))
    fails = event_of_default(state, _one(adjusted), _one(plain))
    in_default = bool(fails[0]) or inputs.flag("event_of_default") or inputs.flag("accelerated")
    state.flags["event_of_default"] = in_default
    tests = {name: _test_line(ledger) for name, ledger in state.tests.items()}
    dues = {name: note.interest_due[0] for name, note in state.notes.items()}
    interest_pool, principal_pool = (
        pool[0] for pool in released(state, _one(interest), _one(max(account, Decimal(0))))
    )
    lines: list[StepLine] = []
    _walk(state, lines, interest_pool, principal_pool, in_default)
    return PaymentDateResult(
        deal_id=deal.deal_id,
        payment_date=inputs.payment_date,
        interest_pool=interest_pool,
        principal_pool=principal_pool,
        principal_carried=min(account, Decimal(0)) + _exact(state.pools["reinvestment"]),
        numerators={"adjusted_par": adjusted, "plain_par": plain},
        tests=tests,
        steps=tuple(lines),
        notes=_note_lines(state, dues),
        fees_unpaid={name: _exact(fee.due) for name, fee in state.fees.items()},
        accounts={name: (_exact(held.interest), _exact(held.principal)) for name, held in state.accounts.items()},
        sub_interest=_exact(state.sub.interest),
        sub_principal=_exact(state.sub.principal),
        incentive_fee=_exact(state.sub.fee),
        in_default=in_default,
        findings=warnings_of(deal) + _findings(deal, account, par["performing"] + par["unfunded_reserved"]),
    )


def _one(amount: Decimal) -> Amounts:
    return np.array([amount], dtype=object)


def _exact(amounts: Any) -> Decimal:
    return Decimal(np.asarray(amounts, dtype=object).reshape(-1)[0])


def _par_names(deal: Deal) -> tuple[str, ...]:
    names = ("performing", "unfunded_reserved", "discount_adjustment", "defaulted_value", "ccc_haircut")
    return (*names, "purchased_accrued") if deal.purchased_accrued.in_tests else names


def _with_openings(deal: Deal, inputs: PaymentDateInputs) -> Deal:
    """The deal with the balances that the reports state before the payment date."""
    amount = inputs.amount
    notes = {
        name: note
        if note.equity
        else replace(
            note,
            balance=amount("note", name, "opening_balance"),
            deferred=amount("note", name, "opening_deferred"),
            unpaid=amount("note", name, "opening_unpaid"),
        )
        for name, note in deal.notes.items()
    }
    accounts = {
        name: replace(
            account,
            initial=Decimal(0),
            interest=_after_transfers(name, "interest", inputs),
            principal=_after_transfers(name, "principal", inputs),
        )
        for name, account in deal.accounts.items()
    }
    history = tuple(
        Flow(date=dt.date.fromisoformat(key), amount=value)
        for (item, key, _), value in sorted(inputs.given.items())
        if item == "equity"
    )
    zero = Decimal(0)
    return replace(
        deal,
        notes=notes,
        accounts=accounts,
        fees={name: replace(fee, unpaid=amount("fee", name, "opening_unpaid")) for name, fee in deal.fees.items()},
        caps={
            name: replace(cap, carried=(amount("fee", name, "cap_carried", zero),)) for name, cap in deal.caps.items()
        },
        incentive=None
        if deal.incentive is None
        else replace(deal.incentive, history=history or deal.incentive.history),
    )


def _after_transfers(name: str, bucket: str, inputs: PaymentDateInputs) -> Decimal:
    zero, amount = Decimal(0), inputs.amount
    moved = amount("account", name, f"transfer_in_{bucket}", zero) - amount(
        "account", name, f"transfer_out_{bucket}", zero
    )
    return amount("account", name, f"opening_{bucket}") + moved


def _accrue(state: PeriodState, dates: PaymentDates, inputs: PaymentDateInputs) -> None:
    zero = Decimal(0)
    for name, note in state.notes.items():
        stated = inputs.given.get(("note", name, "coupon"))
        index = inputs.amount("index", note.terms.index or "-", "level", zero)
        terms = note.terms if stated is None else replace(note.terms, fixed=stated, spread=None)
        if note.terms.defers_unless_controlling:
            note.defers = state.has_senior_balance(name)
        note.accrue(coupon_factor(terms, name, dates, 0, index, CENTS), CENTS)
    first, last = dates.accrual(0)
    for name, fee in state.fees.items():
        if (
            stated := inputs.given.get(("fee", name, "accrued" if fee.terms.kind != "claims" else "claims"))
        ) is not None:
            fee.claim(CENTS.struck(_one(stated)))
            continue
        basis = _one(inputs.amount("fee", name, "basis", zero))
        index = inputs.amount("index", "-", "level", zero)
        fraction = CENTS.year_fraction(first, last, fee.terms.day_count)
        fee.accrue(basis, _one(Decimal(1)), fraction, index, CENTS, first_for_ever=False)
    for name, cap in state.caps.items():
        basis = _one(inputs.amount("fee", name, "basis", zero))
        cap.open(basis, CENTS.year_fraction(first, last, cap.terms.day_count), CENTS)
    for name, due in state.dues.items():
        stated = due.terms.amount if due.terms.amount != "input" else inputs.amount("due", name, "amount")
        due.claim(CENTS.struck(_one(Decimal(stated))))


def _pools(deal: Deal, inputs: PaymentDateInputs) -> tuple[Decimal, Decimal]:
    """The interest pool, and the principal account before any payment, which may be overdrawn.

    Source: clo-extensions 3.6, 4.10, 4.15.
    """
    zero, amount = Decimal(0), inputs.amount
    recovered = amount("proceeds", "purchased_accrued", "recovered", zero)
    pools = {"interest": -recovered, "principal": recovered}
    for bucket in pools:
        pools[bucket] += amount("proceeds", bucket, "collected")
        for name, account in deal.accounts.items():
            if account.type == 2:
                pools[bucket] += amount("account", name, f"opening_{bucket}")
            else:
                if account.type != 4:  # what leaves revolver funding goes to a borrower
                    pools[bucket] += amount("account", name, f"transfer_out_{bucket}", zero)
                pools[bucket] -= amount("account", name, f"transfer_in_{bucket}", zero)
    return pools["interest"], pools["principal"]


def _walk(state: PeriodState, lines: list[StepLine], interest: Decimal, principal: Decimal, in_default: bool) -> None:
    fee_before = Decimal(0)

    def record(name: str, number: int, due: Amounts, paid: Amounts, after: Amounts) -> None:
        nonlocal fee_before
        step = state.deal.lists[name].steps[number - 1]
        fee = _exact(state.sub.fee)
        legs = _legs(step, state.deal, _exact(paid), fee - fee_before)
        fee_before = fee
        lines.append(StepLine(name, number, kind_of(step), _exact(due), _exact(paid), _exact(after), legs))

    zero = _one(Decimal(0))
    state.pools = {"principal": zero if in_default else _one(principal), "notes": zero, "reinvestment": zero}
    if in_default:
        events = state.deal.event_of_default
        accelerates = events is not None and events.then == "accelerate"
        walk(state, "acceleration" if accelerates else "default", _one(interest + principal), record)
        return
    walk(state, "interest", _one(interest), record)
    state.reinvestment_limit = decisions.reinvestment_limit(state, zero)
    walk(state, "principal", state.pools["principal"], record)
    walk(state, "notes", state.pools["notes"], record)


def _legs(step: Step, deal: Deal, paid: Decimal, incentive_fee: Decimal) -> dict[str, Decimal]:
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
    numerator, denominator = _exact(ledger.numerator), _exact(ledger.denominator)
    cure = CENTS.struck(np.asarray(ledger.unmet("interest"), dtype=object))
    return TestLine(
        numerator=numerator,
        denominator=denominator,
        ratio=numerator / denominator if denominator > 0 else None,
        trigger=ledger.trigger,
        passed=not bool(ledger.failed[0]),
        interest_cure=_exact(cure),
    )


def _note_lines(state: PeriodState, dues: Mapping[str, Decimal]) -> dict[str, NoteLine]:
    principal = {name: _exact(note.opening_balance - note.balance) for name, note in state.notes.items()}
    state.roll(carries_unpaid=True)
    return {
        name: NoteLine(
            interest_due=dues[name],
            interest_paid=_exact(note.interest_paid),
            deferred_paid=_exact(note.deferred_repaid),
            principal_paid=principal[name],
            closing_balance=_exact(note.balance),
            closing_deferred=_exact(note.deferred),
            closing_unpaid=_exact(note.unpaid),
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
