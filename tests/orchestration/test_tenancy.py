"""What an organisation sees of a publication, and that one which shows it another's is not made. Source: input-contracts 2.3, 2.5, 2.8."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.masking import KEY, VALUES, keep_masking_key
from orchestration.publish import Publication, publish
from orchestration.settings import Settings
from orchestration.tenancy import Mart, TenantLeak, refuse_leaks
from orchestration.warehouse import Warehouse, append_rows

OWN = {"organization_id": "tenant"}
MARTS = (
    Mart("dim_organization", "One row per organisation.", OWN, frozenset()),
    Mart("dim_fund", "One row per fund.", {"fund_key": "key", **OWN}, frozenset()),
    Mart("fact_flows", "One row per flow.", {**OWN, "fund_key": "key", "load_id": "load"}, frozenset()),
    Mart(
        "dim_investor",
        "One row per investor.",
        {**OWN, "investor_id": "id", "tax_id": "tax number"},
        frozenset(),
        {"organization_id": "CONFIDENTIAL", "investor_id": "CONFIDENTIAL", "tax_id": "RESTRICTED"},
    ),
    Mart("dim_date", "One row per day.", {"date_value": "day", "is_holiday": "", "holiday_name": ""}, frozenset()),
    Mart("dim_holiday", "One row per holiday.", {**OWN, "holiday_date": "day"}, frozenset()),
)
TABLES = """
create table marts.dim_organization as select unnest(['alder', 'birch', '_shared']) as organization_id;
create table marts.dim_fund as select unnest(['alder', 'birch']) as organization_id, unnest(['ka', 'kb']) as fund_key;
create table marts.fact_flows as select * from (values
    ('alder', 'ka', 'la', 1), ('birch', 'kb', 'lb', 2), ('alder', null, 'ls', 3)
) as t(organization_id, fund_key, load_id, amount);
create table marts.dim_investor as select * from (values
    ('alder', 'I1', 'masked-1'), ('alder', 'I2', null), ('birch', 'I1', 'masked-2')
) as t(organization_id, investor_id, tax_id);
create table intermediate.int_restricted__values as select * from (values
    ('alder', 'TAX-A', 'masked-1'), ('birch', 'TAX-B', 'masked-2'), ('birch', 'another alder', 'masked-1')
) as t(organization_id, restricted_value, masked_value);
create table marts.dim_holiday as select * from (values
    ('alder', true, date '2025-03-04', 'Alder Day'), ('birch', true, date '2025-03-05', 'Birch Day'),
    ('_shared', true, date '2025-03-06', 'Everybody''s Day'), ('alder', false, date '2025-03-07', 'Elsewhere')
) as t(organization_id, is_house_calendar, holiday_date, holiday_name);
create table marts.dim_date as select
    d::date as date_value, d::date between '2025-03-04' and '2025-03-06' as is_holiday, null::varchar as holiday_name,
    isodow(d) >= 6 as is_weekend, not is_holiday and not is_weekend as is_business_day
from generate_series(date '2025-03-03', date '2025-03-08', interval 1 day) as t(d);
"""


class House:
    def __init__(self, home: Path, *, publish_restricted: bool = False) -> None:
        self.settings = Settings(home=home, publish_restricted=publish_restricted)
        self.settings.publications_path.mkdir(parents=True)
        self.warehouse = Warehouse(self.settings.warehouse_path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            connection.execute(TABLES)
            for mart in MARTS:
                connection.execute("insert into ops.relation_builds values (?, now(), 'r', 1)", [mart.relation])
            loads = [
                {"load_id": load, "organization_id": owner, "file_name": f"{owner}/{load}.xlsx", "status": "loaded"}
                for load, owner in (("la", "alder"), ("lb", "birch"), ("ls", "_shared"), ("lx", None))
            ]
            append_rows(connection, "raw.loads", loads)

    def publish(self) -> Publication:
        return publish(
            self.warehouse,
            self.settings,
            MARTS,
            run_id="run",
            fingerprints=("code", "settings"),
            reports={"q.html": ""},
        )

    def plant(self, sql: str) -> None:
        with self.warehouse.transaction() as connection:
            connection.execute(sql)

    def rows(self, folder: str, sql: str) -> list[tuple]:
        with duckdb.connect(
            str(self.settings.published_link / folder / "warehouse.duckdb"), read_only=True
        ) as connection:
            return connection.execute(sql).fetchall()

    def written(self, folder: str, name: str) -> dict:
        document: dict = json.loads((self.settings.published_link / folder / name).read_text())
        return document


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def test_a_row_made_from_the_file_of_another_organisation_stops_the_publication(house: House) -> None:
    house.plant("update marts.fact_flows set load_id = 'lb' where amount = 1")
    with pytest.raises(TenantLeak, match=r"folder of alder .*: 1 rows of marts\.fact_flows come from another's file"):
        house.publish()
    assert not house.settings.published_link.exists()


def test_a_file_that_belongs_to_nobody_known_is_nobodys(house: House) -> None:
    house.plant("update marts.fact_flows set load_id = 'lx' where amount = 1")
    with pytest.raises(TenantLeak, match="come from another's file"):
        house.publish()


def test_a_row_that_names_the_fund_of_another_organisation_stops_the_publication(house: House) -> None:
    house.plant("update marts.fact_flows set fund_key = 'kb' where amount = 1")
    with pytest.raises(TenantLeak, match=r"1 rows of marts\.fact_flows name a dim_fund that is not there"):
        house.publish()


@pytest.mark.parametrize("owner", ["'birch'", "null"])
def test_a_row_of_another_organisation_in_a_copy_is_a_leak(house: House, owner: str) -> None:
    """As it would be if the copy were made wrongly: the copy itself is looked at, not what it was made by."""
    with house.warehouse.connect() as connection:
        connection.execute("attach ':memory:' as copy")
        connection.execute("create schema copy.marts")
        for mart in MARTS:
            connection.execute(f"create table copy.marts.{mart.name} as from {mart.relation} limit 0")
        refuse_leaks(connection, "copy", MARTS, "alder")
        connection.execute(f"insert into copy.marts.fact_flows values ({owner}, null, 'la', 1)")
        with pytest.raises(TenantLeak, match=r"1 rows of marts\.fact_flows belong to another"):
            refuse_leaks(connection, "copy", MARTS, "alder")


def test_an_organisations_calendar_has_its_own_and_the_shared_holidays(house: House) -> None:
    house.publish()
    sql = "select day(date_value), holiday_name, is_business_day from marts.dim_date where is_holiday order by 1"
    assert house.rows("alder", sql) == [(4, "Alder Day", False), (6, "Everybody's Day", False)]
    assert house.rows("birch", sql) == [(5, "Birch Day", False), (6, "Everybody's Day", False)]
    workdays = "select day(date_value) from marts.dim_date where is_business_day order by 1"
    assert house.rows("alder", workdays) == [(3,), (5,), (7,)]  # the 8th is a Saturday
    assert [day for day, *_ in house.rows("_operator", sql)] == [4, 5, 6]


def test_an_organisations_manifest_names_its_own_files_and_loads(house: House) -> None:
    house.publish()
    manifest = house.written("alder", "manifest.json")
    assert {load["load_id"] for load in manifest["source_loads"]} == {"la", "ls"}
    assert manifest["audit_heads"] is None
    folder = house.settings.published_link.resolve() / "alder"
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}
    assert {load["load_id"] for load in house.written("", "manifest.json")["source_loads"]} == {"la", "lb", "ls", "lx"}
    assert "alder/manifest.json" in house.written("", "manifest.json")["files"]


def test_the_catalogue_counts_an_organisations_rows_and_says_what_is_masked(house: House) -> None:
    house.publish()
    (investors,) = [t for t in house.written("birch", "catalog.json")["tables"] if t["name"] == "dim_investor"]
    assert investors["rows"] == 1
    classes = {c["name"]: (c["classification"], c["is_masked"]) for c in investors["columns"]}
    assert classes == {
        "organization_id": ("CONFIDENTIAL", False),
        "investor_id": ("CONFIDENTIAL", False),
        "tax_id": ("RESTRICTED", True),
    }


def test_what_is_restricted_is_published_as_it_came_only_where_that_is_configured(house: House, tmp_path: Path) -> None:
    done = house.publish()
    assert not (done.path / "_restricted").exists()
    told = House(tmp_path / "told", publish_restricted=True)
    done = told.publish()
    assert (done.path / "_restricted").stat().st_mode & 0o777 == 0o700
    sql = "select organization_id, investor_id, tax_id from marts.dim_investor order by 1, 2"
    assert told.rows("_restricted", sql) == [("alder", "I1", "TAX-A"), ("alder", "I2", None), ("birch", "I1", "TAX-B")]
    assert [tax for *_, tax in told.rows("_operator", sql)] == ["masked-1", None, "masked-2"]
    (investors,) = [t for t in told.written("_restricted", "catalog.json")["tables"] if t["name"] == "dim_investor"]
    assert {c["name"]: c["is_masked"] for c in investors["columns"]}["tax_id"] is False


def test_a_warehouse_keeps_its_key_and_no_two_have_the_same(tmp_path: Path) -> None:
    keys = []
    for name in ("a", "a", "b"):
        warehouse = Warehouse(tmp_path / f"{name}.duckdb")
        warehouse.create_tables()
        keep_masking_key(warehouse)
        ((key,),) = warehouse.rows(f"select masking_key from {KEY}")
        keys.append(key)
    assert keys[0] == keys[1] != keys[2]
    assert len(keys[0]) >= 32


@pytest.mark.parametrize("name", ["warehouse", "blank", "temp", "main"])
def test_an_organisation_may_bear_a_name_that_duckdb_uses_itself(house: House, name: str) -> None:
    house.plant(f"update marts.dim_organization set organization_id = '{name}' where organization_id = 'birch'")
    assert name in house.publish().organizations


def test_a_publication_that_leaked_is_no_reason_to_refuse_the_next(house: House) -> None:
    """What was said of the last attempt is said anew by the next one."""
    house.plant(
        "insert into ops.quality_results (run_id, checked_at, stage, asset, check_name, severity, scope, status, passed) values "
        "('r', now(), 'published', 'published.warehouse', 'no_folder_shows_another_organisation', 'critical', 'run', 'failed', false)"
    )
    assert house.publish().publication_id


def test_masks_stand_beside_the_values_in_no_publication(house: House) -> None:
    house.publish()
    assert house.rows("_operator", "select 1 from duckdb_tables() where schema_name <> 'marts'") == []
    assert house.warehouse.rows(f"select count(*) from {VALUES}") == [(3,)]
