"""Rows of the sheets about investments, their valuations and the capital accounts. Calls and payments do not belong here."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.samples.funds.accounts import capital_accounts
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.paid_in import BOUGHT, call_before
from ingestion.samples.funds.portfolio import SALES, Position
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money


def _positions(state: State) -> Iterator[tuple[Ledger, Position]]:
    for ledger in state.ledgers:
        for position in ledger.positions:
            if position.plan.date <= state.as_of:
                yield ledger, position


def investments(state: State) -> Iterator[Row]:
    for ledger, position in _positions(state):
        sales = [move for move in position.movements if move.kind in SALES and move.date <= state.as_of]
        is_over = bool(sales) and not position.remaining_cost(state.as_of)
        lost = bool(sales) and sales[-1].kind == "WRITE_OFF"
        status = ("WRITTEN_OFF" if lost else "REALIZED") if is_over else "PARTIALLY_EXITED" if sales else "ACTIVE"
        yield {
            "investment_id": position.investment_id,
            "fund_id": ledger.plan.fund_id,
            "portfolio_company": position.plan.company,
            "sector": position.plan.sector,
            "country": position.plan.country,
            "investment_date": position.plan.date,
            "investment_amount": money(sum(move.amount for move in position.purchases(state.as_of))),
            "currency": ledger.plan.currency,
            "investment_type": position.plan.type,
            "investment_status": status,
            "exit_date": sales[-1].date if is_over else None,
        }


def transactions(state: State) -> Iterator[Row]:
    for ledger, position in _positions(state):
        paid_out = {
            source: paid.distribution_id
            for paid in ledger.distributions
            for source in paid.sources
            if paid.date <= state.as_of
        }
        on_line = {
            entry.date
            for entry in ledger.facility_entries
            if entry.kind == "DRAW" and entry.investment_id == position.investment_id
        }
        for move in position.movements:
            if move.date > state.as_of:
                continue
            call_id = None if move.kind not in BOUGHT or move.date in on_line else call_before(ledger, move)
            # What no call of the quarter has paid for is paid with what was in the fund.
            paid_with = "LINE" if move.date in on_line else "CALL" if call_id is not None else "CASH"
            yield {
                "transaction_id": move.transaction_id,
                "investment_id": position.investment_id,
                "transaction_type": move.kind,
                "event_date": move.date,
                "amount": money(move.amount),
                "cost_relieved": money(move.relieved) if move.kind in SALES else None,
                "currency": ledger.plan.currency,
                "funded_by": paid_with if move.kind in BOUGHT else None,
                "call_id": call_id,
                "distribution_id": paid_out.get(move.transaction_id),
                "is_current_income": True if move.kind == "INCOME" else None,
            }


def valuations(state: State) -> Iterator[Row]:
    for ledger, position in _positions(state):
        for value in position.valuations:
            if value.date > state.as_of:
                continue
            yield {
                "valuation_id": value.valuation_id,
                "investment_id": position.investment_id,
                "valuation_date": value.date,
                "fair_value": money(value.fair_value),
                "remaining_cost": money(value.remaining_cost),
                "unrealized_gain_loss": money(value.fair_value - value.remaining_cost),
                "currency": ledger.plan.currency,
                "valuation_method": value.method,
                "valuation_source": "Manager of the underlying fund"
                if position.plan.type == "FUND"
                else "Valuation committee",
                "fair_value_level": "3",
                "notes": value.note or None,
            }


def accounts(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for account in capital_accounts(ledger, state.as_of):
            yield {
                "fund_id": ledger.plan.fund_id,
                "investor_id": account.investor_id,
                "period_end": account.period_end,
                "nav": money(account.nav),
                "beginning_nav": money(account.beginning),
                **{line: money(amount) for line, amount in account.lines.items()},
                "unfunded": money(account.unfunded),
            }
