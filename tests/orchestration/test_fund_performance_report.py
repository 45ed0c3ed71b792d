"""The performance template of a fund: it adds up to the fund's totals, and what does not is named with its amount."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl

from orchestration.fund_reports.captions import load_templates
from orchestration.fund_reports.figures import FundQuarter
from orchestration.fund_reports.performance import Figure, Flow, Holding, InvestmentFlow, Performance, breaks
from orchestration.fund_reports.performance_workbook import gross_up_table, write_performance

TEMPLATE = load_templates().performance
KNOWN = dt.datetime(2025, 4, 22, 9)
QUARTER = FundQuarter("org", "F1", "Fund & Sons", "Manager", "GP", "USD", dt.date(2025, 3, 31), KNOWN, {}, {})
UNKNOWN = Figure(None, "NO_SIGN_CHANGE")


def flow(day: str, event_id: str, code: str, kind: str, amount: int, *, in_gross: bool) -> Flow:
    whole = "Capital call: net" if code.startswith("CAPITAL_CALL") else "Distribution: net"
    return Flow(dt.date.fromisoformat(day), event_id, code, kind, whole, Decimal(amount), in_gross, True, True)


def holding(company: str, invested: int, realized: int, unrealized: int | None, currency: str = "USD") -> Holding:
    value = None if unrealized is None else Decimal(unrealized)
    day = dt.date(2023, 1, 10)
    return Holding(
        company,
        day,
        None,
        "ACTIVE",
        currency,
        Decimal(invested),
        Decimal(realized),
        value,
        UNKNOWN,
        Figure(Decimal(1), None),
    )


def told() -> Performance:
    """Paid in 100, of it 90 invested; 60 distributed; 80 left. DPI 0.6, TVPI 1.4; MOIC (70 + 65) / 90 = 1.5."""
    metrics = {
        ("net", "dpi"): Figure(Decimal("0.6"), None),
        ("net", "tvpi"): Figure(Decimal("1.4"), None),
        ("net", "irr"): UNKNOWN,
        ("gross", "moic"): Figure(Decimal("1.5"), None),
    }
    return Performance(
        quarter=QUARTER,
        known_at=KNOWN,
        metrics=metrics,  # type: ignore[arg-type]
        said={"net_date_basis": "DUE", "gross_date_basis": "CASH", "day_count": "ACT/365F", "currency": "USD"},
        paid_in=Decimal(100),
        distributed=Decimal(60),
        nav=Decimal(80),
        flows=[
            flow("2023-01-09", "C1", "CAPITAL_CALL_INVESTMENT", "Capital call: investment", -90, in_gross=True),
            flow(
                "2023-01-09", "C1", "CAPITAL_CALL_MANAGEMENT_FEE", "Capital call: management fee", -10, in_gross=False
            ),
            flow("2024-06-30", "D1", "DISTRIBUTION_GAIN", "Distribution: gain", 60, in_gross=True),
        ],
        investment_flows=[
            InvestmentFlow(dt.date(2023, 1, 10), "Alpha Mills", "PURCHASE", Decimal(-50), "USD"),
            InvestmentFlow(dt.date(2023, 1, 10), "Beta Foods", "PURCHASE", Decimal(-40), "USD"),
            InvestmentFlow(dt.date(2024, 6, 28), "Alpha Mills", "PROCEEDS", Decimal(70), "USD"),
        ],
        portfolio=[holding("Alpha Mills", 50, 70, 0), holding("Beta Foods", 40, 0, 65)],
    )


def cell(path: Path, sheet: str, caption: str, column: int = 2) -> object:
    found = openpyxl.load_workbook(path, data_only=True)[sheet]
    return next(found.cell(cell.row, column).value for cell in found["A"] if cell.value == caption)


def test_what_adds_up_to_the_fund_has_no_breaks() -> None:
    assert breaks(TEMPLATE, told()) == []


def test_flows_that_are_not_the_funds_totals_are_seen_with_the_amount() -> None:
    """Source: fund-admin 4.2: cash flows, metrics and portfolio are of one fund."""
    off = breaks(TEMPLATE, replace(told(), paid_in=Decimal(99)))
    # 60 / 99 and 140 / 99 are not the ratios of 100 any more
    assert (off[0].cell, off[0].amount) == (TEMPLATE.columns["check_paid_in"], 1)
    assert [each.cell for each in off[1:]] == [TEMPLATE.columns["check_dpi"], TEMPLATE.columns["check_tvpi"]]


def test_a_portfolio_that_is_not_its_cash_flows_is_seen_with_the_amount() -> None:
    of = told()
    off = breaks(TEMPLATE, replace(of, investment_flows=of.investment_flows[:2]))
    assert [(each.cell, each.amount) for each in off] == [(TEMPLATE.columns["check_realized"], 70)]


def test_an_investment_without_a_value_leaves_the_multiple_untold() -> None:
    of = replace(told(), portfolio=[holding("Alpha Mills", 50, 70, None), holding("Beta Foods", 40, 0, 65)])
    assert "check_moic" not in of.checks


def test_currencies_are_not_added_up(tmp_path: Path) -> None:
    of = told()
    mixed = replace(
        of,
        portfolio=[*of.portfolio, holding("Gamma AG", 30, 0, 30, "EUR")],
        investment_flows=[
            *of.investment_flows,
            InvestmentFlow(dt.date(2024, 1, 2), "Gamma AG", "PURCHASE", Decimal(-30), "EUR"),
        ],
    )
    assert breaks(TEMPLATE, mixed) == []
    path = tmp_path / "performance.xlsx"
    write_performance(path, TEMPLATE, mixed)
    assert "Total" not in [cell.value for cell in openpyxl.load_workbook(path)["Portfolio"]["A"]]


def test_net_flows_are_grossed_up_by_day_without_their_items() -> None:
    """90 for investments and 10 for the fee are one call of 100 beside the two purchases."""
    rows = gross_up_table(TEMPLATE, told()).rows
    assert [row[2:] for row in rows if row[1] == "Partners"] == [
        ("Capital call: net", "USD", None, -100),
        ("Distribution: net", "USD", None, 60),
    ]
    assert sum(row[4] for row in rows if row[4] is not None) == -50 - 40 + 70


def test_the_workbook_tells_metrics_totals_portfolio_and_method(tmp_path: Path) -> None:
    path = tmp_path / "performance.xlsx"
    write_performance(path, TEMPLATE, told())
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Metrics", "Granular cash flows", "Gross-up cash flows", "Portfolio", "Methodology"]
    assert cell(path, "Metrics", "Distributed to paid-in (DPI)") == 0.6
    assert cell(path, "Metrics", "Internal rate of return") == "NO_SIGN_CHANGE"
    assert cell(path, "Metrics", "Total value") == 140
    assert cell(path, "Portfolio", "Beta Foods", 9) == 65
    assert cell(path, "Granular cash flows", "Total", 8) == -40  # net: 60 - 100
    assert cell(path, "Granular cash flows", "Total", 9) == -30  # gross: 60 - 90, without the fee
    said = " ".join(str(cell.value) for cell in book["Methodology"]["A"])
    assert "day count ACT/365F" in said
    assert "date basis DUE" in said
    assert {sheet.oddHeader.right.text for sheet in book} == {"Amounts in USD"}


def test_the_same_performance_makes_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        write_performance(path, TEMPLATE, told())
    assert paths[0].read_bytes() == paths[1].read_bytes()
