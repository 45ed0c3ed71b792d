"""Decides what a run must recompute: only what changed inputs, code or settings touch. Which assets that are is selection's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ingestion.inbox import Scan
from orchestration.fingerprints import code_fingerprint, settings_fingerprint
from orchestration.loading import unseen
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

APPROVALS = "approvals"
NAV_APPROVALS = "ops.nav_approval_events"
RECORDS = "ops.record_fidelity"


@dataclass(frozen=True)
class Plan:
    """`reasons` say in words why anything is to be done; `kinds` of files, and `relations` that were written to otherwise, are empty
    when everything is."""

    reasons: tuple[str, ...]
    everything: bool
    kinds: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.everything and not self.kinds and not self.relations


def is_up_to_date(warehouse: Warehouse, settings: Settings, scan: Scan) -> bool:
    """True when the publication in place was made by this code and these settings from all that the inbox holds."""
    return plan(warehouse, settings).is_empty and not unseen(warehouse, scan, code_fingerprint()) and not scan.waiting


def plan(warehouse: Warehouse, settings: Settings) -> Plan:
    """What differs between the last publication and the loads, code and settings of now."""
    last = warehouse.rows(
        "select code_fingerprint, settings_fingerprint, last_load_id, published_at from ops.publications "
        "order by published_at desc limit 1"
    )
    if not last or not settings.published_link.exists():
        return Plan(("nothing is published yet",), everything=True)
    code, house, last_load_id, published_at = last[0]
    if code != code_fingerprint():
        return Plan(("Weir itself has changed since the last publication",), everything=True)
    if house != settings_fingerprint(settings):
        return Plan(("the settings have changed since the last publication",), everything=True)
    changed = warehouse.rows(
        "select distinct kind from raw.loads where status = 'loaded' and (load_id > ? "
        "or load_id in (select load_id from ops.withdrawals where withdrawn_at > ?))",
        [last_load_id, published_at],
    )
    kinds = frozenset(kind for (kind,) in changed)
    reasons = [f"new {kind} data" for kind in sorted(kinds)]
    if _is_written(warehouse, "ops.approvals", published_at) and APPROVALS not in kinds:
        # Taken at the command line: what follows on approvals is what follows on a file of them.
        reasons, kinds = [*reasons, "actions in approvals"], kinds | {APPROVALS}
    relations: frozenset[str] = frozenset()
    if _is_written(warehouse, NAV_APPROVALS, published_at):
        reasons, relations = [*reasons, "steps in approvals of NAVs"], frozenset({NAV_APPROVALS})
    if not kinds and _is_written(warehouse, RECORDS, published_at):
        # New loads are compared as they are taken in; this is somebody who asked.
        reasons, relations = [*reasons, "loads compared with their files"], relations | {RECORDS}
    return Plan(tuple(reasons), everything=False, kinds=kinds, relations=relations)


def _is_written(warehouse: Warehouse, log: str, since: dt.datetime) -> bool:
    return bool(warehouse.rows(f"select 1 from {log} where recorded_at > ? limit 1", [since]))
