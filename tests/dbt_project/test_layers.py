"""What the graph of models must look like: who may read whom, and what every mart carries."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Built
from .project import manifest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nodes(built: Built) -> dict[str, dict[str, Any]]:
    parsed = manifest(built.target)
    return {**parsed["nodes"], **parsed["sources"]}


def models(nodes: dict[str, dict[str, Any]], schema: str) -> list[dict[str, Any]]:
    return [n for n in nodes.values() if n["resource_type"] == "model" and n["schema"] == schema]


def test_marts_never_read_staging_or_raw(nodes: dict[str, dict[str, Any]]) -> None:
    read = {nodes[parent]["schema"] for mart in models(nodes, "marts") for parent in mart["depends_on"]["nodes"]}
    assert read <= {"intermediate", "marts", "calc", "ops", "seeds"}


def test_staging_reads_one_raw_table_each(nodes: dict[str, dict[str, Any]]) -> None:
    for model in models(nodes, "staging"):
        (parent,) = model["depends_on"]["nodes"]
        assert nodes[parent]["schema"] == "raw", model["name"]


def test_what_depends_on_verdicts_or_results_is_built_after_them(nodes: dict[str, dict[str, Any]]) -> None:
    late: set[str] = {
        key
        for key, node in nodes.items()
        if node["resource_type"] == "source" and (node["schema"] == "calc" or node["name"].endswith("_status"))
    }
    pending = [n for n in nodes.values() if n["resource_type"] == "model" and n["schema"] != "marts"]
    while found := {n["unique_id"] for n in pending if late & set(n["depends_on"]["nodes"])} - late:
        late |= found
    tagged = {n["unique_id"] for n in pending if "after_verdicts" in n["tags"]}
    assert tagged == {key for key in late if key.startswith("model.")}


def test_every_mart_enforces_its_contract_and_describes_every_column(nodes: dict[str, dict[str, Any]]) -> None:
    for mart in models(nodes, "marts"):
        assert mart["config"]["contract"]["enforced"], mart["name"]
        assert mart["description"].startswith("One row per"), mart["name"]
        assert [c for c, column in mart["columns"].items() if not column["description"]] == [], mart["name"]


def test_every_model_says_what_one_row_is(nodes: dict[str, dict[str, Any]]) -> None:
    undescribed = [
        n["name"]
        for n in nodes.values()
        if n["resource_type"] == "model" and not n["description"].startswith("One row per")
    ]
    assert undescribed == []


# Records of their own, and sums over a whole house: nothing single stands behind a row of theirs.
WITHOUT_ORIGIN = ("fact_quality_results", "fact_approvals", "fact_kpis", "fact_reports")


def test_every_fact_has_its_dates(built: Built) -> None:
    facts = built.rows(
        """
        select table_name from duckdb_columns() where schema_name = 'marts' and table_name like 'fact_%'
        and table_name <> 'fact_quality_results' group by table_name
        having not list_has_all(list(column_name), ['organization_id', 'known_at', 'event_date', 'date_id'])
        """
    )
    assert facts == []


def test_every_fact_leads_back_to_what_it_was_made_of(built: Built) -> None:
    facts = built.rows(
        f"""
        select table_name from duckdb_columns() where schema_name = 'marts' and table_name like 'fact_%'
        and table_name not in {WITHOUT_ORIGIN} group by table_name
        having not list_has_any(list(column_name), ['load_id', 'state_id', 'measured_id', 'comparison_id'])
        """
    )
    assert facts == []
