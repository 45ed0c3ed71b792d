"""What the command says when it cannot do what was asked: a sentence and an exit code, never a stack trace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.settings import Settings


def weir(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=environment)


def said(result: Result) -> str:
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    result = weir("status", "--home", str(tmp_path), WEIR_ORGANIZATION_ID="Not A Tenant")
    assert result.exit_code == 2
    assert "WEIR_ORGANIZATION_ID" in said(result)


def test_a_home_without_a_warehouse_says_how_to_make_one(tmp_path: Path) -> None:
    assert "`weir run` makes one" in said(weir("status", "--home", str(tmp_path)))
    assert weir("trace", "fact_oc_tests.ratio", "--home", str(tmp_path)).exit_code == 2
    assert weir("rollback", "--home", str(tmp_path)).exit_code == 2


def test_whether_there_is_anything_to_do_is_decided_without_dagster() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, orchestration.running; sys.exit('dagster' in sys.modules)"], check=False
    )
    assert found.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["ratio"], "TABLE.COLUMN"),
        (["fact_nothing.ratio"], "fact_nothing has no lineage; these have: fact_oc_tests"),
        (["fact_oc_tests.nothing"], "has no lineage; these have: ratio"),
        (["fact_oc_tests.ratio", "deal"], "KEY=VALUE"),
        (["fact_oc_tests.ratio"], "holds no publication yet"),
    ],
)
def test_a_trace_that_names_no_number_says_what_would(tmp_path: Path, arguments: list[str], answer: str) -> None:
    result = weir("trace", *arguments, "--home", str(tmp_path))
    assert result.exit_code == 2
    assert answer in said(result)


HOLD = """
import sys
from pathlib import Path
from orchestration.run_lock import hold_warehouse
with hold_warehouse(Path(sys.argv[1]), "run 4711", 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run_in_progress(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    lock = Settings(home=tmp_path).lock_path
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()


def test_a_run_beside_another_says_who_holds_the_warehouse(
    tmp_path: Path, run_in_progress: subprocess.Popen[str]
) -> None:
    result = weir("run", "--home", str(tmp_path), WEIR_LOCK_TIMEOUT_SECONDS="0.2", WEIR_SETTLE_SECONDS="0")
    assert result.exit_code == 1
    assert f"held by run 4711, process {run_in_progress.pid}" in said(result)
