"""Every measure of performance of funds, partners and investments, as rows to be told apart by their convention.

The measures are those of calculations; which of them is shown how belongs to the mart, pools of funds to `pool_performance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from calculations.asof import DatedValues
from calculations.daycount import Ints
from calculations.funds.performance import (
    Facility,
    Holdings,
    Index,
    NavBasis,
    Partners,
    Points,
    Rates,
    Ratios,
    Series,
    Unlevered,
    gross_series,
    market_equivalents,
    measure,
    net_series,
)
from calculations.funds.performance.histories import NEVER
from calculations.funds.performance.market import NONE
from calculations.funds.performance.measures import Measures
from calculations.ragged import counted, first_rows
from orchestration.assets.arrow_columns import convention_columns, day_column, ratio_column, text_column
from orchestration.assets.fund_arrays import Funds, funds_as_known
from orchestration.assets.fund_lines import flows_without_line
from orchestration.assets.fund_performance import MODELS, Valued, with_columns_of
from orchestration.assets.known_rates import known_quotes
from orchestration.assets.stored_columns import array
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

MEASURES = "calc.performance_measures"
NAMES = (
    *("irr", "irr_1y", "irr_3y", "irr_5y", "irr_qtd", "irr_ytd", "pic", "dpi", "rvpi", "tvpi", "moic"),
    *("ks_pme", "ln_pme", "pme_plus", "m_pme", "direct_alpha"),
)
COMPARED = (
    *(f"intermediate.int_fund__{model}" for model in MODELS),
    "intermediate.int_fund__benchmark_levels",
    "intermediate.int_fund__capital_call_notices",
    "intermediate.int_fund__compared_states",
    "intermediate.int_fund__credit_facilities",
    "intermediate.int_fund__facility_transactions",
    "intermediate.int_fund__investor_classes",
)

# who pays no fee, and the general partner, are not in the returns of limited partners
_FEE_PAYING = """
select p.partner, p.investor_id is distinct from f.gp_investor_id
    and coalesce(bool_or(not coalesce(k.is_gp, false) and coalesce(k.is_fee_paying, true)), true) as is_fee_paying
from partners as p
inner join wanted as w using (fund)
inner join intermediate.int_fund__funds as f using (state_id, fund_id)
left join intermediate.int_fund__commitments as c
    on w.state_id = c.state_id and w.fund_id = c.fund_id and p.investor_id = c.investor_id
left join intermediate.int_fund__investor_classes as k
    on w.state_id = k.state_id and w.fund_id = k.fund_id and c.class_code = k.class_code
group by p.partner, p.investor_id, f.gp_investor_id
order by 1
"""
_LEVELS = "select * from intermediate.int_fund__benchmark_levels order by organization_id, index_id, level_date"
_ROWS = """
select c.compared_id, w.measured_id, w.state_id, w.organization_id, w.fund_id, p.investor_id, h.investment_id,
    w.base_currency as currency, w.benchmark_index_id as index_id, f.* exclude (fund, partner, holding), w.known_from as known_at
from found as f
inner join wanted as w using (fund)
inner join intermediate.int_fund__compared_states as c using (measured_id)
left join partners as p on f.partner = p.partner
left join holdings as h on f.holding = h.holding
"""


def calculate_measures(warehouse: Warehouse, compared_ids: Sequence[str]) -> Tables:
    """Rows of calc.performance_measures for every compared state of `compared_ids`."""
    measured_ids = warehouse.rows(
        "select measured_id from intermediate.int_fund__compared_states where compared_id in (select unnest(?))",
        [list(compared_ids)],
    )
    with funds_as_known(warehouse, [found for (found,) in measured_ids]) as funds:
        valued = Valued(funds)
        partners = partners_of(valued)
        indices, of_fund = indices_of(funds, [row["benchmark_index_id"] for row in funds.wanted])
        unlevered, has_line = flows_without_line(funds, participation(valued))
        found = []
        for series, fund_of, column in _all_series(valued, partners, unlevered):
            points = _points(valued, series, fund_of, column)
            if series.basis.facility is Facility.WITHOUT:
                kept = has_line[fund_of[points.series]]
                points = Points(points.series[kept], points.day[kept])
            fund = fund_of[points.series]
            numbers = {name: pa.nulls(fund.size, pa.int64()) for name in ("partner", "holding")}
            if column:
                numbers[column] = pa.array(points.series)
            measured = measured_columns(funds, series, points, indices, of_fund[fund_of], fund_of)
            found.append(pa.table({"fund": fund, **numbers, **measured}))
        return {MEASURES: with_columns_of(MEASURES, funds, _ROWS, pa.concat_tables(found))}


def partners_of(valued: Valued) -> Partners:
    funds = valued.funds
    of_partners, of_funds = valued.navs
    is_fee_paying = array(funds.table(_FEE_PAYING), "is_fee_paying").astype(np.bool_)
    return Partners(
        funds.partner_fund, is_fee_paying, funds.flows, of_partners.values, funds.commitments, of_funds.values
    )


def participation(valued: Valued) -> Ints:
    """Shares of partners in what no call repaid: their commitments, never below one unit, so that there is a share."""
    last = np.full(valued.funds.partner_fund.size, NEVER)
    committed, _ = valued.commitments.sums(np.arange(last.size), last)
    return np.maximum(committed, 1)


def indices_of(
    funds: Funds, index_ids: Sequence[str | None], of: Sequence[int] | None = None
) -> tuple[list[Index], Ints]:
    """Indices in the currencies of the funds `of` (default all) that are compared with them, and the number of each one's."""
    chosen = range(funds.count) if of is None else of
    levels: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in funds.table(_LEVELS).to_pylist():
        levels.setdefault((row["organization_id"], row["index_id"]), []).append(row)
    made: dict[tuple[str, str, str], int] = {}
    indices: list[Index] = []
    numbers = np.full(len(index_ids), NONE, dtype=np.int64)
    for place, (fund, index_id) in enumerate(zip(chosen, index_ids, strict=True)):
        row = funds.wanted[fund]
        rows = levels.get((row["organization_id"], index_id or ""))
        if index_id is None or not rows:
            continue
        key = row["organization_id"], index_id, row["base_currency"]
        if key not in made:
            index = Index(
                DatedValues.of([(r["level_date"], r["level"]) for r in rows], f"level of {index_id}"),  # type: ignore[misc]
                str(rows[0]["currency"]),
            )
            if index.currency != row["base_currency"]:
                quotes = known_quotes(funds.quotes, row["organization_id"], max(q["known_at"] for q in funds.quotes))
                index = index.in_currency(row["base_currency"], quotes)
            made[key] = len(indices)
            indices.append(index)
        numbers[place] = made[key]
    return indices, numbers


def _all_series(valued: Valued, partners: Partners, unlevered: Unlevered) -> Iterator[tuple[Series, Ints, str | None]]:
    """Every series with the fund of each of its numbers and, where the number is not the fund's, what it is."""
    funds = valued.funds
    every = np.arange(funds.count)
    for line in (None, unlevered):
        each, whole, limited = net_series(partners, line)
        yield each, funds.partner_fund, "partner"
        yield whole, every, None
        yield limited, every, None
    investments, gross = gross_series(Holdings(funds.holding_fund, funds.transactions, funds.fair_values))
    yield investments, funds.holding_fund, "holding"
    yield replace(gross, values=valued.fair_values), every, None


def _points(valued: Valued, series: Series, fund_of: Ints, column: str | None) -> Points:
    """The days of the fund on which a series has begun."""
    points = valued.funds.points
    sizes = np.bincount(points.series, minlength=valued.funds.count)
    count = min(series.histories.count, fund_of.size)
    owner, place = counted(sizes[fund_of[:count]])
    day = points.day[first_rows(sizes)[fund_of[owner]] + place]
    begun = series.histories.first_day(owner) <= day
    return Points(owner[begun], day[begun])


def measured_columns(
    funds: Funds, series: Series, points: Points, indices: Sequence[Index], index_of: Ints, fund_of: Ints
) -> dict[str, pa.Array]:
    """Columns of the measures of points; a measure that a series does not have is NULL without a reason."""
    found: Measures = measure(series.histories, series.values, points, series.basis, series.commitments)
    count = series.histories.count
    currencies = [funds.wanted[fund]["base_currency"] for fund in fund_of[:count].tolist()]
    market = market_equivalents(
        series.histories, series.values, points, indices, index_of[:count], currencies, NavBasis.ROLLED
    )
    figures: dict[str, Ratios | Rates] = {**found.ratios, **found.rates, **market.ratios, **market.rates}
    size = points.series.size
    columns: dict[str, pa.Array] = {
        "scope": pa.array([str(series.basis.level)] * size, pa.string()),
        "event_date": day_column(points.day),
        **convention_columns(series.basis, size),
        "m_pme_nav_basis": pa.array([str(market.nav_basis)] * size, pa.string()),
    }
    for name in NAMES:
        figure = figures.get(name)
        columns[name] = pa.nulls(size, pa.decimal128(38, 12)) if figure is None else ratio_column(figure.values)
        columns[f"{name}_reason"] = pa.nulls(size, pa.string()) if figure is None else text_column(figure.reasons)
    return columns


PERFORMANCE_MEASURES = Calculation(
    name="performance_measures",
    description="Rates of return, multiples and public market equivalents of funds, partners and investments.",
    tables=(MEASURES,),
    key="compared_id",
    inputs="select compared_id from intermediate.int_fund__compared_states",
    deps=COMPARED,
    compute=calculate_measures,
)
