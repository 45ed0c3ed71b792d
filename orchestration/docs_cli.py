"""The `weir docs-quality` command: Great Expectations' pages of every suite, on demand. How they are made is expectations'."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from orchestration.console import CONSOLE, Home, held_warehouse, settings_of
from orchestration.settings import Settings, shown
from orchestration.warehouse import Warehouse

FOLDER = "data_docs"


def docs_quality(
    home: Home = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the first page in the browser.")] = True,
) -> None:
    """Run every suite of expectations anew and write what they found as pages for the browser."""
    # Imported here: no other command pays for Great Expectations and pandas.
    from expectations.data_docs import build_data_docs

    settings = settings_of(home)
    skipped: list[str] = []
    with held_warehouse(settings, "weir docs-quality") as warehouse:
        # Made beside the former pages and swapped in: whoever reads those never finds half of them gone.
        making = Path(tempfile.mkdtemp(prefix=".data_docs-", dir=settings.home))
        try:
            docs = build_data_docs(making, _frames(warehouse, skipped))
            index = _swapped_in(settings, making) / docs.index.name
        finally:
            shutil.rmtree(making, ignore_errors=True)
    CONSOLE.print(f"{docs.suites_passed} of {docs.suites} suites passed.")
    if skipped:
        CONSOLE.print(f"Not run, because their relation is not built yet: {', '.join(skipped)}", markup=False)
    CONSOLE.print(f"Wrote {shown(index)}", markup=False, soft_wrap=True)
    if show:
        typer.launch(index.as_uri())


def _frames(warehouse: Warehouse, skipped: list[str]) -> Iterator[tuple[Any, Any]]:
    """Each suite with the rows that it looks at, one frame in memory at a time."""
    from expectations.suites import SUITES

    for suite in SUITES:
        try:
            frame = warehouse.frame(suite.sql)
        except duckdb.CatalogException:
            skipped.append(suite.name)
        else:
            yield suite, frame


def _swapped_in(settings: Settings, made: Path) -> Path:
    folder, former = settings.home / FOLDER, made.with_name(f"{made.name}-former")
    if folder.exists():
        os.replace(folder, former)
    made.chmod(0o755)
    os.replace(made, folder)
    shutil.rmtree(former, ignore_errors=True)
    return folder
