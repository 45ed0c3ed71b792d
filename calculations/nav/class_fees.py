"""Fees on what a share class comes to: on its NAV after returns, and above its high-water mark. No lines.

Here is which mark and hurdle are in force, and what of such a fee is inside a NAV that is stated net of it; the
arithmetic of performance fees is in performance_fees. Source: nav 2 (M-QNT), 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.accruals import elapsed_years
from calculations.nav.market import Row
from calculations.nav.numbers import precise, times
from calculations.nav.performance_fees import (
    Crystallised,
    PerformanceTerms,
    crystallise,
    fee_within,
    hurdle_amount,
    mark_after_flow,
    performance_fee,
)
from calculations.nav.results import Unavailable
from calculations.nav.stated import STANDING, StatedProduct, unswung_nav
from calculations.nav.terms import Accrual

# From the product's currency into another one. Raises Unavailable where there is no rate.
Exchange = Callable[[Decimal, str], Decimal]


@dataclass(frozen=True)
class Mark:
    """The high-water mark as a total for the shares of a day, and the day of the NAV that states it."""

    total: Decimal
    stated_on: dt.date
    currency: str


def is_claim(accrual: Accrual) -> bool:
    """Whether an accrual depends on what all else of its class comes to."""
    return accrual.method == "PERFORMANCE" or (accrual.method == "RATE" and accrual.basis == "POST_RETURN_NAV")


def claims_of(accruals: Iterable[Accrual], class_id: str, class_count: int) -> list[Accrual]:
    """The claims on a class, the performance fee last; one of no class is that of the product's only class."""
    own = [
        each
        for each in accruals
        if is_claim(each) and (each.share_class_id == class_id or (each.share_class_id is None and class_count < 2))
    ]
    return sorted(own, key=lambda each: (each.method == "PERFORMANCE", each.accrual_id))


def fee_above_mark(
    stated: StatedProduct, accrual: Accrual, gross: Decimal, day: dt.date, shares: Decimal | None
) -> Decimal:
    """The fee on a total of net assets before it, in the currency of the accrual, for the `shares` of the day.

    Raises Unavailable MISSING_TERMS, DOMAIN and as `high_water_mark`.
    """
    terms = fee_terms(stated, accrual)
    mark = high_water_mark(stated, accrual, day, shares)
    return performance_fee(terms, gross, mark.total, _hurdle(terms, accrual, mark, day))


def crystallised_on(
    stated: StatedProduct, accrual: Accrual, gross: Decimal, day: dt.date, shares: Decimal | None
) -> Crystallised:
    """What `fee_above_mark` accrued on `day`, owed for good, and the mark from the next day, totals for the `shares`."""
    terms = fee_terms(stated, accrual)
    mark = mark_struck_against(stated, accrual, day, shares)
    return crystallise(terms, gross, mark.total, _hurdle(terms, accrual, mark, day))


def fee_per_share_within(stated: StatedProduct, accrual: Accrual, nav: Decimal, day: dt.date) -> Decimal:
    """The fee a share that a stated NAV per share of `day` is net of. Raises Unavailable as `stated_within`."""
    terms = fee_terms(stated, accrual)
    mark = mark_struck_against(stated, accrual, day, Decimal(1))
    return fee_within(terms, nav, mark.total, _hurdle(terms, accrual, mark, day))


def mark_struck_against(stated: StatedProduct, accrual: Accrual, day: dt.date, shares: Decimal | None) -> Mark:
    """The mark that the NAV of `day` is net of a fee above: the one in force before it, else the one stated with it.

    A mark that the NAV of the day raised is that of the next day: its fee was accrued above the one before, and is in
    that NAV as a liability until it is paid.
    """
    stated_with = high_water_mark(stated, accrual, day + dt.timedelta(days=1), shares)
    if accrual.paid_through is not None and accrual.paid_through >= day:
        return stated_with
    try:
        before = high_water_mark(stated, accrual, day, shares)
    except Unavailable as unknown:
        if unknown.reason != "MISSING_TERMS":
            raise
        return stated_with
    return before if before.total < stated_with.total else stated_with


def stated_within(
    stated: StatedProduct,
    claims: Iterable[Accrual],
    net_assets: Decimal,
    day: dt.date,
    shares: Decimal | None,
    exchange: Exchange,
) -> list[Accrual]:
    """The claims that a class's stated `net_assets` of a day, in the product's currency, are net of, as stated amounts.

    What was taken last is put back first. Raises Unavailable as `fee_above_mark`, and DOMAIN where net assets do not
    tell the fee inside them.
    """
    found: list[Accrual] = []
    left = net_assets
    ordered = list(claims)
    for accrual in [each for each in reversed(ordered) if each.method == "PERFORMANCE"]:
        terms = fee_terms(stated, accrual)
        mark = mark_struck_against(stated, accrual, day, shares)
        fee = fee_within(terms, exchange(left, accrual.currency), mark.total, _hurdle(terms, accrual, mark, day))
        found.append(replace(accrual, method="STATED", amount=fee))
        with precise():
            left += fee / exchange(Decimal(1), accrual.currency)
    rates = [each for each in ordered if each.method == "RATE"]
    with precise():
        parts = [times(_rate(each), elapsed_years(each, day)) for each in rates]
        kept = 1 - sum(parts, Decimal(0))
        if kept <= 0:
            raise Unavailable("DOMAIN", f"fees on the NAV after returns must leave some of it, found {1 - kept} of it")
        before = left / kept
    for accrual, part in zip(rates, parts, strict=True):
        basis = exchange(before, accrual.currency)
        with precise():
            found.append(replace(accrual, method="STATED", amount=basis * part))
    return found


def high_water_mark(stated: StatedProduct, accrual: Accrual, day: dt.date, shares: Decimal | None) -> Mark:
    """The mark in force: the last one stated before `day`, per share, for the `shares` there are then.

    A total is scaled by the shares since, or money that came in would count as performance. Raises Unavailable
    MISSING_TERMS without a mark or its shares, UNIT_MISMATCH for one in another currency than the fee, NO_SHARES,
    DOMAIN for one that a fee paid since should have raised.
    """
    class_id = accrual.share_class_id or (stated.classes[0]["share_class_id"] if len(stated.classes) == 1 else "")
    class_id = class_id or stated.row["product_id"]
    marks = [
        row
        for row in stated.history
        if row["share_class_id"] == class_id
        and row["status"] in STANDING
        and row["valuation_date"] < day
        and (row["high_water_mark"] is not None or row["high_water_mark_total"] is not None)
    ]
    if not marks:
        raise Unavailable("MISSING_TERMS", f"{class_id}: a high-water mark must be stated by then, found none")
    row = max(marks, key=lambda each: (each["valuation_date"], each["version"]))
    when, currency = row["valuation_date"], row["currency"]
    if currency != accrual.currency:
        raise Unavailable(
            "UNIT_MISMATCH",
            f"accrual {accrual.accrual_id}: fee and mark must be in one currency, found {accrual.currency}, {currency}",
        )
    _check_crystallised(accrual, row)
    if row["high_water_mark"] is not None:
        if shares is None:
            raise Unavailable("NO_SHARES", f"{class_id}: a mark per share needs the shares of the day, found none")
        with precise():
            return Mark(row["high_water_mark"] * shares, when, currency)
    if shares is None or row["shares_outstanding"] is None:
        raise Unavailable(
            "MISSING_TERMS", f"{class_id}: the mark of {when} is a total; expected shares of then and now, found none"
        )
    total = mark_after_flow(row["high_water_mark_total"], row["shares_outstanding"], shares)
    return Mark(total, when, currency)


def fee_terms(stated: StatedProduct, accrual: Accrual) -> PerformanceTerms:
    """Rate and hurdle of the accrual, else of its class. Raises Unavailable MISSING_TERMS."""
    (row,) = [
        each
        for each in stated.accruals
        if each["accrual_id"] == accrual.accrual_id and (each["share_class_id"] or None) == accrual.share_class_id
    ]
    own: Row = next((c for c in stated.classes if accrual.share_class_id in (None, c["share_class_id"])), {})
    rate = accrual.rate if accrual.rate is not None else own.get("performance_fee_rate")
    if rate is None:
        raise Unavailable("MISSING_TERMS", f"accrual {accrual.accrual_id}: rate must be given, found none")
    hurdle = row["hurdle_rate"] if row["hurdle_rate"] is not None else own.get("hurdle_rate")
    kind = own.get("hurdle_type")
    if hurdle is not None and kind is None:
        raise Unavailable(
            "MISSING_TERMS", f"accrual {accrual.accrual_id}: hurdle_type must say how {hurdle} is meant, found none"
        )
    return PerformanceTerms(rate, kind or "NONE", hurdle)


def _hurdle(terms: PerformanceTerms, accrual: Accrual, mark: Mark, day: dt.date) -> Decimal:
    elapsed = Fraction(0) if terms.hurdle_type == "NONE" else elapsed_years(accrual, day)
    return hurdle_amount(terms, mark.total, elapsed)


def _rate(accrual: Accrual) -> Decimal:
    if accrual.rate is None:
        raise Unavailable("MISSING_TERMS", f"accrual {accrual.accrual_id}: rate must be given, found none")
    return accrual.rate


def _check_crystallised(accrual: Accrual, row: Row) -> None:
    """A fee paid for a period leaves a mark of its last day, not below the NAV of that day."""
    paid = accrual.paid_through
    if paid is None:
        return
    if row["valuation_date"] < paid:
        raise Unavailable(
            "DOMAIN", f"accrual {accrual.accrual_id}: paid through {paid}, the mark is still of {row['valuation_date']}"
        )
    mark, nav = row["high_water_mark"], unswung_nav(row)
    if row["valuation_date"] == paid and mark is not None and nav is not None and mark < nav:
        raise Unavailable(
            "DOMAIN", f"accrual {accrual.accrual_id}: crystallised at {nav} on {paid}, found a mark of {mark}"
        )
