"""The return of all the funds of a house that are shown, pooled by currency, at every quarter's end. The finance is in calculations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.pacing.pooled import Member, pooled_return
from orchestration.assets.fund_pacing_inputs import MODELS, UNIT, read_moves
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLE = "calc.pooled_returns"
# What each fund shows now: the state in force at the run's instant, for a held fund at its last good one. The same as the open
# rows of int_fund__shown_states, which dbt builds only with the marts. Source: input-contracts 2.3.
POOLS = """
    with newest_status as (
        select organization_id, entity_id as fund_id, status, last_good_known_at
        from ops.fund_status
        qualify row_number() over (
            partition by organization_id, entity_id order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
    ),
    shown as (
        select m.organization_id, m.fund_id, m.measured_id, f.base_currency as currency,
            case s.status when 'held' then s.last_good_known_at when 'never_published' then null else r.known_at end as horizon,
            m.known_from, m.known_to
        from intermediate.int_fund__measured_states as m
        inner join intermediate.int_fund__funds as f using (state_id, fund_id)
        cross join ops.run_context as r
        left join newest_status as s on m.organization_id = s.organization_id and m.fund_id = s.fund_id
    )
    select md5(currency || string_agg(measured_id, ',' order by measured_id)) as pool_id, organization_id, currency,
        list(measured_id order by measured_id) as measured_ids
    from shown
    where known_from <= horizon and (known_to is null or known_to > horizon)
    group by organization_id, currency
"""

Row = Mapping[str, Any]


def pool_returns(warehouse: Warehouse, pool_ids: Sequence[str]) -> Records:
    """Rows of calc.pooled_returns for every pool of `pool_ids`."""
    pools = warehouse.records(
        f"select * from ({POOLS}) where pool_id in (select unnest(?)) order by pool_id", [list(pool_ids)]
    )
    return {TABLE: [row for pool in pools for row in _pool_rows(warehouse, pool)]}


def _pool_rows(warehouse: Warehouse, pool: Row) -> Iterator[dict[str, Any]]:
    quarters = warehouse.records(
        "select measured_id, event_date, called, distributed, amount_reason, nav, nav_date, nav_reason, known_at "
        "from calc.fund_quarters where measured_id in (select unnest(?)) order by measured_id, event_date",
        [pool["measured_ids"]],
    )
    funds, moves = read_moves(warehouse, pool["measured_ids"])
    number = {measured_id: place for place, measured_id in enumerate(funds.measured_id)}
    ends = np.array([row["event_date"] for row in quarters], dtype="datetime64[D]")
    owner = np.array([number[row["measured_id"]] for row in quarters], dtype=np.int64)
    last = _last_days(owner, ends, len(number))
    # A fund whose data ends earlier stands still from there: what falls due later is not known to have come.
    known = moves.day <= last[moves.owner]
    days, net = moves.day[known], (moves.distributed - moves.called)[known]
    for end in np.unique(ends):
        rows = [quarters[place] for place in _newest(owner, ends, end)]
        flow_days, amounts = _by_day(days[days <= end], net[days <= end])
        found = pooled_return(
            (_member(row) for row in rows), flow_days.tolist(), [int(a) * UNIT for a in amounts], end.item()
        )
        yield {
            "pool_id": pool["pool_id"],
            "organization_id": pool["organization_id"],
            "currency": pool["currency"],
            "event_date": end.item(),
            "fund_count": len(rows),
            "oldest_nav_date": min((row["nav_date"] for row in rows if row["nav_date"]), default=None),
            "called": found.called.value,
            "distributed": found.distributed.value,
            "nav": found.nav.value,
            "nav_reason": found.nav.reason,
            # a float result is stored with 12 decimals
            "irr": None if found.irr.rate is None else Decimal(f"{found.irr.rate:.12f}"),
            "irr_reason": found.irr.reason,
            "tvpi": found.tvpi.value,
            "tvpi_reason": found.tvpi.reason,
            "dpi": found.dpi.value,
            "dpi_reason": found.dpi.reason,
            "known_at": max(row["known_at"] for row in rows),
        }


def _member(row: Row) -> Member:
    return Member(row["called"], row["distributed"], row["nav"], row["amount_reason"] or row["nav_reason"])


def _last_days(owner: Ints, ends: Days, funds: int) -> Days:
    found = np.full(funds, np.datetime64("0001-01-01", "D"))
    np.maximum.at(found, owner, ends)
    return found


def _newest(owner: Ints, ends: Days, day: np.datetime64) -> Ints:
    """The last quarter at or before the day of every fund that has one; rows in order of fund and day."""
    place = np.flatnonzero(ends <= day)
    return place[np.flatnonzero(np.diff(owner[place], append=-1) != 0)]


def _by_day(days: Days, amounts: Ints) -> tuple[Days, Ints]:
    found, place = np.unique(days, return_inverse=True)
    total = np.zeros(found.size, dtype=np.int64)
    np.add.at(total, place, amounts)
    return found, total


POOLED_RETURNS = Calculation(
    name="pooled_returns",
    description="Rates of return and multiples of the shown funds of a house, pooled by currency.",
    tables=(TABLE,),
    key="pool_id",
    inputs=f"select pool_id from ({POOLS})",
    deps=(*(f"intermediate.int_fund__{model}" for model in MODELS[:5]), "calc.fund_quarters", "ops.fund_status"),
    compute=pool_returns,
    group="verdicts",
)
