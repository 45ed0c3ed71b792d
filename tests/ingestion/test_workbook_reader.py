"""How the generic reader takes a workbook by its contract: headers, values, keys, references, sums, holds. Source: input-contracts 1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as NewWorkbook

from ingestion.contracts import WorkbookContract, workbook_contracts
from ingestion.extract import Extract, FileRejected, Scope
from ingestion.references import Knowledge
from ingestion.units import Source
from ingestion.workbook import open_workbook
from ingestion.workbook_reader import read_contract_workbook

CONTRACT = WorkbookContract.model_validate(
    {
        "kind": "fund_workbook",
        "contract_version": 1,
        "title": "Funds",
        "reader": "workbook",
        "entities": {"fund_id": "fund"},
        "shapes": {
            "TERMS": {
                "type": "object",
                "properties": {"rate": {"type": "string"}},
                "required": ["rate"],
                "additionalProperties": False,
            }
        },
        "sheets": [
            {
                "name": "Funds",
                "table": "t_funds",
                "description": "One row per fund.",
                "is_required": True,
                "holds": True,
                "fields": {
                    "fund_id": {"type": "id", "is_key": True},
                    "base_currency": {"type": "ccy", "is_required": True},
                    "year_end": {"type": "month_day", "default": "12-31"},
                    "terms": {"type": "json", "shape": "TERMS"},
                    "fee_rate": {"type": "rate", "floor": "zero", "ceiling": 1},
                },
            },
            {
                "name": "Capital Calls",
                "table": "t_calls",
                "description": "One row per call.",
                "holds": True,
                "fields": {
                    "call_id": {"type": "id", "is_key": True},
                    "fund_id": {"type": "id", "is_required": True, "refers_to": "Funds"},
                    "call_number": {"type": "int", "is_required": True, "floor": "above_zero"},
                    "call_date": {"type": "day"},
                    "due_date": {"type": "day", "is_required": True},
                    "amount": {"type": "money", "is_required": True, "floor": "above_zero"},
                    "currency": {"type": "ccy"},
                    "status": {"type": "code", "codes": ["ISSUED", "SETTLED"], "other_codes": {"COMPLETED": "SETTLED"}},
                },
                "rules": [
                    {"code": "DUE_BEFORE_CALL", "not_before": ["due_date", "call_date"]},
                    {"code": "CALL_NUMBER_TWICE", "unique": ["fund_id", "call_number"]},
                ],
            },
            {
                "name": "Notices",
                "table": "t_notices",
                "description": "One row per notice.",
                "holds": True,
                "fields": {
                    "notice_id": {"type": "id", "is_key": True},
                    "call_id": {"type": "id", "is_required": True, "refers_to": "Capital Calls"},
                    "amount": {"type": "money", "is_required": True},
                    "fee": {"type": "money"},
                    "investment": {"type": "money"},
                },
                "rules": [{"code": "PORTIONS_DIFFER", "total": ["amount", ["fee", "investment"]]}],
            },
        ],
    }
)
SOURCE = Source("fund.xlsx", "alder", "main", "full")
FUNDS = [["fund_id", "base_currency", "year_end", "terms", "fee_rate"], ["F1", "USD", None, None, None]]
CALLS = [
    ["call_id", "fund_id", "call_number", "call_date", "due_date", "amount", "currency", "status"],
    ["C1", "F1", 1, dt.date(2024, 3, 1), dt.date(2024, 3, 15), 100.5, None, "Completed"],
]
NOTICES = [["notice_id", "call_id", "amount", "fee", "investment"], ["N1", "C1", 100.5, 0.5, 100]]

Rows = Sequence[Sequence[Any]]


def read(tmp_path: Path, source: Source = SOURCE, **sheets: Rows) -> Extract:
    named = {"Funds": FUNDS} | {name.replace("_", " "): rows for name, rows in sheets.items()}
    return read_sheets(tmp_path, named, source)


def read_sheets(tmp_path: Path, sheets: Mapping[str, Rows], source: Source = SOURCE) -> Extract:
    book = NewWorkbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path = tmp_path / "fund.xlsx"
    book.save(path)
    return read_contract_workbook(open_workbook(path, "fund.xlsx"), CONTRACT, source)


def with_row(rows: Rows, **cells: Any) -> list[list[Any]]:
    header = list(rows[0])
    changed = list(rows[1])
    for name, value in cells.items():
        changed[header.index(name)] = value
    return [list(rows[0]), changed]


def codes(extract: Extract) -> list[tuple[str, int, str | None, str]]:
    return [(breach.sheet, breach.row, breach.column, breach.reason_code) for breach in extract.rejected]


def one(extract: Extract, table: str) -> dict[str, Any]:
    rows = extract.tables[table].to_pylist()
    assert len(rows) == 1
    return dict(rows[0])


def test_values_arrive_typed_and_exact(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=CALLS, Notices=NOTICES)
    call = one(extract, "t_calls")
    assert extract.rejected == ()
    assert (call["amount"], call["due_date"], call["status"]) == (Decimal("100.5000"), dt.date(2024, 3, 15), "SETTLED")
    assert (call["_sheet"], call["_row"]) == ("Capital Calls", 2)


def test_defaults_are_applied_and_recorded(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=CALLS)
    assert one(extract, "t_funds")["year_end"] == "12-31"
    assert one(extract, "t_calls")["currency"] == "USD"
    assert {(f.sheet, f.column) for f in extract.findings if f.code == "DEFAULT_APPLIED"} == {
        ("Funds", "C"),
        ("Capital Calls", "G"),
    }


@pytest.mark.parametrize(
    ("field", "value", "column", "code"),
    [
        ("due_date", "31/03/2024", "E", "BAD_DATE"),
        ("due_date", dt.datetime(2024, 3, 15, 10, 30), "E", "BAD_DATE"),
        ("due_date", 0, "E", "BAD_DATE"),
        ("due_date", dt.date(2024, 2, 1), "E", "RULE_VIOLATION"),
        ("amount", 333333.3333, "F", "PRECISION_EXCEEDED"),
        ("amount", "1,000", "F", "BAD_TYPE"),
        ("amount", "NaN", "F", "NOT_FINITE"),
        ("amount", -1, "F", "OUT_OF_RANGE"),
        ("amount", None, "F", "MISSING_VALUE"),
        ("amount", True, "F", "BAD_TYPE"),
        ("currency", "XXQ", "G", "CURRENCY_UNKNOWN"),
        ("status", "open", "H", "BAD_ENUM"),
        ("call_number", 1.5, "C", "BAD_TYPE"),
        ("call_number", 0, "C", "OUT_OF_RANGE"),
        ("fund_id", "F9", "B", "ORPHAN_KEY"),
        ("call_id", "a b", "A", "BAD_TYPE"),
    ],
)
def test_a_wrong_cell_quarantines_its_row_and_names_the_cell(
    tmp_path: Path, field: str, value: Any, column: str, code: str
) -> None:
    extract = read(tmp_path, Capital_Calls=with_row(CALLS, **{field: value}))
    assert codes(extract) == [("Capital Calls", 2, column, code)]
    assert extract.tables["t_calls"].num_rows == 0
    assert f"fund.xlsx, 'Capital Calls'!{column}2: " in extract.rejected[0].message


def test_a_serial_number_is_the_day_it_counts(tmp_path: Path) -> None:
    # 45366 is 2024-03-15 in the 1900 system.
    assert one(read(tmp_path, Capital_Calls=with_row(CALLS, due_date=45366)), "t_calls")["due_date"] == dt.date(
        2024, 3, 15
    )


def test_a_document_is_kept_canonical_and_checked_against_its_shape(tmp_path: Path) -> None:
    good = read_sheets(tmp_path, {"Funds": with_row(FUNDS, terms='{ "rate": 0.10 }')})
    assert one(good, "t_funds")["terms"] == '{"rate":"0.10"}'
    for text, code in (('{"rate": 1, "rate": 2}', "BAD_JSON"), ('{"fee": 1}', "BAD_JSON_SHAPE")):
        assert codes(read_sheets(tmp_path, {"Funds": with_row(FUNDS, terms=text)})) == [("Funds", 2, "D", code)]


def test_a_fraction_beyond_its_bound_is_asked_for_as_a_fraction(tmp_path: Path) -> None:
    extract = read_sheets(tmp_path, {"Funds": with_row(FUNDS, fee_rate=8)})
    assert codes(extract) == [("Funds", 2, "E", "OUT_OF_RANGE")]
    assert "0.08" in extract.rejected[0].message


def test_a_row_under_a_quarantined_parent_is_quarantined_with_it(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=with_row(CALLS, amount="n/a!"), Notices=NOTICES)
    assert codes(extract) == [
        ("Capital Calls", 2, "F", "BAD_TYPE"),
        ("Notices", 2, "B", "PARENT_QUARANTINED"),
    ]
    assert "row 2 is quarantined" in extract.rejected[1].message


def test_parts_that_do_not_sum_to_their_whole_are_a_rule_violation(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=CALLS, Notices=with_row(NOTICES, fee=1))
    assert codes(extract) == [("Notices", 2, "C", "RULE_VIOLATION")]
    assert "PORTIONS_DIFFER" in extract.rejected[0].message


def test_a_quarantined_row_holds_the_fund_it_is_about(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=CALLS, Notices=with_row(NOTICES, amount="x"))
    holds = [(f.entity_type, f.entity_id, f.code) for f in extract.findings if f.scope == Scope.ENTITY]
    assert holds == [("fund", "F1", "BAD_TYPE")]


def test_contradicting_rows_are_all_quarantined_and_copies_but_one_kept(tmp_path: Path) -> None:
    contradicting = read(tmp_path, Capital_Calls=[*CALLS, with_row(CALLS, amount=7, call_number=2)[1]])
    assert [code for *_, code in codes(contradicting)] == ["DUPLICATE_KEY", "DUPLICATE_KEY"]
    copied = read(tmp_path, Capital_Calls=[*CALLS, CALLS[1]])
    assert [code for *_, code in codes(copied)] == ["DUPLICATE_ROW"]
    assert copied.tables["t_calls"].num_rows == 1
    assert [f for f in copied.findings if f.scope == Scope.ENTITY] == []


def test_the_header_is_found_below_a_preamble_and_by_its_normal_form(tmp_path: Path) -> None:
    rows = [["Quarterly file"], [], ["Fund-ID", "BASE CURRENCY"], ["# a comment"], ["F1", "EUR"], []]
    extract = read_sheets(tmp_path, {"fund": rows})
    assert one(extract, "t_funds")["base_currency"] == "EUR"
    count = extract.row_counts[0]
    assert (count.rows_in_range, count.rows_staged, count.rows_comment, count.rows_blank) == (2, 1, 1, 0)


def test_a_sheet_without_a_required_column_is_quarantined_whole(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=[row[:4] for row in CALLS])
    assert [(f.code, f.sheet) for f in extract.findings if f.scope == Scope.FEED and f.code == "MISSING_COLUMN"] == [
        ("MISSING_COLUMN", "Capital Calls")
    ]
    count = next(c for c in extract.row_counts if c.sheet == "Capital Calls")
    assert (count.rows_in_range, count.rows_staged, count.rows_quarantined) == (2, 0, 2)
    assert [(f.entity_id, f.code) for f in extract.findings if f.scope == Scope.ENTITY] == [("F1", "MISSING_COLUMN")]


def test_a_header_twice_rejects_the_sheet(tmp_path: Path) -> None:
    rows = [[*CALLS[0], "Call ID"], [*CALLS[1], "C2"]]
    assert {code for *_, code in codes(read(tmp_path, Capital_Calls=rows))} == {"DUPLICATE_HEADER"}


def test_a_required_sheet_that_is_missing_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="expected a sheet 'Funds'") as refused:
        read_sheets(tmp_path, {"Capital Calls": CALLS})
    assert refused.value.code == "MISSING_SHEET"


def test_unknown_sheets_and_columns_are_reported_and_kept(tmp_path: Path) -> None:
    extract = read_sheets(tmp_path, {"Funds": [[*FUNDS[0], "mood"], [*FUNDS[1], "good"]], "Notes to self": [["x"]]})
    assert {f.code for f in extract.findings} >= {"EXTRA_SHEET", "EXTRA_COLUMN"}
    assert extract.cells.num_rows == extract.cells_in_file == 10


def test_another_organisations_row_is_quarantined(tmp_path: Path) -> None:
    rows = [[*FUNDS[0], "organization_id"], [*FUNDS[1], "birch"]]
    assert codes(read_sheets(tmp_path, {"Funds": rows})) == [("Funds", 2, "F", "TENANT_MISMATCH")]


def test_errors_and_formulas_without_results_are_no_values(tmp_path: Path) -> None:
    extract = read(tmp_path, Capital_Calls=with_row(CALLS, amount="=1/0"))
    assert codes(extract) == [("Capital Calls", 2, "F", "FORMULA_NO_VALUE")]


def test_a_delta_may_refer_to_what_its_feed_knows(tmp_path: Path) -> None:
    book = {"Funds": FUNDS[:1], "Capital Calls": CALLS}
    delta = Source("fund.xlsx", "alder", "main", "delta")
    assert [code for *_, code in codes(read_sheets(tmp_path, book, delta))] == ["ORPHAN_KEY"]
    path = tmp_path / "fund.xlsx"
    known = read_contract_workbook(
        open_workbook(path, "fund.xlsx"), CONTRACT, delta, Knowledge({"Funds": frozenset({"F1"})})
    )
    assert known.rejected == ()


def test_a_key_of_another_feed_is_quarantined_with_all_that_refers_to_it(tmp_path: Path) -> None:
    read(tmp_path, Capital_Calls=CALLS)
    workbook = open_workbook(tmp_path / "fund.xlsx", "fund.xlsx")
    contested = Knowledge(owners={"Funds": {"F1": "other"}})
    extract = read_contract_workbook(workbook, CONTRACT, SOURCE, contested)
    assert [code for *_, code in codes(extract)] == ["OWNED_BY_OTHER_FEED", "PARENT_QUARANTINED"]
    assert "'other'" in extract.rejected[0].message


def test_a_cash_line_names_its_currency_and_an_empty_part_of_a_key_is_a_value(tmp_path: Path) -> None:
    # input-contracts 4.2, Holdings: instrument_id is CASH-<currency> where it is empty; lot_id defaults to ''.
    header = [*("product_id", "as_of_date", "holding_type", "quantity", "currency", "source", "instrument_id")]
    lines = [["P1", dt.date(2025, 12, 31), "CASH", 5, currency, "MANUAL", None] for currency in ("USD", "EUR")]
    bad = ["P1", dt.date(2025, 12, 31), "EQUITY", 5, "USD", "MANUAL", "GHOST"]
    book = NewWorkbook()
    assert book.active is not None
    book.active.title = "Projects"
    for row in (["project_id", "project_name", "currency"], ["R1", "Project", "USD"]):
        book.active.append(row)
    products = [
        ["product_id", "project_id", "product_name", "status", "currency", "measurement_basis"],
        ["P1", "R1", "Product", "ACTIVE", "USD", "FAIR_VALUE"],
    ]
    for name, rows in (("Equity Products", products), ("Holdings", [header, *lines, bad])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "nav.xlsx"
    book.save(path)
    contract = workbook_contracts()["nav_workbook"]
    extract = read_contract_workbook(open_workbook(path, "nav.xlsx"), contract, SOURCE)
    held = extract.tables["nav_holdings"].to_pylist()
    assert [(row["instrument_id"], row["lot_id"], row["leg"]) for row in held] == [
        ("CASH-USD", "", "LONG"),
        ("CASH-EUR", "", "LONG"),
    ]
    assert codes(extract) == [("Holdings", 4, "G", "ORPHAN_KEY")]
    assert [(f.entity_type, f.entity_id) for f in extract.findings if f.scope == Scope.ENTITY] == [("product", "P1")]


def test_a_wrong_check_digit_is_noted_where_it_stands_and_its_row_is_kept(tmp_path: Path) -> None:
    """Source: input-contracts 1.3, topic identifiers; the number is restricted (2.8), so that the note does not show it."""
    path = tmp_path / "fund.xlsx"
    book = NewWorkbook()
    assert book.active is not None
    book.active.title = "Funds"
    for row in (
        ["fund_id", "fund_name", "fund_type", "base_currency", "inception_date", "fund_size", "fund_status"],
        ["F1", "Alder", "PE", "USD", dt.date(2020, 1, 15), 50_000_000, "INVESTING"],
    ):
        book.active.append(row)
    sheets = {
        "Investors": [
            ["investor_id", "investor_name", "investor_type", "kyc_status"],
            ["I1", "N", "TRUST", "APPROVED"],
        ],
        "Investor Banking": [
            ["banking_id", "investor_id", "currency", "iban", "is_primary"],
            ["B1", "I1", "GBP", "gb82 west 1234 5698 7654 32", True],
            ["B2", "I1", "EUR", "DE89370400440532013001", True],
        ],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    extract = read_contract_workbook(open_workbook(path, "fund.xlsx"), workbook_contracts()["fund_workbook"], SOURCE)
    (note,) = [finding for finding in extract.findings if finding.code == "BAD_IDENTIFIER"]
    assert note.message == (
        "fund.xlsx, 'Investor Banking'!D3: expected each IBAN with its right check digit, "
        "found 1 with a wrong one, the first *** (BAD_IDENTIFIER)"
    )
    assert extract.tables["fund_investor_banking"].num_rows == 2
