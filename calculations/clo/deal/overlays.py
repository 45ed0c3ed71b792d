"""Performance clauses: dated overlays that rewrite a deal's lists and terms. What the rewritten steps pay is in `pay`.

An overlay is in force for payment dates in [effective_from, effective_to). Source: clo-extensions 1.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as model

from calculations.clo.deal.conditions import Condition, Every, Measure, Not
from calculations.clo.deal.problems import DealError, Problem
from calculations.clo.deal.steps import FeeStep, Move, MoveStep, ResidualStep, Step, condition_of
from calculations.clo.deal.terms import Deal, DealVersion, Incentive, PaymentList

_STRICT = ConfigDict(extra="forbid")


@model(frozen=True, kw_only=True, config=_STRICT)
class Hurdle:
    rate: Decimal | None = None
    share: Decimal | None = None
    catch_up: Decimal | None = None


@model(frozen=True, kw_only=True, config=_STRICT)
class Deferral:
    minimum_equity_irr: Decimal
    fees: tuple[str, ...]
    interest: bool = False


@model(frozen=True, kw_only=True, config=_STRICT)
class Cushion:
    test: str
    buffer: Decimal


@model(frozen=True, kw_only=True, config=_STRICT)
class Turbo:
    direction: Literal["above", "below"]
    share: Decimal
    oc: Cushion | None = None
    ic: Cushion | None = None


@model(frozen=True, kw_only=True, config=_STRICT)
class Threshold:
    equity_irr: Decimal


@model(frozen=True, kw_only=True, config=_STRICT)
class ManagementSharing:
    fees: tuple[str, ...]
    shares: dict[str, Decimal]


@model(frozen=True, kw_only=True, config=_STRICT)
class IncentiveSharing:
    shares: dict[str, Decimal]


@model(frozen=True, kw_only=True, config=_STRICT)
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


@dataclass(frozen=True)
class Overlay:
    """One overlay as its file writes it, clauses by name."""

    effective_from: dt.date
    effective_to: dt.date | None
    source: str
    approved_by: str
    clauses: Mapping[str, Any]


def with_overlays(deal: Deal, document: Mapping[str, Any], file: str) -> Deal:
    """The deal with a version for each overlay of a document `{deal, overlays: [...]}`.

    Raises DealError for everything that clo-extensions 1.4 rejects.
    """
    found: list[Problem] = []
    overlays = [
        overlay
        for number, raw in enumerate(document.get("overlays") or [], start=1)
        if (overlay := _read(raw, f"overlays:{number}", deal, found)) is not None
    ]
    if document.get("deal") != deal.deal_id:
        found.append(Problem("DEAL", "deal", repr(document.get("deal")), repr(deal.deal_id)))
    found += _overlaps(overlays)
    if found:
        raise DealError(file, found)
    return replace(deal, versions=tuple(_version(deal, overlay) for overlay in overlays))


def _read(raw: Mapping[str, Any], key: str, deal: Deal, found: list[Problem]) -> Overlay | None:
    before = len(found)
    for name in ("source", "approved_by"):
        if not str(raw.get(name) or "").strip():
            found.append(Problem("OVERLAY_UNSIGNED", f"{key}.{name}", repr(raw.get(name)), "who agreed, and where"))
    if not isinstance(raw.get("effective_from"), dt.date):
        found.append(Problem("TERM", f"{key}.effective_from", repr(raw.get("effective_from")), "a date"))
    clauses = _clauses(raw.get("clauses") or {}, f"{key}.clauses", found)
    if sorted(raw.get("features") or []) != sorted(raw.get("clauses") or {}):
        expected = f"the clauses: {', '.join(sorted(raw.get('clauses') or {}))}"
        found.append(Problem("FEATURES_MISMATCH", f"{key}.features", repr(raw.get("features")), expected))
    if len(found) == before:
        found += _problems(clauses, f"{key}.clauses", deal)
    if len(found) > before:
        return None
    return Overlay(raw["effective_from"], raw.get("effective_to"), raw["source"], raw["approved_by"], clauses)


def _clauses(raw: Mapping[str, Any], key: str, found: list[Problem]) -> dict[str, Any]:
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


def _problems(clauses: Mapping[str, Any], key: str, deal: Deal) -> Iterator[Problem]:
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


def _overlaps(overlays: Sequence[Overlay]) -> Iterator[Problem]:
    ordered = sorted(overlays, key=lambda overlay: overlay.effective_from)
    for first, second in itertools.pairwise(ordered):
        if first.effective_to is None or second.effective_from < first.effective_to:
            found = f"{second.effective_from} within the one from {first.effective_from}"
            yield Problem("OVERLAY_OVERLAP", "overlays", found, "overlays that share no day")


def _version(deal: Deal, overlay: Overlay) -> DealVersion:
    clauses = overlay.clauses
    rewritten = deal
    if "hurdle" in clauses:
        rewritten = _with_hurdle(rewritten, clauses["hurdle"])
    if "threshold" in clauses and rewritten.incentive is not None:
        incentive = replace(rewritten.incentive, threshold_irr=clauses["threshold"].equity_irr)
        rewritten = replace(rewritten, incentive=incentive)
    if "fee_sharing" in clauses:
        rewritten = _with_sharing(rewritten, clauses["fee_sharing"])
    if "deferral" in clauses:
        rewritten = _with_deferral(rewritten, clauses["deferral"])
    if "turbo" in clauses:
        rewritten = _with_turbo(rewritten, clauses["turbo"])
    return DealVersion(
        overlay.effective_from,
        overlay.effective_to,
        overlay.source,
        overlay.approved_by,
        tuple(sorted(clauses)),
        rewritten,
    )


def _with_hurdle(deal: Deal, clause: Hurdle) -> Deal:
    given = {"hurdle": clause.rate, "share": clause.share, "catch_up": clause.catch_up}
    set_here = {name: value for name, value in given.items() if value is not None}
    return replace(deal, incentive=replace(deal.incentive or Incentive(), **set_here))  # type: ignore[arg-type]


def _with_sharing(deal: Deal, clause: FeeSharing) -> Deal:
    if clause.management is not None:
        shared = {name: replace(deal.fees[name], payees=clause.management.shares) for name in clause.management.fees}
        deal = replace(deal, fees={**deal.fees, **shared})
    if clause.incentive is not None and deal.incentive is not None:
        deal = replace(deal, incentive=replace(deal.incentive, payees=clause.incentive.shares))
    return deal


def _with_deferral(deal: Deal, clause: Deferral) -> Deal:
    """The named fees are payable in no list while the return is below the minimum."""
    is_low = Measure("equity_irr", "", clause.minimum_equity_irr, None)
    deferred = {
        name: replace(deal.fees[name], defers_while=is_low, deferred_bears_interest=clause.interest)
        for name in clause.fees
    }
    lists = {
        name: PaymentList(terms.source, tuple(_unless(step, is_low, clause.fees) for step in terms.steps))
        for name, terms in deal.lists.items()
    }
    return replace(deal, fees={**deal.fees, **deferred}, lists=lists)


def _unless(step: Step, is_low: Condition, fees: Sequence[str]) -> Step:
    if not isinstance(step, FeeStep) or step.fee not in fees:
        return step
    when = condition_of(step)
    return replace(step, when=Not(is_low) if when is None else Every((when, Not(is_low))))


def _with_turbo(deal: Deal, clause: Turbo) -> Deal:
    """A share of what is left goes to the notes just before the residual, where every cushion is on its side."""
    measures = []
    for cushion in (clause.oc, clause.ic):
        if cushion is not None:
            above = clause.direction == "above"
            bounds = (None, cushion.buffer) if above else (cushion.buffer, None)
            measures.append(Measure("cushion", cushion.test, *bounds))
    turbo = MoveStep(move=Move(to="notes", share=clause.share), when=Every(tuple(measures)))
    steps = deal.lists["interest"].steps
    place = next(number for number, step in enumerate(steps) if isinstance(step, ResidualStep))
    interest = PaymentList(deal.lists["interest"].source, (*steps[:place], turbo, *steps[place:]))
    return replace(deal, lists={**deal.lists, "interest": interest})
