"""How old the newest day of each feed is, against how often the policy expects it. Whether its rows are good does not belong here.

Source: input-contracts 1.1 (feed, as-of date), 2.1 (ages of exchange rates and index levels).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.kinds import kinds
from orchestration.operations_policy import Days, OperationsPolicy

SHARED = "_shared"  # feeds that every organisation reads
FEEDS = """
    select
        l.organization_id, l.kind, l.feed_name, count(*) filter (l.status = 'loaded'),
        max(l.as_of) filter (l.status = 'loaded'), max(l.known_at) filter (l.status = 'loaded'),
        count(*) filter (l.status = 'held' and l.load_id > coalesce(g.load_id, '')),
        max_by(l.message, l.load_id) filter (l.status = 'held')
    from raw.loads as l
    left join (
        select organization_id, kind, feed_name, max(load_id) as load_id from raw.loads where status = 'loaded' group by all
    ) as g using (organization_id, kind, feed_name)
    where l.load_id not in (select load_id from ops.withdrawals)
      and l.kind is not null and l.organization_id is not null
    group by 1, 2, 3
    having count(*) filter (l.status in ('loaded', 'held')) > 0
    order by 1, 2, 3
"""


@dataclass(frozen=True)
class Feed:
    """`max_age` is None where nobody has declared how often the feed comes; `is_late` is None where that, or its newest day, is
    unknown. `reason` says why what is unknown is."""

    organization_id: str
    kind: str
    feed_name: str
    loads: int
    newest_as_of: dt.date | None
    known_at: dt.datetime | None
    age: int | None
    max_age: int | None
    days: Days | None
    source: str | None
    is_late: bool | None
    reason: str | None
    held_loads: int  # since the last one that was taken in
    held_message: str | None

    @property
    def name(self) -> str:
        return f"{self.kind}, {self.feed_name}" if self.feed_name != "main" else self.kind


def feeds(connection: duckdb.DuckDBPyConnection, policy: OperationsPolicy, today: dt.date) -> list[Feed]:
    """Every feed that was ever taken in or is held, in order."""
    striking = {o for (o,) in connection.execute("select distinct organization_id from ops.nav_runs").fetchall()}
    return [
        _feed(policy, today, row, bool(striking if row[0] == SHARED else row[0] in striking))
        for row in connection.execute(FEEDS).fetchall()
    ]


def _feed(policy: OperationsPolicy, today: dt.date, row: tuple[Any, ...], strikes_navs: bool) -> Feed:
    organization_id, kind, feed_name, loads, newest, known_at, held, held_message = row
    rule = policy.feed_rule(organization_id, kind, feed_name, strikes_navs)
    reason = None
    if rule is None:
        reason = f"the policy has no rule for {kinds()[kind].title if kind in kinds() else kind}"
    elif rule.max_age is None:
        reason = rule.source
    elif newest is None:
        reason = "nothing of it was taken in"
    age = None if rule is None or newest is None else rule.age(newest, today)
    max_age = None if rule is None else rule.max_age
    return Feed(
        organization_id, kind, feed_name, loads, newest, known_at, age, max_age,
        None if rule is None else rule.days,
        None if rule is None else rule.source,
        None if age is None or max_age is None else age > max_age,
        reason, held, held_message if held else None,
    )  # fmt: skip
