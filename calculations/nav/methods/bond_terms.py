"""The terms of a bond product, as its own sheet and its instrument state them, and whether it can still be held."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms

# stated on both sheets; what both state must agree. Source: input-contracts 4.1 (Bond Products).
_SHARED = (
    *("coupon_rate", "coupon_kind", "coupon_frequency", "day_count", "issue_date", "first_coupon_date"),
    *("maturity_date", "redemption_price", "ex_dividend_days"),
)


def bond_terms(evidence: Evidence, instrument: Row | None) -> BondTerms:
    """The terms that product and instrument state together.

    Raises Unavailable DUPLICATE_INPUT where they differ; MISSING_TERMS without maturity, and for a coupon without a
    rate, a frequency or a day count.
    """
    found = {field: _agreed(evidence, instrument, field) for field in _SHARED}
    named = evidence.product_id
    if found["maturity_date"] is None:
        raise Unavailable("MISSING_TERMS", f"{named}: maturity_date must be given for a bond, found none")
    bears_nothing = found["coupon_kind"] == "ZERO" or found["coupon_rate"] == 0
    if bears_nothing:
        found["coupon_rate"] = Decimal(0)
    for field in () if bears_nothing else ("coupon_rate", "coupon_frequency", "day_count"):
        if found[field] is None:
            raise Unavailable("MISSING_TERMS", f"{named}: {field} must be given for a bond with a coupon, found none")
    return BondTerms(
        coupon_rate=found["coupon_rate"],
        coupon_frequency=int(found["coupon_frequency"] or 0),
        day_count=found["day_count"] or "",
        maturity_date=found["maturity_date"],
        issue_date=found["issue_date"],
        first_coupon_date=found["first_coupon_date"],
        ex_dividend_days=int(found["ex_dividend_days"] or 0),
        redemption_price=Decimal(100) if found["redemption_price"] is None else found["redemption_price"],
    )


def _agreed(evidence: Evidence, instrument: Row | None, field: str) -> Any:
    own = evidence.product[field]
    theirs = None if instrument is None else instrument[field]
    if own is not None and theirs is not None and own != theirs:
        raise Unavailable(
            "DUPLICATE_INPUT",
            f"{evidence.product_id}: {field} is {own} on the product's sheet and {theirs} on its instrument's",
        )
    return theirs if own is None else own


def check_is_held(evidence: Evidence, terms: BondTerms) -> None:
    """Raises Unavailable BAD_SCHEDULE before issue and after maturity, CORP_ACTION after a call."""
    day, named = evidence.day, evidence.product_id
    if day > terms.maturity_date:
        raise Unavailable("BAD_SCHEDULE", f"{named}: matured on {terms.maturity_date} and is still held on {day}")
    if terms.issue_date is not None and day < terms.issue_date:
        raise Unavailable("BAD_SCHEDULE", f"{named}: issued on {terms.issue_date} and held already on {day}")
    calls = rows_of(evidence.stated.actions, action_type="CALL", instrument_id=evidence.product["instrument_id"])
    for row in calls:
        if (row["effective_date"] or row["ex_date"]) <= day:
            raise Unavailable("CORP_ACTION", f"{named}: called by {row['action_id']} and still held on {day}")
