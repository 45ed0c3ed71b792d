"""Calculates what this code has not calculated yet, and forgets what other code did. What is calculated does not belong here.

The inputs named by one id never change, so a result stands until the code does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append, append_rows, own_tables

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WIDE = Context(prec=80)

REMEMBERED = "calc.calculated"  # what has been calculated already

Records = Mapping[str, Sequence[Mapping[str, Any]]]
Tables = Mapping[str, pa.Table]  # where rows are many


@dataclass(frozen=True)
class Calculation:
    """One computation over the warehouse.

    `inputs` is SQL for the ids of everything to calculate, `key` the column of the `tables` that carries such an id, and
    `compute` makes the rows of the tables for some ids. `deps` are the relations that it reads, `files` the policy files: a result
    stands until one of them says something else. `group` is where it stands in the graph: what reads verdicts comes after
    them.
    """

    name: str
    description: str
    tables: tuple[str, ...]
    key: str
    inputs: str
    deps: tuple[str, ...]
    compute: Callable[[Warehouse, Sequence[str]], Records | Tables]
    name_of: Callable[[str], str] | None = (
        None  # what people call an input, of a calculation that they may ask for by name
    )
    files: tuple[Path, ...] = ()
    group: str = "calc"


class UnknownName(ValueError):
    """A calculation was asked for something that no input of it is called; the message says what there is."""


def refresh(
    warehouse: Warehouse, calculation: Calculation, code: str, *, names: Sequence[str] = (), again: bool = False
) -> int:
    """Calculate what this code has not calculated, in one transaction; returns the number of inputs.

    `names` leaves every input of another name as it stands; `again` calculates also what this code has calculated.
    Raises `UnknownName` for a name that no input has, before anything is calculated.
    """
    code = _with_files(code, calculation.files)
    ids = {input_id for (input_id,) in warehouse.rows(calculation.inputs)}
    is_asked_for = _asked_for(calculation, ids, names)
    ids = {input_id for input_id in ids if is_asked_for(input_id)}
    remembered = {
        input_id: by
        for input_id, by in warehouse.rows(
            f"select inputs_id, code_fingerprint from {REMEMBERED} where calculation = ?", [calculation.name]
        )
        if is_asked_for(input_id)
    }
    # Results of other code are of no use to anybody, nor are those of inputs that are gone.
    stale = [input_id for input_id, by in remembered.items() if again or by != code or input_id not in ids]
    todo = sorted(ids - (set(remembered) - set(stale)))
    computed = calculation.compute(warehouse, todo) if todo else {}
    if not stale and not todo:
        return 0
    with warehouse.transaction() as connection:
        for table in calculation.tables if stale else ():
            connection.execute(f"delete from {table} where {calculation.key} in (select unnest(?))", [stale])
        if stale:
            connection.execute(
                f"delete from {REMEMBERED} where calculation = ? and inputs_id in (select unnest(?))",
                [calculation.name, stale],
            )
        for table, found in computed.items():
            if len(found):
                append(connection, table, found if isinstance(found, pa.Table) else as_table(table, found))
        done = {"calculation": calculation.name, "code_fingerprint": code, "calculated_at": utc_now()}
        append_rows(connection, REMEMBERED, [{**done, "inputs_id": input_id} for input_id in todo])
    return len(todo)


def _with_files(code: str, files: Iterable[Path]) -> str:
    """The fingerprint of the code and of what policy files say; that of the code alone where it reads none."""
    contents = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    return hashlib.sha256(code.encode() + contents).hexdigest() if contents else code


def _asked_for(calculation: Calculation, ids: Iterable[str], names: Sequence[str]) -> Callable[[str], bool]:
    """Whether an input is one of `names`, or any when none is named."""
    name_of = calculation.name_of
    if not names or name_of is None:
        return lambda input_id: True
    known = {name_of(input_id) for input_id in ids}
    if unknown := sorted(set(names) - known):
        raise UnknownName(
            f"{calculation.name}: expected names among {', '.join(sorted(known)) or 'none'}, found {', '.join(unknown)}"
        )
    return lambda input_id: name_of(input_id) in names


def as_table(relation: str, records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Records with every column of an own table, as Arrow; decimals are stored half-up at the column's scale."""
    return as_columns(relation, {column: [record[column] for record in records] for column in own_tables()[relation]})


def as_columns(relation: str, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Every column of an own table, as Arrow; decimals as `as_table` stores them."""
    return pa.table({column: _column(columns[column], sql) for column, sql in own_tables()[relation].items()})


def _column(values: Sequence[Any], sql_type: str) -> pa.Array:
    decimal = _DECIMAL.fullmatch(sql_type)
    if decimal is None:
        return pa.array(values)
    precision, scale = int(decimal[1]), int(decimal[2])
    unit = Decimal(1).scaleb(-scale)
    stored = [
        value if value is None or value.same_quantum(unit) else value.quantize(unit, ROUND_HALF_UP, _WIDE)
        for value in values
    ]
    return pa.array(stored, pa.decimal128(precision, scale))
