"""Tables a person reads after a run, and at any time. What they show is kept in the warehouse."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.holds import ENTITY_STATUSES
from orchestration.run_lock import WarehouseBusy
from orchestration.running import RunReport
from orchestration.settings import Settings, shown
from orchestration.warehouse import Warehouse

# Rows of a full load that a newer one of its feed has replaced are history: nobody can correct them any more.
QUARANTINED_NOW = """
    select count(*)
    from raw.rejected_rows as r
    inner join raw.loads as l on r._load_id = l.load_id
    where not exists (
        select 1 from raw.loads as newer
        where newer.status = 'loaded' and newer.mode = 'full'
          and (newer.organization_id, newer.kind, newer.feed_name) = (l.organization_id, l.kind, l.feed_name)
          and (newer.as_of, newer.known_at, newer.load_id) > (l.as_of, l.known_at, l.load_id)
          and newer.load_id not in (select load_id from ops.withdrawals)
    )
"""


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table of `rows`; a column in which no row says anything is left out."""
    table = Table(title=title, title_justify="left", title_style="bold")
    shown = [i for i in range(len(columns)) if any(row[i] not in (None, "") for row in rows)]
    for i in shown:
        right = columns[i] in ("rows", "quarantined", "seconds", "loads")
        table.add_column(columns[i], overflow="fold", justify="right" if right else "left")
    for row in rows:
        table.add_row(*("" if row[i] is None else escape(str(row[i])) for i in shown))
    return table


def print_run(console: Console, settings: Settings, report: RunReport) -> bool:
    """Print what a run did; returns False when anything is held, refused, quarantined or waiting."""
    if report.nothing_new:
        console.print(f"Nothing new: {shown(settings.published_link)} is up to date ({report.published}).")
        return _print_concerns(console, settings, Warehouse(settings.warehouse_path))
    warehouse = Warehouse(settings.warehouse_path)
    files = warehouse.rows(
        "select f.file_name, l.organization_id, l.kind, l.as_of, f.outcome, "
        "(select coalesce(sum(rows_staged), 0) from raw.row_counts c where c._load_id = f.load_id), "
        "(select count(*) from raw.rejected_rows r where r._load_id = f.load_id), f.message "
        "from ops.inbox_files f left join raw.loads l using (load_id) where list_contains(?, f.run_id) order by f.seen_at",
        [report.run_ids],
    )
    if files:
        columns = ("file", "organisation", "kind", "as of", "outcome", "rows", "quarantined", "what to know")
        console.print(_table("Files", columns, files))
    for message in report.waiting:
        console.print(message, style="yellow", markup=False)
    clean = _print_concerns(console, settings, warehouse) and not report.waiting
    seconds = [(stage, f"{took:.1f}") for stage, took in report.seconds.items() if took >= 0.1]
    console.print(_table("Time", ("stage", "seconds"), seconds))
    if report.failure is not None:
        console.print(f"Not published: {report.failure}", style="red", markup=False)
        console.print(f"{shown(settings.published_link)} still shows {report.published or 'nothing'}.")
        return False
    console.print(
        f"Published {shown(settings.published_link / 'warehouse.duckdb')} ({report.published}).", style="green"
    )
    if report.seconds_from_drop is not None and files:
        console.print(f"From the newest file's arrival to its publication: {report.seconds_from_drop:.0f} s.")
    return clean


def _print_concerns(console: Console, settings: Settings, warehouse: Warehouse) -> bool:
    holds = warehouse.rows(
        f"select organization_id, entity_type || ' ' || entity_id, status, held_since, message from {ENTITY_STATUSES} "
        "qualify row_number() over (partition by organization_id, entity_type, entity_id order by recorded_at desc) = 1 "
        "and status <> 'current' order by 1, 2"
    )
    if holds:
        console.print(_table("Held", ("organisation", "entity", "status", "since", "why"), holds))
    refused = warehouse.rows(
        "select f.file_name, f.outcome, f.message, l.advice from ops.inbox_files f left join raw.loads l using (load_id) "
        "where f.outcome in ('rejected', 'held') "
        "qualify row_number() over (partition by f.file_name order by f.seen_at desc) = 1 order by 1"
    )
    # A file that its sender took away again is no concern any more; raw.loads keeps what became of it.
    # A name that could not be decoded is not found again by its text and stays listed.
    refused = [row for row in refused if "\ufffd" in row[0] or (settings.inbox_path / row[0]).exists()]
    if refused:
        console.print(_table("Files not taken in", ("file", "outcome", "why", "what to do"), refused))
    checks = warehouse.rows(
        "select asset, check_name, severity, status, observed from ops.quality_results "
        "where run_id = (select max_by(run_id, checked_at) from ops.quality_results) and not passed and severity <> 'info' "
        "and entity_id is null order by 3, 1, 2"
    )
    if checks:
        console.print(
            _table("Checks that did not pass", ("relation", "check", "severity", "status", "observed"), checks)
        )
    quarantined = warehouse.rows(QUARANTINED_NOW)[0][0]
    if quarantined:
        console.print(
            f"{quarantined} breaches of rows that are quarantined now stand in raw.rejected_rows.", style="yellow"
        )
    return not holds and not refused and not quarantined


def print_status(console: Console, settings: Settings) -> None:
    """Print the state of a home without changing it."""
    if not settings.warehouse_path.exists():
        console.print(f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one.")
        return
    published = settings.published_link.resolve().name if settings.published_link.exists() else "nothing"
    console.print(f"Published: {published}")
    try:
        warehouse = Warehouse(settings.warehouse_path, open_attempts=1)
        last = warehouse.rows(
            "select publication_id, published_at from ops.publications order by published_at desc limit 5"
        )
        loads = warehouse.rows(
            "select organization_id, kind, feed_name, count(*), max(as_of), max(known_at) from raw.loads "
            "where status = 'loaded' group by 1, 2, 3 order by 1, 2, 3"
        )
    except WarehouseBusy:
        console.print("A run is in progress and holds the warehouse; the published files can be read meanwhile.")
        return
    console.print(_table("Publications", ("publication", "published at"), last))
    console.print(_table("Feeds", ("organisation", "kind", "feed", "loads", "newest as of", "known at"), loads))
    _print_concerns(console, settings, warehouse)
