"""What the files say about the capital activity of funds, numbered for arrays. What follows from it does not belong here.

Funds are numbered by state, commitments, calls and distributions in order of their ids within the fund, so that the rows
of one lie together and ties fall to the smaller id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.assets.capital_frames import Frame

MODELS = (
    *("activity_states", "capital_accounts", "capital_call_notices", "capital_calls", "cash_flows", "closings"),
    *("commitment_events", "commitment_modifications", "commitments", "defaults", "distribution_notices"),
    *("distributions", "excuses", "funds", "investments", "investor_classes", "investors", "payments"),
    *("reallocations", "recycling_terms", "side_letters", "terms", "transfers"),
)
KEYS = ("activity_id", "measured_id", "state_id", "organization_id", "fund_id")
PORTION_COLUMNS = (
    *("investment_portion", "management_fee_portion", "expenses_portion", "organisational_portion"),
    *("line_repayment_portion", "interest_portion", "outside_commitment_portion"),
)
COMPONENT_COLUMNS = ("return_of_capital_amount", "gain_amount", "income_amount")


def units(amount: str, scale: str) -> str:
    """SQL for an amount in minor units, `scale` of which make one unit; what is not stated is nothing."""
    return f"cast(cast(coalesce({amount}, 0) as decimal(24, 4)) * cast({scale} as decimal(5, 0)) as bigint)"


def rate_units(rate: str) -> str:
    """SQL for a rate in 1e-12."""
    return f"cast(cast({rate} as decimal(24, 12)) * cast(1000000000000 as decimal(13, 0)) as bigint)"


def governing(kind: str, rows: str, key: str, day: str, *, of_partner: bool = False) -> str:
    """SQL for (`key`, term_value): the most specific terms in force on `day` of each of `rows`, which have f.

    Those of the investor, then of the class, then of the fund; `of_partner` rows have investor_id and class_code, others
    look at the fund's own terms only. Source: input-contracts 3, Fund Terms.
    """
    whose = (
        "(t.investor_id is null or t.investor_id = r.investor_id) and (t.class_code is null or t.class_code = r.class_code)"
        if of_partner
        else "t.investor_id is null and t.class_code is null"
    )
    return f"""
        select r.{key}, arg_max(
            t.term_value,
            case when t.investor_id is not null then 2000000 when t.class_code is not null then 1000000 else 0 end
            + (t.effective_date - date '1900-01-01')
        ) as term_value
        from {rows} as r
        inner join activity_terms as t on t.f = r.f and t.term_type = '{kind}' and {whose}
            and t.effective_date <= r.{day} and (t.expiry_date is null or t.expiry_date > r.{day})
        group by r.{key}
    """


@dataclass(frozen=True, eq=False)
class Inputs:
    """Frames of all states at once, and the connection in which their numbered tables stand."""

    connection: duckdb.DuckDBPyConnection
    funds: Frame
    commitments: Frame
    events: Frame
    lots: Frame

    def frame(self, sql: str) -> Frame:
        return Frame.of(self.connection, sql)


def read_inputs(connection: duckdb.DuckDBPyConnection, activity_ids: Sequence[str]) -> Inputs:
    """Number what the states hold, in temporary tables, and read what every part needs."""
    connection.execute(
        """
        create or replace temp table activity_funds as
        select row_number() over (order by a.activity_id) - 1 as f, a.*, fund.base_currency, fund.investment_period_end,
            fund.gp_investor_id, fund.holiday_calendar, fund.inception_date, fund.known_at, c.minor_units,
            cast(power(10, c.minor_units) as integer) as scale
        from intermediate.int_fund__activity_states as a
        inner join intermediate.int_fund__funds as fund using (state_id, fund_id)
        inner join seeds.currencies as c on fund.base_currency = c.currency_code
        where a.activity_id in (select unnest(?))
        """,
        [list(activity_ids)],
    )
    connection.execute(
        """
        create or replace temp table activity_commitments as
        select row_number() over (order by x.f, c.commitment_id) - 1 as c, x.f, c.commitment_id, c.investor_id, c.class_code,
            c.closing_number, c.commitment_date, c.commitment_type, coalesce(c.currency, x.base_currency) as currency,
            cast(power(10, m.minor_units) as integer) as scale, c.known_at, coalesce(k.is_gp, false)
            or c.investor_id is not distinct from x.gp_investor_id as is_gp, c.capital_called, c.capital_returned,
            c.unfunded_commitment
        from activity_funds as x
        inner join intermediate.int_fund__commitments as c using (state_id, fund_id)
        inner join seeds.currencies as m on coalesce(c.currency, x.base_currency) = m.currency_code
        left join intermediate.int_fund__investor_classes as k
            on k.state_id = x.state_id and k.fund_id = x.fund_id and k.class_code = c.class_code
        where c.status in ('ACTIVE', 'SUSPENDED', 'TRANSFERRED', 'TERMINATED')
        """
    )
    connection.execute(
        """
        create or replace temp table activity_terms as
        select x.f, t.term_type, t.class_code, t.investor_id, t.effective_date, t.expiry_date, t.term_value
        from activity_funds as x inner join intermediate.int_fund__terms as t using (state_id, fund_id)
        """
    )
    return Inputs(
        connection,
        funds=Frame.of(connection, "select * from activity_funds order by f"),
        commitments=Frame.of(
            connection,
            f"select *, {units('capital_called', 'scale')} as called_stated_units, "
            f"{units('unfunded_commitment', 'scale')} as unfunded_stated_units, "
            f"{units('capital_returned', 'scale')} as returned_stated_units from activity_commitments order by c",
        ),
        events=Frame.of(
            connection,
            f"select c.c, e.event_date as day, {units('e.committed', 'c.scale')} as committed, "
            f"{units('e.called', 'c.scale')} as called, {units('e.called_outside', 'c.scale')} as outside, "
            f"{units('e.recallable', 'c.scale')} as recallable, e.event_type = 'REALLOCATION' as is_reallocation, "
            "epoch_us(e.known_at) as known_at from intermediate.int_fund__commitment_events as e "
            "inner join activity_funds as x using (state_id, fund_id) "
            "inner join activity_commitments as c on c.f = x.f and c.commitment_id = e.commitment_id "
            "order by c.c, e.event_date, e.source_sheet, e.source_row",
        ),
        lots=Frame.of(
            connection,
            f"select c.c, l.event_date as day, {units('l.recallable_amount', 'c.scale')} as amount, "
            "d.recallable_until as until from intermediate.int_fund__cash_flows as l "
            "inner join activity_funds as x using (state_id, fund_id) "
            "inner join activity_commitments as c on c.f = x.f and c.commitment_id = l.commitment_id "
            "inner join intermediate.int_fund__distribution_notices as d "
            "on d.state_id = x.state_id and d.notice_id = l.transaction_id "
            "where l.cash_flow_type = 'DISTRIBUTION' and l.recallable_amount <> 0 order by 1, 2, l.transaction_id",
        ),
    )
