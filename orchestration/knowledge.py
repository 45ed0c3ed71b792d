"""What a feed knows before a file of it is read: the keys in its state, those of other feeds, what other kinds state. Reading does not belong here.

Source: input-contracts 1.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import duckdb

from ingestion.contracts import identifiers_by_table, load_contracts, raw_tables, workbook_contracts
from ingestion.feeds import SHARED, Feed
from ingestion.references import Knowledge
from ingestion.registers import register_of
from ingestion.units import Register

# Loads that state a table: those that counted its rows, none perhaps, and those with rows that no block of a sheet counts.
_STATING = "select _load_id from raw.row_counts where table_name = ? union select _load_id from raw.{table}"


def knowledge_of(connection: duckdb.DuckDBPyConnection, feed: Feed) -> Knowledge:
    """Keys by sheet: what a delta may refer to, and whose a key is when it is another feed's; and what other kinds state."""
    contract = workbook_contracts().get(feed.kind)
    if contract is None:
        tables = identifiers_by_table(feed.kind) if feed.kind in load_contracts() else {}
        return Knowledge(registers={table: _register(connection, feed, table, tables[table]) for table in tables})
    # What a delta may name, and what a full file may name of the sheets that it leaves out.
    referred = contract.sheets_referred_to()
    keys = {s.name: _texts(_state(connection, feed, s.table, s.key, (), None)) for s in referred}
    elsewhere = {}
    if contract.refers_across_feeds:
        elsewhere = {s.name: _keys_elsewhere(connection, feed, s.table, s.key) for s in referred}
    owners = {}
    if _has_other_feeds(connection, feed):
        keyed = [sheet for sheet in contract.sheets if sheet.owns_table and len(sheet.key) == 1]
        owners = {sheet.name: _owners(connection, feed, sheet.table, sheet.key[0]) for sheet in keyed}
    return Knowledge(keys, elsewhere, owners)


def _texts(keys: Iterable[tuple[object, ...]]) -> frozenset[str]:
    return frozenset(str(key) for (key,) in keys)


def keys_in_state(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: str,
    key: Sequence[str],
    as_of: dt.date | None = None,
) -> set[tuple[object, ...]]:
    """Keys of a raw table in the state of a feed, up to a business day."""
    return set(_state(connection, feed, table, key, (), as_of))


def _register(connection: duckdb.DuckDBPyConnection, feed: Feed, table: str, identifiers: tuple[str, ...]) -> Register:
    """What the organisation of a feed, and below it the shared one, state in a table of another kind, whatever the feed."""
    states: dict[str, list[tuple[object, ...]]] = {feed.organization_id: [], SHARED: []}
    for other in _feeds_stating(connection, feed, table):
        states[other.organization_id] += _state(connection, other, table, raw_tables()[table].key, identifiers, None)
    return register_of(states.values(), identifiers)


def _keys_elsewhere(
    connection: duckdb.DuckDBPyConnection, feed: Feed, table: str, key: Sequence[str]
) -> frozenset[str]:
    """Keys of a raw table in the states of the other feeds that a feed sees: its organisation's and the shared ones."""
    others = [other for other in _feeds_stating(connection, feed, table) if other != feed]
    return frozenset().union(*(_texts(_state(connection, other, table, key, (), None)) for other in others))


def _feeds_stating(connection: duckdb.DuckDBPyConnection, feed: Feed, table: str) -> list[Feed]:
    """The feeds of a feed's organisation and of the shared one that state a raw table, whatever their kind."""
    stating = connection.execute(
        f"""
        select distinct organization_id, kind, feed_name
        from raw.loads
        where load_id in ({_STATING.format(table=table)}) and organization_id in (?, ?) and status = 'loaded'
        """,
        [table, feed.organization_id, SHARED],
    ).fetchall()
    return [
        replace(feed, organization_id=organization_id, kind=kind, feed_name=feed_name)
        for organization_id, kind, feed_name in stating
    ]


def _state(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: str,
    key: Sequence[str],
    others: Sequence[str],
    as_of: dt.date | None,
) -> list[tuple[object, ...]]:
    """Rows of `key` and `others` in the state of a feed.

    The last full load that states the table, with the deltas after it; a load without the sheet states nothing.
    """
    columns = ", ".join(f't."{column}"' for column in (*key, *others))
    names, stated = (", ".join(f'"{column}"' for column in chosen) for chosen in (key, (*key, *others)))
    action = "lower(t.row_action)" if "row_action" in raw_tables()[table].columns else "null"
    return connection.execute(
        f"""
            with loads as (
                select load_id, mode, row_number() over (order by as_of, known_at, load_id) as place
                from raw.loads
                where organization_id = ? and kind = ? and feed_name = ? and status = 'loaded'
                    and as_of <= coalesce(?, as_of)
                    and load_id not in (select load_id from ops.withdrawals)
                    and load_id in ({_STATING.format(table=table)})
            ),
            stated as (
                select {columns}, {action} as row_action, loads.place
                from raw.{table} t inner join loads on loads.load_id = t._load_id
                where loads.place >= coalesce((select max(place) from loads where mode = 'full'), 0)
            )
            select {stated} from stated
            qualify row_number() over (partition by {names} order by place desc) = 1
                and coalesce(row_action, 'upsert') <> 'delete'
            """,
        [feed.organization_id, feed.kind, feed.feed_name, as_of, table],
    ).fetchall()


def _has_other_feeds(connection: duckdb.DuckDBPyConnection, feed: Feed) -> bool:
    found = connection.execute(
        "select 1 from raw.loads where organization_id = ? and kind = ? and feed_name <> ? and status = 'loaded' limit 1",
        [feed.organization_id, feed.kind, feed.feed_name],
    ).fetchone()
    return found is not None


def _owners(connection: duckdb.DuckDBPyConnection, feed: Feed, table: str, key: str) -> dict[str, str]:
    """The feed that stated each key first, of the keys that are not this feed's."""
    return dict(
        connection.execute(
            f"""
            select t."{key}", arg_min(l.feed_name, (l.known_at, l.load_id)) as owner
            from raw.{table} t inner join raw.loads l on l.load_id = t._load_id
            where l.organization_id = ? and l.kind = ? and l.status = 'loaded'
                and l.load_id not in (select load_id from ops.withdrawals)
            group by 1
            having owner <> ?
            """,
            [feed.organization_id, feed.kind, feed.feed_name],
        ).fetchall()
    )
