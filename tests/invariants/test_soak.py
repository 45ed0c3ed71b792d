"""The soak counts its cases, names the seed of every failure, and can be stopped."""

from __future__ import annotations

import pytest

from tests import soak
from tests.invariants.outcome import Outcome


def is_odd(outcome: Outcome) -> str | None:
    return "planted" if outcome.case.seed % 2 else None


def stops_at_nine(outcome: Outcome) -> str | None:
    if outcome.case.seed == 9:
        raise KeyboardInterrupt
    return None


def test_soak_prints_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["--count", "3", "--seed", "7", "--processes", "1"]) == 0
    assert capsys.readouterr().out.startswith("3 cases from seed 7, 0 broke a rule")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_soak_names_the_seeds_that_break_a_rule(capsys: pytest.CaptureFixture[str], processes: str) -> None:
    assert soak.main(["--count", "4", "--seed", "10", "--processes", processes], {"is_odd": is_odd}) == 1
    *failures, count = capsys.readouterr().out.splitlines()
    assert sorted(failures) == ["seed 11: is_odd: planted", "seed 13: is_odd: planted"]
    assert count.startswith("4 cases from seed 10, 2 broke a rule")


def test_one_case_is_reproduced_by_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["--count", "1", "--seed", "13"], {"is_odd": is_odd}) == 1
    assert capsys.readouterr().out.startswith("seed 13: is_odd: planted\n1 cases from seed 13")


def test_a_stopped_soak_prints_the_count_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["--count", "9", "--seed", "7", "--processes", "1"], {"stops": stops_at_nine}) == 0
    stopped, count = capsys.readouterr().out.splitlines()
    assert stopped == "stopped"
    assert count.startswith("2 cases from seed 7, 0 broke a rule")


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_count_must_be_a_whole_number_above_zero(capsys: pytest.CaptureFixture[str], count: str) -> None:
    with pytest.raises(SystemExit):
        soak.main(["--count", count])
    assert "--count" in capsys.readouterr().err
