"""Figures as flat columns of equal length, one row per series and day, for a table. Reading and writing tables is not here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.funds.performance.market import Equivalents
from calculations.funds.performance.measures import Measures, Rates, Ratios
from calculations.irr import AMBIGUOUS

Columns = dict[str, NDArray[Any]]


def measure_columns(found: Measures) -> Columns:
    """The rows of `measures`, with their convention: series, event_date, value_date and those of the basis; for every amount
    (minor units, 0 where not known), multiple and rate `<name>` and `<name>_reason`; for rates also `is_<name>_annualised`,
    `is_<name>_unusual` and `<name>_roots`, text where the rate is ambiguous.
    """
    count = found.points.series.size
    columns: Columns = {
        "series": found.points.series,
        "event_date": found.points.day,
        "value_date": found.value_day,
        **{name: np.full(count, value, dtype=object) for name, value in found.basis.as_row().items()},
    }
    for name, money in found.money.items():
        columns |= {name: money.units, f"{name}_reason": money.reasons}
    return columns | _ratio_columns(found.ratios) | _rate_columns(found.rates)


def market_columns(found: Equivalents) -> Columns:
    """The rows of `market`, in the order of their points, named as those of `measure_columns`; `m_pme_nav_basis` says what
    the modified PME was weighted with, `index_nav` is in minor units, unrounded, and NaN where not known.
    """
    count = found.points.series.size
    return {
        "series": found.points.series,
        "event_date": found.points.day,
        "m_pme_nav_basis": np.full(count, str(found.nav_basis), dtype=object),
        "index_nav": found.index_nav,
        "direct_alpha_log": found.log_alpha,
        **_ratio_columns(found.ratios),
        **_rate_columns(found.rates),
    }


def _ratio_columns(ratios: Mapping[str, Ratios]) -> Columns:
    columns: Columns = {}
    for name, ratio in ratios.items():
        columns |= {name: ratio.values, f"{name}_reason": ratio.reasons}
    return columns


def _rate_columns(rates: Mapping[str, Rates]) -> Columns:
    columns: Columns = {}
    for name, rate in rates.items():
        roots = np.full(rate.values.size, None, dtype=object)
        for point, listed in rate.listed.items():
            if rate.reasons[point] == AMBIGUOUS:
                roots[point] = ", ".join(f"{root:.12f}" for root in listed)
        columns |= {
            name: rate.values,
            f"{name}_reason": rate.reasons,
            f"is_{name}_annualised": rate.is_annualised,
            f"is_{name}_unusual": rate.is_unusual,
            f"{name}_roots": roots,
        }
    return columns
