"""Counts the five domains of the older documents on the raw cells of this workbook. Typed tables are not counted here.

Source: clo-workbook 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.layout import Layout
from ingestion.clo_workbook.values import is_blank

TABLE = "clo_workbook_counts"


@dataclass(frozen=True)
class DomainCount:
    """Rows and columns where the domain is a rectangle; `count` is what the older documents call its count."""

    domain: str
    rows: int | None
    columns: int | None
    count: int


def count_cells(grids: Iterable[Grid]) -> int:
    """Every non-empty cell as saved, blanks-only text apart."""
    return sum(not is_blank(cell) for grid in grids for row in grid.rows for cell in row if cell != "")


def count_configuration(grids: Iterable[Grid], layout: Layout) -> int:
    """Non-empty cells of the control panels except headings."""
    return sum(
        not is_blank(cell) and not _is_heading(grid, row, column, layout)
        for grid in grids
        for row in range(grid.height)
        for column, cell in enumerate(grid.rows[row])
        if cell != ""
    )


def _is_heading(grid: Grid, row: int, column: int, layout: Layout) -> bool:
    cell = grid.at(row, column)
    if not isinstance(cell, str):
        return False
    text = cell.strip().casefold()
    if any(phrase in text for phrase in layout.heading_phrases):
        return True
    return column == 0 and len(text) >= layout.long_heading_text and is_blank(grid.at(row, 1))


def count_reference(grid: Grid, layout: Layout) -> int:
    """Rows of the stated span with any value in the first columns."""
    first, last = layout.reference_rows
    rows = grid.rows[first - 1 : last]
    return sum(any(not is_blank(cell) for cell in row[: layout.reference_columns]) for row in rows)


def count_columns(counts: Iterable[DomainCount], layout: Layout) -> dict[str, list[object]]:
    """Columns of `clo_workbook_counts`, the total as a domain of its own."""
    domains = list(counts)
    domains.append(DomainCount("total", None, None, sum(domain.count for domain in domains)))
    return {
        "domain": [d.domain for d in domains],
        "rows_found": [d.rows for d in domains],
        "columns_found": [d.columns for d in domains],
        "count_found": [d.count for d in domains],
        "count_legacy": [layout.legacy_counts[d.domain][0] for d in domains],
        "how_counted": [layout.legacy_counts[d.domain][1] for d in domains],
    }
