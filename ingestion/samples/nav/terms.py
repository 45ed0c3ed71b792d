"""The terms of the demo's daily funds, validated when read, and what a fund's year leaves behind. The year itself does not belong here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from ingestion.samples.nav.table import Row
from ingestion.samples.parameters import Parameters, load_yaml


class ClassTerms(Parameters):
    """One share class; rates are fractions, `fee` a year on the class's net assets.

    `is_implied`: the fund states no class, this is the one that it has by being a fund.
    """

    id: str
    name: str
    share: Decimal
    currency: str
    nav: Decimal
    fee: Decimal
    is_implied: bool = False
    is_hedged: bool = False
    income_policy: Literal["ACCUMULATING", "DISTRIBUTING", "DAILY_ACCRUAL"] = "ACCUMULATING"
    equalisation: Literal["NONE", "CREDIT_DEBIT", "INCOME"] = "NONE"
    income: Decimal | None = None
    swing: Literal["NONE", "PARTIAL"] = "NONE"
    threshold: Decimal | None = None
    up: Decimal | None = None
    down: Decimal | None = None
    performance: Decimal | None = None
    high_water_mark: Decimal | None = None


class ListingTerms(Parameters):
    """What a fund trades as: closes in `quoted_in` around its NAV, a fraction of `spread` off it, and by `stressed_by` in stress."""

    instrument_id: str
    quoted_in: str = "USD"
    spread: float
    stressed_from: dt.date | None = None
    stressed_to: dt.date | None = None
    stressed_by: float = 0.0


class FundTerms(Parameters):
    """A fund struck from its holdings; `picks` are (instrument group, first, last, weight), `futures` (instrument, contracts)."""

    product_id: str
    project_id: str
    name: str
    subtype: str
    registration: str
    currency: str
    assets: Decimal
    error_class: str
    picks: tuple[tuple[str, int, int, float], ...]
    futures: tuple[tuple[str, int], ...] = ()
    creation_unit: int | None = None
    listing: ListingTerms | None = None
    classes: tuple[ClassTerms, ...]


class MoneyFundTerms(Parameters):
    """A money market fund: discount paper of one ladder and an overnight repo, at `most_lent` of its assets."""

    product_id: str
    project_id: str
    name: str
    currency: str
    basis: str
    regime: str
    type: str
    assets: Decimal
    ladder: str
    repo: str
    paper_share: Decimal
    most_lent: Decimal | None = None
    classes: tuple[ClassTerms, ...]
    error_class: Literal["MMF"] = "MMF"
    creation_unit: None = None

    @property
    def is_amortised(self) -> bool:
        return self.basis != "FAIR_VALUE"


@dataclass(frozen=True)
class Dividend:
    """A cash dividend: `amount` a share before tax, paid on a day on which cash moves."""

    instrument_id: str
    ex_date: dt.date
    pay_date: dt.date
    amount: Decimal
    withholding: Decimal

    @property
    def net(self) -> Decimal:
        return self.amount * (1 - self.withholding)


@dataclass
class Year:
    """The rows that a fund's year leaves on each dated sheet, and its shares and cash by day for the other books."""

    holdings: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    accruals: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    shares: dict[tuple[str, dt.date], Decimal] = field(default_factory=dict)


@cache
def load_funds() -> tuple[FundTerms, ...]:
    """The daily funds of nav_funds.yaml."""
    return tuple(FundTerms.model_validate(each) for each in _content()["funds"])


@cache
def load_money_funds() -> tuple[MoneyFundTerms, ...]:
    """The money market funds of nav_funds.yaml."""
    return tuple(MoneyFundTerms.model_validate(each) for each in _content()["money_market"])


def load_dividends(cash_days: tuple[dt.date, ...]) -> tuple[Dividend, ...]:
    """Dividends by ex-date, paid on the first cash day a week or more later."""
    found = []
    for name, ex_date, amount, tax in _content()["dividends"]:
        due = ex_date + dt.timedelta(days=7)
        pay_date = min(day for day in cash_days if day >= due)
        found.append(Dividend(name, ex_date, pay_date, Decimal(amount), Decimal(tax)))
    return tuple(sorted(found, key=lambda each: each.ex_date))


def investor_count() -> int:
    """How many investors place orders."""
    return int(_content()["investors"])


def _content() -> dict[str, Any]:
    return load_yaml("nav_funds.yaml")
