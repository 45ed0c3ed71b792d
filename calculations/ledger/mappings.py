"""Mappings of a ledger's accounts to the chart of accounts: what each takes, and when it is in force. Balances are not here.

Source: fund-admin 1.10 G-1; input-contracts 3 (GL Account Mappings).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from calculations.ledger.expressions import Term, parse


class MappingType(StrEnum):
    DIRECT = "DIRECT"
    AGGREGATED = "AGGREGATED"
    CALCULATED = "CALCULATED"
    IGNORED = "IGNORED"


@dataclass(frozen=True)
class Selector:
    """Accounts that one mapping takes: those listed, those from `first` to `last` (as texts of equal length), or a prefix.

    `dimensions` narrows them to lines with one of the values given for each dimension named.
    """

    codes: frozenset[str] = frozenset()
    first: str | None = None
    last: str | None = None
    prefix: str | None = None
    dimensions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def takes(self, account_code: str, dimensions: Mapping[str, str | None]) -> bool:
        return self._takes_account(account_code) and all(
            dimensions.get(name) in allowed for name, allowed in self.dimensions.items()
        )

    def _takes_account(self, code: str) -> bool:
        if self.prefix is not None:
            return code.startswith(self.prefix)
        if self.first is not None and self.last is not None:
            # 5100 does not lie between 51000 and 56999: codes of different lengths are not ordered by their text
            return len(code) == len(self.first) and self.first <= code <= self.last
        return code in self.codes


@dataclass(frozen=True)
class AccountMapping:
    """One mapping in force on [effective_date, expiry_date). `weight` is 1 or -1; `expression` of CALCULATED alone."""

    mapping_id: str
    mapping_type: MappingType
    effective_date: dt.date
    expiry_date: dt.date | None = None
    account_code: str | None = None
    selector: Selector | None = None
    weight: int = 1
    expression: Term | None = None

    def is_in_force(self, day: dt.date) -> bool:
        return self.effective_date <= day and (self.expiry_date is None or day < self.expiry_date)


@dataclass(frozen=True)
class ChartAccount:
    """An account of ours; `nav_line` names the line of the roll-forward of net assets that its movement is part of."""

    account_code: str
    account_type: str
    allows_posting: bool = True
    is_active: bool = True
    nav_line: str | None = None


def read_mapping(row: Mapping[str, Any]) -> AccountMapping:
    """A mapping from a row of the sheet, its selector already an object. Raises ValueError naming mapping and field."""
    name = row["mapping_id"]
    try:
        kind = MappingType(row["mapping_type"])
    except ValueError:
        raise ValueError(
            f"mapping {name}, mapping_type: expected one of {', '.join(MappingType)}, found {row['mapping_type']!r}"
        ) from None
    if kind != MappingType.IGNORED and not row.get("account_code"):
        raise ValueError(f"mapping {name}, account_code: expected an account of the chart for {kind}, found none")
    selector, weight = _selector(row)
    if kind == MappingType.CALCULATED and not row.get("expression"):
        raise ValueError(f"mapping {name}, expression: expected one for CALCULATED, found none")
    if kind != MappingType.CALCULATED and selector is None:
        raise ValueError(f"mapping {name}: expected gl_account_code or gl_account_selector for {kind}, found neither")
    return AccountMapping(
        mapping_id=name,
        mapping_type=kind,
        effective_date=row["effective_date"],
        expiry_date=row.get("expiry_date"),
        account_code=row.get("account_code"),
        selector=selector,
        weight=weight,
        expression=parse(row["expression"]) if kind == MappingType.CALCULATED else None,
    )


def _selector(row: Mapping[str, Any]) -> tuple[Selector | None, int]:
    if row.get("gl_account_code"):
        return Selector(codes=frozenset((row["gl_account_code"],))), 1
    given = row.get("gl_account_selector")
    if given is None:
        return None, 1
    span = given.get("range") or {}
    if span and len(span["from"]) != len(span["to"]):
        raise ValueError(
            f"mapping {row['mapping_id']}, gl_account_selector.range: expected two codes of one length, "
            f"found {span['from']!r} and {span['to']!r}"
        )
    return (
        Selector(
            codes=frozenset(given.get("list") or ()),
            first=span.get("from"),
            last=span.get("to"),
            prefix=given.get("prefix"),
            dimensions={name: _values(value) for name, value in (given.get("dimensions") or {}).items()},
        ),
        int(given.get("weight", 1)),
    )


def _values(given: str | Sequence[str]) -> frozenset[str]:
    return frozenset((given,)) if isinstance(given, str) else frozenset(given)
