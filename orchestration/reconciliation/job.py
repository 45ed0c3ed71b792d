"""The job that compares loads with their files again. What is compared is comparing's, what a run does with it the marts'."""

import dagster as dg

from orchestration.reconciliation.comparing import compare, loads_named
from orchestration.resources import WarehouseResource, retried_when_busy


class Wanted(dg.Config):
    """Load or file to compare; everything where none is named."""

    load_or_file: str | None = None


@dg.op(
    description="Compares the cells and records of loads with the files still in the inbox, and keeps what it finds."
)
def compare_loads(context: dg.OpExecutionContext, config: Wanted, weir: WarehouseResource) -> None:
    with retried_when_busy():
        loads = loads_named(weir.warehouse, config.load_or_file)
        compare(weir.warehouse, weir.settings, loads)
    context.add_output_metadata({"loads": len(loads)})


@dg.job(description="Compares loads with their files again; the next run publishes what it finds.")
def reconcile() -> None:
    compare_loads()


RECONCILE = reconcile
