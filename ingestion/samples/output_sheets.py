"""The four generated sheets a workbook was saved with: deal assets, rankings, rebalance, hypothetical trade. Inputs do not belong here.

Their figures are computed from the demo pool by this package, so that they are records and not numbers at random. Source: clo-workbook 1.8.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ingestion.samples.control_sheets import deal_of, panel_trades
from ingestion.samples.grid import Grid, Value
from ingestion.samples.history import DealState, Snapshot, pool
from ingestion.samples.measures import floating_spreads, test_results, thresholds
from ingestion.samples.parameters import load_tests, load_yaml

ASSET_HEADERS = (
    "BlackRock ID",
    "Issue Name",
    "Par",
    "Market Value",
    "Moody's Rating",
    "S&P's Rating",
    "Coupon",
    "WAS",
    "LIBOR Floor",
    "WAL",
)
DEAL_ASSETS_DEAL = 16
RANKED = 365


def _attributes(frame: pd.DataFrame, libor: float, price_scale: float) -> list[tuple[Value, ...]]:
    spreads = np.where(frame["coupon_type"] == "FLOAT", floating_spreads(frame, libor), frame["coupon"] - libor)
    columns = (
        frame["asset_id"],
        frame["issue_name"],
        frame["par"],
        frame["market_value"] * price_scale,
        frame["moodys_rating"].str.upper(),
        frame["sp_issuer_rating"],
        frame["coupon"],
        pd.Series(spreads, index=frame.index).round(6),
        frame["libor_floor"],
        frame["wal"],
        frame["moodys_recovery_rate"],
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))


def deal_assets_sheet(snapshot: Snapshot) -> Grid:
    """Holdings of one deal: header in row 1, data from column B, prices per 100."""
    item = deal_of(snapshot, DEAL_ASSETS_DEAL)
    grid = Grid(f"Deal Assets-{item.deal.label}")
    grid.across(1, 2, (*ASSET_HEADERS, "Moody's Recovery rate", "Analyst Opinion"))
    rows = _attributes(pool(snapshot.assets, item.held, item.par), item.current_libor, 1.0)
    grid.table(2, 2, [(*row, "HOLD") for row in rows])
    return grid


def ranked_assets(snapshot: Snapshot, item: DealState, increment: float) -> tuple[pd.DataFrame, list[float]]:
    """Performing assets by the spread they earn for their price and rating, best first, with that score (1 is neutral)."""
    lists = load_yaml("clo_lists.yaml")
    factors = dict(zip(lists["moodys_ratings"], lists["rating_factors"], strict=True))
    frame = snapshot.assets[~snapshot.assets["is_default_obligation"]].assign(par=increment)
    spreads = np.where(
        frame["coupon_type"] == "FLOAT",
        floating_spreads(frame, item.current_libor),
        frame["coupon"] - item.current_libor,
    )
    rating = frame["moodys_rating_warf"].map(factors).to_numpy(dtype=float)
    score = (
        1.0
        + (spreads - item.results[32])
        - (rating - item.results[36]) / 1e5
        + (1.0 - frame["market_value"].to_numpy() / 100.0) / 4.0
    )
    order = np.lexsort((frame["asset_id"].to_numpy(), -score))[:RANKED]
    return frame.iloc[order], score[order].round(14).tolist()


def rankings_sheet(snapshot: Snapshot) -> Grid:
    """Assets to buy for the deal of the control panel, best first; prices per 1."""
    panel = load_yaml("clo_lists.yaml")["control_panel"]
    item = deal_of(snapshot, panel["deal"])
    grid = Grid("Rankings-Output")
    grid.put(1, 2, "Assets to Purchase")
    grid.across(2, 2, ("Objective Function", *ASSET_HEADERS, "Moody's Recovery Rate"))
    frame, scores = ranked_assets(snapshot, item, panel["par_increment"])
    rows = _attributes(frame, item.current_libor, 0.01)
    grid.table(3, 2, [(score, *row) for score, row in zip(scores, rows, strict=True)])
    return grid


def _after(snapshot: Snapshot, item: DealState, changes: pd.Series) -> dict[int, float]:
    """Test results after trades at market price; `changes` gives the par bought (sold: negative) by place in the universe."""
    par = pd.Series(item.par, index=item.held).add(changes, fill_value=0.0)
    par = par[par > 0]
    prices = snapshot.assets.loc[changes.index, "market_value"]
    cash = item.principal_cash - float((changes * prices / 100.0).sum())
    frame = pool(snapshot.assets, par.index.to_numpy(), par.to_numpy())
    return test_results(frame, cash, item.deal, item.current_libor, item.debt)


def _comparison(item: DealState, after: dict[int, float], with_comments: bool) -> list[tuple[Value, ...]]:
    tests = load_tests()
    stated = {number: test.threshold for number, test in tests.items()}
    before_limits = thresholds(item.deal, stated, item.results.get(33))
    after_limits = thresholds(item.deal, stated, after.get(33))

    def verdict(number: int, results: dict[int, float], limits: dict[int, float]) -> str:
        if number not in results:
            return "N/A"
        below = results[number] <= limits[number] + 1e-12
        above = results[number] >= limits[number] - 1e-12
        return "PASS" if (below if tests[number].direction == "Max" else above) else "FAIL"

    rows: list[tuple[Value, ...]] = []
    for number in item.deal.tests:
        known = number in item.results and number in after
        first = round(item.results[number], 8) if known else "N/A"
        second = round(after[number], 8) if known else "N/A"
        change = round(after[number] - item.results[number], 8) if known else "N/A"
        row: tuple[Value, ...] = (
            number,
            tests[number].name,
            round(before_limits[number], 8),
            first,
            verdict(number, item.results, before_limits),
            None,
            second,
            verdict(number, after, after_limits),
            change,
        )
        rows.append((*row, "No change" if change == 0 else "Changed") if with_comments else row)
    return rows


def _trade_summary(frames: Sequence[tuple[str, pd.DataFrame]]) -> list[tuple[Value, ...]]:
    def average(frame: pd.DataFrame, column: str) -> float:
        return round(float(np.average(frame[column], weights=frame["par"])), 6) if len(frame) else 0.0

    rows: list[tuple[Value, ...]] = [("Attribute", *(title for title, _ in frames))]
    rows.append(("Par", *(round(float(frame["par"].sum()), 2) for _, frame in frames)))
    for label, column in (
        ("Coupon", "coupon"),
        ("Price", "market_value"),
        ("WAL", "wal"),
        ("Recovery Rate", "moodys_recovery_rate"),
    ):
        rows.append((label, *(average(frame, column) for _, frame in frames)))
    return rows


def rebalance_sheet(snapshot: Snapshot) -> Grid:
    """Sales of the worst held loans and purchases of the best ranked ones, with the tests before and after."""
    panel = load_yaml("clo_lists.yaml")["control_panel"]
    item = deal_of(snapshot, panel["deal"])
    ranked, _ = ranked_assets(snapshot, item, panel["par_increment"])
    count = int(panel["purchase_par"] // panel["par_increment"])
    bought = ranked[~ranked["is_dip"]].head(count)
    held = pool(snapshot.assets, item.held, item.par)
    sold = held[held.index.isin(ranked.index[::-1])].loc[[place for place in ranked.index[::-1] if place in held.index]]
    sold = sold[sold["par"].cumsum() <= panel["sale_par"]].drop(index=bought.index, errors="ignore")
    changes = bought["par"].sub(sold["par"], fill_value=0.0)
    grid = Grid("Rebalance-Output")
    grid.put(1, 2, "Compliance")
    headers = (
        "Test Num",
        "Test Name",
        "Threshold",
        "Before Results",
        "Before Pass/Fail",
        None,
        "After Results",
        "After Pass/Fail",
        "Differences",
    )
    grid.table(2, 2, [headers, *_comparison(item, _after(snapshot, item, changes), False)])
    grid.put(1, 14, "Trade Attributes")
    grid.table(2, 14, _trade_summary((("Purchases", bought), ("Sales", sold))))
    for column, title, frame in ((18, "Purchases", bought), (31, "Sales", sold)):
        grid.put(1, column, title)
        grid.table(
            2, column, [(*ASSET_HEADERS, "Moody's Recovery Rate"), *_attributes(frame, item.current_libor, 0.01)]
        )
    return grid


def hypothetical_sheet(snapshot: Snapshot) -> Grid:
    """The trades of the control panel applied to its deal, with the tests before and after."""
    panel = load_yaml("clo_lists.yaml")["control_panel"]
    item = deal_of(snapshot, panel["deal"])
    places = snapshot.assets.reset_index().set_index("asset_id")["index"]
    trades = panel_trades(snapshot, panel, "Buy")
    changes = pd.Series(
        [float(par) for _, _, _, par, _ in trades], index=[places[asset_id] for _, asset_id, _, _, _ in trades]
    )
    grid = Grid(f"HYPO-{item.deal.label}-Output")
    grid.put(1, 2, "Compliance")
    headers = (
        "Test Num",
        "Test Name",
        "Threshold",
        "Results",
        "Pass/Fail",
        None,
        "Hypo Result",
        "Hypo Pass/Fail",
        "Differences",
        "Hypo Comments",
    )
    grid.table(2, 2, [headers, *_comparison(item, _after(snapshot, item, changes), True)])
    grid.put(1, 13, "Trade Attributes")
    bought = snapshot.assets.loc[changes.index].assign(par=changes)
    grid.table(2, 13, _trade_summary((("Purchases", bought), ("Sales", bought.iloc[:0]))))
    return grid
