"""Performance of funds, partners, investments and pools. The public names only; each is explained where it is defined.

Many series are measured at once, in arrays. Source: fund-admin 3.
"""

from __future__ import annotations

from calculations.funds.performance.bridge import BridgeLine, Movements, ValueBridge, value_bridge
from calculations.funds.performance.columns import market_columns, measure_columns
from calculations.funds.performance.conventions import Basis, DateBasis, Facility, Included, Level, Measure
from calculations.funds.performance.days import Points, Window, measurement_points, quarter_ends, window_start
from calculations.funds.performance.facility import (
    CalledRepayments,
    Draws,
    ProceedsRepayments,
    Unlevered,
    without_facility,
)
from calculations.funds.performance.facility_statistics import (
    FacilityStatistics,
    Lines,
    Repayments,
    facility_statistics,
)
from calculations.funds.performance.fx_effect import FxEffects, Stretch, fx_effects
from calculations.funds.performance.histories import LEFT_OUT, Histories, Legs
from calculations.funds.performance.levels import (
    Holdings,
    Partners,
    Scope,
    Series,
    gross_series,
    net_series,
)
from calculations.funds.performance.market import Equivalents, Index, NavBasis, market_equivalents
from calculations.funds.performance.measures import Measures, Money, Rates, Ratios, measure
from calculations.funds.performance.partner_navs import (
    NavRows,
    NavShare,
    NavSource,
    Stated,
    oldest_value_day,
    partner_navs,
)
from calculations.funds.performance.pools import Pools, pool_series
from calculations.funds.performance.values import NAV_MISSING, Values

__all__ = [
    "LEFT_OUT",
    "NAV_MISSING",
    "Basis",
    "BridgeLine",
    "CalledRepayments",
    "DateBasis",
    "Draws",
    "Equivalents",
    "Facility",
    "FacilityStatistics",
    "FxEffects",
    "Histories",
    "Holdings",
    "Included",
    "Index",
    "Legs",
    "Level",
    "Lines",
    "Measure",
    "Measures",
    "Money",
    "Movements",
    "NavBasis",
    "NavRows",
    "NavShare",
    "NavSource",
    "Partners",
    "Points",
    "Pools",
    "ProceedsRepayments",
    "Rates",
    "Ratios",
    "Repayments",
    "Scope",
    "Series",
    "Stated",
    "Stretch",
    "Unlevered",
    "ValueBridge",
    "Values",
    "Window",
    "facility_statistics",
    "fx_effects",
    "gross_series",
    "market_columns",
    "market_equivalents",
    "measure",
    "measure_columns",
    "measurement_points",
    "net_series",
    "oldest_value_day",
    "partner_navs",
    "pool_series",
    "quarter_ends",
    "value_bridge",
    "window_start",
    "without_facility",
]
