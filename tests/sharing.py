"""What the processes of one test session make once and share. What they make belongs to the tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Folder `name` of the session, filled by `make` in the process that asks first while the others wait for it.

    `make` gets an empty folder, which is moved into its place when it is full: it must not be told by its path.
    """
    session = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent  # each process has its own folder below the session's
    made = session / name
    with FileLock(str(session / f"{name}.lock")):
        if not made.exists():
            unfinished = factory.mktemp(name)
            make(unfinished)
            unfinished.rename(made)
    return made
