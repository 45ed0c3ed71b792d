"""Rules on accruals: the expenses of a year against the stated ratio, and that what accrues has grown. No reckoning of fees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from calculations.nav.results import NavLine
from calculations.nav.terms import Accrual
from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def expenses_run_at_stated_ratio(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """A year of the expenses accrued, over net assets, is the stated ratio within the limit.

    One ratio is stated of a product whose classes may bear fees of their own: one of them must run at it.
    """
    stated = case.term("total_expense_ratio") or case.term("expense_ratio")
    if not stated:
        yield rule.not_applicable(case.product_id, "no expense ratio is stated")
        return
    accruals: Sequence[Accrual] = case.needed("accruals")
    # what has stopped accruing is still owed, and no part of a year's expenses
    ended = {_line_id(each) for each in accruals if each.accrued_to is not None and each.accrued_to < case.day}
    expenses = [line for line in case.strike.lines if line.kind in rule.codes["expenses"] and line.line_id not in ended]
    running = [line for line in expenses if line.year_fraction]
    if any(line.base_amount is None for line in running) or not case.strike.net_assets:
        yield rule.not_evaluated(case.product_id, f"expenses or net assets not known ({case.strike.reason})")
        return
    if expenses and all(line.year_fraction == 0 for line in expenses):
        yield rule.not_applicable(case.product_id, "expenses begin to accrue on the day")
        return
    if not running:
        yield rule.verdict(False, case.product_id, Decimal(0), threshold=stated, detail="no expense accrues")
        return
    shared = _yearly(running, None) / case.strike.net_assets
    ratios = [
        shared + _yearly(running, nav.share_class_id) / nav.net_assets
        for nav in case.strike.classes
        if nav.net_assets is not None and nav.net_assets > 0
    ]
    if not ratios:
        yield rule.not_evaluated(case.product_id, "no class has net assets")
        return
    nearest = min(ratios, key=lambda ratio: abs(ratio - stated))
    gap = abs(nearest / stated - 1)
    detail = f"expenses run at {nearest:.6f} a year, stated {stated}"
    yield rule.verdict(gap <= rule.threshold, case.product_id, gap, threshold=rule.threshold, detail=detail)


def _yearly(lines: Iterable[NavLine], class_id: str | None) -> Decimal:
    amounts = [
        -line.base_amount / line.year_fraction
        for line in lines
        if line.share_class_id == class_id and line.base_amount is not None and line.year_fraction
    ]
    return sum(amounts, Decimal(0))


def accruals_grow(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """What accrues by the day, and is not paid up to it, is another amount than at the strike before, and not zero."""
    accruals: Sequence[Accrual] = case.needed("accruals")
    before: Mapping[str, Decimal] = case.needed("previous_amounts")
    broken, judged = [], 0
    for accrual in accruals:
        if not _accrues(accrual, case):
            continue
        line_id = _line_id(accrual)
        line = case.lines_by_id.get(line_id)
        judged += 1
        amount = None if line is None else line.base_amount
        if amount is None:
            broken.append(rule.not_evaluated(line_id, "amount not known"))
        elif amount == 0 or amount == before.get(line_id):
            detail = f"{accrual.kind} of {amount} after {before.get(line_id)}"
            broken.append(rule.verdict(False, line_id, amount, detail=detail))
    return rule.on_lines(case.product_id, broken, judged, "accruals")


def _line_id(accrual: Accrual) -> str:
    return f"accrual/{accrual.share_class_id or ''}/{accrual.accrual_id}"


def _accrues(accrual: Accrual, case: Case) -> bool:
    if accrual.method not in ("RATE", "ANNUAL_AMOUNT") or not (accrual.rate or accrual.annual_amount):
        return False
    is_open = accrual.accrued_to is None or accrual.accrued_to >= case.day
    # paid through the day before: nothing has accrued by this one
    unpaid = accrual.paid_through is None or (case.day - accrual.paid_through).days > 1
    return is_open and unpaid and accrual.accrued_from is not None and accrual.accrued_from < case.day


PREDICATES = {"ACCRUAL_REASONABLE": expenses_run_at_stated_ratio, "ACCRUAL_FLAT": accruals_grow}
