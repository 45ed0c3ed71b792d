"""A strike and its verdicts as rows of ops: runs, strikes, components, measures, assumptions and validations. No reckoning."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from calculations.nav import Strike
from calculations.nav.results import Assumption, NavLine
from calculations.nav.strike_inputs import StrikeInputs
from calculations.nav.terms import Rate
from calculations.nav.validation import RuleResult, blocks, quality_score
from orchestration.calculation_cache import as_columns, as_table
from orchestration.clock import utc_now
from orchestration.warehouse import append, own_tables

RUNS, STRIKES, COMPONENTS, MEASURES, ASSUMPTIONS, VALIDATIONS = TABLES = (
    "ops.nav_runs",
    "ops.nav_strikes",
    "ops.nav_components",
    "ops.nav_measures",
    "ops.nav_assumptions",
    "ops.nav_validations",
)
RESTRIKES = "ops.nav_restrikes"
LINES_AT_ONCE = 250_000  # lines of strikes to hold before they are written
_FEW = tuple(table for table in TABLES if table != COMPONENTS)


@dataclass
class Struck:
    """Rows for the tables of ops; the lines of strikes, of which there are most, by column."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in _FEW})
    components: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in own_tables()[COMPONENTS]})

    @property
    def is_full(self) -> bool:
        """Whether it is time to write them, so that a backfill of years needs no more memory than a few days."""
        return len(self.components["line"]) >= LINES_AT_ONCE

    def write(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Append the rows to their tables and let go of them; returns the number of runs."""
        runs = len(self.rows[RUNS])
        for table, found in self.tables().items():
            append(connection, table, found)
        for rows in (*self.rows.values(), *self.components.values()):
            rows.clear()
        return runs

    def tables(self) -> dict[str, pa.Table]:
        """What there is to append, by table."""
        found = {table: as_table(table, records) for table, records in self.rows.items() if records}
        if self.components["line"]:
            found[COMPONENTS] = as_columns(COMPONENTS, self.components)
        return found


def record_strike(
    struck: Struck,
    keys: Mapping[str, Any],
    inputs: StrikeInputs,
    result: Strike,
    rules: Sequence[RuleResult],
    version: int,
    state_id: str,
    run_id: str,
) -> bool:
    """Add what was struck; whether it counts as a strike, which what failed or was blocked does not."""
    status = "BLOCKED" if result.status == "STRUCK" and blocks(rules) else result.status
    broken = next((r for r in rules if r.severity == "critical" and r.outcome == "FAILED"), None)
    failure = result.failures[0] if result.failures else None
    numbered = version if status == "STRUCK" else None
    quality = quality_score(rules)
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
            "quality_score": quality.score,
            "quality_grade": quality.grade,
            "quality_reason": quality.reason,
            "struck_at": utc_now(),
            "run_id": run_id,
        }
    )
    struck.rows[VALIDATIONS] += [
        {**keys, "rule_number": number, **_validation(rule)} for number, rule in enumerate(rules, start=1)
    ]
    if status != "STRUCK":
        return False
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
    _add_components(struck.components, versioned, result.lines)
    struck.rows[MEASURES] += [
        {**versioned, "measure_number": number, **{name: getattr(measure, name) for name in _MEASURE_FIELDS}}
        for number, measure in enumerate(result.measures, start=1)
    ]
    struck.rows[ASSUMPTIONS] += [
        {**versioned, "assumption_number": number, **_assumption(assumption)}
        for number, assumption in enumerate(result.assumptions, start=1)
    ]
    return True


_CLASS_FIELDS = (
    *("share_class_id", "currency", "net_assets", "net_assets_class", "shares_outstanding", "nav_per_share"),
    *("nav_per_share_unrounded", "rounding_residual", "swing_rate", "swung_nav_per_share", "fx_rate", "reason"),
)
_LINE_FIELDS = (
    *("line_id", "kind", "side", "share_class_id", "instrument_id", "accrual_id", "leg", "method", "quantity", "price"),
    *("price_type", "price_currency", "price_source", "accrued_amount", "currency", "amount", "base_amount", "fx_rate"),
    *("basis_amount", "rate", "year_fraction", "fair_value_level", "reason", "detail"),
)


_INSTANTS = ("price_as_of", "fx_as_of")
_MEASURE_FIELDS = ("name", "subject_id", "value", "unit", "currency", "reason", "detail")
_RULE_FIELDS = (
    *("rule_code", "rule_version", "severity", "scope", "scope_id", "outcome", "actual", "threshold", "detail"),
)
_ASSUMPTION_FIELDS = (
    *("scope_type", "scope_id", "tenor", "as_of", "source", "value", "text", "unit", "currency", "compounding"),
    "valid_until",
)


def _validation(rule: RuleResult) -> dict[str, Any]:
    return {
        **{name: getattr(rule, name) for name in _RULE_FIELDS},
        "evidence": "; ".join(rule.evidence) or None,
    }


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return {"assumption": assumption.name, **{name: getattr(assumption, name) for name in _ASSUMPTION_FIELDS}}


def _add_components(columns: dict[str, list[Any]], keys: Mapping[str, Any], lines: Sequence[NavLine]) -> None:
    for name in ("organization_id", "product_id", "valuation_date", "version"):
        columns[name] += [keys[name]] * len(lines)
    columns["line"] += range(1, len(lines) + 1)
    for name, values in zip(NavLine._fields, zip(*lines, strict=True), strict=True):
        if name in _LINE_FIELDS:
            columns[name] += values
        elif name in _INSTANTS:
            columns[name] += map(utc, values)
        elif name == "fx_quotes":
            columns[name] += [_quotes(quotes) if quotes else None for quotes in values]


@lru_cache(maxsize=4096)  # every line in a currency has the same ones
def _quotes(quotes: tuple[Rate, ...]) -> str:
    return "; ".join(
        f"{quote.base_currency}/{quote.quote_currency} {quote.source} {utc(quote.as_of):%Y-%m-%dT%H:%M:%SZ}"
        for quote in quotes
    )


def utc(instant: Any) -> Any:
    """An instant as the warehouse keeps it, UTC without a zone; a day as its midnight."""
    if instant is None:
        return None
    if not isinstance(instant, dt.datetime):
        return dt.datetime.combine(instant, dt.time())
    return _utc(instant, instant.fold)


@lru_cache(maxsize=4096)  # most lines of a day have the same one; instants that are equal are one in UTC
def _utc(instant: dt.datetime, fold: int) -> dt.datetime:
    return instant.astimezone(dt.UTC).replace(tzinfo=None)
