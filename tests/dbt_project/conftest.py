"""A small warehouse, built once by dbt: two organisations, three workbooks, one corrected, one deal held. Assertions stand in the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .project import create_warehouse, insert, run_dbt

RUN_KNOWN_AT = "2016-12-31 00:00:00"


@dataclass(frozen=True)
class Built:
    """A warehouse after `dbt build`, and the folder with dbt's artefacts."""

    warehouse: Path
    target: Path
    log: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _load(load_id: str, as_of: str, known_at: str, **values: Any) -> dict[str, Any]:
    return {
        "load_id": load_id,
        "file_sha256": load_id,
        "organization_id": "birch",
        "organization_name": "Birch Credit",
        "kind": "clo_workbook",
        "feed_name": "main",
        "file_name": f"{load_id}.xlsx",
        "as_of": as_of,
        "mode": "full",
        "loaded_at": known_at,
        "known_at": known_at,
        "known_at_basis": "loaded",
        "status": "loaded",
        **values,
    }


def _projected(load_id: str, kind: str) -> dict[str, Any]:
    """A coverage test of class A of deal d1 in the first period of the base scenario."""
    return {
        "organization_id": "birch",
        "load_id": load_id,
        "deal_id": "d1",
        "scenario_id": "base",
        "period": 1,
        "payment_date": "2016-07-15",
        "tranche_name": "Class A",
        "test_kind": kind,
        "trigger_name": f"{kind.upper()}-A",
        "numerator": 70.0,
        "denominator": 60.0,
        "ratio": 70.0 / 60.0,
        "prior_interest_cure": 1.0,
        "prior_principal_cure": 2.0,
        "interest_cure_paid": 3.0,
        "principal_cure_paid": 4.0,
    }


def fill(path: Path) -> None:
    """Deal d1: March stated by l1, restated by l3 with 10 less par, June by l2. Deal d2: held, June is bad."""

    def at(load_id: str, row: int, organization_id: str = "birch") -> dict[str, Any]:
        return {"_load_id": load_id, "organization_id": organization_id, "_sheet": "s", "_row": row, "_column": 1}

    insert(path, "ops.run_context", [{"run_id": "r", "known_at": RUN_KNOWN_AT, "is_as_known_at": False}])
    insert(
        path,
        "raw.loads",
        [
            _load("l1", "2016-03-23", "2016-03-25 00:00:00"),
            _load("l2", "2016-06-23", "2016-06-25 00:00:00"),
            _load("l3", "2016-03-23", "2016-07-10 00:00:00"),
            _load("refused", "2016-09-23", "2016-09-25 00:00:00", status="rejected"),
            _load(
                "fx",
                "2016-03-23",
                "2016-03-24 00:00:00",
                organization_id="_shared",
                organization_name=None,
                kind="fx_feed",
                mode="delta",
            ),
        ],
    )
    par = {"l1": {"d1": (100.0, 50.0), "d2": (7.0, 3.0)}, "l2": {"d1": (90.0, 60.0), "d2": (8.0, 4.0)}}
    par["l3"] = {"d1": (90.0, 50.0), "d2": (7.0, 3.0)}
    price = {"l1": 99.0, "l2": 98.0, "l3": 99.0}
    for load_id, deals in par.items():
        as_of = "2016-06-23" if load_id == "l2" else "2016-03-23"
        known_at = {"l1": "2016-03-25", "l2": "2016-06-25", "l3": "2016-07-10"}[load_id]
        assets = ["a", "b", "gone"] if load_id != "l2" else ["a", "b"]
        asset_rows = [
            {"asset_id": asset, "issuer_name": asset.upper(), "market_value": price[load_id], **at(load_id, number + 2)}
            for number, asset in enumerate(assets)
        ]
        insert(path, "raw.clo_assets", asset_rows)
        for deal_id, (par_a, par_b) in deals.items():
            deal = {"deal_id": deal_id, **at(load_id, 1)}
            insert(path, "raw.clo_deals", [{**deal, "deal_name": deal_id.upper(), "analysis_date": as_of}])
            # asset a stands on two lines
            lines = [("a", par_a - 1), ("b", par_b), ("a", 1.0)]
            insert(
                path,
                "raw.clo_deal_collateral",
                [
                    {
                        "deal_id": deal_id,
                        "line_number": n,
                        "asset_id": asset,
                        "par_amount": amount,
                        **at(load_id, n + 3),
                    }
                    for n, (asset, amount) in enumerate(lines, start=1)
                ],
            )
            insert(
                path,
                "raw.clo_deal_tranches",
                [
                    {
                        **deal,
                        "tranche_number": 1,
                        "tranche_name": "Class A",
                        "current_balance": 60.0,
                        "oc_trigger": 1.2,
                    },
                    {**deal, "tranche_number": 2, "tranche_name": "Sub Notes", "is_equity": True},
                ],
            )
            result = {"organization_id": "birch", "load_id": load_id, "deal_id": deal_id, "as_of_date": as_of}
            result |= {"known_at": known_at}
            total = par_a + par_b
            insert(path, "calc.clo_pool_metrics", [{**result, "asset_count": 2, "total_par": total}])
            insert(
                path,
                "calc.clo_oc_tests",
                [{**result, "tranche_name": "Class A", "tranche_number": 1, "numerator": total, "denominator": 60.0}],
            )
            insert(
                path,
                "calc.clo_compliance_results",
                [
                    {
                        **result,
                        "test_number": 36,
                        "is_listed": True,
                        "sequence": 1,
                        "result": 10 * total,
                        "passed": True,
                    },
                    {**result, "test_number": 101, "is_listed": False, "reason": "fitch_rating not known for a, b"},
                    {
                        **result,
                        "test_number": 999,
                        "is_listed": True,
                        "sequence": 2,
                        "reason": "the catalogue has no test 999",
                    },
                ],
            )
    insert(path, "calc.clo_projected_tests", [_projected(load_id, kind) for load_id in par for kind in ("oc", "ic")])
    insert(
        path,
        "raw.clo_correlations",
        [
            {"asset_id_1": one, "asset_id_2": two, "correlation": 1.0 if one == two else 0.3, **at("l1", 2)}
            for one in ("a", "older")
            for two in ("a", "older")
        ],
    )
    insert(path, "raw.clo_holidays", [{"holiday_date": "2016-07-04", "day_name": "Monday", **at("l2", 4)}])
    insert(
        path,
        "raw.fx_rates",
        [
            {
                "base_currency": "EUR",
                "quote_currency": "USD",
                "rate_date": "2016-03-23",
                "as_of": "2016-03-23 00:00:00",
                "rate": "1.117100000001",
                "source": "ECB",
                **at("fx", 2, "_shared"),
            }
        ],
    )
    held = {"organization_id": "birch", "entity_type": "deal", "entity_id": "d2", "status": "held"}
    held |= {"last_good_known_at": "2016-03-25 00:00:00", "recorded_at": RUN_KNOWN_AT, "rule_code": "R"}
    insert(path, "ops.deal_status", [held, {**held, "entity_id": "d1", "status": "current", "rule_code": None}])


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The filled warehouse after a whole `dbt build`, unit tests included."""
    folder = tmp_path_factory.mktemp("dbt")
    warehouse, target = folder / "warehouse.duckdb", folder / "target"
    create_warehouse(warehouse)
    fill(warehouse)
    finished = run_dbt("build", warehouse=warehouse, target=target)
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-2000:]
    return Built(warehouse, target, finished.stdout)
