"""Performance of pools of the funds that a house shows: all of them, those of a vintage, of a strategy. The finance is in calculations.

A held fund counts as it was last good. Flows of different currencies are not summed, so there is a pool in each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.daycount import Ints
from calculations.funds.performance import LEFT_OUT, Facility, Pools, Series, net_series, pool_series
from orchestration.assets.arrow_columns import day_column, money_column, text_column
from orchestration.assets.fund_arrays import Funds, funds_as_known
from orchestration.assets.fund_lines import flows_without_line
from orchestration.assets.fund_performance import Valued, with_columns_of
from orchestration.assets.performance_measures import (
    COMPARED,
    indices_of,
    measured_columns,
    participation,
    partners_of,
)
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

TABLE = "calc.pool_performance"
NO_VALUATION = "NO_VALUATION"  # a fund of the pool has not been valued by the day

# What each fund shows now: the state in force at the run's instant, for a held fund at its last good one. The same as the open
# rows of int_fund__shown_states, which dbt builds only with the marts. A fund without a vintage or strategy is in no pool of
# them; a pool of funds with different indices is compared with none. Source: input-contracts 2.3.
MEMBERS = """
    with newest_status as (
        select organization_id, entity_id as fund_id, status, last_good_known_at
        from ops.fund_status
        qualify row_number() over (
            partition by organization_id, entity_id order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
    ),
    stood as (
        select c.*, f.vintage_year, f.investment_strategy,
            case s.status when 'held' then s.last_good_known_at when 'never_published' then null else r.known_at end as horizon
        from intermediate.int_fund__compared_states as c
        inner join intermediate.int_fund__funds as f using (state_id, fund_id)
        cross join ops.run_context as r
        left join newest_status as s on c.organization_id = s.organization_id and c.fund_id = s.fund_id
    ),
    shown as (
        select * from stood where known_from <= horizon and (known_to is null or known_to > horizon)
    ),
    grouped as (
        select *, 'ORGANISATION' as pool_type, organization_id as pool_name from shown
        union all
        select *, 'VINTAGE', cast(vintage_year as varchar) from shown where vintage_year is not null
        union all
        select *, 'STRATEGY', investment_strategy from shown where investment_strategy is not null
    )
    select md5(concat_ws('|', pool_type, pool_name, base_currency, string_agg(compared_id, ',' order by compared_id) over pool))
            as pool_id,
        pool_type, pool_name, organization_id, base_currency, measured_id, state_id, fund_id,
        case when min(index_id) over pool = max(index_id) over pool then index_id end as index_id,
        max(known_from) over pool as known_at
    from grouped
    window pool as (
        partition by pool_type, pool_name, organization_id, base_currency
        rows between unbounded preceding and unbounded following
    )
"""
_LAST = """
select d.as_of_date as last
from wanted as w inner join intermediate.int_fund__data_dates as d using (state_id, fund_id)
order by w.fund
"""
_ROWS = """
select l.pool_id, l.pool_type, l.pool_name, l.organization_id, l.base_currency as currency, l.index_id, l.known_at,
    f.* exclude (pool)
from found as f inner join pools as l using (pool)
"""

Row = Mapping[str, Any]


def calculate_pools(warehouse: Warehouse, pool_ids: Sequence[str]) -> Tables:
    """Rows of calc.pool_performance for every pool of `pool_ids`: flows are summed and then solved, nothing is averaged.

    Without the credit line only where a fund of the pool has one. Source: fund-admin 3.1 to 3.4.
    """
    members = warehouse.records(
        f"select * from ({MEMBERS}) where pool_id in (select unnest(?)) order by pool_id, measured_id", [list(pool_ids)]
    )
    with funds_as_known(warehouse, sorted({row["measured_id"] for row in members})) as funds:
        place = {row["measured_id"]: fund for fund, row in enumerate(funds.wanted)}
        first_of: dict[str, Row] = {}
        for row in members:
            first_of.setdefault(row["pool_id"], row)
        number = {pool_id: pool for pool, pool_id in enumerate(first_of)}
        groups: dict[str, Ints] = {}
        for row in members:
            group = groups.setdefault(row["pool_type"], np.full(funds.count, LEFT_OUT))
            group[place[row["measured_id"]]] = number[row["pool_id"]]
        listed = [{**row, "pool": pool} for pool, row in enumerate(first_of.values())]
        funds.connection.register("pools", pa.Table.from_pylist(listed))
        first = np.array([place[row["measured_id"]] for row in first_of.values()], dtype=np.int64)
        rows = _rows(funds, tuple(groups.values()), first, [row["index_id"] for row in first_of.values()])
        return {TABLE: with_columns_of(TABLE, funds, _ROWS, rows)}


def _rows(funds: Funds, groups: Sequence[Ints], first: Ints, index_ids: Sequence[str | None]) -> pa.Table:
    """Every group of pools under every convention; `first` (pools,) is a fund of each, whose currency is the pool's."""
    valued = Valued(funds)
    partners = partners_of(valued)
    indices, index_of = indices_of(funds, index_ids, first.tolist())
    unlevered, has_line = flows_without_line(funds, participation(valued))
    last = funds.table(_LAST)["last"].to_numpy().astype("datetime64[D]")
    missing = np.array([f"{NO_VALUATION}: {row['fund_id']}" for row in funds.wanted], dtype=object)
    found = []
    for line in (None, unlevered):
        _, *of_funds = net_series(partners, line)
        for series in of_funds:
            for group in groups:
                pools = pool_series(series, _within(group, series), last, missing)
                chosen = np.ones(pools.points.series.size, dtype=np.bool_)
                if series.basis.facility is Facility.WITHOUT:
                    chosen = np.isin(pools.points.series, group[has_line])
                columns = _columns(funds, pools, first)
                measured = measured_columns(funds, pools.series, pools.points, indices, index_of, first)
                found.append(pa.table({**columns, **measured}).filter(pa.array(chosen)))
    return pa.concat_tables(found)


def _within(group: Ints, series: Series) -> Ints:
    """The group of the funds that the series has: those after the last one with a partner counted are not in it."""
    return group[: series.histories.count]


def _columns(funds: Funds, pools: Pools, first: Ints) -> dict[str, pa.Array]:
    """What the measures of pools rest on: the sums of their funds."""
    series, points = pools.series, pools.points
    scale = funds.scale[first[points.series]]
    called, distributed = series.histories.sums(points.series, points.day)
    why_called = series.histories.called_reasons(points.series, points.day)
    why_distributed = series.histories.distributed_reasons(points.series, points.day)
    nav = series.values.at(points.series, points.day)
    return {
        "pool": pa.array(points.series),
        "fund_count": pa.array(pools.fund_count),
        "oldest_nav_date": day_column(pools.oldest_value_day),
        "called": money_column(called, scale, why_called),
        "called_reason": text_column(why_called),
        "distributed": money_column(distributed, scale, why_distributed),
        "distributed_reason": text_column(why_distributed),
        "nav": money_column(nav.units, scale, nav.reasons),
        "nav_reason": text_column(nav.reasons),
    }


POOL_PERFORMANCE = Calculation(
    name="pool_performance",
    description="Capital, value, rates of return, multiples and public market equivalents of pools of the shown funds of a house.",
    tables=(TABLE,),
    key="pool_id",
    inputs=f"select distinct pool_id from ({MEMBERS})",
    deps=(*COMPARED, "intermediate.int_fund__data_dates", "ops.fund_status"),
    compute=calculate_pools,
    group="verdicts",
)
