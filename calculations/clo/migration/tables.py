"""What a pool holds in each state, path by path and period by period, and the figures over all paths. No draws here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from calculations.clo.columns import Days, Floats
from calculations.clo.migration.universe import CCC
from calculations.clo.presets import STANDARD, Preset

Which = Literal["min", "max", "median"]
STOCKS = ("defaults", "cumulative_defaults", "matured", "performing")


def count_columns(states: Sequence[str]) -> tuple[str, ...]:
    """Columns of a table's counts; the last state, default, has none of its own but among the stocks."""
    return ("upgrades", "downgrades", *states[:-1], *STOCKS)


def balance_columns(states: Sequence[str]) -> tuple[str, ...]:
    """Columns of a table's balances."""
    return (*states[:-1], *STOCKS, "cdr")


@dataclass(frozen=True, eq=False)
class PathTable:
    """One pool's figures, `counts` and `balances` of shape (paths, periods + 1, columns), by the columns named beside.

    Date 0 is the analysis date. `defaults` are those of the period, `cumulative_defaults` and `matured` all until then,
    `performing` the live states together. `cdr` is what of the performing balance a period before defaulted, a year.
    """

    states: tuple[str, ...]
    dates: Days
    counts: np.ndarray
    balances: Floats

    def count(self, column: str) -> np.ndarray:
        """One column of the counts, (paths, periods + 1)."""
        found: np.ndarray = self.counts[:, :, count_columns(self.states).index(column)]
        return found

    def balance(self, column: str) -> Floats:
        """One column of the balances, (paths, periods + 1)."""
        found: Floats = self.balances[:, :, balance_columns(self.states).index(column)]
        return found


class Statistics(NamedTuple):
    """Over paths, each of shape (periods + 1, columns)."""

    maximum: Floats
    minimum: Floats
    mean: Floats
    median: Floats
    standard_deviation: Floats


class PathSeries(NamedTuple):
    """What is drawn of one path, or of the average over all: each of shape (periods + 1,)."""

    cdr: Floats
    default_count: Floats
    default_balance: Floats
    ccc_count: Floats
    ccc_balance: Floats
    performing_balance: Floats
    cumulative_defaults: Floats
    cumulative_matured: Floats


def with_default_rates(table: PathTable, per_year: int, preset: Preset = STANDARD) -> PathTable:
    """The table with its `cdr`: periods a year x the period's defaults over what performed at its start, 0 of nothing.

    Under CMP-22 four a year whatever the step, and no balances from the first period on that opens with nothing
    performing. Source: clo-compliance 4.5, Q22.
    """
    columns = balance_columns(table.states)
    balances = table.balances.copy()
    opening = table.balance("performing")[:, :-1]
    scale = 4 if "CMP-22" in preset else per_year
    rates = np.divide(scale * table.balance("defaults")[:, 1:], opening, out=np.zeros_like(opening), where=opening > 0)
    balances[:, 1:, columns.index("cdr")] = rates
    if "CMP-22" in preset:
        has_stopped = np.logical_or.accumulate(opening <= 0, axis=1)
        balances[:, 1:][has_stopped] = 0.0
    return PathTable(table.states, table.dates, table.counts, balances)


def statistics(figures: np.ndarray, decimals: int | None = None) -> Statistics:
    """Greatest, least, mean, median and standard deviation (over n) of figures (paths, periods + 1, columns).

    Means and deviations of counts are stated to 2 decimals: `decimals`. Source: clo-compliance 4.6, Q27.
    """
    values = figures.astype(np.float64, copy=False)
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    if decimals is not None:
        mean, deviation = mean.round(decimals), deviation.round(decimals)
    return Statistics(values.max(axis=0), values.min(axis=0), mean, np.median(values, axis=0), deviation)


def count_statistics(table: PathTable) -> Statistics:
    """`statistics` of the counts, in the columns of `count_columns`."""
    return statistics(table.counts, 2)


def balance_statistics(table: PathTable) -> Statistics:
    """`statistics` of the balances, in the columns of `balance_columns`."""
    return statistics(table.balances)


def chosen_path(tables: Mapping[str, PathTable], which: Which) -> int:
    """Number of the path with the least, greatest or middle default balance on the last date, all pools together.

    Of equal ones the first; the middle one is at place n / 2, rounded down and counted from 0, in rising order.
    Source: clo-compliance 4.6, Q27.
    """
    totals = np.sum([table.balance("cumulative_defaults")[:, -1] for table in tables.values()], axis=0)
    if which == "max":
        return int(np.argmax(totals))
    order = np.argsort(totals, kind="stable")
    return int(order[0 if which == "min" else order.size // 2])


def path_series(table: PathTable, path: int) -> PathSeries:
    """The series of one path."""
    return _series(table, table.counts[path], table.balances[path])


def average_series(table: PathTable) -> PathSeries:
    """The series of the mean over paths, each period by itself."""
    return _series(table, table.counts.mean(axis=0), table.balances.mean(axis=0))


def chosen_series(tables: Mapping[str, PathTable], which: Which, preset: Preset = STANDARD) -> dict[str, PathSeries]:
    """The series of the chosen path by pool. Under CMP-29 the CCC balance of the least one is its performing balance.

    Source: clo-compliance 4.6, Q29.
    """
    path = chosen_path(tables, which)
    found = {name: path_series(table, path) for name, table in tables.items()}
    if which == "min" and "CMP-29" in preset:
        return {name: series._replace(ccc_balance=series.performing_balance) for name, series in found.items()}
    return found


def _series(table: PathTable, counts: np.ndarray, balances: Floats) -> PathSeries:
    count = dict(zip(count_columns(table.states), counts.T.astype(np.float64), strict=True))
    balance = dict(zip(balance_columns(table.states), balances.T, strict=True))
    return PathSeries(
        cdr=balance["cdr"],
        default_count=count["defaults"],
        default_balance=balance["defaults"],
        ccc_count=count[CCC],
        ccc_balance=balance[CCC],
        performing_balance=balance["performing"],
        cumulative_defaults=balance["cumulative_defaults"],
        cumulative_matured=balance["matured"],
    )
