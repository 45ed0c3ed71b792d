"""Changes of status that a workbook states: each must be one that may happen, from where the last one ended. Statuses of entities are other sheets'.

Source: input-contracts 3, sheet Status Events; fund-admin 1.9.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import Sheet, WorkbookContract
from ingestion.rules import StatusMachine, Transitions
from ingestion.units import Units
from ingestion.values import code_of


def check_transitions(units: Units, sheet: Sheet, contract: WorkbookContract) -> None:
    """Mark the events that may not happen: BAD_ENUM for an unknown status, else ILLEGAL_TRANSITION.

    An event is compared with the one before it of its entity as that one is stated, so that one wrong event does not
    make all later ones wrong.
    """
    rules = sheet.transitions
    if rules is None:
        return
    columns = {name: units.columns[name].to_pylist() for name in _fields(rules)}
    events: dict[tuple[str, str], list[int]] = defaultdict(list)
    # A row that takes an event back need not say what it was.
    is_stated = pc.not_equal(units.columns["row_action"], "delete").to_numpy(zero_copy_only=False)
    for unit in np.flatnonzero(units.is_sound() & is_stated).tolist():
        events[columns[rules.machine_by][unit], columns[rules.entity][unit]].append(unit)
    for (entity_type, _), found in events.items():
        machine = rules.machines[entity_type]
        field = contract.status_field(machine)
        previous: int | None = None
        for unit in sorted(found, key=columns[rules.order].__getitem__):
            row = {name: column[unit] for name, column in columns.items()}
            before, after = (code_of(row[name], field) for name in (rules.before, rules.after))
            unknown = [name for name, code in ((rules.before, before), (rules.after, after)) if code not in field.codes]
            last = None if previous is None else code_of(columns[rules.after][previous], field)
            if unknown:
                fault = Fault("BAD_ENUM", f"one of {', '.join(field.codes)}", row[unknown[0]])
                units.faults[unit, unknown[0]] = fault
            elif last is not None and previous is not None and before != last:
                expected = f"{last}, in which row {units.line(previous)} left it"
                units.faults[unit, rules.before] = _illegal(expected, f"{before}, going to {after}")
            elif not _may_follow(machine, before, after, row[rules.reason]):
                units.faults[unit, rules.after] = _illegal(
                    _expected(machine, before, rules.reason), f"{after}, from {before}"
                )
            previous = unit


def _fields(rules: Transitions) -> tuple[str, ...]:
    return (rules.machine_by, rules.entity, rules.order, rules.before, rules.after, rules.reason)


def _may_follow(machine: StatusMachine, before: str, after: str, reason: Any) -> bool:
    return after in machine.legal.get(before, ()) or (
        reason is not None and after in machine.by_reversal.get(before, ())
    )


def _expected(machine: StatusMachine, before: str, reason: str) -> str:
    parts = [f"one of {', '.join(machine.legal[before])}"] if machine.legal.get(before) else []
    if machine.by_reversal.get(before):
        parts.append(f"{' or '.join(machine.by_reversal[before])} by a reversal that {reason} explains")
    return ", or ".join(parts) or f"no further event after {before}"


def _illegal(expected: str, found: str) -> Fault:
    return Fault("ILLEGAL_TRANSITION", expected, found, is_quote=False)
