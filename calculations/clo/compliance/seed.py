"""The catalogue as the warehouse's table of compliance tests. The file that dbt reads is this text, and a test holds them equal.

`python -m calculations.clo.compliance.seed > dbt_project/seeds/compliance_tests.csv` brings the file up to date.
"""

from __future__ import annotations

import csv
import io
import sys

from calculations.clo.compliance.catalogue import catalogue

_COLUMNS = ("name", "category", "direction", "unit", "formula", "description", "regulatory_source", "origin")


def seed_csv() -> str:
    """One line per test by number, after the headings."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["test_number", "test_name", *_COLUMNS[1:], "is_active"])
    for number, definition in catalogue().items():
        writer.writerow([number, *(getattr(definition, column) for column in _COLUMNS), "true"])
    return text.getvalue()


if __name__ == "__main__":
    sys.stdout.write(seed_csv())
