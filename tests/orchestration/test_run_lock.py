"""One run at a time on a home, whoever started it. Source: stack-notes, DuckDB and Dagster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.run_lock import WarehouseBusy, hold_warehouse

HOLD = """
import sys
from pathlib import Path
from orchestration.run_lock import hold_warehouse
with hold_warehouse(Path(sys.argv[1]), "the other run", 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    path = tmp_path / "warehouse.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process, path
    process.kill()
    process.wait()


def test_a_second_run_that_may_not_wait_names_the_holder(other: tuple[subprocess.Popen[str], Path]) -> None:
    process, path = other
    with pytest.raises(WarehouseBusy, match=f"the other run, process {process.pid}"), hold_warehouse(path, "me", 0.2):
        pytest.fail("the lock was taken twice")


def test_a_second_run_passes_when_the_first_ends(
    other: tuple[subprocess.Popen[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    process, path = other
    assert process.stdin is not None
    process.stdin.close()
    with hold_warehouse(path, "me", 20):
        assert process.wait(10) == 0


def test_a_killed_holder_frees_the_lock(other: tuple[subprocess.Popen[str], Path]) -> None:
    process, path = other
    process.kill()
    process.wait()
    with hold_warehouse(path, "me", 5):
        assert f'"pid": {os.getpid()}' in path.with_suffix(".holder.json").read_text()


def test_a_run_inside_a_held_lock_does_not_wait_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.lock"
    with hold_warehouse(path, "weir run", 0), hold_warehouse(path, "its own assets", 0):
        assert "weir run" in path.with_suffix(".holder.json").read_text()
