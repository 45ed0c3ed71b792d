"""Rows of the sheets about calls, distributions and payments. Fees and investments do not belong here."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.samples.funds.ledger import CATCH_UP
from ingestion.samples.funds.payments import Payment
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, money

PORTIONS = (
    "investment",
    "management_fee",
    "expenses",
    "organisational",
    "line_repayment",
    "interest",
    "outside_commitment",
)


def calls(state: State) -> Iterator[Row]:
    for ledger, call in state.calls():
        is_settled = all(state.standing(call, notice)[0] == "PAID" for notice in call.notices)
        yield {
            "call_id": call.call_id,
            "fund_id": ledger.plan.fund_id,
            "call_number": call.number,
            "notice_date": call.notice_date,
            "call_date": call.notice_date,
            "due_date": call.due,
            "call_purpose": call.purpose,
            "investment_id": call.investment_id,
            "total_call_amount": money(call.total),
            "currency": ledger.plan.currency,
            "call_status": "SETTLED" if is_settled else "ISSUED",
            "allocation_basis": "CUSTOM" if call.basis == CATCH_UP else call.basis,
            "facility_transaction_id": call.draw_id,
            "reverses_call_id": call.hands_on,
        }


def call_notices(state: State) -> Iterator[Row]:
    for _, call in state.calls():
        for notice in call.notices:
            status, paid_on = state.standing(call, notice)
            yield {
                "notice_id": notice.notice_id,
                "call_id": call.call_id,
                "commitment_id": notice.commitment_id,
                "call_amount": money(notice.amount),
                "percentage_called": round(notice.amount / notice.base, 12),
                **{f"{name}_portion": money(notice.portions.get(name, 0)) for name in PORTIONS},
                "due_date": call.due,
                "line_draw_date": call.draw_date,
                "notice_status": status,
                "payment_date": paid_on,
            }


def payments(state: State) -> Iterator[Row]:
    for ledger, call in state.calls():
        for notice in call.notices:
            for payment in state.payments(notice.notice_id):
                yield _payment(payment, ledger.plan.currency, "notice_id")
    for ledger in state.ledgers:
        for paid in ledger.distributions:
            for out in paid.notices:
                for payment in state.payments(out.notice_id):
                    yield _payment(payment, ledger.plan.currency, "distribution_notice_id")


def _payment(payment: Payment, currency: str, field: str) -> Row:
    references = {"notice_id": None, "distribution_notice_id": None} | {field: payment.notice_id}
    return {
        "payment_id": payment.payment_id,
        "direction": payment.direction,
        **references,
        "amount": money(payment.amount),
        "currency": currency,
        "value_date": payment.date,
        "booked_date": payment.date,
        "method": payment.method,
        "status": payment.status,
        "reverses_payment_id": payment.reverses,
        "bank_reference": f"REF-{payment.payment_id}",
    }


def distributions(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for paid in ledger.distributions:
            if paid.date > state.as_of:
                continue
            yield {
                "distribution_id": paid.distribution_id,
                "fund_id": ledger.plan.fund_id,
                "distribution_number": paid.number,
                "distribution_date": paid.date,
                "record_date": paid.record_date,
                "distribution_type": paid.kind,
                "investment_id": paid.investment_id,
                "total_distribution_amount": money(paid.total),
                "currency": ledger.plan.currency,
                "distribution_status": paid.status,
                "is_in_kind": paid.is_in_kind,
                "in_kind_description": "Listed shares of the buyer at their closing price" if paid.is_in_kind else None,
                "recallable_reason": "OTHER" if paid.is_recallable else "NONE",
            }


def distribution_notices(state: State) -> Iterator[Row]:
    for ledger in state.ledgers:
        for paid in ledger.distributions:
            if paid.date > state.as_of:
                continue
            for notice in paid.notices:
                yield {
                    "notice_id": notice.notice_id,
                    "distribution_id": paid.distribution_id,
                    "commitment_id": notice.commitment_id,
                    "gross_distribution": money(notice.gross),
                    "management_fee_offset": money(0),
                    "carried_interest": money(notice.carry),
                    "tax_withholding": money(notice.withholding),
                    "net_distribution": money(notice.net),
                    "return_of_capital_amount": money(notice.capital),
                    "gain_amount": money(notice.gain),
                    "income_amount": money(notice.income),
                    "recallable_amount": money(notice.recallable),
                    "recallable_until": paid.recallable_until,
                    "income_class": "INTEREST" if notice.income else None,
                    "notice_status": paid.status,
                    "payment_date": paid.date if paid.status == "PAID" else None,
                }
