"""Prints the chain of a published number as a tree. Walking it is the trace's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.tree import Tree

from orchestration.settings import Settings
from orchestration.trace import Step, parse_keys, trace


def print_trace(console: Console, settings: Settings, column: str, pairs: Sequence[str], rows: int) -> None:
    """Print the chain as a tree."""
    step = trace(settings, column, parse_keys(pairs), rows)
    console.print(_tree(step, column))


def _printed(value: Any) -> str:
    # What a double holds beyond 15 digits is not a figure; a spreadsheet shows no more either.
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _is_known(step: Step) -> bool:
    """What has no value here and comes from nowhere says nothing: a valued line has no price."""
    return step.value is not None or any(source.rows for source in step.sources) or any(map(_is_known, step.inputs))


def _title(step: Step) -> str:
    if not step.relation:
        return step.column
    keys = " ".join(f"{name}={value}" for name, value in step.keys.items())
    return f"{step.relation.removeprefix('marts.')}.{step.column} [dim]{keys}[/]"


def _tree(step: Step, title: str) -> Tree:
    tree = Tree(f"[bold]{title}[/] = {_printed(step.value)}  [dim]{step.formula}[/]")
    for inner in filter(_is_known, step.inputs):
        tree.add(_tree(inner, _title(inner)))
    if step.inputs_left:
        tree.add(f"[dim]... {step.inputs_left} more rows (--rows shows them)[/]")
    # A number may come from one of several places; those that gave nothing say nothing.
    for source in [source for source in step.sources if source.rows] or step.sources:
        branch = tree.add(f"raw.{source.table}: {source.rows} rows")
        for cell in source.cells:
            branch.add(f"{cell.file_name} '{cell.sheet}'!{cell.address}  {cell.field} = {cell.value}")
        if source.filled > len(source.cells):
            branch.add(f"[dim]... {source.filled - len(source.cells)} more cells (--rows shows them)[/]")
    return tree
