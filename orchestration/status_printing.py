"""The state of a home as a person reads it at a terminal. What it is stands in health; how it fits a terminal is terminal's."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from rich.console import Console

from orchestration.feed_freshness import Feed
from orchestration.health import Health, QualityOfRun, Rates
from orchestration.observing import Observed
from orchestration.settings import Settings
from orchestration.status import print_concerns
from orchestration.terminal import Entry, print_entries, print_table, print_wrapped
from orchestration.warehouse import Warehouse

PUBLICATIONS_SHOWN = 5


def print_status(console: Console, settings: Settings, observed: Observed) -> None:
    """Print what a look at a home found."""
    if observed.unread is not None and observed.state.publication is None and observed.published is None:
        print_wrapped(console, observed.unread)
        return
    state = observed.state
    console.print(f"Published: {observed.published or 'nothing'}")
    if state.publication is not None:
        last = state.publication
        print_wrapped(
            console, f"Last publication: {last.publication_id}, {last.age_hours:.1f} hours old, by run {last.run_id}."
        )
    if observed.unread is not None:
        print_wrapped(console, observed.unread, style="yellow")
        _print_rates(console, state)
        return
    warehouse = Warehouse(settings.warehouse_path, open_attempts=1)
    publications = warehouse.rows(
        "select publication_id, published_at from ops.publications order by published_at desc limit ?",
        [PUBLICATIONS_SHOWN],
    )
    if publications:
        shown = [(name, f"{moment:%Y-%m-%d %H:%M:%S}") for name, moment in publications]
        print_table(console, "Publications", ("publication", "published at"), {"": shown})
    stages = [
        (s.name, _instant(s.built_at), _instant(s.checked_at), s.passed, s.failed, s.broken) for s in state.stages
    ]
    print_table(console, "Stages", ("stage", "last built", "last checked", "passed", "failed", "broken"), {"": stages})
    _print_feeds(console, state)
    _print_history(console, state.history)
    _print_rates(console, state)
    if state.open_alerts:
        opened: list[Entry] = [
            (o.alert.severity, o.alert.title, (f"since {o.raised_at:%Y-%m-%d %H:%M}",)) for o in state.open_alerts
        ]
        print_entries(console, "Open alerts", opened)
    print_concerns(console, settings, warehouse)


def _instant(moment: dt.datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _print_feeds(console: Console, state: Health) -> None:
    if not state.feeds:
        return
    columns = ("feed", "loads", "newest as of", "known at", "age", "at most", "")
    groups = {
        organization: [
            (f.name, f.loads, f.newest_as_of, _instant(f.known_at), f.age, _limit(f), _verdict(f)) for f in found
        ]
        for organization, found in groupby(state.feeds, lambda feed: feed.organization_id)
    }
    print_table(console, "Feeds", columns, groups)
    unknown = {f.kind for f in state.feeds if f.is_late is None}
    if unknown:
        print_wrapped(
            console,
            f"unknown: nobody has declared how often {', '.join(sorted(unknown))} come (operations_policy.yaml).",
        )


def _limit(feed: Feed) -> str | None:
    return None if feed.max_age is None else f"{feed.max_age} {feed.days}"


def _verdict(feed: Feed) -> str:
    if feed.held_loads:
        return "held"
    return {True: "late", False: "fresh", None: "unknown"}[feed.is_late]


def _print_history(console: Console, history: tuple[QualityOfRun, ...]) -> None:
    if not history:
        return
    groups = {
        f"{_instant(ended_at)}  {run_id[:8]}": [(q.stage, q.passed, q.failed, q.broken) for q in found]
        for (ended_at, run_id), found in groupby(history, lambda each: (each.ended_at, each.run_id))
    }
    print_table(console, "Quality of the last runs", ("stage", "passed", "failed", "broken"), groups)


def _print_rates(console: Console, state: Health) -> None:
    rows = [_rates("queries of what is published", state.queries)]
    if state.runs is not None:
        rows.append(_rates("runs", state.runs))
    columns = ("", "count", "failed", "p50 s", "p95 s")
    print_table(console, "Response times and runs of the last hours", columns, {"": rows})


def _rates(name: str, found: Rates) -> tuple[object, ...]:
    def seconds(value: float | None) -> str | None:
        return None if value is None else f"{value:.2f}"

    return name, found.count, found.failed, seconds(found.p50_seconds), seconds(found.p95_seconds)
