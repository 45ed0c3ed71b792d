"""What is shown of a money market fund on a day, figure by figure: measures, redemptions, liquidity fee, yields of classes. No limits.

Source: nav 4.1, E-20.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.money_market.book import Book
from calculations.nav.money_market.fees import mandatory_liquidity_fee, slice_cost
from calculations.nav.money_market.findings import redemption_share
from calculations.nav.money_market.measures import Measure, measured, measures
from calculations.nav.money_market.stated import StatedDay
from calculations.nav.money_market.yields import BASE_DAYS, base_period_return, effective_yield, seven_day_yield
from calculations.nav.results import Reason, Unavailable
from calculations.nav.stated import STANDING, StatedProduct

Unit = Literal["DAYS", "FRACTION", "BPS", "MONEY", "PER_SHARE"]
IncomeFactors = Mapping[tuple[str, dt.date], Decimal]  # by share class and day

_UNITS: Mapping[str, Unit] = {
    "total_assets": "MONEY",
    "net_assets": "MONEY",
    "wam": "DAYS",
    "wal": "DAYS",
    "daily_liquid": "FRACTION",
    "weekly_liquid": "FRACTION",
    "amortised_nav": "PER_SHARE",
    "market_nav": "PER_SHARE",
    "deviation_bps": "BPS",
}


@dataclass(frozen=True)
class Figure:
    """`subject_id` is the class, or the fund. `value` is unrounded, None with its `reason`.

    Of a liquidity fee, `detail` is the basis: SLICE_COST, FALLBACK, DE_MINIMIS, NOT_TRIGGERED.
    """

    name: str
    subject_id: str
    value: Decimal | None
    unit: Unit
    reason: Reason | None = None
    detail: str = ""


def income_factors(stated: StatedProduct) -> IncomeFactors:
    """What was declared a share on each day, by its last standing version."""
    found: dict[tuple[str, dt.date], Decimal | None] = {}
    for row in sorted(stated.history, key=lambda each: each["version"]):
        if row["status"] in STANDING:
            found[row["share_class_id"], row["valuation_date"]] = row["income_factor"]
    return {key: factor for key, factor in found.items() if factor is not None}


def figures(read: StatedDay, class_ids: Collection[str], income: IncomeFactors) -> Iterator[Figure]:
    """Every figure of the fund and of its classes; the fee only of funds that the rule on it is for."""
    fund, product_id = read.fund, read.fund.product_id
    book = Book.of(fund, read.holdings, read.day, read.holidays)
    of_day = measures(fund, read.holdings, read.day, read.holidays)
    for name, unit in _UNITS.items():
        yield _figure(name, product_id, unit, getattr(of_day, name))
    yield _figure("redemption_share", product_id, "FRACTION", measured(lambda: redemption_share(book)))
    yield from _fee(read, book)
    for class_id in class_ids:
        yield from _yields(class_id, read, income)


def _figure(name: str, subject_id: str, unit: Unit, found: Measure) -> Figure:
    return Figure(name.upper(), subject_id, found.value, unit, found.reason, found.detail)


def _fee(read: StatedDay, book: Book) -> Iterator[Figure]:
    product_id = read.fund.product_id
    try:
        fee = mandatory_liquidity_fee(read.fund, read.holdings, read.day, read.holidays)
    except Unavailable as unknown:
        missing = Measure(None, unknown.reason, unknown.detail)
        yield _figure("liquidity_fee_rate", product_id, "FRACTION", missing)
        yield _figure("liquidity_fee", product_id, "MONEY", missing)
        return
    if fee.basis == "NOT_APPLICABLE":
        return
    yield _figure("slice_cost", product_id, "FRACTION", measured(lambda: slice_cost(book)))
    yield Figure("LIQUIDITY_FEE_RATE", product_id, fee.rate, "FRACTION", detail=fee.basis)
    yield Figure("LIQUIDITY_FEE", product_id, fee.amount, "MONEY", detail=fee.basis)


def _yields(class_id: str, read: StatedDay, income: IncomeFactors) -> Iterator[Figure]:
    """From the factors of the seven days up to this one; a day that is no business day may declare nothing."""
    days = [read.day - dt.timedelta(days=back) for back in reversed(range(BASE_DAYS))]

    def factor(day: dt.date) -> Decimal | None:
        is_closed = day.weekday() >= 5 or day in read.holidays
        return income.get((class_id, day), Decimal(0) if is_closed else None)

    def of_base(figure: Callable[[Decimal], Decimal]) -> Measure:
        return measured(lambda: figure(base_period_return([factor(day) for day in days])))

    yield _figure("seven_day_return", class_id, "FRACTION", of_base(lambda base: base))
    yield _figure("seven_day_yield", class_id, "FRACTION", of_base(seven_day_yield))
    yield _figure("effective_yield", class_id, "FRACTION", of_base(effective_yield))
