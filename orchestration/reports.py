"""Reports of the publication itself: what was checked and what a reader should know. Figures live in the marts."""

from __future__ import annotations

import html

from orchestration.warehouse import Warehouse

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b2733 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #d9e0e6; vertical-align: top; overflow-wrap: anywhere }
th { white-space: nowrap } td { min-width: 4.5em }
th { background: #f3f6f8 } .failed, .broken, .held, .rejected { color: #a3211b; font-weight: 600 }
"""


def _table(headers: list[str], rows: list[tuple[object, ...]], nothing: str) -> str:
    if not rows:
        return f"<p>{html.escape(nothing)}</p>"
    head = "".join(f"<th>{html.escape(h)}</th>" for h in headers)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{html.escape(str(v))}">{html.escape("" if v is None else str(v))}</td>' for v in row)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def quality_report(warehouse: Warehouse, run_id: str) -> str:
    """One HTML page: entities held, files refused or held, rows quarantined, checks that did not pass."""
    holds = warehouse.rows(
        "select organization_id, entity_type, entity_id, status, held_since, rule_code, message from marts.entity_status "
        "where status <> 'current' order by 1, 2, 3"
    )
    files = warehouse.rows(
        "select file_name, status, reason_code, message, advice from raw.loads where status <> 'loaded' order by load_id desc"
    )
    quarantined = warehouse.rows(
        "select l.file_name, r._sheet, r._row, r._column, r.reason_code, r.message from raw.rejected_rows r "
        "join raw.loads l on l.load_id = r._load_id order by l.load_id desc, r._sheet, r._row limit 500"
    )
    checks = warehouse.rows(
        "select asset, check_name, severity, scope, status, observed, message from ops.quality_results "
        "where run_id = ? and not passed order by case severity when 'critical' then 0 when 'warning' then 1 else 2 end, 1, 2",
        [run_id],
    )
    total = warehouse.rows(
        "select count(*), count(*) filter (passed) from ops.quality_results where run_id = ?", [run_id]
    )
    ran, passed = total[0]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Data quality</title><style>{STYLE}</style></head><body>
<h1>Data quality of this publication</h1>
<p>{ran} checks ran, {passed} passed.</p>
<h2>Held entities</h2>{_table(["organisation", "type", "entity", "status", "since", "rule", "why"], holds, "Every entity is current.")}
<h2>Files not taken in</h2>{_table(["file", "status", "reason", "message", "what to do"], files, "Every file was taken in.")}
<h2>Quarantined rows</h2>{_table(["file", "sheet", "row", "column", "reason", "message"], quarantined, "No row is quarantined.")}
<h2>Checks that did not pass</h2>{_table(["relation", "check", "severity", "scope", "status", "observed", "meaning"], checks, "Every check passed.")}
</body></html>
"""
