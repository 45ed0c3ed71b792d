"""The hidden Reference Table: holidays, index history, vectors, sink schedules, matrix, curve, assumptions. Deal terms do not belong here.

Source: clo-workbook 1.6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples.grid import Grid, Value
from ingestion.samples.history import Snapshot
from ingestion.samples.parameters import load_yaml
from ingestion.samples.schedule import business_days, shift, us_holidays
from ingestion.samples.story import load_story

BLOCKS = (
    (2, "Holidays"),
    (4, "Actual LIBOR Rates"),
    (9, "Cashflow Vectors"),
    (18, "Sink Schedule"),
    (21, "S&P 1 year Transition Matrix"),
    (40, "Yield Curve"),
    (42, "Collateral Cashflows"),
    (47, "Deals"),
    (48, "S&P Rating Migration Correlation"),
)
LINKS = (
    "Actual LIBOR Rates",
    "Cashflow Vectors",
    "Holidays",
    "S&P 1 year Transition Matrix",
    "Sink Schedule",
    "Yield Curve",
    "Collateral Cashflows",
    "Deals",
    "S&P Rating Migration Correlation",
)
VECTORS = ("QTR_CPR_1", "SA_CPR_1", "QTR_CDR_1", "QTR_CDR_2", "Open2", "SA_CDR_1", "QTR_SEV_1", "SA_SEV_1")
EXCEL_EPOCH = dt.date(1899, 12, 30)
SINKS_FROM = np.datetime64("2015-12-31")
INFINITE = 8.0  # stands for an infinite normal inverse


def reference_sheet(snapshot: Snapshot) -> Grid:
    """All nine blocks; the index history runs to the workbook's own date."""
    grid = Grid("Reference Table", is_hidden=True)
    grid.put(2, 1, "Table Of Contents")
    grid.down(3, 1, LINKS)
    for column, title in BLOCKS:
        grid.put(1, column, "Table Of Contents")
        grid.put(2, column, title)
    days = [day for day, _ in us_holidays()]
    grid.across(3, 2, ("Date", "Day"))
    grid.down(4, 2, days)
    grid.down(4, 3, [day.strftime("%A") for day in days])
    grid.define("Holidays", (4, 2), (3 + len(days), 3), scoped=False)
    _index_history(grid, snapshot)
    _vectors(grid)
    rows = sink_rows(snapshot.assets)
    grid.table(3, 18, [("CUSIP", "Date", "Amount"), *rows])
    grid.define("Sink_Schedule", (4, 18), (3 + len(rows), 20), scoped=False)
    _transition_matrix(grid)
    _small_tables(grid, snapshot)
    return grid


def _index_history(grid: Grid, snapshot: Snapshot) -> None:
    market = load_yaml("market.yaml")
    first = shift(np.array([load_story().dates[0]], dtype="datetime64[D]"), 1 - market["workbook_history_days"])[0]
    days = business_days(first.item(), snapshot.as_of)
    rows: list[tuple[Value, ...]] = []
    # A business day without a fixing repeats the last one, so that every determination date finds its rate.
    for day, percent in zip(days.tolist(), snapshot.libor.latest(days).tolist(), strict=True):
        serial = (day - EXCEL_EPOCH).days
        for tenor, value in (("1 MONTH LIBOR", percent - market["one_month_discount"]), ("3 MONTH LIBOR", percent)):
            rows.append((f"{serial}{tenor}", day, tenor, round(max(value, 0.01), 5), "REUT"))
    grid.table(3, 4, [("CUSIP", "Date", "Sec Desc1", "Yield", "Source"), *rows])
    grid.define("LIBOR_Rates", (4, 4), (3 + len(rows), 8), scoped=False)


def _vectors(grid: Grid) -> None:
    periods = np.arange(1, 49)
    ramp = np.minimum(periods / 24.0, 1.0)
    shapes: tuple[npt.NDArray[np.float64] | None, ...] = (
        0.18 + 0.05 * ramp,
        0.20 - 0.06 * ramp,
        0.02 + 0.012 * np.exp(-periods / 12.0),
        0.02 * ramp,
        None,  # Open2 is an empty vector
        np.where(periods > 1, 0.03, 0.0),
        np.full(48, 0.3),
        np.full(48, 0.3),
    )
    grid.across(3, 9, ("Period", *VECTORS))
    grid.down(4, 9, periods.tolist())
    for offset, shape in enumerate(shapes, start=10):
        if shape is not None:
            grid.down(4, offset, shape.round(5).tolist())
    grid.define("CF_Vectors", (3, 9), (3 + len(periods), 17), scoped=False)


def sink_rows(assets: pd.DataFrame) -> list[tuple[Value, ...]]:
    """Scheduled repayments (asset id, day, USD): a quarter of one percent of the amount issued each quarter, the rest at maturity.

    Instalments before the end of 2015 are left out; notes repay at maturity only.
    """
    rows: list[tuple[Value, ...]] = []
    first_months = assets["first_payment_date"].to_numpy().astype("datetime64[M]")
    maturities = assets["maturity"].to_numpy().astype("datetime64[D]")
    terms = zip(
        assets["asset_id"], assets["bond_loan"], assets["facility_size"].tolist(), first_months, maturities, strict=True
    )
    for asset_id, kind, issued, start, maturity in terms:
        ends = (np.arange(start, maturity.astype("datetime64[M]") + 1, 3) + 1).astype("datetime64[D]") - 1
        # The last instalment keeps clear of maturity: two repayments adjusted to one day cannot be told apart.
        ends = ends[ends < maturity - np.timedelta64(15, "D")]
        if kind == "BOND":
            ends = ends[:0]
        instalment = round(0.0025 * issued, 2)
        rows += [(asset_id, day, instalment) for day in ends[ends >= SINKS_FROM].tolist()]
        rows.append((asset_id, maturity.item(), round(issued - instalment * len(ends), 2)))
    return rows


def transition_matrix(states: int) -> npt.NDArray[np.float64]:
    """A synthetic one-year matrix (states, states): decay away from the diagonal, default rising with rank; rows sum to 1."""
    ranks = np.arange(states - 1)
    distance = np.abs(ranks[:, None] - ranks[None, :])
    weights = np.where(distance == 0, 1.0, 0.035 * 0.28 ** (distance - 1.0))
    default = np.minimum(1e-5 * 1.75**ranks, 0.25)
    live = weights / weights.sum(axis=1, keepdims=True) * (1.0 - default[:, None])
    matrix = np.zeros((states, states))
    matrix[:-1, :-1], matrix[:-1, -1], matrix[-1, -1] = live, default, 1.0
    return matrix


def _transition_matrix(grid: Grid) -> None:
    states: Sequence[str] = load_yaml("clo_lists.yaml")["transition_states"]
    matrix = transition_matrix(len(states)).round(10)
    matrix[np.arange(len(states)), np.arange(len(states))] += 1.0 - matrix.sum(axis=1)
    cumulative = np.minimum(matrix.cumsum(axis=1), 1.0).round(10)
    normal = NormalDist()

    def inverse(value: float) -> float:
        return -INFINITE if value <= 0 else INFINITE if value >= 1 else round(normal.inv_cdf(value), 8)

    grid.across(3, 21, ("From/to", *states))
    for first, values in ((4, matrix.round(10).tolist()), (24, cumulative.tolist())):
        grid.table(first, 21, [(state, *row) for state, row in zip(states, values, strict=True)])
    grid.table(43, 21, [(state, *map(inverse, row)) for state, row in zip(states, cumulative.tolist(), strict=True)])
    grid.define("SpTransMat", (3, 21), (3 + len(states), 21 + len(states)), scoped=False)


def _small_tables(grid: Grid, snapshot: Snapshot) -> None:
    lists = load_yaml("clo_lists.yaml")
    curve = list(lists["yield_curve"].items())
    grid.table(3, 40, [("Month", "Rate"), *curve])
    grid.define("LIBORCurve", (4, 40), (3 + len(curve), 41), scoped=False)
    ids = snapshot.assets["asset_id"].to_numpy()
    assumptions = [
        (ids[row[0]] if isinstance(row[0], int) else row[0], *row[1:]) for row in lists["cash_flow_assumptions"]
    ]
    grid.table(3, 42, [("Asset", "Prepayment", "Default", "Severity", "Lag"), *assumptions])
    grid.define("CFAssumptions", (4, 42), (3 + len(assumptions), 46), scoped=False)
    deals = ["All", *(item.deal.label for item in snapshot.deals)]
    grid.put(3, 47, "Deal")
    grid.down(4, 47, deals)
    grid.define("Deals", (4, 47), (3 + len(deals), 47), scoped=False)
    correlations = lists["rating_correlations"]
    grid.table(3, 48, [("Relationship", "Base Correlation", "Step per Notch"), *correlations])
    grid.define("CorrData", (3, 48), (3 + len(correlations), 50), scoped=False)
