"""Whether what a deal's terms name exists: classes, tests, fees, accounts. What else must hold of the terms is in `checks`.

Source: clo-liabilities-waterfall 2.4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from calculations.clo.deal.conditions import Condition, Controlling, Failing, Measure, walk
from calculations.clo.deal.problems import Problem
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    FundStep,
    InterestStep,
    MoveStep,
    PayStep,
    PrincipalStep,
    ReleaseStep,
    ResidualStep,
    Step,
    condition_of,
)
from calculations.clo.deal.terms import Deal, PaymentList


def numbered_steps(deal: Deal) -> Iterator[tuple[str, PaymentList, Step]]:
    """Each step with its list and its key in the file, list by list, numbered from 1."""
    for name, terms in deal.lists.items():
        for number, step in enumerate(terms.steps, start=1):
            yield f"lists.{name}:{number}", terms, step


def note_ids(step: Step) -> tuple[str, ...]:
    """The notes that a step pays."""
    if isinstance(step, InterestStep):
        return step.interest
    if isinstance(step, DeferredStep):
        return step.deferred
    return step.principal if isinstance(step, PrincipalStep) else ()


def unknown(key: str, names: Iterable[str], known: Collection[str], what: str, code: str) -> Iterator[Problem]:
    """A finding of `code` at `key` for each of the names that is not among those known, which are `what`."""
    for name in names:
        if name not in known:
            yield Problem(code, key, repr(name), f"{what}: {', '.join(sorted(known)) or 'none is defined'}")


def unknown_ids(deal: Deal) -> Iterator[Problem]:
    """Ids in the steps of the lists that the deal does not define."""
    accounts, rated = set(deal.accounts), set(deal.rated)
    pools = {"notes", "principal", *(f"account.{name}" for name in accounts)}
    oc, ic = ({name for name, terms in deal.tests.items() if terms.kind == kind} for kind in ("oc", "ic"))
    for key, _, step in numbered_steps(deal):
        yield from unknown(key, note_ids(step), rated, "a class of this deal", "NOTE_UNKNOWN")
        yield from unknown_in_condition(key, condition_of(step), deal)
        if isinstance(step, FeeStep):
            yield from unknown(key, [step.fee], deal.fees, "a fee of this deal", "FEE_UNKNOWN")
            yield from unknown(key, [step.cap] if step.cap else [], deal.caps, "a cap", "CAP_UNKNOWN")
        elif isinstance(step, PayStep):
            yield from unknown(key, [step.pay], deal.dues, "a due of this deal", "DUE_UNKNOWN")
        elif isinstance(step, CoverStep):
            yield from unknown(key, [step.cover.oc], oc, "an oc test", "TEST_UNKNOWN")
            yield from unknown(key, [step.cover.ic] if step.cover.ic else [], ic, "an ic test", "TEST_UNKNOWN")
        elif isinstance(step, DivertStep):
            yield from unknown(key, [step.divert.test], oc, "an oc test", "TEST_UNKNOWN")
        elif isinstance(step, FundStep | ReleaseStep):
            name = step.fund if isinstance(step, FundStep) else step.release.from_account
            yield from unknown(key, [name], accounts, "an account", "ACCOUNT_UNKNOWN")
        elif isinstance(step, MoveStep):
            yield from unknown(key, [step.move.to], pools, "a pool or an account", "ACCOUNT_UNKNOWN")
        elif isinstance(step, ResidualStep):
            equity = [deal.equity] if deal.equity else []
            yield from unknown(key, [step.residual.to], equity, "the equity class", "NOTE_UNKNOWN")


def unknown_in_condition(key: str, condition: Condition | None, deal: Deal) -> Iterator[Problem]:
    """Classes and tests in a condition that the deal does not define."""
    for part in walk(condition):
        if isinstance(part, Controlling):
            yield from unknown(f"{key}.when", [part.note], deal.rated, "a class of this deal", "NOTE_UNKNOWN")
        elif isinstance(part, Failing) or (isinstance(part, Measure) and part.what in ("cushion", "ratio")):
            name = part.test if isinstance(part, Failing) else part.of
            yield from unknown(f"{key}.when", [name], deal.tests, "a test of this deal", "TEST_UNKNOWN")
