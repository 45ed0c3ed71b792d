"""Which columns a dbt model's columns are made from, read off its compiled SQL with sqlglot and kept by the SQL's hash.

dagster-dbt can do this too, but asks again on every run and costs tens of seconds on this project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from sqlglot import exp, parse_one
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

Sources = Mapping[str, list[list[str]]]  # column -> [schema, table, column] of each it is made from


def columns_made_from(sql: str, columns_of: Mapping[str, Mapping[str, Sequence[str]]]) -> Sources:
    """Column lineage of one select. `columns_of` is schema -> table -> columns of every table it reads."""
    schema: dict[str, object] = {
        s: {t: dict.fromkeys(columns, "varchar") for t, columns in tables.items()} for s, tables in columns_of.items()
    }
    parsed = parse_one(sql, dialect="duckdb")
    query = qualify(parsed, schema=schema, dialect="duckdb", validate_qualify_columns=False, identify=False)
    assert isinstance(query, exp.Query)
    scope = build_scope(query)
    # All columns in one call: it shares the steps that they have in common, and copies the query for none of them.
    nodes = lineage(None, query, schema=schema, scope=scope, dialect="duckdb", trim_selects=False, copy=False)
    found: dict[str, list[list[str]]] = {}
    for column, node in nodes.items():
        leaves = {
            (leaf.expression.db, leaf.expression.name, leaf.name.rpartition(".")[2].strip('"'))
            for leaf in node.walk()
            if not leaf.downstream and isinstance(leaf.expression, exp.Table)
        }
        found[column] = sorted(list(leaf) for leaf in leaves)
    return found


class LineageCache:
    """Lineage of the project's models, in a file that all homes share: what a model's SQL is made from is the same in each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}

    def of(self, relation: str, sql: str, columns_of: Mapping[str, Mapping[str, Sequence[str]]]) -> Sources:
        """Lineage of `relation`, read anew when its SQL or the columns it reads have changed."""
        key = hashlib.sha256((sql + json.dumps(columns_of, sort_keys=True)).encode()).hexdigest()
        entry = self.known.get(relation)
        if entry is None or entry["key"] != key:
            entry = {"key": key, "columns": columns_made_from(sql, columns_of)}
            self.known[relation] = entry
        columns: Sources = entry["columns"]
        return columns

    def save(self) -> None:
        """Swap the file in whole, so that a run beside this one reads the old or the new."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(self.known))
        fresh.replace(self.path)


def as_column_lineage(sources: Sources) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [
                dg.TableColumnDep(asset_key=dg.AssetKey([schema, table]), column_name=name)
                for schema, table, name in made
            ]
            for column, made in sources.items()
        }
    )


def lineage_metadata(lineage: dg.TableColumnLineage) -> dict[str, Any]:
    """Column lineage for the graph's API, and as a table for the open-source UI, which does not draw it."""
    rows = "\n".join(
        f"| {column} | {', '.join(f'{dep.asset_key.to_user_string()}.{dep.column_name}' for dep in deps) or 'no column'} |"
        for column, deps in lineage.deps_by_column.items()
    )
    return {
        "dagster/column_lineage": lineage,
        "columns_made_from": dg.MetadataValue.md(f"| column | made from |\n|-|-|\n{rows}"),
    }


def columns_in_warehouse(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """schema -> table -> (column, type) in order, as the warehouse has them."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() order by table_schema, table_name, ordinal_position"
    ).fetchall():
        found.setdefault(schema, {}).setdefault(table, []).append((column, kind))
    return found
