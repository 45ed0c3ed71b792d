"""Records of delimited text that has no header, or several: where each stands, and what of the text is blank. What they mean does not belong here."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from ingestion.delimited import MAX_LINE_BYTES, lines_of
from ingestion.extract import FileRejected


def read_records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """(line, cells) of every record, blank ones included. FileRejected BAD_QUOTING, and TOO_LARGE for a line over 1 MiB."""
    csv.field_size_limit(MAX_LINE_BYTES)
    records = csv.reader(lines_of(text), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in records:
            if sum(map(len, cells)) > MAX_LINE_BYTES:
                raise FileRejected(
                    "TOO_LARGE",
                    f"{file}, line {start}: expected at most {MAX_LINE_BYTES:,} characters, found more (TOO_LARGE)",
                )
            yield start, cells
            start = records.line_num + 1
    except csv.Error as error:
        raise FileRejected(
            "BAD_QUOTING", f"{file}, line {start}: expected closed quotation marks, found: {error} (BAD_QUOTING)"
        ) from error


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)
