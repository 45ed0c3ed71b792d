"""A strike and its verdicts as rows of ops: runs, strikes, components, measures, assumptions and validations. No reckoning."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calculations.nav import Strike
from calculations.nav.results import Assumption, NavLine
from calculations.nav.rules import RuleResult, blocks
from calculations.nav.strike_inputs import StrikeInputs
from orchestration.resources import utc_now

RUNS, STRIKES, COMPONENTS, MEASURES, ASSUMPTIONS, VALIDATIONS = TABLES = (
    "ops.nav_runs",
    "ops.nav_strikes",
    "ops.nav_components",
    "ops.nav_measures",
    "ops.nav_assumptions",
    "ops.nav_validations",
)


@dataclass
class Struck:
    """Rows for the tables of ops."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in TABLES})


def record_strike(
    struck: Struck,
    keys: Mapping[str, Any],
    inputs: StrikeInputs,
    result: Strike,
    rules: Sequence[RuleResult],
    version: int,
    state_id: str,
    run_id: str,
) -> None:
    status = "BLOCKED" if result.status == "STRUCK" and blocks(rules) else result.status
    broken = next((r for r in rules if r.severity == "critical" and r.outcome == "FAILED"), None)
    failure = result.failures[0] if result.failures else None
    numbered = version if status == "STRUCK" else None
    struck.rows[RUNS].append(
        {
            **keys,
            "version": numbered,
            "state_id": state_id,
            "status": status,
            "reason": failure.reason if failure else broken.rule_code if broken else None,
            "detail": failure.detail if failure else broken.detail if broken else None,
            "method": result.method,
            "measurement_basis": result.measurement_basis,
            "cutoff_at": utc(result.cutoff),
            "currency": result.currency,
            "total_assets": result.total_assets,
            "total_liabilities": result.total_liabilities,
            "net_assets": result.net_assets,
            "fair_value_level": result.fair_value_level,
            "struck_at": utc_now(),
            "run_id": run_id,
        }
    )
    names = ("rule_code", "severity", "scope", "scope_id", "outcome", "actual", "threshold", "detail")
    struck.rows[VALIDATIONS] += [
        {**keys, "rule_number": number, **{name: getattr(rule, name) for name in names}}
        for number, rule in enumerate(rules, start=1)
    ]
    if status != "STRUCK":
        return
    versioned = {**keys, "version": version}
    previous = {each.share_class_id: each.previous_nav_per_share for each in inputs.classes}
    previous.setdefault(inputs.product.product_id, inputs.product.previous_nav_per_share)
    struck.rows[STRIKES] += [
        {
            **versioned,
            **{name: getattr(nav, name) for name in _CLASS_FIELDS},
            "previous_nav": previous.get(nav.share_class_id),
        }
        for nav in result.classes
    ]
    struck.rows[COMPONENTS] += [
        {**versioned, "line": number, **_component(line)} for number, line in enumerate(result.lines, start=1)
    ]
    struck.rows[MEASURES] += [
        {**versioned, "measure_number": number, **{name: getattr(measure, name) for name in _MEASURE_FIELDS}}
        for number, measure in enumerate(result.measures, start=1)
    ]
    struck.rows[ASSUMPTIONS] += [
        {**versioned, "assumption_number": number, **_assumption(assumption)}
        for number, assumption in enumerate(result.assumptions, start=1)
    ]


_CLASS_FIELDS = (
    *("share_class_id", "currency", "net_assets", "net_assets_class", "shares_outstanding", "nav_per_share"),
    *("nav_per_share_unrounded", "rounding_residual", "fx_rate", "reason"),
)
_LINE_FIELDS = (
    *("line_id", "kind", "side", "share_class_id", "instrument_id", "accrual_id", "leg", "method", "quantity", "price"),
    *("price_type", "price_currency", "price_source", "accrued_amount", "currency", "amount", "base_amount", "fx_rate"),
    *("basis_amount", "rate", "year_fraction", "fair_value_level", "reason", "detail"),
)


_MEASURE_FIELDS = ("name", "subject_id", "value", "unit", "currency", "reason", "detail")
_ASSUMPTION_FIELDS = (
    *("scope_type", "scope_id", "tenor", "as_of", "source", "value", "text", "unit", "currency", "compounding"),
    "valid_until",
)


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {"assumption": assumption.name, **{name: getattr(assumption, name) for name in _ASSUMPTION_FIELDS}}


def _component(line: NavLine) -> dict[str, Any]:
    quotes = (
        f"{q.base_currency}/{q.quote_currency} {q.source} {utc(q.as_of):%Y-%m-%dT%H:%M:%SZ}" for q in line.fx_quotes
    )
    return {
        **{name: getattr(line, name) for name in _LINE_FIELDS},
        "price_as_of": utc(line.price_as_of),
        "fx_as_of": utc(line.fx_as_of),
        "fx_quotes": "; ".join(quotes) or None,
    }


def utc(instant: Any) -> Any:
    """An instant as the warehouse keeps it, UTC without a zone; a day as its midnight."""
    if instant is None:
        return None
    if not isinstance(instant, dt.datetime):
        return dt.datetime.combine(instant, dt.time())
    return instant.astimezone(dt.UTC).replace(tzinfo=None)
