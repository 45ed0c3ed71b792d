"""Products are read a few at a time, each with the rows that name it and no others. What the rows say does not matter here."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.assets import nav_products
from orchestration.assets.nav_products import OF_ORGANIZATION, OF_PRODUCT, PRODUCT_TYPES, stated_products
from orchestration.warehouse import Warehouse

HOUSE = "house"
LISTED = {"A": 2, "B": 5, "C": 0, "D": 1, "E": 1}  # positions by product
OF_STATE = "organization_id varchar, product_id varchar, as_of_date date, known_to timestamp, source_row integer"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb")
    made.create_tables()
    with made.transaction() as connection:
        for schema in ("intermediate", "staging"):
            connection.execute(f"create schema if not exists {schema}")
        for model in (*OF_PRODUCT, *OF_ORGANIZATION):
            connection.execute(f"create table intermediate.int_nav__{model} ({OF_STATE})")
        for product_type in PRODUCT_TYPES:
            columns = "organization_id varchar, load_id varchar, source_row integer, nav_dp integer"
            connection.execute(f"create table staging.stg_nav__{product_type}_products ({columns})")
        state = "state_id varchar, product_id varchar, product_type varchar"
        connection.execute(f"create table intermediate.int_nav__struck_states ({state})")
        columns = f"{state}, organization_id varchar, table_name varchar, load_id varchar, source_row integer"
        connection.execute(f"create table intermediate.int_nav__products ({columns})")
        for number, (product, count) in enumerate(LISTED.items()):
            connection.execute("insert into intermediate.int_nav__struck_states values ('s', ?, 'fund')", [product])
            connection.execute(
                "insert into intermediate.int_nav__products values ('s', ?, 'fund', ?, 'nav_fund_products', 'l', ?)",
                [product, HOUSE, number],
            )
            connection.execute(
                "insert into staging.stg_nav__fund_products values (?, 'l', ?, ?)", [HOUSE, number, number]
            )
            for row in range(count):
                held = [HOUSE, product, row]
                connection.execute(
                    "insert into intermediate.int_nav__holdings values (?, ?, '2026-03-10', null, ?)", held
                )
    return made


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 7, 100])
def test_every_product_has_its_own_rows_however_few_are_read_at_once(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(nav_products, "ROWS_AT_ONCE", rows_at_once)
    found = [stated for stated, _ in stated_products(warehouse, HOUSE)]
    assert [(each.row["product_id"], len(each.holdings)) for each in found] == list(LISTED.items())
    assert [each.row["nav_dp"] for each in found] == list(range(len(LISTED)))
    for each in found:
        assert [row["source_row"] for row in each.holdings] == list(range(len(each.holdings)))
        assert {row["product_id"] for row in each.holdings} <= {each.row["product_id"]}
