"""dbt models, seeds and tests as assets and checks, in two processes a run: before the calculations and after them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.clock import utc_now
from orchestration.column_lineage import LineageCache, as_column_lineage, columns_in_warehouse, lineage_metadata
from orchestration.pictures import open_items_table
from orchestration.quality import Verdict, record
from orchestration.resources import WarehouseResource
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.terminal import plain
from orchestration.warehouse import Warehouse, append_rows

BEFORE = {"select": "weir.staging weir.intermediate resource_type:seed", "exclude": "tag:after_verdicts"}
AFTER = {"select": "weir.marts tag:after_verdicts"}
LINEAGE_CACHE = DBT_PROJECT / "target" / "column_lineage.json"  # a build product of the project, like dbt's own
# Pictures of what only a mart knows.
PICTURES: Mapping[str, Callable[[Warehouse], str]] = {"marts.fact_kpis": open_items_table}
GROUPS = {"staging": "staging", "intermediate": "intermediate", "marts": "marts", "seeds": "staging"}


class Translator(DagsterDbtTranslator):
    """Keys are relation names, groups are layers, and the description is the model's, not its SQL. One manifest has one."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self.owner = owner
        self.specs: dict[str, dg.AssetSpec] = {}

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        # Asked ten times of each node: by every slice, test and check that names it.
        if unique_id not in self.specs:
            self.specs[unique_id] = self._spec(manifest, unique_id, project)
        return self.specs[unique_id]

    def _spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["sources" if unique_id.startswith("source.") else "nodes"][unique_id]
        spec = spec.replace_attributes(key=dg.AssetKey([node["schema"], node.get("alias") or node["name"]]))
        if unique_id.startswith("source."):
            return spec
        return spec.replace_attributes(
            description=node["description"],
            # What the holds decide comes after the calculations: a group of its own keeps the graph one-way.
            group_name="verdicts" if "after_verdicts" in node["tags"] else GROUPS[node["schema"]],
            owners=[self.owner],
            automation_condition=dg.AutomationCondition.eager(),
        ).merge_attributes(metadata={"dagster/relation_identifier": f"{node['schema']}.{node['name']}"})


def build_dbt_assets(settings: Settings, manifest: Path) -> list[dg.AssetsDefinition]:
    translator = Translator(settings.owner)
    target = settings.dbt_target_path

    def build(context: dg.AssetExecutionContext, dbt: DbtCliResource, weir: WarehouseResource) -> Iterator[Any]:
        started = utc_now()
        events: list[Any] = []
        failure: Exception | None = None
        with weir.warehouse.lent():
            invocation = dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context, target_path=target)
            try:
                events.extend(invocation.stream())
            except DagsterDbtCliRuntimeError as error:
                # What was built and tested before the failure is told all the same.
                failure = error
        record_results(weir.warehouse, context.run.run_id, invocation, started)
        yield from described(context, weir, invocation, events)
        if failure is not None:
            raise failure

    @dbt_assets(manifest=manifest, name="prepare", dagster_dbt_translator=translator, **BEFORE)
    def prepare(context: dg.AssetExecutionContext, dbt: DbtCliResource, weir: WarehouseResource) -> Iterator[Any]:
        yield from build(context, dbt, weir)

    @dbt_assets(manifest=manifest, name="marts", dagster_dbt_translator=translator, **AFTER)
    def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource, weir: WarehouseResource) -> Iterator[Any]:
        yield from build(context, dbt, weir)

    return [prepare, marts]


def described(
    context: dg.AssetExecutionContext, weir: WarehouseResource, invocation: DbtCliInvocation, events: list[Any]
) -> Iterator[Any]:
    """The events of a dbt process, each model's with its columns, their lineage and its rows."""
    manifest = json.loads((invocation.target_path / "manifest.json").read_text())
    nodes = {(n["schema"], n["name"]): n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")}
    cache = LineageCache(LINEAGE_CACHE)
    with weir.warehouse.connect() as connection:
        columns = columns_in_warehouse(connection)
        rows = dict(
            connection.execute(
                "select schema_name || '.' || table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        )
    for event in events:
        if not isinstance(event, dg.Output):
            yield event
            continue
        schema, name = context.asset_key_for_output(event.output_name).path
        node = nodes[(schema, name)]
        metadata: dict[str, Any] = {
            "dagster/column_schema": dg.TableSchema(
                columns=[
                    dg.TableColumn(column, kind, node["columns"].get(column, {}).get("description") or None)
                    for column, kind in columns[schema][name]
                ]
            )
        }
        if f"{schema}.{name}" in rows:
            metadata["dagster/row_count"] = rows[f"{schema}.{name}"]
        if node["resource_type"] == "model":
            read = [manifest["nodes"].get(p) or manifest["sources"][p] for p in node["depends_on"]["nodes"]]
            columns_of: dict[str, dict[str, list[str]]] = {}
            for parent in read:
                names = [column for column, _ in columns[parent["schema"]][parent["name"]]]
                columns_of.setdefault(parent["schema"], {})[parent["name"]] = names
            compiled = invocation.target_path / "compiled" / node["package_name"] / node["original_file_path"]
            metadata |= lineage_metadata(
                as_column_lineage(cache.of(f"{schema}.{name}", compiled.read_text(), columns_of))
            )
        if f"{schema}.{name}" in PICTURES:
            metadata["picture"] = dg.MetadataValue.md(PICTURES[f"{schema}.{name}"](weir.warehouse))
        yield event.with_metadata({**event.metadata, **metadata})
    cache.save()


def record_results(warehouse: Warehouse, run_id: str, invocation: DbtCliInvocation, started: Any) -> None:
    """Keep dbt's test results as verdicts and its builds as build times; a dbt that died leaves none."""
    results_file = invocation.target_path / "run_results.json"
    if not results_file.exists():
        return
    results = json.loads(results_file.read_text())
    manifest = json.loads((invocation.target_path / "manifest.json").read_text())
    verdicts, builds = [], []
    for result in results["results"]:
        node = manifest["nodes"].get(result["unique_id"]) or manifest.get("unit_tests", {}).get(result["unique_id"])
        if node is None:
            continue
        if node["resource_type"] in ("test", "unit_test"):
            verdicts.append(_verdict(manifest, node, result))
        elif result["status"] == "success":
            builds.append(f"{node['schema']}.{node['name']}")
    record(warehouse, run_id, verdicts)
    with warehouse.transaction() as connection:
        counted = []
        for relation in builds:
            is_table = manifest_materialization(manifest, relation) != "view"
            counted.append(
                {
                    "relation": relation,
                    "built_at": started,
                    "run_id": run_id,
                    "rows_built": connection.execute(f"select count(*) from {relation}").fetchone()[0]  # type: ignore[index]
                    if is_table
                    else None,
                }
            )
        append_rows(connection, "ops.relation_builds", counted)


def manifest_materialization(manifest: Mapping[str, Any], relation: str) -> str:
    schema, name = relation.split(".")
    for node in manifest["nodes"].values():
        if node.get("schema") == schema and node["name"] == name and node["resource_type"] in ("model", "seed"):
            return str(node["config"]["materialized"])
    raise KeyError(relation)


def _verdict(manifest: Mapping[str, Any], node: Mapping[str, Any], result: Mapping[str, Any]) -> Verdict:
    model = manifest["nodes"].get(node.get("attached_node") or "", {})
    if not model and node["resource_type"] == "unit_test":
        model = manifest["nodes"].get(next(iter(node["depends_on"]["nodes"]), ""), {})
    schema = model.get("schema", "marts")
    is_error = node["config"].get("severity", "error").lower() == "error"
    status = {"pass": "passed", "fail": "failed", "warn": "failed"}.get(result["status"], "broken")
    return Verdict(
        stage=schema,
        asset=f"{schema}.{model.get('name', node['name'])}",
        check_name=node["name"],
        severity="critical" if is_error else "warning",
        scope="run" if is_error else "row",
        status=status,
        observed="" if result.get("failures") is None else f"{result['failures']} failing rows",
        message=plain(result.get("message") or "") if status != "passed" else "",
    )
