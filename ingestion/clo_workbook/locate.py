"""Finds the blocks of a sheet: by defined name, by title, by headers. Reading a block's rows does not belong here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ingestion.clo_workbook.grid import Grid, Names
from ingestion.clo_workbook.labels import label_key
from ingestion.clo_workbook.layout import Block
from ingestion.clo_workbook.report import Report, address, shown
from ingestion.extract import Scope, Severity
from ingestion.sheet_xml import column_letters

TITLE_ROWS = 10  # titles and headers stand in the top rows
LABEL_ROWS = 60  # how far down a label column is searched
_BY_NAME, _BY_TITLE, _BY_HEADER = "name", "title", "headers"


@dataclass(frozen=True)
class Located:
    """Where one block stands on a sheet; all numbers 0-based, `end_column` excluded.

    `head` is the header row of a list and the first row of a label column. `extent_row` is the last row by the
    defined name that says where the block ends.
    """

    block: Block
    head: int
    column: int
    end_column: int
    found_by: str
    extent_row: int | None = None


@dataclass(frozen=True)
class _Candidate:
    head: int
    column: int
    found_by: str
    score: int


def locate(grid: Grid, blocks: Mapping[str, Block], names: Names, report: Report) -> dict[str, Located]:
    """The blocks of one sheet that can be found, by block name. Source: clo-workbook, orientation for ingestion."""
    keys = [[label_key(value) for value in row] for row in grid.rows[: TITLE_ROWS + LABEL_ROWS]]
    found: dict[str, Located] = {}
    for name, block in blocks.items():
        best = _best(grid, keys, block, names, report)
        if best is not None:
            extent = names.on_sheet(grid.sheet, block.extent) if block.extent else None
            last = extent.last_row if extent is not None and best.found_by == _BY_NAME else None
            found[name] = Located(block, best.head, best.column, grid.width, best.found_by, last)
    starts = sorted(location.column for location in found.values())
    return {name: replace(at, end_column=_end(at, starts, grid)) for name, at in found.items()}


def _end(location: Located, starts: list[int], grid: Grid) -> int:
    following = [start for start in starts if start > location.column]
    if following:
        return following[0]
    if location.block.shape == "list":
        return location.column + len(location.block.fields)
    return grid.width if location.block.shape != "key_value" else location.column + 2


def _best(grid: Grid, keys: list[list[str]], block: Block, names: Names, report: Report) -> _Candidate | None:
    named = _by_name(grid, keys, block, names)
    titled = [
        _Candidate(row + 1, column, _BY_TITLE, _score(keys, block, row + 1, column))
        for row in range(min(TITLE_ROWS, len(keys)))
        for column, key in enumerate(keys[row])
        if column > 0 and key in block.titles  # column A holds the list of links, with the same texts
    ]
    candidates = named + titled
    if not any(candidate.score > 0 for candidate in candidates):
        candidates += _by_headers(keys, block)
    best = max(candidates, key=lambda candidate: candidate.score, default=None)
    if best is not None and named and best.found_by != _BY_NAME:
        report.find(
            "NAME_CONTRADICTED",
            Severity.WARNING,
            f"block {block.name} by its defined name starts at {address(named[0].head + 1, named[0].column + 1)}, "
            f"by its {best.found_by} at {address(best.head + 1, best.column + 1)}; the latter is read",
            sheet=grid.sheet,
            row=best.head + 1,
            column=best.column + 1,
            scope=Scope.FEED,
            advice="Point the defined name to its block again.",
        )
    return best


def _by_name(grid: Grid, keys: list[list[str]], block: Block, names: Names) -> list[_Candidate]:
    candidates = []
    for name, offset in block.names.items():
        area = names.on_sheet(grid.sheet, name)
        if area is None or area.first_column < offset:
            continue
        column = area.first_column - offset
        # A name may or may not include the header row: what stands there decides.
        heads = [area.first_row - block.name_row] if block.shape in ("key_value", "transposed") else []
        heads = heads or [area.first_row - 1, area.first_row, area.first_row + 1]
        scored = [_Candidate(head, column, _BY_NAME, _score(keys, block, head, column)) for head in heads if head >= 0]
        candidates.append(max(scored, key=lambda candidate: candidate.score))
    return candidates


def _score(keys: list[list[str]], block: Block, head: int, column: int) -> int:
    """How many of the block's headers or labels stand where they should if it started here."""
    if block.shape in ("key_value", "transposed"):
        labels = {row[column] for row in keys[head : head + LABEL_ROWS] if column < len(row)} - {""}
        return sum(bool(labels & spec.headers) for spec in (block.keys or block.fields))
    if not 0 <= head < len(keys):
        return 0
    headers = keys[head][column : column + len(block.fields)]
    # A header in its own place counts more: neighbours share some of their headers.
    in_place = sum(key in spec.headers for key, spec in zip(headers, block.fields, strict=False))
    return in_place + sum(bool(set(headers) & spec.headers) for spec in block.fields)


def _by_headers(keys: list[list[str]], block: Block) -> list[_Candidate]:
    """Places where at least two headers, or two labels, stand as they should and the first is in its place."""
    specs = block.keys or block.fields
    if len(specs) < 2:
        return []
    found = []
    for row in range(min(TITLE_ROWS, len(keys))):
        for column, key in enumerate(keys[row]):
            if key and column > 0 and key in specs[0].headers:
                score = _score(keys, block, row, column)
                if score >= (2 if block.shape in ("key_value", "transposed") else 4):
                    found.append(_Candidate(row, column, _BY_HEADER, score))
    return found


def report_extra_columns(grid: Grid, located: Iterable[Located], used: Iterable[int], report: Report) -> None:
    """Columns with cells that belong to no block: kept as cells, reported. Column A is the list of links."""
    covered = {0, *used}
    free = [c for c in range(grid.width) if c not in covered and bool(grid.filled[1:, c].any())]
    for group in np.split(np.array(free), np.flatnonzero(np.diff(free) != 1) + 1) if free else []:
        first, last = int(group[0]), int(group[-1])
        letters = column_letters(first + 1)
        span = (
            f"columns {letters} to {column_letters(last + 1)} belong" if last > first else f"column {letters} belongs"
        )
        top = next((grid.at(row, first) for row in range(1, grid.height) if grid.filled[row, first]), "")
        report.find(
            "EXTRA_COLUMN",
            Severity.INFO,
            f"{span} to no known block, the first holds {shown(top)}; their cells are kept",
            sheet=grid.sheet,
            column=first + 1,
            scope=Scope.FEED,
        )
