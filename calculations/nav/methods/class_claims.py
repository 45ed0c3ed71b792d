"""Fees that depend on what a share class comes to, as its own lines. Which mark and hurdle are in force is in class_fees.

Source: nav 2 (M-QNT), 3 (order of a strike: allocate to classes, then class expenses).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from calculations.nav.accruals import Bases, accrual_lines
from calculations.nav.capped_classes import RECEIVABLE, adviser_owes
from calculations.nav.class_fees import claims_of, fee_above_mark
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import NavLine, Unavailable, Valuation
from calculations.nav.terms import Accrual


def with_class_claims(evidence: Evidence, valuation: Valuation) -> Valuation:
    """The valuation with its claims on classes taken out of the accruals, for the strike to make once classes are split."""
    class_ids = class_ids_of(evidence)
    by_class = {each: claims_of(valuation.accruals, each, len(class_ids)) for each in class_ids}
    taken = {id(claim) for claims in by_class.values() for claim in claims}
    if not taken and all(row["expense_cap_rate"] is None for row in evidence.stated.classes):
        return valuation
    return replace(
        valuation,
        accruals=tuple(each for each in valuation.accruals if id(each) not in taken),
        class_claims=lambda class_id, before: claim_lines(evidence, class_id, by_class.get(class_id, ()), before),
    )


def class_ids_of(evidence: Evidence) -> list[str]:
    """The classes of the strike; the product itself where it has none."""
    return [each.share_class_id for each in evidence.inputs.classes] or [evidence.product_id]


def claim_lines(evidence: Evidence, class_id: str, claims: Iterable[Accrual], before: Decimal) -> tuple[NavLine, ...]:
    """What its adviser owes a class of net assets `before`, in the product's currency, for expenses above its cap, and
    fees: first those on the NAV after returns, then the performance fee on the rest.

    What cannot be reckoned is a line with its reason. A fee on the NAV takes that of the strike for all of its days.
    """
    lines = list(_capped(evidence, class_id))
    with precise():
        before += sum((line.base_amount or Decimal(0) for line in lines), Decimal(0))
    left = before
    for claim in claims:
        try:
            accrual = _reckoned(evidence, claim, before, left)
        except Unavailable as unknown:
            line_id = f"accrual/{claim.share_class_id or ''}/{claim.accrual_id}"
            terms = {"share_class_id": claim.share_class_id, "accrual_id": claim.accrual_id}
            lines.append(evidence.unknown_line(line_id, unknown, kind=claim.kind, **terms))
            continue
        line = _line(evidence, accrual)
        lines.append(line)
        with precise():
            left += line.base_amount or Decimal(0)
    return tuple(lines)


def _capped(evidence: Evidence, class_id: str) -> Iterable[NavLine]:
    for row in evidence.stated.classes:
        if row["share_class_id"] != class_id or row["expense_cap_rate"] is None:
            continue
        (opening,) = [c.opening_net_assets for c in evidence.inputs.classes if c.share_class_id == class_id]
        try:
            owed = adviser_owes(evidence.stated, evidence.market, row, evidence.day, opening)
        except Unavailable as unknown:
            yield evidence.unknown_line(
                f"accrual/{class_id}/expense-cap", unknown, kind=RECEIVABLE, share_class_id=class_id
            )
            continue
        if owed is not None:
            yield _line(evidence, owed)


def _line(evidence: Evidence, accrual: Accrual) -> NavLine:
    bases = Bases(evidence.currency, None, None, {})
    (line,) = accrual_lines([accrual], bases, evidence.quotes, evidence.point, evidence.policy)
    return line


def _reckoned(evidence: Evidence, claim: Accrual, before: Decimal, left: Decimal) -> Accrual:
    basis = exchanged(evidence, left if claim.method == "PERFORMANCE" else before, claim)
    if claim.method != "PERFORMANCE":
        return replace(claim, basis="STATED", basis_amount=basis)
    shares = shares_of_class(evidence, claim.share_class_id)
    return replace(claim, method="STATED", amount=fee_above_mark(evidence.stated, claim, basis, evidence.day, shares))


def exchanged(evidence: Evidence, amount: Decimal, claim: Accrual) -> Decimal:
    """An amount of the product's currency in that of a claim, which is the product's or its class's."""
    allowed = {
        evidence.currency,
        *(e.currency for e in evidence.inputs.classes if e.share_class_id == claim.share_class_id),
    }
    if claim.currency not in allowed:
        found = f"{' or '.join(sorted(allowed))}, found {claim.currency}"
        raise Unavailable("UNIT_MISMATCH", f"accrual {claim.accrual_id}: a fee on net assets is in {found}")
    rate = evidence.rate(evidence.currency, claim.currency)
    if rate.rate is None or rate.reason is not None:
        raise Unavailable(rate.reason or "MISSING_FX", f"accrual {claim.accrual_id}: {rate.detail}")
    with precise():
        return amount * rate.rate


def shares_of_class(evidence: Evidence, class_id: str | None) -> Decimal | None:
    """Shares at the strike; those of the product's one class where none is named."""
    classes = evidence.inputs.classes
    for each in classes:
        if each.share_class_id == class_id or (class_id is None and len(classes) == 1):
            return each.shares_outstanding
    return evidence.inputs.product.shares_outstanding
