"""Collectibles: an appraisal carried on by an index, or comparables. What is paid at an auction is not deducted.

Storage and insurance are accruals. Source: nav 2 (M-COL).
"""

from __future__ import annotations

from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.appraisals import appraised, compared, indexed
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.valuations import latest_of, valuations_by_subject
from calculations.nav.results import NavLine, Unavailable, Valuation

METHOD = "COLLECTIBLE/1"
METHODS = ("EXTERNAL_APPRAISAL", "INDEXED", "COMPARABLE")
INDEXED_MONTHS = 24  # an appraisal alone is valid for 12. Source: nav 2 (M-COL)


def value(evidence: Evidence) -> Valuation:
    """A line per item at its latest valuation; none once the product is sold. Errors are those of its lines."""
    sold = evidence.product["sale_date"]
    if sold is not None and sold <= evidence.day:
        return evidence.valuation(METHOD, ())
    by_subject = valuations_by_subject(evidence, METHODS)
    return evidence.valuation(METHOD, [_line(evidence, latest_of(rows)) for rows in by_subject.values()])


def _line(evidence: Evidence, row: Row) -> NavLine:
    line_id = f"valuation/{row['subject_id']}"
    try:
        currency = evidence.required("currency", row)
        level = int(row["fair_value_level"] or 3)
        return evidence.line(
            line_id, _amount(evidence, row), currency=currency, method=row["method"], fair_value_level=level
        )
    except Unavailable as unknown:
        return evidence.unknown_line(line_id, unknown, method=row["method"])


def _amount(evidence: Evidence, row: Row) -> Decimal:
    if row["method"] == "INDEXED":
        return indexed(evidence, row, INDEXED_MONTHS)
    return compared(evidence, row) if row["method"] == "COMPARABLE" else appraised(evidence, row)
