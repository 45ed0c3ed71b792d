"""The performance template as validated data: captions, statements, formats. Figures and sheets are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

_DATA = ConfigDict(extra="forbid")
PERFORMANCE = Path(__file__).parent / "performance.yaml"

Basis = Literal["net", "net_fee_paying", "net_without_facility", "net_fee_paying_without_facility", "gross"]
Measure = Literal["irr", "tvpi", "moic", "dpi", "rvpi"]
Sheet = Literal["metrics", "granular", "gross_up", "portfolio", "methodology"]
SAYABLE = frozenset({"net_date_basis", "gross_date_basis", "day_count", "currency"})


@dataclass(frozen=True, config=_DATA)
class PerformanceTemplate:
    """Captions, statements and number formats of the performance template."""

    version: str
    title: str
    money_format: str
    check_format: str
    header: Mapping[str, str]
    sheets: Mapping[Sheet, str]
    bases: Mapping[Basis, str]
    measures: Mapping[Measure, str]
    columns: Mapping[str, str]
    statements: Mapping[str, str]

    @model_validator(mode="after")
    def _statements_say_what_can_be_said(self) -> PerformanceTemplate:
        for name, statement in self.statements.items():
            unknown = {field for _, field, _, _ in Formatter().parse(statement) if field is not None} - SAYABLE
            if unknown:
                raise ValueError(
                    f"statement {name}: expected names of {sorted(SAYABLE)} in braces, found {sorted(unknown)}"
                )
        return self
