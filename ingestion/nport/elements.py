"""Lays the elements of a filing out as grids by the contract's paths, so that the tables' rules read them. The rules do not belong here.

A grid has one row per filing or holding; `lines` are the lines at which their elements begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingestion.contracts import LaidOutContract, Layout, laid_out_contract
from ingestion.delimited import grid_of_columns
from ingestion.layouts import FoundLayout
from ingestion.units import Source, Units
from ingestion.xml_events import Element

NPORT = "nport"


def filing_contract() -> LaidOutContract:
    """The contract of the kind; `header` and `other_headers` of a field are paths, the first that is there counts."""
    return laid_out_contract(NPORT)


def stated(element: Element, layout: Layout, name: str) -> str:
    """The text that the element gives a field of the layout, '' where it gives none."""
    field = layout.fields[name]
    paths = (field.header or name, *field.other_headers)
    return next((element.values[path] for path in paths if path in element.values), "")


def units_of(elements: Sequence[Element], layout: Layout, made: Mapping[str, Sequence[str]], source: Source) -> Units:
    """The elements as rows of the layout's table; `made` holds the fields that the reader itself fills, (n,) texts each."""
    fields = layout.fields
    header = tuple(field.header or name for name, field in fields.items())
    columns = [
        made[name] if name in made else [stated(element, layout, name) for element in elements] for name in fields
    ]
    grid = grid_of_columns(header, columns, [element.line for element in elements])
    positions = {name: place for place, name in enumerate(fields)}
    return Units(grid, FoundLayout(filing_contract(), layout, 0, header, positions), source)
