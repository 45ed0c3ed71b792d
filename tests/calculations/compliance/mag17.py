"""The one real deal of the public figures, as the compliance tests take it. No expected values here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from calculations.clo.compliance import DealInputs, DealTest, Holdings, Universe
from calculations.clo.presets import STANDARD, Preset

ANALYSIS_DATE = dt.date(2016, 3, 23)
INPUTS = DealInputs(  # clo-compliance 2.3
    analysis_date=ANALYSIS_DATE,
    cash=68_842_395.08471006,
    current_libor=0.005418,
    was=0.0440,
    warf_threshold=2740,
    warf_factor=67,
    jr_oc_denominator=462_400_000,
    stated_maturity=dt.date(2028, 4, 20),
    base_currency="USD",
)
LIMITS = {  # clo-compliance 2.2, in the order of the sheet (1.2); None where the limit is computed (1.4)
    1: 0.9,
    2: 0.1,
    3: 0.02,
    4: 0.025,
    5: 0.02,
    6: 0.02,
    7: 0.075,
    8: 0.05,
    9: 0.025,
    10: 0.025,
    11: 0.025,
    13: 0.15,
    14: 0.2,
    15: 0.125,
    16: 0.1,
    17: 0.15,
    18: 0.15,
    19: 0.05,
    20: 0.1,
    21: 0.05,
    22: 0.075,
    23: 0.05,
    24: 0.075,
    25: 0.1,
    26: 0.12,
    27: 0.15,
    28: 0.05,
    29: 0.6,
    30: 0.05,
    31: 0.07,
    33: 0.455,
    32: None,
    36: None,
    35: 6.74,
    37: 55,
    38: 1.029,
    34: 0.07,
}
MINIMA = frozenset({1, 32, 33, 34, 37, 38})
DEAL = tuple(DealTest(number, "Min" if number in MINIMA else "Max", limit) for number, limit in LIMITS.items())


def holdings(columns: Mapping[str, list[Any]], preset: Preset = STANDARD) -> Holdings:
    return Holdings(Universe.from_tape(columns, ANALYSIS_DATE, preset), np.array(columns["held_par"]))
