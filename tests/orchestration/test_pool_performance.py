"""Which funds make which pool: those that a house shows, by currency. What a pool returns is proved elsewhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.pool_performance import MEMBERS
from orchestration.warehouse import Warehouse, append_rows

EARLIER, KNOWN, NOW = dt.datetime(2021, 1, 20), dt.datetime(2021, 4, 20), dt.datetime(2021, 7, 20)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Two funds in USD of 2016 and 2018 and one in EUR without a strategy, the first known in two states."""
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    with found.transaction() as connection:
        connection.execute(
            "create table intermediate.int_fund__compared_states (compared_id varchar, measured_id varchar, state_id varchar, "
            "organization_id varchar, fund_id varchar, base_currency varchar, index_id varchar, known_from timestamp, "
            "known_to timestamp)"
        )
        connection.execute(
            "create table intermediate.int_fund__funds (state_id varchar, fund_id varchar, vintage_year integer, "
            "investment_strategy varchar)"
        )
        for state, fund, currency, index, since, until in (
            ("s1", "F1", "USD", "A", EARLIER, KNOWN),
            ("s2", "F1", "USD", "A", KNOWN, None),
            ("s2", "F2", "USD", "B", KNOWN, None),
            ("s2", "F3", "EUR", "A", KNOWN, None),
        ):
            connection.execute(
                "insert into intermediate.int_fund__compared_states values (?, ?, ?, 'o', ?, ?, ?, ?, ?)",
                [f"c-{state}-{fund}", f"{state}-{fund}", state, fund, currency, index, since, until],
            )
        connection.execute(
            "insert into intermediate.int_fund__funds values ('s1', 'F1', 2016, 'Buyout'), ('s2', 'F1', 2016, 'Buyout'), "
            "('s2', 'F2', 2018, 'Buyout'), ('s2', 'F3', 2016, null)"
        )
        append_rows(connection, "ops.run_context", [{"run_id": "r", "known_at": NOW, "is_as_known_at": False}])
    return found


def pools(warehouse: Warehouse) -> dict[tuple[Any, ...], list[str]]:
    """Measured states by type, name, currency and index of their pool."""
    rows = warehouse.rows(
        "select pool_type, pool_name, base_currency, index_id, list(measured_id order by measured_id) "
        f"from ({MEMBERS}) group by pool_id, 1, 2, 3, 4"
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


def test_a_house_has_pools_of_all_its_funds_and_by_vintage_and_strategy_in_each_currency(warehouse: Warehouse) -> None:
    """A pool of funds with different indices is compared with none; a fund without a strategy is in no pool of one."""
    assert pools(warehouse) == {
        ("ORGANISATION", "o", "USD", None): ["s2-F1", "s2-F2"],
        ("ORGANISATION", "o", "EUR", "A"): ["s2-F3"],
        ("VINTAGE", "2016", "USD", "A"): ["s2-F1"],
        ("VINTAGE", "2018", "USD", "B"): ["s2-F2"],
        ("VINTAGE", "2016", "EUR", "A"): ["s2-F3"],
        ("STRATEGY", "Buyout", "USD", None): ["s2-F1", "s2-F2"],
    }


@pytest.mark.parametrize(
    ("status", "last_good", "expected"),
    [
        ("held", EARLIER, ["s1-F1", "s2-F2"]),
        ("never_published", None, ["s2-F2"]),
        ("current", None, ["s2-F1", "s2-F2"]),
    ],
)
def test_a_held_fund_counts_as_it_was_last_good_and_one_that_shows_nothing_does_not(
    warehouse: Warehouse, status: str, last_good: dt.datetime | None, expected: list[str]
) -> None:
    row = {"organization_id": "o", "entity_type": "fund", "entity_id": "F1", "recorded_at": NOW}
    with warehouse.transaction() as connection:
        append_rows(connection, "ops.fund_status", [{**row, "status": status, "last_good_known_at": last_good}])
    (found,) = [states for key, states in pools(warehouse).items() if key[:3] == ("ORGANISATION", "o", "USD")]
    assert found == expected
