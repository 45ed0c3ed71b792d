"""Performance of every fund and of each of its partners, on each state of what was known. The finance is in calculations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.daycount import Days, Ints
from calculations.funds.performance import (
    Histories,
    Included,
    Level,
    Measures,
    Money,
    NavRows,
    NavSource,
    Points,
    Ratios,
    Stated,
    Values,
    measure,
    oldest_value_day,
    partner_navs,
)
from calculations.funds.performance.conventions import net
from calculations.funds.performance.measures import divided
from calculations.irr import AMBIGUOUS
from calculations.multiples import NO_INVESTED_CAPITAL
from calculations.reasons import either, when
from orchestration.assets.arrow_columns import convention_columns, day_column, money_column, ratio_column, text_column
from orchestration.assets.fund_arrays import Funds, funds_as_known
from orchestration.assets.fund_queries import TOTAL
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse, own_tables

TABLE = "calc.fund_performance"
MODELS = (
    "measured_states",
    "funds",
    "cash_flows",
    "commitment_events",
    "investments",
    "investment_transactions",
    "fair_values",
    "capital_accounts",
    "fx_quotes",
)
# amount of a measure -> its column
STORED = {
    "committed": "committed_capital",
    "paid_in": "called_capital",
    "distributed": "distributed_capital",
    "total_value": "total_value",
}
NO_TRANSACTIONS = "NO_TRANSACTIONS"  # what the fund paid for its investments is not stated
GROSS_ONLY = "GROSS_ONLY"  # invested capital is the fund's, not a partner's

_KNOWN_AT = """
select fund, max(known_at) as known_at
from (
    {}
    union all
    select h.fund, t.known_at from intermediate.int_fund__investment_transactions as t
    inner join holdings as h using (state_id, investment_id)
    union all
    select fund, known_from from wanted
)
group by 1
""".format(
    "\n    union all\n    ".join(
        f"select w.fund, t.known_at from intermediate.int_fund__{model} as t inner join wanted as w using (state_id, fund_id)"
        for model in ("cash_flows", "commitment_events", "investments", "fair_values", "capital_accounts")
    )
)
_ROWS = f"""
with known as ({_KNOWN_AT})
select w.measured_id, w.state_id, w.organization_id, w.fund_id, p.investor_id, w.base_currency as currency,
    f.* exclude (fund, partner), a.nav as nav_stated, a.irr as irr_stated, a.tvpi as tvpi_stated, a.dpi as dpi_stated,
    a.rvpi as rvpi_stated, k.known_at
from found as f
inner join wanted as w using (fund)
inner join known as k using (fund)
left join partners as p on f.partner = p.partner
left join intermediate.int_fund__capital_accounts as a
    on w.state_id = a.state_id and w.fund_id = a.fund_id and f.event_date = a.period_end
        and a.investor_id = coalesce(p.investor_id, '{TOTAL}')
order by f.fund, f.partner nulls first, f.event_date
"""


@dataclass(frozen=True, eq=False)
class Valued:
    """Funds with what they and their partners are worth on every day of theirs."""

    funds: Funds

    @cached_property
    def fair_values(self) -> Values:
        """Of whole funds, carried."""
        return self.funds.fair_values.pooled(self.funds.holding_fund, self.funds.held)

    @cached_property
    def flows(self) -> Histories:
        return Histories.of(self.funds.flows, self.funds.partner_fund.size)

    @cached_property
    def commitments(self) -> Histories:
        return Histories.of(self.funds.commitments, self.funds.partner_fund.size)

    @cached_property
    def navs(self) -> tuple[NavRows, NavRows]:
        """Of partners, of funds."""
        stated = Stated(*self.funds.accounts, self.fair_values)
        return partner_navs(self.funds.partner_fund, self.flows, self.commitments, stated, self.funds.points)


def calculate_funds(warehouse: Warehouse, measured_ids: Sequence[str]) -> Tables:
    """Rows of calc.fund_performance for every measured state of `measured_ids`: the fund first, its partners after it."""
    with funds_as_known(warehouse, measured_ids) as funds:
        valued = Valued(funds)
        found = pa.concat_tables([_fund_rows(valued), _partner_rows(valued)])
        return {TABLE: with_columns_of(TABLE, funds, _ROWS, found)}


def with_columns_of(relation: str, funds: Funds, sql: str, found: pa.Table) -> pa.Table:
    """What `sql` makes of the rows `found`, in the columns of an own table."""
    funds.connection.register("found", found)
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in own_tables()[relation].items())
    table = funds.table(f"select {columns} from ({sql})")
    funds.connection.unregister("found")
    return table


def _fund_rows(valued: Valued) -> pa.Table:
    funds = valued.funds
    _, navs = valued.navs
    points = Points(*navs.values.points)
    measured = measure(
        Histories.of(funds.flows.pooled(funds.partner_fund), funds.count),
        navs.values,
        points,
        net(Level.FUND, Included.ALL_PARTNERS),
        Histories.of(funds.commitments.pooled(funds.partner_fund), funds.count),
        windows=(),
    )
    return _table(valued, measured, navs, points.series, None, _gross_multiple(valued, points))


def _partner_rows(valued: Valued) -> pa.Table:
    navs, _ = valued.navs
    points = Points(*navs.values.points)
    basis = net(Level.INVESTOR, Included.ONE_PARTNER)
    measured = measure(valued.flows, navs.values, points, basis, valued.commitments, windows=())
    count = points.series.size
    moic = Ratios(np.full(count, np.nan), when(np.ones(count, dtype=np.bool_), GROSS_ONLY))
    return _table(valued, measured, navs, valued.funds.partner_fund[points.series], points.series, moic)


def _gross_multiple(valued: Valued, points: Points) -> Ratios:
    """(realised + fair value) / invested of the investments of each fund."""
    funds = valued.funds
    transactions = Histories.of(funds.transactions.pooled(funds.holding_fund), funds.count)
    invested, realised = transactions.sums(points.series, points.day)
    why_invested = transactions.called_reasons(points.series, points.day)
    why_realised = transactions.distributed_reasons(points.series, points.day)
    fair = valued.fair_values.at(points.series, points.day)
    has_any = np.bincount(transactions.owner, minlength=funds.count)[points.series] > 0
    total = Money(realised + fair.units, either(when(~has_any, NO_TRANSACTIONS), why_realised, fair.reasons))
    return divided(total, Money(invested, why_invested), NO_INVESTED_CAPITAL)


def _table(
    valued: Valued, measured: Measures, navs: NavRows, fund: Ints, partner: Ints | None, moic: Ratios
) -> pa.Table:
    funds = valued.funds
    scale = funds.scale[fund]
    irr = measured.rates["irr"]
    is_solved = ~np.isnan(irr.values)
    oldest = _oldest(valued, fund, measured.points.day, navs)
    roots = np.full(fund.size, None, dtype=object)
    for point, listed in irr.listed.items():
        if irr.reasons[point] == AMBIGUOUS:
            roots[point] = ", ".join(f"{root:.12f}" for root in listed)
    money = {name: money_column(each.units, scale, each.reasons) for name, each in measured.money.items()}
    columns: dict[str, Any] = {
        "fund": fund,
        "partner": pa.nulls(fund.size, pa.int64()) if partner is None else partner,
        "event_date": day_column(measured.points.day),
        "nav": money["nav"],
        "nav_basis": text_column(navs.source),
        "nav_share_basis": text_column(navs.share),
        "nav_reason": text_column(measured.money["nav"].reasons),
        "oldest_value_date": day_column(oldest),
        **{
            column: of_name
            for name, stored in STORED.items()
            for column, of_name in (
                (stored, money[name]),
                (f"{stored}_reason", text_column(measured.money[name].reasons)),
            )
        },
        "irr": ratio_column(irr.values),
        "irr_reason": text_column(irr.reasons),
        "is_irr_annualised": pa.array(irr.is_annualised, mask=~is_solved),
        "irr_roots": text_column(roots),
    }
    for name, ratio in {**measured.ratios, "moic": moic}.items():
        columns |= {name: ratio_column(ratio.values), f"{name}_reason": text_column(ratio.reasons)}
    return pa.table(columns | convention_columns(measured.basis, fund.size))


def _oldest(valued: Valued, fund: Ints, day: Days, navs: NavRows) -> Days:
    """The day of the oldest fair value in a net asset value that rests on them."""
    found = np.full(fund.size, np.datetime64("NaT", "D"))
    rests = np.flatnonzero(navs.source == str(NavSource.FAIR_VALUES))
    funds = valued.funds
    if rests.size:
        found[rests] = oldest_value_day(funds.fair_values, funds.holding_fund, Points(fund[rests], day[rests]))
    return found


FUND_PERFORMANCE = Calculation(
    name="fund_performance",
    description="Capital, value, multiples and rate of return of every fund and its partners since inception.",
    tables=(TABLE,),
    key="measured_id",
    inputs="select measured_id from intermediate.int_fund__measured_states",
    deps=tuple(f"intermediate.int_fund__{model}" for model in MODELS),
    compute=calculate_funds,
)
