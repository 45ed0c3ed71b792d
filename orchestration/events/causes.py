"""What an event was learned from: the load taken in or withdrawn at its instant, else the run. Deriving events does not belong here.

Source: input-contracts 1.1 (what is gone occurred on the as-of date of the load that states it no more), 2.4.
"""

from __future__ import annotations

import duckdb

from ingestion.feeds import SHARED


def give_causes(connection: duckdb.DuckDBPyConnection, staged: str) -> None:
    """Add cause and load_id to the rows of temporary table `staged`, and say when what nothing dates occurred.

    Of loads known at one instant the one that states the row is told, then one of the source's kinds, then one of the organisation's
    own. An event that restates what was told of an instant before was learned from a run.
    """
    connection.execute(
        f"""
        create or replace temp table _learned as
        with learned as (
            select known_at as instant, 'LOAD' as cause, load_id, organization_id, kind, as_of
            from raw.loads where status = 'loaded'
            union all
            select w.withdrawn_at, 'WITHDRAWAL', l.load_id, l.organization_id, l.kind, null
            from ops.withdrawals as w inner join raw.loads as l using (load_id)
        ),
        asked as (
            select distinct organization_id, known_at, row_load_id, kinds from {staged} where not is_restated
        )
        select a.*, l.cause, l.load_id, l.as_of
        from asked as a
        inner join learned as l on a.known_at = l.instant and l.organization_id in (a.organization_id, '{SHARED}')
        qualify row_number() over (
            partition by a.organization_id, a.known_at, a.row_load_id, a.kinds
            order by coalesce(l.load_id = a.row_load_id, false) desc, list_contains(a.kinds, l.kind) desc,
                l.organization_id = a.organization_id desc, l.load_id desc
        ) = 1
        """
    )
    connection.execute(
        f"""
        create or replace temp table {staged} as
        with stated as (select load_id as row_load_id, as_of as row_as_of from raw.loads)
        select s.* exclude (occurred_at),
            coalesce(l.cause, 'RUN') as cause, l.load_id,
            coalesce(
                s.occurred_at,
                case when s.is_as_of or s.state_hash is null then coalesce(
                    case when s.state_hash is not null then d.row_as_of end, l.as_of
                ) end,
                s.known_at
            ) as occurred_at
        from {staged} as s
        left join _learned as l
            on s.organization_id = l.organization_id and s.known_at = l.known_at and s.kinds = l.kinds
            and s.row_load_id is not distinct from l.row_load_id and not s.is_restated
        left join stated as d on s.row_load_id = d.row_load_id
        """
    )
