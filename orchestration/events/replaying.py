"""States rebuilt from the events of the store, set-based: many aggregates at once, from their snapshots on. The rule of replay is
calculations.events.replay's, and so is the replay of one aggregate.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import duckdb

# A replay takes, of each part, the event known last, and of those known at one instant the one appended last: an event may be
# learned late of an instant that others were learned after.
_KEPT = """'[{"event_source": "VARCHAR", "part_id": "VARCHAR", "known_at": "TIMESTAMP", "event_version": "INTEGER", "state": "VARCHAR"}]'"""


def parts_sql(of: str | None = None, from_snapshots: bool = True, known: str = "true") -> str:
    """SQL of every part as events leave it, gone parts with a NULL state: organization_id, aggregate_type, aggregate_id, event_source,
    part_id, known_at, event_version, state.

    `of`: a relation of the aggregates meant. `known`: a condition on known_at, of events and of snapshots.
    """
    meant = "" if of is None else f"semi join {of} using (organization_id, aggregate_type, aggregate_id)"
    return f"""
        with snapshots as (
            select organization_id, aggregate_type, aggregate_id, event_version, state
            from ops.event_snapshots {meant}
            where {known} and {from_snapshots}
            qualify row_number() over (
                partition by organization_id, aggregate_type, aggregate_id order by event_version desc
            ) = 1
        ),
        kept as (
            select organization_id, aggregate_type, aggregate_id, unnest(from_json(state, {_KEPT}), recursive := true)
            from (select organization_id, aggregate_type, aggregate_id, state from snapshots) as s
        ),
        since as (
            select e.organization_id, e.aggregate_type, e.aggregate_id, e.event_source, e.part_id, e.known_at, e.event_version,
                nullif(cast(e.event_data::json -> 'state' as varchar), 'null') as state
            from (select * from ops.events {meant} where {known}) as e
            left join snapshots as s using (organization_id, aggregate_type, aggregate_id)
            where s.event_version is null or e.event_version > s.event_version
        )
        select * from (select * from kept union all by name select * from since) as b
        qualify row_number() over (
            partition by organization_id, aggregate_type, aggregate_id, event_source, part_id
            order by known_at desc, event_version desc
        ) = 1
    """


def states(
    connection: duckdb.DuckDBPyConnection, event_source: str, known_at: dt.datetime | None = None
) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """(organisation, aggregate, part) -> state of every row of a source, as events tell it now or as known at an instant."""
    known = "true" if known_at is None else f"known_at <= timestamp '{known_at}'"
    found = connection.execute(
        f"select organization_id, aggregate_id, part_id, state from ({parts_sql(known=known)}) as p "
        "where event_source = ? and state is not null",
        [event_source],
    ).fetchall()
    return {(house, aggregate, part): json.loads(state) for house, aggregate, part, state in found}
