"""What a person can put right ends a command with a sentence that says so: no trace, exit code 1, or 2 where it was asked wrongly."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from orchestration import running
from orchestration.cli import app
from orchestration.settings import Settings

COMMANDS = (
    ["run"],
    ["approve", "list"],
    ["audit", "verify"],
    ["backup"],
    ["rollback"],
    ["withdraw", "l1", "--reason", "wrong"],
    ["hold", "list"],
)


def weir(home: Path, *command: str) -> Result:
    return CliRunner().invoke(app, [*command, "--home", str(home)])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_damaged_warehouse_ends_every_command_with_the_way_back(command: list[str], tmp_path: Path) -> None:
    Settings(home=tmp_path).warehouse_path.write_bytes(b"not a database" * 1000)
    done = weir(tmp_path, *command)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "not a valid DuckDB database" in done.stderr
    assert "`weir restore` brings the home back" in done.stderr


def test_damage_inside_a_file_that_opens_is_told_alike(tmp_path: Path) -> None:
    path = Settings(home=tmp_path).warehouse_path
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select range as x from range(1000000)")
    content = bytearray(path.read_bytes())
    for block in range(12288, len(content), 262144):  # three headers of 4 KiB, then blocks of 256 KiB
        content[block + 500 : block + 600] = b"z" * 100
    path.write_bytes(content)
    done = weir(tmp_path, "run")
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert "Corrupt database" in done.stderr
    assert "`weir restore` brings the home back" in done.stderr


def test_a_wrong_policy_of_the_home_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "operations_policy.yaml").write_text("window: 1\n")
    for command in (["run"], ["status"]):
        done = weir(tmp_path, *command)
        assert (done.exit_code, type(done.exception)) == (2, SystemExit)
        assert "operations_policy.yaml: window_hours: Field required" in done.stderr


def test_a_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "publications/1/warehouse.duckdb")

    monkeypatch.setattr(running, "prepare_home", full)
    done = weir(tmp_path, "run")
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert "No space left on device: 'publications/1/warehouse.duckdb'" in done.stderr


def test_a_fault_of_weir_itself_keeps_its_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise AssertionError("unreachable")

    monkeypatch.setattr(running, "prepare_home", broken)
    assert isinstance(weir(tmp_path, "run").exception, AssertionError)
