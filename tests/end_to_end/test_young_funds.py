"""Funds that have stated little so far: figures of each follow from what it has, whoever else is calculated with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from orchestration.assets.calculated import CALCULATIONS
from orchestration.calculation_cache import Calculation
from orchestration.running import RunReport
from tests.end_to_end.conftest import Home
from tests.end_to_end.fund_story import HEADERS, Story

TOLD = "activity_id", "measured_id"  # the states of one fund
# A sheet of funds alone is no kind of workbook; calls and distributions whose notices do not sum to them are held.
NOT_PUBLISHED = {1, 1 + list(HEADERS).index("Capital Calls"), 1 + list(HEADERS).index("Distributions")}
OF_ONE_FUND = [calculation for calculation in CALCULATIONS if calculation.key in TOLD]


@dataclass(frozen=True)
class Young(Story):
    """The story as far as its first sheets tell it."""

    told: int = 0

    def sheets(self) -> dict[str, list[tuple[Any, ...]]]:
        return dict(list(super().sheets().items())[: self.told])


@pytest.fixture(scope="module")
def young(new_home: Callable[[str], Home]) -> tuple[Home, RunReport]:
    """A home in which organisation `young-N` has sent the first N sheets of a fund workbook."""
    home = new_home("young")
    for told in range(1, len(HEADERS) + 1):
        feed = {"as_of": "2024-09-30"}
        Young(told=told).write(home.inbox / f"young-{told}" / "fund.xlsx", feed)
    return home, home.run()


def test_funds_that_state_only_their_first_sheets_are_published(young: tuple[Home, RunReport]) -> None:
    home, report = young
    assert report.failure is None
    funds = home.published("select organization_id, count(distinct fund_id) from marts.dim_fund group by all")
    assert dict(funds) == {f"young-{told}": 2 for told in range(1, len(HEADERS) + 1) if told not in NOT_PUBLISHED}


@pytest.mark.parametrize("calculation", OF_ONE_FUND, ids=lambda calculation: calculation.name)
def test_a_fund_is_calculated_by_itself_as_among_others(
    young: tuple[Home, RunReport], calculation: Calculation
) -> None:
    home, _ = young
    ids = [input_id for (input_id,) in home.warehouse.rows(calculation.inputs)]
    assert len(ids) >= len(HEADERS) - 1
    together = counted(home, calculation, ids)
    alone = [counted(home, calculation, [each]) for each in ids]
    assert {name: sum(of_one.get(name, 0) for of_one in alone) for name in together} == together


def counted(home: Home, calculation: Calculation, ids: Sequence[str]) -> dict[str, int]:
    made = calculation.compute(home.warehouse, ids)
    return {name: getattr(rows, "num_rows", None) or len(rows) for name, rows in made.items()}
