"""JSON documents in cells whose shape another field of the row names: is each of the shape it is said to have? Parsing JSON does not belong here.

Source: input-contracts 1.3, 3.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator

from ingestion.column import Fault
from ingestion.units import JsonCheck, Units


def shape_checks(schemas: Mapping[str, Any]) -> Mapping[str, JsonCheck]:
    """For each JSON schema a check of a document: where the first fault is and what it is, or None."""
    return {name: _shape_check(schema) for name, schema in schemas.items()}


def _shape_check(schema: Mapping[str, Any]) -> JsonCheck:
    validator = Draft202012Validator(dict(schema))

    def check(document: Any) -> tuple[str, str] | None:
        error = next(iter(sorted(validator.iter_errors(document), key=lambda e: e.json_path)), None)
        return None if error is None else (error.json_path, error.message)

    return check


def check_documents(units: Units) -> None:
    """Mark the documents that do not have the shape that another field of their row names.

    Canonical text says what the cell said, numbers as text, so that it is checked like the cell. Source: input-contracts 3.1.
    """
    for name, field in units.found.layout.fields.items():
        if field.shape_by is not None and name in units.columns:
            _check(units, name, field.shape_by)


def _check(units: Units, name: str, shape_by: str) -> None:
    documents, shapes = (units.columns[column].to_pylist() for column in (name, shape_by))
    wrong: dict[tuple[str, str], tuple[str, str] | None] = {}
    for unit in np.flatnonzero(units.is_sound()).tolist():
        text, shape = documents[unit], shapes[unit]
        if text is None:
            continue
        if (shape, text) not in wrong:
            wrong[shape, text] = units.shapes[shape](json.loads(text))
        fault = wrong[shape, text]
        if fault is not None:
            path, found = fault
            units.faults[unit, name] = Fault(
                "BAD_JSON_SHAPE", f"of the shape {shape}", f"at {path}: {found}", is_quote=False
            )
