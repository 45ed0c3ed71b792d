"""The bridge of one investment in another currency on a hand-made state: what is read, converted and left unknown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calculations.funds.performance import Points
from orchestration.assets.fund_arrays import funds_as_known
from orchestration.assets.investment_bridge import investment_rows
from orchestration.warehouse import Warehouse
from tests.orchestration.test_fund_performance import MODELS, insert, quote

OPENED, PAID, CLOSED = dt.date(2022, 9, 30), dt.date(2022, 11, 15), dt.date(2022, 12, 31)
BOUGHT = dt.date(2022, 9, 1)
KNOWN = "timestamp '2023-01-20'"
COLUMNS = MODELS | {
    "investment_transactions": MODELS["investment_transactions"] + ", cost_relieved decimal(24,4)",
    "fair_values": MODELS["fair_values"] + ", unrealized_gain_loss decimal(24,4)",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A fund in USD holds X: 8.00 EUR paid, worth 10.00, then 4.00 paid in and 3.00 returned at a cost of 2.00, worth 14.00."""
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    with found.transaction() as connection:
        connection.execute("create schema if not exists seeds")
        connection.execute("create table seeds.currencies (currency_code varchar, minor_units integer)")
        connection.execute("insert into seeds.currencies values ('USD', 2), ('EUR', 2)")
        for model, columns in COLUMNS.items():
            connection.execute(f"create table intermediate.int_fund__{model} ({columns})")
    insert(found, "measured_states", "'m', 's', 'o', 'F', timestamp '2023-01-20', null")
    insert(found, "funds", "'s', 'F', 'USD', '12-31', null")
    insert(found, "cash_flows", f"'s', 'F', 'P', date '{BOUGHT}', 'USD', 20, 0, 'LEG', 'L', {KNOWN}")
    insert(found, "investments", f"'s', 'F', 'X', date '{BOUGHT}', null, 'EUR', {KNOWN}")
    moved(found, BOUGHT, "PURCHASE", 8)
    moved(found, PAID, "FOLLOW_ON", 4)
    moved(found, PAID, "PROCEEDS", 3, cost=2)
    for day, worth, cost in ((OPENED, 10, 8), (CLOSED, 14, 10)):
        values = f"'s', 'F', 'X', date '{day}', 'EUR', {worth}, {cost}, 2, {KNOWN}, {worth - cost}"
        insert(found, "fair_values", values)
    return found


def moved(warehouse: Warehouse, day: dt.date, kind: str, amount: int, cost: int | None = None) -> None:
    relieved = "null" if cost is None else cost
    insert(
        warehouse, "investment_transactions", f"'s', 'X', date '{day}', 'EUR', '{kind}', {amount}, {KNOWN}, {relieved}"
    )


def bridge(warehouse: Warehouse) -> dict[str, Any]:
    with funds_as_known(warehouse, ["m"]) as funds:
        quarters = Points(np.array([0]), np.array([CLOSED], dtype="datetime64[D]"))
        (found,) = investment_rows(funds, quarters, np.array([12])).to_pylist()
    return found


def test_gains_are_local_at_the_closing_rate_and_the_rest_is_the_exchange_rate(warehouse: Warehouse) -> None:
    """By hand at 1.20, 1.25 and 1.30: the gain of 14 - 10 - 4 + 3 = 3.00 EUR is 3.90 USD, of which 1.00 EUR realised and
    2.00 unrealised; 10 x 0.10 and (4 - 3) x 0.05 are the rate's. Source: fund-admin 3.5.
    """
    for day, rate in ((BOUGHT, "1.20"), (OPENED, "1.20"), (PAID, "1.25"), (CLOSED, "1.30")):
        quote(warehouse, day, rate)
    found = bridge(warehouse)
    expected = {
        "opening_value": "12",
        "invested": "5",
        "returned": "-3.75",
        "realised_gain": "1.30",
        "unrealised_gain": "2.60",
        "fx_effect": "1.05",
        "unexplained": "0",
        "closing_value": "18.20",
    }
    assert {name: found[name] for name in expected} == {name: Decimal(value) for name, value in expected.items()}
    assert (found["local_currency"], found["currency"], found["reason"]) == ("EUR", "USD", None)
    assert found["fx_convention"] == "LOCAL_GAIN_AT_CLOSING_RATE"


def test_without_a_closing_rate_the_value_and_the_gains_are_unknown_and_what_was_paid_is_not(
    warehouse: Warehouse,
) -> None:
    for day, rate in ((BOUGHT, "1.20"), (OPENED, "1.20"), (PAID, "1.25")):
        quote(warehouse, day, rate)
    found = bridge(warehouse)
    assert [found[name] for name in ("closing_value", "realised_gain", "fx_effect", "unexplained")] == [None] * 4
    assert (found["invested"], found["reason"]) == (5, f"FX_STALE: EUR on {CLOSED}")


def test_an_investment_with_amounts_in_two_currencies_has_no_effect_of_the_rate_told_apart(
    warehouse: Warehouse,
) -> None:
    for day, rate in ((BOUGHT, "1.20"), (OPENED, "1.20"), (PAID, "1.25"), (CLOSED, "1.30")):
        quote(warehouse, day, rate)
    insert(warehouse, "investment_transactions", f"'s', 'X', date '{PAID}', 'USD', 'FOLLOW_ON', 1, {KNOWN}, null")
    found = bridge(warehouse)
    assert (found["fx_effect"], found["reason"], found["invested"]) == (None, "MIXED_CURRENCIES", 6)
    assert (found["opening_value"], found["closing_value"]) == (12, Decimal("18.20"))
