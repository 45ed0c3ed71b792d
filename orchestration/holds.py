"""From verdicts on single loads to the status of an entity: current, held at its last good instant, or never published.

Pure functions; where verdicts come from and where a status is kept is the verdict asset's.
Source: input-contracts 1.1 (state known at T), 2.3 (what blocks what), 2.4 (knowledge instants).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Where the statuses of each type of entity are kept: one table a type, so that news of one recomputes no other.
STATUS_TABLES: Mapping[str, str] = {
    "deal": "ops.deal_status",
    "fund": "ops.fund_status",
    "ledger_entity": "ops.ledger_entity_status",
    "product": "ops.product_status",
}
ENTITY_STATUSES = f"({' union all '.join(f'select * from {table}' for table in STATUS_TABLES.values())})"


@dataclass(frozen=True)
class EntityLoad:
    """One load that states one entity."""

    organization_id: str
    entity_id: str
    load_id: str
    as_of: dt.date
    known_at: dt.datetime


@dataclass(frozen=True)
class Breach:
    """Why a load is not good for an entity."""

    rule_code: str
    message: str


@dataclass(frozen=True)
class EntityStatus:
    organization_id: str
    entity_id: str
    status: str  # current, held, never_published
    held_since: dt.datetime | None
    rule_code: str | None
    message: str | None
    last_good_known_at: dt.datetime | None


def entity_statuses(
    loads: Iterable[EntityLoad], breaches: Mapping[tuple[str, str, str], Breach]
) -> tuple[EntityStatus, ...]:
    """Status of every entity that `loads` state, in order of (organisation, entity).

    `breaches` is keyed by (organization_id, entity_id, load_id). At each knowledge instant the load in force for an
    as-of date is the one known last; the instant is good when no load in force is in breach. An entity whose newest
    instant is not good is held at its last good one.
    """
    grouped: dict[tuple[str, str], list[EntityLoad]] = {}
    for load in loads:
        grouped.setdefault((load.organization_id, load.entity_id), []).append(load)
    return tuple(_status(*key, grouped[key], breaches) for key in sorted(grouped))


def _status(
    organization_id: str,
    entity_id: str,
    loads: list[EntityLoad],
    breaches: Mapping[tuple[str, str, str], Breach],
) -> EntityStatus:
    in_force: dict[dt.date, EntityLoad] = {}
    last_good: dt.datetime | None = None
    held_since: dt.datetime | None = None
    breach: Breach | None = None
    ordered = sorted(loads, key=lambda load: (load.known_at, load.load_id))
    for position, load in enumerate(ordered):
        in_force[load.as_of] = load
        if position + 1 < len(ordered) and ordered[position + 1].known_at == load.known_at:
            continue  # one instant, several loads: judged when all of them are in
        bad = [breaches.get((organization_id, entity_id, held.load_id)) for held in in_force.values()]
        breach = next((b for b in bad if b is not None), None)
        if breach is None:
            last_good, held_since = load.known_at, None
        elif held_since is None:
            held_since = load.known_at
    if breach is None:
        return EntityStatus(organization_id, entity_id, "current", None, None, None, last_good)
    status = "held" if last_good is not None else "never_published"
    return EntityStatus(organization_id, entity_id, status, held_since, breach.rule_code, breach.message, last_good)
