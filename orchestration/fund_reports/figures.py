"""Figures of the reporting template for every partner of a fund, from the marts. How they look on a sheet is not here."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.fund_reports.template import HOLDERS, HORIZONS, Holder, Horizon, Line, Template, sign, unsigned

FUND = "_FUND_"
NOTHING = Decimal(0)
Figures = Mapping[tuple[str, Holder, Horizon], Decimal]
_SUMS = """
    select investor_id, line_code,
        coalesce(sum(amount) filter (where quarter_end = $quarter), 0) as quarter,
        coalesce(sum(amount) filter (where fiscal_year = $fiscal_year), 0) as year,
        sum(amount) as inception
    from marts.fact_ilpa_amounts
    where organization_id = $organization_id and fund_id = $fund_id and quarter_end <= $quarter
    group by all
"""
_STATED = """
    select investor_id, nav_stated, unfunded_stated from marts.fact_capital_accounts
    where organization_id = $organization_id and fund_id = $fund_id and period_end = $quarter
"""


@dataclass(frozen=True)
class FundQuarter:
    """A fund and quarter with all that its investors' reports take."""

    organization_id: str
    fund_id: str
    fund_name: str
    fund_manager: str
    general_partner: str
    currency: str
    quarter_end: dt.date
    known_at: dt.datetime
    sums: Mapping[str, Mapping[str, Mapping[Horizon, Decimal]]]  # partner -> line -> horizon
    stated: Mapping[str, Mapping[str, Decimal | None]]

    @property
    def partners(self) -> list[str]:
        return sorted(partner for partner in self.sums if partner != FUND)

    @property
    def investors(self) -> list[str]:
        """Partners with an account at the end of the quarter who are not the general partner."""
        return sorted(p for p in self.stated if p not in (FUND, self.general_partner))


def fund_quarters(connection: duckdb.DuckDBPyConnection, quarter: dt.date | None = None) -> list[FundQuarter]:
    """Every fund that states capital accounts, at `quarter` or the newest quarter end that it states."""
    rows = connection.execute(
        """
        select a.organization_id, a.fund_id, any_value(f.fund_name), any_value(f.fund_manager),
            coalesce(any_value(f.gp_investor_id), ''), any_value(a.currency), max(a.period_end) as quarter_end
        from marts.fact_capital_accounts as a
        inner join marts.dim_fund as f on a.organization_id = f.organization_id and a.fund_id = f.fund_id and f.is_current
        where a.is_fund_total and month(a.period_end) % 3 = 0 and ($1 is null or a.period_end = $1)
        group by a.organization_id, a.fund_id order by 1, 2
        """,
        [quarter],
    ).fetchall()
    return [_fund_quarter(connection, *row) for row in rows]


def _fund_quarter(
    connection: duckdb.DuckDBPyConnection, organization_id: str, fund_id: str, name: str, manager: str | None,
    general_partner: str, currency: str, quarter_end: dt.date,
) -> FundQuarter:  # fmt: skip
    of_fund: dict[str, Any] = {"organization_id": organization_id, "fund_id": fund_id}
    told = connection.execute(
        "select max(fiscal_year) filter (where quarter_end <= $quarter), max(known_at) from marts.fact_ilpa_amounts "
        "where organization_id = $organization_id and fund_id = $fund_id",
        of_fund | {"quarter": quarter_end},
    ).fetchone()
    assert told is not None
    asked = of_fund | {"quarter": quarter_end, "fiscal_year": told[0]}
    sums: dict[str, dict[str, dict[Horizon, Decimal]]] = defaultdict(dict)
    for partner, code, *amounts in connection.execute(_SUMS, asked).fetchall():
        sums[partner][code] = dict(zip(HORIZONS, amounts, strict=True))
    stated = {
        partner: {"nav_stated": nav, "unfunded_stated": unfunded}
        for partner, nav, unfunded in connection.execute(_STATED, of_fund | {"quarter": quarter_end}).fetchall()
    }
    return FundQuarter(
        organization_id, fund_id, name, manager or "", general_partner, currency, quarter_end, told[1], sums, stated
    )


def figures(template: Template, quarter: FundQuarter, investor_id: str) -> Figures:
    """Every line for an investor, the general partner, the fund and all other partners together."""
    others = [p for p in quarter.partners if p not in (investor_id, quarter.general_partner)]
    of_holder: dict[Holder, Sequence[str]] = {
        "investor": [investor_id],
        "general_partner": [quarter.general_partner],
        "fund": [FUND],
        "others": others,
    }
    found: dict[tuple[str, Holder, Horizon], Decimal] = {}
    for line in template.lines:
        for holder in HOLDERS:
            for horizon in HORIZONS:
                found[line.code, holder, horizon] = _figure(quarter, line, of_holder[holder], holder, horizon, found)
    return found


def _figure(
    quarter: FundQuarter,
    line: Line,
    partners: Sequence[str],
    holder: Holder,
    horizon: Horizon,
    found: Mapping[tuple[str, Holder, Horizon], Decimal],
) -> Decimal:
    if line.sum is not None:
        return sum((sign(term) * found[unsigned(term), holder, horizon] for term in line.sum), NOTHING)
    if line.stated is not None:
        return sum((quarter.stated.get(p, {}).get(line.stated) or NOTHING for p in partners), NOTHING)
    terms = line.amounts if line.amounts is not None else line.opening if line.opening is not None else line.balance
    total = NOTHING
    for partner in partners:
        for term in terms or ():
            moved = quarter.sums.get(partner, {}).get(unsigned(term))
            if moved is None:
                continue
            whole, inside = moved["inception"], moved[horizon]
            amount = inside if line.amounts is not None else whole - inside if line.opening is not None else whole
            total += sign(term) * amount
    return total


def breaks(template: Template, found: Figures, tolerance: Decimal) -> list[tuple[str, Holder, Horizon, Decimal]]:
    """What must be zero and is not: check lines, and partners that do not add up to the fund. Source: fund-admin 4.1."""
    off: list[tuple[str, Holder, Horizon, Decimal]] = []
    for line in template.lines:
        for horizon in HORIZONS:
            if line.is_check:
                off += [
                    (line.code, holder, horizon, found[line.code, holder, horizon])
                    for holder in line.only
                    if abs(found[line.code, holder, horizon]) > tolerance
                ]
            elif set(line.only) == set(HOLDERS):
                parts = sum((found[line.code, h, horizon] for h in HOLDERS if h != "fund"), NOTHING)
                gap = parts - found[line.code, "fund", horizon]
                if abs(gap) > tolerance:
                    off.append((line.code, "fund", horizon, gap))
    return off
