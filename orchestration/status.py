"""What a person reads after a run. What it shows is kept in the warehouse; what `weir status` shows is status_printing's; how it
fits a terminal is elsewhere's.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from orchestration.health import QUARANTINED_NOW
from orchestration.holds import ENTITY_STATUSES
from orchestration.running import RunReport
from orchestration.settings import Settings, shown
from orchestration.terminal import Entry, print_entries, print_table, print_wrapped
from orchestration.warehouse import Warehouse

FILES_OF_RUNS = """
    with counted as (
        select _load_id, sum(rows_staged) as staged, sum(rows_quarantined) as quarantined from raw.row_counts group by 1
    )
    select l.organization_id, l.kind, l.feed_name, count(*), max(l.as_of), sum(c.staged), sum(c.quarantined)
    from ops.inbox_files as f
    inner join raw.loads as l using (load_id)
    left join counted as c on c._load_id = l.load_id
    where list_contains(?, f.run_id) and f.outcome = 'loaded'
    group by 1, 2, 3
    order by 1, 2, 3
"""
NOT_NEW = """
    select outcome, file_name, message
    from ops.inbox_files
    where list_contains(?, run_id) and outcome = 'duplicate'
    order by seen_at
"""


def _by_feed(rows: Sequence[tuple[object, ...]]) -> dict[str, list[tuple[object, ...]]]:
    """Rows that begin with organisation, kind and feed, by organisation, each with the name of its feed first."""
    groups: dict[str, list[tuple[object, ...]]] = {}
    for organization_id, kind, feed_name, *figures in rows:
        name = f"{kind}, {feed_name}" if feed_name != "main" else str(kind)
        groups.setdefault(str(organization_id), []).append((name, *figures))
    return groups


def _about(name: str, message: str) -> str:
    """A message that stands below the name of its file, without saying it again."""
    return message.removeprefix(name).lstrip(",: ")


def print_run(console: Console, settings: Settings, report: RunReport) -> bool:
    """Print what a run did; returns False when anything is held, refused, quarantined or waiting."""
    if report.nothing_new:
        print_wrapped(console, f"Nothing new: {shown(settings.published_link)} is up to date ({report.published}).")
        return print_concerns(console, settings, Warehouse(settings.warehouse_path))
    warehouse = Warehouse(settings.warehouse_path)
    loaded = warehouse.rows(FILES_OF_RUNS, [report.run_ids])
    if loaded:
        columns = ("files taken in", "files", "as of", "rows", "quarantined")
        print_table(console, "Files", columns, _by_feed([(*row[:6], row[6] or None) for row in loaded]))
    not_new = warehouse.rows(NOT_NEW, [report.run_ids])
    if not_new:
        print_entries(
            console, "Files that say nothing new", ((mark, name, (_about(name, why),)) for mark, name, why in not_new)
        )
    for message in report.waiting:
        print_wrapped(console, message, style="yellow")
    clean = print_concerns(console, settings, warehouse) and not report.waiting
    seconds = [(stage, took) for stage, took in report.seconds.items() if took >= 0.1]
    print_table(console, "Time", ("stage", "seconds"), {"": seconds})
    if report.failure is not None:
        console.print()
        print_wrapped(console, f"Not published: {report.failure}", style="red")
        print_wrapped(console, f"{shown(settings.published_link)} still shows {report.published or 'nothing'}.")
        return False
    console.print()
    published = f"Published {shown(settings.published_link / 'warehouse.duckdb')} ({report.published})."
    print_wrapped(console, published, style="green")
    if report.seconds_from_drop is not None and (loaded or not_new):
        console.print(f"From the newest file's arrival to its publication: {report.seconds_from_drop:.0f} s.")
    return clean


def print_concerns(console: Console, settings: Settings, warehouse: Warehouse) -> bool:
    """Everything that somebody has to look at; returns False when there is anything."""
    holds = warehouse.rows(
        f"select status, organization_id || ' ' || entity_type || ' ' || entity_id, held_since, message from {ENTITY_STATUSES} "
        "qualify row_number() over (partition by organization_id, entity_type, entity_id order by recorded_at desc) = 1 "
        "and status <> 'current' order by organization_id, entity_type, entity_id"
    )
    if holds:
        held: list[Entry] = [
            (status.replace("_", " "), entity if since is None else f"{entity}, since {since:%Y-%m-%d %H:%M}", (why,))
            for status, entity, since, why in holds
        ]
        print_entries(console, "Held", held)
    refused = warehouse.rows(
        "select f.outcome, f.file_name, f.message, l.advice from (select * from ops.inbox_files "
        "qualify row_number() over (partition by file_name order by seen_at desc) = 1) as f "
        "left join raw.loads l using (load_id) where f.outcome in ('rejected', 'held') order by 2"
    )
    # A file that its sender took away again is no concern any more; raw.loads keeps what became of it.
    # A name that could not be decoded is not found again by its text and stays listed.
    refused = [row for row in refused if "\ufffd" in row[1] or (settings.inbox_path / row[1]).exists()]
    if refused:
        missed: list[Entry] = [(outcome, name, (_about(name, why), advice)) for outcome, name, why, advice in refused]
        print_entries(console, "Files not taken in", missed)
    checks = warehouse.rows(
        "select severity, asset || ' ' || check_name, status, observed from ops.quality_results "
        "where run_id = (select max_by(run_id, checked_at) from ops.quality_results) and not passed and severity <> 'info' "
        "and entity_id is null order by severity, asset, check_name"
    )
    if checks:
        failed: list[Entry] = [
            (severity, check, (": ".join(filter(None, (status, observed))),))
            for severity, check, status, observed in checks
        ]
        print_entries(console, "Checks that did not pass", failed)
    quarantined = [row[1:] for row in warehouse.rows(QUARANTINED_NOW)]
    if quarantined:
        wrong: list[Entry] = [
            (
                str(rows),
                name,
                (_about(name, first), f"and {breaches - 1} more in raw.rejected_rows" if breaches > 1 else None),
            )
            for name, rows, first, breaches in quarantined
        ]
        print_entries(console, "Rows quarantined now, by file", wrong)
    return not holds and not refused and not quarantined
