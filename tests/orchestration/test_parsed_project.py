"""The dbt project is parsed once for all homes of one code, and anew for other code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration import parsed_project as module
from orchestration.home import manifest_path
from orchestration.parsed_project import KEPT, MANIFEST, parsed_project
from orchestration.settings import Settings


class Parser:
    """Stands in for `dbt parse`: writes what the code says into the target, or fails."""

    def __init__(self) -> None:
        self.code = "one"
        self.parsed: list[str] = []
        self.is_broken = False

    def __call__(self, target: Path) -> None:
        target.mkdir()
        (target / MANIFEST).write_text(self.code)
        if self.is_broken:
            raise RuntimeError("the dbt project does not parse")
        self.parsed.append(self.code)


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> Parser:
    stand_in = Parser()
    monkeypatch.setattr(module, "_parse", stand_in)
    monkeypatch.setattr(module, "code_fingerprint", lambda folder: stand_in.code)
    return stand_in


def test_a_project_is_parsed_once_until_its_files_change(parser: Parser, tmp_path: Path) -> None:
    assert parsed_project(tmp_path) == parsed_project(tmp_path)
    parser.code = "two"
    assert (parsed_project(tmp_path) / MANIFEST).read_text() == "two"
    parser.code = "one"
    assert (parsed_project(tmp_path) / MANIFEST).read_text() == "one"
    assert parser.parsed == ["one", "two"]


def test_projects_of_older_code_are_forgotten(parser: Parser, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        parser.code = str(number)
        moment = number + 1
        os.utime(parsed_project(tmp_path), (moment, moment))
    kept = {folder.name for folder in tmp_path.iterdir() if folder.is_dir()}
    assert kept == {str(number) for number in range(2, KEPT + 2)}


def test_what_does_not_parse_is_said_and_leaves_nothing_to_be_taken_for_parsed(parser: Parser, tmp_path: Path) -> None:
    parser.is_broken = True
    for _ in range(2):
        with pytest.raises(RuntimeError, match="does not parse"):
            parsed_project(tmp_path)
    parser.is_broken = False
    assert (parsed_project(tmp_path) / MANIFEST).exists()


def test_homes_share_one_manifest(tmp_path: Path) -> None:
    first, second = (manifest_path(Settings(home=tmp_path / name)) for name in ("first", "second"))
    assert first == second
    assert not first.is_relative_to(tmp_path)
