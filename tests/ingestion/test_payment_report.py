"""Reported CLO payment dates: the figures there are, their units and currency, and from when each is known.

Source: input-contracts 5.9, clo-extensions 5.1.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract
from tests.ingestion.feed_files import LOADED_AT, breaches, notes, read_feed, rows, workbook

FIELDS = (
    *("deal_id", "payment_date", "role", "item", "key", "measure", "value", "unit", "currency", "printed_decimals"),
    *("source_file", "source_page", "known_at"),
)
SENT_AT = "sent_at: 2024-11-22T09:00:00Z\n"
BACKLOAD = "backload/birch-credit/f.dat"

# One figure of every item of the table of clo-extensions 5.1.
FIGURES = [
    ("period", "", "accrual_end", "2024-11-20", "DATE"),
    ("proceeds", "principal", "collected", "1415000", "MONEY"),
    ("proceeds", "purchased_accrued", "recovered", "12.50", "MONEY"),
    ("account", "expense_reserve", "opening_interest", "90000.00", "MONEY"),
    ("index", "EURIBOR 3M", "level", "2.85%", "FRACTION"),
    ("note", "A", "opening_deferred", "0", "MONEY"),
    ("note", "A", "coupon", "0.0435", "FRACTION"),
    ("fee", "senior", "accrued", "135769.51", "MONEY"),
    ("due", "taxes", "amount", "1000", "MONEY"),
    ("par", "ccc_haircut", "amount", "-250000", "MONEY"),
    ("test", "IC-B", "ratio", "2.1713", "FRACTION"),
    ("test", "IC-B", "passed", "yes", "FLAG"),
    ("step", "interest:6", "paid", "135749.51", "MONEY"),
    ("step", "interest:20:retention_holder", "paid", "46549.55", "MONEY"),
    ("equity", "2021-05-20", "amount", "-40000000", "MONEY"),
    ("flag", "accelerated", "value", "FALSE", "FLAG"),
]


def line(item: str, key: str, measure: str, value: str, unit: str, **changes: str) -> str:
    row = {"deal_id": "H1", "payment_date": "2024-11-20", "role": "input", "printed_decimals": ""}
    row |= {"item": item, "key": key, "measure": measure, "value": value, "unit": unit}
    row |= {"currency": "EUR" if unit.upper() == "MONEY" else ""} | changes
    return ",".join(row.get(field, "") for field in FIELDS)


def report(tmp_path: Path, *lines: str, **where: Any) -> Extract:
    return read_feed(tmp_path, "\n".join((",".join(FIELDS), *lines)) + "\n", {}, **where)[1]


def test_every_item_of_the_table_is_read_with_its_typed_value(tmp_path: Path) -> None:
    extract = report(tmp_path, *(line(*figure) for figure in FIGURES))
    assert extract.rejected == ()
    typed = {
        (row["item"], row["key"], row["measure"]): next(
            row[name] for name in ("value_amount", "value_rate", "value_date", "value_flag") if row[name] is not None
        )
        for row in rows(extract)
    }
    assert typed["period", "", "accrual_end"] == dt.date(2024, 11, 20)
    assert typed["index", "EURIBOR 3M", "level"] == Decimal("0.0285")
    assert typed["step", "interest:6", "paid"] == Decimal("135749.51")
    assert typed["par", "ccc_haircut", "amount"] == Decimal(-250000)
    assert typed["flag", "accelerated", "value"] is False
    assert len(typed) == len(FIGURES)
    assert [row["value"] for row in rows(extract)] == [figure[3] for figure in FIGURES]


def test_each_value_fills_the_column_of_its_unit_alone(tmp_path: Path) -> None:
    columns = {"MONEY": "value_amount", "FRACTION": "value_rate", "DATE": "value_date", "FLAG": "value_flag"}
    for row in rows(report(tmp_path, *(line(*figure) for figure in FIGURES))):
        assert [name for name in columns.values() if row[name] is not None] == [columns[row["unit"]]]


def test_the_business_date_of_a_report_is_its_greatest_payment_date(tmp_path: Path) -> None:
    later = line("note", "A", "coupon", "0.04", "FRACTION", payment_date="2025-02-20")
    dated = line("period", "", "accrual_end", "2025-02-19", "DATE")
    assert report(tmp_path, dated, later, line(*FIGURES[1])).as_of == dt.date(2025, 2, 20)


@pytest.mark.parametrize(
    ("changed", "column", "rule"),
    [
        (("bond", "A", "coupon", "0.04", "FRACTION"), "item", "INPUT_UNKNOWN_KEY"),
        (("note", "A", "yield", "0.04", "FRACTION"), "measure", "INPUT_UNKNOWN_KEY"),
        (("note", "", "coupon", "0.04", "FRACTION"), "key", "INPUT_UNKNOWN_KEY"),
        (("period", "A", "determination", "2024-11-18", "DATE"), "key", "INPUT_UNKNOWN_KEY"),
        (("proceeds", "interest", "recovered", "1", "MONEY"), "key", "INPUT_UNKNOWN_KEY"),
        (("par", "everything", "amount", "1", "MONEY"), "key", "INPUT_UNKNOWN_KEY"),
        (("step", "6", "paid", "1", "MONEY"), "key", "INPUT_UNKNOWN_KEY"),
        (("step", "interest:6a", "paid", "1", "MONEY"), "key", "INPUT_UNKNOWN_KEY"),
        (("equity", "20/05/2021", "amount", "1", "MONEY"), "key", "INPUT_UNKNOWN_KEY"),
        (("note", "A", "coupon", "4", "MONEY"), "unit", "INPUT_UNIT"),
        (("test", "IC-B", "passed", "1", "FRACTION"), "unit", "INPUT_UNIT"),
    ],
)
def test_what_is_no_figure_of_the_table_is_quarantined_under_its_rule(
    tmp_path: Path, changed: tuple[str, ...], column: str, rule: str
) -> None:
    extract = report(tmp_path, line(*changed), line(*FIGURES[1]))  # type: ignore[arg-type]
    assert breaches(extract) == [(2, chr(ord("A") + FIELDS.index(column)), "RULE_VIOLATION")]
    assert f"({rule})" in extract.rejected[0].message
    assert [row["_row"] for row in rows(extract)] == [3]


@pytest.mark.parametrize(
    ("figure", "currency"), [(FIGURES[1], ""), (FIGURES[6], "EUR")], ids=["money without", "fraction with"]
)
def test_money_has_a_currency_and_nothing_else_does(tmp_path: Path, figure: tuple[str, ...], currency: str) -> None:
    extract = report(tmp_path, line(*figure, currency=currency))  # type: ignore[arg-type]
    assert "(INPUT_CURRENCY)" in extract.rejected[0].message


@pytest.mark.parametrize(
    ("value", "unit", "currency", "code"),
    [
        ("1.005", "MONEY", "EUR", "PRECISION_EXCEEDED"),
        ("1.5", "MONEY", "JPY", "PRECISION_EXCEEDED"),
        ("a lot", "MONEY", "EUR", "BAD_TYPE"),
        ("", "MONEY", "EUR", "MISSING_VALUE"),
    ],
)
def test_a_value_is_of_its_unit_and_money_on_the_minor_unit(
    tmp_path: Path, value: str, unit: str, currency: str, code: str
) -> None:
    extract = report(tmp_path, line("note", "A", "interest_due", value, unit, currency=currency))
    assert [b.reason_code for b in extract.rejected] == [code]


def test_what_a_pool_is_valued_at_need_not_lie_on_the_minor_unit(tmp_path: Path) -> None:
    """The CCC haircut of clo-extensions 4.16, a product of par and prices."""
    extract = report(tmp_path, line("par", "ccc_haircut", "amount", "-983303.125", "MONEY"))
    assert extract.rejected == ()
    assert rows(extract)[0]["value_amount"] == Decimal("-983303.125")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("accrual_start", "2024-08-20"), ("accrual_end", "2024-08-20")),
        (("collection_begin", "2024-11-09"), ("collection_end", "2024-11-08")),
    ],
)
def test_a_period_ends_after_it_begins(tmp_path: Path, one: tuple[str, str], other: tuple[str, str]) -> None:
    extract = report(tmp_path, *(line("period", "", *day, "DATE") for day in (one, other)))
    assert breaches(extract) == [(3, "G", "RULE_VIOLATION")]
    assert "(PERIOD_ORDER)" in extract.rejected[0].message


@pytest.mark.parametrize("measure", ["collection_end", "determination"])
def test_nothing_is_collected_or_determined_after_the_payment_date(tmp_path: Path, measure: str) -> None:
    (breach,) = report(tmp_path, line("period", "", measure, "2024-11-21", "DATE")).rejected
    assert "(PERIOD_ORDER)" in breach.message


def test_a_figure_stated_twice_differently_is_not_taken_at_all(tmp_path: Path) -> None:
    extract = report(
        tmp_path, line("note", "A", "coupon", "0.04", "FRACTION"), line("note", "A", "coupon", "0.05", "FRACTION")
    )
    assert {b.reason_code for b in extract.rejected} == {"DUPLICATE_KEY"}
    assert rows(extract) == []


def test_input_and_reported_are_two_figures(tmp_path: Path) -> None:
    both = (line("note", "A", "coupon", "0.04", "FRACTION", role=role) for role in ("input", "reported"))
    assert [row["role"] for row in rows(report(tmp_path, *both))] == ["INPUT", "REPORTED"]


# --- from when a figure is known ---


def known(value: str, coupon: str = "0.04") -> str:
    return line("note", "A", "coupon", coupon, "FRACTION", known_at=value)


def test_a_stated_instant_counts_row_by_row_in_a_back_load(tmp_path: Path) -> None:
    lines = (known("2024-11-25T10:00:00Z"), known("2024-12-01T10:00:00+01:00", "0.05"), line(*FIGURES[1]))
    extract = report(tmp_path, *lines, place=BACKLOAD, sidecar=SENT_AT)
    assert extract.rejected == ()
    assert [row["known_at"] for row in rows(extract)] == [
        dt.datetime(2024, 11, 25, 10),
        dt.datetime(2024, 12, 1, 9),
        dt.datetime(2024, 11, 22, 9),  # none stated: that of the file
    ]
    assert notes(extract) == []


def test_elsewhere_the_load_decides_and_another_instant_is_noted(tmp_path: Path) -> None:
    extract = report(tmp_path, known("2024-11-25T10:00:00Z"), line(*FIGURES[1]))
    assert {row["known_at"] for row in rows(extract)} == {LOADED_AT}
    assert notes(extract) == ["KNOWN_AT_NOT_COUNTED"]


def test_two_values_that_the_load_makes_known_together_contradict_each_other(tmp_path: Path) -> None:
    lines = (known("2024-11-25T10:00:00Z"), known("2024-12-01T10:00:00Z", "0.05"))
    assert {b.reason_code for b in report(tmp_path, *lines).rejected} == {"DUPLICATE_KEY"}


def test_nothing_is_known_after_it_was_loaded(tmp_path: Path) -> None:
    extract = report(tmp_path, known("2026-03-02T12:00:01Z"), place=BACKLOAD, sidecar=SENT_AT)
    assert breaches(extract) == [(2, "M", "OUT_OF_RANGE")]


def test_a_report_may_come_as_a_sheet_under_the_same_rules(tmp_path: Path) -> None:
    table = [FIELDS, *(line(*figure).split(",") for figure in FIGURES)]
    feed, extract = read_feed(tmp_path, workbook("Payment Date Inputs", table), {})
    assert (feed.kind, feed.as_of) == ("clo_payment_report", dt.date(2024, 11, 20))
    assert extract.rejected == ()
    assert len(rows(extract)) == len(FIGURES)
