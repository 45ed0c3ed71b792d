"""Which status may follow which. Expected moves: the table of fund-admin 1.9 and its recommended machine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.lifecycle.machines import FILE, StatusMachine, machines
from calculations.funds.lifecycle.transitions import (
    Moves,
    Statuses,
    StatusEvents,
    TransitionFinding,
    check_events,
    check_loads,
)
from ingestion.contracts import workbook_contracts

# fund-admin 1.9, last paragraph but one: column "allocation validator", and the machine recommended for calls
RECOMMENDED = {
    "ALLOCATION": {
        "COMMITTED": {"FUNDED", "PARTIALLY_PAID", "UNFUNDED", "WRITTEN_OFF"},
        "UNFUNDED": {"COMMITTED", "FUNDED", "PARTIALLY_PAID", "WRITTEN_OFF"},
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


Step = tuple[str, str, int, str, str, bool]


def events(*steps: Step) -> tuple[Moves, tuple[TransitionFinding, ...]]:
    kind, entity, sequence, before, after, has_reason = zip(*steps, strict=True)
    rows = [f"events.csv, row {number}" for number in range(2, len(steps) + 2)]
    return check_events(
        StatusEvents(
            np.array(kind),
            np.array(entity),
            np.array(sequence, dtype=np.int64),
            np.array(before),
            np.array(after),
            np.array(has_reason, dtype=np.bool_),
            np.array(rows),
        )
    )


def load(name: str, *rows: tuple[str, str, str, bool]) -> Statuses:
    kind, entity, status, reversal = zip(*rows, strict=True)
    source = np.array([f"{name}, row {number}" for number in range(2, len(rows) + 2)])
    return Statuses(np.array(kind), np.array(entity), np.array(status), np.array(reversal, dtype=np.bool_), source)


@pytest.mark.parametrize("entity_type", RECOMMENDED)
def test_the_moves_are_those_of_the_recommended_machine(entity_type: str) -> None:
    table = RECOMMENDED[entity_type]
    steps = [(entity_type, f"E{b}{a}", 1, b, a, False) for b in table for a in table]
    moves, findings = events(*steps)
    assert {(b, a) for b, a in zip(moves.before.tolist(), moves.after.tolist(), strict=True)} == {
        (b, a) for b in table for a in table[b]
    }
    assert len(findings) + moves.after.size == len(steps)
    assert {finding.code for finding in findings} == {"ILLEGAL_TRANSITION"}


def test_partially_paid_becomes_unfunded_by_payment_reversal_alone() -> None:
    assert events(("ALLOCATION", "A", 1, "PARTIALLY_PAID", "UNFUNDED", True))[1] == ()
    (finding,) = events(("ALLOCATION", "A", 1, "PARTIALLY_PAID", "UNFUNDED", False))[1]
    assert finding.message == (
        "events.csv, row 2: ALLOCATION A: after PARTIALLY_PAID it must be one of FUNDED, WRITTEN_OFF, or UNFUNDED by a "
        "reversal, found PARTIALLY_PAID to UNFUNDED"
    )


def test_paid_and_cancelled_calls_are_left_by_a_reversal_alone() -> None:
    for before in ("PAID", "CANCELLED"):
        assert events(("ALLOCATION_CALL", "C", 1, before, "CALLED", True))[1] == ()
        assert [f.code for f in events(("ALLOCATION_CALL", "C", 1, before, "CALLED", False))[1]] == [
            "ILLEGAL_TRANSITION"
        ]


def test_what_is_written_off_stays_so_even_with_a_reason() -> None:
    for after in ("COMMITTED", "FUNDED", "PARTIALLY_PAID", "UNFUNDED"):
        assert len(events(("ALLOCATION", "A", 1, "WRITTEN_OFF", after, True))[1]) == 1


def test_an_event_begins_where_the_one_before_it_ended() -> None:
    moves, (finding,) = events(
        ("NOTICE", "N", 3, "PAID", "PENDING", True),
        ("NOTICE", "N", 1, "PENDING", "OVERDUE", False),
        ("NOTICE", "N", 2, "PARTIALLY_PAID", "PAID", False),
    )
    assert moves.after.tolist() == ["OVERDUE", "PENDING"]  # in order of sequence, whatever the order of the rows
    assert (finding.before_row, finding.after_row) == ("events.csv, row 3", "events.csv, row 4")
    assert "must begin with OVERDUE, in which events.csv, row 3 left it" in finding.message


def test_events_of_two_entities_do_not_follow_each_other() -> None:
    moves, findings = events(
        ("CALL", "X", 1, "DRAFT", "ISSUED", False), ("DISTRIBUTION", "X", 2, "DECLARED", "PAID", False)
    )
    assert findings == ()
    assert moves.before_row.tolist() == ["", ""]


def test_a_status_of_another_type_is_unknown() -> None:
    assert [finding.code for finding in events(("DISTRIBUTION", "D", 1, "FUNDED", "PAID", False))[1]] == ["BAD_ENUM"]


def test_aliases_and_spellings_are_the_status_they_mean() -> None:
    moves, findings = events(
        ("ALLOCATION_CALL", "C", 1, "called", "partial", False), ("CALL", "K", 1, "Issued", "completed", False)
    )
    assert findings == ()
    assert sorted(moves.after.tolist()) == ["PARTIALLY_PAID", "SETTLED"]


def test_two_loads_show_moves_with_both_rows_and_quarantine_the_illegal_one() -> None:
    before = load(
        "jan.xlsx",
        ("ALLOCATION", "A1", "COMMITTED", False),
        ("ALLOCATION", "A2", "WRITTEN_OFF", False),
        ("ALLOCATION_CALL", "C1", "PAID", False),
        ("ALLOCATION_CALL", "C2", "SCHEDULED", False),
        ("ALLOCATION_CALL", "GONE", "PAID", False),
    )
    after = load(
        "feb.xlsx",
        ("ALLOCATION_CALL", "C2", "PAID", False),
        ("ALLOCATION_CALL", "C1", "OVERDUE", True),
        ("ALLOCATION", "A2", "FUNDED", True),
        ("ALLOCATION", "A1", "COMMITTED", False),
        ("ALLOCATION", "NEW", "FUNDED", False),
    )
    moves, findings = check_loads(before, after)
    assert list(zip(moves.entity_id, moves.before, moves.after, strict=True)) == [("C1", "PAID", "OVERDUE")]
    assert [(f.entity_id, f.before, f.after, f.before_row, f.after_row) for f in findings] == [
        ("C2", "SCHEDULED", "PAID", "jan.xlsx, row 5", "feb.xlsx, row 2"),
        ("A2", "WRITTEN_OFF", "FUNDED", "jan.xlsx, row 3", "feb.xlsx, row 4"),
    ]


def test_an_unknown_type_of_entity_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected one of the entity types ALLOCATION,.*found 'LOAN'"):
        events(("LOAN", "L", 1, "A", "B", False))


def test_an_entity_stands_once_in_a_load() -> None:
    one = load("jan.xlsx", ("CALL", "K", "DRAFT", False))
    two = load("feb.xlsx", ("CALL", "K", "ISSUED", False), ("CALL", "K", "DRAFT", False))
    with pytest.raises(ValueError, match="each entity once in a load, found CALL K repeated in the second"):
        check_loads(one, two)


@given(
    st.lists(st.tuples(st.sampled_from(sorted(RECOMMENDED["ALLOCATION_CALL"])), st.booleans()), min_size=2, max_size=9)
)
def test_loads_one_after_the_other_agree_with_events_that_say_the_same(path: list[tuple[str, bool]]) -> None:
    """Both ways to learn of moves judge them alike, except that a load may repeat a status."""
    pairs = [(b, a, r) for (b, _), (a, r) in pairwise(path) if a != b]
    stated = [("ALLOCATION_CALL", "C", n, b, a, r) for n, (b, a, r) in enumerate(pairs)]
    by_loads = [
        len(check_loads(load("a", ("ALLOCATION_CALL", "C", b, False)), load("b", ("ALLOCATION_CALL", "C", a, r)))[1])
        for b, a, r in pairs
    ]
    assert sum(by_loads) == (len(events(*stated)[1]) if stated else 0)


def test_every_type_has_a_machine_whose_names_are_those_of_its_sheet() -> None:
    contract = workbook_contracts()["fund_workbook"]
    sheet = next(sheet for sheet in contract.sheets if sheet.name == "Status Events")
    assert sheet.transitions is not None
    assert set(machines()) == set(sheet.fields["entity_type"].codes)
    for entity_type, stated in sheet.transitions.machines.items():
        field = contract.status_field(stated)
        assert set(machines()[entity_type].statuses) == set(field.codes)
        assert dict(machines()[entity_type].aliases) == dict(field.other_codes)
        assert {b: set(a) for b, a in machines()[entity_type].legal.items()} == {
            b: set(a) for b, a in stated.legal.items()
        }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"terminal": ()}, "terminal must be the statuses that no legal move leaves, \\['PAID'\\]"),
        ({"by_reversal": {"DUE": ("PAID",)}}, "legal or by reversal, not both: DUE to PAID"),
        ({"legal": {"DUE": ("DUE", "PAID")}}, "no move to itself: DUE"),
        ({"aliases": {"SETTLED": "CLOSED"}}, "an alias is another name of a status, and itself none: SETTLED"),
    ],
)
def test_a_machine_that_contradicts_itself_is_refused(change: dict[str, object], message: str) -> None:
    sound = {"legal": {"DUE": ("PAID",)}, "terminal": ("PAID",)}
    StatusMachine.model_validate(sound)
    with pytest.raises(ValueError, match=message):
        StatusMachine.model_validate({**sound, **change})


def test_a_changed_file_counts_from_its_next_use(tmp_path: Path) -> None:
    path = tmp_path / "status_machines.yaml"
    path.write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    assert not machines(path)["DISTRIBUTION"].may_follow("PAID", "DECLARED")
    path.write_text("DISTRIBUTION: {legal: {PAID: [DECLARED]}, terminal: [DECLARED]}", encoding="utf-8")
    assert machines(path)["DISTRIBUTION"].may_follow("PAID", "DECLARED")
    path.write_text("DISTRIBUTION: {legal: {PAID: [DECLARED]}, terminal: [PAID]}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"status_machines.yaml: DISTRIBUTION: .*terminal must be"):
        machines(path)


def test_only_a_calculated_fee_may_be_posted_and_a_posted_one_is_taken_out_by_a_reversal() -> None:
    """Source: fund-admin F-7."""
    fee = machines()["FEE"]
    assert [status for status in fee.statuses if fee.may_follow(status, "POSTED")] == ["CALCULATED"]
    assert [status for status in fee.statuses if fee.may_follow(status, "CALCULATED")] == []
    assert fee.may_follow("POSTED", "REVERSED")
