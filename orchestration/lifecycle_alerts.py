"""Tells people of milestones, due dates and late calls, each event once. What such an event is does not belong here.

Source: fund-admin 1.9, row milestones; 1.4 CC-6.
"""

from __future__ import annotations

import duckdb

from orchestration.alerts import Alert, Kind
from orchestration.clock import utc_now

SEVERITIES = {"MILESTONE": "info", "REMINDER": "warning", "ESCALATION": "critical"}
TITLES = {"MILESTONE": "paid milestones", "REMINDER": "due dates ahead", "ESCALATION": "late payments"}
SHOWN = 5
UNTOLD = """
    select e.organization_id, e.event_id from marts.fact_lifecycle_events as e
    anti join ops.lifecycle_alerts as a on e.organization_id = a.organization_id and e.event_id = a.event_id
"""
NEWS = f"""
    select e.organization_id, e.fund_id, e.event_kind, count(*),
        string_agg(concat(e.entity_type, ' ', e.entity_id, ' ', e.event_date, ': ', e.message), '; '
            order by e.event_date desc, e.entity_id) filter (where place <= {SHOWN})
    from (
        select *, row_number() over (
            partition by organization_id, fund_id, event_kind order by event_date desc, entity_id, event_id
        ) as place
        from marts.fact_lifecycle_events
        where is_news and (organization_id, event_id) in ({UNTOLD})
    ) as e
    group by all
    order by 1, 2, 3
"""


def news_of_lifecycle(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[Alert]:
    """One alert a fund and kind of event, of the events that nobody was told of; once the caller's transaction commits, they are
    told.

    What is no news, the milestones of a feed's first workbook, counts as told.
    """
    built = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'fact_lifecycle_events'"
    ).fetchall()
    if not built:
        return []
    news = connection.execute(NEWS).fetchall()
    connection.execute(f"insert into ops.lifecycle_alerts select *, ?, ? from ({UNTOLD})", [utc_now(), run_id])
    return [
        Alert(
            SEVERITIES[kind],
            f"{count} {TITLES[kind]}: {fund} of {organization}",
            listed if count <= SHOWN else f"{listed}; and {count - SHOWN} more, in fact_lifecycle_events",
            Kind.LIFECYCLE,
            organization,
            fund,
            f"{kind} of {run_id}",
            is_news=True,
        )
        for organization, fund, kind, count, listed in news
    ]
