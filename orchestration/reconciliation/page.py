"""The page of a publication that says whether its loads are what their files say. How it is judged stands in the marts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import duckdb

from orchestration.reconciliation.judged import ITEMS, SUMMARY, in_words, plain
from orchestration.reports import STYLE
from orchestration.tenancy import SHARED

NAME = "reconciliation.html"
SHOWN = 200  # differences of a load
LEVELS = {1: "Cells", 2: "Records", 3: "Rules", 4: "Results"}
COLOURS = """
.MATCHED { background: #e2f3e6 } .DIFFERENT { background: #fbe3e1; font-weight: 600 }
.NOT_COMPARABLE { background: #f0f2f4; color: #53616d } .NOT_YET_COMPARED { background: #fdf3d7 }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem }
td small { color: #53616d; font-weight: 400 }
"""
WORDS = {
    "MATCHED": "matched",
    "DIFFERENT": "different",
    "NOT_COMPARABLE": "not comparable",
    "NOT_YET_COMPARED": "not yet compared",
}


def reconciliation_page(connection: duckdb.DuckDBPyConnection, organization: str | None) -> str:
    """One HTML page of the loads of `organization` and of the house's shared ones, of every load for none.

    A row per load with the verdict of each level, newest first; then the differences of each load, and why what was not compared
    was not.
    """
    # Whose loads a reader may see is the same question as whose rows. Source: input-contracts 2.5.
    owners = [organization, SHARED]
    own = "(?1 is null or list_contains(?2, organization_id))"
    levels = connection.execute(
        "select load_id, file_name, kind, event_date, level, verdict, matched_count, different_count, not_comparable_count, "
        f"not_yet_compared_count from {SUMMARY} where {own} order by load_id desc, level",
        [organization, owners],
    ).fetchall()
    items = connection.execute(
        "select load_id, level_name, item, expected, found, difference, relative_difference, reason, "
        "count(*) over (partition by load_id) as n, row_number() over (partition by load_id order by level, item) as place "
        f"from {ITEMS} where outcome = 'DIFFERENT' and {own} "
        f"qualify place <= {SHOWN} order by load_id desc, place",
        [organization, owners],
    ).fetchall()
    reasons = connection.execute(
        "select reason, count(distinct load_id), count(*), outcome, level_name from "
        f"{ITEMS} where level < 4 and outcome in ('NOT_COMPARABLE', 'NOT_YET_COMPARED') and {own} "
        "group by reason, outcome, level_name order by level_name, outcome, reason",
        [organization, owners],
    ).fetchall()
    loads: dict[str, tuple[Any, ...]] = {}
    verdicts: dict[str, dict[int, tuple[str, str]]] = {}
    for load, file, kind, day, level, verdict, *counts in levels:
        loads[load] = (file, kind, day)
        verdicts.setdefault(load, {})[level] = (verdict, in_words(*counts))
    matched = sum(all(verdict == "MATCHED" for verdict, _ in each.values()) for each in verdicts.values())
    different = sum(any(verdict == "DIFFERENT" for verdict, _ in each.values()) for each in verdicts.values())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reconciliation of loads</title><style>{STYLE}{COLOURS}</style></head><body>
<h1>Reconciliation of loads</h1>
<p>{len(loads)} loads: {matched} match on every level, {different} differ on one at least. Cells are compared with the file by a
second reader; records by counts and keys; rules by critical breaches, of which none is expected; results as the file states them with
those computed here, within 0.001 %.</p>
<h2>Loads</h2>{_summary(loads, verdicts)}
<h2>Differences</h2>{_differences(loads, items)}
<h2>Not compared</h2>{_reasons(reasons)}
</body></html>
"""


def _summary(loads: dict[str, tuple[Any, ...]], verdicts: dict[str, dict[int, tuple[str, str]]]) -> str:
    if not loads:
        return "<p>No load is in force.</p>"
    rows = []
    for load, (file, kind, day) in loads.items():
        cells = [f"<td>{html.escape(file)}<br><small>{load}</small></td><td>{kind}</td><td>{day or ''}</td>"]
        for level in LEVELS:
            verdict, counts = verdicts[load].get(level, ("NOT_YET_COMPARED", "nothing to compare"))
            cells.append(f'<td class="{verdict}">{WORDS[verdict]}<br><small>{counts}</small></td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return _table(["file", "kind", "as of", *LEVELS.values()], rows)


def _differences(loads: dict[str, tuple[Any, ...]], items: Sequence[tuple[Any, ...]]) -> str:
    if not items:
        return "<p>Nothing differs.</p>"
    parts: list[str] = []
    for load in dict.fromkeys(item[0] for item in items):
        own = [item for item in items if item[0] == load]
        total = own[0][8]
        left_out = f" The first {SHOWN} of {total:,}." if total > SHOWN else ""
        rows = [
            f"<tr><td>{level}</td><td>{html.escape(item)}</td>"
            + "".join(f'<td class="number">{plain(each)}</td>' for each in (expected, found, difference))
            + f'<td class="number">{"" if share is None else f"{share:.4%}"}</td><td>{html.escape(reason or "")}</td></tr>'
            for _, level, item, expected, found, difference, share, reason, *_ in own
        ]
        parts.append(f"<h3>{html.escape(loads[load][0])}</h3><p><small>{load}.{left_out}</small></p>")
        parts.append(_table(["level", "item", "expected", "found", "difference", "share", "where and why"], rows))
    return "".join(parts)


def _reasons(reasons: Sequence[tuple[Any, ...]]) -> str:
    if not reasons:
        return "<p>Every load was compared on cells, records and rules.</p>"
    rows = [
        f'<tr><td>{level}</td><td class="{outcome}">{WORDS[outcome]}</td><td class="number">{loads}</td>'
        f"<td>{html.escape(reason or '')}</td></tr>"
        for reason, loads, _, outcome, level in reasons
    ]
    return _table(["level", "", "loads", "why"], rows)


def _table(headers: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{html.escape(each)}</th>" for each in headers)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
