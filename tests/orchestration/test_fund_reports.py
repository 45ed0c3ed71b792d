"""Reports to investors: they reconcile, say what does not, and show nobody else's rows. Figures of marts are dbt's."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from pydantic import ValidationError

from orchestration.fund_reports.documents import file_name
from orchestration.fund_reports.figures import FUND, FundQuarter, breaks, figures
from orchestration.fund_reports.template import TEMPLATE, Horizon, load_template
from orchestration.fund_reports.workbook import Listing, Report, write_report

QUARTER = dt.date(2025, 3, 31)
# Source: fund-admin V16, a quarter of 11,107,000 after carry; the fee before its offset of 10,000.
V16 = {
    "contributions_cash": 1_500_000, "distributions": -800_000, "management_fee_gross": -50_000, "fee_offsets": 10_000,
    "other": -15_000, "costs_of_account": -55_000, "income_of_account": 12_000, "realized_gain": 200_000,
    "unrealized_gain": 350_000, "accrued_carry": -100_000, "carry_accrual": 100_000, "carry_borne": 100_000,
}  # fmt: skip


def moved(amounts: dict[str, int], opening: int = 10_000_000) -> dict[str, dict[Horizon, Decimal]]:
    """Lines of one quarter, before which the partner had contributed `opening`."""
    found: dict[str, dict[Horizon, Decimal]] = {
        code: {"quarter": Decimal(n), "year": Decimal(n), "inception": Decimal(n)} for code, n in amounts.items()
    }
    found["contributions_cash"]["inception"] += opening
    return found


def quarter(nav: int = 11_107_000, name: str = "Fund & Sons") -> FundQuarter:
    """A fund of one investor and a general partner that earns what it bears of carry."""
    partner = {"contributions_cash": 0, "accrued_carry": 100_000, "carry_accrual": -100_000}
    whole = {code: amount for code, amount in V16.items() if code not in ("accrued_carry", "carry_accrual")}
    sums = {"LP": moved(V16), "GP": moved(partner, 0), FUND: moved(whole)}
    stated = {
        who: {"nav_stated": Decimal(amount), "unfunded_stated": Decimal(0)}
        for who, amount in (("LP", nav), ("GP", 100_000), (FUND, nav + 100_000))
    }
    known = dt.datetime(2025, 4, 22, 9)
    return FundQuarter("org", "F1", name, "Manager", "GP", "USD", QUARTER, known, sums, stated)


def report(of: FundQuarter, investor_name: str = "Investor") -> Report:
    listing = Listing("Cash flows", "Cash flows", ("Date", "Amount"), [(QUARTER, Decimal("1.50"))], (1,))
    return Report(of, "LP", investor_name, figures(load_template(), of, "LP"), [listing])


def test_the_roll_forward_ends_on_the_worked_example() -> None:
    """Source: fund-admin V16."""
    found = figures(load_template(), quarter(), "LP")
    assert found["beginning_nav", "investor", "quarter"] == 10_000_000
    assert found["fee_net", "investor", "quarter"] == -40_000
    assert found["ending_nav", "investor", "quarter"] == 11_107_000
    assert found["ending_nav_gross", "investor", "quarter"] == 11_207_000


def test_a_balance_is_the_same_at_the_end_of_every_column() -> None:
    found = figures(load_template(), quarter(), "LP")
    assert {found["ending_nav", "investor", h] for h in ("quarter", "year", "inception")} == {Decimal(11_107_000)}


def test_what_reconciles_has_no_breaks() -> None:
    of = quarter()
    assert breaks(load_template(), figures(load_template(), of, "LP"), Decimal("0.01")) == []


def test_an_account_that_states_another_value_is_seen_with_the_amount() -> None:
    of = quarter(nav=11_106_990)
    found = breaks(load_template(), figures(load_template(), of, "LP"), Decimal("0.01"))
    assert ("check_nav", "investor", "quarter", Decimal(10)) in found


def test_sums_are_formulas_with_what_they_come_to(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(path, load_template(), report(quarter()))
    formulas, values = (openpyxl.load_workbook(path, data_only=cached).worksheets[0] for cached in (False, True))
    row = next(cell.row for cell in formulas["A"] if cell.value == "Ending NAV, net of accrued carry")
    assert str(formulas.cell(row, 2).value).startswith("=ROUND(")
    assert values.cell(row, 2).value == 11_107_000


def test_a_name_that_begins_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(path, load_template(), report(quarter(), investor_name='=HYPERLINK("x")'))
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value == '=HYPERLINK("x")']
    assert [cell.data_type for cell in found] == ["s"]


def test_the_same_figures_make_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        write_report(path, load_template(), report(quarter()))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_every_sheet_prints_its_unit_and_fits_a_page(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(path, load_template(), report(quarter()))
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert sheet.oddHeader.right.text == "Amounts in USD"
        assert sheet.print_area
        assert sheet.page_setup.fitToWidth in (None, 1)


def test_a_house_may_replace_captions(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TEMPLATE.read_text().replace("caption: Beginning NAV,", "caption: Net assets at the start,"))
    path = tmp_path / "report.xlsx"
    write_report(path, load_template(own), report(quarter()))
    captions = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0]["A"]]
    assert "Net assets at the start" in captions


def test_a_sum_of_an_unknown_line_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    content = yaml.safe_load(TEMPLATE.read_text())
    content["sections"][0]["lines"].append({"code": "x", "caption": "X", "sum": ["no_such_line"]})
    wrong.write_text(yaml.safe_dump(content))
    with pytest.raises(ValidationError, match="no_such_line"):
        load_template(wrong)


@pytest.mark.parametrize("identifier", ["../../etc", "a/b", ".hidden", "ä"])
def test_an_id_cannot_lead_a_file_out_of_its_folder(identifier: str) -> None:
    name = file_name(identifier)
    assert "/" not in name
    assert not name.startswith(".")
    assert name != identifier


@pytest.mark.slow
def test_an_office_program_opens_the_report(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed")
    path = tmp_path / "report.xlsx"
    write_report(path, load_template(), report(quarter()))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
