"""Cuts delimited text into a header and columns of text, and says where every line went. What the columns mean does not belong here.

Text without quotation marks is cut as whole columns; text with them is parsed as RFC 4180 asks.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.extract import FileRejected
from ingestion.limits import limits

HEADER_ROWS = 10  # the header is one of the first so many lines
MAX_LINE_BYTES = limits().text.line_bytes

_IGNORED_IN_NAMES = re.compile(r"[\s_-]+")
_BLANK = r"[\s\pZ{d}]*"


def normal_form(name: str) -> str:
    """How names of columns, sheets and keys are compared: NFKC, lower case, without spaces, `_` and `-`. Units stay.

    Source: input-contracts 1.2.
    """
    return _IGNORED_IN_NAMES.sub("", unicodedata.normalize("NFKC", name).lower())


@dataclass(frozen=True)
class LongLine:
    """A line with more filled cells than the header has columns."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """The lines below the header. `columns[i]` (n,) holds the text of column i as it stands, `lines` (n,) the line numbers.

    `lines_in_range` is counted on the text; comments, blanks, `long_lines` and the n rows make it up.
    """

    header: tuple[str, ...]
    header_line: int  # 1-based
    lines: pa.Array
    columns: tuple[pa.Array, ...]
    long_lines: tuple[LongLine, ...]
    lines_in_range: int
    lines_comment: int
    lines_blank: int
    counted_in: str = "line"  # what `lines` numbers, as a person would say it
    cell_faults: Mapping[tuple[int, int], Fault] = field(default_factory=dict)  # by (row of the n, column)


def grid_of_columns(
    header: Sequence[str], columns: Sequence[Sequence[str]], lines: Sequence[int], counted_in: str = "line"
) -> Grid:
    """A grid of texts that a reader of another form has laid out: a column (n,) per header, and where each row stands."""
    return Grid(
        header=tuple(header),
        header_line=0,
        lines=pa.array(lines, pa.int32()),
        columns=tuple(pa.array(column, pa.string()) for column in columns),
        long_lines=(),
        lines_in_range=len(lines),
        lines_comment=0,
        lines_blank=0,
        counted_in=counted_in,
    )


def decode(data: bytes, name: str) -> str:
    """UTF-8 text with or without a byte order mark and with one form of line end, or FileRejected.

    What can be done on the bytes is: one character outside of Latin makes a text four times as large as they are.
    """
    _check_lines(data, name)
    size = len(data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRejected(
            "BAD_ENCODING", f"{name}, line {line}: expected UTF-8, found byte 0x{data[error.start]:02x} (BAD_ENCODING)"
        ) from error
    if b"\0" in data:
        raise FileRejected(
            "BAD_ENCODING", f"{name}: expected UTF-8 text, found a zero byte, as UTF-16 has (BAD_ENCODING)"
        )
    if not text or text.isspace():
        raise FileRejected("EMPTY_FILE", f"{name}: expected content, found {size} bytes of white space (EMPTY_FILE)")
    return text


def _check_lines(data: bytes, name: str) -> None:
    """Refuse a text of more lines than the limit: each of them takes memory, an empty one too."""
    found, most = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n"), limits().text.lines
    if found > most:
        raise FileRejected("TOO_LARGE", f"{name}: expected at most {most:,} lines, found {found:,} (TOO_LARGE)")


def first_rows(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """(line number, cells) of the records among the first ten lines; for finding a header, not for reading."""
    end = -1
    for _ in range(HEADER_ROWS):
        end = text.find("\n", end + 1)
        if end < 0:
            end = len(text)
            break
    head = text[: min(end, HEADER_ROWS * MAX_LINE_BYTES)]
    csv.field_size_limit(MAX_LINE_BYTES)
    records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows: list[tuple[int, tuple[str, ...]]] = []
    start = 1
    try:
        for cells in records:
            rows.append((start, tuple(cells)))
            start = records.line_num + 1
    except csv.Error:
        # A quotation mark that the ten lines do not close: the rows before it may still hold the header.
        return rows
    return rows


def lines_of(text: str) -> io.TextIOWrapper:
    """The lines of a text with their ends; unlike a StringIO it keeps no four bytes a character."""
    return io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8", newline="")


def read_grid(text: str, delimiter: str, header_line: int, name: str) -> Grid:
    """All lines below the header in line `header_line`. Short lines are filled up with empty cells.

    Raises FileRejected: TOO_LARGE for a line over 1 MiB or too many cells, BAD_QUOTING, DUPLICATE_HEADER.
    """
    header = dict(first_rows(text, delimiter))[header_line]
    _refuse_duplicates(header, header_line, name)
    lines = pc.split_pattern(pa.array([text], pa.large_string()), "\n").flatten()
    longest = pc.max(pc.binary_length(lines)).as_py()
    if longest > MAX_LINE_BYTES:
        raise FileRejected(
            "TOO_LARGE", f"{name}: expected lines of at most {MAX_LINE_BYTES:,} bytes, found {longest:,} (TOO_LARGE)"
        )
    _check_cells(len(lines) * len(header), name)
    if '"' in text:
        return _quoted(text, delimiter, header, header_line, name)
    in_range = text.count("\n") + (not text.endswith("\n")) - header_line
    return _plain(lines.slice(header_line, in_range).cast(pa.string()), delimiter, header, header_line, in_range)


def _check_cells(found: int, name: str) -> None:
    """Refuse a table that is too large once its short lines are as wide as its header."""
    if found > (most := limits().text.cells):
        raise FileRejected(
            "TOO_LARGE", f"{name}: expected at most {most:,} cells, lines by columns, found {found:,} (TOO_LARGE)"
        )


def _refuse_duplicates(header: Sequence[str], line: int, name: str) -> None:
    seen: dict[str, str] = {}
    for cell in header:
        form = normal_form(cell)
        if form and form in seen:
            raise FileRejected(
                "DUPLICATE_HEADER",
                f"{name}, line {line}: expected different headers, found {seen[form]!r} and {cell!r} (DUPLICATE_HEADER)",
            )
        seen[form] = cell


def _plain(lines: pa.Array, delimiter: str, header: tuple[str, ...], header_line: int, in_range: int) -> Grid:
    numbers = np.arange(header_line + 1, header_line + 1 + len(lines), dtype=np.int32)
    blank = _BLANK.format(d=re.escape(delimiter))
    is_blank = pc.match_substring_regex(lines, pattern=f"^{blank}$").to_numpy(zero_copy_only=False)
    is_comment = pc.match_substring_regex(lines, pattern=f"^{blank}#").to_numpy(zero_copy_only=False)
    delimiters = pc.count_substring(lines, pattern=delimiter).to_numpy(zero_copy_only=False)
    missing = len(header) - 1 - delimiters
    keep = ~(is_blank | is_comment)
    long_lines: list[LongLine] = []
    repaired: dict[int, str] = {}
    for index in np.flatnonzero(keep & (missing < 0)).tolist():
        cells = lines[index].as_py().split(delimiter)
        if any(cell.strip() for cell in cells[len(header) :]):
            long_lines.append(LongLine(int(numbers[index]), tuple(cells)))
            keep[index] = False
        else:
            repaired[index] = delimiter.join(cells[: len(header)])
    for index in np.flatnonzero(keep & (missing > 0)).tolist():
        repaired[index] = lines[index].as_py() + delimiter * int(missing[index])
    if repaired:
        mask = np.zeros(len(lines), dtype=bool)
        mask[list(repaired)] = True
        lines = pc.replace_with_mask(lines, pa.array(mask), pa.array([repaired[i] for i in sorted(repaired)]))
    kept = lines.filter(pa.array(keep))
    cells = pc.split_pattern(kept, delimiter).flatten()
    width = len(header)
    places = np.arange(len(kept), dtype=np.int64) * width
    return Grid(
        header=header,
        header_line=header_line,
        lines=pa.array(numbers[keep]),
        columns=tuple(cells.take(pa.array(places + column)) for column in range(width)),
        long_lines=tuple(long_lines),
        lines_in_range=in_range,
        lines_comment=int(is_comment.sum()),
        lines_blank=int(is_blank.sum()),
    )


def _quoted(text: str, delimiter: str, header: tuple[str, ...], header_line: int, name: str) -> Grid:
    width = len(header)
    rows: list[list[str]] = []
    numbers: list[int] = []
    long_lines: list[LongLine] = []
    in_range = comments = blanks = 0
    csv.field_size_limit(MAX_LINE_BYTES)
    records = csv.reader(lines_of(text), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in records:
            line, start = start, records.line_num + 1
            if line <= header_line:
                continue
            in_range += 1
            first = next((cell.strip() for cell in cells if cell.strip()), None)
            if first is None:
                blanks += 1
            elif first.startswith("#"):
                comments += 1
            elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
                long_lines.append(LongLine(line, tuple(cells)))
            else:
                rows.append([*cells[:width], *[""] * (width - len(cells))])
                numbers.append(line)
    except csv.Error as error:
        raise FileRejected(
            "BAD_QUOTING", f"{name}, line {start}: expected closed quotation marks, found: {error} (BAD_QUOTING)"
        ) from error
    columns = zip(*rows, strict=True) if rows else [()] * width
    return Grid(
        header=header,
        header_line=header_line,
        lines=pa.array(numbers, pa.int32()),
        columns=tuple(pa.array(column, pa.string()) for column in columns),
        long_lines=tuple(long_lines),
        lines_in_range=in_range,
        lines_comment=comments,
        lines_blank=blanks,
    )
