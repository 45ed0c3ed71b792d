"""The simulation of ratings as an asset: what its launchpad asks for is kept, then all that is not simulated yet is."""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.calculated import calculated_spec, table_results
from orchestration.assets.clo_migration import CLO_MIGRATION
from orchestration.assets.clo_migration_inputs import record_request
from orchestration.assets.migration_requests import LAUNCHPAD, MigrationChoice
from orchestration.calculation_cache import refresh
from orchestration.fingerprints import code_fingerprint
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings


def build_migration_assets(settings: Settings) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[calculated_spec(settings, relation, CLO_MIGRATION.deps, LAUNCHPAD) for relation in CLO_MIGRATION.tables],
        name=CLO_MIGRATION.name,
        description=CLO_MIGRATION.description,
    )
    def migrated(
        context: dg.AssetExecutionContext, config: MigrationChoice, weir: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        with retried_when_busy():
            try:
                record_request(weir.warehouse, config.asked(), context.run.run_id)
            except ValueError as error:
                # The sentence is all that a person at the launchpad needs; trying again would not help.
                raise dg.Failure(str(error), allow_retries=False) from None
            done = refresh(weir.warehouse, CLO_MIGRATION, code_fingerprint())
        yield from table_results(weir.warehouse, CLO_MIGRATION.tables, done)

    return migrated
