"""What each kind of file must look like, loaded from contracts/*.yaml and validated. Applying a contract to a file does not belong here.

A contract names the raw tables a kind becomes; delimited kinds also carry the layouts their files may have.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

CONTRACTS = Path(__file__).parent / "contracts"
# One list of currencies for the whole platform: the seed that dbt loads.
CURRENCIES = Path(__file__).parent.parent / "dbt_project" / "seeds" / "currencies.csv"

_DECIMAL = re.compile(r"^decimal\((\d+),\s*(\d+)\)$")
_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "double": pa.float64(),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),  # UTC, without a zone
}
_POSITION = (("_sheet", pa.string()), ("_row", pa.int32()), ("_column", pa.int32()))


def arrow_type(column_type: str) -> pa.DataType:
    """Arrow type of a contract's column type: text, double, integer, boolean, date, timestamp, decimal(p,s)."""
    decimal = _DECIMAL.match(column_type)
    if decimal:
        return pa.decimal128(int(decimal.group(1)), int(decimal.group(2)))
    if column_type not in _ARROW_TYPES:
        raise ValueError(f"a column type must be one of {', '.join(_ARROW_TYPES)}, decimal(p,s), found {column_type!r}")
    return _ARROW_TYPES[column_type]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RawTable(_Frozen):
    """One raw table: `columns` maps a column to its type, `key` names the columns that identify a row of one load."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    @field_validator("columns")
    @classmethod
    def _types_are_known(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        for column_type in columns.values():
            arrow_type(column_type)
        return columns

    @model_validator(mode="after")
    def _key_is_columns(self) -> RawTable:
        missing = [column for column in self.key if column not in self.columns]
        if missing:
            raise ValueError(f"{self.name}: key columns must be columns of the table, found {missing}")
        return self


class KeyField(_Frozen):
    """A field of a table whose values are the keys a rule looks at."""

    table: str
    field: str


class OwnedEntity(KeyField):
    """An entity that belongs to the feed that stated it first. Source: input-contracts 1.1."""

    entity_type: str


class Contract(BaseModel):
    """What one kind becomes. Kinds with a reader of their own keep further keys, which that reader validates."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    contract_version: int
    title: str
    tables: Mapping[str, RawTable]
    owned: OwnedEntity | None = None
    guarded: tuple[KeyField, ...] = ()  # keys that may not vanish in numbers from a full load

    @field_validator("tables", mode="before")
    @classmethod
    def _tables_know_their_names(cls, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: {"name": name, **table} for name, table in tables.items()}

    @model_validator(mode="after")
    def _rules_name_real_fields(self) -> Contract:
        for rule in (*self.guarded, *((self.owned,) if self.owned else ())):
            if rule.table not in self.tables or rule.field not in self.tables[rule.table].columns:
                raise ValueError(f"{self.kind}: a rule names {rule.table}.{rule.field}, which no table of the kind has")
        return self


FieldType = Literal["id", "s", "ccy", "code", "rate", "fx", "px", "figure", "day", "instant", "yn"]


class LayoutField(_Frozen):
    """How one column of a file is read. `header` defaults to the field's own name. Source: input-contracts 1.2, 1.3."""

    type: FieldType
    header: str | None = None
    is_required: bool = False
    floor: Literal["none", "zero", "above_zero"] = "none"
    is_percent: bool = False  # the file states percent; the table keeps the fraction
    date_format: Literal["iso", "us", "compact"] = "iso"
    first_year: int = 1900
    codes: tuple[str, ...] = ()
    no_row: tuple[str, ...] = ()  # texts that say: this line states nothing
    default_from: Literal["feed_name"] | None = None

    @property
    def must_be_positive(self) -> bool:
        return self.floor == "above_zero" or self.type in ("fx", "px")


class Pivot(_Frozen):
    """A layout with one column per value of `key`: every other column of the file holds `value` for one key."""

    key: str
    value: str


class Layout(_Frozen):
    """One shape a file of the kind may have, recognised by its header."""

    name: str
    table: str
    delimiter: Literal[",", ";", "\t"] = ","
    is_open: bool = False  # may carry the columns that any sheet may carry: row_action, organization_id and so on
    is_exact: bool = False  # a file with any other named column is something else
    fields: Mapping[str, LayoutField]
    constants: Mapping[str, str | bool | None] = {}
    day_of: Mapping[str, str] = {}  # column of the table -> the instant whose day (UTC) it is
    signature: tuple[str, ...] = ()  # headers that must stand in the file besides those of the required fields
    unused_headers: tuple[str, ...] = ()  # known, and of no use to the table
    pivot: Pivot | None = None
    derive: Literal["total_return"] | None = None


class Plausible(_Frozen):
    """Bounds of a field. Beyond `tolerated_share` of rows outside, the file is not what it is named."""

    field: str
    minimum: Decimal
    maximum: Decimal
    tolerated_share: Decimal = Field(ge=0, lt=1)
    hint: str


class DelimitedContract(Contract):
    """A kind that one generic reader takes from delimited text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["delimited"]
    layouts: tuple[Layout, ...]
    withdrawn_currencies: tuple[str, ...] = ()
    plausible: Plausible | None = None
    official_from: Mapping[str, dt.date] = {}

    @model_validator(mode="after")
    def _layouts_fill_their_tables(self) -> DelimitedContract:
        for layout in self.layouts:
            table = self.tables[layout.table]
            given = {*layout.fields, *layout.constants}
            if layout.pivot:
                given |= {layout.pivot.key}
            missing = [column for column in table.key if column not in given]
            if missing and not layout.derive:
                raise ValueError(f"{self.kind}, layout {layout.name}: nothing fills key columns {missing}")
        return self


@cache
def load_contracts() -> Mapping[str, Contract]:
    """Every contract by kind. Files of the folder that describe no kind's tables are left to their own modules."""
    contracts: dict[str, Contract] = {}
    for path in sorted(CONTRACTS.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or not {"kind", "tables"} <= document.keys():
            continue
        model = DelimitedContract if document.get("reader") == "delimited" else Contract
        contract = model.model_validate(document)
        if contract.kind in contracts:
            raise ValueError(f"{path.name}: kind {contract.kind} has a contract already")
        contracts[contract.kind] = contract
    return contracts


def delimited_contracts() -> Mapping[str, DelimitedContract]:
    """The kinds that the generic delimited reader takes."""
    return {kind: c for kind, c in load_contracts().items() if isinstance(c, DelimitedContract)}


@cache
def raw_tables() -> Mapping[str, RawTable]:
    """Every raw table of every kind by name; a name belongs to one kind only."""
    tables: dict[str, RawTable] = {}
    for contract in load_contracts().values():
        for name, table in contract.tables.items():
            if name in tables:
                raise ValueError(f"{contract.kind}: table {name} belongs to another kind already")
            tables[name] = table
    return tables


def arrow_schema(table: RawTable) -> pa.Schema:
    """Schema a reader returns for `table`: the contract's columns, then `_sheet`, `_row`, `_column`."""
    fields = [(column, arrow_type(column_type)) for column, column_type in table.columns.items()]
    return pa.schema([*fields, *_POSITION])


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes in use, from the seed `currencies`; quote-only pseudo-currencies are no currency of a rate."""
    with CURRENCIES.open(encoding="utf-8", newline="") as lines:
        return frozenset(row["currency_code"] for row in csv.DictReader(lines) if row["is_quote_only"] != "true")
