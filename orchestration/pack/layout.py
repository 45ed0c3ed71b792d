"""What a sheet is made of, and the sheets that are one query each, as validated data. Where rows come from is not here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

_DATA = ConfigDict(extra="forbid")
Kind = Literal[
    "text", "date", "count", "money", "rate", "ratio", "price", "years", "flag", "value", "moment", "factor", "gain",
    "outcome", "remark"
]  # fmt: skip

FORMATS: Mapping[Kind, str] = {
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "count": "0",
    "money": "#,##0.00;[Red]-#,##0.00",
    "rate": "0.000%",
    "ratio": "0.00%",
    "price": "0.000",
    "years": "0.00",
    "factor": "#,##0.0",
    "gain": "0.0000;[Red]-0.0000",
}
ALIGNED: Mapping[Kind, Mapping[str, Any]] = {"outcome": {"align": "center"}, "remark": {"indent": 1}}
WIDTHS: Mapping[Kind, float] = {"count": 8, "money": 17, "text": 13, "moment": 17, "flag": 9}
ELSE_WIDTH = 12.0
TOTALS, SECTIONS, HEADER, FIRST = 2, 3, 4, 5  # rows of a table, from 0; title and note stand above


@dataclass(frozen=True, config=_DATA)
class Column:
    """`formula` is an Excel formula whose {names} are columns of the same row; `total` sums the column above its header.

    `section` is a heading over neighbouring columns that share it.
    """

    title: str
    kind: Kind
    total: bool = False
    formula: str | None = None
    width: float | None = None
    section: str = ""

    @property
    def shown_width(self) -> float:
        return self.width or max(WIDTHS.get(self.kind, ELSE_WIDTH), 0.6 * len(self.title))


@dataclass(frozen=True, config=_DATA)
class SheetQuery:
    """A sheet that one query over `marts` fills; an optional one is left out when nothing does."""

    name: str
    marts: tuple[str, ...]
    note: str
    sql: str
    columns: dict[str, Column]
    optional: bool = False


@dataclass(frozen=True, config=ConfigDict(arbitrary_types_allowed=True))
class Table:
    """A sheet of rows under one header. A row has a value for every column, of formulas too: what they come to."""

    name: str
    note: str
    columns: Mapping[str, Column]
    rows: Sequence[Sequence[Any]]
    marts: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A cell of a page; `role` is how it looks where it is not a value."""

    value: Any
    kind: Kind = "text"
    role: Literal["value", "title", "header", "label", "note"] = "value"


@dataclass(frozen=True)
class Figure:
    """A cell of a block; `formula` is an Excel formula whose {names} are columns of the same row, `value` what it comes to."""

    value: Any
    kind: Kind = "text"
    formula: str | None = None


@dataclass(frozen=True, config=ConfigDict(arbitrary_types_allowed=True))
class Block:
    """Rows under a title and a header, at a column of their sheet (from 0). `headers` are titles and widths by name.

    Without a title the headers stand in the first row, else in the second.
    """

    title: str | None
    at: int
    headers: Mapping[str, tuple[str, float]]
    rows: Sequence[Sequence[Figure]]

    @property
    def header_row(self) -> int:
        return 0 if self.title is None else 1


@dataclass(frozen=True)
class BlockSheet:
    """A sheet of blocks side by side, laid out as the old model's outputs were: its first column stays empty."""

    name: str
    blocks: tuple[Block, ...]
    marts: tuple[str, ...]

    @property
    def row_count(self) -> int:
        return sum(len(block.rows) for block in self.blocks)


@dataclass(frozen=True)
class Chart:
    """Columns of a sheet stacked over its dates, from its first row to `last_row`; columns and rows count from 0."""

    name: str
    kind: Literal["area", "column"]
    sheet: str
    days: int
    columns: tuple[int, ...]
    last_row: int
    colours: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Page:
    """A sheet of lines that are no table, and charts below them: `widths` by column, blank lines are empty."""

    name: str
    lines: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    charts: tuple[Chart, ...] = ()


@cache
def sheet_queries() -> tuple[SheetQuery, ...]:
    """The sheets of pack_sheets.yaml, in order. Raises pydantic's ValidationError where the file is wrong."""
    raw = yaml.safe_load((Path(__file__).parent.parent / "pack_sheets.yaml").read_text())
    return TypeAdapter(tuple[SheetQuery, ...]).validate_python(raw)
