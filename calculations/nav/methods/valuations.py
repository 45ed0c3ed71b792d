"""Which rows of sheet Valuations & Appraisals count on a day, and whether they still do. No valuing.

Source: input-contracts 4.2, nav 2 and 3 (staleness).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from calculations.months import add_months, as_date
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.results import Unavailable


def valuations_by_subject(evidence: Evidence, methods: Collection[str]) -> dict[str, dict[str, Row]]:
    """The latest row by the day of each subject and method, subjects in their order.

    Raises Unavailable UNKNOWN_SUBTYPE for another method, NO_APPRAISAL for a product that lists nothing either.
    """
    found: dict[str, dict[str, Row]] = {}
    for row in evidence.latest(evidence.stated.valuations, "valuation_date", "subject_id", "method"):
        if row["method"] not in methods:
            raise Unavailable(
                "UNKNOWN_SUBTYPE",
                f"{row['subject_id']}: method must be one of {', '.join(methods)}; found {row['method']}",
            )
        found.setdefault(row["subject_id"], {})[row["method"]] = row
    if not found and not evidence.inputs.positions:
        raise Unavailable("NO_APPRAISAL", f"{evidence.product_id}: expected a valuation by {evidence.day}, found none")
    return found


def latest_of(by_method: Mapping[str, Row]) -> Row:
    """The row of the last day. Raises Unavailable DUPLICATE_INPUT where two methods share it."""
    last = max(row["valuation_date"] for row in by_method.values())
    rows = [row for row in by_method.values() if row["valuation_date"] == last]
    if len(rows) > 1:
        found = ", ".join(row["method"] for row in rows)
        raise Unavailable(
            "DUPLICATE_INPUT", f"{rows[0]['subject_id']}: one method must value it on {last}, found {found}"
        )
    return rows[0]


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
