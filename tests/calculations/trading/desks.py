"""Deals to trade for in tests: the five assets of the worked example, small random ones, and a real deal. No tests here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calculations.clo.compliance.deal import DealInputs, DealTest
from calculations.clo.compliance.results import prepare
from calculations.clo.compliance.universe import Universe
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.trading.baskets import Position
from calculations.clo.trading.desk import Desk
from calculations.clo.trading.objective import Objective

LOAN: dict[str, Any] = {
    "bond_loan": "LOAN",
    "coupon_type": "FLOAT",
    "payment_frequency": 4,
    "coupon_spread": 0.04,
    "libor_floor": 0.0,
    "coupon": 0.05,
    "index_name": "3M LIBOR",
    "unfunded_amount": 0.0,
    "facility_size": 500e6,
    "moodys_industry": "Media",
    "sp_industry": "Media",
    "moodys_asset_category": "Moody's Senior Secured Loan",
    "sp_priority_category": "Senior Secured Loan",
    "country": "USA",
    "seniority": "Senior Secured",
    "moodys_rating": "B2",
    "moodys_rating_warf": "B2",
    "sp_rating": "B",
    "moodys_recovery_rate": 0.45,
    "wal": 5.0,
    "market_value": 99.0,
}


def universe_of(*lines: Mapping[str, Any]) -> Universe:
    """Loans alike in all that a line does not say; each is its own issuer unless it says."""
    full = [{**LOAN, "asset_id": f"A{i}", "issuer_id": f"I{i}", **line} for i, line in enumerate(lines)]
    names = {name for line in full for name in line}
    return Universe.from_columns({name: [line.get(name) for line in full] for name in names})


def desk_of(
    universe: Universe,
    tests: Sequence[DealTest],
    weights: Mapping[int, float],
    inputs: DealInputs,
    preset: Preset = STANDARD,
    exempt: frozenset[int] = frozenset(),
) -> Desk:
    return Desk(prepare(tests, universe, inputs, preset), Objective(tuple(weights.items()), exempt))


def worked_desk() -> tuple[Desk, Position]:
    """The rebalancing example of clo-compliance 7."""
    rows = [
        ("A", "USA", "B2", 5.0, 100.0),  # rating factors 2720, 3490, 2220, 1766, 2220
        ("B", "USA", "B3", 4.0, 98.0),
        ("C", "GERMANY", "B1", 6.0, 99.0),
        ("D", "SWEDEN", "Ba3", 4.5, 96.0),
        ("E", "USA", "B1", 5.5, 99.0),
    ]
    names = ("asset_id", "country", "moodys_rating_warf", "wal", "market_value")
    universe = universe_of(*(dict(zip(names, row, strict=True)) for row in rows))
    tests = (
        DealTest(14, "Max", 0.22),
        DealTest(35, "Max", 6.0),
        DealTest(36, "Max", None, overwrite=2900.0),
    )
    desk = desk_of(universe, tests, {35: 0.4, 36: 0.6}, DealInputs(current_libor=0.005))
    return desk, Position(np.array([10e6, 6e6, 4e6, 0.0, 0.0]), 0.0)
