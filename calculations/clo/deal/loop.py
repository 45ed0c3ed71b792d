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
from calculations.clo.deal.amounts import Amounts, Doubles, is_any
from calculations.clo.deal.collateral import (
    EMPTY_POOL,
    PeriodCollateral,
    Pools,
    ReinvestedPool,
    ccc_haircut,
    discount_haircut,
)
from calculations.clo.deal.equity_irr import EquityReturns
from calculations.clo.deal.frequency import Frequency
from calculations.clo.deal.measure import event_of_default, measured
from calculations.clo.deal.opening import opened
from calculations.clo.deal.pay import walk
from calculations.clo.deal.payment_dates import PaymentDates, coupon_factor
from calculations.clo.deal.proceeds import Proceeds
from calculations.clo.deal.recorder import Recorder
from calculations.clo.deal.reserves import released, set_targets
from calculations.clo.deal.results import DealResult
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail
from calculations.clo.pool_flows import PoolFlows, RatedBalances

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
    detail: PoolDetail


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
        self.proceeds = Proceeds(deal, group.detail, self.pools, self.state, self.periods)
        switch, longer, months = deal.frequency_switch, group.detail.longer_index, deal.dates.months_between_payments
        self.frequency = None if switch is None or longer is None else Frequency(switch, months, longer, self.scenarios)
        self.pays: bool | Flags = True  # where the period ends with a payment date
        self.beginning = np.full(self.scenarios, float(deal.beginning_fee_basis or 0))
        self.returns = EquityReturns.opened(deal, dates.analysis, self.scenarios)

    def run(self) -> DealResult:
        for i in range(self.periods):
            self._period(i)
            if self.alive is not None and not is_any(self.alive):
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
        self._flags(i, held)
        interest, principal = self.proceeds.collected(i, held, state, self.pools.held)
        if self.frequency is not None:
            interest, principal = self.frequency.collected(interest, principal)
            self.pays = self.frequency.open(i, state.flags["last_period"])
        self._accrue(i)
        haircut = self._haircut(i, held.performing + self.proceeds.reserved, principal)
        owed = self.proceeds.owed
        basis = held.performing + held.defaulted + principal + owed
        set_targets(state, basis)
        self._accrue_fees(i, basis)
        state.sub.open(state.payment_date)
        self._measure_equity()
        own_par = held.performing + self.proceeds.reserved
        par = own_par + self._defaulted_value(i, held) + principal
        adjusted = par - haircut + (owed if self.deal.purchased_accrued.counts_in_tests else 0.0)
        defaulted = self._default(event_of_default(state, adjusted, par))
        interest = self._smoothed(i, interest, defaulted, held)
        state.tests, state.test_order = measured(state, adjusted, par, interest)
        self._switch(i, basis, held)
        interest, proceeds = released(state, interest, principal)
        sales = np.zeros(self.scenarios)
        if self.liquidating is not None:
            forgets = not self.deal.acts("LIA-11")
            sales = self.pools.sell(i, self.group.price, self.liquidating, forgets=forgets)
            proceeds = proceeds + sales
        if self.frequency is not None:
            interest, proceeds = self.frequency.spendable(interest, proceeds)
        # what the principal account is overdrawn by stays in it, and counts in the tests as it is
        overdrawn, proceeds = np.minimum(proceeds, 0.0), np.maximum(proceeds, 0.0)
        self.record.open(interest, proceeds, basis, owed, defaulted, self.liquidating)
        self.record.collected(held, self.proceeds, sales)
        self.record.overdrawn(overdrawn, own_par + principal)
        state.overdrawn = -overdrawn
        bought = self._distribute(interest, proceeds, held.unscheduled, defaulted)
        self._end(i, held, bought, -state.overdrawn)
        self._roll(basis)
        self.record.close(bought, self.proceeds.drawn)

    def _defaulted_value(self, i: int, held: PeriodCollateral) -> Floats:
        """What defaulted par counts for: nothing so many months after it defaulted. Source: clo-extensions 4.13."""
        terms = self.deal.haircuts.defaulted
        if terms is None or terms.zero_after_months is None:
            return held.defaulted_value
        periods = terms.zero_after_months // self.deal.dates.months_between_payments
        return self.pools.counted_default(i, periods, held.defaulted_value)

    def _smoothed(self, i: int, interest: Floats, defaulted: Flags, held: PeriodCollateral) -> Floats:
        """Everything smoothed is released in default, on liquidation, after a switch and in the last period."""
        if self.base.smoothing is None:
            return interest
        releases = defaulted | np.asarray(self.state.flags["last_period"], dtype=np.bool_)
        if self.frequency is not None:
            releases = releases | self.frequency.switched
        return self.proceeds.smoothed(i, interest, self.state, releases, self.pools.own_share(i, held.performing))

    def _switch(self, i: int, basis: Floats, held: PeriodCollateral) -> None:
        """Shares of the pool that conditions ask for, and where payment dates become rarer. Source: clo-extensions 4.14."""
        for name, share in self.group.detail.shares.items():
            self.state.measures["share_of", name] = share[:, i] * self.pools.own_share(i, held.performing)
        if self.frequency is not None:
            switches = self.state.holds(self.frequency.terms.when, basis)
            self.frequency.close(i, switches, self.state.flags["accelerated"])

    def _accrue(self, i: int) -> None:
        index, carries = self._index(i), not self.deal.acts("LIA-12")
        for name, note in self.state.notes.items():
            if self.frequency is None:
                factor = coupon_factor(note.terms, name, self.dates, i, index, NUMBERS)
            else:
                factor = self.frequency.factor(note.terms, name, self.dates, i, index, NUMBERS)
            if self.alive is not None:
                factor = factor * self.alive
            if note.terms.defers_unless_controlling:
                note.defers = self.state.has_senior_balance(name)
            note.accrue(factor, NUMBERS, carries_unpaid=carries)

    def _index(self, i: int) -> Any:
        index = self.group.index
        return index[:, i] if index.ndim == 2 else float(index[i])

    def _haircut(self, i: int, performing: Floats, principal: Floats) -> Amounts | float:
        terms, detail = self.deal.haircuts, self.group.detail
        haircut: Amounts | float = 0.0
        if terms.discount is not None and detail.discount is not None:
            haircut = discount_haircut(detail.discount, i)
        if detail.deferring_haircut is not None:
            haircut = haircut + detail.deferring_haircut[:, i + 1]
        if terms.ccc is None or not self.group.ccc:
            return haircut
        whole_pool = self.group.flows.performing[:, i] if self.deal.acts("COL-21") else None
        found: Amounts = ccc_haircut(terms.ccc, self.group.ccc, i, performing, principal, whole_pool) + haircut
        return found

    def _accrue_fees(self, i: int, basis: Floats) -> None:
        index, for_ever = self._index(i), self.deal.acts("LIA-13")
        for fee in self.state.fees.values():
            fraction = self._fraction(i, fee.terms.day_count)
            fee.accrue(self.beginning, basis, fraction, index, NUMBERS, first_for_ever=for_ever)
            if self.alive is not None:
                fee.claim(np.where(self.alive, fee.accrued, 0.0))
            if fee.terms.accrues is not None:
                accrues = self.state.holds(fee.terms.accrues, basis)
                fee.claim(np.where(accrues, fee.accrued, 0.0))
        for cap in self.state.caps.values():
            at = self.beginning if cap.terms.basis == "beginning" else (self.beginning + basis) / 2
            cap.open(at, self._fraction(i, cap.terms.day_count), NUMBERS)
        for due in self.state.dues.values():
            if due.terms.amount == "close_out":
                due.claim(self.proceeds.hedge_due(i))
            else:
                due.claim(np.where(self.pays, NUMBERS.of(due.terms.amount), 0.0) + np.zeros(self.scenarios))  # type: ignore[arg-type]

    def _fraction(self, i: int, day_count: str) -> Any:
        if self.frequency is not None:
            return self.frequency.fraction(self.dates, i, day_count, NUMBERS)
        return NUMBERS.year_fraction(*self.dates.accrual(i), day_count)

    def _flags(self, i: int, held: PeriodCollateral) -> None:
        end = self.deal.dates.reinvestment_end
        maturing = i == self.periods - 1 and self.dates.ends_at_maturity
        liquidating = False if self.liquidating is None else self.liquidating
        self.state.start(
            reinvesting=end is not None and self.dates.payment[i] <= end,
            liquidating=liquidating,
            last_period=maturing or self._is_empty(i, held, self.proceeds.reserve(i)) | liquidating,
        )

    def _is_empty(self, i: int, held: PeriodCollateral, reserved: Floats | float) -> Flags:
        """Where nothing is left at the end of period `i`, `reserved` for commitments neither, and nothing more comes of
        what there was."""
        found: Flags = held.performing + held.defaulted + reserved <= EMPTY_POOL
        if is_any(found):
            found &= ~self.pools.pays_after(i)
        return found

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
        state, zero = self.state, np.zeros(self.scenarios)
        in_default = is_any(defaulted)
        step = self.record.step
        state.walks = ~defaulted if in_default else True
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
            state.walks = defaulted
            walk(state, "acceleration" if accelerates else "default", combined, step)
            state.walks = True
        return state.pools["reinvestment"]

    def _end(self, i: int, held: PeriodCollateral, bought: Floats, overdrawn: Floats) -> None:
        """Buy, end scenarios whose collateral is gone, and decide on the next period. Source: 1.3 steps 12, 13."""
        if self.group.reinvested is not None:
            self.group.reinvested.buy(i + 1, bought)
            self.proceeds.kept = overdrawn
        else:
            self.proceeds.kept = bought + overdrawn
        ended = self._is_empty(i, held, self.proceeds.reserved)
        if self.liquidating is not None:
            ended |= self.liquidating
        ended &= bought <= EMPTY_POOL
        was_alive = self._everywhere() if self.alive is None else self.alive
        self.last = np.where(was_alive & ended, i + 1, self.last)
        alive = was_alive & ~ended
        self.alive = None if alive.all() else alive
        if (shortfall := decisions.unpaid_interest(self.state)) is not None:
            self.carried = shortfall if self.carried is None else self.carried | shortfall
        if i + 1 < self.periods:
            called = decisions.called(self.state, self.dates.payment[i], self.dates.payment[i + 1], self.pays)
            if i + 2 == self.periods and self.dates.ends_at_maturity:
                called = self._everywhere()
            if is_any(called):
                self.liquidating = called if self.liquidating is None else self.liquidating | called

    def _roll(self, basis: Floats) -> None:
        for fee in self.state.fees.values():
            low = fee.terms.defers_while
            if low is None and not is_any(fee.deferred):
                continue
            fee.defer(False if low is None else self.state.holds(low, basis))
        self.returns.add(self.state.payment_date, self.state.sub.interest + self.state.sub.principal)
        self.state.roll(carries_unpaid=not self.deal.acts("LIA-12"), pays=self.pays)
        self.beginning = np.where((basis > 0) & self.pays, basis, self.beginning)
