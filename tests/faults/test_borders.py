"""What comes from files stays data where it leaves again: no text becomes a formula, an object of a program or a piece of SQL."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args, get_type_hints

import openpyxl
import pytest
import xlsxwriter
import yaml

from calculations import exact_yaml
from ingestion.inbox import scan
from ingestion.template import kinds_with_template, write_template
from orchestration.fund_reports.looks import Looks, write_header, write_text
from orchestration.loading import FileOutcome, load_inbox
from orchestration.pack.layout import Cell, Page
from orchestration.pack.workbook import Book
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse import Warehouse
from tests.end_to_end.bad_files import drop

# What a spreadsheet may take for the start of a formula. Source: OWASP, CSV injection.
STARTS = ("=", "+", "-", "@", "\t", "\r")
HOSTILE = tuple(f'{start}HYPERLINK("http://x","y")' for start in STARTS)
PRODUCTION = ("calculations", "expectations", "ingestion", "orchestration")
# These decide by a value's first character whether it is a formula or a link; `write_string` never does.
GUESSING = {"write", "write_row", "write_column", "write_url", "write_rich_string"}
DROP = "x'; drop table raw.loads; --"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PRODUCTION:
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call of a method with its object's source and its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, ast.unparse(node.func.value), node.func.attr


def imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


# --- formulas -----------------------------------------------------------------------------------------------------------
def kinds_of_cells(path: Path) -> Mapping[str, str]:
    """The type of every text of a workbook that begins like a formula: 's' is text, 'f' a formula."""
    cells = (cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row)
    begun = (*STARTS, "_x000D_")  # so XlsxWriter writes a carriage return
    return {str(cell.value): cell.data_type for cell in cells if str(cell.value).startswith(begun)}


def test_no_writer_of_workbooks_guesses_what_a_text_is() -> None:
    writers = {name: tree for name, tree in modules() if "xlsxwriter" in imports(tree) and "/samples/" not in name}
    assert {"orchestration/pack/workbook.py", "ingestion/template.py", "orchestration/fund_reports/looks.py"} <= set(
        writers
    )
    guessed = [
        f"{name}:{call.lineno}"
        for name, tree in writers.items()
        for call, of, method in calls(tree)
        if method in GUESSING and of in ("sheet", "page", "worksheet")
    ]
    assert guessed == []


def test_nothing_but_xlsxwriter_writes_workbooks_and_no_csv_leaves_weir() -> None:
    """A delimited text has no way to say that a cell is text, so that nothing from files is given out in one."""
    outside = [(name, tree) for name, tree in modules() if not name.startswith("ingestion/samples/")]
    saving = [
        name
        for name, tree in outside
        for _, of, method in calls(tree)
        if method in ("to_excel", "to_csv") or (of, method) == ("csv", "writer")
    ]
    # The seed of the catalogue of tests holds Weir's own words, for dbt.
    assert saving == ["calculations/clo/compliance/seed.py"]


def test_texts_of_the_pack_stay_text(tmp_path: Path) -> None:
    book = Book(tmp_path / "pack.xlsx", "pack", dt.datetime(2025, 1, 1))
    roles = get_args(get_type_hints(Cell)["role"])
    book.add_page(Page("Page", [[Cell(text, role=role) for text in HOSTILE] for role in roles]))
    book.book.close()
    found = kinds_of_cells(tmp_path / "pack.xlsx")
    assert set(found.values()) == {"s"}
    assert len(found) == len(HOSTILE)


def test_texts_of_reports_to_investors_stay_text(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "report.xlsx")) as book:
        sheet, looks = book.add_worksheet(), Looks(book, "0.00", "0.00")
        for row, text in enumerate(HOSTILE):
            write_text(sheet, looks, row, 0, text)
            write_header(sheet, looks, text, {"name": text}, {"name": text}, top=20 + 3 * row)
    found = kinds_of_cells(tmp_path / "report.xlsx")
    assert set(found.values()) == {"s"}
    assert len(found) == len(HOSTILE)


@pytest.mark.parametrize("kind", kinds_with_template())
def test_templates_hold_no_formula(kind: str, tmp_path: Path) -> None:
    assert "f" not in kinds_of_cells(write_template(kind, tmp_path / "template.xlsx")).values()


# --- YAML ---------------------------------------------------------------------------------------------------------------
def test_yaml_is_loaded_by_safe_loaders_alone() -> None:
    found = {
        (name, method, next((ast.unparse(k.value) for k in call.keywords if k.arg == "Loader"), ""))
        for name, tree in modules()
        for call, of, method in calls(tree)
        if of == "yaml" and ("load" in method or method in ("compose", "parse", "scan")) and method != "safe_load"
    }
    assert found == {
        ("calculations/exact_yaml.py", "load", "_Loader"),
        ("ingestion/inbox.py", "compose", "yaml.SafeLoader"),
    }
    assert issubclass(exact_yaml._Loader, yaml.SafeLoader)


def test_no_module_makes_objects_or_commands_from_text() -> None:
    harmful = {
        ("pickle", "load"),
        ("pickle", "loads"),
        ("os", "system"),
        ("marshal", "loads"),
        ("subprocess", "getoutput"),
    }
    found = [
        f"{name}: {of}.{method}" for name, tree in modules() for _, of, method in calls(tree) if (of, method) in harmful
    ]
    names = [
        f"{name}: {node.func.id}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile")
    ]
    assert found + names == []


# --- SQL ----------------------------------------------------------------------------------------------------------------
FIXINGS = "index_id,rate_date,rate\n{index},2025-01-02,0.0431\n"


def taken_in(warehouse: Warehouse, inbox: Path) -> tuple[FileOutcome, ...]:
    found = scan(inbox, settle_seconds=0)
    return load_inbox(warehouse, found, settings=Settings(home=warehouse.path.parent), run_id=DROP, code=DROP).files


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    made.create_tables()
    return made


def test_hostile_names_and_values_are_data_for_the_database(warehouse: Warehouse, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    drop(inbox, f"house/{DROP}.csv", FIXINGS.format(index="SOFR"))
    drop(
        inbox,
        "house/values.csv",
        f'index_id,rate_date,rate,source\nSOFR,2025-01-03,0.04,"{DROP}"\n',
        "feed_name: values\n",
    )
    outcomes = {outcome.file_name: outcome for outcome in taken_in(warehouse, inbox)}
    assert {outcome.outcome for outcome in outcomes.values()} == {"loaded"}
    names = {name for (name,) in warehouse.rows("select file_name from raw.loads")}
    assert names == {f"house/{DROP}.csv", "house/values.csv"}
    assert (DROP,) in warehouse.rows("select source from raw.index_rates")


@pytest.mark.parametrize("key", ["organization_id", "feed_name", "kind", "mode", "as_of", "contract_version"])
def test_a_declaration_that_is_a_statement_is_refused(key: str, warehouse: Warehouse, tmp_path: Path) -> None:
    drop(tmp_path / "inbox", "rates.csv", FIXINGS.format(index="SOFR"), f'{key}: "{DROP}"\n')
    (outcome,) = taken_in(warehouse, tmp_path / "inbox")
    assert (outcome.outcome, outcome.reason_code) == ("rejected", "BAD_FEED")
    assert warehouse.rows("select count(*) from raw.loads") == [(1,)]
