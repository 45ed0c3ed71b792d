"""One payment date after another: collect, accrue, measure, pay, decide, roll. What a step pays is in `pay`, what the
collateral yields in `collateral`.

Scenarios differ only by arrays and masks, so that one loop over periods and steps serves all of them.
Source: clo-liabilities-waterfall 1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal import decisions
from calculations.clo.deal.amounts import Amounts, Doubles
from calculations.clo.deal.collateral import PeriodCollateral, Pools, ReinvestedPool, ccc_haircut
from calculations.clo.deal.equity_irr import EquityReturns
from calculations.clo.deal.measure import event_of_default, measured
from calculations.clo.deal.opening import opened
from calculations.clo.deal.pay import walk
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor
from calculations.clo.deal.recorder import Recorder
from calculations.clo.deal.reserves import collected_from_accounts, released, set_targets
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_flows import PoolFlows, RatedBalances

EMPTY_POOL = 0.01  # collateral at or below this is none
NUMBERS = Doubles()


@dataclass(frozen=True, eq=False)
class Group:
    """What scenarios that run together bring: `index` (periods,) or (scenarios, periods), `price` (scenarios,)."""

    flows: PoolFlows
    index: Floats
    price: Floats
    ccc: Sequence[RatedBalances]
    reinvested: ReinvestedPool | None
    in_default: bool


class PeriodLoop:
    """A group of scenarios from the first period to the last."""

    def __init__(self, deal: Deal, dates: PaymentDates, group: Group, *, record_steps: bool) -> None:
        self.base = self.deal = deal  # `deal` is the version in force
        self.dates, self.group = dates, group
        self.pools = Pools(group.flows, group.reinvested)
        self.scenarios, self.periods = group.flows.interest.shape
        self.state = opened(deal, self.scenarios, dates, NUMBERS)
        self.record = Recorder(self.state, self.periods, with_steps=record_steps)
        self.alive: Flags | None = None  # None while no scenario has ended
        only_date = self.periods == 1 and dates.ends_at_maturity and not deal.acts("LIA-24")
        self.liquidating: Flags | None = self._everywhere() if only_date else None
        self.carried: Flags | None = None  # where an event of default of an earlier date goes on
        self.last = np.full(self.scenarios, self.periods)
        self.owed = np.full(self.scenarios, float(deal.purchased_accrued.amount))
        self.beginning = np.full(self.scenarios, float(deal.beginning_fee_basis or 0))
        self.returns = EquityReturns.opened(deal, dates.analysis, self.scenarios)
        self.kept_cash = np.zeros(self.scenarios)  # principal that stays in its account, negative where overdrawn

    def run(self) -> DealResult:
        for i in range(self.periods):
            self._period(i)
            if self.alive is not None and not self.alive.any():
                break
        return self.record.result(self.last)

    def _everywhere(self) -> Flags:
        return np.ones(self.scenarios, dtype=np.bool_)

    def _period(self, i: int) -> None:
        state = self.state
        state.payment_date = self.dates.payment[i]
        self.deal = self.base.on(state.payment_date)
        state.take_terms(self.deal)
        self.record.start()
        held = self.pools.period(i)
        interest, principal = self._proceeds(i, held)
        self._accrue(i)
        haircut = self._haircut(i, held, principal)
        basis = held.performing + held.defaulted + principal + self.owed
        self._flags(i, held)
        set_targets(state, basis)
        self._accrue_fees(i, basis)
        state.sub.open(state.payment_date)
        self._measure_equity()
        par = held.performing + held.defaulted_value + principal
        adjusted = par - haircut + (self.owed if self.deal.purchased_accrued.in_tests else 0.0)
        state.tests, state.test_order = measured(state, adjusted, par, interest)
        defaulted = self._default(event_of_default(state, adjusted, par))
        interest, proceeds = released(state, interest, principal)
        if self.liquidating is not None:
            forgets = not self.deal.acts("LIA-11")
            proceeds = proceeds + self.pools.sell(i, self.group.price, self.liquidating, forgets=forgets)
        # what the principal account is overdrawn by stays in it, and counts in the tests as it is
        overdrawn, proceeds = np.minimum(proceeds, 0.0), np.maximum(proceeds, 0.0)
        self.record.open(interest, proceeds, basis, self.owed, defaulted, self.liquidating)
        bought = self._distribute(interest, proceeds, held.unscheduled, defaulted)
        self._end(i, held, bought, overdrawn)
        self._roll(basis)
        self.record.close(bought)

    def _proceeds(self, i: int, held: PeriodCollateral) -> tuple[Floats, Floats]:
        """Collections with what accounts open with, after purchased accrued interest went over to principal."""
        interest, principal = held.interest, held.principal + self.kept_cash
        if i == 0:
            more_interest, more_principal = collected_from_accounts(self.state)
            interest, principal = interest + more_interest, principal + more_principal
        moved = np.minimum(self.owed, interest)
        self.owed = self.owed - moved
        return interest - moved, principal + moved

    def _accrue(self, i: int) -> None:
        index, carries = self._index(i), not self.deal.acts("LIA-12")
        for name, note in self.state.notes.items():
            factor = coupon_factor(note.terms, name, self.dates, i, index, NUMBERS)
            if self.alive is not None:
                factor = factor * self.alive
            if note.terms.defers_unless_controlling:
                note.defers = self.state.has_senior_balance(name)
            note.accrue(factor, NUMBERS, carries_unpaid=carries)

    def _index(self, i: int) -> Any:
        index = self.group.index
        return index[:, i] if index.ndim == 2 else float(index[i])

    def _haircut(self, i: int, held: PeriodCollateral, principal: Floats) -> Amounts | float:
        terms = self.deal.haircuts.ccc
        if terms is None or not self.group.ccc:
            return 0.0
        whole_pool = self.group.flows.performing[:, i] if self.deal.acts("COL-21") else None
        haircut: Amounts = ccc_haircut(terms, self.group.ccc, i, held.performing, principal, whole_pool)
        return haircut

    def _accrue_fees(self, i: int, basis: Floats) -> None:
        first, last = self.dates.accrual(i)
        index, for_ever = self._index(i), self.deal.acts("LIA-13")
        for fee in self.state.fees.values():
            fraction = NUMBERS.year_fraction(first, last, fee.terms.day_count)
            fee.accrue(self.beginning, basis, fraction, index, NUMBERS, first_for_ever=for_ever)
            if fee.terms.accrues is not None:
                accrues = self.state.holds(fee.terms.accrues, basis)
                fee.claim(np.where(accrues, fee.accrued, 0.0))
        for cap in self.state.caps.values():
            at = self.beginning if cap.terms.basis == "beginning" else (self.beginning + basis) / 2
            cap.open(at, NUMBERS.year_fraction(first, last, cap.terms.day_count), NUMBERS)
        for due in self.state.dues.values():
            due.claim(np.full(self.scenarios, NUMBERS.of(due.terms.amount)))  # type: ignore[arg-type]

    def _flags(self, i: int, held: PeriodCollateral) -> None:
        end = self.deal.dates.reinvestment_end
        maturing = i == self.periods - 1 and self.dates.ends_at_maturity
        liquidating = False if self.liquidating is None else self.liquidating
        self.state.start(
            reinvesting=end is not None and self.dates.payment[i] <= end,
            liquidating=liquidating,
            last_period=maturing or (held.performing + held.defaulted <= EMPTY_POOL) | liquidating,
        )

    def _measure_equity(self) -> None:
        """The sub notes' return through the payment date before, where a term of the deal asks for it."""
        if not self.base.measures_equity:
            return
        figure = self.returns.rate()
        self.state.measures["equity_irr", ""] = figure
        threshold = None if self.deal.incentive is None else self.deal.incentive.threshold_irr
        if threshold is not None:
            self.state.flags["incentive_payable"] = ~np.isnan(figure) & (figure >= float(threshold))

    def _default(self, failed: Flags) -> Flags:
        """Where the default or the acceleration list is walked. Source: clo-liabilities-waterfall 1.3; clo-extensions 4.5."""
        found = failed | self.group.in_default
        if self.carried is not None:
            found = found | self.carried
        events = self.deal.event_of_default
        self.state.flags["event_of_default"] = found
        self.state.flags["accelerated"] = found if events is not None and events.then == "accelerate" else False
        self.carried = found if events is not None and events.sticky else None
        return found if self.alive is None else found & self.alive

    def _distribute(self, interest: Floats, principal: Floats, unscheduled: Floats, defaulted: Flags) -> Floats:
        """Walk the lists; returns the cash for reinvestment."""
        state, step, zero = self.state, self.record.step, np.zeros(self.scenarios)
        in_default = bool(defaulted.any())
        combined = np.where(defaulted, interest + principal, 0.0) if in_default else zero
        if in_default:
            interest, principal = np.where(defaulted, 0.0, interest), np.where(defaulted, 0.0, principal)
        state.pools = {"principal": principal, "notes": zero, "reinvestment": zero}
        walk(state, "interest", interest, step)
        state.reinvestment_limit = decisions.reinvestment_limit(state, unscheduled)
        walk(state, "principal", state.pools["principal"], step)
        walk(state, "notes", state.pools["notes"], step)
        if in_default:
            events = self.deal.event_of_default
            accelerates = events is not None and events.then == "accelerate"
            walk(state, "acceleration" if accelerates else "default", combined, step)
        return state.pools["reinvestment"]

    def _end(self, i: int, held: PeriodCollateral, bought: Floats, overdrawn: Floats) -> None:
        """Buy, end scenarios whose collateral is gone, and decide on the next period. Source: 1.3 steps 12, 13."""
        if self.group.reinvested is not None:
            self.group.reinvested.buy(i + 1, bought)
            self.kept_cash = overdrawn
        else:
            self.kept_cash = bought + overdrawn
        left = held.performing + held.defaulted
        if self.liquidating is not None:
            left = np.where(self.liquidating, 0.0, left)
        ended = (left <= EMPTY_POOL) & (bought <= EMPTY_POOL)
        was_alive = self._everywhere() if self.alive is None else self.alive
        self.last = np.where(was_alive & ended, i + 1, self.last)
        alive = was_alive & ~ended
        self.alive = None if alive.all() else alive
        if (shortfall := decisions.unpaid_interest(self.state)) is not None:
            self.carried = shortfall if self.carried is None else self.carried | shortfall
        if i + 1 < self.periods:
            called = decisions.called(self.state, self.dates.payment[i], self.dates.payment[i + 1])
            if i + 2 == self.periods and self.dates.ends_at_maturity:
                called = self._everywhere()
            if called.any():
                self.liquidating = called if self.liquidating is None else self.liquidating | called

    def _roll(self, basis: Floats) -> None:
        for fee in self.state.fees.values():
            low = fee.terms.defers_while
            if low is None and not fee.deferred.any():
                continue
            fee.defer(False if low is None else self.state.holds(low, basis))
        self.returns.add(self.state.payment_date, self.state.sub.interest + self.state.sub.principal)
        self.state.roll(carries_unpaid=not self.deal.acts("LIA-12"))
        self.beginning = np.where(basis > 0, basis, self.beginning)
