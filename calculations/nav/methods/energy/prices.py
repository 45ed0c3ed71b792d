"""What a plant or well sells at in a year: under a contract while it runs, on the market afterwards. No volumes.

Source: nav 2 (M-EN), input-contracts 4.3 and 4.4 (PPA).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.months import add_months, as_date
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.forecast import ForecastYear, Horizon, grown, money_assumed, money_if_assumed, whole_years
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

HALF_A_YEAR = 6
ZERO = Decimal(0)


@dataclass(frozen=True)
class YearPrice:
    """Price and certificate for a unit, and the rate at which what they bring is discounted."""

    price: Decimal
    certificate: Decimal
    rate: Decimal


def price_of(evidence: Evidence, horizon: Horizon, year: ForecastYear) -> YearPrice:
    """The price of a year: contracted and market price by how much of it the contract covers.

    A year that a contract does not cover to its end is discounted at DISCOUNT_RATE of tenor MERCHANT where there is
    or was a contract at all. Raises Unavailable MISSING_ASSUMPTION, UNIT_MISMATCH, MISSING_TERMS.
    """
    contract = sorted(rows_of(evidence.stated.schedules, kind="PPA"), key=lambda row: row["event_date"])
    covered = _covered(evidence, contract, horizon, year) if contract else ZERO
    with precise():
        price = ZERO
        if covered:
            price += covered * _contracted(evidence, contract, horizon.first_day(year.number))
        if covered < 1:
            price += (1 - covered) * _market_price(evidence, horizon, year)
    tenor = "MERCHANT" if contract and covered < 1 else ""
    return YearPrice(
        price=price,
        certificate=_of_year(evidence, "REC_PRICE", horizon, year)
        or ZERO,  # without one, nothing is sold beside energy
        rate=evidence.assumptions.value("DISCOUNT_RATE", tenor=tenor),
    )


def _covered(evidence: Evidence, contract: list[Row], horizon: Horizon, year: ForecastYear) -> Decimal:
    """By days, so that a contract that ends with a year of the forecast covers all of it."""
    start, end = max(evidence.day, horizon.first_day(year.number)), horizon.last_day_of(year.number)
    days = (min(end, contract[-1]["event_date"]) - start).days
    with precise():
        return max(ZERO, Decimal(days) / (end - start).days)


def _contracted(evidence: Evidence, contract: list[Row], first_day: dt.date) -> Decimal:
    """The price of the period in force when the year starts, escalated by whole years since its own start, or since
    that of the contract where the period does not state one.
    """
    day = max(first_day, evidence.day)
    row = next(row for row in contract if row["event_date"] > day)
    if row["currency"] != evidence.currency:
        raise Unavailable(
            "UNIT_MISMATCH", f"{evidence.product_id}: PPA must be in {evidence.currency}, found {row['currency']}"
        )
    since = row["period_start"] or contract[0]["period_start"] or contract[0]["event_date"]
    price: Decimal = evidence.required("price", row)
    return grown(price, row["rate"] or ZERO, whole_years(since, day))


def _market_price(evidence: Evidence, horizon: Horizon, year: ForecastYear) -> Decimal:
    stated = _calendar(evidence, "ENERGY_PRICE", horizon, year)
    if stated is not None:
        return stated
    flat = money_assumed(evidence, "ENERGY_PRICE", "PRICE")
    return grown(flat, evidence.assumptions.value("PRICE_ESCALATION"), year.number - 1)


def _of_year(evidence: Evidence, name: str, horizon: Horizon, year: ForecastYear) -> Decimal | None:
    stated = _calendar(evidence, name, horizon, year)
    return money_if_assumed(evidence, name, "PRICE") if stated is None else stated


def _calendar(evidence: Evidence, name: str, horizon: Horizon, year: ForecastYear) -> Decimal | None:
    """The price assumed of the calendar year in which the middle of the year lies."""
    middle = as_date(add_months(horizon.first_day(year.number), HALF_A_YEAR))
    return money_if_assumed(evidence, name, "PRICE", tenor=str(middle.year))
