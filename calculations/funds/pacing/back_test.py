"""How well a forecast made on a past day with what was assumed then met what happened since. Making forecasts does not belong here.

Source: measures of forecast error as usual: mean error, mean absolute error, root mean squared error, error of the total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calculations.daycount import Floats
from calculations.funds.pacing.assumptions import FILE, PacingArrays, in_force
from calculations.funds.pacing.forecast import FundStates, PacingForecast, PeriodsPerYear, forecast


@dataclass(frozen=True)
class Errors:
    """Forecast less actual of one series, every array (funds,), in the fund's currency.

    `mean` tells of a bias, `mean_absolute` and `root_mean_square` of the size per period, `total` of the sum over all
    periods and `total_share` of that over the actual sum: nan where nothing happened. For the net asset value, a level,
    `total` and its share are of the last period.
    """

    mean: Floats
    mean_absolute: Floats
    root_mean_square: Floats
    total: Floats
    total_share: Floats


@dataclass(frozen=True)
class BackTest:
    """The forecast as it would have been made, and how far it was off."""

    forecast: PacingForecast
    contributions: Errors
    distributions: Errors
    nav: Errors


def back_test(
    states: FundStates,
    fund_types: Sequence[str],
    as_of: dt.date,
    periods_per_year: PeriodsPerYear,
    contributions: Floats,
    distributions: Floats,
    nav: Floats,
    path: Path = FILE,
    lives: Floats | None = None,
) -> BackTest:
    """Forecast funds from their states on a past day, with the assumptions in force on it, and compare.

    `contributions`, `distributions`, `nav` are what happened, (funds, periods) each; `lives` (funds,) replace the assumed
    ones. Raises ValueError where their shapes
    differ or a type of fund had no assumptions on the day: later ones would know what they are tested on.
    """
    shapes = {table.shape for table in (contributions, distributions, nav)}
    if len(shapes) != 1 or contributions.ndim != 2 or contributions.shape[0] != len(fund_types):
        found = ", ".join(map(str, sorted(shapes)))
        raise ValueError(f"expected actual tables of one shape ({len(fund_types)} funds, periods), found {found}")
    terms = PacingArrays.of([in_force(fund_type, as_of, path) for fund_type in fund_types])
    if lives is not None:
        terms = replace(terms, life=lives)
    made = forecast(states, terms, as_of, contributions.shape[1], periods_per_year)
    return BackTest(
        made,
        _errors(made.contributions, contributions, is_level=False),
        _errors(made.distributions, distributions, is_level=False),
        _errors(made.nav, nav, is_level=True),
    )


def _errors(expected: Floats, actual: Floats, *, is_level: bool) -> Errors:
    error = expected - actual
    total = error[:, -1] if is_level else error.sum(axis=1)
    happened = actual[:, -1] if is_level else actual.sum(axis=1)
    share = np.divide(total, happened, out=np.full(total.size, np.nan), where=happened != 0)
    return Errors(error.mean(axis=1), np.abs(error).mean(axis=1), np.sqrt((error**2).mean(axis=1)), total, share)
