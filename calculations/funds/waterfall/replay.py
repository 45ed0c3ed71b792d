"""The life of a fund, event by event: from terms, partners and events to states, distributions and the carry ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.apportioned import on_cost, shared_out
from calculations.funds.waterfall.carry_ledger import CarryEntry, EntryType, balance_after
from calculations.funds.waterfall.changes import adopt_terms
from calculations.funds.waterfall.clawback import assess_interim, clawback_due, repay
from calculations.funds.waterfall.distribution import (
    Distribution,
    advance_tax,
    distribute,
    fixed_deduction,
    release_escrow,
)
from calculations.funds.waterfall.events import (
    Event,
    EventKind,
    for_partners,
    in_order,
    require_positive,
    require_valid,
    required_amounts,
)
from calculations.funds.waterfall.giveback import give_back
from calculations.funds.waterfall.in_force import AgreedTerms, Partner, Schedule, schedules
from calculations.funds.waterfall.liquidation import accrued_carry
from calculations.funds.waterfall.state import State, open_state
from calculations.funds.waterfall.transfer import transfer


@dataclass
class Group:
    """Partners with equal terms all along: their places among all partners, their state and what happened to them.

    `states` are those at the end of the days asked for; `schedule` the terms still to come.
    """

    partners: Ints
    schedule: Schedule
    state: State
    distributions: list[tuple[str, Distribution]] = field(default_factory=list)
    ledger: list[CarryEntry] = field(default_factory=list)
    states: dict[dt.date, State] = field(default_factory=dict)

    def post(self, event: Event, entry_type: EntryType, amounts: Ints) -> None:
        if amounts.any():
            balance = balance_after(self.state, entry_type)
            self.ledger.append(CarryEntry(event.event_id, event.date, event.investment, entry_type, amounts, balance))


@dataclass(frozen=True)
class Replay:
    """The end of a replay; groups together hold every partner once."""

    partners: tuple[Partner, ...]
    groups: tuple[Group, ...]

    def by_partner(self, of_state: Callable[[State], Ints]) -> Ints:
        """An amount of the states, in the order of the partners: `by_partner(lambda state: state.gp_carry)`."""
        amounts = np.zeros(len(self.partners), dtype=np.int64)
        for group in self.groups:
            amounts[group.partners] = of_state(group.state)
        return amounts

    def accrued_carry(self, values: Mapping[str, Ints], date: dt.date) -> Ints:
        """Carry accrued by partner at the end of one of the days asked for; see `liquidation.accrued_carry`.

        `values` by investment, '' for other net assets: (partners,) each. Raises ValueError for any other day.
        """
        amounts = np.zeros(len(self.partners), dtype=np.int64)
        for group in self.groups:
            if date not in group.states:
                raise ValueError(f"date: expected one of {sorted(map(str, group.states))}, found {date}")
            own = {investment: value[group.partners] for investment, value in values.items()}
            amounts[group.partners] = accrued_carry(group.states[date], own, date)
        return amounts


def replay(
    agreed: Sequence[AgreedTerms],
    partners: Sequence[Partner],
    events: Sequence[Event],
    commitments: Ints | None = None,
    minor_unit: Decimal = Decimal("0.01"),
    states_on: Sequence[dt.date] = (),
) -> Replay:
    """Apply all events in the order of `events.in_order`, whatever the order they are given in.

    `commitments` (partners,) in minor units where hurdles are on them; `states_on` the days at whose end states are
    kept, such as quarter ends, none before the first event. Terms that change carry the state over on
    their date, before the events of that day. Raises ValueError for terms missing on a date, for ids that are
    repeated, for amounts that are negative or not one per partner, and as the functions that apply the events do. Source: fund-admin 2.
    """
    require_valid(events, len(partners))
    ordered = in_order(events)
    require_positive(ordered)
    if not ordered:
        return Replay(tuple(partners), ())
    days = sorted(set(states_on))
    last = max([ordered[-1].date, *days])
    groups = _groups(agreed, partners, ordered, commitments, minor_unit, last)
    if days and days[0] < ordered[0].date:
        raise ValueError(f"states_on: expected days from the first event, {ordered[0].date}, found {days[0]}")
    for event in ordered:
        while days and days[0] < event.date:
            _keep(groups, days.pop(0))
        for group in groups:
            _adopt(group, event.date)
        if event.kind == EventKind.TRANSFER:
            _transfer(groups, event)
            continue
        event = shared_out(event, [g.partners for g in groups], [g.state for g in groups], len(partners))
        deductions = _fixed_deductions(groups, event, len(partners), minor_unit)
        for group in groups:
            whole = len(groups) == 1
            own = event if whole else for_partners(event, group.partners)
            _apply(group, own, {name: part[group.partners] for name, part in deductions.items()})
    for day in days:
        _keep(groups, day)
    return Replay(tuple(partners), tuple(groups))


def _transfer(groups: Sequence[Group], event: Event) -> None:
    """Each end of a transfer may be in a group of its own, and they may be in one."""
    (giver, place), (taker, to) = (
        next((g, int(np.flatnonzero(g.partners == end)[0])) for g in groups if end in g.partners)
        for end in (event.giver, event.taker)
    )
    giver.state, taker.state = transfer(giver.state, place, taker.state, to, event.share, event.date)


def _keep(groups: Sequence[Group], day: dt.date) -> None:
    for group in groups:
        _adopt(group, day)
        group.states[day] = group.state


def _groups(
    agreed: Sequence[AgreedTerms],
    partners: Sequence[Partner],
    ordered: Sequence[Event],
    commitments: Ints | None,
    minor_unit: Decimal,
    last: dt.date,
) -> list[Group]:
    found: dict[Schedule, list[int]] = {}
    for place, schedule in enumerate(schedules(agreed, partners, ordered[0].date, last)):
        found.setdefault(schedule, []).append(place)
    groups = []
    for schedule, places in found.items():
        committed = None if commitments is None else commitments[places]
        state = open_state(schedule[0][1], len(places), committed, minor_unit)
        groups.append(Group(np.array(places, dtype=np.int64), schedule[1:], state))
    return groups


def _adopt(group: Group, date: dt.date) -> None:
    while group.schedule and group.schedule[0][0] <= date:
        since, terms = group.schedule[0]
        group.state = adopt_terms(group.state, terms, since)
        group.schedule = group.schedule[1:]


def _fixed_deductions(groups: Sequence[Group], event: Event, partners: int, minor_unit: Decimal) -> Mapping[str, Ints]:
    """Fixed amounts off the top are the fund's: shared out over all partners whose terms have them."""
    if event.kind != EventKind.DISTRIBUTION or event.amounts is None:
        return {}
    shared: dict[str, Ints] = {}
    fixed = {(d.name, d.amount) for group in groups for d in group.state.terms.off_the_top}
    for name, amount in sorted((name, amount) for name, amount in fixed if amount is not None):
        bearing = np.zeros(partners, dtype=np.int64)
        for group in groups:
            if any((d.name, d.amount) == (name, amount) for d in group.state.terms.off_the_top):
                bearing[group.partners] = event.amounts[group.partners]
        shared[name] = fixed_deduction(amount, bearing, minor_unit)
    return shared


def _apply(group: Group, event: Event, deductions: Mapping[str, Ints]) -> None:
    state = group.state
    event = on_cost(event, state)
    if event.kind == EventKind.CLAWBACK:
        due = clawback_due(state, event.date, interim=False).due if event.amounts is None else event.amounts
        group.state, from_escrow = repay(state, due, event.date)
        group.post(event, EntryType.ESCROW_OUT, from_escrow)
        group.post(event, EntryType.CLAWBACK_PAID, due)
        return
    if event.kind == EventKind.INTERIM_CLAWBACK_TEST:
        group.state, change = assess_interim(state, event.date)
        group.post(event, EntryType.CLAWBACK_ACCRUED, np.maximum(change, 0))
        group.post(event, EntryType.CLAWBACK_REVERSED, np.maximum(-change, 0))
        return
    if event.kind == EventKind.ESCROW_RELEASE:
        group.state, released = release_escrow(deals.accrue(state, event.date))
        group.post(event, EntryType.ESCROW_OUT, released)
        return
    amounts = required_amounts(event, state.partners)
    if event.kind == EventKind.CONTRIBUTION:
        group.state = deals.contribute(state, amounts, event.date, event.investment)
    elif event.kind == EventKind.WRITE_DOWN:
        group.state = deals.write_down(state, amounts, event.date, event.investment)
    elif event.kind == EventKind.VALUATION:
        group.state = deals.value(state, amounts, event.date, event.investment)
    elif event.kind == EventKind.GIVEBACK:
        group.state = give_back(state, amounts, event.date)
        group.post(event, EntryType.GIVEBACK, amounts)
    elif event.kind == EventKind.TAX_ADVANCE:
        group.state = advance_tax(deals.accrue(state, event.date), amounts)
        group.post(event, EntryType.TAX_ADVANCE, amounts)
    else:
        _distribute(group, event, amounts, deductions)


def _distribute(group: Group, event: Event, amounts: Ints, deductions: Mapping[str, Ints]) -> None:
    if event.blocker_taxes is not None and group.state.terms.blocker_taxes_count_as_distributed:
        amounts = amounts + event.blocker_taxes
    group.state, paid = distribute(
        group.state, amounts, event.date, event.investment, event.proceeds, event.cost_relieved, deductions
    )
    group.distributions.append((event.event_id, paid))
    group.post(event, EntryType.TAX_ADVANCE_DEDUCTED, paid.advance_deducted)
    group.post(event, EntryType.CARRY_PAID, paid.carry_paid)
    group.post(event, EntryType.ESCROW_IN, paid.escrowed)
