"""Allocations followed in the warehouse: derived statuses, lateness, findings, moves, and events that alert once.

Rules: fund-admin 1.9, 1.4 (CC-6, CC-7, CC-9). The state is of 31 March 2025, the run of 6 May 2025, in production.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.fund_lifecycle import ALLOCATIONS as ALLOCATION_ROWS
from orchestration.assets.fund_lifecycle import CALLS, EVENTS, FINDINGS, METRICS, follow_allocations
from orchestration.assets.status_moves import TABLE as MOVES
from orchestration.assets.status_moves import check_status_moves
from orchestration.lifecycle_alerts import news_of_lifecycle
from tests.orchestration.fund_tables import EARLIER, FUND, FundTables

MARCH = dt.date(2025, 3, 1)


@pytest.fixture
def tables(tmp_path: Path) -> FundTables:
    return FundTables(tmp_path / "warehouse.duckdb")


def allocation(tables: FundTables, allocation_id: str = "A1", amount: int = 1_000_000, **row: Any) -> None:
    plain = {"deal_id": f"D-{allocation_id}", "fund_id": FUND, "allocation_date": MARCH, "security_type": "EQUITY"}
    tables.fund(
        "allocations", **{"allocation_id": allocation_id, "amount": Decimal(amount), "status": "FUNDED", **plain, **row}
    )


def call(tables: FundTables, call_id: str, amount: int | None, **row: Any) -> None:
    plain = {
        "allocation_id": "A1",
        "scheduled_date": MARCH,
        "due_date": dt.date(2025, 3, 20),
        "currency": "USD",
        "status": "CALLED",
    }
    money = None if amount is None else Decimal(amount)
    tables.fund("allocation_calls", **{"allocation_call_id": call_id, "amount": money, **plain, **row})


def payment(tables: FundTables, payment_id: str, call_id: str, amount: int, **row: Any) -> None:
    plain = {"currency": "USD", "value_date": dt.date(2025, 3, 18), "status": "PROCESSED"}
    tables.fund(
        "payments",
        **{"payment_id": payment_id, "allocation_call_id": call_id, "amount": Decimal(amount), **plain, **row},
    )


def followed(tables: FundTables, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in follow_allocations(tables.warehouse, ["x2"])[table]]


def test_a_call_is_overdue_by_what_payments_left_open_on_the_as_of_date(tables: FundTables) -> None:
    """600,000 due on 20 March, 250,000 of it paid: eleven days late on 31 March with 350,000 open."""
    allocation(tables)
    call(tables, "K1", 600_000, status="PAID", paid_amount=Decimal(600_000), paid_date=dt.date(2025, 3, 20))
    payment(tables, "P1", "K1", 250_000)
    (row,) = followed(tables, CALLS)
    assert (row["call_status"], row["outstanding_amount"], row["days_late"]) == ("OVERDUE", 350_000, 11)
    assert (row["is_overdue"], row["ageing_bucket"], row["paid_basis"]) == (True, "1-30", "PAYMENTS")
    (owner,) = followed(tables, ALLOCATION_ROWS)
    assert (owner["called_amount"], owner["paid_amount"], owner["overdue_amount"]) == (600_000, 250_000, 350_000)
    assert owner["call_funding_status"] == owner["commitment_funding_status"] == "PARTIALLY_PAID"
    assert abs(owner["collection_rate"] - Decimal(250) / 600) < Decimal("1e-12")
    told = {(f["rule_code"], f["entity_id"]) for f in followed(tables, FINDINGS)}
    assert {("STATUS_DIFFERS", "A1"), ("STATUS_DIFFERS", "K1")} <= told


def test_a_call_that_no_payment_names_is_paid_as_its_own_row_says(tables: FundTables) -> None:
    allocation(tables)
    call(tables, "K1", 1_000_000, status="PAID", paid_amount=Decimal(1_000_000), paid_date=dt.date(2025, 3, 19))
    (row,) = followed(tables, CALLS)
    assert (row["paid_basis"], row["call_status"], row["paid_date"]) == ("STATED", "PAID", dt.date(2025, 3, 19))
    (figures,) = followed(tables, METRICS)
    assert (figures["called"], figures["uncalled"], figures["moic_reason"]) == (1_000_000, 0, "NO_VALUATION")


def test_calls_in_percent_are_parts_of_their_allocation_that_sum_to_it(tables: FundTables) -> None:
    """A third of 1,000,000.00 each, 33.333333 and 33.333333 and 33.333334 percent."""
    allocation(tables)
    for number, share in enumerate((33.333333, 33.333333, 33.333334), 1):
        call(tables, f"K{number}", None, call_pct=share)
    amounts = [row["call_amount"] for row in followed(tables, CALLS)]
    assert sum(amounts) == 1_000_000
    assert all(abs(amount - Decimal("333333.33")) <= Decimal("0.02") for amount in amounts)


def test_an_allocation_in_percent_is_no_amount_of_money(tables: FundTables) -> None:
    allocation(tables, amount=40, amount_type="PERCENTAGE")
    assert followed(tables, ALLOCATION_ROWS) == []


def test_limits_are_those_of_the_environment_of_the_run(tables: FundTables) -> None:
    """The least allocation is 1,000, in production 10,000. Source: fund-admin 1.9, allocation minimum."""
    allocation(tables, amount=9_999)
    assert "ALLOCATION_BELOW_MINIMUM" in {f["rule_code"] for f in followed(tables, FINDINGS)}
    with tables.warehouse.transaction() as connection:
        connection.execute("update intermediate.int_fund__lifecycle_states set environment = 'development'")
    assert "ALLOCATION_BELOW_MINIMUM" not in {f["rule_code"] for f in followed(tables, FINDINGS)}


def test_milestones_since_the_state_before_are_news_and_late_calls_escalate(tables: FundTables) -> None:
    """Half is paid in November 2024, before the last state, the whole in March; a call due on 30 April is late on 5 May."""
    allocation(tables)
    call(tables, "K1", 500_000, due_date=dt.date(2024, 11, 20))
    call(tables, "K2", 500_000)
    call(tables, "K3", 1, due_date=dt.date(2025, 4, 30))
    payment(tables, "P1", "K1", 500_000, value_date=dt.date(2024, 11, 20))
    payment(tables, "P2", "K2", 500_000)
    found = {row["event_id"]: (row["event_kind"], row["is_news"]) for row in followed(tables, EVENTS)}
    assert found == {
        "ALLOCATION:A1:PAID:25": ("MILESTONE", False),
        "ALLOCATION:A1:PAID:50": ("MILESTONE", False),
        "ALLOCATION:A1:PAID:100": ("MILESTONE", True),
        "ALLOCATION_CALL:K3:2025-04-30:DUE_IN_7": ("REMINDER", True),
        "ALLOCATION_CALL:K3:2025-04-30:DUE_IN_3": ("REMINDER", True),
        "ALLOCATION_CALL:K3:2025-04-30:DUE_IN_1": ("REMINDER", True),
        "ALLOCATION_CALL:K3:2025-04-30:LATE_5": ("ESCALATION", True),
    }


def test_an_event_alerts_once_and_what_is_old_alerts_nobody(tables: FundTables) -> None:
    with tables.warehouse.transaction() as connection:
        connection.execute(
            "create table marts.fact_lifecycle_events as select 'alder-capital' as organization_id, 'F1' as fund_id, id as event_id, "
            "'MILESTONE' as event_kind, 'ALLOCATION' as entity_type, id as entity_id, date '2025-03-18' as event_date, "
            "'100 % of the allocation is paid' as message, id <> 'old' as is_news from (values ('old'), ('a'), ('b')) as t(id)"
        )
    with tables.warehouse.transaction() as connection:
        (alert,) = news_of_lifecycle(connection, "r1")
    assert alert.title.startswith("2 paid milestones: F1")
    assert "old" not in alert.body
    with tables.warehouse.transaction() as connection:
        assert news_of_lifecycle(connection, "r2") == []


def test_an_illegal_move_between_two_states_names_both_rows(tables: FundTables) -> None:
    """A call that was paid may not be called again but by a reversal. Source: fund-admin 1.9, recommended machine."""
    tables.add("intermediate.int_feeds__loads_known", load_id="l0", file_name="december.xlsx")
    for state, load, status, row in ((EARLIER, "l0", "PAID", 4), ("s2", "l1", "CALLED", 9)):
        allocation(tables, state_id=state, load_id=load)
        call(
            tables,
            "K1",
            1_000_000,
            state_id=state,
            load_id=load,
            status=status,
            source_row=row,
            source_sheet="Allocation Calls",
        )
    (move,) = [row for row in check_status_moves(tables.warehouse, ["x2"])[MOVES] if row["rule_code"]]
    assert (move["from_status"], move["to_status"], move["fund_id"]) == ("PAID", "CALLED", FUND)
    assert move["before_row"] == "december.xlsx, 'Allocation Calls' row 4"
    assert move["after_row"] == "march.xlsx, 'Allocation Calls' row 9"
    assert move["rule_code"] == "ILLEGAL_TRANSITION"


def test_an_entity_whose_events_are_stated_is_judged_by_them(tables: FundTables) -> None:
    tables.add("intermediate.int_feeds__loads_known", load_id="l0", file_name="december.xlsx")
    for state, load, status in ((EARLIER, "l0", "SCHEDULED"), ("s2", "l1", "PAID")):
        allocation(tables, state_id=state, load_id=load)
        call(tables, "K1", 1_000_000, state_id=state, load_id=load, status=status)
    for number, (before, after) in enumerate((("SCHEDULED", "CALLED"), ("CALLED", "PAID")), 1):
        tables.fund(
            "status_events", entity_type="ALLOCATION_CALL", entity_id="K1", sequence=number, from_status=before, to_status=after,
            occurred_at=dt.datetime(2025, 3, number), source_sheet="Status Events", source_row=number + 1,
        )  # fmt: skip
    found = check_status_moves(tables.warehouse, ["x2"])[MOVES]
    assert [(row["basis"], row["from_status"], row["to_status"], row["rule_code"]) for row in found] == [
        ("EVENTS", "SCHEDULED", "CALLED", None),
        ("EVENTS", "CALLED", "PAID", None),
    ]
