"""Which changes of which relations are domain events, read from event_types.yaml. Comparing the relations does not belong here.

Source: fund-admin 1.10 (G-5); input-contracts 1.1, 2.4.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("event_types.yaml")
AS_OF = "AS_OF"  # occurred on the business date of the load that states the row

EventType = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Relation = Annotated[str, StringConstraints(pattern=r"^(marts|calc|intermediate|ops)\.[a-z][a-z0-9_]*$")]


class Knowledge(StrEnum):
    """What a relation tells of the past: INTERVALS has every state with the stretch of knowledge [known_from, known_to) in which it
    was shown; LATEST has what is shown now, each row with the instant from which on it was known."""

    INTERVALS = "INTERVALS"
    LATEST = "LATEST"


class ShownBy(Terms):
    """The relation that says when rows of another were shown, joined on columns that both have."""

    relation: Relation
    matching: tuple[Name, ...] = Field(min_length=1)


class Rule(Terms):
    """An event for a column that comes to hold one of the values `to` and did not before; with `from`, only when it held one of those.

    Values are compared as text. `occurred` names the column of the day on which it happened.
    """

    event: EventType
    column: Name
    to: frozenset[str] = Field(min_length=1)
    from_: frozenset[str] | None = Field(default=None, alias="from")
    occurred: Name | None = None


class Changes(Terms):
    """Types of events for rows that come, change and go. Where rows of an aggregate succeed each other, `added` is a row after the
    first, and `dropped` one that goes and leaves an earlier one; each is a change unless it is named."""

    created: EventType
    changed: EventType
    removed: EventType
    added: EventType | None = None
    dropped: EventType | None = None
    rules: tuple[Rule, ...] = ()


class EventSource(Terms):
    """A relation that is watched.

    `aggregate` and `part`: columns that identify an aggregate, and a row of it where it has several. `succession`: its rows
    follow each other in the order of `part`, so that a new one is a change of the one before. `mart`: where the state that
    events rebuild must stand; without one it is the relation as shown now. `state`: columns of the state; empty: every
    business column that both have. `kinds`: kinds of files whose loads cause changes, told first where several could have.
    """

    name: Name
    aggregate_type: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    relation: Relation
    knowledge: Knowledge
    shown_by: ShownBy | None = None
    aggregate: tuple[Name, ...] = Field(min_length=1)
    part: tuple[Name, ...] = ()
    succession: bool = False
    where: str = "true"
    state: tuple[Name, ...] = ()
    occurred: Name | Annotated[str, StringConstraints(pattern=f"^{AS_OF}$")]
    mart: Relation | None = None
    mart_where: str = "true"
    kinds: tuple[Name, ...] = ()
    events: Changes

    @model_validator(mode="after")
    def _is_consistent(self) -> EventSource:
        if self.shown_by is not None and self.knowledge is not Knowledge.INTERVALS:
            raise ValueError(f"{self.name}: shown_by gives intervals of knowledge, found knowledge {self.knowledge}")
        if self.succession and not self.part:
            raise ValueError(f"{self.name}: rows that succeed each other are ordered by `part`, found none")
        if not self.succession and (self.events.added or self.events.dropped):
            raise ValueError(f"{self.name}: added and dropped are of rows that succeed each other; set succession")
        if set(self.aggregate) & set(self.part):
            raise ValueError(f"{self.name}: a column identifies the aggregate or a part of it, found both")
        return self


class EventPolicy(Terms):
    """`snapshot_every`: versions of an aggregate after which its state is kept whole, so that a replay never reads more."""

    snapshot_every: int = Field(ge=1)
    sources: tuple[EventSource, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> EventPolicy:
        if twice := [name for name, count in Counter(s.name for s in self.sources).items() if count > 1]:
            raise ValueError(f"a source stands once, found twice: {', '.join(twice)}")
        return self

    @property
    def event_types(self) -> frozenset[str]:
        """Every type that can occur."""
        return frozenset(
            event
            for source in self.sources
            for event in (
                *(source.events.created, source.events.changed, source.events.removed),
                *(source.events.added, source.events.dropped),
                *(rule.event for rule in source.events.rules),
            )
            if event is not None
        )


def event_policy(path: Path = FILE) -> EventPolicy:
    """The policy in `path`. Raises ValueError that names the file, the place and what was expected."""
    return read_policy(path, EventPolicy)
