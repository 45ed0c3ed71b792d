"""Hashes that tell whether anything a run depends on has changed: code and settings. Deciding what to run is planning's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from orchestration.settings import PROJECT, Settings

CODE = ("ingestion", "calculations", "expectations", "orchestration", "dbt_project")
SKIPPED_FOLDERS = {"__pycache__", "target", "logs", "dbt_packages"}
SKIPPED_SUFFIXES = {".pyc", ".md"}  # words about the code change no result


def _hash_files(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(root)).encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def code_fingerprint(*folders: Path) -> str:
    """Hash of the source files below `folders` (default: all of Weir) and of the lock."""
    roots = folders or tuple(PROJECT / name for name in CODE)
    files = sorted(
        file
        for root in roots
        for file in root.rglob("*")
        if file.is_file()
        and not SKIPPED_FOLDERS & set(file.relative_to(root).parts)
        and file.suffix not in SKIPPED_SUFFIXES
    )
    lock = PROJECT / "requirements.lock"
    return _hash_files(PROJECT, [*files, lock] if lock.exists() else files)


def settings_fingerprint(settings: Settings) -> str:
    """Hash of the settings that can change a result."""
    relevant = settings.model_dump(mode="json", include={"organization_id", "environment", "publish_restricted"})
    if settings.pacing_assumptions is not None:
        # What the file says counts, wherever it lies.
        relevant["pacing_assumptions"] = hashlib.sha256(settings.pacing_assumptions.read_bytes()).hexdigest()
    if settings.report_captions is not None:
        relevant["report_captions"] = hashlib.sha256(settings.report_captions.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()
