"""The graph as people see it: keys, groups, owners, descriptions, and that no source stands without an asset."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration import trace
from orchestration.graph import build_definitions
from orchestration.home import manifest_path
from orchestration.lineage import column_lineage
from orchestration.planning import Plan
from orchestration.selection import selection_of
from orchestration.settings import Settings
from orchestration.trace import lineage
from orchestration.warehouse import own_tables

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("definitions"))


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> dg.Definitions:
    return build_definitions(settings)


@pytest.fixture(scope="module")
def manifest(settings: Settings, definitions: dg.Definitions) -> dict:
    return json.loads(manifest_path(settings).read_text())


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions):
    return definitions.resolve_asset_graph()


def test_every_source_has_an_asset(manifest: dict, graph) -> None:
    keys = {".".join(key.path) for key in graph.get_all_asset_keys()}
    sources = {f"{source['schema']}.{source['name']}" for source in manifest["sources"].values()}
    assert sources - keys == set()


def test_every_own_table_has_an_asset(graph) -> None:
    keys = {".".join(key.path) for key in graph.get_all_asset_keys()}
    assert set(own_tables()) - keys == set()


def test_marts_never_read_staging_or_raw(manifest: dict) -> None:
    wrong = {
        (node["name"], parent)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
        for parent in node["depends_on"]["nodes"]
        if (manifest["nodes"].get(parent) or manifest["sources"][parent])["schema"] in ("staging", "raw")
    }
    assert wrong == set()


def test_assets_are_grouped_owned_and_described(graph) -> None:
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert {node.group_name for node in nodes} == {
        "raw",
        "ops",
        "staging",
        "intermediate",
        "calc",
        "verdicts",
        "marts",
        "published",
    }
    assert [node.key.to_user_string() for node in nodes if not node.owners or not node.description] == []
    assert [node.key.to_user_string() for node in nodes if not node.kinds] == []


def test_groups_follow_one_direction(graph) -> None:
    order = ["raw", "ops", "staging", "intermediate", "calc", "verdicts", "marts", "published"]
    backwards = {
        (parent.to_user_string(), key.to_user_string())
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
        if order.index(graph.get(parent).group_name) > order.index(graph.get(key).group_name)
    }
    assert backwards == set()


def test_only_run_scope_checks_block(definitions: dg.Definitions) -> None:
    blocking = {
        key.name
        for checks in definitions.asset_checks or ()
        for key in checks.check_keys
        if checks.get_spec_for_check_key(key).blocking
    }
    assert "every_cell_is_kept" in blocking
    assert "asset_tape_is_plausible" not in blocking
    assert "held_assets_are_sound" not in blocking


def selected(graph, plan: Plan) -> set[str]:
    return {key.to_user_string() for key in selection_of(plan).resolve(graph)}


def test_a_market_file_recomputes_no_reported_deal(graph) -> None:
    touched = selected(graph, Plan(("new",), everything=False, kinds=frozenset({"fx_feed"})))
    assert {"marts/fact_fx_rates", "marts/dim_organization", "published/warehouse"} <= touched
    assert "intermediate/int_feeds__loads_in_force" in touched
    assert touched & {"calc/clo_oc_tests", "calc/clo_pool_metrics", "ops/deal_status"} == set()


def test_exchange_rates_reach_projections_and_no_other_market_data_does(graph) -> None:
    """A foreign asset is projected at the rate of its analysis date; a deal without one keeps the id of its projection."""
    by_kind = {
        kind: selected(graph, Plan(("new",), everything=False, kinds=frozenset({kind})))
        for kind in ("fx_feed", "index_levels", "price_feed", "asset_steps")
    }
    assert {kind for kind, touched in by_kind.items() if "calc/clo_asset_cash_flows" in touched} == {
        "fx_feed",
        "asset_steps",
    }
    assert "ops/deal_status" not in by_kind["asset_steps"]


def test_a_workbook_recomputes_no_fx_rate(graph) -> None:
    touched = selected(graph, Plan(("new",), everything=False, kinds=frozenset({"clo_workbook"})))
    assert {"marts/fact_oc_tests", "calc/clo_oc_tests", "ops/deal_status", "published/warehouse"} <= touched
    assert "marts/fact_fx_rates" not in touched


def test_a_fund_workbook_recomputes_no_deal_and_strikes_no_nav(graph) -> None:
    touched = selected(graph, Plan(("new",), everything=False, kinds=frozenset({"fund_workbook"})))
    assert {"marts/fact_fund_performance", "ops/fund_status", "published/warehouse"} <= touched
    assert touched & {"marts/fact_oc_tests", "calc/clo_oc_tests", "ops/deal_status", "ops/nav_runs"} == set()


def test_deals_are_projected_again_from_what_was_read_and_published(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("reproject_deals")
    touched = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert {"calc/clo_scenario_summary", "marts/fact_scenario_summary", "published/warehouse"} <= touched
    assert [key for key in touched if key.startswith(("raw/", "staging/", "calc/clo_oc_tests"))] == []


def test_ratings_are_simulated_from_what_was_read_and_published(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("simulate_migration")
    touched = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert {"calc/clo_tranche_losses", "marts/fact_tranche_loss_distribution", "published/warehouse"} <= touched
    assert [key for key in touched if key.startswith(("raw/", "staging/", "calc/clo_projections"))] == []


def test_lineage_names_columns_that_exist(manifest: dict) -> None:
    marts = {
        f"marts.{n['name']}": set(n["columns"]) for n in manifest["nodes"].values() if n["resource_type"] == "model"
    }
    for relation, described in lineage().items():
        assert set(described["key"]) <= marts[relation]
        assert set(described.get("default", ())) <= marts[relation]
        for columns in (described["columns"], described.get("others", {})):
            assert set(columns) <= marts[relation]
            for column in columns.values():
                assert set(column.get("from", ())) <= set(columns)
                for source in column.get("sources", ()):
                    assert set(source["fields"]) <= set(own_tables()[f"raw.{source['table']}"])
                for linked in column.get("rows", ()):
                    assert linked["column"] in lineage()[linked["relation"]]["columns"]
                for condition in (*column.get("sources", ()), *column.get("rows", ())):
                    assert set(re.findall(r"\$(\w+)", condition["where"])) <= marts[relation]


# Limits, and amounts that a row only repeats to be read beside its own.
NOT_TRACED = {
    "lineage_fund.yaml": {"fact_gl_nav_ties.tolerance"},
    # limits, and the levels of redemptions that a test asks about, are policy
    "lineage_nav.yaml": {
        "fact_money_market.threshold",
        "fact_money_market_stress.redemption_share",
        "fact_nav_validations.threshold",
    },
}


@pytest.mark.parametrize("file_name", NOT_TRACED)
def test_every_amount_of_a_mart_that_is_traced_has_a_lineage(manifest: dict, file_name: str) -> None:
    """Design 4: a published number leads back to its cells."""
    described = yaml.safe_load((Path(trace.__file__).parent / file_name).read_text())
    lacking = {
        f"{n['name']}.{column['name']}"
        for n in manifest["nodes"].values()
        if n["resource_type"] == "model" and f"marts.{n['name']}" in described
        for column in n["columns"].values()
        if column["data_type"].startswith("decimal")
        and column["name"] not in described[f"marts.{n['name']}"]["columns"]
    }
    assert lacking == NOT_TRACED[file_name]


def test_every_figure_of_a_strike_has_raw_columns_in_the_graph() -> None:
    """Through other rows too: a project's NAV comes down to what its products are valued by."""
    found = column_lineage("calc.project_navs").deps_by_column["net_assets"]
    columns = {(dep.asset_key.to_user_string(), dep.column_name) for dep in found}
    assert {("raw/nav_valuations", "cap_rate"), ("raw/prices", "price"), ("raw/nav_reserves", "value")} <= columns
    for relation in ("ops.nav_components", "ops.nav_runs", "ops.nav_strikes", "ops.nav_validations"):
        assert all(column_lineage(relation).deps_by_column.values())


def test_the_repository_has_no_warehouse_of_its_own() -> None:
    assert not list(Path(__file__).parents[2].glob("*.duckdb"))
