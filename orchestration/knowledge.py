"""What a feed knows before a file of it is read: the keys in its state, and the keys that belong to other feeds. Reading does not belong here.

Source: input-contracts 1.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from ingestion.contracts import raw_tables, workbook_contracts
from ingestion.feeds import Feed
from ingestion.references import Knowledge


def knowledge_of(connection: duckdb.DuckDBPyConnection, feed: Feed) -> Knowledge:
    """Keys by sheet: what a delta may refer to, and whose a key is when it is another feed's."""
    contract = workbook_contracts().get(feed.kind)
    if contract is None:
        return Knowledge()
    keyed = [sheet for sheet in contract.sheets if sheet.owns_table and len(sheet.key) == 1]
    keys = {}
    if feed.mode == "delta":
        for sheet in keyed:
            known = keys_in_state(connection, feed, sheet.table, sheet.key)
            keys[sheet.name] = frozenset(str(key) for (key,) in known)
    owners = {}
    if _has_other_feeds(connection, feed):
        for sheet in keyed:
            owners[sheet.name] = _owners(connection, feed, sheet.table, sheet.key[0])
    return Knowledge(keys, owners)


def keys_in_state(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: str,
    key: Sequence[str],
    as_of: dt.date | None = None,
) -> set[tuple[object, ...]]:
    """Keys of a raw table in the state of a feed, up to a business day.

    The last full load that states the table, with the deltas after it; a load without the sheet states nothing.
    """
    columns = ", ".join(f't."{column}"' for column in key)
    names = ", ".join(f'"{column}"' for column in key)
    action = "lower(t.row_action)" if "row_action" in raw_tables()[table].columns else "null"
    return set(
        connection.execute(
            f"""
            with loads as (
                select load_id, mode, row_number() over (order by as_of, known_at, load_id) as place
                from raw.loads
                where organization_id = ? and kind = ? and feed_name = ? and status = 'loaded'
                    and as_of <= coalesce(?, as_of)
                    and load_id not in (select load_id from ops.withdrawals)
                    and load_id in (select _load_id from raw.row_counts where table_name = ?)
            ),
            stated as (
                select {columns}, {action} as row_action, loads.place
                from raw.{table} t inner join loads on loads.load_id = t._load_id
                where loads.place >= coalesce((select max(place) from loads where mode = 'full'), 0)
            )
            select {names} from stated
            qualify row_number() over (partition by {names} order by place desc) = 1
                and coalesce(row_action, 'upsert') <> 'delete'
            """,
            [feed.organization_id, feed.kind, feed.feed_name, as_of, table],
        ).fetchall()
    )


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
