"""Performance clauses: dated overlays that rewrite a deal's lists and terms. What the rewritten steps pay is in `pay`.

An overlay is in force for payment dates in [effective_from, effective_to). Source: clo-extensions 1.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calculations.clo.deal.clauses import Deferral, FeeSharing, Hurdle, Turbo, problems_of_clauses, read_clauses
from calculations.clo.deal.conditions import Condition, Every, Measure, Not
from calculations.clo.deal.parts import Incentive
from calculations.clo.deal.problems import DealError, Problem
from calculations.clo.deal.steps import FeeStep, Move, MoveStep, ResidualStep, Step, condition_of
from calculations.clo.deal.terms import Deal, DealVersion, PaymentList


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
    clauses = read_clauses(raw.get("clauses") or {}, f"{key}.clauses", found)
    if sorted(raw.get("features") or []) != sorted(raw.get("clauses") or {}):
        expected = f"the clauses: {', '.join(sorted(raw.get('clauses') or {}))}"
        found.append(Problem("FEATURES_MISMATCH", f"{key}.features", repr(raw.get("features")), expected))
    if len(found) == before:
        found += problems_of_clauses(clauses, f"{key}.clauses", deal)
    if len(found) > before:
        return None
    return Overlay(raw["effective_from"], raw.get("effective_to"), raw["source"], raw["approved_by"], clauses)


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
