"""Reads what a deal's projection stands on from the warehouse: its sheet, its pool, terms beside the tape, rates, the load's own
assumptions. What is made of them does not belong here.
"""

from collections.abc import Mapping
from typing import Any

from calculations.clo.sheet_deal import DealSheet
from orchestration.warehouse import Warehouse

STAGED = ("deal_parameters", "deal_tranches", "deal_fees", "deal_accounts", "deal_sub_note_payments")
OF_ASSETS = ("asset_pik", "asset_draws", "asset_steps", "asset_events", "asset_hedges")
OF_LOAD = ("cash_flow_assumptions", "cash_flow_vectors", "sink_schedules", "yield_curve", "holidays")

# A deal is projected as its newest load states it; and as its last good one does, which it shows while it is held.
SHOWN = """
    select load_id, deal_id from intermediate.int_clo__deal_terms where withdrawn_at is null
    qualify row_number() over (partition by organization_id, deal_id order by as_of desc, known_at desc, load_id desc) = 1
    union
    select terms.load_id, terms.deal_id from intermediate.int_clo__deal_terms as terms
    inner join ops.deal_status as status
        on terms.organization_id = status.organization_id and terms.deal_id = status.entity_id
        and terms.known_at <= status.last_good_known_at
    where terms.withdrawn_at is null
    qualify row_number() over (
        partition by terms.organization_id, terms.deal_id
        order by status.recorded_at desc, terms.as_of desc, terms.known_at desc, terms.load_id desc
    ) = 1
"""


def sheet_of(deal_id: str, inputs: Mapping[str, Any]) -> DealSheet:
    """The deal as its sheet states it, of rows by staging model."""
    parameters = {(row["section"], row["name"]): _value(row) for row in inputs["deal_parameters"]}
    return DealSheet(deal_id, parameters, *(inputs[name] for name in STAGED[1:]))


def stated_of(warehouse: Warehouse, load_id: str, deal_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keys of a deal in a load, and what its sheet states: terms, and rows by staging model."""
    mine = [load_id, deal_id]
    (terms,) = warehouse.records(
        "select * from intermediate.int_clo__deal_terms where load_id = ? and deal_id = ?", mine
    )
    found: dict[str, Any] = {"terms": terms}
    for name in STAGED:
        found[name] = warehouse.records(
            f"select * from staging.stg_clo__{name} where load_id = ? and deal_id = ? order by source_row, source_column",
            mine,
        )
    keys = {
        "organization_id": terms["organization_id"],
        "load_id": load_id,
        "deal_id": deal_id,
        "as_of_date": terms["as_of"],
        "known_at": terms["known_at"],
        "currency": None,
    }
    return keys, found


def inputs_of_load(warehouse: Warehouse, load_id: str) -> dict[str, Any]:
    """What all deals of a load share: its assumptions, instalments, curve and calendar."""
    return {
        name: warehouse.records(
            f"select * from staging.stg_clo__{name} where load_id = ? order by source_row, source_column", [load_id]
        )
        for name in OF_LOAD
    }


def inputs_of(
    warehouse: Warehouse, projection_id: str, of_load: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `stated_of`, with the pool, what tables state of its assets, and what the load's deals share, read where not given."""
    ((load_id, deal_id, known_at),) = warehouse.rows(
        "select load_id, deal_id, known_at from intermediate.int_clo__deal_projections where projection_id = ?",
        [projection_id],
    )
    keys, found = stated_of(warehouse, load_id, deal_id)
    keys |= {"projection_id": projection_id, "known_at": known_at}
    found["holdings"] = warehouse.records(
        "select * from intermediate.int_clo__holdings where load_id = ? and deal_id = ? order by asset_id",
        [load_id, deal_id],
    )
    held = [row["asset_id"] for row in found["holdings"]]
    for name in OF_ASSETS:
        found[name] = warehouse.records(
            f"select * from intermediate.int_clo__{name} where organization_id = ? and asset_id in (select unnest(?)) "
            "order by all",
            [keys["organization_id"], held],
        )
    found["deal_fx_rates"] = warehouse.records(
        "select * from intermediate.int_clo__deal_fx_rates where load_id = ? and deal_id = ?", [load_id, deal_id]
    )
    found |= inputs_of_load(warehouse, load_id) if of_load is None else of_load
    return keys, found


def _value(row: Mapping[str, Any]) -> Any:
    column = {"number": "value_number", "date": "value_date", "boolean": "value_boolean"}.get(row["value_type"])
    return row[column or "value_text"]
