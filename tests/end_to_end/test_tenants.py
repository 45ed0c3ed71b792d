"""Three organisations of one house that share ids and names: what each is given is its own. Source: input-contracts 2.3, 2.5, 2.8; nav 6."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.running import run
from orchestration.settings import Settings
from tests.end_to_end.conftest import Home
from tests.end_to_end.published_texts import found
from tests.end_to_end.tenants import CASH, SHARES, TENANTS, Tenant

pytestmark = pytest.mark.slow

# What tells of runs and publications, and not of the organisation: it changes with every run.
OF_RUNS = {"fact_quality_results", "fact_reports"}
COUNTED_BY_RUNS = {"fact_kpis": "* exclude (known_at)"}  # what is held is known as of the run that looked


class Tenants(Home):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.settings = Settings(home=path, settle_seconds=0, publish_restricted=True)

    def folder(self, name: str) -> Path:
        return self.settings.published_link.resolve() / name

    def rows(self, name: str, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder(name) / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def digests(self, name: str) -> dict[str, tuple]:
        """Rows and a digest of every value, by mart."""
        with duckdb.connect(str(self.folder(name) / "warehouse.duckdb"), read_only=True) as connection:
            marts = [mart for (mart,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
            return {
                mart: connection.execute(
                    f"select count(*), bit_xor(hash(t)) from "
                    f"(select {COUNTED_BY_RUNS.get(mart, '*')} from marts.{mart}) as t"
                ).fetchall()[0]
                for mart in marts
                if mart not in OF_RUNS
            }


@pytest.fixture(scope="module")
def house(new_home: Callable[[str], Home]) -> tuple[Tenants, dict[str, tuple]]:
    """The house, and what the first organisation was given when it was alone there."""
    home = Tenants(new_home("tenants").settings.home)
    first, *others = TENANTS
    first.write(home.inbox)
    assert run(home.settings).failure is None
    alone = home.digests(first.organization_id)
    for tenant in others:
        tenant.write(home.inbox)
    assert run(home.settings).failure is None
    return home, alone


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.organization_id)
def test_nothing_in_an_organisations_folder_names_another(
    house: tuple[Tenants, dict[str, tuple]], tenant: Tenant
) -> None:
    others = [other.organization_id for other in TENANTS if other != tenant]  # markers and secrets hold it too
    assert found(house[0].folder(tenant.organization_id), *others) == []


def test_what_is_restricted_stands_in_the_restricted_folder_alone(house: tuple[Tenants, dict[str, tuple]]) -> None:
    home, _ = house
    secrets = [tenant.secret for tenant in TENANTS]
    told = {where.split("/")[0].removeprefix("bytes of ") for where in found(home.folder(""), *secrets)}
    assert told == {"_restricted"}
    assert home.folder("_restricted").stat().st_mode & 0o777 == 0o700


def test_what_is_restricted_is_told_by_no_alert_log_or_record_of_a_run(house: tuple[Tenants, dict[str, tuple]]) -> None:
    home, _ = house
    secrets = [tenant.secret for tenant in TENANTS]
    for kept in (home.settings.dagster_home, home.settings.dbt_target_path):
        assert found(kept, *secrets) == []
    assert not [secret for secret in secrets if secret in home.settings.alerts_log.read_text()]
    for table in ("raw.rejected_rows", "raw.findings", "raw.loads", "ops.quality_results", "ops.inbox_files"):
        told = "\n".join(row for (row,) in home.warehouse.rows(f"select t::varchar from {table} as t"))
        assert (table, [secret for secret in secrets if secret in told]) == (table, [])


def test_raw_keeps_what_came(house: tuple[Tenants, dict[str, tuple]]) -> None:
    home, _ = house
    stated = home.warehouse.rows(
        "select organization_id, tax_id from raw.fund_investors where investor_id = 'I1' order by 1"
    )
    assert stated == [(tenant.organization_id, f"{tenant.secret}-TAX") for tenant in TENANTS]


def test_masks_join_within_an_organisation_and_never_across(house: tuple[Tenants, dict[str, tuple]]) -> None:
    """Both investors of an organisation state the same tax number; no organisation states another's."""
    home, _ = house
    sql = "select distinct organization_id, tax_id from marts.dim_investor order by 1"
    masks = home.rows("_operator", sql)
    assert [owner for owner, _ in masks] == [tenant.organization_id for tenant in TENANTS]
    assert len({mask for _, mask in masks}) == len(TENANTS)
    assert home.rows("_restricted", sql) == [(t.organization_id, f"{t.secret}-TAX") for t in TENANTS]


def test_other_organisations_change_no_row_of_the_first(house: tuple[Tenants, dict[str, tuple]]) -> None:
    """Source: nav 6, a second tenant's row never changes the first's figures."""
    home, alone = house
    beside = home.digests(TENANTS[0].organization_id)
    assert {mart: (alone[mart], beside[mart]) for mart in alone if alone[mart] != beside[mart]} == {}


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.organization_id)
def test_a_deal_of_the_same_id_holds_its_own_organisations_assets(
    house: tuple[Tenants, dict[str, tuple]], tenant: Tenant
) -> None:
    sql = "select asset_id, issuer_name from marts.dim_asset where is_current order by 1"
    ids = [f"BRS{letter * 3}111" for letter in "ABCDE"[: 2 + tenant.number]]
    assert house[0].rows(tenant.organization_id, sql) == [(each, f"{tenant.marker} Issuer Name") for each in ids]
    sql = "select deal_id, count(distinct asset_id) from marts.fact_deal_holdings group by 1"
    assert house[0].rows(tenant.organization_id, sql) == [("MAG17", len(ids))]


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.organization_id)
def test_a_fund_of_the_same_id_is_struck_at_its_own_organisations_price(
    house: tuple[Tenants, dict[str, tuple]], tenant: Tenant
) -> None:
    net_assets = Decimal(10 * tenant.number * tenant.price + CASH)
    sql = "select product_id, net_assets, nav_per_share from marts.fact_nav where is_in_force"
    assert house[0].rows(tenant.organization_id, sql) == [("X", net_assets, net_assets / SHARES)]
