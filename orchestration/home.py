"""Makes a Weir home ready: folders, the Dagster instance file, the manifest that the definitions are built from.

Nothing here touches data.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.fingerprints import code_fingerprint
from orchestration.settings import DBT_PROJECT, PROJECT, Settings


def prepare_home(settings: Settings) -> None:
    """Create what is missing below the home; running it twice changes nothing."""
    for folder in (settings.home, settings.inbox_path, settings.publications_path, settings.dagster_home):
        folder.mkdir(parents=True, exist_ok=True)
    instance_file = settings.dagster_home / "dagster.yaml"
    wanted = (PROJECT / "dagster.yaml").read_bytes()
    if not instance_file.exists() or instance_file.read_bytes() != wanted:
        shutil.copyfile(PROJECT / "dagster.yaml", instance_file)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    set_quiet_environment(settings)


def set_quiet_environment(settings: Settings) -> None:
    """Environment that dbt, Dagster and Great Expectations read: no telemetry, one warehouse, one target folder."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ["WEIR_WAREHOUSE"] = str(settings.warehouse_path)
    os.environ["DBT_LOG_PATH"] = str(settings.dbt_target_path / "logs")
    # `dbt` stands beside the interpreter even when the virtual environment is not activated.
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")


def manifest_path(settings: Settings) -> Path:
    """Path of the dbt manifest of the code as it stands, parsed when there is none yet for it."""
    manifest = settings.dbt_target_path / "manifest.json"
    stamp = settings.dbt_target_path / "manifest.code"
    wanted = code_fingerprint(DBT_PROJECT)
    if manifest.exists() and stamp.exists() and stamp.read_text() == wanted:
        return manifest
    settings.dbt_target_path.mkdir(parents=True, exist_ok=True)
    set_quiet_environment(settings)
    result = subprocess.run(
        [
            *("dbt", "--quiet", "--no-use-colors", "parse"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(settings.dbt_target_path)),
        ],
        # dagster-dbt sets this for its dbt processes; without it the first of them would parse everything again.
        env=os.environ | {"DAGSTER_DBT_CLI": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        raise RuntimeError(f"the dbt project does not parse:\n{result.stdout}{result.stderr}")
    stamp.write_text(wanted)
    return manifest
