"""Finds which layout of which delimited contract a text has, by its header. Reading the rows below does not belong here."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingestion.contracts import DelimitedContract, Layout, TabularContract, currency_codes, delimited_contracts
from ingestion.delimited import first_rows, normal_form

# Columns that any open layout may carry. Source: input-contracts 1.2.
COMMON_COLUMNS = ("organization_id", "row_action", "comment", "source_row_id")

_CURRENCY = re.compile(r"^[A-Z]{3}$")


@dataclass(frozen=True)
class FoundLayout:
    """A layout and the place of its header. `positions` maps a field, or a common column, to its column (0-based)."""

    contract: TabularContract
    layout: Layout
    header_line: int
    header: tuple[str, ...]
    positions: Mapping[str, int]
    pivot_positions: tuple[int, ...] = ()


@dataclass(frozen=True)
class NearMiss:
    """The header row that comes closest to a layout, and what it lacks."""

    kind: str
    layout: str
    header_line: int
    missing: tuple[str, ...]
    present: int  # headers needed that are there

    @property
    def share(self) -> float:
        return self.present / (self.present + len(self.missing))


def known_currencies(contract: TabularContract) -> frozenset[str]:
    """Codes a file of the kind may quote: those in use and those that the contract names as withdrawn."""
    return currency_codes() | frozenset(contract.withdrawn_currencies)


def find_layouts(text: str) -> list[FoundLayout]:
    """Every layout of every delimited contract whose header stands in the first ten rows; at most one per kind.

    Within a kind the layout that needs more columns wins, because its header holds the other's.
    """
    found: list[FoundLayout] = []
    for contract in delimited_contracts().values():
        matches = [m for layout in _in_text(contract) if (m := find_layout(text, contract, layout)) is not None]
        if matches:
            found.append(max(matches, key=lambda m: len(_needed(m.layout))))
    return found


def nearest(text: str, kind: str | None = None) -> NearMiss | None:
    """The nearest miss among the layouts of `kind`, or of all kinds; None when no header of any is there."""
    misses: list[NearMiss] = []
    for contract in delimited_contracts().values():
        if kind not in (None, contract.kind):
            continue
        for layout in _in_text(contract):
            needed = _needed(layout)
            for line, cells in first_rows(text, layout.delimiter):
                forms = {normal_form(cell) for cell in cells}
                missing = tuple(header for header in needed if normal_form(header) not in forms)
                missing += tuple(" or ".join(group) for group in _alternatives(layout) if not _has_one(group, forms))
                misses.append(NearMiss(contract.kind, layout.name, line, missing, len(needed) - len(missing)))
    best = max(misses, key=lambda miss: (miss.present, miss.share), default=None)
    return best if best and best.present else None


def _header(layout: Layout, field: str) -> str:
    return layout.fields[field].header or field


def _needed(layout: Layout) -> list[str]:
    required = [_header(layout, name) for name, field in layout.fields.items() if field.is_required]
    return [*required, *layout.signature]


def _in_text(contract: DelimitedContract) -> list[Layout]:
    return [layout for layout in contract.layouts if layout.list_under is None and layout.keyed_by is None]


def _alternatives(layout: Layout) -> list[list[str]]:
    """Headers of which at least one stands in a file."""
    return [[_header(layout, name) for name in group] for group in layout.alternatives]


def _has_one(headers: Iterable[str], forms: Container[str]) -> bool:
    return any(normal_form(header) in forms for header in headers)


def find_layout(text: str, contract: TabularContract, layout: Layout) -> FoundLayout | None:
    """The layout with the place of its header, where that stands in one of the first ten rows of `text`; else None."""
    needed = {normal_form(header) for header in _needed(layout)}
    for line, cells in first_rows(text, layout.delimiter):
        places = {normal_form(cell): place for place, cell in reversed(list(enumerate(cells)))}
        if not needed <= places.keys() or not all(_has_one(group, places) for group in _alternatives(layout)):
            continue
        positions = {
            name: places[form] for name in layout.fields if (form := normal_form(_header(layout, name))) in places
        }
        if layout.is_open:
            common = {name: places[form] for name in COMMON_COLUMNS if (form := normal_form(name)) in places}
            positions |= {name: place for name, place in common.items() if name not in layout.fields}
        used = set(positions.values())
        others = [place for place, cell in enumerate(cells) if cell.strip() and place not in used]
        if layout.pivot:
            if not _are_currencies([cells[place].strip() for place in others], contract):
                continue
            return FoundLayout(contract, layout, line, cells, positions, tuple(others))
        unused = {normal_form(header) for header in layout.unused_headers}
        if layout.is_exact and any(normal_form(cells[place]) not in unused for place in others):
            continue
        return FoundLayout(contract, layout, line, cells, positions)
    return None


def _are_currencies(headers: Sequence[str], contract: TabularContract) -> bool:
    """Whether the headers are a list of currencies; one that is new to us does not hide the others."""
    known = sum(header in known_currencies(contract) for header in headers)
    return known > 0 and 2 * known >= len(headers) and all(_CURRENCY.match(header) for header in headers)
