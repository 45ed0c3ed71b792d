"""Published strikes beside the version that is correct of each, out of the log of approvals. Judging the difference
does not belong here.

Source: nav 3 (Restatement), 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb

from calculations.nav.approval_log import Restatement
from calculations.nav.published_navs import PublishedNav
from calculations.nav.restatement import NavVersion
from orchestration.nav_approval_rows import LOG

DAY = "organization_id, product_id, valuation_date"
# Where every version with an accepted event stands, what it was drafted to replace, and what was last said to be
# wrong of it.
VERSIONS = f"""
    select {DAY}, version,
        arg_max(to_status, event_number) as status,
        max(restates_version) filter (where step = 'DRAFT') as restates_version,
        arg_max(restatement_id, event_number) filter (where step = 'RESTATE') as restatement_id,
        arg_max(cause, event_number) filter (where step = 'RESTATE') as cause,
        arg_max(first_bad_date, event_number) filter (where step = 'RESTATE') as first_bad_date
    from {LOG} where refusal is null group by all
"""
RUNS = "select * from ops.nav_runs"


def published_navs(
    connection: duckdb.DuckDBPyConnection,
    organization_id: str | None = None,
    product_id: str | None = None,
    runs: str = RUNS,
) -> Mapping[tuple[str, str], Sequence[PublishedNav]]:
    """What was published of each class and day, by organisation and product, days rising.

    The correct version is the one published in its place, else the newest strike among `runs` (SQL) that nobody
    rejected.
    """
    found: dict[tuple[str, str], list[PublishedNav]] = defaultdict(list)
    rows = connection.execute(_sql(runs), [organization_id, organization_id, product_id, product_id])
    for row in rows.to_arrow_table().to_pylist():
        found[row["organization_id"], row["product_id"]].append(_nav(row))
    return found


def _sql(runs: str) -> str:
    return f"""
        with versions as (
            select * from ({VERSIONS})
            where (? is null or organization_id = ?) and (? is null or product_id = ?)
        ),
        published as (select * from versions where status in ('PUBLISHED', 'SUPERSEDED')),
        newest as (
            select {DAY}, max(r.version) as version
            from ({runs}) as r left join versions as v using ({DAY}, version)
            where r.status = 'STRUCK' and v.status is distinct from 'REJECTED' group by all
        ),
        paired as (
            select p.*, r.version is not null as is_replaced,
                coalesce(r.version, greatest(p.version, n.version)) as correct_version
            from published as p
            left join published as r
                on p.organization_id = r.organization_id and p.product_id = r.product_id
                and p.valuation_date = r.valuation_date and p.version = r.restates_version
            left join newest as n
                on p.organization_id = n.organization_id and p.product_id = n.product_id
                and p.valuation_date = n.valuation_date
        )
        select p.*, s.share_class_id, s.currency,
            coalesce(s.swung_nav_per_share, s.nav_per_share) as published_nav,
            coalesce(c.swung_nav_per_share, c.nav_per_share) as correct_nav
        from paired as p
        inner join ops.nav_strikes as s using ({DAY}, version)
        left join ops.nav_strikes as c
            on p.organization_id = c.organization_id and p.product_id = c.product_id
            and p.valuation_date = c.valuation_date and p.correct_version = c.version
            and s.share_class_id = c.share_class_id
        where coalesce(s.swung_nav_per_share, s.nav_per_share) is not null
        order by p.organization_id, p.product_id, p.valuation_date, s.share_class_id, p.version
    """


def _nav(row: Mapping[str, Any]) -> PublishedNav:
    day, correct = row["valuation_date"], row["correct_nav"]
    stated = None
    if row["restatement_id"] is not None:
        stated = Restatement(row["restatement_id"], row["cause"], row["first_bad_date"])
    return PublishedNav(
        share_class_id=row["share_class_id"],
        currency=row["currency"],
        publisher="WEIR",
        published=NavVersion(day, row["version"], Decimal(row["published_nav"])),
        correct=None if correct is None else NavVersion(day, row["correct_version"], Decimal(correct)),
        restatement=stated,
        is_replaced=row["is_replaced"],
    )
