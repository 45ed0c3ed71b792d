"""What must hold in a row of a workbook's sheet and between its rows, as a contract states it. Applying a rule does not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import field_validator

from ingestion.fields import Frozen

# One list of moves for the whole platform: the file that the calculations check states with.
STATUS_MACHINES = Path(__file__).parent.parent / "calculations" / "funds" / "lifecycle" / "status_machines.yaml"


class Where(Frozen):
    """The rows a rule speaks about: those whose field has one of these values, as text; TRUE and FALSE for a flag."""

    field: str
    values: tuple[str, ...]


class Exclusive(Frozen):
    """Fields of which a row fills exactly one. Source: input-contracts 1.3, topic one-of."""

    fields: tuple[str, ...]
    where: Where | None = None


class RowRule(Frozen):
    """What must hold inside one row, or between the rows of a sheet; exactly one of the rules is set.

    `code` names the rule where people read of it: RULE_VIOLATION (code). Rows outside `where`, or with the field
    `unless_filled` filled, are left out.
    """

    code: str
    where: Where | None = None
    unless_filled: str | None = None
    not_before: tuple[str, str] | None = None  # the first day is the second or a later one
    differ: tuple[str, str] | None = None
    total: tuple[str, tuple[str, ...]] | None = None  # the first is the sum of the others, nulls being nothing
    # A field, needed where another has one of these codes.
    required_when: tuple[str, str, tuple[str, ...]] | None = None
    unique: tuple[str, ...] | None = None  # no two rows share these, nulls being values
    # Rows alike in the first fields do not overlap from the second (incl.) to the third (excl.).
    no_overlap: tuple[tuple[str, ...], str, str] | None = None
    one_each: tuple[tuple[str, ...], str] | None = None  # rows alike in these have the flag set exactly once
    sums_to_zero: tuple[tuple[str, ...], str] | None = None  # rows alike in these add up to nothing in the amount


class StatusMachine(Frozen):
    """Which status of one type of entity may follow which. The statuses are the codes of a field of a sheet.

    `by_reversal`: what else may follow when something that was done is reversed, which the event must give as its reason.
    """

    sheet: str
    field: str
    legal: Mapping[str, tuple[str, ...]]
    by_reversal: Mapping[str, tuple[str, ...]] = {}

    @property
    def statuses(self) -> set[str]:
        """Every status that the machine names."""
        steps = (*self.legal.items(), *self.by_reversal.items())
        return {status for before, following in steps for status in (before, *following)}


class Transitions(Frozen):
    """A sheet of changes of status: the fields that name the machine and the entity, order its events and say what changed."""

    machine_by: str
    entity: str
    order: str
    before: str
    after: str
    reason: str
    machines: Mapping[str, StatusMachine]

    @field_validator("machines", mode="before")
    @classmethod
    def _moves_come_from_one_file(cls, machines: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
        return {entity_type: {**_moves(entity_type), **machine} for entity_type, machine in machines.items()}


def _moves(entity_type: str) -> dict[str, Any]:
    moves = _status_machines().get(entity_type)
    if moves is None:
        raise ValueError(f"{STATUS_MACHINES.name} has no machine {entity_type}")
    return {key: moves[key] for key in ("legal", "by_reversal") if key in moves}


@cache
def _status_machines() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(STATUS_MACHINES.read_text(encoding="utf-8"))
    return found
