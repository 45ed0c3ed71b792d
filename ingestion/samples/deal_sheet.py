"""The sheet `Mag N Inputs` of one deal: side-by-side blocks of both template generations. Deal states do not belong here.

Source: clo-workbook 1.4.
"""

from __future__ import annotations

import numpy as np

from ingestion.samples.deal_terms import (
    AD,
    AF,
    AJ,
    FEE_HEADERS,
    Z,
    as_dates,
    put_deal_dates_and_schedule,
    put_fees,
    put_liabilities,
    put_sub_note_history,
)
from ingestion.samples.grid import Grid, Value
from ingestion.samples.history import DealState, Snapshot
from ingestion.samples.measures import thresholds
from ingestion.samples.parameters import load_tests, load_yaml

B, D, F, J, L, R, T, X, AB = 2, 4, 6, 10, 12, 18, 20, 24, 28
TITLES = (
    (B, "Current Period Dates"),
    (D, "Deal Collateral"),
    (F, "CLO Accounts"),
    (J, "LIBOR"),
    (L, "Concentration Limits and Collateral Quality Test Thresholds"),
    (R, "Quality Test Inputs"),
    (T, "Optimization Objective Weights"),
    (X, "Cashflow Inputs"),
    (Z, "Payments to Sub Notes"),
    (AB, "CLO Inputs"),
    (AD, "Deal Dates"),
    (AF, "Payment Dates"),
    (AJ, "CLO Liabilities"),
)
# Column A lists the blocks; the older template (1) starts with other entries than the newer one (2).
LINKS = {
    1: ("Cashflow Inputs", "CLO Accounts", "CLO Inputs", "CLO Liabilities"),
    2: ("CLO Accounts", "CLO Collateral", "CLO Fees", "CLO Inputs", "CLO Liabilities"),
}
LINKS_BELOW = (
    "Concentration Limits and Collateral Quality Test Thresholds",
    "Current Period Dates",
    "Deal Dates",
    "LIBOR",
    "Optimization Objective Weights",
    "Payment Dates",
    "Payments to Sub Notes",
    "Quality Test Inputs",
)
NEWER_TEMPLATE_LAST_ROW = 440
SPLIT = 0.6  # share of the first of two collateral lines of one asset


def deal_sheet(state: DealState, snapshot: Snapshot) -> Grid:
    """All blocks of one deal's sheet with their sheet-scoped names."""
    grid = Grid(state.deal.sheet_name, frozen_rows=3)
    grid.put(2, 1, "Table Of Contents")
    grid.down(3, 1, (*LINKS[state.deal.generation], *LINKS_BELOW))
    fees_at = AJ + 1 + len(state.deal.classes)
    for column, title in (*TITLES, (fees_at, "CLO Fees")):
        grid.put(1, column, "Table of Contents")
        grid.put(2, column, title)
    _period_dates(grid, state, snapshot)
    _collateral(grid, state, snapshot)
    _accounts_and_libor(grid, state)
    _tests_and_objectives(grid, state)
    _inputs(grid, state, snapshot)
    put_sub_note_history(grid, state, snapshot)
    put_deal_dates_and_schedule(grid, state)
    put_liabilities(grid, state)
    put_fees(grid, state, fees_at)
    if state.deal.generation == 2:
        grid.blanks.append((NEWER_TEMPLATE_LAST_ROW, 1, NEWER_TEMPLATE_LAST_ROW, fees_at + len(FEE_HEADERS) - 1))
    return grid


def _period_dates(grid: Grid, state: DealState, snapshot: Snapshot) -> None:
    schedule, period = state.schedule, state.period
    last = as_dates(schedule.payment[period - 1 : period])[0] if period else state.deal.dates.closing
    grid.down(
        3,
        B,
        ("Analysis date", "Next Payment Date", "Beg Collection Period", "End Collection Period", "Last Payment Date"),
    )
    current = [
        as_dates(days[period : period + 1])[0]
        for days in (schedule.payment, schedule.collection_begin, schedule.collection_end)
    ]
    grid.down(3, B + 1, [snapshot.as_of, *current, last])
    grid.define("AnalysisDate", (3, B + 1), (3, B + 1))


def _collateral(grid: Grid, state: DealState, snapshot: Snapshot) -> None:
    lines: list[tuple[str, float]] = []
    split = set(np.argsort(-state.par, kind="stable")[: state.deal.split_lines].tolist())
    for place, (asset_id, par) in enumerate(
        zip(snapshot.assets.loc[state.held, "asset_id"], state.par.tolist(), strict=True)
    ):
        first = round(par * SPLIT, 2)
        lines += [(asset_id, first), (asset_id, round(par - first, 2))] if place in split else [(asset_id, par)]
    grid.across(3, D, ("BLKRockID", "Par Amount"))
    grid.down(4, D, [asset_id for asset_id, _ in lines])
    grid.down(4, D + 1, [par for _, par in lines], "money")
    grid.define("DealCollateral", (4, D), (3 + len(lines), D + 1))


def _accounts_and_libor(grid: Grid, state: DealState) -> None:
    names = load_yaml("clo_lists.yaml")["account_names"]
    grid.across(3, F, (state.deal.account_header, "Account Name", "Interest", "Principal"))
    for number, name in enumerate(names, start=1):
        is_collection = name == "Collection"
        amounts = (state.interest_cash, state.principal_cash) if is_collection else (0, 0)
        grid.across(3 + number, F, (number, name))
        grid.across(3 + number, F + 2, amounts, "money")
    grid.define("Accounts", (4, F), (3 + len(names), F + 3))
    grid.down(3, J, ("Original Libor Rate", "Current Libor Rate"))
    grid.down(3, J + 1, (state.original_libor, state.current_libor), "percent")


def _tests_and_objectives(grid: Grid, state: DealState) -> None:
    deal, tests = state.deal, load_tests()
    limits = thresholds(deal, {number: test.threshold for number, test in tests.items()}, state.results.get(33))
    grid.across(3, L, ("Test Number", "Test Name", "Min/Max", "Threshold", "Overwrite", "Previous Values"))
    for row, number in enumerate(deal.tests, start=4):
        # Coverage is never excused by its previous value, and a test without a result has none: the sheet states 0.
        previous = 0.0 if number == 38 else state.previous.get(number, 0.0)
        grid.across(row, L, (number, tests[number].name, tests[number].direction, round(limits[number], 8)))
        grid.across(row, L + 4, (0 if deal.states_overwrites else None, round(previous, 6)))
    grid.define("TestThresholds", (4, L), (3 + len(deal.tests), L + 5))
    grid.across(3, T, ("Test Name", deal.result_header, "Test Number", "Weight"))
    for row, (number, weight) in enumerate(deal.objectives, start=4):
        grid.across(row, T, (tests[number].name, round(state.results.get(number, 0.0), 6), number, weight))
    grid.define("ObjWeights", (4, T + 2), (3 + len(deal.objectives), T + 3))


def _inputs(grid: Grid, state: DealState, snapshot: Snapshot) -> None:
    deal, quality = state.deal, state.deal.quality
    stated: tuple[tuple[str, Value], ...] = (
        ("Current LIBOR", state.current_libor),
        ("Reinvestment Target Balance", deal.target),
        ("Weighted Average Spread", quality.was),
        ("WARF Factor", quality.warf_factor),
        ("WARF Threshold", quality.warf_threshold),
        ("JR OC Denominator", round(state.debt, 2)),
        ("WAS Factor", quality.was_factor),
        ("WARR Threshold", quality.warr_threshold),
        ("Stated Maturity Date", deal.dates.maturity),
    )
    grid.table(3, R, stated)
    grid.define("QualityTestInputs", (3, R), (2 + len(stated), R + 1))
    grid.across(3, X, ("Input", "Value"))
    grid.table(4, X, deal.cash_flow_inputs.items())
    grid.define("CFInputs", (4, X), (3 + len(deal.cash_flow_inputs), X + 1))
    inputs: tuple[tuple[str, Value], ...] = (
        ("Interest Diversion Test", deal.triggers.diversion),
        ("Event of Default Trigger", deal.triggers.event_of_default),
        ("Analysis Date", snapshot.as_of),
        ("Current LIBOR", state.current_libor),
        ("Deal Name", deal.name),
        ("Beg Fee Basis", round(float(state.par.sum()) + max(state.principal_cash, 0.0), 2)),
        ("Purchase Finance Accrued Interest", 0),
        ("Event of Default", False),
        ("CCC Asset Haircut Percent", 0.075),
        ("Incentive Management Fee", 0.2),
        ("Incentive Management Fee Hurdle", 0.12),
    )
    grid.across(3, AB, ("Input", "Value"))
    grid.table(4, AB, inputs)
    grid.define("CLOInputs", (4, AB), (3 + len(inputs), AB + 1))
