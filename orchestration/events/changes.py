"""The types of differences between two states, and what each event says: set-based, by the rules of its source.

Which states differ is deriving's; what caused them, causes'.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from calculations.events.definitions import AS_OF, EventSource, Rule


def type_changes(
    connection: duckdb.DuckDBPyConnection, source: EventSource, columns: Sequence[str], order: int, definition: str
) -> None:
    """Add to _arriving the events of _needed: rows of change_id, organization_id, aggregate_id, part_id, known_at, is_restated,
    state, base_state (what the store told before), occurred_at, load_id; _present has which rows were there when.

    A row that comes is created, or where rows succeed each other changes the one before; then each rule that its values meet is
    an event too. A row that changes is an event of each rule that it meets, and a plain change where it meets none.
    """
    events = source.events
    kinds = {
        "created": events.created,
        "added": events.added or events.changed,
        "changed": events.changed,
        "dropped": events.dropped or events.changed,
        "removed": events.removed,
    }
    main = " ".join(f"when '{kind}' then {_text(event)}" for kind, event in kinds.items())
    fired = ", ".join(_fired(rule) for rule in events.rules)
    plain = f"struct_pack(event := case kind {main} end, occurred_at := occurred_at)"
    connection.execute(
        f"""
        insert into _arriving by name
        with before as ({_before(source.succession)}),
        seen as (
            select n.*, coalesce(n.base_state, b.state) as old_state, coalesce(n.state, b.state) as new_state,
                case
                    when n.state is null then if(b.state is null, 'removed', 'dropped')
                    when n.base_state is not null then 'changed'
                    else if(b.state is null, 'created', 'added')
                end as kind
            from _needed as n left join before as b using (change_id)
        ),
        ruled as (
            select *, list_filter([{fired}]::struct(event varchar, occurred_at timestamp)[], lambda r: r is not null) as fired
            from seen
        ),
        typed as (
            select *, if(kind = 'created' or len(fired) = 0, list_prepend({plain}, fired), fired) as types
            from ruled
        ),
        told as (
            select *, unnest(types) as type, unnest(range(len(types))) as ordinal,
                case when kind in ('created', 'removed') then '{{}}' else {_changes(columns)} end as changes
            from typed
        )
        select organization_id, {_text(source.aggregate_type)} as aggregate_type, aggregate_id, part_id,
            {_text(source.name)} as event_source, {order} as source_order, ordinal, type.event as event_type,
            coalesce(type.occurred_at, occurred_at) as occurred_at, {source.occurred == AS_OF} as is_as_of, known_at,
            load_id as row_load_id, {list(source.kinds)!r}::varchar[] as kinds, is_restated, hash as state_hash,
            '{{"state":' || coalesce(state, 'null') || ',"changes":' || changes || '}}' as event_data,
            '{{"relation":"{source.relation}","definition":"{definition}"}}' as metadata
        from told
        """
    )


def _before(succession: bool) -> str:
    """The row that a new or gone one follows: the last of its aggregate that was there at the instant."""
    if not succession:
        return "select change_id, null::varchar as state from _needed where false"
    return """
        select n.change_id, p.state
        from _needed as n
        inner join _present as p
            on n.organization_id = p.organization_id and n.aggregate_id = p.aggregate_id and p.part_id < n.part_id
            and p.since <= n.known_at and (p.until is null or p.until > n.known_at)
        where n.base_state is null or n.state is null
        qualify row_number() over (partition by n.change_id order by p.part_id desc) = 1
    """


def _fired(rule: Rule) -> str:
    new, old = (f"""json_extract_string({state}, '$."{rule.column}"')""" for state in ("new_state", "old_state"))
    now = f"{new} in ({', '.join(_text(value) for value in sorted(rule.to))})"
    before = f"coalesce({old} in ({', '.join(_text(value) for value in sorted(rule.to))}), false)"
    came_from = ""
    if rule.from_ is not None:
        came_from = f"and {old} in ({', '.join(_text(value) for value in sorted(rule.from_))})"
    occurred = "null::timestamp"
    if rule.occurred is not None:
        occurred = f"""try_cast(json_extract_string(state, '$."{rule.occurred}"') as timestamp)"""
    return (
        f"case when state is not null and {now} and not {before} {came_from} "
        f"then struct_pack(event := {_text(rule.event)}, occurred_at := {occurred}) end"
    )


def _changes(columns: Sequence[str]) -> str:
    """JSON of the columns that differ, each with old and new."""
    listed = ", ".join(_text(column) for column in columns)
    old, new = (f"""json_extract_string({state}, '$."' || c || '"')""" for state in ("old_state", "new_state"))
    return f"""cast(to_json(map_from_entries(list_filter(
        list_transform([{listed}], lambda c: struct_pack(k := c, v := struct_pack("old" := {old}, "new" := {new}))),
        lambda e: e.v."old" is distinct from e.v."new"
    ))) as varchar)"""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
