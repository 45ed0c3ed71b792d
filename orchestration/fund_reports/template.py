"""The reporting template as validated data: its lines, captions, order and formats. Figures and sheets do not belong here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

_DATA = ConfigDict(extra="forbid")
TEMPLATE = Path(__file__).parent / "ilpa_reporting.yaml"

Horizon = Literal["quarter", "year", "inception"]
Holder = Literal["investor", "general_partner", "fund", "others"]
HORIZONS: tuple[Horizon, ...] = ("quarter", "year", "inception")
HOLDERS: tuple[Holder, ...] = ("investor", "general_partner", "fund", "others")


@dataclass(frozen=True, config=_DATA)
class Line:
    """A line of the template: exactly one of `amounts`, `opening`, `balance`, `sum` and `stated` says what it shows."""

    code: str
    caption: str
    amounts: tuple[str, ...] | None = None
    opening: tuple[str, ...] | None = None
    balance: tuple[str, ...] | None = None
    sum: tuple[str, ...] | None = None
    stated: Literal["nav_stated", "unfunded_stated"] | None = None
    is_check: bool = False
    only: tuple[Holder, ...] = HOLDERS

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Line:
        kinds = [name for name in ("amounts", "opening", "balance", "sum", "stated") if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"line {self.code}: expected one of amounts, opening, balance, sum, stated, found {kinds}")
        if self.is_check and self.sum is None:
            raise ValueError(f"line {self.code}: expected a sum for a check, found {kinds[0]}")
        return self


@dataclass(frozen=True, config=_DATA)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, config=_DATA)
class Template:
    """Captions, order and number formats of the reporting template."""

    version: str
    title: str
    money_format: str
    check_format: str
    tolerance: Decimal  # of a reconciliation, in units of the currency
    horizons: Mapping[Horizon, str]
    holders: Mapping[Holder, str]
    header: Mapping[str, str]
    sections: tuple[Section, ...]

    @property
    def lines(self) -> Iterator[Line]:
        for section in self.sections:
            yield from section.lines

    @model_validator(mode="after")
    def _sums_follow_their_lines(self) -> Template:
        known: set[str] = set()
        for line in self.lines:
            if line.code in known:
                raise ValueError(f"line {line.code}: expected each code once, found it twice")
            if missing := [term for term in line.sum or () if unsigned(term) not in known]:
                raise ValueError(f"line {line.code}: expected a sum of lines above it, found {', '.join(missing)}")
            known.add(line.code)
        return self


def unsigned(term: str) -> str:
    """The code of a term, which a leading "-" takes off."""
    return term.removeprefix("-")


def sign(term: str) -> int:
    return -1 if term.startswith("-") else 1


def load_template(path: Path = TEMPLATE) -> Template:
    """The template in a file. Raises pydantic's ValidationError naming the line, what was expected and what was found."""
    return TypeAdapter(Template).validate_python(yaml.safe_load(path.read_text()))
