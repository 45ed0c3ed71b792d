"""The regulations of money market funds as data: definitions and rules of us_2a7.yaml and eu_mmfr.yaml. Judging is not here.

Source: nav 4, 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.money_market.terms import FundType, Regime

Direction = Literal["MIN", "MAX"]
Unit = Literal["DAYS", "FRACTION", "BPS", "COUNT", "PER_SHARE"]
Severity = Literal["critical", "warning"]
MeasureName = Literal[
    "residual_days",
    "reset_days",
    "wam",
    "wal",
    "daily_liquid",
    "weekly_liquid",
    "illiquid",
    "government_share",
    "issuer_share",
    "issuers_above",
    "guarantor_share",
    "deposit_share",
    "repo_share",
    "fund_units_share",
    "fund_units_total",
    "public_debt_issues",
    "public_debt_issue_share",
    "amortised_days",
    "amortised_deviation",
    "shadow_deviation",
    "market_nav",
    "liquidity_notice",
    "liquidity_procedure",
    "redemptions",
    "discretionary_fee",
]

Share = Annotated[Decimal, Field(ge=0, le=1)]
Days = Annotated[int, Field(gt=0)]


class Definitions(Terms):
    """What a regulation calls short, daily and weekly; `weekly_sub_limits` by fund type, as fractions of total assets.

    A mandatory liquidity fee below `fee_de_minimis` is not charged, and is `fee_fallback` where costs are not known.
    """

    short_term_days: Days
    daily_business_days: Days
    weekly_business_days: Days
    weekly_discount_note_days: int = 0
    weekly_public_debt_days: int = 0
    weekly_sub_limits: Mapping[FundType, Share] = Field(default_factory=dict)
    fee_de_minimis: Share | None = None
    fee_fallback: Share | None = None


class Limit(Terms):
    """What `types` of funds are held to; `is_months`: calendar months from the valuation date, as days."""

    types: tuple[FundType, ...] = Field(min_length=1)
    value: Annotated[Decimal, Field(ge=0)]
    is_months: bool = False

    def on(self, day: dt.date) -> Decimal:
        """The limit in the unit of its rule on a day."""
        return Decimal((_months_after(day, int(self.value)) - day).days) if self.is_months else self.value


class Rule(Terms):
    """One rule: a measure held against the limit of the fund's type. `otherwise` says why other types have none.

    `is_acquisition_test`: judged when something is bought; a passive excess is no breach and bars buying more. `above`
    is the share from which an issuer counts, `basket` the share of assets that a basket may take beyond the limit and
    `basket_types` whose it is, `exception` the share of one issuer for `exception_business_days`.
    """

    rule_code: str
    measure: MeasureName
    direction: Direction
    unit: Unit
    severity: Severity
    citation: str
    limits: tuple[Limit, ...] = Field(min_length=1)
    otherwise: str | None = None
    is_acquisition_test: bool = False
    above: Share | None = None
    basket: Share | None = None
    basket_types: tuple[FundType, ...] = ()
    exception: Share | None = None
    exception_business_days: int | None = None
    redemptions_above: Share | None = None
    daily_minimum: Share | None = None

    @model_validator(mode="after")
    def _one_limit_a_type(self) -> Rule:
        types = [each for limit in self.limits for each in limit.types]
        if len(types) != len(set(types)):
            raise ValueError(f"{self.rule_code} gives a fund type two limits")
        return self

    def limit_for(self, fund_type: FundType) -> Limit | None:
        """None where funds of the type are not held to the rule."""
        return next((limit for limit in self.limits if fund_type in limit.types), None)


class Regulation(Terms):
    """A regulation in force: the types of funds that it knows, its definitions and its rules."""

    regime: Regime
    name: str
    in_force_from: dt.date
    fund_types: tuple[FundType, ...]
    definitions: Definitions
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Regulation:
        codes = [rule.rule_code for rule in self.rules]
        if len(codes) != len(set(codes)):
            raise ValueError("a rule code stands twice")
        for rule in self.rules:
            held = {each for limit in rule.limits for each in limit.types}
            if strangers := held - set(self.fund_types):
                raise ValueError(f"{rule.rule_code}: {', '.join(sorted(strangers))} are no funds of {self.regime}")
            if held != set(self.fund_types) and rule.otherwise is None:
                raise ValueError(f"{rule.rule_code}: 'otherwise' must say why some types have no limit")
        return self


@cache
def regulation(regime: Regime) -> Regulation:
    """The regulation of a regime. Raises ValueError for a regime that is not one, naming those that are."""
    if regime not in get_args(Regime):
        raise ValueError(f"regime must be one of {', '.join(get_args(Regime))}, found {regime!r}")
    return read_policy(Path(__file__).with_name(f"{regime.lower()}.yaml"), Regulation)


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=day.day - 1), first_of_next - dt.timedelta(days=1))
