"""A deal's Excel pack holds the publication's figures as numbers and dates, and totals that add them up.

Amounts are those stated by hand in deal_publication.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.pack import PackError, write_pack
from orchestration.settings import Settings
from tests.orchestration.deal_publication import AS_OF, DAYS, KNOWN, PUBLICATION, WHY, publish_deals

TOTALS, HEADER, FIRST = 3, 5, 6


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return publish_deals(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def path(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(settings, "D1", out=tmp_path_factory.mktemp("packs") / "d1.xlsx").path


@pytest.fixture(scope="module")
def shown(path: Path) -> Workbook:
    """What a viewer shows that does not recalculate."""
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def formulas(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


def column(sheet: Worksheet, title: str, section: str | None = None) -> list[Any]:
    """Values below a header; `section` tells columns of one title apart."""
    at = sections = 0
    name = None
    for cell in sheet[HEADER]:
        name = sheet.cell(HEADER - 1, cell.column).value or name
        if cell.value == title and section in (None, name):
            at, sections = cell.column, sections + 1
    assert sections == 1, f"{title} of {section} stands {sections} times on {sheet.title}"
    return [sheet.cell(row, at).value for row in range(FIRST, sheet.max_row + 1)]


def worked_out(sheet: Worksheet, formula: str) -> float:
    """What a formula of the pack comes to, from the cells that it names: SUM of a range, or a sum of cells."""
    if total := re.fullmatch(r"=SUM\((\w+:\w+)\)", formula):
        cells = [cell.value for row in sheet[total[1]] for cell in row]
        return sum(value for value in cells if value is not None)
    terms = re.findall(r"([+-]?)([A-Z]+\d+)", formula.removeprefix("=ROUND(").removeprefix("="))
    assert terms, formula
    return sum((-1 if sign == "-" else 1) * sheet[cell].value for sign, cell in terms)


def test_every_formula_stands_beside_what_it_comes_to(shown: Workbook, formulas: Workbook) -> None:
    found = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found += 1
                    value = shown[sheet.title][cell.coordinate].value
                    assert value == pytest.approx(worked_out(shown[sheet.title], cell.value), abs=0.005), cell
    assert found > 40


def test_a_deal_pays_out_what_it_takes_in(shown: Workbook) -> None:
    sheet = shown["Deal Cash Flows"]
    assert column(sheet, "Interest proceeds") == [5e6, 3e6]
    assert column(sheet, "Principal proceeds") == [10e6, 114e6]
    assert column(sheet, "Total sources") == [15e6, 117e6] == column(sheet, "Total uses")
    assert column(sheet, "Sources less uses") == [0, 0]


def test_uses_are_by_payee(shown: Workbook) -> None:
    sheet = shown["Deal Cash Flows"]
    assert column(sheet, "Trustee") == [1e6, 1e6]
    assert column(sheet, "Interest", "Class A") == [2e6, 1.5e6]
    assert column(sheet, "Principal", "Class A") == [6.4e6, 93.6e6]
    assert column(sheet, "Principal", "Class B") == [0, 20e6]
    assert column(sheet, "Out of interest", "Sub Notes") == [0.6e6, 0]
    assert column(sheet, "Out of principal", "Sub Notes") == [0, 0.4e6]
    assert column(sheet, "Reinvested") == [4e6, 0]
    assert column(sheet, "Class A", "Note balance after payment") == [93.6e6, 0]


def test_what_never_happens_to_a_deal_has_no_column(shown: Workbook) -> None:
    titles = {cell.value for cell in shown["Deal Cash Flows"][HEADER]}
    assert titles & {"From accounts", "To accounts", "Taxes and other", "Deferred interest"} == set()


def test_an_account_rolls_from_date_to_date(shown: Workbook) -> None:
    assert column(shown["Accounts"], "Opening") == [0, 2e5]
    assert column(shown["Accounts"], "Closing") == [2e5, 3e5]


def test_collateral_rolls_from_period_to_period_and_past_the_last(shown: Workbook) -> None:
    """Opening 130,000 less 500 defaulted and 10,000 repaid is 119,500; less 110,500 is 9,000, repaid after the deal."""
    sheet = shown["Collateral Cash Flows"]
    assert column(sheet, "Period") == [1, 2, None]
    assert column(sheet, "Opening balance") == [130e6, 119.5e6, 9e6]
    assert column(sheet, "Closing balance") == [119.5e6, 9e6, 0]
    assert column(sheet, "Interest") == [4.9e6, 3e6, 0.1e6]
    assert column(sheet, "Recoveries") == [0, 0.3e6, 0]
    assert column(sheet, "Payment date") == [dt.datetime.combine(day, dt.time()) for day in DAYS] + [None]


def test_totals_stand_above_the_header_as_sums(formulas: Workbook, shown: Workbook) -> None:
    sheet = formulas["Asset Cash Flows"]
    at = next(cell for cell in sheet[HEADER] if cell.value == "Interest")
    total = sheet.cell(TOTALS, at.column)
    assert total.value == f"=SUM({at.column_letter}{FIRST}:{at.column_letter}{FIRST + 4})"
    assert shown["Asset Cash Flows"][total.coordinate].value == 8e6


def test_numbers_and_dates_are_no_text(shown: Workbook) -> None:
    sheet = shown["Waterfall"]
    assert {type(value) for value in column(sheet, "Payment date")} == {dt.datetime}
    assert {type(value) for value in column(sheet, "Paid")} <= {int, float}
    assert column(shown["Scenario Grid"], "CDR") == [0.02]  # a text in the mart
    assert column(shown["Assumed Inputs"], "Assumed") == ["none", 300000]
    formats = {cell.number_format for cell in sheet["B"][FIRST - 1 :]}
    assert formats == {"yyyy-mm-dd"}


def test_a_list_without_cash_and_dues_on_a_date_is_left_out(shown: Workbook) -> None:
    assert set(column(shown["Waterfall"], "List")) == {"interest", "principal", "notes"}
    assert len(column(shown["Waterfall"], "List")) == 18


def test_tests_begin_with_what_was_reported(shown: Workbook) -> None:
    sheet = shown["Tests"]
    assert list(zip(column(sheet, "Period"), column(sheet, "Test"), column(sheet, "Ratio"), strict=True)) == [
        (0, "OC", 1.1),
        (1, "OC", 1.05),
        (1, "IC", 1.5),
        (2, "OC", 1.25),
    ]
    assert column(sheet, "Payment date")[0].date() == AS_OF
    assert column(sheet, "Cushion") == pytest.approx([0.02, -0.03, 0.42, 0.17])
    assert column(sheet, "Passed") == [True, False, True, True]


def test_text_that_begins_like_a_formula_stays_text(formulas: Workbook) -> None:
    """Source: input-contracts, formula text."""
    cells = [formulas["Asset Cash Flows"].cell(FIRST, 1), *formulas["Assumed Inputs"]["A"][FIRST - 1 :]]
    begun = [cell for cell in cells if str(cell.value).startswith(("=", "-"))]
    assert [cell.value for cell in begun] == ["=L1", "-L3"]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in begun)


def lines(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return [tuple(value for value in row if value is not None) for row in sheet.iter_rows(values_only=True)]


def test_the_summary_says_what_each_scenario_comes_to(shown: Workbook) -> None:
    found = lines(shown["Summary"])
    day = dt.datetime.combine(DAYS[0], dt.time())
    assert ("Analysis date", dt.datetime.combine(AS_OF, dt.time())) in found
    assert ("Base", 0.12, "OC-B", day, 5e5, 3e5, 2e5, 1e6, 2, "What base is.") in found
    assert ("Stress", "OC-B", day, 5e5, 3e5, 2e5, 1e6, 2, "nothing is paid", "What stress is.") in found
    assert ("Class", "Base", "Stress") in found
    assert ("Class B", 0.5, 0.5) in found
    assert ("Combinations", 1) in found


def test_the_summary_charts_balances_and_what_equity_is_paid(path: Path) -> None:
    """Read from the file's XML: openpyxl drops charts of a workbook that it opens."""
    with zipfile.ZipFile(path) as parts:
        found = {name: parts.read(name).decode() for name in parts.namelist() if "/charts/chart" in name}
    cells = [re.findall(r"<c:val><c:numRef><c:f>'Deal Cash Flows'!([^<]+)<", text) for text in found.values()]
    titles = openpyxl.load_workbook(path)["Deal Cash Flows"][HEADER]
    charted = [[titles[column_index_from_string(ref.split("$")[1]) - 1].value for ref in refs] for refs in cells]
    assert charted == [["Class A", "Class B"], ["Out of interest", "Out of principal"]]
    assert all(re.fullmatch(r"\$[A-Z]+\$6:\$[A-Z]+\$7", ref) for refs in cells for ref in refs)


def lines_below(sheet: Worksheet, title: str) -> list[tuple[Any, ...]]:
    """Rows under the header of a section of a page, up to the blank line after it."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == title) + 2
    end = next((number for number in range(start, len(rows)) if rows[number][0] is None), len(rows))
    return [tuple(value for value in row if value is not None) for row in rows[start:end]]


def test_the_note_valuation_report_is_of_the_next_payment_date(shown: Workbook) -> None:
    sheet = shown["Note Valuation Report"]
    assert sheet["B2"].value.date() == DAYS[0]
    class_a, class_b, sub = lines_below(sheet, "Notes")
    # 125,000,000 issued; 100,000,000 less 6,400,000 is left: a factor of 0.7488
    assert class_a == ("Class A", 125e6, 100e6, 0.06, 2e6, 2e6, 0, 0, 6.4e6, 93.6e6, pytest.approx(0.7488))
    assert class_b[4:10] == (1e6, 1e6, 0, 0, 0, 20e6)
    assert sub[0] == "Sub Notes"
    assert [row[2:] for row in lines_below(sheet, "Application of interest proceeds")] == [
        ("trustee", 1e6, 1e6, 4e6),
        ("A", 2e6, 2e6, 2e6),
        ("B", 1e6, 1e6, 1e6),
        ("OC-B", 4e5, 4e5, 6e5),
        ("sub", 6e5, 6e5, 0),
    ]
    assert [row[:4] for row in lines_below(sheet, "Accounts")] == [("reserve", 0, 2e5, 0)]


def test_a_list_that_pays_nothing_on_the_date_is_not_in_the_report(shown: Workbook) -> None:
    titles = {row[0] for row in shown["Note Valuation Report"].iter_rows(values_only=True)}
    assert "Application of cash for the notes" in titles
    assert "Application after an event of default" not in titles


def test_the_report_of_a_later_date_can_be_asked_for(settings: Settings, tmp_path: Path) -> None:
    path = write_pack(settings, "D1", payment_date=DAYS[1], out=tmp_path / "later.xlsx").path
    sheet = openpyxl.load_workbook(path, data_only=True)["Note Valuation Report"]
    assert [row[-1] for row in lines_below(sheet, "Notes")] == [0, 0, 1]
    with pytest.raises(
        PackError, match="2024-02-01 is no payment date of D1 in base; they are: 2024-01-22 to 2024-04-22"
    ):
        write_pack(settings, "D1", payment_date=dt.date(2024, 2, 1), out=tmp_path / "none.xlsx")


def test_the_notes_say_where_the_figures_are_from(shown: Workbook) -> None:
    found = lines(shown["Notes"])
    assert ("Publication", PUBLICATION) in found
    assert ("File of the load", "house/clo.xlsx") in found
    assert ("Known at (UTC)", KNOWN) in found
    assert ("Waterfall", 18, "fact_waterfall_payments") in found


def test_headers_stay_in_view(shown: Workbook) -> None:
    for sheet in shown:
        is_table = sheet.title not in ("Summary", "Note Valuation Report", "Notes")
        assert sheet.freeze_panes == ("C6" if is_table else "A2")
        assert (sheet.auto_filter.ref is not None) == is_table


def test_one_publication_makes_one_file(settings: Settings, path: Path, tmp_path: Path) -> None:
    again = write_pack(settings, "D1", out=tmp_path / "again.xlsx")
    assert again.path.read_bytes() == path.read_bytes()


def test_a_scenario_without_rows_names_those_that_have_them(settings: Settings) -> None:
    for scenario in ("reported", "grid-1", "doom"):
        with pytest.raises(PackError, match=f"no rows are kept of scenario {scenario}; they are of: base, stress"):
            write_pack(settings, "D1", scenario)


def test_a_deal_of_two_houses_is_asked_for_by_house(tmp_path: Path) -> None:
    settings = publish_deals(tmp_path / "home", both=True)
    with pytest.raises(PackError, match="D1 is a deal of house and of other: name one with --organization"):
        write_pack(settings, "D1")
    written = write_pack(settings, "D1", organization_id="house", out=tmp_path / "d1.xlsx")
    assert written.rows["Deal Cash Flows"] == 2
    assert "Accounts" not in written.rows
    with pytest.raises(PackError, match="no deal D2 of other is published; these are: D1"):
        write_pack(settings, "D2", organization_id="other")


def weir(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["pack", *arguments])


@pytest.mark.parametrize(
    ("deal", "said"),
    [("D9", "no deal D9 is published; these are: D1, D2"), ("D2", f"D2 was not projected: {WHY}")],
)
def test_a_deal_without_a_pack_says_why(settings: Settings, deal: str, said: str) -> None:
    result = weir(deal, "--home", str(settings.home))
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_home_without_a_publication_says_how_to_make_one(tmp_path: Path) -> None:
    result = weir("D1", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "`weir run` makes one" in result.output


def test_a_folder_that_is_not_there_is_named(settings: Settings, tmp_path: Path) -> None:
    result = weir("D1", "--home", str(settings.home), "--out", str(tmp_path / "nowhere" / "d1.xlsx"))
    assert result.exit_code == 2
    assert "there is no folder" in result.output


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left_behind(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "d1.xlsx").mkdir()
    result = weir("D1", "--home", str(settings.home), "--out", str(tmp_path / "d1.xlsx"))
    assert result.exit_code == 2
    assert "could not be written" in " ".join(result.output.split())
    assert [file.name for file in tmp_path.iterdir()] == ["d1.xlsx"]


def test_the_command_names_the_file_after_deal_date_and_scenario(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = weir("D1", "--home", str(settings.home))
    assert result.exit_code == 0
    assert [file.name for file in tmp_path.iterdir()] == ["D1_2024-01-05_base.xlsx"]
    assert f"from publication {PUBLICATION}" in " ".join(result.output.split())


@pytest.mark.slow
def test_a_spreadsheet_program_works_out_the_same(path: Path, shown: Workbook, tmp_path: Path) -> None:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("no spreadsheet program is installed to recalculate the workbook")
    command = [
        program,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    recalculated = openpyxl.load_workbook(tmp_path / path.name, data_only=True)
    for sheet in shown:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, float):
                    assert recalculated[sheet.title][cell.coordinate].value == pytest.approx(cell.value, abs=0.005)
