"""Collectibles: an appraisal carried on by an index, or comparables. What is paid at an auction is not deducted.

Storage and insurance are accruals. Source: nav 2 (M-COL).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from calculations.nav.market import Row
from calculations.nav.methods.appraisals import appraised, compared, index_measures, indexed
from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.valuations import latest_of, valuations_by_subject
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "COLLECTIBLE/1"
METHODS = ("EXTERNAL_APPRAISAL", "INDEXED", "COMPARABLE")
INDEXED_MONTHS = 24  # an appraisal alone is valid for 12. Source: nav 2 (M-COL)


def value(evidence: Evidence) -> Valuation:
    """A line per item at its latest valuation; none once the product is sold. Measures: the levels of its index."""
    sold = evidence.product["sale_date"]
    if sold is not None and sold <= evidence.day:
        return evidence.valuation(METHOD, ())
    lines: list[NavLine] = []
    measures: list[Measure] = []
    for by_method in valuations_by_subject(evidence, METHODS).values():
        row = latest_of(by_method)
        line_id = f"valuation/{row['subject_id']}"
        try:
            amount, shown = _valued(evidence, row)
            more: dict[str, Any] = {"method": row["method"], "fair_value_level": int(row["fair_value_level"] or 3)}
            lines.append(evidence.line(line_id, amount, currency=evidence.required("currency", row), **more))
            measures += shown
        except Unavailable as unknown:
            lines.append(evidence.unknown_line(line_id, unknown, method=row["method"]))
    return evidence.valuation(METHOD, lines, measures=tuple(measures))


def _valued(evidence: Evidence, row: Row) -> tuple[Decimal, Sequence[Measure]]:
    """The value of an item, and the levels of its index."""
    if row["method"] == "INDEXED":
        found = indexed(evidence, row, INDEXED_MONTHS)
        return found.amount, index_measures(found, row["subject_id"])
    return (compared if row["method"] == "COMPARABLE" else appraised)(evidence, row), ()
