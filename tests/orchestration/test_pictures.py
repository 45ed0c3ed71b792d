"""Pictures of a projection draw the warehouse's own figures, deal beside deal. Source: design 3, style (Dagster)."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from matplotlib.dates import num2date
from matplotlib.figure import Figure

from orchestration.pictures import equity_picture, paydown_picture, projected, projected_coverage_picture
from orchestration.warehouse import Warehouse, append_rows

DAYS = (dt.date(2018, 1, 20), dt.date(2018, 4, 20), dt.date(2018, 7, 20))
KEYS = {"organization_id": "house", "load_id": "l", "scenario_id": "base", "as_of_date": dt.date(2017, 12, 22)}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    return found


def keys(deal: str, period: int, **changes: Any) -> dict[str, Any]:
    return {
        **KEYS,
        "projection_id": f"l/{deal}",
        "deal_id": deal,
        "known_at": dt.datetime(2018, 1, 1),
        "period": period,
        "payment_date": DAYS[period - 1],
        **changes,
    }


def add(warehouse: Warehouse, relation: str, rows: list[dict[str, Any]]) -> None:
    with warehouse.transaction() as connection:
        append_rows(connection, relation, rows)


def classes(deal: str, **changes: Any) -> list[dict[str, Any]]:
    """Two A classes and a B class that are paid down, and sub notes paid out of both proceeds."""
    balances = {"Class A-1": (60e6, 30e6, 0.0), "Class A-2": (40e6, 40e6, 0.0), "Class B": (20e6, 20e6, 5e6)}
    nothing = {"interest_paid": 0.0, "principal_paid": 0.0}
    rows = [
        {**keys(deal, period, **changes), "tranche_name": name, "ending_balance": balance, **nothing}
        for name, series in balances.items()
        for period, balance in enumerate(series, 1)
    ]
    paid = ((2e6, 0.0), (1e6, 0.0), (0.5e6, 9e6))
    return rows + [
        {
            **keys(deal, period, **changes),
            "tranche_name": "Sub Notes",
            "ending_balance": 10e6,
            "interest_paid": interest,
            "principal_paid": principal,
        }
        for period, (interest, principal) in enumerate(paid, 1)
    ]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Figure, str]]:
    """Figures, and the words below them, in place of Markdown."""
    found: list[tuple[Figure, str]] = []

    def keep(figure: Figure, title: str, words: str = "") -> str:
        found.append((figure, words))
        return title

    monkeypatch.setattr(projected, "markdown", keep)
    return found


def legend(figure: Figure) -> list[str]:
    (found,) = figure.legends
    return [text.get_text() for text in found.get_texts()]


def test_classes_of_one_letter_are_stacked_as_one_in_millions(
    warehouse: Warehouse, drawn: list[tuple[Figure, str]]
) -> None:
    add(warehouse, "calc.clo_liability_cash_flows", classes("MAG8"))
    paydown_picture(warehouse)
    ((figure, words),) = drawn
    senior, junior = (area.get_paths()[0].vertices for area in figure.axes[0].collections)
    tops = {day: max(y for x, y in junior if num2date(x).date() == day) for day in DAYS}
    assert tops == dict(zip(DAYS, (120.0, 90.0, 5.0), strict=True))
    assert max(y for _, y in senior) == 100.0
    assert legend(figure) == ["Class A", "Class B"]
    assert words == ""


def test_only_the_newest_projection_of_a_deal_is_drawn(warehouse: Warehouse, drawn: list[tuple[Figure, str]]) -> None:
    older = classes("MAG8", as_of_date=dt.date(2017, 9, 22), projection_id="old/MAG8")
    other = classes("MAG8", scenario_id="stress")
    add(warehouse, "calc.clo_liability_cash_flows", [*classes("MAG8"), *older, *other])
    equity_picture(warehouse)
    ((figure, _),) = drawn
    assert [bar.get_height() for bar in figure.axes[0].patches] == [2.0, 1.0, 0.5, 0.0, 0.0, 9.0]
    assert [bar.get_y() for bar in figure.axes[0].patches][3:] == [2.0, 1.0, 0.5]


def test_a_ratio_is_drawn_against_the_trigger_of_its_class(
    warehouse: Warehouse, drawn: list[tuple[Figure, str]]
) -> None:
    ratios = {"Class B": (1.25, (1.31, 1.30, 1.29)), "Class C": (1.05, (1.10, 1.04, 1.06))}
    rows = [
        {**keys("MAG8", period), "test_kind": "oc", "tranche_name": name, "ratio": ratio, "threshold": trigger}
        for name, (trigger, series) in ratios.items()
        for period, ratio in enumerate(series, 1)
    ]
    add(warehouse, "calc.clo_projected_tests", [*rows, {**rows[0], "test_kind": "ic", "ratio": 9.0}])
    projected_coverage_picture(warehouse)
    ((figure, _),) = drawn
    lines = [list(line.get_ydata()) for line in figure.axes[0].lines]
    expected = [line for trigger, series in ratios.values() for line in (list(series), [trigger] * len(DAYS))]
    assert sorted(lines) == sorted(expected)
    assert legend(figure) == ["Class B", "Class C", "trigger"]


def test_deals_beyond_the_first_twelve_are_left_out_with_a_word(
    warehouse: Warehouse, drawn: list[tuple[Figure, str]]
) -> None:
    rows = [row for number in range(1, 15) for row in classes(f"MAG{number}")]
    add(warehouse, "calc.clo_liability_cash_flows", rows)
    equity_picture(warehouse)
    ((figure, words),) = drawn
    names = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert names == [f"MAG{number}" for number in range(1, 13)]
    assert words == "The first 12 of 14 deals, by name."


def test_one_id_in_two_organisations_is_two_deals(warehouse: Warehouse, drawn: list[tuple[Figure, str]]) -> None:
    rows = [*classes("MAG8"), *classes("MAG8", organization_id="alder")]
    add(warehouse, "calc.clo_liability_cash_flows", rows)
    equity_picture(warehouse)
    ((figure, _),) = drawn
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["alder MAG8", "house MAG8"]


@pytest.mark.parametrize("picture", [paydown_picture, projected_coverage_picture, equity_picture])
def test_without_a_projection_there_is_a_word_and_no_picture(warehouse: Warehouse, picture: Any) -> None:
    assert picture(warehouse) == "No projection yet."


def test_a_picture_is_a_png_that_markdown_shows(warehouse: Warehouse) -> None:
    add(warehouse, "calc.clo_liability_cash_flows", classes("MAG8"))
    head, _, rest = paydown_picture(warehouse).partition("(data:image/png;base64,")
    assert head.startswith("![Notes outstanding")
    assert base64.b64decode(rest.rstrip(")")).startswith(b"\x89PNG")
