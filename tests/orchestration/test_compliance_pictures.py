"""Pictures of compliance draw the warehouse's own figures: cushions to limits, industries against theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from orchestration.pictures import compliance, cushion_picture, industry_picture
from orchestration.warehouse import Warehouse, append_rows

KEYS = {
    "organization_id": "house",
    "load_id": "l",
    "as_of_date": dt.date(2017, 12, 22),
    "known_at": dt.datetime(2018, 1, 1),
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    with found.transaction() as connection:
        connection.execute(
            "create table seeds.compliance_tests as select * from (values (4, 'Largest obligor'), (33, 'Recovery'), "
            "(27, 'Largest industry')) as t(test_number, test_name)"
        )
        connection.execute(
            "create table staging.stg_clo__deal_tests (organization_id varchar, load_id varchar, deal_id varchar, "
            "test_number integer, threshold double, overwrite double)"
        )
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    found: list[Figure] = []

    def keep(figure: Figure, title: str, words: str = "") -> str:
        found.append(figure)
        return title

    monkeypatch.setattr(compliance, "markdown", keep)
    return found


def add(warehouse: Warehouse, relation: str, rows: list[dict[str, Any]]) -> None:
    with warehouse.transaction() as connection:
        append_rows(connection, relation, rows)


def of_test(deal: str, number: int, result: float, threshold: float, direction: str, **changes: Any) -> dict[str, Any]:
    passed = result >= threshold if direction == "MIN" else result <= threshold
    row = {**KEYS, "deal_id": deal, "test_number": number, "is_listed": True, "result": result}
    return {**row, "threshold": threshold, "direction": direction, "passed": passed, **changes}


def test_a_cushion_is_a_share_of_the_limit_on_its_own_side(warehouse: Warehouse, drawn: list[Figure]) -> None:
    rows = [
        of_test("MAG8", 4, 0.015, 0.02, "MAX"),  # a quarter of the limit is left
        of_test("MAG8", 33, 0.48, 0.40, "MIN"),  # a fifth above it
        of_test("MAG9", 4, 0.021, 0.02, "MAX"),  # a twentieth past it
        of_test("MAG9", 4, 0.01, 0.02, "MAX", as_of_date=dt.date(2017, 9, 22), load_id="older"),
        of_test("MAG9", 27, 0.5, 0.02, "MAX", is_listed=False),
    ]
    add(warehouse, "calc.clo_compliance_results", rows)
    cushion_picture(warehouse)
    (axes,) = drawn[0].axes
    (image,) = axes.images
    grid = np.ma.filled(image.get_array(), np.nan)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["4 Largest obligor", "33 Recovery"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["MAG8", "MAG9"]
    assert grid == pytest.approx(np.array([[0.25, -0.05], [0.20, np.nan]]), nan_ok=True)
    assert [text.get_text() for text in axes.texts] == ["-5.0"]


def test_the_largest_industries_stand_against_the_limits_of_their_places(
    warehouse: Warehouse, drawn: list[Figure]
) -> None:
    shares = (0.14, 0.11, 0.09, 0.08, 0.05, 0.04)
    rows = [
        {
            **KEYS,
            "deal_id": "MAG8",
            "concentration_type": kind,
            "concentration_value": f"I{rank}",
            "share": share,
            "rank": rank,
        }
        for kind in ("sp_industry", "country")
        for rank, share in enumerate(shares, 1)
    ]
    add(warehouse, "calc.clo_pool_concentrations", rows)
    limits = [(27, 0.15, 0.0), (26, 0.12, 0.13), (25, 0.10, None), (14, 0.2, None)]
    with warehouse.transaction() as connection:
        connection.executemany(
            "insert into staging.stg_clo__deal_tests values ('house', 'l', 'MAG8', ?, ?, ?)",
            [list(row) for row in limits],
        )
    industry_picture(warehouse)
    (axes,) = (axes for axes in drawn[0].axes if axes.get_visible())
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([14, 11, 9, 8, 5])
    # places 1, 2 and 4 from above; an overwrite of 0 is none (clo-workbook 3.2)
    assert sorted((round(line.get_ydata()[0] + 0.45), float(line.get_xdata()[0])) for line in axes.lines) == [
        (0, pytest.approx(15)),
        (1, pytest.approx(13)),
        (3, pytest.approx(10)),
    ]


@pytest.mark.parametrize(
    ("picture", "words"), [(cushion_picture, "No compliance test yet."), (industry_picture, "No pool yet.")]
)
def test_without_figures_there_is_a_word_and_no_picture(warehouse: Warehouse, picture: Any, words: str) -> None:
    assert picture(warehouse) == words
