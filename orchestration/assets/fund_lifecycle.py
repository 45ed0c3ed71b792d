"""Allocations of funds, their calls, events and findings on each state of what was known. The rules are in calculations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from calculations.exact.minor_units import as_money
from calculations.funds.lifecycle import collection, events, metrics, payments, rules, statuses, weights
from calculations.funds.lifecycle.events import EventKind, LifecycleEvent
from calculations.funds.lifecycle.findings import Finding
from calculations.funds.lifecycle.fund_rules import fund_findings
from calculations.funds.lifecycle.limits import Limits, limits
from calculations.funds.lifecycle.payments import Applied, Receipts
from calculations.months import as_date
from orchestration.assets.fund_lifecycle_inputs import STATED, Array, StateOfFunds, read_state
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

ALLOCATIONS, CALLS, METRICS = "calc.fund_allocations", "calc.fund_allocation_calls", "calc.fund_allocation_metrics"
EVENTS, FINDINGS = "calc.fund_lifecycle_events", "calc.fund_lifecycle_findings"

Row = Mapping[str, Any]


def follow_allocations(warehouse: Warehouse, lifecycle_ids: Sequence[str]) -> Records:
    """Rows of the tables for every state of `lifecycle_ids`: statuses on the state's as-of date, reminders on the run's day."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (ALLOCATIONS, CALLS, METRICS, EVENTS, FINDINGS)}
    states = warehouse.records(
        "select * from intermediate.int_fund__lifecycle_states where lifecycle_id in (select unnest(?))",
        [list(lifecycle_ids)],
    )
    for state in states:
        keys = {name: state[name] for name in ("lifecycle_id", "state_id", "organization_id")}
        for table, rows in _followed(read_state(warehouse, state["state_id"]), state).items():
            found[table] += [keys | row for row in rows]
    return found


def _followed(known: StateOfFunds, state: Row) -> Mapping[str, Iterable[dict[str, Any]]]:
    bounds = limits(state["environment"])
    today = state["as_of"]
    received = payments.receipts(known.payments, today)
    applied = payments.apply_payments(known.calls, received)
    count = known.rows.amount.size
    paid = np.zeros(count, dtype=np.int64)
    np.add.at(paid, known.calls.owner, applied.paid)
    rows = replace(known.rows, called=payments.called_amounts(known.calls, count), paid=paid)
    known = replace(known, rows=rows)
    return {
        ALLOCATIONS: _allocation_rows(known, applied, state),
        CALLS: _call_rows(known, applied, bounds, state),
        METRICS: _metric_rows(known, applied, state),
        EVENTS: _event_rows(known, received, bounds, state),
        FINDINGS: _finding_rows(known, received, applied, bounds, state),
    }


def _allocation_rows(known: StateOfFunds, applied: Applied, state: Row) -> Iterator[dict[str, Any]]:
    rows, calls, today = known.rows, known.calls, state["as_of"]
    fund = np.unique(rows.fund_id, return_inverse=True)[1].astype(np.int64)
    hundredths, has_weight = weights.portfolio_weights(
        fund, np.maximum(rows.amount, 0), rows.is_written_off, rows.allocation_id
    )
    of_calls = statuses.call_funding_statuses(rows.called, rows.paid, rows.is_written_off)
    of_commitment = statuses.commitment_funding_statuses(rows.amount, rows.paid, rows.is_written_off)
    overdue = collection.is_overdue(calls, applied, today)
    outstanding, late = np.zeros((2, rows.amount.size), dtype=np.int64)
    is_called = ~np.isin(calls.status, payments.NOT_OWED)
    np.add.at(outstanding, calls.owner[is_called], applied.outstanding[is_called])
    np.add.at(late, calls.owner[overdue], applied.outstanding[overdue])
    rates = collection.collection_rates(calls, applied, rows.amount.size, today)
    for place, allocation_id in enumerate(rows.allocation_id.tolist()):
        scale = rows.scale[place]
        yield {
            "fund_id": str(rows.fund_id[place]),
            "allocation_id": allocation_id,
            "status_date": today,
            "currency": str(rows.currency[place]),
            "amount": as_money(rows.amount[place], scale),
            "called_amount": as_money(rows.called[place], scale),
            "paid_amount": as_money(rows.paid[place], scale),
            "outstanding_amount": as_money(outstanding[place], scale),
            "overdue_amount": as_money(late[place], scale),
            "call_funding_status": str(of_calls[place]),
            "commitment_funding_status": str(of_commitment[place]),
            "portfolio_weight_pct": as_money(hundredths[place], 100) if has_weight[place] else None,
            "collection_rate": rates[place].value,
            "collection_rate_reason": rates[place].reason,
        }


def _call_rows(known: StateOfFunds, applied: Applied, bounds: Limits, state: Row) -> Iterator[dict[str, Any]]:
    calls, rows, today = known.calls, known.rows, state["as_of"]
    status = statuses.call_statuses(calls.status, calls.amount, applied.paid, calls.due_date, today)
    late = collection.days_late(calls.due_date, applied.paid_date, today)
    overdue = collection.is_overdue(calls, applied, today)
    labels = collection.ageing(calls, applied, rows.amount.size, bounds.ageing_days, today).labels
    bucket = np.searchsorted(np.array(bounds.ageing_days), late, "right")
    is_called = ~np.isin(calls.status, payments.NOT_OWED)
    is_paid = np.isin(np.arange(calls.amount.size), known.payments.owner)
    is_stated = np.isin(np.char.add(STATED, calls.call_id), known.payments.payment_id)
    for place, call_id in enumerate(calls.call_id.tolist()):
        owner = calls.owner[place]
        scale = rows.scale[owner]
        is_open = bool(is_called[place] and applied.outstanding[place] > 0)
        yield {
            "fund_id": str(rows.fund_id[owner]),
            "allocation_id": str(rows.allocation_id[owner]),
            "allocation_call_id": call_id,
            "status_date": today,
            "currency": str(rows.currency[owner]),
            "call_amount": as_money(calls.amount[place], scale),
            "paid_amount": as_money(applied.paid[place], scale),
            "paid_basis": "STATED" if is_stated[place] else "PAYMENTS" if is_paid[place] else None,
            "outstanding_amount": as_money(applied.outstanding[place] if is_called[place] else 0, scale),
            "excess_amount": as_money(applied.excess[place], scale),
            "paid_date": None if np.isnat(applied.paid_date[place]) else as_date(applied.paid_date[place]),
            "call_status": str(status[place]),
            "is_overdue": bool(overdue[place]),
            "days_late": int(late[place]) if is_called[place] else None,
            "ageing_bucket": labels[bucket[place]] if is_open else None,
        }


def _metric_rows(known: StateOfFunds, applied: Applied, state: Row) -> Iterator[dict[str, Any]]:
    found = metrics.fund_metrics(known.rows)
    place = {(one.fund_id, one.currency): number for number, one in enumerate(found)}
    pairs = zip(known.rows.fund_id.tolist(), known.rows.currency.tolist(), strict=True)
    fund_of = np.array([place[pair] for pair in pairs], dtype=np.int64)
    of_funds = replace(known.calls, owner=fund_of[known.calls.owner])
    rates = collection.collection_rates(of_funds, applied, len(found), state["as_of"])
    for one, rate in zip(found, rates, strict=True):
        ratios = {"moic": one.moic, "dpi": one.dpi, "tvpi": one.tvpi, "collection_rate": rate}
        names = (
            "fund_id",
            "currency",
            "committed",
            "called",
            "uncalled",
            "paid",
            "written_off",
            "market_value",
            "distributions",
        )
        yield {
            **{name: getattr(one, name) for name in names},
            "status_date": state["as_of"],
            **{name: ratio.value for name, ratio in ratios.items()},
            **{f"{name}_reason": ratio.reason for name, ratio in ratios.items()},
        }


def _event_rows(known: StateOfFunds, received: Receipts, bounds: Limits, state: Row) -> Iterator[dict[str, Any]]:
    """Milestones of all time, reminders and escalations since the as-of date.

    News are what came about since the state before; of a feed's first state every milestone is old, and none is.
    """
    as_of, day, before = state["as_of"], state["run_date"], state["previous_as_of"]
    since_forever = as_date(np.datetime64("1900-01-01", "D"))
    fund_of = dict(zip(known.rows.allocation_id.tolist(), known.rows.fund_id.tolist(), strict=True))
    call_fund = dict(zip(known.calls.call_id.tolist(), known.rows.fund_id[known.calls.owner].tolist(), strict=True))
    notice_fund = dict(zip(known.notices.call_id.tolist(), known.notice_fund.tolist(), strict=True))
    notice_receipts = payments.receipts(known.notice_payments, day)
    due = events.due_date_events(known.calls, payments.receipts(known.payments, day), bounds, day, as_of)
    noticed = events.due_date_events(known.notices, notice_receipts, bounds, day, as_of, "NOTICE")
    reached = events.milestone_events(known.rows, known.calls, received, bounds, as_of, since_forever)
    for found, funds in ((reached, fund_of), (due, call_fund), (noticed, notice_fund)):
        for event in found:
            yield {
                "fund_id": funds[event.entity_id],
                "event_id": event.event_id,
                "event_kind": str(event.kind),
                "entity_type": event.entity_type,
                "entity_id": event.entity_id,
                "event_date": event.day,
                "message": event.message,
                "is_news": _is_news(event, before),
            }


def _is_news(event: LifecycleEvent, before: Any) -> bool:
    return event.kind is not EventKind.MILESTONE or (before is not None and event.day > before)


def _finding_rows(
    known: StateOfFunds, received: Receipts, applied: Applied, bounds: Limits, state: Row
) -> Iterator[dict[str, Any]]:
    rows, calls, today = known.rows, known.calls, state["as_of"]
    fund_of = {
        **_named("ALLOCATION", rows.allocation_id, rows.fund_id),
        **_named("ALLOCATION_CALL", calls.call_id, rows.fund_id[calls.owner]),
        **_named("PAYMENT", received.payment_id, rows.fund_id[calls.owner[received.owner]]),
        **_named("FUND", known.funds.fund_id, known.funds.fund_id),
    }
    found: list[Finding] = [
        *rules.allocation_findings(rows, bounds, today),
        *rules.call_findings(rows, calls, bounds),
        *fund_findings(known.funds, rows, bounds),
        *statuses.status_findings(rows),
        *statuses.call_status_findings(calls, applied.paid, today),
        *payments.overpayment_findings(calls, received, bounds.overpayment),
    ]
    for number, finding in enumerate(found, 1):
        yield {
            "fund_id": fund_of.get((finding.entity_type, finding.entity_id)),
            "finding_number": number,
            "environment": state["environment"],
            "rule_code": finding.rule_code,
            "severity": str(finding.severity),
            "entity_type": finding.entity_type,
            "entity_id": finding.entity_id,
            "message": finding.message,
        }


def _named(entity_type: str, ids: Array, funds: Array) -> dict[tuple[str, str], str]:
    return {(entity_type, entity): fund for entity, fund in zip(ids.tolist(), funds.tolist(), strict=True)}


FUND_LIFECYCLE = Calculation(
    name="fund_lifecycle",
    description="Statuses of allocations and their calls as payments make them, fund figures from states, events, limits.",
    tables=(ALLOCATIONS, CALLS, METRICS, EVENTS, FINDINGS),
    key="lifecycle_id",
    inputs="select lifecycle_id from intermediate.int_fund__lifecycle_states",
    deps=(
        "intermediate.int_fund__lifecycle_states",
        "intermediate.int_fund__funds",
        "intermediate.int_fund__allocations",
        "intermediate.int_fund__allocation_calls",
        "intermediate.int_fund__payments",
        "intermediate.int_fund__commitment_events",
        "intermediate.int_fund__capital_calls",
        "intermediate.int_fund__capital_call_notices",
    ),
    compute=follow_allocations,
)
