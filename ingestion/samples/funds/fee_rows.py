"""Rows of the sheets about fees, their reductions and other expenses of the funds. Who is called for them does not belong here."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.samples.funds.cents import from_millions
from ingestion.samples.funds.ledger import Cost
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money

# All of the fund's share of a portfolio fee reduces the management fee, as the terms of the funds have it.
OFFSET_SHARE = 1.0


def fee_charges(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for cost in _costs(state, ledger.costs, is_fee=True):
            for part in cost.parts:
                yield {
                    "fee_charge_id": f"{cost.cost_id}-{part.class_code}",
                    "fund_id": ledger.plan.fund_id,
                    "class_code": part.class_code,
                    "period_start": cost.start,
                    "period_end": cost.end,
                    "basis": cost.basis,
                    "basis_amount": money(part.basis_amount),
                    "rate": ledger.plan.fee_rate,
                    "gross_amount": money(part.gross),
                    "waiver_amount": money(part.waiver),
                    "rebate_amount": money(part.rebate),
                    "offset_amount": money(part.offset),
                    "net_amount": money(part.net),
                    "status": "PAID",
                    "true_up_of_id": f"{cost.true_up_of}-{part.class_code}" if cost.true_up_of else None,
                }


def expenses(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for cost in _costs(state, ledger.costs, is_fee=False):
            yield {
                "expense_id": cost.cost_id,
                "fund_id": ledger.plan.fund_id,
                "expense_type": cost.kind,
                "event_date": cost.date,
                "period_start": cost.start,
                "period_end": cost.end,
                "amount": money(cost.amount),
                "currency": ledger.plan.currency,
                "related_party": False,
                "inside_commitment": True,
            }
        late = [item for item in ledger.income if item.date <= state.as_of]
        for number, item in enumerate(late, 1):
            yield {
                "expense_id": f"{ledger.plan.fund_id}-INTEREST-{number:02d}",
                "fund_id": ledger.plan.fund_id,
                "expense_type": "INTEREST_INCOME",
                "event_date": item.date,
                "amount": money(-item.amount),
                "currency": ledger.plan.currency,
                "inside_commitment": True,
            }


def _costs(state: State, costs: list[Cost], *, is_fee: bool) -> list[Cost]:
    chosen = [cost for cost in costs if (cost.kind == "MANAGEMENT_FEE") == is_fee and cost.date <= state.as_of]
    return sorted(chosen, key=lambda cost: (cost.date, cost.cost_id))


def waivers(state: State) -> Iterator[Row]:
    plans = {ledger.plan.fund_id: ledger.plan for ledger in state.ledgers}
    for number, item in enumerate(state.story.waivers, 1):
        if item.fund in plans and item.start <= state.as_of:
            yield {
                "waiver_id": f"WAIVER-{number:02d}",
                "fund_id": item.fund,
                "waiver_type": item.type,
                "amount": None if item.amount is None else money(from_millions(item.amount)),
                "share": item.share,
                "effective_date": item.start,
                "expiry_date": item.end,
                "approved_by": "Advisory committee",
            }


def portfolio_fees(state: State) -> Iterator[Row]:
    for plan in (ledger.plan for ledger in state.ledgers):
        for number, item in enumerate(plan.portfolio_fees, 1):
            if item.date <= state.as_of:
                yield {
                    "offset_id": f"{plan.fund_id}-O{number:02d}",
                    "fund_id": plan.fund_id,
                    "investment_id": f"{plan.fund_id}-I{item.investment:02d}",
                    "fee_type": item.type,
                    "received_date": item.date,
                    "gross_amount": money(from_millions(item.gross)),
                    "fund_share": item.fund_share,
                    "offset_share": OFFSET_SHARE,
                    "currency": plan.currency,
                    "recipient": state.parties[plan.gp].name,
                    "related_party": True,
                    "approved_by": "Advisory committee",
                    "approved_date": item.date,
                }
