"""Performance of one fund on hand-made states: what is converted, what is unknown and why. The finance is proved elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pyxirr

from orchestration.assets.fund_performance import FUND_PERFORMANCE, TABLE
from orchestration.warehouse import Warehouse

CALLED, PAID, VALUED = dt.date(2020, 1, 15), dt.date(2021, 6, 30), dt.date(2022, 12, 31)
KNOWN = "timestamp '2023-01-20'"
MODELS = {
    "measured_states": "measured_id varchar, state_id varchar, organization_id varchar, fund_id varchar, "
    "known_from timestamp, known_to timestamp",
    "funds": "state_id varchar, fund_id varchar, base_currency varchar, fiscal_year_end varchar, benchmark_index_id varchar",
    "cash_flows": "state_id varchar, fund_id varchar, investor_id varchar, event_date date, currency varchar, "
    "capital_call_amount decimal(24,4), distribution_amount decimal(24,4), cash_flow_type varchar, "
    "transaction_id varchar, known_at timestamp",
    "commitment_events": "state_id varchar, fund_id varchar, investor_id varchar, event_date date, currency varchar, "
    "committed decimal(24,4), known_at timestamp",
    "investments": "state_id varchar, fund_id varchar, investment_id varchar, investment_date date, exit_date date, "
    "currency varchar, known_at timestamp",
    "investment_transactions": "state_id varchar, investment_id varchar, event_date date, currency varchar, "
    "transaction_type varchar, amount decimal(24,4), known_at timestamp",
    "fair_values": "state_id varchar, fund_id varchar, investment_id varchar, valuation_date date, currency varchar, "
    "fair_value decimal(24,4), remaining_cost decimal(24,4), source_row integer, known_at timestamp",
    "capital_accounts": "state_id varchar, fund_id varchar, investor_id varchar, period_end date, nav decimal(24,4), "
    "irr decimal(28,18), tvpi decimal(28,18), dpi decimal(28,18), rvpi decimal(28,18), known_at timestamp",
    "fx_quotes": "organization_id varchar, base_currency varchar, quote_currency varchar, rate_date date, "
    "rate decimal(38,12), source varchar, is_own boolean, load_as_of date, load_id varchar, known_at timestamp, "
    "withdrawn_at timestamp",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """One partner of a fund in USD: 100 called, 30 paid back, one investment worth 80, then 110; 90 invested, 27 returned."""
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    with found.transaction() as connection:
        connection.execute("create schema if not exists seeds")
        connection.execute("create table seeds.currencies (currency_code varchar, minor_units integer)")
        connection.execute("insert into seeds.currencies values ('USD', 2), ('EUR', 2)")
        for model, columns in MODELS.items():
            connection.execute(f"create table intermediate.int_fund__{model} ({columns})")
    insert(found, "measured_states", "'m', 's', 'o', 'F', timestamp '2023-01-20', null")
    insert(found, "funds", "'s', 'F', 'USD', '12-31', null")
    flow(found, CALLED, "USD", called=100)
    flow(found, PAID, "USD", distributed=30)
    insert(found, "commitment_events", f"'s', 'F', 'P', date '{CALLED}', 'USD', 160, {KNOWN}")
    insert(found, "investments", f"'s', 'F', 'X', date '{CALLED}', null, null, {KNOWN}")
    insert(found, "investment_transactions", f"'s', 'X', date '{CALLED}', null, 'PURCHASE', 90, {KNOWN}")
    insert(found, "investment_transactions", f"'s', 'X', date '{PAID}', null, 'PROCEEDS', 27, {KNOWN}")
    return found


def insert(warehouse: Warehouse, model: str, values: str) -> None:
    with warehouse.transaction() as connection:
        connection.execute(f"insert into intermediate.int_fund__{model} values ({values})")


def flow(warehouse: Warehouse, day: dt.date, currency: str, called: int = 0, distributed: int = 0) -> None:
    leg = f"'s', 'F', 'P', date '{day}', '{currency}', {called}, {distributed}, 'LEG', '{day} {currency}', {KNOWN}"
    insert(warehouse, "cash_flows", leg)


def worth(warehouse: Warehouse, day: dt.date, amount: int, currency: str = "USD") -> None:
    insert(warehouse, "fair_values", f"'s', 'F', 'X', date '{day}', '{currency}', {amount}, 60, 2, {KNOWN}")


def quote(warehouse: Warehouse, day: dt.date, rate: str) -> None:
    insert(
        warehouse,
        "fx_quotes",
        f"'o', 'EUR', 'USD', date '{day}', {rate}, 'ECB', false, date '2023-01-20', 'l', {KNOWN}, null",
    )


def total(warehouse: Warehouse, day: dt.date) -> dict[str, Any]:
    rows = FUND_PERFORMANCE.compute(warehouse, ["m"])[TABLE].to_pylist()  # type: ignore[union-attr]
    (found,) = [row for row in rows if row["investor_id"] is None and row["event_date"] == day]
    return found


def test_multiples_and_return_follow_from_flows_and_value(warehouse: Warehouse) -> None:
    """C 100, D 30, V 110, K 160: DPI 0.3, RVPI 1.1, TVPI 1.4, PIC 0.625; MOIC (27 + 110) / 90."""
    worth(warehouse, PAID, 80)
    worth(warehouse, VALUED, 110)
    found = total(warehouse, VALUED)
    assert [found[name] for name in ("dpi", "rvpi", "tvpi", "pic")] == [
        Decimal(v) for v in ("0.3", "1.1", "1.4", "0.625")
    ]
    assert float(found["moic"]) == pytest.approx(137 / 90, abs=1e-12)
    # pyxirr solves the same equation on its own; the flows change sign once
    expected = pyxirr.xirr([CALLED, PAID, VALUED], [-100, 30, 110])
    assert float(found["irr"]) == pytest.approx(expected, abs=1e-8)
    assert total(warehouse, PAID)["nav"] == 80


def test_flows_are_converted_at_their_day_and_values_at_the_day_they_are_of_use(warehouse: Warehouse) -> None:
    """10 EUR called at 1.20 are 12 USD; 80 EUR of an older valuation are worth 80 x 1.10 = 88 USD at the end of 2022."""
    worth(warehouse, PAID, 80, "EUR")
    insert(warehouse, "investments", f"'s', 'F', 'Y', date '{VALUED}', null, null, {KNOWN}")
    insert(warehouse, "fair_values", f"'s', 'F', 'Y', date '{VALUED}', 'USD', 5, 5, 3, {KNOWN}")
    flow(warehouse, CALLED, "EUR", called=10)
    for day, rate in ((CALLED, "1.20"), (PAID, "1.15"), (VALUED, "1.10")):
        quote(warehouse, day, rate)
    assert total(warehouse, PAID)["nav"] == 92  # 80 x 1.15
    found = total(warehouse, VALUED)
    assert (found["called_capital"], found["nav"]) == (112, 93)  # 88 and the 5 USD of another investment


def test_a_call_that_cannot_be_converted_leaves_unknown_what_was_called_and_not_what_was_paid_back(
    warehouse: Warehouse,
) -> None:
    """D 30 and D + V = 140 need no call; DPI = D/C and the rate of return do. Source: fund-admin 3.1, 3.2."""
    worth(warehouse, VALUED, 110)
    flow(warehouse, CALLED, "EUR", called=10)
    found = total(warehouse, VALUED)
    reason = f"FX_MISSING: EUR on {CALLED}"
    assert [found[name] for name in ("called_capital", "irr", "dpi", "pic")] == [None] * 4
    assert {found[f"{name}_reason"] for name in ("called_capital", "irr", "dpi", "pic")} == {reason}
    assert (found["distributed_capital"], found["total_value"], found["committed_capital"]) == (30, 140, 160)
    assert (found["distributed_capital_reason"], found["total_value_reason"]) == (None, None)


def test_a_distribution_that_cannot_be_converted_leaves_what_was_called_known(warehouse: Warehouse) -> None:
    """C 100, V 110: RVPI = V/C = 1.1 needs no distribution. Source: fund-admin 3.1."""
    worth(warehouse, VALUED, 110)
    flow(warehouse, PAID, "EUR", distributed=10)
    found = total(warehouse, VALUED)
    assert (found["called_capital"], found["rvpi"]) == (100, Decimal("1.1"))
    assert [found[name] for name in ("distributed_capital", "total_value", "dpi", "tvpi", "irr")] == [None] * 5
    assert found["distributed_capital_reason"] == found["total_value_reason"] == f"FX_MISSING: EUR on {PAID}"


def test_moic_needs_the_transactions_of_the_investments(warehouse: Warehouse) -> None:
    worth(warehouse, VALUED, 110)
    with warehouse.transaction() as connection:
        connection.execute("delete from intermediate.int_fund__investment_transactions")
    found = total(warehouse, VALUED)
    assert (found["moic"], found["moic_reason"]) == (None, "NO_TRANSACTIONS")
