"""How long the published warehouse takes to answer: the queries that the policy names, timed one by one as BI asks them, with
the opening of the copy in each time. What times are too long is the policy's.

Source: fund-admin 1.12 (alert at a 95th percentile above 5 s, or an error rate above 5 %).
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append_rows, open_publication

TABLE = "ops.response_times"


@dataclass(frozen=True)
class ResponseTime:
    """One query that was asked; `message` says why it was not answered."""

    measured_at: dt.datetime
    publication_id: str
    query_name: str
    seconds: float
    message: str | None = None

    @property
    def is_answered(self) -> bool:
        return self.message is None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least of the values that at least `share` of them do not exceed (nearest rank); None of none."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def measure(publication: Path, queries: Mapping[str, str]) -> list[ResponseTime]:
    """Ask each query once of the copy in folder `publication`. One that fails is timed up to its failure."""
    name = publication.resolve().name
    return [_asked(publication, name, query, sql) for query, sql in queries.items()]


def _asked(publication: Path, publication_id: str, query_name: str, sql: str) -> ResponseTime:
    now, started, message = utc_now(), time.perf_counter(), None
    try:
        with open_publication(publication) as connection:
            connection.execute(sql).fetchall()
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
    return ResponseTime(now, publication_id, query_name, time.perf_counter() - started, message)


def record(warehouse: Warehouse, run_id: str, times: Sequence[ResponseTime]) -> None:
    """Append times to ops.response_times."""
    rows = [
        {
            "measured_at": each.measured_at,
            "run_id": run_id,
            "publication_id": each.publication_id,
            "query_name": each.query_name,
            "seconds": each.seconds,
            "is_answered": each.is_answered,
            "message": each.message,
        }
        for each in times
    ]
    with warehouse.transaction() as connection:
        append_rows(connection, TABLE, rows)


def recorded(connection: duckdb.DuckDBPyConnection, since: dt.datetime) -> list[ResponseTime]:
    """Times measured since an instant (UTC)."""
    rows = connection.execute(
        f"select measured_at, publication_id, query_name, seconds, message from {TABLE} where measured_at >= ? order by 1",
        [since],
    ).fetchall()
    return [ResponseTime(*row) for row in rows]
