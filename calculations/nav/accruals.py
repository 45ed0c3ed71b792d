"""From accruals and fees to lines: rates on a basis, annual amounts and stated amounts. Positions do not belong here.

Dividends and priced orders become accruals in receivables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import precise, times
from calculations.nav.positions import converted
from calculations.nav.rates import Quotes
from calculations.nav.results import NavLine, Reason, Unavailable
from calculations.nav.terms import Accrual, Policy
from calculations.nav.valuation_point import ValuationPoint


@dataclass(frozen=True)
class Bases:
    """The amounts a fee can be a rate on, in the product's `currency`; None is unknown.

    `gross_value` is the value of priced positions without cash; `opening_by_class` the opening net assets of each
    class after capital. Source: input-contracts 2.1, 4.2.
    """

    currency: str
    previous_net_assets: Decimal | None
    gross_value: Decimal | None
    opening_by_class: Mapping[str, Decimal | None]


def accrual_lines(
    accruals: Iterable[Accrual], bases: Bases, quotes: Quotes, point: ValuationPoint, policy: Policy
) -> tuple[NavLine, ...]:
    """One line per accrual, and one more for the interest on a borrowing, in the order of their ids.

    What cannot be reckoned is a line without amounts and with a reason: MISSING_BASIS, MISSING_TERMS, BAD_SCHEDULE,
    UNSUPPORTED_CONVENTION (performance fees and fees on the NAV after returns need a class to be of),
    DUPLICATE_INPUT where an id is repeated within its class. Source: nav 3, Accruals.
    """
    given: dict[str, list[Accrual]] = {}
    for accrual in accruals:
        given.setdefault(f"accrual/{accrual.share_class_id or ''}/{accrual.accrual_id}", []).append(accrual)
    lines: list[NavLine] = []
    for line_id in sorted(given):
        accrual = given[line_id][0]
        if len(given[line_id]) > 1:
            detail = f"accrual {accrual.accrual_id} must be given once, found {len(given[line_id])}"
            lines.append(_empty(line_id, accrual)._replace(reason="DUPLICATE_INPUT", detail=detail))
            continue
        lines.append(_line(line_id, accrual, bases, quotes, point, policy))
        if accrual.kind == "BORROWING" and accrual.rate is not None:
            lines.append(_line(f"{line_id}/interest", _interest_on(accrual), bases, quotes, point, policy))
    return tuple(lines)


def _interest_on(borrowing: Accrual) -> Accrual:
    return replace(
        borrowing, kind="INTEREST_PAYABLE", method="RATE", basis="STATED", basis_amount=borrowing.amount, amount=None
    )


def _empty(line_id: str, accrual: Accrual) -> NavLine:
    return NavLine(
        line_id=line_id,
        kind=accrual.kind,
        side=accrual.side,
        currency=accrual.currency,
        amount=None,
        base_amount=None,
        share_class_id=accrual.share_class_id,
        accrual_id=accrual.accrual_id,
        method=accrual.method,
    )


def _line(
    line_id: str, accrual: Accrual, bases: Bases, quotes: Quotes, point: ValuationPoint, policy: Policy
) -> NavLine:
    line = _empty(line_id, accrual)
    try:
        if accrual.kind == "BORROWING" or accrual.method == "STATED":
            amount = _required(accrual, "amount", accrual.amount)
        else:
            line, amount = _accrued(line, accrual, bases, point.date)
    except Unavailable as unknown:
        return line._replace(reason=unknown.reason, detail=unknown.detail)
    # not -amount, which would round to the caller's decimal context
    signed = amount.copy_negate() if accrual.side == "LIABILITY" else amount
    return converted(line, signed, bases.currency, quotes, point, policy)


def _accrued(line: NavLine, accrual: Accrual, bases: Bases, date: dt.date) -> tuple[NavLine, Decimal]:
    if accrual.method == "PERFORMANCE":
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"accrual {accrual.accrual_id}: a performance fee must be stated here"
        )
    elapsed = elapsed_years(accrual, date)
    years = times(Decimal(1), elapsed)
    if accrual.method == "ANNUAL_AMOUNT":
        annual = _required(accrual, "annual_amount", accrual.annual_amount)
        return line._replace(basis_amount=annual, year_fraction=years), times(annual, elapsed)
    rate = _required(accrual, "rate", accrual.rate)
    basis = _basis(accrual, bases)
    with precise():
        annual = basis * rate
    return line._replace(basis_amount=basis, rate=rate, year_fraction=years), times(annual, elapsed)


def elapsed_years(accrual: Accrual, date: dt.date) -> Fraction:
    """How long an accrual has run by a day and is not paid. Raises Unavailable MISSING_TERMS, BAD_SCHEDULE."""
    if accrual.accrued_from is None:
        raise Unavailable("MISSING_TERMS", f"accrual {accrual.accrual_id}: accrued_from must be given")
    start, end = accrual.accrued_from, accrual.accrued_to or date
    if accrual.paid_through is not None:
        # paid up to the end or beyond it: nothing is owed, and not an accrual the wrong way round
        start = max(start, min(accrual.paid_through + dt.timedelta(days=1), max(end, start)))
    return year_fraction(start, end, accrual.day_count)


def _basis(accrual: Accrual, bases: Bases) -> Decimal:
    if accrual.basis == "STATED":
        return _required(accrual, "basis_amount", accrual.basis_amount, "MISSING_BASIS")
    if accrual.basis not in ("PREVIOUS_NET_ASSETS", "OPENING_CLASS_NET_ASSETS", "GROSS_VALUE"):
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"accrual {accrual.accrual_id}: no basis {accrual.basis!r} in a strike"
        )
    if accrual.currency != bases.currency:
        raise Unavailable(
            "UNIT_MISMATCH",
            f"accrual {accrual.accrual_id}: basis {accrual.basis} is in {bases.currency}, the accrual in {accrual.currency}",
        )
    if accrual.basis == "GROSS_VALUE":
        return _required(accrual, accrual.basis, bases.gross_value, "MISSING_BASIS")
    if accrual.basis == "OPENING_CLASS_NET_ASSETS":
        opening = bases.opening_by_class.get(accrual.share_class_id or "")
        return _required(accrual, f"opening net assets of class {accrual.share_class_id!r}", opening, "MISSING_BASIS")
    if accrual.share_class_id is not None:
        # a class fee on the net assets of the whole product would charge the class for the others
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"accrual {accrual.accrual_id}: the basis of a class is OPENING_CLASS_NET_ASSETS"
        )
    return _required(accrual, accrual.basis, bases.previous_net_assets, "MISSING_BASIS")


def _required(accrual: Accrual, name: str, value: Decimal | None, reason: Reason = "MISSING_TERMS") -> Decimal:
    if value is None:
        raise Unavailable(
            reason, f"accrual {accrual.accrual_id}: {name} must be given for {accrual.method}, found none"
        )
    return value
