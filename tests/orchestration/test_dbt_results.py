"""What is kept of a dbt process reads like text: no codes of a terminal reach tables, alerts or reports."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from orchestration.assets.models import record_results
from orchestration.clock import utc_now
from orchestration.running import _failure
from orchestration.warehouse import Warehouse

COLOURED = "\x1b[31mRuntime Error\x1b[0m in test every_fund_has_a_name\n  \x1b[1mno such column\x1b[0m"
TEXT = "Runtime Error in test every_fund_has_a_name\n  no such column"


def test_the_message_of_a_broken_test_is_kept_without_its_colours(tmp_path: Path) -> None:
    node = {
        "resource_type": "test",
        "name": "every_fund_has_a_name",
        "attached_node": "model.weir.dim_fund",
        "config": {"severity": "error"},
    }
    model = {"resource_type": "model", "schema": "marts", "name": "dim_fund"}
    manifest = {"nodes": {"test.weir.t": node, "model.weir.dim_fund": model}}
    result = {"unique_id": "test.weir.t", "status": "error", "failures": None, "message": COLOURED}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "run_results.json").write_text(json.dumps({"results": [result]}))
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.create_tables()
    record_results(warehouse, "run", cast(Any, SimpleNamespace(target_path=tmp_path)), utc_now())
    kept = warehouse.rows("select asset, status, message from ops.quality_results")
    assert kept == [("marts.dim_fund", "broken", TEXT)]


def test_the_reason_why_a_run_failed_is_told_without_colours() -> None:
    error = SimpleNamespace(message="outer", cause=SimpleNamespace(message=f"{COLOURED}\n", cause=None))
    event = SimpleNamespace(
        event_type_value="STEP_FAILURE", step_key="marts", step_failure_data=SimpleNamespace(error=error)
    )
    assert _failure(SimpleNamespace(all_events=[event])) == f"marts: {TEXT}"
