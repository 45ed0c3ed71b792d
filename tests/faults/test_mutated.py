"""Forty spoilt copies of the demo's files end well: read, quarantined or refused with a clear message. Two hundred are the command's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.cases import FAMILIES, drawn, sound_files, spoilt
from tests.faults.drafts import FAULTS, Draft
from tests.faults.judged import GOOD, judge_apart, template

SEED, CASES = 1, 40
HEAVY = "sizes"  # megabytes each: the command's
QUICK_SIZES = (
    "one_far_cell",
    "dimension_that_claims_everything",
    "long_text_in_many_cells",
    "very_wide_and_short_lines",
)
NUMBERS = [number for number in range(2 * CASES) if FAMILIES[number % len(FAMILIES)] != HEAVY][:CASES]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Draft]:
    return sound_files(tmp_path_factory.mktemp("sound"), ("market", "prices", "bank", "portals"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("empty"))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_spoilt_file_is_read_quarantined_or_clearly_refused(
    number: int, files: Mapping[str, Draft], empty: Path, tmp_path: Path
) -> None:
    verdict = judge_apart(drawn(SEED, number, files), empty, tmp_path)
    assert verdict.ending in GOOD, f"{verdict.title}: {verdict.ending}: {verdict.message}"


@pytest.mark.parametrize("name", QUICK_SIZES)
def test_a_file_that_claims_to_be_huge_costs_little(
    name: str, files: Mapping[str, Draft], empty: Path, tmp_path: Path
) -> None:
    verdict = judge_apart(spoilt(SEED, 0, FAULTS[name], files), empty, tmp_path)
    assert verdict.ending in GOOD, f"{verdict.title}: {verdict.ending}: {verdict.message}"
    assert verdict.bytes_at_peak < 2 * 1024**3


def test_a_fault_is_the_same_for_the_same_seed(files: Mapping[str, Draft]) -> None:
    assert drawn(SEED, 7, files) == drawn(SEED, 7, files)
    assert drawn(SEED, 7, files).draft != drawn(SEED + 1, 7, files).draft


def test_every_family_of_faults_takes_its_turn(files: Mapping[str, Draft]) -> None:
    assert {drawn(SEED, number, files).fault.family for number in range(len(FAMILIES))} == set(FAMILIES)
