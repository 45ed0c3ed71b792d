"""What a person reads after a run, and at any time. What it shows is kept in the warehouse; how it fits a terminal is elsewhere's."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from orchestration.holds import ENTITY_STATUSES
from orchestration.run_lock import WarehouseBusy
from orchestration.running import RunReport
from orchestration.settings import Settings, shown
from orchestration.terminal import Entry, print_entries, print_table, print_wrapped
from orchestration.warehouse import Warehouse

# Rows of a full load that a newer one of its feed has replaced are history: nobody can correct them any more.
QUARANTINED_NOW = """
    select
        l.file_name,
        (select sum(c.rows_quarantined) from raw.row_counts as c where c._load_id = l.load_id),
        arg_min(r.message, (r._sheet, r._row)),
        count(*)
    from raw.rejected_rows as r
    inner join raw.loads as l on r._load_id = l.load_id
    where not exists (
        select 1 from raw.loads as newer
        where newer.status = 'loaded' and newer.mode = 'full'
          and (newer.organization_id, newer.kind, newer.feed_name) = (l.organization_id, l.kind, l.feed_name)
          and (newer.as_of, newer.known_at, newer.load_id) > (l.as_of, l.known_at, l.load_id)
          and newer.load_id not in (select load_id from ops.withdrawals)
    )
    group by l.load_id, l.file_name
    order by l.file_name, l.load_id
"""
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
        return _print_concerns(console, settings, Warehouse(settings.warehouse_path))
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
    clean = _print_concerns(console, settings, warehouse) and not report.waiting
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


def _print_concerns(console: Console, settings: Settings, warehouse: Warehouse) -> bool:
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
        "select f.outcome, f.file_name, f.message, l.advice from ops.inbox_files f left join raw.loads l using (load_id) "
        "where f.outcome in ('rejected', 'held') "
        "qualify row_number() over (partition by f.file_name order by f.seen_at desc) = 1 order by 2"
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
    quarantined = warehouse.rows(QUARANTINED_NOW)
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


def print_status(console: Console, settings: Settings) -> None:
    """Print the state of a home without changing it."""
    if not settings.warehouse_path.exists():
        print_wrapped(console, f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one.")
        return
    published = settings.published_link.resolve().name if settings.published_link.exists() else "nothing"
    console.print(f"Published: {published}")
    try:
        warehouse = Warehouse(settings.warehouse_path, open_attempts=1)
        last = warehouse.rows(
            "select publication_id, published_at from ops.publications order by published_at desc limit 5"
        )
        loads = warehouse.rows(
            "select organization_id, kind, feed_name, count(*), max(as_of), strftime(max(known_at), '%Y-%m-%d %H:%M') from raw.loads "
            "where status = 'loaded' group by 1, 2, 3 order by 1, 2, 3"
        )
    except WarehouseBusy:
        print_wrapped(
            console, "A run is in progress and holds the warehouse; the published files can be read meanwhile."
        )
        return
    publications = [(name, f"{moment:%Y-%m-%d %H:%M:%S}") for name, moment in last]
    if publications:
        print_table(console, "Publications", ("publication", "published at"), {"": publications})
    if loads:
        print_table(console, "Feeds", ("feed", "loads", "newest as of", "known at"), _by_feed(loads))
    _print_concerns(console, settings, warehouse)
