"""Rows of the carry ledger: carry and advances paid, the part held in escrow, fees waived for profit. How carry arises does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingestion.samples.funds.distributions import Distribution
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money
from ingestion.samples.funds.terms import ESCROW_COVERAGE, ESCROW_SHARE, IS_DEAL_BY_DEAL


@dataclass(frozen=True)
class Entry:
    """One entry; `source` is the distribution, fee or year that it comes from."""

    date: dt.date
    source: str
    kind: str
    amount: int
    paid: Distribution | None = None


def carry_ledger(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        entries = [*_paid(ledger), *_deemed(state, ledger)]
        if ledger.plan.style in IS_DEAL_BY_DEAL:
            held = [
                Entry(e.date, e.source, "ESCROW_IN", round(e.amount * ESCROW_SHARE), e.paid)
                for e in entries
                if e.kind == "CARRY_PAID"
            ]
            # What goes into escrow is not paid yet: it is paid when it comes out.
            kept = {e.source: e.amount for e in held}
            entries = [replace(e, amount=e.amount - kept[e.source]) if e.kind == "CARRY_PAID" else e for e in entries]
            entries += [*held, *_released(ledger, held, state.as_of)]
        for entry in sorted(entries, key=lambda entry: (entry.date, entry.source, entry.kind)):
            if entry.date <= state.as_of:
                yield {
                    "entry_id": f"{entry.source}-{entry.kind}",
                    "fund_id": ledger.plan.fund_id,
                    "investor_id": ledger.plan.gp,
                    "investment_id": entry.paid.investment_id if entry.paid else None,
                    "entry_type": entry.kind,
                    "event_date": entry.date,
                    "amount": money(entry.amount),
                    "distribution_id": entry.paid.distribution_id if entry.paid else None,
                }


def _paid(ledger: Ledger) -> Iterator[Entry]:
    for paid in ledger.distributions:
        if paid.status == "PAID" and paid.kind == "TAX_ADVANCE":
            yield Entry(paid.date, paid.distribution_id, "TAX_ADVANCE", paid.total, paid)
        if paid.status == "PAID" and paid.carry:
            yield Entry(paid.date, paid.distribution_id, "CARRY_PAID", paid.carry, paid)


def _deemed(state: State, ledger: Ledger) -> Iterator[Entry]:
    """Fees given up in exchange for a share of later profits. Source: fund-admin F-4."""
    for item in state.story.waivers:
        if item.type == "DEEMED_CONTRIBUTION" and item.fund == ledger.plan.fund_id:
            for cost in ledger.costs:
                waived = sum(part.waiver for part in cost.parts)
                if item.start <= cost.start < item.end and waived:
                    yield Entry(cost.date, cost.cost_id, "DEEMED_CONTRIBUTION", waived)


def _released(ledger: Ledger, held: Sequence[Entry], as_of: dt.date) -> Iterator[Entry]:
    """All that is in escrow, at the first end of a year at which what is held covers the cost still invested amply."""
    waiting = list(held)
    for year in range(ledger.plan.vintage, as_of.year):
        day = dt.date(year, 12, 31)
        inside = [entry for entry in waiting if entry.date <= day]
        cost = sum(position.remaining_cost(day) for position in ledger.positions)
        if inside and ledger.net_assets(day) >= ESCROW_COVERAGE * cost:
            yield Entry(day, f"{ledger.plan.fund_id}-{year}", "ESCROW_OUT", sum(entry.amount for entry in inside))
            waiting = [entry for entry in waiting if entry not in inside]
