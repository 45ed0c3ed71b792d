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
from calculations.fx import Quotes, convert
from calculations.money import minor_unit
from calculations.ragged import day_keys, first_rows
from calculations.reasons import Reasons, no_reasons
from orchestration.warehouse import Warehouse

INVESTED = ("PURCHASE", "FOLLOW_ON")
REALISED = ("PROCEEDS", "RETURN_OF_CAPITAL", "INCOME")
TOTAL = "_FUND_"  # in place of an investor: the whole fund

Row = Mapping[str, Any]

_WANTED = """
create or replace temp table wanted as
select row_number() over (order by m.measured_id) - 1 as fund, m.*, f.base_currency,
    cast(power(10, c.minor_units) as integer) as scale, c.minor_units,
    cast(coalesce(left(f.fiscal_year_end, 2), '12') as integer) as fiscal_month, f.benchmark_index_id
from intermediate.int_fund__measured_states as m
inner join intermediate.int_fund__funds as f using (state_id, fund_id)
inner join seeds.currencies as c on f.base_currency = c.currency_code
where m.measured_id in (select unnest(?))
"""
_PARTNERS = f"""
create or replace temp table partners as
select row_number() over (order by fund, investor_id) - 1 as partner, fund, investor_id
from (
    select fund, investor_id from intermediate.int_fund__cash_flows inner join wanted using (state_id, fund_id)
    union
    select fund, investor_id from intermediate.int_fund__commitment_events inner join wanted using (state_id, fund_id)
    union
    select fund, investor_id from intermediate.int_fund__capital_accounts inner join wanted using (state_id, fund_id)
    where investor_id <> '{TOTAL}'
)
"""
_HOLDINGS = """
create or replace temp table holdings as
select row_number() over (order by fund, investment_id) - 1 as holding, fund, state_id, investment_id,
    investment_date, exit_date, coalesce(i.currency, base_currency) as currency
from intermediate.int_fund__investments as i inner join wanted using (state_id, fund_id)
"""
FLOWS = """
select p.partner as series, w.fund, c.event_date as day, c.currency, c.currency <> w.base_currency as is_foreign,
    c.capital_call_amount as first_amount, c.distribution_amount as second_amount, c.cash_flow_type, c.transaction_id
from intermediate.int_fund__cash_flows as c
inner join wanted as w using (state_id, fund_id) inner join partners as p using (fund, investor_id)
order by all
"""
_COMMITMENTS = """
select p.partner as series, w.fund, e.event_date as day, e.currency, e.currency <> w.base_currency as is_foreign,
    e.committed as first_amount, cast(0 as decimal(24, 4)) as second_amount
from intermediate.int_fund__commitment_events as e
inner join wanted as w using (state_id, fund_id) inner join partners as p using (fund, investor_id)
where e.committed <> 0
order by all
"""
_TRANSACTIONS = f"""
select h.holding as series, w.fund, t.event_date as day, coalesce(t.currency, h.currency) as currency,
    coalesce(t.currency, h.currency) <> w.base_currency as is_foreign,
    case when t.transaction_type in {INVESTED} then t.amount else 0 end as first_amount,
    case when t.transaction_type in {REALISED} then t.amount else 0 end as second_amount
from intermediate.int_fund__investment_transactions as t
inner join holdings as h using (state_id, investment_id) inner join wanted as w using (fund)
where t.transaction_type in {INVESTED + REALISED}
order by all
"""
# of two valuations of a day that are left side by side the one that was known last; after an exit nothing is held
_FAIR_VALUES = """
select h.holding as series, w.fund, v.valuation_date as day, v.currency, v.currency <> w.base_currency as is_foreign,
    v.fair_value as first_amount, v.remaining_cost as second_amount
from intermediate.int_fund__fair_values as v
inner join holdings as h using (state_id, investment_id) inner join wanted as w using (fund)
where h.exit_date is null or v.valuation_date < h.exit_date
qualify row_number() over (partition by h.holding, v.valuation_date order by v.known_at desc, v.source_row desc) = 1
order by all
"""
_ACCOUNTS = f"""
select coalesce(p.partner, w.fund) as series, p.partner is null as is_total, a.period_end as day,
    cast(a.nav * w.scale as bigint) as units
from intermediate.int_fund__capital_accounts as a
inner join wanted as w using (state_id, fund_id) left join partners as p using (fund, investor_id)
where a.nav is not null and (p.partner is not null or a.investor_id = '{TOTAL}')
order by all
"""
_QUOTES = "select * from intermediate.int_fund__fx_quotes order by all"


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
        return self.legs(_COMMITMENTS)

    @cached_property
    def transactions(self) -> Legs:
        """Flows of investments by cash date: paid for them, as called, and what they returned, as distributed."""
        return self.legs(_TRANSACTIONS)

    @cached_property
    def accounts(self) -> tuple[Values, Values]:
        """Net asset values that capital accounts state: of partners, of funds."""
        table = self.table(_ACCOUNTS)
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
        valued = self.table(_FAIR_VALUES)
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
        table = self.table(_FAIR_VALUES)
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

    def rates(self, fund: int) -> Quotes:
        """The exchange rates that a state knew."""
        if fund not in self._rates:
            row = self.wanted[fund]
            self._rates[fund] = known_quotes(self.quotes, row["organization_id"], row["known_from"])
        return self._rates[fund]

    @cached_property
    def _rates(self) -> dict[int, Quotes]:
        return {}

    def legs(self, sql: str) -> Legs:
        """Amounts of a query with series, fund, day, currency, is_foreign, first_amount (called) and second_amount."""
        table = self.table(sql)
        fund, is_foreign = array(table, "fund"), array(table, "is_foreign").astype(np.bool_)
        called = self._units(table, "first_amount", fund, ~is_foreign)
        distributed = self._units(table, "second_amount", fund, ~is_foreign)
        reasons = no_reasons(fund.size)
        for row in np.flatnonzero(is_foreign).tolist():
            listed = {name: table[name][row].as_py() for name in ("day", "currency", "first_amount", "second_amount")}
            for name, units in (("first_amount", called), ("second_amount", distributed)):
                units[row], why = self._converted(listed[name], listed["currency"], listed["day"], int(fund[row]))
                reasons[row] = reasons[row] or why
        return Legs(array(table, "series"), days(table, "day"), called, distributed, reasons)

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
                    found.append((holding, day, *self._converted(amount, currency, day, of)))
        holdings, on_days, units, reasons = zip(*found, strict=True)
        return (
            np.array(holdings, dtype=np.int64),
            np.array(on_days, dtype="datetime64[D]"),
            np.array(units, dtype=np.int64),
            np.array(reasons, dtype=object),
        )

    def _converted(self, amount: Decimal, currency: str, day: dt.date, fund: int) -> tuple[int, str | None]:
        """Minor units of the fund's currency, or 0 and why not; nothing is nothing in any currency."""
        row = self.wanted[fund]
        if not amount:
            return 0, None
        unit = minor_unit(row["minor_units"])
        found = convert(amount, currency, row["base_currency"], day, self.rates(fund), unit)
        if found.amount is None:
            return 0, f"{found.reason}: {currency} on {day}"
        return int(found.amount / unit), None

    def _units(self, table: pa.Table, name: str, fund: Ints, chosen: NDArray[np.bool_]) -> Ints:
        """Minor units of an exact column in the rows chosen, 0 elsewhere."""
        stored = stored_units(table[name])
        step = 10_000 // self.scale[fund]
        return np.where(chosen, np.sign(stored) * ((np.abs(stored) + step // 2) // step), 0)


@contextmanager
def funds_as_known(warehouse: Warehouse, measured_ids: Sequence[str]) -> Iterator[Funds]:
    """The measured states of `measured_ids`, while the warehouse is open."""
    with warehouse.connect() as connection:
        connection.execute(_WANTED, [list(measured_ids)])
        connection.execute(_PARTNERS)
        connection.execute(_HOLDINGS)
        wanted = connection.execute("select * from wanted order by fund").to_arrow_table().to_pylist()
        quotes = connection.execute(_QUOTES).to_arrow_table().to_pylist()
        partner_fund, holding_fund = (
            array(connection.execute(f"select fund from {name}s order by {name}").to_arrow_table(), "fund")
            for name in ("partner", "holding")
        )
        yield Funds(connection, wanted, quotes, partner_fund, holding_fund)


def known_quotes(quotes: Sequence[Row], organization_id: str, instant: dt.datetime) -> Quotes:
    """The rates an organisation knew at an instant: its own before shared ones, then the one known last."""
    chosen: dict[tuple[str, str, dt.date], tuple[tuple[Any, ...], Decimal]] = {}
    for row in quotes:
        is_withdrawn = row["withdrawn_at"] is not None and row["withdrawn_at"] <= instant
        if row["organization_id"] != organization_id or row["known_at"] > instant or is_withdrawn:
            continue
        pair = row["base_currency"], row["quote_currency"], row["rate_date"]
        rank = row["is_own"], row["load_as_of"], row["known_at"], row["load_id"], row["source"]
        if pair not in chosen or chosen[pair][0] < rank:
            chosen[pair] = rank, row["rate"]
    return Quotes.of((*pair, rate) for pair, (_, rate) in chosen.items())


def array(table: pa.Table, name: str) -> Ints:
    """A column of whole numbers or flags without NULLs."""
    found: Ints = table[name].to_numpy().astype(np.int64)
    return found


def days(table: pa.Table, name: str) -> Days:
    found: Days = table[name].to_numpy().astype("datetime64[D]")
    return found


def stored_units(column: pa.ChunkedArray) -> Ints:
    """A column of DECIMAL(24,4) as counts of 0.0001, read from the 16 bytes of each value; NULL is 0."""
    if not len(column):
        return np.empty(0, dtype=np.int64)
    whole = column.cast(pa.decimal128(38, 4)).fill_null(Decimal(0)).combine_chunks()
    words = np.frombuffer(whole.buffers()[1], dtype="<i8").reshape(-1, 2)[whole.offset : whole.offset + len(whole)]
    if ((words[:, 0] >> 63) != words[:, 1]).any():
        raise ValueError("booked money must stay below 2^63 units of 0.0001")
    return words[:, 0].copy()
