"""The audit trail: who did what to what, when, why, and what changed. Everything that changes or shows data writes its row here,
in the transaction of the change where there is one. How rows are sealed is sealed_log's.

Source: fund-admin 1.10 (G-6); input-contracts 2.3.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field

from orchestration.clock import utc_now
from orchestration.events import digests
from orchestration.sealed_log import AUDIT_TRAIL, Breach, published_head, writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

COMMAND_LINE, LAUNCHPAD, DAGSTER, FEED, SYSTEM = "COMMAND_LINE", "LAUNCHPAD", "DAGSTER", "FEED", "SYSTEM"
WEIR = "weir"  # actor of what nobody asked for


class Outcome(StrEnum):
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class Classification(StrEnum):
    """From what anybody may see to what only those may who need it."""

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    RESTRICTED = "RESTRICTED"


class ActionPolicy(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    classification: Classification
    retention_class: str


class AuditPolicy(BaseModel):
    """audit_policy.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events_one_by_one: int = Field(ge=1)
    actions: Mapping[str, ActionPolicy]
    entities: Mapping[str, Classification]


@dataclass(frozen=True)
class AuditEntry:
    """One action on one entity. `changes`: field -> (old, new), restricted values masked already."""

    action: str
    entity_type: str
    entity_id: str
    actor: str = WEIR
    source: str = SYSTEM
    organization_id: str | None = None
    role: str | None = None
    outcome: Outcome = Outcome.DONE
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    reason: str | None = None
    correlation_id: str | None = None
    occurred_at: dt.datetime | None = None  # UTC, without a zone; None: now


@cache
def audit_policy() -> AuditPolicy:
    """Actions and what follows from them. Raises ValidationError where the file is wrong."""
    return AuditPolicy.model_validate(
        yaml.safe_load(Path(__file__).with_name("audit_policy.yaml").read_text()), strict=False
    )


def command_actor(settings: Settings) -> str:
    """Who typed a command: the person WEIR_REQUESTED_BY names, else the user of the system."""
    return settings.requested_by or getpass.getuser()


def record(connection: duckdb.DuckDBPyConnection, settings: Settings, entries: Sequence[AuditEntry]) -> None:
    """Append entries within the caller's `sealed_log.writing` transaction. Raises KeyError for an action without a policy.

    A home of the past is a copy: what is done there is no action on the house's data, and leaves no row.
    """
    if not entries or settings.as_known_at is not None:
        return
    now, policy = utc_now(), audit_policy()
    rows = []
    for entry in entries:
        of_action = policy.actions[entry.action]
        rows.append(
            {
                "organization_id": entry.organization_id,
                "recorded_at": now,
                "occurred_at": entry.occurred_at or now,
                "actor": entry.actor,
                "role": entry.role,
                "source": entry.source,
                "action": entry.action,
                "outcome": str(entry.outcome),
                "entity_type": entry.entity_type,
                "entity_id": entry.entity_id,
                "changes": _as_json(entry.changes),
                "reason": entry.reason,
                "correlation_id": entry.correlation_id,
                "classification": _stricter(of_action.classification, policy.entities.get(entry.entity_type)),
                "retention_class": of_action.retention_class,
            }
        )
    AUDIT_TRAIL.append(connection, AUDIT_TRAIL.key_of(connection, settings.log_key), rows)


def write(warehouse: Warehouse, settings: Settings, entries: Sequence[AuditEntry]) -> None:
    """Append entries in a transaction of their own: for actions that change nothing in the warehouse."""
    with writing(warehouse) as connection:
        record(connection, settings, entries)


def breaches(warehouse: Warehouse, settings: Settings) -> tuple[list[Breach], int]:
    """Every row of the trail that the write path did not leave so, or whose events are others, and how many rows there are."""
    with warehouse.connect() as connection:
        rows = AUDIT_TRAIL.rows(connection)
        heads = AUDIT_TRAIL.head_rows(connection)
        of_events = digests.breaches(connection)
    of_rows = AUDIT_TRAIL.breaches(rows, heads, settings.log_key, published_head(settings, AUDIT_TRAIL))
    return [*of_rows, *of_events], len(rows)


def _stricter(one: Classification, other: Classification | None) -> str:
    order = list(Classification)
    return str(max((each for each in (one, other) if each is not None), key=order.index))


def _as_json(changes: Mapping[str, tuple[Any, Any]]) -> str | None:
    return json.dumps({name: list(values) for name, values in changes.items()}, default=str) if changes else None
