"""The layout half of the workbook's contract as validated objects. The cells it describes do not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ingestion.clo_workbook.labels import label_key

TYPES = frozenset({"text", "double", "integer", "boolean", "date", "asset_id", "any"})
SHAPES = frozenset({"list", "key_value", "transposed", "vectors", "matrices"})
_KEY_TYPES = {"number": "double"}


@dataclass(frozen=True)
class FieldSpec:
    """One field: what it is called in the workbook and which values it takes. Limits are in the cell's own unit."""

    name: str
    type: str
    headers: frozenset[str] = frozenset()  # in normal form
    required: bool = False
    expected: bool = False  # a missing value is reported
    minimum: float | None = None
    maximum: float | None = None
    zero: str | None = None  # 'null' or 'null_reported': zero states "none"
    suspect: tuple[float, float] | None = None
    codes: Mapping[str, str] | None = None  # normal form -> code
    pattern: str | None = None

    def must_be(self) -> str:
        """The rule in words, for messages."""
        if self.codes:
            return "one of " + ", ".join(sorted(set(self.codes.values())))
        if self.pattern:
            return "a three-letter currency code"
        words = {
            "text": "text",
            "any": "a value",
            "asset_id": "an asset id",
            "double": "a number",
            "integer": "a whole number",
            "boolean": "yes or no",
            "date": "a day",
        }[self.type]
        if self.minimum is not None and self.maximum is not None:
            return f"{words} between {self.minimum:g} and {self.maximum:g}"
        return words if self.minimum is None else f"{words} >= {self.minimum:g}"


@dataclass(frozen=True)
class Block:
    """One block of a sheet with side-by-side blocks."""

    name: str
    shape: str
    table: str | None
    titles: frozenset[str]
    names: Mapping[str, int]  # defined name, lower case -> columns right of the block's first
    extent: str | None
    fields: tuple[FieldSpec, ...]
    keys: tuple[FieldSpec, ...]
    by_place: tuple[str, ...]
    header: frozenset[str]
    holds: bool
    key: tuple[str, ...]
    number: str | None
    matrices: tuple[str, ...]
    name_row: int

    def field(self, name: str) -> FieldSpec:
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class Layout:
    """All of the contract's layout; `tables` gives each raw table's columns and types."""

    tables: Mapping[str, Mapping[str, str]]
    sheets: Mapping[str, tuple[str, ...]]
    output_sheets: Mapping[str, str]  # normal form of the prefix -> output_kind
    expected_counts: Mapping[str, tuple[int, int | None]]
    mandatory_fees: tuple[str, ...]
    day_counts: frozenset[str]
    assets: Block
    deal_blocks: Mapping[str, Block]
    reference_blocks: Mapping[str, Block]
    run_model: Mapping[str, Any]
    run_model_keys: tuple[FieldSpec, ...]
    run_model_trades: tuple[FieldSpec, ...]
    run_model_objectives: tuple[FieldSpec, ...]
    filter_lists: Mapping[str, str]  # normal form of the header -> list_name
    legacy_counts: Mapping[str, tuple[int, str]]
    heading_phrases: tuple[str, ...]
    long_heading_text: int
    reference_rows: tuple[int, int]
    reference_columns: int


@cache
def load_layout() -> Layout:
    """The contract file, checked. ValueError where it contradicts itself."""
    text = (files("ingestion") / "contracts" / "clo_workbook.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    tables = {name: table["columns"] for name, table in raw["tables"].items()}
    run = raw["run_model"]
    return Layout(
        tables=tables,
        sheets={key: tuple(sheet["titles"]) for key, sheet in raw["sheets"].items()},
        output_sheets={label_key(p): kind for kind, prefixes in raw["output_sheets"].items() for p in prefixes},
        expected_counts={key: (span["from"], span["to"]) for key, span in raw["expected_counts"].items()},
        mandatory_fees=tuple(raw["mandatory_fees"]),
        day_counts=frozenset(label_key(day_count) for day_count in raw["day_counts"]),
        assets=_block("assets", raw["assets"] | {"shape": "list", "titles": []}, tables),
        deal_blocks={name: _block(name, block, tables) for name, block in raw["deal_blocks"].items()},
        reference_blocks={name: _block(name, block, tables) for name, block in raw["reference_blocks"].items()},
        run_model=run,
        run_model_keys=_key_fields(run["keys"]),
        run_model_trades=_fields(run["trades"]["fields"], tables[run["trades"]["table"]]),
        run_model_objectives=_fields(run["objectives"]["fields"], tables[run["objectives"]["table"]]),
        filter_lists={label_key(h): name for name, hs in raw["filter_lists"]["lists"].items() for h in hs},
        legacy_counts={name: (count["legacy"], count["how"]) for name, count in raw["legacy_counts"].items()},
        heading_phrases=tuple(raw["heading_phrases"]),
        long_heading_text=raw["long_heading_text"],
        reference_rows=(raw["reference_rows"][0], raw["reference_rows"][1]),
        reference_columns=raw["reference_columns"],
    )


def _block(name: str, raw: Mapping[str, Any], tables: Mapping[str, Mapping[str, str]]) -> Block:
    if raw["shape"] not in SHAPES:
        raise ValueError(f"clo_workbook.yaml, {name}: shape must be one of {sorted(SHAPES)}, found {raw['shape']!r}")
    table = raw.get("table")
    return Block(
        name=name,
        shape=raw["shape"],
        table=table,
        titles=frozenset(map(label_key, raw["titles"])),
        names={key.lower(): offset for key, offset in raw.get("names", {}).items()},
        extent=raw["extent"].lower() if "extent" in raw else None,
        fields=_fields(raw.get("fields", {}), tables.get(table or "", {})),
        keys=_key_fields(raw.get("keys", {})),
        by_place=tuple(raw.get("by_place", ())),
        header=frozenset(map(label_key, raw.get("header", ()))),
        holds=raw.get("holds", False),
        key=tuple(raw.get("key", ())),
        number=raw.get("number"),
        matrices=tuple(raw.get("matrices", ())),
        name_row=raw.get("name_row", 0),
    )


def _fields(raw: Mapping[str, Mapping[str, Any]], columns: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    specs = []
    for name, field in raw.items():
        if name not in columns:
            raise ValueError(
                f"clo_workbook.yaml: field {name} must be a column of its table, which has {list(columns)}"
            )
        specs.append(_spec(name, "asset_id" if name == "asset_id" else columns[name], field, field.get("headers", ())))
    return tuple(specs)


def _key_fields(raw: Mapping[str, Mapping[str, Any]]) -> tuple[FieldSpec, ...]:
    return tuple(_spec(name, _KEY_TYPES.get(key["type"], key["type"]), key, key["labels"]) for name, key in raw.items())


def _spec(name: str, type_: str, raw: Mapping[str, Any], headers: Any) -> FieldSpec:
    if type_ not in TYPES:
        raise ValueError(f"clo_workbook.yaml, {name}: type must be one of {sorted(TYPES)}, found {type_!r}")
    codes = raw.get("codes")
    return FieldSpec(
        name=name,
        type=type_,
        headers=frozenset(map(label_key, headers)),
        required=raw.get("required", False),
        expected=raw.get("expected", False),
        minimum=raw.get("min"),
        maximum=raw.get("max"),
        zero=raw.get("zero"),
        suspect=tuple(raw["suspect"]) if "suspect" in raw else None,
        codes={label_key(text): code for code, texts in codes.items() for text in texts} if codes else None,
        pattern=raw.get("pattern"),
    )
