"""The catalogue as the warehouse's table of compliance tests. The file that dbt reads is this text, and a test holds them equal.

`python -m calculations.clo.compliance.seed > dbt_project/seeds/compliance_tests.csv` brings the file up to date.
"""

from __future__ import annotations

import csv
import io
import sys

from calculations.clo.compliance.catalogue import Definition, catalogue

_COLUMNS = ("name", "category", "kind", "direction", "unit", "formula", "description", "regulatory_source", "origin")


def seed_csv() -> str:
    """One line per test by number, after the headings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["test_number", "test_name", *_COLUMNS[1:], "denominator", "is_active"])
    for number, definition in catalogue().items():
        columns = (getattr(definition, column) for column in _COLUMNS)
        writer.writerow([number, *columns, _denominator(definition), "true"])
    return text.getvalue()


def _denominator(definition: Definition) -> str | None:
    """CPA, PERF, ALL, FLOAT, FIXED, MATCHED, or INPUT where it is a figure of the deal; None where the kind has its own."""
    return "INPUT" if definition.denominator_input is not None else definition.denominator


if __name__ == "__main__":
    sys.stdout.write(seed_csv())
