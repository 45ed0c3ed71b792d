"""Synthetic interest-rate paths and the fixings read from them. File layouts do not belong here.

Rates are in percent, as published; a path depends on the seed alone, so workbooks and market files agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.samples.parameters import load_yaml


@dataclass(frozen=True)
class RatePath:
    """Fixings in percent by day, ascending; holidays of the fixing are left out."""

    days: npt.NDArray[np.datetime64]
    percent: npt.NDArray[np.float64]

    def latest(self, on: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
        """Last fixing on or before each day, in percent; a day before the first fixing is an error."""
        places = np.searchsorted(self.days, on, side="right") - 1
        if places.size and places.min() < 0:
            raise ValueError(f"expected days from {self.days[0]} on, found {on[places.argmin()]}")
        return self.percent[places]


def _knots(knots: dict[dt.date, float], days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
    at = np.array(list(knots), dtype="datetime64[D]").astype(float)
    return np.interp(days.astype(float), at, np.array(list(knots.values()), dtype=float))


def rate_path(rng: np.random.Generator, level: dict[str, Any], closed: npt.NDArray[np.datetime64]) -> RatePath:
    """A path through the level's knots with independent daily noise, on weekdays that are not `closed`."""
    days = np.arange(np.datetime64(level["from"]), np.datetime64(level["to"]) + 1)
    days = days[np.is_busday(days, holidays=closed)]
    noise = rng.normal(0.0, level["daily_noise"], size=days.size)
    percent = np.maximum(_knots(level["knots"], days) + noise, 0.01).round(level["decimals"])
    return RatePath(days, percent.astype(np.float64))


def libor_path(seed: int) -> RatePath:
    """The three-month rate that the CLO workbooks and the market file share; fixed holidays have no fixing."""
    level = load_yaml("market.yaml")["libor_3m"]
    years = range(level["from"].year, level["to"].year + 1)
    closed = np.array([f"{year}-{day}" for year in years for day in ("01-01", "12-25", "12-26")], dtype="datetime64[D]")
    return rate_path(np.random.default_rng([seed, 101]), level, closed)
