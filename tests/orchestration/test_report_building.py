"""Reports of a publication: what reconciles stands in it, what does not is held with its reason, what is unchanged is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from orchestration.assets.published import held_verdicts
from orchestration.fund_reports import building
from orchestration.fund_reports.building import Held, write_fund_reports
from orchestration.fund_reports.captions import load_templates
from orchestration.fund_reports.documents import Break, Document
from orchestration.warehouse import Warehouse

TEMPLATES = load_templates()
KNOWN = dt.datetime(2025, 4, 22, 9)
BREAK = Break("Ending NAV less the capital account, This investor", Decimal("-1234.5"))


def write_text(path: Path, text: str) -> None:
    path.write_text(text)


def document(fund_id: str, text: str, breaks: Sequence[Break] = ()) -> Document:
    path = Path("ilpa") / fund_id / "report.xlsx"
    day = dt.date(2025, 3, 31)
    written = partial(write_text, text=text)
    return Document("ILPA_REPORTING", "alder", fund_id, "LP", None, day, KNOWN, path, (text,), breaks, written)


class House:
    """A warehouse that publishes given documents."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.monkeypatch = home, monkeypatch
        self.warehouse = Warehouse(home / "warehouse.duckdb")
        self.warehouse.create_tables()

    def publish(self, name: str, made: list[Document], former: str = "none") -> list[Held]:
        self.monkeypatch.setattr(building, "documents", lambda connection, templates: iter(made))
        with self.warehouse.transaction() as connection:
            held = write_fund_reports(
                connection, self.home / name, name, former=self.home / former, templates=TEMPLATES
            )
            connection.execute("insert into ops.publications (publication_id) values (?)", [name])
        return held

    def rows(self, name: str, columns: str) -> list[tuple]:
        sql = f"select {columns} from ops.fund_reports where publication_id = ? order by fund_id"
        return self.warehouse.rows(sql, [name])


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)


def test_a_report_that_does_not_reconcile_is_held_and_the_others_are_published(house: House) -> None:
    held = house.publish("p1", [document("F1", "wrong", [BREAK]), document("F2", "right")])
    files = sorted(str(path.relative_to(house.home / "p1")) for path in (house.home / "p1").rglob("*.xlsx"))
    assert files == ["_operator/reports/alder/ilpa/F2/report.xlsx", "alder/reports/ilpa/F2/report.xlsx"]
    assert [each.fund_id for each in held] == ["F1"]
    assert house.rows("p1", "fund_id, status, reason_code, file_sha256 is null") == [
        ("F1", "HELD", "DOES_NOT_RECONCILE", True),
        ("F2", "PUBLISHED", None, False),
    ]


def test_the_reason_names_fund_cell_and_amount(house: House) -> None:
    (held,) = house.publish("p1", [document("F1", "wrong", [BREAK] * 5)])
    shown = "Ending NAV less the capital account, This investor -1,234.50"
    assert held.reason == f"fund F1, report.xlsx: expected 0, found {shown}; {shown}; {shown} and 2 more"
    (verdict,) = held_verdicts([held])
    assert (verdict.status, verdict.severity, verdict.entity_id, verdict.message) == (
        "failed",
        "critical",
        "F1",
        held.reason,
    )
    assert not verdict.blocks


def test_a_report_of_the_same_inputs_is_taken_from_the_publication_before(house: House) -> None:
    house.publish("p1", [document("F1", "same"), document("F2", "one")])
    (house.home / "p1/_operator/reports/alder/ilpa/F1/report.xlsx").write_text("kept")
    house.publish("p2", [document("F1", "same"), document("F2", "two")], former="p1")
    assert house.rows("p2", "fund_id, is_reused") == [("F1", True), ("F2", False)]
    assert (house.home / "p2/alder/reports/ilpa/F1/report.xlsx").read_text() == "kept"


def test_a_report_that_was_held_is_made_anew_once_it_reconciles(house: House) -> None:
    house.publish("p1", [document("F1", "text", [BREAK])])
    house.publish("p2", [document("F1", "text")], former="p1")
    assert house.rows("p2", "status, is_reused") == [("PUBLISHED", False)]
