"""What a load consists of and how long it is kept by its rules. Moving and deleting its rows do not belong here.

Source: fund-admin 1.12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb

from orchestration.retention.policies import RetentionPolicy
from orchestration.warehouse import own_tables

# What stays when a load's rows go: how many there were and where its fields stood, which name nobody.
SKELETON = frozenset({"raw.row_counts", "raw.field_locations"})
# What follows the rows that it is about, and has no rule of its own.
COMPANIONS = frozenset({"raw.cells", "raw.rejected_rows", "raw.findings"})


@cache
def row_tables() -> tuple[str, ...]:
    """Raw tables with what loads stated: the typed ones, the cells, the refused rows, the findings."""
    return tuple(
        relation
        for relation, columns in own_tables().items()
        if relation.startswith("raw.") and "_load_id" in columns and relation not in SKELETON
    )


@dataclass(frozen=True)
class LoadTerms:
    """A load, its rows by relation, and its days; `rule`, `keep_until` are None where it is kept for ever.

    `keep_until` counts from the later of its business day and the day it came, the archive's day from its business day.
    """

    load_id: str
    file_sha256: str
    organization_id: str | None
    file_name: str
    as_of: dt.date
    rows: Mapping[str, int]
    rule: str | None
    retention_class: str | None
    archive_from: dt.date | None
    keep_until: dt.date | None
    is_in_state: bool


def load_terms(connection: duckdb.DuckDBPyConnection, policy: RetentionPolicy) -> dict[str, LoadTerms]:
    """Every load by its id, refused ones and those whose rows went long ago among them."""
    counted = " union all ".join(
        f"select _load_id, '{relation}' as relation, count(*) as row_count from {relation} group by 1"
        for relation in row_tables()
    )
    rows: dict[str, dict[str, int]] = {}
    for load_id, relation, count in connection.execute(counted).fetchall():
        rows.setdefault(load_id, {})[relation] = count
    refused: dict[str, set[str]] = {}
    for load_id, table in connection.execute("select distinct _load_id, table_name from raw.rejected_rows").fetchall():
        refused.setdefault(load_id, set()).add(f"raw.{table}")
    found = connection.execute(
        "select load_id, file_sha256, organization_id, file_name, coalesce(as_of, loaded_at::date), loaded_at::date, "
        "known_at_basis = 'declared' from raw.loads order by load_id"
    ).fetchall()
    in_state = _in_state(connection)
    terms = {}
    for load_id, sha256, organization_id, file_name, as_of, loaded_on, is_backload in found:
        of_load = rows.get(load_id, {})
        covered = (set(of_load) | refused.get(load_id, set())) - COMPANIONS
        start = max(as_of, loaded_on)
        name = policy.governing(covered, start, bool(is_backload))
        rule = policy.rules[name] if name else None
        terms[load_id] = LoadTerms(
            load_id,
            sha256,
            organization_id,
            file_name,
            as_of,
            of_load,
            name,
            str(rule.class_) if rule else None,
            rule.archived_from(as_of) if rule else None,
            rule.kept_until(start) if rule else None,
            load_id in in_state,
        )
    return terms


def _in_state(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Loads that the present state of their feed stands on: from its last full load in force on."""
    found = connection.execute(
        """
        with in_force as (
            select load_id, mode, concat_ws('/', organization_id, kind, feed_name) as feed_id,
                row_number() over (
                    partition by organization_id, kind, feed_name order by as_of, known_at, load_id
                ) as place
            from raw.loads
            where status = 'loaded' and load_id not in (select load_id from ops.withdrawals)
        )
        select load_id from in_force
        qualify place >= coalesce(max(case when mode = 'full' then place end) over (partition by feed_id), 0)
        """
    ).fetchall()
    return {load_id for (load_id,) in found}
