"""Assets, curves and deal dates of the worked tables of clo-collateral-engine 8, and how a table is read."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import AssetFlows, AssetTerms, project_assets
from calculations.clo.deal_dates import DealDates
from calculations.clo.presets import preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from calculations.curves import Curve
from tests.reference.collateral import Projection
from tests.reference.collateral_row import Row

WEEKENDS = BusinessCalendar()
ANALYSIS = dt.date(2024, 2, 1)

CURVE_H = Curve.of(ANALYSIS, {1: 0.053, 3: 0.0525, 6: 0.05, 12: 0.042, 24: 0.032, 36: 0.03, 60: 0.031, 120: 0.035})
CURVE_B = Curve.of(ANALYSIS, {1: 0.015, 3: 0.013, 6: 0.01, 12: 0.0085, 24: 0.011, 36: 0.014, 60: 0.019, 120: 0.024})

FIXED = AssetTerms(
    asset_id="A",
    par=10_000_000.0,
    coupon=0.08,
    dated=dt.date(2023, 12, 15),
    first_payment=dt.date(2024, 3, 15),
    maturity=dt.date(2025, 12, 15),
)
FLOORED = replace(
    FIXED,
    asset_id="B",
    coupon=0.053,
    coupon_type="FLOAT",
    spread=0.035,
    floor=0.01,
    day_count="ACT/360",
    convention="MOD FOLLOWING",
)
FLOATER = replace(FLOORED, asset_id="F", coupon=0.088, floor=0.0075, convention="")
AMORTISING = replace(
    FIXED,
    asset_id="C",
    coupon=0.07,
    day_count="ACT/360",
    convention="FOLLOWING",
    dated=dt.date(2023, 12, 20),
    first_payment=dt.date(2024, 3, 20),
    maturity=dt.date(2025, 6, 20),
    instalments=(
        (dt.date(2024, 3, 20), 0.5),
        (dt.date(2024, 6, 20), 0.5),
        (dt.date(2024, 9, 20), 1.0),
        (dt.date(2024, 12, 20), 1.0),
        (dt.date(2025, 3, 20), 1.0),
        (dt.date(2025, 6, 20), 6.0),
    ),
)
OFF_GRID = replace(
    FIXED,
    asset_id="C-off",
    coupon=0.07,
    payments_per_year=2,
    day_count="30E/360",
    first_payment=dt.date(2024, 6, 15),
    maturity=dt.date(2026, 6, 15),
    instalments=(
        (dt.date(2024, 6, 15), 1.0),
        (dt.date(2024, 9, 15), 1.0),
        (dt.date(2024, 12, 15), 1.0),
        (dt.date(2025, 6, 15), 2.0),
        (dt.date(2025, 12, 15), 2.0),
        (dt.date(2026, 6, 15), 3.0),
    ),
)
DEFAULTED = replace(FIXED, asset_id="G", is_defaulted=True, market_value=45.0)
DOWNGRADED = replace(FIXED, asset_id="I", moodys_history=((dt.date(2024, 1, 1), "B2"), (dt.date(2025, 1, 1), "D")))

SLOW_DEFAULTS = Assumptions(cdr=0.02, severity=0.3, lag_months=6)

# The names of a table's columns as the fields of a result.
FIELDS = {
    "pay_date": "paid",
    "acc_beg": "accrual_begin",
    "coupon": "coupon",
    "beg_bal": "begin_balance",
    "default": "default",
    "interest": "interest",
    "sched_prin": "scheduled",
    "unsched_prin": "unscheduled",
    "recovery": "recovery",
    "net_loss": "net_loss",
    "end_bal": "end_balance",
    "default_bal": "defaulted",
    "mv_default_bal": "defaulted_value",
}


def read_table(text: str) -> dict[str, list[str]]:
    """The columns of a table by name."""
    rows = list(csv.DictReader(text.strip().splitlines()))
    return {name: [row[name] for row in rows] for name in rows[0]}


def rows_of(
    asset: AssetTerms,
    assumptions: Assumptions,
    quirks: str = "",
    *,
    curve: Curve | None = None,
    analysis: dt.date = ANALYSIS,
    settlement: dt.date | None = None,
    until: dt.date | None = None,
) -> AssetFlows:
    """The rows of one asset in one scenario."""
    scenarios = Scenarios.of([Scenario("base", assumptions, curve)])
    chosen = preset(quirks.split())
    (found,) = project_assets([asset], scenarios, analysis, WEEKENDS, chosen, settlement=settlement, until=until)
    return found


def plain_rows_of(
    asset: AssetTerms, assumptions: Assumptions, *, curve: Curve | None = None, analysis: dt.date = ANALYSIS
) -> SimpleNamespace:
    """The same rows by the plain implementation: its columns under their names."""
    rows = Projection(asset, assumptions, analysis, curve, frozenset()).run()
    columns = {field.name: np.array([getattr(row, field.name) for row in rows]) for field in fields(Row)}
    return SimpleNamespace(**columns | {"paid": columns["paid"].astype("datetime64[D]")})


def quarterly_deal() -> DealDates:
    """Payment dates of table L: the 22nd, collections ending 10 calendar days before, the first beginning 12 Jan 2024."""
    months = np.arange(np.datetime64("2024-04", "M"), np.datetime64("2026-05", "M"), 3)
    payment = months.astype("datetime64[D]") + np.timedelta64(21, "D")
    collection_end = payment - np.timedelta64(10, "D")
    first = np.datetime64("2024-01-22", "D")
    before = np.concatenate([[first], payment[:-1]])
    return DealDates(
        analysis=ANALYSIS,
        months_between=3,
        nominal=payment,
        payment=payment,
        accrual_begin=before,
        collection_begin=np.concatenate([[np.datetime64("2024-01-12", "D")], collection_end[:-1]]),
        collection_end=collection_end,
        interest_determination=before,
        nominal_before=first,
    )
