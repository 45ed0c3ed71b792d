"""Figures of a fund's performance template from the marts: metrics, flows in both forms, portfolio. Sheets are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from orchestration.fund_reports.documents import Break
from orchestration.fund_reports.figures import FundQuarter
from orchestration.fund_reports.performance_template import Basis, Measure, PerformanceTemplate

NOTHING = Decimal(0)
RATIO_PLACES = (
    8  # a ratio that is shown may differ from its parts by the rounding of what is stored. Source: contracts 2.7
)
# (net_or_gross, included, facility) of fact_performance_measures
BASES: Mapping[Basis, tuple[str, str, str]] = {
    "net": ("NET", "ALL_PARTNERS", "WITH"),
    "net_fee_paying": ("NET", "FEE_PAYING_PARTNERS", "WITH"),
    "net_without_facility": ("NET", "ALL_PARTNERS", "WITHOUT"),
    "net_fee_paying_without_facility": ("NET", "FEE_PAYING_PARTNERS", "WITHOUT"),
    "gross": ("GROSS", "INVESTMENTS", "NOT_APPLICABLE"),
}
_MEASURES = """
    select net_or_gross, included, facility, measure, investment_id, value, reason, date_basis, day_count
    from marts.fact_performance_measures
    where organization_id = $organization_id and fund_id = $fund_id and event_date = $quarter
        and scope in ('FUND', 'INVESTMENT') and measure in ('irr', 'tvpi', 'moic', 'dpi', 'rvpi')
"""
_TOTALS = """
    select called_capital, distributed_capital, nav, known_at from marts.fact_fund_performance
    where organization_id = $organization_id and fund_id = $fund_id and event_date = $quarter and investor_id is null
"""
_GRANULAR = """
    select f.event_date, f.event_id, f.transaction_type, t.granular_type, t.gross_up_type, sum(f.amount) as amount,
        t.in_gross, t.in_net, t.in_without_facility
    from marts.fact_ilpa_transactions as f
    inner join marts.dim_ilpa_transaction_type as t using (transaction_type)
    where f.organization_id = $organization_id and f.fund_id = $fund_id and f.event_date <= $quarter
    group by all
    order by f.event_date, f.event_id, t.granular_type
"""
_GROSS_UP = """
    select f.event_date, i.portfolio_company, f.transaction_type, f.realized_amount - f.invested_amount as amount, f.currency
    from marts.fact_investment_transactions as f
    inner join marts.dim_investment as i using (investment_key)
    where f.organization_id = $organization_id and f.fund_id = $fund_id and f.event_date <= $quarter
        and f.realized_amount - f.invested_amount <> 0
    order by f.event_date, i.portfolio_company, f.transaction_id
"""
_PORTFOLIO = """
    select i.investment_id, i.portfolio_company, i.investment_date, i.exit_date, i.investment_status,
        coalesce(i.currency, t.currency, v.currency) as currency,
        coalesce(t.invested, 0) as invested, coalesce(t.realized, 0) as realized,
        -- what is worth nothing any more is valued at zero; what was never valued is unknown
        v.fair_value, greatest(i.known_at, t.known_at, v.known_at) as known_at
    from marts.dim_investment as i
    left join (
        select investment_id, any_value(currency) as currency, sum(invested_amount) as invested,
            sum(realized_amount) as realized, max(known_at) as known_at
        from marts.fact_investment_transactions
        where organization_id = $organization_id and fund_id = $fund_id and event_date <= $quarter
        group by investment_id
    ) as t using (investment_id)
    left join (
        select investment_id, max_by(currency, event_date) as currency, max_by(fair_value, event_date) as fair_value,
            max_by(known_at, event_date) as known_at
        from marts.fact_valuations
        where organization_id = $organization_id and fund_id = $fund_id and event_date <= $quarter
        group by investment_id
    ) as v using (investment_id)
    where i.organization_id = $organization_id and i.fund_id = $fund_id and i.is_current
        and (i.investment_date is null or i.investment_date <= $quarter)
    order by i.investment_date, i.portfolio_company
"""


class Figure(NamedTuple):
    """A measure, or why it is not known."""

    value: Decimal | None
    reason: str | None


class Flow(NamedTuple):
    """A flow between the fund and its partners, from the partners' view."""

    day: dt.date
    event_id: str
    transaction_type: str
    granular_type: str
    gross_up_type: str
    amount: Decimal
    in_gross: bool
    in_net: bool
    in_without_facility: bool


class InvestmentFlow(NamedTuple):
    """A flow between the fund and an investment, from the fund's view."""

    day: dt.date
    company: str
    transaction_type: str
    amount: Decimal
    currency: str


class Holding(NamedTuple):
    """An investment since its purchase."""

    company: str
    investment_date: dt.date | None
    exit_date: dt.date | None
    status: str | None
    currency: str
    invested: Decimal
    realized: Decimal
    unrealized: Decimal | None
    irr: Figure
    moic: Figure


@dataclass(frozen=True)
class Performance:
    """What the performance template tells of a fund at the end of a quarter."""

    quarter: FundQuarter
    known_at: dt.datetime
    metrics: Mapping[tuple[Basis, Measure], Figure]
    said: Mapping[str, str]  # of the figures' convention, by the names that statements use
    paid_in: Decimal
    distributed: Decimal
    nav: Decimal | None
    flows: Sequence[Flow]
    investment_flows: Sequence[InvestmentFlow]
    portfolio: Sequence[Holding]

    @property
    def added_up(self) -> list[Holding]:
        """Investments in the fund's currency; others are not added to them."""
        return [holding for holding in self.portfolio if holding.currency == self.quarter.currency]

    @property
    def is_all_added_up(self) -> bool:
        return len(self.added_up) == len(self.portfolio)

    @property
    def checks(self) -> dict[str, Decimal]:
        """What must be zero, by its caption; what needs a figure that is not known is left out."""
        calls = sum((f.amount for f in self.flows if f.transaction_type.startswith("CAPITAL_CALL")), NOTHING)
        distributions = sum((f.amount for f in self.flows if f.transaction_type.startswith("DISTRIBUTION")), NOTHING)
        own = [f.amount for f in self.investment_flows if f.currency == self.quarter.currency]
        invested, realized = (
            sum((getattr(h, name) for h in self.added_up), NOTHING) for name in ("invested", "realized")
        )
        found = {
            "check_paid_in": -calls - self.paid_in,
            "check_distributed": distributions - self.distributed,
            "check_invested": invested + sum((amount for amount in own if amount < 0), NOTHING),
            "check_realized": realized - sum((amount for amount in own if amount > 0), NOTHING),
        }
        unrealized = [h.unrealized for h in self.portfolio]
        ratios: list[tuple[str, Basis, Measure, Decimal, Decimal]] = [
            ("check_dpi", "net", "dpi", self.distributed, self.paid_in)
        ]
        if self.nav is not None:
            ratios.append(("check_tvpi", "net", "tvpi", self.distributed + self.nav, self.paid_in))
        if self.is_all_added_up and None not in unrealized:
            value = sum((each for each in unrealized if each is not None), realized)
            ratios.append(("check_moic", "gross", "moic", value, invested))
        for name, basis, measure, part, whole in ratios:
            stated = self.metrics.get((basis, measure), Figure(None, None)).value
            if stated is not None and whole:
                found[name] = round(part / whole, RATIO_PLACES) - round(stated, RATIO_PLACES)
        return found


def performance(connection: duckdb.DuckDBPyConnection, quarter: FundQuarter) -> Performance | None:
    """The performance of a fund at the end of the quarter; None where it has no figures of that day."""
    asked: dict[str, Any] = {"organization_id": quarter.organization_id, "fund_id": quarter.fund_id}
    asked["quarter"] = quarter.quarter_end
    totals = connection.execute(_TOTALS, asked).fetchone()
    if totals is None or totals[0] is None or totals[1] is None:
        return None
    found: dict[tuple[str, str, str, str, str | None], Figure] = {}
    conventions: dict[str, tuple[str, str]] = {}
    for net, included, facility, measure, investment_id, value, reason, date_basis, day_count in connection.execute(
        _MEASURES, asked
    ).fetchall():
        found[net, included, facility, measure, investment_id] = Figure(value, reason)
        conventions[net] = (date_basis, day_count)
    measures: tuple[Measure, ...] = ("irr", "tvpi", "moic", "dpi", "rvpi")
    metrics = {
        (basis, measure): found[*told, measure, None]
        for basis, told in BASES.items()
        for measure in measures
        if (*told, measure, None) in found
    }
    unknown = Figure(None, None)
    rows = connection.execute(_PORTFOLIO, asked).fetchall()
    portfolio = [
        Holding(*row[1:9], *(found.get((*BASES["gross"], name, row[0]), unknown) for name in ("irr", "moic")))
        for row in rows
    ]
    known_at = max(day for day in (quarter.known_at, totals[3], *(row[9] for row in rows)) if day is not None)
    return Performance(
        quarter,
        known_at,
        metrics,
        {
            "net_date_basis": conventions.get("NET", ("", ""))[0],
            "gross_date_basis": conventions.get("GROSS", ("", ""))[0],
            "day_count": " and ".join(sorted({day_count for _, day_count in conventions.values()})),
            "currency": quarter.currency,
        },
        totals[0],
        totals[1],
        totals[2],
        [Flow(*row) for row in connection.execute(_GRANULAR, asked).fetchall()],
        [InvestmentFlow(*row) for row in connection.execute(_GROSS_UP, asked).fetchall()],
        portfolio,
    )


def breaks(template: PerformanceTemplate, told: Performance) -> list[Break]:
    """Checks that are not zero: money ties exactly, ratios to eight places. Source: fund-admin 4.2."""
    return [Break(template.columns[name], amount) for name, amount in told.checks.items() if amount]
