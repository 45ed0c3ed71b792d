"""An encrypted warehouse: opened with its key alone, said clearly where not, and the key told to nobody."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.encryption import EncryptionError, warehouse_key
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, beside, current_database

KEY = "a-key-of-this-test-4711"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WEIR_WAREHOUSE_KEY", KEY)
    return KEY


@pytest.fixture
def warehouse(key: str, tmp_path: Path) -> Warehouse:
    kept = Warehouse(tmp_path / "warehouse.duckdb")
    kept.create_tables()
    with kept.transaction() as connection:
        connection.execute("insert into ops.masking_key values ('what-nobody-may-read')")
    return kept


def test_the_file_shows_nothing_of_what_it_holds(warehouse: Warehouse) -> None:
    assert warehouse.rows("select * from ops.masking_key") == [("what-nobody-may-read",)]
    stored = b"".join(file.read_bytes() for file in warehouse.path.parent.iterdir())
    assert b"what-nobody-may-read" not in stored
    assert b"masking_key" not in stored


def test_without_the_key_it_is_said_that_one_is_needed(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIR_WAREHOUSE_KEY")
    with pytest.raises(EncryptionError, match=r"warehouse\.duckdb is encrypted: set WEIR_WAREHOUSE_KEY to its key"):
        warehouse.rows("select 1")


def test_another_key_is_said_to_be_wrong_and_shown_nowhere(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIR_WAREHOUSE_KEY", "another-key-of-this-test")
    with pytest.raises(EncryptionError, match="is not the key that this warehouse was encrypted with") as caught:
        warehouse.rows("select 1")
    assert "another-key" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_for_a_warehouse_that_has_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Warehouse(tmp_path / "warehouse.duckdb")
    plain.create_tables()
    monkeypatch.setenv("WEIR_WAREHOUSE_KEY", KEY)
    with pytest.raises(EncryptionError, match="this warehouse is not encrypted"):
        plain.rows("select 1")


@pytest.mark.parametrize("unfit", ["tiny", "with a space in it, long", "it's-got-a-quote-in-it", "1234567890123456789"])
def test_a_key_that_something_could_read_otherwise_is_refused_unseen(
    unfit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIR_WAREHOUSE_KEY", unfit)
    with pytest.raises(EncryptionError, match="WEIR_WAREHOUSE_KEY: expected") as caught:
        warehouse_key()
    assert unfit not in str(caught.value)


def test_connections_of_one_process_share_the_warehouse(warehouse: Warehouse) -> None:
    with warehouse.kept_open(), warehouse.connect() as one, warehouse.connect() as two:
        one.execute("insert into ops.masking_key values ('second')")
        counted = two.execute("select count(*) from ops.masking_key").fetchall()
        with beside(one, current_database(one)) as third:
            assert third.execute("select count(*) from ops.masking_key").fetchall() == counted == [(2,)]


def test_another_process_may_have_the_file_while_it_is_lent(warehouse: Warehouse, key: str) -> None:
    with warehouse.kept_open(), warehouse.lent(), duckdb.connect(":memory:another") as other:
        other.execute(f"attach '{warehouse.path}' as w (encryption_key '{key}', read_only)")
        assert other.execute("select count(*) from w.ops.masking_key").fetchall() == [(1,)]


def test_the_key_stands_in_no_setting_and_no_resource(key: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert key not in repr(settings) + settings.model_dump_json() + WarehouseResource.of(settings).configuration
