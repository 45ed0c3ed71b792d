"""Which home this is and which of its lives, who acts for it, and what a target may take from it. What is written to targets does not belong here.

A restore begins a new life: what is shipped from then on no longer follows on what was shipped before. A target takes from the
life that it knows and from those that descend from it, so that a home which was replaced cannot go on beside its successor.
"""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from orchestration.audit import COMMAND_LINE, WEIR, command_actor
from orchestration.backup.errors import ForeignTarget
from orchestration.settings import Settings

FILE = "backup_identity.json"
TARGET_FILE = "target.json"


class Identity(BaseModel):
    """A home and its life. `ancestors`: the lives it descends from, oldest first; `primary`: the target it was promoted from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home_id: str
    life: str
    ancestors: tuple[str, ...] = ()
    primary: str | None = None

    def reborn(self, primary: str | None = None) -> Identity:
        """The same home after a restore."""
        return Identity(
            home_id=self.home_id,
            life=_new_id(),
            ancestors=(*self.ancestors, self.life),
            primary=primary or self.primary,
        )

    def forked(self) -> Identity:
        """Another home with the data of this one, which must not write to its targets."""
        return Identity(home_id=_new_id(), life=_new_id())


def actor_of(settings: Settings, source: str) -> str:
    """Who backs up: a person at the command line, Weir where nobody asked."""
    return command_actor(settings) if source == COMMAND_LINE else WEIR


def _new_id() -> str:
    return uuid.uuid4().hex


def write_json(path: Path, content: Any) -> None:
    """Write a small file in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(content, indent=2, default=str))
    os.replace(temporary, path)


def identity_of(settings: Settings) -> Identity:
    """Who the home is; told once and kept in it."""
    path = settings.home / FILE
    if not path.exists():
        keep_identity(settings.home, Identity(home_id=_new_id(), life=_new_id()))
    return Identity.model_validate_json(path.read_text())


def keep_identity(home: Path, identity: Identity) -> None:
    write_json(home / FILE, identity.model_dump(mode="json"))


def claim(target: Path, identity: Identity) -> None:
    """Let a target know whose it is. Raises ForeignTarget where it is another home's, or a later life's of this one."""
    path = target / TARGET_FILE
    if path.exists():
        known = json.loads(path.read_text())
        if known["home_id"] != identity.home_id:
            raise ForeignTarget(
                f"{target}: it keeps the backups of another home ({known['home_id']}, this is {identity.home_id}). "
                f"Give this home a target of its own."
            )
        if known["life"] == identity.life:
            return
        if known["life"] not in identity.ancestors:
            raise ForeignTarget(
                f"{target}: it was promoted or restored from since, and takes nothing more from this home as it was. "
                f"`weir promote {target} --force` makes this home what the target holds."
            )
    target.mkdir(parents=True, exist_ok=True)
    write_json(path, {"home_id": identity.home_id, "life": identity.life})
