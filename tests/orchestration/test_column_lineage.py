"""Column lineage of the project's SQL: forms that it is read of, and that none of the others is used."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from orchestration.column_lineage import columns_made_from

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
COLUMNS = {"marts": {"accounts": ["fund_id", "costs", "income"]}}
ROWS = """
    with accounts as (select * from "warehouse"."marts"."accounts"),
    amounts as (select fund_id, costs + 1 as paid, income from accounts),
    lines as (select * from amounts unpivot (amount for line_code in (paid, income)))
    select fund_id, line_code, amount from lines
"""


def test_columns_turned_into_rows_keep_their_lineage(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="sqlglot"):
        found = columns_made_from(ROWS, COLUMNS)
    costs, income = ["marts", "accounts", "costs"], ["marts", "accounts", "income"]
    assert found["fund_id"] == [["marts", "accounts", "fund_id"]]
    assert found["amount"] == [costs, income]
    assert caplog.records == []


def test_no_model_turns_columns_into_rows_by_the_statement_whose_lineage_cannot_be_read() -> None:
    """sqlglot does not look into `unpivot (...) on ...` and says so in every run; it does into the clause of a select."""
    statement = re.compile(r"\(\s*(un)?pivot\b", re.IGNORECASE)
    assert [path.name for path in MODELS.rglob("*.sql") if statement.search(path.read_text())] == []
