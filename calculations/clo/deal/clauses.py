"""The performance clauses that an overlay may hold, as terms, and what is wrong with one. How a clause rewrites a deal is
in `overlays`.

Source: clo-extensions 1.2, 1.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from calculations.clo.deal.parts import Incentive
from calculations.clo.deal.problems import Problem
from calculations.clo.deal.steps import ResidualStep
from calculations.clo.deal.terms import Deal

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Hurdle:
    rate: Decimal | None = None
    share: Decimal | None = None
    catch_up: Decimal | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Deferral:
    minimum_equity_irr: Decimal
    fees: tuple[str, ...]
    interest: bool = False


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Cushion:
    test: str
    buffer: Decimal


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Turbo:
    direction: Literal["above", "below"]
    share: Decimal
    oc: Cushion | None = None
    ic: Cushion | None = None


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Threshold:
    equity_irr: Decimal


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ManagementSharing:
    fees: tuple[str, ...]
    shares: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class IncentiveSharing:
    shares: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class FeeSharing:
    management: ManagementSharing | None = None
    incentive: IncentiveSharing | None = None


_CLAUSES: dict[str, Any] = {
    "hurdle": Hurdle,
    "deferral": Deferral,
    "turbo": Turbo,
    "threshold": Threshold,
    "fee_sharing": FeeSharing,
}


def read_clauses(raw: Mapping[str, Any], key: str, found: list[Problem]) -> dict[str, Any]:
    """Clauses by name; what does not read is added to `found`."""
    clauses = {}
    for name, terms in raw.items():
        if name not in _CLAUSES:
            found.append(Problem("CLAUSE_UNKNOWN", f"{key}.{name}", repr(name), f"one of {', '.join(_CLAUSES)}"))
            continue
        try:
            clauses[name] = TypeAdapter(_CLAUSES[name]).validate_python(terms)
        except ValidationError as error:
            for item in error.errors():
                is_direction = name == "turbo" and item["loc"] == ("direction",)
                at = ".".join([key, name, *(str(part) for part in item["loc"])])
                code = "TURBO_DIRECTION" if is_direction else "TERM"
                found.append(Problem(code, at, repr(item["input"]), "above or below" if is_direction else item["msg"]))
    return clauses


def problems_of_clauses(clauses: Mapping[str, Any], key: str, deal: Deal) -> Iterator[Problem]:
    """What a deal does not bear of clauses that read well."""
    for name, clause in clauses.items():
        at = f"{key}.{name}"
        match clause:
            case Hurdle():
                yield from _hurdle_problems(clause, at, deal)
            case Deferral():
                yield from _fees(clause.fees, at, deal)
                yield from _rate(clause.minimum_equity_irr, f"{at}.minimum_equity_irr")
            case Turbo():
                named = [(side, cushion) for side, cushion in (("oc", clause.oc), ("ic", clause.ic)) if cushion]
                if not named:
                    yield Problem("TURBO_TEST", at, "neither oc nor ic", "a test with its buffer")
                for side, cushion in named:
                    if cushion.test not in deal.tests or deal.tests[cushion.test].kind != side:
                        yield Problem(
                            "TURBO_TEST", f"{at}.{side}.test", repr(cushion.test), f"an {side} test of the deal"
                        )
                if not 0 < clause.share <= 1:
                    yield Problem("SHARE_RANGE", f"{at}.share", str(clause.share), "a share above 0, up to 1")
                if not any(isinstance(step, ResidualStep) for step in deal.lists["interest"].steps):
                    yield Problem("NO_RESIDUAL", at, "no residual in list interest", "a residual to stand before")
            case Threshold():
                yield from _rate(clause.equity_irr, f"{at}.equity_irr")
            case FeeSharing():
                if clause.management is not None:
                    yield from _fees(clause.management.fees, at, deal)
                    yield from _shares(clause.management.shares, f"{at}.management.shares")
                if clause.incentive is not None:
                    yield from _shares(clause.incentive.shares, f"{at}.incentive.shares")


def _hurdle_problems(clause: Hurdle, key: str, deal: Deal) -> Iterator[Problem]:
    base = deal.incentive or Incentive()
    rate = base.hurdle if clause.rate is None else clause.rate
    share = base.share if clause.share is None else clause.share
    if rate is None or share is None:
        yield Problem("HURDLE_WITHOUT_INCENTIVE", key, "no rate or no share", "a hurdle and a share in either file")
        return
    yield from _rate(rate, f"{key}.rate")
    yield from _rate(share, f"{key}.share")
    if clause.catch_up is not None and not share < clause.catch_up <= 1:
        yield Problem("CATCH_UP_RATE", f"{key}.catch_up", str(clause.catch_up), f"above {share}, up to 1")


def _rate(rate: Decimal, key: str) -> Iterator[Problem]:
    if rate > 1:
        yield Problem("RATE_UNIT", key, str(rate), "a decimal fraction, not a percentage")


def _fees(names: Sequence[str], key: str, deal: Deal) -> Iterator[Problem]:
    for name in names:
        if name not in deal.fees:
            yield Problem("FEE_UNKNOWN", key, repr(name), f"a fee of the deal: {', '.join(sorted(deal.fees))}")


def _shares(shares: Mapping[str, Decimal], key: str) -> Iterator[Problem]:
    if sum(shares.values()) != 1:
        yield Problem("SHARE_SUM", key, str(sum(shares.values())), "shares that sum to exactly 1")
    for share in shares.values():
        if not 0 < share <= 1:
            yield Problem("SHARE_RANGE", key, str(share), "a share above 0, up to 1")
