"""Small pools for the compliance tests: a plain loan, changed where a test says so. No expected values here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from calculations.clo import compliance
from calculations.clo.compliance import DealInputs, DealTest, Holdings, Universe
from calculations.clo.presets import STANDARD, Preset

LOAN: dict[str, Any] = {
    "par": 10.0,
    "bond_loan": "LOAN",
    "maturity": dt.date(2022, 6, 30),
    "coupon_type": "FLOAT",
    "payment_frequency": 4,
    "coupon_spread": 0.04,
    "libor_floor": 0.0,
    "index_name": "3M LIBOR",
    "coupon": 0.05,
    "unfunded_amount": 0.0,
    "facility_size": 500e6,
    "moodys_industry": "MEDIA",
    "sp_industry": "Media",
    "moodys_asset_category": "MOODY'S SENIOR SECURED LOAN",
    "sp_priority_category": "SENIOR SECURED LOAN",
    "country": "USA",
    "seniority": "SENIOR SECURED",
    "currency": "USD",
    "wal": 5.0,
    "market_value": 99.0,
    "moodys_rating": "B2",
    "moodys_recovery_rate": 0.45,
    "moodys_dp_rating": "B2",
    "moodys_rating_warf": "B2",
    "sp_rating": "B",
}
INPUTS = DealInputs(
    analysis_date=dt.date(2016, 3, 23),
    cash=0.0,
    current_libor=0.005,
    was=0.044,
    was_factor=0.0005,
    warf_threshold=2740,
    warf_factor=67,
    warr_threshold=0.43,
    jr_oc_denominator=50.0,
    stated_maturity=dt.date(2028, 4, 20),
    base_currency="USD",
    target_par=100.0,
    base_coupon=0.06,
    base_spread=0.035,
    ccc_limit=0.1,
)


def holdings(lines: Sequence[dict[str, Any]], preset: Preset = STANDARD, *, base: dict[str, Any] = LOAN) -> Holdings:
    """A pool of loans alike in all that a line does not say; each line is its own asset and issuer unless it says."""
    full = [{**base, "asset_id": f"L{i:03d}", "issuer_id": f"I{i:03d}", **line} for i, line in enumerate(lines)]
    names = {name for line in full for name in line} - {"par"}
    columns = {name: [line.get(name) for line in full] for name in names}
    return Holdings(Universe.from_columns(columns, preset), np.array([line["par"] for line in full], dtype=float))


def result_of(
    number: int,
    lines: Sequence[dict[str, Any]],
    inputs: DealInputs = INPUTS,
    preset: Preset = STANDARD,
    test: DealTest | None = None,
) -> compliance.TestResult:
    """One test of a small pool, listed alone."""
    listed = test or DealTest(number, "MAX", 1.0)
    return next(
        item for item in compliance.run((listed,), holdings(lines, preset), inputs, preset) if item.number == number
    )
