"""What holds of cures, and of scenarios that run in groups. What holds of every deal is in `tests.invariants`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo import deal
from calculations.clo.deal.cures import interest_cure, principal_cure
from calculations.clo.pool_flows import PoolFlows
from tests.calculations.deal.random_deals import DATES, deal_of, documents, pools

INDEX = np.array([0.05, 0.04, 0.045, 0.03])


@settings(max_examples=15, deadline=None)
@given(documents(), pools(scenarios=5))
def test_scenarios_in_other_groups_are_paid_the_same(document: dict[str, Any], flows: PoolFlows) -> None:
    terms = deal_of(document)
    together = deal.run_liabilities(terms, flows, DATES, INDEX)
    apart = deal.run_liabilities(terms, flows, DATES, INDEX, scenarios_at_once=2)
    for name, note in together.notes.items():
        assert note.balance == pytest.approx(apart.notes[name].balance, rel=1e-12, abs=1e-9)
    assert together.equity.principal == pytest.approx(apart.equity.principal, rel=1e-12, abs=1e-9)


@given(st.floats(1e6, 1e9), st.floats(1e6, 1e9), st.floats(1.001, 2.0))
def test_a_cure_brings_the_ratio_to_its_trigger(numerator: float, denominator: float, trigger: float) -> None:
    # 4.3: N / (D - x) = T with other money, (N - x) / (D - x) = T with money in N
    x = interest_cure(numerator, denominator, trigger)
    assert trigger * (denominator - x) == pytest.approx(numerator, rel=1e-9)
    y = principal_cure(numerator, denominator, trigger)
    assert trigger * (denominator - y) == pytest.approx(numerator - y, rel=1e-6, abs=1e-3)
