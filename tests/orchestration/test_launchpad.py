"""One deal projected again from the launchpad: its rows alone change, and a deal that is not there is named.

Source: design 3 (a run recomputes only what it must); stack-notes (deals are launchpad config, not a partition scheme).
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from orchestration.assets.calculated import build_calculated_assets
from orchestration.assets.clo_projection import CLO_PROJECTION
from orchestration.assets.clo_projection_inputs import OF_ASSETS, OF_LOAD, STAGED
from orchestration.jobs import REPROJECT_DEALS
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.orchestration.test_clo_projection import SCENARIOS, inputs

DEALS = ("MAG6", "MAG99")  # the second has no deal file: it is a reason, and as much a row of its own as the first
LOAD = "load-1"
AS_OF = dt.date(2016, 3, 23)
MARKED = "left as it stood"


def stated(deal_id: str, name: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    of_deal = {} if name in OF_LOAD else {"deal_id": deal_id}
    return {"load_id": LOAD, **of_deal, "source_row": number, "source_column": 1, **row}


def models() -> dict[str, list[dict[str, Any]]]:
    """What the models hold that a projection reads, of one load that states both deals."""
    found = inputs()
    terms = {"organization_id": "house", "as_of": AS_OF, "known_at": dt.datetime(2016, 3, 24), "withdrawn_at": None}
    named = {
        "intermediate.int_clo__deal_terms": [
            {"load_id": LOAD, "deal_id": deal, **terms, **found["terms"]} for deal in DEALS
        ],
        "intermediate.int_clo__holdings": [
            {"load_id": LOAD, "deal_id": deal, **row} for deal in DEALS for row in found["holdings"]
        ],
        "intermediate.int_clo__deal_projections": [
            {"load_id": LOAD, "deal_id": deal, "projection_id": f"{LOAD}/{deal}", "known_at": dt.datetime(2016, 3, 24)}
            for deal in DEALS
        ],
        **{f"intermediate.int_clo__{name}": found[name] for name in (*OF_ASSETS, "deal_fx_rates")},
        "seeds.scenarios": [{"scenario_kind": "named", "is_projected": True, **row} for row in SCENARIOS],
    }
    for name in (*STAGED, *OF_LOAD):
        deals = DEALS[:1] if name in OF_LOAD else DEALS
        named[f"staging.stg_clo__{name}"] = [
            stated(deal, name, row, number) for deal in deals for number, row in enumerate(found[name])
        ]
    return named


def without_rows(name: str) -> dict[str, Any]:
    """A row of a sheet that has none in this load, for the columns that the projection reads."""
    shapes: dict[str, dict[str, Any]] = {
        **{name: {"organization_id": "house", "asset_id": "L0"} for name in OF_ASSETS},
        "deal_fx_rates": {},
        "cash_flow_vectors": {"vector_name": "v", "value": 0.1},
        "sink_schedules": {"asset_id": "L0", "sink_date": AS_OF, "amount": 1.0},
        "holidays": {"holiday_date": AS_OF},
    }
    return stated(DEALS[0], name, shapes[name], 0)


@pytest.fixture(scope="module")
def projected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which both deals have been projected once."""
    settings = Settings(home=tmp_path_factory.mktemp("projected"))
    warehouse = Warehouse(settings.warehouse_path)
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        for relation, rows in models().items():
            name = relation.rpartition("_clo__")[2]
            table = pa.Table.from_pylist(rows or [without_rows(name)])
            connection.register("_rows", table)
            connection.execute(f"create table {relation} as select * from _rows where {bool(rows)}")
            connection.unregister("_rows")
    assert calculated_now(project(WarehouseResource.of(settings))) == len(DEALS)
    return settings.home


@pytest.fixture
def weir(projected: Path, tmp_path: Path) -> WarehouseResource:
    settings = Settings(home=shutil.copytree(projected, tmp_path / "home"))
    return WarehouseResource.of(settings)


def project(weir: WarehouseResource, *, raise_on_error: bool = True, **config: Any) -> dg.ExecuteInProcessResult:
    assets = [
        asset
        for asset in build_calculated_assets(weir.settings)
        if isinstance(asset, dg.AssetsDefinition) and asset.op.name == CLO_PROJECTION.name
    ]
    return dg.materialize(
        assets,
        resources={"weir": weir},
        run_config={"ops": {CLO_PROJECTION.name: {"config": config}}},
        raise_on_error=raise_on_error,
    )


def mark(weir: WarehouseResource) -> None:
    with weir.warehouse.transaction() as connection:
        connection.execute("update calc.clo_projections set reason = ?", [MARKED])


def marked(weir: WarehouseResource) -> set[str]:
    """Deals whose rows have not been calculated since `mark`."""
    rows = weir.warehouse.rows(
        "select deal_id, count(*) from calc.clo_projections where reason = ? group by 1", [MARKED]
    )
    assert all(count == 1 for _, count in rows)
    return {deal for deal, _ in rows}


def calculated_now(result: dg.ExecuteInProcessResult) -> int:
    (event, *_) = result.asset_materializations_for_node(CLO_PROJECTION.name)
    return int(event.metadata["inputs_calculated_now"].value)  # type: ignore[arg-type]


def test_a_named_deal_is_projected_again_and_the_others_stand(weir: WarehouseResource) -> None:
    flows = "select * from calc.clo_liability_cash_flows order by all"
    before = weir.warehouse.rows(flows)
    assert before
    mark(weir)
    assert calculated_now(project(weir, deals=["MAG6"], again=True)) == 1
    assert marked(weir) == {"MAG99"}
    assert weir.warehouse.rows(flows) == before  # replaced, not added to
    remembered = "select count(*) from calc.calculated where calculation = 'clo_projection'"
    assert weir.warehouse.rows(remembered) == [(len(DEALS),)]


def test_what_this_code_has_calculated_stands_unless_it_is_asked_for_again(weir: WarehouseResource) -> None:
    mark(weir)
    assert calculated_now(project(weir, deals=["MAG6"])) == 0
    assert marked(weir) == set(DEALS)
    assert calculated_now(project(weir, again=True)) == len(DEALS)
    assert marked(weir) == set()


def test_a_deal_that_is_not_there_is_named_beside_those_that_are(weir: WarehouseResource) -> None:
    mark(weir)
    result = project(weir, deals=["MAG6", "MAG5"], again=True, raise_on_error=False)
    assert not result.success
    (failed,) = result.filter_events(lambda event: event.is_step_failure)
    said = failed.step_failure_data.user_failure_data
    assert said is not None
    assert said.description == "clo_projection: expected names among MAG6, MAG99, found MAG5"
    assert marked(weir) == set(DEALS)


def test_a_wrong_key_of_the_launchpad_is_refused(weir: WarehouseResource) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="deal_ids"):
        project(weir, deal_ids=["MAG6"])


def test_a_deal_that_cannot_be_projected_says_why_where_it_is_published(weir: WarehouseResource) -> None:
    found = weir.warehouse.rows(
        "select a.subject, a.field_name, a.reason = p.reason from calc.clo_assumed_inputs as a "
        "inner join calc.clo_projections as p using (projection_id) where not p.is_projected"
    )
    assert found == [("MAG99", "projection", True)]


def test_the_asset_says_how_to_ask_for_a_deal(tmp_path: Path) -> None:
    specs = {
        spec.key.path[-1]: spec.description or ""
        for asset in build_calculated_assets(Settings(home=tmp_path))
        for spec in (asset.specs if isinstance(asset, dg.AssetsDefinition) else [asset])
    }
    asked = {name for name, description in specs.items() if "deals: [" in description}
    assert {f"calc.{name}" for name in asked} == set(CLO_PROJECTION.tables)
    assert all(REPROJECT_DEALS.name in specs[name] for name in asked)
