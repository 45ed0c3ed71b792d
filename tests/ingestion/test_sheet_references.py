"""What the rows of a workbook may name: keys of its sheets and groups of sheets, and what was known before it. Source: input-contracts 1.1, 1.4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as NewWorkbook

from ingestion.contracts import WorkbookContract, workbook_contracts
from ingestion.extract import Extract, Scope
from ingestion.references import Knowledge
from ingestion.units import Source
from ingestion.workbook import open_workbook
from ingestion.workbook_reader import read_contract_workbook

NAV = workbook_contracts()["nav_workbook"]
FULL = Source("nav.xlsx", "cedar", "main", "full")
DELTA = Source("nav.xlsx", "cedar", "main", "delta")
DAY = dt.date(2025, 12, 31)

Rows = Sequence[Sequence[Any]]
PROJECTS = [["project_id", "project_name", "currency"], ["P1", "Cedar", "USD"]]
PRODUCT = ["product_id", "project_id", "product_name", "status", "currency", "measurement_basis"]
SHARES = ["register", "product_id", "share_class_id", "as_of_date", "shares"]


def product(product_id: str, basis: str = "FAIR_VALUE", project_id: str = "P1") -> list[Any]:
    return [product_id, project_id, f"Product {product_id}", "ACTIVE", "USD", basis]


def shares(product_id: str, share_class_id: str) -> list[Any]:
    return ["TRANSFER_AGENT", product_id, share_class_id, DAY, 1000]


def read(tmp_path: Path, source: Source = FULL, known: Knowledge = Knowledge(), **sheets: Rows) -> Extract:  # noqa: B008
    """The NAV workbook of these sheets, its project P1 beside them."""
    book = NewWorkbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in {"Projects": PROJECTS, **sheets}.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(list(row))
    path = tmp_path / "nav.xlsx"
    book.save(path)
    return read_contract_workbook(open_workbook(path, "nav.xlsx"), NAV, source, known)


def breaches(extract: Extract) -> list[tuple[str, int, str | None, str]]:
    return [(breach.sheet, breach.row, breach.column, breach.reason_code) for breach in extract.rejected]


def test_a_product_of_any_product_sheet_may_be_named(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        Fund_Products=[PRODUCT, product("X1")],
        Collectible_Products=[PRODUCT, product("X2")],
        Transfer_Agent_Shares=[SHARES, shares("X1", "X1"), shares("X2", "X2")],
    )
    assert extract.rejected == ()


def test_a_product_that_no_sheet_states_is_an_orphan_named_with_row_and_column(tmp_path: Path) -> None:
    extract = read(
        tmp_path, Fund_Products=[PRODUCT, product("X1")], Transfer_Agent_Shares=[SHARES, shares("GHOST", "X1")]
    )
    assert breaches(extract) == [("Transfer Agent Shares", 2, "B", "ORPHAN_KEY")]
    assert "product id must be the key of a row of any product sheet, found 'GHOST'" in extract.rejected[0].message


def test_a_row_of_a_quarantined_product_goes_with_it_and_names_its_sheet_and_row(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        Fund_Products=[PRODUCT, product("X1")],
        Quant_Products=[PRODUCT, product("X2", basis="A GUESS")],
        Transfer_Agent_Shares=[SHARES, shares("X1", "X1"), shares("X2", "X1")],
    )
    assert breaches(extract) == [
        ("Quant Products", 2, "F", "BAD_ENUM"),
        ("Transfer Agent Shares", 3, "B", "PARENT_QUARANTINED"),
    ]
    assert "'X2', whose row 2 of 'Quant Products' is quarantined" in extract.rejected[1].message
    assert {(f.entity_type, f.entity_id) for f in extract.findings if f.scope == Scope.ENTITY} == {("product", "X2")}


def test_a_share_class_is_one_of_its_sheet_or_the_one_class_that_a_product_has(tmp_path: Path) -> None:
    """Source: input-contracts 4.1: without a row of its own a product has one class under the product's id."""
    classes = [
        [
            "share_class_id",
            "product_id",
            "class_name",
            "currency",
            "is_hedged",
            "income_policy",
            "nav_dp",
            "error_class",
        ],
        ["X1-A", "X1", "A", "USD", False, "ACCUMULATING", 4, "EQUITY"],
    ]
    extract = read(
        tmp_path,
        Fund_Products=[PRODUCT, product("X1"), product("X2")],
        Share_Classes=classes,
        Transfer_Agent_Shares=[SHARES, shares("X1", "X1-A"), shares("X2", "X2"), shares("X2", "X2-A")],
    )
    assert breaches(extract) == [("Transfer Agent Shares", 4, "C", "ORPHAN_KEY")]


def test_a_project_that_the_workbook_does_not_state_takes_its_product_and_their_rows_with_it(tmp_path: Path) -> None:
    extract = read(
        tmp_path,
        Fund_Products=[PRODUCT, product("X1", project_id="P9")],
        Transfer_Agent_Shares=[SHARES, shares("X1", "X1")],
    )
    assert breaches(extract)[0] == ("Fund Products", 2, "B", "ORPHAN_KEY")
    assert {code for sheet, *_, code in breaches(extract) if sheet != "Fund Products"} == {"PARENT_QUARANTINED"}


@pytest.mark.parametrize(
    "known",
    [Knowledge({"Fund Products": frozenset({"X1"})}), Knowledge(elsewhere={"Fund Products": frozenset({"X1"})})],
)
def test_a_sheet_that_a_full_file_leaves_out_still_states_what_it_did_and_other_feeds_may_be_named(
    tmp_path: Path, known: Knowledge
) -> None:
    assert read(tmp_path, known=known, Transfer_Agent_Shares=[SHARES, shares("X1", "X1")]).rejected == ()


def test_what_a_full_sheet_no_longer_lists_may_not_be_named(tmp_path: Path) -> None:
    """Source: input-contracts 1.1, absent in a full load."""
    extract = read(
        tmp_path,
        known=Knowledge({"Fund Products": frozenset({"X1", "X2"})}),
        Fund_Products=[PRODUCT, product("X1")],
        Transfer_Agent_Shares=[SHARES, shares("X1", "X2")],
    )
    assert breaches(extract) == [("Transfer Agent Shares", 2, "C", "ORPHAN_KEY")]


def test_a_delta_may_delete_a_product_with_its_rows_but_not_name_it_again(tmp_path: Path) -> None:
    known = Knowledge({"Fund Products": frozenset({"X1"})})
    action = "row_action"
    gone = [[*PRODUCT, action], ["X1", None, None, None, None, None, "delete"]]
    rows = [[*SHARES, action], [*shares("X1", "X1"), "delete"]]
    assert read(tmp_path, DELTA, known, Fund_Products=gone, Transfer_Agent_Shares=rows).rejected == ()
    rows[1][-1] = "upsert"
    extract = read(tmp_path, DELTA, known, Fund_Products=gone, Transfer_Agent_Shares=rows)
    assert breaches(extract) == [("Transfer Agent Shares", 2, "B", "ORPHAN_KEY")]


def test_a_group_is_made_of_sheets_and_is_no_sheet_itself() -> None:
    document = {
        "kind": "k",
        "contract_version": 1,
        "title": "K",
        "reader": "workbook",
        "sheets": [
            {
                "name": name,
                "table": name,
                "description": "One row per x.",
                "fields": {"id": {"type": "id", "is_key": True}},
            }
            for name in ("A", "B")
        ],
    }
    both = WorkbookContract.model_validate({**document, "groups": {"either": ["A", "B"], "all": ["either"]}})
    assert both.sheets_meant("all") == ("A", "B")
    for groups in ({"either": ["A", "C"]}, {"A": ["B"]}):
        with pytest.raises(ValueError, match="must be sheets and no sheet itself"):
            WorkbookContract.model_validate({**document, "groups": groups})
