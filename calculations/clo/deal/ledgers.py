"""What notes, fees, dues and capped allowances are owed in a period, and what payments leave. Who is paid when is in
the lists, how a step pays in `pay`.

Arrays are of shape (scenarios,) and never changed in place: a payment binds new ones, so that what was recorded stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calculations.clo.deal.amounts import Amounts, Mask, Numbers, is_any
from calculations.clo.deal.parts import Cap, DueTerms, FeeTerms, Note


@dataclass(slots=True)
class NoteLedger:
    """One class: `current` is unpaid and current interest still due, `on_deferred` interest on deferred interest still
    due, `owed_deferred` deferred interest with interest on it, `balance` principal outstanding."""

    name: str
    terms: Note
    balance: Amounts
    deferred: Amounts
    unpaid: Amounts
    current: Amounts = field(init=False)
    on_deferred: Amounts = field(init=False)
    owed_deferred: Amounts = field(init=False)
    accrued: Amounts = field(init=False)
    accrued_on_deferred: Amounts = field(init=False)
    interest_paid: Amounts = field(init=False)
    deferred_repaid: Amounts = field(init=False)
    opening_balance: Amounts = field(init=False)
    instalment_due: Any = 0
    defers: bool | Mask = field(init=False)

    def __post_init__(self) -> None:
        self.defers = self.terms.is_deferrable

    def accrue(self, factor: Any, numbers: Numbers, *, carries_unpaid: bool = True) -> None:
        """Interest of the period: `B d r`, and `Q d r` on deferred and on unpaid interest, at one coupon.

        `factor` is d r, a number or (scenarios,). Without `carries_unpaid` (quirk LIA-12) unpaid interest is parked:
        it bears nothing and falls due no more. Source: clo-liabilities-waterfall 3.1, Q12; clo-extensions 4.7.
        """
        zero = self.balance * 0
        self.opening_balance = self.balance
        self.accrued = numbers.struck(self.balance * factor)
        self.current = self.accrued
        if carries_unpaid and is_any(self.unpaid):
            self.current = self.current + self.unpaid + numbers.struck(self.unpaid * factor)
        self.accrued_on_deferred = numbers.struck(self.deferred * factor) if self.terms.is_deferrable else zero
        self.on_deferred = self.accrued_on_deferred
        self.owed_deferred = self.deferred + self.on_deferred if self.terms.is_deferrable else zero
        self.interest_paid = self.deferred_repaid = zero
        if self.terms.instalment is not None:
            self.instalment_due = self.instalment_due + numbers.of(self.terms.instalment)

    @property
    def interest_due(self) -> Amounts:
        return self.current + self.on_deferred if self.terms.is_deferrable else self.current

    @property
    def test_balance(self) -> Amounts:
        """What the class counts for in denominators, before any payment. Source: clo-liabilities-waterfall 3.1."""
        return self.balance + self.deferred if self.terms.is_deferrable else self.balance

    @property
    def scheduled_due(self) -> Amounts:
        return np.minimum(self.balance, self.instalment_due)

    @property
    def outstanding(self) -> Mask:
        owed = self.balance + self.owed_deferred if self.terms.is_deferrable else self.balance
        return np.asarray(owed > 0, dtype=np.bool_)

    def pay_interest(self, paid: Amounts) -> None:
        """Unpaid and current interest first, then interest on deferred. Source: clo-liabilities-waterfall 3.2, Q12."""
        self.interest_paid = self.interest_paid + paid
        if not self.terms.is_deferrable:
            self.current = self.current - paid
            return
        to_current = np.minimum(paid, self.current)
        to_deferred = np.minimum(paid - to_current, self.on_deferred)
        self.current = self.current - to_current
        self.on_deferred = self.on_deferred - to_deferred
        self.owed_deferred = self.owed_deferred - to_deferred

    def pay_deferred(self, paid: Amounts) -> None:
        """Deferred interest, with interest on it that no interest step has paid. Source: clo-liabilities-waterfall 3.2."""
        self.deferred_repaid = self.deferred_repaid + paid
        self.owed_deferred = self.owed_deferred - paid
        self.on_deferred = np.minimum(self.on_deferred, self.owed_deferred)

    def pay_principal(self, paid: Amounts, *, scheduled: bool = False) -> None:
        self.balance = self.balance - paid
        if scheduled:
            self.instalment_due = self.instalment_due - paid

    def roll(self, *, carries_unpaid: bool = True) -> None:
        """Opening balances of the next period: a class that defers adds its shortfall to what it deferred, another
        carries it as unpaid. Source: clo-liabilities-waterfall 3.2, Q12; clo-extensions 4.7."""
        if not self.terms.is_deferrable:
            self.unpaid = self.current if carries_unpaid else self.unpaid + self.current
            return
        if self.defers is True:
            self.deferred = self.owed_deferred + self.current
            return
        zero = self.current * 0
        self.deferred = self.owed_deferred + np.where(self.defers, self.current, zero)
        self.unpaid = np.where(self.defers, zero, self.current)


@dataclass(slots=True)
class FeeLedger:
    """One fee: `due` is what it still claims this period, arrears included; `accrued` this period's own claim."""

    name: str
    terms: FeeTerms
    unpaid: Amounts
    due: Amounts = field(init=False)
    accrued: Amounts = field(init=False)
    paid: Amounts = field(init=False)
    first_unpaid: Amounts = field(init=False)
    deferred: Amounts = field(init=False)  # the part of what is unpaid that a clause deferred

    def __post_init__(self) -> None:
        self.first_unpaid = self.unpaid
        self.deferred = self.unpaid * 0

    def accrue(
        self, beginning: Amounts, ending: Amounts, fraction: Any, index: Any, numbers: Numbers, *, first_for_ever: bool
    ) -> None:
        """`(basis q + k) d`, and interest on what was unpaid when the period began (quirk LIA-13: on what was unpaid
        before the first period). Nothing accrues where the ending basis is not above zero.

        Source: clo-liabilities-waterfall 5, Q13, Q14.
        """
        basis = beginning if self.terms.kind == "beginning" else (beginning + ending) / 2
        claim = (basis * numbers.of(self.terms.rate or 0) + numbers.of(self.terms.fixed)) * fraction
        if self.terms.interest_spread is not None:
            bearing = self.first_unpaid if first_for_ever else self.unpaid
            if not self.terms.deferred_bears_interest:
                bearing = bearing - self.deferred
            rate = np.maximum(index + numbers.of(self.terms.interest_spread), numbers.of(0))
            claim = claim + bearing * (rate * fraction)
        self.claim(numbers.struck(np.where(ending > 0, claim, claim * 0)))

    def claim(self, amount: Amounts) -> None:
        """This period's claim is `amount`; arrears come on top."""
        self.accrued = amount
        self.due = self.unpaid + amount
        self.paid = amount * 0

    def pay(self, paid: Amounts) -> None:
        self.due = self.due - paid
        self.paid = self.paid + paid

    def defer(self, where: bool | Mask) -> None:
        """Payments went to what was deferred first; what accrued is deferred `where` a clause says so.

        Source: clo-extensions 1.2.
        """
        self.deferred = np.maximum(self.deferred - self.paid, 0) + np.where(where, self.accrued, self.accrued * 0)

    def roll(self) -> None:
        self.unpaid = self.due


@dataclass(slots=True)
class DueLedger:
    """An amount due each period, such as taxes."""

    name: str
    terms: DueTerms
    unpaid: Amounts
    due: Amounts = field(init=False)
    paid: Amounts = field(init=False)

    def claim(self, amount: Amounts) -> None:
        self.due = self.unpaid + amount
        self.paid = amount * 0

    def pay(self, paid: Amounts) -> None:
        self.due = self.due - paid
        self.paid = self.paid + paid

    def roll(self) -> None:
        self.unpaid = self.due if self.terms.carry else self.due * 0


@dataclass(slots=True)
class CapLedger:
    """A shared allowance: `carried` are unused amounts of earlier periods, the oldest first; `left` is what capped
    steps may still take this period. Source: clo-extensions 4.2."""

    name: str
    terms: Cap
    carried: tuple[Amounts, ...]
    own: Amounts = field(init=False)
    left: Amounts = field(init=False)

    def open(self, basis: Amounts, fraction: Any, numbers: Numbers) -> None:
        own = (numbers.of(self.terms.fixed) + basis * numbers.of(self.terms.rate)) * fraction
        self.own = numbers.struck(own)
        self.left = sum(self.carried, self.own)

    def roll(self, pays: bool | Mask = True) -> None:
        """What was spent comes off the oldest unused amount first; the last `carry_forward` periods' rests stay, and
        everything where the period does not end with a payment date."""
        spent = sum(self.carried, self.own) - self.left
        rests = []
        for amount in (*self.carried, self.own):
            taken = np.minimum(spent, amount)
            spent = spent - taken
            rests.append(amount - taken)
        keep = self.terms.carry_forward
        kept = tuple(rests[-keep:]) if keep else ()
        if pays is not True and kept:
            zero = self.own * 0
            before = (*(zero for _ in range(len(kept) - len(self.carried))), *self.carried[-len(kept) :])
            kept = tuple(np.where(pays, new, old) for new, old in zip(kept, before, strict=True))
        self.carried = kept
