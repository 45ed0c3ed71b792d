"""What a test is said to take is what it takes. What it makes of it is checked elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pytest

from calculations.clo.compliance import DealInputs, DealTest, Pool, SdrCoefficients, catalogue, run, run_deals
from calculations.clo.compliance.conditions import Context
from calculations.clo.compliance.kinds import measure
from calculations.clo.compliance.measures import Workbench
from calculations.clo.compliance.needs import columns_of, inputs_of
from calculations.clo.presets import STANDARD
from tests.calculations.compliance.pools import INPUTS, holdings

SDR = SdrCoefficients(0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Watched(DealInputs):
    """The figures of a deal, and the names of those that anybody has looked at."""

    seen: set[str] = field(default_factory=set)

    def __getattribute__(self, name: str) -> Any:
        if name in {item.name for item in fields(DealInputs)}:
            object.__getattribute__(self, "seen").add(name)
        return object.__getattribute__(self, name)


def watched() -> Watched:
    found = Watched(
        **{item.name: getattr(INPUTS, item.name) for item in fields(DealInputs) if item.name != "sdr"}, sdr=SDR
    )
    found.seen.clear()
    return found


@pytest.mark.parametrize("number", list(catalogue()))
def test_no_test_is_measured_with_a_figure_that_it_is_not_said_to_take(number: int) -> None:
    inputs = watched()
    measure(Workbench(Context(holdings([{"par": 10.0}]).universe, inputs, STANDARD)), catalogue()[number])
    assert inputs.seen <= inputs_of(catalogue()[number])


@pytest.mark.parametrize(
    ("number", "columns", "inputs"),
    [  # clo-compliance 1.3
        (14, ("country",), set()),
        (31, ("country", "facility_size"), set()),
        (32, ("coupon_type", "coupon_spread", "coupon"), {"current_libor"}),
        (37, ("issuer_id", "moodys_industry"), set()),
        (38, ("is_default_obligation", "is_piking", "market_value", "moodys_recovery_rate"), {"jr_oc_denominator"}),
        (43, ("maturity",), {"stated_maturity"}),
    ],
)
def test_needs_are_those_of_the_definition(number: int, columns: tuple[str, ...], inputs: set[str]) -> None:
    definition = catalogue()[number]
    assert set(columns_of(definition)) == set(columns)
    assert inputs_of(definition) == inputs


def test_deals_of_one_universe_are_the_deals_alone() -> None:
    pool = holdings([{"par": 10.0}, {"par": 20.0, "coupon_type": "FIXED"}, {"par": 5.0, "country": "GERMANY"}])
    other = DealInputs(
        **{**{f.name: getattr(INPUTS, f.name) for f in fields(DealInputs)}, "current_libor": 0.02, "cash": 3.0}
    )
    lists = [(DealTest(32, "MIN"), DealTest(14, "MAX", 0.2)), (DealTest(33, "MIN", 0.4), DealTest(36, "MAX"))]
    pools = [
        Pool(lists[0], pool.par, INPUTS),
        Pool(lists[1], pool.par[::-1].copy(), other),
        Pool(lists[0], pool.par, other),
    ]
    together = run_deals(pool.universe, pools)
    for found, mine in zip(together, pools, strict=True):
        alone = run(mine.tests, type(pool)(pool.universe, mine.par), mine.inputs)
        for one, expected in zip(found, alone, strict=True):
            for item in fields(one):
                value, wanted = getattr(one, item.name), getattr(expected, item.name)
                assert value == (pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else wanted), item.name
    assert np.array_equal(pool.par, [10.0, 20.0, 5.0])
