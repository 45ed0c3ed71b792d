"""Rows of the sheets about the general ledger: accounts, how they are mapped, periods. What is booked does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ingestion.samples.funds.days import month_ends
from ingestion.samples.funds.state import State
from ingestion.samples.funds.table import Row, instant
from ingestion.samples.funds.terms import as_text
from ingestion.samples.parameters import load_yaml


def _parameters() -> dict[str, Any]:
    found: dict[str, Any] = load_yaml("fund_accounts.yaml")
    return found


def chart_of_accounts(_: State) -> Iterator[Row]:
    for code, name, kind, parent, line in _parameters()["accounts"]:
        yield {
            "account_code": str(code),
            "account_name": name,
            "account_type": kind,
            "parent_code": str(parent) if parent else None,
            "allows_posting": parent is not None,
            "is_active": True,
            "nav_line": line,
        }


def account_mappings(state: State) -> Iterator[Row]:
    parameters = _parameters()
    for plan in (ledger.plan for ledger in state.ledgers):
        for number, (kind, source, account) in enumerate(parameters["mappings"], 1):
            yield {
                "mapping_id": f"{plan.fund_code}-GL{number:02d}",
                "fund_id": plan.fund_id,
                "gl_system": parameters["gl_system"],
                "mapping_type": kind,
                "gl_account_code": source if kind in ("DIRECT", "IGNORED") else None,
                "gl_account_selector": as_text(source) if kind == "AGGREGATED" else None,
                "expression": source if kind == "CALCULATED" else None,
                "account_code": str(account) if account else None,
                "effective_date": plan.first_close,
            }


def mapping_rules(state: State) -> Iterator[Row]:
    parameters = _parameters()
    for number, (source, target, transformation) in enumerate(parameters["rules"], 1):
        yield {
            "rule_id": f"GL-RULE-{number:02d}",
            "gl_system": parameters["gl_system"],
            "source_field": source,
            "target_field": target,
            "transformation": as_text(transformation),
            "priority": number,
            "is_active": True,
            "effective_date": min(ledger.plan.first_close for ledger in state.ledgers),
        }


def periods(state: State) -> Iterator[Row]:
    plan = _parameters()["periods"]
    for ledger in state.ledgers:
        for end in month_ends(plan["first"], state.as_of):
            closed_on = end + dt.timedelta(days=plan["closed_after_days"])
            is_closed = closed_on <= state.as_of
            yield {
                "fund_id": ledger.plan.fund_id,
                "period_end": end,
                "status": "CLOSED" if is_closed else "OPEN",
                "closed_at": instant(closed_on, 17) if is_closed else None,
            }
