"""The empty workbook and the page of a kind say what its contract says."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from ingestion.contracts import workbook_contracts
from ingestion.template import contract_page, kinds_with_template, page_path, write_template


@pytest.mark.parametrize("kind", kinds_with_template())
def test_a_template_has_every_sheet_and_field_with_its_explanation(kind: str, tmp_path: Path) -> None:
    book = load_workbook(write_template(kind, tmp_path / "template.xlsx"))
    contract = workbook_contracts()[f"{kind}_workbook"]
    assert book.sheetnames == ["Feed", *(sheet.name for sheet in contract.sheets)]
    for sheet in contract.sheets:
        header = list(book[sheet.name][1])
        assert [cell.value for cell in header] == [field.header or name for name, field in sheet.fields.items()]
        assert all(cell.comment is not None for cell in header)


def test_a_closed_list_is_a_drop_down(tmp_path: Path) -> None:
    book = load_workbook(write_template("fund", tmp_path / "template.xlsx"))
    lists = {v.formula1 for v in book["Funds"].data_validations.dataValidation}
    assert '"PE,VC,HF,RE,INFRA,CREDIT,FOF,SECONDARY"' in lists  # input-contracts 3, fund_type


@pytest.mark.parametrize("kind", workbook_contracts())
def test_the_page_of_a_kind_is_that_of_its_contract(kind: str) -> None:
    contract = workbook_contracts()[kind]
    assert page_path(contract).read_text(encoding="utf-8") == contract_page(contract), "python -m ingestion.template"
