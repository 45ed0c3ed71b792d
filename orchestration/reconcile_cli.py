"""The `weir reconcile` command: compares loads with their files and prints the four levels. Comparing is reconciliation's."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of

COLOURS = {"MATCHED": "green", "DIFFERENT": "red", "NOT_COMPARABLE": "yellow", "NOT_YET_COMPARED": "yellow"}
SHOWN = 20  # differences printed of a load


def reconcile(
    load_or_file: Annotated[str | None, typer.Argument(help="Load, or file of the inbox, e.g. funds.xlsx.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every load.")] = False,
    home: Home = None,
) -> None:
    """Compare loads with the files still in the inbox: cells, records, rules, results. Exit 1 where something differs."""
    from orchestration.reconciliation.comparing import compare, loads_named
    from orchestration.reconciliation.judged import judged

    if (load_or_file is None) != everything:
        ERRORS.print("expected a load, a file or --all", style="red")
        raise typer.Exit(2)
    settings = settings_of(home)
    with held_warehouse(settings, "weir reconcile") as warehouse:
        loads = loads_named(warehouse, load_or_file)
        compare(warehouse, settings, loads)
        found = judged(warehouse, [load.load_id for load in loads])
    if len(found) < len(loads):
        CONSOLE.print(f"{len(loads) - len(found)} loads are not in the marts yet: `weir run` judges them")
    for load in found:
        CONSOLE.print(f"[bold]{load.file_name}[/] ({load.load_id})")
        for level in load.levels:
            CONSOLE.print(
                f"  {level.level} {level.name:<9}[{COLOURS[level.verdict]}]{level.verdict}[/], {level.counts}"
            )
        for difference in load.differences[:SHOWN]:
            CONSOLE.print(f"    {difference}", markup=False)
        if len(load.differences) > SHOWN:
            CONSOLE.print(f"    and {len(load.differences) - SHOWN} more: marts.fact_load_reconciliation has them all")
    raise typer.Exit(1 if any(load.differences for load in found) else 0)
