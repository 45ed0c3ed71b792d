"""Holds a fund against every rule of its regulation on a day: `check`, and what it returns. Measuring does not belong here.

Source: nav 4, 5 (MMF rules).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.money_market.book import Book
from calculations.nav.money_market.finding import Finding
from calculations.nav.money_market.findings import MEASURES
from calculations.nav.money_market.regulation import Direction, Rule, Severity, Unit, regulation
from calculations.nav.money_market.terms import Holding, MoneyMarketFund, Regime
from calculations.nav.results import Reason, Unavailable

Outcome = Literal["PASSED", "BREACHED", "PASSIVE", "EXCEPTED", "NOT_APPLICABLE", "NOT_EVALUATED"]


@dataclass(frozen=True)
class Compliance:
    """The verdict of one rule on one fund and day.

    `actual` and `limit` are in `unit`, unrounded. PASSED within the limit, or beyond it within a basket. PASSIVE: an
    acquisition test is not met though nothing bought on the day is to blame; EXCEPTED: one issuer within its three
    business days. Both hold, and `blocks_buying` what would make it worse. BREACHED and NOT_EVALUATED do not hold, the
    latter with its `reason`; `passed` is None only where the rule does not apply, as `detail` says. `subjects` are the
    issuers or lots in breach.
    """

    product_id: str
    valuation_date: dt.date
    regime: Regime
    rule_code: str
    severity: Severity
    outcome: Outcome
    actual: Decimal | None
    limit: Decimal | None
    direction: Direction
    unit: Unit
    is_acquisition_test: bool
    citation: str
    reason: Reason | None = None
    detail: str = ""
    subjects: tuple[str, ...] = ()

    @property
    def passed(self) -> bool | None:
        if self.outcome == "NOT_APPLICABLE":
            return None
        return self.outcome in ("PASSED", "PASSIVE", "EXCEPTED")

    @property
    def blocks_buying(self) -> bool:
        """Whether more must not be bought of what the rule limits; so too where that could not be judged."""
        return self.is_acquisition_test and self.outcome not in ("PASSED", "NOT_APPLICABLE")


def check(
    fund: MoneyMarketFund,
    holdings: Iterable[Holding],
    day: dt.date,
    holidays: Collection[dt.date] = (),
    previous: Sequence[Compliance] = (),
) -> tuple[Compliance, ...]:
    """Every rule of the fund's regulation on its complete list of holdings of `day`, in the regulation's order.

    Purchases are those dated `day`; all of a day are judged on the holdings that they led to. `previous` are the rows
    of the valuation before: what was bought beyond a limit stays a breach until the limit is met again, and an
    exception becomes one once its days are over. A rule that something is missing for is NOT_EVALUATED. Raises
    ValueError for a fund type that the regime does not know and for floats. Source: nav 4, 5.
    """
    rules = regulation(fund.regime)
    if fund.fund_type not in rules.fund_types:
        raise ValueError(
            f"{fund.product_id}: fund type must be one of {', '.join(rules.fund_types)}, found {fund.fund_type!r}"
        )
    book = Book.of(fund, holdings, day, holidays)
    before = {row.rule_code: row for row in previous}
    return tuple(_judge(book, rule, before.get(rule.rule_code)) for rule in rules.rules)


def _judge(book: Book, rule: Rule, before: Compliance | None) -> Compliance:
    held_to = rule.limit_for(book.fund.fund_type)
    if held_to is None:
        return _row(book, rule, "NOT_APPLICABLE", None, None, detail=rule.otherwise or "")
    limit = held_to.on(book.day)
    try:
        found = MEASURES[rule.measure](book, rule, limit)
        return _verdict(book, rule, limit, found, before)
    except Unavailable as unknown:
        return _row(book, rule, "NOT_EVALUATED", None, limit, reason=unknown.reason, detail=unknown.detail)


def _verdict(book: Book, rule: Rule, limit: Decimal, found: Finding, before: Compliance | None) -> Compliance:
    if found.actual is None:
        return _row(book, rule, "NOT_APPLICABLE", None, limit, detail=found.detail)
    limit = limit if found.limit is None else found.limit
    is_within = found.actual >= limit if rule.direction == "MIN" else found.actual <= limit
    if is_within or found.relief == "BASKET":
        detail = found.detail if is_within else f"within the basket: {found.detail}"
        return _row(book, rule, "PASSED", found.actual, limit, detail=detail)
    offenders = found.offenders or {}
    if not rule.is_acquisition_test:
        return _row(book, rule, "BREACHED", found.actual, limit, detail=found.detail, subjects=tuple(offenders))
    if found.relief == "EXCEPTION":
        detail = f"within {rule.exception_business_days} business days of its purchase: {found.detail}"
        return _row(book, rule, "EXCEPTED", found.actual, limit, detail=detail, subjects=tuple(offenders))
    undated = [lot.holding_id for lots in offenders.values() for lot in lots if _is_undated(lot)]
    if undated:
        raise Unavailable("MISSING_TERMS", f"{undated[0]}: expected a purchase date, found none")
    standing = set() if before is None or before.outcome not in ("BREACHED", "EXCEPTED") else set(before.subjects)
    bought = {name for name, lots in offenders.items() if any(lot.purchase_date == book.day for lot in lots)}
    guilty = tuple(sorted(bought | (standing & set(offenders))))
    if not guilty:
        return _row(book, rule, "PASSIVE", found.actual, limit, detail=found.detail)
    detail = f"bought beyond the limit: {', '.join(guilty)}"
    return _row(book, rule, "BREACHED", found.actual, limit, detail=detail, subjects=guilty)


def _is_undated(lot: Holding) -> bool:
    return lot.purchase_date is None and not lot.is_cash


def _row(
    book: Book,
    rule: Rule,
    outcome: Outcome,
    actual: Decimal | None,
    limit: Decimal | None,
    *,
    reason: Reason | None = None,
    detail: str = "",
    subjects: tuple[str, ...] = (),
) -> Compliance:
    return Compliance(
        product_id=book.fund.product_id,
        valuation_date=book.day,
        regime=book.fund.regime,
        rule_code=rule.rule_code,
        severity=rule.severity,
        outcome=outcome,
        actual=actual,
        limit=limit,
        direction=rule.direction,
        unit=rule.unit,
        is_acquisition_test=rule.is_acquisition_test,
        citation=rule.citation,
        reason=reason,
        detail=detail,
        subjects=subjects,
    )
