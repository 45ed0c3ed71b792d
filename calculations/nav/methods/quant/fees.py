"""Fees on what a strategy comes to: on its NAV after returns, and above its high-water mark. Source: nav 2 (M-QNT).

The arithmetic of performance fees is in performance_fees; here is which mark and hurdle are in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.accruals import Bases, accrual_lines
from calculations.nav.day_fractions import year_fraction
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.numbers import precise
from calculations.nav.performance_fees import PerformanceTerms, hurdle_amount, mark_after_flow, performance_fee
from calculations.nav.results import NavLine, Unavailable
from calculations.nav.stated import STANDING
from calculations.nav.terms import Accrual


@dataclass(frozen=True)
class Mark:
    """The high-water mark as a total for the shares of the valuation day, and the day of the NAV that states it."""

    total: Decimal
    stated_on: dt.date


def is_claim(accrual: Accrual) -> bool:
    """Whether an accrual depends on what all else comes to."""
    return accrual.method == "PERFORMANCE" or (accrual.method == "RATE" and accrual.basis == "POST_RETURN_NAV")


def fee_lines(evidence: Evidence, accruals: Iterable[Accrual], before: Decimal) -> tuple[NavLine, ...]:
    """The fees on net assets of `before`: first those on the NAV after returns, then the performance fee on the rest.

    What cannot be reckoned is a line with its reason. A fee on the NAV takes that of the strike for all of its days.
    """
    ordered = sorted(accruals, key=lambda each: (each.method == "PERFORMANCE", each.accrual_id))
    left, lines = before, []
    for accrual in ordered:
        try:
            if accrual.currency != evidence.currency:
                raise Unavailable(
                    "UNIT_MISMATCH",
                    f"accrual {accrual.accrual_id}: a fee on net assets is in {evidence.currency}, found "
                    f"{accrual.currency}",
                )
            if accrual.method == "PERFORMANCE":
                fee = fee_above_mark(evidence, accrual, left)
                accrual = replace(accrual, method="STATED", amount=fee)
            else:
                accrual = replace(accrual, basis="STATED", basis_amount=before)
        except Unavailable as unknown:
            line_id = f"accrual/{accrual.share_class_id or ''}/{accrual.accrual_id}"
            terms = {"share_class_id": accrual.share_class_id, "accrual_id": accrual.accrual_id}
            lines.append(evidence.unknown_line(line_id, unknown, kind=accrual.kind, **terms))
            continue
        bases = Bases(evidence.currency, None, None, {})
        (line,) = accrual_lines([accrual], bases, evidence.quotes, evidence.point, evidence.policy)
        lines.append(line)
        with precise():
            left += line.base_amount or Decimal(0)
    return tuple(lines)


def fee_above_mark(evidence: Evidence, accrual: Accrual, gross: Decimal) -> Decimal:
    """The fee on a total of net assets before it. Raises Unavailable MISSING_TERMS, DOMAIN and as `high_water_mark`."""
    if accrual.rate is None:
        raise Unavailable("MISSING_TERMS", f"accrual {accrual.accrual_id}: rate must be given, found none")
    mark = high_water_mark(evidence, accrual)
    terms = _terms(evidence, accrual)
    elapsed = Fraction(0)
    if terms.hurdle_type != "NONE":
        if accrual.accrued_from is None:
            raise Unavailable("MISSING_TERMS", f"accrual {accrual.accrual_id}: a hurdle needs accrued_from, found none")
        elapsed = year_fraction(accrual.accrued_from, evidence.day, accrual.day_count)
    return performance_fee(terms, gross, mark.total, hurdle_amount(terms, mark.total, elapsed))


def _terms(evidence: Evidence, accrual: Accrual) -> PerformanceTerms:
    (row,) = rows_of(evidence.stated.accruals, accrual_id=accrual.accrual_id)
    own_class: Row | None = next(iter(evidence.stated.classes), None)
    hurdle = row["hurdle_rate"]
    if hurdle is None and own_class is not None:
        hurdle = own_class["hurdle_rate"]
    kind = own_class["hurdle_type"] if own_class else None
    if hurdle is not None and kind is None:
        raise Unavailable(
            "MISSING_TERMS", f"accrual {accrual.accrual_id}: hurdle_type must say how {hurdle} is meant, found none"
        )
    assert accrual.rate is not None
    return PerformanceTerms(accrual.rate, kind or "NONE", hurdle)


def high_water_mark(evidence: Evidence, accrual: Accrual) -> Mark:
    """The mark in force: the last one stated before the valuation day, per share, for the shares there are now.

    A total is scaled by the shares since, or money that came in would count as performance. Raises Unavailable
    MISSING_TERMS without a mark or its shares, NO_SHARES, DOMAIN for one that a fee paid since should have raised.
    """
    class_id = accrual.share_class_id or evidence.product_id
    stated = [
        row
        for row in evidence.stated.history
        if row["share_class_id"] == class_id
        and row["status"] in STANDING
        and row["valuation_date"] < evidence.day
        and (row["high_water_mark"] is not None or row["high_water_mark_total"] is not None)
    ]
    if not stated:
        raise Unavailable("MISSING_TERMS", f"{class_id}: a high-water mark must be stated by then, found none")
    row = max(stated, key=lambda each: (each["valuation_date"], each["version"]))
    when = row["valuation_date"]
    shares = shares_of_class(evidence, class_id)
    _check_crystallised(accrual, row)
    if row["high_water_mark"] is not None:
        if shares is None:
            raise Unavailable("NO_SHARES", f"{class_id}: a mark per share needs the shares of the day, found none")
        with precise():
            return Mark(row["high_water_mark"] * shares, when)
    if shares is None or row["shares_outstanding"] is None:
        raise Unavailable(
            "MISSING_TERMS", f"{class_id}: the mark of {when} is a total; expected shares of then and now, found none"
        )
    return Mark(mark_after_flow(row["high_water_mark_total"], row["shares_outstanding"], shares), when)


def shares_of_class(evidence: Evidence, class_id: str) -> Decimal | None:
    """Shares at the strike; those of the product where it has no such class."""
    for each in evidence.inputs.classes:
        if each.share_class_id == class_id:
            return each.shares_outstanding
    return evidence.inputs.product.shares_outstanding


def _check_crystallised(accrual: Accrual, row: Row) -> None:
    """A fee paid for a period leaves a mark of its last day, not below the NAV of that day."""
    paid = accrual.paid_through
    if paid is None:
        return
    if row["valuation_date"] < paid:
        raise Unavailable(
            "DOMAIN", f"accrual {accrual.accrual_id}: paid through {paid}, the mark is still of {row['valuation_date']}"
        )
    mark, nav = row["high_water_mark"], row["nav_per_share"]
    if row["valuation_date"] == paid and mark is not None and nav is not None and mark < nav:
        raise Unavailable(
            "DOMAIN", f"accrual {accrual.accrual_id}: crystallised at {nav} on {paid}, found a mark of {mark}"
        )
