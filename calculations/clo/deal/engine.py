"""The period loop of a deal's liabilities: collect, accrue, measure, pay, decide, roll. What a step pays is in `pay`, what
the collateral yields in `collateral`.

Scenarios differ only by arrays and masks, so that one loop over periods and steps serves all of them.
Source: clo-liabilities-waterfall 1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.amounts import Amounts, Doubles
from calculations.clo.deal.collateral import PeriodCollateral, Pools, ReinvestedPool, ccc_haircut
from calculations.clo.deal.measure import event_of_default, measured
from calculations.clo.deal.opening import missing_inputs, opened
from calculations.clo.deal.pay import walk
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor
from calculations.clo.deal.recorder import Recorder, joined
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.steps import ReinvestStep
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_flows import PoolFlows, RatedBalances

EMPTY_POOL = 0.01  # collateral at or below this is none
NUMBERS = Doubles()


def run(
    deal: Deal,
    flows: PoolFlows,
    dates: PaymentDates,
    index: Floats,
    *,
    reinvested: ReinvestedPool | None = None,
    ccc: Sequence[RatedBalances] = (),
    in_default: bool = False,
    record_steps: bool = False,
    scenarios_at_once: int = 10_000,
) -> DealResult:
    """Pay a deal's notes, fees and equity out of its collateral, period by period, in every scenario.

    `index` is the index of each period, (periods,) or (scenarios, periods). `in_default` is the manual flag.
    `record_steps` keeps due, paid and cash after of every step of every list, which takes memory. Scenarios are run
    in groups whose arrays stay in the processor's cache, except beside a reinvested pool, which trades for all.
    Raises ValueError for shapes that do not fit and for terms that the file and its inputs leave open, all at once.
    Source: clo-liabilities-waterfall 1.3.
    """
    scenarios, periods = flows.interest.shape
    index = np.asarray(index, dtype=np.float64)
    if index.shape not in ((periods,), (scenarios, periods)):
        raise ValueError(f"index must be of shape ({periods},) or ({scenarios}, {periods}), found {index.shape}")
    if periods != dates.periods:
        raise ValueError(f"flows must have a column for each of {dates.periods} payment dates, found {periods}")
    if missing := missing_inputs(deal):
        raise ValueError(f"{deal.file}: expected a figure for {', '.join(missing)}; found none")
    size = scenarios if reinvested is not None or scenarios == 0 else scenarios_at_once
    parts = []
    for start in range(0, max(scenarios, 1), max(size, 1)):
        rows = slice(start, start + size)
        group = PoolFlows(**{name: getattr(flows, name)[rows] for name in PoolFlows.__dataclass_fields__})
        rated = [replace(bucket, balances=bucket.balances[rows]) for bucket in ccc]
        loop = _Loop(deal, group, dates, index if index.ndim == 1 else index[rows], reinvested, rated, in_default, record_steps)
        parts.append(loop.run())
    held_as_cash = "what is reinvested stays in the collection account, as no reinvested pool is given"
    buys = any(isinstance(step, ReinvestStep) for terms in deal.lists.values() for step in terms.steps)
    return replace(joined(parts), assumptions=(held_as_cash,) if buys and reinvested is None else ())


class _Loop:
    """One group of scenarios from the first period to the last."""

    def __init__(
        self,
        deal: Deal,
        flows: PoolFlows,
        dates: PaymentDates,
        index: Floats,
        bought: ReinvestedPool | None,
        ccc: Sequence[RatedBalances],
        in_default: bool,
        record_steps: bool,
    ) -> None:
        self.deal, self.dates, self.index, self.ccc, self.in_default = deal, dates, index, ccc, in_default
        self.bought = bought
        self.pools = Pools(flows, bought)
        self.scenarios, self.periods = flows.interest.shape
        self.state = opened(deal, self.scenarios, dates, NUMBERS)
        self.record = Recorder(self.state, self.periods, with_steps=record_steps)
        self.alive: Flags | None = None  # None while no scenario has ended
        only_date = self.periods == 1 and dates.ends_at_maturity and not deal.acts("LIA-24")
        self.liquidating: Flags | None = np.ones(self.scenarios, dtype=np.bool_) if only_date else None
        self.accelerated: Flags | None = None
        self.last = np.full(self.scenarios, self.periods)
        self.owed = np.full(self.scenarios, float(deal.purchased_accrued.amount))
        self.beginning = np.full(self.scenarios, float(deal.beginning_fee_basis or 0))
        self.carried = (np.zeros(self.scenarios), np.zeros(self.scenarios))

    def run(self) -> DealResult:
        for i in range(self.periods):
            self._period(i)
            if self.alive is not None and not self.alive.any():
                break
        return self.record.result(self.last)

    def _period(self, i: int) -> None:
        state, deal = self.state, self.deal
        state.payment_date = self.dates.payment[i]
        held = self.pools.period(i)
        interest, principal = self._proceeds(i, held)
        self._accrue(i)
        haircut = self._haircut(i, held, principal)
        basis = held.performing + held.defaulted + principal + self.owed
        self._accrue_fees(i, basis)
        state.sub.open(state.payment_date)
        self._flags(i)
        par = held.performing + held.defaulted_value + principal
        counted = self.owed if deal.purchased_accrued.in_tests else 0.0
        state.tests, state.test_order = measured(state, par - haircut + counted, par, interest)
        defaulted = self._default(event_of_default(state, par - haircut + counted, par))
        sold = self.liquidating
        proceeds = principal
        if sold is not None:
            price = float(deal.call.price if deal.call.price is not None else 1)
            proceeds = principal + self.pools.sell(i, price, sold, forgets=not deal.acts("LIA-11"))
        self.record.open(interest, proceeds, basis, self.owed, defaulted, sold)
        bought = self._distribute(i, interest, proceeds, held.unscheduled, defaulted)
        self._decide(i, held, sold, bought)
        self._roll(basis)
        self.record.close(bought)

    def _proceeds(self, i: int, held: PeriodCollateral) -> tuple[Floats, Floats]:
        """Collections with what accounts add, after purchased accrued interest went over to principal."""
        interest, principal = held.interest + self.carried[0], held.principal + self.carried[1]
        if i == 0:
            for name, account in self.deal.accounts.items():
                ledger = self.state.accounts[name]
                if account.type == 2:
                    interest, principal = interest + ledger.interest, principal + ledger.principal
                    ledger.interest, ledger.principal = ledger.interest * 0, ledger.principal * 0
                elif account.type == 3:
                    principal, ledger.principal = principal + ledger.principal, ledger.principal * 0
                elif account.type == 8:  # its interest bucket is for smoothing, not for paying
                    interest, ledger.principal = interest + ledger.principal, ledger.principal * 0
        moved = np.minimum(self.owed, interest)
        self.owed = self.owed - moved
        return interest - moved, principal + moved

    def _accrue(self, i: int) -> None:
        index = self._index(i)
        carries = not self.deal.acts("LIA-12")
        for name, note in self.state.notes.items():
            factor = coupon_factor(note.terms, name, self.dates, i, index, NUMBERS)
            if self.alive is not None:
                factor = factor * self.alive
            if note.terms.defers_unless_controlling:
                note.defers = self._status(name)
            note.accrue(factor, NUMBERS, carries_unpaid=carries)

    def _index(self, i: int) -> Any:
        return self.index[..., i] if self.index.ndim == 2 else float(self.index[i])

    def _status(self, name: str) -> Flags:
        """Where a class may defer: it is not the most senior one with a balance when the period's lists begin."""
        senior = np.zeros(self.scenarios, dtype=np.bool_)
        for other in self.state.senior_to(name):
            senior = senior | (self.state.notes[other].balance > 0)
        return senior

    def _haircut(self, i: int, held: PeriodCollateral, principal: Floats) -> Amounts | float:
        terms = self.deal.haircuts.ccc
        if terms is None or not self.ccc:
            return 0.0
        old = self.pools.flows.performing[:, i] if self.deal.acts("COL-21") else None
        return ccc_haircut(terms, self.ccc, i, held.performing, principal, old)

    def _accrue_fees(self, i: int, basis: Floats) -> None:
        first, last = self.dates.accrual(i)
        index = self._index(i)
        for fee in self.state.fees.values():
            fraction = NUMBERS.year_fraction(first, last, fee.terms.day_count)
            if fee.terms.accrues is not None and not self.state.holds(fee.terms.accrues, basis):
                fee.claim(basis * 0)
                continue
            first_for_ever = self.deal.acts("LIA-13")
            fee.accrue(self.beginning, basis, fraction, index, NUMBERS, first_for_ever=first_for_ever)
        for cap in self.state.caps.values():
            cap.open(self.beginning, NUMBERS.year_fraction(first, last, cap.terms.day_count), NUMBERS)
        for due in self.state.dues.values():
            amount = 0.0 if due.terms.amount == "input" else float(due.terms.amount)
            due.claim(np.full(self.scenarios, amount))

    def _flags(self, i: int) -> None:
        end = self.deal.dates.reinvestment_end
        maturing = i == self.periods - 1 and self.dates.ends_at_maturity
        liquidating = False if self.liquidating is None else self.liquidating
        accelerated = False if self.accelerated is None else self.accelerated
        self.state.flags = {
            "reinvesting": end is not None and self.dates.payment[i] <= end,
            "liquidating": liquidating,
            "last_period": True if maturing else liquidating,
            "accelerated": accelerated,
        }

    def _default(self, failed: Flags) -> Flags:
        """Where the default list is walked: the ratio fails or the flag is set. Source: clo-liabilities-waterfall 1.3."""
        found = failed | self.in_default
        self.state.flags["event_of_default"] = found
        return found if self.alive is None else found & self.alive

    def _distribute(self, i: int, interest: Floats, principal: Floats, unscheduled: Floats, defaulted: Flags) -> Floats:
        """Walk the lists; returns the cash for reinvestment."""
        state, zero = self.state, np.zeros(self.scenarios)
        normal = interest, principal
        if defaulted.any():
            walk_default = np.where(defaulted, interest + principal, 0.0)
            normal = np.where(defaulted, 0.0, interest), np.where(defaulted, 0.0, principal)
        state.pools = {"principal": normal[1], "notes": zero, "reinvestment": zero}
        walk(state, "interest", normal[0], self.record.step)
        state.reinvestment_limit = self._limit(i, state.pools["principal"], unscheduled)
        walk(state, "principal", state.pools["principal"], self.record.step)
        walk(state, "notes", state.pools["notes"], self.record.step)
        if defaulted.any():
            walk(state, "default", walk_default, self.record.step)
        return state.pools["reinvestment"]

    def _limit(self, i: int, pool: Floats, unscheduled: Floats) -> Floats:
        """Principal that may be reinvested. Source: clo-liabilities-waterfall 7.1."""
        dates, terms = self.deal.dates, self.deal.reinvestment
        day = self.dates.payment[i]
        if dates.reinvestment_end is not None and day <= dates.reinvestment_end:
            policy = terms.during
        elif dates.stated_maturity is None or day < dates.stated_maturity:
            policy = terms.after
        else:
            return pool * 0
        if policy.type == "none":
            return pool * 0
        limit = (pool if policy.type == "all_principal" else unscheduled) * float(policy.share)
        return limit if self.liquidating is None else np.where(self.liquidating, 0.0, limit)

    def _decide(self, i: int, held: PeriodCollateral, sold: Flags | None, bought: Floats) -> None:
        """Buy, end scenarios whose pool is gone, and decide whether the next period sells. Source: 1.3 steps 12, 13."""
        if self.bought is not None:
            self.bought.buy(i, bought)
            self.carried = (np.zeros(self.scenarios), np.zeros(self.scenarios))
        else:
            self.carried = (np.zeros(self.scenarios), bought)
        ended = self.pools.left(i, held, sold) <= EMPTY_POOL
        ended &= bought <= EMPTY_POOL
        alive = ~ended if self.alive is None else self.alive & ~ended
        was_alive = np.ones(self.scenarios, dtype=np.bool_) if self.alive is None else self.alive
        self.last = np.where(was_alive & ended, i + 1, self.last)
        self.alive = None if alive.all() else alive
        if i + 1 < self.periods:
            called = self._called(i)
            if i + 2 == self.periods and self.dates.ends_at_maturity:
                called = np.ones(self.scenarios, dtype=np.bool_)
            if called.any():
                self.liquidating = called if self.liquidating is None else self.liquidating | called

    def _called(self, i: int) -> Flags:
        """Where the next payment date is a call date."""
        call, following = self.deal.call, self.dates.payment[i + 1]
        first = [day for day in (self.deal.dates.no_call, call.never_before) if day is not None]
        called = np.zeros(self.scenarios, dtype=np.bool_)
        if first and following < max(first):
            return called
        if any(self.dates.payment[i] < day <= following for day in call.also_on):
            called = ~called
        if call.distribution_below is not None and self.deal.equity is not None:
            original = self.deal.notes[self.deal.equity].original_balance
            paid = self.state.sub.interest + self.state.sub.principal
            called = called | (paid < float(call.distribution_below) * float(original or 0))
        return called

    def _roll(self, basis: Floats) -> None:
        carries = not self.deal.acts("LIA-12")
        for note in self.state.notes.values():
            note.roll(carries_unpaid=carries)
        for fee in self.state.fees.values():
            fee.roll()
        for due in self.state.dues.values():
            due.roll()
        for cap in self.state.caps.values():
            cap.roll()
        self.state.sub.roll()
        self.beginning = np.where(basis > 0, basis, self.beginning)
