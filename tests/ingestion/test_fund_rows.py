"""What single rows of the fund workbook may say: terms in the shape of their type, changes of status. Source: input-contracts 3, 3.1."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as NewWorkbook

from ingestion.contracts import WorkbookContract, workbook_contracts
from ingestion.extract import Extract
from ingestion.units import Source
from ingestion.workbook import open_workbook
from ingestion.workbook_reader import read_contract_workbook

FUND = workbook_contracts()["fund_workbook"]
DAY = dt.date(2020, 1, 15)
FUNDS = [
    ["fund_id", "fund_name", "fund_type", "base_currency", "inception_date", "fund_size", "fund_status"],
    ["F1", "Alder", "PE", "USD", DAY, 50_000_000, "INVESTING"],
]
TERMS = ["term_id", "fund_id", "term_type", "term_name", "term_value", "effective_date"]
FEE = {"basis": "COMMITMENTS", "rate": "0.02", "frequency": "QUARTERLY", "timing": "ADVANCE", "day_count": "ACT_360"}


def read(tmp_path: Path, name: str, rows: Sequence[Sequence[Any]], mode: str = "full") -> Extract:
    """A fund workbook of one fund and one more sheet."""
    book = NewWorkbook()
    assert book.active is not None
    book.active.title = "Funds"
    for row in FUNDS:
        book.active.append(row)
    sheet = book.create_sheet(name)
    for line in rows:
        sheet.append(list(line))
    path = tmp_path / "fund.xlsx"
    book.save(path)
    source = Source("fund.xlsx", "alder", "main", mode)
    return read_contract_workbook(open_workbook(path, "fund.xlsx"), FUND, source)


def read_term(tmp_path: Path, term_type: str, value: Any) -> Extract:
    return read(tmp_path, "Fund Terms", [TERMS, ["T1", "F1", term_type, "A term", json.dumps(value), DAY]])


@pytest.mark.parametrize("missing", FEE)
def test_a_term_that_lacks_a_key_of_its_type_names_that_key(tmp_path: Path, missing: str) -> None:
    extract = read_term(tmp_path, "FEE_STRUCTURE", {key: value for key, value in FEE.items() if key != missing})
    (breach,) = extract.rejected
    assert (breach.sheet, breach.row, breach.column, breach.reason_code) == ("Fund Terms", 2, "E", "BAD_JSON_SHAPE")
    assert f"must be of the shape FEE_STRUCTURE, found at $: '{missing}' is a required property" in breach.message


@pytest.mark.parametrize(
    ("term_type", "value", "is_sound"),
    [
        ("FEE_STRUCTURE", FEE, True),
        ("FEE_STRUCTURE", FEE | {"rate": 0.02}, True),
        ("WATERFALL", FEE, False),  # a fee is no waterfall, though it is a term
        ("CAPITAL_CALL", {"notice_business_days": 10}, True),
        ("DISTRIBUTION", {"notice_business_days": 10}, False),
        ("CLOSING", {}, True),
        ("DEFAULT", {"late_interest": {"rate": "0.08"}}, True),
        ("DEFAULT", {"interest": {"rate": "0.08"}}, False),
    ],
)
def test_a_term_has_the_shape_of_its_own_type(tmp_path: Path, term_type: str, value: Any, is_sound: bool) -> None:
    found = [breach.reason_code for breach in read_term(tmp_path, term_type, value).rejected]
    assert found == ([] if is_sound else ["BAD_JSON_SHAPE"])


def test_a_term_of_an_unknown_type_is_judged_by_its_type_alone(tmp_path: Path) -> None:
    assert [breach.reason_code for breach in read_term(tmp_path, "HANDSHAKE", {}).rejected] == ["BAD_ENUM"]


def test_every_code_that_names_a_shape_has_one() -> None:
    document = FUND.model_dump()
    shapes = {name: shape for name, shape in document["shapes"].items() if name != "CLOSING"}
    kept = {key: value for key, value in document.items() if key not in ("shapes", "tables")}
    with pytest.raises(ValueError, match=r"Fund Terms.term_value has shapes \['CLOSING'\]"):
        WorkbookContract.model_validate({**kept, "shapes": shapes})


EVENTS = ["entity_type", "entity_id", "sequence", "from_status", "to_status", "occurred_at", "reason"]


def read_events(tmp_path: Path, *events: tuple[str, str, str, str | None]) -> list[tuple[int, str | None, str, str]]:
    """Breaches of one entity's events (type, from, to, reason), numbered from 1."""
    rows = [
        [entity_type, "E1", number, before, after, f"2021-03-{number:02}T12:00:00Z", reason]
        for number, (entity_type, before, after, reason) in enumerate(events, 1)
    ]
    extract = read(tmp_path, "Status Events", [EVENTS, *rows])
    return [(breach.row, breach.column, breach.reason_code, breach.message) for breach in extract.rejected]


# The rows of fund-admin 1.9: column "allocation validator", and the machine recommended for calls.
RECOMMENDED = {
    "ALLOCATION": {
        "COMMITTED": {"FUNDED", "PARTIALLY_PAID", "UNFUNDED", "WRITTEN_OFF"},
        "UNFUNDED": {"COMMITTED", "PARTIALLY_PAID", "FUNDED", "WRITTEN_OFF"},
        "PARTIALLY_PAID": {"FUNDED", "WRITTEN_OFF"},
        "FUNDED": {"PARTIALLY_PAID", "WRITTEN_OFF"},
        "WRITTEN_OFF": set(),
    },
    "ALLOCATION_CALL": {
        "SCHEDULED": {"CALLED", "CANCELLED"},
        "CALLED": {"PARTIALLY_PAID", "PAID", "OVERDUE", "CANCELLED"},
        "PARTIALLY_PAID": {"PAID", "OVERDUE"},
        "OVERDUE": {"PARTIALLY_PAID", "PAID", "DEFAULTED"},
        "DEFAULTED": {"PAID", "PARTIALLY_PAID"},
        "PAID": set(),
        "CANCELLED": set(),
    },
}


@pytest.mark.parametrize("entity_type", RECOMMENDED)
def test_a_status_may_be_followed_by_those_of_the_recommended_machine_alone(tmp_path: Path, entity_type: str) -> None:
    legal = RECOMMENDED[entity_type]
    steps = [(before, after) for before in legal for after in legal]
    rows = [
        [entity_type, f"E{number}", 1, before, after, "2021-03-01T12:00:00Z", None]
        for number, (before, after) in enumerate(steps)
    ]
    extract = read(tmp_path, "Status Events", [EVENTS, *rows])
    refused = {steps[breach.row - 2] for breach in extract.rejected}
    assert refused == {(before, after) for before, after in steps if after not in legal[before]}
    assert {(breach.column, breach.reason_code) for breach in extract.rejected} == {("E", "ILLEGAL_TRANSITION")}


def test_what_is_final_changes_through_a_reversal_alone_and_says_why(tmp_path: Path) -> None:
    assert read_events(tmp_path, ("ALLOCATION_CALL", "PAID", "CALLED", "wire returned")) == []
    ((row, column, code, message),) = read_events(tmp_path, ("ALLOCATION_CALL", "PAID", "CALLED", None))
    assert (row, column, code) == (2, "E", "ILLEGAL_TRANSITION")
    assert "by a reversal that reason explains, found CALLED, from PAID" in message


def test_an_event_begins_where_the_one_before_it_ended(tmp_path: Path) -> None:
    breaches = read_events(
        tmp_path,
        ("NOTICE", "PENDING", "OVERDUE", None),
        ("NOTICE", "PARTIALLY_PAID", "PAID", None),
        ("NOTICE", "PAID", "PENDING", "a cheque bounced"),
    )
    assert [breach[:3] for breach in breaches] == [(3, "D", "ILLEGAL_TRANSITION")]
    assert "must be OVERDUE, in which row 2 left it, found PARTIALLY_PAID, going to PAID" in breaches[0][3]


def test_statuses_are_read_like_those_of_the_sheet_they_belong_to(tmp_path: Path) -> None:
    """COMPLETED is SETTLED of a call, PARTIAL is PARTIALLY_PAID of an instalment. Source: input-contracts 3."""
    assert read_events(tmp_path, ("CALL", "draft", "Issued", None), ("CALL", "ISSUED", "completed", None)) == []
    assert read_events(tmp_path, ("ALLOCATION_CALL", "called", "partial", None)) == []
    assert [breach[:3] for breach in read_events(tmp_path, ("CALL", "DRAFT", "SENT", None))] == [(2, "E", "BAD_ENUM")]
    # A funded allocation is none of a distribution's statuses.
    assert [b[:3] for b in read_events(tmp_path, ("DISTRIBUTION", "FUNDED", "PAID", None))] == [(2, "D", "BAD_ENUM")]


def test_a_delta_takes_an_event_back_by_its_key(tmp_path: Path) -> None:
    rows = [[*EVENTS, "row_action"], ["CALL", "E1", 1, None, None, None, None, "delete"]]
    assert read(tmp_path, "Status Events", rows, mode="delta").rejected == ()


def test_every_type_of_entity_has_a_machine_of_its_own_statuses() -> None:
    events = next(sheet for sheet in FUND.sheets if sheet.name == "Status Events")
    assert events.transitions is not None
    assert set(events.transitions.machines) == set(events.fields["entity_type"].codes)
    wrong = FUND.model_dump(exclude={"tables"})
    sheet = next(sheet for sheet in wrong["sheets"] if sheet["name"] == "Status Events")
    sheet["transitions"]["machines"]["FEE"]["legal"]["PAID"] = ["FORGIVEN"]
    with pytest.raises(ValueError, match=r"Fee Charges.status has no statuses \['FORGIVEN'\]"):
        WorkbookContract.model_validate(wrong)
