"""Rows of the sheets about allocations and changes of status. Which deals there are does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from ingestion.samples.funds.deals import Allocation, Step, allocations, status_on
from ingestion.samples.funds.portfolio import Movement
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, instant, money

NOON = 12
# Calls of earlier years came from another system, without their changes of status.
CALLS_FROM = dt.date(2022, 1, 1)
APPROVAL = dt.timedelta(days=7)
REVIEW = dt.timedelta(days=30)


def allocation_rows(state: State) -> Iterator[Row]:
    made = list(allocations(state))
    as_of = state.as_of
    for item in made:
        peers = [x for x in made if x.ledger is item.ledger and _status(x, as_of) != "WRITTEN_OFF"]
        is_counted = item in peers
        received = [move.amount for move in _receipts(item) if move.date <= as_of]
        yield {
            "allocation_id": item.allocation_id,
            "deal_id": item.allocation_id.removesuffix("-ALLOCATION"),
            "deal_name": item.deal_name,
            "fund_id": item.ledger.plan.fund_id,
            "investment_id": item.position.investment_id if item.position else None,
            "allocation_date": item.date,
            "amount": money(item.amount),
            "amount_type": "DOLLAR",
            "security_type": item.security,
            "market_value": money(item.position.fair_value(as_of)) if item.position else None,
            "distributions": money(sum(received)),
            "status": _status(item, as_of),
            "called_amount": money(item.called(as_of)),
            "paid_amount": money(item.paid(as_of)),
            "deal_stage": item.stage if item.dropped is None or item.dropped <= as_of else "SCREENING",
            "portfolio_weight_pct": round(100 * item.amount / sum(x.amount for x in peers), 2) if is_counted else None,
        }


def _status(item: Allocation, day: dt.date) -> str:
    return status_on(item.history(), day)


def _receipts(item: Allocation) -> list[Movement]:
    moves = item.position.movements if item.position else ()
    return [move for move in moves if move.kind in ("INCOME", "PROCEEDS")]


def allocation_calls(state: State) -> Iterator[Row]:
    for allocation in allocations(state):
        for item in allocation.instalments:
            status = status_on(item.history(), state.as_of)
            is_paid = status == "PAID"
            yield {
                "allocation_call_id": item.call_id,
                "allocation_id": allocation.allocation_id,
                "scheduled_date": item.scheduled,
                "due_date": item.due,
                "amount": money(item.amount),
                "currency": allocation.ledger.plan.currency,
                "status": status,
                "instalment_number": item.number,
                "paid_amount": money(item.amount) if is_paid else money(0),
                "paid_date": item.due if is_paid else None,
            }


def status_events(state: State) -> Iterator[Row]:
    for kind, code, history in _histories(state):
        for number, ((_, before), (day, after)) in enumerate(pairwise(history), 1):
            if day <= state.as_of:
                yield {
                    "entity_type": kind,
                    "entity_id": code,
                    "sequence": number,
                    "from_status": before,
                    "to_status": after,
                    "occurred_at": instant(day, NOON),
                    "actor": "Fund operations",
                }


def _histories(state: State) -> Iterator[tuple[str, str, list[Step]]]:
    for item in allocations(state):
        yield "ALLOCATION", item.allocation_id, item.history()
        for instalment in item.instalments:
            yield "ALLOCATION_CALL", instalment.call_id, instalment.history()
    for ledger, call in state.calls():
        if call.notice_date >= CALLS_FROM:
            standings = [state.standing(call, notice) for notice in call.notices]
            history = [(dt.date.min, "DRAFT"), (call.notice_date - APPROVAL, "APPROVED"), (call.notice_date, "ISSUED")]
            days = [paid_on for _, paid_on in standings if paid_on is not None]
            if len(days) == len(standings):
                history.append((max(days), "SETTLED"))
            yield "CALL", call.call_id, history
        for notice in call.notices:
            if notice.notice_id in ledger.defaults:
                yield "NOTICE", notice.notice_id, _default(state, notice.notice_id, call.due)
    for ledger in state.ledgers:
        for paid in ledger.distributions:
            yield "DISTRIBUTION", paid.distribution_id, [(paid.record_date, "DECLARED"), (paid.date, paid.status)]
        for transfer in ledger.register.transfers:
            plan = transfer.plan
            history = [
                (dt.date.min, "DRAFT"),
                (plan.date - 2 * REVIEW, "SUBMITTED"),
                (plan.date - REVIEW, "UNDER_REVIEW"),
            ]
            if plan.status == "COMPLETED":
                history.append((plan.date - APPROVAL, "APPROVED"))
            yield "TRANSFER", transfer.transfer_id, [*history, (plan.date, plan.status)]


def _default(state: State, notice_id: str, due: dt.date) -> list[Step]:
    item = state.defaults[notice_id]
    history = [(dt.date.min, "PENDING")]
    if item.paid_share:
        history.append((due, "PARTIALLY_PAID"))
    history += [(due + dt.timedelta(days=1), "OVERDUE"), (item.declared, "DEFAULTED")]
    return [*history, (item.cured, "PAID")] if item.cured is not None else history
