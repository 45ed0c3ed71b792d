"""Points `published` back to a publication that was kept. Nothing is recomputed or removed; making publications is publish's."""

from __future__ import annotations

import time
from dataclasses import dataclass

from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.errors import WrongRequest
from orchestration.publish import point_to, publications
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


class NothingToRollBack(WrongRequest):
    """There is no such publication, or none before the one in place; the message says which are kept."""


@dataclass(frozen=True)
class RolledBack:
    publication_id: str
    former: str
    seconds: float


def roll_back(warehouse: Warehouse, settings: Settings, to: str | None = None) -> RolledBack:
    """Point to publication `to`, or to the one before the one in place, and write it to the audit trail.

    Raises NothingToRollBack; then nothing has changed.
    """
    began = time.monotonic()
    if not settings.published_link.exists():
        raise NothingToRollBack("nothing is published yet")
    names = [path.name for path in publications(settings)]
    current = settings.published_link.resolve().name
    earlier = names[: names.index(current)]
    wanted = to or (earlier[-1] if earlier else None)
    if wanted is None or wanted not in names:
        problem = "there is no earlier publication" if to is None else f"there is no publication {to}"
        raise NothingToRollBack(f"{problem}; kept are: {', '.join(names)}")
    point_to(settings, settings.publications_path / wanted)
    entry = AuditEntry(
        "ROLLBACK",
        "publication",
        wanted,
        actor=audit.command_actor(settings),
        source=audit.COMMAND_LINE,
        changes={"published": (current, wanted)},
    )
    audit.write(warehouse, settings, [entry])
    return RolledBack(wanted, current, time.monotonic() - began)
