"""Credit lines of funds as known in measured states, in arrays: draws, repayments, and what of calls repaid them.

Lines whose repayments do not fit their draws are told apart here; flows without a line are made in calculations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.funds.performance import (
    Draws,
    Legs,
    ProceedsRepayments,
    Unlevered,
    without_facility,
)
from calculations.funds.performance.called_repayments import LegPortions, Paydowns, called_repayments
from calculations.reasons import either, when
from orchestration.assets.fund_arrays import Funds
from orchestration.assets.fund_queries import FLOWS
from orchestration.assets.stored_columns import array, days, stored_units

LINE_INCONSISTENT = "LINE_INCONSISTENT"  # repayments of the fund's line do not fit its draws

_DRAWS = """
create or replace temp table draws as
select row_number() over (order by w.fund, t.facility_transaction_id) - 1 as draw, w.fund, w.scale, f.facility_id,
    t.facility_transaction_id, t.event_date as day, coalesce(nullif(t.principal_amount, 0), t.amount) as principal,
    coalesce(f.currency, w.base_currency) <> w.base_currency as is_foreign
from intermediate.int_fund__facility_transactions as t
inner join intermediate.int_fund__credit_facilities as f using (state_id, facility_id)
inner join wanted as w using (state_id, fund_id)
where t.transaction_type = 'DRAW'
"""
# an own number for each call that repaid a line
_PAYDOWNS = """
create or replace temp table paydowns as
select w.fund, d.draw, d.day as drawn_on, t.event_date as day, t.call_id,
    dense_rank() over (order by w.fund, t.call_id) - 1 as call,
    coalesce(nullif(t.principal_amount, 0), t.amount - coalesce(t.interest_amount, 0) - coalesce(t.fee_amount, 0)
        - coalesce(t.penalty_amount, 0)) as principal
from intermediate.int_fund__facility_transactions as t
inner join intermediate.int_fund__credit_facilities as f using (state_id, facility_id)
inner join wanted as w using (state_id, fund_id)
left join draws as d on w.fund = d.fund and t.repays_draw_id = d.facility_transaction_id
where t.transaction_type = 'PAYDOWN'
"""
_PORTIONS = f"""
with legs as (select row_number() over (order by all_columns) - 1 as leg, all_columns.* from ({FLOWS}) as all_columns)
select l.leg, l.fund, c.call, l.is_foreign, l.first_amount,
    coalesce(n.line_repayment_portion, 0) as principal, coalesce(n.interest_portion, 0) as costs
from legs as l
inner join wanted as w using (fund)
inner join intermediate.int_fund__capital_call_notices as n
    on w.state_id = n.state_id and l.transaction_id = n.notice_id and l.cash_flow_type = 'CAPITAL_CALL'
inner join (select distinct fund, call_id, call from paydowns where call_id is not null) as c
    on l.fund = c.fund and n.call_id = c.call_id
order by l.leg
"""
# what cannot be told apart, or does not add up, is the line's fault and not that of the calculation
_FAULTS = """
select distinct fund from paydowns where draw is null or day < drawn_on or principal < 0
union
select p.fund from paydowns as p inner join draws as d using (draw)
group by p.fund, p.draw having sum(p.principal) > any_value(d.principal)
union
select distinct fund from draws where is_foreign or principal < 0
"""


@dataclass(frozen=True, eq=False)
class CreditLines:
    """Lines of funds: all draws; `has_line` and `is_faulty` (funds,)."""

    draws: Draws
    paydowns: pa.Table
    has_line: NDArray[np.bool_]
    is_faulty: NDArray[np.bool_]


def credit_lines(funds: Funds) -> CreditLines:
    """The lines of the funds; leaves their draws and paydowns as temp tables with the numbers used here."""
    funds.connection.execute(_DRAWS)
    funds.connection.execute(_PAYDOWNS)
    table = funds.table("select * from draws order by draw")
    fund = array(table, "fund")
    has_line, is_faulty = np.zeros(funds.count, dtype=np.bool_), np.zeros(funds.count, dtype=np.bool_)
    has_line[fund] = True
    is_faulty[array(funds.table(_FAULTS), "fund")] = True
    drawn = Draws(fund, days(table, "day"), line_units(funds, table, "principal"))
    paydowns = funds.table("select * from paydowns where draw is not null order by all")
    return CreditLines(drawn, paydowns, has_line, is_faulty)


def flows_without_line(funds: Funds, participation: Ints) -> tuple[Unlevered, NDArray[np.bool_]]:
    """Flows of partners as if no fund had a line, and the funds (funds,) that have one.

    Where a line is inconsistent, or a leg repays more than it called, the fund's flows are not known. `participation`
    (partners,) shares what no call repaid. Source: fund-admin 3.4.
    """
    lines = credit_lines(funds)
    portions = funds.table(_PORTIONS)
    fund, called = array(portions, "fund"), line_units(funds, portions, "first_amount")
    principal, costs = line_units(funds, portions, "principal"), line_units(funds, portions, "costs")
    wrong = (principal < 0) | (costs < 0) | (principal + costs > np.maximum(called, 0))
    is_faulty = lines.is_faulty.copy()
    is_faulty[fund[wrong | array(portions, "is_foreign").astype(np.bool_)]] = True
    legs, partner_fund = funds.flows, funds.partner_fund
    is_late = _late(portions, lines.paydowns, lines.draws, legs.day)
    is_faulty[fund[is_late]] = True

    sound = ~is_faulty[fund]
    paydowns, sound_rows = lines.paydowns, ~is_faulty[array(lines.paydowns, "fund")]
    is_called = sound_rows & np.isin(array(paydowns, "call"), array(portions, "call")[sound])
    draw, repaid = array(paydowns, "draw"), line_units(funds, paydowns, "principal")
    by_call = Paydowns(array(paydowns, "call")[is_called], draw[is_called], repaid[is_called])
    taken = LegPortions(array(portions, "leg")[sound], array(portions, "call")[sound], principal[sound], costs[sound])
    from_proceeds = sound_rows & ~is_called
    kept = ~is_faulty[lines.draws.fund]
    number = np.cumsum(kept) - 1
    drawn = Draws(lines.draws.fund[kept], lines.draws.day[kept], lines.draws.amount[kept])
    called_back = called_repayments(LegPortions(taken.leg, taken.call, taken.principal, taken.costs), by_call)
    of_faulty = when(is_faulty[partner_fund[legs.series]], LINE_INCONSISTENT)
    unlevered = without_facility(
        Legs(
            legs.series,
            legs.day,
            legs.called,
            legs.distributed,
            *(
                of_faulty if why is None else either(of_faulty, why)
                for why in (legs.called_reasons, legs.distributed_reasons)
            ),
        ),
        drawn,
        type(called_back)(called_back.leg, number[called_back.draw], called_back.principal, called_back.costs),
        ProceedsRepayments(number[draw[from_proceeds]], days(paydowns, "day")[from_proceeds], repaid[from_proceeds]),
        partner_fund,
        participation,
    )
    return unlevered, lines.has_line


def _late(portions: pa.Table, paydowns: pa.Table, draws: Draws, leg_day: Days) -> NDArray[np.bool_]:
    """The legs (rows of `portions`) that were due before a draw that their call repaid."""
    latest = np.full(
        int(max(array(paydowns, "call").max(initial=-1), array(portions, "call").max(initial=-1))) + 1,
        np.datetime64("0001-01-01", "D"),
    )
    np.maximum.at(latest, array(paydowns, "call"), draws.day[array(paydowns, "draw")])
    found: NDArray[np.bool_] = leg_day[array(portions, "leg")] < latest[array(portions, "call")]
    return found


def line_units(funds: Funds, table: pa.Table, name: str) -> Ints:
    """Minor units of an exact column, of the fund of each row."""
    step = 10_000 // funds.scale[array(table, "fund")]
    return stored_units(table[name]) // step
