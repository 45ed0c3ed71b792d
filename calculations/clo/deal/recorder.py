"""Keeps what each period found and lays it out as arrays. Nothing is computed that a result does not show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.amounts import Amounts
from calculations.clo.deal.results import (
    DealResult,
    EquityResult,
    FeeResult,
    NoteResult,
    StepResult,
    TestResult,
)
from calculations.clo.deal.state import PeriodState


class Recorder:
    """Columns of results by key; a column holds one array of shape (scenarios,) a period."""

    def __init__(self, state: PeriodState, periods: int, *, with_steps: bool) -> None:
        self.state, self.periods = state, periods
        self.columns: dict[Any, list[Amounts]] = defaultdict(list)
        self.steps: dict[tuple[str, int], list[tuple[int, Amounts, Amounts, Amounts]]] = defaultdict(list)
        self.period = 0
        self.step = self._step if with_steps else None

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
        put("sold", np.zeros(defaulted.shape, dtype=np.bool_) if sold is None else sold)
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
            put(("test", name, "passed"), ~test.failed)

    def _step(self, name: str, number: int, due: Amounts, paid: Amounts, after: Amounts) -> None:
        self.steps[name, number].append((self.period, due, paid, after))

    def close(self, bought: Floats) -> None:
        """What the period's payments were."""
        put, sub = self._put, self.state.sub
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
        self._put_legs(("sub",), sub.fee, {} if sub.terms is None else sub.terms.payees)
        put("bought", bought)
        for quirk, amount in self.state.created.items():
            self.columns["created", quirk] += [amount * 0] * (self.period - len(self.columns["created", quirk]))
            put(("created", quirk), amount)
        self.state.created = {}
        self.period += 1

    def _put_legs(self, key: tuple[str, ...], amount: Amounts, payees: Mapping[str, Decimal]) -> None:
        """A fee's parts by payee; a payee of some versions only has nothing in the periods of the others."""
        known = {column[-1] for column in self.columns if isinstance(column, tuple) and column[:-1] == (*key, "leg")}
        for payee in sorted(known | set(payees)):
            column = self.columns[(*key, "leg", payee)]
            column += [amount * 0] * (self.period - len(column))
            column.append(amount * float(payees.get(payee, 0)))

    def _legs(self, key: tuple[str, ...]) -> dict[str, Amounts]:
        names = [column for column in self.columns if isinstance(column, tuple) and column[:-1] == (*key, "leg")]
        return {column[-1]: self._flow(column) for column in names}

    def _put(self, key: Any, column: Amounts) -> None:
        self.columns[key].append(column)

    def result(self, last: Amounts) -> DealResult:
        """The arrays of all periods; after a group's last period nothing flows and balances stay."""
        state, flow, stock = self.state, self._flow, self._stock
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
                self._legs(("fee", name)),
            )
            for name, fee in state.fees.items()
        }
        tests = {
            name: TestResult(
                flow(("test", name, "numerator")),
                flow(("test", name, "denominator")),
                flow(("test", name, "passed"), after=True),
                float(test.trigger),
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
                hurdle_reached=flow(("sub", "reached")),
                discounted_value=flow(("sub", "value")),
                fee_legs=self._legs(("sub",)),
            ),
            accounts={name: stock(("account", name), held.balance) for name, held in state.accounts.items()},
            interest_proceeds=flow("interest"),
            principal_proceeds=flow("principal"),
            fee_basis=flow("basis"),
            reinvested=flow("bought"),
            purchased_accrued=flow("owed"),
            event_of_default=flow("defaulted"),
            liquidating=flow("sold"),
            last_period=last,
            steps={key: self._step_result(rows) for key, rows in self.steps.items()},
            created={key[1]: flow(key) for key in self.columns if isinstance(key, tuple) and key[0] == "created"},
            assumptions=(),
        )

    def _flow(self, key: Any, *, after: Any = 0) -> Amounts:
        """(scenarios, periods); periods that were not reached hold `after`."""
        rows = self.columns[key]
        first = rows[0] if rows else np.zeros(self.state.scenarios)
        out = np.empty((self.periods, first.shape[0]), dtype=first.dtype)
        out[len(rows) :] = after
        for period, row in enumerate(rows):
            out[period] = row
        return out.T

    def _stock(self, key: Any, last: Amounts) -> Amounts:
        """(scenarios, periods + 1); what is left last stays."""
        rows = self.columns[key]
        out = np.empty((self.periods + 1, last.shape[0]), dtype=last.dtype)
        out[len(rows) :] = last
        for period, row in enumerate(rows):
            out[period] = row
        return out.T

    def _step_result(self, rows: Sequence[tuple[int, Amounts, Amounts, Amounts]]) -> StepResult:
        found = [np.zeros((self.periods, self.state.scenarios)) for _ in range(3)]
        for period, *amounts in rows:
            for out, amount in zip(found, amounts, strict=True):
                out[period] = amount
        return StepResult(*(out.T for out in found))


def joined(parts: Sequence[Any]) -> Any:
    """Results of groups of scenarios as one, group after group."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, dict):
        return {key: joined([part[key] for part in parts]) for key in first}
    if is_dataclass(first):
        return type(first)(**{f.name: joined([getattr(part, f.name) for part in parts]) for f in fields(first)})  # type: ignore[misc]
    return first
