"""Makes a target the primary of a home: over a lost home it brings the home back from there, a living one it hands over. Choosing
between backups is sources'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.audit import COMMAND_LINE, AuditEntry, command_actor, write
from orchestration.backup.errors import BackupError
from orchestration.backup.identity import identity_of, keep_identity
from orchestration.backup.making import Made, back_up
from orchestration.backup.restoring import Restored, is_occupied, restore
from orchestration.backup.sealing import BackupKey
from orchestration.backup.shipping import ship
from orchestration.backup.sources import choose
from orchestration.backup.targets import targets_of
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True)
class Promoted:
    """`restored` is None where the home lived and was handed over as it is."""

    target: Path
    restored: Restored | None
    backups: tuple[Made, ...]


def promote(
    settings: Settings,
    target: Path,
    *,
    force: bool = False,
    log_key: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Promoted:
    """Let `target` be what the home stands on: a lost home is restored from it, and so is one that holds data with `force`; a
    home that lives is backed up to it. Every other target takes what follows from then on, as far as it can be reached.

    Raises BackupError where the target is not one of the home's, or does not hold the home in the end; and as restoring does.
    """
    if target not in targets_of(settings):
        configured = ", ".join(str(each) for each in targets_of(settings))
        raise BackupError(f"{target}: it is none of the home's targets ({configured}); name it in WEIR_BACKUP_TARGETS")
    restored = None
    if force or not is_occupied(settings.home):
        source = choose(target, BackupKey.configured(settings.backup_key_file))
        restored = restore(source, settings, force=force, log_key=log_key, primary=str(target), say=say)
    with hold_warehouse(settings.lock_path, "weir promote", settings.lock_timeout_seconds):
        before = identity_of(settings)
        # Made before the hand-over is kept: a target that cannot take the home is not promoted.
        made = back_up(settings, say=say)
        refused = next((each.failure for each in made if each.target == target), None)
        if refused is not None:
            raise BackupError(f"{target}: not promoted, it could not take a backup ({refused})")
        keep_identity(settings.home, before.model_copy(update={"primary": str(target)}))
        entry = AuditEntry(
            "PROMOTE",
            "backup_target",
            target.name,
            actor=command_actor(settings),
            source=COMMAND_LINE,
            changes={"primary": (before.primary, str(target))},
            reason=f"restored from {target}" if restored is not None else f"handed over to {target}",
        )
        write(Warehouse(settings.warehouse_path), settings, [entry])
        # The trail of the hand-over must not be lost with the home.
        ship(settings)
    return Promoted(target, restored, tuple(made))
