"""The templates of call and distribution notices as validated data: lines, captions, formats. Figures and sheets are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

from orchestration.fund_reports.template import unsigned

_DATA = ConfigDict(extra="forbid")
NOTICES = Path(__file__).parent / "notices.yaml"

NoticeKind = Literal["CAPITAL_CALL", "DISTRIBUTION"]
Column = Literal["investor", "whole", "commitment", "notice", "computed", "difference", "total"]


@dataclass(frozen=True, config=_DATA)
class NoticeLine:
    """A line of a notice: exactly one of `value`, `sum`, `share` and `of_whole` says what it shows."""

    code: str
    caption: str
    value: tuple[str, ...] | None = None
    sum: tuple[str, ...] | None = None
    share: tuple[str, str] | None = None
    of_whole: str | None = None
    is_check: bool = False

    @property
    def lines_used(self) -> tuple[str, ...]:
        """Codes of the lines that it is made of."""
        of_whole = () if self.of_whole is None else (self.of_whole,)
        return tuple(unsigned(term) for term in (*(self.sum or ()), *(self.share or ()), *of_whole))

    @property
    def is_total(self) -> bool:
        """Whether it adds up several lines, and is shown so; a check is told from totals."""
        return self.sum is not None and len(self.sum) > 1 and not self.is_check

    @property
    def is_share(self) -> bool:
        return self.share is not None or self.of_whole is not None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> NoticeLine:
        kinds = [name for name in ("value", "sum", "share", "of_whole") if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"line {self.code}: expected one of value, sum, share, of_whole, found {kinds}")
        if self.is_check and self.sum is None:
            raise ValueError(f"line {self.code}: expected a sum for a check, found {kinds[0]}")
        return self


@dataclass(frozen=True, config=_DATA)
class NoticeSection:
    title: str
    lines: tuple[NoticeLine, ...]


@dataclass(frozen=True, config=_DATA)
class NoticeTemplate:
    """One kind of notice; `amount` is the line that is paid, `listed` are those of the summary."""

    title: str
    amount: str
    listed: tuple[str, ...]
    sections: tuple[NoticeSection, ...]

    @property
    def lines(self) -> Iterator[NoticeLine]:
        for section in self.sections:
            yield from section.lines

    @model_validator(mode="after")
    def _lines_follow_those_they_use(self) -> NoticeTemplate:
        known: set[str] = set()
        for line in self.lines:
            if line.code in known:
                raise ValueError(f"line {line.code}: expected each code once, found it twice")
            if missing := [code for code in line.lines_used if code not in known]:
                raise ValueError(f"line {line.code}: expected lines above it, found {', '.join(missing)}")
            known.add(line.code)
        if missing := [code for code in (self.amount, *self.listed) if code not in known]:
            raise ValueError(f"{self.title}: expected its own lines in amount and listed, found {', '.join(missing)}")
        return self


@dataclass(frozen=True, config=_DATA)
class NoticeTemplates:
    """Both kinds of notices and what they share."""

    version: str
    money_format: str
    check_format: str
    columns: Mapping[Column, str]
    header: Mapping[str, str]
    notices: Mapping[NoticeKind, NoticeTemplate]
