"""Keeps what each period found and lays it out as arrays. Nothing is computed that a result does not show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.amounts import Amounts, is_any
from calculations.clo.deal.collateral import PeriodCollateral
from calculations.clo.deal.proceeds import Proceeds
from calculations.clo.deal.results import (
    AccountFlows,
    Collections,
    CurePayments,
    DealResult,
    EquityResult,
    FeeResult,
    NoteResult,
    StepResult,
    TestResult,
)
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.steps import FeeStep


class Recorder:
    """Results by key, each row of shape (scenarios,) written where the result will have it.

    A key whose rows are all zero takes no memory: a class that never defers has many of them.
    """

    def __init__(self, state: PeriodState, periods: int, *, with_steps: bool) -> None:
        self.state, self.periods, self.deal = state, periods, state.deal
        self.rows: dict[Any, Amounts] = {}
        self.zeros: dict[Any, Amounts] = {}
        self.with_steps = with_steps
        self.period = 0
        self.step = self._step if with_steps else None
        state.notes_cures = with_steps

    def start(self) -> None:
        """What accounts hold before anything of the period is collected."""
        for name, account in self.state.accounts.items():
            self._put(("account", name), account.balance)

    def open(
        self, interest: Floats, principal: Floats, basis: Floats, owed: Floats, defaulted: Flags, sold: Flags | None
    ) -> None:
        """What was found before any payment."""
        put = self._put
        put("interest", interest)
        put("principal", principal)
        put("basis", basis)
        put("owed", owed)
        put("defaulted", defaulted)
        if sold is not None:
            put("sold", sold)
        for name, note in self.state.notes.items():
            put(("note", name, "balance"), note.balance)
            put(("note", name, "deferred"), note.deferred)
            put(("note", name, "unpaid"), note.unpaid)
        for name, fee in self.state.fees.items():
            put(("fee", name, "unpaid"), fee.unpaid)
            put(("fee", name, "deferred"), fee.deferred)
        for name, test in self.state.tests.items():
            put(("test", name, "numerator"), test.numerator)
            put(("test", name, "denominator"), test.denominator)
            put(("test", name, "failed"), test.failed)

    def collected(self, held: PeriodCollateral, proceeds: Proceeds, sales: Floats) -> None:
        """What came in from outside, where steps are asked for."""
        if not self.with_steps:
            return
        found = Collections(
            held.interest, held.principal, held.recoveries, proceeds.moved, proceeds.hedges, np.asarray(sales)
        )
        for item in fields(found):
            self._put(("collected", item.name), getattr(found, item.name))

    def overdrawn(self, overdrawn: Floats, collateral: Floats) -> None:
        """Where the principal account is overdrawn by more than the deal's limit. Source: clo-extensions 4.15."""
        limit = self.deal.principal_cash.limit
        if limit is not None and is_any(overdrawn):
            self._put("overdraft", overdrawn < -float(limit) * collateral)

    def _step(self, name: str, number: int, due: Amounts, paid: Amounts, after: Amounts) -> None:
        put = self._put
        put(("due", name, number), due)
        put(("paid", name, number), paid)
        put(("after", name, number), after)

    def close(self, bought: Floats, drawn: Floats) -> None:
        """What the period's payments were."""
        put, sub = self._put, self.state.sub
        put("drawn", drawn)
        for name, note in self.state.notes.items():
            put(("note", name, "accrued"), note.accrued)
            put(("note", name, "on_deferred"), note.accrued_on_deferred)
            put(("note", name, "interest_paid"), note.interest_paid)
            put(("note", name, "deferred_repaid"), note.deferred_repaid)
            put(("note", name, "principal_paid"), note.opening_balance - note.balance)
        for name, fee in self.state.fees.items():
            put(("fee", name, "accrued"), fee.accrued)
            put(("fee", name, "paid"), fee.paid)
            self._put_legs(("fee", name), fee.paid, fee.terms.payees)
        for key, amount in (
            ("interest", sub.interest),
            ("principal", sub.principal),
            ("fee", sub.fee),
            ("threshold", sub.threshold),
            ("reached", sub.reached),
            ("value", sub.value),
        ):
            put(("sub", key), amount)
        for name, test in self.state.tests.items():
            for item in fields(CurePayments) if test.cures is not None else ():
                put(("test", name, item.name), getattr(test.cures, item.name))
        for name, account in self.state.accounts.items():
            put(("account", name, "in"), account.paid_in)
            put(("account", name, "out"), account.paid_out)
        self._put_legs(("sub",), sub.fee, {} if sub.terms is None else sub.terms.payees)
        put("bought", bought)
        for quirk, amount in self.state.created.items():
            put(("created", quirk), amount)
        self.state.created = {}
        self.period += 1

    def _put_legs(self, key: tuple[str, ...], amount: Amounts, payees: Mapping[str, Decimal]) -> None:
        for payee, share in payees.items():
            self._put((*key, "leg", payee), amount * float(share))

    def _legs(self, key: tuple[str, ...], payees: Iterable[str]) -> dict[str, Amounts]:
        """A fee's parts by payee; a payee of some versions only has nothing in the periods of the others."""
        return {payee: self._flow((*key, "leg", payee)) for payee in sorted(payees)}

    def _put(self, key: Any, row: Amounts) -> None:
        held = self.rows.get(key)
        if held is None:
            if not is_any(row):
                return
            # the system gives zeroed memory page by page, so that rows never reached cost nothing
            held = self.rows[key] = np.zeros((self.periods + 1, row.shape[0]), dtype=row.dtype)
        held[self.period] = row

    def result(self, last: Amounts) -> DealResult:
        """The arrays of all periods; after a group's last period nothing flows and balances stay."""
        state, flow, stock = self.state, self._flow, self._stock
        versions = (self.deal, *(version.deal for version in self.deal.versions))
        incentives = [deal.incentive for deal in versions if deal.incentive is not None]
        notes = {
            name: NoteResult(
                balance=stock(("note", name, "balance"), note.balance),
                deferred=stock(("note", name, "deferred"), note.deferred),
                unpaid=stock(("note", name, "unpaid"), note.unpaid),
                interest_accrued=flow(("note", name, "accrued")),
                on_deferred_accrued=flow(("note", name, "on_deferred")),
                interest_paid=flow(("note", name, "interest_paid")),
                deferred_repaid=flow(("note", name, "deferred_repaid")),
                principal_paid=flow(("note", name, "principal_paid")),
            )
            for name, note in state.notes.items()
        }
        fees = {
            name: FeeResult(
                flow(("fee", name, "accrued")),
                flow(("fee", name, "paid")),
                stock(("fee", name, "unpaid"), fee.unpaid),
                stock(("fee", name, "deferred"), fee.deferred),
                self._legs(("fee", name), {payee for deal in versions for payee in deal.fees[name].payees}),
            )
            for name, fee in state.fees.items()
        }
        tests = {
            name: TestResult(
                flow(("test", name, "numerator")),
                flow(("test", name, "denominator")),
                ~flow(("test", name, "failed"), np.bool_),
                float(test.trigger),
                self._cures(name),
            )
            for name, test in state.tests.items()
        }
        return DealResult(
            notes=notes,
            fees=fees,
            tests=tests,
            equity=EquityResult(
                interest=flow(("sub", "interest")),
                principal=flow(("sub", "principal")),
                incentive_fee=flow(("sub", "fee")),
                threshold=flow(("sub", "threshold")),
                hurdle_reached=flow(("sub", "reached"), np.bool_),
                discounted_value=flow(("sub", "value")),
                fee_legs=self._legs(("sub",), {payee for incentive in incentives for payee in incentive.payees}),
            ),
            accounts={name: stock(("account", name), held.balance) for name, held in state.accounts.items()},
            account_flows={
                name: AccountFlows(flow(("account", name, "in")), flow(("account", name, "out")))
                for name in state.accounts
            },
            interest_proceeds=flow("interest"),
            principal_proceeds=flow("principal"),
            fee_basis=flow("basis"),
            reinvested=flow("bought"),
            draws=flow("drawn"),
            purchased_accrued=flow("owed"),
            event_of_default=flow("defaulted", np.bool_),
            liquidating=flow("sold", np.bool_),
            overdraft_above_limit=flow("overdraft", np.bool_),
            last_period=last,
            steps=self._steps(),
            collections=self._collections(),
            created={step.created_by: flow(("created", step.created_by)) for step in self._creating()},
            assumptions=(),
        )

    def _cures(self, test: str) -> CurePayments | None:
        if not self.with_steps:
            return None
        return CurePayments(*(self._flow(("test", test, item.name)) for item in fields(CurePayments)))

    def _collections(self) -> Collections | None:
        if not self.with_steps:
            return None
        return Collections(*(self._flow(("collected", item.name)) for item in fields(Collections)))

    def _flow(self, key: Any, kind: Any = np.float64) -> Amounts:
        """(scenarios, periods); zero in periods that were not reached."""
        held = self.rows.get(key)
        return self._nothing(kind) if held is None else held[:-1].T

    def _nothing(self, kind: Any = np.float64) -> Amounts:
        """Zeros (scenarios, periods) that take no memory; the same ones for every flow of a kind."""
        if kind not in self.zeros:
            self.zeros[kind] = np.broadcast_to(np.zeros((), dtype=kind), (self.state.scenarios, self.periods))
        return self.zeros[kind]

    def _stock(self, key: Any, last: Amounts) -> Amounts:
        """(scenarios, periods + 1); what is left last stays."""
        held = self.rows.get(key)
        if held is None and not is_any(last):
            return np.broadcast_to(np.zeros(()), (self.state.scenarios, self.periods + 1))
        if held is None:
            held = np.zeros((self.periods + 1, self.state.scenarios))
        held[self.period :] = last
        return held.T

    def _steps(self) -> dict[tuple[str, int], StepResult]:
        """Every step of the deal's own lists and of those that an overlay lengthens; empty where none were kept."""
        if not self.with_steps:
            return {}
        versions = (self.deal, *(version.deal for version in self.deal.versions))
        lengths: dict[str, int] = {}
        for deal in versions:
            for name, terms in deal.lists.items():
                lengths[name] = max(lengths.get(name, 0), len(terms.steps))
        flow = self._flow
        return {
            (name, number): StepResult(
                flow(("due", name, number)), flow(("paid", name, number)), flow(("after", name, number))
            )
            for name, length in lengths.items()
            for number in range(1, length + 1)
        }

    def _creating(self) -> list[Any]:
        steps = [step for terms in self.deal.lists.values() for step in terms.steps]
        return [step for step in steps if isinstance(step, FeeStep) and step.created_by is not None]
