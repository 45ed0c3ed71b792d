"""Forecasts of funds by scenario and the back-test of past ones, as rows. The model, its assumptions and the measures of error are
the calculations'.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.daycount import Days, Floats, Ints
from calculations.funds.pacing.assumptions import PacingArrays, PacingTerms, Scenario, find_in_force, scenarios
from calculations.funds.pacing.back_test import Errors, back_test
from calculations.funds.pacing.forecast import QUARTERLY, FundStates, ages, forecast, lives, periods_to_end
from orchestration.assets.fund_pacing_columns import currencies, days, fund_columns, numbers
from orchestration.assets.fund_pacing_inputs import UNITS, Funds
from orchestration.assets.fund_quarter_rows import Standings
from orchestration.warehouse import own_tables

ASSUMPTIONS, FORECASTS, BACK_TESTS = "calc.pacing_assumptions", "calc.pacing_forecasts", "calc.pacing_back_tests"
NO_QUARTER = "NO_QUARTER"  # no quarter of the fund has ended
NO_ASSUMPTIONS = "NO_ASSUMPTIONS"  # none for this type of fund were in force on the day
NEGATIVE_UNFUNDED = "NEGATIVE_UNFUNDED"  # more was called than was committed
NOTHING_HAPPENED = "NOTHING_HAPPENED"  # no share of an actual that is zero
NAV_UNKNOWN = "NAV_UNKNOWN"  # of a quarter since


@dataclass(frozen=True, eq=False)
class Starts:
    """Funds by number as they stood on one day, with what was assumed of their type then; all (funds,)."""

    day: dt.date
    owner: Ints
    row: Ints  # the quarter among the standings
    terms: list[PacingTerms]
    states: FundStates
    life: Floats


def reason_against(funds: Funds, found: Standings, row: int, file: Path) -> str | None:
    """Why no forecast starts from a quarter's end, None where one does."""
    owner = found.at.owner[row]
    if reason := found.amount_reason[row] or found.nav_reason[row]:
        return reason
    if found.unfunded[row] < 0:
        return f"{NEGATIVE_UNFUNDED}: {found.unfunded[row] / UNITS}"
    if find_in_force(funds.fund_type[owner], found.at.end[row].item(), file) is None:
        return f"{NO_ASSUMPTIONS}: {funds.fund_type[owner]}"
    return None


def starts(funds: Funds, found: Standings, first_close: Days, rows: Ints, file: Path) -> Iterator[Starts]:
    """The quarters of `rows` that can be forecast from, day by day."""
    for day in np.unique(found.at.end[rows]):
        of_day = rows[found.at.end[rows] == day]
        owner = found.at.owner[of_day]
        found_terms = [find_in_force(funds.fund_type[of], day.item(), file) for of in owner]
        terms = [each for each in found_terms if each is not None]
        age = ages(first_close[owner], day)
        life = lives(PacingArrays.of(terms).life, first_close[owner], funds.term_end[owner])
        states = FundStates(found.unfunded[of_day] / UNITS, found.nav[of_day] / UNITS, age)
        yield Starts(day.item(), owner, of_day, terms, states, life)


def forecast_rows(funds: Funds, start: Starts, file: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Rows of the assumptions and of the forecasts of each scenario, to the end of each fund's life."""
    for scenario in scenarios(start.day, file):
        terms = replace(PacingArrays.of([scenario.applied(each) for each in start.terms]), life=start.life)
        periods = periods_to_end(start.states.age, start.life, QUARTERLY)
        made = forecast(start.states, terms, start.day, int(periods.max()), QUARTERLY)
        is_alive = np.arange(periods.max())[None, :] < periods[:, None]
        fund, period = np.nonzero(is_alive)
        opening_nav = np.concatenate([start.states.nav[:, None], made.nav[:, :-1]], axis=1)
        opening_unfunded = np.concatenate([start.states.unfunded[:, None], made.unfunded[:, :-1]], axis=1)
        yield (
            _assumption_rows(funds, start, scenario, terms),
            pa.table(
                {
                    **fund_columns(funds, start.owner[fund]),
                    "as_of_date": days(np.full(fund.size, np.datetime64(start.day))),
                    "scenario": pa.array([scenario.scenario] * fund.size),
                    "quarter": pa.array(period + 1),
                    "event_date": days(_month_ends(made.period_end)[period]),
                    "currency": currencies(funds, start.owner[fund]),
                    "opening_nav": numbers(opening_nav[is_alive]),
                    "opening_unfunded": numbers(opening_unfunded[is_alive]),
                    "calls": numbers(made.contributions[is_alive]),
                    "distributions": numbers(made.distributions[is_alive]),
                    "growth": numbers(made.growth[is_alive]),
                    "nav": numbers(made.nav[is_alive]),
                    "unfunded": numbers(made.unfunded[is_alive]),
                    "is_last": pa.array(period + 1 == periods[fund]),
                }
            ),
        )


def _month_ends(period_end: Days) -> Days:
    """Quarter ends of the calendar: three months after 30 June is 30 September, but after 31 December 31 March."""
    ends: Days = (period_end.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return ends


def _assumption_rows(funds: Funds, start: Starts, scenario: Scenario, terms: PacingArrays) -> pa.Table:
    count = start.owner.size
    rates = [
        ", ".join(str(rate.normalize()) for rate in scenario.applied(each).contribution_rates) for each in start.terms
    ]
    return pa.table(
        {
            **fund_columns(funds, start.owner),
            "as_of_date": days(np.full(count, np.datetime64(start.day))),
            "scenario": pa.array([scenario.scenario] * count),
            "currency": currencies(funds, start.owner),
            "fund_type": pa.array([each.fund_type for each in start.terms]),
            "nav": numbers(start.states.nav),
            "unfunded": numbers(start.states.unfunded),
            "age_years": numbers(start.states.age),
            "life_years": numbers(start.life),
            "contribution_rates": pa.array(rates),
            "bow": numbers(terms.bow),
            "growth_rate": numbers(terms.growth),
            "yield_rate": numbers(terms.yield_),
            "effective_date": pa.array([each.effective_date for each in start.terms]),
            "source": pa.array([f"{each.source}; {scenario.scenario}: {scenario.source}" for each in start.terms]),
        }
    )


def unforecast_rows(funds: Funds, reasons: Mapping[int, tuple[dt.date, str]]) -> pa.Table:
    """Rows of the assumptions for funds by number that have no forecast: their day, and why."""
    owner = np.array(list(reasons), dtype=np.int64)
    return pa.table(
        {
            **fund_columns(funds, owner),
            "as_of_date": pa.array([day for day, _ in reasons.values()], pa.date32()),
            "currency": currencies(funds, owner),
            "fund_type": pa.array([funds.fund_type[of] for of in owner], pa.string()),
            "reason": pa.array([reason for _, reason in reasons.values()], pa.string()),
        }
    )


def back_test_rows(funds: Funds, found: Standings, start: Starts, file: Path) -> Iterator[pa.Table]:
    """Rows of the back-test of forecasts as of a past day against the quarters since."""
    last = np.searchsorted(found.at.owner, start.owner, "right") - 1
    quarters = last - start.row
    for periods in np.unique(quarters):
        chosen = np.flatnonzero(quarters == periods)
        rows = start.row[chosen][:, None] + np.arange(periods + 1)[None, :]
        unknown = [[found.nav_reason[row] is not None for row in of_fund[1:]] for of_fund in rows]
        nav = np.where(np.array(unknown), np.nan, found.nav[rows[:, 1:]] / UNITS)
        owner = start.owner[chosen]
        states = FundStates(*(getattr(start.states, each.name)[chosen] for each in fields(FundStates)))
        actual = {
            "contributions": np.diff(found.called[rows], axis=1) / UNITS,
            "distributions": np.diff(found.distributed[rows], axis=1) / UNITS,
            "nav": nav,
        }
        types = [funds.fund_type[of] for of in owner]
        tested = back_test(states, types, start.day, QUARTERLY, **actual, path=file, lives=start.life[chosen])
        for series, happened in actual.items():
            errors: Errors = getattr(tested, series)
            made: Floats = getattr(tested.forecast, series)
            is_level = series == "nav"
            yield _error_rows(
                {
                    **fund_columns(funds, owner),
                    "as_of_date": days(np.full(owner.size, np.datetime64(start.day))),
                    "last_date": days(found.at.end[rows[:, -1]]),
                    "series": pa.array([series] * owner.size),
                    "currency": currencies(funds, owner),
                    "quarter_count": pa.array(np.full(owner.size, periods)),
                    "forecast_amount": numbers(made[:, -1] if is_level else made.sum(axis=1)),
                    "actual_amount": numbers(happened[:, -1] if is_level else happened.sum(axis=1)),
                },
                errors,
            )


def _error_rows(columns: dict[str, Any], errors: Errors) -> pa.Table:
    reasons = [
        NAV_UNKNOWN if np.isnan(mean) else NOTHING_HAPPENED if np.isnan(share) else None
        for mean, share in zip(errors.mean, errors.total_share, strict=True)
    ]
    return pa.table(
        {
            **columns,
            "mean_error": numbers(errors.mean),
            "mean_absolute_error": numbers(errors.mean_absolute),
            "root_mean_square_error": numbers(errors.root_mean_square),
            "total_error": numbers(errors.total),
            "total_error_share": numbers(errors.total_share),
            "reason": pa.array(reasons, pa.string()),
        }
    )


def joined(relation: str, tables: list[pa.Table]) -> pa.Table:
    """Rows of several tables under one another; a column that a table lacks is NULL there."""
    if not tables:
        return pa.table({name: pa.nulls(0) for name in own_tables()[relation]})
    return pa.concat_tables(tables, promote_options="default")
