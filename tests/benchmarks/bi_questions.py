"""The volumes of the home that BI clients read, and what they ask of it: queries for BI users, with parameters drawn from them.

How clients ask, and how the home is made, do not belong here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

QUERIES = Path(__file__).parents[2] / "dbt_project" / "queries"
ASKED_ASSETS = 500
LAST_MONTH = dt.date(2024, 12, 31)
FIGURE_QUARTERS = 40


@dataclass(frozen=True)
class Volumes:
    """Counts of what the marts are made from; as they stand, ten times the five years of a user."""

    organizations: int = 4
    deals: int = 100
    assets: int = 20_000
    positions: int = 400  # of a deal
    months: int = 60  # of workbooks
    periods: int = 30  # of a projection, in each of two scenarios: 2.4 million asset cash flows
    test_dates: int = 132  # of each deal, times the tests of the catalogue: 1.8 million results
    funds: int = 1_000
    partners: int = 100  # of a fund
    events: int = 100  # of a fund, a leg for each partner: 10 million legs
    investors: int = 500  # of an organisation
    products: int = 200
    runs: int = 1_305  # working days of five years

    def scaled(self, share: float) -> Volumes:
        """A smaller home for a first look; every organisation keeps a deal, a fund and a product."""
        least = self.organizations
        return replace(
            self,
            deals=max(round(self.deals * share), least),
            funds=max(round(self.funds * share), least),
            products=max(round(self.products * share), least),
            runs=max(round(self.runs * share), 60),
        )


@cache
def queries() -> dict[str, str]:
    """Name -> SQL of every query for BI users."""
    return {path.stem: path.read_text() for path in sorted(QUERIES.glob("*.sql"))}


def parameters(name: str, volumes: Volumes, random: Random) -> dict[str, Any]:
    """What one user asks a query for: another organisation, deal, day or fund each time."""
    organizations = volumes.organizations
    number = random.randrange(organizations)

    def drawn(count: int) -> int:
        """A thing of that organisation."""
        return random.randrange(count // organizations) * organizations + number

    organization = {"organization_id": f"house-{number}"}
    match name:
        case "portfolio":
            return organization | {
                "event_date": month_end(random.randrange(volumes.months)),
                "industry": f"Industry {random.randrange(35)}",
                "ratings": ["B2", "B3", "Caa1"],
                "matures_before": dt.date(2030, 1, 1),
                "is_cov_lite": True,
            }
        case "asset_cash_flows":
            asked = random.sample(range(number, volumes.assets, organizations), ASKED_ASSETS)
            return organization | {"asset_ids": [f"LX{asset:06d}" for asset in asked], "scenario_id": "base"}
        case "deal_test_history":
            return organization | {"deal_id": f"DEAL-{drawn(volumes.deals):03d}"}
        case "irr_by_vintage":
            return organization | {"event_date": month_end(3 * random.randrange(FIGURE_QUARTERS))}
        case "nav_series":
            product = f"product-{drawn(volumes.products):03d}"
            return organization | {"product_id": product, "first_date": dt.date(2020, 1, 1), "last_date": LAST_MONTH}
        case "fund_cash_flows":
            return organization | {"fund_id": f"FUND-{drawn(volumes.funds):04d}"}
        case "quality_results":
            first = LAST_MONTH - dt.timedelta(days=30 + random.randrange(volumes.runs))
            return organization | {"first_date": first, "last_date": first + dt.timedelta(days=30)}
    raise KeyError(f"no parameters are drawn for the query {name}.sql of {QUERIES.name}: name it here")


def month_end(back: int) -> dt.date:
    """The last day of a month, so many months before the last one."""
    months = LAST_MONTH.year * 12 + LAST_MONTH.month - 1 - back
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])
