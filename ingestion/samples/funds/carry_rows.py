"""Rows of the carry ledger: what the fund has entered in it, and fees waived for profit. How carry arises does not belong here."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.samples.funds.ledger import CarryEntry, Ledger
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money


def carry_ledger(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        entries = [*ledger.carry_entries, *_deemed(state, ledger)]
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


def _deemed(state: State, ledger: Ledger) -> Iterator[CarryEntry]:
    """Fees given up in exchange for a share of later profits. Source: fund-admin F-4."""
    for item in state.story.waivers:
        if item.type == "DEEMED_CONTRIBUTION" and item.fund == ledger.plan.fund_id:
            for cost in ledger.costs:
                waived = sum(part.waiver for part in cost.parts)
                if item.start <= cost.start < item.end and waived:
                    yield CarryEntry(cost.date, cost.cost_id, "DEEMED_CONTRIBUTION", waived)
