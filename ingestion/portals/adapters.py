"""One adapter per shape of portal export: which documents are its, and how one becomes grids of investors, subscriptions and documents. Types and rules do not belong here.

A portal's live interface would sign in and fetch; of a file the fetched document is all there is.
Source: input-contracts 5.6; fund-admin 1.10 (G-4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from jsonschema import Draft202012Validator

from ingestion.contracts import laid_out_contract
from ingestion.delimited import grid_of_columns, read_grid
from ingestion.extract import FileRejected
from ingestion.layouts import FoundLayout, find_layout
from ingestion.units import Source, Units

PORTAL_EXPORT = "portal_export"
Row = tuple[int, Mapping[str, str]]  # place of the investor, and texts by header


class PortalAdapter(Protocol):
    """A shape of export. Every portal's investors are read by the rules of the layouts `<shape>_<table>`."""

    shape: str

    def reads(self, document: Any, text: str | None) -> bool:
        """Whether the content, JSON or delimited text, has this shape."""

    def lay_out(self, document: Any, text: str | None, source: Source) -> Sequence[Units]:
        """The content as untyped units: investors first, then what belongs to them. Raises FileRejected."""


class NestedJson:
    """Alts.co-shaped: one fund, its investors, and under each their commitments and documents."""

    shape = "alts"

    def reads(self, document: Any, text: str | None) -> bool:
        return isinstance(document, dict)

    def lay_out(self, document: Any, text: str | None, source: Source) -> Sequence[Units]:
        """`_row` is the investor's place in the list, from 1. Raises FileRejected BAD_JSON_SHAPE with the path."""
        _check_shape(document, self.shape, source.name)
        shared = {
            "portal": _text(document["portal"], "portal", source.name),
            "exported_at": _text(document["exported_at"], "exported_at", source.name),
            **{f"fund.{key}": _text(document["fund"].get(key), f"fund.{key}", source.name) for key in ("id", "name")},
        }
        return [
            _units("alts_investors", list(_investors(document, shared, source.name)), source),
            _units("alts_subscriptions", list(_parts(document, shared, "commitments", source.name)), source),
            _units("alts_documents", list(_parts(document, shared, "documents", source.name)), source),
        ]


class FlatCsv:
    """iCapital-shaped: one line per subscription with the investor's columns repeated."""

    shape = "icapital"

    def reads(self, document: Any, text: str | None) -> bool:
        return text is not None

    def lay_out(self, document: Any, text: str | None, source: Source) -> Sequence[Units]:
        """`_row` is the line. Raises FileRejected MISSING_COLUMN, DUPLICATE_HEADER, BAD_QUOTING, TOO_LARGE."""
        assert text is not None, "only text has this shape"
        contract = laid_out_contract(PORTAL_EXPORT)
        layouts = [contract.layout(f"{self.shape}_{part}") for part in ("investors", "subscriptions")]
        found = [find_layout(text, contract, layout) for layout in layouts]
        if any(one is None for one in found):
            needed = {
                field.header or name
                for layout in layouts
                for name, field in layout.fields.items()
                if field.is_required or field.is_key
            }
            raise FileRejected(
                "MISSING_COLUMN",
                f"{source.name}: expected {', '.join(sorted(needed))} in one of the first ten rows, found some of them "
                f"missing (MISSING_COLUMN)",
            )
        return [
            Units(read_grid(text, layout.layout.delimiter, layout.header_line, source.name), layout, source)
            for layout in found
            if layout is not None
        ]


ADAPTERS: Sequence[PortalAdapter] = (NestedJson(), FlatCsv())


def _check_shape(document: Any, shape: str, name: str) -> None:
    validator = Draft202012Validator(dict(laid_out_contract(PORTAL_EXPORT).shapes[shape]))
    error = next(iter(sorted(validator.iter_errors(document), key=lambda e: e.json_path)), None)
    if error is not None:
        # The validator's own words repeat what they are about, which may be a tax number.
        raise FileRejected(
            "BAD_JSON_SHAPE",
            f"{name}, at {error.json_path}: expected {error.validator} {error.validator_value}, found another shape "
            f"(BAD_JSON_SHAPE)",
        )


def _investors(document: Any, shared: Mapping[str, str], name: str) -> Iterator[Row]:
    for place, investor in enumerate(document["investors"], start=1):
        kyc = investor.get("kyc") or {}
        path = f"investors[{place}]"
        own = {key: _text(investor.get(key), f"{path}.{key}", name) for key in ("id", "legalName", "type")}
        own |= {key: _text(investor.get(key), f"{path}.{key}", name) for key in ("taxId", "domicile")}
        own |= {f"kyc.{key}": _text(kyc.get(key), f"{path}.kyc.{key}", name) for key in ("status", "date")}
        yield place, {**shared, **own}


def _parts(document: Any, shared: Mapping[str, str], part: str, name: str) -> Iterator[Row]:
    keys = ("id", "amount", "currency", "date", "status", "type")
    for place, investor in enumerate(document["investors"], start=1):
        owner = {"investor.id": _text(investor["id"], f"investors[{place}].id", name)}
        for item in investor.get(part, ()):
            own = {key: _text(item.get(key), f"investors[{place}].{part}.{key}", name) for key in keys}
            yield place, {**shared, **owner, **own}


def _text(value: Any, path: str, name: str) -> str:
    """A JSON value as the text of a cell; numbers are the text that they stand in already."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise FileRejected(
        "BAD_JSON_SHAPE", f"{name}, at {path}: expected a single value, found {type(value).__name__} (BAD_JSON_SHAPE)"
    )


def _units(layout_name: str, rows: Sequence[Row], source: Source) -> Units:
    contract = laid_out_contract(PORTAL_EXPORT)
    layout = contract.layout(layout_name)
    header = tuple(field.header or name for name, field in layout.fields.items())
    columns = [[texts.get(title, "") for _, texts in rows] for title in header]
    grid = grid_of_columns(header, columns, [place for place, _ in rows], counted_in="investor")
    positions = {name: place for place, name in enumerate(layout.fields)}
    return Units(grid, FoundLayout(contract, layout, 0, header, positions), source)
