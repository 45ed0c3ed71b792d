"""Simulates the ratings of every asset that a workbook's deals hold, and pays the deals on some of the paths.

The finance is in calculations, remembering in the cache.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from calculations.clo.migration.deal_paths import run_paths
from calculations.clo.migration.default_times import simulate_default_times
from calculations.clo.migration.factors import Repair
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.paths import MigrationModel, Simulation, simulate
from calculations.clo.migration.periods import period_dates
from calculations.clo.migration.schedules import ScheduledBalances, scheduled_balances, universe_of
from calculations.clo.migration.settings import Settings, read_settings
from calculations.clo.migration.stated import (
    ChosenCorrelations,
    ChosenMatrix,
    choose_correlations,
    choose_matrix,
    shortened,
)
from calculations.clo.migration.universe import Universe, rating_findings
from orchestration.assets import clo_migration_rows as rows
from orchestration.assets.clo_migration_inputs import (
    OF_MIGRATION,
    REQUESTS,
    SIMULATIONS,
    MigrationInputs,
    migration_inputs,
)
from orchestration.assets.clo_migration_rows import NOT_PAID, NOT_SIMULATED, DealFinding
from orchestration.assets.clo_projection_inputs import OF_ASSETS, OF_LOAD, STAGED
from orchestration.assets.clo_projection_terms import StatedDeal, stated_deal
from orchestration.assets.clo_rows import Keys, joined, table
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

UNIVERSE = ""  # the pool of all assets, beside those of the deals, whose ids are never blank
UNIVERSE_PAR = 1e6  # of each of its assets: clo-compliance 4.5
HEADERS, STATISTICS, SERIES, LOSSES, FINDINGS = TABLES = (
    "calc.clo_migrations",
    "calc.clo_migration_statistics",
    "calc.clo_migration_series",
    "calc.clo_tranche_losses",
    "calc.clo_migration_findings",
)


def calculate(warehouse: Warehouse, simulation_ids: Sequence[str]) -> Tables:
    """Rows of the calc tables for simulations by id; what cannot be simulated has its reason."""
    found: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    for simulation_id in simulation_ids:
        for name, part in simulated(migration_inputs(warehouse, simulation_id)).items():
            found[name].append(part)
    return {name: joined(parts) for name, parts in found.items() if parts}


def simulated(inputs: MigrationInputs) -> dict[str, pa.Table]:
    """Rows by table of one simulation: every deal that is meant, and the universe unless deals are asked for by name."""
    settings, notes = read_settings(inputs.panel, inputs.inputs_seed, inputs.asked)
    found = [DealFinding(None, note) for note in notes]
    keys = {name: inputs.keys[name] for name in ("simulation_id", "organization_id", "load_id", "as_of_date")}
    stated = _deals(inputs, found)
    pools = {name: pool for name, pool in _pools(stated, found).items() if _is_meant(inputs, name)}
    if not pools:
        reason = "no deal of the workbook has assets that can be simulated"
        return {
            HEADERS: _header(inputs, settings, reason=reason),
            **_found(keys, found),
        }
    universe = _universe(stated)
    deals = tuple(pools)
    if not inputs.asked.deals:
        pools[UNIVERSE] = universe
    matrix = choose_matrix(inputs.matrix_cells, settings.step)
    columns = _columns_of(inputs, universe)
    correlations = choose_correlations(columns, settings.correlation, inputs.correlation_rows, inputs.correlations)
    until = max(pool.maturity.max() for pool in pools.values()).item()
    model = MigrationModel(
        columns, matrix.matrix, correlations.factor, period_dates(universe.analysis, settings.step, until)
    )
    of_ratings = rating_findings(list(_held(inputs, columns.asset_id.tolist()).values()))
    of_all = shortened((*matrix.findings, *correlations.findings, *of_ratings))
    found += [DealFinding(None, item) for item in of_all]
    draw = simulate_default_times if settings.method == "default_times" else simulate
    drawn = draw(model, pools, settings.paths, settings.seed)
    chosen = rows.chosen_paths({name: drawn.tables[name] for name in deals})
    by_pool = {name: {**keys, "deal_id": name or None} for name in pools}
    return {
        HEADERS: _header(inputs, settings, matrix, correlations),
        STATISTICS: joined(rows.statistics(of_pool, drawn.tables[name]) for name, of_pool in by_pool.items()),
        SERIES: joined(rows.series(of_pool, drawn.tables[name], chosen) for name, of_pool in by_pool.items()),
        **_paid(keys, {name: stated[name] for name in deals}, settings, drawn, found),
        **_found(keys, found, correlations.factor.repair),
    }


def _is_meant(inputs: MigrationInputs, deal_id: str) -> bool:
    return not inputs.asked.deals or deal_id in inputs.asked.deals


def _deals(inputs: MigrationInputs, found: list[DealFinding]) -> dict[str, StatedDeal]:
    """Every deal of the load that can be projected; one that cannot is a finding, where it is meant at all."""
    stated = {}
    for deal_id, of_deal in inputs.deals.items():
        try:
            stated[deal_id] = stated_deal(deal_id, of_deal)
        except ValueError as error:
            if _is_meant(inputs, deal_id):
                found.append(DealFinding(deal_id, Finding(NOT_SIMULATED, deal_id, str(error))))
    return stated


def _pools(stated: Mapping[str, StatedDeal], found: list[DealFinding]) -> dict[str, ScheduledBalances]:
    pools = {}
    for deal_id, deal in stated.items():
        held = deal.holdings
        try:
            pool = scheduled_balances(held.assets, held.analysis, held.calendar)
        except ValueError as error:
            found.append(DealFinding(deal_id, Finding(NOT_SIMULATED, deal_id, str(error))))
            continue
        pools[deal_id] = pool
        found += [DealFinding(deal_id, item) for item in rows.rejected((*deal.rejections, *pool.rejections))]
    return pools


def _universe(stated: Mapping[str, StatedDeal]) -> ScheduledBalances:
    """Every asset that a deal of the load holds, in the order of ids, at one par: what a path draws must not depend on
    which deals are asked for."""
    assets = {asset.asset_id: asset for deal in stated.values() for asset in deal.holdings.assets}
    held = next(iter(stated.values())).holdings
    at_par = [replace(assets[asset_id], par=UNIVERSE_PAR) for asset_id in sorted(assets)]
    return scheduled_balances(at_par, held.analysis, held.calendar)


def _columns_of(inputs: MigrationInputs, universe: ScheduledBalances) -> Universe:
    held = _held(inputs, universe.asset_ids)
    return universe_of(
        universe,
        {asset_id: row["issuer_id"] for asset_id, row in held.items()},
        {asset_id: row["sp_industry"] for asset_id, row in held.items()},
    )


def _held(inputs: MigrationInputs, asset_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """A row of the tape for each asset; every deal that holds it has the same."""
    rows = {row["asset_id"]: row for of_deal in inputs.deals.values() for row in of_deal["holdings"]}
    return {asset_id: rows[asset_id] for asset_id in asset_ids}


def _paid(
    keys: Keys, stated: Mapping[str, StatedDeal], settings: Settings, drawn: Simulation, found: list[DealFinding]
) -> dict[str, pa.Table]:
    """The deals under the first paths, by table; nothing where none is to be paid."""
    parts = []
    for deal_id, deal in stated.items() if settings.paid_paths else ():
        try:
            paid = run_paths(deal.deal, deal.holdings, deal.base, drawn, range(settings.paid_paths))
        except ValueError as error:
            found.append(DealFinding(deal_id, Finding(NOT_PAID, deal_id, str(error))))
            continue
        parts.append(rows.tranche_losses({**keys, "deal_id": deal_id}, deal, paid))
        found += [DealFinding(deal_id, item) for item in paid.findings]
    return {LOSSES: joined(parts)} if parts else {}


def _found(keys: Keys, found: Sequence[DealFinding], repair: Repair | None = None) -> dict[str, pa.Table]:
    return {FINDINGS: rows.findings(keys, found, repair)} if found else {}


def _header(
    inputs: MigrationInputs,
    settings: Settings,
    matrix: ChosenMatrix | None = None,
    correlations: ChosenCorrelations | None = None,
    reason: str | None = None,
) -> pa.Table:
    return table(
        inputs.keys,
        {
            "is_asked_for": [not inputs.asked.is_empty],
            "is_simulated": [reason is None],
            "reason": pa.array([reason], pa.string()),
            "method": [settings.method],
            "step": [settings.step],
            "path_count": [settings.paths],
            "paid_path_count": [settings.paid_paths],
            "seed": [settings.seed],
            "seed_source": [settings.seed_source],
            "correlation_method": [settings.correlation if correlations is None else correlations.method],
            "correlation_source": pa.array([None if correlations is None else correlations.source], pa.string()),
            "matrix_source": pa.array([None if matrix is None else matrix.source], pa.string()),
        },
    )


CLO_MIGRATION = Calculation(
    name="clo_migration",
    description="Ratings of every asset that a workbook's deals hold, path by path, and what the deals' classes lose on them.",
    tables=TABLES,
    key="simulation_id",
    inputs=SIMULATIONS,
    deps=(
        "intermediate.int_clo__migrations",
        "intermediate.int_clo__deal_projections",
        "intermediate.int_clo__deal_fx_rates",
        *(f"intermediate.int_clo__{name}" for name in OF_ASSETS),
        "intermediate.int_clo__deal_terms",
        "intermediate.int_clo__holdings",
        *(f"staging.stg_clo__{name}" for name in (*STAGED, *OF_LOAD, *OF_MIGRATION)),
        REQUESTS,
    ),
    compute=calculate,
)
