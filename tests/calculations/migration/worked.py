"""The assets, matrix and draws of the worked migration example of clo-compliance 7, and small models. No expected values."""

from __future__ import annotations

import datetime as dt

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import AssetTerms
from calculations.clo.columns import Floats
from calculations.clo.migration.correlations import CorrelationTable, Relationship, system_correlations
from calculations.clo.migration.factors import correlation_factor
from calculations.clo.migration.matrices import TransitionMatrix
from calculations.clo.migration.paths import MigrationModel
from calculations.clo.migration.periods import Step, period_dates, period_matrix
from calculations.clo.migration.schedules import ScheduledBalances, scheduled_balances, universe_of
from calculations.clo.migration.universe import Universe
from calculations.clo.presets import STANDARD, Preset

ANALYSIS = dt.date(2016, 3, 23)
WEEKENDS = BusinessCalendar()
MATRIX = TransitionMatrix(
    ("BB", "B", "CCC", "D"),
    np.array([[0.80, 0.14, 0.04, 0.02], [0.10, 0.75, 0.10, 0.05], [0.02, 0.18, 0.60, 0.20], [0.0, 0.0, 0.0, 1.0]]),
    "clo-compliance 7",
)
# Same industry for X and Y; no two share an issuer, so that its row is not asked for.
TABLE = CorrelationTable(Relationship(0.7, 0.05), Relationship(0.4, 0.03), Relationship(0.2, 0.02), "clo-compliance 7")
DRAWS = np.array([[[1.2], [-0.5], [-0.8]], [[-1.4], [2.2], [0.3]]], dtype=np.float32)  # periods, assets, paths


def asset(asset_id: str, rating: str, par: float, maturity: dt.date, **terms: object) -> AssetTerms:
    """A loan that pays on 23 March and 23 September, on the next business day."""
    return AssetTerms(
        asset_id=asset_id,
        par=par,
        coupon=0.06,
        dated=dt.date(2015, 9, 23),
        first_payment=dt.date(2016, 3, 23),
        maturity=maturity,
        payments_per_year=2,
        convention="FOLLOWING",
        sp_rating=rating,
        **terms,  # type: ignore[arg-type]
    )


X = asset("X", "BB", 5e6, dt.date(2018, 3, 23))
Y = asset(
    "Y",
    "B",
    3e6,
    dt.date(2018, 3, 23),
    instalments=((dt.date(2017, 3, 23), 0.3e6), (dt.date(2018, 3, 23), 2.7e6)),
)
Z = asset("Z", "CCC", 2e6, dt.date(2017, 9, 23))  # a Saturday: paid on the 25th


def schedule(preset: Preset = STANDARD) -> ScheduledBalances:
    return scheduled_balances([X, Y, Z], ANALYSIS, WEEKENDS, preset)


def example(step: Step = "annual", preset: Preset = STANDARD) -> MigrationModel:
    """The worked example as a model."""
    universe = universe_of(schedule(), {}, {"X": "Drugs", "Y": "Drugs", "Z": "Oil & gas"})
    return MigrationModel(
        universe=universe,
        matrix=period_matrix(MATRIX, step),
        factor=correlation_factor(system_correlations(universe, TABLE)),
        dates=period_dates(ANALYSIS, step, dt.date(2018, 3, 23), preset),
        preset=preset,
    )


def alike(count: int, rating: str = "B", maturity: str = "2030-01-01") -> Universe:
    """Assets that differ by name alone."""
    return Universe(
        asset_id=np.array([f"N{number}" for number in range(count)]),
        issuer_id=np.full(count, ""),
        sp_industry=np.full(count, ""),
        sp_rating=np.full(count, rating),
        is_defaulted=np.zeros(count, dtype=bool),
        maturity=np.full(count, maturity, dtype="datetime64[D]"),
    )


def flat_model(universe: Universe, correlations: Floats, step: Step, periods: int) -> MigrationModel:
    """The worked matrix over so many periods."""
    months = {"annual": 12, "semi_annual": 6, "quarterly": 3}[step]
    first = np.datetime64(ANALYSIS, "M") + months * np.arange(periods + 1)
    dates = first.astype("datetime64[D]") + (ANALYSIS.day - 1)
    return MigrationModel(universe, period_matrix(MATRIX, step), correlation_factor(correlations), dates)
