"""Sheets Run Model, Run Model_old and Filter Sheet: control panels and drop-down lists. Deal sheets do not belong here.

Source: clo-workbook 1.5 and 1.7.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ingestion.samples.grid import Grid, Value
from ingestion.samples.history import DealState, Snapshot
from ingestion.samples.parameters import load_tests, load_yaml

FILTER_HEADERS = ("Operator", "Parenthesis", "Field", "Operator", "Value", "Parenthesis")
TRADE_HEADERS = ("Deal ", "Asset", "Transaction", "Par ", "Price")


def deal_of(snapshot: Snapshot, number: int) -> DealState:
    """The deal of that number; a missing one is an error."""
    for item in snapshot.deals:
        if item.deal.number == number:
            return item
    raise ValueError(f"clo_lists.yaml: expected the number of a deal of clo_deals.yaml, found {number}")


def panel_trades(snapshot: Snapshot, panel: dict[str, Any], side: str) -> list[tuple[str, str, str, float, float]]:
    """Hypothetical trades of a control panel: deal, asset id, side, par in USD, price per 100."""
    item = deal_of(snapshot, panel["deal"])
    assets = snapshot.assets[~snapshot.assets["is_default_obligation"]]
    held = assets.index.isin(item.held)
    chosen = assets[held if side == "Sale" else ~held].head(panel["trades"]["count"])
    sizes = panel["trades"]["par"]
    lines = zip(chosen["asset_id"].tolist(), chosen["market_value"].tolist(), strict=True)
    return [
        (item.deal.label, asset_id, side, sizes[place % len(sizes)], price)
        for place, (asset_id, price) in enumerate(lines)
    ]


def run_model_sheet(snapshot: Snapshot) -> Grid:
    """The active control panel; its analysis date is the workbook's."""
    panel = load_yaml("clo_lists.yaml")["control_panel"]
    switches = panel["switches"]
    item = deal_of(snapshot, panel["deal"])
    grid = Grid("Run Model", is_protected=True)
    grid.put(2, 2, "CLO Reinvestment Model")
    grid.put(7, 2, "Deal Info")
    grid.put(7, 4, "Portfolio Rebalancing & Asset Rankings")
    grid.put(7, 10, "Hypothetical Trading")
    left: tuple[tuple[str, Value, str], ...] = (
        ("Analysis Date", snapshot.as_of, ""),
        ("Deal to Run", item.deal.label, ""),
        ("Total Collateral Par", round(float(item.par.sum()), 2), "money"),
        ("Principal Cash", item.principal_cash, "money"),
        ("Interest Cash", item.interest_cash, "money"),
    )
    for row, (label, value, style) in enumerate(left, start=8):
        grid.put(row, 2, label)
        grid.put(row, 3, value, style)
    options: tuple[tuple[str, Value], ...] = (
        ("Show Cashflow & Rating Options", True),
        ("Use Rating Migration for Cashflow", switches["rating_migration"]),
        ("Correlation Matrix", switches["correlation"]),
        ("Number of Simulations", switches["simulations"]),
        ("Rating Frequency", switches["frequency"]),
        ("Static Random Numbers", switches["static_numbers"]),
        ("Random Seed", switches["seed"]),
    )
    grid.table(14, 2, options)
    rebalancing: tuple[tuple[str, Value], ...] = (
        ("Loan Par Increment", panel["par_increment"]),
        ("Include Deal Loans", True),
        ("Transaction", "Buy"),
        ("Sale Par Amount", panel["sale_par"]),
        ("Purchase Par Amount", panel["purchase_par"]),
    )
    for row, (label, value) in enumerate(rebalancing, start=8):
        grid.put(row, 4, label)
        grid.put(row, 5, value)
    for row, title, filters in (
        (13, "Buy Asset Filter", panel["buy_filter"]),
        (21, "Sale Asset Filter", panel["sale_filter"]),
    ):
        grid.put(row, 4, title)
        grid.table(row + 1, 4, [FILTER_HEADERS, *filters])
    grid.put(27, 2, "Run Model")
    grid.put(33, 2, "Delete Outputs")
    _objectives(grid, item)
    grid.put(8, 13, "Hypothetical Pool Mode")
    grid.put(8, 14, True)
    grid.table(10, 10, [TRADE_HEADERS, *panel_trades(snapshot, panel, "Buy")])
    grid.blanks = [(44, 27, 44, 27)]
    grid.define("DealAnalysisDate", (8, 3), (8, 3), scoped=False)
    return grid


def _objectives(grid: Grid, item: DealState) -> None:
    tests = load_tests()
    for column, header in ((4, "Test Name"), (8, "Test Number"), (9, "Weight")):
        grid.put(30, column, header)
    for row, (number, weight) in enumerate(item.deal.objectives, start=31):
        for column, value in ((4, tests[number].name), (8, number), (9, weight)):
            grid.put(row, column, value)
    grid.put(39, 8, "Total")
    grid.put(39, 9, round(sum(weight for _, weight in item.deal.objectives), 6))


def old_run_model_sheet(snapshot: Snapshot) -> Grid:
    """The previous control panel, whose values never change."""
    panel = load_yaml("clo_lists.yaml")["old_panel"]
    grid = Grid("Run Model_old")
    analysis_date: dt.date = panel["analysis_date"]
    links = (
        "Table Of Contents",
        "Model Inputs",
        "Portfolio Optimization",
        "Hypothetical Trading",
        "Buy Asset Filtering",
        "Sale Asset Filtering",
    )
    grid.down(2, 1, links)
    titles = (
        (2, "Model Inputs"),
        (4, "Portfolio Optimization & Rankings"),
        (6, "Hypothetical Trading"),
        (11, "Buy Asset Optimization Filtering"),
        (17, "Sale Asset Optimization Filtering"),
    )
    for column, title in titles:
        grid.put(2, column, title)
    left: tuple[tuple[str, Value], ...] = (
        ("Analysis Date", analysis_date),
        ("Deal to Run", f"Mag {panel['deal']}"),
        ("Use Rating Migration for Cashflow", False),
        ("Use Correlation", True),
        ("Number of Simulations", 100),
        ("Random Seed", 4711),
        ("Rating Frequency", "Quarterly"),
        ("Static Random Numbers", True),
    )
    grid.table(3, 2, left)
    middle: tuple[tuple[str, Value], ...] = (
        ("Max Num Assets", panel["max_assets"]),
        ("Incremental Loan Size", panel["par_increment"]),
        ("Allow par increase to existing loans", True),
        ("Sale Par Amount", panel["sale_par"]),
        ("Purchase Par Amount", panel["purchase_par"]),
    )
    grid.table(3, 4, middle)
    trades = panel_trades(snapshot, panel, "Sale")
    grid.table(3, 6, [TRADE_HEADERS, *trades])
    grid.table(3, 11, [FILTER_HEADERS, *panel["buy_filter"]])
    grid.table(3, 17, [FILTER_HEADERS, *panel["sale_filter"]])
    grid.blanks = [(39, 22, 39, 22)]
    return grid


def filter_sheet() -> Grid:
    """Thirteen independent drop-down lists under a header row."""
    lists = load_yaml("clo_lists.yaml")
    depths = range(1, lists["parenthesis_depth"] + 1)
    columns: tuple[tuple[str, list[Value]], ...] = (
        ("S&P Rating", lists["sp_ratings"]),
        ("Moody's Rating", lists["moodys_ratings"]),
        ("S&P Industry", lists["sp_industries"]),
        ("Moody Industry", lists["moodys_industries"]),
        ("Open Parenthesis", ["(" * depth for depth in depths]),
        ("Close Parenthisis", [")" * depth for depth in depths]),
        ("Numerical Operator", lists["numeric_operators"]),
        ("String Operators", lists["string_operators"]),
        ("Logical Operator", lists["logical_operators"]),
        ("Filter Fields", lists["filter_fields"]),
        ("Boolean Fields", [True, False]),
        ("Country Fields", lists["countries"]),
        ("Analyst Opinnion", lists["analyst_opinions"]),
    )
    grid = Grid("Filter Sheet")
    for column, (header, values) in enumerate(columns, start=1):
        grid.put(1, column, header)
        grid.down(2, column, values)
    return grid
