"""Makes a Weir home ready: folders, the Dagster instance file, the manifest that the definitions are built from.

Nothing here touches data.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestration.encryption import DBT_VARIABLE, warehouse_key
from orchestration.errors import Refused
from orchestration.parsed_project import MANIFEST, parsed_project
from orchestration.settings import PROJECT, Settings

PLAIN, ENCRYPTED = "local", "encrypted"  # targets of the dbt profile
RESTORE_MARKER = ".restore-unfinished.json"


class HalfRestored(Refused):
    """A restore into the home was cut off while it moved its parts in; the message says what to do."""


def refuse_half_restored(settings: Settings) -> None:
    """Raises HalfRestored."""
    if (settings.home / RESTORE_MARKER).exists():
        raise HalfRestored(
            f"{settings.home}: a restore was cut off here; run `weir restore` again, what was here is in replaced/"
        )


def prepare_home(settings: Settings) -> None:
    """Create what is missing below the home; running it twice changes nothing. Raises HalfRestored."""
    refuse_half_restored(settings)
    for folder in (
        settings.home,
        settings.inbox_path,
        settings.publications_path,
        settings.dagster_home,
        settings.dbt_target_path,
    ):
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
    key = warehouse_key()
    os.environ["WEIR_DBT_TARGET"] = PLAIN if key is None else ENCRYPTED
    if key is not None:
        os.environ[DBT_VARIABLE] = key
    os.environ["DBT_LOG_PATH"] = str(settings.dbt_target_path / "logs")


def manifest_path(settings: Settings) -> Path:
    """Path of the dbt manifest of the code as it stands. Raises RuntimeError when the dbt project does not parse."""
    set_quiet_environment(settings)
    return parsed_project() / MANIFEST
