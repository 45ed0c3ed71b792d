"""How large a file may be, by form. Refusing one that is larger belongs to whoever opens that form."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt

LIMITS = Path(__file__).parent / "contracts" / "limits.yaml"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkbookLimits(_Frozen):
    """Of a workbook; counts and bytes. Source: input-contracts 1.2."""

    packed_bytes: PositiveInt
    unpacked_bytes: PositiveInt
    part_ratio: PositiveInt
    ratio_from_bytes: NonNegativeInt
    parts: PositiveInt
    sheets: NonNegativeInt
    cells: PositiveInt
    area: PositiveInt
    tree_bytes: PositiveInt
    shared_strings_bytes: PositiveInt
    row_bytes: PositiveInt
    text_bytes: PositiveInt


class TextLimits(_Frozen):
    """Of delimited text, JSON and XML; counts and bytes. Source: input-contracts 1.2."""

    bytes: PositiveInt
    line_bytes: PositiveInt
    depth: PositiveInt
    lines: PositiveInt
    cells: PositiveInt
    faults: PositiveInt
    json_values: PositiveInt
    xml_elements: PositiveInt


class Limits(_Frozen):
    workbook: WorkbookLimits
    text: TextLimits


@cache
def limits() -> Limits:
    """The limits in force. Raises pydantic's ValidationError for a malformed file of limits."""
    return Limits.model_validate(yaml.safe_load(LIMITS.read_text(encoding="utf-8")))
