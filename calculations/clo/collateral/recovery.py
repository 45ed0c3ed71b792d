"""In which row of an asset a default is recovered. How much is recovered does not belong here."""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, Ints
from calculations.clo.presets import Preset
from calculations.daycount import Days
from calculations.months import add_months

NEVER = -1  # no such row, period or fixing


def recovery_rows(
    nominal_start: np.datetime64,
    nominal_ends: Days,
    row_of_end: Ints,
    paid: Days,
    period: Ints,
    is_between: Flags,
    lags: Ints,
    months: int,
    preset: Preset,
) -> Ints:
    """Row of recovery (lags, rows + 1) for a default at the start, column 0, and in each row; NEVER where none is late
    enough.

    `nominal_ends` are the interest dates as stated and `row_of_end` their rows; rows that are `is_between` two of them
    stand in `period`. A default is recovered on the first interest date on or after default date + lag, both as
    stated, and not before the default itself; under COL-30 so many interest dates later as the lag has payment
    intervals, rounded half to even. A default between two interest dates is recovered on one that follows.
    Source: clo-collateral-engine 1.6, 1.8, Q11, Q30; clo-extensions 2.2.
    """
    # First interest date, by number, that a default of this row may be recovered on.
    earliest = np.concatenate([[0], period])
    dated = np.concatenate([[nominal_start], np.where(is_between, paid, nominal_ends[period])])
    found = np.full((lags.size, earliest.size), NEVER, dtype=np.int64)
    for number, lag in enumerate(lags.tolist()):
        if "COL-30" in preset:
            intervals = int(np.rint(lag / months))
            counted_from = earliest - np.concatenate([[True], is_between])
            target = np.maximum(counted_from + intervals, earliest)
        else:
            target = np.maximum(np.searchsorted(nominal_ends, add_months(dated, lag), side="left"), earliest)
        is_reached = target < row_of_end.size
        found[number, is_reached] = row_of_end[target[is_reached]]
    return found
