"""Findings on capital activity as rows: a broken rule or a difference between stated and computed, with both amounts. Rules are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.funds.fees.findings import Finding
from orchestration.assets.capital_inputs import KEYS

FINDINGS = "calc.capital_findings"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A finding on one entity of a fund; `stated` and `computed` are amounts in `currency` where there are such."""

    rule_code: str
    severity: str
    entity_type: str
    entity_id: str
    message: str
    event_date: dt.date | None = None
    currency: str | None = None
    stated: Decimal | None = None
    computed: Decimal | None = None


def of_rules(entity_type: str, found: Iterable[Finding], day: dt.date | None = None) -> list[Difference]:
    """Findings of the calculations as differences without amounts."""
    return [Difference(f.rule_code, f.severity, entity_type, f.entity_id, f.message, day) for f in found]


def finding_rows(fund: Row, found: Iterable[Difference]) -> list[dict[str, Any]]:
    """Rows of calc.capital_findings for one fund, numbered in order."""
    in_order = sorted(found, key=lambda each: (each.rule_code, each.entity_id, each.event_date or dt.date.min))
    return [
        {
            **{name: fund[name] for name in KEYS},
            "finding_number": number,
            "rule_code": each.rule_code,
            "severity": each.severity,
            "entity_type": each.entity_type,
            "entity_id": each.entity_id,
            "event_date": each.event_date,
            "currency": each.currency,
            "amount_stated": each.stated,
            "amount": each.computed,
            "difference": None if each.stated is None or each.computed is None else each.stated - each.computed,
            "message": each.message,
            "known_at": fund["known_at"],
        }
        for number, each in enumerate(in_order, 1)
    ]
