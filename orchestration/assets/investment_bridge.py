"""How the fair value of every investment became the next one, quarter by quarter, as rows. The bridge itself is calculations'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from calculations.daycount import Days, Ints
from calculations.funds.performance import Histories, Legs, Points, Values, Window, window_start
from calculations.funds.performance.fx_effect import Stretch
from calculations.funds.performance.investment_bridge import (
    LOCAL_GAIN_AT_CLOSING_RATE,
    Gains,
    Parts,
    domestic_gains,
    investment_gains,
)
from calculations.reasons import Reasons, either, is_given, no_reasons, when
from orchestration.assets.arrow_columns import day_column, money_column, text_column
from orchestration.assets.fund_arrays import Funds
from orchestration.assets.fund_performance import with_columns_of
from orchestration.assets.stored_columns import array, days, stored_units

TABLE = "calc.investment_bridge"
MIXED_CURRENCIES = "MIXED_CURRENCIES"  # amounts of the investment are in several, so that it has none of its own

_LOCAL = """
with amounts as (
    select h.holding, v.currency, v.valuation_date as day
    from intermediate.int_fund__fair_values as v inner join holdings as h using (state_id, investment_id)
    union all
    select h.holding, t.currency, t.event_date
    from intermediate.int_fund__investment_transactions as t inner join holdings as h using (state_id, investment_id)
    where t.currency is not null
),
local as (
    select h.holding, h.fund, coalesce(max_by(a.currency, a.day), h.currency) as currency,
        count(distinct a.currency) > 1 as is_mixed
    from holdings as h left join amounts as a using (holding)
    group by h.holding, h.fund, h.currency
)
select l.holding, l.fund, l.currency, l.is_mixed, l.currency <> w.base_currency as is_foreign, c.minor_units,
    w.minor_units as base_minor_units
from local as l inner join wanted as w using (fund) inner join seeds.currencies as c on l.currency = c.currency_code
order by l.holding
"""
# what was paid for it, what came back, and what of that was gained
_MOVED = """
select h.holding as series, h.fund, t.event_date as day, coalesce(t.currency, h.currency) as currency,
    coalesce(t.currency, h.currency) <> w.base_currency as is_foreign,
    case when t.transaction_type in ('PURCHASE', 'FOLLOW_ON') then t.amount else 0 end as first_amount,
    case when t.transaction_type in ('PROCEEDS', 'RETURN_OF_CAPITAL') then t.amount else 0 end as second_amount,
    cast(case t.transaction_type
        when 'PROCEEDS' then t.amount - coalesce(t.cost_relieved, 0)
        when 'RETURN_OF_CAPITAL' then t.amount - coalesce(t.cost_relieved, t.amount)
        when 'WRITE_OFF' then -coalesce(t.cost_relieved, t.amount)
        else 0 end as decimal(24, 4)) as realised
from intermediate.int_fund__investment_transactions as t
inner join holdings as h using (state_id, investment_id) inner join wanted as w using (fund)
where t.transaction_type in ('PURCHASE', 'FOLLOW_ON', 'PROCEEDS', 'RETURN_OF_CAPITAL', 'WRITE_OFF')
order by all
"""
_VALUED = """
select h.holding as series, v.valuation_date as day, v.fair_value,
    coalesce(v.unrealized_gain_loss, 0) as unrealised, v.unrealized_gain_loss is null as lacks_cost
from intermediate.int_fund__fair_values as v inner join holdings as h using (state_id, investment_id)
where h.exit_date is null or v.valuation_date < h.exit_date
qualify row_number() over (partition by h.holding, v.valuation_date order by v.known_at desc, v.source_row desc) = 1
union all
select holding, exit_date, 0, 0, false from holdings where exit_date is not null
order by all
"""
_ROWS = """
select w.measured_id, w.state_id, w.organization_id, w.fund_id, h.investment_id, w.base_currency as currency,
    f.* exclude (fund, holding), w.known_from as known_at
from found as f inner join wanted as w using (fund) inner join holdings as h using (holding)
"""
COST_MISSING = "COST_MISSING"  # a valuation states no remaining cost


@dataclass(frozen=True, eq=False)
class Local:
    """Holdings in their own currency, (holdings,), and their histories and values in its minor units."""

    currency: list[str]
    is_foreign: Ints
    decimals: Ints
    base_decimals: Ints
    reasons: Reasons
    paid: Histories
    realised: Histories
    fair: Values
    unrealised: Values

    @classmethod
    def of(cls, funds: Funds) -> Local:
        table, moved, valued = (funds.table(sql) for sql in (_LOCAL, _MOVED, _VALUED))
        decimals = array(table, "minor_units")
        size = table.num_rows

        def units(of: pa.Table, name: str) -> Ints:
            return stored_units(of[name]) // 10 ** (4 - decimals[array(of, "series")])

        owner, day = array(moved, "series"), days(moved, "day")
        gained = units(moved, "realised")
        on = array(valued, "series"), days(valued, "day")
        lacks = when(array(valued, "lacks_cost").astype(np.bool_), COST_MISSING)
        return cls(
            table["currency"].to_pylist(),
            array(table, "is_foreign"),
            decimals,
            array(table, "base_minor_units"),
            when(array(table, "is_mixed").astype(np.bool_), MIXED_CURRENCIES),
            Histories.of(Legs(owner, day, units(moved, "first_amount"), units(moved, "second_amount")), size),
            Histories.of(Legs(owner, day, gained, np.zeros_like(gained)), size),
            Values.of(*on, units(valued, "fair_value"), is_carried=True),
            Values.of(*on, units(valued, "unrealised"), is_carried=True, reasons=lacks),
        )


def investment_rows(funds: Funds, quarters: Points, month: Ints) -> pa.Table:
    """Rows of calc.investment_bridge: every investment on the quarter ends of its fund, while it is held or moves.

    Opening value + invested + returned + realised gain + unrealised gain + effect of the exchange rate + unexplained = closing
    value. Gains are local ones at the closing rate, see `fx_convention`. Source: fund-admin 3.5.
    """
    local = Local.of(funds)
    row, holding = np.nonzero(quarters.series[:, None] == funds.holding_fund[None, :])
    opened, closed = np.empty(row.size, dtype="datetime64[D]"), quarters.day[row]
    for end in np.unique(month).tolist():
        chosen = month[row] == end
        opened[chosen] = window_start(closed[chosen], Window.QUARTER_TO_DATE, end)
    paid = Histories.of(funds.legs(_MOVED), funds.holding_fund.size)

    base, why = _stretch(funds.fair_values, paid, holding, opened, closed)
    own, _ = _stretch(local.fair, local.paid, holding, opened, closed)
    realised = local.realised.sums(holding, closed)[0] - local.realised.sums(holding, opened)[0]
    before, why_before = _worth(local.unrealised, local.paid, holding, opened)
    after, why_after = _worth(local.unrealised, local.paid, holding, closed)
    parts, why_parts = _parts(funds, local, holding, closed, own, base, Gains(realised, after - before))
    why_parts = either(why, why_before, why_after, why_parts)

    invested, returned = (
        until - earlier for until, earlier in zip(paid.sums(holding, closed), paid.sums(holding, opened), strict=True)
    )
    why_invested, why_returned = paid.called_reasons(holding, closed), paid.distributed_reasons(holding, closed)
    moved = np.column_stack([base.opening, base.closing, invested, returned, realised]).any(axis=1)
    fund = funds.holding_fund[holding]
    scale = funds.scale[fund]
    found = pa.table(
        {
            "fund": fund,
            "holding": holding,
            "opening_date": day_column(opened),
            "event_date": day_column(closed),
            "local_currency": pa.array(local.currency, pa.string()).take(pa.array(holding)),
            "opening_value": money_column(base.opening, scale, why),
            "invested": money_column(invested, scale, why_invested),
            "returned": money_column(-returned, scale, why_returned),
            "realised_gain": money_column(parts.realised, scale, why_parts),
            "unrealised_gain": money_column(parts.unrealised, scale, why_parts),
            "fx_effect": money_column(parts.fx_effect, scale, why_parts),
            "unexplained": money_column(parts.unexplained, scale, why_parts),
            "closing_value": money_column(base.closing, scale, why),
            "reason": text_column(either(why_parts, why_invested, why_returned)),
            "fx_convention": text_column(np.full(holding.size, LOCAL_GAIN_AT_CLOSING_RATE, dtype=object)),
        }
    )
    return with_columns_of(TABLE, funds, _ROWS, found.filter(pa.array(moved | is_given(why))))


def _worth(values: Values, paid: Histories, holding: Ints, day: Days) -> tuple[Ints, Reasons]:
    """Values of days; what was not paid for yet, and is not valued, is nothing."""
    found = values.at(holding, day)
    is_nothing = np.isnat(found.day) & (paid.first_day(holding) > day)
    return found.units, np.where(is_nothing, no_reasons(day.size), found.reasons)


def _stretch(values: Values, paid: Histories, holding: Ints, opened: Days, closed: Days) -> tuple[Stretch, Reasons]:
    """Values at both ends of periods and what was paid in less what came out between, and why not."""
    opening, why_opening = _worth(values, paid, holding, opened)
    closing, why_closing = _worth(values, paid, holding, closed)
    called, distributed = paid.sums(holding, closed)
    called_before, distributed_before = paid.sums(holding, opened)
    net = (called - called_before) - (distributed - distributed_before)
    why = either(why_opening, why_closing)
    return Stretch(np.where(is_given(why), 0, opening), net, np.where(is_given(why), 0, closing)), why


def _parts(
    funds: Funds, local: Local, holding: Ints, closed: Days, own: Stretch, base: Stretch, gains: Gains
) -> tuple[Parts, Reasons]:
    """The parts of gains, those of investments in another currency at the closing rates, and why not."""
    domestic = domestic_gains(base, gains)
    why = local.reasons[holding]
    rows = np.flatnonzero(local.is_foreign[holding] == 1)
    if not rows.size:
        return domestic, why
    rates = []
    for row in rows.tolist():
        fund = int(funds.holding_fund[holding[row]])
        target = funds.wanted[fund]["base_currency"]
        rate, missing = funds.rates.rate(local.currency[holding[row]], target, closed[row].item(), fund)
        rates.append(rate)
        why[row] = why[row] or missing
    foreign = investment_gains(
        Stretch(own.opening[rows], own.net_invested[rows], own.closing[rows]),
        Stretch(base.opening[rows], base.net_invested[rows], base.closing[rows]),
        Gains(gains.realised[rows], gains.unrealised[rows]),
        rates,
        local.decimals[holding[rows]],
        local.base_decimals[holding[rows]],
    )
    for name in ("realised", "unrealised", "fx_effect", "unexplained"):
        getattr(domestic, name)[rows] = getattr(foreign, name)
    return domestic, why
