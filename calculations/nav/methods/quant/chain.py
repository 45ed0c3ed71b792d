"""The chain of a strategy's daily returns as its rows state them, for the NAV by positions to be compared with.

Source: nav 2 (M-QNT), E-10. The chain itself is in return_chain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from calculations.nav.class_fees import fee_above_mark
from calculations.nav.day_fractions import year_fraction
from calculations.nav.methods.class_claims import shares_of_class
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable
from calculations.nav.return_chain import ChainedDay, return_chain
from calculations.nav.terms import Accrual


def chained(evidence: Evidence, accruals: Iterable[Accrual]) -> Iterable[Measure]:
    """The chain of daily returns since the last stated NAV, where returns are assumed; a check, with its own reasons."""
    names = ("gross_assets", "performance_fee", "net_assets", "nav_per_share")
    try:
        returns = evidence.assumptions.by_tenor("daily_return")
    except Unavailable as unknown:
        if unknown.reason != "MISSING_ASSUMPTION":
            yield _unknown("return_chain_net_assets", unknown)
        return
    try:
        chain = _chain(evidence, {dt.date.fromisoformat(tenor): rate for tenor, rate in returns.items()}, accruals)
        gross = chain[-1].net
        shares = shares_of_class(evidence, _class_ids(evidence)[0])
        fees = (each for each in accruals if each.method == "PERFORMANCE")
        fee = sum((fee_above_mark(evidence.stated, each, gross, evidence.day, shares) for each in fees), Decimal(0))
    except Unavailable as unknown:
        yield from (_unknown(f"return_chain_{name}", unknown) for name in names)
        return
    with precise():
        net = gross - fee
        per_share = net / shares if shares else None
    for name, amount in zip(names, (gross, fee, net, per_share), strict=True):
        if amount is None:
            yield _unknown(f"return_chain_{name}", Unavailable("NO_SHARES", "a NAV per share needs shares, found none"))
        else:
            unit = "PRICE" if name == "nav_per_share" else "MONEY"
            yield Measure(f"return_chain_{name}", amount, unit, currency=evidence.currency)


def _chain(evidence: Evidence, returns: dict[dt.date, Decimal], accruals: Iterable[Accrual]) -> tuple[ChainedDay, ...]:
    class_ids = _class_ids(evidence)
    opening = evidence.stated.stated_before(class_ids[0], evidence.day)
    if len(class_ids) > 1 or opening is None or opening["net_assets"] is None:
        raise Unavailable(
            "MISSING_OPENING_NET_ASSETS", f"{evidence.product_id}: a chain needs one stated NAV before, found none"
        )
    if opening["currency"] != evidence.currency:
        raise Unavailable(
            "UNIT_MISMATCH", f"the opening NAV must be in {evidence.currency}, found {opening['currency']}"
        )
    fees = [each for each in accruals if each.method == "RATE"]
    opened: dt.date = opening["valuation_date"]
    chain = return_chain(
        opening["net_assets"],
        opened,
        returns,
        evidence.point,
        {day: _fee_of(day, fees) for day in returns},
        dict(_flows(evidence, class_ids[0])),
    )
    if not chain:
        raise Unavailable("MISSING_EVIDENCE", f"expected returns after {opened}, found no business day since")
    return chain


def _class_ids(evidence: Evidence) -> list[str]:
    return [row["share_class_id"] for row in evidence.stated.classes] or [evidence.product_id]


def _fee_of(day: dt.date, fees: Iterable[Accrual]) -> Fraction:
    """A return costs one day of fees, whatever days lie before it."""
    total = Fraction(0)
    for each in fees:
        if each.rate is not None and (each.accrued_from is None or each.accrued_from <= day):
            total += Fraction(each.rate) * year_fraction(day, day + dt.timedelta(days=1), each.day_count)
    return total


def _flows(evidence: Evidence, class_id: str) -> Iterable[tuple[dt.date, Decimal]]:
    """Capital by the day after the strike that priced it, when it begins to earn."""
    by_day: dict[dt.date, Decimal] = {}
    orders = evidence.stated.orders_by_class
    for order in (*orders.get("", ()), *orders.get(class_id, ())):
        if order.accrual.currency != evidence.currency or order.accrual.amount is None:
            raise Unavailable(
                "UNIT_MISMATCH", f"{order.accrual.accrual_id}: capital must be in {evidence.currency} for a chain"
            )
        sign = 1 if order.accrual.side == "ASSET" else -1
        with precise():
            by_day[order.booked] = by_day.get(order.booked, Decimal(0)) + sign * order.accrual.amount
    return by_day.items()


def _unknown(name: str, unknown: Unavailable) -> Measure:
    return Measure(name, None, "MONEY", reason=unknown.reason, detail=unknown.detail)
