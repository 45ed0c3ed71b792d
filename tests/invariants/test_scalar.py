"""The whole path, vectorised over scenarios, pays what the plain one pays scenario by scenario, to 1e-9."""

from __future__ import annotations

import pytest

from calculations.clo.deal.projection import Projection
from tests.invariants.cases import Case, draw_case, projected
from tests.reference import projection as reference
from tests.reference.waterfall import Period

CASES = 200


def compare(case: Case, found: Projection, scenario: int, i: int, period: Period) -> None:
    result = found.result
    scale = float(result.interest_proceeds[scenario, i] + result.principal_proceeds[scenario, i]) + 1e6
    pairs = [
        (result.equity.interest, period.sub_interest),
        (result.equity.principal, period.sub_principal),
        (result.equity.incentive_fee, period.incentive_fee),
        (result.reinvested, period.reinvested),
        *((result.fees[name].paid, paid) for name, paid in period.fees.items()),
        *((result.notes[name].interest_paid, paid) for name, paid in period.interest.items()),
        *((result.notes[name].deferred_repaid, paid) for name, paid in period.deferred.items()),
        *((result.notes[name].principal_paid, paid) for name, paid in period.principal.items()),
    ]
    for name, held in period.balances.items():
        note = result.notes[name]
        pairs += zip((note.balance[:, 1:], note.deferred[:, 1:], note.unpaid[:, 1:]), held, strict=True)
    for array, expected in pairs:
        assert float(array[scenario, i]) == pytest.approx(expected, abs=1e-9 * scale), (case.seed, scenario, i)


@pytest.mark.parametrize("first", range(0, CASES, 20))
def test_the_whole_path_equals_the_plain_one(first: int) -> None:
    for seed in range(first, first + 20):
        case = draw_case(seed, plain=True)
        found = projected(case)
        for scenario, item in enumerate(case.scenarios.items):
            index = case.holdings.current_index
            periods = reference.project(case.deal, case.holdings.assets, item, found.dates, index)
            assert len(periods) == int(found.result.last_period[scenario]), (seed, scenario)
            for i, period in enumerate(periods):
                compare(case, found, scenario, i, period)
