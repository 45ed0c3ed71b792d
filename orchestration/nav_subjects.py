"""Strikes as their approvers see them: every version with the hash of all its rows, the rules that failed, how far it moved. Deciding
and keeping approvals do not belong here.

Source: nav 5, 6.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from calculations.nav.approval_log import Day, StruckVersion
from orchestration.assets.nav_rows import COMPONENTS, RUNS, STRIKES, VALIDATIONS
from orchestration.warehouse import own_tables

Struck = Mapping[tuple[Day, int], StruckVersion]


def _digits(relation: str, alias: str) -> str:
    """SQL: all of a row as one text, each value under its column's name and length, so that no two rows share one.

    What is NULL is left out: a column that a table gains later leaves the rows of before as they were.
    """
    values = (
        f"'{column}=' || length(({alias}.\"{column}\")::varchar) || ':' || ({alias}.\"{column}\")::varchar"
        for column in sorted(own_tables()[relation])
    )
    return f"concat_ws('|', {', '.join(values)})"


def _hashed(relation: str, alias: str) -> str:
    """SQL: one hash of a group of rows, whatever their order; a row that stands twice counts twice."""
    digits = f"sha256({_digits(relation, alias)})"
    return f"sha256(string_agg({digits}, ';' order by {digits}))"


DAY = "organization_id, product_id, valuation_date"
OF_DAYS = "(? is null or {0}.organization_id = ?) and (? is null or {0}.product_id = ?)"


def _sql() -> str:
    return f"""
        with runs as (
            select r.*, {_digits(RUNS, "r")} as digits from {RUNS} as r
            where r.status = 'STRUCK' and r.version is not null and {OF_DAYS.format("r")}
        ),
        classes as (
            select {DAY}, version, {_hashed(STRIKES, "s")} as digits from {STRIKES} as s
            where {OF_DAYS.format("s")} group by all
        ),
        lines as (
            select {DAY}, version, {_hashed(COMPONENTS, "c")} as digits,
                bool_or(c.price_type = 'OVERRIDE') as is_override_used
            from {COMPONENTS} as c where {OF_DAYS.format("c")} group by all
        ),
        -- a strike may come back after another one: its verdicts are those of the same knowledge, and are the same
        judged as (select distinct * from {VALIDATIONS} as v where {OF_DAYS.format("v")}),
        verdicts as (
            select {DAY}, strike_id, known_at, {_hashed(VALIDATIONS, "v")} as digits,
                list(distinct v.rule_code order by v.rule_code)
                    filter (where v.outcome = 'FAILED' and v.severity = 'critical') as failed_rules,
                list(distinct v.rule_code order by v.rule_code)
                    filter (where v.outcome = 'FAILED' and v.severity = 'warning') as warnings,
                max(abs(v.actual)) filter (where v.rule_code = 'NAV_JUMP_MAX_PCT') as move,
                bool_and(v.outcome = 'NOT_APPLICABLE' or v.actual is not null)
                    filter (where v.rule_code = 'NAV_JUMP_MAX_PCT') as is_move_known,
                bool_or(v.rule_code = 'PRICE_OVERRIDE_OPEN' and v.outcome = 'FAILED') as is_override_open
            from judged as v group by all
        )
        select r.organization_id, r.product_id, r.valuation_date, r.version, r.strike_id, r.struck_at,
            sha256(concat_ws(';', r.strike_id, sha256(r.digits), 'classes', classes.digits, 'lines', lines.digits,
                'verdicts', verdicts.digits)) as content_hash,
            coalesce(verdicts.failed_rules, []) as failed_rules,
            coalesce(verdicts.warnings, []) as warnings,
            verdicts.strike_id is not null as is_judged,
            verdicts.move,
            coalesce(verdicts.is_move_known, false) as is_move_known,
            coalesce(lines.is_override_used, false) or coalesce(verdicts.is_override_open, false) as is_override_used,
            max(r.version) over (partition by r.organization_id, r.product_id, r.valuation_date) as latest_version
        from runs as r
        left join classes using ({DAY}, version)
        left join lines using ({DAY}, version)
        left join verdicts using ({DAY}, strike_id, known_at)
        order by r.organization_id, r.product_id, r.valuation_date, r.version, r.struck_at
    """


def struck_versions(
    connection: duckdb.DuckDBPyConnection, organization_id: str | None = None, product_id: str | None = None
) -> Struck:
    """Every version that is struck, of all products, or of those of an organisation or of an id."""
    return {key: struck for key, (struck, _) in _read(connection, organization_id, product_id).items()}


def struck_with_instants(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Struck, Mapping[Day, Sequence[tuple[dt.datetime, int]]]]:
    """Every version that is struck, and when each of a day was (UTC)."""
    found = _read(connection, None, None)
    instants: dict[Day, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for (day, version), (_, struck_at) in found.items():
        instants[day].append((struck_at.replace(tzinfo=dt.UTC), version))
    return {key: struck for key, (struck, _) in found.items()}, instants


def _read(
    connection: duckdb.DuckDBPyConnection, organization_id: str | None, product_id: str | None
) -> dict[tuple[Day, int], tuple[StruckVersion, dt.datetime]]:
    of_days = [organization_id, organization_id, product_id, product_id]
    rows = connection.execute(_sql(), of_days * 4).to_arrow_table().to_pylist()
    return {(_day(row), row["version"]): (_struck(row), row["struck_at"]) for row in rows}


def _day(row: Mapping[str, Any]) -> Day:
    return Day(row["organization_id"], row["product_id"], row["valuation_date"])


def _struck(row: Mapping[str, Any]) -> StruckVersion:
    names = ("version", "strike_id", "content_hash", "latest_version", "is_judged", "move", "is_move_known")
    return StruckVersion(
        day=_day(row),
        failed_rules=tuple(row["failed_rules"]),
        warnings=tuple(row["warnings"]),
        is_override_used=row["is_override_used"],
        **{name: row[name] for name in names},
    )
