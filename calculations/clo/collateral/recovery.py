"""In which row of an asset a default is recovered. How much is recovered does not belong here."""

from __future__ import annotations

import numpy as np

from calculations.clo.collateral.dates import PoolDates
from calculations.clo.columns import Flags, Ints
from calculations.clo.presets import Preset
from calculations.daycount import Days
from calculations.months import add_months
from calculations.ragged import day_keys

NEVER = -1  # no such row, period or fixing


def recovery_rows(
    dates: PoolDates,
    row_of_end: Ints,
    asset: Ints,
    paid: Days,
    period: Ints,
    is_between: Flags,
    lags: Ints,
    months: Ints,
    preset: Preset,
) -> tuple[Ints, Ints]:
    """Row of recovery for a default at the start of each asset (lags, assets) and in each row (lags, rows); NEVER where
    none is late enough.

    `asset` numbers the asset of each row; `row_of_end` are the rows of the interest dates, numbered as the result is to
    be; rows that are `is_between` two of them stand in `period`. A default is recovered on the first interest date on
    or after default date + lag, both as stated, and not before the default itself; under COL-30 so many interest dates
    later as the lag has payment intervals, rounded half to even. A default between two interest dates is recovered on
    one that follows. Source: clo-collateral-engine 1.6, 1.8, Q11, Q30; clo-extensions 2.2.
    """
    # Starts and rows alike: the first interest date that a default may be recovered on, and when it happened.
    number = np.arange(months.size)
    owner = np.concatenate([number, asset])
    earliest = np.concatenate([np.zeros_like(number), period])
    first, end = dates.first_end[owner], dates.first_end[owner + 1]
    nominal = dates.ends.nominal
    happened = np.where(is_between, paid, nominal[first[number.size :] + period])
    dated = np.concatenate([dates.nominal_start, happened])
    comes_before = np.concatenate([np.ones(number.size, dtype=bool), is_between])
    # Where COL-03 rolls a maturity past an interest date that is stated later, dates as stated do not rise.
    keys = np.maximum.accumulate(day_keys(dates.ends.loan, nominal))
    found = np.full((lags.size, owner.size), NEVER, dtype=np.int64)
    for place, lag in enumerate(lags.tolist()):
        if "COL-30" in preset:
            intervals = np.rint(lag / months).astype(np.int64)[owner]
            target = first + np.maximum(earliest - comes_before + intervals, earliest)
        else:
            reached = np.searchsorted(keys, day_keys(owner, add_months(dated, lag)), side="left")
            target = np.maximum(reached, first + earliest)
        is_reached = target < end
        found[place, is_reached] = row_of_end[target[is_reached]]
    return found[:, : number.size], found[:, number.size :]
