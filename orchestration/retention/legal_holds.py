"""Legal holds: placing and releasing them, and which of them veto a deletion. Every path that deletes asks `vetoes` first.

A withdrawal deletes nothing and stays allowed under a hold. Source: fund-admin 1.12; input-contracts 2.6.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache

import duckdb

from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.clock import utc_now
from orchestration.errors import Refused, WrongRequest
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows, own_tables


class HoldScope(StrEnum):
    LOAD = "LOAD"
    FILE = "FILE"
    ORGANIZATION = "ORGANIZATION"
    ENTITY = "ENTITY"


class WrongHold(WrongRequest):
    """A hold that cannot be placed or released; the message says what can."""


class UnderLegalHold(Refused):
    """A deletion that holds veto; the message names them."""


@dataclass(frozen=True)
class Hold:
    """`held_until`: the last day; None until released. `organization_id`: of an entity, None for everybody's of that id."""

    hold_id: str
    scope: HoldScope
    target_id: str
    reason: str
    entity_type: str | None = None
    organization_id: str | None = None
    held_until: dt.date | None = None

    def __str__(self) -> str:
        target = f"{self.entity_type}:{self.target_id}" if self.entity_type else f"{self.scope} {self.target_id}"
        until = f" until {self.held_until}" if self.held_until else ""
        return f"hold {self.hold_id} on {target}{until} ({self.reason})"


@cache
def entity_tables() -> dict[str, tuple[str, ...]]:
    """Entity type -> the raw tables whose rows name such an entity, by a column <type>_id."""
    tables: dict[str, list[str]] = {}
    for relation, columns in own_tables().items():
        if relation.startswith("raw.") and "_load_id" in columns:
            for column in columns:
                if column.endswith("_id") and column not in ("_load_id", "organization_id"):
                    tables.setdefault(column.removesuffix("_id").upper(), []).append(relation)
    return {name: tuple(found) for name, found in tables.items()}


def place(
    warehouse: Warehouse,
    settings: Settings,
    scope: HoldScope,
    target_id: str,
    reason: str,
    *,
    entity_type: str | None = None,
    organization_id: str | None = None,
    held_until: dt.date | None = None,
) -> Hold:
    """Place a hold from now on. It may name what is not loaded yet. Raises WrongHold."""
    if not reason.strip() or not target_id.strip():
        raise WrongHold("expected a reason and what to hold, found none")
    if held_until is not None and held_until < utc_now().date():
        raise WrongHold(f"expected a last day that is not over, found {held_until}")
    kind = entity_type.upper() if entity_type else None
    if (scope is HoldScope.ENTITY) != (kind is not None):
        raise WrongHold("expected the type of an entity for a hold on one, and on one alone")
    if kind is not None and kind not in entity_tables():
        raise WrongHold(f"entity type must be one of {', '.join(sorted(entity_tables()))}, found {kind!r}")
    hold = Hold(uuid.uuid4().hex[:12], scope, target_id, reason, kind, organization_id, held_until)
    _append(warehouse, settings, "PLACED", hold, reason)
    return hold


def release(warehouse: Warehouse, settings: Settings, hold_id: str, reason: str) -> Hold:
    """Release a hold. Raises WrongHold where none of that id is in force."""
    if not reason.strip():
        raise WrongHold("expected a reason, found none")
    with warehouse.connect() as connection:
        holds = {hold.hold_id: hold for hold in in_force(connection)}
    if hold_id not in holds:
        raise WrongHold(f"no hold {hold_id} is in force; these are: {', '.join(map(str, holds.values())) or 'none'}")
    _append(warehouse, settings, "RELEASED", holds[hold_id], reason)
    return holds[hold_id]


def _append(warehouse: Warehouse, settings: Settings, event: str, hold: Hold, reason: str) -> None:
    actor = audit.command_actor(settings)
    row = asdict(hold) | {
        "scope": str(hold.scope),
        "event": event,
        "reason": reason,
        "actor": actor,
        "recorded_at": utc_now(),
    }
    entry = AuditEntry(
        "LEGAL_HOLD",
        (hold.entity_type or hold.scope).lower(),
        hold.target_id,
        actor=actor,
        source=audit.COMMAND_LINE,
        organization_id=hold.target_id if hold.scope is HoldScope.ORGANIZATION else hold.organization_id,
        changes={"hold": (None, event), "held_until": (None, hold.held_until)},
        reason=reason,
        correlation_id=hold.hold_id,
    )
    with writing(warehouse) as connection:
        append_rows(connection, "ops.legal_holds", [row])
        audit.record(connection, settings, [entry])


def in_force(connection: duckdb.DuckDBPyConnection, today: dt.date | None = None) -> list[Hold]:
    """Holds that were placed, not released, and whose last day is not over."""
    rows = connection.execute(
        "select hold_id, scope, target_id, reason, entity_type, organization_id, held_until from ops.legal_holds "
        "where event = 'PLACED' and coalesce(held_until, ?) >= ? "
        "and hold_id not in (select hold_id from ops.legal_holds where event = 'RELEASED') order by recorded_at, hold_id",
        [today or utc_now().date()] * 2,
    ).fetchall()
    return [Hold(row[0], HoldScope(row[1]), *row[2:]) for row in rows]


def vetoes(
    connection: duckdb.DuckDBPyConnection, load_ids: Collection[str] | None, today: dt.date | None = None
) -> list[Hold]:
    """Holds that forbid to delete what came of these loads; None: of everything, as a backup or a publication holds it.

    A hold on an entity covers every load with a row that names it, refused rows among them. Of a load whose rows are gone
    nothing can be told any more: every hold on entities of its organisation covers it.
    """
    holds = in_force(connection, today)
    if load_ids is None or not holds:
        return holds
    loads = list(load_ids)
    return [hold for hold in holds if _covers(connection, hold, loads)]


def refuse_if_held(connection: duckdb.DuckDBPyConnection, load_ids: Collection[str] | None, what: str) -> None:
    """Raises UnderLegalHold where a hold vetoes the deletion that `what` names."""
    if found := vetoes(connection, load_ids):
        raise UnderLegalHold(f"{what} may not be deleted: {'; '.join(map(str, found))}")


def _covers(connection: duckdb.DuckDBPyConnection, hold: Hold, loads: list[str]) -> bool:
    if hold.scope is HoldScope.ENTITY:
        return _names_entity(connection, hold, loads)
    column = {HoldScope.LOAD: "load_id", HoldScope.FILE: "file_sha256", HoldScope.ORGANIZATION: "organization_id"}
    found = connection.execute(
        f"select 1 from raw.loads where load_id in (select unnest(?)) and {column[hold.scope]} = ? limit 1",
        [loads, hold.target_id],
    ).fetchone()
    return found is not None


def _names_entity(connection: duckdb.DuckDBPyConnection, hold: Hold, loads: list[str]) -> bool:
    assert hold.entity_type is not None
    column = f"{hold.entity_type.lower()}_id"
    naming = [
        f'select _load_id from {relation} where "{column}"::varchar = $target'
        for relation in entity_tables()[hold.entity_type]
    ]
    # A refused row keeps what stood in it as text: whatever mentions the id may be about the entity.
    naming += [
        "select _load_id from raw.rejected_rows where contains(payload, $target)",
        "select load_id from raw.tombstones",
    ]
    found = connection.execute(
        "select 1 from raw.loads where load_id in (select unnest($loads)) "
        "and ($organization is null or organization_id is null or organization_id = $organization) "
        f"and load_id in ({' union all '.join(naming)}) limit 1",
        {"loads": loads, "target": hold.target_id, "organization": hold.organization_id},
    ).fetchone()
    return found is not None
