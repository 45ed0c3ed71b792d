"""The state of an aggregate rebuilt from its events: as known now or at an instant, from the start or from a snapshot.

Deriving events from states does not belong here. Source: fund-admin 1.10 (G-5); input-contracts 2.4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

State = Mapping[str, str | None]


class Part(NamedTuple):
    """A row of an aggregate: the source that tells it, and its id there."""

    event_source: str
    part_id: str


@dataclass(frozen=True)
class Event:
    """A version of an aggregate: what one part of it is from then on; `state` is None when the part is gone."""

    version: int
    part: Part
    known_at: dt.datetime
    state: State | None

    @property
    def rank(self) -> tuple[dt.datetime, int]:
        """Of the events of a part the one of the highest rank counts: known last and, of one instant, appended last.

        An event may be appended late, of an instant that others were learned after: then it changes the past alone.
        """
        return self.known_at, self.version


@dataclass(frozen=True)
class Snapshot:
    """The event that counts for each part at a version; gone parts stand in it, because older events must not bring them back.

    `known_at` is the latest of all events up to `version`: what was known before it cannot be told from the snapshot.
    """

    version: int
    known_at: dt.datetime
    parts: Mapping[Part, Event]


class VersionGap(ValueError):
    """The versions of an aggregate are not 1, 2, 3 ... as they must be; the message says which one is missing."""


def counting(events: Iterable[Event], snapshot: Snapshot | None = None) -> dict[Part, Event]:
    """The event that counts for each part, of those of `snapshot` and `events`, in whatever order they come."""
    parts = dict(snapshot.parts) if snapshot is not None else {}
    for event in events:
        if event.part not in parts or event.rank > parts[event.part].rank:
            parts[event.part] = event
    return parts


def replay(
    events: Iterable[Event], known_at: dt.datetime | None = None, snapshot: Snapshot | None = None
) -> dict[Part, State]:
    """The state of each part that is there, as known at an instant (default: all that the events know).

    `events` are those after `snapshot`, or all of the aggregate. Raises VersionGap where one is missing, and ValueError where the
    snapshot knows more than was known at the instant.
    """
    if snapshot is not None and known_at is not None and snapshot.known_at > known_at:
        raise ValueError(
            f"expected a snapshot of what was known at {known_at:%Y-%m-%d %H:%M}, found one of version {snapshot.version}, "
            f"known at {snapshot.known_at:%Y-%m-%d %H:%M}: replay from an older one"
        )
    told = sorted(events, key=lambda event: event.version)
    _refuse_gaps(told, after=snapshot.version if snapshot is not None else 0)
    known = (event for event in told if known_at is None or event.known_at <= known_at)
    return {part: event.state for part, event in counting(known, snapshot).items() if event.state is not None}


def snapshots(events: Iterable[Event], every: int) -> Iterator[Snapshot]:
    """Snapshots after each `every` versions of an aggregate, each made of the one before and the events since."""
    last: Snapshot | None = None
    since: list[Event] = []
    for event in sorted(events, key=lambda event: event.version):
        since.append(event)
        if len(since) == every:
            latest = max(e.known_at for e in since)
            known_at = latest if last is None else max(latest, last.known_at)
            last, since = Snapshot(event.version, known_at, counting(since, last)), []
            yield last


def _refuse_gaps(events: Iterable[Event], after: int) -> None:
    for expected, event in enumerate(events, start=after + 1):
        if event.version != expected:
            raise VersionGap(f"expected version {expected}, found {event.version}")
