"""Funds as known in measured states, in arrays: partners, flows, commitments, values, holdings. What is measured is in calculations.

Every measured state is a fund of its own here, numbered from 0 in order of its id. Money is int64 minor units of the
fund's currency; an amount in another is converted at the rate of its day, as known in the state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.funds.performance import Histories, Legs, Points, Values, measurement_points
from calculations.funds.performance.histories import split_keys
from calculations.ragged import day_keys, first_rows
from calculations.reasons import Reasons, no_reasons
from orchestration.assets.fund_queries import (
    ACCOUNTS,
    COMMITMENTS,
    FAIR_VALUES,
    FLOWS,
    HOLDINGS,
    PARTNERS,
    QUOTES,
    TRANSACTIONS,
    WANTED,
)
from orchestration.assets.known_rates import KnownRates
from orchestration.assets.stored_columns import array, days, stored_units
from orchestration.warehouse import Warehouse

Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Funds:
    """Measured states, (funds,) each unless said otherwise. `connection` has them as temp tables wanted, partners and
    holdings, with the numbers used here."""

    connection: duckdb.DuckDBPyConnection
    wanted: Sequence[Row]
    quotes: Sequence[Row]
    partner_fund: Ints  # (partners,)
    holding_fund: Ints  # (holdings,)

    @property
    def count(self) -> int:
        return len(self.wanted)

    @cached_property
    def scale(self) -> Ints:
        return np.array([row["scale"] for row in self.wanted], dtype=np.int64)

    @cached_property
    def flows(self) -> Legs:
        """Partners' flows by due date."""
        return self.legs(FLOWS)

    @cached_property
    def commitments(self) -> Legs:
        """Changes of partners' commitments, as called amounts."""
        return self.legs(COMMITMENTS)

    @cached_property
    def transactions(self) -> Legs:
        """Flows of investments by cash date: paid for them, as called, and what they returned, as distributed."""
        return self.legs(TRANSACTIONS)

    @cached_property
    def accounts(self) -> tuple[Values, Values]:
        """Net asset values that capital accounts state: of partners, of funds."""
        table = self.table(ACCOUNTS)
        is_total = array(table, "is_total").astype(np.bool_)
        series, day, units = array(table, "series"), days(table, "day"), array(table, "units")
        of_partners, of_funds = (
            Values.of(series[chosen], day[chosen], units[chosen]) for chosen in (~is_total, is_total)
        )
        return of_partners, of_funds

    @cached_property
    def held(self) -> Histories:
        """From which day each holding is held; the amounts mean nothing."""
        table = self.table("select holding, investment_date from holdings order by 1")
        ones = np.ones(table.num_rows, dtype=np.int64)
        legs = Legs(array(table, "holding"), days(table, "investment_date"), ones, np.zeros_like(ones))
        return Histories.of(legs, table.num_rows)

    @cached_property
    def points(self) -> Points:
        """Quarter ends of the fund's fiscal year and days of value of each fund, from its first flow to its last value."""
        of_partners, of_funds = self.accounts
        series, day = of_partners.points
        valued = self.table(FAIR_VALUES)
        owners = np.concatenate([self.partner_fund[series], of_funds.points[0], array(valued, "fund")])
        on = np.concatenate([day, of_funds.points[1], days(valued, "day")])
        owner, value_day = split_keys(np.unique(day_keys(owners, on)))
        if not owner.size:
            return Points(owner, value_day)
        values = Values.of(owner, value_day, np.zeros(owner.size, dtype=np.int64))
        flows = Histories.of(self.flows.pooled(self.partner_fund), self.count)
        last = np.full(self.count, np.datetime64("0001-01-01", "D"))
        np.maximum.at(last, owner, value_day)
        months = np.array([row["fiscal_month"] for row in self.wanted])
        series_found, days_found = [], []
        for month in np.unique(months).tolist():
            found = measurement_points(flows, values, value_day.max().item(), month)
            kept = (months[found.series] == month) & (found.day <= last[found.series])
            series_found.append(found.series[kept])
            days_found.append(found.day[kept])
        points = np.concatenate(series_found), np.concatenate(days_found)
        order = np.lexsort((points[1], points[0]))
        return Points(points[0][order], points[1][order])

    @cached_property
    def fair_values(self) -> Values:
        """Fair values of holdings in the fund's currency, carried until the next one, 0 from the day of the exit on.

        One in another currency is worth, on every day of the fund, what its currency is worth then.
        """
        table = self.table(FAIR_VALUES)
        series, day, fund = array(table, "series"), days(table, "day"), array(table, "fund")
        is_foreign = array(table, "is_foreign").astype(np.bool_)
        home = self._units(table, "first_amount", fund, ~is_foreign)
        exits = self.table("select holding, exit_date from holdings where exit_date is not null order by 1")
        parts = [
            (series[~is_foreign], day[~is_foreign], home[~is_foreign], no_reasons(int((~is_foreign).sum()))),
            (
                array(exits, "holding"),
                days(exits, "exit_date"),
                np.zeros(exits.num_rows, dtype=np.int64),
                no_reasons(exits.num_rows),
            ),
        ]
        if is_foreign.any():
            parts.append(self._foreign_values(table, np.flatnonzero(is_foreign)))
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return Values.of(joined[0], joined[1], joined[2], is_carried=True, reasons=joined[3])

    def table(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        return self.connection.execute(sql, parameters).to_arrow_table()

    @cached_property
    def rates(self) -> KnownRates:
        return KnownRates(self.wanted, self.quotes)

    def legs(self, sql: str) -> Legs:
        """Amounts of a query with series, fund, day, currency, is_foreign, first_amount (called) and second_amount."""
        table = self.table(sql)
        fund, is_foreign = array(table, "fund"), array(table, "is_foreign").astype(np.bool_)
        called = self._units(table, "first_amount", fund, ~is_foreign)
        distributed = self._units(table, "second_amount", fund, ~is_foreign)
        why_called, why_distributed = no_reasons(fund.size), no_reasons(fund.size)
        for row in np.flatnonzero(is_foreign).tolist():
            day, currency = table["day"][row].as_py(), table["currency"][row].as_py()
            for name, units, why in (
                ("first_amount", called, why_called),
                ("second_amount", distributed, why_distributed),
            ):
                units[row], why[row] = self._in_base(table[name][row].as_py(), currency, day, int(fund[row]))
        return Legs(array(table, "series"), days(table, "day"), called, distributed, why_called, why_distributed)

    def _foreign_values(self, table: pa.Table, rows: Ints) -> tuple[Ints, Days, Ints, Reasons]:
        found: list[tuple[int, dt.date, int, str | None]] = []
        series, fund = array(table, "series"), array(table, "fund")
        first = first_rows(np.bincount(self.points.series, minlength=self.count))
        for holding in np.unique(series[rows]).tolist():
            own = rows[series[rows] == holding]
            of = int(fund[own[0]])
            valued = [table["day"][row].as_py() for row in own.tolist()]
            on = {*valued, *self.points.day[first[of] : first[of + 1]].tolist()}
            exit_day = self.connection.execute("select exit_date from holdings where holding = ?", [holding]).fetchall()
            for day in sorted(on):
                before = [row for row, known in zip(own.tolist(), valued, strict=True) if known <= day]
                if before and (exit_day[0][0] is None or day < exit_day[0][0]):
                    amount, currency = (table[name][before[-1]].as_py() for name in ("first_amount", "currency"))
                    found.append((holding, day, *self._in_base(amount, currency, day, of)))
        holdings, on_days, units, reasons = zip(*found, strict=True)
        return (
            np.array(holdings, dtype=np.int64),
            np.array(on_days, dtype="datetime64[D]"),
            np.array(units, dtype=np.int64),
            np.array(reasons, dtype=object),
        )

    def _in_base(self, amount: Decimal, currency: str, day: dt.date, fund: int) -> tuple[int, str | None]:
        row = self.wanted[fund]
        return self.rates.units(amount, currency, row["base_currency"], row["minor_units"], day, fund)

    def _units(self, table: pa.Table, name: str, fund: Ints, chosen: NDArray[np.bool_]) -> Ints:
        """Minor units of an exact column in the rows chosen, 0 elsewhere."""
        stored = stored_units(table[name])
        step = 10_000 // self.scale[fund]
        return np.where(chosen, np.sign(stored) * ((np.abs(stored) + step // 2) // step), 0)


@contextmanager
def funds_as_known(warehouse: Warehouse, measured_ids: Sequence[str]) -> Iterator[Funds]:
    """The measured states of `measured_ids`, while the warehouse is open."""
    with warehouse.connect() as connection:
        connection.execute(WANTED, [list(measured_ids)])
        connection.execute(PARTNERS)
        connection.execute(HOLDINGS)
        wanted = connection.execute("select * from wanted order by fund").to_arrow_table().to_pylist()
        quotes = connection.execute(QUOTES).to_arrow_table().to_pylist()
        partner_fund, holding_fund = (
            array(connection.execute(f"select fund from {name}s order by {name}").to_arrow_table(), "fund")
            for name in ("partner", "holding")
        )
        yield Funds(connection, wanted, quotes, partner_fund, holding_fund)
