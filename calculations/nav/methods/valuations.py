"""Which rows of sheet Valuations & Appraisals count on a day, and whether they still do. No valuing.

Source: input-contracts 4.2, nav 2 and 3 (staleness).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from calculations.months import add_months, as_date
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Unavailable


def latest_valuations(evidence: Evidence, methods: Collection[str]) -> list[Row]:
    """One row a subject, in their order: its latest by the day. Raises Unavailable DUPLICATE_INPUT for two methods of a
    day, UNKNOWN_SUBTYPE for another method, MISSING_EVIDENCE for a product that lists nothing either.
    """
    found: dict[str, Row] = {}
    for row in evidence.latest(evidence.stated.valuations, "valuation_date", "subject_id", "method"):
        subject = row["subject_id"]
        if row["method"] not in methods:
            raise Unavailable(
                "UNKNOWN_SUBTYPE", f"{subject}: method must be one of {', '.join(methods)}; found {row['method']}"
            )
        other = found.get(subject)
        if other is not None and other["valuation_date"] == row["valuation_date"]:
            raise Unavailable(
                "DUPLICATE_INPUT",
                f"{subject}: one method a day, found {other['method']} and {row['method']} on {row['valuation_date']}",
            )
        if other is None or other["valuation_date"] < row["valuation_date"]:
            found[subject] = row
    if not found and not evidence.inputs.positions:
        raise Unavailable(
            "MISSING_EVIDENCE", f"{evidence.product_id}: expected a valuation by {evidence.day}, found none"
        )
    return list(found.values())


def require_valid(evidence: Evidence, row: Row, months: int) -> None:
    """Raises Unavailable STALE_APPRAISAL where an appraisal is older than so many months, or past its own last day."""
    made: dt.date = row["valuation_date"]
    last = as_date(add_months(made, months))
    if row["valid_until"] is not None:
        last = min(last, row["valid_until"])
    if last < evidence.day:
        raise Unavailable(
            "STALE_APPRAISAL",
            f"{row['subject_id']}: the appraisal of {made} was valid until {last}, not on {evidence.day}",
        )
