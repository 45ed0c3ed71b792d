"""What the demo's workbooks must hold, counted on the files with a general spreadsheet reader. Weir's own reader is not used here."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from python_calamine import CalamineWorkbook

from ingestion.samples import write_demo

pytestmark = pytest.mark.slow

DEALS = (6, 7, 8, 9, 11, 12, 14, 15, 16, 17)
FIRST, LAST, RESTATED = (
    "clo_workbook_2016-03-23.xlsx",
    "clo_workbook_2017-12-22.xlsx",
    "clo_workbook_2016-09-23_restated.xlsx",
)
# clo-workbook 2: cells taken for headings of the control panels are not counted.
HEADING = re.compile(
    "clo reinvestment model|table of contents|model inputs|parameters|configuration|settings|paths|file locations",
    re.IGNORECASE,
)

Rows = list[list[Any]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    files = write_demo(tmp_path_factory.mktemp("inbox"), parts=("clo", "market"))
    return {path.name: path for path in files}


@pytest.fixture(scope="module")
def workbooks(demo: dict[str, Path]) -> dict[str, dict[str, Rows]]:
    found = {}
    for name, path in demo.items():
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(str(path))
            found[name] = {
                sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in book.sheet_names
            }
    return found


def _filled(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _count(rows: Rows) -> int:
    return sum(_filled(value) for row in rows for value in row)


def test_the_first_workbook_has_384_assets_in_71_columns(
    demo: dict[str, Path], workbooks: dict[str, dict[str, Rows]]
) -> None:
    rows = workbooks[FIRST]["All Assets"]
    assert sum(_filled(row[0]) for row in rows[1:]) == 384
    assert sum(_filled(value) for value in rows[0]) == 70
    with zipfile.ZipFile(demo[FIRST]) as archive:
        sheet = archive.read("xl/worksheets/sheet12.xml")[:2000].decode()
    # The 71st column is empty but formatted, the rows reach 1004 as in the legacy file.
    assert 'ref="A1:BS1004"' in sheet


def test_the_first_workbook_has_238144_correlations(workbooks: dict[str, dict[str, Rows]]) -> None:
    rows = workbooks[FIRST]["Asset Correlation"]
    assert sum(isinstance(value, float) for row in rows[1:] for value in row[1:]) == 238_144
    assert rows[0][1:] == [row[0] for row in rows[1:]]
    assert len(set(rows[0][1:])) == 488


def test_the_first_workbook_has_19795_cells_on_its_deal_sheets(workbooks: dict[str, dict[str, Rows]]) -> None:
    assert sum(_count(workbooks[FIRST][f"Mag {number} Inputs"]) for number in DEALS) == 19_795


@pytest.mark.parametrize(("sheet", "expected"), [("Run Model", 137), ("Run Model_old", 219)])
def test_control_panels_have_356_cells_beside_headings(
    workbooks: dict[str, dict[str, Rows]], sheet: str, expected: int
) -> None:
    rows = workbooks[FIRST][sheet]
    values = [value for row in rows for value in row if _filled(value)]
    assert sum(not (isinstance(value, str) and HEADING.search(value)) for value in values) == expected
    # The rule's last clause, long text in column A with an empty neighbour, must not decide anything.
    assert all(not _filled(row[0]) or _filled(row[1]) for row in rows if row[0] != "Table Of Contents")


def test_the_first_workbook_has_694_reference_rows(workbooks: dict[str, dict[str, Rows]]) -> None:
    rows = workbooks[FIRST]["Reference Table"]
    assert sum(any(_filled(value) for value in row[:10]) for row in rows[11:7751]) == 694


def test_the_correlation_sheet_stands_in_the_first_and_the_last_workbook_only(
    workbooks: dict[str, dict[str, Rows]],
) -> None:
    assert {name for name, sheets in workbooks.items() if "Asset Correlation" in sheets} == {FIRST, LAST}
    assert len(workbooks) == 9
    for sheets in workbooks.values():
        assert len(set(sheets) - {"Asset Correlation"}) == 19


def test_few_ids_leave_the_matrix_between_its_two_editions(workbooks: dict[str, dict[str, Rows]]) -> None:
    """A fifth of the pairs gone would hold the load (input-contracts 1.1)."""
    first, last = (set(workbooks[name]["Asset Correlation"][0][1:]) for name in (FIRST, LAST))
    kept = len(first & last)
    assert 1 - kept**2 / 488**2 < 0.2
    assert first - {row[0] for row in workbooks[FIRST]["All Assets"]}
    assert last != first


def test_sheets_stand_in_legacy_order(workbooks: dict[str, dict[str, Rows]]) -> None:
    # clo-workbook 1.1
    assert list(workbooks[FIRST]) == [
        "Run Model",
        *(f"Mag {number} Inputs" for number in DEALS),
        "All Assets",
        "Asset Correlation",
        "Reference Table",
        "Run Model_old",
        "Filter Sheet",
        "Deal Assets-Mag 16",
        "Rankings-Output",
        "Rebalance-Output",
        "HYPO-Mag 17-Output",
    ]


def test_both_template_generations_are_present(workbooks: dict[str, dict[str, Rows]]) -> None:
    # clo-workbook 1.4: column A of the older template lists Cashflow Inputs first, of the newer one CLO Accounts
    first_link = {number: workbooks[FIRST][f"Mag {number} Inputs"][2][0] for number in DEALS}
    assert {number for number, link in first_link.items() if link == "Cashflow Inputs"} == {6, 8, 9, 12, 14, 16}
    assert {number for number, link in first_link.items() if link == "CLO Accounts"} == {7, 11, 15, 17}


def test_defined_names_of_blocks_are_scoped_to_each_deal_sheet(demo: dict[str, Path]) -> None:
    with zipfile.ZipFile(demo[FIRST]) as archive:
        content = archive.read("xl/workbook.xml").decode()
    names = re.findall(r'<definedName name="([^"]+)"( localSheetId="\d+")?', content)
    block_names = [
        "AnalysisDate",
        "DealCollateral",
        "Accounts",
        "TestThresholds",
        "QualityTestInputs",
        "ObjWeights",
        "CFInputs",
        "PaySubNotes",
        "CLOInputs",
        "DateInputs",
        "Close_Date",
        "PMT_Dates",
        "CollBegDate",
        "CollEndDate",
        "Liability",
        "Fees",
    ]
    for name in block_names:
        assert sum(found == name and bool(scope) for found, scope in names) == 10
    for name in [
        "DealAnalysisDate",
        "AllAssets",
        "AssetCorrelation",
        "Holidays",
        "LIBOR_Rates",
        "CF_Vectors",
        "Sink_Schedule",
        "SpTransMat",
        "LIBORCurve",
        "CFAssumptions",
        "Deals",
        "CorrData",
    ]:
        assert (name, "") in names


def test_every_collateral_line_names_a_listed_asset(workbooks: dict[str, dict[str, Rows]]) -> None:
    for sheets in workbooks.values():
        listed = {row[0] for row in sheets["All Assets"][1:] if _filled(row[0])}
        for number in DEALS:
            held = {row[3] for row in sheets[f"Mag {number} Inputs"][3:] if _filled(row[3])}
            assert held <= listed


def test_one_asset_on_two_collateral_lines_occurs(workbooks: dict[str, dict[str, Rows]]) -> None:
    held = [row[3] for row in workbooks[LAST]["Mag 6 Inputs"][3:] if _filled(row[3])]
    assert len(held) > len(set(held))


def test_current_index_rate_is_the_fixing_of_the_running_period(workbooks: dict[str, dict[str, Rows]]) -> None:
    """K4 equals the fixing on the determination date of the period paid next, K3 while that is the first (clo-workbook 1.4, J:K)."""
    for sheets in workbooks.values():
        fixings = {
            row[4]: row[6] for row in sheets["Reference Table"][3:] if len(row) > 6 and row[5] == "3 MONTH LIBOR"
        }
        for number in DEALS:
            rows = sheets[f"Mag {number} Inputs"]
            next_payment = rows[3][2]
            place = [row[31] for row in rows[3:185]].index(next_payment)
            expected = rows[2][10] if place == 0 else fixings[rows[3 + place][32]] / 100.0
            assert rows[3][10] == pytest.approx(expected, abs=1e-12)
            assert rows[3][10] == rows[2][18] == rows[6][28]


def test_junior_denominator_is_the_debt_outstanding(workbooks: dict[str, dict[str, Rows]]) -> None:
    for sheets in workbooks.values():
        for number in DEALS:
            rows = sheets[f"Mag {number} Inputs"]
            classes = [
                place
                for place in range(36, len(rows[2]))
                if isinstance(rows[3][place], str) and rows[3][place].startswith("Class ")
            ]
            assert rows[7][18] == pytest.approx(sum(rows[6][place] for place in classes), abs=0.005)


def test_payments_to_sub_notes_read_the_same_in_every_later_workbook(workbooks: dict[str, dict[str, Rows]]) -> None:
    paid: dict[tuple[int, dt.date], float] = {}
    for name in sorted(workbooks):
        for number in DEALS:
            for row in workbooks[name][f"Mag {number} Inputs"][3:]:
                if isinstance(row[25], dt.date) and row[26]:
                    assert paid.setdefault((number, row[25]), row[26]) == row[26]


def test_history_is_backloaded_and_the_newest_workbook_stands_in_the_inbox(demo: dict[str, Path]) -> None:
    books = {name: path for name, path in demo.items() if path.suffix == ".xlsx"}
    assert [name for name, path in books.items() if path.parent.parent.name != "backload"] == [LAST]
    for name, path in books.items():
        note = yaml.safe_load(demo[f"{name}.feed.yaml"].read_text(encoding="utf-8"))
        assert (note["organization_id"], note["kind"], note["feed_name"], note["mode"]) == (
            "birch-credit",
            "clo_workbook",
            "main",
            "full",
        )
        assert note["as_of"] in name
        assert path.parent.name == "birch-credit"
        sent, as_of = dt.datetime.fromisoformat(note["sent_at"]), dt.date.fromisoformat(note["as_of"])
        assert (sent.date() - as_of).days == (27 if name == RESTATED else 2)


def test_the_restated_workbook_differs_from_the_one_it_corrects(workbooks: dict[str, dict[str, Rows]]) -> None:
    sent, corrected = workbooks["clo_workbook_2016-09-23.xlsx"], workbooks[RESTATED]
    differing = {sheet for sheet in sent if sent[sheet] != corrected[sheet]}
    assert "Mag 14 Inputs" in differing
    assert not differing & {f"Mag {number} Inputs" for number in DEALS if number != 14}


def test_the_workbooks_stay_within_sixty_megabytes(demo: dict[str, Path]) -> None:
    assert sum(path.stat().st_size for path in demo.values()) < 60e6


def test_the_demo_is_the_same_bytes_again(demo: dict[str, Path], tmp_path: Path) -> None:
    again = {path.name: path for path in write_demo(tmp_path, parts=("clo", "market"))}
    assert again.keys() == demo.keys()
    for name, path in again.items():
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(demo[name].read_bytes()).digest(), name
