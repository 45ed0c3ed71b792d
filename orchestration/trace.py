"""Walks from one published number back to files, sheets and cells. Printing is elsewhere.

The lineage itself is data: YAML files and the catalogue of tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from openpyxl.utils import get_column_letter

from orchestration import compliance_lineage as compliance
from orchestration.errors import WrongRequest
from orchestration.settings import Settings, shown
from orchestration.warehouse import Warehouse, open_publication

FILES = ("lineage.yaml", "lineage_fund.yaml", "lineage_nav.yaml", "lineage_trades.yaml")


class TraceError(WrongRequest):
    """The question does not name one published number; the message says what would."""


@dataclass(frozen=True)
class Cell:
    """Where a raw field stands and what stands there."""

    file_name: str
    sheet: str
    address: str
    field: str
    value: str


@dataclass(frozen=True)
class Source:
    """Raw rows that a column is made from."""

    table: str
    rows: int
    filled: int  # cells of these rows with a value, of which `cells` are the first
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Step:
    """One column of the chain with its value, its formula, and what it comes from.

    A step into another published row names it, with `relation` and the `keys` of the row; both are empty in the same row.
    `inputs_left` counts such rows that are not shown.
    """

    column: str
    value: Any
    formula: str
    inputs: tuple[Step, ...]
    sources: tuple[Source, ...]
    relation: str
    keys: Mapping[str, Any]
    inputs_left: int


@cache
def lineage() -> Mapping[str, Any]:
    """Relation -> its key and columns: the files of lineage, and compliance results as the catalogue of tests has them."""
    stated: dict[str, Any] = {}
    for name in FILES:
        entries = yaml.safe_load((Path(__file__).parent / name).read_text())
        conditions = entries.pop("conditions", {})
        stated |= _with_conditions(entries, conditions)
    return {**stated, compliance.RELATION: compliance.compliance_lineage()}


def _with_conditions(stated: Any, conditions: Mapping[str, str]) -> Any:
    """A file's entries with the SQL of its conditions in place of their names. One may name those stated before it."""
    if isinstance(stated, dict):
        return {key: _with_conditions(value, conditions) for key, value in stated.items()}
    if isinstance(stated, list):
        return [_with_conditions(value, conditions) for value in stated]
    if isinstance(stated, str):
        for name, sql in reversed(list(conditions.items())):
            stated = stated.replace(f"{{{name}}}", sql)
    return stated


def trace(settings: Settings, column: str, keys: Mapping[str, str], rows: int = 10) -> Step:
    """The chain of one number. `column` is TABLE.COLUMN of a mart, `keys` name its row (newest date when none is given).

    The number is the published one, whatever has been computed or has failed since. Each source shows at most `rows` of its
    raw rows, largest tables first cell first; `Source.rows` counts all. Of other published rows that it is made from, at most
    `rows` are followed too; `Step.inputs_left` counts the others.
    """
    relation, name = _split(column)
    described = lineage()[relation]
    known = dict.fromkeys([*described["columns"], *described.get("others", ())])
    if name not in known:
        raise TraceError(f"{relation}.{name} has no lineage; these have: {', '.join(known)}")
    if not settings.published_link.exists():
        raise TraceError(f"{shown(settings.home)} holds no publication yet: `weir run` makes one")
    with open_publication(settings.published_link) as published:
        row = _row(published, relation, described["key"], _with_default(described, keys))
        columns = _columns(described, row)
        if name not in columns:
            kept = ", ".join(f"{column}={value}" for column, value in described["default"].items())
            raise TraceError(f"{relation}.{name} has no lineage in a row of {kept}, and has one in the others")
        with Warehouse(settings.warehouse_path).connect() as connection:
            return _step(_Opened(published, connection, rows), columns, name, row)


def _with_default(described: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, str | None]:
    """The row's keys, None for NULL; where a question names none of the columns that tell rows of two kinds apart, the
    default ones."""
    default = described.get("default", {})
    if set(default) & set(keys):
        return dict(keys)
    return {**keys, **{column: None if value is None else str(value) for column, value in default.items()}}


def _columns(described: Mapping[str, Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the columns of this kind of row are made from."""
    if "by" in described:
        each: Mapping[str, Any] = described["each"].get(row[described["by"]], described["columns"])
        return each
    is_default = all(row[column] == value for column, value in described.get("default", {}).items())
    columns: Mapping[str, Any] = described["columns"] if is_default else described["others"]
    return columns


def _split(column: str) -> tuple[str, str]:
    parts = column.split(".")
    if len(parts) not in (2, 3) or (len(parts) == 3 and parts[0] != "marts"):
        raise TraceError(f"name a published number as TABLE.COLUMN, found {column!r}")
    relation = f"marts.{parts[-2]}"
    if relation not in lineage():
        known = ", ".join(r.removeprefix("marts.") for r in lineage())
        raise TraceError(f"{parts[-2]} has no lineage; these have: {known}")
    return relation, parts[-1]


def _row(
    connection: duckdb.DuckDBPyConnection, relation: str, key: Sequence[str], keys: Mapping[str, str | None]
) -> dict[str, Any]:
    try:
        columns = [c for c, *_ in connection.execute(f"describe {relation}").fetchall()]
    except duckdb.CatalogException:
        raise TraceError(f"{relation} is not published yet: `weir run` publishes it") from None
    unknown = set(keys) - set(columns)
    if unknown:
        raise TraceError(f"{relation} has no column {sorted(unknown)[0]!r}; its key is {', '.join(key)}")
    where = " and ".join(f'"{name}"::varchar is not distinct from ?' for name in keys) or "true"
    frame = (
        connection.execute(f"select * from {relation} where {where}", list(keys.values())).to_arrow_table().to_pylist()
    )
    if not frame:
        raise TraceError(f"{relation} has no row with {dict(keys)}")
    newest = max(row[key[-1]] for row in frame)
    frame = [row for row in frame if key[-1] in keys or row[key[-1]] == newest]
    if len(frame) > 1:
        names = [*key, "organization_id"]
        example = " ".join(f"{name}={frame[0][name]!s}" for name in names)
        raise TraceError(
            f"{len(frame)} rows of {relation} match; name one by {', '.join(names)}, for example: {example}"
        )
    return frame[0]


@dataclass(frozen=True)
class _Opened:
    """Where published rows and raw rows are read, and how many of them are shown of each."""

    published: duckdb.DuckDBPyConnection
    warehouse: duckdb.DuckDBPyConnection
    rows: int


def _step(
    opened: _Opened,
    columns: Mapping[str, Any],
    name: str,
    row: Mapping[str, Any],
    relation: str = "",
    keys: Mapping[str, Any] | None = None,
) -> Step:
    described = columns[name]
    others = [_other_rows(opened, linked, row) for linked in described.get("rows", ())]
    return Step(
        name,
        row[name],
        described["formula"],
        (
            *(_step(opened, columns, other, row) for other in described.get("from", ())),
            *(step for steps, _ in others for step in steps),
        ),
        tuple(_source(opened.warehouse, source, row, opened.rows) for source in described.get("sources", ())),
        relation,
        keys or {},
        sum(left for _, left in others),
    )


def _other_rows(opened: _Opened, linked: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[list[Step], int]:
    """A column of other published rows that this one is made from, and how many rows are not shown."""
    relation, name = linked["relation"], linked["column"]
    described = lineage()[relation]
    where, parameters = _bound(linked["where"], row)
    order = ", ".join(f't."{column}"' for column in described["key"])
    found = (
        opened.published.execute(f"select t.* from {relation} as t where {where} order by {order}", parameters)
        .to_arrow_table()
        .to_pylist()
    )
    steps = [
        _step(opened, _columns(described, other), name, other, relation, {key: other[key] for key in described["key"]})
        for other in found[: opened.rows]
    ]
    return steps, len(found) - len(steps)


def _bound(where: str, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A condition with the columns of the row that it names."""
    return where, {name: row[name] for name in re.findall(r"\$(\w+)", where)}


def _source(
    connection: duckdb.DuckDBPyConnection, source: Mapping[str, Any], row: Mapping[str, Any], rows: int
) -> Source:
    where, parameters = _bound(source["where"], row)
    table = source["table"]
    filled = " + ".join(f'count(t."{field}")' for field in source["fields"])
    counted = connection.execute(f"select count(*), {filled} from raw.{table} t where {where}", parameters).fetchone()
    assert counted is not None
    if not counted[1]:
        return Source(table, counted[0], 0, ())
    cells: list[Cell] = []
    for field in source["fields"]:
        # A field stands in a column of its row, in a row of its column (transposed), or at the row's own cell.
        found = connection.execute(
            f"""
            with picked as (
                select t._load_id, t._file_sha256, t._sheet, t."{field}"::varchar as typed,
                    case p.axis when 'row' then p.position else t._row end as at_row,
                    case p.axis when 'column' then p.position else t._column end as at_column
                from raw.{table} t
                left join raw.field_locations p
                    on p._load_id = t._load_id and p.table_name = '{table}' and p.field = '{field}' and p._sheet = t._sheet
                where ({where}) and t."{field}" is not null
            )
            select l.file_name, k._sheet, k.at_row, k.at_column, coalesce(c.text_value, c.number_value::varchar, k.typed)
            from picked k
            inner join raw.loads l on l.load_id = k._load_id
            left join raw.cells c on c._load_id = k._load_id and c._sheet = k._sheet
                and c._row = k.at_row and c._column = k.at_column
            order by k._sheet, k.at_row, k.at_column
            limit {int(rows)}
            """,
            parameters,
        ).fetchall()
        cells += [
            Cell(file, sheet, f"{get_column_letter(at_column) if at_column else ''}{at_row}", field, value)
            for file, sheet, at_row, at_column, value in found
        ]
    return Source(table, counted[0], counted[1], tuple(cells))


def parse_keys(pairs: Sequence[str]) -> dict[str, str]:
    keys = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise TraceError(f"name the row as KEY=VALUE, found {pair!r}")
        keys[name] = value
    return keys
