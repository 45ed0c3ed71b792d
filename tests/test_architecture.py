"""Imports point inwards: orchestration -> {ingestion, calculations, expectations}. Source: design 2."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGES = ("ingestion", "calculations", "expectations", "orchestration")
FORBIDDEN = {
    "ingestion": {"dagster", "dagster_dbt", "duckdb", "orchestration", "calculations", "expectations"},
    "calculations": {"dagster", "dagster_dbt", "duckdb", "pandas", "orchestration", "ingestion", "expectations"},
    "expectations": {"dagster", "dagster_dbt", "duckdb", "orchestration", "ingestion", "calculations"},
}


def imported_packages(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def modules(package: str) -> list[Path]:
    return sorted((PROJECT / package).rglob("*.py"))


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_imports_point_inwards(package: str) -> None:
    wrong = {
        str(file.relative_to(PROJECT)): sorted(found)
        for file in modules(package)
        if (found := imported_packages(file) & FORBIDDEN[package])
    }
    assert wrong == {}


def test_every_module_says_what_belongs_there() -> None:
    silent = [
        str(file.relative_to(PROJECT))
        for package in PACKAGES
        for file in modules(package)
        if file.read_text().strip() and not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert silent == []


def test_only_the_warehouse_opens_a_database() -> None:
    found = {
        str(file.relative_to(PROJECT)) for file in modules("orchestration") if "duckdb.connect(" in file.read_text()
    }
    assert found == {"orchestration/warehouse.py"}
