"""What becomes of a payment date between the warehouse and the calculation: HARBOUR-1 of clo-extensions 4.16 and 5.2."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.deal import Deal, load
from calculations.clo.deal.load import deal_file
from ingestion.samples.worked_report import FIGURES
from orchestration.assets.clo_payment_dates import deal_terms, input_row, printed_decimals, run_reported
from orchestration.checks import control_verdicts
from orchestration.controls import Control
from orchestration.warehouse import Warehouse

DAY = dt.date(2025, 2, 20)
KNOWN_AT = dt.datetime(2025, 2, 24, 11)
DATE = {
    "state_id": "s",
    "organization_id": "birch",
    "load_id": "newest",
    "deal_id": "HARBOUR-1",
    "payment_date": DAY,
    "previous_payment_date": None,
    "terms_load_id": None,
    "known_at": KNOWN_AT,
}
HARBOUR: Deal = load(deal_file("HARBOUR-1"))


def stated(day: dt.date = DAY, **changes: Any) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """The worked report as the warehouse holds it; `changes` are further columns of every row."""
    found = []
    with FIGURES.open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            unit, value = row["unit"].upper(), row["value"]
            found.append(
                {
                    "payment_date": day,
                    "role": row["role"].upper(),
                    "unit": unit,
                    "value": value,
                    **{name: row[name] for name in ("item", "key", "measure")},
                    "value_amount": Decimal(value) if unit == "MONEY" else None,
                    "value_rate": Decimal(value).quantize(Decimal("1e-12")) if unit == "FRACTION" else None,
                    "value_date": dt.date.fromisoformat(value) if unit == "DATE" else None,
                    "value_flag": value == "yes" if unit == "FLAG" else None,
                    "currency": row["currency"] or None,
                    "printed_decimals": None,
                    "known_at": KNOWN_AT,
                    "load_id": "report",
                    "source_row": number,
                    **changes,
                }
            )
    return {("birch", "HARBOUR-1", day): found}


def test_a_compared_figure_names_the_row_that_states_it_and_a_total_the_newest_load() -> None:
    checks = run_reported(DATE, HARBOUR, stated())["calc.clo_payment_date_checks"]
    (fee,) = (row for row in checks if (row["key"], row["measure"]) == ("interest:6", "paid"))
    lines = FIGURES.read_text(encoding="utf-8").splitlines()
    assert lines[fee["source_row"] - 1].startswith("reported,step,interest:6,paid,135749.51")
    assert (fee["load_id"], fee["outcome"], fee["currency"]) == ("report", "break", "EUR")
    (total,) = (row for row in checks if row["item"] == "list")
    assert (total["load_id"], total["source_row"], total["outcome"]) == ("newest", None, "match")


def test_a_report_of_the_worked_date_as_it_is_due_matches_in_every_figure() -> None:
    """4.16's own amounts, and IC C as 6,431,861.33 / 3,320,619.45 prints."""
    due = {"interest:6": "135769.51", "interest:7": "2473777.78", "interest:22": "963530.12"}
    figures = stated()
    for row in figures["birch", "HARBOUR-1", DAY]:
        if row["measure"] == "paid" and row["key"] in due:
            row["value_amount"] = Decimal(due[row["key"]])
        if (row["key"], row["measure"]) == ("IC-C", "ratio"):
            row |= {"value": "193.69%", "value_rate": Decimal("1.936900000000")}
    checks = run_reported(DATE, HARBOUR, figures)["calc.clo_payment_date_checks"]
    assert {row["outcome"] for row in checks} == {"match"}


def test_a_flag_is_one_or_zero_and_a_date_no_number() -> None:
    checks = run_reported(DATE, HARBOUR, stated())["calc.clo_payment_date_checks"]
    shown = {
        (row["item"], row["key"], row["measure"]): (
            row["reported"],
            row["computed"],
            row["reported_date"],
            row["computed_date"],
        )
        for row in checks
    }
    assert shown["test", "OC-E", "passed"] == (0, 0, None, None)
    assert shown["test", "OC-B", "passed"] == (1, 1, None, None)
    assert shown["period", "-", "accrual_end"] == (None, None, DAY, DAY)


def test_an_opening_is_compared_with_the_date_before() -> None:
    later = dt.date(2025, 5, 20)
    figures = {**stated(), **stated(later)}
    rows = run_reported({**DATE, "payment_date": later, "previous_payment_date": DAY}, HARBOUR, figures)
    critical = [row for row in rows["calc.clo_payment_date_findings"] if row["severity"] == "critical"]
    assert {row["rule_code"] for row in critical} == {"OPENING_BREAK"}
    # A was paid down by the cure of E, and the days of the period are those of the date before
    assert [row["message"] for row in critical if "note A" in row["message"]] == [
        "note A opening_balance expected 241443605.32, closing_balance of 2025-02-20, found 242000000.00"
    ]


def test_a_date_before_that_cannot_be_read_is_said_and_stops_nothing() -> None:
    before = dt.date(2024, 11, 20)
    unread = stated(before, value_amount=None)
    rows = run_reported({**DATE, "previous_payment_date": before}, HARBOUR, {**stated(), **unread})
    assert [row["rule_code"] for row in rows["calc.clo_payment_date_findings"]] == [
        "OPENING_NOT_COMPARED",
        "CAP_WITHOUT_OVERFLOW",
    ]
    assert rows["calc.clo_payment_dates"][0]["status"] == "run"


def test_two_values_known_at_one_instant_are_refused() -> None:
    figures = stated()
    taxes = next(row for row in figures["birch", "HARBOUR-1", DAY] if row["key"] == "taxes")
    figures["birch", "HARBOUR-1", DAY].append({**taxes, "value_amount": Decimal(1), "load_id": "other"})
    with pytest.raises(ValueError, match="INPUT_DUPLICATE"):
        run_reported(DATE, HARBOUR, figures)


def test_a_deal_without_a_file_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"deal NONE: expected a deal file with `deal: NONE`.*HARBOUR-1"):
        deal_terms({**DATE, "deal_id": "NONE"}, None)


@given(st.integers(0, 10**6), st.integers(1, 8), st.booleans())
def test_a_fraction_prints_as_many_decimals_as_its_last_digit_weighs(
    number: int, decimals: int, is_percent: bool
) -> None:
    text = f"{Decimal(number).scaleb(-decimals):f}" + ("%" if is_percent else "")
    value = Decimal(text.rstrip("%")) / (100 if is_percent else 1)
    step = Decimal(1).scaleb(-printed_decimals(text))
    assert printed_decimals(text) == decimals + 2 * is_percent
    assert value % step == 0


def test_stated_decimals_stand_before_those_of_the_text() -> None:
    row = stated()["birch", "HARBOUR-1", DAY][0] | {
        "unit": "FRACTION",
        "value": "2.1713",
        "value_rate": Decimal("2.1713"),
    }
    assert input_row(row)["printed_decimals"] == 4
    assert input_row(row | {"printed_decimals": 2})["printed_decimals"] == 2


def test_each_deal_in_breach_has_a_verdict_of_its_own(tmp_path: Path) -> None:
    breaches = (
        "select * from (values ('birch', 'A', 'one'), ('birch', 'B', 'two'), ('birch', 'A', 'three')) t(o, e, what)"
    )
    control = Control(
        "c", "calc.t", "All is well", breaches, "select 9", severity="critical", scope="entity", entity_type="deal"
    )
    found = control_verdicts(Warehouse(tmp_path / "warehouse.duckdb"), control)
    assert [(v.entity_type, v.entity_id, v.observed) for v in found] == [
        (None, None, "3 of 9 against the rule"),
        ("deal", "A", "2 against the rule"),
        ("deal", "B", "1 against the rule"),
    ]
    assert {(v.status, v.severity, v.scope, v.blocks) for v in found} == {("failed", "critical", "entity", False)}
    assert (found[1].message, found[2].message) == ("All is well: one; three", "All is well: two")
