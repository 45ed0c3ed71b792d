"""Reads the matrix of asset correlations and repairs it by its own symmetry. Which assets exist is decided elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.report import Report, address, payload, shown
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import is_blank, read_asset_id, read_number
from ingestion.extract import RowCount, Scope, Severity
from ingestion.workbook import CellError

TABLE = "clo_correlations"
TOLERANCE = 1e-12
NAMED = 5


@dataclass(frozen=True)
class _Axis:
    """Ids along one side of the matrix and their 0-based places on the sheet; ids in error are left out."""

    ids: list[str]
    places: npt.NDArray[np.intp]


def read_correlations(grid: Grid, tables: Tables, report: Report) -> frozenset[str]:
    """Stage `clo_correlations`, every cell of the matrix; returns its ids. Source: clo-workbook 1.3 and value rules.

    A blank cell or one outside [-1, 1] takes the mirrored cell, else null; the diagonal is 1; of an asymmetric pair the
    upper triangle is taken.
    """
    rows_all = _ids(grid, [row[0] for row in grid.rows[1:]] if grid.width else [], is_row=True, report=report)
    columns_all = _ids(grid, grid.rows[0][1:] if grid.rows else [], is_row=False, report=report)
    in_range = _cells_in_range(grid)
    twice = {i for axis in (rows_all, columns_all) for i, n in Counter(axis.ids).items() if n > 1}
    _reject_twice(grid, rows_all, twice, report)
    rows, columns = _without(rows_all, twice), _without(columns_all, twice)
    ids = [asset_id for asset_id in rows.ids if asset_id in set(columns.ids)]
    _report_one_sided(grid, rows, columns, report)
    matrix = _matrix(grid, rows, columns)
    order = {asset_id: place for place, asset_id in enumerate(columns.ids)}
    mirrored = _mirror(matrix, rows.ids, order)
    matrix = _repair(grid, matrix, mirrored, rows, columns, report)
    count = matrix.size
    blank_axis = in_range - len(rows_all.ids) * len(columns_all.ids)
    refused = len(rows_all.ids) * len(columns_all.ids) - count
    report.counts.append(RowCount(grid.sheet, "correlations", TABLE, in_range, count, refused, 0, blank_axis))
    if count:
        tables.add(
            TABLE,
            {
                "asset_id_1": pa.array(rows.ids).take(pa.array(np.repeat(np.arange(len(rows.ids)), len(columns.ids)))),
                "asset_id_2": pa.array(columns.ids).take(pa.array(np.tile(np.arange(len(columns.ids)), len(rows.ids)))),
                "correlation": pa.array(matrix.ravel(), mask=np.isnan(matrix.ravel())),
            },
            grid.sheet,
            np.repeat(rows.places + 1, len(columns.ids)),
            np.tile(columns.places + 1, len(rows.ids)),
        )
    return frozenset(ids)


def _cells_in_range(grid: Grid) -> int:
    """Cells between the first and the last id of both sides, counted on the sheet."""
    if grid.height < 2 or grid.width < 2:
        return 0
    down, across = np.flatnonzero(grid.filled[1:, 0]), np.flatnonzero(grid.filled[0, 1:])
    return int(down[-1] + 1) * int(across[-1] + 1) if len(down) and len(across) else 0


def _ids(grid: Grid, cells: Sequence[Any], *, is_row: bool, report: Report) -> _Axis:
    filled = [index for index, cell in enumerate(cells) if not is_blank(cell)]
    if filled and len(filled) <= filled[-1]:
        gap = next(index for index, cell in enumerate(cells) if is_blank(cell))
        after = sum(index > gap for index in filled)
        row, column = (gap + 2, 1) if is_row else (1, gap + 2)
        report.find(
            "ROWS_AFTER_GAP",
            Severity.WARNING,
            f"expected ids without a gap, found {after} after the blank cell; they are read",
            sheet=grid.sheet,
            row=row,
            column=column,
            scope=Scope.FEED,
        )
    usable = [index for index in filled if not isinstance(cells[index], CellError)]
    read = [(index, read_asset_id(cells[index]).value) for index in usable]
    known = [(index, asset_id) for index, asset_id in read if asset_id]
    return _Axis([asset_id for _, asset_id in known], np.array([index + 1 for index, _ in known], dtype=np.intp))


def _without(axis: _Axis, ids: set[str]) -> _Axis:
    keep = [place for place, asset_id in enumerate(axis.ids) if asset_id not in ids]
    return _Axis([axis.ids[place] for place in keep], axis.places[keep])


def _reject_twice(grid: Grid, rows: _Axis, twice: set[str], report: Report) -> None:
    for asset_id, place in zip(rows.ids, rows.places.tolist(), strict=True):
        if asset_id in twice:
            text = f"an id must stand once on each side, found '{asset_id}' more often; its cells are not used"
            cells = payload(grid.rows[place], 1)
            report.reject(TABLE, grid.sheet, place + 1, 1, "DUPLICATE_KEY", text, cells)
    if twice:
        report.find(
            "DUPLICATE_KEY",
            Severity.WARNING,
            f"an id must stand once on each side, found more often: {_named(sorted(twice))}",
            sheet=grid.sheet,
            scope=Scope.FEED,
        )


def _report_one_sided(grid: Grid, rows: _Axis, columns: _Axis, report: Report) -> None:
    for side, ids, other in (("left", rows.ids, columns.ids), ("top", columns.ids, rows.ids)):
        only = sorted(set(ids) - set(other))
        if only:
            report.find(
                "MATRIX_NOT_SQUARE",
                Severity.WARNING,
                f"expected the same ids on both sides, found only at the {side}: {_named(only)}",
                sheet=grid.sheet,
                scope=Scope.FEED,
            )


def _matrix(grid: Grid, rows: _Axis, columns: _Axis) -> npt.NDArray[np.float64]:
    """Cells as numbers (rows, columns); NaN where there is none."""
    width = len(columns.ids)
    contiguous = width > 0 and columns.places[-1] - columns.places[0] + 1 == width
    first = int(columns.places[0]) if width else 0
    matrix = np.full((len(rows.ids), width), np.nan)
    for place, row in enumerate(rows.places.tolist()):
        cells = grid.rows[row]
        picked = cells[first : first + width] if contiguous else [cells[column] for column in columns.places.tolist()]
        if set(map(type, picked)) == {float}:
            matrix[place] = picked
        else:
            numbers = (None if isinstance(cell, CellError) else read_number(cell).value for cell in picked)
            matrix[place] = [np.nan if number is None else number for number in numbers]
    return matrix


def _mirror(matrix: npt.NDArray[np.float64], row_ids: list[str], order: dict[str, int]) -> npt.NDArray[np.float64]:
    """The mirrored cell of each cell, NaN where the matrix has none. Shape as `matrix`."""
    height, width = matrix.shape
    if row_ids == list(order):
        return matrix.T.copy()
    row_of = {asset_id: place for place, asset_id in enumerate(row_ids)}
    mirrored = np.full((height, width), np.nan)
    rows_in_columns = [(place, order[i]) for place, i in enumerate(row_ids) if i in order]
    columns_in_rows = [(place, row_of[i]) for i, place in order.items() if i in row_of]
    for here, there in rows_in_columns:
        for place, row in columns_in_rows:
            mirrored[here, place] = matrix[row, there]
    return mirrored


def _repair(
    grid: Grid,
    matrix: npt.NDArray[np.float64],
    mirrored: npt.NDArray[np.float64],
    rows: _Axis,
    columns: _Axis,
    report: Report,
) -> npt.NDArray[np.float64]:
    row_ids, column_ids = np.array(rows.ids, dtype=object), np.array(columns.ids, dtype=object)
    diagonal = row_ids[:, None] == column_ids[None, :] if matrix.size else np.zeros(matrix.shape, np.bool_)
    with np.errstate(invalid="ignore"):
        bad = ~(np.abs(matrix) <= 1)
        mirror_bad = ~(np.abs(mirrored) <= 1)
        off_diagonal = diagonal & ~(np.abs(matrix - 1) <= TOLERANCE)
        differing = ~bad & ~mirror_bad & ~diagonal & (matrix != mirrored)
        asymmetric = differing & (np.abs(matrix - mirrored) > TOLERANCE)
    upper = columns.places[None, :] > rows.places[:, None]
    taken = bad & ~mirror_bad & ~diagonal
    lost = bad & mirror_bad & ~diagonal
    places = rows, columns
    _say(grid, off_diagonal, places, "CORRELATION_DIAGONAL", "a diagonal cell must be 1; it is read as 1", report)
    text = "a correlation must be a number between -1 and 1; the mirrored cell is taken"
    _say(grid, taken, places, "CORRELATION_MIRRORED", text, report)
    text = "a correlation must be a number between -1 and 1 and so must its mirrored cell; it stays empty"
    _say(grid, lost, places, "OUT_OF_RANGE", text, report)
    text = "a correlation must equal its mirrored cell; the upper triangle is taken"
    _say(grid, asymmetric & upper, places, "CORRELATION_ASYMMETRIC", text, report)
    repaired = np.where(taken | (differing & ~upper), mirrored, matrix)
    repaired[lost] = np.nan
    repaired[diagonal] = 1.0
    return repaired


def _say(
    grid: Grid, where: npt.NDArray[np.bool_], places: tuple[_Axis, _Axis], code: str, text: str, report: Report
) -> None:
    hits = np.argwhere(where)
    if not len(hits):
        return
    rows, columns = places
    cells = [(int(rows.places[r]), int(columns.places[c])) for r, c in hits[: NAMED + 1].tolist()]
    row, column = cells[0]
    more = ""
    if len(hits) > 1:
        named = ", ".join(address(r + 1, c + 1) for r, c in cells[1:])
        more = f"; and {len(hits) - 1} more: {named}{' ...' if len(hits) > NAMED + 1 else ''}"
    found = shown(grid.at(row, column))
    report.find(
        code,
        Severity.WARNING,
        f"{text}, found {found}{more}",
        sheet=grid.sheet,
        row=row + 1,
        column=column + 1,
        scope=Scope.FEED,
        found=found,
    )


def report_coverage(grid: Grid, ids: frozenset[str], assets: frozenset[str], report: Report) -> None:
    """The matrix is older than the asset list by nature: both differences are reported, neither is fatal."""
    for code, missing, text in (
        ("ASSET_WITHOUT_CORRELATION", assets - ids, "assets of All Assets are not in the matrix"),
        ("CORRELATION_WITHOUT_ASSET", ids - assets, "ids of the matrix are not in All Assets"),
    ):
        if missing:
            report.find(
                code,
                Severity.INFO,
                f"{len(missing)} {text}: {_named(sorted(missing))}",
                sheet=grid.sheet,
                scope=Scope.FEED,
                found=str(len(missing)),
            )


def _named(ids: Sequence[str]) -> str:
    return ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
