"""Rules of publishing: design 1 and 8, input-contracts 2.3 and 2.5."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.publish import Publication, marts_of, publications, publish
from orchestration.quality import Verdict, record
from orchestration.settings import Settings
from orchestration.tenancy import Mart, NotPublishable
from orchestration.warehouse import Warehouse

COLUMNS = {"organization_id": "tenant", "amount": "money's worth"}
FACT = Mart("fact_things", "One row per thing.", COLUMNS, frozenset({"things_add_up"}))
ORGANIZATIONS = Mart("dim_organization", "One row per organisation.", {"organization_id": "tenant"}, frozenset())
MARTS = (ORGANIZATIONS, FACT)
BUILT = dt.datetime(2024, 1, 1)


class House:
    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.settings.publications_path.mkdir(parents=True)
        self.warehouse = Warehouse(self.settings.warehouse_path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            connection.execute(
                "create table marts.dim_organization as select unnest(['alder', 'birch', '_shared']) organization_id"
            )
            connection.execute(
                "create table marts.fact_things as select * from (values ('alder', 1.10::decimal(24,4)), ('birch', 2.20), "
                "('_shared', 3.30)) t(organization_id, amount)"
            )
            for mart in MARTS:
                connection.execute("insert into ops.relation_builds values (?, ?, 'r', 3)", [mart.relation, BUILT])

    def judge(self, status: str) -> None:
        verdict = Verdict("marts", "marts.fact_things", "things_add_up", "critical", "run", status)
        record(self.warehouse, "run", [verdict])

    def publish(self, marts: tuple[Mart, ...] = MARTS) -> Publication:
        return publish(
            self.warehouse,
            self.settings,
            marts,
            run_id="run",
            fingerprints=("code", "settings"),
            reports={"q.html": "<p>"},
        )

    def rows(self, folder: str = "") -> list[tuple]:
        path = self.settings.published_link / folder / "warehouse.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute("select * from marts.fact_things order by amount").fetchall()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def test_a_passed_verdict_publishes_the_marts(house: House) -> None:
    house.judge("passed")
    done = house.publish()
    assert house.settings.published_link.resolve() == done.path
    assert [str(amount) for _, amount in house.rows()] == ["1.1000", "2.2000", "3.3000"]


@pytest.mark.parametrize("status", ["failed", "broken"])
def test_a_failed_or_crashed_run_check_publishes_nothing(house: House, status: str) -> None:
    house.judge("passed")
    before = house.publish()
    house.judge(status)
    with pytest.raises(NotPublishable, match=f"things_add_up {status}"):
        house.publish()
    assert house.settings.published_link.resolve() == before.path


def test_a_missing_verdict_publishes_nothing(house: House) -> None:
    with pytest.raises(NotPublishable, match="things_add_up has no verdict"):
        house.publish()
    assert not house.settings.published_link.exists()


def test_a_verdict_older_than_its_mart_publishes_nothing(house: House) -> None:
    house.judge("passed")
    with house.warehouse.transaction() as connection:
        later = dt.datetime(2199, 1, 1)
        connection.execute("insert into ops.relation_builds values ('marts.fact_things', ?, 'r', 3)", [later])
    with pytest.raises(NotPublishable, match="older than the mart"):
        house.publish()


def test_a_mart_that_was_never_built_publishes_nothing(house: House) -> None:
    house.judge("passed")
    with house.warehouse.transaction() as connection:
        connection.execute("delete from ops.relation_builds where relation = 'marts.fact_things'")
    with pytest.raises(NotPublishable, match=r"marts\.fact_things was never built"):
        house.publish()


def test_a_failed_control_of_an_earlier_stage_publishes_nothing(house: House) -> None:
    house.judge("passed")
    record(house.warehouse, "run", [Verdict("raw", "raw.cells", "every_cell_is_kept", "critical", "run", "failed")])
    with pytest.raises(NotPublishable, match="every_cell_is_kept failed"):
        house.publish()


def test_a_tenants_folder_holds_his_rows_and_shared_ones_only(house: House) -> None:
    house.judge("passed")
    house.publish()
    assert [tenant for tenant, _ in house.rows("alder")] == ["alder", "_shared"]
    assert [tenant for tenant, _ in house.rows("birch")] == ["birch", "_shared"]
    parquet = house.settings.published_link / "birch" / "parquet" / "fact_things.parquet"
    assert duckdb.sql(f"select distinct organization_id from '{parquet}' order by 1").fetchall() == [
        ("_shared",),
        ("birch",),
    ]


def test_reports_of_the_house_are_not_given_to_tenants(house: House) -> None:
    house.judge("passed")
    house.publish()
    assert (house.settings.published_link / "reports" / "q.html").exists()
    assert list((house.settings.published_link / "alder" / "reports").iterdir()) == []


def test_copies_stand_in_the_order_that_the_mart_names(house: House) -> None:
    shuffled = [3, 1, 2]
    fact = replace(FACT, sorted_by=("organization_id", "amount"))
    with house.warehouse.transaction() as connection:
        connection.execute("truncate marts.fact_things")
        for amount in shuffled:
            connection.execute("insert into marts.fact_things values ('birch', ?), ('alder', ?)", [amount, amount])
    house.judge("passed")
    house.publish((ORGANIZATIONS, fact))
    expected = [("alder", 1), ("alder", 2), ("alder", 3), ("birch", 1), ("birch", 2), ("birch", 3)]
    published = house.settings.published_link
    with duckdb.connect(str(published / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select * from marts.fact_things").fetchall() == expected
    parquet = published / "birch" / "parquet" / "fact_things.parquet"
    assert duckdb.sql(f"select amount from '{parquet}'").fetchall() == [(1,), (2,), (3,)]


def test_an_order_by_a_column_that_the_mart_lacks_is_refused() -> None:
    node = {
        "name": "fact_things",
        "resource_type": "model",
        "schema": "marts",
        "description": "",
        "original_file_path": "models/marts/fact_things.sql",
        "columns": {"amount": {"description": ""}},
        "config": {"meta": {"sorted_by": ["amount", "amuont"]}},
    }
    with pytest.raises(ValueError, match=r"models/marts/fact_things\.sql.*\['amuont'\]"):
        marts_of({"nodes": {"model.weir.fact_things": node}}, {})


def test_the_catalogue_names_every_column_with_type_and_description(house: House) -> None:
    house.judge("passed")
    house.publish()
    catalog = json.loads((house.settings.published_link / "catalog.json").read_text())
    (fact,) = [table for table in catalog["tables"] if table["name"] == "fact_things"]
    assert fact["rows"] == 3
    assert fact["columns"][1] == {
        "name": "amount",
        "type": "DECIMAL(24,4)",
        "description": "money's worth",
        "classification": "CONFIDENTIAL",
        "is_masked": False,
    }


def test_the_last_five_publications_are_kept(house: House) -> None:
    house.judge("passed")
    made = [house.publish().publication_id for _ in range(7)]
    assert [path.name for path in publications(house.settings)] == made[-5:]


def test_a_rollback_points_to_the_publication_before(house: House) -> None:
    house.judge("passed")
    first, second = house.publish(), house.publish()
    result = CliRunner().invoke(app, ["rollback", "--home", str(house.settings.home)])
    assert result.exit_code == 0, result.output
    assert house.settings.published_link.resolve() == first.path
    back = CliRunner().invoke(app, ["rollback", "--home", str(house.settings.home), "--to", second.publication_id])
    assert back.exit_code == 0
    assert house.settings.published_link.resolve() == second.path


def test_a_rollback_beyond_the_first_says_what_is_kept(house: House) -> None:
    house.judge("passed")
    only = house.publish()
    result = CliRunner().invoke(app, ["rollback", "--home", str(house.settings.home)])
    assert result.exit_code == 2
    assert only.publication_id in result.output.replace("\n", "")


def _read_in_a_loop(path: str, stop, reads, failures) -> None:
    while not stop.is_set():
        try:
            with duckdb.connect(path, read_only=True) as connection:
                assert connection.execute("select count(*) from marts.fact_things").fetchone() == (3,)
            reads.value += 1
        except Exception as error:  # noqa: BLE001  every failure of a reader is what this test looks for
            failures.put(repr(error))
            return


@pytest.fixture
def reader(house: House) -> Iterator[tuple]:
    house.judge("passed")
    house.publish()
    context = multiprocessing.get_context("spawn")
    stop, reads, failures = context.Event(), context.Value("i", 0), context.Queue()
    path = str(house.settings.published_link / "warehouse.duckdb")
    process = context.Process(target=_read_in_a_loop, args=(path, stop, reads, failures))
    process.start()
    yield reads, failures
    stop.set()
    process.join(30)


@pytest.mark.slow
def test_readers_never_fail_while_publications_are_swapped_in(house: House, reader: tuple) -> None:
    reads, failures = reader
    with duckdb.connect(str(house.settings.published_link / "warehouse.duckdb"), read_only=True) as held_open:
        published = 0
        while published < 15 or reads.value < 50:
            assert failures.empty(), failures.get()
            house.publish()
            published += 1
            assert held_open.execute("select sum(amount) from marts.fact_things").fetchone() is not None
    assert failures.empty()
