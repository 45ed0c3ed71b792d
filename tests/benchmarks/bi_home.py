"""A home whose marts hold declared volumes, published as a run does, and other publications of it. Reading them does not belong here."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from pathlib import Path

import duckdb

from orchestration.assets.published import published_marts
from orchestration.clock import utc_now
from orchestration.home import manifest_path
from orchestration.publish import Publication, point_to, publish, remove_old_publications
from orchestration.running import run
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse
from tests.benchmarks.bi_questions import LAST_MONTH, Volumes

FILLINGS = Path(__file__).parent / "bi_marts"
# A number below `sides`, the same one for the same seed.
DRAWN = "create temp macro drawn(sides, seed) as (hash(seed) % sides)::bigint"
KEPT = 3  # publications: a few gigabytes each


def settings_of(home: Path) -> Settings:
    return Settings(home=home, settle_seconds=0, publications_kept=KEPT)


def make_home(settings: Settings, volumes: Volumes) -> None:
    """A home that has published an empty inbox, so that every mart has its contract, with its marts filled afterwards.

    Raises RuntimeError when the run fails.
    """
    settings.inbox_path.mkdir(parents=True)
    report = run(settings)
    if report.failure is not None:
        raise RuntimeError(f"the home of the benchmark could not be run: {report.failure}")
    with Warehouse(settings.warehouse_path).connect() as connection:
        connection.execute(DRAWN)
        for name, count in asdict(volumes).items():
            connection.execute(f"set variable {name} = {count}")
        connection.execute(f"set variable last_month = date '{LAST_MONTH}'")
        for file in sorted(FILLINGS.glob("*.sql")):
            for statement in duckdb.extract_statements(file.read_text()):
                connection.execute(statement)


def publish_whole(settings: Settings) -> Publication:
    """Copy, prove and swap in the marts, as the last step of a run does."""
    return publish(
        Warehouse(settings.warehouse_path),
        settings,
        published_marts(manifest_path(settings)),
        run_id="benchmark",
        fingerprints=("benchmark", "benchmark"),
        reports={},
    )


def publish_again(settings: Settings) -> None:
    """Swap in a publication of files of its own where clients read, and prune the oldest.

    A whole publication of such volumes takes longer than clients are watched.
    """
    current = settings.published_link.resolve()
    new = settings.publications_path / f"{utc_now():%Y%m%dT%H%M%S%f}Z"
    building = new.with_name(f".building-{new.name}")
    shutil.copytree(current, building, symlinks=True, copy_function=_copied)
    os.replace(building, new)
    point_to(settings, new)
    remove_old_publications(Warehouse(settings.warehouse_path), settings)


def _copied(source: str, target: str) -> None:
    """What clients read anew, what they do not as another name of the same file."""
    if Path(source).parts[-2:] == ("_operator", "warehouse.duckdb"):
        shutil.copyfile(source, target)
    else:
        os.link(source, target)
