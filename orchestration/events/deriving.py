"""Events derived from what relations say: each compared with the events of it so far, in one transaction with its watermark.

For a relation with intervals of knowledge the events are made to tell, at every instant of knowledge, what the relation tells; for one
that knows only what is shown now, they are made to end in it. Comparing again what is already told makes no event. Typing the
differences is changes'. Source: fund-admin 1.10 (G-5); input-contracts 1.1, 2.4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from calculations.events.definitions import EventPolicy, EventSource, Knowledge
from orchestration.events.causes import give_causes
from orchestration.events.changes import type_changes
from orchestration.events.stated import Stated, relation_columns, stated_of
from orchestration.events.store import EVENTS, WATERMARKS, append_events, take_snapshots
from orchestration.sealed_log import writing
from orchestration.warehouse import Warehouse, append_rows

KEY = "organization_id, aggregate_id, part_id"
_ARRIVING = """
    create or replace temp table _arriving (
        organization_id varchar, aggregate_type varchar, aggregate_id varchar, part_id varchar, event_source varchar,
        source_order integer, ordinal integer, event_type varchar, occurred_at timestamp, is_as_of boolean, known_at timestamp,
        row_load_id varchar, kinds varchar[], is_restated boolean, state_hash varchar, event_data varchar, metadata varchar
    )
"""


@dataclass
class Derived:
    """What one derivation did: events by type, sources compared and those that stood as they were, snapshots taken."""

    events: dict[str, int] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)
    unchanged: int = 0
    snapshots: int = 0


def derive_events(
    warehouse: Warehouse,
    policy: EventPolicy,
    now: dt.datetime,
    run_id: str,
    audited: Callable[[duckdb.DuckDBPyConnection, int], None] = lambda connection, after: None,
) -> Derived:
    """Append the events that the watched relations tell and the store does not, with watermarks and snapshots: all or nothing.

    `audited` is called in the same transaction with the number after which the events are new.
    """
    done = Derived()
    with writing(warehouse) as connection:
        ((before,),) = connection.execute(f"select coalesce(max(event_number), 0) from {EVENTS}").fetchall()
        connection.execute(_ARRIVING)
        columns = relation_columns(connection)
        marks = []
        for order, source in enumerate(policy.sources):
            stated = stated_of(columns, source)
            mark, is_new = _compare(connection, stated, order)
            marks.append(mark)
            if is_new:
                done.compared.append(source.name)
        done.unchanged = len(marks) - len(done.compared)
        give_causes(connection, "_arriving")
        _number(connection)
        append_events(connection, "_staged", now, run_id)
        audited(connection, before)
        done.events = dict(
            connection.execute("select event_type, count(*) from _staged group by 1 order by 1").fetchall()
        )
        by_source = dict(connection.execute("select event_source, count(*) from _staged group by 1").fetchall())
        ((last,),) = connection.execute(f"select coalesce(max(event_number), 0) from {EVENTS}").fetchall()
        append_rows(
            connection,
            WATERMARKS,
            [
                mark
                | {"events_appended": by_source.get(mark["event_source"], 0), "last_event_number": last}
                | {"compared_at": now, "run_id": run_id}
                for mark in marks
            ],
        )
        done.snapshots = take_snapshots(connection, policy.snapshot_every, now, run_id)
    return done


def _compare(connection: duckdb.DuckDBPyConnection, stated: Stated, order: int) -> tuple[dict[str, object], bool]:
    """Add to _arriving what differs; returns the watermark, and whether its rows are others than those compared last."""
    source = stated.source
    connection.execute(f"create or replace temp table _rows as {stated.rows}")
    mark = _watermark(connection, stated)
    last = connection.execute(
        f"select definition, row_count, rows_fingerprint from {WATERMARKS} where event_source = ? "
        "order by compared_at desc, last_event_number desc limit 1",
        [source.name],
    ).fetchall()
    if last == [(mark["definition"], mark["row_count"], mark["rows_fingerprint"])]:
        return mark, False
    if source.knowledge is Knowledge.INTERVALS:
        _differences_by_instant(connection, source)
    else:
        _differences_at_last(connection, source)
    type_changes(connection, source, stated.columns, order, stated.definition)
    return mark, True


def _watermark(connection: duckdb.DuckDBPyConnection, stated: Stated) -> dict[str, object]:
    found = connection.execute(
        "select count(*), md5(concat_ws(' ', coalesce(bit_xor(hash(r)), 0), sum(hash(r)))) from _rows as r"
    ).fetchall()
    return {
        "event_source": stated.source.name,
        "relation": stated.source.relation,
        "definition": stated.definition,
        "row_count": found[0][0],
        "rows_fingerprint": found[0][1],
    }


def _differences_by_instant(connection: duckdb.DuckDBPyConnection, source: EventSource) -> None:
    """_needed and _present of a relation with intervals of knowledge.

    At each instant at which the relation or the store changes, the state told is compared with what the store would tell there:
    its own event of that instant, else the state that the relation told before, which the store tells by then.
    """
    connection.execute(
        f"""
        create or replace temp table _points as
        with given as (
            select {KEY}, known_from as instant, state, md5(state) as hash, occurred_at, load_id from _rows
            union all by name
            select {KEY}, known_to as instant
            from _rows as r
            where known_to is not null and not exists (
                from _rows as n
                where n.organization_id = r.organization_id and n.aggregate_id = r.aggregate_id and n.part_id = r.part_id
                    and n.known_from = r.known_to
            )
        )
        select * from given
        qualify hash is distinct from lag(hash) over (partition by {KEY} order by instant)
        """
    )
    connection.execute(
        f"""
        create or replace temp table _stored as
        select {KEY}, known_at as instant, state_hash as hash, event_version from {EVENTS} where event_source = ?
        qualify row_number() over (partition by {KEY}, known_at order by event_version desc) = 1
        """,
        [source.name],
    )
    connection.execute(
        f"""
        create or replace temp table _needed as
        with instants as (select {KEY}, instant from _points union select {KEY}, instant from _stored),
        lined as (
            select {KEY}, i.instant, s.instant is not null as is_restated, s.hash as own_hash, s.event_version as own_version,
                last_value(p.instant ignore nulls) over (
                    partition by {KEY} order by i.instant rows between unbounded preceding and current row
                ) as point_at
            from instants as i
            left join _points as p using ({KEY}, instant)
            left join _stored as s using ({KEY}, instant)
        ),
        followed as (select *, lag(point_at) over (partition by {KEY} order by instant) as former_at from lined)
        select row_number() over () as change_id, {_of("f")}, f.instant as known_at, f.is_restated, now.state, now.hash,
            now.occurred_at, now.load_id,
            case when f.is_restated then {_state_of("own")} else former.state end as base_state
        from followed as f
        left join _points as now
            on {_same("f", "now")} and f.point_at = now.instant
        left join _points as former
            on {_same("f", "former")} and f.former_at = former.instant
        left join {EVENTS} as own
            on {_same("f", "own")} and f.own_version = own.event_version and own.event_source = ? and f.is_restated
        where now.hash is distinct from case when f.is_restated then f.own_hash else former.hash end
        """,
        [source.name],
    )
    connection.execute(
        f"""
        create or replace temp table _present as
        select * from (
            select {KEY}, state, instant as since, lead(instant) over (partition by {KEY} order by instant) as until
            from _points
        ) as p where state is not null
        """
    )


def _differences_at_last(connection: duckdb.DuckDBPyConnection, source: EventSource) -> None:
    """_needed and _present of a relation that tells what is shown now.

    A row carries the instant from which on it was known. One that is gone, or that shows only now what an older load states, was
    learned from the withdrawal of what it showed, else from what was learned last.
    """
    connection.execute(
        f"""
        create or replace temp table _needed as
        with told as (
            select {_of("e")}, e.known_at as instant, e.state_hash as hash, {_state_of("e")} as state, w.withdrawn_at
            from {EVENTS} as e
            left join (select load_id, min(withdrawn_at) as withdrawn_at from ops.withdrawals group by 1) as w using (load_id)
            where e.event_source = $source
            qualify row_number() over (partition by {KEY} order by e.known_at desc, e.event_version desc) = 1
        ),
        learned as (
            select l.organization_id, max(greatest(l.known_at, coalesce(w.withdrawn_at, l.known_at))) as instant
            from raw.loads as l left join ops.withdrawals as w using (load_id)
            where l.status = 'loaded' and list_contains($kinds, l.kind)
            group by 1
        ),
        looked as (select max(compared_at) as looked_at from ops.event_watermarks where event_source = $source)
        select row_number() over () as change_id, {KEY},
            case
                when t.withdrawn_at > t.instant then greatest(t.withdrawn_at, coalesce(r.known_from, t.withdrawn_at))
                when d.loaded_at <= k.looked_at then greatest(coalesce(l.instant, c.known_at), r.known_from, t.instant)
                when t.instant is null or r.known_from > t.instant then r.known_from
                else greatest(coalesce(l.instant, c.known_at), t.instant)
            end as known_at,
            false as is_restated, r.state, md5(r.state) as hash, r.occurred_at, r.load_id, t.state as base_state
        from _rows as r
        full join told as t using ({KEY})
        left join learned as l using (organization_id)
        left join raw.loads as d on r.load_id = d.load_id
        cross join ops.run_context as c
        cross join looked as k
        where md5(r.state) is distinct from t.hash
        """,
        {"source": source.name, "kinds": list(source.kinds)},
    )
    connection.execute(
        f"create or replace temp table _present as select {KEY}, state, timestamp '-infinity' as since, null::timestamp as until "
        "from _rows"
    )


def _same(left: str, right: str) -> str:
    return " and ".join(f"{left}.{c} = {right}.{c}" for c in KEY.split(", "))


def _of(table: str) -> str:
    return ", ".join(f"{table}.{c}" for c in KEY.split(", "))


def _state_of(event: str) -> str:
    return f"nullif(cast({event}.event_data::json -> 'state' as varchar), 'null')"


def _number(connection: duckdb.DuckDBPyConnection) -> None:
    """_staged: what arrives, with the versions that follow on those of each aggregate."""
    aggregate = "organization_id, aggregate_type, aggregate_id"
    connection.execute(
        f"""
        create or replace temp table _staged as
        with last as (select {aggregate}, max(event_version) as version from {EVENTS} group by all)
        select {aggregate}, event_type, event_source, part_id, occurred_at, known_at, cause, load_id, event_data, state_hash,
            metadata,
            cast(coalesce(last.version, 0) + row_number() over (
                partition by {aggregate} order by known_at, source_order, part_id, ordinal
            ) as integer) as event_version
        from _arriving left join last using ({aggregate})
        """
    )
