"""The rule on the day of a strike: a dealing day, not ahead of what is known, none left out before it. No wall clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from calculations.nav.validation.case import Case, PreviousNav
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def day_is_a_dealing_day(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Critical: no dealing day, or later than the newest input. Warning: a strike before it has been left out.

    A product without a frequency may be struck on any day. The first strike has none before.
    """
    frequency = case.term("nav_frequency")
    known_at: dt.datetime = case.needed("known_at")
    previous: Mapping[str, PreviousNav] = case.needed("previous")
    if case.day > known_at.date():
        detail = f"the newest input became known at {known_at.isoformat()}"
        yield rule.verdict(False, case.product_id, detail=detail)
        return
    if not _is_dealing_day(case, rule, frequency):
        yield rule.verdict(False, case.product_id, detail=f"{case.day:%A %Y-%m-%d} is no dealing day ({frequency})")
        return
    last = max((each.date for each in previous.values()), default=None)
    limit = rule.limit(frequency)
    if last is None or limit is None:
        said = "first strike" if last is None else f"frequency {frequency}"
        yield rule.verdict(True, case.product_id, detail=said)
        return
    gap = Decimal(_dealing_days(case, last) if frequency == "DAILY" else (case.day - last).days)
    detail = f"strike before on {last}"
    severity = rule.severity if gap <= limit else rule.severities["GAP"]
    yield rule.verdict(gap <= limit, case.product_id, gap, threshold=limit, detail=detail, severity=severity)


def _is_dealing_day(case: Case, rule: Rule, frequency: str | None) -> bool:
    if frequency in rule.codes["dealing_days"]:
        return case.point.is_business_day(case.day)
    if frequency in rule.codes["period_ends"]:
        is_month_end = (case.day + dt.timedelta(days=1)).day == 1
        return is_month_end or case.point.is_business_day(case.day)
    return True


def _dealing_days(case: Case, last: dt.date) -> int:
    span = (case.day - last).days
    return sum(case.point.is_business_day(case.day - dt.timedelta(days=back)) for back in range(span))


PREDICATES = {"STRIKE_CALENDAR": day_is_a_dealing_day}
