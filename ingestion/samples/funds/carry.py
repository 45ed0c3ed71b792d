"""The carry of a demo fund: its life run through the waterfall of every partner, event by event. Tiers do not belong here.

It is reckoned once all events are known, since what a fund pays out before carry does not depend on carry. Cents.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import localcontext
from enum import IntEnum
from fractions import Fraction

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.days import quarter_end, quarters
from ingestion.samples.funds.distributions import Distribution
from ingestion.samples.funds.ledger import CarryEntry, Ledger
from ingestion.samples.funds.paid_in import contributions
from ingestion.samples.funds.partners import Transfer
from ingestion.samples.funds.story import FundStory
from ingestion.samples.funds.terms import INTERIM_CLAWBACK, IS_DEAL_BY_DEAL
from ingestion.samples.funds.waterfall import EXPENSES, Carried, Partner

PRECISION = 40
EVERYBODY = ""


class Kind(IntEnum):
    """In the order in which events of one day count."""

    TRANSFER = 0
    CONTRIBUTION = 1
    WRITE_OFF = 2
    VALUATION = 3
    DISTRIBUTION = 4
    TAX_ADVANCE = 5
    CLAWBACK_TEST = 6
    ESCROW_RELEASE = 7


@dataclass(frozen=True)
class Event:
    """`amounts` by commitment; `rate` the part of cost sold, or a fair value on each unit of cost."""

    date: dt.date
    kind: Kind
    investment: str = EXPENSES
    amounts: Mapping[str, int] = field(default_factory=dict)
    rate: Fraction | None = None
    paid: Distribution | None = None
    transfer: Transfer | None = None


@dataclass
class Carry:
    """What the general partner has earned: of each notice, at each quarter end to date, and entry by entry."""

    of_notice: dict[tuple[str, str], Carried] = field(default_factory=dict)
    to_date: dict[dt.date, dict[str, int]] = field(default_factory=dict)
    entries: list[CarryEntry] = field(default_factory=list)


def reckon(ledger: Ledger, last: dt.date) -> Carry:
    """Run every event of a fund until `last` through the waterfalls of its partners. Source: fund-admin 2."""
    with localcontext(prec=PRECISION):
        return _Reckoning(ledger).run(last)


def bear_carry(ledger: Ledger, story: FundStory, last: dt.date) -> None:
    """Enter carry into a fund's notices, partners' accounts and carry ledger, and the misstatements of the story."""
    found = reckon(ledger, last)
    planted = [item for item in story.misstated_carry if item.fund == ledger.plan.fund_id]
    withheld = {key: carried.withheld for key, carried in found.of_notice.items()}
    entries = found.entries
    for item in planted:
        amount = from_millions(item.amount)
        if item.what == "NOTICE":
            withheld[item.source, item.commitment] += amount
        if item.what == "ACCRUAL":
            found.to_date[dt.date.fromisoformat(item.source)][item.commitment] += amount
        if item.what in ("NOTICE", "ESCROW_IN"):
            kind = "CARRY_PAID" if item.what == "NOTICE" else item.what
            entries = [
                replace(one, amount=one.amount + amount) if (one.source, one.kind) == (item.source, kind) else one
                for one in entries
            ]
    ledger.distributions = [
        replace(paid, notices=tuple(replace(n, carry=withheld.get((paid.distribution_id, n.commitment_id), 0)) for n in paid.notices))
        for paid in ledger.distributions
    ]  # fmt: skip
    ledger.carry_earned, ledger.carry_entries = found.to_date, entries


class _Reckoning:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.plan = ledger, ledger.plan
        self.partners: defaultdict[str, Partner] = defaultdict(lambda: Partner.joining(ledger.plan))
        self.earned: defaultdict[str, int] = defaultdict(int)
        self.found = Carry()

    def run(self, last: dt.date) -> Carry:
        events = sorted(self._events(last), key=lambda event: (event.date, event.kind, event.investment))
        ends = [quarter_end(day) for day in quarters(events[0].date, last) if quarter_end(day) <= last]
        for event in events:
            while ends and ends[0] < event.date:
                self._strike(ends.pop(0))
            self._apply(event)
        for day in ends:
            self._strike(day)
        return self.found

    def _events(self, last: dt.date) -> Iterator[Event]:
        yield from (
            Event(day, Kind.CONTRIBUTION, investment, amounts)
            for day, investment, amounts in contributions(self.ledger)
        )
        for transfer in self.ledger.register.transfers:
            if transfer.new_commitment_id is not None:
                yield Event(transfer.plan.date, Kind.TRANSFER, transfer=transfer)
        sold = {}
        for position in self.ledger.positions:
            for move in position.movements:
                if move.kind == "WRITE_OFF":
                    yield Event(move.date, Kind.WRITE_OFF, position.investment_id)
                if move.kind == "PROCEEDS":
                    before = position.remaining_cost(move.date) + move.relieved
                    sold[move.transaction_id] = Fraction(move.relieved, before)
            for value in position.valuations:
                if value.remaining_cost:
                    rate = Fraction(max(value.fair_value, 0), value.remaining_cost)
                    yield Event(value.date, Kind.VALUATION, position.investment_id, rate=rate)
        for paid in self.ledger.distributions:
            if paid.status == "PAID":
                yield from self._paid(paid, sold)
        for year in range(self.plan.vintage, last.year):
            day = dt.date(year, 12, 31)
            since = INTERIM_CLAWBACK.get(self.plan.fund_id)
            if since is not None and day >= since and day > self.plan.investment_period_end:
                yield Event(day, Kind.CLAWBACK_TEST)
            if self.plan.style in IS_DEAL_BY_DEAL:
                yield Event(day, Kind.ESCROW_RELEASE)

    def _paid(self, paid: Distribution, sold: Mapping[str, Fraction]) -> Iterator[Event]:
        """A distribution is one event of each investment that it comes from. Source: fund-admin D-1."""
        if paid.kind == "TAX_ADVANCE":
            yield Event(paid.date, Kind.TAX_ADVANCE, amounts={EVERYBODY: paid.total}, paid=paid)
            return
        moves = [
            (position.investment_id, move)
            for position in self.ledger.positions
            for move in position.movements
            if move.transaction_id in paid.sources
        ]
        whole, reached = sum(move.amount for _, move in moves), 0
        given = {notice.commitment_id: 0 for notice in paid.notices}
        for investment, move in moves:
            reached += move.amount
            part = {}
            for notice in paid.notices:
                upto = round(Fraction(notice.gross * reached, whole))
                part[notice.commitment_id] = upto - given[notice.commitment_id]
                given[notice.commitment_id] = upto
            yield Event(paid.date, Kind.DISTRIBUTION, investment, part, sold.get(move.transaction_id), paid)

    def _apply(self, event: Event) -> None:
        everybody = sorted(self.partners)
        if event.kind == Kind.TRANSFER:
            assert event.transfer is not None
            assert event.transfer.new_commitment_id is not None
            giver, share = event.transfer.commitment_id, Fraction(str(event.transfer.plan.fraction))
            self.partners[event.transfer.new_commitment_id] = self.partners[giver].hand_over(event.date, share)
        elif event.kind == Kind.CONTRIBUTION:
            for code, amount in event.amounts.items():
                self.partners[code].contribute(event.date, event.investment, amount)
        elif event.kind == Kind.WRITE_OFF:
            for code in everybody:
                self.partners[code].write_off(event.date, event.investment)
        elif event.kind == Kind.VALUATION:
            assert event.rate is not None
            for code in everybody:
                self.partners[code].revalue(event.date, event.investment, event.rate)
        elif event.kind == Kind.DISTRIBUTION:
            self._distribute(event)
        elif event.kind == Kind.TAX_ADVANCE:
            # Advanced out of what all who pay carry would have had, as they have paid in. Source: fund-admin D-6.
            weights = {code: self.partners[code].contributed for code in self._carried()}
            for code, amount in share_out(event.amounts[EVERYBODY], weights).items():
                self.partners[code].advances += amount
            self._enter(event, "TAX_ADVANCE", event.amounts[EVERYBODY])
        elif event.kind == Kind.CLAWBACK_TEST:
            due = sum(self._clawback(code, event.date) for code in self._carried())
            self._enter(event, "CLAWBACK_ACCRUED" if due > 0 else "CLAWBACK_REVERSED", abs(due))
        else:
            released = 0
            for code in self._carried():
                partner = self.partners[code]
                partner.accrue(event.date)
                if partner.is_covered:
                    released += partner.escrow
                    partner.escrow = 0
            self._enter(event, "ESCROW_OUT", released)

    def _carried(self) -> list[str]:
        """Commitments that pay carry; the general partner's own does not. Source: fund-admin 2.7."""
        return [code for code in sorted(self.partners) if not self.ledger.register.is_gp(code)]

    def _clawback(self, code: str, day: dt.date) -> int:
        """What an interim test adds to what the one before found."""
        partner = self.partners[code]
        due = partner.clawback(day, interim=True)
        change = due - partner.clawback_accrued
        partner.clawback_accrued = due
        return change

    def _distribute(self, event: Event) -> None:
        assert event.paid is not None
        total = Carried(0)
        for code, amount in sorted(event.amounts.items()):
            carried = self.partners[code].distribute(event.date, event.investment, amount, event.rate)
            if self.ledger.register.is_gp(code):
                continue
            key = (event.paid.distribution_id, code)
            self.found.of_notice[key] = self.found.of_notice.get(key, Carried(0)) + carried
            self.earned[code] += carried.earned
            total += carried
        self._enter(event, "CARRY_PAID", total.paid)
        self._enter(event, "ESCROW_IN", total.escrowed)

    def _enter(self, event: Event, kind: str, amount: int) -> None:
        """Add to the entry of the same source and kind; a distribution of several investments is one source."""
        source = event.paid.distribution_id if event.paid else f"{self.plan.fund_id}-{event.date.year}"
        for place, known in enumerate(self.found.entries):
            if (known.source, known.kind) == (source, kind):
                self.found.entries[place] = replace(known, amount=known.amount + amount)
                return
        if amount:
            self.found.entries.append(CarryEntry(event.date, source, kind, amount, event.paid))

    def _strike(self, day: dt.date) -> None:
        """Carry earned to date: of what was paid out, and of selling everything at its value on `day`."""
        values = self._values(day)
        self.found.to_date[day] = {
            code: self.earned[code] + self.partners[code].accrued(day, values[code]) for code in self._carried()
        }

    def _values(self, day: dt.date) -> Mapping[str, dict[str, int]]:
        """Fair values by cost in each investment, the fund's other net assets by what was paid in. Source: fund-admin 3.5."""
        found: dict[str, dict[str, int]] = {code: {} for code in self.partners}
        paid_in = {code: partner.contributed for code, partner in self.partners.items()}
        if not any(paid_in.values()):
            return found
        fair = {}
        for position in self.ledger.positions:
            stated = [value for value in position.valuations if value.date <= day]
            if stated and stated[-1].fair_value > 0:
                fair[position.investment_id] = stated[-1].fair_value
        net_assets = self.ledger.net_assets(day)
        rest = net_assets - sum(fair.values())
        if rest < 0 and fair:
            fair, rest = share_out(max(net_assets, 0), fair), 0
        for investment, value in fair.items():
            cost = {code: partner.remaining(investment) for code, partner in self.partners.items()}
            for code, part in share_out(value, cost if any(cost.values()) else paid_in).items():
                found[code][investment] = part
        for code, part in share_out(max(rest, 0), paid_in).items():
            found[code][EXPENSES] = part
        return found
