"""Which publications may be removed. Removing them is publish's.

Source: fund-admin 1.12; input-contracts 2.6.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.retention.legal_holds import vetoes


def removable(
    connection: duckdb.DuckDBPyConnection, publications: Sequence[Path], current: str, kept: int
) -> list[Path]:
    """Of whole publications, oldest first: those beyond the `kept` newest, and those that hold what was erased after they were made.

    Never the current one, nor one made from a load that a legal hold covers.
    """
    # A publication's id is the instant it was made at.
    erased = connection.execute(
        "select load_id, strftime(deleted_at, '%Y%m%dT%H%M%S%fZ') from raw.tombstones where reason = 'ERASURE'"
    ).fetchall()
    surplus = set(publications[:-kept])
    old = []
    for publication in publications:
        if publication.name == current:
            continue
        loads = _loads(publication)
        is_tainted = any(publication.name < at and (loads is None or load in loads) for load, at in erased)
        if (publication in surplus or is_tainted) and not vetoes(connection, loads):
            old.append(publication)
    return old


def _loads(publication: Path) -> list[str] | None:
    """The loads that a publication was made from; None where it does not say, which may be any."""
    manifest = publication / "manifest.json"
    if not manifest.exists():
        return None
    return [load["load_id"] for load in json.loads(manifest.read_text())["source_loads"]]
