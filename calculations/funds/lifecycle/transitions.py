"""Moves from one status to the next, as events state them or as two loads differ: which are legal and which are not. The machines
themselves, and what a status should be, do not belong here.

Source: fund-admin 1.9; input-contracts 1.4 and 3, sheet Status Events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Flags, Ints, Texts
from calculations.funds.lifecycle.machines import StatusMachine, machines

ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
BAD_ENUM = "BAD_ENUM"  # a status that the machine of the entity does not know

_UNKNOWN = -1


@dataclass(frozen=True)
class StatusEvents:
    """Changes of status as a feed states them, in any order; every array (rows,).

    `has_reason` marks the events that say why, which makes them reversals; `source_row` names file, sheet and row.
    """

    entity_type: Texts
    entity_id: Texts
    sequence: Ints
    before: Texts
    after: Texts
    has_reason: Flags
    source_row: Texts


@dataclass(frozen=True)
class Statuses:
    """The status of each entity in one load, each entity once; every array (entities,).

    `has_reversal` marks the entities of which the load reverses something: a payment, a call, a notice.
    """

    entity_type: Texts
    entity_id: Texts
    status: Texts
    has_reversal: Flags
    source_row: Texts


@dataclass(frozen=True)
class Moves:
    """Legal moves, those of one entity in order of time; every array (moves,). `before_row` is "" for a stated first event."""

    entity_type: Texts
    entity_id: Texts
    before: Texts
    after: Texts
    before_row: Texts
    after_row: Texts


@dataclass(frozen=True)
class TransitionFinding:
    """A change of status to quarantine: what it was, where both ends stand, what was expected."""

    code: str
    entity_type: str
    entity_id: str
    before: str
    after: str
    before_row: str
    after_row: str
    message: str


def check_events(
    events: StatusEvents, by_type: Mapping[str, StatusMachine] | None = None
) -> tuple[Moves, tuple[TransitionFinding, ...]]:
    """The legal moves among the events, and a finding for every other one.

    An event must begin where the one before it of its entity ended, as that one is stated, so that one wrong event does
    not make all later ones wrong. A move that only a reversal allows needs a reason. Source: fund-admin 1.9.
    """
    order = np.lexsort((events.sequence, events.entity_id, events.entity_type))
    kind, entity = events.entity_type[order], events.entity_id[order]
    follows = np.zeros(order.size, dtype=np.bool_)
    follows[1:] = (kind[1:] == kind[:-1]) & (entity[1:] == entity[:-1])
    rows = events.source_row[order]
    previous = np.where(follows, np.roll(rows, 1), "") if rows.size else rows
    steps = Moves(kind, entity, events.before[order], events.after[order], previous, rows)
    return _judged(steps, follows, events.has_reason[order], by_type or machines())


def check_loads(
    before: Statuses, after: Statuses, by_type: Mapping[str, StatusMachine] | None = None
) -> tuple[Moves, tuple[TransitionFinding, ...]]:
    """The moves between two loads of one feed, in order of the second: the legal ones, and a finding for every other one.

    Entities that only one of the loads has made no move. One whose events are stated is judged by them: its loads may lie
    several legal moves apart, so leave it out here. Source: fund-admin 1.9; input-contracts 3.
    """
    # A hash join: each id is looked up once, and no array of texts is sorted.
    old, new = _places(before, "first"), _places(after, "second")
    both = [key for key in new if key in old]
    at_old = np.array([old[key] for key in both], dtype=np.int64)
    at_new = np.array([new[key] for key in both], dtype=np.int64)
    # Most entities stand still between two loads, and cost nothing from here on.
    is_other = before.status[at_old] != after.status[at_new]
    at_old, at_new = at_old[is_other], at_new[is_other]
    steps = Moves(
        after.entity_type[at_new],
        after.entity_id[at_new],
        before.status[at_old],
        after.status[at_new],
        before.source_row[at_old],
        after.source_row[at_new],
    )
    return _judged(
        steps, np.zeros(at_new.size, dtype=np.bool_), after.has_reversal[at_new], by_type or machines(), True
    )


def _places(load: Statuses, which: str) -> dict[tuple[str, str], int]:
    keys = list(zip(load.entity_type.tolist(), load.entity_id.tolist(), strict=True))
    places = {key: place for place, key in enumerate(keys)}
    if len(places) != len(keys):
        repeated = next(key for place, key in enumerate(keys) if places[key] != place)
        raise ValueError(f"expected each entity once in a load, found {' '.join(repeated)} repeated in the {which}")
    return places


def _judged(
    steps: Moves,
    follows: Flags,
    is_reversal: Flags,
    by_type: Mapping[str, StatusMachine],
    standing_still: bool = False,
) -> tuple[Moves, tuple[TransitionFinding, ...]]:
    """`follows` marks the steps that must begin where the one before them ended; `standing_still` allows no change."""
    size = steps.entity_id.size
    before, after = np.full(size, _UNKNOWN), np.full(size, _UNKNOWN)
    legal = np.zeros(size, dtype=np.bool_)
    for entity_type in np.unique(steps.entity_type).tolist():
        machine = by_type.get(entity_type)
        if machine is None:
            raise ValueError(f"expected one of the entity types {', '.join(by_type)}, found {entity_type!r}")
        at = np.flatnonzero(steps.entity_type == entity_type)
        before[at], after[at] = _coded(machine, steps.before[at]), _coded(machine, steps.after[at])
        legal[at] = machine.allowed()[is_reversal[at].astype(np.int64), before[at], after[at]]
    is_known = (before != _UNKNOWN) & (after != _UNKNOWN)
    is_broken = follows & (before != np.roll(after, 1)) & (np.roll(after, 1) != _UNKNOWN)
    is_still = is_known & (before == after) & standing_still
    is_sound = is_known & ~is_broken & legal & ~is_still
    wrong = np.flatnonzero(~is_sound & ~is_still).tolist()
    findings = tuple(_finding(steps, row, by_type, bool(is_known[row]), bool(is_broken[row])) for row in wrong)
    return _canonical(steps, is_sound, before, after, by_type), findings


def _coded(machine: StatusMachine, texts: Texts) -> Ints:
    place = {status: number for number, status in enumerate(machine.statuses)}
    named = texts.tolist()
    codes = {text: place.get(machine.status(text) or "", _UNKNOWN) for text in set(named)}
    return np.array([codes[text] for text in named], dtype=np.int64)


def _canonical(steps: Moves, is_sound: Flags, before: Ints, after: Ints, by_type: Mapping[str, StatusMachine]) -> Moves:
    """The sound steps, with statuses as the machines write them."""
    at = np.flatnonzero(is_sound)
    kind = steps.entity_type[at]
    was, now = np.full(at.size, "", dtype="U32"), np.full(at.size, "", dtype="U32")
    for entity_type in np.unique(kind).tolist():
        names = np.array(by_type[entity_type].statuses)
        of_type = kind == entity_type
        was[of_type], now[of_type] = names[before[at][of_type]], names[after[at][of_type]]
    return Moves(kind, steps.entity_id[at], was, now, steps.before_row[at], steps.after_row[at])


def _finding(
    steps: Moves, row: int, by_type: Mapping[str, StatusMachine], is_known: bool, is_broken: bool
) -> TransitionFinding:
    kind, entity = str(steps.entity_type[row]), str(steps.entity_id[row])
    before, after = str(steps.before[row]), str(steps.after[row])
    before_row, after_row = str(steps.before_row[row]), str(steps.after_row[row])
    machine = by_type[kind]
    if not is_known:
        expected = f"statuses must be of {', '.join(machine.statuses)}"
    elif is_broken:
        expected = f"it must begin with {steps.after[row - 1]}, in which {before_row} left it"
    else:
        expected = f"after {before} it must be {machine.expected_after(machine.status(before) or before)}"
    return TransitionFinding(
        ILLEGAL_TRANSITION if is_known else BAD_ENUM,
        kind,
        entity,
        before,
        after,
        before_row,
        after_row,
        f"{after_row}: {kind} {entity}: {expected}, found {before} to {after}",
    )
