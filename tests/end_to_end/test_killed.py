"""A run may die at any point: the publication is the old one or the new one, whole, and the next run completes.

Twenty seeded points. Runs are started from a server that has imported everything, so that a point falls into the run
itself and not into Python's start.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import pytest

from ingestion.samples import write_scaled_clo_workbook
from orchestration.settings import Settings
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

SEED = 20160323
# A changed market file touches few models, so most of a run is loading and publishing; a changed workbook touches the
# calculations and verdicts too. Ten points in each of two homes, side by side.
POINTS = ["feed"] * 8 + ["deals"] * 2
COMPLETE_EVERY = 10
PRELOADED = ["orchestration.graph", "orchestration.running", "great_expectations", "orchestration.alerts"]


def _run(home: str, started: Event) -> None:
    os.setsid()
    started.set()
    from orchestration.running import run

    report = run(Settings(home=Path(home), settle_seconds=0))
    if report.failure is not None:
        raise RuntimeError(report.failure)


@pytest.fixture(scope="module")
def server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def start(server: ForkServerContext, home: Home) -> BaseProcess:
    started = server.Event()
    process = server.Process(target=_run, args=(str(home.settings.home), started))
    process.start()
    assert started.wait(60)
    return process


def complete(server: ForkServerContext, home: Home) -> float:
    clock = time.monotonic()
    process = start(server, home)
    process.join(300)
    assert process.exitcode == 0
    return time.monotonic() - clock


def kill_after(server: ForkServerContext, home: Home, seconds: float, *, with_children: bool) -> None:
    process = start(server, home)
    process.join(seconds)
    assert process.pid is not None
    with suppress(ProcessLookupError):  # it may have ended just now
        # A killed terminal takes dbt along; a killed process leaves it an orphan that still holds the warehouse.
        if with_children:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
    process.join()


def assert_whole(home: Home, holidays: set[int]) -> int:
    """The publication matches its manifest file by file; returns its number of holidays, one of those allowed."""
    publication = home.settings.published_link.resolve()
    manifest = json.loads((publication / "manifest.json").read_text())
    for name, checksum in manifest["files"].items():
        assert hashlib.sha256((publication / name).read_bytes()).hexdigest() == checksum, name
    with duckdb.connect(str(home.settings.published_link / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.execute("select count(*) from marts.dim_holiday where calendar = 'TEST'").fetchone()
    assert counted is not None
    assert counted[0] in holidays
    return counted[0]


def write_deals(home: Home, name: str, seed: int) -> None:
    write_scaled_clo_workbook(home.inbox / name, deals=3, assets=50, correlation_ids=0, seed=seed)


def write_holidays(home: Home, count: int) -> None:
    lines = [f"TEST,2030-01-{day:02d},Day {day}" for day in range(1, count + 1)]
    (home.inbox / "holidays_test.csv").write_text("\n".join(["calendar,holiday_date,name", *lines, ""]))


def killed_again_and_again(server: ForkServerContext, home: Home, seed: int, lengths: dict[str, float]) -> None:
    """Kill this half's runs one after the other; each is also the next run of the one killed before it."""
    points = random.Random(seed)
    published, wanted = 2, 2
    for number, kind in enumerate(POINTS, start=1):
        wanted += 1
        write_holidays(home, wanted)
        if kind == "deals":
            write_deals(home, f"deals_{number}.xlsx", seed + number)
        kill_after(server, home, points.random() * lengths[kind], with_children=number % 2 == 0)
        published = assert_whole(home, set(range(published, wanted + 1)))
        if number % COMPLETE_EVERY == 0:
            complete(server, home)
            published = assert_whole(home, {wanted})


def test_a_killed_run_leaves_the_publication_whole_and_the_next_run_completes(
    server: ForkServerContext, new_home: Callable[[str], Home], tmp_path: Path
) -> None:
    clock = time.monotonic()
    home = new_home("killed")
    write_deals(home, "first.xlsx", SEED)
    write_holidays(home, 1)
    lengths = {"deals": complete(server, home)}
    assert_whole(home, {1})
    write_holidays(home, 2)
    lengths["feed"] = complete(server, home)
    assert_whole(home, {2})
    shutil.copytree(home.settings.home, tmp_path / "second", symlinks=True)
    homes = [home, Home(tmp_path / "second")]
    ready = time.monotonic()

    with ThreadPoolExecutor(len(homes)) as pool:
        halves = [
            pool.submit(killed_again_and_again, server, half, SEED + 100 * n, lengths) for n, half in enumerate(homes)
        ]
    for half in halves:
        half.result()
    print(
        f"ready in {ready - clock:.0f} s; {len(homes) * len(POINTS)} points and the runs that complete them in ", end=""
    )
    print(f"{time.monotonic() - ready:.0f} s")
    leftovers = [
        p.name for h in homes for p in h.settings.publications_path.iterdir() if p.name.startswith(".building")
    ]
    assert leftovers == []
