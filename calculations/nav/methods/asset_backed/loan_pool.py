"""Pools of loans and their tranches, from the tape and the assumptions to lines and measures. The cash-flow model is
beside it.

A product whose tape names tranches is worth those it holds; any other is worth its pools or loans.
Source: nav 2 (M-ABS).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce

from calculations.nav.market import Row
from calculations.nav.methods.asset_backed.pool import (
    NOTHING,
    PoolAssumptions,
    PoolMonth,
    PoolTerms,
    added,
    average_life,
    pool_months,
    present_value,
)
from calculations.nav.methods.asset_backed.tape import held, tape
from calculations.nav.methods.asset_backed.tranches import TrancheTerms, sequential
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "ABS/1"
LEVELS = ("POOL", "LOAN", "TRANCHE")
UNOBSERVABLE = 3  # fair value level: nobody quotes the speeds of this very pool

Flows = Mapping[str, Sequence[PoolMonth]]  # by pool item


def value(evidence: Evidence) -> Valuation:
    """A line for each pool, loan or held tranche, at the present value of its cash.

    Raises Unavailable as `tape` does, and MISSING_ASSUMPTION; an item that cannot be valued is a line with its reason.
    """
    rows = tape(evidence, LEVELS)
    tranches = rows_of(rows, level="TRANCHE")
    items = [row for row in rows if row["level"] != "TRANCHE"]
    if len({row["level"] for row in items}) != 1:
        found = ", ".join(sorted({row["level"] for row in items})) or "none"
        raise Unavailable(
            "DUPLICATE_INPUT" if items else "MISSING_HOLDINGS",
            f"{evidence.product_id}: a tape must give either the pool or its loans, found {found}",
        )
    assumed = pool_assumptions(evidence)
    discount_rate = evidence.assumptions.value("DISCOUNT_RATE")
    flows, unknown = _flows(evidence, items, assumed)
    if tranches:
        lines, measures = _tranches(evidence, items, tranches, flows, unknown, discount_rate)
    else:
        lines, measures = [_item_line(evidence, row, flows, unknown, discount_rate) for row in items], []
    return Valuation(
        method=METHOD,
        measurement_basis=evidence.product["measurement_basis"] or "FAIR_VALUE",
        lines=tuple(lines),
        positions=evidence.inputs.positions,
        accruals=evidence.inputs.accruals,
        measures=(
            Measure("SMM", assumed.smm, "FRACTION"),
            Measure("MDR", assumed.mdr, "FRACTION"),
            *_pool_measures(items, flows),
            *measures,
        ),
        assumptions=evidence.assumptions.used,
    )


def pool_assumptions(evidence: Evidence) -> PoolAssumptions:
    """CPR, CDR, SEVERITY, RECOVERY_LAG and SERVICING_RATE in force. Raises Unavailable MISSING_ASSUMPTION, DOMAIN."""
    assumed = evidence.assumptions
    lag = assumed.value("RECOVERY_LAG", "MONTHS")
    if lag != int(lag):
        raise Unavailable("DOMAIN", f"recovery_lag must be whole months, found {lag}")
    return PoolAssumptions(
        cpr=assumed.value("CPR"),
        cdr=assumed.value("CDR"),
        severity=assumed.value("SEVERITY"),
        recovery_lag=int(lag),
        servicing_rate=assumed.value("SERVICING_RATE"),
    )


def _flows(
    evidence: Evidence, items: Sequence[Row], assumed: PoolAssumptions
) -> tuple[Flows, Mapping[str, Unavailable]]:
    flows: dict[str, Sequence[PoolMonth]] = {}
    unknown: dict[str, Unavailable] = {}
    for row in items:
        try:
            flows[row["pool_item_id"]] = pool_months(_terms(evidence, row), assumed)
        except Unavailable as gap:
            unknown[row["pool_item_id"]] = gap
    return flows, unknown


def _terms(evidence: Evidence, row: Row) -> PoolTerms:
    if row["payment_frequency"] not in (None, 12):
        found = f"{row['pool_item_id']} pays {row['payment_frequency']} times a year"
        raise Unavailable("UNSUPPORTED_CONVENTION", f"the model of a pool is monthly, found {found}")
    balance = evidence.required("balance", row)
    is_defaulted = row["status"] == "DEFAULTED"
    if is_defaulted or balance == 0:  # nothing is scheduled, so that no terms are needed
        return PoolTerms(balance, coupon_rate=Decimal(0), months=0, is_defaulted=is_defaulted)
    coupon = row["interest_rate"]
    if coupon is None:
        coupon = evidence.required("interest_rate")  # the product's own, where its items have none each
    return PoolTerms(balance, coupon, int(evidence.required("remaining_months", row)))


def _item_line(
    evidence: Evidence, row: Row, flows: Flows, unknown: Mapping[str, Unavailable], discount_rate: Decimal
) -> NavLine:
    item = row["pool_item_id"]
    line_id, more = f"pool/{item}", {"method": METHOD, "quantity": row["balance"], "fair_value_level": UNOBSERVABLE}
    if item in unknown:
        return evidence.unknown_line(line_id, unknown[item], currency=row["currency"], **more)
    amount = present_value((month.cash for month in flows[item]), discount_rate)
    return evidence.line(line_id, held(row, amount), currency=row["currency"], rate=discount_rate, **more)


def _tranches(
    evidence: Evidence,
    items: Sequence[Row],
    tranches: Sequence[Row],
    flows: Flows,
    unknown: Mapping[str, Unavailable],
    discount_rate: Decimal,
) -> tuple[list[NavLine], list[Measure]]:
    """Held tranches at the product's discount rate plus the spread of each, by its id as tenor."""
    for gap in unknown.values():
        raise gap  # what the pool pays is not known, and so is no tranche
    currencies = {row["currency"] for row in (*items, *tranches)}
    if len(currencies) > 1:
        found = ", ".join(sorted(currencies))
        raise Unavailable(
            "UNIT_MISMATCH", f"{evidence.product_id}: a pool and its tranches in one currency, not {found}"
        )
    terms = [_tranche_terms(evidence, row) for row in tranches]
    paid = sequential(added(flows.values()), terms)
    by_id = {row["pool_item_id"]: row for row in tranches}
    currency = currencies.pop()
    lines, measures = [], []
    for flow in paid.tranches:
        row, line_id = by_id[flow.tranche_id], f"pool/{flow.tranche_id}"
        more = {"method": METHOD, "quantity": row["balance"], "fair_value_level": UNOBSERVABLE, "currency": currency}
        try:
            spread = evidence.assumptions.value("TRANCHE_SPREAD", tenor=flow.tranche_id)
            with precise():
                rate = discount_rate + spread
            amount = held(row, present_value(flow.cash, rate))
            lines.append(evidence.line(line_id, amount, rate=rate, **more))
        except Unavailable as gap:
            lines.append(evidence.unknown_line(line_id, gap, **more))
        measures += [
            Measure("TRANCHE_PRINCIPAL_LOSS", flow.principal_loss, "MONEY", flow.tranche_id, currency),
            Measure("TRANCHE_INTEREST_SHORTFALL", flow.interest_shortfall, "MONEY", flow.tranche_id, currency),
        ]
    with precise():
        released = sum(paid.released, Decimal(0))
    measures.append(Measure("CASH_RELEASED_TO_ISSUER", released, "MONEY", currency=currency))
    return lines, measures


def _tranche_terms(evidence: Evidence, row: Row) -> TrancheTerms:
    rank = int(evidence.required("tranche_rank", row))
    return TrancheTerms(row["pool_item_id"], rank, evidence.required("balance", row), row["tranche_coupon_rate"])


def _pool_measures(items: Sequence[Row], flows: Flows) -> Iterator[Measure]:
    """What the whole pool is expected to pay, by currency; of all of it, whatever share is held."""
    for currency in sorted({row["currency"] for row in items}):
        months = added(
            flows[row["pool_item_id"]] for row in rows_of(items, currency=currency) if row["pool_item_id"] in flows
        )
        total = reduce(lambda one, other: one + other, months, NOTHING)
        for name, amount in (
            ("POOL_INTEREST", total.interest),
            ("POOL_SCHEDULED_PRINCIPAL", total.scheduled),
            ("POOL_PREPAYMENT", total.prepayment),
            ("POOL_DEFAULT", total.default),
            ("POOL_RECOVERY", total.recovery),
            ("POOL_SERVICING", total.servicing),
        ):
            yield Measure(name, amount, "MONEY", currency, currency)
        life = average_life(months)
        if life is not None:
            yield Measure("POOL_AVERAGE_LIFE", life, "YEARS", currency)
