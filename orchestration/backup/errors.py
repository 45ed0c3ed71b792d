"""What can be wrong with a backup, a key or a target, so that a person can act on it. Raising them is the other modules'."""

from __future__ import annotations

from orchestration.errors import WrongRequest


class BackupError(WrongRequest):
    """A backup cannot be made, found or restored; the message says why and what to do."""


class WrongKey(BackupError):
    """The key is missing, malformed, or not the one that sealed the file."""


class BrokenBackup(BackupError):
    """A file of a backup is missing, cut short, damaged or changed; the message names it."""

    exit_code = 1


class HomeInUse(BackupError):
    """The home to restore into holds data already."""


class ForeignTarget(BackupError):
    """The target belongs to another home, or to a later life of this one."""
