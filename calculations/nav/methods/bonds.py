"""Bond products: a face at its clean price and accrued interest, or carried at amortised cost. Source: nav 2 (M-BOND).

Prices, yields and effective rates of bonds are reckoned in `bonds` and `amortised_cost`; here is which terms count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from calculations.nav.amortised_cost import AmortisedCost, Purchase, amortised_cost
from calculations.nav.bonds.market_value import market_value
from calculations.nav.bonds.pricing import sensitivities, yield_to_maturity
from calculations.nav.market import Row
from calculations.nav.methods.bond_terms import bond_terms, check_is_held
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation
from calculations.nav.terms import BondTerms, Position

METHOD = "BOND/1"
_MODELLED = 4  # the level of a source that reckons a price and does not see one


def value(evidence: Evidence) -> Valuation:
    """One line for the bond; cash and accruals are left to the strike, and so are other positions of the product.

    Once a list of positions has named the bond, the face is that of the last list; else it is `face_held`. Raises
    Unavailable MISSING_TERMS, DUPLICATE_INPUT where product and instrument state different terms, BAD_SCHEDULE before issue and
    after maturity, CORP_ACTION once called, UNSUPPORTED_CONVENTION for another measurement basis.
    """
    basis = evidence.product["measurement_basis"] or "FAIR_VALUE"
    if basis not in ("FAIR_VALUE", "AMORTISED_COST"):
        raise Unavailable("UNSUPPORTED_CONVENTION", f"{evidence.product_id}: a bond is not measured at {basis}")
    instrument_id: str | None = evidence.product["instrument_id"]
    instrument: Row | None = evidence.market.instruments.get(instrument_id or "")
    terms = bond_terms(evidence, instrument)
    check_is_held(evidence, terms)
    own = [each for each in evidence.inputs.positions if each.instrument_id == instrument_id]
    if any(each.quantity < 0 for each in own) and basis == "AMORTISED_COST":
        raise Unavailable("DOMAIN", f"{evidence.product_id}: a face sold short has no cost that amortises")
    with precise():
        listed = sum((each.quantity for each in own), Decimal(0))
    is_listed = any(
        row["instrument_id"] == instrument_id and row["as_of_date"] <= evidence.day for row in evidence.stated.holdings
    )
    face = listed if is_listed else evidence.required("face_held")
    if basis == "AMORTISED_COST":
        lines, measures = _at_cost(evidence, terms, face, instrument)
    else:
        lines, measures = _at_market(evidence, terms, face, instrument)
    return Valuation(
        method=METHOD,
        measurement_basis=basis,
        lines=lines,
        positions=tuple(each for each in evidence.inputs.positions if each not in own),
        accruals=evidence.inputs.accruals,
        measures=measures,
        assumptions=evidence.assumptions.used,
    )


def _at_market(
    evidence: Evidence, terms: BondTerms, face: Decimal, instrument: Row | None
) -> tuple[tuple[NavLine, ...], tuple[Measure, ...]]:
    if instrument is None:
        raise Unavailable("MISSING_PRICE", f"{evidence.product_id}: a bond at market needs a known instrument_id")
    is_flat = _is_defaulted(evidence, instrument)
    bond = Position(
        instrument_id=instrument["instrument_id"],
        method="PRICED",
        quantity=face,
        currency=instrument["currency"] or evidence.currency,
        leg="SHORT" if face < 0 else "LONG",
        instrument_type=instrument["instrument_type"] or "BOND",
        quote_basis=instrument["quote_basis"] or "PER_100",
        bond=terms if terms.coupon_rate else None,
        accrued_income=None if terms.coupon_rate else Decimal(0),
        is_non_accrual=is_flat,
    )
    if bond.quote_basis != "PER_100":
        raise Unavailable("UNIT_MISMATCH", f"{bond.instrument_id}: a bond is quoted PER_100, found {bond.quote_basis}")
    (line,) = evidence.position_lines([bond])
    source = evidence.policy.sources.get(line.price_source or "")
    line = line._replace(fair_value_level=3 if source is not None and source.level >= _MODELLED else 2)
    if line.reason is not None or line.price is None or line.price_type is None:
        return (line,), ()
    return (line,), tuple(_prices_and_yield(evidence, terms, line.price, line.price_type, is_flat))


def _prices_and_yield(
    evidence: Evidence, terms: BondTerms, price: Decimal, price_type: str, is_flat: bool
) -> Iterator[Measure]:
    """What explains the price; the yield of a floating coupon, or of a bond in default, is no yield."""
    found = market_value(Decimal(100), price, price_type, terms, evidence.day, is_non_accrual=is_flat)
    yield Measure("clean_price", found.clean_price, "PRICE")
    yield Measure("accrued_per_100", found.accrued_per_100, "PRICE")
    yield Measure("dirty_price", found.dirty_price, "PRICE")
    if is_flat or evidence.product["coupon_kind"] in ("FLOATER", "VARIABLE"):
        return
    try:
        rate = yield_to_maturity(terms, evidence.day, found.clean_price)
        yield Measure("yield_to_maturity", rate, "FRACTION")
        yield Measure("modified_duration", sensitivities(terms, evidence.day, rate).modified_duration, "YEARS")
    except Unavailable as unknown:
        yield Measure("yield_to_maturity", None, "FRACTION", reason=unknown.reason, detail=unknown.detail)


def _is_defaulted(evidence: Evidence, instrument: Row) -> bool:
    """Whether the bond trades flat: by a dated default, or by what the instrument's row says of today."""
    actions = rows_of(evidence.stated.actions, action_type="DEFAULT", instrument_id=instrument["instrument_id"])
    return instrument["status"] == "DEFAULTED" or any(row["ex_date"] <= evidence.day for row in actions)


def _at_cost(
    evidence: Evidence, terms: BondTerms, face: Decimal, instrument: Row | None
) -> tuple[tuple[NavLine, ...], tuple[Measure, ...]]:
    """The carrying amount with its accrued coupon inside, and the allowance for losses beside it."""
    product = evidence.product
    if product["accounting_treatment"] != "HTM":
        raise Unavailable(
            "UNSUPPORTED_CONVENTION",
            f"{evidence.product_id}: amortised cost is for bonds held to collect (HTM), found "
            f"{product['accounting_treatment']}",
        )
    repaid = [row for row in evidence.stated.schedules if row["kind"] in ("BOND_AMORTISATION", "SINK")]
    if repaid:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION",
            f"{evidence.product_id}: amortised cost is for a face repaid at once, found {len(repaid)} repayments",
        )
    purchase = Purchase(
        face=face,
        date=product["purchase_date"],
        price=product["purchase_price"],
        transaction_costs=product["transaction_costs"] or Decimal(0),
    )
    carried = amortised_cost(terms, purchase, evidence.day, product["amortisation_method"])
    shown: dict[str, Any] = {
        "currency": instrument["currency"] if instrument else evidence.currency,
        "instrument_id": product["instrument_id"],
        "quantity": face,
        "method": "AMORTISED_COST",
    }
    bond = evidence.line("bond", carried.carrying_amount, accrued_amount=carried.accrued_interest, **shown)
    measures = [
        Measure("carrying_amount_clean", carried.carrying_amount_clean, "MONEY", currency=shown["currency"]),
    ]
    if carried.effective_annual_rate is not None:
        measures.append(Measure("effective_annual_rate", carried.effective_annual_rate, "FRACTION"))
    return (bond, *_allowance(evidence, carried, shown)), tuple(measures)


def _allowance(evidence: Evidence, carried: AmortisedCost, shown: Mapping[str, Any]) -> Iterator[NavLine]:
    """Losses expected within twelve months, where a probability of default is assumed: PD x LGD x carry, discounted.

    The line lowers the asset. Of a lifetime allowance the product's sheet has no stage to tell it by.
    """
    known, product = evidence.assumptions, evidence.product
    scopes = [
        (kind, str(each))
        for kind, each in (("INSTRUMENT", product["instrument_id"]), ("RATING", product["credit_rating"]))
        if each
    ]
    default = known.find("pd_12m", "FRACTION", scopes=scopes)
    if default is None:
        return
    try:
        rate = known.value("pd_12m", "FRACTION", scopes=scopes)
        loss = known.value("lgd", "FRACTION", scopes=scopes)
        years = known.value("ecl_discount_years", "YEARS", scopes=scopes)
        if not (0 <= rate <= 1 and 0 <= loss <= 1):
            raise Unavailable("DOMAIN", f"pd_12m and lgd must be in 0..1, found {rate} and {loss}")
        if carried.effective_annual_rate is None:
            raise Unavailable(
                "UNSUPPORTED_CONVENTION", "an allowance is discounted at the effective rate; a straight line has none"
            )
        with precise():
            expected = carried.carrying_amount * rate * loss / (1 + carried.effective_annual_rate) ** years
            line = evidence.line("allowance", -expected, kind="ALLOWANCE", **{**shown, "quantity": None})
        yield line._replace(side="ASSET")
    except Unavailable as unknown:
        yield evidence.unknown_line("allowance", unknown, kind="ALLOWANCE")
