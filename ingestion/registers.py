"""Names that rows of a feed use for what another kind's files state: instruments, deals, assets. Reading those files does not belong here.

A row names its instrument by id or by one identifier; either must be known. Source: input-contracts 1.3, 1.4, 5.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault, by_distinct_text
from ingestion.fields import LayoutField
from ingestion.identifiers import CHECKS
from ingestion.units import WHOLE_ROW, Register, Units


def register_of(states: Iterable[Iterable[tuple[Any, ...]]], identifiers: tuple[str, ...]) -> Register:
    """The register of rows (key, then one value for each of `identifiers`), in states by rank.

    An identifier that a state of higher rank gives is not looked for in a lower one. One whose check digit is wrong
    names nothing. Source: input-contracts 1.1, 1.3.
    """
    keys: set[str] = set()
    named: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in identifiers}
    for state in states:
        found: dict[str, dict[str, set[str]]] = {name: {} for name in identifiers}
        for key, *values in state:
            keys.add(key)
            for name, value in zip(identifiers, values, strict=True):
                text = (value or "").upper()
                if text and _has_sound_digit(name, text):
                    found[name].setdefault(text, set()).add(key)
        for name, by_value in found.items():
            named[name] = {value: tuple(sorted(ids)) for value, ids in by_value.items()} | named[name]
    return Register(frozenset(keys), named)


def check_known(units: Units) -> None:
    """Fill and check the fields whose values another kind states; what is unknown or not unique is ORPHAN_KEY."""
    for name, layout_field in units.found.layout.fields.items():
        if layout_field.known_in is not None:
            _check(units, name, layout_field)


def _check(units: Units, name: str, layout_field: LayoutField) -> None:
    register = units.registers.get(str(layout_field.known_in), Register())
    noun = str(layout_field.known_in).partition("_")[2]  # nav_instruments: instruments
    scope = f"the {noun} that {units.source.organization_id} or the shared organisation has stated"
    judged = ~units.says_nothing
    judged[[unit for unit, at in units.faults if at in (name, *layout_field.or_by)]] = False
    if layout_field.or_by:
        judged &= _names_one(units, (name, *layout_field.or_by), judged)

    def by_key(text: str) -> str | Fault:
        return text if text in register.keys else Fault("ORPHAN_KEY", f"one of {scope}", text)

    stated = units.columns[name]
    column = by_distinct_text(stated, by_key, pa.string())
    # To delete a row it need not refer to anything that is still there.
    is_delete = pc.equal(units.columns["row_action"], "delete").to_numpy(zero_copy_only=False)
    units.faults |= {(u, name): f for u, f in column.faults.items() if judged[u] and not is_delete[u]}
    for identifier in layout_field.or_by:
        found = _by_identifier(units, identifier, register, scope, judged)
        stated = pc.coalesce(stated, found)
    units.columns[name] = stated


def _names_one(units: Units, names: tuple[str, ...], judged: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(n,) True where a row fills exactly one of the fields; the others are quarantined."""
    filled = np.array([pc.is_valid(units.columns[name]).to_numpy(zero_copy_only=False) for name in names])
    count = filled.sum(axis=0)
    for unit in np.flatnonzero(judged & (count != 1)).tolist():
        found = " and ".join(name for place, name in enumerate(names) if filled[place, unit]) or "none of them"
        units.faults[unit, WHOLE_ROW] = Fault(
            "EXCLUSIVE_FIELDS", f"filled in one of {', '.join(names)}", found, is_quote=False
        )
    return np.asarray(count == 1)


def _by_identifier(
    units: Units, identifier: str, register: Register, scope: str, judged: npt.NDArray[np.bool_]
) -> pa.Array:
    """(n,) keys by an identifier; null where a row does not state it, or where it names nothing or several."""
    known = register.by_identifier.get(identifier, {})

    def find(text: str) -> str | Fault:
        if not _has_sound_digit(identifier, text.upper()):
            return Fault("ORPHAN_KEY", "an identifier whose check digit is right; no other is looked for", text)
        keys = known.get(text.upper(), ())
        if len(keys) == 1:
            return keys[0]
        if not keys:
            return Fault("ORPHAN_KEY", f"the {identifier} of one of {scope}", text)
        found = f"{text!r}, which {len(keys)} have: {', '.join(keys)}"
        return Fault("ORPHAN_KEY", f"the {identifier} of only one of {scope}", found, is_quote=False)

    texts = units.columns[identifier]
    column = by_distinct_text(texts, find, pa.string())
    units.faults |= {(u, identifier): fault for u, fault in column.faults.items() if judged[u]}
    return column.values


def _has_sound_digit(identifier: str, text: str) -> bool:
    return identifier not in CHECKS or CHECKS[identifier](text)
