"""What single rows of the fund workbook may say: terms in the shape of their type, changes of status. Source: input-contracts 3, 3.1."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as NewWorkbook

from ingestion.contracts import WorkbookContract, workbook_contracts
from ingestion.extract import Extract
from ingestion.references import Knowledge
from ingestion.units import Source
from ingestion.workbook import open_workbook
from ingestion.workbook_reader import read_contract_workbook

FUND = workbook_contracts()["fund_workbook"]
DAY = dt.date(2020, 1, 15)
FUNDS = [
    ["fund_id", "fund_name", "fund_type", "base_currency", "inception_date", "fund_size", "fund_status"],
    ["F1", "Alder", "PE", "USD", DAY, 50_000_000, "INVESTING"],
]
TERMS = ["term_id", "fund_id", "term_type", "term_name", "term_value", "effective_date"]
FEE = {"basis": "COMMITMENTS", "rate": "0.02", "frequency": "QUARTERLY", "timing": "ADVANCE", "day_count": "ACT_360"}


def read(
    tmp_path: Path, name: str, rows: Sequence[Sequence[Any]], mode: str = "full", known: Knowledge | None = None
) -> Extract:
    """A fund workbook of one fund and one more sheet."""
    book = NewWorkbook()
    assert book.active is not None
    book.active.title = "Funds"
    for row in FUNDS:
        book.active.append(row)
    sheet = book.create_sheet(name)
    for line in rows:
        sheet.append(list(line))
    path = tmp_path / "fund.xlsx"
    book.save(path)
    source = Source("fund.xlsx", "alder", "main", mode)
    return read_contract_workbook(open_workbook(path, "fund.xlsx"), FUND, source, known or Knowledge())


def read_term(tmp_path: Path, term_type: str, value: Any) -> Extract:
    return read(tmp_path, "Fund Terms", [TERMS, ["T1", "F1", term_type, "A term", json.dumps(value), DAY]])


@pytest.mark.parametrize("missing", FEE)
def test_a_term_that_lacks_a_key_of_its_type_names_that_key(tmp_path: Path, missing: str) -> None:
    extract = read_term(tmp_path, "FEE_STRUCTURE", {key: value for key, value in FEE.items() if key != missing})
    (breach,) = extract.rejected
    assert (breach.sheet, breach.row, breach.column, breach.reason_code) == ("Fund Terms", 2, "E", "BAD_JSON_SHAPE")
    assert f"must be of the shape FEE_STRUCTURE, found at $: '{missing}' is a required property" in breach.message


@pytest.mark.parametrize(
    ("term_type", "value", "is_sound"),
    [
        ("FEE_STRUCTURE", FEE, True),
        ("FEE_STRUCTURE", FEE | {"rate": 0.02}, True),
        ("WATERFALL", FEE, False),  # a fee is no waterfall, though it is a term
        ("CAPITAL_CALL", {"notice_business_days": 10}, True),
        ("DISTRIBUTION", {"notice_business_days": 10}, False),
        ("CLOSING", {}, True),
        ("DEFAULT", {"late_interest": {"rate": "0.08"}}, True),
        ("DEFAULT", {"interest": {"rate": "0.08"}}, False),
    ],
)
def test_a_term_has_the_shape_of_its_own_type(tmp_path: Path, term_type: str, value: Any, is_sound: bool) -> None:
    found = [breach.reason_code for breach in read_term(tmp_path, term_type, value).rejected]
    assert found == ([] if is_sound else ["BAD_JSON_SHAPE"])


def test_a_term_of_an_unknown_type_is_judged_by_its_type_alone(tmp_path: Path) -> None:
    assert [breach.reason_code for breach in read_term(tmp_path, "HANDSHAKE", {}).rejected] == ["BAD_ENUM"]


def test_every_code_that_names_a_shape_has_one() -> None:
    document = FUND.model_dump()
    shapes = {name: shape for name, shape in document["shapes"].items() if name != "CLOSING"}
    kept = {key: value for key, value in document.items() if key not in ("shapes", "tables")}
    with pytest.raises(ValueError, match=r"Fund Terms.term_value has shapes \['CLOSING'\]"):
        WorkbookContract.model_validate({**kept, "shapes": shapes})
