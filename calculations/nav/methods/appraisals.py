"""An appraisal carried on by an index, and comparables weighted by their age: for property and collectibles alike.

What a property earns does not belong here. Source: nav 2 (M-RE, M-COL), input-contracts 2.1 (index levels).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.cash_flows import years_between
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.valuations import require_valid
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable
from calculations.nav.terms import Price
from calculations.nav.valuation_point import AgeLimit

APPRAISAL_MONTHS = 12  # nav 2 (M-RE, M-COL)
INDEX_DAYS = 5  # of an index that declares no frequency of its own. Source: input-contracts 2.1
ZERO = Decimal(0)


@dataclass(frozen=True)
class Comparable:
    """A price achieved for something like it; `adjustment` is the factor for what is not alike, `weight` relative."""

    price: Decimal
    weight: Decimal
    adjustment: Decimal = Decimal(1)


@dataclass(frozen=True)
class Indexed:
    """An appraisal carried on, and the levels of its index that did it."""

    amount: Decimal
    level: Price
    base_level: Price


def indexed_value(base: Decimal, level: Decimal, base_level: Decimal, adjustment: Decimal = ZERO) -> Decimal:
    """base x level / base level x (1 + adjustment).

    Raises Unavailable DOMAIN for a level that is not above zero and an adjustment below -1.
    """
    if level <= 0 or base_level <= 0:
        raise Unavailable("DOMAIN", f"index levels must be above zero, found {base_level} and {level}")
    if adjustment < -1:
        raise Unavailable("DOMAIN", f"a condition adjustment must be -1 or more, found {adjustment}")
    with precise():
        return base * level * (1 + adjustment) / base_level


def comparable_value(comparables: Iterable[Comparable]) -> Decimal:
    """sum(weight x price x adjustment) / sum(weight). Raises Unavailable DOMAIN without a weight above zero."""
    known = list(comparables)
    if any(each.weight < 0 for each in known) or not any(each.weight for each in known):
        raise Unavailable("DOMAIN", "weights of comparables must not be below zero, and one must be above it")
    with precise():
        weighted = sum((each.weight * each.price * each.adjustment for each in known), ZERO)
        return weighted / sum((each.weight for each in known), ZERO)


def weight_by_age(years: Decimal, half_life: Decimal) -> Decimal:
    """0.5 ^ (age / half-life), both in years. Raises Unavailable DOMAIN for a half-life not above zero."""
    if half_life <= 0:
        raise Unavailable("DOMAIN", f"a half-life must be above zero, found {half_life}")
    with precise():
        return Decimal("0.5") ** (years / half_life)


def appraised(evidence: Evidence, row: Row) -> Decimal:
    """An appraisal as it was stated, while it is valid."""
    require_valid(evidence, row, APPRAISAL_MONTHS)
    amount: Decimal = evidence.required("amount", row)
    return amount


def indexed(evidence: Evidence, row: Row, months: int) -> Indexed:
    """An appraisal carried on by its index, or the product's, since its day, and adjusted for its condition.

    An adjustment that is not stated is none. Raises Unavailable STALE_APPRAISAL after `months`, MISSING_TERMS, and the
    reason why a level cannot be had.
    """
    require_valid(evidence, row, months)
    # only collectibles name an index on the product
    index_id = row["index_id"] or evidence.product.get("price_index_id") or evidence.required("index_id", row)
    base, adjustment = evidence.required("amount", row), row["condition_adjustment"] or ZERO
    level, base_level = (_level(evidence, index_id, day) for day in (evidence.day, row["valuation_date"]))
    return Indexed(indexed_value(base, level.price, base_level.price, adjustment), level, base_level)


def index_measures(found: Indexed, subject_id: str) -> tuple[Measure, ...]:
    """The two levels, for those who want to see why."""
    levels = {"INDEX_LEVEL": found.level, "INDEX_BASE_LEVEL": found.base_level}
    return tuple(Measure(name, level.price, "PRICE", subject_id, level.currency) for name, level in levels.items())


def _level(evidence: Evidence, index_id: str, day: dt.date) -> Price:
    scopes = [("INDEX", index_id), ("INSTRUMENT", index_id)]
    declared = evidence.assumptions.find("PRICE_STALENESS", "DAYS", scopes=scopes)
    days = INDEX_DAYS if declared is None or declared.value is None else int(declared.value)
    return evidence.price(index_id, instrument_type="INDEX", day=day, limit=AgeLimit(days, "DAYS"))


def compared(evidence: Evidence, row: Row) -> Decimal:
    """All comparables of the subject of `row` by the day, weighted as stated, else by age and the half-life assumed.

    Raises Unavailable STALE_APPRAISAL where the latest is no longer valid, UNIT_MISMATCH for several currencies.
    """
    require_valid(evidence, row, APPRAISAL_MONTHS)
    rows = rows_of(evidence.stated.valuations, subject_id=row["subject_id"], method="COMPARABLE")
    comparables = []
    for each in evidence.latest(rows, "valuation_date", "valuation_id"):
        if each["currency"] != row["currency"]:
            raise Unavailable(
                "UNIT_MISMATCH",
                f"{row['subject_id']}: comparables must be in {row['currency']}, found {each['currency']}",
            )
        weight = each["comparable_weight"]
        if weight is None:
            age = years_between(each["valuation_date"], evidence.day, evidence.product["year_fraction"])
            weight = weight_by_age(age, evidence.assumptions.value("HALF_LIFE", "YEARS"))
        adjustment = each["comparable_adjustment"]
        price = evidence.required("amount", each)
        comparables.append(Comparable(price, weight, Decimal(1) if adjustment is None else adjustment))
    return comparable_value(comparables)
