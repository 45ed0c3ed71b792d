"""One run at a time on a home, from the command line and the UI alike. Opening the database is the warehouse's."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from orchestration.errors import Refused


class WarehouseBusy(Refused):
    """Another run held the warehouse for longer than the wait allowed; the message names it."""


@cache
def _lock(path: Path) -> FileLock:
    # One object per path: the lock is re-entrant, so a run started inside a held lock does not wait for itself.
    return FileLock(str(path), thread_local=False)


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.with_suffix(".holder.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return "an unknown process"
    alive = "" if psutil.pid_exists(note["pid"]) else " (no longer alive)"
    return f"{note['what']}, process {note['pid']}{alive}, since {note['since']}"


def held_since(path: Path) -> dt.datetime | None:
    """Since when (UTC) the last program that took the lock has held it; None where that is not known."""
    try:
        note = json.loads(path.with_suffix(".holder.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return dt.datetime.fromisoformat(note["since"]).astimezone(dt.UTC).replace(tzinfo=None)


@contextmanager
def hold_warehouse(path: Path, what: str, timeout_seconds: float) -> Iterator[None]:
    """Hold the home's lock for the block. `what` is shown to whoever waits.

    The operating system frees the lock when the process dies, however it dies, so there is nothing to clean up.
    Raises `WarehouseBusy` naming the holder after `timeout_seconds`.
    """
    lock = _lock(path)
    nested = lock.is_locked
    try:
        lock.acquire(timeout=0 if not nested else -1)
    except Timeout:
        print(f"Waiting for the warehouse, held by {_holder(path)} ...", flush=True)
        try:
            lock.acquire(timeout=timeout_seconds)
        except Timeout as error:
            raise WarehouseBusy(
                f"the warehouse is held by {_holder(path)}; waited {timeout_seconds:g} s. Try again when it is done."
            ) from error
    try:
        if not nested:
            since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            note = {"what": what, "pid": os.getpid(), "since": since}
            path.with_suffix(".holder.json").write_text(json.dumps(note))
        yield
    finally:
        lock.release()
