"""Every rule on one draw of random deals, pools and scenarios. `python -m tests.soak` goes on where this one stops."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.invariants.rules import PROJECTS, RULES, Examined, examined
from tests.invariants.situations import SITUATIONS

CASES = 2_000
FEW = 5  # cases in which a situation must come up, so that a rule on it is tried


@pytest.fixture(scope="module")
def drawn() -> list[Examined]:
    return [examined(seed) for seed in range(CASES)]


@pytest.mark.slow
@pytest.mark.parametrize("rule", [PROJECTS, *RULES])
def test_rule_holds_of_every_case(drawn: list[Examined], rule: str) -> None:
    broken = {case.seed: case.broken[rule] for case in drawn if rule in case.broken}
    seeds = sorted(broken)
    assert not broken, f"{len(seeds)} cases break {rule}, seeds {seeds[:10]}; first: {broken[seeds[0]]}"


@pytest.mark.slow
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_draw_reaches(drawn: list[Examined], situation: str) -> None:
    reached = Counter(name for case in drawn for name in case.reached)
    assert reached[situation] >= FEW
