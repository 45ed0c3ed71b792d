"""The closed list of reason codes: what each stops, how grave it is, what it means and what to do. Raising them is the readers'."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from ingestion.extract import Severity

REASONS = Path(__file__).parent / "contracts" / "reasons.yaml"

Level = Literal["file", "sheet", "row", "entity", "note", "duplicate", "held", "waiting"]


class Reason(BaseModel):
    """One code. `meaning` and `advice` are one sentence each, for the person who sent the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    levels: tuple[Level, ...] = Field(min_length=1)
    severity: Severity
    meaning: str
    advice: str


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by code, in the order of the list. Source: input-contracts 1.4."""
    document = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return {code: Reason(code=code, **entry) for code, entry in document.items()}


def reason(code: str) -> Reason:
    """The reason of `code`; raises KeyError for a code outside the list."""
    if code not in reasons():
        raise KeyError(f"expected a reason code of {REASONS.name}, found {code!r}")
    return reasons()[code]


def advice_for(code: str) -> str:
    """What the sender of a file should do about `code`."""
    return reason(code).advice
