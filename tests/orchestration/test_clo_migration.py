"""Rating migration between the warehouse and the calculation: rows are those of the pure functions, what is wrong has a name,
controls and suites complain, and a job runs as its launchpad asks. Source: clo-compliance 4; clo-workbook 1.5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from matplotlib.figure import Figure

from calculations.clo.columns import as_text
from calculations.clo.migration.correlations import StatedCorrelations, read_correlation_table, system_correlations
from calculations.clo.migration.deal_paths import run_paths
from calculations.clo.migration.factors import correlation_factor
from calculations.clo.migration.matrices import illustrative_matrix
from calculations.clo.migration.paths import MigrationModel, Simulation, simulate
from calculations.clo.migration.periods import period_dates, period_matrix
from calculations.clo.migration.schedules import scheduled_balances, universe_of
from calculations.clo.migration.settings import Asked
from expectations.runner import run_suite
from expectations.suites.migrations import MIGRATIONS
from orchestration.assets.clo_migration import CLO_MIGRATION, FINDINGS, HEADERS, LOSSES, SERIES, STATISTICS, simulated
from orchestration.assets.clo_migration_inputs import REQUESTS, MigrationInputs
from orchestration.assets.clo_projection_terms import stated_deal
from orchestration.assets.migrated import build_migration_assets
from orchestration.checks import control_verdicts
from orchestration.jobs import SIMULATE_MIGRATION
from orchestration.migration_controls import MIGRATION_CONTROLS
from orchestration.pictures import default_picture, loss_picture, migration, rating_picture
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append
from tests.calculations.migration.test_settings import TABLE, panel
from tests.orchestration.test_clo_projection import ANALYSIS, TRANCHES, inputs
from tests.orchestration.test_launchpad import AS_OF, LOAD, models, without_rows

RATINGS = ("BB", "B+", "B", "B-", "CCC+")
CELLS = [
    {"matrix": "probability", "from_rating": row, "to_rating": column, "value": float(value)}
    for row, values in zip(illustrative_matrix().states, illustrative_matrix().probabilities, strict=True)
    for column, value in zip(illustrative_matrix().states, values, strict=True)
]
KEYS = {
    "simulation_id": f"{LOAD}+x",
    "organization_id": "house",
    "load_id": LOAD,
    "as_of_date": AS_OF,
    "known_at": dt.datetime(2016, 3, 24),
}
PANEL = panel(correlation_matrix={"value_text": "System Defined"}, rating_frequency={"value_text": "Annually"})


def rated(count: int = 20) -> list[dict[str, Any]]:
    """Loans of several ratings, two to an issuer, three industries."""
    return [
        row
        | {"sp_issuer_rating": RATINGS[number % 5], "sp_facility_rating": RATINGS[number % 5]}
        | {"issuer_id": f"I{number // 2}", "sp_industry": f"K{number % 3}"}
        for number, row in enumerate(inputs()["holdings"][:count])
    ]


def load(**changes: Any) -> MigrationInputs:
    """A load of deal 6, as the warehouse gives it."""
    return MigrationInputs(
        **{
            "keys": KEYS,
            "asked": Asked(paths=60, paid_paths=20, seed=11),
            "inputs_seed": 7,
            "panel": PANEL,
            "matrix_cells": CELLS,
            "correlation_rows": TABLE,
            "correlations": None,
            "deals": {"MAG6": inputs(holdings=rated())},
            **changes,
        }
    )


@pytest.fixture(scope="module")
def found() -> Mapping[str, pa.Table]:
    return simulated(load())


@pytest.fixture(scope="module")
def drawn() -> Simulation:
    """The same paths by the pure functions alone."""
    held = stated_deal("MAG6", inputs(holdings=rated())).holdings
    universe = scheduled_balances(
        [replace(asset, par=1e6) for asset in sorted(held.assets, key=lambda asset: asset.asset_id)],
        ANALYSIS,
        held.calendar,
    )
    rows = {row["asset_id"]: row for row in rated()}
    columns = universe_of(
        universe, *({name: row[field] for name, row in rows.items()} for field in ("issuer_id", "sp_industry"))
    )
    model = MigrationModel(
        columns,
        period_matrix(illustrative_matrix(), "annual"),
        correlation_factor(system_correlations(columns, read_correlation_table(TABLE, "workbook"))),
        period_dates(ANALYSIS, "annual", universe.maturity.max().item()),
    )
    return simulate(model, {"MAG6": scheduled_balances(held.assets, ANALYSIS, held.calendar)}, 60, 11)


def codes(tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """Subjects by code."""
    rows: dict[str, list[str]] = {}
    for row in tables[FINDINGS].to_pylist():
        rows.setdefault(row["code"], []).append(row["subject"])
    return rows


def test_figures_of_a_deal_are_those_of_the_pure_functions(found: Mapping[str, pa.Table], drawn: Simulation) -> None:
    rows = found[STATISTICS].filter((pc.field("deal_id") == "MAG6") & (pc.field("measure") == "cumulative_defaults"))
    balances = drawn.tables["MAG6"].balance("cumulative_defaults")
    (mine,) = [rows.filter(pc.field("unit") == "balance")]
    assert balances[:, -1].max() > 0
    assert mine["mean"].to_pylist() == balances.mean(axis=0).tolist()
    assert mine["maximum"].to_pylist() == balances.max(axis=0).tolist()
    assert mine["standard_deviation"].to_pylist() == balances.std(axis=0).tolist()
    worst = found[SERIES].filter((pc.field("deal_id") == "MAG6") & (pc.field("path_kind") == "maximum"))
    assert set(worst["path_number"].to_pylist()) == {int(np.argmax(balances[:, -1]))}
    assert worst["cumulative_default_balance"].to_pylist()[-1] == balances[:, -1].max()


def test_losses_of_classes_are_those_of_the_paths_that_are_paid(
    found: Mapping[str, pa.Table], drawn: Simulation
) -> None:
    deal = stated_deal("MAG6", inputs(holdings=rated()))
    paid = run_paths(deal.deal, deal.holdings, deal.base, drawn, range(20))
    rows = {row["tranche_name"]: row for row in found[LOSSES].to_pylist()}
    assert set(rows) == set(TRANCHES)
    losses = paid.classes["E"].loss / 7e6
    assert 0 < losses.mean() < 1
    assert rows["Class E"]["expected_loss_rate"] == pytest.approx(losses.mean())
    assert rows["Class E"]["loss_rate_p90"] == pytest.approx(np.quantile(losses, 0.9))
    assert rows["Class E"]["expected_wal"] == pytest.approx(paid.classes["E"].weighted_average_life.mean())
    equity = rows["Sub Notes"]
    assert (equity["is_equity"], equity["probability_of_loss"]) == (True, None)
    assert equity["expected_paid"] == pytest.approx(paid.equity_paid.mean())


def test_equal_inputs_give_equal_rows_and_another_seed_others(found: Mapping[str, pa.Table]) -> None:
    again = simulated(load())
    assert {name: table.equals(again[name]) for name, table in found.items()} == dict.fromkeys(found, True)
    other = simulated(load(asked=Asked(paths=60, paid_paths=20, seed=12)))
    assert not other[STATISTICS].equals(found[STATISTICS])


def test_a_header_says_how_it_was_simulated(found: Mapping[str, pa.Table]) -> None:
    (row,) = found[HEADERS].to_pylist()
    said = ("path_count", "paid_path_count", "seed", "seed_source", "step", "method", "correlation_method")
    assert [row[name] for name in said] == [60, 20, 11, "asked", "annual", "migration", "system_defined"]
    assert (row["matrix_source"], row["correlation_source"], row["is_asked_for"]) == ("workbook", "workbook", True)


def test_wrong_tables_and_ratings_have_names_and_the_rest_goes_on() -> None:
    ids = [f"L{number}" for number in range(20) if number != 3] + ["GONE"]
    stated = StatedCorrelations(as_text(ids), 0.3 + 0.7 * np.eye(20))
    stated.values[0, 1] = 0.35  # its mirrored cell says 0.3
    stated.values[4, 5] = stated.values[5, 4] = np.nan
    holdings = rated()
    holdings[7] |= {"sp_issuer_rating": "ZZ", "sp_facility_rating": None}
    holdings[8] |= {"maturity": None}
    broken = [row | {"value": 0.5} if (row["from_rating"], row["to_rating"]) == ("B", "B") else row for row in CELLS]
    tables = simulated(
        load(
            asked=Asked(paths=20, paid_paths=5, seed=1, correlation="user_defined"),
            matrix_cells=broken,
            correlations=stated,
            deals={"MAG6": inputs(holdings=holdings), "MAG99": inputs(holdings=holdings)},
        )
    )
    said = codes(tables)
    assert said["ROW_SUM"] == ["transition matrix"]
    assert said["CORRELATION_ASYMMETRIC"] == ["L0 / L1"]
    assert said["CORRELATION_UNUSABLE"] == ["L5 / L6"]
    assert "L3" in said["ASSET_WITHOUT_CORRELATION"]
    assert said["ASSET_REJECTED"] == ["L8"]
    assert said["CORRELATION_WITHOUT_ASSET"] == ["L8", "GONE"]
    assert said["RATING_UNREADABLE"] == said["UNRATED"] == ["L7"]
    assert said["DEAL_NOT_SIMULATED"] == ["MAG99"]
    assert set(tables[STATISTICS]["deal_id"].to_pylist()) == {"MAG6", None}
    (row,) = tables[HEADERS].to_pylist()
    assert "not an agency's" in row["matrix_source"]


def test_a_deal_that_is_asked_for_by_name_is_alone_and_keeps_its_paths(found: Mapping[str, pa.Table]) -> None:
    alone = simulated(load(asked=Asked(("MAG6",), paths=60, paid_paths=20, seed=11)))
    assert set(alone[STATISTICS]["deal_id"].to_pylist()) == {"MAG6"}
    both = found[STATISTICS].filter(pc.field("deal_id") == "MAG6")
    assert alone[STATISTICS]["mean"].to_pylist() == both["mean"].to_pylist()


def test_without_a_deal_that_can_be_simulated_the_reason_is_all_there_is() -> None:
    tables = simulated(load(deals={"MAG99": inputs(holdings=rated())}))
    (row,) = tables[HEADERS].to_pylist()
    assert (row["is_simulated"], row["reason"]) == (
        False,
        "no deal of the workbook has assets that can be simulated",
    )
    assert codes(tables) == {"DEAL_NOT_SIMULATED": ["MAG99"]}


@pytest.fixture(scope="module")
def weir(tmp_path_factory: pytest.TempPathFactory) -> WarehouseResource:
    """A home whose models hold one load of deal 6 and of one without a deal file, with a panel and tables of migration."""
    settings = Settings(home=tmp_path_factory.mktemp("migrated"))
    warehouse = Warehouse(settings.warehouse_path)
    warehouse.create_tables()
    named = models() | {
        "intermediate.int_clo__migrations": [
            {
                "inputs_id": f"{LOAD}+x",
                "correlations_load_id": None,
                "file_sha256": "0000000000ff" + "7" * 52,
                **{name: KEYS[name] for name in ("organization_id", "load_id", "known_at")},
                "as_of": AS_OF,
            }
        ],
        "staging.stg_clo__run_model_parameters": [
            {"load_id": LOAD, "model": "active", "section": "deal_info", "name": name, **value}
            for name, value in panel(
                correlation_matrix={"value_text": "System Defined"}, simulations={"value_number": 30.0}
            ).items()
        ],
        "staging.stg_clo__transition_matrix": [{"load_id": LOAD, **cell} for cell in CELLS],
        "staging.stg_clo__rating_correlations": [{"load_id": LOAD, **row} for row in TABLE],
    }
    named["intermediate.int_clo__holdings"] = [
        {"load_id": LOAD, "deal_id": deal, **row} for deal in ("MAG6", "MAG99") for row in rated()
    ]
    for row in named["intermediate.int_clo__deal_projections"]:
        row["term_count"] = 0
    with warehouse.transaction() as connection:
        for relation, rows in named.items():
            table = pa.Table.from_pylist(rows or [without_rows(relation.rpartition("_clo__")[2])])
            connection.register("_rows", table)
            connection.execute(f"create table {relation} as select * from _rows where {bool(rows)}")
            connection.unregister("_rows")
        connection.execute("create table intermediate.int_clo__deal_loads_in_force (load_id varchar, deal_id varchar)")
    return WarehouseResource.of(settings)


def run_simulation(weir: WarehouseResource, *, raise_on_error: bool = True, **config: Any) -> dg.ExecuteInProcessResult:
    """The simulation's own step of job `simulate_migration`, with a launchpad filled in."""
    return dg.materialize(
        [build_migration_assets(weir.settings)],
        resources={"weir": weir},
        run_config={"ops": {CLO_MIGRATION.name: {"config": config}}},
        raise_on_error=raise_on_error,
    )


def headers(weir: WarehouseResource) -> dict[bool, dict[str, Any]]:
    """How the workbook's simulation (False) and the one asked for (True) were run."""
    return {row["is_asked_for"]: row for row in weir.warehouse.records(f"select * from {HEADERS}")}


def test_the_launchpad_adds_a_simulation_beside_the_workbooks(weir: WarehouseResource) -> None:
    run_simulation(weir)
    assert headers(weir)[False]["path_count"] == 30
    before = weir.warehouse.rows(f"select * from {STATISTICS} order by all")
    asked = {"deals": ["MAG6"], "paths": 50, "paid_paths": 3, "method": "default_times", "step": "annual", "seed": 5}
    for _ in range(2):  # asked for again, it is there already
        run_simulation(weir, **asked)
    found = headers(weir)
    assert [found[True][name] for name in ("path_count", "paid_path_count", "method", "step", "seed")] == [
        *(50, 3, "default_times", "annual", 5)
    ]
    assert weir.warehouse.rows(f"select count(*) from {REQUESTS}") == [(1,)]
    workbook = f"select * from {STATISTICS} where simulation_id = ? order by all"
    assert weir.warehouse.rows(workbook, [found[False]["simulation_id"]]) == before
    deals = f"select distinct deal_id from {STATISTICS} where simulation_id = ?"
    assert weir.warehouse.rows(deals, [found[True]["simulation_id"]]) == [("MAG6",)]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"deals": ["MAG5"]}, "clo_migration: expected deals among MAG6, MAG99, found MAG5"),
        ({"paths": 0}, "paths: expected a whole number from 1 to 100,000, found 0"),
    ],
)
def test_what_cannot_be_simulated_is_said_at_the_launchpad(
    weir: WarehouseResource, config: dict[str, Any], said: str
) -> None:
    result = run_simulation(weir, raise_on_error=False, **config)
    (failed,) = result.filter_events(lambda event: event.is_step_failure)
    data = failed.step_failure_data.user_failure_data
    assert data is not None
    assert data.description == said


def test_the_assets_say_how_to_ask(weir: WarehouseResource) -> None:
    specs = list(build_migration_assets(weir.settings).specs)
    assert {".".join(spec.key.path) for spec in specs} == set(CLO_MIGRATION.tables)
    assert all(f"{SIMULATE_MIGRATION.name}`" in (spec.description or "") for spec in specs)


CONTROLS = {control.name: control for control in MIGRATION_CONTROLS}
MART = """
    create table marts.fact_migration_distributions as select simulation_id, deal_id, mean from calc.clo_migration_statistics
"""
IN_FORCE = """
    create or replace table intermediate.int_clo__deal_loads_in_force as
    select load_id, deal_id, true as is_current from intermediate.int_clo__deal_terms
"""
SPOILED = {
    "every_deal_is_simulated": "update calc.clo_migration_findings set severity = 'critical', deal_id = 'D'",
    "stated_correlations_need_no_repair": "update calc.clo_migration_findings set code = 'CORRELATIONS_REPAIRED'",
    "tables_of_migration_are_stated": "update calc.clo_migrations set matrix_source = 'illustrative'",
    "every_asset_is_in_one_state": "delete from calc.clo_migration_statistics where measure = 'B' and period = 1",
    "balances_of_states_are_the_pools": "update calc.clo_migration_statistics set mean = mean + 1 where measure = 'matured' "
    "and unit = 'balance' and period = 2",
    "every_simulation_reaches_the_mart": "delete from marts.fact_migration_distributions where mean > 0",
}
STATS, SETS, LOSS = (f"update {table} set" for table in (STATISTICS, SERIES, LOSSES))
SPOILED_RULES = {
    "migration_statistics_follow_each_other": f"{STATS} mean = maximum + 1",
    "migration_deviations_fit_the_range": f"{STATS} standard_deviation = maximum - minimum + 1",
    "migration_statistics_are_finite": f"{STATS} mean = 'infinity'",
    "migration_figures_are_not_negative": f"{STATS} minimum = -1",
    "deviations_are_not_negative": f"{STATS} standard_deviation = -1",
    "paths_have_every_period": f"delete from {SERIES} where period = 2",
    "defaults_accumulate": f"{SETS} cumulative_default_balance = -1 where period = 2",
    "repayments_accumulate": f"{SETS} cumulative_matured_balance = -1 where period = 2",
    "probabilities_of_loss_are_probabilities": f"{LOSS} probability_of_loss = 1.1",
    "no_class_loses_more_than_its_balance": f"{LOSS} maximum_loss_rate = 1.1",
    "expected_losses_are_shares": f"{LOSS} expected_loss_rate = -0.1",
    "quantiles_of_loss_rise": f"{LOSS} loss_rate_p50 = 2",
    "a_loss_has_a_probability": f"{LOSS} probability_of_loss = 0, maximum_loss_rate = 0.5",
    "equity_has_no_loss": f"{LOSS} is_equity = true",
    "simulated_lives_are_plausible": f"{LOSS} expected_wal = 50",
}
RULES = {rule.rule_id: (suite, rule) for suite in MIGRATIONS for rule in suite.rules}


@pytest.fixture(scope="module")
def checked(
    weir: WarehouseResource, found: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """The rows of one simulation, with a finding that is none of those that a control looks for."""
    copy = Warehouse(tmp_path_factory.mktemp("checked") / "warehouse.duckdb")
    copy.path.write_bytes(weir.warehouse.path.read_bytes())
    said = simulated(load(correlation_rows=TABLE, panel=PANEL | {"simulations": {}}, asked=Asked(paid_paths=1)))
    with copy.transaction() as connection:
        for table in CLO_MIGRATION.tables:
            connection.execute(f"delete from {table}")
        for table, rows in found.items():
            append(connection, table, rows)
        append(connection, FINDINGS, said[FINDINGS])
        connection.execute(MART)
        connection.execute(IN_FORCE)
    return copy


def spoiled(checked: Warehouse, tmp_path: Path, statement: str) -> Warehouse:
    copy = Warehouse(tmp_path / "spoiled.duckdb")
    copy.path.write_bytes(checked.path.read_bytes())
    with copy.transaction() as connection:
        connection.execute(statement)
    return copy


def test_every_control_and_rule_has_a_row_that_breaks_it() -> None:
    assert (set(SPOILED), set(SPOILED_RULES)) == (set(CONTROLS), set(RULES))


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_holds_and_complains_of_what_breaks_it(checked: Warehouse, tmp_path: Path, name: str) -> None:
    (verdict,) = control_verdicts(checked, CONTROLS[name])
    assert (verdict.status, verdict.message) == ("passed", "")
    assert not verdict.observed.endswith("of 0 against the rule")
    (verdict,) = control_verdicts(spoiled(checked, tmp_path, SPOILED[name]), CONTROLS[name])
    assert verdict.status == "failed"


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_holds_and_complains_of_what_breaks_it(checked: Warehouse, tmp_path: Path, rule_id: str) -> None:
    suite, rule = RULES[rule_id]
    outcomes = [
        run_suite(replace(suite, rules=(rule,)), warehouse.frame(suite.sql))[0].status
        for warehouse in (checked, spoiled(checked, tmp_path, SPOILED_RULES[rule_id]))
    ]
    assert outcomes == ["passed", "failed"]


def test_a_repair_is_a_warning_and_blocks_nothing() -> None:
    control = CONTROLS["stated_correlations_need_no_repair"]
    assert (control.severity, control.scope) == ("warning", "row")


def test_pictures_draw_the_workbooks_own_simulation(checked: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Figure] = []
    monkeypatch.setattr(migration, "markdown", lambda figure, title, words="": figures.append(figure) or words)
    assert rating_picture(checked) == "No simulation yet."  # what stands there was asked for
    with checked.transaction() as connection:
        connection.execute("update calc.clo_migrations set is_asked_for = false")
    assert (rating_picture(checked), default_picture(checked), loss_picture(checked)) == ("", "60 paths.", "20 paths.")
    ratings, defaults, losses = figures
    (mine,) = checked.rows(
        f"select max(mean) / 100e6 from {STATISTICS} where deal_id = 'MAG6' and unit = 'balance' "
        "and measure = 'cumulative_defaults'"
    )
    assert defaults.axes[0].lines[0].get_ydata()[-1] == pytest.approx(mine[0])
    assert [area.get_paths()[0].vertices[:, 1].max() for area in ratings.axes[0].collections][-1] == pytest.approx(1.0)
    assert [text.get_text() for text in losses.axes[0].get_yticklabels()] == ["E", "D", "C", "B", "A"]
