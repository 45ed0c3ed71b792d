"""Everything that changes on a payment date: ledgers, pools, accounts and flags, and how conditions read them. What a
step pays is in `pay`; which steps there are, in the lists.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from calculations.clo.deal.amounts import Amounts, Mask, Numbers
from calculations.clo.deal.conditions import (
    Condition,
    Controlling,
    Dated,
    Every,
    Failing,
    Measure,
    Not,
    Some,
    State,
)
from calculations.clo.deal.cures import TestLedger
from calculations.clo.deal.incentive import SubLedger
from calculations.clo.deal.ledgers import CapLedger, DueLedger, FeeLedger, NoteLedger
from calculations.clo.deal.ranks import Group, controlling_groups, ordered_tests
from calculations.clo.deal.terms import Deal

Gate = bool | Mask
L = TypeVar("L")


@dataclass(slots=True)
class AccountLedger:
    """The two buckets of an account, and what went in and out this period."""

    interest: Amounts
    principal: Amounts
    paid_in: Amounts
    paid_out: Amounts
    target: Any = None

    @property
    def balance(self) -> Amounts:
        return self.interest + self.principal


@dataclass(slots=True)
class PeriodState:
    """One payment date of all scenarios; amounts are of shape (scenarios,). `flags` holds states by name, each a bool or
    a mask of shape (scenarios,)."""

    deal: Deal
    numbers: Numbers
    scenarios: int
    payment_date: dt.date
    notes: dict[str, NoteLedger]
    fees: dict[str, FeeLedger]
    dues: dict[str, DueLedger]
    caps: dict[str, CapLedger]
    accounts: dict[str, AccountLedger]
    sub: SubLedger
    tests: dict[str, TestLedger] = field(default_factory=dict)
    test_order: tuple[str, ...] = ()
    flags: dict[str, Gate] = field(default_factory=dict)
    measures: dict[tuple[str, str], Amounts | None] = field(default_factory=dict)
    pools: dict[str, Amounts] = field(default_factory=dict)
    reinvestment_limit: Any = 0
    walks: Any = True  # where the list that is open is walked, (scenarios,): in no other scenario does a step act
    overdrawn: Any = 0  # what the principal account is short of, (scenarios,), before a step repays it
    created: dict[str, Amounts] = field(default_factory=dict)
    cover_paid: Amounts | None = None  # the last cure paid in the list being walked
    notes_cures: bool = False  # whether tests keep what was paid for each of them
    list_name: str = ""
    stated: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)  # payments of a report, by list and step
    arithmetic: str = "interest"
    _groups: tuple[Group, ...] = ()
    _ranked: tuple[str, ...] | None = None
    _control: Any = None
    _gates: dict[int, Gate] = field(default_factory=dict)

    def take_terms(self, deal: Deal) -> None:
        """Go on under the version of the deal in force; ledgers keep their balances."""
        if deal is self.deal:
            return
        self.deal, self._ranked = deal, None
        for name, fee in self.fees.items():
            fee.terms = deal.fees[name]
        self.sub.terms = deal.incentive

    @property
    def ranked_tests(self) -> tuple[str, ...]:
        """The tests that steps name, from the most senior down."""
        if self._ranked is None:
            self._ranked = ordered_tests(self.deal)
        return self._ranked

    def start(self, **flags: Gate) -> None:
        """Begin a payment date: states by name, and nothing measured yet."""
        self.flags = flags
        self._gates.clear()
        for account in self.accounts.values():
            account.paid_in = account.paid_out = account.paid_in * 0

    def roll(self, *, carries_unpaid: bool, pays: bool | Mask = True) -> None:
        """Close the payment date: every ledger's opening balances of the next one. Where the period `pays` nothing, no
        allowance of it is used up."""
        for note in self.notes.values():
            note.roll(carries_unpaid=carries_unpaid)
        for fee in self.fees.values():
            fee.roll()
        for due in self.dues.values():
            due.roll()
        for cap in self.caps.values():
            cap.roll(pays)
        self.sub.roll()

    def open_list(self, name: str) -> None:
        """Start walking a list: conditions and control are measured anew, its cures counted as its money is."""
        self.list_name = name
        self.arithmetic = "principal" if self.deal.lists[name].source == "principal" else "interest"
        self._gates.clear()
        self._control = None
        self.cover_paid = None

    def holds(self, condition: Condition | None, cash: Amounts) -> Gate:
        """Whether a condition holds, one answer or one for each scenario."""
        if condition is None:
            return True
        key = id(condition)
        if key not in self._gates:
            self._gates[key] = self._measured(condition, cash)
        return self._gates[key]

    def _measured(self, condition: Condition, cash: Amounts) -> Gate:
        match condition:
            case State(name):
                return self._escrow_covers_hurdle(cash) if name == "escrow_covers_hurdle" else self._flag(name)
            case Controlling(note):
                return self.controlling() == self._place(note)
            case Failing(test):
                return self.tests[test].failed
            case Measure():
                return self._compared(condition)
            case Dated(first, end):
                return (first is None or self.payment_date >= first) and (end is None or self.payment_date < end)
            case Not(part):
                return _inverse(self.holds(part, cash))
            case Every(parts):
                return _folded([self.holds(part, cash) for part in parts], np.logical_and)
            case Some(parts):
                return _folded([self.holds(part, cash) for part in parts], np.logical_or)
        raise TypeError(f"expected a condition, found {condition!r}")

    def _flag(self, name: str) -> Gate:
        return self.sub.reached if name == "hurdle_reached" else self.flags.get(name, False)

    def _escrow_covers_hurdle(self, cash: Amounts) -> Gate:
        """Escrow and the cash at this step reach the remaining threshold; held once measured in the period."""
        key = "escrow_covers_hurdle"
        held = self.flags.get(key)
        if held is None:
            escrow = sum((a.balance for n, a in self.accounts.items() if self.deal.accounts[n].type == 7), cash * 0)
            held = self.flags[key] = np.asarray(escrow + cash >= self.sub.remaining, dtype=np.bool_)
        return held

    def _compared(self, measure: Measure) -> Gate:
        """A figure against its bound; an unknown figure compares as false."""
        figure = self._figure(measure)
        if figure is None:
            return False
        known = np.asarray(figure == figure, dtype=np.bool_)
        if measure.below is not None:
            return known & np.asarray(figure < self.numbers.of(measure.below), dtype=np.bool_)
        if measure.above is not None:
            return known & np.asarray(figure > self.numbers.of(measure.above), dtype=np.bool_)
        return known & np.asarray(figure >= self.numbers.of(measure.at_least or 0), dtype=np.bool_)

    def _figure(self, measure: Measure) -> Amounts | None:
        if measure.what == "cushion":
            test = self.tests[measure.of]
            return test.ratio - test.trigger
        if measure.what == "ratio":
            return self.tests[measure.of].ratio
        if measure.what == "balance":
            known = self.notes.get(measure.of) or self.accounts.get(measure.of)
            return None if known is None else known.balance
        return self.measures.get((measure.what, measure.of))

    def controlling(self) -> Amounts:
        """The place of the most senior group outstanding, (scenarios,); -1 where none is.

        A group is outstanding while any of its legs is. Source: clo-liabilities-waterfall 2.2.
        """
        if self._control is None:
            self._groups = self._groups or controlling_groups(self.deal)
            place = np.full(self.scenarios, -1)
            for number in range(len(self._groups) - 1, -1, -1):
                group = self._groups[number]
                held = self.notes[group[0]].outstanding
                for leg in group[1:]:
                    held = held | self.notes[leg].outstanding
                place = np.where(held, self._taken_for(group, number), place)
            self._control = place
        return self._control

    def senior_to(self, note: str) -> list[str]:
        """The notes of every group that ranks before the note's own."""
        self._groups = self._groups or controlling_groups(self.deal)
        return [leg for group in self._groups[: max(self._place(note), 0)] for leg in group]

    def has_senior_balance(self, note: str, *, at_opening: bool = False) -> Mask:
        """Where a class that ranks before the note's group has principal outstanding."""
        found = np.zeros(self.scenarios, dtype=np.bool_)
        for name in self.senior_to(note):
            ledger = self.notes[name]
            found |= np.asarray((ledger.opening_balance if at_opening else ledger.balance) > 0, dtype=np.bool_)
        return found

    def _place(self, note: str) -> int:
        self._groups = self._groups or controlling_groups(self.deal)
        return next((number for number, group in enumerate(self._groups) if note in group), -2)

    def _taken_for(self, group: Group, number: int) -> int:
        label = next((self.deal.controlling_as[note] for note in group if note in self.deal.controlling_as), None)
        return number if label is None else self._place(label)

    def previewed(self, walk: Callable[[], Amounts]) -> Amounts:
        """What `walk` finds, with every ledger as it was before it."""
        kept = self.notes, self.fees, self.dues, self.caps, self.accounts
        gates, cover = dict(self._gates), self.cover_paid
        self.notes, self.fees, self.dues = _copied(self.notes), _copied(self.fees), _copied(self.dues)
        self.caps, self.accounts = _copied(self.caps), _copied(self.accounts)
        try:
            return walk()
        finally:
            self.notes, self.fees, self.dues, self.caps, self.accounts = kept
            self._gates, self.cover_paid = gates, cover


def _copied(ledgers: dict[str, L]) -> dict[str, L]:
    return {name: copy.copy(ledger) for name, ledger in ledgers.items()}


def _inverse(gate: Gate) -> Gate:
    return not gate if isinstance(gate, bool) else ~gate


def _folded(gates: list[Gate], fold: Any) -> Gate:
    if all(isinstance(gate, bool) for gate in gates):
        return all(gates) if fold is np.logical_and else any(gates)
    result: Gate = gates[0]
    for gate in gates[1:]:
        result = fold(result, gate)
    return result
