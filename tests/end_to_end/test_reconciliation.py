"""What a load is judged by, from the file to the page, and what planted differences on each level come to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from orchestration.cli import app

from .conftest import Home
from .fund_story import FIRST, HEADERS

pytestmark = pytest.mark.slow

LEVELS = "select level, verdict from marts.fact_load_reconciliation_summary where file_name = ? order by level"
DIFFERENT = (
    "select level, item, expected, found, reason from marts.fact_load_reconciliation "
    "where file_name = ? and outcome = 'DIFFERENT' order by level, item"
)
SOUND, OFF = "alder/funds.xlsx", "birch/funds.xlsx"


def write(path: Path, gain: float) -> None:
    """The story without its tax, which is no result of its terms, stating what the second valuation of F1 has gained."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in FIRST.sheets().items():
        header = [*HEADERS[name], *(["unrealized_gain_loss"] if name == "Valuations" else ())]
        if name == "Distribution Notices":
            rows = [(*row[:4], 0, row[3], row[6]) for row in rows]
        if name == "Valuations":
            rows = [(*row, gain) if row[0] == "F1-V2" else row for row in rows]
        sheet = book.create_sheet(name)
        for row in (header, *rows):
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    Path(f"{path}.feed.yaml").write_text("as_of: 2024-09-30\n")


@pytest.fixture(scope="module")
def told(new_home: Callable[[str], Home]) -> Home:
    """Two houses whose workbooks state a gain of 8,000,000 - 6,500,000 = 1,500,000: one 7.50 (0.0005 %) too high, the other 30
    (0.002 %)."""
    home = new_home("reconciled")
    write(home.inbox / SOUND, 1_500_007.5)
    write(home.inbox / OFF, 1_500_030)
    assert home.run().failure is None
    return home


def test_a_sound_load_matches_on_four_levels(told: Home) -> None:
    assert told.warehouse.rows(DIFFERENT, [SOUND]) == []
    assert told.warehouse.rows(LEVELS, [SOUND]) == [(level, "MATCHED") for level in (1, 2, 3, 4)]


def test_a_stated_result_off_by_two_thousandths_of_a_percent_is_named(told: Home) -> None:
    found = [row for row in told.warehouse.rows(DIFFERENT, [OFF]) if row[0] == 4]
    assert [(item, expected, found) for _, item, expected, found, _ in found] == [
        ("fact_valuations.unrealized_gain_loss: F1-V2", 1_500_030, 1_500_000)
    ]


def test_every_folder_holds_a_page_of_its_own_loads_alone(told: Home) -> None:
    pages = {
        folder: (told.settings.published_link / folder / "reports" / "reconciliation.html").read_text()
        for folder in ("alder", "birch", "_operator")
    }
    assert {folder: (SOUND in page, OFF in page) for folder, page in pages.items()} == {
        "alder": (True, False),
        "birch": (False, True),
        "_operator": (True, True),
    }


def test_what_is_changed_in_raw_after_the_load_is_found_on_request(told: Home) -> None:
    with told.warehouse.transaction() as connection:
        ((load_id,),) = connection.execute("select load_id from raw.loads where file_name = ?", [SOUND]).fetchall()
        # The fair value of the first valuation, cell D2 of its sheet, and one valuation of the typed table.
        connection.execute(
            "update raw.cells set number_value = 7200001 where _load_id = ? and _sheet = 'Valuations' and _row = 2 "
            "and _column = 4",
            [load_id],
        )
        connection.execute("delete from raw.fund_valuations where _load_id = ? and valuation_id = 'F1-V2'", [load_id])
        connection.execute(
            "insert into raw.findings (_load_id, organization_id, code, severity, scope, message) "
            "values (?, 'alder', 'PLANTED', 'critical', 'feed', 'planted')",
            [load_id],
        )
    done = CliRunner().invoke(app, ["reconcile", "funds.xlsx", "--home", str(told.settings.home)])
    found = {
        (level, item): (expected, kept, reason)
        for level, item, expected, kept, reason in told.warehouse.rows(DIFFERENT, [SOUND])
    }
    # 7 headers, 4 valuations of 6 values, and the gain that one of them states
    assert found[1, "Valuations"] == (
        32,
        31,
        "'Valuations'!D2: the file has number 7200000.0, raw.cells has number 7200001.0",
    )
    assert found[2, "rows stored: fund_valuations"][:2] == (4, 3)
    assert found[3, "finding PLANTED (critical)"] == (0, 1, "planted")
    assert done.exit_code == 1
    assert "'Valuations'!D2" in done.output.replace("\n", "")


def test_a_file_that_left_the_inbox_is_not_comparable(told: Home) -> None:
    (told.inbox / OFF).unlink()
    CliRunner().invoke(app, ["reconcile", OFF, "--home", str(told.settings.home)])
    assert told.warehouse.rows(
        "select outcome, reason from marts.fact_load_reconciliation where file_name = ? and level = 1 and item = 'cells'",
        [OFF],
    ) == [("NOT_COMPARABLE", f"{OFF} is no longer in the inbox")]
    assert told.warehouse.rows(LEVELS, [OFF])[0] == (1, "NOT_COMPARABLE")
