"""Reads what a simulation of ratings stands on from the warehouse: the load's panel and tables, its deals, and what was asked
for beside the workbook. How paths are drawn does not belong here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from calculations.clo.migration.correlations import StatedCorrelations
from calculations.clo.migration.settings import Asked
from orchestration.assets.clo_projection_inputs import SHOWN, inputs_of, inputs_of_load
from orchestration.calculation_cache import UnknownName
from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append_rows

REQUESTS = "ops.migration_requests"
OF_MIGRATION = ("run_model_parameters", "transition_matrix", "rating_correlations", "correlations")
# What deals show now is simulated as their workbook asks for it, and as somebody asked for it on the same inputs.
SHOWN_INPUTS = f"""
    select inputs_id, organization_id, load_id from intermediate.int_clo__migrations
    where load_id in (select load_id from ({SHOWN}))
"""
SIMULATIONS = f"""
    select inputs_id as simulation_id from ({SHOWN_INPUTS})
    union
    select simulation_id from {REQUESTS} where inputs_id in (select inputs_id from ({SHOWN_INPUTS}))
"""
_SEED_DIGITS = 12  # hexadecimal digits of the workbook's hash that make a seed, 48 bits


@dataclass(frozen=True, eq=False)
class MigrationInputs:
    """Rows as the models have them: the panel by name, the tables of the workbook, and each deal as projections read it."""

    keys: Mapping[str, Any]
    asked: Asked
    inputs_seed: int
    panel: Mapping[str, Mapping[str, Any]]
    matrix_cells: Sequence[Mapping[str, Any]]
    correlation_rows: Sequence[Mapping[str, Any]]
    correlations: StatedCorrelations | None
    deals: Mapping[str, Mapping[str, Any]]


def migration_inputs(warehouse: Warehouse, simulation_id: str) -> MigrationInputs:
    """Everything that one simulation reads."""
    (row,) = warehouse.records(
        "select * from intermediate.int_clo__migrations where inputs_id = ?", [simulation_id.partition("#")[0]]
    )
    load_id = row["load_id"]

    def of_load(columns: str, model: str, where: str = "true") -> list[dict[str, Any]]:
        return warehouse.records(
            f"select {columns} from staging.stg_clo__{model} where load_id = ? and {where} order by all", [load_id]
        )

    panel = of_load(
        "name, value_number, value_boolean, value_text",
        "run_model_parameters",
        "model = 'active' and section = 'deal_info'",
    )
    projection_ids = warehouse.rows(
        "select deal_id, projection_id from intermediate.int_clo__deal_projections where load_id = ? order by deal_id",
        [load_id],
    )
    shared = inputs_of_load(warehouse, load_id)
    return MigrationInputs(
        keys={
            "simulation_id": simulation_id,
            "organization_id": row["organization_id"],
            "load_id": load_id,
            "as_of_date": row["as_of"],
            "known_at": row["known_at"],
        },
        asked=_asked(warehouse, simulation_id),
        inputs_seed=int(row["file_sha256"][:_SEED_DIGITS], 16),
        panel={item["name"]: item for item in panel},
        matrix_cells=of_load("matrix, from_rating, to_rating, value", "transition_matrix", "matrix = 'probability'"),
        correlation_rows=of_load("relationship, base_correlation, step_per_notch", "rating_correlations"),
        correlations=_stated_correlations(warehouse, row["correlations_load_id"]),
        deals={deal_id: inputs_of(warehouse, projection_id, shared)[1] for deal_id, projection_id in projection_ids},
    )


def _asked(warehouse: Warehouse, simulation_id: str) -> Asked:
    rows = warehouse.rows(f"select asked from {REQUESTS} where simulation_id = ?", [simulation_id])
    if not rows:
        return Asked()
    values = json.loads(rows[0][0])
    return Asked(**values | {"deals": tuple(values["deals"])})


def _stated_correlations(warehouse: Warehouse, load_id: str | None) -> StatedCorrelations | None:
    if load_id is None:
        return None
    with warehouse.connect() as connection:
        cells = connection.execute(
            "select asset_id_1, asset_id_2, correlation from staging.stg_clo__correlations where load_id = ? "
            "order by source_row, source_column",
            [load_id],
        ).to_arrow_table()
    first, second, values = cells.columns
    return StatedCorrelations.from_pairs(first.to_pylist(), second.to_pylist(), values.to_numpy())


def record_request(warehouse: Warehouse, asked: Asked, run_id: str) -> None:
    """Keep what is asked for, once for each workbook that states a deal asked for; asked again, it is there already.

    Raises `UnknownName` for a deal that no workbook shows.
    """
    if asked.is_empty:
        return
    shown = warehouse.records(
        f"select s.inputs_id, s.organization_id, list(t.deal_id) as deals from ({SHOWN_INPUTS}) as s "
        f"inner join intermediate.int_clo__deal_terms as t on s.load_id = t.load_id "
        f"where (t.load_id, t.deal_id) in (select (load_id, deal_id) from ({SHOWN})) group by all"
    )
    known = sorted({deal for row in shown for deal in row["deals"]})
    if unknown := sorted(set(asked.deals) - set(known)):
        raise UnknownName(
            f"clo_migration: expected deals among {', '.join(known) or 'none'}, found {', '.join(unknown)}"
        )
    text = json.dumps(asdict(asked), sort_keys=True)
    here = [row for row in shown if not asked.deals or set(asked.deals) & set(row["deals"])]
    rows = [
        {
            "simulation_id": f"{row['inputs_id']}#{sha256(text.encode()).hexdigest()[:_SEED_DIGITS]}",
            "inputs_id": row["inputs_id"],
            "organization_id": row["organization_id"],
            "asked": text,
            "requested_at": utc_now(),
            "run_id": run_id,
        }
        for row in here
    ]
    kept = {simulation_id for (simulation_id,) in warehouse.rows(f"select simulation_id from {REQUESTS}")}
    with warehouse.transaction() as connection:
        append_rows(connection, REQUESTS, [row for row in rows if row["simulation_id"] not in kept])
