"""The SQL of what a watched relation says: its rows as states of aggregates, with what was known when. Comparing it with the store
does not belong here.

Every state is text by column, exact and of one spelling, so that two states are equal exactly when their texts are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from calculations.events.definitions import AS_OF, EventSource, Knowledge
from ingestion.contracts import restricted_fields
from ingestion.units import MASK

Columns = Mapping[str, Sequence[str]]  # relation -> its columns

# Keys, places and knowledge of a row: what it is, not what it says.
TECHNICAL = frozenset(
    (
        *("organization_id", "date_id", "known_at", "known_from", "known_to", "load_id", "state_id", "measured_id"),
        *("activity_id", "source_sheet", "source_row", "is_current", "valid_from", "valid_to", "valid_from_basis"),
    )
)


class UnknownRelation(Exception):
    """A source names a relation or a column that the warehouse does not have; the message says which."""


@dataclass(frozen=True)
class Stated:
    """A source with the columns of its state, and the SQL that reads it.

    `rows` gives organization_id, aggregate_id, part_id, occurred_at, load_id, known_from, known_to, state; `shown` gives
    organization_id, aggregate_id, part_id, state of the mart that the replayed state must equal.
    """

    source: EventSource
    rows: str
    shown: str
    columns: tuple[str, ...]
    definition: str  # hash of all that decides what the rows become


def relation_columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """The columns of every relation of the warehouse, in their order."""
    return dict(
        connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns() "
            "where not internal group by 1"
        ).fetchall()
    )


def stated_of(present: Columns, source: EventSource) -> Stated:
    """What `source` says, on the columns that relations have now. Raises UnknownRelation."""
    target = source.mart or source.relation
    for relation in (source.relation, target):
        if relation not in present:
            raise UnknownRelation(f"event source {source.name}: the warehouse has no relation {relation}")
    columns, in_mart = present[source.relation], present[target]
    keys = (*source.aggregate, *source.part)
    state = source.state or tuple(c for c in columns if c in in_mart and c not in keys and _is_business(c))
    named = {*keys, *state, *(() if source.occurred == AS_OF else (source.occurred,))}
    needed = {source.relation: named, target: {*keys, *state}}
    for relation, wanted in needed.items():
        if missing := sorted(wanted - set(present[relation])):
            raise UnknownRelation(f"event source {source.name}: {relation} has no column {', '.join(missing)}")
    body = _state(state)
    ids = f"r.organization_id, {_text_of(source.aggregate)} as aggregate_id, {_text_of(source.part)} as part_id"
    occurred = "null" if source.occurred == AS_OF else f'r."{source.occurred}"'
    knowledge = "known" if source.shown_by else "r"
    since = f"{knowledge}.known_from" if source.knowledge is Knowledge.INTERVALS else "r.known_at"
    until = f"{knowledge}.known_to" if source.knowledge is Knowledge.INTERVALS else "null::timestamp"
    rows = f"""
        select {ids}, cast({occurred} as timestamp) as occurred_at,
            {"r.load_id" if "load_id" in columns else "null::varchar"} as load_id,
            {since} as known_from, {until} as known_to, {body} as state
        from (select * from {source.relation} where {source.where}) as r {_shown_by(source)}"""
    if source.mart is not None:
        shown = f"""
        select {ids}, {body} as state from (select * from {target} where {source.mart_where}) as r"""
    else:
        shown = f"""
        select organization_id, aggregate_id, part_id, state from ({rows}) as s where s.known_to is null"""
    definition = hashlib.md5(source.model_dump_json().encode() + rows.encode(), usedforsecurity=False).hexdigest()
    return Stated(source, rows, shown, state, definition)


def _is_business(column: str) -> bool:
    return column not in TECHNICAL and not column.endswith("_key")


def _shown_by(source: EventSource) -> str:
    if source.shown_by is None:
        return ""
    matching = " and ".join(f'r."{c}" = known."{c}"' for c in ("organization_id", *source.shown_by.matching))
    return f"inner join {source.shown_by.relation} as known on {matching}"


def _text_of(columns: Sequence[str]) -> str:
    """Columns as one text. A slash within a value is escaped where there are several, so that no two keys glue alike; numbers
    are padded, because parts follow each other as texts."""
    if not columns:
        return "''"
    texts = [
        f"""coalesce(case when typeof(r."{c}") in ('INTEGER', 'BIGINT') then lpad(r."{c}"::varchar, 12, '0')
            else r."{c}"::varchar end, '')"""
        for c in columns
    ]
    if len(texts) == 1:
        return texts[0]
    escaped = [f"replace(replace({text}, '%', '%25'), '/', '%2F')" for text in texts]
    return "concat_ws('/', " + ", ".join(escaped) + ")"


def _state(columns: Sequence[str]) -> str:
    hidden = restricted_fields()
    packed = ", ".join(
        f'"{c}" := case when r."{c}" is not null then \'{MASK}\' end'
        if c in hidden
        else f'"{c}" := cast(r."{c}" as varchar)'
        for c in columns
    )
    return f"cast(to_json(struct_pack({packed})) as varchar)"
