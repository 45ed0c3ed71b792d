"""The one way into the event store: events appended with the versions that they were expected to get, heads and snapshots with them.

What is an event does not belong here. Source: fund-admin 1.10 (G-5).
"""

from __future__ import annotations

import datetime as dt

import duckdb

from orchestration.events.replaying import parts_sql
from orchestration.warehouse import own_tables

EVENTS, HEAD, WATERMARKS, SNAPSHOTS = TABLES = (
    "ops.events",
    "ops.event_head",
    "ops.event_watermarks",
    "ops.event_snapshots",
)
AGGREGATE = "organization_id, aggregate_type, aggregate_id"


class VersionConflict(Exception):
    """An aggregate is not at the version that an append expected, because another came first; nothing was appended."""


def append_events(connection: duckdb.DuckDBPyConnection, staged: str, appended_at: dt.datetime, run_id: str) -> int:
    """Append the rows of relation `staged` within the caller's transaction; returns how many.

    `staged` has the columns of ops.events but for event_number, event_id, appended_at and run_id; its event_version says where
    each event is expected to stand: after the last version that its writer saw. Raises VersionConflict.
    """
    _refuse_conflicts(connection, staged)
    ((arriving,),) = connection.execute(f"select count(*) from {staged}").fetchall()
    if arriving == 0:
        return 0
    last = _move_head(connection, arriving, appended_at)
    columns = [c for c in own_tables()[EVENTS] if c not in ("event_number", "event_id", "appended_at", "run_id")]
    listed = ", ".join(columns)
    connection.execute(
        f"""
        insert into {EVENTS} (event_number, event_id, appended_at, run_id, {listed})
        select
            ? + row_number() over (order by known_at, {AGGREGATE}, event_version),
            md5(concat_ws('|', replace(organization_id, '|', '%7C'), aggregate_type, replace(aggregate_id, '|', '%7C'),
                event_version)),
            ?, ?, {listed}
        from {staged}
        """,
        [last, appended_at, run_id],
    )
    return int(arriving)


def _refuse_conflicts(connection: duckdb.DuckDBPyConnection, staged: str) -> None:
    wrong = connection.execute(
        f"""
        with expected as (
            select {AGGREGATE}, min(event_version) as first, max(event_version) as last, count(*) as n,
                count(distinct event_version) as versions
            from {staged} group by all
        ),
        stored as (select {AGGREGATE}, max(event_version) as version from {EVENTS} group by all)
        select aggregate_type || ':' || aggregate_id, organization_id, first, coalesce(version, 0), n, versions, last
        from expected left join stored using ({AGGREGATE})
        where first <> coalesce(version, 0) + 1 or n <> versions or last - first + 1 <> n
        order by 1 limit 5
        """
    ).fetchall()
    if wrong:
        told = "; ".join(
            f"{name} of {house}: expected to append version {first}, found version {version} in the store"
            if first != version + 1
            else f"{name} of {house}: expected versions {first} to {last} once each, found {n} events"
            for name, house, first, version, n, _, last in wrong
        )
        raise VersionConflict(f"{told}. Derive again from the events as they are now")


def _move_head(connection: duckdb.DuckDBPyConnection, arriving: int, appended_at: dt.datetime) -> int:
    """Count the arriving events into the head; returns the number of the last event before them.

    Rows that two transactions append do not conflict in DuckDB; the row that both change does.
    """
    heads = connection.execute(f"select event_count from {HEAD}").fetchall()
    if not heads:
        connection.execute(f"insert into {HEAD} values (?, ?)", [arriving, appended_at])
        return 0
    try:
        connection.execute(f"update {HEAD} set event_count = event_count + ?, appended_at = ?", [arriving, appended_at])
    except duckdb.TransactionException as error:
        raise VersionConflict("another transaction is appending events; try again") from error
    return int(heads[0][0])


def take_snapshots(connection: duckdb.DuckDBPyConnection, every: int, taken_at: dt.datetime, run_id: str) -> int:
    """Keep the state of each aggregate with `every` events or more since its last snapshot; returns how many were taken."""
    connection.execute(
        f"""
        create or replace temp table _due as
        with kept as (select {AGGREGATE}, max(event_version) as version from {SNAPSHOTS} group by all)
        select {AGGREGATE}, max(e.event_version) as event_version, max(e.known_at) as known_at
        from {EVENTS} as e left join kept using ({AGGREGATE})
        group by {AGGREGATE}, kept.version
        having max(e.event_version) - coalesce(kept.version, 0) >= ?
        """,
        [every],
    )
    connection.execute(
        f"""
        insert into {SNAPSHOTS}
        with parts as ({parts_sql("_due")})
        select d.organization_id, d.aggregate_type, d.aggregate_id, any_value(d.event_version), any_value(d.known_at),
            cast(to_json(list(struct_pack(
                event_source := p.event_source, part_id := p.part_id, known_at := p.known_at,
                event_version := p.event_version, state := p.state
            ) order by p.event_source, p.part_id)) as varchar), ?, ?
        from _due as d inner join parts as p using ({AGGREGATE})
        group by {AGGREGATE}
        """,
        [taken_at, run_id],
    )
    ((taken,),) = connection.execute("select count(*) from _due").fetchall()
    connection.execute("drop table _due")
    return int(taken)
