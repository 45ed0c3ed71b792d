"""Where funds stood at every quarter's end, what they are expected to call, distribute and be worth, how well that would have been
foreseen, and when open calls are expected to be paid, on each state of what was known. The finance is in calculations.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from calculations.daycount import Days
from calculations.funds.pacing.assumptions import FILE
from calculations.months import as_date
from orchestration.assets.fund_collection_rows import TABLE as COLLECTIONS
from orchestration.assets.fund_collection_rows import collection_rows
from orchestration.assets.fund_forecast_rows import (
    ASSUMPTIONS,
    BACK_TESTS,
    FORECASTS,
    NO_QUARTER,
    back_test_rows,
    forecast_rows,
    joined,
    reason_against,
    starts,
    unforecast_rows,
)
from orchestration.assets.fund_pacing_inputs import MODELS, PacingInputs, read_inputs
from orchestration.assets.fund_quarter_rows import TABLE as QUARTERS
from orchestration.assets.fund_quarter_rows import first_days, quarter_rows, standings
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

DECEMBER = 11  # months after January


def calculate_pacing(warehouse: Warehouse, measured_ids: Sequence[str], file: Path = FILE) -> Tables:
    """Rows of the tables for every measured state of `measured_ids`, on the assumptions of `file`."""
    inputs = read_inputs(warehouse, measured_ids)
    funds, found = inputs.funds, standings(inputs)
    first_close = first_closes(inputs)
    without = np.setdiff1d(np.arange(len(funds.measured_id)), found.at.owner).tolist()
    reasons = {owner: (as_date(funds.as_of[owner]), NO_QUARTER) for owner in without}
    newest = []
    for row in found.last.tolist():
        reason = reason_against(funds, found, row, file)
        if reason is None:
            newest.append(row)
        else:
            reasons[int(found.at.owner[row])] = as_date(found.at.end[row]), reason
    assumed, expected = [unforecast_rows(funds, reasons)], []
    for start in starts(funds, found, first_close, np.array(newest, dtype=np.int64), file):
        for assumptions, forecasts in forecast_rows(funds, start, file):
            assumed.append(assumptions)
            expected.append(forecasts)
    months = found.at.end.astype("datetime64[M]").astype(np.int64) % 12
    is_past = ~np.isin(np.arange(found.at.owner.size), found.last)
    year_ends = [
        row
        for row in np.flatnonzero((months == DECEMBER) & is_past).tolist()
        if reason_against(funds, found, row, file) is None
    ]
    tested = [
        rows
        for start in starts(funds, found, first_close, np.array(year_ends, dtype=np.int64), file)
        for rows in back_test_rows(funds, found, start, file)
    ]
    return {
        QUARTERS: quarter_rows(funds, found),
        ASSUMPTIONS: joined(ASSUMPTIONS, assumed),
        FORECASTS: joined(FORECASTS, expected),
        BACK_TESTS: joined(BACK_TESTS, tested),
        COLLECTIONS: collection_rows(inputs, file),
    }


def first_closes(inputs: PacingInputs) -> Days:
    """The day of each fund's first commitment, (funds,): what its age is counted from; of its first event where it has none."""
    found, moves = first_days(inputs), inputs.moves
    committed = np.flatnonzero(moves.committed > 0)
    owner, first = np.unique(moves.owner[committed], return_index=True)
    found[owner] = moves.day[committed[first]]
    return found


def fund_pacing(file: Path = FILE) -> Calculation:
    """The calculation on the assumptions of `file`."""
    return Calculation(
        name="fund_pacing",
        description="Funds at quarter ends, their expected calls, distributions and values, and expected collections.",
        tables=(QUARTERS, ASSUMPTIONS, FORECASTS, BACK_TESTS, COLLECTIONS),
        key="measured_id",
        inputs="select measured_id from intermediate.int_fund__measured_states",
        deps=(*(f"intermediate.int_fund__{model}" for model in MODELS), "calc.fund_performance"),
        compute=partial(calculate_pacing, file=file),
        files=(file,),
    )


FUND_PACING = fund_pacing()
