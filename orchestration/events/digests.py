"""What one row of the audit trail says of many events, and whether it still holds. Writing such rows is audited's."""

from __future__ import annotations

import duckdb

from orchestration.events.store import EVENTS
from orchestration.sealed_log import AUDIT_TRAIL, Breach

DIGEST = "events"  # entity type of a row that stands for many
SAID = "sha256(string_agg(concat_ws('|', event_id, event_type, event_data), ';' order by event_number))"


def breaches(connection: duckdb.DuckDBPyConnection) -> list[Breach]:
    """Rows of the trail whose events are no longer those that they were written of."""
    found = connection.execute(
        f"""
        with told as (
            select entry_number, organization_id, entity_id as aggregate_type, correlation_id as caused_by,
                changes ->> '$.first[1]' as first, changes ->> '$.last[1]' as last, changes ->> '$.sha256[1]' as sha256
            from {AUDIT_TRAIL.table} where entity_type = ? and action = 'UPDATE'
        ),
        now as (
            select t.entry_number, {SAID} as sha256
            from told as t
            inner join {EVENTS} as e
                on e.event_number between t.first::bigint and t.last::bigint and e.organization_id = t.organization_id
                and e.aggregate_type = t.aggregate_type and coalesce(e.load_id, e.run_id) = t.caused_by
            group by 1
        )
        select entry_number from told left join now using (entry_number)
        where told.sha256 is distinct from now.sha256 order by 1
        """,
        [DIGEST],
    ).fetchall()
    return [Breach(number, f"the events that entry {number} seals are not as they were written") for (number,) in found]
