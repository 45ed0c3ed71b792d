"""Loads compared with their files: each planted difference is found where it was planted, and a sound load has none.

How the marts judge what is found here stands in their unit tests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml

from ingestion.delimited import MAX_LINE_BYTES
from ingestion.workbook import open_workbook
from orchestration.reconciliation.cells import compare_workbook
from orchestration.reconciliation.comparing import UnknownLoad, compare, loads_named
from orchestration.reconciliation.records import count_records
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.warehouse import Warehouse, append, append_rows

LOAD, ORGANIZATION = "20260101T000000000000-abc", "alder"
CELLS = ("_sheet", "_row", "_column", "cell_type", "number_value", "text_value")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path, settle_seconds=0)
    made.inbox_path.mkdir(parents=True)
    return made


@pytest.fixture
def warehouse(settings: Settings) -> Warehouse:
    made = Warehouse(settings.warehouse_path)
    made.create_tables()
    return made


@pytest.fixture
def workbook(settings: Settings) -> Path:
    """A cell of each kind: A1 text, B1 number, C1 date, D1 instant, E1 time, F1 true, G1 error, H1 and I1 results of formulas,
    J1 a formula without a result, K1 a length of 36 hours; A2 on a second sheet."""
    path = settings.inbox_path / "kinds.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Kinds")
        sheet.write_string("A1", " Åland & <co>\nline")
        sheet.write_number("B1", 1234.5)
        sheet.write_datetime("C1", dt.datetime(2016, 3, 23), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(
            "D1",
            dt.datetime(2016, 3, 23, 17, 45, 12, 345000),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
        )
        sheet.write_datetime("E1", dt.time(6, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write_boolean("F1", True)
        sheet.write_formula("G1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("H1", "=B1*2", None, 0.6)
        sheet.write_formula("I1", '="x"', None, "x")
        sheet.write_formula("J1", "=B1", None, "")
        sheet.write_number("K1", 1.5, book.add_format({"num_format": "[h]:mm"}))
        book.add_worksheet("Other").write_string("A2", "x")
    return path


def take_in(warehouse: Warehouse, path: Path, **values: Any) -> None:
    """The load of a workbook as raw keeps it, cells only."""
    book = open_workbook(path, path.name)
    with warehouse.transaction() as connection:
        append(connection, "raw.cells", book.cells().rename_columns(list(CELLS)), {"_load_id": LOAD})
        load = {"load_id": LOAD, "organization_id": ORGANIZATION, "file_name": path.name, "status": "loaded"}
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
        append_rows(
            connection, "raw.loads", [load | {"file_sha256": sha, "cells_in_file": book.cells_in_file} | values]
        )


def change(warehouse: Warehouse, sql: str) -> None:
    with warehouse.transaction() as connection:
        connection.execute(sql)


def differences(warehouse: Warehouse, path: Path) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    """Sheet -> cells equal, cells different, where."""
    with warehouse.connect() as connection:
        found = compare_workbook(connection, LOAD, path)
    return {each.sheet: (each.cells_equal, each.cells_different, each.differences) for each in found}


def test_a_workbook_of_every_kind_of_cell_is_equal_to_what_raw_keeps(warehouse: Warehouse, workbook: Path) -> None:
    take_in(warehouse, workbook)
    assert differences(warehouse, workbook) == {"Kinds": (10, 0, ()), "Other": (1, 0, ())}


def reasons(warehouse: Warehouse, settings: Settings) -> list[str | None]:
    compare(warehouse, settings, loads_named(warehouse, None))
    return [reason for (reason,) in warehouse.rows("select reason from ops.cell_fidelity")]


def test_a_workbook_that_only_the_first_reader_reads_is_told_not_comparable(
    warehouse: Warehouse, workbook: Path, settings: Settings
) -> None:
    whole = {name: zipfile.ZipFile(workbook).read(name) for name in zipfile.ZipFile(workbook).namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b't="s"><v>0</v>' in whole[sheet]
    with zipfile.ZipFile(workbook, "w") as changed:  # the number of a text in the list of texts is no whole number
        for name, content in whole.items():
            changed.writestr(
                name, content.replace(b't="s"><v>0</v>', b't="s"><v>1.5</v>') if name == sheet else content
            )
    take_in(warehouse, workbook)
    assert reasons(warehouse, settings) == ["the second reader cannot read the workbook (ValueError)"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("x" * (MAX_LINE_BYTES + 1), "the second reader cannot read the file (Error)"),
        ("1e9999999", "the second reader cannot read the file (Overflow)"),
        ("x" * (MAX_LINE_BYTES // 2), "1 cells stand in raw in another form and were not compared"),
    ],
    ids=["longer than a load takes", "a number beyond any", "as long as a load takes"],
)
def test_a_text_file_is_compared_as_far_as_the_second_reader_can_read_it(
    warehouse: Warehouse, settings: Settings, cell: str, reason: str
) -> None:
    path = settings.inbox_path / "fx.csv"
    path.write_text(f"base_currency,quote_currency,rate\nEUR,USD,{cell}\n")
    row = {"_load_id": LOAD, "_row": 2, "base_currency": "EUR", "quote_currency": "USD", "rate": Decimal("1.5")}
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    load = {"load_id": LOAD, "organization_id": ORGANIZATION, "file_name": path.name, "status": "loaded"}
    with warehouse.transaction() as connection:
        append_rows(connection, "raw.fx_rates", [row])
        append_rows(connection, "raw.loads", [load | {"file_sha256": sha}])
        append_rows(connection, "raw.row_counts", [{"_load_id": LOAD, "table_name": "fx_rates", "rows_staged": 1}])
    assert reasons(warehouse, settings) == [reason]


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        (
            "set number_value = 1234.50001 where _column = 2",
            "B1: the file has number 1234.5, raw.cells has number 1234.50001",
        ),
        (
            "set text_value = 'y' where _column = 9",
            "I1: the file has a text of 1 characters, raw.cells has a text of 1 characters",
        ),
        ("set number_value = 0 where _column = 6", "F1: the file has boolean 1.0, raw.cells has boolean 0.0"),
        ("set text_value = '#N/A' where _column = 7", "G1: the file has error #DIV/0!, raw.cells has error #N/A"),
        (
            "set cell_type = 'text' where _column = 7",
            "G1: the file has error #DIV/0!, raw.cells has a text of 7 characters",
        ),
        (
            "set text_value = '2016-03-24' where _column = 3",
            "C1: the file has moment 42452.0, raw.cells has moment 42453.0",
        ),
        ("set _column = 12 where _column = 9", "I1: the file has a text of 1 characters, raw.cells has no cell"),
    ],
)
def test_a_cell_changed_in_raw_is_named_by_its_coordinate(
    warehouse: Warehouse, workbook: Path, sql: str, where: str
) -> None:
    take_in(warehouse, workbook)
    change(warehouse, f"update raw.cells {sql} and _sheet = 'Kinds'")
    assert differences(warehouse, workbook)["Kinds"][2][0] == f"'Kinds'!{where}"
    assert differences(warehouse, workbook)["Other"] == (1, 0, ())


def test_a_cell_that_raw_alone_has_differs(warehouse: Warehouse, workbook: Path) -> None:
    take_in(warehouse, workbook)
    change(
        warehouse,
        f"insert into raw.cells (_load_id, _sheet, _row, _column, cell_type, number_value) values ('{LOAD}', 'More', 3, 28, 'number', 5)",
    )
    assert differences(warehouse, workbook)["More"] == (
        0,
        1,
        ("'More'!AB3: the file has no cell, raw.cells has number 5.0",),
    )


def cell_rows(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows("select sheet, cells_equal, cells_different, reason from ops.cell_fidelity order by sheet")


def test_a_file_with_other_content_than_was_loaded_is_not_compared(
    settings: Settings, warehouse: Warehouse, workbook: Path
) -> None:
    take_in(warehouse, workbook, file_sha256="of another")
    compare(warehouse, settings, loads_named(warehouse, LOAD))
    assert cell_rows(warehouse) == [
        (None, None, None, "kinds.xlsx in the inbox has other content than what was loaded")
    ]


def test_a_load_too_large_for_a_run_waits_for_the_command(
    settings: Settings, warehouse: Warehouse, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(warehouse, workbook)
    monkeypatch.setattr("orchestration.reconciliation.comparing.CELLS_IN_A_RUN", 10)  # it has 11
    compare(warehouse, settings, loads_named(warehouse, None), is_in_run=True)
    assert cell_rows(warehouse) == []
    compare(warehouse, settings, loads_named(warehouse, "kinds.xlsx"))
    assert cell_rows(warehouse) == [("Kinds", 10, 0, None), ("Other", 1, 0, None)]


def test_a_name_that_no_load_has_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UnknownLoad, match=r"expected a load or a file of the inbox, found 'nothing.xlsx'"):
        loads_named(warehouse, "nothing.xlsx")


CSV = "base_currency;quote_currency;rate_date;rate;source\nEUR;USD;2016-03-23;1.1171;ECB\neur;GBP;2016-03-23;79.1;ECB\n"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        # The second rate stands as a fraction of a hundred: another form, which is not compared.
        ("1.1171", (9, 0, "1 cells stand in raw in another form and were not compared")),
        ("1.1172", (8, 1, "line 2, rate: the file has '1.1171', raw.fx_rates has 1.1172")),
    ],
)
def test_a_delimited_file_is_compared_where_its_columns_are_named_as_fields(
    settings: Settings, warehouse: Warehouse, rate: str, expected: tuple[int, int, str]
) -> None:
    path = settings.inbox_path / "fx.csv"
    path.write_text(CSV)
    load = {"load_id": LOAD, "organization_id": ORGANIZATION, "file_name": "fx.csv", "status": "loaded"}
    row = {"_load_id": LOAD, "rate_date": dt.date(2016, 3, 23), "source": "ECB", "base_currency": "EUR"}
    with warehouse.transaction() as connection:
        append_rows(connection, "raw.loads", [load | {"file_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}])
        append_rows(connection, "raw.row_counts", [{"_load_id": LOAD, "table_name": "fx_rates", "rows_staged": 2}])
        append_rows(connection, "raw.fx_rates", [row | {"_row": 2, "quote_currency": "USD", "rate": rate}])
        append_rows(connection, "raw.fx_rates", [row | {"_row": 3, "quote_currency": "GBP", "rate": "0.791"}])
    compare(warehouse, settings, loads_named(warehouse, LOAD))
    ((_, equal, different, reason),) = cell_rows(warehouse)
    assert (equal, different) == expected[:2]
    assert expected[2] in reason


@pytest.fixture
def counted(warehouse: Warehouse) -> Warehouse:
    """Three rows in range: two funds staged and stored, one quarantined and kept."""
    at = {"_load_id": LOAD, "_sheet": "Funds"}
    with warehouse.transaction() as connection:
        append_rows(connection, "raw.loads", [{"load_id": LOAD, "status": "loaded"}])
        counts = {"rows_in_range": 3, "rows_staged": 2, "rows_quarantined": 1, "rows_comment": 0, "rows_blank": 0}
        append_rows(connection, "raw.row_counts", [at | {"block": "Funds", "table_name": "fund_funds"} | counts])
        append_rows(connection, "raw.fund_funds", [at | {"_row": n, "fund_id": f"F{n}"} for n in (2, 3)])
        append_rows(connection, "raw.rejected_rows", [at | {"_row": 4, "table_name": "fund_funds", "payload": "{}"}])
    return warehouse


def records(warehouse: Warehouse) -> dict[str, tuple[int | None, int | None]]:
    with warehouse.connect() as connection:
        return {each.item: (each.expected, each.found) for each in count_records(connection, [LOAD])}


SOUND = {
    "rows accounted for: Funds, Funds": (3, 3),
    "rows stored: fund_funds": (2, 2),
    "keys repeated: fund_funds": (0, 0),
    "quarantined rows kept: fund_funds": (1, 1),
}


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select 1", {}),
        ("delete from raw.fund_funds where _row = 3", {"rows stored: fund_funds": (2, 1)}),
        ("update raw.fund_funds set fund_id = 'F2'", {"keys repeated: fund_funds": (0, 1)}),
        ("delete from raw.rejected_rows", {"quarantined rows kept: fund_funds": (1, 0)}),
        ("update raw.row_counts set rows_in_range = 4", {"rows accounted for: Funds, Funds": (4, 3)}),
    ],
)
def test_each_control_of_records_finds_its_own_breach(
    counted: Warehouse, sql: str, found: dict[str, tuple[int, int]]
) -> None:
    change(counted, sql)
    assert records(counted) == SOUND | found


# Columns of marts that hold what a file states and are no pair of the reconciliation, each for its reason.
NO_PAIR = {
    "fact_capital_findings.amount_stated": "repeats what the marts that it judges hold",
    "fact_clawback_shares.amount_stated": "is what a member paid, beside what is due by the test",
    "fact_distribution_notices.management_fee_offset_stated": "nothing is computed of it",
    "fact_distribution_notices.carried_interest_stated": "fact_carry_payments holds it",
    "fact_capital_accounts.income_stated": "nothing is computed of it for one partner",
    "fact_capital_accounts.realized_gain_stated": "nothing is computed of it for one partner",
    "fact_capital_accounts.unrealized_gain_stated": "nothing is computed of it for one partner",
    "fact_capital_accounts.accrued_carry_stated": "fact_carry holds it",
}


def test_every_number_that_a_mart_holds_as_stated_is_reconciled_or_says_why_not() -> None:
    listed = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]["stated_results"]
    paired = {f"{pair['relation']}.{measure['stated']}" for pair in listed for measure in pair["measures"]}
    stated = set()
    for file in DBT_PROJECT.glob("models/marts/**/*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", ()):
            if not model["name"].endswith("_history"):
                stated |= {
                    f"{model['name']}.{column['name']}"
                    for column in model["columns"]
                    if column["name"].endswith("_stated") and column["data_type"].startswith(("decimal", "double"))
                }
    assert stated - paired == set(NO_PAIR)
