"""What each kind of file must look like, loaded from contracts/*.yaml and validated. Applying a contract to a file does not belong here.

A contract names the raw tables a kind becomes; delimited kinds also carry the layouts their files may have.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingestion.fields import COLUMN_TYPES, Frozen, LayoutField, arrow_type
from ingestion.rules import Exclusive, RowRule, StatusMachine, Transitions

CONTRACTS = Path(__file__).parent / "contracts"
# One list of currencies for the whole platform: the seed that dbt loads.
CURRENCIES = Path(__file__).parent.parent / "dbt_project" / "seeds" / "currencies.csv"

_POSITION = (("_sheet", pa.string()), ("_row", pa.int32()), ("_column", pa.int32()))


class RawTable(Frozen):
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


class KeyField(Frozen):
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
    fills: tuple[str, ...] = ()  # tables of other kinds that this one fills too
    owned: OwnedEntity | None = None
    guarded: tuple[KeyField, ...] = ()  # keys that may not vanish in numbers from a full load

    @field_validator("tables", mode="before")
    @classmethod
    def _tables_know_their_names(cls, tables: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: {"name": name, **table} for name, table in tables.items()}

    @model_validator(mode="after")
    def _rules_name_real_fields(self) -> Contract:
        for rule in (*self.guarded, *((self.owned,) if self.owned else ())):
            if rule.table in self.fills:
                continue  # its fields are known when every contract is
            if rule.table not in self.tables or rule.field not in self.tables[rule.table].columns:
                raise ValueError(f"{self.kind}: a rule names {rule.table}.{rule.field}, which no table of the kind has")
        return self


class Pivot(Frozen):
    """A layout with one column per value of `key`: every other column of the file holds `value` for one key."""

    key: str
    value: str


class Layout(Frozen):
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
    restricted_headers: tuple[str, ...] = ()  # those of them with personal or bank data
    pivot: Pivot | None = None
    derive: Literal["total_return", "round_price", "measured_value"] | None = None
    sheet: str | None = None  # the same columns in a workbook: the name of their sheet
    # JSON alone: the key under which the rows stand as a list, or the field that the key of each object fills.
    list_under: str | None = None
    keyed_by: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Fields that identify a row of the layout; without any, those of its table do."""
        key = tuple(name for name, field in self.fields.items() if field.is_key)
        return (*key, self.pivot.key) if key and self.pivot else key

    @property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """Groups of fields of which a row fills exactly one. Source: input-contracts 1.3, topic one-of."""
        return tuple((name, *field.or_by) for name, field in self.fields.items() if field.or_by)


class Plausible(Frozen):
    """Bounds of a field. Beyond `tolerated_share` of rows outside, the file is not what it is named."""

    field: str
    minimum: Decimal
    maximum: Decimal
    tolerated_share: Decimal = Field(ge=0, lt=1)
    hint: str


class TabularContract(Contract):
    """A kind made of tables with a header row."""

    withdrawn_currencies: tuple[str, ...] = ()
    plausible: Plausible | None = None
    official_from: Mapping[str, dt.date] = {}
    has_business_date: bool = True  # off where days of rows lie ahead and say nothing of the file's own day
    shapes: Mapping[str, Any] = {}  # JSON schemas by name


class DelimitedContract(TabularContract):
    """A kind that one generic reader takes from delimited text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["delimited"]
    layouts: tuple[Layout, ...]

    @model_validator(mode="after")
    def _layouts_fill_their_tables(self) -> DelimitedContract:
        for layout in self.layouts:
            table = self.tables[layout.table]
            given = {*layout.fields, *layout.constants}
            if layout.pivot:
                given |= {layout.pivot.key}
            missing = [column for column in layout.key or table.key if column not in given]
            if missing and not layout.derive:
                raise ValueError(f"{self.kind}, layout {layout.name}: nothing fills key columns {missing}")
            for name, field in layout.fields.items():
                shapes = layout.fields[field.shape_by].codes if field.shape_by is not None else ()
                if unlisted := [shape for shape in shapes if shape not in self.shapes]:
                    raise ValueError(f"{self.kind}, layout {layout.name}: {name} has shapes {unlisted}, not listed")
        return self


class LaidOutContract(TabularContract):
    """A kind with a reader of its own that lays what a file says out in the rows of named layouts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["nport", "bank", "portal"]
    layouts: tuple[Layout, ...]

    def layout(self, name: str) -> Layout:
        """The layout of that name."""
        return next(layout for layout in self.layouts if layout.name == name)


class Sheet(Layout):
    """One sheet of a workbook kind. `name` is its name as a person writes it."""

    other_names: tuple[str, ...] = ()
    description: str
    owns_table: bool = True  # off where the table is another kind's, which this sheet fills too
    is_required: bool = False
    is_open: bool = True
    holds: bool = False  # a quarantined row holds the entity that it names
    exclusive: tuple[Exclusive, ...] = ()
    rules: tuple[RowRule, ...] = ()
    transitions: Transitions | None = None

    def raw_table(self) -> dict[str, Any]:
        columns = {name: COLUMN_TYPES[field.type] for name, field in self.fields.items()}
        return {"description": self.description, "key": self.key, "columns": {**columns, "row_action": "text"}}


class WorkbookContract(TabularContract):
    """A kind that one generic reader takes from the sheets of a workbook. Its raw tables follow from its sheets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["workbook"]
    sheets: tuple[Sheet, ...]
    entities: Mapping[str, str] = {}  # field that names an entity -> its type: fund_id -> fund
    # Sheets, or smaller groups, that a field may refer to as one, by what a person calls them.
    groups: Mapping[str, tuple[str, ...]] = {}
    refers_across_feeds: bool = False  # a row may also name what other feeds of the organisation state

    @model_validator(mode="before")
    @classmethod
    def _tables_follow_from_sheets(cls, document: Any) -> Any:
        sheets = [Sheet.model_validate(sheet) for sheet in document["sheets"]]
        return {**document, "sheets": sheets, "tables": {s.table: s.raw_table() for s in sheets if s.owns_table}}

    @model_validator(mode="after")
    def _references_are_sheets(self) -> WorkbookContract:
        names = {sheet.name for sheet in self.sheets}
        for group, members in self.groups.items():
            unknown = [member for member in members if member not in names and member not in self.groups]
            if unknown or group in names:
                raise ValueError(f"{self.kind}: group {group!r} must be sheets and no sheet itself, found {unknown}")
        for sheet in self.sheets:
            for name, field in sheet.fields.items():
                named = field.refers_to or field.points_to
                if named is not None and named not in names and named not in self.groups:
                    raise ValueError(
                        f"{self.kind}: {sheet.name}.{name} refers to {named!r}, which is no sheet or group"
                    )
                shapes = sheet.fields[field.shape_by].codes if field.shape_by is not None else (field.shape,)
                unlisted = [shape for shape in shapes if shape is not None and shape not in self.shapes]
                if unlisted:
                    raise ValueError(f"{self.kind}: {sheet.name}.{name} has shapes {unlisted}, which are not listed")
            for machine in sheet.transitions.machines.values() if sheet.transitions is not None else ():
                codes = self.status_field(machine).codes
                unknown = sorted(machine.statuses - {*codes})
                if unknown:
                    raise ValueError(f"{self.kind}: {machine.sheet}.{machine.field} has no statuses {unknown}")
        return self

    def status_field(self, machine: StatusMachine) -> LayoutField:
        """The field whose codes are the statuses of `machine`."""
        return next(sheet for sheet in self.sheets if sheet.name == machine.sheet).fields[machine.field]

    def sheets_meant(self, reference: str) -> tuple[str, ...]:
        """Names of the sheets in which the value of a field that refers to `reference`, a sheet or a group, may stand."""
        members = self.groups.get(reference)
        if members is None:
            return (reference,)
        return tuple(name for member in members for name in self.sheets_meant(member))

    def sheets_referred_to(self) -> tuple[Sheet, ...]:
        """The sheets whose keys rows of other sheets, or of their own, must name."""
        named = {field.refers_to for sheet in self.sheets for field in sheet.fields.values()} - {None}
        meant = {name for reference in named for name in self.sheets_meant(str(reference))}
        return tuple(sheet for sheet in self.sheets if sheet.name in meant)


READERS: Mapping[str, type[Contract]] = {
    "delimited": DelimitedContract,
    "workbook": WorkbookContract,
    **dict.fromkeys(("nport", "bank", "portal"), LaidOutContract),
}


@cache
def load_contracts() -> Mapping[str, Contract]:
    """Every contract by kind. Files of the folder that describe no kind's tables are left to their own modules."""
    contracts: dict[str, Contract] = {}
    for path in sorted(CONTRACTS.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or "kind" not in document:
            continue
        model = READERS.get(document.get("reader", ""), Contract)
        contract = model.model_validate(document)
        if contract.kind in contracts:
            raise ValueError(f"{path.name}: kind {contract.kind} has a contract already")
        contracts[contract.kind] = contract
    _fill_real_tables(contracts)
    return contracts


def _fill_real_tables(contracts: Mapping[str, Contract]) -> None:
    tables = {name: table for contract in contracts.values() for name, table in contract.tables.items()}
    for contract in contracts.values():
        rules = (*contract.guarded, *((contract.owned,) if contract.owned else ()))
        unknown = [name for name in contract.fills if name not in tables or name in contract.tables]
        unknown += [
            f"{rule.table}.{rule.field}"
            for rule in rules
            if rule.table in contract.fills and rule.table in tables and rule.field not in tables[rule.table].columns
        ]
        if unknown:
            raise ValueError(f"{contract.kind}: expected tables and fields of other kinds, found {', '.join(unknown)}")


def delimited_contracts() -> Mapping[str, DelimitedContract]:
    """The kinds that the generic delimited reader takes."""
    return {kind: c for kind, c in load_contracts().items() if isinstance(c, DelimitedContract)}


def laid_out_contract(kind: str) -> LaidOutContract:
    """The contract of a kind whose reader lays its files out itself."""
    contract = load_contracts()[kind]
    if not isinstance(contract, LaidOutContract):
        raise TypeError(f"{kind}: expected a kind with a reader of its own, found {type(contract).__name__}")
    return contract


@cache
def restricted_fields() -> frozenset[str]:
    """Names of the fields with personal or bank data, of every kind. Source: input-contracts 2.8."""
    layouts: list[Layout] = []
    for contract in load_contracts().values():
        if isinstance(contract, WorkbookContract):
            layouts += contract.sheets
        elif isinstance(contract, DelimitedContract | LaidOutContract):
            layouts += contract.layouts
    return frozenset(name for layout in layouts for name, field in layout.fields.items() if field.is_restricted)


def identifiers_by_table(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Raw tables of other kinds that a kind refers to, each with the identifiers by which it may name their rows."""
    contract = load_contracts()[kind]
    found: dict[str, tuple[str, ...]] = {}
    for layout in contract.layouts if isinstance(contract, DelimitedContract) else ():
        for field in layout.fields.values():
            if field.known_in is not None:
                found[field.known_in] = tuple(dict.fromkeys((*found.get(field.known_in, ()), *field.or_by)))
    return found


def workbook_contracts() -> Mapping[str, WorkbookContract]:
    """The kinds that the generic workbook reader takes."""
    return {kind: c for kind, c in load_contracts().items() if isinstance(c, WorkbookContract)}


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
def currency_decimals() -> Mapping[str, int]:
    """Decimals of the minor unit by ISO 4217 code in use, from the seed `currencies`; quote-only codes are none."""
    with CURRENCIES.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["is_quote_only"] != "true"]
    return {row["currency_code"]: int(row["minor_units"]) for row in rows}


@cache
def price_currencies() -> frozenset[str]:
    """Codes that prices are quoted in and nothing is booked in, from the same seed: GBX, ZAC, ILA."""
    with CURRENCIES.open(encoding="utf-8", newline="") as lines:
        return frozenset(r["currency_code"] for r in csv.DictReader(lines) if r["is_quote_only"] == "true")


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes in use."""
    return frozenset(currency_decimals())
