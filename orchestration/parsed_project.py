"""The dbt project, parsed once for all homes of this code. Running it belongs elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from orchestration.fingerprints import code_fingerprint
from orchestration.settings import DBT_PROJECT, WAREHOUSE

PARSED = DBT_PROJECT / "target" / "parsed"  # a build product of the project, like dbt's own
MANIFEST = "manifest.json"
KEPT = 3  # a process that started before the code changed runs on what it started with
STATE = "partial_parse.msgpack"  # what dbt reads in the place of the project's files


def parsed_project(parsed: Path = PARSED) -> Path:
    """Folder with the manifest and the state of the project as it stands, parsed when there is none yet for it.

    Raises RuntimeError with dbt's words when the project does not parse.
    """
    wanted = parsed / code_fingerprint(DBT_PROJECT)
    if wanted.exists():
        return wanted
    parsed.mkdir(parents=True, exist_ok=True)
    # Of runs that start at once one parses and the others wait, which is what they would do anyway.
    with FileLock(str(parsed / "lock")):
        if not wanted.exists():
            unfinished = parsed / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)  # of a process that died
            _parse(unfinished)
            unfinished.rename(wanted)
            for old in sorted(filter(Path.is_dir, parsed.iterdir()), key=lambda folder: folder.stat().st_mtime)[:-KEPT]:
                shutil.rmtree(old)
    return wanted


def _parse(target: Path) -> None:
    result = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "parse"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(target), "--log-path", str(target)),
        ],
        # Of the warehouse the parsed project holds its name alone, which is the same in every home.
        env=os.environ | {"WEIR_WAREHOUSE": str(target / WAREHOUSE), "WEIR_DBT_TARGET": "local"},
        check=False,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        raise RuntimeError(f"the dbt project does not parse:\n{result.stdout}{result.stderr}")
