"""How a built relation takes the place of the one before it. What any relation shows does not belong here."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import WAREHOUSE

from .conftest import Built
from .project import run_dbt

pytestmark = pytest.mark.slow

TABLE, VIEW = "marts.dim_currency", "intermediate.int_feeds__run"
TYPES = "select table_schema || '.' || table_name, table_type from information_schema.tables where table_name in ({})"


@pytest.fixture
def warehouse(built: Built, tmp_path: Path) -> Path:
    return Path(shutil.copy(built.warehouse, tmp_path / WAREHOUSE))


def test_a_table_takes_the_place_of_a_view_and_a_view_that_of_a_table(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        expected = [connection.execute(f"select * from {name} order by all").fetchall() for name in (TABLE, VIEW)]
        connection.execute(f"drop table {TABLE}")
        connection.execute(f"create view {TABLE} as select 1 as one")
        connection.execute(f"drop view {VIEW}")
        connection.execute(f"create table {VIEW} as select 1 as one")
    finished = run_dbt(
        "run", "--select", "dim_currency", "int_feeds__run", warehouse=warehouse, target=tmp_path / "target"
    )
    assert finished.returncode == 0, finished.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        kinds = dict(connection.execute(TYPES.format("'dim_currency', 'int_feeds__run'")).fetchall())
        found = [connection.execute(f"select * from {name} order by all").fetchall() for name in (TABLE, VIEW)]
    assert kinds == {TABLE: "BASE TABLE", VIEW: "VIEW"}
    assert found == expected


def test_a_table_that_breaks_its_contract_leaves_the_one_before_it(warehouse: Path, tmp_path: Path) -> None:
    rows = f"select * from {TABLE} order by all"
    with duckdb.connect(str(warehouse)) as connection:
        before = connection.execute(rows).fetchall()
        # minor_units may not be unknown
        connection.execute("update seeds.currencies set minor_units = null where currency_code = 'USD'")
    finished = run_dbt("run", "--select", "dim_currency", warehouse=warehouse, target=tmp_path / "target")
    assert finished.returncode == 1
    assert "NOT NULL constraint failed" in finished.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute(rows).fetchall() == before
        leftovers = connection.execute("select table_name from duckdb_tables() where contains(table_name, '__dbt_')")
        assert leftovers.fetchall() == []
