"""A hash of what a strike was made from, so that the same inputs are recognised as the same strike. No arithmetic.

Only evidence that was used is in it: a late price for an instrument not held leaves the hash as it was.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from calculations.nav.results import NavLine, Valuation
from calculations.nav.terms import ProductTerms, ShareClass
from calculations.nav.valuation_point import ValuationPoint


def inputs_hash(
    product: ProductTerms,
    point: ValuationPoint,
    classes: Sequence[ShareClass],
    lines: Sequence[NavLine],
    valuation: Valuation,
) -> str:
    """SHA-256 in hex; the same whatever the order of the inputs and the trailing zeros of their numbers.

    Lines carry quantities, prices and rates used; `valuation` the version of the method and what it assumed and
    measured. Source: nav 1.3 and 6.
    """
    evidence = {
        "method": valuation.method,
        "basis": valuation.measurement_basis,
        "assumptions": [dataclasses.asdict(each) for each in valuation.assumptions],
        "measures": [dataclasses.asdict(each) for each in valuation.measures],
        "product": dataclasses.asdict(product),
        "date": point.date,
        "cutoff": point.cutoff.astimezone(dt.UTC),
        "classes": [dataclasses.asdict(each) for each in sorted(classes, key=lambda each: each.share_class_id)],
        "lines": [dataclasses.asdict(line) for line in sorted(lines, key=lambda line: line.line_id)],
    }
    return hashlib.sha256(json.dumps(evidence, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        # as a fraction, because 1.0 and 1.00 are one number and normalize() would round to the context
        numerator, denominator = value.as_integer_ratio()
        return f"{numerator}/{denominator}"
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"expected a number or a date, found {type(value).__name__} {value!r}")
