"""The `weir events` command: what a person types and reads to follow what happened to a fund, a call or a test. Deriving events is
orchestration.events'.

It reads the publication, so that a run in progress never waits for it, nor it for a run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from calculations.events.replay import Event, Part, replay
from orchestration.console import CONSOLE, ERRORS, Home, settings_of
from orchestration.settings import Settings, shown
from orchestration.warehouse import open_publication

SHOWN_FIELDS = 3  # of a change, on its line
ALL = 2**62  # rows


def _instant(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"expected a day or an instant such as 2025-04-22T09:00:00Z, found {text!r}") from None
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _aggregate(text: str) -> tuple[str, str]:
    kind, colon, key = text.partition(":")
    if not (kind and colon and key):
        raise typer.BadParameter(f"expected TYPE:ID such as CAPITAL_CALL:F1-CALL1, found {text!r}")
    return kind.upper(), key


def events(
    aggregate: Annotated[
        Any, typer.Option(help="Of one aggregate, e.g. CAPITAL_CALL:F1-CALL1.", parser=_aggregate, metavar="TYPE:ID")
    ] = None,
    since: Annotated[
        Any, typer.Option(help="Learned at or after it, UTC (ISO 8601).", parser=_instant, metavar="INSTANT")
    ] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Of one type, e.g. TEST_BREACHED.")] = None,
    organization: Annotated[str | None, typer.Option(help="Of one organisation.")] = None,
    last: Annotated[int, typer.Option(help="How many are shown, the latest learned.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, whole, as JSON.")] = False,
    state: Annotated[bool, typer.Option("--state", help="The state that the events of --aggregate rebuild.")] = False,
    as_known_at: Annotated[
        Any, typer.Option(help="Of --state: as known at it, UTC (default: now).", parser=_instant, metavar="INSTANT")
    ] = None,
    home: Home = None,
) -> None:
    """What happened, in the order in which it was learned: each change with when it was true, its version and its cause."""
    if state:
        _print_states(settings_of(home), aggregate, organization, as_known_at)
        return
    found, count = _events(settings_of(home), aggregate, since, event_type, organization, last)
    if as_json:
        for row in found:
            CONSOLE.out(json.dumps(row, default=str), highlight=False)
        return
    for row in found:
        CONSOLE.print(_line(row), markup=False, soft_wrap=True)
    if count > len(found):
        CONSOLE.print(f"{count:,} events; the last {len(found)} are shown (--last)", markup=False)
    elif not found:
        CONSOLE.print("no such event", markup=False)


def _events(
    settings: Settings,
    aggregate: tuple[str, str] | None,
    since: dt.datetime | None,
    event_type: str | None,
    organization: str | None,
    last: int,
) -> tuple[list[dict[str, Any]], int]:
    """The last of the events asked for, in order, and how many there are."""
    if not settings.published_link.exists():
        ERRORS.print(f"{shown(settings.home)} has published nothing yet: `weir run` does", style="red", markup=False)
        raise typer.Exit(2)
    kind, key = aggregate or (None, None)
    asked = {"kind": kind, "key": key, "since": since, "type": event_type and event_type.upper(), "house": organization}
    meant = """
        from marts.fact_events
        where ($kind::varchar is null or (aggregate_type = $kind and aggregate_id = $key))
            and ($since::timestamp is null or known_at >= $since) and ($type::varchar is null or event_type = $type)
            and ($house::varchar is null or organization_id = $house)
    """
    with open_publication(settings.published_link) as connection:
        ((count,),) = connection.execute(f"select count(*) {meant}", asked).fetchall()
        rows: list[dict[str, Any]] = (
            connection.execute(
                f"select * from (select * {meant} order by known_at desc, event_number desc limit $last) "
                "order by known_at, event_number",
                asked | {"last": last},
            )
            .to_arrow_table()
            .to_pylist()
        )
    return rows, count


def _print_states(
    settings: Settings, aggregate: tuple[str, str] | None, organization: str | None, known_at: dt.datetime | None
) -> None:
    """Each part of the aggregate that was there at the instant, of each organisation that has one of that id."""
    if aggregate is None:
        raise typer.BadParameter("--state is of one aggregate: name it with --aggregate TYPE:ID")
    rows, _ = _events(settings, aggregate, None, None, organization, last=ALL)
    found = False
    for house in sorted({row["organization_id"] for row in rows}):
        parts = replay((_event(row) for row in rows if row["organization_id"] == house), known_at=known_at)
        for part, told in sorted(parts.items()):
            found = True
            title = f"{house} {aggregate[0]}:{aggregate[1]}, {part.event_source}{f' {part.part_id}' if part.part_id else ''}"
            CONSOLE.print(title, markup=False, soft_wrap=True)
            for name, value in told.items():
                if value is not None:
                    CONSOLE.print(f"  {name:<30}{value}", markup=False, soft_wrap=True)
    if not found:
        CONSOLE.print("no such state", markup=False)


def _event(row: Mapping[str, Any]) -> Event:
    part = Part(row["event_source"], row["part_id"])
    return Event(row["event_version"], part, row["known_at"], json.loads(row["event_data"])["state"])


def _line(row: Mapping[str, Any]) -> str:
    part = f" {row['part_id']}" if row["part_id"] else ""
    cause = f"{row['cause'].lower()} {row['load_id'] or row['run_id']}"
    return (
        f"{row['known_at']:%Y-%m-%d %H:%M}  {row['event_type']}  {row['aggregate_type']}:{row['aggregate_id']}{part} "
        f"v{row['event_version']}, true {row['event_date']:%Y-%m-%d}{_changed(json.loads(row['event_data']))}  [{cause}]"
    )


def _changed(data: Mapping[str, Any]) -> str:
    told = [f"{name} {change['old']} -> {change['new']}" for name, change in data["changes"].items()]
    more = f" and {len(told) - SHOWN_FIELDS} more" if len(told) > SHOWN_FIELDS else ""
    return f": {', '.join(told[:SHOWN_FIELDS])}{more}" if told else ""
