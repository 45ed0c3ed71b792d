"""The tables about the waterfall of a fund, out of its replayed life. What each row says is in the modules of its table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from orchestration.assets.fund_carry_movement_rows import movement_rows
from orchestration.assets.fund_carry_payment_rows import entry_rows, payment_rows
from orchestration.assets.fund_carry_rows import carry_rows
from orchestration.assets.fund_clawback_rows import clawback_rows
from orchestration.assets.fund_waterfall_audit_rows import as_arrow, audit_columns, tier_columns
from orchestration.assets.fund_waterfall_life import FundLife
from orchestration.calculation_cache import as_table

TIERS, AUDIT, CARRY = "calc.fund_waterfall", "calc.fund_waterfall_audit", "calc.fund_carry"
PAYMENTS, ENTRIES, FINDINGS = "calc.fund_carry_payments", "calc.fund_carry_entries", "calc.fund_waterfall_findings"
CLAWBACKS, MOVEMENTS = "calc.fund_clawback_shares", "calc.fund_carry_movements"
TABLES = (AUDIT, CARRY, CLAWBACKS, ENTRIES, FINDINGS, MOVEMENTS, PAYMENTS, TIERS)

Row = dict[str, Any]


def tables(life: FundLife) -> dict[str, pa.Table]:
    """Rows of one fund in one state by table, without the measured state that they belong to."""
    fund = life.stated.rows["funds"][0]
    keys = {name: fund[name] for name in ("state_id", "organization_id", "fund_id", "known_at")}
    unit = Decimal(1).scaleb(-fund["minor_units"])
    made: dict[str, pa.Table] = {}
    listed: dict[str, Iterator[Row]] = {FINDINGS: _findings(life)}
    if life.replayed is not None:
        listed |= {
            CARRY: carry_rows(life, life.replayed, unit),
            ENTRIES: entry_rows(life, life.replayed, unit),
            CLAWBACKS: clawback_rows(life, life.replayed, unit),
            MOVEMENTS: movement_rows(life, life.replayed, unit),
            PAYMENTS: payment_rows(life, life.replayed, unit),
        }
        audit = audit_columns(life, life.replayed)
        if audit:
            made[AUDIT] = as_arrow(AUDIT, audit, keys | {"currency": fund["base_currency"]}, fund["minor_units"])
            made[TIERS] = as_arrow(
                TIERS, tier_columns(audit), keys | {"currency": fund["base_currency"]}, fund["minor_units"]
            )
    currency = {"currency": fund["base_currency"], "measured_id": ""}
    for relation, rows in listed.items():
        filled = [{**keys, **currency, **row} for row in rows]
        if filled:
            made[relation] = as_table(relation, filled)
    return made


def with_measured(table: pa.Table, measured_id: str) -> pa.Table:
    """The table of a measured state."""
    place = table.schema.get_field_index("measured_id")
    return table.set_column(place, "measured_id", pa.repeat(pa.scalar(measured_id), len(table)))


def _findings(life: FundLife) -> Iterator[Row]:
    for number, finding in enumerate(life.findings, 1):
        yield {
            "finding_number": number,
            "rule_code": str(finding.code),
            "subject": finding.subject or None,
            "message": finding.message,
            "is_blocking": finding.blocks,
        }
