"""Rows of the sheets about agreements with single partners and lenders, and exchange rates. Commitments themselves do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ingestion.samples.funds.days import add_months
from ingestion.samples.funds.exchange import month_end_rates
from ingestion.samples.funds.ledger import late_interest
from ingestion.samples.funds.parameters import load_funds
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money

TRANSFER_STEPS = {"COMPLETED": "COMPLETION", "REJECTED": "REVIEW"}


def side_letters(state: State) -> Iterator[Row]:
    by_fund = {ledger.plan.fund_id: ledger for ledger in state.ledgers}
    for number, item in enumerate(state.story.side_letters, 1):
        if item.fund in by_fund:
            plan = by_fund[item.fund].plan
            yield {
                "side_letter_id": f"SL-{number:02d}",
                "fund_id": item.fund,
                "investor_id": item.investor,
                "commitment_id": f"{plan.fund_code}-{item.investor}-1",
                "provision": item.provision,
                "value_rate": item.rate,
                "value_text": item.text,
                "effective_date": plan.closings[-1].date,
                "mfn_elected": item.mfn,
                "document_id": f"SL-{number:02d}-LETTER",
            }


def transfers(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.register.transfers:
            plan, is_done = item.plan, item.plan.status == "COMPLETED"
            submitted = plan.date - dt.timedelta(days=60)
            if submitted > state.as_of:
                continue
            yield {
                "transfer_id": item.transfer_id,
                "commitment_id": item.commitment_id,
                "transferor_id": plan.from_investor,
                "transferee_id": plan.to_investor,
                "new_commitment_id": item.new_commitment_id,
                "transfer_type": plan.type,
                "fraction": plan.fraction if plan.type == "PARTIAL" else None,
                "price": plan.price * 1e6 if plan.price else None,
                "effective_date": plan.date,
                "submitted_date": submitted,
                "approved_date": plan.date - dt.timedelta(days=20) if is_done else None,
                "completed_date": plan.date if is_done else None,
                "step": TRANSFER_STEPS[plan.status],
                "status": plan.status,
                "reason": plan.reason,
                "gp_consent": is_done,
                "agreement_document_id": f"{item.transfer_id}-AGREEMENT" if is_done else None,
            }


def excuses(state: State) -> Iterator[Row]:
    positions = {position.investment_id: position for ledger in state.ledgers for position in ledger.positions}
    for number, item in enumerate(state.story.excuses, 1):
        if item.investment in positions:
            bought = positions[item.investment].plan.date
            yield {
                "excuse_id": f"EXCUSE-{number}",
                "investment_id": item.investment,
                "investor_id": item.investor,
                "excuse_type": item.type,
                "reason": item.reason,
                "approved_by": "Advisory committee",
                "approved_date": add_months(bought, -2),
                "effective_date": add_months(bought, -2),
                "share_excused": 1.0,
            }


def recycling(state: State) -> Iterator[Row]:
    for plan in load_funds():
        if plan.organization == state.organization_id and plan.organization == state.story.exchange_rates.organization:
            yield {
                "fund_id": plan.fund_id,
                "effective_date": plan.first_close,
                "basis": "COST",
                "window_months": 18,
                "cap_ratio": 1.2,
                "expires_with_investment_period": True,
            }


def facilities(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        line = ledger.plan.facility
        if line is not None:
            yield {
                "facility_id": f"{ledger.plan.fund_id}-LINE",
                "fund_id": ledger.plan.fund_id,
                "facility_type": "SUBSCRIPTION_LINE",
                "lead_bank": line.bank,
                "limit_amount": line.limit * 1e6,
                "currency": ledger.plan.currency,
                "rate_type": "FIXED",
                "fixed_rate": line.fixed,
                "commitment_fee_rate": line.commitment_fee,
                "day_count": "ACT_360",
                "start_date": line.start,
                "maturity_date": line.maturity,
                "max_days_outstanding": 180,
                "status": "ACTIVE",
            }


def facility_transactions(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.facility_entries:
            if item.date > state.as_of:
                continue
            is_paydown = item.kind == "PAYDOWN"
            yield {
                "facility_transaction_id": item.entry_id,
                "facility_id": f"{ledger.plan.fund_id}-LINE",
                "transaction_type": item.kind,
                "event_date": item.date,
                "amount": money(item.amount),
                "principal_amount": money(item.principal) if is_paydown else None,
                "interest_amount": money(item.interest) if is_paydown else None,
                "fee_amount": money(item.fee) if is_paydown else None,
                "penalty_amount": money(0) if is_paydown else None,
                "repays_draw_id": item.draw_id,
                "investment_id": item.investment_id,
                "call_id": item.call_id,
            }


def exchange_rates(state: State) -> Iterator[Row]:
    plan = state.story.exchange_rates
    if plan.organization != state.organization_id:
        return
    for currency, day, rate in month_end_rates(plan, state.seed, state.as_of):
        yield {
            "base_currency": currency,
            "target_currency": "USD",
            "rate_date": day,
            "source": plan.source,
            "rate": rate,
        }


def defaults(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        notices = {notice.notice_id: notice for call in ledger.calls for notice in call.notices}
        for code, item in ledger.defaults.items():
            if item.declared <= state.as_of:
                is_cured = item.cured is not None and item.cured <= state.as_of
                yield {
                    "default_id": f"{code}-DEFAULT",
                    "notice_id": code,
                    "default_date": item.declared,
                    "remedy": item.remedy,
                    "interest_rate": item.rate,
                    "day_count": "ACT_365F",
                    "cured_date": item.cured if is_cured else None,
                    "amount": money(late_interest(item, notices[code])) if is_cured else None,
                }


def reallocations(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for item in ledger.reallocations:
            if item.date <= state.as_of:
                for number, line in enumerate(item.lines, 1):
                    yield {
                        "reallocation_id": item.reallocation_id,
                        "line_number": number,
                        "original_notice_id": line.notice_id,
                        "commitment_id": line.commitment_id,
                        "amount": money(line.amount),
                        "effective_date": item.date,
                        "reason": item.reason,
                    }
