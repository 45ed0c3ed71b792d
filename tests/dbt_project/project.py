"""The dbt project as tests see it: its declared sources, an empty warehouse made from them, and one way to run dbt.

What any model must yield does not belong here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.parsed_project import STATE, parsed_project

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"
SCHEMAS = ("raw", "staging", "intermediate", "calc", "marts", "ops", "seeds")


@cache
def declared_sources() -> Mapping[str, Mapping[str, str]]:
    """`schema.table` -> column -> SQL type, of every source the project declares."""
    tables: dict[str, Mapping[str, str]] = {}
    for file in sorted(PROJECT.glob("models/**/sources_*.yml")):
        for source in yaml.safe_load(file.read_text())["sources"]:
            for table in source["tables"]:
                columns = {column["name"]: column["data_type"] for column in table["columns"]}
                tables[f"{source['schema']}.{table['name']}"] = columns
    return tables


def create_warehouse(path: Path) -> None:
    """An empty warehouse with every schema and every declared source table."""
    with duckdb.connect(str(path)) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        for relation, columns in declared_sources().items():
            body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create table {relation} ({body})")


def insert(path: Path, relation: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert records by column name; columns left out are NULL."""
    with duckdb.connect(str(path)) as connection:
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))


def run_dbt(*arguments: str, warehouse: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run dbt in a process of its own, as a run does; artefacts go to `target`, never into the source tree.

    `warehouse` has the name that it has in every home.
    """
    return subprocess.run(
        [
            *(sys.executable, "-P", str(ROOT / "orchestration" / "dbt_process.py"), str(parsed_project() / STATE)),
            *arguments,
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(target), "--log-path", str(target / "logs")),
            "--no-use-colors",
        ],
        # DAGSTER_DBT_CLI is what Dagster tells a dbt process it starts; the profile then keeps the file open to the end.
        env={**os.environ, "WEIR_WAREHOUSE": str(warehouse), "DAGSTER_DBT_CLI": "true", "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def manifest(target: Path) -> dict[str, Any]:
    """The manifest that the last dbt call left in `target`."""
    parsed: dict[str, Any] = json.loads((target / "manifest.json").read_text())
    return parsed
