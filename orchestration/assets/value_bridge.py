"""How the net asset value of every fund became the next one, and how its credit lines were used, quarter by quarter.

The bridge and the statistics are calculations'; which row of a workbook is which line of the bridge is said here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from calculations.daycount import Ints
from calculations.funds.performance import (
    BridgeLine,
    Draws,
    Histories,
    Lines,
    Movements,
    Points,
    Repayments,
    Window,
    facility_statistics,
    value_bridge,
)
from calculations.funds.performance.bridge import LINES
from calculations.reasons import either
from orchestration.assets.arrow_columns import day_column, money_column, ratio_column, text_column
from orchestration.assets.fund_arrays import Funds, funds_as_known
from orchestration.assets.fund_lines import credit_lines, line_units
from orchestration.assets.fund_performance import MODELS, Valued, with_columns_of
from orchestration.assets.fund_queries import TOTAL
from orchestration.assets.investment_bridge import TABLE as INVESTMENTS
from orchestration.assets.investment_bridge import investment_rows
from orchestration.assets.stored_columns import array, days
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

BRIDGE, FACILITY_USE = "calc.value_bridge", "calc.facility_use"
INCOME_TYPES = ("OTHER_INCOME", "INTEREST_INCOME", "DIVIDEND_INCOME")
# line of the bridge -> the capital account's name of it
STATED = {
    BridgeLine.CONTRIBUTIONS: "contributions",
    BridgeLine.DISTRIBUTIONS: "distributions",
    BridgeLine.REALISED_GAIN: "realized_gain",
    BridgeLine.UNREALISED_GAIN: "unrealized_gain",
    BridgeLine.INCOME: "income",
    BridgeLine.FEES: "management_fee",
    BridgeLine.EXPENSES: "expenses",
    BridgeLine.ACCRUED_CARRY: "accrued_carry",
}


def _line(line: BridgeLine) -> int:
    return LINES.index(line)


# Carry that a distribution kept back from partners is paid to the general partner, so it leaves the fund as well. A fee is
# of the quarter in which its period begins, what newcomers make up for of that of their closing. Accrued carry moves between partners; capital accounts say what of it is the fund's.
_MOVEMENTS = f"""
with moves as (
    select fund, {_line(BridgeLine.CONTRIBUTIONS)} as line, event_date as day, currency, capital_call_amount as amount
    from intermediate.int_fund__cash_flows inner join wanted using (state_id, fund_id)
    union all
    select fund, {_line(BridgeLine.DISTRIBUTIONS)}, event_date, currency, -distribution_amount
    from intermediate.int_fund__cash_flows inner join wanted using (state_id, fund_id)
    union all
    select fund, {_line(BridgeLine.DISTRIBUTIONS)}, c.event_date, c.currency,
        -n.carried_interest * case when c.distribution_amount < 0 then -1 else 1 end
    from intermediate.int_fund__cash_flows as c
    inner join wanted using (state_id, fund_id)
    inner join intermediate.int_fund__distribution_notices as n
        on c.state_id = n.state_id and c.transaction_id = n.notice_id and c.cash_flow_type = 'DISTRIBUTION'
    where n.carried_interest <> 0
    union all
    select h.fund, case t.transaction_type when 'INCOME' then {_line(BridgeLine.INCOME)}
            when 'EXPENSE' then {_line(BridgeLine.EXPENSES)} else {_line(BridgeLine.REALISED_GAIN)} end,
        t.event_date, coalesce(t.currency, h.currency),
        case t.transaction_type
            when 'INCOME' then t.amount
            when 'EXPENSE' then -t.amount
            when 'PROCEEDS' then t.amount - coalesce(t.cost_relieved, 0)
            when 'RETURN_OF_CAPITAL' then t.amount - coalesce(t.cost_relieved, t.amount)
            else -coalesce(t.cost_relieved, t.amount) end
    from intermediate.int_fund__investment_transactions as t inner join holdings as h using (state_id, investment_id)
    where t.transaction_type in ('INCOME', 'EXPENSE', 'PROCEEDS', 'RETURN_OF_CAPITAL', 'WRITE_OFF')
    union all
    select fund, {_line(BridgeLine.UNREALISED_GAIN)}, day, currency,
        gain - coalesce(lag(gain) over (partition by holding order by day), 0)
    from (
        select h.holding, h.fund, v.valuation_date as day, v.currency, v.unrealized_gain_loss as gain
        from intermediate.int_fund__fair_values as v inner join holdings as h using (state_id, investment_id)
        where v.unrealized_gain_loss is not null and (h.exit_date is null or v.valuation_date < h.exit_date)
        qualify row_number() over (
            partition by h.holding, v.valuation_date order by v.known_at desc, v.source_row desc
        ) = 1
        union all
        select holding, fund, exit_date, currency, 0 from holdings where exit_date is not null
    )
    union all
    select fund, case when expense_type in {INCOME_TYPES} then {_line(BridgeLine.INCOME)}
            when expense_type = 'MANAGEMENT_FEE' then {_line(BridgeLine.FEES)} else {_line(BridgeLine.EXPENSES)} end,
        event_date, coalesce(e.currency, base_currency), -amount
    from intermediate.int_fund__expenses as e inner join wanted as w using (state_id, fund_id)
    where expense_type <> 'MANAGEMENT_FEE' or not exists (
        select 1 from intermediate.int_fund__fee_charges as c where c.state_id = w.state_id and c.fund_id = w.fund_id
    )
    union all
    select fund, {_line(BridgeLine.FEES)}, coalesce((
            select max(z.closing_date) from intermediate.int_fund__closings as z
            where f.true_up_of_id is not null and z.state_id = f.state_id and z.fund_id = f.fund_id
                and z.status = 'COMPLETED' and z.closing_date between f.period_start and f.period_end
        ), period_start), base_currency, -net_amount
    from intermediate.int_fund__fee_charges as f inner join wanted using (state_id, fund_id)
    where status not in ('REVERSED', 'WRITTEN_OFF')
    union all
    select fund, {_line(BridgeLine.ACCRUED_CARRY)}, period_end, base_currency, accrued_carry
    from intermediate.int_fund__capital_accounts inner join wanted using (state_id, fund_id)
    where investor_id = '{TOTAL}' and accrued_carry <> 0
)
select m.fund * {len(LINES)} + m.line as series, m.fund, m.day, m.currency, m.currency <> w.base_currency as is_foreign,
    cast(m.amount as decimal(24, 4)) as first_amount, cast(0 as decimal(24, 4)) as second_amount
from moves as m inner join wanted as w using (fund)
where m.amount <> 0
order by all
"""
_STATED = ", ".join(f"sum(a.{name}) as {line.value.lower()}_stated" for line, name in STATED.items())
_BRIDGE_ROWS = f"""
with stated as (
    select f.fund, f.event_date, {_STATED}
    from found as f
    inner join wanted as w using (fund)
    inner join intermediate.int_fund__capital_accounts as a
        on w.state_id = a.state_id and w.fund_id = a.fund_id and a.investor_id = '{TOTAL}'
            and a.period_end > f.opening_date and a.period_end <= f.event_date
    group by all
)
select w.measured_id, w.state_id, w.organization_id, w.fund_id, w.base_currency as currency, f.* exclude (fund),
    s.* exclude (fund, event_date), w.known_from as known_at
from found as f inner join wanted as w using (fund) left join stated as s using (fund, event_date)
"""
_UNFUNDED = """
select w.fund as series, w.fund, e.event_date as day, e.currency, e.currency <> w.base_currency as is_foreign,
    cast(e.committed + e.recallable + e.called_outside as decimal(24, 4)) as first_amount, e.called as second_amount
from intermediate.int_fund__commitment_events as e inner join wanted as w using (state_id, fund_id)
order by all
"""
_LINES = """
select row_number() over (order by w.fund, f.facility_id) - 1 as line, w.fund, f.facility_id,
    f.limit_amount, f.start_date, f.maturity_date
from intermediate.int_fund__credit_facilities as f inner join wanted as w using (state_id, fund_id)
where coalesce(f.currency, w.base_currency) = w.base_currency
order by 1
"""
_USE_ROWS = """
select w.measured_id, w.state_id, w.organization_id, w.fund_id, l.facility_id, w.base_currency as currency,
    f.* exclude (fund, line), w.known_from as known_at
from found as f inner join wanted as w using (fund) inner join lines as l using (line)
"""


def calculate_bridges(warehouse: Warehouse, measured_ids: Sequence[str]) -> Tables:
    """Rows of calc.value_bridge, calc.investment_bridge and calc.facility_use for every measured state of `measured_ids`."""
    with funds_as_known(warehouse, measured_ids) as funds:
        points, month = _quarters(funds)
        return {
            BRIDGE: with_columns_of(BRIDGE, funds, _BRIDGE_ROWS, _bridges(Valued(funds), points, month)),
            INVESTMENTS: investment_rows(funds, points, month),
            FACILITY_USE: _facility_use(funds, points),
        }


def _quarters(funds: Funds) -> tuple[Points, Ints]:
    """The quarter ends among the days of the funds, and the last month of the fiscal year at each."""
    month = np.array([row["fiscal_month"] for row in funds.wanted])[funds.points.series]
    day = funds.points.day
    following = (day + np.timedelta64(1, "D")).astype("datetime64[M]")
    is_month_end = following.astype("datetime64[D]") == day + np.timedelta64(1, "D")
    is_quarter = is_month_end & ((following.astype(np.int64) - month) % 3 == 0)
    return Points(funds.points.series[is_quarter], day[is_quarter]), month[is_quarter]


def _bridges(valued: Valued, points: Points, month: Ints) -> pa.Table:
    funds = valued.funds
    _, navs = valued.navs
    legs = funds.legs(_MOVEMENTS)
    movements = Movements(legs.series // len(LINES), legs.day, legs.series % len(LINES), legs.called)
    unknown = Histories.of(legs.pooled(np.arange(funds.count * len(LINES)) // len(LINES)), funds.count)
    tables = []
    for end in np.unique(month).tolist() or [12]:  # no quarter end yet: a table of no rows
        chosen = Points(points.series[month == end], points.day[month == end])
        found = value_bridge(navs.values, movements, chosen, Window.QUARTER_TO_DATE, end)
        scale = funds.scale[chosen.series]
        reasons = either(found.reasons, unknown.reasons(chosen.series, chosen.day))
        tables.append(
            pa.table(
                {
                    "fund": chosen.series,
                    "opening_date": day_column(found.opening_day),
                    "event_date": day_column(chosen.day),
                    "opening_nav": money_column(found.opening, scale, reasons),
                    **{line.value.lower(): money_column(units, scale) for line, units in found.lines.items()},
                    "closing_nav": money_column(found.closing, scale, reasons),
                    "unexplained": money_column(found.unexplained, scale, reasons),
                    "reason": text_column(reasons),
                }
            )
        )
    return pa.concat_tables(tables)


def _facility_use(funds: Funds, points: Points) -> pa.Table:
    """Every line on the quarter ends of its fund, from its start on."""
    drawn = credit_lines(funds)
    lines = funds.table(_LINES)
    funds.connection.register("lines", lines)
    line_fund, start = array(lines, "fund"), days(lines, "start_date")
    place = {
        (fund, name): k
        for k, (fund, name) in enumerate(zip(line_fund.tolist(), lines["facility_id"].to_pylist(), strict=True))
    }
    listed = funds.table("select fund, facility_id from draws order by draw").to_pylist()
    of_draw = np.array([place.get((row["fund"], row["facility_id"]), -1) for row in listed], dtype=np.int64)
    row, line = np.nonzero(points.series[:, None] == line_fund[None, :])
    day = points.day[row]
    begun = day >= start[line]
    line, day = line[begun], day[begun]
    fund = line_fund[line]

    # a draw of a line in another currency is in none of these
    kept = of_draw >= 0
    number = np.cumsum(kept) - 1
    repaid = array(drawn.paydowns, "draw")
    is_kept = kept[repaid]
    unfunded = Histories.of(funds.legs(_UNFUNDED), funds.count)
    committed, called = unfunded.sums(fund, day)
    use = facility_statistics(
        Lines(np.arange(line_fund.size), line_units(funds, lines, "limit_amount"), start, days(lines, "maturity_date")),
        Draws(of_draw[kept], drawn.draws.day[kept], drawn.draws.amount[kept]),
        Repayments(
            number[repaid[is_kept]],
            days(drawn.paydowns, "day")[is_kept],
            line_units(funds, drawn.paydowns, "principal")[is_kept],
        ),
        line,
        day,
        committed - called,
    )
    scale = funds.scale[fund]
    found = pa.table(
        {
            "fund": fund,
            "line": line,
            "event_date": day_column(day),
            "facility_size": money_column(use.size, scale),
            "balance": money_column(use.balance, scale),
            "unfunded": money_column(committed - called, scale, unfunded.reasons(fund, day)),
            "financed_share": ratio_column(use.financed_share),
            "financed_share_reason": text_column(use.financed_share_reasons),
            "average_days_outstanding": ratio_column(use.average_days_outstanding),
            "average_days_outstanding_reason": text_column(use.average_days_reasons),
        }
    )
    return with_columns_of(FACILITY_USE, funds, _USE_ROWS, found)


VALUE_BRIDGE = Calculation(
    name="value_bridge",
    description="The net asset value of every fund from quarter to quarter, and the use of its credit lines.",
    tables=(BRIDGE, INVESTMENTS, FACILITY_USE),
    key="measured_id",
    inputs="select measured_id from intermediate.int_fund__measured_states",
    deps=(
        *(f"intermediate.int_fund__{model}" for model in MODELS),
        "intermediate.int_fund__closings",
        "intermediate.int_fund__credit_facilities",
        "intermediate.int_fund__distribution_notices",
        "intermediate.int_fund__expenses",
        "intermediate.int_fund__facility_transactions",
        "intermediate.int_fund__fee_charges",
    ),
    compute=calculate_bridges,
)
