"""Rules that a workbook's contract states about the rows of a sheet: days in order, sums, uniqueness, overlaps, shapes of documents. Reading does not belong here.

Source: input-contracts 1.3 and the sheets of its sections 3 and 4.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from ingestion.column import Fault
from ingestion.contracts import Sheet
from ingestion.documents import check_documents
from ingestion.rules import RowRule, Where
from ingestion.units import WHOLE_ROW, Units

FOREVER = dt.date.max


def check_sheet_rules(units: Units, sheet: Sheet) -> None:
    """Mark the rows that break a rule; rows that are faulty already are not judged again."""
    check_documents(units)
    sound = np.flatnonzero(units.is_sound()).tolist()
    for exclusive in sheet.exclusive:
        columns = [_column(units, name) for name in exclusive.fields]
        for unit in _chosen(units, exclusive.where, None, sound):
            filled = [name for name, column in zip(exclusive.fields, columns, strict=True) if column[unit] is not None]
            if len(filled) != 1:
                found = " and ".join(filled) or "none of them"
                expected = f"one of {', '.join(exclusive.fields)}"
                units.faults[unit, WHOLE_ROW] = Fault("EXCLUSIVE_FIELDS", expected, found, is_quote=False)
    for rule in sheet.rules:
        for unit, name, expected, found in _breaches(
            units, rule, _chosen(units, rule.where, rule.unless_filled, sound)
        ):
            code = "OVERLAPPING_PERIOD" if rule.no_overlap else "RULE_VIOLATION"
            units.faults[unit, name] = Fault(code, f"{expected} ({rule.code})", found, is_quote=False)


def _chosen(units: Units, where: Where | None, unless_filled: str | None, sound: list[int]) -> list[int]:
    """The rows that a rule speaks about."""
    if where is not None:
        values = _column(units, where.field)
        sound = [unit for unit in sound if _as_text(values[unit]) in where.values]
    if unless_filled is not None:
        values = _column(units, unless_filled)
        sound = [unit for unit in sound if values[unit] is None]
    return sound


def _as_text(value: Any) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


Breach = tuple[int, str, str, str]  # unit, field, expected, found


def _breaches(units: Units, rule: RowRule, sound: list[int]) -> Iterator[Breach]:
    if rule.not_before:
        yield from _not_before(units, rule.not_before, sound)
    elif rule.differ:
        one, other = rule.differ
        values, others = _column(units, one), _column(units, other)
        for unit in sound:
            if values[unit] is not None and values[unit] == others[unit]:
                yield unit, one, f"another than {other}", f"{values[unit]} in both"
    elif rule.total:
        yield from _total(units, rule.total, sound)
    elif rule.required_when:
        name, other, codes = rule.required_when
        values, others = _column(units, name), _column(units, other)
        for unit in sound:
            if values[unit] is None and others[unit] in codes:
                yield unit, name, f"filled where {other} is {others[unit]}", "nothing"
    elif rule.unique:
        for group in _groups(units, rule.unique, sound):
            if len(group) > 1:
                for unit in group:
                    yield unit, WHOLE_ROW, f"the only one with its {' and '.join(rule.unique)}", f"{len(group)} of them"
    elif rule.no_overlap:
        yield from _overlaps(units, rule.no_overlap, sound)
    elif rule.sums_to_zero:
        yield from _sums_to_zero(units, rule.sums_to_zero, sound)
    elif rule.one_each:
        by, flag = rule.one_each
        flags = _column(units, flag)
        for group in _groups(units, by, sound):
            count = sum(bool(flags[unit]) for unit in group)
            if count != 1:
                for unit in group:
                    yield unit, flag, f"TRUE for exactly one row of each {' and '.join(by)}", f"{count} of them"


def _sums_to_zero(units: Units, rule: tuple[tuple[str, ...], str], sound: list[int]) -> Iterator[Breach]:
    by, name = rule
    amounts = _column(units, name)
    for group in _groups(units, by, sound):
        total = sum((amounts[unit] for unit in group if amounts[unit] is not None), Decimal(0))
        if total:
            for unit in group:
                yield unit, name, f"part of a sum of zero over each {' and '.join(by)}", f"a sum of {total:f}"


def _not_before(units: Units, names: tuple[str, str], sound: list[int]) -> Iterator[Breach]:
    later, earlier = names
    late, early = _column(units, later), _column(units, earlier)
    for unit in sound:
        if late[unit] is not None and early[unit] is not None and late[unit] < early[unit]:
            yield unit, later, f"{early[unit]} ({earlier}) or later", f"{late[unit]}"


def _total(units: Units, rule: tuple[str, tuple[str, ...]], sound: list[int]) -> Iterator[Breach]:
    name, parts = rule
    totals, columns = _column(units, name), [_column(units, part) for part in parts]
    for unit in sound:
        stated = [column[unit] for column in columns if column[unit] is not None]
        # Where no part is stated there is nothing to compare.
        if totals[unit] is None or not stated or sum(stated, Decimal(0)) == totals[unit]:
            continue
        yield unit, name, f"the sum of {', '.join(parts)}, {sum(stated, Decimal(0)):f}", f"{totals[unit]:f}"


def _overlaps(units: Units, rule: tuple[tuple[str, ...], str, str], sound: list[int]) -> Iterator[Breach]:
    by, start, end = rule
    starts, ends = _column(units, start), _column(units, end)
    for group in _groups(units, by, sound):
        open_until, open_unit = dt.date.min, -1
        for since, unit in sorted((starts[unit], unit) for unit in group if starts[unit] is not None):
            if since < open_until:
                for one, other in ((unit, open_unit), (open_unit, unit)):
                    found = f"an overlap with row {units.line(other)} from {since} on"
                    yield one, start, "a period of its own", found
            until = ends[unit] or FOREVER
            if until > open_until:
                open_until, open_unit = until, unit


def _groups(units: Units, names: Iterable[str], sound: list[int]) -> Iterable[list[int]]:
    columns = [_column(units, name) for name in names]
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for unit in sound:
        groups[tuple(column[unit] for column in columns)].append(unit)
    return groups.values()


def _column(units: Units, name: str) -> list[Any]:
    column = units.columns.get(name)
    return [None] * units.count if column is None else column.to_pylist()
