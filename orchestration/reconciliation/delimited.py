"""The cells of a delimited file, read by the standard library and laid beside the typed rows of raw. Loading does not belong here.

Raw keeps no cells of such files, only typed rows with their line. So a cell is compared where the file has a column named as the
field, and where the field's value says the same in another form (a percentage, a name for a code) it is counted as not compared.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import raw_tables
from ingestion.delimited import MAX_LINE_BYTES, normal_form
from orchestration.reconciliation.cells import SHOWN, Compared

DELIMITERS = ",;\t|"
HEADER_WITHIN = 10  # lines
ENCODING = "utf-8-sig"


def compare_delimited(
    connection: duckdb.DuckDBPyConnection, load_id: str, path: Path, name: str, tables: Sequence[str]
) -> Compared | None:
    """Cells of the file at `path` against the typed rows of `tables`; None where no column is named as a field is.

    Raises UnicodeDecodeError where the file is not UTF-8, csv.Error and ArithmeticError for cells beyond what can be read.
    """
    lines = dict(_records(path))
    compared = equal = converted = 0
    differences: list[str] = []
    for table in tables:
        fields = raw_tables()[table].columns
        found = _header(lines, [*fields])
        if found is None:
            continue
        header, places = found
        chosen = [*places]
        names = ", ".join(f'"{field}"' for field in chosen)
        rows = connection.execute(
            f"select _row, {names} from raw.{table} where _load_id = ? and _row is not null order by _row", [load_id]
        ).fetchall()
        for row, *values in rows:
            cells = lines.get(row, [])
            for field, value in zip(chosen, values, strict=True):
                place = places[field]
                text = cells[place].strip() if place < len(cells) else ""
                if not text and value is None:
                    continue
                verdict = _is_same(text, value)
                compared += verdict is not None
                equal += verdict is True
                converted += verdict is None
                if verdict is False and len(differences) < SHOWN:
                    differences.append(f"line {row}, {header[place]}: {_told(text, table, value)}")
    if compared == 0:
        return None
    note = f"{converted} cells stand in raw in another form and were not compared" if converted else None
    return Compared(name, compared, compared, equal, compared - equal, tuple(differences), note)


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells) of every record."""
    with path.open(encoding=ENCODING, newline="") as file:
        head = [line for _, line in zip(range(HEADER_WITHIN), file, strict=False)]
        file.seek(0)
        delimiter = max(DELIMITERS, key=lambda each: max((line.count(each) for line in head), default=0))
        csv.field_size_limit(MAX_LINE_BYTES)  # every cell that a load takes
        reader = csv.reader(file, delimiter=delimiter)
        begins = 1
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1


def _header(lines: dict[int, list[str]], fields: Sequence[str]) -> tuple[list[str], dict[str, int]] | None:
    """The record among the first lines that names most fields, and where each of them stands."""
    wanted = {normal_form(field): field for field in fields}
    best: tuple[list[str], dict[str, int]] | None = None
    for line, cells in lines.items():
        if line > HEADER_WITHIN:
            break
        places = {wanted[form]: n for n, cell in enumerate(cells) if (form := normal_form(cell)) in wanted}
        if len(places) >= 2 and (best is None or len(places) > len(best[1])):
            best = cells, places
    return best


def _is_same(text: str, value: Any) -> bool | None:
    """Whether a cell says what the typed value says; None where it says it in another form."""
    if value is None or not text or isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        try:
            stated = Decimal(text.replace(",", ""))
        except InvalidOperation:
            return None
        kept = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if isinstance(value, float):
            return float(stated) == value or (None if _is_scaled(stated, kept) else False)
        return stated == kept or (None if _is_scaled(stated, kept) else False)
    if isinstance(value, dt.date):
        try:
            stated_at = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
        if stated_at.tzinfo is not None:
            stated_at = stated_at.astimezone(dt.UTC).replace(tzinfo=None)
        return stated_at == value if isinstance(value, dt.datetime) else stated_at.date() == value
    if text == value or text.split() == str(value).split():
        return True
    # A code of a closed list, or an identifier, is kept in its one way of writing.
    return normal_form(text) == normal_form(str(value))


def _told(text: str, table: str, value: Any) -> str:
    # A text may be restricted, see cells.
    if isinstance(value, str):
        return f"the file has a text of {len(text)} characters, raw.{table} another of {len(value)}"
    return f"the file has {text!r}, raw.{table} has {value!s}"


def _is_scaled(stated: Decimal, kept: Decimal) -> bool:
    """A percentage kept as a fraction, or basis points."""
    return kept != 0 and any(abs(stated / kept - factor) <= Decimal("1e-9") * factor for factor in (100, 10_000))
