"""Scans the bytes of worksheet parts for what the cell reader does not tell. Typed values do not belong here.

The cell reader gives '' for error cells and for formulas that were never calculated, and it cannot be its own auditor:
the number of cells with a value is counted here, on the XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

import numpy as np
import numpy.typing as npt

from ingestion.extract import FileRejected

# No search below looks at the same bytes again and again: a tag ends at the next bracket, and what has matched is kept.
Position = tuple[int, int]  # 0-based row and column

# An entity or DTD in a part is refused unread: it can expand without bound or fetch other files.
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_ADDRESS = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_WIDE, _TALL = re.compile(rb"\br=\"[A-Za-z]{3}"), re.compile(rb"\br=\"[A-Za-z]+[0-9]{4}")
_SPACED = re.compile(rb"\br(?:\s+=|=\s)")
LOW_ROWS, NARROW_COLUMNS = 999, 702  # what a sheet has at most that is neither tall nor wide: 999 rows, A to ZZ
_ANY_ADDRESS = re.compile(rb"\br\s*=\s*\"([A-Za-z]{1,9})([0-9]{1,12})\"")
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?c\b(?>[^<>]*?\br=\"([A-Za-z]{1,9})([0-9]{1,12})\")[^<>]*+(?<!/)>\s*+<(?:\w+:)?(?:v|is|f)\b"
)
_CELL_END = re.compile(rb"</(?:\w+:)?c\s*>")
_TEXT = re.compile(rb"<(?:\w+:)?[tv](?:\s[^<>]*+)?>([^<]*+)<")
_SINGLE_QUOTED = re.compile(rb"='([^'<>\"]*)'")
_ROW_NUMBER = re.compile(rb"\br=\"([0-9]{1,7})\"")


@dataclass
class SheetScan:
    """What one worksheet's XML says: cells with a value, error cells, formulas without a cached value, size."""

    values: int = 0
    errors: dict[Position, str] = field(default_factory=dict)
    formulas_without_value: set[Position] = field(default_factory=set)
    dimension: str | None = None  # the used range the sheet states, formatted blanks included
    inflated: int = 0  # bytes of the part
    references: int = 0  # cells that refer to a shared string
    # Nothing of what rows claim is believed: only a sheet whose addresses are all short is small.
    may_be_large: bool = False


def column_number(letters: str) -> int:
    """1-based number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Letters of a 1-based column number: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def guarded(chunks: Iterable[bytes], part: str, name: str, row_bytes: int | None = None) -> Iterator[bytes]:
    """The chunks themselves; FileRejected BAD_XML where one holds a DTD, an entity or an encoding that hides them.

    TOO_LARGE where a worksheet goes on for more than `row_bytes` without beginning a row: a row is kept whole.
    """
    first = True
    since_row = 0
    for chunk in chunks:
        if first and chunk[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
            raise bad_xml(name, part, "UTF-16", "UTF-8")
        # A single byte is looked for ten times as fast as two, and most parts have none.
        if b"!" in chunk and any(token in chunk for token in FORBIDDEN):
            raise bad_xml(name, part, "a DTD or an entity declaration", "plain XML")
        if row_bytes is not None:
            begun = max(chunk.rfind(b"<row"), chunk.rfind(b":row"))
            since_row = len(chunk) - begun if begun >= 0 else since_row + len(chunk)
            if since_row > row_bytes:
                raise FileRejected(
                    "TOO_LARGE",
                    f"{name}: part {part} must hold rows of at most {row_bytes:,} bytes, found one of {since_row:,} and more "
                    "(TOO_LARGE)",
                    "Save the workbook again with its own program, or ask the sender for a new copy.",
                )
        first = False
        yield chunk


def bad_xml(name: str, part: str, found: str, expected: str = "well-formed XML") -> FileRejected:
    return FileRejected(
        "BAD_XML",
        f"{name}: part {part} must be {expected}, found {found} (BAD_XML)",
        "Open the file in a spreadsheet program and save it again; if that fails, ask the sender for a new copy.",
    )


def _at_rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join chunks so that each piece ends before a `<row`, never inside a cell."""
    carry = b""
    for chunk in chunks:
        text = carry + chunk
        cut = max(text.rfind(b"<row"), text.rfind(b":row"))
        # A prefixed element is cut at its bracket.
        cut = text.rfind(b"<", 0, cut + 1) if cut > 0 else 0
        if cut <= 0:
            carry = text
            continue
        yield _double_quoted(text[:cut])
        carry = text[cut:]
    yield _double_quoted(carry)


def _double_quoted(text: bytes) -> bytes:
    """Attributes may stand in either kind of quotes; the searches know one. The length stays the same."""
    return _SINGLE_QUOTED.sub(rb'="\1"', text) if b"'" in text else text


def scan_sheet(chunks: Iterable[bytes], empty_strings: frozenset[int]) -> SheetScan:
    """Count and find, in one pass over a worksheet part.

    `empty_strings`: indices of shared strings without text; a cell that points to one has no value.
    """
    scan = SheetScan()
    patterns: _Patterns | None = None
    counter = _PositionCounter()
    for piece in _at_rows(chunks):
        if patterns is None:
            patterns = _Patterns.of(piece)
            found = patterns.dimension.search(piece)
            scan.dimension = found.group(1).decode() if found else None
        _scan_piece(piece, patterns, empty_strings, scan, counter)
        scan.inflated += len(piece)
        scan.references += piece.count(b't="s"')
        scan.may_be_large = scan.may_be_large or any(p.search(piece) for p in (_TALL, _WIDE, _SPACED))
    return scan


@dataclass(frozen=True)
class _Patterns:
    """The searches, with the namespace prefix that this part gives its elements."""

    prefix: bytes
    cell: re.Pattern[bytes]
    dimension: re.Pattern[bytes]
    error: re.Pattern[bytes]
    no_value: re.Pattern[bytes]
    empty_inline: re.Pattern[bytes]
    shared: re.Pattern[bytes]

    @classmethod
    def of(cls, head: bytes) -> _Patterns:
        found = re.search(rb"<(\w+:)?worksheet\b", head)
        p = (found.group(1) or b"") if found else b""
        value = rb"<" + p + rb"v(?:\s[^<>]*+)?>"
        no_text = rb"(?:\s[^<>]*)?(?:/>|>\s*</" + p + rb"t>)"
        formula = rb"<" + p + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + p + rb"f>)"
        empty_value = rb"(?:<" + p + rb"v\s*/>|<" + p + rb"v>\s*</" + p + rb"v>)?"
        return cls(
            prefix=p,
            cell=re.compile(rb"<" + p + rb"(row|c)\b([^<>]*+)>"),
            dimension=re.compile(rb"<" + p + rb"dimension\b[^<>]*?\bref=\"([A-Z0-9:]+)\""),
            error=re.compile(
                rb"<"
                + p
                + rb"c\b((?>[^<>]*?\bt=\"e\")[^<>]*+)(?<!/)>(?:(?!</?"
                + p
                + rb"c\b).)*?"
                + value
                + rb"([^<]+)",
                re.S,
            ),
            no_value=re.compile(
                rb"<" + p + rb"c\b([^<>]*+)>\s*" + formula + rb"\s*" + empty_value + rb"\s*</" + p + rb"c>"
            ),
            empty_inline=re.compile(rb"<" + p + rb"is>\s*(?:<" + p + rb"t" + no_text + rb"\s*)?</" + p + rb"is>"),
            shared=re.compile(rb"<" + p + rb"c\b(?>[^<>]*?\bt=\"s\")[^<>]*+>\s*" + value + rb"\s*(\d+)\s*<"),
        )


def _scan_piece(
    piece: bytes, patterns: _Patterns, empty_strings: frozenset[int], scan: SheetScan, counter: _PositionCounter
) -> None:
    p = patterns.prefix
    scan.values += _values(piece, p)
    if b"<" + p + b"is" in piece:
        scan.values += piece.count(b"<" + p + b"is>") - len(patterns.empty_inline.findall(piece))
    if empty_strings:
        scan.values -= sum(int(index) in empty_strings for index in patterns.shared.findall(piece))
    hits: list[tuple[int, bytes, str | None]] = []
    if b't="e"' in piece:
        hits += [
            (m.start(), m.group(1), unescape(m.group(2).decode("utf-8", "replace")))
            for m in patterns.error.finditer(piece)
        ]
    if b"<" + p + b"f" in piece:
        # A text formula whose cached value is the empty string is empty; any other formula without a value is not.
        hits += [
            (m.start(), m.group(1), None) for m in patterns.no_value.finditer(piece) if not _caches_empty_text(m, p)
        ]
    for position, error in counter.place(piece, patterns, hits):
        if error is None:
            scan.formulas_without_value.add(position)
        else:
            scan.errors[position] = error


def _caches_empty_text(cell: re.Match[bytes], p: bytes) -> bool:
    return b't="str"' in cell.group(1) and b"<" + p + b"v" in cell.group(0)


def _values(piece: bytes, p: bytes) -> int:
    """Value elements that hold something: `<v>1</v>`, `<v xml:space="preserve"> x</v>`, not `<v></v>` nor `<v />`."""
    end = b"</" + p + b"v>"
    closed = piece.count(end)
    if b">" + end not in piece:
        return closed
    # A value may itself end in a bracket, so what looks empty is looked at closely.
    return closed - len(re.findall(rb"<" + p + rb"v(?:\s[^<>]*+)?>" + end, piece))


def content_extent(chunks: Iterable[bytes]) -> tuple[int, int]:
    """Rows and columns from A1 to the last cell that has content; cells without an address are left out.

    Where it is not plain which cells have content, all count.
    """
    rows, columns = 0, set[bytes]()
    for piece in _at_rows(chunks):
        found = _FILLED_CELL.findall(piece)
        if len(found) < len(_CELL_END.findall(piece)):
            found = _ANY_ADDRESS.findall(piece)
        columns.update(letters for letters, _ in found)
        rows = max(rows, max((int(number) for _, number in found), default=0))
    return rows, max((column_number(letters.decode().upper()) for letters in columns), default=0)


def text_bytes(chunks: Iterable[bytes], lengths: npt.NDArray[np.int64]) -> int:
    """Bytes of text in the cells of a sheet; `lengths` (n,) are those of the shared strings."""
    patterns: _Patterns | None = None
    total = 0
    for piece in _at_rows(chunks):
        patterns = patterns or _Patterns.of(piece)
        total += sum(map(len, _TEXT.findall(piece)))
        indices = np.array([int(index) for index in patterns.shared.findall(piece) if len(index) < 9], np.int64)
        total += int(lengths[indices[indices < len(lengths)]].sum())
    return total


def shared_string_lengths(text: bytes) -> npt.NDArray[np.int64]:
    """Bytes of each shared string, its marks included."""
    starts = [found.start() for found in re.finditer(rb"<(?:\w+:)?si\b", text)]
    ends = np.array([*starts, len(text)], np.int64)
    return ends[1:] - ends[:-1]


class _PositionCounter:
    """Gives hits their cell. Addresses are optional in the format: without one, a cell follows its left neighbour."""

    def __init__(self) -> None:
        self.rows_before = 0  # rows of earlier pieces, for parts without addresses

    def place(
        self, piece: bytes, patterns: _Patterns, hits: list[tuple[int, bytes, str | None]]
    ) -> Iterator[tuple[Position, str | None]]:
        counted: dict[int, Position] | None = None
        for start, attributes, error in hits:
            address = _ADDRESS.search(attributes)
            if address:
                yield (int(address.group(2)) - 1, column_number(address.group(1).decode()) - 1), error
            else:
                counted = counted or dict(self._count(piece, patterns))
                yield counted[start], error
        if _ADDRESS.search(piece) is None:
            self.rows_before += piece.count(b"<" + patterns.prefix + b"row")

    def _count(self, piece: bytes, patterns: _Patterns) -> Iterator[tuple[int, Position]]:
        row, column = self.rows_before - 1, -1
        for element in patterns.cell.finditer(piece):
            attributes = element.group(2)
            if element.group(1) == b"row":
                number = _ROW_NUMBER.search(attributes)
                row, column = (int(number.group(1)) - 1 if number else row + 1), -1
            else:
                address = _ADDRESS.search(attributes)
                column = column_number(address.group(1).decode()) - 1 if address else column + 1
                yield element.start(), (row, column)


def empty_shared_strings(text: bytes) -> frozenset[int]:
    """Indices of shared strings without text. Empty for nearly every file, which is found without parsing."""
    found = re.search(rb"<(\w+:)?sst\b", text)
    p = (found.group(1) or b"") if found else b""
    # An empty string shows as an empty text element; rich text keeps its runs apart, so any run with text counts.
    if not re.search(rb"<" + p + rb"t(?:\s[^<>]*)?(?:/>|>\s*</)|<" + p + rb"si\s*/>|<" + p + rb"si>\s*</", text):
        return frozenset()
    items = re.split(rb"<" + p + rb"si(?=[\s/>])", text)[1:]
    has_text = re.compile(rb"<" + p + rb"t>\s*[^\s<]|<" + p + rb"t\s[^<>/]*>[^<]")
    return frozenset(index for index, item in enumerate(items) if not has_text.search(item))
