"""What the marts say of loads, level by level, for people to read. How it is judged stands in the marts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from orchestration.warehouse import Warehouse

ITEMS, SUMMARY = "marts.fact_load_reconciliation", "marts.fact_load_reconciliation_summary"


@dataclass(frozen=True)
class Level:
    """One level of one load. `counts` says in words how many items came to what."""

    level: int
    name: str
    verdict: str
    counts: str


@dataclass(frozen=True)
class Judged:
    """One load: its levels in order, and every difference in words."""

    load_id: str
    file_name: str
    levels: tuple[Level, ...]
    differences: tuple[str, ...]


def judged(warehouse: Warehouse, load_ids: Sequence[str]) -> list[Judged]:
    """What the marts in place say of the loads; nothing of a load, or of any, that they do not know yet."""
    with warehouse.connect() as connection:
        known = connection.execute(
            "select 1 from duckdb_views() where view_name = 'fact_load_reconciliation'"
        ).fetchone()
        return _judged(connection, load_ids) if known else []


def _judged(connection: duckdb.DuckDBPyConnection, load_ids: Sequence[str]) -> list[Judged]:
    levels: dict[str, list[Level]] = {}
    names: dict[str, str] = {}
    for load, file, level, name, verdict, *counts in connection.execute(
        "select load_id, file_name, level, level_name, verdict, matched_count, different_count, not_comparable_count, "
        f"not_yet_compared_count from {SUMMARY} where list_contains(?, load_id) order by load_id, level",
        [list(load_ids)],
    ).fetchall():
        names[load] = file
        levels.setdefault(load, []).append(Level(level, name, verdict, in_words(*counts)))
    differences: dict[str, list[str]] = {}
    for load, *rest in connection.execute(
        f"select load_id, level, item, expected, found, reason from {ITEMS} "
        "where outcome = 'DIFFERENT' and list_contains(?, load_id) order by load_id, level, item",
        [list(load_ids)],
    ).fetchall():
        differences.setdefault(load, []).append(_told(*rest))
    return [Judged(load, names[load], tuple(levels[load]), tuple(differences.get(load, ()))) for load in levels]


def in_words(matched: int, different: int, not_comparable: int, not_yet_compared: int) -> str:
    """How many items came to what, without those that none did."""
    counts = {
        "match": matched,
        "differ": different,
        "not comparable": not_comparable,
        "not yet compared": not_yet_compared,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing to compare"


def plain(number: Decimal | None) -> str:
    """A number without the zeros that its scale adds, thousands apart; nothing for none."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _told(level: int, item: str, expected: Decimal | None, found: Decimal | None, reason: str | None) -> str:
    text = f"{level} {item}: expected {plain(expected)}, found {plain(found)}"
    return f"{text}; {reason}" if reason else text
