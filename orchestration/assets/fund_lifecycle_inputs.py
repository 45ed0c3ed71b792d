"""Allocations, their calls and payments of one state as the arrays of calculations. What follows from them is in fund_lifecycle.

Money becomes whole minor units here, of the currency that its row has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from calculations.funds.lifecycle.allocations import Allocations, Calls, Funds, percentage_amounts
from calculations.funds.lifecycle.payments import Payments
from orchestration.warehouse import Warehouse

STATED = "STATED:"  # before the id of a call that pays itself, in its own row

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]

# Amounts of a percentage have no currency: such an allocation is shown, and nothing is computed of it.
ALLOCATIONS = """
    select a.allocation_id, a.deal_id, a.fund_id, f.base_currency as currency, power(10, c.minor_units)::bigint as scale,
        a.allocation_date, a.security_type, a.status, round(a.amount * power(10, c.minor_units)::bigint)::bigint as amount,
        round(coalesce(a.market_value, 0) * power(10, c.minor_units)::bigint)::bigint as market_value,
        a.market_value is not null as has_market_value,
        round(coalesce(a.distributions, 0) * power(10, c.minor_units)::bigint)::bigint as distributions,
        coalesce(a.portfolio_weight_pct, 'nan'::double) as stated_weight_pct
    from intermediate.int_fund__allocations as a
    inner join intermediate.int_fund__funds as f using (state_id, fund_id)
    inner join seeds.currencies as c on f.base_currency = c.currency_code
    where a.state_id = $1 and coalesce(a.amount_type, 'DOLLAR') = 'DOLLAR'
"""
CALLS = f"""
    with allocations as (
        select *, row_number() over (order by allocation_id) - 1 as place from ({ALLOCATIONS})
    )
    select k.allocation_call_id as call_id, a.place as owner, k.scheduled_date, k.due_date, k.status,
        round(coalesce(k.amount, 0) * a.scale)::bigint as amount, coalesce(k.call_pct, 'nan'::double) as call_pct,
        k.amount is null as is_percentage, round(coalesce(k.paid_amount, 0) * a.scale)::bigint as paid_stated,
        k.paid_date as paid_date_stated, a.scale, a.currency, k.currency as currency_stated
    from intermediate.int_fund__allocation_calls as k
    inner join allocations as a using (allocation_id)
    where k.state_id = $1
"""
PAYMENTS = f"""
    with calls as (
        select *, row_number() over (order by call_id) - 1 as place from ({CALLS})
    ),
    of_calls as (
        select p.*, k.place, k.scale from intermediate.int_fund__payments as p
        inner join calls as k on p.allocation_call_id = k.call_id and p.currency = k.currency
        where p.state_id = $1
    ),
    stated as (
        select payment_id, place as owner, round(amount * scale)::bigint as amount, value_date, status,
            coalesce(reverses_payment_id, '') as reverses
        from of_calls
        where reverses_payment_id is null or reverses_payment_id in (select payment_id from of_calls)
    )
    select * from stated
    union all
    -- a call that no payment names is paid as its own row says
    select '{STATED}' || call_id, place, paid_stated, coalesce(paid_date_stated, due_date), 'PAID', ''
    from calls where paid_stated > 0 and place not in (select owner from stated)
"""
FUNDS = """
    select f.fund_id, power(10, c.minor_units)::bigint as scale,
        round(coalesce(f.fund_size, 0) * power(10, c.minor_units)::bigint)::bigint as capacity,
        round(coalesce(sum(m.committed), 0) * power(10, c.minor_units)::bigint)::bigint as commitments
    from intermediate.int_fund__funds as f
    inner join seeds.currencies as c on f.base_currency = c.currency_code
    left join intermediate.int_fund__commitment_events as m
        on f.state_id = m.state_id and f.fund_id = m.fund_id and m.currency = f.base_currency
    where f.state_id = $1
    group by f.fund_id, f.fund_size, c.minor_units
"""
# Notices that ask for money still, as calls of their own; what is settled reminds nobody.
OPEN_NOTICES = """
    select n.notice_id as call_id, k.fund_id, coalesce(k.notice_date, k.call_date, k.due_date) as scheduled_date,
        coalesce(n.due_date, k.due_date) as due_date, n.notice_status as status,
        round(n.call_amount * power(10, c.minor_units)::bigint)::bigint as amount, coalesce(k.currency, f.base_currency) as currency,
        power(10, c.minor_units)::bigint as scale
    from intermediate.int_fund__capital_call_notices as n
    inner join intermediate.int_fund__capital_calls as k using (state_id, call_id)
    inner join intermediate.int_fund__funds as f on k.state_id = f.state_id and k.fund_id = f.fund_id
    inner join seeds.currencies as c on coalesce(k.currency, f.base_currency) = c.currency_code
    where n.state_id = $1 and k.call_status in ('ISSUED', 'SETTLED')
        and n.notice_status in ('PENDING', 'PARTIALLY_PAID', 'OVERDUE', 'DEFAULTED')
        and n.reverses_notice_id is null and k.reverses_call_id is null
"""
NOTICE_PAYMENTS = f"""
    with notices as (
        select *, row_number() over (order by call_id) - 1 as place from ({OPEN_NOTICES})
    ),
    of_notices as (
        select p.*, n.place, n.scale from intermediate.int_fund__payments as p
        inner join notices as n on p.notice_id = n.call_id and p.currency = n.currency
        where p.state_id = $1
    )
    select payment_id, place as owner, round(amount * scale)::bigint as amount, value_date, status,
        coalesce(reverses_payment_id, '') as reverses
    from of_notices
    where reverses_payment_id is null or reverses_payment_id in (select payment_id from of_notices)
"""


@dataclass(frozen=True)
class StateOfFunds:
    """What one state says of allocations; `paid_stated` and `paid_date_stated` (calls,) are the call's own."""

    rows: Allocations
    calls: Calls
    payments: Payments
    funds: Funds
    paid_stated: Array
    paid_date_stated: Array
    notices: Calls
    notice_fund: Array
    notice_payments: Payments


def read_state(warehouse: Warehouse, state_id: str) -> StateOfFunds:
    """The state's allocations by id, with `called` and `paid` zero until they are derived, their calls and payments."""
    stated = _columns(warehouse, ALLOCATIONS, "allocation_id", state_id)
    nothing = np.zeros(stated["amount"].size, dtype=np.int64)
    names = ("allocation_id", "deal_id", "fund_id", "currency", "scale", "security_type", "status", "amount")
    rows = Allocations(
        **{name: stated[name] for name in names},
        allocation_date=_days(stated["allocation_date"]),
        # An approval changes nothing of what a state says: which are missing is told beside the approvals.
        is_approved=np.ones(nothing.size, dtype=np.bool_),
        called=nothing,
        paid=nothing,
        market_value=stated["market_value"],
        has_market_value=stated["has_market_value"].astype(np.bool_),
        distributions=stated["distributions"],
        stated_weight_pct=stated["stated_weight_pct"].astype(np.float64),
    )
    of_calls = _columns(warehouse, CALLS, "call_id", state_id)
    calls = _calls(of_calls, of_calls["owner"].astype(np.int64), of_calls["call_pct"].astype(np.float64))
    in_percent = of_calls["is_percentage"].astype(np.bool_) & ~np.isnan(calls.call_pct)
    amount = calls.amount.copy()
    amount[in_percent] = percentage_amounts(calls.owner[in_percent], calls.call_pct[in_percent], rows.amount)
    funds = _columns(warehouse, FUNDS, "fund_id", state_id)
    notices = _columns(warehouse, OPEN_NOTICES, "call_id", state_id)
    places = np.arange(notices["amount"].size)
    return StateOfFunds(
        rows=rows,
        calls=replace(calls, amount=amount),
        payments=_payments(_columns(warehouse, PAYMENTS, "payment_id", state_id)),
        funds=Funds(funds["fund_id"], funds["scale"], funds["capacity"], funds["commitments"]),
        paid_stated=of_calls["paid_stated"],
        paid_date_stated=_days(of_calls["paid_date_stated"]),
        notices=_calls(notices, places, np.full(places.size, np.nan)),
        notice_fund=notices["fund_id"],
        notice_payments=_payments(_columns(warehouse, NOTICE_PAYMENTS, "payment_id", state_id)),
    )


def _calls(stated: Columns, owner: Array, call_pct: Array) -> Calls:
    return Calls(
        call_id=stated["call_id"],
        owner=owner,
        scheduled_date=_days(stated["scheduled_date"]),
        due_date=_days(stated["due_date"]),
        status=stated["status"],
        amount=stated["amount"],
        call_pct=call_pct,
    )


def _payments(stated: Columns) -> Payments:
    names = ("payment_id", "owner", "amount", "status", "reverses")
    return Payments(**{name: stated[name] for name in names}, value_date=_days(stated["value_date"]))


def _columns(warehouse: Warehouse, sql: str, key: str, state_id: str) -> Columns:
    """Columns of a query in the order of its key; whole numbers as int64, texts as NumPy's own."""
    with warehouse.connect() as connection:
        table = connection.execute(f"select * from ({sql}) order by {key}", [state_id]).to_arrow_table()
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    return {
        name: np.array([v or "" for v in c], dtype=np.str_) if c.dtype == object and _is_text(table, name) else c
        for name, c in columns.items()
    }


def _is_text(table: Any, name: str) -> bool:
    return str(table.schema.field(name).type) in ("string", "large_string")


def _days(values: Array) -> Array:
    return values.astype("datetime64[D]")
