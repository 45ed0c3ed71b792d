"""What measured states say of funds, as arrays for the pacing calculations: what moved, what was called, what was paid. What is
calculated of it does not belong here.

Money is int64 in units of 0.0001 of the fund's currency, the scale of booked money as stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from calculations.calendars import Flags
from calculations.daycount import Days, Ints
from calculations.funds.pacing.positions import Notices
from calculations.fx import convert
from orchestration.assets.known_rates import known_quotes
from orchestration.warehouse import Warehouse

UNITS = 10_000  # of UNIT in one of a currency
UNIT = Decimal("0.0001")  # of booked money as stored, DECIMAL(24,4)
MODELS = (
    *("measured_states", "funds", "data_dates", "cash_flows", "commitment_events", "commitments", "capital_calls"),
    *("capital_call_notices", "payments", "fx_quotes"),
)
FOREIGN_CALLS = "FOREIGN_CALLS"  # calls in another currency than the fund's

# Funds and notices are numbered in the order in which they are read.
FUNDS = """
    create or replace temp table pacing_funds as
    select row_number() over (order by m.measured_id) - 1 as owner, m.measured_id, m.state_id, m.organization_id, m.fund_id,
        m.known_from, f.fund_type, f.base_currency as currency, f.term_end, f.investment_period_end, d.as_of_date, d.known_at
    from intermediate.int_fund__measured_states as m
    inner join intermediate.int_fund__funds as f using (state_id, fund_id)
    inner join intermediate.int_fund__data_dates as d using (state_id, fund_id)
    where m.measured_id in (select unnest(?))
"""
MOVES = """
    select f.owner, e.event_date, e.currency,
        cast(sum(e.committed) * 10000 as bigint) as committed, cast(sum(e.called) * 10000 as bigint) as called,
        cast(sum(e.outside) * 10000 as bigint) as outside, cast(sum(e.distributed) * 10000 as bigint) as distributed,
        cast(sum(e.recallable) * 10000 as bigint) as recallable
    from (
        select state_id, fund_id, event_date, currency, committed, 0 as called, 0 as outside, 0 as distributed, 0 as recallable
        from intermediate.int_fund__commitment_events
        where committed <> 0
        union all
        select state_id, fund_id, event_date, currency, 0, capital_call_amount, outside_commitment_amount,
            distribution_amount, recallable_amount
        from intermediate.int_fund__cash_flows
    ) as e
    inner join pacing_funds as f using (state_id, fund_id)
    group by all
    order by all
"""
VALUES = """
    select f.owner, p.event_date, cast(p.nav * 10000 as bigint) as nav, p.nav_reason
    from calc.fund_performance as p inner join pacing_funds as f using (measured_id)
    where p.investor_id is null
    order by all
"""
# A notice that was taken back, and what takes it back, are no calls to be paid.
NOTICES = """
    create or replace temp table pacing_notices as
    select row_number() over (order by f.owner, n.notice_id) - 1 as notice, f.owner, n.state_id, n.notice_id, k.investor_id,
        dense_rank() over (order by f.owner, k.investor_id) - 1 as payer,
        cast(n.call_amount * 10000 as bigint) as call_amount, n.notice_status, n.payment_date,
        coalesce(n.due_date, c.due_date) as due_date,
        coalesce(n.written_notice_date, c.notice_date, c.call_date) as issued_date,
        coalesce(c.currency, f.currency) as currency,
        coalesce(c.currency, f.currency) <> f.currency as is_foreign
    from intermediate.int_fund__capital_call_notices as n
    inner join intermediate.int_fund__capital_calls as c using (state_id, call_id)
    inner join intermediate.int_fund__commitments as k on n.state_id = k.state_id and n.commitment_id = k.commitment_id
    inner join pacing_funds as f on c.state_id = f.state_id and c.fund_id = f.fund_id
    where c.call_status in ('ISSUED', 'SETTLED') and c.reverses_call_id is null
        and n.notice_status not in ('CANCELLED', 'WAIVED') and n.reverses_notice_id is null
        and not exists (
            select 1 from intermediate.int_fund__capital_call_notices as r
            where r.state_id = n.state_id and r.reverses_notice_id = n.notice_id
        )
"""
# Only what is PAID has moved money. A notice that is stated as paid and has no payment at all was paid on its day.
PAYMENTS = """
    with paid as (
        select n.notice, n.owner, p.value_date as day,
            case when p.reverses_payment_id is null then p.amount else -p.amount end * 10000 as amount
        from intermediate.int_fund__payments as p
        inner join pacing_notices as n on p.state_id = n.state_id and p.notice_id = n.notice_id
        where p.status = 'PAID'
        union all
        select n.notice, n.owner, n.payment_date, n.call_amount
        from pacing_notices as n
        where n.notice_status = 'PAID' and not exists (
            select 1 from intermediate.int_fund__payments as p where p.state_id = n.state_id and p.notice_id = n.notice_id
        )
    )
    select p.notice, p.day, cast(p.amount as bigint) as amount
    from paid as p inner join pacing_funds as f using (owner)
    where p.day <= f.as_of_date
    order by p.notice, p.day, p.amount desc
"""


@dataclass(frozen=True, eq=False)
class Funds:
    """Funds of measured states; lists and arrays (funds,), in order of measured id."""

    measured_id: list[str]
    organization_id: list[str]
    fund_id: list[str]
    fund_type: list[str]
    currency: list[str]
    known_from: list[Any]
    known_at: list[Any]
    as_of: Days  # the day that the data speaks for
    term_end: Days
    investment_period_end: Days


@dataclass(frozen=True, eq=False)
class Moves:
    """What moved on a day, (moves,); where `reason` is not None the amounts in the fund's currency are unknown, and 0."""

    owner: Ints
    day: Days
    committed: Ints
    called: Ints
    outside: Ints
    distributed: Ints
    recallable: Ints
    reason: list[str | None]


@dataclass(frozen=True, eq=False)
class Values:
    """Net asset values on their days, (values,): 0 beside a reason where unknown."""

    owner: Ints
    day: Days
    nav: Ints
    reason: list[str | None]


@dataclass(frozen=True, eq=False)
class Calls:
    """Notices to be paid, (notices,), and what was paid of them by the day of the data, (payments,)."""

    notices: Notices
    payer: Ints  # a number per fund and investor
    notice_id: pa.ChunkedArray
    investor_id: pa.ChunkedArray
    currency: pa.ChunkedArray
    is_defaulted: Flags
    is_foreign: Flags
    paid_notice: Ints
    paid_day: Days
    paid: Ints


@dataclass(frozen=True, eq=False)
class PacingInputs:
    """All that pacing is calculated from."""

    funds: Funds
    moves: Moves
    values: Values
    calls: Calls


def read_inputs(warehouse: Warehouse, measured_ids: Sequence[str]) -> PacingInputs:
    """What the measured states of `measured_ids` say, one query per kind of row."""
    with warehouse.connect() as connection:
        connection.execute(FUNDS, [list(measured_ids)])
        connection.execute(NOTICES)
        readings = (
            *("select * from pacing_funds order by owner", MOVES, VALUES),
            *("select * from pacing_notices order by notice", PAYMENTS),
        )
        funds, moves, values, notices, payments = (connection.execute(sql).to_arrow_table() for sql in readings)
    quotes = warehouse.records("select * from intermediate.int_fund__fx_quotes order by all")
    read = _funds(funds)
    return PacingInputs(read, _moves(moves, read, quotes), _values(values), _calls(notices, payments))


def _funds(table: pa.Table) -> Funds:
    texts = {name: table[name].to_pylist() for name in ("measured_id", "organization_id", "fund_id", "fund_type")}
    return Funds(
        **texts,
        currency=table["currency"].to_pylist(),
        known_from=table["known_from"].to_pylist(),
        known_at=table["known_at"].to_pylist(),
        as_of=_days(table, "as_of_date"),
        term_end=_days(table, "term_end"),
        investment_period_end=_days(table, "investment_period_end"),
    )


def _moves(table: pa.Table, funds: Funds, quotes: Sequence[dict[str, Any]]) -> Moves:
    owner = _ints(table, "owner")
    names = ("committed", "called", "outside", "distributed", "recallable")
    amounts = {name: _ints(table, name).copy() for name in names}
    days, currencies = _days(table, "event_date"), table["currency"].to_pylist()
    reasons: list[str | None] = [None] * len(currencies)
    for row, currency in enumerate(currencies):
        of = int(owner[row])
        if currency == funds.currency[of]:
            continue
        rates = known_quotes(quotes, funds.organization_id[of], funds.known_from[of])
        for name in names:
            if not amounts[name][row]:
                continue
            day = days[row].item()
            found = convert(int(amounts[name][row]) * UNIT, currency, funds.currency[of], day, rates, UNIT)
            if found.amount is None:
                reasons[row] = f"{found.reason}: {currency} on {day}"
            amounts[name][row] = 0 if found.amount is None else int(found.amount * UNITS)
    return Moves(owner, days, **amounts, reason=reasons)


def _values(table: pa.Table) -> Values:
    reasons: list[str | None] = table["nav_reason"].to_pylist()
    return Values(_ints(table, "owner"), _days(table, "event_date"), _ints(table, "nav"), reasons)


def _calls(notices: pa.Table, payments: pa.Table) -> Calls:
    due, issued = _days(notices, "due_date"), _days(notices, "issued_date")
    return Calls(
        Notices(_ints(notices, "owner"), _ints(notices, "call_amount"), np.where(np.isnat(issued), due, issued), due),
        _ints(notices, "payer"),
        notices["notice_id"],
        notices["investor_id"],
        notices["currency"],
        _flags(pc.equal(notices["notice_status"], "DEFAULTED")),
        _flags(notices["is_foreign"]),
        _ints(payments, "notice"),
        _days(payments, "day"),
        _ints(payments, "amount"),
    )


def _days(table: pa.Table, name: str) -> Days:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype="datetime64[D]")


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def _flags(column: pa.ChunkedArray) -> Flags:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
