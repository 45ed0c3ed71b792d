"""The sources that dbt declares are the tables that Weir writes, column by column."""

from __future__ import annotations

import yaml

from ingestion.contracts import load_contracts, raw_tables

from .project import PROJECT, ROOT, declared_sources

PROVENANCE = {
    "_load_id": "varchar",
    "_file_sha256": "varchar",
    "_sheet": "varchar",
    "_row": "integer",
    "_column": "integer",
    "_loaded_at": "timestamp",
    "organization_id": "varchar",
}


def contract_tables() -> dict[str, dict[str, str]]:
    tables = {}
    for name, table in raw_tables().items():
        columns = {column: "varchar" if kind == "text" else kind for column, kind in table.columns.items()}
        tables[f"raw.{name}"] = columns | PROVENANCE
    return tables


def staging_model(kind: str, table: str) -> str:
    """A kind's tables are staged in the folder of the side it belongs to: `raw.clo_deals` as `stg_clo__deals`.

    A workbook is a side of its own, and so are filings, banks, portals, approvals and the ledgers of all systems; what other kinds bring
    is market data, unless its table is named as the CLO side's.
    """
    if kind.endswith("_workbook"):
        folder = kind.removesuffix("_workbook")
    elif kind.startswith("ledger_"):
        folder = "gl"
    elif kind in ("bank_statement", "portal_export"):
        folder = kind.partition("_")[0]
    elif kind == "approvals":
        folder = "approval"
    elif table.startswith("clo_"):
        folder = "clo"
    else:
        folder = kind if kind == "nport" else "market"
    return f"stg_{folder}__{table.removeprefix(f'{folder}_')}"


def own_tables() -> dict[str, dict[str, str]]:
    declared = yaml.safe_load((ROOT / "orchestration/tables.yaml").read_text())
    return {f"{schema}.{name}": table["columns"] for schema, group in declared.items() for name, table in group.items()}


def test_declared_sources_are_the_tables_of_the_contracts_and_of_the_bookkeeping() -> None:
    expected = contract_tables() | own_tables()
    assert set(declared_sources()) == set(expected)
    different = {relation for relation, columns in expected.items() if dict(declared_sources()[relation]) != columns}
    assert different == set()


def test_every_source_is_described_and_keyed_as_its_relation_is_named() -> None:
    for file in sorted(PROJECT.glob("models/**/sources_*.yml")):
        (source,) = yaml.safe_load(file.read_text())["sources"]
        for table in source["tables"]:
            assert table["description"].startswith("One row"), table["name"]
            assert table["config"]["meta"]["dagster"]["asset_key"] == [source["schema"], table["name"]]


def test_every_typed_raw_table_has_one_staging_model() -> None:
    staged = {file.stem for file in PROJECT.glob("models/staging/**/*.sql") if not file.stem.startswith("stg_weir__")}
    expected = {staging_model(kind, table) for kind, c in load_contracts().items() for table in c.tables}
    assert staged == expected
