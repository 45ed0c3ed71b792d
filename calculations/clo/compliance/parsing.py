"""Conditions read from a catalogue, with what is wrong with one said in words. What a condition means is in `conditions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.clo.compliance.conditions import RATED, AllOf, AnyOf, Compare, Condition, Not, agency_of
from calculations.clo.compliance.deal import DealInputs
from calculations.clo.compliance.universe import column_kinds
from calculations.clo.reference import country_groups, rating_scale

_BY_KIND: Mapping[str, frozenset[str]] = {
    "Texts": frozenset({"is", "is_not", "in", "not_in", "in_group"}),
    "Floats": frozenset({"below", "above", "at_most", "at_least", "equals"}),
    "Days": frozenset({"after"}),
    "Flags": frozenset({"equals"}),
    "MaybeFlags": frozenset({"equals"}),
}


def parse_condition(document: Any) -> Condition:
    """A condition as a catalogue writes it. Raises ValueError saying what was expected and what was found."""
    if not isinstance(document, Mapping) or not document:
        raise ValueError(f"a condition must be a mapping of columns, all, any or not, found {document!r}")
    parts: list[Condition] = []
    for key, value in document.items():
        if key in ("all", "any"):
            if not isinstance(value, list) or not value:
                raise ValueError(f"{key} takes a list of conditions, found {value!r}")
            inner = tuple(parse_condition(item) for item in value)
            parts.append(AllOf(inner) if key == "all" else AnyOf(inner))
        elif key == "not":
            parts.append(Not(parse_condition(value)))
        else:
            parts.extend(_comparisons(key, value))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _comparisons(column: Any, value: Any) -> list[Condition]:
    kind = column_kinds().get(column)
    if kind is None:
        raise ValueError(f"a condition names a column of the universe, found {column!r}")
    if isinstance(value, bool):
        if kind not in ("Flags", "MaybeFlags"):
            raise ValueError(f"{column} is no flag, found {value}")
        return [Compare(column, "equals", value)]
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{column} takes a comparison such as {{is: USA}}, found {value!r}")
    allowed = _BY_KIND[kind] | (RATED if agency_of(column) else frozenset())
    found: list[Condition] = []
    for operator, operand in value.items():
        if operator not in allowed:
            raise ValueError(f"{column} takes {', '.join(sorted(allowed))}, found {operator!r}")
        found.append(Compare(column, operator, _operand(column, operator, operand)))
    return found


def _operand(column: str, operator: str, operand: Any) -> Any:
    if operator in ("in", "not_in", "in_group"):
        if not isinstance(operand, list) or not all(isinstance(item, str) for item in operand):
            raise ValueError(f"{column} {operator} takes a list of texts, found {operand!r}")
        known = country_groups()
        if operator == "in_group" and (missing := [item for item in operand if item not in known]):
            raise ValueError(f"{column} in_group takes {', '.join(known)}, found {', '.join(missing)}")
        return tuple(item.upper() for item in operand)
    if isinstance(operand, Mapping):
        if set(operand) - {"input", "years"} or operand.get("input") not in DealInputs.names():
            raise ValueError(f"{column} {operator} takes {{input: <name of a deal input>}}, found {dict(operand)!r}")
        return dict(operand)
    if operator in RATED:
        agency = agency_of(column)
        if agency is None or str(operand).upper() not in rating_scale().rank_of[agency]:
            raise ValueError(f"{column} {operator} takes a rating of that agency, found {operand!r}")
        return operand
    if column_kinds()[column] == "Texts":
        return str(operand).upper()
    if not isinstance(operand, int | float):
        raise ValueError(f"{column} {operator} takes a number or a deal input, found {operand!r}")
    return operand
